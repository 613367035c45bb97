package enrol

import (
	"net/netip"
	"testing"
	"time"
)

// Whoever fails again and again from all over the world keeps nobody else out.
func TestTriesOfOthersKeepNobodyOut(t *testing.T) {
	var g gate
	now := time.Date(2026, 11, 26, 2, 0, 0, 0, time.UTC)
	from := func(n int) netip.Addr { return netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)}) }
	office := netip.MustParseAddr("192.0.2.9")
	for n := range allFail {
		if wait := g.try(from(n), now); wait != 0 {
			t.Fatalf("the first try of an address waits %v", wait)
		}
	}
	if wait := g.try(office, now); wait != 0 {
		t.Errorf("one that never failed waits %v", wait)
	}
	g.passed(office)
	if wait := g.try(office, now); wait != 0 {
		t.Errorf("one that was admitted waits %v", wait)
	}
	if wait := g.try(from(7), now.Add(time.Minute)); wait != tryTime-time.Minute {
		t.Errorf("one that failed waits %v", wait)
	}
	for n := len(g.tries); n < mostTries; n++ {
		g.tries = append(g.tries, try{now, network(from(n))})
	}
	g.try(netip.MustParseAddr("198.51.100.1"), now)
	if len(g.tries) > mostTries {
		t.Errorf("%d tries are known", len(g.tries))
	}
}
