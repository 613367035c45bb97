//go:build unix

package badline

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// far is what stands at the far end: it says by which name it is asked, repeats what
// is sent, and speaks over a websocket.
func far(t *testing.T) (address string, sockets *atomic.Int64) {
	t.Helper()
	sockets = new(atomic.Int64)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "" {
			text, err := io.ReadAll(r.Body)
			if err == nil {
				fmt.Fprintf(w, "%s\n%s", r.Host, text)
			}
			return
		}
		ws, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			return
		}
		sockets.Add(1)
		defer sockets.Add(-1)
		defer ws.Close()
		for {
			kind, text, err := ws.ReadMessage()
			if err != nil || ws.WriteMessage(kind, text) != nil {
				return
			}
		}
	}))
	t.Cleanup(s.Close)
	return s.URL, sockets
}

// line is a line to what stands at the far end.
func line(t *testing.T, w Weather) (*Line, *http.Client, *atomic.Int64) {
	t.Helper()
	address, sockets := far(t)
	l, err := New(address, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	set(t, l, w)
	return l, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}, sockets
}

func set(t *testing.T, l *Line, w Weather) {
	t.Helper()
	if err := l.Set(w); err != nil {
		t.Fatal(err)
	}
}

// say posts a text and returns what came back.
func say(c *http.Client, l *Line, text string) (string, error) {
	r, err := c.Post(l.Address(), "text/plain", strings.NewReader(text))
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	said, err := io.ReadAll(r.Body)
	return string(said), err
}

func speak(t *testing.T, l *Line) *websocket.Conn {
	t.Helper()
	ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(l.Address(), "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.Close() })
	return ws
}

func TestAGoodLineCarriesAllAndAsksByTheRightName(t *testing.T) {
	l, c, _ := line(t, Weather{})
	text := strings.Repeat("x", 200_000)
	said, err := say(c, l, text)
	host, rest, _ := strings.Cut(said, "\n")
	if err != nil || rest != text || "http://"+host != l.far.String() {
		t.Errorf("got %d bytes from %s, %v", len(rest), host, err)
	}
	if l.Carried(Out) < 200_000 || l.Carried(In) < 200_000 || l.Made() != 1 {
		t.Errorf("it carried %d and %d bytes of %d connections", l.Carried(Out), l.Carried(In), l.Made())
	}
	ws := speak(t, l)
	if err := ws.WriteMessage(websocket.TextMessage, []byte("a")); err != nil {
		t.Fatal(err)
	}
	if _, text, err := ws.ReadMessage(); err != nil || string(text) != "a" {
		t.Errorf("over a websocket: %q, %v", text, err)
	}
}

func TestASlowLineTakesItsTime(t *testing.T) {
	for name, tc := range map[string]struct {
		weather Weather
		least   time.Duration
	}{
		"by its rate, each way": {Weather{Rate: 50_000}, 200 * time.Millisecond},
		"by its length":         {Weather{Delay: 100 * time.Millisecond}, 200 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			l, c, _ := line(t, tc.weather)
			began := time.Now()
			if said, err := say(c, l, strings.Repeat("x", 10_000)); err != nil || len(said) < 10_000 {
				t.Errorf("got %d bytes, %v", len(said), err)
			}
			if took := time.Since(began); took < tc.least {
				t.Errorf("it took %s, want at least %s", took, tc.least)
			}
		})
	}
}

func TestALineThatIsDownRefusesAndComesBack(t *testing.T) {
	l, c, _ := line(t, Weather{})
	ws := speak(t, l)
	for range 2 {
		set(t, l, Weather{Down: true})
		if _, _, err := ws.ReadMessage(); err == nil {
			t.Error("what was open goes on")
		}
		var op *net.OpError
		if _, err := say(c, l, "x"); !errors.As(err, &op) || op.Op != "dial" {
			t.Errorf("got %v", err)
		}
		set(t, l, Weather{})
		if _, err := say(c, l, "x"); err != nil {
			t.Error(err)
		}
	}
}

func TestConnectionsBreak(t *testing.T) {
	l, c, sockets := line(t, Weather{Break: 50_000})
	if said, err := say(c, l, strings.Repeat("x", 200_000)); err == nil {
		t.Errorf("all %d bytes came through", len(said))
	}
	if _, err := say(c, l, "x"); err != nil {
		t.Errorf("a short one: %v", err)
	}
	ws := speak(t, l)
	l.Cut()
	if _, _, err := ws.ReadMessage(); err == nil {
		t.Error("what was cut goes on")
	}
	for end := time.Now().Add(10 * time.Second); sockets.Load() > 0; {
		if time.Now().After(end) {
			t.Fatal("the far end was not told")
		}
	}
}

func TestWhatIsHeldArrivesLater(t *testing.T) {
	l, _, _ := line(t, Weather{})
	ws := speak(t, l)
	set(t, l, Weather{Holds: true})
	if err := ws.WriteMessage(websocket.TextMessage, []byte("a")); err != nil {
		t.Fatal(err)
	}
	came := make(chan string, 1)
	go func() {
		_, text, _ := ws.ReadMessage()
		came <- string(text)
	}()
	select {
	case text := <-came:
		t.Errorf("%q came through", text)
	case <-time.After(50 * time.Millisecond):
	}
	set(t, l, Weather{})
	if text := <-came; text != "a" {
		t.Errorf("got %q", text)
	}
}

func TestALineThatIsHalfOpenTellsNobody(t *testing.T) {
	for name, w := range map[string]Weather{"what is sent": {Deaf: true}, "what comes back": {Mute: true}, "both": {Deaf: true, Mute: true}} {
		t.Run(name, func(t *testing.T) {
			l, c, sockets := line(t, Weather{})
			ws := speak(t, l)
			set(t, l, w)
			if err := ws.WriteMessage(websocket.TextMessage, []byte("a")); err != nil {
				t.Fatal(err)
			}
			ws.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
			var late net.Error
			if _, text, err := ws.ReadMessage(); !errors.As(err, &late) || !late.Timeout() {
				t.Errorf("got %q, %v", text, err)
			}
			set(t, l, Weather{})
			if _, err := say(c, l, "x"); err != nil {
				t.Errorf("a new connection: %v", err)
			}
			if ws.Close(); w.Deaf && sockets.Load() != 1 {
				t.Error("the far end was told")
			}
		})
	}
}

func TestSomeConnectionsAreDeadAsTheSeedSays(t *testing.T) {
	l, c, _ := line(t, Weather{Dead: 50})
	c.Timeout = 100 * time.Millisecond
	dead := 0
	for range 12 {
		if _, err := say(c, l, "x"); err != nil {
			dead++
		}
	}
	if dead < 2 || dead > 10 {
		t.Errorf("%d of 12 are", dead)
	}
}

func TestSomethingElseAnswers(t *testing.T) {
	l, c, _ := line(t, Weather{Page: "<html>Sign in"})
	if said, err := say(c, l, "x"); err != nil || said != "<html>Sign in" {
		t.Errorf("got %q, %v", said, err)
	}
	if _, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(l.Address(), "http"), nil); !errors.Is(err, websocket.ErrBadHandshake) {
		t.Errorf("a websocket: %v", err)
	}
}

func TestAProxyThatKnowsNoUpgrade(t *testing.T) {
	l, c, _ := line(t, Weather{Plain: true})
	if said, err := say(c, l, "x"); err != nil || !strings.HasSuffix(said, "\nx") {
		t.Errorf("got %q, %v", said, err)
	}
	if _, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(l.Address(), "http"), nil); !errors.Is(err, websocket.ErrBadHandshake) {
		t.Errorf("a websocket: %v", err)
	}
}

func TestItTellsWhatIsAboutToArrive(t *testing.T) {
	l, c, _ := line(t, Weather{})
	var told atomic.Pointer[string]
	l.Hear(Out, func(data []byte) bool {
		text := string(data)
		told.Store(&text)
		return !strings.Contains(text, "/lost")
	})
	if _, err := c.Get(l.Address() + "/kept"); err != nil || !strings.HasPrefix(*told.Load(), "GET /kept ") {
		t.Errorf("it tells of %q, %v", *told.Load(), err)
	}
	if _, err := c.Get(l.Address() + "/lost"); err == nil {
		t.Error("what was to be lost arrived")
	}
	l.Hear(Out, nil)
	if _, err := c.Get(l.Address() + "/lost"); err != nil {
		t.Error(err)
	}
}
