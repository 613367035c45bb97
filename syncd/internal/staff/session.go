package staff

import (
	"context"
	"errors"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
)

// seenEvery is how exactly it is known when a session was seen last: a page
// view writes nothing more often.
const seenEvery = time.Minute

// Visit is a request by someone who is signed in.
type Visit struct {
	User    User
	Session Session
}

// By is the visitor as the acting person of a request.
func (v Visit) By(request string) Acting { return Acting{v.User.Officer(), request} }

// Arrival is a sign-in that an identity provider vouches for.
type Arrival struct {
	Identity Identity
	State    string // what made this sign-in unique at the provider: it serves once
	Via      string // name of the provider
	Hint     string // id token for signing out there, or ""
	Device   string // as "Chrome, Windows"
	Old      string // the cookie that the browser had before, or ""
	Request  string
}

// SignIn lets a person in and returns the secret of a new session. A person is
// who the issuer says by its subject; an imported account without either is
// taken over once by whom the provider vouches to have its e-mail address. A
// disabled user stays out: an error of kind Forbidden.
func (d *Desk) SignIn(ctx context.Context, a Arrival) (secret string, err error) {
	var refused error
	secret = writeSession(d.random(sessionBytes))
	err = d.Store.Write(ctx, func(r Records) error {
		refused = nil
		if err := d.once(r, a.State); err != nil {
			return err
		}
		u, err := d.recognise(r, a.Identity)
		if err != nil {
			return err
		}
		by := Acting{rights.Officer{ID: u.ID}, a.Request}
		if !u.Disabled.IsZero() {
			refused = disabled()
			return r.Record(d.entry(by, "sign-in.refused", rights.Scope{}, string(u.ID)))
		}
		return d.open(r, a, u, by, secret)
	})
	if err == nil {
		err = refused
	}
	if err != nil {
		return "", err
	}
	return secret, nil
}

// once refuses a sign-in that was used already.
func (d *Desk) once(r Records, state string) error {
	key := "sign-in:" + state
	n, err := r.Tries(key, time.Time{})
	if err != nil {
		return err
	}
	if n > 0 {
		return fault.New(fault.Invalid, fault.Text{TH: "การลงชื่อเข้าใช้นี้ใช้ไปแล้ว", EN: "This sign-in was used already."},
			fault.Text{TH: "เริ่มลงชื่อเข้าใช้ใหม่", EN: "Start signing in again."})
	}
	return r.Try(key, d.now())
}

func disabled() error {
	return fault.New(fault.Forbidden, fault.Text{TH: "บัญชีนี้ถูกระงับการใช้งาน", EN: "This account is disabled."},
		fault.Text{TH: "ติดต่อเจ้าหน้าที่ส่วนกลางของหน่วยงาน", EN: "Ask your agency's central officer."})
}

// recognise finds the user of an identity, or makes one.
func (d *Desk) recognise(r Records, id Identity) (User, error) {
	u, err := r.UserOf(id.Issuer, id.Subject)
	switch {
	case errors.Is(err, fault.NotFound):
		u, err = d.imported(r, id)
		if err != nil {
			return User{}, err
		}
		u.Issuer, u.Subject = id.Issuer, id.Subject
	case err != nil:
		return User{}, err
	}
	u.Name, u.Email = id.Name, ""
	if id.EmailVerified {
		u.Email = id.Email
	}
	if u.Disabled.IsZero() {
		u.LastSignIn = d.now()
	}
	return u, r.PutUser(u)
}

// imported finds the one imported account that waits for an e-mail address which
// the provider vouches for, or begins a new user.
func (d *Desk) imported(r Records, id Identity) (User, error) {
	fresh := User{ID: catalog.NewOfficerID(d.random(16)), Created: d.now()}
	if !id.EmailVerified || id.Email == "" {
		return fresh, nil
	}
	us, err := r.UsersWithEmail(id.Email)
	if err != nil {
		return User{}, err
	}
	var waiting []User
	for _, u := range us {
		if u.Subject == "" {
			waiting = append(waiting, u)
		}
	}
	if len(waiting) != 1 {
		return fresh, nil
	}
	return waiting[0], nil
}

// open makes the session, ends the one that the browser had, and writes it down.
func (d *Desk) open(r Records, a Arrival, u User, by Acting, secret string) error {
	if old, ok := readSession(a.Old); ok {
		if err := r.DropSession(old); err != nil {
			return err
		}
	}
	hash, _ := readSession(secret)
	now := d.now()
	s := Session{Hash: hash, ID: d.id(), User: u.ID, Device: a.Device, Hint: a.Hint, Via: a.Via, Created: now, Seen: now}
	if err := r.PutSession(s); err != nil {
		return err
	}
	return r.Record(d.entry(by, "sign-in", rights.Scope{}, string(u.ID)))
}

// Recognise tells who a cookie's value belongs to. It is false for whom nobody
// is signed in: never was, timed out, signed out or disabled.
func (d *Desk) Recognise(ctx context.Context, secret string) (Visit, bool, error) {
	hash, ok := readSession(secret)
	if !ok {
		return Visit{}, false, nil
	}
	v, err := d.visit(ctx, hash)
	now := d.now()
	switch {
	case errors.Is(err, fault.NotFound):
		return Visit{}, false, nil
	case err != nil:
		return Visit{}, false, err
	case !v.User.Disabled.IsZero() || v.Session.over(now, d.Limits):
		return Visit{}, false, nil
	}
	if now.Sub(v.Session.Seen) < seenEvery {
		return v, true, nil
	}
	v.Session.Seen = now
	err = d.Store.Write(ctx, func(r Records) error {
		if _, err := r.Session(hash); err != nil { // ended meanwhile: it must not come back
			return err
		}
		return r.PutSession(v.Session)
	})
	switch {
	case errors.Is(err, fault.NotFound):
		return Visit{}, false, nil
	case errors.Is(err, fault.Unavailable): // reads go on when nothing can be written
		return v, true, nil
	}
	return v, err == nil, err
}

// visit finds a session and whose it is.
func (d *Desk) visit(ctx context.Context, hash Hash) (Visit, error) {
	return read(ctx, d.Store, func(r Records) (v Visit, err error) {
		if v.Session, err = r.Session(hash); err != nil {
			return v, err
		}
		v.User, err = r.User(v.Session.User)
		return v, err
	})
}

// Ending is what ends a session.
type Ending string

// The endings.
const (
	ByIdle     Ending = "idle"       // nothing was asked for, for too long
	ByAbsolute Ending = "absolute"   // the longest time that one sign-in gives
	BySignOut  Ending = "signed-out" // somebody ended it: its person, or who may remove or disable that one
)

// Outlook is how a session stands.
type Outlook struct {
	Visit           // zero for a session that nobody knows any more
	Ends  time.Time // when, unless its person asks for something before; zero when Over
	By    Ending    // what will end it, or has
	Over  bool
}

// Look tells of a cookie's value what Recognise would, and until when. It is no
// visit: who only looks does not keep a session alive. Of a session that is over
// and forgotten it says that it was signed out.
func (d *Desk) Look(ctx context.Context, secret string) (Outlook, error) {
	over := Outlook{By: BySignOut, Over: true}
	hash, ok := readSession(secret)
	if !ok {
		return over, nil
	}
	v, err := d.visit(ctx, hash)
	switch {
	case errors.Is(err, fault.NotFound):
		return over, nil
	case err != nil:
		return Outlook{}, err
	case !v.User.Disabled.IsZero():
		return over, nil
	}
	ends, by := v.Session.ends(d.Limits)
	if v.Session.over(d.now(), d.Limits) {
		return Outlook{Visit: v, By: by, Over: true}, nil
	}
	return Outlook{Visit: v, Ends: ends, By: by}, nil
}

// ends is when a session ends by its age, and by which limit.
func (s Session) ends(l Limits) (time.Time, Ending) {
	idle, absolute := s.Seen.Add(l.Idle), s.Created.Add(l.Absolute)
	if idle.Before(absolute) {
		return idle, ByIdle
	}
	return absolute, ByAbsolute
}

// over reports whether a session has ended by its age.
func (s Session) over(now time.Time, l Limits) bool {
	ends, _ := s.ends(l)
	return !now.Before(ends)
}

// signedOut tells, after the commit, that sessions of a person have ended.
func (d *Desk) signedOut(user catalog.OfficerID, err error) error {
	if err == nil && d.SignedOut != nil {
		d.SignedOut(user)
	}
	return err
}

// SignOut ends the session of a cookie's value and returns it; an error of kind
// NotFound when there is none.
func (d *Desk) SignOut(ctx context.Context, secret, request string) (Session, error) {
	hash, ok := readSession(secret)
	if !ok {
		return Session{}, fault.New(fault.NotFound, fault.Text{TH: "ไม่ได้ลงชื่อเข้าใช้", EN: "not signed in"})
	}
	s, err := write(ctx, d.Store, func(r Records) (Session, error) {
		s, err := r.Session(hash)
		if err != nil {
			return s, err
		}
		by := Acting{rights.Officer{ID: s.User}, request}
		if err := r.Record(d.entry(by, "sign-out", rights.Scope{}, string(s.User))); err != nil {
			return s, err
		}
		return s, r.DropSession(hash)
	})
	return s, d.signedOut(s.User, err)
}

// SignOutEverywhere ends all sessions of the acting person.
func (d *Desk) SignOutEverywhere(ctx context.Context, by Acting) error {
	err := d.Store.Write(ctx, func(r Records) error {
		if err := r.Record(d.entry(by, "sign-out.everywhere", rights.Scope{}, string(by.ID))); err != nil {
			return err
		}
		return r.DropSessionsOf(by.ID)
	})
	return d.signedOut(by.ID, err)
}

// SessionsOf returns where the acting person is signed in, newest first.
func (d *Desk) SessionsOf(ctx context.Context, by Acting) ([]Session, error) {
	all, err := read(ctx, d.Store, func(r Records) ([]Session, error) { return r.SessionsOf(by.ID) })
	now := d.now()
	var live []Session
	for _, s := range all {
		if !s.over(now, d.Limits) {
			live = append(live, s)
		}
	}
	return live, err
}

// EndSession ends one session of the acting person, by its id.
func (d *Desk) EndSession(ctx context.Context, by Acting, id string) error {
	err := d.Store.Write(ctx, func(r Records) error {
		all, err := r.SessionsOf(by.ID)
		if err != nil {
			return err
		}
		for _, s := range all {
			if s.ID == id {
				if err := r.Record(d.entry(by, "sign-out.device", rights.Scope{}, string(by.ID))); err != nil {
					return err
				}
				return r.DropSession(s.Hash)
			}
		}
		return nil // already ended
	})
	return d.signedOut(by.ID, err)
}

// Tidy forgets sessions that are over and tries that count no longer.
func (d *Desk) Tidy(ctx context.Context) error {
	now := d.now()
	return d.Store.Write(ctx, func(r Records) error {
		if _, err := r.DropSessionsBefore(now.Add(-d.Limits.Absolute), now.Add(-d.Limits.Idle)); err != nil {
			return err
		}
		return r.DropTriesBefore(now.Add(-24 * time.Hour))
	})
}
