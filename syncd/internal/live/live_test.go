package live

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
)

const origin = "https://admin.example"

// book holds sessions in memory, by their secrets.
type book struct {
	mu    sync.Mutex
	of    map[string]Outlook
	down  error
	looks int
}

func (b *book) Look(_ context.Context, secret string) (Outlook, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.looks++
	o, ok := b.of[secret]
	if !ok {
		o = Outlook{By: "signed-out", Over: true}
	}
	if !o.Over && !time.Now().Before(o.Ends) {
		o = Outlook{By: o.By, Over: true}
	}
	return o, b.down
}

// put writes an officer's session that has so much time left.
func (b *book) put(secret, officer string, left time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.of[secret] = Outlook{Officer: officer, Session: "s-" + secret, Ends: time.Now().Add(left), By: "idle"}
}

func (b *book) change(do func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	do()
}

// house is a server with whom it knows.
type house struct {
	t *testing.T
	*Server
	book *book
	log  *bytes.Buffer
	dial func(context.Context, string, string) (net.Conn, error)
	at   string // host and port
}

func build(t *testing.T, caps Caps) *house {
	t.Helper()
	h := &house{t: t, book: &book{of: map[string]Outlook{}}, log: &bytes.Buffer{}, at: "admin.example"}
	var err error
	h.Server, err = New(Config{
		Origins: []string{origin}, Sessions: h.book, Caps: caps, Log: slog.New(slog.NewTextHandler(h.log, nil)), Now: time.Now,
		Secret: func(r *http.Request) string {
			c, err := r.Cookie("khumue")
			if err != nil {
				return ""
			}
			return c.Value
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.book.put("ann", "o-ann", 20*time.Minute)
	return h
}

var plenty = Caps{Session: 10, Officer: 20, Total: 100}

// onLoopback serves by real sockets.
func onLoopback(t *testing.T, caps Caps) *house {
	t.Helper()
	h := build(t, caps)
	srv := httptest.NewServer(h.Server)
	h.at = srv.Listener.Addr().String()
	h.dial = (&net.Dialer{}).DialContext
	t.Cleanup(func() { h.Stop(); srv.Close() })
	return h
}

// pipes is a listener in memory, whose connections a bubble waits for.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { close(p.done); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// inBubble runs a test in which time is that of the bubble.
func inBubble(t *testing.T, caps Caps, test func(*testing.T, *house)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := build(t, caps)
		l := &pipes{make(chan net.Conn), make(chan struct{})}
		srv := &http.Server{Handler: h.Server, ReadHeaderTimeout: time.Second}
		go srv.Serve(l)
		h.dial = func(context.Context, string, string) (net.Conn, error) {
			here, there := net.Pipe()
			l.conns <- there
			return here, nil
		}
		test(t, h)
		h.Stop()
		srv.Close()
	})
}

// page is an open page: what it has heard, and how it was left.
type page struct {
	*websocket.Conn
	mu    sync.Mutex
	heard []said
	left  error
	end   chan struct{}
}

type said struct {
	Type, Officer, By, Why string
	Ends                   time.Time
	Left                   int
	Unread, Judge, Mine    int
	Latest                 Latest
	at                     time.Time
}

// asking changes how a page asks.
type asking func(header http.Header, d *websocket.Dialer, address *string)

func as(secret string) asking {
	return func(h http.Header, _ *websocket.Dialer, _ *string) { h.Set("Cookie", "khumue="+secret) }
}

// ask asks for a connection as a browser does; the status is of a refusal.
func (h *house) ask(change ...asking) (*websocket.Conn, int) {
	h.t.Helper()
	header := http.Header{"Origin": {origin}, "Cookie": {"khumue=ann"}}
	d := &websocket.Dialer{NetDialContext: h.dial, Subprotocols: []string{Protocol}, EnableCompression: true}
	address := "ws://" + h.at + "/ws/live"
	for _, f := range change {
		f(header, d, &address)
	}
	ws, answer, err := d.Dial(address, header)
	if err != nil && answer == nil {
		h.t.Fatal(err)
	}
	return ws, answer.StatusCode
}

// open opens a page that listens, and answers pings.
func (h *house) open(change ...asking) *page { return h.openAs(func(*websocket.Conn) {}, change...) }

// openAs opens a page that behaves as it is made to.
func (h *house) openAs(manners func(*websocket.Conn), change ...asking) *page {
	h.t.Helper()
	ws, status := h.ask(change...)
	if ws == nil {
		h.t.Fatalf("refused with %d", status)
	}
	manners(ws)
	p := &page{Conn: ws, end: make(chan struct{})}
	h.t.Cleanup(func() { ws.Close() })
	go p.listen()
	return p
}

func (p *page) listen() {
	defer close(p.end)
	defer p.Close()
	for {
		_, data, err := p.ReadMessage()
		p.mu.Lock()
		if err != nil {
			p.left = err
			p.mu.Unlock()
			return
		}
		s := said{at: time.Now()}
		if json.Unmarshal(data, &s) == nil {
			p.heard = append(p.heard, s)
		}
		p.mu.Unlock()
	}
}

// status is with what the connection was closed; 0 when it was not, or without a
// word.
func (p *page) status() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	var closed *websocket.CloseError
	if !errors.As(p.left, &closed) {
		return 0
	}
	return closed.Code
}

func (p *page) all() []said {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]said(nil), p.heard...)
}

func (p *page) last() said {
	all := p.all()
	if len(all) == 0 {
		return said{}
	}
	return all[len(all)-1]
}

// post asks once, without a connection.
func (h *house) post(change func(*http.Request)) (int, string) {
	h.t.Helper()
	r := httptest.NewRequestWithContext(h.t.Context(), http.MethodPost, "/ws/live", nil)
	r.Header.Set("Origin", origin)
	r.Header.Set("Cookie", "khumue=ann")
	change(r)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return w.Code, string(body)
}

func TestAPageIsToldHowItsSessionStands(t *testing.T) {
	inBubble(t, plenty, func(t *testing.T, h *house) {
		p := h.open()
		if p.Subprotocol() != Protocol {
			t.Errorf("got the protocol %q", p.Subprotocol())
		}
		time.Sleep(10 * time.Minute)
		first := p.all()
		if len(first) != 1 || first[0].Type != "session" || first[0].Officer != "o-ann" || first[0].By != "idle" || first[0].Left != 1200 {
			t.Errorf("got %+v, want one message that tells of 1200 s", first)
		}
		h.book.put("ann", "o-ann", 30*time.Minute)
		time.Sleep(lookEvery + time.Second)
		if l := p.last(); len(p.all()) != 2 || l.Left < 1769 || l.Left > 1800 || l.at.Add(time.Duration(l.Left)*time.Second).Before(l.Ends) {
			t.Errorf("after the end has moved: got %+v", p.all())
		}
	})
}

func TestAsTheEndComesNearItIsToldAgain(t *testing.T) {
	inBubble(t, plenty, func(t *testing.T, h *house) {
		ends := time.Now().Add(20 * time.Minute)
		p := h.open()
		time.Sleep(20*time.Minute + time.Millisecond)
		synctest.Wait()
		all := p.all()
		if len(all) != 12 { // at the start, from 5 min on each 30 s, and at the end
			t.Fatalf("got %d messages: %+v", len(all), all)
		}
		if at := ends.Sub(all[1].at); at != soon {
			t.Errorf("the first warning comes %v before the end, want %v", at, soon)
		}
		if l := all[len(all)-1]; l.Type != "ended" || l.Why != "idle" || !l.at.Equal(ends) || p.status() != Ended {
			t.Errorf("got %+v and %d, want ended at %v and %d", l, p.status(), ends, Ended)
		}
	})
}

func TestAskingOnceTellsTheSame(t *testing.T) {
	inBubble(t, plenty, func(t *testing.T, h *house) {
		for _, tc := range []struct {
			name   string
			change func(*http.Request)
			status int
			says   string
		}{
			{"who is signed in", func(*http.Request) {}, 200, `{"type":"session","officer":"o-ann","ends":"2000-01-01T00:20:00Z","left":1200,"by":"idle"}`},
			{"who is not", func(r *http.Request) { r.Header.Set("Cookie", "khumue=no") }, 200, `{"type":"ended","why":"signed-out"}`},
			{"without a cookie", func(r *http.Request) { r.Header.Del("Cookie") }, 200, `{"type":"ended","why":"signed-out"}`},
			{"from elsewhere", func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, 403, ""},
			{"from nowhere", func(r *http.Request) { r.Header.Del("Origin") }, 403, ""},
			{"with a query", func(r *http.Request) { r.URL.RawQuery = "session=ann" }, 400, ""},
			{"otherwise", func(r *http.Request) { r.Method = http.MethodPut }, 405, ""},
		} {
			status, body := h.post(tc.change)
			if status != tc.status || tc.says != "" && body != tc.says {
				t.Errorf("%s: got %d %s, want %d %s", tc.name, status, body, tc.status, tc.says)
			}
		}
		h.book.change(func() { h.book.down = errors.New("lost") })
		if status, _ := h.post(func(*http.Request) {}); status != 503 {
			t.Errorf("without a database: got %d", status)
		}
	})
}

func TestAnOriginIsExact(t *testing.T) {
	for address, want := range map[string]string{
		"https://admin.example": "https://admin.example", "https://ADMIN.example:443": "https://admin.example", "http://localhost:8081": "http://localhost:8081",
		"http://[::1]:80": "http://[::1]", "https://admin.example/": "", "admin.example": "", "ftp://admin.example": "", "https://": "", "https://a@admin.example": "",
	} {
		got, err := originOf(address)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s: got %q, %v", address, got, err)
		}
	}
	if _, err := New(Config{Origins: []string{"*"}}); err == nil {
		t.Error("a server for all origins is made")
	}
}

func TestThePageIsToldWhenTheServerStops(t *testing.T) {
	inBubble(t, plenty, func(t *testing.T, h *house) {
		over := make(chan struct{})
		defer close(over)
		p := h.open()
		h.openAs(func(ws *websocket.Conn) { ws.SetCloseHandler(func(int, string) error { <-over; return nil }) }) // it says no goodbye
		synctest.Wait()
		began := time.Now()
		h.Stop()
		<-p.end
		if p.status() != websocket.CloseGoingAway || time.Since(began) > closeTime {
			t.Errorf("got %d after %v", p.status(), time.Since(began))
		}
		if _, status := h.ask(); status != 503 {
			t.Errorf("a stopped server answers %d", status)
		}
		if h.total != 0 || len(h.conns) != 0 {
			t.Errorf("%d connections are still counted", h.total)
		}
	})
}

func TestWithoutADatabaseNobodyIsTalkedTo(t *testing.T) {
	inBubble(t, plenty, func(t *testing.T, h *house) {
		p := h.open()
		synctest.Wait()
		h.book.change(func() { h.book.down = errors.New("lost") })
		time.Sleep(lookEvery + time.Millisecond)
		synctest.Wait()
		if p.status() != websocket.CloseTryAgainLater || !strings.Contains(h.log.String(), "lost") {
			t.Errorf("got %d, log: %s", p.status(), h.log)
		}
		if _, status := h.ask(); status != 503 {
			t.Errorf("got %d, want 503", status)
		}
	})
}
