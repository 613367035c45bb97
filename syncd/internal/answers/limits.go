package answers

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"net/netip"
	"sync"
	"time"

	"khumue/internal/calendar"
)

// Limits say how much may come from where. Zero values are not allowed; Usual
// gives the rule.
type Limits struct {
	Network int           // answers an hour of one network, without a registered device
	Device  int           // of one registered device
	Texts   time.Duration // after which texts are emptied
}

// Usual are 600 answers an hour of a network, 20,000 of a device, which may have
// been without a network for days, and texts for a year.
func Usual() Limits { return Limits{Network: 600, Device: 20_000, Texts: 365 * 24 * time.Hour} }

// What is odd about a network: more answers for one point within an hour than
// people give, or the same replies for it again and again.
const (
	floodAfter    = 60
	repeatedAfter = 10
)

// mostCounted is how many networks and such are counted at once. When there are
// more, counting begins anew: memory is bounded, and a flood from everywhere is
// held by the queue.
const mostCounted = 200_000

// network is the range of addresses that is counted as one: 24 bits of IPv4, 48
// of IPv6.
func network(a netip.Addr) netip.Prefix {
	bits := 24
	if a.Is6() {
		bits = 48
	}
	p, _ := a.Prefix(bits) // the length fits the address
	return p
}

// trace is what a network is remembered by: nobody can tell the network from it
// who has not the key of the day.
type trace [12]byte

// gate counts who sends how much. It forgets all of it, with the key, when the
// day ends in Thailand.
type gate struct {
	random io.Reader

	mu     sync.Mutex
	key    [32]byte
	day    calendar.Date
	spent  map[trace]time.Time // until when an allowance is used up
	counts map[trace]count
}

// count is how often something happened since a moment.
type count struct {
	since time.Time
	n     int
}

// today makes a new key when the day is another. The gate is locked.
func (g *gate) today(now time.Time) {
	day := calendar.DateOf(now)
	if day == g.day && len(g.spent)+len(g.counts) < mostCounted {
		return
	}
	if day != g.day {
		if _, err := io.ReadFull(g.random, g.key[:]); err != nil {
			panic("answers: no randomness: " + err.Error()) // a key that is known would tell of networks
		}
	}
	g.day, g.spent, g.counts = day, map[trace]time.Time{}, map[trace]count{}
}

// trace hides what is counted.
func (g *gate) trace(kind byte, parts ...[]byte) trace {
	h := hmac.New(sha256.New, g.key[:])
	h.Write([]byte{kind})
	var size [4]byte
	for _, p := range parts {
		binary.BigEndian.PutUint32(size[:], uint32(len(p)))
		h.Write(size[:])
		h.Write(p)
	}
	var sum [sha256.Size]byte
	return trace(h.Sum(sum[:0])[:len(trace{})])
}

// burst is the part of an hour's allowance that may be used at once.
const burst = 6 * time.Minute

// allow takes one from an allowance of so many an hour, a tenth of which may be
// used at once. It returns how long to wait where nothing is left.
func (g *gate) allow(now time.Time, t trace, hourly int) time.Duration {
	each := time.Hour / time.Duration(hourly)
	until := g.spent[t]
	if until.Before(now) {
		until = now
	}
	if wait := until.Add(each).Sub(now) - max(burst, each); wait > 0 {
		return wait
	}
	g.spent[t] = until.Add(each)
	return 0
}

// more counts one, and reports whether there are more than so many within a time.
func (g *gate) more(now time.Time, t trace, than int, within time.Duration) bool {
	c := g.counts[t]
	if now.Sub(c.since) >= within {
		c = count{since: now}
	}
	c.n++
	g.counts[t] = c
	return c.n > than
}

// Sender is who sends answers.
type Sender struct {
	Address netip.Addr // not kept; invalid: not known
	Device  *Device    // registered; nil: anybody
}

// pass takes one answer for a point from what a sender may send. It returns how
// long to wait where it may not, and what is odd where it may.
func (g *gate) pass(now time.Time, from Sender, a *Answer, l Limits) (time.Duration, Marks) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.today(now)
	if d := from.Device; d != nil && (a == nil || d.Point == a.Point) {
		return g.allow(now, g.trace('d', []byte(d.ID)), l.Device), 0
	}
	where, _ := network(from.Address).MarshalBinary() // an address that is not known is one network
	if wait := g.allow(now, g.trace('n', where), l.Network); wait > 0 || a == nil {
		return wait, 0
	}
	var marks Marks
	if g.more(now, g.trace('p', where, []byte(a.Point)), floodAfter, time.Hour) {
		marks |= Flood
	}
	if g.more(now, g.trace('r', where, []byte(a.Point), picksText(a)), repeatedAfter, 10*time.Minute) {
		marks |= Repeated
	}
	return 0, marks
}

// try takes one guess at a one-time code.
func (g *gate) try(now time.Time, from netip.Addr) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.today(now)
	where, _ := network(from).MarshalBinary() // as above
	return g.allow(now, g.trace('c', where), triesHourly)
}

// triesHourly is how many one-time codes one network may try in an hour.
const triesHourly = 60
