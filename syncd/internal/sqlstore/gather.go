package sqlstore

import (
	"context"
	"errors"
	"sync"
)

// gathering is what one writes, thing after thing, that need not be durable before the
// next: see inbox.Store. A nil one gathers nothing.
type gathering struct {
	lite *lite

	mu     sync.Mutex
	last   *convoy // that the last was aboard; nil: all is known of those before
	err    error   // why something of it does not last
	aboard int     // how many are at a transaction now
	over   bool
}

type gatheringKey struct{}

// gathered is the gathering that a context is of, or nil.
func gathered(ctx context.Context) *gathering {
	g, _ := ctx.Value(gatheringKey{}).(*gathering) // nil where there is none
	if g == nil {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.over { // what goes on after it waits for itself
		return nil
	}
	return g
}

func (l *lite) gather(ctx context.Context) (context.Context, func() error) {
	g := &gathering{lite: l}
	return context.WithValue(ctx, gatheringKey{}, g), func() error {
		err := g.wait()
		g.mu.Lock()
		defer g.mu.Unlock()
		g.over = true
		return err
	}
}

// join says that the next goes aboard a convoy; or why it can not, for something before
// it, on which it may rest, does not last. Who joined goes out.
func (g *gathering) join(c *convoy) error {
	if g == nil {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.last != nil && g.last != c { // one begins when the last has ended
		<-g.last.done
		g.ended(g.last)
	}
	if g.err == nil {
		g.last = c
		g.aboard++
	}
	return g.err
}

func (g *gathering) out() {
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.aboard--
}

// ended notes how a convoy ended.
func (g *gathering) ended(c *convoy) {
	if g.err == nil {
		g.err = c.err
	}
	if g.last == c {
		g.last = nil
	}
}

// open is the transaction that holds what was written last, which may have ended
// meanwhile; nil where all is durable, and from within a transaction, which would wait
// for itself.
func (g *gathering) open() (*convoy, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.aboard > 0 {
		return nil, g.err
	}
	return g.last, g.err
}

// wait returns when all that was written is durable, or why it is not.
func (g *gathering) wait() error {
	c, err := g.open()
	if c == nil || err != nil {
		return err
	}
	g.lite.end(c)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ended(c)
	return g.err
}

// readOn reads what is not durable yet in the transaction that is open. It reports whether
// there is one; else all is durable.
func (l *lite) readOn(ctx context.Context, g *gathering, do func(handle) error) (read bool, err error) {
	last, err := g.open()
	if last == nil || err != nil {
		return false, err
	}
	c, err := l.turns.wait(ctx, true)
	if err != nil {
		return false, err
	}
	if c == nil {
		l.turns.next(true)
		return false, g.wait()
	}
	failed := errors.New("it ended in a panic")
	defer func() {
		if lost := l.onward(c, failed, true); lost != nil {
			err = lost
		}
	}()
	if failed = g.join(c); failed == nil {
		defer g.out()
		failed = l.peek(ctx, c, do)
	}
	return true, explainLite(failed)
}

// peek runs do on an open transaction. Nothing that it writes is accepted.
func (l *lite) peek(ctx context.Context, c *convoy, do func(handle) error) error {
	h, always := uncut{l.session}, context.WithoutCancel(ctx)
	if _, err := h.exec(ctx, "PRAGMA query_only = 1"); err != nil {
		return err
	}
	defer func() {
		if _, err := h.exec(always, "PRAGMA query_only = 0"); err != nil && c.err == nil {
			c.err = lost(err)
		}
	}()
	return do(h)
}
