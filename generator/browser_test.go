package main

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"khumue/generator/internal/watch"
	"khumue/internal/testkit"
)

// open opens a tab on a built site, served as the program serves it.
func open(t *testing.T, p *portalSite, v testkit.View) *testkit.Tab {
	t.Helper()
	return alone(browser.Open(t, testkit.Serve(t, &watch.Server{Dir: p.built(t)}), v))
}

// alone is a tab at a site behind which no daemon stands: that nobody there counts a
// search that found nothing is no fault.
func alone(tab *testkit.Tab) *testkit.Tab {
	tab.Allow("/api/miss")
	return tab
}

// kind is a kind of page with an example in the sample portal.
type kind struct{ name, address string }

// kinds are all kinds of page; each exists in English below /en too.
var kinds = []kind{
	{"home", "/"},
	{"search", "/search/?q=" + url.QueryEscape("ใบขับขี่")},
	{"search-start", "/search/"},
	{"search-none", "/search/?q=qqqqzzzzqqqq"},
	{"manual", "/procedure/dlt-xgveak/"},
	{"manual-long", "/procedure/dol-sbnwil/"},
	{"manual-withdrawn", "/procedure/dla-oldsg2/"},
	{"agency", "/agency/dlt/"},
	{"agency-top", "/agency/moi/"},
	{"point", "/point/dlt-area1/"},
	{"point-closed", "/point/consular-hatyai/"},
	{"service", "/service/bma-w2ylc6/"},
	{"survey", "/survey/dlt-area1/"},
	{"survey-kiosk", "/survey/dlt-area1/?kiosk=1"},
	{"category", "/category/transport/"},
	{"group", "/group/general/"},
	{"tag", "/tag/online/"},
	{"agencies", "/agencies/"},
	{"near", "/near/"},
	{"delay", "/delay/"},
	{"saved", "/saved/"},
	{"offline", "/offline/"},
	{"notfound", "/404.html"},
	{"data", "/data/"},
	{"holidays", "/holidays/"},
	{"faq", "/faq/"},
	{"accessibility", "/accessibility/"},
}

// in is the address of the kind's example in a language.
func (k kind) in(lang string) string {
	if lang == "en" {
		return "/en" + k.address
	}
	return k.address
}

// settled waits until the page's modules have come and done what they do at
// once: nothing is being fetched, and nothing more is asked for after a pause
// of the browser's.
func settled(tab *testkit.Tab) {
	tab.Until(`document.readyState === "complete" && document.documentElement.hasAttribute("data-js") && await document.fonts.ready`)
	tab.Until(`await new Promise((done) => requestIdleCallback(() => {
		const all = performance.getEntriesByType("resource");
		const quiet = all.length === window.fetchedBefore && all.every((e) => e.responseEnd > 0);
		window.fetchedBefore = all.length;
		done(quiet);
	}))`)
	tab.Until(`!location.search || !document.querySelector("[data-search-page]") ||
		document.querySelector("[data-search-results] li") || !document.querySelector("[data-search-none]").hidden`)
}

// ready holds when the search box has its script.
const ready = `document.querySelector("#q[data-ready]")`

const options = `document.querySelectorAll("#q-list [role=option]")`

func TestSearchingByKeyboardLeadsToAManual(t *testing.T) {
	tab := open(t, &sample, testkit.View{})
	tab.Go("/")
	tab.Until(ready)
	tab.Type("#q", "ใบขับขี่")
	tab.Until(options + `.length > 2`)
	if got := tab.Text(`document.querySelector("#q").getAttribute("aria-expanded")`); got != "true" {
		t.Errorf("got aria-expanded %s, want true", got)
	}
	tab.Press(testkit.Down)
	tab.Until(`document.querySelector("#q").getAttribute("aria-activedescendant")`)
	active := tab.Text(`document.getElementById(document.querySelector("#q").getAttribute("aria-activedescendant")).textContent`)
	if !strings.Contains(active, "ใบอนุญาต") {
		t.Errorf("got %q as the first suggestion, want a licence", active)
	}
	tab.Press(testkit.Enter)
	tab.Until(`location.pathname.startsWith("/procedure/") && document.querySelector("h1")`)
	if got := tab.Text(`document.querySelector("h1").textContent`); !strings.Contains(active, got) {
		t.Errorf("got page %q, want that of %q", got, active)
	}
}

func TestEscapeClosesSuggestionsAndKeepsTheWords(t *testing.T) {
	tab := open(t, &sample, testkit.View{})
	tab.Go("/")
	tab.Until(ready)
	tab.Type("#q", "ภาษีรถ")
	tab.Until(options + `.length > 0 && !document.querySelector("#q-list").hidden`)
	tab.Press(testkit.Escape)
	tab.Until(`document.querySelector("#q-list").hidden && document.querySelector("#q").value === "ภาษีรถ"`)
	tab.Press(testkit.Enter)
	tab.Until(`location.pathname === "/search/" && document.querySelectorAll("[data-search-results] li").length > 0`)
	if got := tab.Text(`new URL(location).searchParams.get("q")`); got != "ภาษีรถ" {
		t.Errorf("got question %q in the address", got)
	}
}

// firstHit is the first result of the search page.
const firstHit = `document.querySelector("[data-search-results] li a")`

func TestThaiTypedOnALatinKeyboardIsUnderstood(t *testing.T) {
	tab := open(t, &sample, testkit.View{})
	tab.Go("/search/")
	tab.Until(ready)
	tab.Type("#q", ".[-y[-uj") // the keys of ใบขับขี่
	tab.Until(firstHit + `?.textContent.includes("ใบอนุญาตขับ")`)
	if got := tab.Text(`document.querySelector("[data-search-repair]").textContent`); !strings.Contains(got, "ใบขับขี่") {
		t.Errorf("got %q, want that it shows results for ใบขับขี่", got)
	}
}

func TestTheAddressHoldsTheQuestion(t *testing.T) {
	tab := open(t, &sample, testkit.View{})
	tab.Go("/search/?q=" + url.QueryEscape("ต่อภาษีรถ"))
	tab.Until(firstHit)
	if got := tab.Text(firstHit + `.pathname`); got != "/procedure/dlt-xgveak/" {
		t.Errorf("got %s first, want the yearly tax", got)
	}
	if got := tab.Text(firstHit + `.querySelector("mark") !== null || document.querySelector("[data-search-results] li mark") !== null`); got != "true" {
		t.Error("nothing is marked in the first hit")
	}
	tab.Go("/en/search/?q=passport")
	tab.Until(firstHit)
	if got := tab.Text(firstHit + `.pathname`); !strings.HasPrefix(got, "/en/procedure/") {
		t.Errorf("got %s first, want an English page", got)
	}
}

func TestFiltersNarrowAnswersAndStayInTheAddress(t *testing.T) {
	const chip = `[data-search-filters] label.chip`
	const status = `document.querySelector("[data-search-status]").textContent`
	tab := open(t, &sample, testkit.View{})
	tab.Go("/search/?q=" + url.QueryEscape("ใบอนุญาต"))
	tab.Until(`document.querySelectorAll("` + chip + `").length > 2`)
	before := tab.Text(status)
	tab.Click(chip + `:has(input[name=category])`)
	tab.Until(status + ` !== ` + quoted(before) + ` && /[?&]category=/.test(location.search)`)
	after := tab.Text(status)
	tab.Reload()
	tab.Until(status + ` === ` + quoted(after))
	if got := tab.Text(`document.querySelectorAll("` + chip + ` input:checked").length`); got != "1" {
		t.Errorf("after a reload %s filters are ticked, want 1", got)
	}
}

// quoted is a string in JavaScript.
func quoted(s string) string {
	return "`" + strings.NewReplacer("`", "\\`", "\\", "\\\\", "$", "\\$").Replace(s) + "`"
}

// TestNothingDoneBeforeTheScriptsComeIsLost holds back the sentences of the
// scripts, as a bad line does, while a reader types and ticks.
func TestNothingDoneBeforeTheScriptsComeIsLost(t *testing.T) {
	site := &watch.Server{Dir: sample.built(t)}
	come := make(chan struct{})
	release := sync.OnceFunc(func() { close(come) })
	defer release()
	slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/messages-") {
			<-come
		}
		site.ServeHTTP(w, r)
	})
	tab := alone(browser.Open(t, testkit.Serve(t, slow), testkit.View{}))
	tab.Go("/search/")
	tab.Type("#q", "ต่อภาษีรถ")
	other := alone(browser.Open(t, testkit.Serve(t, slow), testkit.View{}))
	other.Go("/procedure/dlt-xgveak/")
	other.Click(`[data-checklist] label:has(input[data-key])`)
	release()
	tab.Until(firstHit + `?.pathname === "/procedure/dlt-xgveak/" && document.querySelector("#q").value === "ต่อภาษีรถ"`)
	other.Until(`document.querySelector("[data-checklist-progress]").textContent.includes("1") && localStorage.getItem("khumue.check.dlt-xgveak")`)
}

func TestTickedDocumentsAreRememberedOnTheDevice(t *testing.T) {
	const boxes = `document.querySelectorAll("[data-checklist] input[data-key]")`
	const kept = `localStorage.getItem("khumue.check.dlt-xgveak")`
	const progress = `document.querySelector("[data-checklist-progress]").textContent`
	tab := open(t, &sample, testkit.View{})
	tab.Go("/procedure/dlt-xgveak/")
	settled(tab)
	tab.Click(`[data-checklist] label:has(input[data-key])`)
	tab.Until(boxes + `[0].checked && ` + progress + `.includes("1")`)
	tab.Reload()
	tab.Until(boxes + `[0].checked && !` + boxes + `[1].checked && ` + progress + `.includes("1")`)
	tab.Click("[data-checklist-clear]")
	tab.Until(`!` + boxes + `[0].checked && ` + progress + ` === ""`)
	if got := tab.Text(kept); got != "null" {
		t.Errorf("got %s on the device after clearing, want nothing", got)
	}
}

func TestWaysThroughTheStepsAreTabs(t *testing.T) {
	tab := open(t, &sample, testkit.View{})
	tab.Go("/procedure/dlt-xgveak/")
	tab.Until(`document.querySelectorAll("[role=tab]").length === 3`)
	const shown = `Array.from(document.querySelectorAll(".step-set"), (s) => s.hidden ? "-" : "+").join("")`
	if got := tab.Text(shown); got != "+--" {
		t.Errorf("got %s, want the first way alone", got)
	}
	tab.Click("[role=tab]:nth-of-type(1), li:nth-child(2) > [role=tab]")
	tab.Click("li:nth-child(2) > [role=tab]")
	tab.Until(shown + ` === "-+-"`)
}

func TestColoursAndSizeStayAsChosen(t *testing.T) {
	tab := open(t, &sample, testkit.View{})
	tab.Go("/")
	tab.Click("label:has(input[name=scheme][value=dark])")
	tab.Click("label:has(input[name=size][value='3'])")
	const chosen = `document.documentElement.dataset.scheme === "dark" && document.documentElement.dataset.size === "3"`
	tab.Until(chosen)
	tab.Go("/agencies/")
	tab.Until(chosen + ` && document.querySelector("input[name=scheme][value=dark]").checked`)
}

func TestTheNearestPlacesComeFirst(t *testing.T) {
	tab := open(t, &sample, testkit.View{Width: 390, Height: 844})
	tab.At(18.79, 98.98) // Chiang Mai
	// A press counts from when the button's script has come.
	const press = `document.querySelector("[data-near], [data-near-sort]").click()`
	tab.Go("/near/")
	tab.Until(`document.querySelectorAll("[data-near-results] > li").length > 3 || ` + press)
	const areas = `Array.from(document.querySelectorAll("[data-near-results] > li"), (li) => li.textContent.includes("เชียงใหม่")).slice(0, 3).every(Boolean)`
	if got := tab.Text(areas); got != "true" {
		t.Errorf("the first places are not in Chiang Mai: %s", tab.Text(`document.querySelector("[data-near-results]").textContent`))
	}
	tab.Go("/procedure/dlt-xgveak/")
	tab.Until(`(document.querySelector("[data-near-sort]").scrollIntoView({block: "center"}), true)`)
	tab.Until(`document.querySelector("[data-points] .place a").getAttribute("href") === "/point/dlt-chiangmai/" || ` + press)
}

func TestOldAddressesLeadOn(t *testing.T) {
	tab := open(t, &sample, testkit.View{})
	for _, old := range []string{"/#!/th/search/20451/", "/procedure/94e56d20-3b1c-4c0e-8a77-5f2d9c41e6a1/view/"} {
		tab.Go("/faq/")
		tab.Go(old)
		tab.Until(`location.pathname === "/procedure/dlt-xgveak/"`)
	}
}

// TestEverythingCanBeReadWithoutScripts reads a manual, an agency, a point and
// the search page as a browser without JavaScript shows them.
func TestEverythingCanBeReadWithoutScripts(t *testing.T) {
	const unseen = `Array.from(document.querySelectorAll("main h2, main .step, main .step-set, main [data-checklist] li, main table.fees tr, main .entry, main .place, main noscript"))
		.filter((e) => !e.closest("details:not([open]), [hidden], template, [data-needs-js]") && e.getClientRects().length === 0)
		.map((e) => e.tagName + " " + e.textContent.trim().slice(0, 40)).join("\n")`
	const useless = `Array.from(document.querySelectorAll("[data-needs-js]")).filter((e) => e.getClientRects().length > 0).length`
	tab := open(t, &sample, testkit.View{NoScript: true})
	for _, k := range kinds {
		tab.Go(k.address)
		if got := tab.Text(unseen); got != "" {
			t.Errorf("%s: this is not seen without scripts: %s", k.address, got)
		}
		if got := tab.Text(useless); got != "0" {
			t.Errorf("%s: %s parts show that need scripts", k.address, got)
		}
	}
	tab.Go("/procedure/dlt-xgveak/")
	if got := tab.Text(`document.querySelectorAll(".step-set").length`); got != "3" {
		t.Errorf("got %s ways through the steps, want 3", got)
	}
	tab.Go("/")
	tab.Type("#q", "ใบขับขี่")
	tab.Press(testkit.Enter)
	tab.Until(`location.pathname === "/search/" && document.querySelectorAll("main a[href^='/category/']").length >= 18`)
	if got := tab.Text(`document.querySelector("main noscript").textContent.length > 20`); got != "true" {
		t.Error("the search page does not say how to find things without scripts")
	}
}

// TestEverydayQuestionsInTheBrowser asks the search page what the command
// line is asked.
func TestEverydayQuestionsInTheBrowser(t *testing.T) {
	const hits = `Array.from(document.querySelectorAll("[data-search-results] > li"), (li) => Array.from(li.querySelectorAll("a"), (a) => a.getAttribute("href")).join(" ")).join("\n")`
	tab := open(t, &sample, testkit.View{})
	asked := questions(t)
	for _, q := range asked {
		tab.Go("/search/?q=" + url.QueryEscape(q.words))
		tab.Until(`document.querySelector("[data-search-results] li") || !document.querySelector("[data-search-none]").hidden`)
		got := strings.Split(tab.Text(hits), "\n")[0]
		want, _, _ := strings.Cut(byCommand(t, q.words)[0], "\t")
		if !strings.Contains(" "+got+" ", " "+want+" ") {
			t.Errorf("%q: the page shows %q first, the command line %q", q.words, got, want)
		}
	}
}
