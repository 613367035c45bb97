package line

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/courier"
)

// network is one without a machine beside this one: connections are pipes, whose time
// is the bubble's.
type network struct {
	conns chan net.Conn
	done  chan struct{}
	rate  int           // bytes a second; 0: at once
	delay time.Duration // before anything of a connection arrives
	hole  atomic.Bool   // nothing arrives any more, and nobody is told
}

func (n *network) Accept() (net.Conn, error) {
	select {
	case c := <-n.conns:
		return c, nil
	case <-n.done:
		return nil, net.ErrClosed
	}
}

func (n *network) Close() error { return nil }

func (n *network) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

func (n *network) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case n.conns <- far:
		return &wireConn{near, n}, nil
	case <-ctx.Done():
		return nil, &net.OpError{Op: "dial", Err: ctx.Err()}
	case <-n.done:
		return nil, &net.OpError{Op: "dial", Err: net.ErrClosed}
	}
}

// wireConn is the office's end of a connection.
type wireConn struct {
	net.Conn
	*network
}

func (c *wireConn) Close() error { return c.Conn.Close() }

func (c *wireConn) Write(b []byte) (int, error) {
	if c.hole.Load() {
		return len(b), nil
	}
	time.Sleep(c.delay)
	if c.rate > 0 {
		time.Sleep(time.Duration(len(b)) * time.Second / time.Duration(c.rate))
	}
	return c.Conn.Write(b)
}

// centre answers each message by what talk makes of it.
type centre struct {
	talk    func(wire.Message) []wire.Message
	socket  http.HandlerFunc // instead of a websocket
	sockets atomic.Int64
	posts   atomic.Int64
	close   int // the code with which a websocket is closed instead of an answer
}

func (c *centre) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Header.Get("Authorization") != "Bearer secret":
		w.Header().Set("Content-Type", wire.ContentType)
		w.WriteHeader(http.StatusUnauthorized)
		w.Write(wire.Message{Type: wire.Refusal, Code: "sign_in", Text: fault.Text{TH: "ก", EN: "a"}}.Append(nil))
	case r.URL.Path == wire.API:
		c.posts.Add(1)
		src, _ := io.ReadAll(r.Body)
		m, _ := wire.Read(src)
		w.Header().Set("Content-Type", wire.ContentType)
		for _, a := range c.talk(m) {
			w.Write(a.Append(nil))
		}
	case c.socket != nil:
		c.sockets.Add(1)
		c.socket(w, r)
	default:
		c.sockets.Add(1)
		c.serve(w, r)
	}
}

func (c *centre) serve(w http.ResponseWriter, r *http.Request) {
	ws, err := (&websocket.Upgrader{Subprotocols: []string{wire.Protocol}}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer ws.Close()
	for {
		_, src, err := ws.ReadMessage()
		if err != nil {
			return
		}
		if c.close != 0 {
			ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(c.close, ""), time.Now().Add(time.Second))
			return
		}
		m, _ := wire.Read(src)
		for _, a := range c.talk(m) {
			if ws.WriteMessage(websocket.TextMessage, a.Append(nil)) != nil {
				return
			}
		}
	}
}

// echo answers a question for changes by its cursor.
func echo(m wire.Message) []wire.Message {
	return []wire.Message{{Type: wire.Changes, Nonce: m.Nonce, Cursor: m.Cursor}}
}

func ask(nonce string) wire.Message {
	return wire.Message{Type: wire.Pull, Nonce: nonce, Cursor: "c" + nonce}
}

// within runs a test in a bubble with a line to a centre.
func within(t *testing.T, n *network, c *centre, test func(t *testing.T, l *Line)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n.conns, n.done = make(chan net.Conn), make(chan struct{})
		if c.talk == nil {
			c.talk = echo
		}
		server := &http.Server{Handler: c}
		go server.Serve(n)
		l := New(Config{Address: "http://centre.example", Token: func() (string, error) { return "secret", nil }, Now: time.Now, Dial: n.dial})
		test(t, l)
		l.Close()
		close(n.done)
		server.Close()
	})
}

// said are the cursors of replies.
func said(replies []wire.Message) string {
	var out []string
	for _, r := range replies {
		out = append(out, r.Cursor)
	}
	return strings.Join(out, " ")
}

func TestMessagesAreSentBehindEachOtherAndAnsweredInOrder(t *testing.T) {
	var held []wire.Message
	turned := func(m wire.Message) []wire.Message {
		stray := wire.Message{Type: wire.Wait, Nonce: "stray", After: 1}
		if held = append(held, echo(m)...); len(held) < 2 {
			return []wire.Message{stray}
		}
		return []wire.Message{held[1], stray, held[0]}
	}
	within(t, &network{}, &centre{talk: turned}, func(t *testing.T, l *Line) {
		if replies, err := l.Exchange(t.Context(), ask("1"), ask("2")); err != nil || said(replies) != "c1 c2" {
			t.Errorf("got %v, %v", replies, err)
		}
	})
}

func TestF26WhereTheUpgradeIsStrippedMessagesGoByPost(t *testing.T) {
	for name, socket := range map[string]http.HandlerFunc{
		"a proxy that knows no upgrade":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) },
		"one that answers with a page":    func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") },
		"one that fails":                  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
		"one that loses the sub-protocol": func(w http.ResponseWriter, r *http.Request) { (&centre{talk: echo}).stripped(w, r) },
	} {
		t.Run(name, func(t *testing.T) {
			c := &centre{socket: socket}
			within(t, &network{}, c, func(t *testing.T, l *Line) {
				for range 3 {
					if replies, err := l.Exchange(t.Context(), ask("1"), ask("2")); err != nil || said(replies) != "c1 c2" {
						t.Errorf("got %v, %v", replies, err)
					}
				}
				if c.sockets.Load() != 1 || c.posts.Load() != 6 {
					t.Errorf("%d upgrades were asked for, %d posts", c.sockets.Load(), c.posts.Load())
				}
				c.socket = nil
				time.Sleep(postsFor)
				if replies, err := l.Exchange(t.Context(), ask("3")); err != nil || said(replies) != "c3" || c.posts.Load() != 6 {
					t.Errorf("later: got %v, %v by %d posts", replies, err, c.posts.Load())
				}
			})
		})
	}
}

// stripped upgrades without a sub-protocol.
func (c *centre) stripped(w http.ResponseWriter, r *http.Request) {
	ws, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err == nil {
		ws.Close()
	}
}

func TestF24AHalfOpenConnectionIsGivenUp(t *testing.T) {
	n, c := &network{}, &centre{}
	within(t, n, c, func(t *testing.T, l *Line) {
		if _, err := l.Exchange(t.Context(), ask("1")); err != nil {
			t.Fatal(err)
		}
		s := l.sock
		time.Sleep(10 * time.Minute)
		select {
		case <-s.done:
			t.Fatalf("one that is whole was given up: %v", s.err)
		default:
		}
		n.hole.Store(true)
		began := time.Now()
		<-s.done
		if took := time.Since(began); took > 90*time.Second {
			t.Errorf("it took %s", took)
		}
		n.hole.Store(false)
		if replies, err := l.Exchange(t.Context(), ask("2")); err != nil || said(replies) != "c2" || c.sockets.Load() != 2 {
			t.Errorf("got %v, %v", replies, err)
		}
		n.hole.Store(true)
		began = time.Now()
		_, err := l.Exchange(t.Context(), ask("3"))
		var trouble *courier.Trouble
		if !errors.As(err, &trouble) || trouble.Kind != courier.Cut || time.Since(began) > 90*time.Second {
			t.Errorf("with a question under way: %v after %s", err, time.Since(began))
		}
	})
}

func TestF23ALargeOperationGetsThroughASlowLine(t *testing.T) {
	op := wire.Op{ID: "0190a1b2-c3d4-7000-8000-000000000001", Seq: 1, Kind: "k", Entity: "e", Body: []byte(`{"text":"` + strings.Repeat("x", wire.MaxBody-100) + `"}`)}
	stored := func(m wire.Message) []wire.Message {
		return []wire.Message{{Type: wire.Results, Nonce: m.Nonce, Results: []wire.Result{{ID: m.Ops[0].ID, Status: wire.Stored}}}}
	}
	within(t, &network{rate: 2875, delay: 100 * time.Millisecond}, &centre{talk: stored}, func(t *testing.T, l *Line) {
		began := time.Now()
		replies, err := l.Exchange(t.Context(), wire.Message{Type: wire.Push, Nonce: "1", Stream: strings.Repeat("0", 32), Ops: []wire.Op{op}})
		if err != nil || len(replies) != 1 || time.Since(began) < 3*time.Minute {
			t.Errorf("got %v, %v after %s", replies, err, time.Since(began))
		}
	})
}

// page answers with a page of somebody else's.
func page(status int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		io.WriteString(w, "<html>Sign in")
	}
}

func TestWhatIsNoAnswerOfTheCentre(t *testing.T) {
	refusal := string(wire.Message{Type: wire.Refusal, Code: "sign_in", Text: fault.Text{TH: "ก", EN: "a"}}.Append(nil))
	json := func(status int, body string, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.Header().Set("Content-Type", wire.ContentType)
			w.WriteHeader(status)
			io.WriteString(w, body)
		}
	}
	for _, tc := range []struct {
		name   string
		answer http.HandlerFunc
		kind   courier.TroubleKind
		after  time.Duration
	}{
		{"F25: a sign-in page", page(200), courier.Portal, 0},
		{"F25: the way to one", page(302, "Location", "http://portal.example/"), courier.Portal, 0},
		{"F25: one that wants a password", page(401), courier.Portal, 0},
		{"F25: JSON of something else", json(200, `{"ok":true}`), courier.Portal, 0},
		{"F25: an empty answer", json(200, ``), courier.Portal, 0},
		{"F29: a proxy that takes less", page(413), courier.TooLarge, 0},
		{"F29: the centre, to which it is too large", json(413, refusal), courier.TooLarge, 0},
		{"F33: the centre, which does not know the token", json(401, refusal), courier.SignIn, 0},
		{"the centre has no time", json(503, refusal, "Retry-After", "7"), courier.Busy, 7 * time.Second},
		{"a proxy has none", page(429, "Retry-After", "Thu, 26 Nov 2026 12:00:00 GMT"), courier.Busy, 0},
		{"a proxy without a centre behind it", page(502), courier.Broken, 0},
		{"cut in the middle", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", wire.ContentType)
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, `{"type":`)
		}, courier.Cut, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			server := httptest.NewServer(tc.answer)
			defer server.Close()
			l := New(Config{Address: server.URL, Token: func() (string, error) { return "secret", nil }, Now: time.Now})
			defer l.Close()
			replies, err := l.Exchange(t.Context(), ask("1"))
			var trouble *courier.Trouble
			if !errors.As(err, &trouble) || trouble.Kind != tc.kind || trouble.After != tc.after || len(replies) > 0 {
				t.Errorf("got %v, %v", replies, err)
			}
		})
	}
}

func TestF25AStrangersCertificateIsAPortal(t *testing.T) {
	server := httptest.NewUnstartedServer(page(200))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it is told that nobody trusts it
	server.StartTLS()
	defer server.Close()
	l := New(Config{Address: server.URL, Token: func() (string, error) { return "secret", nil }, Now: time.Now})
	defer l.Close()
	_, err := l.Exchange(t.Context(), ask("1"))
	var trouble *courier.Trouble
	if !errors.As(err, &trouble) || trouble.Kind != courier.Portal {
		t.Errorf("got %v", err)
	}
}

func TestF29AWebsocketThatTakesLessSaysSo(t *testing.T) {
	within(t, &network{}, &centre{close: websocket.CloseMessageTooBig}, func(t *testing.T, l *Line) {
		_, err := l.Exchange(t.Context(), ask("1"))
		var trouble *courier.Trouble
		if !errors.As(err, &trouble) || trouble.Kind != courier.TooLarge {
			t.Errorf("got %v", err)
		}
	})
}

func TestF33ATokenThatIsNotKnownIsToldApart(t *testing.T) {
	within(t, &network{}, &centre{}, func(t *testing.T, l *Line) {
		l.Token = func() (string, error) { return "old", nil }
		_, err := l.Exchange(t.Context(), ask("1"))
		var trouble *courier.Trouble
		if !errors.As(err, &trouble) || trouble.Kind != courier.SignIn {
			t.Errorf("got %v", err)
		}
	})
}

func TestNobodyThereIsOffline(t *testing.T) {
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody.Close()
	l := New(Config{Address: "http://" + nobody.Addr().String(), Token: func() (string, error) { return "secret", nil }, Now: time.Now})
	defer l.Close()
	_, err = l.Exchange(t.Context(), ask("1"))
	var trouble *courier.Trouble
	if !errors.As(err, &trouble) || trouble.Kind != courier.Offline {
		t.Errorf("got %v", err)
	}
}
