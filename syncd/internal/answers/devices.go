package answers

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// Desk is where officers look after tablets, and where those are admitted.
type Desk struct {
	Store     Store
	Structure staff.Structure
	Now       func() time.Time
	Random    io.Reader
	Intake    *Intake // whose limits hold tries at codes, and which hears of devices

	// Where tells to which agency a point belongs now; false where there is no
	// such point. A tablet follows its point. nil: it stays where it was.
	Where func(catalog.PointCode) (catalog.AgencyCode, bool)
}

// here is a tablet with the agency that its point has now.
func (d *Desk) here(v Device) Device {
	if d.Where == nil {
		return v
	}
	if agency, ok := d.Where(v.Point); ok {
		v.Agency = agency
	}
	return v
}

// How long a one-time code waits, what a tablet may be called, and how many a
// point may have.
const (
	codeTime    = 7 * 24 * time.Hour
	claimTime   = 5 * time.Minute // for which a code that was used serves still
	longestName = 60              // characters
	mostDevices = 50
)

// Secrets: a code has 80 random bits, in letters that are not mistaken for each
// other; a token 256.
const (
	codeAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"
	codeLength   = 16
	tokenPrefix  = "khumue_kiosk_"
)

var tokenText = base32.StdEncoding.WithPadding(base32.NoPadding)

func (d *Desk) random(n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(d.Random, b); err != nil {
		panic("answers: no randomness: " + err.Error()) // nothing may be issued without
	}
	return b
}

func (d *Desk) id() string {
	id, err := uuid.NewV7FromReader(d.Random)
	if err != nil {
		panic("answers: no randomness: " + err.Error())
	}
	return id.String()
}

func (d *Desk) now() time.Time { return d.Now().UTC().Truncate(time.Microsecond) }

func (d *Desk) newCode() (string, staff.Hash) {
	var b strings.Builder
	for _, r := range d.random(codeLength) {
		b.WriteByte(codeAlphabet[r&31])
	}
	return b.String(), sha256.Sum256([]byte(b.String()))
}

// may returns the role in which a person may look after the tablets of a point.
func (d *Desk) may(by staff.Acting, agency catalog.AgencyCode, point catalog.PointCode) (catalog.Role, error) {
	target, err := d.Structure.Target(agency, point)
	if err != nil && !errors.Is(err, fault.NotFound) {
		return "", err
	}
	grant, ok := by.As(rights.SurveyPosters, target)
	if err != nil || !ok {
		return "", rights.Refused() // nor told what there is
	}
	return grant.Role, nil
}

// shown is a tablet as the trail shows it.
type shown struct {
	Name    string            `json:"name"`
	Point   catalog.PointCode `json:"point"`
	Revoked bool              `json:"revoked,omitempty"`
}

func (d *Desk) record(r Records, by staff.Acting, role catalog.Role, action string, was, is *Device) error {
	of := is
	if of == nil {
		of = was
	}
	text := func(v *Device) string {
		if v == nil {
			return ""
		}
		return string(encoded(shown{v.Name, v.Point, !v.Revoked.IsZero()}))
	}
	return r.Record(trail.Entry{ID: d.id(), At: d.now(), Officer: by.ID, Role: role, Action: action,
		Scope: rights.Scope{Agency: of.Agency, Point: of.Point}, Subject: of.ID, Before: text(was), After: text(is), Request: by.Request})
}

// NewDevice registers a tablet for a point, and returns the one-time code with
// which it comes for its secret within a week. The code is kept nowhere.
func (d *Desk) NewDevice(ctx context.Context, by staff.Acting, agency catalog.AgencyCode, point catalog.PointCode, name string) (code string, v Device, err error) {
	role, err := d.may(by, agency, point)
	if err != nil {
		return "", v, err
	}
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n == 0 || n > longestName || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) {
		return "", v, fault.New(fault.Invalid, fault.Textf("ชื่ออุปกรณ์ต้องยาว 1 ถึง %d ตัวอักษร", "A device's name has 1 to %d characters.", longestName),
			fault.Text{TH: "เขียนเช่น แท็บเล็ตช่อง 3", EN: "Write for example: tablet at counter 3."})
	}
	code, hash := d.newCode()
	v = Device{ID: d.id(), Agency: agency, Point: point, Name: name, Code: hash, CodeUntil: d.now().Add(codeTime), Made: d.now(), MadeBy: by.ID}
	err = d.Store.Write(ctx, func(r Records) error {
		all, err := r.Devices([]catalog.PointCode{point})
		if err != nil {
			return err
		}
		if len(slices.DeleteFunc(all, func(o Device) bool { return !o.Revoked.IsZero() })) >= mostDevices {
			return fault.New(fault.Conflict, fault.Textf("จุดบริการนี้มีอุปกรณ์ %d เครื่องแล้ว", "This point has %d devices already.", mostDevices),
				fault.Text{TH: "ยกเลิกเครื่องที่ไม่ใช้ก่อน", EN: "Revoke one that is not used first."})
		}
		return errors.Join(r.PutDevice(v), d.record(r, by, role, "kiosk.make", nil, &v))
	})
	if err != nil {
		return "", Device{}, err
	}
	return code, v, nil
}

// Devices returns the tablets of a point, those that were revoked among them.
func (d *Desk) Devices(ctx context.Context, by staff.Acting, agency catalog.AgencyCode, point catalog.PointCode) (list []Device, err error) {
	if _, err := d.may(by, agency, point); err != nil {
		return nil, err
	}
	err = d.Store.Read(ctx, func(r Records) error {
		list, err = r.Devices([]catalog.PointCode{point})
		return err
	})
	for i, v := range list {
		list[i] = d.here(v)
	}
	return list, err
}

// NewCode returns another one-time code for a tablet that lost its secret. What it
// had serves until the code is used.
func (d *Desk) NewCode(ctx context.Context, by staff.Acting, id string) (code string, err error) {
	code, hash := d.newCode()
	err = d.change(ctx, by, id, "kiosk.code", func(v *Device) error {
		if !v.Revoked.IsZero() {
			return revoked()
		}
		v.Code, v.CodeUntil = hash, d.now().Add(codeTime)
		return nil
	})
	return code, err
}

// Revoke ends what a tablet may do that others may not. What waits on it can
// still be sent as anybody sends answers.
func (d *Desk) Revoke(ctx context.Context, by staff.Acting, id string) error {
	return d.change(ctx, by, id, "kiosk.revoke", func(v *Device) error {
		if v.Revoked.IsZero() {
			v.Revoked, v.RevokedBy = d.now(), by.ID
			v.Code, v.Token = staff.Hash{}, staff.Hash{}
		}
		return nil
	})
}

// change changes a tablet, and writes so into the trail.
func (d *Desk) change(ctx context.Context, by staff.Acting, id, action string, do func(*Device) error) error {
	return d.Store.Write(ctx, func(r Records) error {
		v, err := r.Device(id)
		if errors.Is(err, fault.NotFound) {
			return rights.Refused()
		} else if err != nil {
			return err
		}
		v = d.here(v)
		role, err := d.may(by, v.Agency, v.Point)
		if err != nil {
			return err
		}
		was := v
		if err := do(&v); err != nil {
			return err
		}
		return errors.Join(r.PutDevice(v), d.record(r, by, role, action, &was, &v))
	})
}

func revoked() error {
	return fault.New(fault.Conflict, fault.Text{TH: "อุปกรณ์นี้ถูกยกเลิกแล้ว", EN: "This device was revoked."},
		fault.Text{TH: "ลงทะเบียนเป็นอุปกรณ์ใหม่", EN: "Register it as a new one."})
}

// Wait is the error of one who tries too often.
type Wait struct {
	error
	For time.Duration
}

// Unwrap gives the failure that a person is told.
func (w Wait) Unwrap() error { return w.error }

// Claim gives a tablet its secret for a one-time code. For some minutes the code
// gives another one in place of that, so that an answer that was lost on its way
// spoils nothing.
func (d *Desk) Claim(ctx context.Context, from netip.Addr, code string) (secret string, v Device, err error) {
	d.Intake.parcels()
	if wait := d.Intake.gate.try(d.Now(), from); wait > 0 {
		return "", v, Wait{fault.New(fault.Unavailable, fault.Text{TH: "ลองหลายครั้งเกินไป รอสักครู่", EN: "There were too many tries. Wait a while."}), wait}
	}
	code = strings.NewReplacer("-", "", " ", "", "o", "0", "i", "1", "l", "1").Replace(strings.ToLower(code))
	secret = tokenPrefix + tokenText.EncodeToString(d.random(32))
	err = d.Store.Write(ctx, func(r Records) error {
		if v, err = r.DeviceOf(sha256.Sum256([]byte(code))); errors.Is(err, fault.NotFound) {
			return badCode()
		} else if err != nil {
			return err
		}
		if !d.now().Before(v.CodeUntil) || !v.Revoked.IsZero() {
			return badCode()
		}
		v.Token, v.Claimed = sha256.Sum256([]byte(secret)), d.now()
		if until := d.now().Add(claimTime); until.Before(v.CodeUntil) {
			v.CodeUntil = until
		}
		return r.PutDevice(v)
	})
	if err != nil {
		return "", Device{}, err
	}
	return secret, v, nil
}

// badCode is what everybody is told whose code gives nothing.
func badCode() error {
	return fault.New(fault.Invalid, fault.Text{TH: "รหัสลงทะเบียนนี้ใช้ไม่ได้ อาจหมดอายุหรือใช้ไปแล้ว", EN: "This code can not be used. It may have expired or been used."},
		fault.Text{TH: "ขอลิงก์ใหม่จากเจ้าหน้าที่", EN: "Ask an officer for another link."})
}

// Admit tells which tablet a secret belongs to. One that serves no more, or never
// did, is an error of kind Forbidden.
func (d *Desk) Admit(ctx context.Context, secret string) (v Device, err error) {
	if !strings.HasPrefix(secret, tokenPrefix) || len(secret) > 100 {
		return v, refusedDevice()
	}
	err = d.Store.Read(ctx, func(r Records) error {
		v, err = r.DeviceWith(sha256.Sum256([]byte(secret)))
		return err
	})
	if errors.Is(err, fault.NotFound) || err == nil && !v.Revoked.IsZero() {
		return Device{}, refusedDevice()
	}
	return v, err
}

// Still reports, as an error of kind Forbidden, that a tablet that was admitted
// is so no more: it was revoked, or has another secret.
func (d *Desk) Still(ctx context.Context, was Device) error {
	return d.Store.Read(ctx, func(r Records) error {
		now, err := r.Device(was.ID)
		if errors.Is(err, fault.NotFound) || err == nil && now.Token != was.Token {
			return refusedDevice()
		}
		return err
	})
}

func refusedDevice() error {
	return fault.New(fault.Forbidden, fault.Text{TH: "อุปกรณ์นี้ไม่ได้ลงทะเบียน หรือถูกยกเลิกแล้ว", EN: "This device is not registered, or was revoked."},
		fault.Text{TH: "คำตอบที่รอส่งยังอยู่ในเครื่อง ให้เจ้าหน้าที่ลงทะเบียนใหม่", EN: "What waits stays on the device. Have an officer register it again."})
}

// heard is what a tablet said since it was last written down.
type heard struct {
	at      time.Time
	pending int // -1: it did not say
	stored  int
}

// Heard notes that a tablet was heard of, with how many answers wait on it; -1
// where it does not say.
func (in *Intake) Heard(id string, pending int) { in.hear(id, pending, 0) }

// hear notes as well that it sent so many answers that were stored.
func (in *Intake) hear(id string, pending, stored int) {
	in.parcels()
	in.mu.Lock()
	defer in.mu.Unlock()
	h, known := in.heard[id]
	if !known || pending >= 0 {
		h.pending = pending
	}
	h.at, h.stored = in.Now(), h.stored+stored
	in.heard[id] = h
}

// keepHeard writes down what tablets said. What can not be kept now is kept later.
func (in *Intake) keepHeard(ctx context.Context) error {
	in.parcels()
	in.mu.Lock()
	news := in.heard
	in.heard = map[string]heard{}
	in.mu.Unlock()
	if len(news) == 0 {
		return nil
	}
	err := in.Store.Write(ctx, func(r Records) error {
		for id, h := range news {
			v, err := r.Device(id)
			if errors.Is(err, fault.NotFound) {
				continue
			} else if err != nil {
				return err
			}
			v.Contact, v.Taken = h.at.UTC().Truncate(time.Minute), v.Taken+h.stored
			if h.pending >= 0 {
				v.Pending = h.pending
			}
			if err := r.PutDevice(v); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		in.mu.Lock()
		defer in.mu.Unlock()
		for id, h := range news {
			later, known := in.heard[id]
			if !known {
				later = h
			} else {
				later.stored += h.stored
			}
			in.heard[id] = later
		}
	}
	return err
}
