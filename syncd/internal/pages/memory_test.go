package pages

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// memory is a store in memory: transactions one after the other, undone by an
// error. It counts what is written.
type memory struct {
	mu     sync.Mutex
	now    records
	writes int
	down   error // what every transaction fails with; nil
}

type records struct {
	users    map[catalog.OfficerID]staff.User
	grants   map[string]staff.Grant
	tokens   map[string]staff.Token
	sessions map[staff.Hash]staff.Session
	tries    map[string][]time.Time
	entries  []trail.Entry
}

func newMemory() *memory {
	return &memory{now: records{map[catalog.OfficerID]staff.User{}, map[string]staff.Grant{}, map[string]staff.Token{}, map[staff.Hash]staff.Session{}, map[string][]time.Time{}, nil}}
}

func (r records) clone() records {
	return records{maps.Clone(r.users), maps.Clone(r.grants), maps.Clone(r.tokens), maps.Clone(r.sessions), maps.Clone(r.tries), slices.Clone(r.entries)}
}

func (m *memory) Read(_ context.Context, do func(staff.Records) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down != nil {
		return m.down
	}
	r := m.now.clone()
	return do(&r)
}

func (m *memory) Write(_ context.Context, do func(staff.Records) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down != nil {
		return m.down
	}
	r := m.now.clone()
	if err := do(&r); err != nil {
		return err
	}
	m.now = r
	m.writes++
	return nil
}

func absent() error { return fault.New(fault.NotFound, fault.Text{TH: "ไม่มี", EN: "none"}) }

func (r *records) whole(u staff.User) staff.User {
	u.Grants = nil
	for _, g := range r.grants {
		if g.User == u.ID && g.Ended.IsZero() {
			u.Grants = append(u.Grants, g)
		}
	}
	slices.SortFunc(u.Grants, earlier)
	return u
}

func earlier(a, b staff.Grant) int { return strings.Compare(a.ID, b.ID) }

func (r *records) User(id catalog.OfficerID) (staff.User, error) {
	u, ok := r.users[id]
	if !ok {
		return u, absent()
	}
	return r.whole(u), nil
}

func (r *records) UserOf(issuer, subject string) (staff.User, error) {
	for _, u := range r.users {
		if u.Issuer == issuer && u.Subject == subject {
			return r.whole(u), nil
		}
	}
	return staff.User{}, absent()
}

func (r *records) UsersWithEmail(email string) (us []staff.User, _ error) {
	for _, u := range r.users {
		if strings.EqualFold(u.Email, email) {
			us = append(us, r.whole(u))
		}
	}
	return us, nil
}

func (r *records) FindUsers(f staff.UserFilter) (us []staff.User, all int, _ error) {
	for _, u := range r.users {
		u = r.whole(u)
		holds := slices.ContainsFunc(u.Grants, func(g staff.Grant) bool {
			return (f.Role == "" || g.Role == f.Role) && (f.Agencies == nil || slices.Contains(f.Agencies, g.Scope.Agency))
		})
		if f.Role == "" && f.Agencies == nil {
			holds = true
		}
		if holds && strings.Contains(strings.ToLower(u.Name+"\n"+u.Email), strings.ToLower(f.Text)) {
			us = append(us, u)
		}
	}
	slices.SortFunc(us, func(a, b staff.User) int {
		c := 0
		switch f.Sort {
		case staff.ByCreated:
			c = a.Created.Compare(b.Created)
		case staff.BySignIn:
			c = a.LastSignIn.Compare(b.LastSignIn)
		default:
			c = strings.Compare(a.Name, b.Name)
		}
		if c == 0 {
			c = strings.Compare(string(a.ID), string(b.ID))
		}
		if f.Down {
			c = -c
		}
		return c
	})
	return part(us, f.Page), len(us), nil
}

func part[T any](all []T, p trail.Page) []T {
	from := min(p.Offset, len(all))
	return all[from:min(from+p.Size(), len(all))]
}

func (r *records) PutUser(u staff.User) error { r.users[u.ID] = u; return nil }

func (r *records) PutGrant(g staff.Grant) error { r.grants[g.ID] = g; return nil }

func (r *records) GrantsOn(at time.Time, agencies []catalog.AgencyCode) (gs []staff.Grant, _ error) {
	for _, g := range r.grants {
		if !g.From.After(at) && (g.Ended.IsZero() || g.Ended.After(at)) && (agencies == nil || slices.Contains(agencies, g.Scope.Agency)) {
			gs = append(gs, g)
		}
	}
	slices.SortFunc(gs, earlier)
	return gs, nil
}

func (r *records) GrantsOf(user catalog.OfficerID) (gs []staff.Grant, _ error) {
	for _, g := range r.grants {
		if g.User == user {
			gs = append(gs, g)
		}
	}
	slices.SortFunc(gs, earlier)
	return gs, nil
}

func (r *records) TokenWith(h staff.Hash) (staff.Token, error) {
	for _, t := range r.tokens {
		if t.Hash == h {
			return t, nil
		}
	}
	return staff.Token{}, absent()
}

func (r *records) LiveToken(g rights.Grant) (staff.Token, error) {
	for _, t := range r.tokens {
		if t.Grant == g && t.UsedAt.IsZero() && t.RevokedAt.IsZero() {
			return t, nil
		}
	}
	return staff.Token{}, absent()
}

func (r *records) FindTokens(f staff.TokenFilter) (ts []staff.Token, all int, _ error) {
	for _, t := range r.tokens {
		live := t.UsedAt.IsZero() && t.RevokedAt.IsZero() && f.Now.Before(t.Expires)
		if (f.Role == "" || t.Role == f.Role) && (f.Agencies == nil || slices.Contains(f.Agencies, t.Scope.Agency)) && (live || !f.Live) {
			ts = append(ts, t)
		}
	}
	slices.SortFunc(ts, func(a, b staff.Token) int { return strings.Compare(b.ID, a.ID) })
	return part(ts, f.Page), len(ts), nil
}

func (r *records) PutToken(t staff.Token) error { r.tokens[t.ID] = t; return nil }

func (r *records) Session(h staff.Hash) (staff.Session, error) {
	s, ok := r.sessions[h]
	if !ok {
		return s, absent()
	}
	return s, nil
}

func (r *records) SessionsOf(user catalog.OfficerID) (ss []staff.Session, _ error) {
	for _, s := range r.sessions {
		if s.User == user {
			ss = append(ss, s)
		}
	}
	slices.SortFunc(ss, func(a, b staff.Session) int { return strings.Compare(b.ID, a.ID) })
	return ss, nil
}

func (r *records) PutSession(s staff.Session) error { r.sessions[s.Hash] = s; return nil }

func (r *records) DropSession(h staff.Hash) error { delete(r.sessions, h); return nil }

func (r *records) DropSessionsOf(user catalog.OfficerID) error {
	maps.DeleteFunc(r.sessions, func(_ staff.Hash, s staff.Session) bool { return s.User == user })
	return nil
}

func (r *records) DropSessionsBefore(created, seen time.Time) (int, error) {
	n := len(r.sessions)
	maps.DeleteFunc(r.sessions, func(_ staff.Hash, s staff.Session) bool {
		return s.Created.Before(created) || s.Seen.Before(seen)
	})
	return n - len(r.sessions), nil
}

func (r *records) Tries(key string, since time.Time) (n int, _ error) {
	for _, at := range r.tries[key] {
		if !at.Before(since) {
			n++
		}
	}
	return n, nil
}

func (r *records) Try(key string, at time.Time) error {
	r.tries[key] = append(slices.Clone(r.tries[key]), at)
	return nil
}

func (r *records) DropTriesBefore(time.Time) error { return nil }

func (r *records) Record(e trail.Entry) error { r.entries = append(r.entries, e); return nil }

func (r *records) found(f trail.Filter) (es []trail.Entry) {
	for _, e := range slices.Backward(r.entries) {
		if (f.Officer == "" || e.Officer == f.Officer) && strings.HasPrefix(e.Action, f.Action) && (f.From.IsZero() || !e.At.Before(f.From)) &&
			(f.To.IsZero() || e.At.Before(f.To)) && (f.Agencies == nil || slices.Contains(f.Agencies, e.Scope.Agency)) {
			es = append(es, e)
		}
	}
	return es
}

func (r *records) FindEntries(f trail.Filter) ([]trail.Entry, error) {
	return part(r.found(f), f.Page), nil
}

func (r *records) CountEntries(f trail.Filter) (int, error) { return len(r.found(f)), nil }
