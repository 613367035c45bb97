package staff

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/google/uuid"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/trail"
)

// Desk does what the staff's rules allow: it reads the clock, decides, keeps the
// result and writes the trail in one transaction. It may be used by any number
// of goroutines.
type Desk struct {
	Store     Store
	Structure Structure
	Now       func() time.Time
	Random    io.Reader // a cryptographic source
	Limits    Limits

	// SignedOut is called after sessions of a person were ended before their
	// time; nil: nobody wants to know. It must not wait.
	SignedOut func(catalog.OfficerID)
}

// Limits are times that an operator may set. Zero ones are not allowed; Usual
// gives the rule.
type Limits struct {
	Idle        time.Duration // a session ends when not seen for this long
	Absolute    time.Duration // and this long after sign-in whatever happens
	TokenExpiry time.Duration // from a token's issue
}

// Usual are the limits of the domain: 30 minutes, 12 hours, 30 days.
func Usual() Limits {
	return Limits{Idle: 30 * time.Minute, Absolute: 12 * time.Hour, TokenExpiry: 30 * 24 * time.Hour}
}

// Acting is the person who acts, and the request in which it happens.
type Acting struct {
	rights.Officer
	Request string
}

// Console acts for whoever may run programs on the machine: no officer, and
// every right.
var Console = Acting{}

func (a Acting) isConsole() bool { return a.ID == "" }

func (d *Desk) random(n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(d.Random, b); err != nil {
		panic("staff: no randomness: " + err.Error()) // nothing may be issued without
	}
	return b
}

// id makes a UUIDv7 for a record.
func (d *Desk) id() string {
	id, err := uuid.NewV7FromReader(d.Random)
	if err != nil {
		panic("staff: no randomness: " + err.Error())
	}
	return id.String()
}

// now is the time as stores keep it: to the microsecond.
func (d *Desk) now() time.Time { return d.Now().UTC().Truncate(time.Microsecond) }

// entry begins an entry of the trail.
func (d *Desk) entry(by Acting, action string, scope rights.Scope, subject string) trail.Entry {
	return trail.Entry{ID: d.id(), At: d.now(), Officer: by.ID, Action: action, Scope: scope, Subject: subject, Request: by.Request}
}

// state writes a value of the trail.
func state(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("staff: the trail holds plain values only: " + err.Error())
	}
	return string(b)
}

// granted is a grant as the trail shows it.
type granted struct {
	Grant  string             `json:"grant,omitempty"`
	User   catalog.OfficerID  `json:"user,omitempty"`
	Role   catalog.Role       `json:"role"`
	Agency catalog.AgencyCode `json:"agency,omitempty"`
	Point  catalog.PointCode  `json:"point,omitempty"`
}

func told(g Grant) string {
	return state(granted{g.ID, g.User, g.Role, g.Scope.Agency, g.Scope.Point})
}

// target finds what a scope concerns; the zero scope is the country.
func (d *Desk) target(s rights.Scope) (rights.Target, error) {
	if s.IsZero() {
		return rights.Target{}, nil
	}
	return d.Structure.Target(s.Agency, s.Point)
}

// mayManage decides whether the acting person may give or take a grant, and as
// what: roles of the country are the DGA's to give.
func (d *Desk) mayManage(by Acting, g rights.Grant) (catalog.Role, error) {
	if by.isConsole() {
		return "", nil
	}
	action := rights.ManageStaff
	if g.Role.Everywhere() {
		action = rights.IssueFirst
	}
	t, err := d.target(g.Scope)
	if errors.Is(err, fault.NotFound) {
		t, err = rights.Target{Chain: []catalog.AgencyCode{g.Scope.Agency}, Point: g.Scope.Point}, nil // gone, or never there: known to whoever reaches it anyway
	}
	if err != nil {
		return "", err
	}
	as, ok := by.As(action, t)
	if !ok {
		return "", rights.Refused()
	}
	return as.Role, nil
}

// Agencies returns for which agencies the acting person may do an action, and
// whether it is all.
func (d *Desk) Agencies(by Acting, a rights.Action) (codes []catalog.AgencyCode, everywhere bool) {
	if by.isConsole() {
		return nil, true
	}
	return by.Agencies(a, d.Structure.Below)
}

// within cuts the agencies that someone asks for to those that the person
// reaches. Asking for none means all that is reached.
func (d *Desk) within(by Acting, a rights.Action, asked catalog.AgencyCode) ([]catalog.AgencyCode, error) {
	if by.isConsole() {
		if asked == "" {
			return nil, nil
		}
		return d.Structure.Below(asked), nil
	}
	return by.Within(a, asked, d.Structure.Below)
}

// read and write run a transaction and return what it found.
func read[T any](ctx context.Context, s Store, do func(Records) (T, error)) (out T, err error) {
	err = s.Read(ctx, func(r Records) (err error) { out, err = do(r); return err })
	return out, err
}

func write[T any](ctx context.Context, s Store, do func(Records) (T, error)) (out T, err error) {
	err = s.Write(ctx, func(r Records) (err error) { out, err = do(r); return err })
	return out, err
}
