package sqlstore

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"khumue/internal/fault"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/staff/stafftest"
)

// puts writes a user under a context, as what offices did is written.
func puts(ctx context.Context, t *testing.T, s *Store, n int) {
	t.Helper()
	if err := s.share(ctx, func(r *records) error { return adds(n).do(r) }); err != nil {
		t.Fatalf("%d: %v", n, err)
	}
}

func lasts(t *testing.T, kept func() error) {
	t.Helper()
	if err := kept(); err != nil {
		t.Fatal(err)
	}
}

// unhurried keeps a convoy from ending for its time, which on a slow machine may be over.
func unhurried(s *Store) *turns {
	l := s.engine.(*lite)
	l.convoyTime = time.Hour
	return &l.turns
}

func TestWhatIsGatheredSharesACommit(t *testing.T) {
	onFiles(t, func(t *testing.T, s *Store) {
		turns := unhurried(s)
		ctx, kept := s.engine.gather(t.Context())
		for n := range 10 {
			puts(ctx, t, s, n)
			if turns.left == nil {
				t.Fatal("nothing is left open")
			}
			if got := users(t, s, 10); got != "" {
				t.Errorf("others see %s before it is durable", got)
			}
		}
		lasts(t, kept)
		if got := users(t, s, 10); got != "0 1 2 3 4 5 6 7 8 9" {
			t.Errorf("there are %s", got)
		}
		puts(ctx, t, s, 10) // what goes on waits for itself
		if got := users(t, s, 11); !strings.HasSuffix(got, " 10") {
			t.Errorf("there are %s", got)
		}
	})
}

func TestWhatGathersSeesWhatItWrote(t *testing.T) {
	onFiles(t, func(t *testing.T, s *Store) {
		unhurried(s)
		ctx, kept := s.engine.gather(t.Context())
		puts(ctx, t, s, 0)
		if err := s.Read(ctx, func(r staff.Records) error { _, err := r.User(stafftest.ID(0)); return err }); err != nil {
			t.Errorf("what it reads is without what it wrote: %v", err)
		}
		if got := users(t, s, 1); got != "" {
			t.Errorf("others see %s before it is durable", got)
		}
		if err := s.Read(ctx, func(r staff.Records) error { return adds(7).do(r) }); err == nil {
			t.Error("what only reads may write")
		}
		puts(ctx, t, s, 1)
		err := s.share(ctx, func(r *records) error { // within a transaction nothing waits
			return s.Read(ctx, func(r staff.Records) error {
				if _, err := r.User(stafftest.ID(1)); !errors.Is(err, fault.NotFound) {
					t.Errorf("got %v", err)
				}
				return nil
			})
		})
		if err != nil {
			t.Error(err)
		}
		lasts(t, kept)
		if got := users(t, s, 8); got != "0 1" {
			t.Errorf("there are %s", got)
		}
	})
}

func TestOthersEndWhatWasLeftOpen(t *testing.T) {
	tests := map[string]func(t *testing.T, s *Store){
		"who shares nothing": func(t *testing.T, s *Store) {
			book(t, s).Write(func(r staff.Records) error { return adds(1).do(r) })
		},
		"who shares": func(t *testing.T, s *Store) { puts(t.Context(), t, s, 1) },
		"another that gathers": func(t *testing.T, s *Store) {
			ctx, kept := s.engine.gather(t.Context())
			puts(ctx, t, s, 1)
			lasts(t, kept)
		},
	}
	for name, comes := range tests {
		t.Run(name, func(t *testing.T) {
			s := mustOpen(t, databases[0].empty(t))
			unhurried(s)
			ctx, kept := s.engine.gather(t.Context())
			puts(ctx, t, s, 0)
			comes(t, s)
			if got := users(t, s, 2); got != "0 1" {
				t.Errorf("there are %s", got)
			}
			lasts(t, kept)
			sound(t, s)
		})
	}
}

func TestAClockEndsWhatWasLeftOpen(t *testing.T) {
	s := mustOpen(t, databases[0].empty(t))
	ctx, kept := s.engine.gather(t.Context())
	puts(ctx, t, s, 0)
	until(t, func() bool { return users(t, s, 1) == "0" })
	lasts(t, kept)
}

func TestWhatIsLeftOpenIsKeptWhenItCloses(t *testing.T) {
	name := databases[0].empty(t)
	s, err := Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	unhurried(s)
	ctx, kept := s.engine.gather(t.Context())
	puts(ctx, t, s, 0)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	lasts(t, kept)
	if got := users(t, mustOpen(t, name), 1); got != "0" {
		t.Errorf("there are %s", got)
	}
}

// TestNothingLastsThatRestsOnWhatIsLost has a commit fail while one gathers.
func TestNothingLastsThatRestsOnWhatIsLost(t *testing.T) {
	s := mustOpen(t, databases[0].empty(t))
	turns := unhurried(s)
	ctx, kept := s.engine.gather(t.Context())
	puts(ctx, t, s, 0)
	turns.left.err = lost(errors.New("the disk is full")) // as a savepoint leaves it that can not be undone
	book(t, s).Write(func(r staff.Records) error { return adds(5).do(r) })
	for _, more := range []func() error{
		func() error { return s.share(ctx, func(r *records) error { return adds(1).do(r) }) },
		func() error { return s.Read(ctx, func(r staff.Records) error { return nil }) },
		kept,
	} {
		if err := more(); !errors.Is(err, fault.Unavailable) {
			t.Errorf("got %v", err)
		}
	}
	if got := users(t, s, 6); got != "5" {
		t.Errorf("there are %s", got)
	}
	puts(t.Context(), t, s, 2)
	if got := users(t, s, 6); got != "2 5" {
		t.Errorf("later there are %s", got)
	}
	sound(t, s)
}

// TestManyGatherAtOnce has several gather while others come alone and share.
func TestManyGatherAtOnce(t *testing.T) {
	s := mustOpen(t, databases[0].empty(t))
	done := make(chan error)
	const each = 30
	for w := range 3 {
		go func() {
			ctx, kept := s.engine.gather(context.Background())
			var err error
			for n := range each {
				err = errors.Join(err, s.share(ctx, func(r *records) error { return adds(w*each + n).do(r) }))
				if n%7 == 0 {
					err = errors.Join(err, s.Read(ctx, func(r staff.Records) error { _, err := r.User(stafftest.ID(w*each + n)); return err }))
				}
			}
			done <- errors.Join(err, kept())
		}()
	}
	go func() {
		var err error
		for n := range each {
			err = errors.Join(err, s.Write(context.Background(), func(r staff.Records) error { return adds(3*each + n).do(r) }))
		}
		done <- err
	}()
	go func() {
		var err error
		for n := range each {
			err = errors.Join(err, s.share(context.Background(), func(r *records) error { return adds(4*each + n).do(r) }))
		}
		done <- err
	}()
	for range 5 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if got := len(strings.Fields(users(t, s, 5*each))); got != 5*each {
		t.Errorf("there are %d", got)
	}
	sound(t, s)
}
