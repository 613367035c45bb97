package line

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"khumue/syncd/internal/courier"
)

// lease is a network that gives its machine one address after the other.
type lease struct {
	*network
	out   atomic.Bool                // it has the address, and no network there
	at    atomic.Pointer[netip.Addr] // nil: it is gone
	fails atomic.Bool                // nobody can tell
	holds atomic.Bool                // nobody takes a connection
}

func (n *lease) settle(address string) {
	if address == "" {
		n.at.Store(nil)
		return
	}
	a := netip.MustParseAddr(address)
	n.at.Store(&a)
}

func (n *lease) networks() (map[netip.Addr]bool, error) {
	found := map[netip.Addr]bool{netip.MustParseAddr("10.9.9.9"): true}
	if a := n.at.Load(); a != nil {
		found[*a] = !n.out.Load()
	}
	if n.fails.Load() {
		return nil, errors.New("not now")
	}
	return found, nil
}

func (n *lease) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if n.holds.Load() {
		<-ctx.Done()
		return nil, &net.OpError{Op: "dial", Err: ctx.Err()}
	}
	c, err := n.network.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return by{c, net.TCPAddrFromAddrPort(netip.AddrPortFrom(*n.at.Load(), 40000))}, nil
}

// by is a connection by an address of this machine.
type by struct {
	net.Conn
	from net.Addr
}

func (c by) LocalAddr() net.Addr { return c.from }

// watched runs a test with a line of a machine with an address, that watches its
// network. Came counts how often there was another.
func watched(t *testing.T, c *centre, test func(t *testing.T, l *Line, n *lease, came *atomic.Int64)) {
	t.Helper()
	n := &lease{network: &network{}}
	within(t, n.network, c, func(t *testing.T, l *Line) {
		n.settle("192.0.2.2")
		l.Dial, l.Networks = n.dial, n.networks
		ctx, stop := context.WithCancel(t.Context())
		var came atomic.Int64
		go l.Watch(ctx, func() { came.Add(1) })
		synctest.Wait()
		test(t, l, n, &came)
		stop()
		synctest.Wait()
	})
}

// F24: what goes over an address that the machine has lost is given up at once, whether
// by websocket or by POST, and not after a minute of silence.
func TestF24WhatAnAddressTookAwayIsGivenUp(t *testing.T) {
	for name, tc := range map[string]struct{ posts, short, late, out bool }{
		"a websocket": {}, "a POST": {posts: true},
		"an address that was there for a moment":               {short: true},
		"an address that had no network when it was connected": {short: true, late: true},
		"an address whose network went":                        {out: true},
	} {
		t.Run(name, func(t *testing.T) {
			c := &centre{}
			watched(t, c, func(t *testing.T, l *Line, n *lease, came *atomic.Int64) {
				if tc.posts {
					l.posts = time.Now().Add(postsFor)
				}
				if tc.short {
					n.settle("192.0.2.4")
				}
				n.out.Store(tc.late)
				if replies, err := l.Exchange(t.Context(), ask("1")); err != nil || said(replies) != "c1" {
					t.Fatalf("got %v, %v", replies, err)
				}
				n.hole.Store(true)
				began := time.Now()
				time.AfterFunc(time.Second, func() {
					if n.out.Store(tc.out); !tc.out {
						n.settle("192.0.2.3")
					}
				})
				_, err := l.Exchange(t.Context(), ask("2"))
				var trouble *courier.Trouble
				if took := time.Since(began); !errors.As(err, &trouble) || trouble.Kind != courier.Cut && trouble.Kind != courier.Offline || took > time.Second+lookEvery {
					t.Errorf("after %v: %v", took, err)
				}
				n.hole.Store(false)
				if n.out.Store(false); tc.out {
					time.Sleep(lookEvery)
				}
				if replies, err := l.Exchange(t.Context(), ask("3")); err != nil || said(replies) != "c3" {
					t.Errorf("got %v, %v", replies, err)
				}
				synctest.Wait()
				if came.Load() != 1 {
					t.Errorf("another network came %d times", came.Load())
				}
			})
		})
	}
}

func TestAnotherNetworkBesideDisturbsNothing(t *testing.T) {
	c := &centre{}
	watched(t, c, func(t *testing.T, l *Line, n *lease, came *atomic.Int64) {
		exchange := func(nonce string) {
			t.Helper()
			if replies, err := l.Exchange(t.Context(), ask(nonce)); err != nil || said(replies) != "c"+nonce {
				t.Errorf("got %v, %v", replies, err)
			}
		}
		exchange("1")
		n.fails.Store(true) // nobody knows
		time.Sleep(2 * lookEvery)
		n.fails.Store(false)
		time.Sleep(2 * lookEvery)
		exchange("2")
		if c.sockets.Load() != 1 || came.Load() != 0 {
			t.Errorf("%d websockets, and another network %d times", c.sockets.Load(), came.Load())
		}
	})
}

// A connection that is being made when the network comes back would wait for an answer
// to what was lost.
func TestWhatIsBeingMadeIsMadeAnewOverAnotherNetwork(t *testing.T) {
	watched(t, &centre{}, func(t *testing.T, l *Line, n *lease, came *atomic.Int64) {
		n.settle("")
		time.Sleep(2 * lookEvery)
		n.holds.Store(true)
		began := time.Now()
		time.AfterFunc(time.Second, func() { n.settle("192.0.2.2") })
		_, err := l.Exchange(t.Context(), ask("1"))
		if took := time.Since(began); !errors.Is(err, context.Canceled) || took > time.Second+lookEvery {
			t.Errorf("after %v: %v", took, err)
		}
		n.holds.Store(false)
		if replies, err := l.Exchange(t.Context(), ask("2")); err != nil || said(replies) != "c2" || came.Load() != 1 {
			t.Errorf("got %v, %v, and another network %d times", replies, err, came.Load())
		}
	})
}

func TestNetworksAreThoseBeyondThisMachine(t *testing.T) {
	found, err := networks()
	if err != nil {
		t.Fatal(err)
	}
	for a := range found {
		if !a.IsValid() || a.IsLoopback() || a.Zone() != "" {
			t.Errorf("%s is one", a)
		}
	}
}
