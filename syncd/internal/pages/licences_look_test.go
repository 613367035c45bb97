package pages

import (
	"crypto/rand"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/testkit"
	"khumue/syncd/internal/staff"
)

// moved moves the clock on, and has people sign in again.
func (s *stage) moved(to string, people ...string) {
	s.at = s.bangkok(to)
	for _, name := range people {
		u := s.store.user(s.t, s.people[name].id)
		secret, err := s.desk.SignIn(s.t.Context(), staff.Arrival{Identity: staff.Identity{Issuer: u.Issuer, Subject: u.Subject, Name: u.Name}, State: rand.Text(), Via: "dga"})
		s.must(err)
		s.people[name] = &officer{id: u.ID, secret: secret}
	}
}

// TestALicenceReportFromItsFirstDraftToItsEnd is a point's report of October: it is
// written, locks, is unlocked after a refusal, corrected and carried on, and
// another one lapses for good.
func TestALicenceReportFromItsFirstDraftToItsEnd(t *testing.T) {
	s := set(t)
	const grid = "/licences/points/dlt-area4?month=2026-10"
	s.people["four"] = s.hire("พุธ ตัวอย่าง", grant(catalog.RolePoint, "dlt", "dlt-area4"))
	s.moved("2026-11-10 09:00", "four", "central")
	tab := browser.Open(t, s.server, testkit.View{Width: 1280, Height: 900})
	tab.Allow(refusals) // the offer to carry a correction on is one
	see := func(who, path string) { s.show(tab, scene{path: path, as: who}, "th") }
	row := func(n int, field string) string { return `[id="r` + string(rune('0'+n)) + `.` + field + `"]` }
	fill := func(n int, field, value string) { // over what stands there
		tab.Text(`((input) => { input.value = "` + value + `"; input.dispatchEvent(new Event("input", {bubbles: true})) })(document.querySelector('` + row(n, field) + `'))`)
	}
	axe := func(where string) {
		t.Helper()
		for _, v := range tab.Axe() {
			t.Errorf("%s: %v", where, v)
		}
	}

	see("four", grid)
	tab.Type(row(1, "received"), "120")
	tab.Type(row(1, "approved_on"), "110")
	tab.Until(`document.querySelector("#row1 [data-balance]").textContent.includes("ยังขาด 10")`)
	tab.Type(row(1, "pending_in_time"), "10")
	tab.Until(`document.querySelector("#row1 [data-balance]").dataset.tone === "ok"`)
	s.keep(tab, "licence-typing")
	axe("typing")
	tab.Click(`button[value=file]`)
	tab.Until(`document.querySelector("#row1 .standing-licence-submitted") && document.querySelector(".flash")`)
	tab.Click(`#row0 button[name=zero]`)
	tab.Until(`document.querySelectorAll(".standing-licence-submitted").length === 2`)

	s.moved("2026-11-14 00:30", "four", "central")
	see("four", grid)
	tab.Until(`document.querySelectorAll(".standing-licence-locked").length === 2 && !document.querySelector("input[data-field]")`)
	ask := func(n int) {
		see("four", "/licences/points/dlt-area4/unlock?month=2026-10")
		tab.Click(`li:nth-child(` + string(rune('1'+n)) + `) input[name=report]`)
		tab.Type("#reason", "พบคำขอที่ตกหล่นสองคำขอของวันที่ 14")
		tab.Click("form.form .button")
		tab.Until(`document.querySelector(".standing-licence-asked")`)
	}
	decide := func(button, answer string) {
		see("central", "/licences/unlocks")
		tab.Text(`[...document.querySelectorAll(".unlock")].forEach((li) => { li.querySelector("input").checked = li.textContent.includes("พื้นที่ 4") })`)
		if answer != "" {
			tab.Type("#answer", answer)
		}
		tab.Click(`button[value=` + button + `]`)
		tab.Until(`document.querySelector(".flash")`)
	}
	ask(1)
	decide("refuse", "ระบุหมายเลขคำขอที่ตกหล่นด้วย")
	see("four", grid)
	tab.Until(`document.querySelector("#row1 .licence-why").textContent.includes("ไม่ได้รับอนุมัติ")`)

	s.moved("2026-12-03 10:00", "four", "central")
	see("four", "/licences/points/dlt-area4?month=2026-11")
	tab.Type(row(1, "received"), "20")
	tab.Type(row(1, "approved_on"), "30")
	tab.Until(`document.querySelector("#row1 [data-balance]").dataset.tone === "ok"`)
	tab.Click(`button[value=file]`)
	tab.Until(`document.querySelector("#row1 .standing-licence-submitted")`)
	ask(1)
	decide("grant", "")
	see("four", "/")
	tab.Until(`document.querySelector(".task-urgent").textContent.includes("ปลดล็อกอยู่ 1 รายงาน")`)
	see("four", grid)
	tab.Until(`document.querySelector("#row1 .licence-urgent").textContent.includes("เหลืออีก 11 วัน")`)
	s.keep(tab, "licence-unlocked")
	fill(1, "received", "122")
	fill(1, "pending_in_time", "12")
	tab.Click(`.licence-bar button[value=file]`)
	tab.Until(`document.querySelector("#carry")`)
	s.keep(tab, "licence-chain")
	axe("the offer")
	tab.Click(`#carry .button`)
	tab.Until(`document.querySelector(".flash") && document.querySelector("#row1 .standing-licence-locked")`)
	see("four", "/licences/points/dlt-area4/versions?process=dlt-u3iddp&month=2026-11")
	tab.Until(`document.querySelector(".licence-past").textContent.includes("ปรับตามเดือนก่อนที่แก้ไข")`)

	ask(0)
	decide("grant", "")
	s.moved("2026-12-15 00:01", "four", "central")
	see("four", grid)
	tab.Until(`document.querySelector("#row0 .standing-licence-final") && document.querySelector("#row0").textContent.includes("ขอปลดล็อกรายงานนี้อีกไม่ได้")`)
	see("four", "/licences/points/dlt-area4/unlock?month=2026-10")
	tab.Until(`document.querySelectorAll("input[name=report]").length === 1`)
	s.keep(tab, "licence-final")
	if got := s.returnedAt("dlt-area4", renewing, october); got.Filed.Pending() != 12 || got.Filed.Version != 2 {
		t.Errorf("got %+v", got.Filed)
	}
}

// TestCellsOfASpreadsheetArePasted pastes rows over the grid, and without scripts
// into its field.
func TestCellsOfASpreadsheetArePasted(t *testing.T) {
	s := set(t)
	s.people["four"] = s.hire("พุธ ตัวอย่าง", grant(catalog.RolePoint, "dlt", "dlt-area4"))
	tab := browser.Open(t, s.server, testkit.View{Width: 360, Height: 780})
	s.show(tab, scene{path: "/licences/points/dlt-area4?month=2026-11", as: "four"}, "th")
	tab.Text(`(() => {
		const data = new DataTransfer();
		data.setData("text/plain", "5\t4\t1\n๗\t7\n");
		document.getElementById("r0.received").dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
	})()`)
	tab.Until(`document.getElementById("r1.approved_on").value === "7" && document.querySelector("#row0 [data-balance]").dataset.tone === "ok" && document.querySelector("[data-said]").textContent.includes("5")`)
	plain := browser.Open(t, s.server, testkit.View{Width: 1280, Height: 900, NoScript: true})
	s.show(plain, scene{path: "/licences/points/dlt-area4?month=2026-11", as: "four"}, "th")
	plain.Click(".licence-tools > summary")
	plain.Text(`document.getElementById("paste").value = "3\t3"`) // typing a tab would leave the field
	plain.Click(`button[value=paste]`)
	plain.Until(`document.getElementById("r0.received").value === "3" && document.querySelector("#row0 [data-balance]").textContent.includes("ผลรวมตรงกัน")`)
	plain.Click(`.licence-bar button[value=file]`)
	plain.Until(`document.querySelector("#row0 .standing-licence-submitted")`)
}
