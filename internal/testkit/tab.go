package testkit

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Keys that are not characters, for Press.
const (
	Down   = kb.ArrowDown
	Up     = kb.ArrowUp
	Enter  = kb.Enter
	Escape = kb.Escape
)

// How long a tab may live, how long a condition may take to come true, and how
// often it is asked for.
const (
	tabTime  = 10 * time.Minute
	waitTime = time.Minute
	pollTime = 15 * time.Millisecond
)

// View is how a tab looks at pages. The zero value is a desktop in light colours.
type View struct {
	Width, Height int64  // CSS pixels; 1280 × 800 where they are 0
	Scheme        string // preferred colours: light, dark or contrast; "" is light
	NoScript      bool   // pages' scripts do not run
	Before        string // script that runs in each document before its own
}

// Tab is a browser tab of its own, sharing neither storage nor workers with
// another that was not opened beside it. A script's error, a refused policy, a missing file or a request to
// another host fails the test when the tab closes.
type Tab struct {
	t      testing.TB
	ctx    context.Context
	server *Server
	end    func()
	axe    bool // axe-core is in each page that is opened

	mu      sync.Mutex
	faults  []string
	allowed []string
	dialogs []string
	stays   bool // the next dialog is declined
}

// Open opens a tab on a server's pages. It closes when the test ends.
func (b *Browser) Open(t testing.TB, s *Server, v View) *Tab {
	t.Helper()
	parent, err := b.open()
	if err != nil {
		t.Fatal(err)
	}
	if b.Folder != "" {
		return show(t, parent, s, v)
	}
	return show(t, parent, s, v, chromedp.WithNewBrowserContext())
}

// Beside opens another tab of the same user: with its cookies, storage and
// workers. It closes when the test ends.
func (tab *Tab) Beside(v View) *Tab {
	tab.t.Helper()
	return show(tab.t, tab.ctx, tab.server, v)
}

// show opens a tab below a context of the browser.
func show(t testing.TB, parent context.Context, s *Server, v View, options ...chromedp.ContextOption) *Tab {
	t.Helper()
	ctx, closeTab := chromedp.NewContext(parent, options...)
	tab := &Tab{t: t, server: s}
	if err := chromedp.Do(ctx); err != nil {
		closeTab()
		t.Fatal(err)
	}
	ctx, late := context.WithTimeout(ctx, tabTime)
	tab.ctx = ctx
	tab.end = sync.OnceFunc(func() {
		late()
		closeTab()
		tab.report()
	})
	t.Cleanup(tab.end)
	if err := chromedp.Listen(ctx, tab.hear); err != nil {
		t.Fatal(err)
	}
	tab.View(v)
	return tab
}

// Close closes the tab before the test ends.
func (tab *Tab) Close() { tab.end() }

// View changes how the tab looks at pages.
func (tab *Tab) View(v View) {
	tab.t.Helper()
	if v.Width == 0 {
		v.Width, v.Height = 1280, 800
	}
	scheme, contrast := v.Scheme, "no-preference"
	switch v.Scheme {
	case "":
		scheme = "light"
	case "contrast":
		scheme, contrast = "light", "more"
	}
	call(tab, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: v.Width, Height: v.Height, DeviceScaleFactor: 1})
	call(tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-contrast", Value: contrast}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	call(tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: v.NoScript})
	if v.Before != "" {
		call(tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: v.Before})
	}
}

// Allow names parts of messages that are no fault in this test.
func (tab *Tab) Allow(parts ...string) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	tab.allowed = append(tab.allowed, parts...)
}

// hear collects what a page should never say. It runs as each event arrives.
func (tab *Tab) hear(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		tab.fault("script: %s (%s:%d)", text, e.ExceptionDetails.URL, e.ExceptionDetails.LineNumber+1)
	case *page.EventJavascriptDialogOpening:
		tab.mu.Lock()
		tab.dialogs = append(tab.dialogs, string(e.Type))
		goesOn := !tab.stays
		tab.stays = false
		tab.mu.Unlock()
		go func() { // the page, and whoever waits for it, stand still until it is answered
			_, _ = chromedp.Call(tab.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: goesOn}) // a tab that is gone has none
		}()
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			tab.fault("console: %s", words(e.Args))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			tab.fault("%s: %s (%s)", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err == nil && u.Host != "" && !strings.HasPrefix(e.Request.URL, tab.server.URL+"/") {
			tab.fault("request to another host: %s", e.Request.URL)
		}
	}
}

// Dialogs are the kinds of dialogs that pages opened since it was last asked, such as
// "beforeunload" when what was typed would be lost. Each is accepted at once, as by
// who wants to go on, but for those before which Stay was called.
func (tab *Tab) Dialogs() []string {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	out := tab.dialogs
	tab.dialogs = nil
	return out
}

// Stay has the next dialog declined at once, as by who wants to stay on the page.
func (tab *Tab) Stay() {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	tab.stays = true
}

func words(args []*runtime.RemoteObject) string {
	var out []string
	for _, a := range args {
		if a.Description != "" {
			out = append(out, a.Description)
		} else {
			out = append(out, fmt.Sprint(a.Value))
		}
	}
	return strings.Join(out, " ")
}

func (tab *Tab) fault(format string, args ...any) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	if f := fmt.Sprintf(format, args...); !slices.Contains(tab.faults, f) {
		tab.faults = append(tab.faults, f)
	}
}

func (tab *Tab) report() {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	for _, f := range tab.faults {
		if !slices.ContainsFunc(tab.allowed, func(part string) bool { return strings.Contains(f, part) }) {
			tab.t.Error(f)
		}
	}
}

// do runs steps in the tab.
func (tab *Tab) do(steps ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	if err := chromedp.Do(tab.ctx, steps...); err != nil {
		tab.t.Fatal(err)
	}
}

// Go opens an address of the site, such as "/search/?q=", and waits for it.
func (tab *Tab) Go(path string) {
	tab.t.Helper()
	if err := chromedp.Do(tab.ctx, chromedp.Navigate(tab.server.URL+path)); err != nil {
		tab.t.Fatalf("%s: %v", path, err)
	}
}

// Reload loads the page again.
func (tab *Tab) Reload() {
	tab.t.Helper()
	tab.do(chromedp.Reload())
}

// Back goes back by so many pages, as a person does, to one that no form was sent
// for. It does not wait for it.
func (tab *Tab) Back(pages int64) {
	tab.t.Helper()
	history := call(tab, page.GetNavigationHistory, cdp.Empty{})
	to := history.CurrentIndex - pages
	if to < 0 {
		tab.t.Fatalf("there are not %d pages to go back to", pages)
	}
	call(tab, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: history.Entries[to].ID})
}

// Offline cuts the server off and tells pages that there is no network.
func (tab *Tab) Offline(gone bool) {
	tab.t.Helper()
	tab.Allow("net::ERR_", "Failed to fetch")
	tab.server.Cut(gone)
	call(tab, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: gone, DownloadThroughput: -1, UploadThroughput: -1})
}

// At lets the site's pages know where the device is, in degrees, as if its
// owner had allowed it.
func (tab *Tab) At(lat, lng float64) {
	tab.t.Helper()
	_, err := chromedp.CallBrowser(tab.ctx, browser.SetPermission, browser.SetPermissionParams{
		Permission: &browser.PermissionDescriptor{Name: "geolocation"}, Setting: browser.PermissionSettingGranted, BrowserContextID: chromedp.FromContext(tab.ctx).BrowserContextID,
	})
	if err != nil {
		tab.t.Fatal(err)
	}
	accuracy := 20.0
	call(tab, emulation.SetGeolocationOverride, emulation.SetGeolocationOverrideParams{Latitude: &lat, Longitude: &lng, Accuracy: &accuracy})
}

// Type puts the focus on the first element that a selector matches, and types.
func (tab *Tab) Type(selector, text string) {
	tab.t.Helper()
	tab.do(chromedp.Focus(chromedp.CSS(selector)))
	tab.Press(text)
}

// Press types into whatever has the focus: keys as a keyboard sends them, and
// Thai as an input method does.
func (tab *Tab) Press(keys string) {
	tab.t.Helper()
	for _, r := range keys {
		if r < utf8.RuneSelf || strings.ContainsRune(Down+Up, r) {
			tab.do(chromedp.KeyEvent(string(r)))
		} else {
			call(tab, input.InsertText, input.InsertTextParams{Text: string(r)})
		}
	}
}

// Click clicks the first visible element that a selector matches.
func (tab *Tab) Click(selector string) {
	tab.t.Helper()
	tab.do(chromedp.Click(chromedp.CSS(selector)))
}

// Until asks for a condition, an expression of JavaScript that may wait for
// promises, until it holds. A page that is being left, or of which only a part has
// come, is not asked: a condition may act, and half of a form has no button.
func (tab *Tab) Until(condition string) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, waitTime)
	defer cancel()
	tick := time.NewTicker(pollTime)
	defer tick.Stop()
	var last error
	for {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("(async () => document.readyState !== 'loading' && !!("+condition+"))()", chromedp.EvalAwaitPromise))
		if err == nil && ok {
			return
		}
		if err != nil && ctx.Err() == nil {
			last = err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			at, _ := chromedp.Run(tab.ctx, chromedp.Location())
			tab.t.Fatalf("%s: this did not come true in %v: %s (last error: %v)", at, waitTime, condition, last)
		}
	}
}

// Text returns what an expression of JavaScript is, as a string.
func (tab *Tab) Text(expression string) string {
	tab.t.Helper()
	return Value[string](tab, "String("+expression+")")
}

// Value returns what an expression of JavaScript is; a promise is waited for.
func Value[T any](tab *Tab, expression string) T {
	tab.t.Helper()
	v, err := chromedp.Run(tab.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		tab.t.Fatalf("%.200s: %v", expression, err)
	}
	return v
}

// Picture returns the whole page as PNG.
func (tab *Tab) Picture() []byte {
	tab.t.Helper()
	png, err := chromedp.Run(tab.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		tab.t.Fatal(err)
	}
	return png
}
