package edge

import (
	"io"
	"net"
	"net/netip"
	"sync"
)

// Caps bound how many connections a listener holds.
type Caps struct {
	// Total is for all of them; further ones wait until one ends.
	Total int

	// PerAddress is for one IPv4 address, or one /64 of IPv6; further ones are
	// closed at once.
	PerAddress int

	// Exempt are peers that PerAddress does not bind: proxies.
	Exempt []netip.Prefix
}

// Limit returns a listener that keeps the caps. Name is the server's, for the
// metrics, which may be nil.
func Limit(l net.Listener, caps Caps, name string, m *Metrics) net.Listener {
	return &limited{Listener: l, caps: caps, name: name, metrics: m,
		room: make(chan struct{}, caps.Total), closed: make(chan struct{}), held: map[netip.Prefix]int{}}
}

type limited struct {
	net.Listener
	caps    Caps
	name    string
	metrics *Metrics
	room    chan struct{}
	closed  chan struct{}
	once    sync.Once

	mu   sync.Mutex
	held map[netip.Prefix]int
}

// Accept returns the next connection that the caps let in.
func (l *limited) Accept() (net.Conn, error) {
	select {
	case l.room <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			<-l.room
			return nil, err
		}
		from := l.bound(c.RemoteAddr())
		if l.enter(from) {
			l.metrics.connected(l.name, 1)
			return &heldConn{Conn: c, leave: func() {
				l.leave(from)
				l.metrics.connected(l.name, -1)
				<-l.room
			}}, nil
		}
		l.metrics.refuse(l.name)
		_ = c.Close() // it was not used
	}
}

// Close ends Accept, also one that waits for room.
func (l *limited) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// bound is what a peer is counted as; invalid when it is not.
func (l *limited) bound(addr net.Addr) netip.Prefix {
	a, ok := parseAddr(addr.String())
	if !ok || within(a, l.caps.Exempt) {
		return netip.Prefix{}
	}
	return household(a)
}

func (l *limited) enter(from netip.Prefix) bool {
	if !from.IsValid() {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held[from] >= l.caps.PerAddress {
		return false
	}
	l.held[from]++
	return true
}

func (l *limited) leave(from netip.Prefix) {
	if !from.IsValid() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held[from]--; l.held[from] == 0 {
		delete(l.held, from)
	}
}

// heldConn gives its place back when it is closed.
type heldConn struct {
	net.Conn
	once  sync.Once
	leave func()
}

// Close ends the connection.
func (c *heldConn) Close() error {
	err := c.Conn.Close()
	c.once.Do(c.leave)
	return err
}

// ReadFrom keeps the system's own way of sending a file.
func (c *heldConn) ReadFrom(r io.Reader) (int64, error) { return io.Copy(c.Conn, r) }

// CloseWrite lets net/http say that nothing more comes, where the connection can.
func (c *heldConn) CloseWrite() error {
	if w, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return w.CloseWrite()
	}
	return nil
}
