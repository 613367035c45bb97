package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"khumue/internal/fault"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/staff/stafftest"
)

// member is one of those who share a commit.
type member struct {
	ctx context.Context
	do  func(staff.Records) error
	err error
}

// adds is a member that adds a user.
func adds(n int) *member {
	return &member{do: func(r staff.Records) error { return r.PutUser(stafftest.User(n)) }}
}

// inLine is how many wait to share, or not.
func (t *turns) inLine(shares bool) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(*t.line(shares))
}

// until looks again and again, for something that others are about to do.
func until(t *testing.T, so func() bool) {
	t.Helper()
	for began := time.Now(); !so(); runtime.Gosched() {
		if time.Since(began) > 20*time.Second {
			t.Fatal("it does not come")
		}
	}
}

// together has members share one commit, in their order, and returns when all have
// heard what became of it.
func together(t *testing.T, s *Store, all ...*member) {
	t.Helper()
	turns := unhurried(s)
	if _, err := turns.wait(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	var ended sync.WaitGroup
	for i, m := range all {
		ended.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					m.err = fmt.Errorf("panic: %v", p)
				}
			}()
			ctx := m.ctx
			if ctx == nil {
				ctx = t.Context()
			}
			m.err = s.share(ctx, func(r *records) error { return m.do(r) })
		})
		until(t, func() bool { return turns.inLine(true) == i+1 })
	}
	turns.next(false)
	ended.Wait()
}

// users are the numbers of those who are there, of so many.
func users(t *testing.T, s *Store, most int) string {
	t.Helper()
	var out []string
	for n := range most {
		err := s.Read(t.Context(), func(r staff.Records) error { _, err := r.User(stafftest.ID(n)); return err })
		if err == nil {
			out = append(out, fmt.Sprint(n))
		} else if !errors.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
	}
	return strings.Join(out, " ")
}

// onFiles runs a test with a file of each kind.
func onFiles(t *testing.T, test func(t *testing.T, s *Store)) {
	for _, d := range databases {
		if name := d.empty(t); !isPostgres(name) {
			t.Run(d.name, func(t *testing.T) { test(t, mustOpen(t, name)) })
		}
	}
}

func TestOneCommitIsOfMany(t *testing.T) {
	onFiles(t, func(t *testing.T, s *Store) {
		var all []*member
		for n := range 10 {
			m := adds(n)
			all = append(all, &member{do: func(r staff.Records) error {
				if n > 0 {
					if _, err := r.User(stafftest.ID(n - 1)); err != nil {
						t.Errorf("%d does not see what came before it: %v", n, err)
					}
				}
				if got := users(t, s, n); got != "" {
					t.Errorf("others see %s before all are durable", got)
				}
				return m.do(r)
			}})
		}
		together(t, s, all...)
		for n, m := range all {
			if m.err != nil {
				t.Errorf("%d: %v", n, m.err)
			}
		}
		if got := users(t, s, 11); got != "0 1 2 3 4 5 6 7 8 9" {
			t.Errorf("there are %s", got)
		}
	})
}

func TestWhatFailsAmongManyUndoesItselfAlone(t *testing.T) {
	gone, leave := context.WithCancel(t.Context())
	tests := map[string]struct {
		bad  member
		want error
	}{
		"an error of its own": {member{do: func(r staff.Records) error {
			return errors.Join(r.PutUser(stafftest.User(7)), errors.New("no"))
		}}, nil},
		"what the database refuses": {member{do: func(r staff.Records) error {
			twice := stafftest.User(7)
			twice.Subject, twice.Issuer = stafftest.User(0).Subject, stafftest.User(0).Issuer
			_ = r.PutUser(stafftest.User(8))
			_ = r.PutUser(twice)
			return nil
		}}, fault.Conflict},
		"a panic": {member{do: func(r staff.Records) error {
			_ = r.PutUser(stafftest.User(7))
			panic("a map of nil")
		}}, nil},
		"whoever asked goes away": {member{ctx: gone, do: func(r staff.Records) error {
			err := r.PutUser(stafftest.User(7))
			leave()
			_ = r.PutUser(stafftest.User(8))
			return err
		}}, context.Canceled},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := mustOpen(t, databases[0].empty(t))
			all := []*member{adds(0), &test.bad, adds(2)}
			together(t, s, all...)
			if all[0].err != nil || all[2].err != nil {
				t.Errorf("the others end with %v and %v", all[0].err, all[2].err)
			}
			if err := all[1].err; err == nil || test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if got := users(t, s, 10); got != "0 2" {
				t.Errorf("there are %s", got)
			}
			sound(t, s)
		})
	}
}

// TestWhenSQLiteUndoesAllNobodyIsTold has the disk full in the middle: SQLite may
// undo the whole transaction then.
func TestWhenSQLiteUndoesAllNobodyIsToldOtherwise(t *testing.T) {
	s := mustOpen(t, databases[0].empty(t))
	book(t, s).Write(func(r staff.Records) error { return r.PutUser(stafftest.User(9)) })
	if err := pragma(s, "max_page_count = 60"); err != nil {
		t.Fatal(err)
	}
	big := stafftest.User(1)
	big.Name = strings.Repeat("ก", 1<<20)
	all := []*member{adds(0), {do: func(r staff.Records) error { return r.PutUser(big) }}, adds(2)}
	together(t, s, all...)
	if !errors.Is(all[1].err, fault.Unavailable) {
		t.Errorf("got %v", all[1].err)
	}
	want := "9"
	for n, m := range all {
		if m.err == nil {
			want = fmt.Sprint(n) + " " + want
		}
	}
	if n := strings.Fields(want); len(n) == 3 {
		want = "0 2 9"
	}
	if got := users(t, s, 10); got != want {
		t.Errorf("there are %s, and told was %s", got, want)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("a full disk stops it for ever: %v", err)
	}
	together(t, s, adds(3), adds(4))
	if got := users(t, s, 10); !strings.Contains(got, "3 4") {
		t.Errorf("later there are %s", got)
	}
}

// TestWhoSharesNothingComesFirst has one come who shares nothing while many share.
func TestWhoSharesNothingComesFirst(t *testing.T) {
	s := mustOpen(t, databases[0].empty(t))
	turns := &s.engine.(*lite).turns
	var mu sync.Mutex
	var order []string
	note := func(what string) {
		mu.Lock()
		defer mu.Unlock()
		order = append(order, what)
	}
	var alone sync.WaitGroup
	var all []*member
	for n := range 5 {
		m := adds(n)
		all = append(all, &member{do: func(r staff.Records) error {
			note("shared")
			if n == 1 {
				alone.Go(func() {
					if err := s.Write(t.Context(), func(r staff.Records) error { note("single"); return adds(5).do(r) }); err != nil {
						t.Error(err)
					}
				})
				until(t, func() bool { return turns.inLine(false) == 1 })
			}
			return m.do(r)
		}})
	}
	together(t, s, all...)
	alone.Wait()
	if got := strings.Join(order, " "); got != "shared shared single shared shared shared" {
		t.Errorf("they came as %s", got)
	}
	if got := users(t, s, 6); got != "0 1 2 3 4 5" {
		t.Errorf("there are %s", got)
	}
}

// TestNobodyStarves has many come who share nothing: one that shares goes between.
func TestNobodyStarves(t *testing.T) {
	var turns turns
	if _, err := turns.wait(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	var order []string
	var ended sync.WaitGroup
	for n := range 6 {
		shares := n >= 4
		ended.Go(func() {
			if _, err := turns.wait(t.Context(), shares); err != nil {
				t.Error(err)
			}
			order = append(order, map[bool]string{true: "shared", false: "single"}[shares])
			turns.next(shares)
		})
		until(t, func() bool { return turns.inLine(false)+turns.inLine(true) == n+1 })
	}
	turns.next(false)
	ended.Wait()
	if got := strings.Join(order, " "); got != "shared single shared single single single" {
		t.Errorf("they came as %s", got)
	}
}

func TestWhoGoesAwayFromTheLineHoldsUpNobody(t *testing.T) {
	s := mustOpen(t, databases[0].empty(t))
	gone, leave := context.WithCancel(t.Context())
	turns := &s.engine.(*lite).turns
	if _, err := turns.wait(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	quit := make(chan error, 2)
	for _, write := range []func() error{
		func() error { return s.Write(gone, func(r staff.Records) error { return adds(0).do(r) }) },
		func() error { return s.share(gone, func(r *records) error { return adds(1).do(r) }) },
	} {
		go func() { quit <- write() }()
	}
	until(t, func() bool { return turns.inLine(false)+turns.inLine(true) == 2 })
	leave()
	for range 2 {
		if err := <-quit; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
	turns.next(false)
	together(t, s, adds(2))
	if got := users(t, s, 3); got != "2" {
		t.Errorf("there are %s", got)
	}
}
