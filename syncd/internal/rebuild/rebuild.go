// Package rebuild keeps the public site up to date: it runs the generator as a
// child process, one build at a time, whenever the content may have changed.
// Requests that come during a build are answered by one more.
//
// It knows nothing of what is built: whether content is sound and how a site
// goes live is the generator's part. A build that fails leaves the site as it
// was.
package rebuild

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"khumue/internal/fault"
)

// Build is one run of the generator.
type Build struct {
	Began, Ended time.Time
	Result       Result // when Err is nil
	Err          error  // fault.Invalid: the content has problems
	Said         string // what the generator told people, in both languages; its first 64 KiB
}

// Status is how the site stands.
type Status struct {
	Building time.Time // since when a build runs; zero: none does
	Waiting  bool      // another one was asked for
	Last     *Build    // the last that ended; nil: none yet
	Good     *Build    // the last that succeeded; nil: none yet
}

// Queue builds a site when asked. It may be used concurrently.
type Queue struct {
	job  Job
	log  *slog.Logger
	now  func() time.Time
	run  func(context.Context) (Result, string, error)
	wake chan struct{} // holds one

	mu      sync.Mutex
	next    *Turn // nil: nobody waits for one
	status  Status
	stopped bool
}

// Turn is a place in the queue. Everybody who asks before its build begins
// shares it.
type Turn struct {
	begun chan struct{}
	done  chan struct{}
	build Build // once done is closed
}

func newTurn() *Turn { return &Turn{begun: make(chan struct{}), done: make(chan struct{})} }

// New returns a queue of builds by the program, the path of a generator. It
// builds nothing before Run.
func New(program string, job Job, log *slog.Logger, now func() time.Time) *Queue {
	q := newQueue(job, log, now)
	q.run = func(ctx context.Context) (Result, string, error) { return run(ctx, program, job) }
	return q
}

func newQueue(job Job, log *slog.Logger, now func() time.Time) *Queue {
	return &Queue{job: job, log: log, now: now, wake: make(chan struct{}, 1)}
}

// ErrStopped is why nothing is built any more.
var ErrStopped = fault.New(fault.Unavailable,
	fault.Text{TH: "ระบบกำลังหยุด เว็บไซต์จะปรับปรุงเมื่อเริ่มใหม่", EN: "the daemon is stopping; the site is brought up to date when it starts again"})

// Ask asks for a build that begins after this moment. It does not wait.
func (q *Queue) Ask() *Turn {
	q.mu.Lock()
	defer q.mu.Unlock()
	t := q.turn()
	if !q.stopped && !q.status.Waiting {
		q.status.Waiting = true
		q.wake <- struct{}{} // there is room: only one turn is asked for
	}
	return t
}

// Next returns the next build that begins, whoever asks for it, and asks for none.
func (q *Queue) Next() *Turn {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.turn()
}

// turn is the next one.
func (q *Queue) turn() *Turn {
	if q.stopped {
		t := newTurn()
		t.build = Build{Err: ErrStopped}
		close(t.begun)
		close(t.done)
		return t
	}
	if q.next == nil {
		q.next = newTurn()
	}
	return q.next
}

// Begun reports whether the build of the turn has begun.
func (t *Turn) Begun() bool {
	select {
	case <-t.begun:
		return true
	default:
		return false
	}
}

// Wait returns the build of the turn once it has ended, or the error of ctx.
func (t *Turn) Wait(ctx context.Context) (Build, error) {
	select {
	case <-t.done:
		return t.build, nil
	case <-ctx.Done():
		return Build{}, context.Cause(ctx)
	}
}

// Status returns how the site stands.
func (q *Queue) Status() Status {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.status
}

// Ready returns an error while there is no site to show. A build that failed
// is no reason: the site before it is served.
func (q *Queue) Ready(context.Context) error {
	if _, err := os.Stat(filepath.Join(q.job.Out, "build.json")); err != nil {
		if last := q.Status().Last; last != nil && last.Err != nil {
			return last.Err
		}
		return err
	}
	return nil
}

// A build that something outside has spoilt is tried again after a while, which
// doubles from the first to the second.
const (
	firstRetry = 10 * time.Second
	lastRetry  = 5 * time.Minute
)

// Run builds whenever it is asked, until ctx ends: then it ends a build that
// is under way, and answers those who wait. It is called once.
func (q *Queue) Run(ctx context.Context) {
	defer q.stop()
	retry, pause := time.NewTimer(0), firstRetry
	retry.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-retry.C:
			q.Ask()
			continue
		case <-q.wake:
		}
		if ctx.Err() != nil {
			return // both were ready
		}
		retry.Stop()
		err := q.build(ctx)
		if err == nil || errors.Is(err, fault.Invalid) {
			pause = firstRetry
			continue
		}
		retry.Reset(pause)
		pause = min(2*pause, lastRetry)
	}
}

// build serves the next turn.
func (q *Queue) build(ctx context.Context) error {
	began := q.now()
	q.mu.Lock()
	turn := q.next
	q.next, q.status.Waiting, q.status.Building = nil, false, began
	close(turn.begun)
	q.mu.Unlock()

	b := Build{Began: began}
	b.Result, b.Said, b.Err = q.run(ctx)
	b.Ended = q.now()

	q.mu.Lock()
	q.status.Building, q.status.Last = time.Time{}, &b
	if b.Err == nil {
		q.status.Good = &b
	}
	q.mu.Unlock()
	turn.build = b
	close(turn.done)
	q.note(ctx, b)
	return b.Err
}

// loggedSaid is how many bytes of what the generator said a line of log holds.
const loggedSaid = 2 << 10

func (q *Queue) note(ctx context.Context, b Build) {
	took := slog.Float64("ms", float64(b.Ended.Sub(b.Began).Microseconds())/1000)
	if b.Err != nil {
		q.log.LogAttrs(ctx, slog.LevelError, "the site was not built", took, slog.String("error", b.Err.Error()), slog.String("said", b.Said[:min(len(b.Said), loggedSaid)]))
		return
	}
	q.log.LogAttrs(ctx, slog.LevelInfo, "the site is up to date", took, slog.Int("pages", b.Result.Pages),
		slog.Int("written", b.Result.Written), slog.Int("removed", b.Result.Removed), slog.Int("incomplete", b.Result.Incomplete))
}

// stop answers who waits, and all who ask from now on.
func (q *Queue) stop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.stopped = true
	if q.next != nil {
		q.next.build = Build{Err: ErrStopped}
		close(q.next.begun)
		close(q.next.done)
		q.next, q.status.Waiting = nil, false
	}
}
