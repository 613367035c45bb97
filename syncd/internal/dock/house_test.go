package dock

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/inbox"
)

// book knows machines in memory, by their tokens, and answers each message with how
// many it has answered.
type book struct {
	mu   sync.Mutex
	of   map[string]inbox.Device
	down error
	told int

	hold chan struct{} // what is asked waits until it is closed; nil: not
	here chan struct{} // gets one for each that waits
}

func refused() error {
	return fault.New(fault.Forbidden, fault.Text{TH: "ไม่รู้จัก", EN: "unknown"})
}

// Admit knows tokens.
func (b *book) Admit(_ context.Context, token string) (inbox.Device, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	dev, ok := b.of[token]
	if !ok {
		return dev, refused()
	}
	return dev, b.down
}

// Still knows machines.
func (b *book) Still(_ context.Context, id string) (inbox.Device, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, dev := range b.of {
		if dev.ID == id {
			return dev, b.down
		}
	}
	return inbox.Device{}, refused()
}

// Talk answers.
func (b *book) Talk(_ context.Context, _ inbox.Device, m wire.Message) wire.Message {
	b.mu.Lock()
	hold := b.hold
	b.mu.Unlock()
	if hold != nil {
		b.here <- struct{}{}
		<-hold
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.told++
	return wire.Message{Type: wire.Changes, Nonce: m.Nonce, Cursor: m.Cursor}
}

func (b *book) change(do func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	do()
}

func machine(token string) inbox.Device {
	return inbox.Device{ID: "id-" + token, Token: inbox.HashOf(token)}
}

// house is a server, and a way to it.
type house struct {
	*Server
	t    testing.TB
	book *book
	log  *bytes.Buffer
	mux  *http.ServeMux
	dial func(context.Context, string, string) (net.Conn, error)
	at   string // host and port
}

func build(t testing.TB, caps Caps, desk Desk) *house {
	h := &house{t: t, log: &bytes.Buffer{}, mux: http.NewServeMux(), at: "admin.example", dial: (&net.Dialer{}).DialContext}
	h.Server = New(Config{Desk: desk, Caps: caps, Now: time.Now, Random: rand.Reader, Log: slog.New(slog.NewTextHandler(h.log, nil))})
	h.Register(h.mux)
	return h
}

// serve serves on a listener until the test ends.
func (h *house) serve(l net.Listener) (stop func()) {
	srv := &http.Server{Handler: h.mux, ReadHeaderTimeout: time.Second}
	go srv.Serve(l)
	return func() { h.Stop(); srv.Close() }
}

// over serves a desk by real sockets.
func over(t testing.TB, caps Caps, desk Desk) *house {
	t.Helper()
	h := build(t, caps, desk)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.at = l.Addr().String()
	t.Cleanup(h.serve(l))
	return h
}

// opened serves a book with two machines by real sockets.
func opened(t testing.TB, caps Caps) *house {
	t.Helper()
	b := newBook()
	h := over(t, caps, b)
	h.book = b
	return h
}

func newBook() *book {
	return &book{of: map[string]inbox.Device{"ann": machine("ann"), "ben": machine("ben")}, here: make(chan struct{}, 100)}
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
		b := newBook()
		h := build(t, caps, b)
		h.book = b
		l := &pipes{make(chan net.Conn), make(chan struct{})}
		h.dial = func(context.Context, string, string) (net.Conn, error) {
			here, there := net.Pipe()
			l.conns <- there
			return here, nil
		}
		stop := h.serve(l)
		ctx, cancel := context.WithCancel(t.Context())
		go h.Run(ctx)
		test(t, h)
		cancel()
		stop()
	})
}

// asking changes how a machine asks.
type asking func(http.Header)

func header(name string, values ...string) asking {
	return func(h http.Header) { h[name] = values }
}

func as(token string) asking { return header("Authorization", "Bearer "+token) }

// ask opens a websocket; the status is of a refusal.
func (h *house) ask(path string, change ...asking) (*websocket.Conn, *http.Response) {
	h.t.Helper()
	hd := http.Header{"Authorization": {"Bearer ann"}, "Sec-Websocket-Protocol": {wire.Protocol}}
	for _, f := range change {
		f(hd)
	}
	d := &websocket.Dialer{NetDialContext: h.dial, EnableCompression: true}
	ws, answer, err := d.Dial("ws://"+h.at+path, hd)
	if err != nil && answer == nil {
		h.t.Fatal(err)
	}
	return ws, answer
}

// joined opens a websocket that is let in.
func (h *house) joined(change ...asking) *phone {
	h.t.Helper()
	ws, answer := h.ask(wire.Socket, change...)
	if ws == nil {
		h.t.Fatalf("refused with %s", answer.Status)
	}
	h.t.Cleanup(func() { ws.Close() })
	return &phone{ws, h.t}
}

// phone is a machine's end.
type phone struct {
	*websocket.Conn
	t testing.TB
}

func (p *phone) say(m wire.Message) {
	p.t.Helper()
	if err := p.WriteMessage(websocket.TextMessage, m.Append(nil)); err != nil {
		p.t.Fatal(err)
	}
}

func (p *phone) hear() wire.Message {
	p.t.Helper()
	_, src, err := p.ReadMessage()
	if err != nil {
		p.t.Fatal(err)
	}
	m, err := wire.Read(src)
	if err != nil {
		p.t.Fatalf("%s: %v", src, err)
	}
	return m
}

// left is the status with which the connection was closed; 1006 without a word.
func (p *phone) left() int {
	for {
		_, _, err := p.ReadMessage()
		var closed *websocket.CloseError
		if errors.As(err, &closed) {
			return closed.Code
		}
		if err != nil {
			return websocket.CloseAbnormalClosure
		}
	}
}

// post says one message by POST.
func (h *house) post(body []byte, change ...asking) (*http.Response, wire.Message) {
	h.t.Helper()
	return h.request(http.MethodPost, wire.API, body, change...)
}

func (h *house) request(method, path string, body []byte, change ...asking) (*http.Response, wire.Message) {
	h.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, "http://"+h.at+path, bytes.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header = http.Header{"Authorization": {"Bearer ann"}, "Content-Type": {wire.ContentType}}
	for _, f := range change {
		f(r.Header)
	}
	client := &http.Client{Transport: &http.Transport{DialContext: h.dial, DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer answer.Body.Close()
	src, err := io.ReadAll(answer.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	m, err := wire.Read(src)
	if err != nil || answer.Header.Get("Content-Type") != wire.ContentType || answer.Header.Get("Cache-Control") != "no-store" {
		h.t.Errorf("%s: %s: %v, %v", answer.Status, src, err, answer.Header)
	}
	if m.Type == wire.Refusal && (m.Text.TH == "" || m.Text.EN == "") {
		h.t.Errorf("%s is not told in both languages", m.Code)
	}
	return answer, m
}

func (h *house) same(what string, got, want any) {
	h.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		h.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func pull(cursor string) wire.Message {
	return wire.Message{Type: wire.Pull, Nonce: "n-" + cursor, Cursor: cursor}
}
