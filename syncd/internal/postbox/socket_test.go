package postbox

import (
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
)

// F1, F3, F18, F26: the same answer by two ways counts once.
func TestAnswersAreTakenBySocketAndByPost(t *testing.T) {
	h := opened(t, Usual(), plenty)
	p := h.joined()
	p.say(submit(item(1), item(2), `{"id":"`+id(3)+`"}`))
	m := p.hear()
	h.same("results", m.statuses(), []string{"stored", "stored", "rejected bad-form"})
	if m.Nonce != "n-1" || len(m.Epoch) != 32 || m.Results[0].ID != id(1) || m.Results[2].Reason.TH == "" || m.Results[2].Reason.EN == "" {
		t.Errorf("got %+v", m)
	}
	a, m := h.post(submit(item(1), item(4)))
	h.same("by POST", m.statuses(), []string{"duplicate", "stored"})
	h.same("its status", a.StatusCode, 200)
	if m.Nonce != "n-1" || a.Header.Get("Content-Type") != "application/json" || a.Header.Get("Access-Control-Allow-Origin") != site || a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("got %+v, %v", m, a.Header)
	}
	h.same("kept", h.kept(), 3)
}

// S1, S2, S8 and their like: none is let in, and none is answered by a websocket.
func TestWhoIsRefusedBeforeTheUpgrade(t *testing.T) {
	h := opened(t, Usual(), plenty)
	token, d := h.device()
	for _, c := range []struct {
		name   string
		change asking
		status int
	}{
		{"S1: a foreign page", header("Origin", "https://evil.example"), 403},
		{"S1: the same host by another scheme", header("Origin", "http://portal.example"), 403},
		{"S1: a host that begins alike", header("Origin", "https://portal.example.evil.example"), 403},
		{"S1: a page without an origin", header("Origin", "null"), 403},
		{"S1: two origins, one of them ours", header("Origin", site, "https://evil.example"), 403},
		{"S2: no origin and no token", header("Origin"), 403},
		{"S2: no origin, and a token that is none", func(hd http.Header, _ *websocket.Dialer) {
			hd.Del("Origin")
			hd.Set("Authorization", "Bearer khumue_kiosk_GUESS")
		}, 401},
		{"a foreign page with a token", func(hd http.Header, _ *websocket.Dialer) {
			hd.Set("Origin", "https://evil.example")
			hd.Set("Authorization", "Bearer "+token)
		}, 403},
		{"another protocol", func(_ http.Header, d *websocket.Dialer) { d.Subprotocols = []string{"sync.v1"} }, 400},
		{"no protocol", func(_ http.Header, d *websocket.Dialer) { d.Subprotocols = nil }, 400},
	} {
		if p, a := h.dial(c.change); p != nil || a.StatusCode != c.status {
			t.Errorf("%s: got %v, want %d", c.name, a.Status, c.status)
		}
	}
	for _, path := range []string{Socket + "?token=" + token, API + "?token=" + token} {
		r, _ := http.NewRequest(http.MethodPost, h.web.URL+path, strings.NewReader(submit()))
		r.Header.Set("Origin", site)
		if a, err := http.DefaultClient.Do(r); err != nil || a.StatusCode/100 != 4 {
			t.Errorf("S8: %s: got %v, %v", path[:12], a.Status, err)
		}
	}
	p := h.joined(header("Origin"), header("Authorization", "Bearer "+token))
	p.say(submit(item(1)))
	h.same("S2: a registered device without an origin", p.hear().statuses(), []string{"stored"})
	h.same("that it is heard of", h.Intake.Figures()["stored"], 1.0)
	_ = d
}

// S4, F29: a frame over the limit ends the connection with 1009, one answer that
// is too large is rejected in plain words.
func TestWhatIsTooLarge(t *testing.T) {
	h := opened(t, Usual(), plenty)
	p := h.joined()
	p.say(submit(strings.Replace(item(1), `"q1"`, `"q12":"`+strings.Repeat("x", 9000)+`","q1"`, 1), item(2)))
	m := p.hear()
	h.same("one that is too large", m.statuses(), []string{"rejected too-large", "stored"})
	h.same("which", m.Results[0].ID, id(1))
	p.say(submit(strings.Repeat("{},", 51) + "{}"))
	h.same("too many at once", p.hear().Reason.Code, "too-large")
	_ = p.WriteMessage(websocket.TextMessage, make([]byte, 1<<20))
	h.same("a frame of a megabyte", p.left(), websocket.CloseMessageTooBig)
	a, said := h.post(strings.Repeat(" ", 1<<20))
	h.same("by POST", a.StatusCode, 413)
	h.same("in words", said.Reason.Code, "too-large")
}

// F19, S10: what can not be read is answered, changes nothing, and the connection
// goes on; who does nothing else is cut off.
func TestMessagesThatCanNotBeRead(t *testing.T) {
	h := opened(t, Usual(), plenty)
	p := h.joined()
	for _, said := range []string{submit(item(1))[:60], "[]", `{"type":"submit","type":"submit","items":[]}`, `{"type":"stop"}`, "\xff"} {
		p.say(said)
		h.same(said, p.hear().Reason.Code, "bad-json")
	}
	p.say(submit(item(1)))
	h.same("after that", p.hear().statuses(), []string{"stored"})
	for range mostWrong {
		p.say("{}")
	}
	h.same("too often", p.left(), websocket.ClosePolicyViolation)
	q := h.joined()
	_ = q.WriteMessage(websocket.BinaryMessage, []byte(submit(item(2))))
	h.same("bytes that are no text", q.left(), websocket.CloseUnsupportedData)
	h.same("kept", h.kept(), 1)
}

// F32: another version is told so, and nothing of it is taken.
func TestAnotherVersionIsTold(t *testing.T) {
	h := opened(t, Usual(), plenty)
	p := h.joined()
	p.say(`{"type":"hello","version":1,"pending":2}`)
	h.same("this version", p.hear().Type, "hello")
	p.say(`{"type":"hello","version":2}`)
	h.same("another", p.hear().Type, "upgrade_required")
	h.same("closed", p.left(), UpgradeRequired)
}

// F33, S7: a device that is revoked is told so, and what waits stays on it.
func TestARevokedDeviceIsTold(t *testing.T) {
	h := opened(t, Usual(), plenty)
	token, d := h.device()
	p := h.joined()
	p.say(`{"type":"hello","version":1,"token":"` + token + `","pending":3}`)
	m := p.hear()
	h.same("hello", m.Type+" "+m.Point, "hello dlt-p1")
	p.say(submit(item(1)))
	h.same("before", p.hear().statuses(), []string{"stored"})
	h.revoke(d)
	p.say(`{"type":"hello","version":1,"token":"` + token + `"}`)
	h.same("after", p.hear().Type, "refused")
	h.same("closed", p.left(), DeviceRefused)
	a, said := h.post(submit(item(2)), func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) })
	h.same("by POST", a.StatusCode, 401)
	h.same("in words", said.Reason.Code, "device")
	_, said = h.post(submit(item(2)))
	h.same("as anybody", said.statuses(), []string{"stored"})
}

func TestADeviceComesForItsTokenByEitherWay(t *testing.T) {
	h := opened(t, Usual(), plenty)
	token, d := h.device()
	h.revoke(d)
	if len(token) < 40 {
		t.Errorf("got the token %q", token)
	}
	p := h.joined()
	p.say(`{"type":"claim","code":"0000000000000000"}`)
	h.same("a code that is none", p.hear().Reason.Code, "code")
	a, said := h.post(`{"type":"claim","code":"x"}`)
	h.same("by POST", a.StatusCode, 400)
	h.same("in words", said.Reason.Code, "code")
}

// F10, F23: while nothing can be kept nothing is acknowledged; both ways say when
// to come again.
func TestWhileNothingCanBeKept(t *testing.T) {
	h := opened(t, Usual(), plenty)
	h.held.set(nil, full)
	p := h.joined()
	p.say(submit(item(1)))
	m := p.hear()
	h.same("by websocket", m.statuses(), []string{"retry_later not-now"})
	if m.Results[0].MS < 1000 {
		t.Errorf("it is to come again in %d ms", m.Results[0].MS)
	}
	a, m := h.post(submit(item(1)))
	h.same("by POST", m.statuses(), []string{"retry_later not-now"})
	h.same("its status", a.StatusCode, 503)
	h.same("when to come again", a.Header.Get("Retry-After"), "10")
	h.held.set(nil, nil)
	p.say(submit(item(1)))
	h.same("after", p.hear().statuses(), []string{"stored"})
}

// S22: a network that sends too much is told when to come again.
func TestANetworkThatSendsTooMuch(t *testing.T) {
	limits := plenty
	limits.Network = 10
	h := opened(t, Usual(), limits)
	p := h.joined()
	p.say(submit(item(1), item(2)))
	h.same("by websocket", p.hear().statuses(), []string{"stored", "retry_later limited"})
	a, m := h.post(submit(item(2)))
	h.same("by POST", m.statuses(), []string{"retry_later limited"})
	if a.StatusCode != 429 || a.Header.Get("Retry-After") == "" {
		t.Errorf("got %s, %v", a.Status, a.Header)
	}
	token, _ := h.device()
	_, m = h.post(submit(item(2), item(3)), func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) })
	h.same("a registered device there", m.statuses(), []string{"stored", "stored"})
}

// F27, S6: only so many are let in, in all, of a network, and in a second.
func TestOnlySoManyAreOpenAtOnce(t *testing.T) {
	h := opened(t, Caps{Total: 3, Network: 2, Opening: 1000, Posts: 10}, plenty)
	h.joined()
	first := h.joined()
	_, a := h.dial()
	h.same("a third of one network", a.StatusCode, 429)
	h.comeFrom("198.51.100.1")
	h.joined()
	_, a = h.dial()
	h.same("a fourth in all", a.StatusCode, 503)
	if a.Header.Get("Retry-After") == "" {
		t.Error("it is not told when to come again")
	}
	first.Close()
	for h.Figures() > 2 {
		time.Sleep(time.Millisecond)
	}
	h.joined()

	quick := opened(t, Caps{Total: 100, Network: 100, Opening: 1, Posts: 10}, plenty)
	refused := 0
	for range 5 {
		if p, _ := quick.dial(); p == nil {
			refused++
		}
	}
	if refused < 2 {
		t.Errorf("%d of five at once were refused", refused)
	}
}

// F8 of a stop that is asked for: what was sent is answered before the end.
func TestAStopAnswersWhatWasSent(t *testing.T) {
	h := opened(t, Usual(), plenty)
	wait := make(chan struct{})
	h.held.set(wait, nil)
	busy, idle := h.joined(), h.joined()
	busy.say(submit(item(1)))
	h.held.reached(1)
	var stopped sync.WaitGroup
	stopped.Go(h.Stop)
	h.same("who is idle is told", idle.left(), websocket.CloseGoingAway)
	close(wait)
	h.same("who waits is answered", busy.hear().statuses(), []string{"stored"})
	h.same("and told", busy.left(), websocket.CloseGoingAway)
	stopped.Wait()
	if _, a := h.dial(); a == nil || a.StatusCode != 503 {
		t.Errorf("after the end: %v", a)
	}
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

// inBubble runs a test in which time is that of the bubble; dial opens websockets.
func inBubble(t *testing.T, test func(*testing.T, *house, func() *phone)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := build(t, Usual(), plenty)
		mux := http.NewServeMux()
		h.Register(mux)
		l := &pipes{make(chan net.Conn), make(chan struct{})}
		srv := &http.Server{Handler: mux, ReadHeaderTimeout: time.Second}
		go srv.Serve(l)
		dialer := &websocket.Dialer{Subprotocols: []string{Protocol}, NetDial: func(string, string) (net.Conn, error) {
			here, there := net.Pipe()
			l.conns <- there
			return here, nil
		}}
		test(t, h, func() *phone {
			ws, _, err := dialer.Dial("ws://portal.example"+Socket, http.Header{"Origin": {site}})
			if err != nil {
				t.Fatal(err)
			}
			return &phone{ws, t}
		})
		h.Stop()
		srv.Close()
	})
}

// F24: a connection of which nothing is heard is closed within 90 seconds; one
// that answers pings stays.
func TestAHalfOpenConnectionIsClosed(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house, dial func() *phone) {
		p := dial()
		p.hear()
		ended := make(chan error, 1)
		go func() { _, _, err := p.ReadMessage(); ended <- err }()
		time.Sleep(10 * time.Minute) // it answers pings
		synctest.Wait()
		select {
		case err := <-ended:
			t.Fatalf("a connection that answers was closed: %v", err)
		default:
		}
		silent := dial()
		silent.hear()
		raw := silent.NetConn()
		go func() { // it takes what comes, and says nothing
			b := make([]byte, 1024)
			for {
				if _, err := raw.Read(b); err != nil {
					return
				}
			}
		}()
		time.Sleep(90 * time.Second)
		synctest.Wait()
		if n := h.Figures(); n != 1 {
			t.Errorf("%v connections are open after 90 seconds, want 1", n)
		}
		p.Close()
		<-ended
		raw.Close()
	})
}

// F28: who does not read its results is dropped; the others notice nothing.
func TestASlowReaderIsDropped(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house, dial func() *phone) {
		slow, quick := dial(), dial()
		slow.hear()
		quick.hear()
		slow.say(submit(item(1))) // and reads no more
		quick.say(submit(item(2)))
		if got := quick.hear().statuses(); len(got) != 1 || got[0] != "stored" {
			t.Errorf("another device got %v", got)
		}
		time.Sleep(writeTime + 2*time.Second)
		synctest.Wait()
		if n := h.Figures(); n != 1 {
			t.Errorf("%v connections are open, want 1", n)
		}
		if n := h.kept(); n != 2 {
			t.Errorf("%d answers are kept, want 2", n)
		}
		slow.Close()
		quick.Close()
	})
}
