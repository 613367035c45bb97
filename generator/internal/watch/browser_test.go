package watch

import (
	"context"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// browser opens the home page of a live site in Chromium, under a policy as
// strict as a portal's.
func browser(t *testing.T, s *Server) context.Context {
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
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox)
	alloc, closeAlloc := chromedp.NewExecAllocator(context.Background(), options...)
	tab, closeTab := chromedp.NewContext(alloc)
	tab, late := context.WithTimeout(tab, time.Minute)
	t.Cleanup(func() {
		late()
		closeTab()
		closeAlloc()
		stop()
		if err := <-served; err != nil {
			t.Errorf("got error %v of the stop, want none", err)
		}
	})
	do(t, tab, chromedp.Navigate("http://"+l.Addr().String()+"/"))
	return tab
}

func do(t *testing.T, tab context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(tab, steps...); err != nil {
		t.Fatal(err)
	}
}

// value returns what an expression is in the page.
func value(t *testing.T, tab context.Context, expression string) string {
	t.Helper()
	v, err := chromedp.Run(tab, chromedp.Evaluate[string](expression))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// until waits in the page for a condition.
func until(condition string) chromedp.Action[chromedp.Void] {
	return chromedp.Poll[chromedp.Void]("!!("+condition+")", chromedp.WithPollingTimeout(20*time.Second))
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
	tab := browser(t, s)
	do(t, tab, until(`document.querySelector("script[data-build]")`), until(noBox))

	s.Live.Report(sample)
	do(t, tab, until(box+"?.textContent"), until("getComputedStyle("+box+").position === 'fixed'"))
	text := value(t, tab, box+".innerText")
	for _, want := range []string{"agencies/dlt/agency.yaml:12", "ชื่อว่าง", "the name is empty", "1 problem"} {
		if !strings.Contains(text, want) {
			t.Errorf("got %q, want %q in it", text, want)
		}
	}
	if got := value(t, tab, box+`.getAttribute("role")`); got != "alert" {
		t.Errorf("got role %q, want alert", got)
	}

	s.Live.Report(nil)
	do(t, tab, until(noBox))
	s.Live.Report(sample)
	do(t, tab, until(box+"?.textContent"), chromedp.Evaluate[chromedp.Void](escape), until(noBox))
}

func TestAPageReloadsWhenTheSiteIsBuilt(t *testing.T) {
	s := portal(t)
	s.Live = NewLive()
	tab := browser(t, s)
	s.Live.Report(sample)
	do(t, tab, until(box+"?.textContent"))

	write(t, filepath.Join(s.Dir, "index.html"), strings.Replace(home, "คู่มือ", "คู่มือใหม่", 1))
	build := chromedp.Func(func(context.Context, *chromedp.Target) error {
		s.Live.Reload()
		return nil
	})
	if _, err := chromedp.Run(tab, chromedp.WaitEvent(page.LoadEventFired, nil, build)); err != nil {
		t.Fatal(err)
	}
	do(t, tab, until(`document.querySelector("h1").textContent === "คู่มือใหม่"`), until(noBox))
}
