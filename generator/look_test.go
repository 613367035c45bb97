package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"khumue/internal/testkit"
)

var screenshots = flag.String("screenshots", "", "folder for pictures of every kind of page; none are taken unless given")

// colours are the rules of axe-core whose answer depends on the colour scheme.
var colours = []string{"color-contrast", "link-in-text-block"}

// TestAxeFindsNothing runs axe-core on every kind of page in both languages:
// all its rules on a telephone in light colours, then in the other schemes
// those that look at colours.
func TestAxeFindsNothing(t *testing.T) {
	for _, lang := range []string{"th", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			view := testkit.View{Width: 390, Height: 844}
			tab := open(t, &sample, view)
			for _, k := range kinds {
				view.Scheme = "light"
				tab.View(view)
				tab.Go(k.in(lang))
				settled(tab)
				for _, v := range tab.Axe() {
					t.Errorf("%s: %v", k.in(lang), v)
				}
				for _, scheme := range []string{"dark", "contrast"} {
					view.Scheme = scheme
					tab.View(view)
					for _, v := range tab.Axe(colours...) {
						t.Errorf("%s, %s: %v", k.in(lang), scheme, v)
					}
				}
			}
		})
	}
}

// TestNothingStandsOutSideways opens every kind of page as narrow as a page
// may be asked to be, and asks whether it scrolls sideways.
func TestNothingStandsOutSideways(t *testing.T) {
	const wide = `document.scrollingElement.scrollWidth > innerWidth && Array.from(document.querySelectorAll("body *"))
		.filter((e) => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 3).map((e) => e.tagName + "." + e.className).join(", ")`
	tab := open(t, &sample, testkit.View{Width: 320, Height: 640})
	for _, lang := range []string{"th", "en"} {
		for _, k := range kinds {
			tab.Go(k.in(lang))
			settled(tab)
			if got := tab.Text(wide); got != "false" {
				t.Errorf("%s is wider than 320 px: %s", k.in(lang), got)
			}
		}
	}
}

// TestScreenshots takes pictures for people to look at, when asked to.
func TestScreenshots(t *testing.T) {
	if *screenshots == "" {
		return
	}
	if err := os.MkdirAll(*screenshots, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"th", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			tab := open(t, &sample, testkit.View{})
			for _, k := range kinds {
				for _, width := range []int64{360, 768, 1280} {
					tab.View(testkit.View{Width: width, Height: 800})
					tab.Go(k.in(lang))
					settled(tab)
					for _, scheme := range []string{"light", "dark", "contrast"} {
						tab.View(testkit.View{Width: width, Height: 800, Scheme: scheme})
						picture(t, tab, fmt.Sprintf("%s-%s-%d-%s.png", k.name, lang, width, scheme))
					}
				}
			}
		})
	}
}

func picture(t *testing.T, tab *testkit.Tab, name string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(*screenshots, name), tab.Picture(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Limits of what a manual's page may cost on its first visit, in bytes over
// the wire.
const (
	pageLimit      = 30 << 10
	pageFontsLimit = 60 << 10
)

// TestAManualIsSmallOverTheWire opens the longest pages of manuals in browsers
// that have nothing yet, and adds up what came.
func TestAManualIsSmallOverTheWire(t *testing.T) {
	const sizes = `(() => {
		const all = performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource"));
		const sum = (fonts) => all.filter((e) => fonts || !e.name.endsWith(".woff2")).reduce((n, e) => n + e.encodedBodySize, 0);
		return [sum(false), sum(true), all.filter((e) => e.name.includes("/search-index/")).length];
	})()`
	for _, address := range largestManuals(t, 3) {
		tab := open(t, &sample, testkit.View{Width: 390, Height: 844})
		tab.Go(address)
		settled(tab)
		got := testkit.Value[[]int](tab, sizes)
		t.Logf("%s: %d bytes, %d with fonts", address, got[0], got[1])
		if got[0] > pageLimit || got[1] > pageFontsLimit {
			t.Errorf("%s: got %d bytes and %d with fonts, want at most %d and %d", address, got[0], got[1], pageLimit, pageFontsLimit)
		}
		if got[2] > 0 {
			t.Errorf("%s fetches %d files of the search index before anybody searches", address, got[2])
		}
	}
}

// largestManuals are the addresses of the longest pages of manuals, in either
// language.
func largestManuals(t *testing.T, n int) []string {
	t.Helper()
	manuals := slices.DeleteFunc(slices.Clone(pages(t)), func(p *sitePage) bool { return !strings.Contains(p.address, "/procedure/") })
	slices.SortFunc(manuals, func(a, b *sitePage) int { return b.size - a.size })
	var out []string
	for _, p := range manuals[:n] {
		out = append(out, p.address)
	}
	return out
}
