package main

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"khumue/internal/testkit"
)

// Of the sample content: a manual that eleven points serve, and its points here.
const (
	transferManual = "dlt-plfczn"
	firstPoint     = "dlt-area1"
	secondPoint    = "dlt-area2"
	samplePoint    = "dlt-area5" // of the sample officer
)

// follows waits until a page of the public site says something, or does not any
// more, and tells how long that took.
func (v *visitor) follows(path, text string, says bool) {
	v.t.Helper()
	began := time.Now()
	v.Until(fmt.Sprintf(`fetch(%q, {cache: "no-store"}).then((r) => r.ok ? r.text() : "").then((t) => t.includes(%q) == %t)`, path, text, says))
	v.t.Logf("%s follows after %v", path, time.Since(began).Round(time.Millisecond))
}

// ticks ticks boxes by name and values, and sends their form.
func (v *visitor) ticks(form, name string, values ...string) {
	v.t.Helper()
	for _, value := range values {
		v.Click(fmt.Sprintf(`%s input[name=%s][value=%q]`, form, name, value))
	}
	v.Click(form + ` .actions .button`)
	v.says("บันทึกจุดบริการของ")
}

// A point officer changes the hours of the point and hides it, and the site
// follows within seconds.
func TestAPointOfficerChangesHoursAndHidesThePointInTheBrowser(t *testing.T) {
	d := startDemo(t)
	officer := d.open(t, "point-officer", testkit.View{Width: 360, Height: 740})
	officer.signIn("point")
	public := browser.Open(t, &testkit.Server{URL: d.public}, testkit.View{})
	public.Allow("404")
	site := &visitor{Tab: public, t: t, name: "public"}
	site.Go("/point/" + samplePoint + "/")

	officer.Go("/points/" + samplePoint)
	officer.look("point")
	officer.Click(`a[href$="/hours"]`)
	officer.Until(`document.querySelector('input[name$=".opens"]')`)
	officer.Until(`(() => { const f = document.querySelector('input[name$=".opens"]'); f.focus(); f.select(); return document.activeElement == f })()`)
	officer.Press("07:45")
	officer.look("hours")
	officer.Click(`form.hours .actions .button`)
	officer.Until(`location.pathname == "/points/` + samplePoint + `" && document.readyState == "complete"`)
	officer.says("07:45")
	site.follows("/point/"+samplePoint+"/", "07:45", true)

	officer.Click(`input[name=status][value=hidden]`)
	officer.Click(`form[action$="/status"] .actions .button`)
	officer.says("ไม่แสดงผล แล้ว")
	officer.look("hidden")
	site.follows("/point/"+samplePoint+"/", "07:45", false)
	site.follows("/procedure/"+transferManual+"/", "/point/"+samplePoint+"/", false)
}

// A central officer links a manual to three points and unlinks one; the pages of
// the manual and of the points say the same, in the back office and on the site.
func TestACentralOfficerLinksAManualInTheBrowser(t *testing.T) {
	d := startDemo(t)
	officer := d.open(t, "central-officer", testkit.View{Width: 1366, Height: 768})
	officer.signIn("central")
	site := &visitor{Tab: browser.Open(t, &testkit.Server{URL: d.public}, testkit.View{}), t: t, name: "public"}
	site.Go("/procedure/" + transferManual + "/")
	linked := func(point string, yes bool) {
		t.Helper()
		site.follows("/point/"+point+"/", "/procedure/"+transferManual+"/", yes)
		officer.Go("/points/" + point + "/links")
		if got := strings.Contains(officer.Text(`document.querySelector('main').textContent`), transferManual); got != yes {
			t.Errorf("the page of %s says %v, want %v", point, got, yes)
		}
	}

	const at = "/manuals/" + transferManual + "/points"
	officer.Go(at)
	officer.look("serving")
	officer.ticks("#linked", "all", "1")
	linked(firstPoint, false)
	officer.Go(at)
	officer.ticks("#free", "point", firstPoint, secondPoint, samplePoint)
	officer.look("three")
	officer.Go(at)
	officer.ticks("#linked", "point", secondPoint)
	for point, yes := range map[string]bool{firstPoint: true, secondPoint: false, samplePoint: true} {
		linked(point, yes)
	}
	officer.Go("/structure/confirm")
	officer.look("confirming")
	officer.Click(`button[name=one][value=dlt-chaiyaphum]`)
	officer.says("ยืนยันแล้ว 1 รายการ")
	officer.Go("/processes")
	officer.look("processes")
}

// What an agency announces stands on its points' pages at once: nobody waits for
// the daemon to look at main.
func TestAnAgencysNoticeStandsOnTheNextPage(t *testing.T) {
	d := startDemo(t)
	officer := newCaller(t)
	officer.signIn(d, "central")
	for i := range 3 {
		reason := fmt.Sprintf("ย้ายระบบครั้งที่ %d", i)
		day := time.Now().AddDate(0, 1, i).Format(time.DateOnly)
		status, body := officer.ask("POST", d.office+"/structure/closure?unit=dlt", url.Values{"shut-from": {day}, "shut-th": {reason}})
		if status != 200 || !strings.Contains(body, reason) {
			t.Fatalf("the answer is %d: %s", status, body)
		}
		if page := officer.get(d.office + "/points/" + samplePoint); !strings.Contains(page, reason) {
			t.Errorf("the page of the point does not say %q", reason)
		}
	}
}
