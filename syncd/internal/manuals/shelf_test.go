package manuals

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// shelf keeps what notices and delegations need, in memory. What it does not keep
// nobody asks it for.
type shelf struct {
	Records
	manuals     map[catalog.ManualID]Manual
	notices     []Notice
	delegations []Delegation
	ways        map[catalog.OfficerID]Mail
	entries     []trail.Entry
}

func (s *shelf) Read(_ context.Context, do func(Records) error) error  { return do(s) }
func (s *shelf) Write(_ context.Context, do func(Records) error) error { return do(s) }

func absentOnShelf() error {
	return fault.New(fault.NotFound, fault.Text{TH: "ไม่มี", EN: "absent"})
}

func (s *shelf) Manual(id catalog.ManualID) (Manual, error) {
	m, ok := s.manuals[id]
	if !ok {
		return m, absentOnShelf()
	}
	return m, nil
}

func (s *shelf) Delegations(at time.Time) (out []Delegation, _ error) {
	for _, d := range s.delegations {
		if !at.Before(d.First) && !at.After(d.Last) && d.Ended.IsZero() {
			out = append(out, d)
		}
	}
	return out, nil
}

func (s *shelf) DelegationsOf(who catalog.OfficerID) (out []Delegation, _ error) {
	for _, d := range slices.Backward(s.delegations) {
		if d.From == who || d.To == who {
			out = append(out, d)
		}
	}
	return out, nil
}

func (s *shelf) PutDelegation(d Delegation) error {
	s.delegations = slices.DeleteFunc(s.delegations, func(o Delegation) bool { return o.ID == d.ID })
	s.delegations = append(s.delegations, d)
	return nil
}

func (s *shelf) AddNotice(n Notice) error { s.notices = append(s.notices, n); return nil }

func (s *shelf) Notices(to catalog.OfficerID, page trail.Page) (out []Notice, _ error) {
	for _, n := range slices.Backward(s.notices) {
		if n.To == to {
			out = append(out, n)
		}
	}
	out = out[min(page.Offset, len(out)):]
	return out[:min(page.Size(), len(out))], nil
}

func (s *shelf) CountUnread(to catalog.OfficerID) (n int, _ error) {
	for _, one := range s.notices {
		if one.To == to && one.Read.IsZero() {
			n++
		}
	}
	return n, nil
}

func (s *shelf) MarkRead(to catalog.OfficerID, id string, at time.Time) error {
	found := id == ""
	for i, n := range s.notices {
		if n.To == to && (id == "" || n.ID == id) {
			s.notices[i].Read, found = at, true
		}
	}
	if !found {
		return absentOnShelf()
	}
	return nil
}

func (s *shelf) MailOf(who catalog.OfficerID) (Mail, error) {
	way, ok := s.ways[who]
	if !ok {
		return "", absentOnShelf()
	}
	return way, nil
}

func (s *shelf) SetMailOf(who catalog.OfficerID, way Mail) error { s.ways[who] = way; return nil }

func (s *shelf) Record(e trail.Entry) error { s.entries = append(s.entries, e); return nil }

// roster is who holds what.
type roster map[catalog.OfficerID][]rights.Grant

func (r roster) Holders(_ context.Context, a rights.Action, agency catalog.AgencyCode) (out []catalog.OfficerID, _ error) {
	t := rights.Target{}
	if agency != "" {
		t.Chain = []catalog.AgencyCode{agency}
	}
	for id, grants := range r {
		if (rights.Officer{Grants: grants}).May(a, t) == nil {
			out = append(out, id)
		}
	}
	return out, nil
}

// by is a person of the roster who acts.
func (r roster) by(id catalog.OfficerID) staff.Acting {
	return staff.Acting{Officer: rights.Officer{ID: id, Grants: r[id]}, Request: "r-1"}
}

// bureau is a desk whose clock stands until it is moved.
type bureau struct {
	*Desk
	shelf *shelf
	staff roster
	at    time.Time
	told  []Notice
}

var (
	asReviewer = rights.Grant{Role: catalog.RoleReviewer, Scope: rights.Scope{Agency: "dlt"}}
	asAuthor   = rights.Grant{Role: catalog.RoleAuthor, Scope: rights.Scope{Agency: "dlt"}}
	asOPDC     = rights.Grant{Role: catalog.RoleOPDC}
	asCentral  = rights.Grant{Role: catalog.RoleCentral, Scope: rights.Scope{Agency: "dlt"}}
)

func openBureau(t *testing.T) *bureau {
	t.Helper()
	b := &bureau{
		shelf: &shelf{manuals: map[catalog.ManualID]Manual{"dlt-aaaaaa": {ID: "dlt-aaaaaa", Agency: "dlt"}, "doh-aaaaaa": {ID: "doh-aaaaaa", Agency: "doh"}}, ways: map[catalog.OfficerID]Mail{}},
		staff: roster{
			"ann": {asReviewer}, "bob": {asReviewer}, "cat": {asReviewer}, "dan": {asAuthor}, "eve": {asAuthor}, "fay": {asOPDC}, "gus": {asOPDC}, "hal": {asCentral},
			"ivy": {{Role: catalog.RoleReviewer, Scope: rights.Scope{Agency: "doh"}}},
		},
		at: time.Date(2026, 11, 22, 3, 42, 0, 0, time.UTC),
	}
	b.Desk = &Desk{
		Store: b.shelf, People: b.staff, Now: func() time.Time { return b.at },
		Random: bytes.NewReader(bytes.Repeat([]byte("random bits of a test "), 1000)),
		Told:   func(_ catalog.OfficerID, n Notice) { b.told = append(b.told, n) },
	}
	return b
}

// whom tells to whom notices went, with for whom.
func whom(ns []Notice) string {
	var out []string
	for _, n := range ns {
		s := string(n.To)
		if n.For != "" {
			s += " for " + string(n.For)
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}
