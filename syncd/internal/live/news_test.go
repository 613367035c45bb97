package live

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// count is a standing that a test changes.
type count struct {
	unread atomic.Int64
	asked  atomic.Int64
	down   atomic.Bool
}

func (c *count) standing(_ context.Context, secret string) (Standing, error) {
	c.asked.Add(1)
	if secret == "" || c.down.Load() {
		return Standing{}, errors.New("nobody can be asked")
	}
	return Standing{Unread: int(c.unread.Load()), Judge: 2, Mine: 1}, nil
}

// telling is a house that tells what waits.
func telling(t *testing.T, test func(*testing.T, *house, *count)) {
	t.Helper()
	inBubble(t, plenty, func(t *testing.T, h *house) {
		c := &count{}
		c.unread.Store(3)
		h.Standing = c.standing
		h.book.put("ann", "o-ann", time.Hour)
		h.book.put("bob", "o-bob", time.Hour)
		test(t, h, c)
	})
}

// news are the messages on what waits that a page has heard.
func (p *page) news() (out []said) {
	for _, s := range p.all() {
		if s.Type == "notices" {
			out = append(out, s)
		}
	}
	return out
}

func TestAPageIsToldWhatWaits(t *testing.T) {
	telling(t, func(t *testing.T, h *house, c *count) {
		p, other := h.open(), h.open(as("bob"))
		synctest.Wait()
		if all := p.all(); len(all) != 2 || all[0].Type != "session" || all[1].Unread != 3 || all[1].Judge != 2 || all[1].Mine != 1 || all[1].Latest.Path != "" {
			t.Errorf("at the start: got %+v", all)
		}
		time.Sleep(10 * time.Second)
		c.unread.Store(4)
		h.Tell("o-ann", Latest{"awaits", "รออนุมัติ", "Awaits approval", "/manuals/dlt-aaaaaa/revisions/3", false})
		synctest.Wait()
		if n := p.news(); len(n) != 2 || n[1].Unread != 4 || n[1].Latest.Topic != "awaits" || n[1].Latest.TH != "รออนุมัติ" || n[1].Latest.EN != "Awaits approval" || n[1].Latest.Path != "/manuals/dlt-aaaaaa/revisions/3" {
			t.Errorf("got %+v", n)
		}
		if n := other.news(); len(n) != 1 {
			t.Errorf("somebody else heard %+v", n)
		}
		time.Sleep(10 * time.Minute)
		if n := p.news(); len(n) != 2 {
			t.Errorf("it is told again and again: %+v", n)
		}
	})
}

func TestMuchThatHappensAtOnceIsToldOnce(t *testing.T) {
	telling(t, func(t *testing.T, h *house, c *count) {
		p := h.open()
		time.Sleep(10 * time.Second)
		asked := c.asked.Load()
		for range 1000 {
			h.Tell("o-ann", Latest{Topic: "early"})
		}
		synctest.Wait()
		for range 1000 {
			h.Tell("o-ann", Latest{Topic: "late"})
			h.Tell("o-ann", Latest{Topic: "moved", Quiet: true}) // nor does what concerns one page
			h.Tell("o-ann", Latest{})                            // numbers alone do not hide what happened
		}
		synctest.Wait()
		if n := p.news(); len(n) != 2 || n[1].Latest.Topic != "early" {
			t.Errorf("within a second: got %+v", n)
		}
		time.Sleep(newsEvery)
		synctest.Wait()
		n := p.news()
		if len(n) != 3 || n[2].Latest.Topic != "late" || n[2].at.Sub(n[1].at) != newsEvery {
			t.Errorf("after it: got %+v", n)
		}
		if got := c.asked.Load() - asked; got != 2 {
			t.Errorf("the store was asked %d times", got)
		}
	})
}

func TestWhatMovedIsToldWhereNothingElseIs(t *testing.T) {
	telling(t, func(t *testing.T, h *house, _ *count) {
		p := h.open()
		time.Sleep(10 * time.Second)
		h.Tell("o-ann", Latest{Topic: "moved", Path: "/a", Quiet: true})
		synctest.Wait()
		if n := p.news(); len(n) != 2 || !n[1].Latest.Quiet || n[1].Latest.Path != "/a" {
			t.Errorf("got %+v", n)
		}
	})
}

func TestNumbersThatCanNotBeToldAreNot(t *testing.T) {
	telling(t, func(t *testing.T, h *house, c *count) {
		c.down.Store(true)
		p := h.open()
		time.Sleep(time.Minute)
		if n := p.news(); len(n) != 0 || p.status() != 0 {
			t.Errorf("got %+v, closed with %d", n, p.status())
		}
		c.down.Store(false)
		h.Tell("o-ann", Latest{})
		synctest.Wait()
		if n := p.news(); len(n) != 1 {
			t.Errorf("got %+v", n)
		}
	})
}

func TestWhoIsSignedOutIsNotToldWhatWaits(t *testing.T) {
	telling(t, func(t *testing.T, h *house, c *count) {
		p := h.open()
		synctest.Wait()
		h.book.change(func() { delete(h.book.of, "ann") })
		c.down.Store(true) // as the desk answers about a session that is over
		h.Tell("o-ann", Latest{Topic: "awaits"})
		time.Sleep(2 * time.Second)
		if n := p.news(); len(n) != 1 || p.status() != Ended {
			t.Errorf("got %+v, closed with %d", n, p.status())
		}
	})
}

func TestAskingOnceTellsWhatWaits(t *testing.T) {
	telling(t, func(t *testing.T, h *house, c *count) {
		_, body := h.post(func(*http.Request) {})
		var got struct {
			Type    string
			Notices said
		}
		if err := json.Unmarshal([]byte(body), &got); err != nil || got.Type != "session" || got.Notices.Type != "notices" || got.Notices.Unread != 3 {
			t.Errorf("got %s, %v", body, err)
		}
		c.down.Store(true)
		if status, body := h.post(func(*http.Request) {}); status != 200 || json.Unmarshal([]byte(body), &said{}) != nil {
			t.Errorf("got %d %s", status, body)
		}
	})
}
