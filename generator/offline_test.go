package main

import (
	"bytes"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"khumue/generator/internal/watch"
	"khumue/internal/testkit"
)

// kept waits until the service worker serves the page and keeps a copy of it.
func kept(tab *testkit.Tab) {
	tab.Until(`(await navigator.serviceWorker.ready).active.state === "activated" && await caches.match(location.pathname)`)
}

const heading = `document.querySelector("h1")?.textContent`

func TestWhatWasVisitedIsReadWithoutNetwork(t *testing.T) {
	tab := open(t, &sample, testkit.View{Width: 360, Height: 740})
	tab.Go("/procedure/dlt-xgveak/")
	title := tab.Text(heading)
	kept(tab)
	tab.Offline(true)

	tab.Reload()
	tab.Until(heading + ` === ` + quoted(title))
	tab.Until(`!document.querySelector("[data-net]").hidden`)
	settled(tab)

	// The whole index is here, so searching goes on, and says so.
	tab.Go("/search/?q=" + url.QueryEscape("ใบขับขี่"))
	tab.Until(firstHit + `?.textContent.includes("ใบอนุญาตขับ")`)

	// A page that was never visited says so, and offers what is here.
	tab.Go("/procedure/dol-sbnwil/")
	tab.Until(`document.documentElement.dataset.page === "offline" && document.querySelector("[data-offline-list] a[href='/procedure/dlt-xgveak/']")`)

	// When the network is back it shows its page by itself.
	tab.Offline(false)
	tab.Until(`document.documentElement.dataset.page === "manual"`)

	// In English the same is said in English.
	tab.Offline(true)
	tab.Go("/en/procedure/dol-a53gnh/")
	tab.Until(`document.documentElement.dataset.page === "offline" && document.documentElement.lang === "en"`)
}

func TestASavedAgencyIsReadWithoutNetwork(t *testing.T) {
	tab := open(t, &sample, testkit.View{})
	tab.Go("/agency/dlt/")
	kept(tab)
	settled(tab)
	tab.Click("[data-save=agency]")
	tab.Until(`document.querySelector("[data-save=agency]").getAttribute("aria-pressed") === "true"`)
	tab.Offline(true)
	for _, address := range []string{"/procedure/dlt-xgveak/", "/procedure/dlt-plfczn/", "/agency/dlt/"} {
		tab.Go(address)
		tab.Until(`document.documentElement.dataset.page !== "offline" && ` + heading)
	}
	tab.Go("/saved/")
	tab.Until(`document.querySelector("[data-saved-list] a[href='/agency/dlt/']")`)
}

// TestANewBuildIsPickedUp publishes a changed portal over one that a browser
// has kept: no reader is stuck with the old one, on the network or off it.
func TestANewBuildIsPickedUp(t *testing.T) {
	dir := t.TempDir()
	content, site := filepath.Join(dir, "content"), filepath.Join(dir, "public")
	if err := os.CopyFS(content, os.DirFS("testdata/portal")); err != nil {
		t.Fatal(err)
	}
	build := func() {
		t.Helper()
		var told bytes.Buffer
		if code := run(t.Context(), []string{"build", "--content", content, "--out", site}, streams{in: strings.NewReader(""), out: &told, err: &told}); code != 0 {
			t.Fatalf("exit %d: %s", code, told.String())
		}
	}
	build()
	tab := alone(browser.Open(t, testkit.Serve(t, &watch.Server{Dir: site}), testkit.View{}))
	tab.Go("/")
	kept(tab)
	tab.Go("/procedure/dlt-aaaaaa/")
	kept(tab)

	for name, change := range map[string][2]string{
		"agencies/mot/dlt/manuals/dlt-aaaaaa/manual.md": {"th: การต่อภาษีทดสอบ", "th: การต่อภาษีแบบใหม่"},
		"site.yaml": {"th: คู่มือทดสอบ", "th: คู่มือฉบับใหม่"},
	} {
		rewrite(t, filepath.Join(content, name), change[0], change[1])
	}
	build()
	tab.Reload()
	tab.Until(heading + ` === "การต่อภาษีแบบใหม่"`)
	tab.Until(keptSomewhere("/", "คู่มือฉบับใหม่") + ` && await navigator.serviceWorker.getRegistration().then((r) => !r.installing && !r.waiting && r.active.state === "activated")`)

	tab.Offline(true)
	tab.Go("/")
	tab.Until(`document.querySelector(".brand-name").textContent.includes("คู่มือฉบับใหม่")`)
	tab.Go("/search/?q=" + url.QueryEscape("ภาษีแบบใหม่"))
	tab.Until(firstHit + `?.textContent === "การต่อภาษีแบบใหม่"`)
}

// keptSomewhere asks whether some cache has a page that contains a text. The
// shell before the present one is kept for pages that are still open.
func keptSomewhere(path, text string) string {
	return `(await Promise.all((await caches.keys()).map(async (name) => {
		const found = await (await caches.open(name)).match(` + quoted(path) + `);
		return found && (await found.text()).includes(` + quoted(text) + `);
	}))).some(Boolean)`
}

func rewrite(t *testing.T, name, from, to string) {
	t.Helper()
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(src), from) {
		t.Fatalf("%s: there is no %q", name, from)
	}
	if err := os.WriteFile(name, []byte(strings.Replace(string(src), from, to, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
}
