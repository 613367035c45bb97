//go:build unix

// Package badline is a bad line between two programs of a test, on this machine
// alone: one that is slow, far, cut, deaf on one side or on both without telling
// anybody, or on which something else answers.
//
// It carries bytes of connections, and behind that requests of HTTP, so that what is
// at its far end is asked by its own name. What the line is like may change at any
// moment. It knows nothing of what is said on it.
package badline

import (
	"context"
	"errors"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Weather is what a line is like. The zero value is a good one.
type Weather struct {
	Down  bool          // nobody is there: connections are refused, and those that are open break
	Rate  int           // bytes a second each way, of all connections together; 0: no limit
	Delay time.Duration // each way
	Holds bool          // nothing arrives now; all of it does once this is over
	Deaf  bool          // what the near end sends gets lost from now on, and nobody is told
	Mute  bool          // the same of what the far end sends
	Dead  int           // of so many hundredths of new connections nothing ever arrives
	Break int64         // bytes after which a connection breaks, both ways together; 0: never
	Page  string        // what is answered to every request instead, as HTML; "": what the far end says
	Plain bool          // requests to speak another protocol are taken for usual ones
}

// Line is a line. Its methods may be called by any number of goroutines.
type Line struct {
	far     *url.URL
	port    *net.TCPAddr
	hold    int          // a socket that keeps the port while nobody listens
	inner   net.Listener // where requests are passed on
	server  *http.Server
	chances *rand.Rand // under mu
	all     sync.WaitGroup
	ways    [2]lane // out and in

	mu      sync.Mutex
	weather Weather
	changed chan struct{} // closed when the weather changes
	outer   net.Listener  // nil while the line is down
	conns   map[*conn]bool
	closed  bool
	made    int
}

// lane is one direction.
type lane struct {
	mu    sync.Mutex
	free  time.Time // when it has carried all that was put on it
	bytes atomic.Int64
	heard atomic.Pointer[func([]byte) bool]
}

// Directions of a line.
const (
	Out = 0 // from the near end
	In  = 1
)

// Dial opens connections.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// New opens a good line to an address such as http://localhost:8081. What is left to
// chance on it follows from a seed.
func New(far string, seed uint64) (*Line, error) { return NewBy(nil, far, seed) }

// NewBy opens one whose far end is reached in a way of its own; nil: as usual.
func NewBy(dial Dial, far string, seed uint64) (*Line, error) {
	to, err := url.Parse(far)
	if err != nil {
		return nil, err
	}
	l := &Line{far: to, chances: rand.New(rand.NewPCG(seed, 0)), changed: make(chan struct{}), conns: map[*conn]bool{}}
	if err := l.bind(); err != nil {
		return nil, err
	}
	if l.inner, err = new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0"); err != nil {
		return nil, errors.Join(err, syscall.Close(l.hold))
	}
	if err := l.listen(); err != nil {
		return nil, errors.Join(err, l.inner.Close(), syscall.Close(l.hold))
	}
	passing := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = to.Host },
		FlushInterval: -1,
		ErrorLog:      log.New(io.Discard, "", 0), // that connections break is what the line is for
		ErrorHandler:  func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
		Transport:     &http.Transport{DialContext: dial, DisableCompression: true, MaxIdleConnsPerHost: -1},
	}
	l.server = &http.Server{Handler: l.answers(passing), ErrorLog: log.New(io.Discard, "", 0)}
	l.all.Go(func() { _ = l.server.Serve(l.inner) }) // until it is closed
	return l, nil
}

// bind takes a port of this machine, on which nobody listens yet.
func (l *Line) bind() error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		return err
	}
	syscall.CloseOnExec(fd)
	err = syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	if err == nil {
		err = syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	}
	var at syscall.Sockaddr
	if err == nil {
		at, err = syscall.Getsockname(fd)
	}
	if err != nil {
		return errors.Join(err, syscall.Close(fd))
	}
	l.hold, l.port = fd, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: at.(*syscall.SockaddrInet4).Port}
	return nil
}

// listen lets connections in.
func (l *Line) listen() error {
	outer, err := net.ListenTCP("tcp4", l.port)
	if err != nil {
		return err
	}
	l.outer = outer
	l.all.Go(func() {
		for {
			near, err := outer.Accept()
			if err != nil {
				return
			}
			l.enter(near.(*net.TCPConn))
		}
	})
	return nil
}

// Address is where the near end finds the far one, as http://127.0.0.1:40000.
func (l *Line) Address() string { return "http://" + l.port.String() }

// Set changes what the line is like. It fails when the port can not be had again.
func (l *Line) Set(w Weather) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return net.ErrClosed
	}
	l.weather = w
	close(l.changed)
	l.changed = make(chan struct{})
	switch {
	case w.Down && l.outer != nil:
		err := l.outer.Close()
		l.outer = nil
		l.breakAll()
		return err
	case !w.Down && l.outer == nil:
		return l.listen()
	}
	return nil
}

// Cut breaks all connections that are open.
func (l *Line) Cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.breakAll()
}

func (l *Line) breakAll() {
	for c := range l.conns {
		c.breaks()
	}
}

// Carried is how many bytes arrived in a direction.
func (l *Line) Carried(direction int) int64 { return l.ways[direction].bytes.Load() }

// Made is how many connections were made.
func (l *Line) Made() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.made
}

// Hear has a function told what is about to arrive in a direction, piece by piece.
// Nothing arrives meanwhile; false breaks the connection instead. Nil ends that.
func (l *Line) Hear(direction int, do func(data []byte) bool) {
	if do == nil {
		l.ways[direction].heard.Store(nil)
		return
	}
	l.ways[direction].heard.Store(&do)
}

// Close ends the line and all connections.
func (l *Line) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	close(l.changed)
	var err error
	if l.outer != nil {
		err = l.outer.Close()
	}
	l.breakAll()
	l.mu.Unlock()
	err = errors.Join(err, l.server.Close(), syscall.Close(l.hold))
	l.all.Wait()
	return err
}

// now is what the line is like, and what tells when that changes.
func (l *Line) now() (Weather, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.weather, l.changed
}

// answers passes requests on, where nothing else answers.
func (l *Line) answers(passing http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		now, _ := l.now()
		if now.Page != "" {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, now.Page) // who does not read it has no page
			return
		}
		if now.Plain {
			r.Header.Del("Upgrade")
			r.Header.Del("Connection")
		}
		passing.ServeHTTP(w, r)
	})
}

// conn is a connection on the line.
type conn struct {
	*Line
	near, far *net.TCPConn
	dead      bool
	most      int64
	carried   atomic.Int64
	lost      [2]atomic.Bool // something of a direction got lost: nothing arrives any more
	ctx       context.Context
	end       context.CancelFunc
}

// enter begins to carry a connection.
func (l *Line) enter(near *net.TCPConn) {
	far, err := net.DialTCP("tcp", nil, l.inner.Addr().(*net.TCPAddr))
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil || l.closed || l.weather.Down {
		_ = near.Close()
		if err == nil {
			_ = far.Close()
		}
		return
	}
	l.made++
	c := &conn{Line: l, near: near, far: far, dead: l.chances.IntN(100) < l.weather.Dead, most: l.weather.Break}
	c.ctx, c.end = context.WithCancel(context.Background())
	l.conns[c] = true
	l.all.Go(func() {
		var both sync.WaitGroup
		both.Go(func() { c.carry(Out, near, far) })
		both.Go(func() { c.carry(In, far, near) })
		go func() { both.Wait(); c.end() }()
		<-c.ctx.Done()
		_, _ = near.Close(), far.Close()
		both.Wait()
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.conns, c)
	})
}

// breaks ends the connection, and what is on it is lost.
func (c *conn) breaks() {
	_ = c.near.SetLinger(0)
	c.end()
}

// parcel is what was read at once.
type parcel struct {
	data []byte
	due  time.Time
}

// mostOnTheWay is how many parcels are read before the first of them has arrived.
const mostOnTheWay = 256

// carry takes bytes from one end to the other until the connection ends.
func (c *conn) carry(direction int, from, to *net.TCPConn) {
	queue := make(chan parcel, mostOnTheWay)
	c.all.Go(func() {
		defer close(queue)
		for {
			now, _ := c.now()
			size := 16 << 10
			if now.Rate > 0 {
				size = min(size, max(now.Rate/20, 1))
			}
			data := make([]byte, size)
			n, err := from.Read(data)
			if n > 0 {
				select {
				case queue <- parcel{data[:n], c.due(direction, n)}:
				case <-c.ctx.Done():
					return
				}
			}
			if err != nil {
				return
			}
		}
	})
	for p := range queue {
		if !c.arrive(direction, p, to) {
			c.breaks()
			return
		}
	}
	if c.lost[direction].Load() { // nobody is told
		<-c.ctx.Done()
		return
	}
	_ = to.CloseWrite() // it may be gone
}

// due is when bytes arrive that were put on the line now.
func (c *conn) due(direction, n int) time.Time {
	w, _ := c.now()
	lane := &c.ways[direction]
	lane.mu.Lock()
	defer lane.mu.Unlock()
	at := time.Now()
	if w.Rate > 0 {
		if lane.free.Before(at) {
			lane.free = at
		}
		lane.free = lane.free.Add(time.Duration(n) * time.Second / time.Duration(w.Rate))
		at = lane.free
	}
	return at.Add(w.Delay)
}

// arrive delivers a parcel when it is due; false where the connection is over.
func (c *conn) arrive(direction int, p parcel, to net.Conn) bool {
	if !c.wait(p.due) {
		return false
	}
	w, _ := c.now()
	if c.dead || direction == Out && w.Deaf || direction == In && w.Mute {
		c.lost[direction].Store(true)
	}
	if c.lost[direction].Load() {
		return true
	}
	lane := &c.ways[direction]
	if heard := lane.heard.Load(); heard != nil && !(*heard)(p.data) {
		return false
	}
	lane.bytes.Add(int64(len(p.data)))
	if _, err := to.Write(p.data); err != nil {
		return false
	}
	return c.most == 0 || c.carried.Add(int64(len(p.data))) < c.most
}

// wait waits for a time, and while the line holds what is on it.
func (c *conn) wait(due time.Time) bool {
	if left := time.Until(due); left > 0 {
		t := time.NewTimer(left)
		defer t.Stop()
		select {
		case <-t.C:
		case <-c.ctx.Done():
			return false
		}
	}
	for {
		w, changed := c.now()
		if !w.Holds {
			return c.ctx.Err() == nil
		}
		select {
		case <-changed:
		case <-c.ctx.Done():
			return false
		}
	}
}
