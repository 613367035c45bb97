package edge

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/fault"
)

// pipes is a network inside one process, whose time may be made.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

// from is a connection that comes from an address.
type from struct {
	net.Conn
	addr string
}

func (f from) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(f.addr), 4711))
}

// dial opens a connection from an address, and returns the client's end.
func (p *pipes) dial(addr string) net.Conn {
	ours, theirs := net.Pipe()
	p.conns <- from{theirs, addr}
	return ours
}

// serving runs servers until the test cancels, and returns what Run returned.
func serving(ctx context.Context, servers ...Server) <-chan error {
	done := make(chan error, 1)
	go func() { done <- Run(ctx, slog.New(slog.DiscardHandler), servers...) }()
	return done
}

// closedAfter waits for the server to close a connection, and says how long
// that took.
func closedAfter(c net.Conn, began time.Time) time.Duration {
	_, _ = io.Copy(io.Discard, c) // whichever way it ends
	return time.Since(began)
}

// S6: a client that sends a byte now and then holds a connection for as long as
// it likes, and ten thousand of them hold all that there are.
func TestS6ASlowClientIsCutOff(t *testing.T) {
	tests := []struct {
		name, sends string // then a byte each second
		within      time.Duration
	}{
		{"says nothing", "", headerTime},
		{"a header without an end", "GET / HTTP/1.1\r\nHost: a\r\nX: ", headerTime},
		{"a body without an end", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n", readTime},
		{"a connection that is kept and not used", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", idleTime},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				p := newPipes()
				done := serving(ctx, Server{Name: "a", Listener: p, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					_, _ = io.ReadAll(r.Body) // as far as it comes
				})})
				began := time.Now()
				c := p.dial("203.0.113.9")
				var sending sync.WaitGroup
				sending.Go(func() {
					if _, err := io.WriteString(c, test.sends); err != nil || strings.HasSuffix(test.sends, "GET / HTTP/1.1\r\nHost: a\r\n\r\n") {
						return
					}
					for range 300 {
						time.Sleep(time.Second) // of a clock that is made
						if _, err := io.WriteString(c, "x"); err != nil {
							return
						}
					}
				})
				if got := closedAfter(c, began); got > test.within+time.Second {
					t.Errorf("got the connection closed after %s, want at most %s", got, test.within)
				}
				c.Close()
				sending.Wait()
				cancel()
				if err := <-done; err != nil {
					t.Errorf("got error %v of the stop, want none", err)
				}
			})
		})
	}
}

func TestS6OneAddressHasFewConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		p, m := newPipes(), NewMetrics()
		l := Limit(p, Caps{Total: 100, PerAddress: 2, Exempt: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}, "a", m)
		done := serving(ctx, Server{Name: "a", Listener: l, Handler: http.NotFoundHandler()})
		held := func(c net.Conn) bool {
			c.SetReadDeadline(time.Now().Add(time.Millisecond)) // long before a silent one is cut off
			_, err := c.Read(make([]byte, 1))
			var timeout net.Error
			return errors.As(err, &timeout) && timeout.Timeout()
		}
		first := p.dial("203.0.113.9")
		for _, test := range []struct {
			name, addr string
			want       bool
		}{
			{"the second of an address", "203.0.113.9", true},
			{"the third", "203.0.113.9", false},
			{"another address", "203.0.113.10", true},
			{"IPv6", "2001:db8::1", true},
			{"the same household", "2001:db8::2", true},
			{"and again", "2001:db8::3", false},
			{"another household", "2001:db8:0:1::1", true},
			{"the first address as IPv6", "::ffff:203.0.113.9", false},
			{"a proxy", "10.0.0.1", true}, {"the proxy again", "10.0.0.1", true}, {"and again", "10.0.0.1", true},
		} {
			c := p.dial(test.addr)
			defer c.Close()
			if got := held(c); got != test.want {
				t.Errorf("%s: got the connection kept: %v, want %v", test.name, got, test.want)
			}
		}
		first.Close()
		synctest.Wait()
		again := p.dial("203.0.113.9")
		defer again.Close()
		if !held(again) {
			t.Error("got a connection refused after another ended, want it kept")
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		w := httptest.NewRecorder()
		m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		for _, want := range []string{`khumue_http_connections_refused_total{server="a"} 3`, `khumue_http_connections{server="a"} 0`} {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("got no %s", want)
			}
		}
	})
}

func TestS6FurtherConnectionsWaitForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipes()
		l := Limit(p, Caps{Total: 1, PerAddress: 9}, "a", nil)
		go p.dial("203.0.113.9")
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		accepted := make(chan error, 1)
		accept := func() { _, err := l.Accept(); accepted <- err }
		go accept()
		go p.dial("203.0.113.10")
		synctest.Wait()
		select {
		case <-accepted:
			t.Error("got a connection above the total, want it to wait")
		default:
		}
		c.Close()
		c.Close() // twice gives one place back
		if err := <-accepted; err != nil {
			t.Error(err)
		}
		go accept()
		synctest.Wait()
		l.Close()
		if err := <-accepted; !errors.Is(err, net.ErrClosed) {
			t.Errorf("got %v, want the listener closed", err)
		}
	})
}

// answerTo sends a request on a connection and returns how it is answered.
func answerTo(c net.Conn, request string) (*http.Response, error) {
	if _, err := io.WriteString(c, request); err != nil {
		return nil, err
	}
	return http.ReadResponse(bufio.NewReader(c), nil)
}

func TestAStopLetsAnswersFinishAndEndsTheRest(t *testing.T) {
	tests := []struct {
		name    string
		handler func(http.ResponseWriter, *http.Request)
		after   time.Duration
		status  int // 0: the connection is cut
	}{
		{"an answer that takes three seconds", func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(3 * time.Second) // of a clock that is made
			w.WriteHeader(http.StatusTeapot)
		}, 3 * time.Second, http.StatusTeapot},
		{"one that listens to its context", func(w http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			(&Faults{Log: slog.New(slog.DiscardHandler)}).Handle(func(http.ResponseWriter, *http.Request) error {
				return r.Context().Err()
			}).ServeHTTP(w, r)
		}, softStop, http.StatusServiceUnavailable},
		{"one that does not", func(http.ResponseWriter, *http.Request) {
			time.Sleep(time.Minute) // of a clock that is made
		}, hardStop, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				a, b := newPipes(), newPipes()
				told := make(chan struct{})
				done := serving(ctx, Server{Name: "a", Listener: a, Handler: http.HandlerFunc(test.handler)},
					Server{Name: "b", Listener: b, Handler: http.NotFoundHandler(), OnStop: func() { close(told) }})
				c := a.dial("203.0.113.9")
				defer c.Close()
				answers := make(chan *http.Response, 1)
				go func() {
					r, err := answerTo(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
					if err != nil {
						r = &http.Response{}
					}
					answers <- r
				}()
				synctest.Wait()
				began := time.Now()
				cancel()
				<-told
				if got := (<-answers).StatusCode; got != test.status {
					t.Errorf("got status %d, want %d", got, test.status)
				}
				if err := <-done; err != nil {
					t.Errorf("got error %v of the stop, want none", err)
				}
				if got := time.Since(began); got < test.after || got > test.after+time.Second || got > hardStop {
					t.Errorf("got a stop of %s, want %s", got, test.after)
				}
				time.Sleep(time.Minute) // until the last handler has ended
			})
		})
	}
}

func TestAStopWaitsForConnectionsThatLeftHTTP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		const goodbye = 4 * time.Second
		done := serving(ctx, Server{Name: "a", Listener: newPipes(), Handler: http.NotFoundHandler(), OnStop: func() { time.Sleep(goodbye) }}) // of a clock that is made
		synctest.Wait()
		began := time.Now()
		cancel()
		if err := <-done; err != nil || time.Since(began) != goodbye {
			t.Errorf("got a stop of %v and %v, want %v", time.Since(began), err, goodbye)
		}
	})
}

func TestAServerThatFailsStopsTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newPipes(), newPipes()
		a.Close()
		err := <-serving(t.Context(), Server{Name: "a", Listener: a, Handler: http.NotFoundHandler()},
			Server{Name: "b", Listener: b, Handler: http.NotFoundHandler()})
		if !errors.Is(err, net.ErrClosed) {
			t.Errorf("got %v, want the failure", err)
		}
		if _, err := b.Accept(); err == nil {
			t.Error("got the other server listening, want it stopped")
		}
	})
}

func TestAFileAndAHijackPassThrough(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	o := &Observer{Name: "a", Log: log, Metrics: NewMetrics(), Now: time.Now}
	mux := http.NewServeMux()
	mux.HandleFunc("/file", func(w http.ResponseWriter, _ *http.Request) {
		if _, err := io.Copy(w, strings.NewReader("0123456789")); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("/socket", func(w http.ResponseWriter, _ *http.Request) {
		c, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
		c.Close()
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := serving(ctx, Server{Name: "a", Listener: Limit(l, Caps{Total: 9, PerAddress: 9}, "a", nil), Handler: o.Wrap(mux)})
	for path, want := range map[string]int{"/file": 200, "/socket": 101} {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		r, err := answerTo(c, "GET "+path+" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
		if err != nil || r.StatusCode != want {
			t.Fatalf("%s: got %v, %v, want %d", path, r, err, want)
		}
		c.Close()
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestHealth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var broken error
		h := NewHealth(slog.New(slog.DiscardHandler), 2*time.Second,
			Check{"database", fault.Text{TH: "ไม่มีฐานข้อมูล", EN: "the database is away"}, func(context.Context) error { return broken }},
			Check{"content", fault.Text{TH: "ไม่มีเนื้อหา", EN: "there is no content"}, func(context.Context) error {
				if broken != nil {
					time.Sleep(time.Minute) // heeds no context
				}
				return nil
			}},
		)
		mux := http.NewServeMux()
		h.Register(mux)
		ask := func(path string) (int, string) {
			w := httptest.NewRecorder()
			mux.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", path, nil))
			return w.Code, strings.TrimSpace(w.Body.String())
		}
		want := func(path string, status int, body string) {
			t.Helper()
			if got, told := ask(path); got != status || told != body {
				t.Errorf("%s: got %d, want %d (-want +got):\n%s", path, got, status, cmp.Diff(body, told))
			}
		}
		want("/healthz", 200, `{"alive":true}`)
		want("/readyz", 200, `{"ready":true,"stopping":false,"checks":[{"name":"database","ok":true},{"name":"content","ok":true}]}`)
		broken = errors.New("password authentication failed for user khumue")
		began := time.Now()
		want("/readyz", 503, `{"ready":false,"stopping":false,"checks":[`+
			`{"name":"database","ok":false,"missing":{"th":"ไม่มีฐานข้อมูล","en":"the database is away"}},`+
			`{"name":"content","ok":false,"missing":{"th":"ไม่มีเนื้อหา","en":"there is no content"}}]}`)
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("got an answer after %s, want it at the timeout", took)
		}
		time.Sleep(time.Minute) // until the check has ended
		synctest.Wait()
		broken = nil
		h.Stopping()
		want("/readyz", 503, `{"ready":false,"stopping":true,"checks":[{"name":"database","ok":true},{"name":"content","ok":true}]}`)
		want("/healthz", 200, `{"alive":true}`)
	})
}

func TestACheckIsLoggedWhenItChanges(t *testing.T) {
	var logged strings.Builder
	var broken error
	h := NewHealth(slog.New(slog.NewTextHandler(&logged, nil)), time.Second, Check{"git", fault.Text{TH: "ก", EN: "a"}, func(context.Context) error { return broken }})
	for _, err := range []error{nil, io.EOF, io.EOF, nil, nil} {
		broken = err
		h.run(t.Context())
	}
	if got := strings.Count(logged.String(), "\n"); got != 2 || !strings.Contains(logged.String(), "ready again") {
		t.Errorf("got %d lines, want one when it failed and one when it was mended:\n%s", got, logged.String())
	}
}
