package pages

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
)

func listening(c *Config) { c.Live = "/ws/live" }

func TestAPageKnowsWhereItsSessionIsToldOf(t *testing.T) {
	o := open(t, listening)
	p := o.hire("ผู้ดูแล", grant(catalog.RoleDGA, ""))
	a := o.get(p, "/")
	found := a.all("template", func(attr func(string) string) bool {
		return attr("data-live") == "/ws/live" && attr("data-officer") == string(p.id) && attr("data-warn") == "300" && attr("data-insist") == "120"
	})
	if len(found) != 1 {
		t.Error("the page has no way to know")
	}
	if csp := a.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "connect-src 'self' wss://admin.example;") {
		t.Errorf("got the policy %q", csp)
	}
	o.get(nil, "/signin").wantNot(t, "data-live")
	open(t).get(nil, "/signin").wantNot(t, "data-live")
}

func TestAShortSessionHasShortWarnings(t *testing.T) {
	o := open(t, listening, func(c *Config) { c.Desk.Limits.Idle = 6 * time.Minute })
	a := o.get(o.hire("ผู้ดูแล", grant(catalog.RoleDGA, "")), "/")
	if len(a.all("template", func(attr func(string) string) bool {
		return attr("data-warn") == "120" && attr("data-insist") == "60"
	})) != 1 {
		t.Error("a session of six minutes is warned of from its first page on")
	}
}

func TestWhoStaysIsSeen(t *testing.T) {
	o := open(t)
	p := o.hire("ผู้ดูแล", grant(catalog.RoleDGA, ""))
	for range 3 {
		o.at = o.at.Add(20 * time.Minute)
		o.post(p, "/me/stay").want(t, http.StatusNoContent)
	}
	o.at = o.at.Add(30 * time.Minute)
	o.post(p, "/me/stay").wantLed(t, "/signin?next=%2F")
}

func TestTheSecretOfARequestIsThatOfItsOneCookie(t *testing.T) {
	o := open(t)
	for cookies, want := range map[string]string{
		"__Host-khumue=a": "a", "": "", "khumue=a": "", "__Host-khumue=a; __Host-khumue=b": "", "other=x; __Host-khumue=a": "a",
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, host+"/ws/live", nil)
		r.Header.Set("Cookie", cookies)
		if got := o.pages.Secret(r); got != want {
			t.Errorf("%q: got %q, want %q", cookies, got, want)
		}
	}
}
