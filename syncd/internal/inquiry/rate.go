package inquiry

import (
	"crypto/sha256"
	"io"
	"net/netip"
	"sync"
	"time"
)

const (
	perMinute    = 30     // look-ups of one network
	mostNetworks = 50_000 // that are counted in a minute; beyond, all are let in
)

// rate counts look-ups of networks, by minutes. What it counts by has a key that
// is thrown away with the minute.
type rate struct {
	mu   sync.Mutex
	ends time.Time
	salt [32]byte
	seen map[[16]byte]int
}

// take counts a look-up, and reports whether its network may make it.
func (r *rate) take(from netip.Addr, now time.Time, random io.Reader) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !now.Before(r.ends) {
		if _, err := io.ReadFull(random, r.salt[:]); err != nil {
			panic("inquiry: no randomness: " + err.Error())
		}
		r.ends, r.seen = now.Add(time.Minute), map[[16]byte]int{}
	}
	sum := sha256.Sum256(append(r.salt[:], networkOf(from)...))
	key := [16]byte(sum[:16])
	if _, there := r.seen[key]; !there && len(r.seen) >= mostNetworks {
		return true
	}
	r.seen[key]++
	return r.seen[key] <= perMinute
}

// networkOf is what one household or office shares: an IPv4 address, or a /56 of
// IPv6.
func networkOf(a netip.Addr) string {
	a = a.Unmap()
	if a.Is6() {
		if p, err := a.Prefix(56); err == nil {
			return p.String()
		}
	}
	return a.String()
}
