package pages

import (
	"testing"

	"khumue/internal/testkit"
)

// TestFromTheCountryToAPoint is an officer's way through the summary: down to a
// point, to a process and a month of it, up again, and a view that is saved.
func TestFromTheCountryToAPoint(t *testing.T) {
	s := set(t)
	tab := browser.Open(t, s.server, testkit.View{Width: 1280, Height: 900})
	s.show(tab, scene{path: "/summary?period=y2569", as: "opdc"}, "th")
	at := func(name string) {
		t.Helper()
		tab.Until(`document.querySelector(".report-head h2").textContent.trim() === "` + name + `"`)
	}
	row := func(name string) {
		t.Helper()
		tab.Text(`[...document.querySelectorAll(".summary-rows th a")].find((a) => a.textContent.includes("` + name + `")).click()`)
	}
	at("ทั้งประเทศ")
	row("กระทรวงคมนาคม")
	at("กระทรวงคมนาคม")
	row("กรมการขนส่งทางบก")
	at("กรมการขนส่งทางบก")
	tab.Until(`document.querySelectorAll(".report svg").length >= 2 && document.body.textContent.includes("10,772")`)
	row("พื้นที่ 1")
	tab.Until(`document.querySelector(".report-head h2").textContent.includes("พื้นที่ 1") && document.body.textContent.includes("1,180")`)
	row("การต่ออายุใบอนุญาตขับรถ")
	tab.Until(`document.querySelector(".report-head p").textContent.includes("การต่ออายุใบอนุญาตขับรถ")`)
	row("กันยายน 2569")
	tab.Until(`document.getElementById("period").value === "2026-09" && document.getElementById("process").value === "dlt-u3iddp"`)
	tab.Click(".summary-views summary")
	tab.Type("#name", "พื้นที่ 1 กันยายน")
	tab.Click(".summary-views form.form .button")
	tab.Until(`document.querySelector(".flash").textContent.includes("พื้นที่ 1 กันยายน")`)
	tab.Click(".summary-up a:last-of-type")
	at("กรมการขนส่งทางบก")
	tab.Click(".summary-views summary")
	tab.Click(".summary-views .line-name")
	tab.Until(`document.querySelector(".report-head h2").textContent.includes("พื้นที่ 1") && document.getElementById("period").value === "2026-09"`)
	for _, v := range tab.Axe() {
		t.Error(v)
	}
	for _, scheme := range []string{"light", "dark"} { // the first sight of a phone
		tab.View(testkit.View{Width: 360, Height: 780, Scheme: scheme})
		s.show(tab, scene{path: "/summary?period=y2569", as: "central"}, "th")
		if wide := tab.Text(`[...document.querySelectorAll("main *")].filter((e) => e.getBoundingClientRect().right > 361 && !e.closest("figure, .table-box")).map((e) => e.outerHTML.slice(0, 80)).slice(0, 5).join(" | ")`); wide != "" {
			t.Errorf("wider than a phone: %s", wide)
		}
		s.keep(tab, "summary-phone-"+scheme)
	}
}
