package staff

import (
	"context"
	"errors"
	"slices"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
)

// A person may try this many tokens in so much time.
const (
	tokenTries  = 5
	tokenWindow = 15 * time.Minute
)

// Wait is an error of kind Unavailable for who has tried too often.
type Wait struct {
	told *fault.Error
	wait time.Duration
}

// Error says it in English, as logs show it.
func (w *Wait) Error() string { return w.told.Error() }

// Unwrap gives what the person is told.
func (w *Wait) Unwrap() error { return w.told }

// RetryAfter is how long it takes at most until the next try counts.
func (w *Wait) RetryAfter() time.Duration { return w.wait }

// Issue makes the token of a role and scope, ending the one that was live, and
// returns its secret, which is kept nowhere. An error of kind Forbidden when the
// acting person may not, of kind NotFound when there is no such agency or point.
func (d *Desk) Issue(ctx context.Context, by Acting, g rights.Grant) (secret string, t Token, err error) {
	return d.issue(ctx, by, g, func(Records) error { return nil })
}

// Renew is Issue by someone who saw the live token with an id, or that there was
// none: "". When another is live meanwhile, as after a form that was sent twice,
// nothing is issued: an error of type *Moved.
func (d *Desk) Renew(ctx context.Context, by Acting, g rights.Grant, seen string) (secret string, t Token, err error) {
	return d.issue(ctx, by, g, func(r Records) error {
		live, err := r.LiveToken(g)
		if errors.Is(err, fault.NotFound) || err == nil && !live.live(d.now()) {
			live, err = Token{}, nil
		}
		if err == nil && live.ID != seen {
			err = &Moved{live}
		}
		return err
	})
}

// Moved says that another token is live than someone saw; the zero Token: none.
type Moved struct{ Live Token }

// Error says it in English, as logs show it.
func (m *Moved) Error() string { return "another token is live" }

// Unwrap gives the kind.
func (m *Moved) Unwrap() error { return fault.Conflict }

// issue issues a token when a check in the same transaction lets it.
func (d *Desk) issue(ctx context.Context, by Acting, g rights.Grant, check func(Records) error) (secret string, t Token, err error) {
	if err := g.CheckForm(); err != nil {
		return "", t, err
	}
	as, err := d.mayManage(by, g)
	if err != nil {
		return "", t, err
	}
	if _, err := d.target(g.Scope); err != nil {
		return "", t, err
	}
	secret = newToken(d.random(tokenLength))
	t, err = write(ctx, d.Store, func(r Records) (Token, error) {
		if err := check(r); err != nil {
			return Token{}, err
		}
		now := d.now()
		t := Token{Grant: g, ID: d.id(), Hash: hashToken(secret), IssuedAt: now, IssuedBy: by.ID, Expires: now.Add(d.Limits.TokenExpiry)}
		e := d.entry(by, "token.issue", g.Scope, t.ID)
		e.Role = as
		old, err := d.revoke(r, by, g)
		switch {
		case err == nil:
			e.Before = state(granted{Grant: old.ID, Role: g.Role, Agency: g.Scope.Agency, Point: g.Scope.Point})
		case !errors.Is(err, fault.NotFound):
			return t, err
		}
		e.After = state(granted{Role: g.Role, Agency: g.Scope.Agency, Point: g.Scope.Point})
		if err := r.Record(e); err != nil {
			return t, err
		}
		return t, r.PutToken(t)
	})
	if err != nil {
		return "", t, err
	}
	return secret, t, nil
}

// revoke ends the live token of a grant; an error of kind NotFound when there is
// none.
func (d *Desk) revoke(r Records, by Acting, g rights.Grant) (Token, error) {
	t, err := r.LiveToken(g)
	if err != nil {
		return t, err
	}
	t.RevokedAt, t.RevokedBy = d.now(), by.ID
	return t, r.PutToken(t)
}

// Revoke ends the live token of a role and scope.
func (d *Desk) Revoke(ctx context.Context, by Acting, g rights.Grant) error {
	as, err := d.mayManage(by, g)
	if err != nil {
		return err
	}
	return d.Store.Write(ctx, func(r Records) error {
		t, err := d.revoke(r, by, g)
		if err != nil {
			return err
		}
		e := d.entry(by, "token.revoke", g.Scope, t.ID)
		e.Role, e.Before = as, state(granted{Role: g.Role, Agency: g.Scope.Agency, Point: g.Scope.Point})
		return r.Record(e)
	})
}

// Redeem gives the acting person the grant of a token, as typed. A token serves
// once, whoever else tries at the same moment. What it was that failed is not
// told, and failures are counted: the sixth within a quarter of an hour is an
// error of type *Wait. A person who holds the grant already keeps the token
// unspent: an error of kind Conflict.
func (d *Desk) Redeem(ctx context.Context, by Acting, typed string) (Grant, error) {
	hash, bad := readToken(typed)
	key := "token:" + string(by.ID)
	var refused error
	g, err := write(ctx, d.Store, func(r Records) (g Grant, err error) {
		refused = nil
		now := d.now()
		n, err := r.Tries(key, now.Add(-tokenWindow))
		if err != nil {
			return g, err
		}
		if n >= tokenTries {
			refused = tooMany()
			return g, nil
		}
		t, err := r.TokenWith(hash)
		switch {
		case err != nil && !errors.Is(err, fault.NotFound):
			return g, err
		case bad != nil, err != nil, !t.live(now):
			refused = badToken()
			if err := r.Try(key, now); err != nil {
				return g, err
			}
			return g, r.Record(d.entry(by, "token.refused", rights.Scope{}, ""))
		}
		return d.spend(r, by, t)
	})
	if err == nil {
		err = refused
	}
	return g, err
}

func tooMany() error {
	return &Wait{fault.New(fault.Unavailable,
		fault.Text{TH: "ลองรหัสหลายครั้งเกินไป", EN: "Too many tokens were tried."},
		fault.Text{TH: "รอ 15 นาทีแล้วลองใหม่", EN: "Wait 15 minutes, then try again."}), tokenWindow}
}

// live reports whether a token can be redeemed.
func (t Token) live(now time.Time) bool {
	return t.UsedAt.IsZero() && t.RevokedAt.IsZero() && now.Before(t.Expires)
}

// spend marks a token used and gives its grant.
func (d *Desk) spend(r Records, by Acting, t Token) (Grant, error) {
	u, err := r.User(by.ID)
	if err != nil {
		return Grant{}, err
	}
	if !u.Disabled.IsZero() {
		return Grant{}, disabled()
	}
	if slices.ContainsFunc(u.Grants, func(g Grant) bool { return g.Grant == t.Grant }) {
		return Grant{}, fault.New(fault.Conflict, fault.Text{TH: "บัญชีนี้มีสิทธิ์ตามรหัสนี้อยู่แล้ว", EN: "This account already has what the token gives."},
			fault.Text{TH: "รหัสยังไม่ถูกใช้ ให้ผู้อื่นที่ต้องการใช้ได้", EN: "The token was not spent; someone else can use it."})
	}
	now := d.now()
	t.UsedAt, t.UsedBy = now, u.ID
	g := Grant{Grant: t.Grant, ID: d.id(), User: u.ID, Source: ByToken, From: now, By: t.IssuedBy}
	e := d.entry(by, "token.redeem", t.Scope, t.ID)
	e.Role, e.After = t.Role, told(g)
	return g, errors.Join(r.PutToken(t), r.PutGrant(g), r.Record(e))
}

// Tokens returns the tokens that the acting person manages, newest first, and
// how many there are. An agency stands for itself and all below it; "" for all
// that the person reaches.
func (d *Desk) Tokens(ctx context.Context, by Acting, agency catalog.AgencyCode, f TokenFilter) (ts []Token, all int, err error) {
	if f.Agencies, err = d.within(by, rights.ManageStaff, agency); err != nil {
		return nil, 0, err
	}
	f.Now = d.now()
	err = d.Store.Read(ctx, func(r Records) (err error) { ts, all, err = r.FindTokens(f); return err })
	return ts, all, err
}

// Live reports whether a token can be redeemed now.
func (d *Desk) Live(t Token) bool { return t.live(d.now()) }
