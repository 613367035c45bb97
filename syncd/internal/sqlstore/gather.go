package sqlstore

import (
	"context"
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

// wait returns when all that was written is durable, or why it is not. What is asked
// from within a transaction does not wait, for that would be for itself.
func (g *gathering) wait() error {
	if g == nil {
		return nil
	}
	g.mu.Lock()
	c, err, aboard := g.last, g.err, g.aboard
	g.mu.Unlock()
	if c == nil || aboard > 0 {
		return err
	}
	g.lite.end(c)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ended(c)
	return g.err
}
