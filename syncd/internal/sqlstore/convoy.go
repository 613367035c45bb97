package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
	"time"
)

// A commit waits for the disk, and one of many small transactions takes no longer
// than one of a single. So what can wait shares commits: what offices did, and what
// they send. Each of these is a savepoint of one transaction, made by its own
// goroutine while it has the writer; then it hands the open transaction on to the
// next, and the last commits for all. None returns before that, a failed one
// neither, for it may have failed over what another wrote.
//
// What people wait for shares nothing. It comes first, and ends a convoy.
//
// Who does much at once does not wait for each commit either: what is gathered goes on
// as soon as it is aboard, and waits at its end. Where nobody else is in line, the
// transaction stays open meanwhile, with nobody at it: whoever comes next goes on with
// it, or ends it, and so does a clock.

// Limits of a convoy: after so long, or with so many aboard, it commits.
const (
	convoyTime = 50 * time.Millisecond
	convoySize = 200
)

// convoy is a transaction that several share.
type convoy struct {
	until  time.Time     // when it ends
	aboard int           // that succeeded
	clock  *time.Timer   // that ends it where nobody does; nil: it was never left
	done   chan struct{} // closed when err is there
	err    error         // why nothing of it lasts
}

// full reports whether a convoy takes nobody any more.
func (c *convoy) full() bool {
	return c.err != nil || c.aboard >= convoySize || !time.Now().Before(c.until)
}

// turns lets one write at a time: who shares nothing before who does, but one of
// these after each of those.
type turns struct {
	mu     sync.Mutex
	taken  bool
	left   *convoy   // that is open, with nobody at it
	single []*waiter // who share nothing, the first first
	shared []*waiter
}

// waiter waits for its turn.
type waiter struct{ ready chan *convoy }

// wait waits for a turn: with a transaction that is open, or nil where none is. Who
// shares nothing has to end it first. Whoever has the turn gives it on, by pass, leave or
// next. After an error it is not had.
func (t *turns) wait(ctx context.Context, shares bool) (*convoy, error) {
	w := &waiter{make(chan *convoy, 1)}
	if c, at := t.queue(w, shares); at {
		return c, nil
	}
	select {
	case c := <-w.ready:
		return c, nil
	case <-ctx.Done():
	}
	if t.quit(w, shares) {
		return nil, ctx.Err()
	}
	return <-w.ready, nil // it came at the same moment
}

// queue stands somebody in line, or reports that the turn is theirs at once.
func (t *turns) queue(w *waiter, shares bool) (c *convoy, now bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.taken {
		t.taken = true
		c, t.left = t.left, nil
		return c, true
	}
	line := t.line(shares)
	*line = append(*line, w)
	return nil, false
}

// leave leaves a transaction open, with nobody at it, unless somebody is in line.
func (t *turns) leave(c *convoy) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.single) > 0 || len(t.shared) > 0 {
		return false
	}
	t.taken, t.left = false, c
	return true
}

// quit reports whether somebody still stood in line.
func (t *turns) quit(w *waiter, shares bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	line := t.line(shares)
	i := slices.Index(*line, w)
	if i >= 0 {
		*line = slices.Delete(*line, i, i+1)
	}
	return i >= 0
}

func (t *turns) line(shares bool) *[]*waiter {
	if shares {
		return &t.shared
	}
	return &t.single
}

// pass gives an open transaction on to one who shares it. It reports whether there
// is one, and nobody who shares nothing.
func (t *turns) pass(c *convoy) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.single) > 0 || len(t.shared) == 0 {
		return false
	}
	t.give(true, c)
	return true
}

// next ends a turn of one who shares, or does not.
func (t *turns) next(shares bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch first := len(t.single) > 0; {
	case len(t.shared) > 0 && (!first || !shares):
		t.give(true, nil)
	case first:
		t.give(false, nil)
	default:
		t.taken = false
	}
}

func (t *turns) give(shares bool, c *convoy) {
	line := t.line(shares)
	(*line)[0].ready <- c
	*line = slices.Delete(*line, 0, 1)
}

// write waits for its turn, and shares its commit with nobody.
func (l *lite) write(ctx context.Context, do func(handle) error) error {
	if err := l.alone(ctx); err != nil {
		return err
	}
	defer l.turns.next(false)
	err := l.ready(ctx)
	if err == nil {
		err = l.session.transact(ctx, beginWriting, do)
	}
	return l.written(err)
}

// alone waits for the turn of one who shares nothing.
func (l *lite) alone(ctx context.Context) error {
	c, err := l.turns.wait(ctx, false)
	if c != nil {
		l.commit(c)
	}
	return err
}

func (l *lite) share(ctx context.Context, do func(handle) error) (err error) {
	c, err := l.turns.wait(ctx, true)
	if err != nil {
		return err
	}
	if c != nil && c.full() {
		l.commit(c)
		c = nil
	}
	if c == nil {
		if c, err = l.depart(ctx); err != nil {
			l.turns.next(true)
			return l.written(err)
		}
	}
	g := gathered(ctx)
	failed := errors.New("it ended in a panic")
	defer func() {
		if lost := l.onward(c, failed, g != nil); lost != nil {
			err = lost
		}
	}()
	if failed = g.join(c); failed == nil {
		defer g.out()
		failed = l.board(ctx, c, do)
	}
	return l.written(failed)
}

// ready makes the session ready to write, where anything is written any more.
func (l *lite) ready(ctx context.Context) error {
	if l.closed.Load() {
		return lost(errors.New("it is closed"))
	}
	if err := l.stopped(); err != nil {
		return err
	}
	return l.session.open(ctx, l.writing)
}

// written explains how a write ended. After one that failed for the disk nothing is
// written any more.
func (l *lite) written(err error) error {
	if l.fatal(err) {
		l.broken.CompareAndSwap(nil, &err)
	}
	return explainLite(err)
}

// depart begins a transaction that others may share.
func (l *lite) depart(ctx context.Context) (*convoy, error) {
	if err := l.ready(ctx); err != nil {
		return nil, err
	}
	if _, err := l.session.exec(ctx, beginWriting); err != nil {
		return nil, err
	}
	return &convoy{until: time.Now().Add(l.convoyTime), done: make(chan struct{})}, nil
}

// uncut is a session of which no statement is cut short when whoever asked goes
// away: SQLite would undo what others wrote with it.
type uncut struct{ *session }

func (u uncut) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return u.session.query(context.WithoutCancel(ctx), query, args...)
}

func (u uncut) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return u.session.exec(context.WithoutCancel(ctx), query, args...)
}

// board runs do in a savepoint, which is undone when do fails, panics, or whoever
// asked is gone. Where that is not possible, the whole convoy is lost.
func (l *lite) board(ctx context.Context, c *convoy, do func(handle) error) error {
	h, always := uncut{l.session}, context.WithoutCancel(ctx)
	if _, err := h.exec(ctx, "SAVEPOINT aboard"); err != nil {
		return err
	}
	done := false
	defer func() {
		if done {
			return
		}
		for _, undo := range []string{"ROLLBACK TO aboard", "RELEASE aboard"} {
			if _, err := h.exec(always, undo); err != nil && c.err == nil {
				c.err = lost(err) // SQLite undid all by itself, as where a disk is full
			}
		}
	}()
	if err := do(h); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	_, err := h.exec(always, "RELEASE aboard")
	done = err == nil
	if done {
		c.aboard++
	}
	return err
}

// onward hands a convoy on, or ends it, and returns when what is aboard is durable;
// or why it is not. Who gathers does not wait for that.
func (l *lite) onward(c *convoy, failed error, gathers bool) error {
	if c.err == nil && fatalLite(failed) { // nobody knows what is on the disk
		c.err = lost(failed)
	}
	if !c.full() {
		if l.turns.pass(c) {
			if gathers {
				return nil
			}
			<-c.done
			return c.err
		}
		if gathers && l.leave(c) {
			return nil
		}
	}
	defer l.turns.next(true)
	l.commit(c)
	return c.err
}

// leave leaves a convoy open for its time, unless somebody is in line.
func (l *lite) leave(c *convoy) bool {
	if c.clock == nil {
		c.clock = time.AfterFunc(time.Until(c.until), func() { l.end(c) })
	}
	return l.turns.leave(c)
}

// end ends a convoy, unless that was done, and returns when it has ended.
func (l *lite) end(c *convoy) {
	select {
	case <-c.done:
		return
	default:
	}
	if l.alone(context.Background()) == nil { // which ends it, wherever it was
		l.turns.next(false)
	}
	<-c.done
}

// commit makes durable what is aboard, for whoever has the turn.
func (l *lite) commit(c *convoy) {
	defer close(c.done)
	if c.clock != nil {
		c.clock.Stop()
	}
	if c.err == nil {
		_, err := l.session.exec(context.Background(), "COMMIT")
		c.err = l.written(err)
	}
	if c.err != nil {
		l.session.rollback(context.Background())
	}
}
