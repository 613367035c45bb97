package watch

import (
	"context"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"khumue/internal/testkit"
)

// open opens the home page of a live site in Chromium, under a policy as strict as a
// portal's.
func open(t *testing.T, s *Server) *testkit.Tab {
	t.Helper()
	s.Headers = http.Header{"Content-Security-Policy": {
		"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; require-trusted-types-for 'script'"}}
	l, err := Listen(":0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Errorf("got error %v of the stop, want none", err)
		}
	})
	browser := &testkit.Browser{}
	t.Cleanup(browser.Close)
	tab := browser.Open(t, &testkit.Server{URL: "http://" + l.Addr().String()}, testkit.View{})
	tab.Go("/")
	return tab
}

const (
	box    = `document.querySelector("#khumue-live")?.shadowRoot.querySelector("section")`
	noBox  = `!document.querySelector("#khumue-live")`
	escape = `void document.querySelector("#khumue-live").shadowRoot.querySelector("ol")
		.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape", bubbles: true}))`
)

func TestAPageShowsProblemsUntilTheyAreMended(t *testing.T) {
	s := portal(t)
	s.Live = NewLive()
	tab := open(t, s)
	tab.Until(`document.querySelector("script[data-build]")`)
	tab.Until(noBox)

	s.Live.Report(sample)
	tab.Until(box + "?.textContent")
	tab.Until("getComputedStyle(" + box + ").position === 'fixed'")
	text := tab.Text(box + ".innerText")
	for _, want := range []string{"agencies/dlt/agency.yaml:12", "ชื่อว่าง", "the name is empty", "1 problem"} {
		if !strings.Contains(text, want) {
			t.Errorf("got %q, want %q in it", text, want)
		}
	}
	if got := tab.Text(box + `.getAttribute("role")`); got != "alert" {
		t.Errorf("got role %q, want alert", got)
	}

	s.Live.Report(nil)
	tab.Until(noBox)
	s.Live.Report(sample)
	tab.Until(box + "?.textContent")
	tab.Text(escape)
	tab.Until(noBox)
}

func TestAPageReloadsWhenTheSiteIsBuilt(t *testing.T) {
	s := portal(t)
	s.Live = NewLive()
	tab := open(t, s)
	s.Live.Report(sample)
	tab.Until(box + "?.textContent")

	write(t, filepath.Join(s.Dir, "index.html"), strings.Replace(home, "คู่มือ", "คู่มือใหม่", 1))
	s.Live.Reload()
	tab.Until(`document.querySelector("h1").textContent === "คู่มือใหม่"`)
	tab.Until(noBox)
}
