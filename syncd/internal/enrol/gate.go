package enrol

import (
	"net/netip"
	"sync"
	"time"
)

// How many claims of one address may come to nothing in how long a time. A code has 80
// random bits: this keeps the noise away. While those of all come to many, an address of
// which any did waits; one that comes for the first time never does, whatever others do.
const (
	tryTime   = 15 * time.Minute
	fromFail  = 20
	allFail   = 2000
	mostTries = 10 * allFail // that are known, the oldest of which is forgotten
)

// gate counts tries by address, IPv6 by its first 64 bits.
type gate struct {
	mu    sync.Mutex
	tries []try // of the last tryTime, oldest first; at most mostTries
}

type try struct {
	at   time.Time
	from netip.Prefix
}

func network(from netip.Addr) netip.Prefix {
	from = from.Unmap().WithZone("")
	bits := 64
	if !from.Is6() {
		bits = from.BitLen()
	}
	p, _ := from.Prefix(bits) // of an address that there is not: none
	return p
}

// try counts a try as one that failed, until it is told otherwise, and returns 0; or
// how long an address has to wait.
func (g *gate) try(from netip.Addr, now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	kept := g.tries[:0]
	for _, t := range g.tries {
		if age := now.Sub(t.at); age >= 0 && age < tryTime {
			kept = append(kept, t)
		}
	}
	g.tries = kept
	net, n, first := network(from), 0, now
	for _, t := range g.tries {
		if t.from == net {
			if n++; n == 1 {
				first = t.at
			}
		}
	}
	if n >= fromFail || n > 0 && len(g.tries) >= allFail {
		return first.Add(tryTime).Sub(now)
	}
	if len(g.tries) >= mostTries {
		g.tries = g.tries[1:]
	}
	g.tries = append(g.tries, try{now, net})
	return 0
}

// passed forgets the last try of an address.
func (g *gate) passed(from netip.Addr) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i := len(g.tries) - 1; i >= 0; i-- {
		if g.tries[i].from == network(from) {
			g.tries = append(g.tries[:i], g.tries[i+1:]...)
			return
		}
	}
}

// Wait is the error of one who tries too often.
type Wait struct {
	error
	For time.Duration
}

// Unwrap gives the failure that a person is told.
func (w Wait) Unwrap() error { return w.error }
