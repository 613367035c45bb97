package pages

import (
	"net/http"
	"slices"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/licence"
	"khumue/internal/testkit"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// TestNumbersThatWereNotSavedAreKeptOnTheDevice leaves a grid with numbers in it:
// one is warned, offered them on return, and nobody else is. They are gone once they
// are saved, thrown away, or somebody signs out.
func TestNumbersThatWereNotSavedAreKeptOnTheDevice(t *testing.T) {
	s := set(t)
	const grid = "/licences/points/dlt-area4?month=2026-10"
	s.people["four"] = s.hire("พุธ ตัวอย่าง", grant(catalog.RolePoint, "dlt", "dlt-area4"))
	s.people["second"] = s.hire("ศุกร์ ตัวอย่าง", grant(catalog.RolePoint, "dlt", "dlt-area4"))
	s.moved("2026-11-10 09:00", "four", "second")
	tab := browser.Open(t, s.server, testkit.View{Width: 360, Height: 780})
	tab.Allow(refusals, "https://id.example/logout") // what somebody else wrote meanwhile is a refusal
	see := func(who, path string) { s.show(tab, scene{path: path, as: who}, "th") }
	nothingKept := func() {
		t.Helper()
		tab.Until(`document.documentElement.hasAttribute("data-js") && !Object.keys(localStorage).some((k) => k.startsWith("khumue.form licences "))`)
	}
	offered := func(want bool) {
		t.Helper()
		tab.Until(`document.documentElement.hasAttribute("data-js")`)
		if got := testkit.Value[bool](tab, `!document.querySelector("[data-found]").hidden`); got != want {
			t.Errorf("offered %v, want %v", got, want)
		}
	}
	leaves := func(who, path string, warned bool) {
		t.Helper()
		see(who, path)
		if got := slices.Contains(tab.Dialogs(), "beforeunload"); got != warned {
			t.Errorf("warned %v, want %v", got, warned)
		}
	}
	typed := func(text string) {
		tab.Type(`[id="r1.received"]`, text)
		tab.Until(`document.querySelector("[data-said]").textContent.includes("เครื่องนี้เก็บไว้ให้")`)
	}

	keeps := func(which string) int { // rows
		t.Helper()
		return testkit.Value[int](tab, `Object.entries(localStorage).filter(([k]) => k.startsWith("khumue.form licences ")).flatMap(([, v]) => Object.values(JSON.parse(v).rows)).filter((r) => `+which+`).length`)
	}

	see("four", grid)
	offered(false)
	leaves("four", grid, false)
	typed("12")
	tab.Type(`[id="r1.approved_on"]`, "12")
	leaves("four", "/licences", true)
	leaves("second", grid, false)
	offered(false)
	leaves("four", grid, false)
	offered(true)
	s.keep(tab, "licence-found")
	tab.View(testkit.View{Width: 1280, Height: 900, Scheme: "dark"})
	s.keep(tab, "licence-found-wide")
	tab.View(testkit.View{Width: 360, Height: 780})
	for _, v := range tab.Axe() {
		t.Errorf("the offer: %v", v)
	}
	tab.Click("[data-found-take]")
	tab.Until(`document.getElementById("r1.received").value === "12" && document.querySelector("#row1 [data-balance]").dataset.tone === "ok" && document.querySelector("[data-found]").hidden`)
	tab.Click(`.licence-bar button[value=save]`)
	tab.Until(`document.querySelector(".flash")`)
	nothingKept()
	if len(tab.Dialogs()) > 0 || s.returnedAt("dlt-area4", renewing, october).Draft.Received != 12 {
		t.Error("who saves is warned, or it was not saved")
	}

	typed("3") // before the 12, over the draft that somebody else then changes
	leaves("four", "/licences", true)
	by := staff.Acting{Officer: rights.Officer{ID: s.people["second"].id, Grants: []rights.Grant{grant(catalog.RolePoint, "dlt", "dlt-area4")}}}
	_, err := s.pages.Licences.Write(t.Context(), by, licences.Written{Point: "dlt-area4", Changes: []licences.Change{{
		Process: renewing, Month: october, Entry: licence.Entry{Figures: licence.Figures{Received: 14}}, Edition: s.returnedAt("dlt-area4", renewing, october).Edition}}})
	s.must(err)
	see("four", grid)
	offered(true)
	tab.Click("[data-found-take]")
	tab.Click(`.licence-bar button[value=save]`)
	tab.Until(`document.querySelector(".callout-warning")?.textContent.includes("14") && document.getElementById("r1.received").value === "312"`)
	offered(false) // it stands there, and is still not saved
	leaves("four", grid, true)
	offered(true)
	tab.Click("[data-found-drop]")
	tab.Until(`document.querySelector("[data-found]").hidden && document.getElementById("r1.received").value === "14"`)
	nothingKept()

	see("four", grid)
	typed("2")
	tab.Offline(true)
	tab.Click(`.licence-bar button[value=save]`)
	tab.Until(`location.protocol === "chrome-error:"`)
	tab.Offline(false)
	see("four", grid)
	offered(true)
	if keeps(`r.sent`) > 0 {
		t.Error("what did not arrive is taken for saved")
	}
	tab.Click("[data-found-drop]")
	nothingKept()

	typed("5")
	testkit.Value[bool](tab, `document.querySelector('a[href*="/template.xlsx"]').click() ?? true`)
	if len(tab.Dialogs()) > 0 {
		t.Error("who takes the sheet is warned")
	}
	tab.Stay()
	tab.Click(`form[action="/signout"] button`)
	tab.Until(`!document.querySelector("form[data-sent]")`)
	if !slices.Contains(tab.Dialogs(), "beforeunload") || keeps("true") != 1 {
		t.Error("who stays is not asked, or loses what is kept")
	}
	tab.Click(`form[action="/signout"] button`)
	tab.Until(`location.protocol === "chrome-error:"`) // at the provider, whose name nobody knows
	see("nobody", "/signin")
	nothingKept()

	see("second", grid)
	beside := tab.Beside(testkit.View{Width: 360, Height: 780})
	s.show(beside, scene{path: "/licences/points/dlt-area4?month=2026-11", as: "second"}, "th")
	const types = `(() => {
		const field = document.getElementById("r1.received");
		field.value = "7";
		return field.dispatchEvent(new Event("input", { bubbles: true }));
	})()`
	for _, one := range []*testkit.Tab{tab, beside, tab} {
		one.Until(`document.documentElement.hasAttribute("data-js")`)
		testkit.Value[bool](one, types)
	}
	if n := keeps("true"); n != 2 {
		t.Errorf("of two tabs, %d rows are kept", n)
	}
}

func TestARowSaysThatItIsNotSaved(t *testing.T) {
	o := openStructure(t)
	o.at = o.bangkok("2026-11-02 09:00")
	p := o.hire("จันทร์", grant(catalog.RolePoint, "dlt", area5))
	typed := func(a answer) (n int) {
		return len(a.all("article", func(attr func(string) string) bool { return attr("data-row") == "" && attr("data-typed") == "typed" }))
	}
	page := o.get(p, gridOctober)
	r := page.lineOf(renewing, "2026-10")
	if typed(page) != 0 {
		t.Error("what is saved is said not to be")
	}
	wrong := o.send5(p, gridOctober, page.asFilled(r+".received", "7", "do", "file"))
	wrong.want(t, http.StatusBadRequest)
	if typed(wrong) != 1 {
		t.Errorf("%d rows are not saved", typed(wrong))
	}
	if empty := o.send5(p, gridOctober, page.asFilled("do", "file")); typed(empty) != 0 {
		t.Errorf("of nothing, %d rows are not saved", typed(empty))
	}
}
