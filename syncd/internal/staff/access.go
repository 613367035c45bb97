package staff

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
)

// Permit is a part of what a person may do that an access token lends to a
// program. A token never lets its bearer do more than its owner may.
type Permit string

// The permits.
const (
	ReadContent Permit = "read"  // clone and fetch, see revisions
	WriteDrafts Permit = "write" // push and submit drafts
	Judge       Permit = "judge" // approve and return
)

// Permits are all permits.
var Permits = []Permit{ReadContent, WriteDrafts, Judge}

// AccessToken lets a program act for a person: a git client, a command line. It
// is no session: it opens no page.
type AccessToken struct {
	ID      string // UUIDv7
	Hash    Hash
	User    catalog.OfficerID
	Name    string // what its owner calls it
	Permits []Permit
	Created time.Time
	Expires time.Time
	Used    time.Time // to the day; zero: never
	Ended   time.Time // zero: not ended
}

// How long an access token may serve, what it may be called, how many of a
// person's may live at once.
const (
	longestAccess = 366 * 24 * time.Hour
	longestName   = 100 // characters
	mostAccess    = 20
)

// accessPrefix is how an access token's secret begins, so that who finds one in
// a file knows what it is.
const accessPrefix = "khumue_"

var accessText = base32.StdEncoding.WithPadding(base32.NoPadding)

// hashAccess reads a secret; false when it can not be an access token's.
func hashAccess(secret string) (Hash, bool) {
	rest, ok := strings.CutPrefix(secret, accessPrefix)
	if !ok || len(rest) != accessText.EncodedLen(sessionBytes) {
		return Hash{}, false
	}
	if _, err := accessText.DecodeString(rest); err != nil {
		return Hash{}, false
	}
	return sha256.Sum256([]byte(secret)), true
}

// NewAccess makes an access token for the acting person and returns its secret,
// which is kept nowhere. It serves for at most 366 days.
func (d *Desk) NewAccess(ctx context.Context, by Acting, name string, permits []Permit, lasts time.Duration) (secret string, t AccessToken, err error) {
	name = strings.TrimSpace(name)
	if err := checkAccess(name, permits, lasts); err != nil {
		return "", t, err
	}
	secret = accessPrefix + accessText.EncodeToString(d.random(sessionBytes))
	hash, _ := hashAccess(secret)
	t, err = write(ctx, d.Store, func(r Records) (AccessToken, error) {
		now := d.now()
		t := AccessToken{ID: d.id(), Hash: hash, User: by.ID, Name: name, Permits: slices.Clone(permits), Created: now, Expires: now.Add(lasts)}
		all, err := r.AccessOf(by.ID)
		if err != nil {
			return t, err
		}
		if len(slices.DeleteFunc(all, func(o AccessToken) bool { return !o.live(now) })) >= mostAccess {
			return t, fault.New(fault.Conflict, fault.Textf("มีรหัสเข้าถึงที่ใช้ได้ %d รหัสแล้ว", "There are %d access tokens already.", mostAccess),
				fault.Text{TH: "ยกเลิกรหัสที่ไม่ใช้ก่อน", EN: "End one that is not needed first."})
		}
		e := d.entry(by, "access.make", rights.Scope{}, t.ID)
		e.After = state(lent{name, t.Permits, t.Expires})
		return t, errors.Join(r.PutAccess(t), r.Record(e))
	})
	if err != nil {
		return "", t, err
	}
	return secret, t, nil
}

// lent is an access token as the trail shows it.
type lent struct {
	Name    string    `json:"name"`
	Permits []Permit  `json:"permits"`
	Expires time.Time `json:"expires"`
}

func checkAccess(name string, permits []Permit, lasts time.Duration) error {
	switch n := utf8.RuneCountInString(name); {
	case n == 0 || n > longestName:
		return fault.New(fault.Invalid, fault.Textf("ชื่อต้องยาว 1 ถึง %d ตัวอักษร", "A name has 1 to %d characters.", longestName))
	case len(permits) == 0 || slices.ContainsFunc(permits, func(p Permit) bool { return !slices.Contains(Permits, p) }):
		return fault.New(fault.Invalid, fault.Text{TH: "เลือกสิ่งที่รหัสนี้ทำได้อย่างน้อยหนึ่งอย่าง", EN: "Choose what the token may be used for."})
	case lasts <= 0 || lasts > longestAccess:
		return fault.New(fault.Invalid, fault.Text{TH: "รหัสใช้ได้ไม่เกิน 1 ปี", EN: "A token serves for at most a year."})
	}
	return nil
}

func (t AccessToken) live(now time.Time) bool { return t.Ended.IsZero() && now.Before(t.Expires) }

// AccessOf returns the access tokens of the acting person, newest first.
func (d *Desk) AccessOf(ctx context.Context, by Acting) ([]AccessToken, error) {
	return read(ctx, d.Store, func(r Records) ([]AccessToken, error) { return r.AccessOf(by.ID) })
}

// EndAccess ends an access token of the acting person, by its id.
func (d *Desk) EndAccess(ctx context.Context, by Acting, id string) error {
	return d.Store.Write(ctx, func(r Records) error {
		all, err := r.AccessOf(by.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(t AccessToken) bool { return t.ID == id })
		if i < 0 || !all[i].live(d.now()) {
			return nil // already ended
		}
		t := all[i]
		t.Ended = d.now()
		e := d.entry(by, "access.end", rights.Scope{}, t.ID)
		e.Before = state(lent{t.Name, t.Permits, t.Expires})
		return errors.Join(r.PutAccess(t), r.Record(e))
	})
}

// Admit tells whose an access token is, when it may be used for something. A
// permit that it lacks is an error of kind Forbidden; a token that serves no
// more, or never did, one of kind NotFound. Who was disabled is not admitted.
func (d *Desk) Admit(ctx context.Context, secret string, p Permit) (User, error) {
	hash, ok := hashAccess(secret)
	if !ok {
		return User{}, noAccess()
	}
	var t AccessToken
	u, err := read(ctx, d.Store, func(r Records) (u User, err error) {
		if t, err = r.AccessWith(hash); err != nil {
			return u, err
		}
		return r.User(t.User)
	})
	now := d.now()
	switch {
	case errors.Is(err, fault.NotFound), err == nil && (!t.live(now) || !u.Disabled.IsZero()):
		return User{}, noAccess()
	case err != nil:
		return User{}, err
	case !slices.Contains(t.Permits, p):
		return User{}, fault.New(fault.Forbidden, fault.Text{TH: "รหัสเข้าถึงนี้ไม่ได้ให้สิทธิ์ทำรายการนี้", EN: "This access token was not made for that."},
			fault.Text{TH: "สร้างรหัสใหม่ในหน้าบัญชีของฉัน", EN: "Make another on your account's page."})
	}
	if day := now.Truncate(24 * time.Hour); t.Used.Before(day) {
		t.Used = day
		err = d.Store.Write(ctx, func(r Records) error { return r.PutAccess(t) })
		if errors.Is(err, fault.Unavailable) { // reads go on when nothing can be written
			err = nil
		}
	}
	return u, err
}

func noAccess() error {
	return fault.New(fault.NotFound, fault.Text{TH: "รหัสเข้าถึงนี้ใช้ไม่ได้", EN: "This access token does not serve."},
		fault.Text{TH: "สร้างรหัสใหม่ในหน้าบัญชีของฉัน", EN: "Make another on your account's page."})
}
