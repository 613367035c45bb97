package pages

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/answers"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/intake"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/misses"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/summary"
	"khumue/syncd/internal/trail"
)

// store is a database that counts what is written, and can be down.
type store struct {
	staff.Store
	shelves manuals.Store // of the desk of manuals
	missing misses.Store  // of searches that found nothing
	notes   intake.Store  // of the room of imports
	answers answers.Store
	returns licences.Store
	delays  delays.Store
	sums    summary.Store
	writes  atomic.Int64
	down    error // what every transaction fails with; nil
}

func newStore(t testing.TB) *store {
	t.Helper()
	s := sqlstoretest.Open(t, filepath.Join(t.TempDir(), "khumue.db"))
	t.Cleanup(func() { s.Close() })
	return &store{Store: s, shelves: s.Manuals(), missing: s.Misses(), notes: s.Intake(), answers: s.Answers(), returns: s.Licences(), delays: s.Delays(), sums: s.Summary()}
}

// library is the same database as the desk of manuals has it.
type library struct{ *store }

func (l library) Read(ctx context.Context, do func(manuals.Records) error) error {
	if l.down != nil {
		return l.down
	}
	return l.shelves.Read(ctx, do)
}

func (l library) Write(ctx context.Context, do func(manuals.Records) error) error {
	if l.down != nil {
		return l.down
	}
	l.writes.Add(1)
	return l.shelves.Write(ctx, do)
}

func (s *store) Read(ctx context.Context, do func(staff.Records) error) error {
	if s.down != nil {
		return s.down
	}
	return s.Store.Read(ctx, do)
}

func (s *store) Write(ctx context.Context, do func(staff.Records) error) error {
	if s.down != nil {
		return s.down
	}
	s.writes.Add(1)
	return s.Store.Write(ctx, do)
}

// user is a person as the store has it.
func (s *store) user(t testing.TB, id catalog.OfficerID) (u staff.User) {
	t.Helper()
	if err := s.Read(t.Context(), func(r staff.Records) (err error) { u, err = r.User(id); return err }); err != nil {
		t.Fatal(err)
	}
	return u
}

func absent() error { return fault.New(fault.NotFound, fault.Text{TH: "ไม่มี", EN: "none"}) }

// record keeps entries of the trail.
func (s *store) record(ctx context.Context, e trail.Entry) error {
	return s.Write(ctx, func(r staff.Records) error { return r.Record(e) })
}
