package pages

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/testkit"
	"khumue/syncd/internal/manuals"
)

// writers puts two authors of the department on the stage, with a draft of the
// first and one that lacks nearly all.
func (s *stage) writers() (draft, fresh string) {
	s.t.Helper()
	s.people["writer"] = s.hire("มานี รักเรียน", grant(catalog.RoleAuthor, "dlt"))
	s.people["second"] = s.hire("ปิติ พิทักษ์ไทย", grant(catalog.RoleAuthor, "dlt"))
	draft = s.written(s.people["writer"])
	o, err := s.manuals.Begin(s.t.Context(), s.by(s.people["writer"]), "dlt", catalog.Text{TH: "การออกใบรับแจ้งหรือแจ้งแก้ไขเปลี่ยนแปลงหรือโอนการประกอบการขนส่งไม่ประจำทางด้วยรถที่ใช้ในการขนส่งสัตว์หรือสิ่งของ"})
	if err != nil {
		s.t.Fatal(err)
	}
	return draft, revisionURL(o.Ref)
}

// editorScenes are the pages of writing.
func editorScenes(draft, fresh string) []scene {
	at := "/manuals/" + string(subject)
	return []scene{
		{"edit", draft + "/edit", "writer"}, {"edit-new", fresh + "/edit", "writer"}, {"new-manual", "/manuals/new", "writer"}, {"withdraw", at + "/withdraw", "writer"},
		{"copy", draft + "/copy?q=%E0%B8%9B%E0%B9%89%E0%B8%B2%E0%B8%A2", "writer"}, {"copy-from", draft + "/copy?from=dlt-67bh3i", "writer"},
	}
}

func TestAxeFindsNothingWhereManualsAreWritten(t *testing.T) {
	s := set(t)
	draft, fresh := s.writers()
	for _, lang := range []string{"th", "en"} {
		view := testkit.View{Width: 360, Height: 780}
		tab := browser.Open(t, s.server, view)
		for _, c := range editorScenes(draft, fresh) {
			view.Width, view.Scheme = 360, "light"
			tab.View(view)
			s.show(tab, c, lang)
			for _, v := range tab.Axe() {
				t.Errorf("%s, %s: %v", c.name, lang, v)
			}
			if lang != "th" {
				continue // colours are those of the other language
			}
			view.Width = 1366
			for _, scheme := range []string{"dark", "contrast"} {
				view.Scheme = scheme
				tab.View(view)
				for _, v := range tab.Axe("color-contrast", "link-in-text-block") {
					t.Errorf("%s, %s, %s: %v", c.name, lang, scheme, v)
				}
			}
		}
	}
}

func TestTheEditorFitsTheScreen(t *testing.T) {
	const wide = `document.scrollingElement.scrollWidth > innerWidth && Array.from(document.querySelectorAll("body *"))
		.filter((e) => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 3).map((e) => e.tagName + "." + e.className).join(", ")`
	s := set(t)
	draft, fresh := s.writers()
	tab := browser.Open(t, s.server, testkit.View{Width: 320, Height: 640})
	for _, width := range []int64{320, 800, 1366} {
		tab.View(testkit.View{Width: width, Height: 640})
		for _, c := range editorScenes(draft, fresh) {
			s.show(tab, c, "th")
			if got := tab.Text(wide); got != "false" {
				t.Errorf("%s is wider than %d px: %s", c.name, width, got)
			}
		}
	}
}

// editing opens the editor of a draft in a tab.
func (s *stage) editing(tab *testkit.Tab, draft string) {
	s.show(tab, scene{path: draft + "/edit", as: "writer"}, "th")
	tab.Until(`document.querySelector("#editor [data-look]")?.getAttribute("aria-expanded") === "false"`)
}

// now is the manual of a draft.
func (s *stage) now(draft string) manuals.Sheet { return s.sheet(s.people["writer"], draft) }

func TestWhatIsTypedSurvivesTheEndOfASession(t *testing.T) {
	s := set(t)
	draft, _ := s.writers()
	tab := browser.Open(t, s.server, testkit.View{Width: 1366, Height: 768})
	s.editing(tab, draft)
	before := s.now(draft).Commit
	tab.Type(`[id="summary.th"]`, "ก่อนหมดเวลา ")
	tab.Click(`.row-add button[value="add:fees"]`)
	tab.Until(`document.activeElement.name?.endsWith(".name.th")`)
	tab.Press("ค่าจัดส่ง")
	tab.Until(`document.querySelector("[data-state]").textContent.includes("เก็บไว้ในเครื่องนี้")`)
	if err := s.desk.SignOutEverywhere(t.Context(), s.by(s.people["writer"])); err != nil {
		t.Fatal(err)
	}
	tab.Click("[data-save]")
	tab.Until(`document.querySelector("[data-state]").textContent.includes("ออกจากระบบแล้ว")`)

	// Somebody else who uses the same browser is offered nothing.
	s.show(tab, scene{path: draft + "/edit", as: "second"}, "th")
	tab.Until(`document.querySelector("#editor [data-look]")?.getAttribute("aria-expanded") === "false"`)
	if got := tab.Text(`document.querySelector("[data-found]").hidden`); got != "true" {
		t.Error("another officer is offered what was typed")
	}

	back := s.again(s.people["writer"])
	for _, c := range back.cookies {
		if c.Name == "khumue" {
			back.secret = c.Value
		}
	}
	s.people["writer"] = back
	s.editing(tab, draft)
	tab.Until(`!document.querySelector("[data-found]").hidden`)
	tab.Click("[data-found-take]")
	tab.Until(`document.querySelector('[id="summary.th"]').value.startsWith("ก่อนหมดเวลา") || document.querySelector('[id="summary.th"]').value.includes("ก่อนหมดเวลา")`)
	tab.Click("[data-save]")
	tab.Until(`document.querySelector("[data-state]").textContent.startsWith("บันทึกแล้ว")`)
	after := s.now(draft)
	fees := after.Manual.Fees.Value
	if after.Commit == before || !strings.Contains(after.Manual.Summary.TH, "ก่อนหมดเวลา") || fees[len(fees)-1].Name.TH != "ค่าจัดส่ง" {
		t.Errorf("got %q, %v", after.Manual.Summary.TH, fees[len(fees)-1])
	}
	tab.Reload()
	tab.Until(`document.querySelector("#editor [data-look]")?.getAttribute("aria-expanded") === "false"`)
	if got := tab.Text(`document.querySelector("[data-found]").hidden + " " + Object.keys(localStorage).length`); got != "true 0" {
		t.Errorf("what was saved is still kept on the device: %s", got)
	}
}

func TestWithoutANetworkNothingIsLost(t *testing.T) {
	s := set(t)
	draft, _ := s.writers()
	tab := browser.Open(t, s.server, testkit.View{Width: 1366, Height: 768})
	tab.Allow("Failed to load resource", "ERR_INTERNET_DISCONNECTED")
	s.editing(tab, draft)
	tab.Offline(true)
	tab.Type(`[id="remarks.th"]`, "พิมพ์ตอนไม่มีเน็ต")
	tab.Click("[data-save]")
	tab.Until(`document.querySelector("[data-state]").textContent.includes("ไม่มีการเชื่อมต่อ")`)
	tab.Offline(false)
	tab.Click("[data-save]")
	tab.Until(`document.querySelector("[data-state]").textContent.startsWith("บันทึกแล้ว")`)
	if got := s.now(draft).Manual.Remarks.TH; !strings.Contains(got, "พิมพ์ตอนไม่มีเน็ต") {
		t.Errorf("got %q", got)
	}
}

func TestWhoLeavesTheEditorLeavesASavedDraft(t *testing.T) {
	s := set(t)
	draft, _ := s.writers()
	tab := browser.Open(t, s.server, testkit.View{Width: 1366, Height: 768})
	s.editing(tab, draft)
	tab.Type(`[id="remarks.th"]`, "พิมพ์แล้วไป")
	tab.Go("/help")
	tab.Until(fmt.Sprintf(`(await (await fetch(%q)).text()).includes("พิมพ์แล้วไป")`, draft+"/edit"))
	if got := s.now(draft).Manual.Remarks.TH; !strings.Contains(got, "พิมพ์แล้วไป") {
		t.Errorf("got %q", got)
	}
	s.editing(tab, draft)
	if got := tab.Text(`document.querySelector("[data-found]").hidden`); got != "true" {
		t.Error("what was saved is offered again")
	}
}

func TestRowsComeMoveAndGoByKeyboardAlone(t *testing.T) {
	s := set(t)
	draft, _ := s.writers()
	tab := browser.Open(t, s.server, testkit.View{Width: 1366, Height: 768})
	s.editing(tab, draft)
	fees := len(s.now(draft).Manual.Fees.Value)
	press := func(selector, key string) {
		tab.Until(fmt.Sprintf(`(document.querySelector(%q).focus(), document.activeElement === document.querySelector(%q))`, selector, selector))
		tab.Press(key)
	}
	press(`button[value="add:fees"]`, testkit.Enter)
	tab.Until(fmt.Sprintf(`document.querySelectorAll('[data-rows="fees"] > .row').length === %d && document.activeElement.name.startsWith("fees.")`, fees+1))
	tab.Press("ค่าใหม่")
	tab.Until(`document.querySelector("[data-said-text]").textContent.startsWith("เพิ่ม")`)
	last := tab.Text(`document.activeElement.closest(".row").dataset.row`)
	press(fmt.Sprintf(`button[value="up:%s"]`, last), testkit.Enter)
	tab.Until(fmt.Sprintf(`document.querySelectorAll('[data-rows="fees"] > .row')[%d].dataset.row === %q && document.activeElement.value === "up:%s"`, fees-1, last, last))
	tab.Until(fmt.Sprintf(`document.querySelector("[data-said-text]").textContent.includes("ลำดับที่ %d")`, fees))
	press(`button[value="remove:fees.0"]`, " ")
	tab.Until(`!document.querySelector('[data-row="fees.0"]') && document.activeElement.tagName === "FIELDSET"`)
	press("[data-undo]", testkit.Enter)
	tab.Until(`document.querySelector('[data-rows="fees"] > .row').dataset.row === "fees.0"`)
	press(`button[value="add:step_sets"]`, testkit.Enter)
	tab.Until(`document.activeElement.name?.startsWith("step_sets.")`)
	tab.Press("กรณีใหม่")
	set := tab.Text(`document.activeElement.closest(".row").dataset.row`)
	press(fmt.Sprintf(`button[value="add:%s.steps"]`, set), testkit.Enter)
	tab.Until(fmt.Sprintf(`document.activeElement.name === "%s.steps.1.kind"`, set))
	press(fmt.Sprintf(`[id="%s.steps.1.text.th"]`, set), "ทำสิ่งนี้")
	press(fmt.Sprintf(`[id="%s.steps.1.time.value"]`, set), "5")
	press("[data-save]", testkit.Enter)
	tab.Until(`document.querySelector("[data-state]").textContent.startsWith("บันทึกแล้ว")`)
	m := s.now(draft).Manual
	if got := m.Fees.Value; len(got) != fees+1 || got[fees-1].Name.TH != "ค่าใหม่" {
		t.Errorf("got %+v", got)
	}
	if got := m.StepSets[len(m.StepSets)-1]; got.Name.TH != "กรณีใหม่" || len(got.Steps) != 1 || got.Steps[0].Time.Value != 5 {
		t.Errorf("got %+v", got)
	}
}

func TestTheEditorTellsWhatIsMissingAndShowsThePage(t *testing.T) {
	s := set(t)
	draft, fresh := s.writers()
	tab := browser.Open(t, s.server, testkit.View{Width: 1366, Height: 768})
	s.editing(tab, fresh)
	tab.Until(`document.querySelector("[data-meter]").textContent === "กรอกแล้ว 1 จาก 18"`)
	tab.Click(`[id="fees"] .segments label:nth-child(2)`)
	tab.Until(`document.querySelector("[data-meter]").textContent === "กรอกแล้ว 2 จาก 18" && document.querySelector('[data-part="s-money"]').className.includes("part-done")`)
	tab.Click("[data-look]")
	tab.Until(`document.querySelector("iframe").contentDocument.body.textContent.includes("ไม่มีค่าธรรมเนียม")`)
	tab.Type(`[id="title.th"]`, "ก")
	tab.Until(`document.querySelector("iframe").contentDocument.querySelector("h1").textContent.includes("ก") && getComputedStyle(document.querySelector("iframe").contentDocument.querySelector("h1")).fontFamily.includes("Sarabun")`)

	s.editing(tab, draft)
	tab.Type(`[id="fees.0.min"]`, "x")
	tab.Click("[data-save]")
	tab.Until(`document.querySelector('[id="fees.0.min"]').getAttribute("aria-invalid") === "true" && document.querySelector("[data-state]").textContent.startsWith("บันทึกแล้ว เว้นแต่")`)
}

func TestPicturesOfTheEditor(t *testing.T) {
	if *screenshots == "" {
		return
	}
	s := set(t)
	draft, fresh := s.writers()
	s.manuals.Here(s.by(s.people["second"]), s.now(draft).Ref, true)
	for _, v := range []struct {
		lang, scheme string
		width        int64
	}{{"th", "light", 1366}, {"th", "light", 360}, {"en", "dark", 1366}, {"th", "contrast", 360}} {
		view := testkit.View{Width: v.width, Height: 900, Scheme: v.scheme}
		tab := browser.Open(t, s.server, view)
		keep := func(name string) {
			if err := os.WriteFile(filepath.Join(*screenshots, fmt.Sprintf("%s-%s-%s-%d.png", name, v.lang, v.scheme, v.width)), tab.Picture(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range editorScenes(draft, fresh) {
			s.show(tab, c, v.lang)
			keep(c.name)
			if c.name == "edit" {
				tab.Click("[data-look]")
				tab.Until(`document.querySelector("iframe").contentDocument.querySelector("h1")?.textContent`)
				keep("edit-look")
			}
		}
	}
}

func TestAClashIsEndedWithBothValuesInView(t *testing.T) {
	s := set(t)
	draft, _ := s.writers()
	tab := browser.Open(t, s.server, testkit.View{Width: 1366, Height: 768})
	tab.Allow("Failed to load resource")
	s.editing(tab, draft)
	s.save(s.people["second"], s.now(draft).Ref, func(m *catalog.Manual) {
		m.Fees.Value[0].Min = 300_00
		m.Summary.TH = "สรุปของปิติ"
	})
	tab.Text(`document.querySelector('[id="fees.0.min"]').value = ""`)
	tab.Type(`[id="fees.0.min"]`, "400")
	tab.Type(`[id="remarks.th"]`, "ของมานี ")
	tab.Click("[data-save]")
	tab.Until(`document.querySelector(".clash")`)
	for _, v := range tab.Axe() {
		t.Errorf("%v", v)
	}
	if *screenshots != "" {
		if err := os.WriteFile(filepath.Join(*screenshots, "clash-th-light-1366.png"), tab.Picture(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tab.Click(`.radio:has([value=ours])`)
	tab.Until(`document.querySelector("[value=ours]").checked`)
	tab.Click(`.radio:has([value=theirs])`)
	tab.Click(`button[value=save]`)
	tab.Until(`document.querySelector("#editor")`)
	m := s.now(draft).Manual
	if m.Fees.Value[0].Min != 300_00 || m.Summary.TH != "สรุปของปิติ" || !strings.Contains(m.Remarks.TH, "ของมานี") {
		t.Errorf("got %v, %q, %q", m.Fees.Value[0], m.Summary.TH, m.Remarks.TH)
	}
	tab.Until(`Object.keys(localStorage).length === 0`)
	if got := tab.Text(`document.querySelector("[data-found]").hidden`); got != "true" {
		t.Errorf("after the clash what was typed is offered again: hidden is %s", got)
	}
}
