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

// Limits of a convoy: after so long, or with so many aboard, it commits.
const (
	convoyTime = 50 * time.Millisecond
	convoySize = 200
)

// convoy is a transaction that several share.
type convoy struct {
	began  time.Time
	aboard int           // that succeeded
	done   chan struct{} // closed when err is there
	err    error         // why nothing of it lasts
}

// turns lets one write at a time: who shares nothing before who does, but one of
// these after each of those.
type turns struct {
	mu     sync.Mutex
	taken  bool
	single []*waiter // who share nothing, the first first
	shared []*waiter
}

// waiter waits for its turn.
type waiter struct{ ready chan *convoy }

// wait waits for a turn: with a transaction to go on with, or nil where none is open.
// Whoever has it gives it on, by pass or next. After an error it is not had.
func (t *turns) wait(ctx context.Context, shares bool) (*convoy, error) {
	w := &waiter{make(chan *convoy, 1)}
	if t.queue(w, shares) {
		return nil, nil
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
func (t *turns) queue(w *waiter, shares bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.taken {
		t.taken = true
		return true
	}
	line := t.line(shares)
	*line = append(*line, w)
	return false
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
	if _, err := l.turns.wait(ctx, false); err != nil {
		return err
	}
	defer l.turns.next(false)
	err := l.ready(ctx)
	if err == nil {
		err = l.session.transact(ctx, beginWriting, do)
	}
	return l.written(err)
}

func (l *lite) share(ctx context.Context, do func(handle) error) (err error) {
	c, err := l.turns.wait(ctx, true)
	if err != nil {
		return err
	}
	if c == nil {
		if c, err = l.depart(ctx); err != nil {
			l.turns.next(true)
			return l.written(err)
		}
	}
	failed := errors.New("it ended in a panic")
	defer func() {
		if lost := l.onward(c, failed); lost != nil {
			err = lost
		}
	}()
	failed = l.board(ctx, c, do)
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
	return &convoy{began: time.Now(), done: make(chan struct{})}, nil
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
// or why it is not.
func (l *lite) onward(c *convoy, failed error) error {
	if c.err == nil && fatalLite(failed) { // nobody knows what is on the disk
		c.err = lost(failed)
	}
	if c.err == nil && c.aboard < convoySize && time.Since(c.began) < convoyTime && l.turns.pass(c) {
		<-c.done
		return c.err
	}
	defer l.turns.next(true)
	defer close(c.done)
	if c.err == nil {
		_, err := l.session.exec(context.Background(), "COMMIT")
		c.err = l.written(err)
	}
	if c.err != nil {
		l.session.rollback(context.Background())
	}
	return c.err
}
