package live

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
)

func header(name string, values ...string) asking {
	return func(h http.Header, _ *websocket.Dialer, _ *string) {
		h.Del(name)
		for _, v := range values {
			h.Add(name, v)
		}
	}
}

// S1, S2, S8 and their like: none is let in, and none is answered by a websocket.
func TestWhoIsRefusedBeforeTheUpgrade(t *testing.T) {
	h := onLoopback(t, plenty)
	for _, tc := range []struct {
		name   string
		change asking
		status int
	}{
		{"S1: a foreign page with a valid cookie", header("Origin", "https://evil.example"), 403},
		{"S1: the same host by another scheme", header("Origin", "http://admin.example"), 403},
		{"S1: the same host on another port", header("Origin", "https://admin.example:8443"), 403},
		{"S1: a host that begins alike", header("Origin", "https://admin.example.evil.example"), 403},
		{"S1: a host below ours", header("Origin", "https://x.admin.example"), 403},
		{"S1: a page without an origin", header("Origin", "null"), 403},
		{"S1: the host that the request was sent to", func(hd http.Header, _ *websocket.Dialer, _ *string) { hd.Set("Origin", "http://"+h.at) }, 403},
		{"S1: two origins, one of them ours", header("Origin", origin, "https://evil.example"), 403},
		{"S2: no origin, a valid cookie", header("Origin"), 403},
		{"S8: the session in the address", func(hd http.Header, _ *websocket.Dialer, address *string) {
			hd.Del("Cookie")
			*address += "?session=ann"
		}, 400},
		{"S8: a token in the address, beside the cookie", func(_ http.Header, _ *websocket.Dialer, address *string) { *address += "?token=x" }, 400},
		{"nobody", header("Cookie"), 401},
		{"a session that was never there", as("guess"), 401},
		{"another protocol", func(_ http.Header, d *websocket.Dialer, _ *string) { d.Subprotocols = []string{"sync.v1"} }, 400},
		{"no protocol", func(_ http.Header, d *websocket.Dialer, _ *string) { d.Subprotocols = nil }, 400},
	} {
		if ws, status := h.ask(tc.change); ws != nil || status != tc.status {
			t.Errorf("%s: got %d, want %d", tc.name, status, tc.status)
		}
	}
	if h.total != 0 {
		t.Errorf("%d connections are counted", h.total)
	}
}

func TestS4WhoSaysTooMuchIsCutOff(t *testing.T) {
	h := onLoopback(t, plenty)
	for _, tc := range []struct {
		name string
		kind int
		what string
		want int
	}{
		{"over the limit", websocket.TextMessage, strings.Repeat("x", maxMessage+1), websocket.CloseMessageTooBig},
		{"a megabyte", websocket.BinaryMessage, strings.Repeat("x", 1<<20), websocket.CloseMessageTooBig},
		{"anything at all", websocket.TextMessage, `{"type":"session"}`, websocket.ClosePolicyViolation},
		{"nothing, but as a message", websocket.TextMessage, "", websocket.ClosePolicyViolation},
	} {
		p := h.open()
		_ = p.WriteMessage(tc.kind, []byte(tc.what)) // it may be cut off while it speaks
		<-p.end
		if p.status() != tc.want {
			t.Errorf("%s: got %d (%v), want %d", tc.name, p.status(), p.left, tc.want)
		}
	}
}

func TestS5NothingIsCompressed(t *testing.T) {
	h := onLoopback(t, plenty)
	d := &websocket.Dialer{Subprotocols: []string{Protocol}, EnableCompression: true}
	p, answer, err := d.Dial("ws://"+h.at+"/ws/live", http.Header{"Origin": {origin}, "Cookie": {"khumue=ann"}})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if got := answer.Header.Get("Sec-WebSocket-Extensions"); got != "" {
		t.Errorf("the server agrees to %q", got)
	}
	// A frame that says it is compressed is none that was agreed on: FIN, RSV1, text.
	if _, err := p.NetConn().Write([]byte{0xc1, 0x81, 0, 0, 0, 0, 'x'}); err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, _, err = p.ReadMessage()
	}
	if !websocket.IsCloseError(err, websocket.CloseProtocolError) {
		t.Errorf("got %v, want it closed", err)
	}
}

func TestS6ASilentConnectionIsClosed(t *testing.T) {
	inBubble(t, plenty, func(t *testing.T, h *house) {
		p := h.openAs(func(ws *websocket.Conn) { ws.SetPingHandler(func(string) error { return nil }) }) // it reads, and never answers
		time.Sleep(pongTime + time.Second)
		synctest.Wait()
		select {
		case <-p.end:
		default:
			t.Error("it is still open")
		}
		alive := h.open()
		time.Sleep(10 * time.Minute)
		select {
		case <-alive.end:
			t.Errorf("who answers is cut off: %v", alive.left)
		default:
		}
	})
}

func TestS6WhoDoesNotReadIsLeft(t *testing.T) {
	inBubble(t, plenty, func(t *testing.T, h *house) {
		if ws, _ := h.ask(); ws == nil { // nobody reads from it
			t.Fatal("refused")
		}
		time.Sleep(writeTime + closeTime)
		synctest.Wait()
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.total != 0 {
			t.Error("the server still waits for it")
		}
	})
}

func TestS6ThereAreSoManyConnectionsAndNoMore(t *testing.T) {
	for _, tc := range []struct {
		name string
		caps Caps
	}{
		{"of a session", Caps{2, 20, 20}}, {"of a person", Caps{20, 2, 20}}, {"in all", Caps{20, 20, 2}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			inBubble(t, tc.caps, func(t *testing.T, h *house) {
				first := h.open()
				h.open()
				if _, status := h.ask(); status != 429 {
					t.Errorf("the third: got %d, want 429", status)
				}
				first.Close()
				synctest.Wait()
				if ws, status := h.ask(); ws == nil {
					t.Errorf("after one has left: got %d", status)
				} else {
					ws.Close()
				}
			})
		})
	}
	t.Run("counted by whose they are", func(t *testing.T) {
		inBubble(t, Caps{1, 2, 3}, func(t *testing.T, h *house) {
			h.book.put("ann2", "o-ann", time.Hour)
			h.book.put("ann3", "o-ann", time.Hour)
			h.book.put("bob", "o-bob", time.Hour)
			h.book.put("cy", "o-cy", time.Hour)
			h.open()
			h.open(as("ann2"))
			if _, status := h.ask(as("ann3")); status != 429 {
				t.Errorf("a third of one person: got %d", status)
			}
			h.open(as("bob"))
			if _, status := h.ask(as("cy")); status != 429 {
				t.Errorf("a fourth in all: got %d", status)
			}
		})
	})
}

// S7: signed out, removed or disabled while the page is open.
func TestS7ASessionThatEndsElsewhereEndsHere(t *testing.T) {
	for _, tc := range []struct {
		name   string
		within time.Duration
		then   func(h *house)
	}{
		{"by another program: at the next look", lookEvery, func(*house) {}},
		{"by this program: at once", time.Millisecond, func(h *house) { h.Wake("o-ann") }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			inBubble(t, plenty, func(t *testing.T, h *house) {
				h.book.put("bob", "o-bob", time.Hour)
				p, bob := h.open(), h.open(as("bob"))
				time.Sleep(100 * time.Second)
				h.book.change(func() { delete(h.book.of, "ann") })
				tc.then(h)
				time.Sleep(tc.within)
				synctest.Wait()
				if l := p.last(); l.Type != "ended" || l.Why != "signed-out" || p.status() != Ended {
					t.Errorf("got %+v and %d", l, p.status())
				}
				if bob.status() != 0 {
					t.Error("another one's page was closed too")
				}
			})
		})
	}
}

func TestS7WakingIsNotWaitedFor(t *testing.T) {
	inBubble(t, plenty, func(t *testing.T, h *house) {
		p := h.open()
		synctest.Wait()
		h.book.mu.Lock() // an answer takes its time
		for range 1000 {
			h.Wake("o-ann")
		}
		h.Wake("o-nobody")
		before := h.book.looks
		h.book.mu.Unlock()
		synctest.Wait()
		if n := h.book.looks - before; n < 1 || n > 2 || p.status() != 0 {
			t.Errorf("%d looks, closed with %d", n, p.status())
		}
	})
}

func TestPagesComeAndGo(t *testing.T) {
	h := onLoopback(t, plenty)
	for range 50 {
		ws, status := h.ask()
		if ws == nil {
			if status == 429 {
				continue // those before are still leaving
			}
			t.Fatalf("refused with %d", status)
		}
		if tcp, ok := ws.NetConn().(*net.TCPConn); ok {
			tcp.SetLinger(0) // gone without a word
		}
		ws.Close()
	}
	h.Stop()
	if h.total != 0 {
		t.Errorf("%d are still counted", h.total)
	}
}
