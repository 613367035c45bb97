package testkit

import (
	"net/http"
	"os"
	"strings"
	"testing"
)

var chrome Browser

func TestMain(m *testing.M) {
	code := m.Run()
	chrome.Close()
	os.Exit(code)
}

// pages is a site of two pages with things to find fault with.
func pages(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/":
		w.Write([]byte(`<!doctype html><html lang="th"><link rel="icon" href="data:,"><title>หน้า</title><main><h1>หน้า</h1><input aria-label="คำค้น"><img src="/none.png"></main>`))
	case "/bad/":
		w.Write([]byte(`<!doctype html><html lang="th"><link rel="icon" href="data:,"><title>หน้า</title><main><h1>หน้า</h1><script>setTimeout(function () { document.title = "ถึงแล้ว"; nobody(); })</script></main>`))
	default:
		http.NotFound(w, r)
	}
}

// witness is a test that remembers what would have failed it.
type witness struct {
	testing.TB
	said    []string
	cleanup []func()
}

func (w *witness) Error(args ...any) {
	for _, a := range args {
		w.said = append(w.said, a.(string))
	}
}
func (w *witness) Cleanup(f func()) { w.cleanup = append(w.cleanup, f) }
func (w *witness) end() {
	for i := len(w.cleanup) - 1; i >= 0; i-- {
		w.cleanup[i]()
	}
}

func TestATabTellsWhatPagesShouldNeverSay(t *testing.T) {
	w := &witness{TB: t}
	tab := chrome.Open(w, Serve(w, http.HandlerFunc(pages)), View{})
	tab.Go("/")
	tab.Go("/bad/")
	tab.Until(`document.title === "ถึงแล้ว"`)
	w.end()
	said := strings.Join(w.said, "\n")
	for _, want := range []string{"nobody is not defined", "/none.png"} {
		if !strings.Contains(said, want) {
			t.Errorf("got %q, want %q in it", said, want)
		}
	}
}

func TestATabTypesThaiAndSeesFaults(t *testing.T) {
	tab := chrome.Open(t, Serve(t, http.HandlerFunc(pages)), View{Width: 360, Height: 640, Scheme: "dark"})
	tab.Allow("/none.png")
	tab.Go("/")
	tab.Type("input", "ใบขับขี่ ab")
	if got := tab.Text(`document.querySelector("input").value`); got != "ใบขับขี่ ab" {
		t.Errorf("got %q, want what was typed", got)
	}
	if got := tab.Text(`innerWidth + " " + matchMedia("(prefers-color-scheme: dark)").matches`); got != "360 true" {
		t.Errorf("got %s, want 360 true", got)
	}
	found := tab.Axe()
	if len(found) != 1 || found[0].Rule != "image-alt" {
		t.Errorf("got %v, want the missing alternative text alone", found)
	}
	if png := tab.Picture(); !strings.HasPrefix(string(png), "\x89PNG") {
		t.Errorf("got %d bytes, want a picture", len(png))
	}
}

const answer = `fetch("/").then(() => navigator.onLine + " answered", () => navigator.onLine + " nothing")`

func TestAServerThatIsCutOffAnswersNothing(t *testing.T) {
	s := Serve(t, http.HandlerFunc(pages))
	tab := chrome.Open(t, s, View{})
	tab.Allow("/none.png")
	tab.Go("/")
	tab.Offline(true)
	if got := Value[string](tab, answer); got != "false nothing" {
		t.Errorf("got %s, want false nothing", got)
	}
	tab.Offline(false)
	if got := Value[string](tab, answer); got != "true answered" {
		t.Errorf("got %s, want true answered", got)
	}
}

func TestWithoutScriptsAPageIsReadAsItIs(t *testing.T) {
	tab := chrome.Open(t, Serve(t, http.HandlerFunc(pages)), View{NoScript: true})
	tab.Go("/bad/")
	if got := tab.Text(`document.title`); got != "หน้า" {
		t.Errorf("got title %s, want that of the markup", got)
	}
}
