package line

import (
	"context"
	"net"
	"net/netip"
	"time"
)

// lookEvery is how often a line looks which networks the machine is on.
const lookEvery = 2 * time.Second

// Watch looks, until ctx ends, by which addresses the machine is on a network. What was
// connected by one that is gone is given up at once: it hears nothing any more, and
// nobody else says so for a minute. Came is called when there is a network by an address
// by which there was none, for then the centre may be within reach.
func (l *Line) Watch(ctx context.Context, came func()) {
	known, _ := l.Networks() // where nobody knows, all that is seen later is new
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now, err := l.Networks()
		if err != nil { // all may be as it was
			continue
		}
		last := known
		known = now
		l.leave(known)
		for a, on := range known {
			if on && !last[a] {
				l.redial()
				came()
				break
			}
		}
	}
}

// networks are the addresses of interfaces that are on, those for the machine alone
// left out, and whether each is connected to anything.
func networks() (map[netip.Addr]bool, error) {
	list, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	found := map[netip.Addr]bool{}
	for _, i := range list {
		if i.Flags&net.FlagUp == 0 || i.Flags&net.FlagLoopback != 0 {
			continue
		}
		addresses, err := i.Addrs()
		if err != nil {
			return nil, err
		}
		for _, a := range addresses {
			if p, err := netip.ParsePrefix(a.String()); err == nil {
				found[plain(p.Addr())] = i.Flags&net.FlagRunning != 0
			}
		}
	}
	return found, nil
}

// plain is an address as it is compared.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// held is a connection that the line can give up.
type held struct {
	net.Conn
	line *Line
	by   netip.Addr // this machine's; zero: it is none of those that can be seen
	on   bool       // a network was seen there since
}

// Close ends it.
func (h *held) Close() error {
	h.line.mu.Lock()
	delete(h.line.open, h)
	h.line.mu.Unlock()
	return h.Conn.Close()
}

// connect opens a connection.
func (l *Line) connect(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l.mu.Lock()
	dial := &cancel
	l.dials[dial] = true
	l.mu.Unlock()
	c, err := l.Dial(ctx, network, address)
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.dials, dial)
	if err != nil {
		return nil, err
	}
	h := &held{Conn: c, line: l}
	at, unread := netip.ParseAddrPort(c.LocalAddr().String())
	now, unseen := l.Networks()
	if on, there := now[plain(at.Addr())]; there && unread == nil && unseen == nil {
		h.by, h.on = plain(at.Addr()), on
	}
	l.open[h] = true
	return h, nil
}

// leave gives up connections by addresses that are not there any more, or that have
// lost their network.
func (l *Line) leave(there map[netip.Addr]bool) {
	l.mu.Lock()
	var lost []*held
	for h := range l.open {
		on, is := there[h.by]
		if h.by.IsValid() && (!is || h.on && !on) {
			lost = append(lost, h)
		}
		h.on = h.on || on
	}
	l.mu.Unlock()
	for _, h := range lost {
		_ = h.Close() // whatever it says, it is closed
	}
}

// redial gives up connections that are being made: they would wait for an answer to
// what an earlier network lost.
func (l *Line) redial() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for cancel := range l.dials {
		(*cancel)()
	}
}
