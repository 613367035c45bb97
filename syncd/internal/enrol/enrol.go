// Package enrol is how a machine of an office, and the officers who work on it, become
// known to the centre.
//
// An officer signs in at the centre and asks for a code. The code names a machine that
// is to be, or one that is there and that the officer is to work on; it is the
// officer's own, and serves once, within a day. The machine claims it with the keys
// that it made, and gets its token; who the officer is, and what the officer may do,
// the centre knows from its own records, on the day of the claim.
//
// The package has both sides, and the messages between them. It refuses to know HTTP,
// SQL, and what a machine does once it is enrolled.
package enrol

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
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

// Device is a machine of an office, as far as enrolment knows it.
type Device struct {
	ID         string // UUIDv7
	Agency     catalog.AgencyCode
	Point      catalog.PointCode // "" where it serves the whole agency
	Name       string
	Token      staff.Hash
	Sign       []byte // its Ed25519 public key
	Box        []byte // its X25519 public key
	Enrolled   time.Time
	EnrolledBy catalog.OfficerID
	Revoked    time.Time // zero: it is not
	RevokedBy  catalog.OfficerID
}

// Code is a one-time code that was given out.
type Code struct {
	ID      string // UUIDv7
	Hash    staff.Hash
	Officer catalog.OfficerID // whose it is
	Device  string            // that the officer is to work on; "" until a new one is made
	Join    bool              // the machine was there before
	Agency  catalog.AgencyCode
	Point   catalog.PointCode
	Name    string // of a new machine
	Made    time.Time
	Until   time.Time
	Used    time.Time // zero: not yet
}

// Signer is an officer who works, or worked, on a machine, with the key that signs
// what the officer decides there.
type Signer struct {
	ID      string // UUIDv7
	Device  string
	Officer catalog.OfficerID
	Key     []byte // Ed25519
	Since   time.Time
	Ended   time.Time // zero: it signs
}

// Store keeps the records, as staff.Store does.
type Store interface {
	Read(ctx context.Context, do func(Records) error) error
	Write(ctx context.Context, do func(Records) error) error
}

// Records are what a transaction sees. What is not there is an error of kind NotFound.
type Records interface {
	User(id catalog.OfficerID) (staff.User, error)

	Device(id string) (Device, error)
	DeviceWith(token staff.Hash) (Device, error)
	CountDevices(agency catalog.AgencyCode, point catalog.PointCode) (int, error) // not revoked
	PutDevice(d Device) error                                                     // what others keep of it stays as it is

	CodeWith(h staff.Hash) (Code, error)
	CountCodes(officer catalog.OfficerID, now time.Time) (int, error) // that can be used
	PutCode(c Code) error
	EndCodes(device string, at time.Time) error // of those for a machine

	Signers(device string) ([]Signer, error) // the oldest first
	PutSigner(s Signer) error

	Record(e trail.Entry) error
}

// Limits.
const (
	codeTime    = 24 * time.Hour
	claimTime   = 5 * time.Minute // for which a code that was used gives another token to the same machine
	longestName = 60              // characters
	mostDevices = 50              // of an agency, or of a point
	mostCodes   = 10              // of an officer, that can be used
)

// Secrets: a code has 80 random bits, in letters that are not mistaken for each other;
// a token 256.
const (
	codeAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"
	codeLength   = 16
	tokenPrefix  = "khumue_office_"
)

var tokenText = base32.StdEncoding.WithPadding(base32.NoPadding)

// Desk is where officers get codes, and machines claim them.
type Desk struct {
	Store     Store
	Structure staff.Structure
	Now       func() time.Time
	Random    io.Reader
	Box       []byte // the centre's X25519 public key, to which machines seal secrets

	gate gate
}

func (d *Desk) random(n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(d.Random, b); err != nil {
		panic("enrol: no randomness: " + err.Error()) // nothing may be issued without
	}
	return b
}

func (d *Desk) id() string {
	id, err := uuid.NewV7FromReader(d.Random)
	if err != nil {
		panic("enrol: no randomness: " + err.Error())
	}
	return id.String()
}

func (d *Desk) now() time.Time { return d.Now().UTC().Truncate(time.Microsecond) }

func hashOf(secret string) staff.Hash { return sha256.Sum256([]byte(secret)) }

// newCode makes a code, which is kept nowhere.
func (d *Desk) newCode() string {
	var b strings.Builder
	for _, r := range d.random(codeLength) {
		b.WriteByte(codeAlphabet[r&31])
	}
	return b.String()
}

// plain is a code as it was made, however somebody typed it.
func plain(code string) string {
	return strings.NewReplacer("-", "", " ", "", "o", "0", "i", "1", "l", "1").Replace(strings.ToLower(code))
}

// Spaced is a code in groups, as people read it.
func Spaced(code string) string {
	var groups []string
	for len(code) > 4 {
		groups, code = append(groups, code[:4]), code[4:]
	}
	return strings.Join(append(groups, code), "-")
}

// may returns the role in which an officer may do something for a machine's agency or
// point. What there is not is refused like what one may not.
func (d *Desk) may(who rights.Officer, a rights.Action, agency catalog.AgencyCode, point catalog.PointCode) (catalog.Role, error) {
	target, err := d.Structure.Target(agency, point)
	if errors.Is(err, fault.NotFound) {
		return "", rights.Refused()
	} else if err != nil {
		return "", err
	}
	grant, ok := who.As(a, target)
	if !ok {
		return "", rights.Refused()
	}
	return grant.Role, nil
}

// NewCode gives an officer a code with which a new machine of an agency, or of a point,
// is enrolled within a day. The officer is the first who works on it.
func (d *Desk) NewCode(ctx context.Context, by staff.Acting, agency catalog.AgencyCode, point catalog.PointCode, name string) (code string, until time.Time, err error) {
	role, err := d.may(by.Officer, rights.EnrolOffice, agency, point)
	if err != nil {
		return "", until, err
	}
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n == 0 || n > longestName || !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) {
		return "", until, fault.New(fault.Invalid, fault.Textf("ชื่อเครื่องต้องยาว 1 ถึง %d ตัวอักษร", "A machine's name has 1 to %d characters.", longestName),
			fault.Text{TH: "เขียนเช่น โน้ตบุ๊กห้องทะเบียน", EN: "Write for example: laptop of the registry."})
	}
	code = d.newCode()
	c := Code{ID: d.id(), Hash: hashOf(code), Officer: by.ID, Agency: agency, Point: point, Name: name, Made: d.now(), Until: d.now().Add(codeTime)}
	return code, c.Until, d.give(ctx, by, role, c, "office.code")
}

// JoinCode gives an officer a code with which the officer comes to work on a machine
// that is enrolled, or sets a new passphrase there.
func (d *Desk) JoinCode(ctx context.Context, by staff.Acting, device string) (code string, until time.Time, err error) {
	var v Device
	err = d.Store.Read(ctx, func(r Records) error {
		v, err = r.Device(device)
		return err
	})
	if errors.Is(err, fault.NotFound) {
		return "", until, rights.Refused()
	} else if err != nil {
		return "", until, err
	}
	role, err := d.may(by.Officer, rights.WorkOffline, v.Agency, v.Point)
	if err != nil {
		return "", until, err
	}
	if !v.Revoked.IsZero() {
		return "", until, revoked()
	}
	code = d.newCode()
	c := Code{ID: d.id(), Hash: hashOf(code), Officer: by.ID, Device: v.ID, Join: true, Agency: v.Agency, Point: v.Point, Name: v.Name, Made: d.now(), Until: d.now().Add(codeTime)}
	return code, c.Until, d.give(ctx, by, role, c, "office.join-code")
}

// give keeps a code, unless there are too many.
func (d *Desk) give(ctx context.Context, by staff.Acting, role catalog.Role, c Code, action string) error {
	return d.Store.Write(ctx, func(r Records) error {
		open, err := r.CountCodes(by.ID, d.now())
		if err == nil && open >= mostCodes {
			err = fault.New(fault.Conflict, fault.Textf("มีรหัสที่ยังไม่ได้ใช้ %d รหัสแล้ว", "There are %d codes that were not used.", open),
				fault.Text{TH: "ใช้รหัสที่มีอยู่ หรือรอให้หมดอายุ", EN: "Use one of them, or wait until they expire."})
		}
		if err == nil {
			err = d.room(r, c)
		}
		if err != nil {
			return err
		}
		return errors.Join(r.PutCode(c), d.record(r, by.ID, role, by.Request, action, c.ID, c.Agency, c.Point, "", encoded(shown{Name: c.Name, Device: c.Device})))
	})
}

// room makes sure that there may be one more machine.
func (d *Desk) room(r Records, c Code) error {
	if c.Join {
		return nil
	}
	n, err := r.CountDevices(c.Agency, c.Point)
	if err == nil && n >= mostDevices {
		err = fault.New(fault.Conflict, fault.Textf("หน่วยงานหรือจุดบริการนี้มีเครื่อง %d เครื่องแล้ว", "This agency or point has %d machines already.", n),
			fault.Text{TH: "ยกเลิกเครื่องที่ไม่ใช้ก่อน", EN: "Revoke one that is not used first."})
	}
	return err
}

// Claim gives a machine what it asked for with a code: a place and a token, or another
// officer. A machine that is there already speaks under its token, which is "" for a
// new one. For some minutes the same machine may ask again with the same code and keys,
// and gets another token, so that an answer that was lost on its way spoils nothing.
//
// A code that gives nothing, whatever the reason, is one error of kind Invalid; an
// officer who may not any more is one of kind Forbidden.
func (d *Desk) Claim(ctx context.Context, from netip.Addr, token string, q Request) (a Admission, err error) {
	if wait := d.gate.try(from, d.now()); wait > 0 {
		return a, Wait{fault.New(fault.Unavailable, fault.Text{TH: "ลองหลายครั้งเกินไป", EN: "There were too many tries."}, fault.Text{TH: "รอสักครู่แล้วลองใหม่", EN: "Wait a while, then try again."}), wait}
	}
	if !q.proven() {
		return a, badCode()
	}
	secret := tokenPrefix + tokenText.EncodeToString(d.random(32))
	err = d.Store.Write(ctx, func(r Records) error {
		a = Admission{Box: d.Box, Time: d.now()}
		c, err := r.CodeWith(hashOf(plain(q.Code)))
		if errors.Is(err, fault.NotFound) || err == nil && !d.now().Before(c.Until) {
			return badCode()
		} else if err != nil {
			return err
		}
		u, role, err := d.today(r, c)
		if err != nil {
			return err
		}
		a.Officer, a.OfficerName = u.ID, u.Name
		if c.Join {
			return d.join(r, &a, c, role, token, q)
		}
		a.Token = secret
		return d.enrol(r, &a, c, role, q)
	})
	if err != nil {
		return Admission{}, err
	}
	d.gate.passed(from)
	return a, nil
}

// today returns the officer of a code, with the role in which the officer may use it
// now.
func (d *Desk) today(r Records, c Code) (staff.User, catalog.Role, error) {
	u, err := r.User(c.Officer)
	if errors.Is(err, fault.NotFound) || err == nil && !u.Disabled.IsZero() {
		return u, "", rights.Refused()
	} else if err != nil {
		return u, "", err
	}
	action := rights.EnrolOffice
	if c.Join {
		action = rights.WorkOffline
	}
	role, err := d.may(u.Officer(), action, c.Agency, c.Point)
	return u, role, err
}

// enrol makes the machine of a code, or gives another token to the one that it made.
func (d *Desk) enrol(r Records, a *Admission, c Code, role catalog.Role, q Request) error {
	if !c.Used.IsZero() {
		return d.enrolAgain(r, a, c, q)
	}
	if err := d.room(r, c); err != nil {
		return err
	}
	v := Device{ID: d.id(), Agency: c.Agency, Point: c.Point, Name: c.Name, Token: hashOf(a.Token), Sign: q.Sign, Box: q.Box, Enrolled: d.now(), EnrolledBy: c.Officer}
	a.Device, a.Agency, a.Point, a.Name = v.ID, v.Agency, v.Point, v.Name
	c.Device = v.ID
	return errors.Join(r.PutDevice(v), d.use(r, c), d.signs(r, v.ID, c.Officer, q.Officer),
		d.record(r, c.Officer, role, "", "office.enrol", v.ID, v.Agency, v.Point, "", encoded(shown{Name: v.Name, Officer: c.Officer})))
}

func (d *Desk) enrolAgain(r Records, a *Admission, c Code, q Request) error {
	v, err := r.Device(c.Device)
	if errors.Is(err, fault.NotFound) || err == nil && (!v.Revoked.IsZero() || string(v.Sign) != string(q.Sign) || string(v.Box) != string(q.Box)) {
		return badCode()
	} else if err != nil {
		return err
	}
	v.Token = hashOf(a.Token)
	a.Device, a.Agency, a.Point, a.Name = v.ID, v.Agency, v.Point, v.Name
	return errors.Join(r.PutDevice(v), d.signs(r, v.ID, c.Officer, q.Officer))
}

// join lets an officer work on a machine that speaks under its token.
func (d *Desk) join(r Records, a *Admission, c Code, role catalog.Role, token string, q Request) error {
	v, err := r.DeviceWith(hashOf(token))
	if errors.Is(err, fault.NotFound) || err == nil && (v.ID != c.Device || string(v.Sign) != string(q.Sign)) {
		return badCode()
	} else if err != nil {
		return err
	}
	if !v.Revoked.IsZero() {
		return revoked()
	}
	a.Device, a.Agency, a.Point, a.Name = v.ID, v.Agency, v.Point, v.Name
	err = errors.Join(d.signs(r, v.ID, c.Officer, q.Officer))
	if err == nil && c.Used.IsZero() {
		err = errors.Join(d.use(r, c), d.record(r, c.Officer, role, "", "office.join", v.ID, v.Agency, v.Point, "", encoded(shown{Name: v.Name, Officer: c.Officer})))
	}
	return err
}

// use notes that a code was used, and lets it serve for some minutes still.
func (d *Desk) use(r Records, c Code) error {
	c.Used = d.now()
	if until := c.Used.Add(claimTime); until.Before(c.Until) {
		c.Until = until
	}
	return r.PutCode(c)
}

// signs notes with which key an officer signs on a machine from now on.
func (d *Desk) signs(r Records, device string, officer catalog.OfficerID, key ed25519.PublicKey) error {
	list, err := r.Signers(device)
	if err != nil {
		return err
	}
	for _, s := range list {
		if s.Officer != officer || !s.Ended.IsZero() {
			continue
		}
		if string(s.Key) == string(key) {
			return nil
		}
		s.Ended = d.now()
		if err := r.PutSigner(s); err != nil {
			return err
		}
	}
	return r.PutSigner(Signer{ID: d.id(), Device: device, Officer: officer, Key: key, Since: d.now()})
}

// Signers returns who works, or worked, on a machine, and with which keys they sign.
func (d *Desk) Signers(ctx context.Context, device string) (list []Signer, err error) {
	err = d.Store.Read(ctx, func(r Records) error {
		list, err = r.Signers(device)
		return err
	})
	return list, err
}

// Working returns who may work on a machine now: those whose keys sign there, who are
// not disabled, and who have the right today.
func (d *Desk) Working(ctx context.Context, device string) (list []catalog.OfficerID, err error) {
	err = d.Store.Read(ctx, func(r Records) error {
		list = nil
		v, err := r.Device(device)
		if err != nil || !v.Revoked.IsZero() {
			return err
		}
		signers, err := r.Signers(device)
		if err != nil {
			return err
		}
		for _, s := range signers {
			if !s.Ended.IsZero() || slices.Contains(list, s.Officer) {
				continue
			}
			u, err := r.User(s.Officer)
			if err == nil && !u.Disabled.IsZero() {
				continue
			}
			if err == nil {
				_, err = d.may(u.Officer(), rights.WorkOffline, v.Agency, v.Point)
			}
			switch {
			case err == nil:
				list = append(list, s.Officer)
			case !errors.Is(err, fault.NotFound) && !errors.Is(err, fault.Forbidden):
				return err
			}
		}
		return nil
	})
	return list, err
}

// Revoke shuts a machine out. It is told so when it comes next, and can still hand out
// what it did not send; nothing more is taken from it, and nobody signs on it.
func (d *Desk) Revoke(ctx context.Context, by staff.Acting, device string) error {
	return d.Store.Write(ctx, func(r Records) error {
		v, role, err := d.mine(r, by, device)
		if err != nil || !v.Revoked.IsZero() {
			return err
		}
		was := encoded(shown{Name: v.Name})
		v.Revoked, v.RevokedBy = d.now(), by.ID
		if err := errors.Join(r.PutDevice(v), r.EndCodes(v.ID, d.now())); err != nil {
			return err
		}
		list, err := r.Signers(v.ID)
		if err != nil {
			return err
		}
		for _, s := range list {
			if s.Ended.IsZero() {
				s.Ended = d.now()
				err = errors.Join(err, r.PutSigner(s))
			}
		}
		return errors.Join(err, d.record(r, by.ID, role, by.Request, "office.revoke", v.ID, v.Agency, v.Point, was, encoded(shown{Name: v.Name, Revoked: true})))
	})
}

// mine is a machine that the person may shut out, also when its agency is gone.
func (d *Desk) mine(r Records, by staff.Acting, device string) (v Device, role catalog.Role, err error) {
	v, err = r.Device(device)
	if errors.Is(err, fault.NotFound) {
		return v, "", rights.Refused()
	} else if err != nil {
		return v, "", err
	}
	target, err := d.Structure.Target(v.Agency, v.Point)
	if errors.Is(err, fault.NotFound) {
		target, err = rights.Target{Chain: []catalog.AgencyCode{v.Agency}, Point: v.Point}, nil
	}
	grant, ok := by.As(rights.RevokeOffice, target)
	if err == nil && !ok {
		err = rights.Refused()
	}
	return v, grant.Role, err
}

// shown is what the trail says of a machine or a code.
type shown struct {
	Name    string            `json:"name"`
	Device  string            `json:"device,omitempty"`
	Officer catalog.OfficerID `json:"officer,omitempty"`
	Revoked bool              `json:"revoked,omitempty"`
}

func encoded(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("enrol: texts can always be written")
	}
	return string(b)
}

func (d *Desk) record(r Records, officer catalog.OfficerID, role catalog.Role, request, action, subject string, agency catalog.AgencyCode, point catalog.PointCode, was, is string) error {
	return r.Record(trail.Entry{ID: d.id(), At: d.now(), Officer: officer, Role: role, Action: action, Scope: rights.Scope{Agency: agency, Point: point},
		Subject: subject, Before: was, After: is, Request: request})
}

// badCode is what everybody is told whose code gives nothing.
func badCode() error {
	return fault.New(fault.Invalid, fault.Text{TH: "รหัสนี้ใช้ไม่ได้ อาจหมดอายุ ใช้ไปแล้ว หรือเป็นของเครื่องอื่น", EN: "This code can not be used. It may have expired, been used, or be another machine's."},
		fault.Text{TH: "ขอรหัสใหม่จากระบบหลังบ้านของส่วนกลาง", EN: "Ask for another in the centre's back office."})
}

func revoked() error {
	return fault.New(fault.Conflict, fault.Text{TH: "เครื่องนี้ถูกยกเลิกแล้ว", EN: "This machine was revoked."},
		fault.Text{TH: "ลงทะเบียนเป็นเครื่องใหม่", EN: "Enrol it as a new one."})
}
