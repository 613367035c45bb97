package postbox

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// cookies keep what they are told, by name, as a browser on the way of https does.
type cookies map[string]*http.Cookie

func (c cookies) SetCookies(_ *url.URL, list []*http.Cookie) {
	for _, one := range list {
		c[one.Name] = one
	}
}

func (c cookies) Cookies(*url.URL) (list []*http.Cookie) {
	for _, one := range c {
		list = append(list, one)
	}
	return list
}

var another = regexp.MustCompile(`<a href="(/survey\?[^"]*turn=[^"]*)">`)

// One visit counts once, however it goes back; another turn is one that is asked for.
func TestAVisitCountsOnce(t *testing.T) {
	h := opened(t, Usual(), plenty)
	reply := map[string]string{"q1": "4"}
	const link = "?point=dlt-p1"
	fromTheSite := url.Values{"point": {"dlt-p1"}, "q1": {"4"}}
	send := func(jar cookies, g got) got {
		t.Helper()
		sent := h.visitAs(jar, "", g.fill(reply))
		if sent.status != http.StatusSeeOther {
			return sent
		}
		return h.visitAs(jar, strings.TrimPrefix(sent.header.Get("Location"), Form), nil)
	}
	turn := func(g got) string {
		t.Helper()
		m := another.FindStringSubmatch(g.text)
		if m == nil {
			t.Fatalf("it leads to no other turn: %s", g.text)
		}
		return strings.TrimPrefix(html.UnescapeString(m[1]), Form)
	}
	mine := cookies{}
	steps := []struct {
		name string
		do   func() got
		rows int
	}{
		{"the form of a link", func() got { return send(mine, h.visitAs(mine, link, nil)) }, 1},
		{"going back has it asked for again", func() got { return send(mine, h.visitAs(mine, link, nil)) }, 1},
		{"in the other language", func() got { return send(mine, h.visitAs(mine, link+"&lang=en", nil)) }, 1},
		{"the site's form, which has no key", func() got { return send(mine, h.visitAs(mine, "", fromTheSite)) }, 1},
		{"another point, service or person has a form of its own", func() got { return send(mine, h.visitAs(mine, link+"&procedure=dlt-7f3k5q", nil)) }, 2},
		{"another browser", func() got { other := cookies{}; return send(other, h.visitAs(other, link, nil)) }, 3},
		{"a browser that keeps no cookies", func() got { return send(cookies{}, h.visit(link, nil)) }, 4},
	}
	for _, step := range steps {
		h.says(step.do(), http.StatusOK)
		h.same(step.name, h.kept(), step.rows)
	}

	reply["q1"] = "1"
	first := send(mine, h.visitAs(mine, link, nil))
	h.says(first, http.StatusOK, "จึงใช้คำตอบแรก")
	next := turn(first)
	for range 2 { // and back, and again
		h.says(send(mine, h.visitAs(mine, next, nil)), http.StatusOK)
		h.says(send(mine, h.visitAs(mine, link, nil)), http.StatusOK)
		h.same("another turn", h.kept(), 5)
	}
	h.same("a third is another", turn(send(mine, h.visitAs(mine, link, nil))) != next, true)
}

func TestAVisitIsRememberedForAWhileAndForTheFormAlone(t *testing.T) {
	h := opened(t, Usual(), plenty)
	mine := cookies{}
	h.visitAs(mine, "?point=dlt-p1", nil)
	c := mine["survey.dlt-p1."]
	if c == nil || c.Path != Form || c.MaxAge != 3600 || !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteNoneMode || len(mine) != 1 {
		t.Fatalf("got %+v", mine)
	}
	key := c.Value
	h.visitAs(mine, "?point=dlt-p1", nil)
	h.same("asked for again", mine["survey.dlt-p1."].Value, key)
	for name, value := range map[string]string{
		"after an hour":       h.madeAt(t, h.Now().Add(-visitTime-time.Second)) + ".1",
		"from the future":     h.madeAt(t, h.Now().Add(time.Hour)) + ".1",
		"no key":              "x.1",
		"no turn":             strings.TrimSuffix(key, ".1"),
		"a turn too many":     key + "00000000",
		"a turn before turns": strings.TrimSuffix(key, "1") + "-1",
	} {
		of := cookies{c.Name: {Name: c.Name, Value: value}}
		g := h.visitAs(of, "?point=dlt-p1", nil)
		if got := of[c.Name].Value; got == value || g.status != http.StatusOK {
			t.Errorf("%s: got %d, %s", name, g.status, got)
		}
	}
}

// madeAt is a key of an instant.
func (h *house) madeAt(t *testing.T, at time.Time) string {
	t.Helper()
	s := &Server{Config: h.Config}
	s.Now = func() time.Time { return at }
	key, err := s.newKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}
