// Package courier carries what waits in an office's outbox to the centre, and what
// is new there to the office, over lines that are slow, cut again and again, or not
// what they seem.
//
// It sends in order and waits for the answer; an operation is at the centre when
// the centre says so of its id, and not before. It never gives up and never
// hammers: after a failure it waits a random time, longer each time, and when it is
// told to come later it does. What a person has to do, such as to sign in anew, it
// says and stops.
//
// It has no goroutine of its own: Step does the next thing and tells when there is
// another. The package refuses to know HTTP, SQL and what operations mean.
package courier

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/outbox"
)

// Transport is the way to the centre.
type Transport interface {
	// Exchange sends messages, one behind the other without waiting, and returns the
	// replies in the order of the messages: fewer than those when it fails, with an
	// error that is a *Trouble where it is known what that was.
	Exchange(ctx context.Context, messages ...wire.Message) ([]wire.Message, error)
	// Reset gives up the connection, so that the next exchange makes another.
	Reset()
}

// Inlet takes what came from the centre.
type Inlet interface {
	// Cursor returns up to where all was taken, "" at the beginning, and what the
	// centre asked to be told with it.
	Cursor(ctx context.Context) (cursor string, have []byte, err error)
	// Take keeps changes, what the centre asks to be told, and the cursor behind them
	// in one transaction.
	Take(ctx context.Context, changes []wire.Change, have []byte, cursor string) error
	// Anew forgets the cursor: the centre does not know it any more.
	Anew(ctx context.Context) error
}

// Files are those that operations name.
type Files interface {
	// Open opens a file by its sum; one that is not here is an error of kind NotFound.
	Open(sha256 string) (File, error)
}

// File is an open file.
type File interface {
	io.ReaderAt
	io.Closer
}

// Options are what a courier is made of.
type Options struct {
	Box       *outbox.Box
	Transport Transport
	Inlet     Inlet // nil: nothing is fetched
	Files     Files // nil: operations name none
	Program   string
	Now       func() time.Time
	Random    io.Reader
	Log       *slog.Logger
}

// Courier carries. Step and Run belong to one goroutine, the rest to any.
type Courier struct {
	Options
	greeted  bool // since the last trouble
	verify   bool // something became known since the centre said its digest
	check    bool // it has said it, and nobody has compared
	most     outbox.Room
	failures int       // one after the other
	pause    time.Time // nothing is done before
	room     outbox.Room
	fast     bool // the last push was answered so soon that two may be under way
	later    map[string]time.Time
	unknown  int       // how many of the strays were asked for, and are not at the centre
	hello    time.Time // when it is to greet again
	ask      time.Time // when it is to ask what was done
	askEvery time.Duration
	askFrom  int
	pull     time.Time
	tried    string // the pair of digests that was last looked into
	foreign  bool   // the centre has what was not made here, though it stands in the present stream
	parts    map[string]*part
	fetches  bool // the last turn was to fetch: files have theirs
	fetching way
	sending  way
	progress time.Time
	kicked   time.Time // when the line was last given up for lack of progress
	tries    chan struct{}

	mu   sync.Mutex
	said Status
}

// New returns a courier that has not begun.
func New(o Options) *Courier {
	c := &Courier{Options: o, most: outbox.Room{Ops: wire.MaxOps, Bytes: wire.MaxPush}, room: outbox.Room{Ops: wire.MaxOps, Bytes: firstBytes}, later: map[string]time.Time{}, parts: map[string]*part{}, tries: make(chan struct{}, 1)}
	c.progress, c.askEvery = o.Now(), leastAsk
	return c
}

// How long things wait, at least and at most.
const (
	leastPause = time.Second
	mostPause  = 5 * time.Minute  // after a failure of a line on which the centre was heard
	mostAway   = 20 * time.Second // while nothing is heard, so that a short contact is not slept through
	mostLater  = 10 * time.Minute // whatever the centre says
	leastAsk   = 2 * time.Second
	mostAsk    = 5 * time.Minute
	pullEvery  = time.Minute
	helloEvery = 5 * time.Minute
	stuckAfter = 10 * time.Minute
	stopped    = time.Hour
)

// Run carries until the context ends. What it can not do for a fault of this machine
// it logs and tries again.
func (c *Courier) Run(ctx context.Context) {
	for {
		wait, err := c.Step(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			c.Log.Error("the outbox can not be served now", "error", err)
			wait = max(wait, 10*time.Second)
		}
		if wait <= 0 {
			continue
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-t.C:
		case <-c.Box.Woken():
		case <-c.tries:
		}
		t.Stop()
	}
}

// Try has the next step wait for nothing, because a person asks for it.
func (c *Courier) Try() {
	c.mu.Lock()
	c.said.tried = true
	c.mu.Unlock()
	select {
	case c.tries <- struct{}{}:
	default:
	}
}

// Returned has the next step within a second, because the machine is on a network on
// which it was not before. For what the centre asked to wait for it waits all the same.
func (c *Courier) Returned() {
	c.mu.Lock()
	c.said.returned = true
	c.mu.Unlock()
	select {
	case c.tries <- struct{}{}:
	default:
	}
}

// Resume begins again after it had stopped, because a person did what was asked.
func (c *Courier) Resume() {
	c.mu.Lock()
	c.said.resumed = true
	c.mu.Unlock()
	c.Try()
}

// Step does the next thing, and returns how long to wait for the one behind it. An
// error is of this machine, as of a full disk.
func (c *Courier) Step(ctx context.Context) (wait time.Duration, err error) {
	c.hear()
	now := c.Now()
	if c.Status().State == Stopped {
		return stopped, nil
	}
	if c.pause.After(now) {
		return c.pause.Sub(now), nil
	}
	did, err := c.next(ctx)
	var t *Trouble
	switch {
	case errors.As(err, &t):
		return c.fell(t), nil
	case errors.Is(err, errWait):
		return max(0, c.pause.Sub(c.Now())), c.watch()
	case err != nil:
		return 0, err
	case did:
		c.failures = 0
		return 0, c.watch()
	}
	return c.idle(), c.watch()
}

// hear does what people asked for.
func (c *Courier) hear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.said.resumed && c.said.State == Stopped {
		c.said.State, c.said.Why, c.said.Help, c.said.Code = Away, fault.Text{}, fault.Text{}, ""
		c.greeted = false
		c.Transport.Reset()
	}
	if c.said.tried {
		c.said.returned = false
		c.pause, c.pull, c.ask, c.hello, c.failures = time.Time{}, time.Time{}, time.Time{}, time.Time{}, 0
		c.fetching.pause, c.sending.pause = time.Time{}, time.Time{}
	}
	switch {
	case !c.said.returned:
	case c.said.State == Talking: // perhaps it is heard no more
		c.hello = time.Time{}
	case c.said.State == Away:
		c.pause, c.failures = c.Now().Add(c.jitter(0, leastPause)), 0
	}
	c.said.tried, c.said.resumed, c.said.returned = false, false, false
}

// next does one thing of those that are due, what matters most first.
func (c *Courier) next(ctx context.Context) (did bool, err error) {
	if !c.greeted {
		return true, c.greet(ctx)
	}
	for _, do := range []func(context.Context) (bool, error){c.settleStrays, c.push, c.confirm, c.askUndone, c.reconcile, c.fetchOrSend} {
		if did, err := do(ctx); did || err != nil {
			return did, err
		}
	}
	return false, nil
}

// idle is how long there is nothing to do.
func (c *Courier) idle() time.Duration {
	now := c.Now()
	until := now.Add(helloEvery)
	for _, at := range []time.Time{c.hello, c.ask, c.pull, c.fetching.pause, c.sending.pause} {
		if at.After(now) && at.Before(until) {
			until = at
		}
	}
	for _, at := range c.later {
		if at.After(now) && at.Before(until) {
			until = at
		}
	}
	c.say(func(s *Status) { s.State, s.Next = Talking, until })
	return max(until.Sub(now), time.Millisecond)
}

// watch gives the line up when nothing moves on it for long, and says so when that
// does not help.
func (c *Courier) watch() error {
	now := c.Now()
	if !c.Status().Waits {
		c.progress = now
	}
	if now.Sub(c.progress) < stuckAfter || now.Sub(c.kicked) < stuckAfter {
		return nil
	}
	if !c.kicked.Before(c.progress) { // it was given up once, to no avail
		c.Log.Error("what waits does not get to the centre, though it is heard", "since", c.progress)
		c.say(func(s *Status) { s.Stuck = c.progress })
	}
	c.kicked = now
	c.Transport.Reset()
	c.greeted, c.pause = false, time.Time{}
	return nil
}

// moved notes that something became known, and how many operations that were.
func (c *Courier) moved(n int) {
	if n > 0 {
		c.verify = true
		c.progress = c.Now()
		c.say(func(s *Status) { s.Stuck = time.Time{} })
	}
}
