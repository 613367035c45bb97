package misses

import (
	"context"
	"crypto/sha256"
	"io"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"khumue/internal/calendar"
)

const (
	flushEvery  = 2 * time.Second // how long a phrase waits in memory
	mostWaiting = 1_000           // phrases that do; further ones are not counted
	mostPerHour = 60              // phrases from one network
	mostSeen    = 50_000          // networks and phrases remembered of a day; beyond, nothing new is counted until the next
	tidyEvery   = 6 * time.Hour
	tidyAfter   = 2_000 // phrases that were written down
)

// Counter takes phrases in and writes them down together, so that a flood of them
// costs little. It may be used by any number of goroutines.
type Counter struct {
	store  Store
	now    func() time.Time
	random io.Reader
	log    *slog.Logger

	mu      sync.Mutex
	day     calendar.Date
	hour    int
	salt    [32]byte          // of the day; it is kept nowhere
	seen    map[mark]struct{} // what was asked from where today
	rate    map[mark]int      // phrases from a network in this hour
	waiting map[string]int
	written int // since it was tidied last
}

// mark is a salted hash of a network, with a phrase or without.
type mark [16]byte

// NewCounter makes a counter. Random is a cryptographic source.
func NewCounter(store Store, now func() time.Time, random io.Reader, log *slog.Logger) *Counter {
	return &Counter{store: store, now: now, random: random, log: log, waiting: map[string]int{}}
}

// Note counts a phrase that came from an address, unless it is unfit, or the
// network has asked it today, or too much already. Who asks is not told which.
func (c *Counter) Note(from netip.Addr, phrase string) {
	phrase, fit := Fit(phrase)
	if !fit {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turn()
	network := c.markOf(networkOf(from), "")
	if c.rate[network] >= mostPerHour || len(c.rate) >= mostSeen {
		return
	}
	c.rate[network]++
	asked := c.markOf(networkOf(from), phrase)
	_, again := c.seen[asked]
	_, waits := c.waiting[phrase]
	if again || len(c.seen) >= mostSeen || !waits && len(c.waiting) >= mostWaiting {
		return
	}
	c.seen[asked] = struct{}{}
	c.waiting[phrase]++
}

// turn begins a new day or hour. With the day's salt all marks of it are gone.
func (c *Counter) turn() {
	now := c.now().In(calendar.Bangkok())
	day := calendar.DateOf(now)
	if c.day != day {
		if _, err := io.ReadFull(c.random, c.salt[:]); err != nil {
			panic("misses: no randomness: " + err.Error())
		}
		c.day, c.seen, c.hour = day, map[mark]struct{}{}, -1
	}
	if c.hour != now.Hour() {
		c.hour, c.rate = now.Hour(), map[mark]int{}
	}
}

// networkOf is what one household or office shares: an IPv4 address, or a /64 of
// IPv6.
func networkOf(a netip.Addr) string {
	a = a.Unmap()
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}

func (c *Counter) markOf(network, phrase string) (m mark) {
	h := sha256.New()
	h.Write(c.salt[:])
	h.Write([]byte(network + "\n" + phrase))
	copy(m[:], h.Sum(nil))
	return m
}

// Flush writes down what waits. After an error it waits on.
func (c *Counter) Flush(ctx context.Context) error {
	c.mu.Lock()
	day, batch := c.day, c.waiting
	c.waiting = map[string]int{}
	c.written += len(batch)
	full := c.written >= tidyAfter
	if full {
		c.written = 0
	}
	c.mu.Unlock()
	if len(batch) == 0 {
		return nil
	}
	err := c.store.Write(ctx, func(r Records) error {
		for phrase, times := range batch {
			if err := r.AddMiss(phrase, times, day); err != nil {
				return err
			}
		}
		if full {
			return r.ForgetMisses(c.eldest(), kept)
		}
		return nil
	})
	if err == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for phrase, times := range batch {
		if len(c.waiting) < mostWaiting {
			c.waiting[phrase] += times
		}
	}
	return err
}

// Tidy forgets what is old, and the rarest of what is too much.
func (c *Counter) Tidy(ctx context.Context) error {
	return c.store.Write(ctx, func(r Records) error { return r.ForgetMisses(c.eldest(), kept) })
}

// eldest is the day before which phrases are forgotten.
func (c *Counter) eldest() calendar.Date { return calendar.DateOf(c.now()).AddDays(-keptDays) }

// Run writes down and tidies until the context ends.
func (c *Counter) Run(ctx context.Context) {
	flush, tidy := time.NewTicker(flushEvery), time.NewTicker(tidyEvery)
	defer flush.Stop()
	defer tidy.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			last, stop := context.WithTimeout(context.WithoutCancel(ctx), flushEvery)
			defer stop()
			c.failed(c.Flush(last))
			return
		case <-flush.C:
			err = c.Flush(ctx)
		case <-tidy.C:
			err = c.Tidy(ctx)
		}
		if ctx.Err() == nil {
			c.failed(err)
		}
	}
}

func (c *Counter) failed(err error) {
	if err != nil {
		c.log.Error("searches that found nothing are not written down yet", "error", err)
	}
}
