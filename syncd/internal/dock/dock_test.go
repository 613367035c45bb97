package dock

import (
	"bytes"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/inbox/inboxtest"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
)

// F3, F26: the same operations by both ways, at once, are there once.
func TestASocketAndAPostSayTheSame(t *testing.T) {
	store := sqlstoretest.Open(t, filepath.Join(t.TempDir(), "test.db"))
	defer store.Close()
	inboxtest.Book{T: t, Store: store.Inbox()}.Write(func(r inbox.Records) error { return r.PutDevice(inboxtest.Device(1)) })
	desk := &inbox.Desk{Store: store.Inbox(), Epoch: store.Epoch, Now: time.Now}
	h := over(t, Usual(), desk)
	desk.Log, desk.Random = h.Log, h.Random
	m := wire.Message{Type: wire.Push, Nonce: "n", Stream: inboxtest.StreamID(1), Ops: []wire.Op{inboxtest.Op(1), inboxtest.Op(2)}}
	p := h.joined(as("secret1"))
	var both sync.WaitGroup
	var answers [2]wire.Message
	both.Go(func() { p.say(m); answers[0] = p.hear() })
	both.Go(func() { _, answers[1] = h.post(m.Append(nil), as("secret1")) })
	both.Wait()
	got := map[wire.Status]int{}
	for _, a := range answers {
		h.same("the nonce", a.Nonce, "n")
		for _, r := range a.Results {
			got[r.Status]++
		}
	}
	h.same("said", got, map[wire.Status]int{wire.Stored: 2, wire.Duplicate: 2})
	p.say(wire.Message{Type: wire.Hello, Nonce: "h", Greeting: &wire.Greeting{Version: 1, Stream: inboxtest.StreamID(1)}})
	h.same("up to", p.hear().Reception.Seq, int64(2))
	h.same("compressed", p.Subprotocol(), wire.Protocol)
}

// S1, S2, S5, S8
func TestOnlyABearerIsLetIn(t *testing.T) {
	h := opened(t, Usual())
	for _, c := range []struct {
		name   string
		path   string
		change asking
		status int
	}{
		{"S1: a foreign page with a cookie", "", func(hd http.Header) {
			hd.Del("Authorization")
			hd["Origin"], hd["Cookie"] = []string{"https://evil.example"}, []string{"khumue=ann"}
		}, 403},
		{"S1: a page with a token", "", header("Origin", "https://admin.example"), 403},
		{"S1: a page without an origin", "", header("Origin", "null"), 403},
		{"S2: a cookie and no origin", "", func(hd http.Header) { hd.Del("Authorization"); hd["Cookie"] = []string{"khumue=ann"} }, 401},
		{"S8: a token in the query", "?token=ann", func(hd http.Header) { hd.Del("Authorization") }, 400},
		{"S8: a token in the query beside a right one", "?token=ann", func(http.Header) {}, 400},
		{"a token that is not known", "", as("GUESS"), 401},
		{"two tokens", "", header("Authorization", "Bearer ann", "Bearer ann"), 401},
		{"another scheme", "", header("Authorization", "Basic ann"), 401},
		{"a token that is long", "", as(strings.Repeat("x", 10_000)), 401},
	} {
		ws, answer := h.ask(wire.Socket+c.path, c.change)
		if ws != nil || answer.StatusCode != c.status {
			t.Errorf("%s: got %s, want %d", c.name, answer.Status, c.status)
		}
		answer, _ = h.request(http.MethodPost, wire.API+c.path, pull("c").Append(nil), c.change)
		h.same(c.name+", by POST", answer.StatusCode, c.status)
	}
	for name, change := range map[string]asking{"another protocol": header("Sec-Websocket-Protocol", "survey.v1"), "no protocol": header("Sec-Websocket-Protocol")} {
		if ws, answer := h.ask(wire.Socket, change); ws != nil || answer.StatusCode != 400 {
			t.Errorf("%s: got %s", name, answer.Status)
		}
	}
	answer, _ := h.request(http.MethodGet, wire.API, nil)
	h.same("GET", answer.StatusCode, 405)
	answer, _ = h.post(pull("c").Append(nil), header("Content-Type", "text/plain"))
	h.same("another type", answer.StatusCode, 415)
	h.same("answered", h.book.told, 0)
	ws, answer := h.ask(wire.Socket)
	if ws == nil || answer.Header.Get("Sec-Websocket-Extensions") != "" {
		t.Errorf("S5: got %v", answer.Header)
	}
	ws.Close()
}

// S4, F29
func TestWhatIsTooLargeIsTold(t *testing.T) {
	h := opened(t, Usual())
	p := h.joined()
	_ = p.WriteMessage(websocket.TextMessage, make([]byte, wire.MaxMessage+1))
	h.same("a frame over the limit", p.left(), websocket.CloseMessageTooBig)
	answer, m := h.post(bytes.Repeat([]byte(" "), wire.MaxMessage+1))
	h.same("by POST", []any{answer.StatusCode, m.Code}, []any{413, wire.TooLarge})
	op := inboxtest.Op(1)
	push := wire.Message{Type: wire.Push, Nonce: "n", Stream: inboxtest.StreamID(1)}
	for range wire.MaxOps + 1 {
		push.Ops = append(push.Ops, op)
	}
	answer, m = h.post(push.Append(nil))
	h.same("too many at once", []any{answer.StatusCode, m.Code}, []any{413, wire.TooLarge})
	push.Ops = push.Ops[:1]
	push.Ops[0].Body = []byte(`{"a":"` + strings.Repeat("x", wire.MaxBody) + `"}`)
	p = h.joined()
	p.say(push)
	h.same("one that is too large", p.hear().Code, wire.TooLarge)
	p.say(pull("c"))
	h.same("after that", p.hear().Nonce, "n-c")
}

// S10, F19
func TestWhatCanNotBeReadChangesNothing(t *testing.T) {
	h := opened(t, Usual())
	p := h.joined()
	whole := string(pull("c").Append(nil))
	for _, src := range []string{whole[:20], "[]", "\xff", whole + "{}", strings.Replace(whole, `"cursor"`, `"cursor":"x","cursor"`, 1), strings.Replace(whole, `"cursor"`, `"device":"x","cursor"`, 1)} {
		if err := p.WriteMessage(websocket.TextMessage, []byte(src)); err != nil {
			t.Fatal(err)
		}
		h.same(src, p.hear().Code, wire.BadMessage)
		answer, m := h.post([]byte(src))
		h.same(src+", by POST", []any{answer.StatusCode, m.Code}, []any{400, wire.BadMessage})
	}
	h.same("answered", h.book.told, 0)
	for range mostWrong {
		_ = p.WriteMessage(websocket.TextMessage, []byte("x"))
	}
	h.same("too often", p.left(), websocket.ClosePolicyViolation)
	q := h.joined()
	_ = q.WriteMessage(websocket.BinaryMessage, []byte(whole))
	h.same("bytes that are no text", q.left(), websocket.CloseUnsupportedData)
}

// F27: only so many are answered at once; the others come back one after the other.
func TestWhoComesWhenManyTalkIsSentAwayInTurn(t *testing.T) {
	caps := Usual()
	caps.Talking, caps.Pace = 2, 500*time.Millisecond
	h := opened(t, caps)
	hold := make(chan struct{})
	h.book.change(func() { h.book.hold = hold })
	var all sync.WaitGroup
	for range caps.Talking {
		all.Go(func() { h.post(pull("c").Append(nil)) })
	}
	for range caps.Talking {
		<-h.book.here
	}
	var waits []int64
	for range 100 {
		waits = append(waits, h.talk(t.Context(), machine("ben"), pull("c")).After)
	}
	for i, w := range waits {
		least := int64(i+1) * 500
		if w < least-100 || w > 2*least+2000 {
			t.Fatalf("the %d. waits %d ms, want %d at least", i+1, w, least)
		}
	}
	answer, m := h.post(pull("c").Append(nil), as("ben"))
	if answer.StatusCode != 503 || m.Type != wire.Wait || m.Nonce != "n-c" || answer.Header.Get("Retry-After") == "" {
		t.Errorf("by POST: got %s, %+v", answer.Status, m)
	}
	p := h.joined(as("ben"))
	p.say(pull("d"))
	h.same("by socket", p.hear().Type, wire.Wait)
	h.book.change(func() { h.book.hold = nil })
	close(hold)
	all.Wait()
	p.say(pull("e"))
	h.same("afterwards", p.hear().Cursor, "e")
}

// S6: one machine has two of the places where messages are read and answered, however
// many it asks for, and the others go on beside it.
func TestOneMachineDoesNotKeepTheOthersOut(t *testing.T) {
	h := opened(t, Usual())
	hold := make(chan struct{})
	h.book.change(func() { h.book.hold = hold })
	var all sync.WaitGroup
	for range h.Caps.Each {
		all.Go(func() { h.post(pull("c").Append(nil)) })
	}
	for range h.Caps.Each {
		<-h.book.here
	}
	answer, m := h.post(pull("c").Append(nil))
	if answer.StatusCode != 429 || m.Code != wire.NotNow || answer.Header.Get("Retry-After") == "" {
		t.Errorf("one request more: got %s, %+v", answer.Status, m)
	}
	p := h.joined()
	p.say(pull("d"))
	if m := p.hear(); m.Type != wire.Wait || m.Nonce != "n-d" || m.After > 2000 {
		t.Errorf("one message more by socket: got %+v", m)
	}
	h.book.change(func() { h.book.hold = nil })
	_, m = h.post(pull("e").Append(nil), as("ben"))
	h.same("another machine", m.Cursor, "e")
	close(hold)
	all.Wait()
	_, m = h.post(pull("f").Append(nil))
	h.same("afterwards", m.Cursor, "f")
}

// S6, S7: of a machine that was revoked no more is read than a greeting takes.
func TestARevokedMachineIsNotListenedToForLong(t *testing.T) {
	h := opened(t, Usual())
	h.book.change(func() {
		dev := machine("ann")
		dev.Revoked = time.Now()
		h.book.of["ann"] = dev
	})
	large := append(pull("c").Append(nil), bytes.Repeat([]byte(" "), mostGreeting)...)
	answer, m := h.post(large)
	h.same("by POST", []any{answer.StatusCode, m.Code}, []any{429, wire.RevokedCode})
	_, m = h.post(pull("d").Append(nil))
	h.same("what is small", m.Cursor, "d")
	p := h.joined()
	_ = p.WriteMessage(websocket.TextMessage, large)
	h.same("by socket", p.left(), websocket.CloseMessageTooBig)
}

// S6
func TestConnectionsAreCounted(t *testing.T) {
	caps := Usual()
	caps.Total, caps.Device = 3, 2
	h := opened(t, caps)
	h.book.change(func() { h.book.of["cat"] = machine("cat") })
	h.joined()
	h.joined()
	h.joined(as("ben"))
	if ws, answer := h.ask(wire.Socket, as("cat")); ws != nil || answer.StatusCode != 503 {
		t.Errorf("a fourth in all: got %s", answer.Status)
	}
	caps.Opening = 1
	h = opened(t, caps)
	h.joined()
	h.joined(as("ben"))
	if ws, answer := h.ask(wire.Socket, as("GUESS")); ws != nil || answer.StatusCode != 503 {
		t.Errorf("too many in a second: got %s", answer.Status)
	}
}

func TestWhileMachinesCanNotBeToldApartNobodyIsLetIn(t *testing.T) {
	h := opened(t, Usual())
	h.book.change(func() {
		h.book.down = fault.New(fault.Unavailable, fault.Text{TH: "ใช้ไม่ได้", EN: "down"}).Because(errors.New("secret place"))
	})
	answer, m := h.post(pull("c").Append(nil))
	h.same("told", []any{answer.StatusCode, m.Code}, []any{503, wire.NotNow})
	if strings.Contains(m.Text.EN, "secret") || !strings.Contains(h.log.String(), "secret") {
		t.Errorf("told %q", m.Text.EN)
	}
}
