package rebuild

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"khumue/internal/fault"
)

// builds is a queue whose builds take ten seconds each and end as told.
type builds struct {
	*Queue
	begun  int
	errs   []error // of each build; beyond them: none
	cancel context.CancelFunc
	ended  chan struct{}
}

func newBuilds(t *testing.T, errs ...error) *builds {
	t.Helper()
	b := &builds{Queue: newQueue(Job{Out: t.TempDir()}, slog.New(slog.DiscardHandler), time.Now), errs: errs, ended: make(chan struct{})}
	b.run = func(ctx context.Context) (Result, string, error) {
		n := b.begun
		b.begun++
		select {
		case <-time.After(10 * time.Second):
		case <-ctx.Done():
			return Result{}, "", ErrStopped
		}
		if n < len(b.errs) {
			return Result{}, "said", b.errs[n]
		}
		return Result{Pages: n + 1}, "", nil
	}
	ctx, cancel := context.WithCancel(t.Context())
	b.cancel = cancel
	go func() { b.Run(ctx); close(b.ended) }()
	return b
}

func (b *builds) stopped() { b.cancel(); <-b.ended }

func waited(t *testing.T, turn *Turn) Build {
	t.Helper()
	b, err := turn.Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRequestsDuringABuildMakeOneMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newBuilds(t)
		first := q.Ask()
		time.Sleep(time.Second) // of a clock that is made
		second := q.Ask()
		for range 50 {
			if q.Ask() != second {
				t.Error("got another turn, want the one that waits")
			}
		}
		if s := q.Status(); s.Building.IsZero() || !s.Waiting || s.Last != nil {
			t.Errorf("got %+v, want a build and one that waits", s)
		}
		if got := waited(t, first).Result.Pages; got != 1 {
			t.Errorf("got build %d of the first request, want 1", got)
		}
		b := waited(t, second)
		if b.Result.Pages != 2 || b.Ended.Sub(b.Began) != 10*time.Second {
			t.Errorf("got %+v, want the second build", b)
		}
		time.Sleep(time.Hour)
		if q.begun != 2 {
			t.Errorf("got %d builds, want 2", q.begun)
		}
		if s := q.Status(); !s.Building.IsZero() || s.Waiting || s.Good.Result.Pages != 2 || s.Last != s.Good {
			t.Errorf("got %+v, want nothing under way", s)
		}
		q.stopped()
	})
}

func TestAFailureOutsideIsTriedAgainAndBadContentIsNot(t *testing.T) {
	outside := fault.New(fault.Unavailable, spoilt)
	synctest.Test(t, func(t *testing.T) {
		q := newBuilds(t, outside, outside, fs.ErrPermission)
		if b := waited(t, q.Ask()); !errors.Is(b.Err, fault.Unavailable) || b.Said != "said" {
			t.Errorf("got %+v, want the failure", b)
		}
		time.Sleep(10*time.Minute + time.Second)
		if s := q.Status(); q.begun != 4 || s.Good == nil || s.Good.Result.Pages != 4 {
			t.Errorf("got %d builds, want three that failed and one that did not", q.begun)
		}
		q.stopped()
	})
	synctest.Test(t, func(t *testing.T) {
		q := newBuilds(t, fault.New(fault.Invalid, badInput))
		waited(t, q.Ask())
		time.Sleep(time.Hour)
		if s := q.Status(); q.begun != 1 || s.Good != nil || s.Last == nil {
			t.Errorf("got %d builds, want one: nothing has changed", q.begun)
		}
		q.stopped()
	})
}

func TestAStopAnswersThoseWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newBuilds(t)
		running := q.Ask()
		synctest.Wait()
		waiting := q.Ask()
		q.stopped()
		for name, turn := range map[string]*Turn{"the one that runs": running, "the one that waits": waiting, "one that comes too late": q.Ask()} {
			if b := waited(t, turn); !errors.Is(b.Err, fault.Unavailable) {
				t.Errorf("%s: got %v, want that the daemon stops", name, b.Err)
			}
		}
		if q.begun != 1 {
			t.Errorf("got %d builds, want 1", q.begun)
		}
	})
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	q := newQueue(Job{}, slog.New(slog.DiscardHandler), time.Now)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := q.Ask().Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
}
