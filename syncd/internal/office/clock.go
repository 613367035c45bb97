package office

import (
	"sync"
	"time"
)

// clock tells the time of the centre, as well as a machine can that does not hear it.
// It goes on while the program runs, whatever becomes of the machine's clock, and
// never back: the centre alone sets it otherwise.
type clock struct {
	now func() time.Time // the machine's

	mu     sync.Mutex
	offset time.Duration // of the centre's clock against the machine's, as it was heard last
	last   time.Time     // of the machine's clock
	at     time.Time     // what was told then
}

// newClock goes on from a time that was seen before.
func newClock(now func() time.Time, offset time.Duration, seen time.Time) *clock {
	return &clock{now: now, offset: offset, last: now(), at: seen}
}

// Now tells the time.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if passed := now.Sub(c.last); passed > 0 { // as a stopwatch has it, where the clock gives that
		c.at = c.at.Add(passed)
	}
	if shown := now.Add(c.offset).Round(0); shown.After(c.at) {
		c.at = shown
	}
	c.last = now
	return c.at
}

// set sets the clock to what the centre said when the machine's showed told.
func (c *clock) set(told time.Time, offset time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset, c.last = offset, c.now()
	c.at = told.Add(offset).Round(0)
	if passed := c.last.Sub(told); passed > 0 {
		c.at = c.at.Add(passed)
	}
}
