package sqlstore

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"khumue/internal/fault"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/outbox/outboxtest"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/staff/stafftest"
)

// trayOf opens the outbox of a store.
func trayOf(t testing.TB, s *Store) *outbox.Box {
	t.Helper()
	b, err := outbox.Open(context.Background(), outbox.Options{Store: s.Outbox(), Mark: outbox.MarkFile(filepath.Join(t.TempDir(), "mark")),
		Now: func() time.Time { return outboxtest.Noon }, Random: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// noted is the context of an action that does the n-th deed.
func noted(t testing.TB, b *outbox.Box, n int) (context.Context, *outbox.Slip) {
	t.Helper()
	ctx, slip, err := b.Note(context.Background(), outboxtest.Deed(n))
	if err != nil {
		t.Fatal(err)
	}
	return ctx, slip
}

func sent(t testing.TB, b *outbox.Box) []outbox.Item {
	t.Helper()
	list, err := b.Items(context.Background(), outbox.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func putUser(n int) func(staff.Records) error {
	return func(r staff.Records) error { return r.PutUser(stafftest.User(n)) }
}

func countUsers(r staff.Records) (int, error) {
	_, n, err := r.FindUsers(staff.UserFilter{})
	return n, err
}

func TestADeedIsWrittenDownInTheTransactionOfItsEffect(t *testing.T) {
	broken := errors.New("broken")
	nothing := func(r staff.Records) error { _, err := r.GrantsOf(stafftest.ID(1)); return err }
	for _, tc := range []struct {
		name   string
		action func(context.Context, *Store) error
		ops    int
		users  int
		fails  bool
	}{
		{"one transaction", func(ctx context.Context, s *Store) error { return s.Write(ctx, putUser(1)) }, 1, 1, false},
		{"one that fails leaves neither", func(ctx context.Context, s *Store) error {
			return s.Write(ctx, func(r staff.Records) error { return errors.Join(putUser(1)(r), broken) })
		}, 0, 0, true},
		{"one that the database refuses", func(ctx context.Context, s *Store) error {
			return s.Write(ctx, func(r staff.Records) error {
				g := stafftest.Grant(1, stafftest.ID(7), stafftest.Held("author", "dlt", ""))
				return errors.Join(putUser(1)(r), r.PutGrant(g))
			})
		}, 0, 0, true},
		{"the first of several that changes anything carries it, once", func(ctx context.Context, s *Store) error {
			return errors.Join(s.Read(ctx, nothing), s.Write(ctx, nothing), s.Write(ctx, putUser(1)), s.Write(ctx, putUser(2)))
		}, 1, 2, false},
		{"one that failed before is made good by the next", func(ctx context.Context, s *Store) error {
			if s.Write(ctx, func(r staff.Records) error { return errors.Join(putUser(1)(r), broken) }) == nil {
				return errors.New("it did not fail")
			}
			return s.Write(ctx, putUser(2))
		}, 1, 1, false},
		{"what is written aside carries nothing", func(ctx context.Context, s *Store) error { return s.Write(outbox.Aside(ctx), putUser(1)) }, 0, 1, false},
		{"what changes nothing carries nothing", func(ctx context.Context, s *Store) error { return s.Write(ctx, nothing) }, 0, 0, false},
		{"another room's transaction", func(ctx context.Context, s *Store) error {
			return s.Outbox().Write(ctx, func(r outbox.Records) error { return r.SetNote("n", "1") })
		}, 1, 0, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			onEach(t, func(t *testing.T, name string) {
				s := mustOpen(t, name)
				b := trayOf(t, s)
				ctx, slip := noted(t, b, 1)
				if err := tc.action(ctx, s); (err != nil) != tc.fails {
					t.Fatal(err)
				}
				got := sent(t, b)
				users := stafftest.Read(book(t, s), countUsers)
				if len(got) != tc.ops || users != tc.users || slip.Written() != (tc.ops == 1) {
					t.Fatalf("got %d operations and %d users, written %v; want %d and %d", len(got), users, slip.Written(), tc.ops, tc.users)
				}
				if tc.ops == 1 && (got[0].ID != slip.ID() || got[0].Seq != 1 || got[0].Stream != b.Stream() || got[0].Sum != got[0].Op.Sum()) {
					t.Errorf("got %+v", got[0])
				}
			})
		})
	}
}

func TestActionsAtOnceAreNumberedWithoutAGapAndNoneTwice(t *testing.T) {
	onEach(t, func(t *testing.T, name string) {
		s := mustOpen(t, name)
		b := trayOf(t, s)
		var all sync.WaitGroup
		for n := range 8 {
			ctx, slip := noted(t, b, n)
			all.Go(func() {
				err := s.Write(ctx, func(r staff.Records) error { // each reads what the others write: PostgreSQL runs some again
					have, err := countUsers(r)
					return errors.Join(err, r.PutUser(stafftest.User(have+1)))
				})
				if err != nil || !slip.Written() {
					t.Errorf("%d: written %v, %v", n, slip.Written(), err)
				}
			})
		}
		all.Wait()
		list := sent(t, b)
		seen := map[int64]bool{}
		for _, i := range list {
			seen[i.Seq] = i.Seq >= 1 && i.Seq <= 8
		}
		if len(list) != 8 || len(seen) != 8 {
			t.Errorf("%d operations with the numbers %v", len(list), seen)
		}
	})
}

func TestADeedWhereNoOutboxIsOpenChangesNothing(t *testing.T) {
	s := mustOpen(t, databases[0].empty(t))
	other := trayOf(t, mustOpen(t, databases[0].empty(t)))
	ctx, _ := noted(t, other, 1)
	if err := s.Write(ctx, putUser(1)); err == nil {
		t.Error("it was taken")
	}
	if n := stafftest.Read(book(t, s), countUsers); n != 0 {
		t.Error("its effect is there")
	}
}

func TestADeedIsTheSameBytesFromTheBeginning(t *testing.T) {
	s := mustOpen(t, databases[0].empty(t))
	b := trayOf(t, s)
	ctx, _ := noted(t, b, 3)
	if err := s.Write(ctx, putUser(1)); err != nil {
		t.Fatal(err)
	}
	was := sent(t, b)[0]
	act, err := outbox.ReadAct(was.Body)
	d := outboxtest.Deed(3)
	if err != nil || act.By != d.By || act.As != d.As || !act.At.Equal(d.At) || !bytes.Contains(act.Do, []byte(`"n":3`)) {
		t.Errorf("got %+v, %v", act, err)
	}
	if _, _, err := b.Note(ctx, outbox.Deed{Kind: "k", Entity: "e", By: "o", Do: []byte(`{"a":1,"a":2}`)}); err == nil {
		t.Error("a command that the centre would not read was noted")
	}
	big := d
	big.Do = fmt.Appendf(nil, `{"text":"%0600000d"}`, 1)
	if _, _, err := b.Note(ctx, big); !errors.Is(err, fault.Invalid) {
		t.Errorf("one that is too large: got %v", err)
	}
}

// zeros is a randomness that is none.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func TestAnEffectIsNeverWithoutItsOperationEvenWhereIdsAreNotUnique(t *testing.T) {
	s := mustOpen(t, databases[0].empty(t))
	b := trayOf(t, s)
	b.Random = zeros{}
	for n := 1; n <= 2; n++ {
		ctx, _ := noted(t, b, n)
		if err := s.Write(ctx, putUser(n)); (err == nil) != (n == 1) {
			t.Errorf("deed %d: %v", n, err)
		}
	}
	if n := stafftest.Read(book(t, s), countUsers); n != 1 || len(sent(t, b)) != 1 {
		t.Errorf("%d effects, %d operations", n, len(sent(t, b)))
	}
}

func TestOfDeedsThatAreBoundThoseAreWrittenDownThatAreDone(t *testing.T) {
	onEach(t, func(t *testing.T, name string) {
		s := mustOpen(t, name)
		b := trayOf(t, s)
		nobodys := outboxtest.Deed(2)
		nobodys.By = ""
		if _, _, err := b.Bind(t.Context(), []outbox.Deed{nobodys}); err == nil {
			t.Error("a deed of nobody has a grant")
		}
		nobodys.As.Role, nobodys.As.Scope.Agency, nobodys.As.Scope.Point = "", "", ""
		ctx, sheaf, err := b.Bind(t.Context(), []outbox.Deed{outboxtest.Deed(1), nobodys, outboxtest.Deed(3)})
		if err != nil {
			t.Fatal(err)
		}
		broken := errors.New("broken")
		for _, fails := range []error{broken, nil} {
			err := s.Write(ctx, func(r staff.Records) error {
				sheaf.Does(0, fails != nil)
				sheaf.Does(1, true)
				sheaf.Does(2, true)
				return errors.Join(putUser(1)(r), fails)
			})
			if !errors.Is(err, fails) {
				t.Fatal(err)
			}
		}
		if err := s.Write(outbox.Aside(ctx), putUser(2)); err != nil {
			t.Fatal(err)
		}
		list, err := b.Items(t.Context(), outbox.Filter{Stream: b.Stream()})
		if err != nil || len(list) != 2 || list[0].By != "" || list[0].Seq != 1 || list[1].Seq != 2 {
			t.Fatalf("got %+v, %v", list, err)
		}
		if act, err := outbox.ReadAct(list[0].Body); err != nil || act.By != "" {
			t.Errorf("got %+v, %v", act, err)
		}
	})
}
