package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"khumue/internal/calendar"
	"khumue/internal/testkit"
)

// lateManual is a manual of the sample point that takes days.
const lateManual = "dlt-67bh3i"

// fills fills fields of a form in.
func (v *visitor) fills(fields ...string) {
	v.t.Helper()
	for i := 0; i < len(fields); i += 2 {
		v.Until(fmt.Sprintf(`(() => { const f = document.querySelector(%q); f.value = %q; return f.value === %q })()`, fields[i], fields[i+1], fields[i+1]))
	}
}

// writesLetter writes the next letter of the case that is open, dated a number of
// days ago.
func (v *visitor) writesLetter(number string, daysAgo int) {
	v.t.Helper()
	day := calendar.DateOf(time.Now()).AddDays(-daysAgo)
	v.Click(`a[href$="/letter"]`)
	v.Until(`document.querySelector("#number")`)
	v.fills("#number", number, "#date", day.Numeric("th"), "#reason", "committee", "#text", "คณะกรรมการประชุมสัปดาห์หน้า", "#expected", day.AddDays(10).Numeric("th"), "#signer", "นายสมศักดิ์ ตั้งใจจริง", "#position", "หัวหน้าสำนักงาน")
	v.look("letter-" + fmt.Sprint(daysAgo))
	v.Click(`form.form .actions .button`)
	v.says("บันทึกหนังสือฉบับที่")
}

// A point officer opens a late request, writes two letters a week apart and ends
// it; the citizen scans the code on the letter and follows, with scripts and
// without.
func TestALateRequestFromItsLettersToTheCitizenInTheBrowser(t *testing.T) {
	d := startDemo(t)
	officer := d.open(t, "late-officer", testkit.View{Width: 1366, Height: 768})
	officer.signIn("point")
	officer.Go("/delays/new")
	officer.Until(`document.querySelector("#manual")`)
	filed := calendar.DateOf(time.Now()).AddDays(-60).Numeric("th")
	officer.fills("#manual", lateManual, "#request", "คข. 7/2569", "#filed", filed, "#complete", filed, "#name", "นางสาวลำดวน ใจดี", "#contact", "081-234-5678")
	officer.Click(`button[value=count]`)
	officer.says("เริ่มนับวันถัดไป")
	officer.look("counted")
	officer.Click(`button[value=open]`)
	officer.says("เลยกำหนดหนังสือฉบับที่ 1")
	at := officer.Text(`location.pathname`)
	officer.writesLetter("คค 0401/1", 10)
	officer.writesLetter("คค 0401/2", 3)
	officer.look("case")

	link := scannedLetter(t, officer, at+"/letters/2.pdf")
	if !strings.HasPrefix(link, d.public+"/delay/#n=") || strings.Contains(link, "ลำดวน") {
		t.Fatalf("the letter's code opens %s", link)
	}
	values, err := url.ParseQuery(link[strings.Index(link, "#")+1:])
	if err != nil {
		t.Fatal(err)
	}
	public := browser.Open(t, &testkit.Server{URL: d.public}, testkit.View{Width: 360, Height: 740})
	public.Allow("404")
	citizen := &visitor{Tab: public, t: t, name: "late-citizen"}
	citizen.Go("/delay/")
	citizen.Until(`(await fetch("/data/delay/index.json", {cache: "no-store"})).ok`)
	citizen.looksUp(strings.TrimPrefix(link, d.public), "กำลังพิจารณา", "รอคณะกรรมการพิจารณา", "คณะกรรมการประชุมสัปดาห์หน้า")
	if got := citizen.Text(`location.hash`); got != "" {
		t.Errorf("the address keeps the code: %s", got)
	}
	citizen.look("found")
	for _, found := range citizen.Axe() {
		t.Error(found)
	}
	if citizen.Text(`document.querySelectorAll(".delay-letters li").length`) != "2" || strings.Contains(citizen.Text(`document.body.textContent`), "ลำดวน") {
		t.Error("the citizen sees other than two letters, or a name")
	}
	citizen.fills("#number", "คข. 8/2569", "#code", values.Get("c"))
	citizen.Click(".delay-form button")
	citizen.says("ไม่พบคำขอนี้")
	citizen.look("none")

	officer.Go(at)
	officer.Click(`input[name=outcome][value=granted]`)
	officer.Click(`form[action$="/end"] .button`)
	officer.says("พิจารณาเสร็จแล้ว · อนุญาต")
	officer.look("ended")
	citizen.looksUp(strings.TrimPrefix(link, d.public), "พิจารณาเสร็จแล้ว", "วันที่สิ้นสุด")

	officer.Click(`section[aria-labelledby=reopen] summary`)
	officer.Type(`#why`, "ลงผลผิดเรื่อง")
	officer.Click(`form[action$="/reopen"] .button`)
	officer.says("เปิดเรื่องอีกครั้งแล้ว")
	citizen.looksUp(strings.TrimPrefix(link, d.public), "กำลังพิจารณา", "รอคณะกรรมการพิจารณา")
	officer.Click(`a[href$="/letters/2/correct"]`)
	officer.Until(`document.querySelector("#why")`)
	officer.fills("#text", "คณะกรรมการประชุมวันศุกร์", "#why", "วันประชุมผิด")
	officer.Click(`form[action$="/correct"] .button`)
	officer.says("ฉบับแก้ไขครั้งที่ 1")
	officer.look("corrected")
	citizen.looksUp(strings.TrimPrefix(link, d.public), "กำลังพิจารณา", "คณะกรรมการประชุมวันศุกร์")
	officer.Click(`input[name=outcome][value=refused]`)
	officer.Click(`form[action$="/end"] .button`)
	officer.says("พิจารณาเสร็จแล้ว · ไม่อนุญาต")
	citizen.looksUp(strings.TrimPrefix(link, d.public), "พิจารณาเสร็จแล้ว", "วันที่สิ้นสุด")

	plain := &visitor{Tab: browser.Open(t, &testkit.Server{URL: d.public}, testkit.View{Width: 360, Height: 740, NoScript: true}), t: t, name: "late-plain"}
	plain.Allow("404")
	plain.Go("/delay/")
	plain.Type("#number", "คข. ๗/๒๕๖๙")
	plain.Type("#code", strings.ToLower(values.Get("c")))
	plain.Click(".delay-form button")
	plain.Until(`document.querySelector("#delay-state")?.textContent === "พิจารณาเสร็จแล้ว"`)
	citizen.Go("/en/delay/")
	citizen.fills("#number", "คข. 7/2569", "#code", values.Get("c"))
	citizen.Until(`(document.querySelector(".delay-form").submit(), true)`) // as without scripts
	citizen.says("Letters about the delay")
	citizen.look("answer")
	d.asksInVain(t, values.Get("n"), values.Get("c"))
}

// scannedLetter is what the code on a letter says.
func scannedLetter(t *testing.T, v *visitor, path string) string {
	t.Helper()
	file, err := base64.StdEncoding.DecodeString(testkit.Value[string](v.Tab, fmt.Sprintf(`fetch(%q).then((r) => r.arrayBuffer()).then((b) => btoa(Array.from(new Uint8Array(b), (c) => String.fromCharCode(c)).join("")))`, path)))
	if err != nil || !bytes.HasPrefix(file, []byte("%PDF-")) {
		t.Fatalf("no PDF: %v, %.40q", err, file)
	}
	if text := testkit.PaperText(t, file); !strings.Contains(text, "ลำดวน") || !strings.Contains(text, "อ้างถึง") {
		t.Errorf("the letter says %s", text)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(testkit.PaperPages(t, file, 150)[0])
	if err != nil {
		t.Fatal(err)
	}
	got, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatal(err)
	}
	return got.GetText()
}

// looksUp opens a letter's link and looks up until the page says all the words:
// the site follows within seconds.
func (v *visitor) looksUp(link string, words ...string) {
	v.t.Helper()
	for began := time.Now(); ; {
		v.Go("/")
		v.Go(link)
		v.Until(`document.querySelector("#code").value !== ""`)
		v.Click(".delay-form button")
		v.Until(`!document.querySelector(".delay-form button").disabled && (!document.querySelector("[data-delay-result]").hidden || document.querySelector(".delay-bad"))`)
		text, lacks := v.Text(`document.querySelector("main").textContent`), ""
		for _, w := range words {
			if !strings.Contains(text, w) {
				lacks = w
			}
		}
		if lacks == "" {
			v.t.Logf("the look-up follows after %v", time.Since(began).Round(time.Millisecond))
			return
		}
		if time.Since(began) > 30*time.Second {
			v.t.Fatalf("the page lacks %q: %s", lacks, text)
		}
	}
}

// asksInVain fails the test where a wrong code and an unknown request are answered
// in different ways.
func (d demo) asksInVain(t *testing.T, number, code string) {
	t.Helper()
	ask := func(number, code string) (int, string) {
		res, err := http.PostForm(d.public+"/delay", url.Values{"number": {number}, "code": {code}, "lang": {"en"}})
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var body bytes.Buffer
		if _, err := body.ReadFrom(res.Body); err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, strings.ReplaceAll(body.String(), number, "NUMBER")
	}
	const other = "0000-0000-0000-0000-0000-0000-0000" // a code of nothing
	wrongStatus, wrong := ask(number, other)
	unknownStatus, unknown := ask("none", code)
	if wrongStatus != http.StatusNotFound || unknownStatus != wrongStatus || wrong != unknown || !strings.Contains(wrong, "There is no such request") {
		t.Errorf("got %d %s and %d %s", wrongStatus, wrong, unknownStatus, unknown)
	}
	status := 0
	for range 40 {
		if status, _ = ask(number, other); status == http.StatusTooManyRequests {
			return
		}
	}
	t.Errorf("a flood is answered %d", status)
}
