package pages

import (
	"bytes"
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/delay"
	"khumue/internal/testkit"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/vault"
)

// slow is a manual of dlt-area2 that takes days.
const slow = "dlt-67bh3i"

// lateContent is the content as the desk of late requests sees it.
type lateContent struct{ *office }

func (c lateContent) Spot(code catalog.PointCode) (delays.Spot, error) {
	points, err := c.direct.Points(immediate.PointFilter{Agency: "dlt"})
	for _, p := range points {
		if p.Code == code {
			return delays.Spot{Agency: p.Agency, Name: p.Name, Province: p.Province, Manuals: p.Manuals}, err
		}
	}
	return delays.Spot{}, absent()
}

func (c lateContent) Edition(ctx context.Context, id catalog.ManualID, day calendar.Date) (e delays.Edition, err error) {
	in, err := c.manuals.InForceOn(ctx, id, day)
	if err != nil {
		return e, err
	}
	e = delays.Edition{Title: in.Text.Title, Revision: in.Number, Commit: in.Commit.String()}
	for _, s := range in.Text.StepSets {
		if d, ok := in.Text.StepSetTotal(s); ok {
			e.Sets = append(e.Sets, delays.Set{Name: s.Name, Time: d})
		}
	}
	return e, nil
}

func (c lateContent) Holidays() (calendar.Holidays, error) {
	f, err := c.manuals.Frame()
	if err != nil {
		return calendar.Holidays{}, err
	}
	return f.Holidays, nil
}

// late is the desk of late requests.
func (o *office) late(now func() time.Time) *delays.Desk {
	o.t.Helper()
	keys, err := vault.New(bytes.Repeat([]byte{9}, 32))
	o.must(err)
	return &delays.Desk{Store: o.store.delays, Structure: o.state, Content: lateContent{o}, Vault: keys, KeptDays: 1826, Now: now, Random: rand.Reader}
}

const applicant = "นางสาวลำดวน ใจดี"

// began opens a case by its form, and returns its address.
func (o *office) began(p *officer, request, filed string) string {
	o.t.Helper()
	form := o.get(p, "/delays/new?point="+string(area2))
	a := o.post(p, "/delays/new?point="+string(area2), "id", form.input("id"), "op", "open", "manual", slow, "set", "0", "request", request, "filed", filed, "complete", filed, "name", applicant, "contact", "081-234-5678")
	if a.StatusCode != http.StatusSeeOther {
		o.t.Fatalf("got %d: %s", a.StatusCode, a.text)
	}
	return a.Header.Get("Location")
}

// step sends a form of a case, with the version and key of its page.
func (o *office) step(p *officer, at, path string, fields ...string) answer {
	o.t.Helper()
	page := o.get(p, at)
	if strings.HasSuffix(path, "/letter") {
		page = o.get(p, path)
	}
	return o.post(p, path, append([]string{"version", page.input("version"), "key", page.input("key")}, fields...)...)
}

func TestALateRequestFromItsOpeningToItsEnd(t *testing.T) {
	o := openStructure(t)
	for _, pt := range o.state.points["dlt"] {
		pt.Address, pt.Contact = catalog.Address{Line: catalog.Text{TH: "51 ถนนสวนผัก"}, Postcode: "10170"}, catalog.Contact{Phones: []string{"1584"}}
	}
	clerk := o.hire("กานดา", grant(catalog.RolePoint, "dlt", area2))
	o.get(clerk, "/delays").want(t, http.StatusOK, "ไม่มีเรื่องในส่วนนี้", "เปิดเรื่อง")
	form := o.get(clerk, "/delays/new")
	form.want(t, http.StatusOK, "สำนักงานขนส่งกรุงเทพมหานครพื้นที่ 2", "คำนวณวันครบกำหนด")
	counted := o.post(clerk, "/delays/new?point="+string(area2), "id", form.input("id"), "op", "count", "manual", slow, "set", "0", "request", "คข. 1/2569", "filed", "1/10/2569", "complete", "2 ต.ค. 2569")
	counted.want(t, http.StatusOK, "ครบกำหนด", "เอกสารครบ 2 ต.ค. 2569", "คู่มือ")
	if counted.input("request") != "คข. 1/2569" || counted.input("id") != form.input("id") {
		t.Error("what was typed is lost")
	}
	at := o.began(clerk, "คข. 1/2569", "1/10/2569")
	page := o.get(clerk, at)
	page.want(t, http.StatusOK, "เปิดเรื่องแล้ว", "เลยกำหนดหนังสือฉบับที่ 1", applicant, "081-234-5678", "เขียนหนังสือฉบับที่ 1", "รหัสตรวจสถานะ")
	o.get(clerk, "/").want(t, http.StatusOK, "เรื่องล่าช้าที่ต้องทำวันนี้", "คำขอเลขที่ คข. 1/2569", "ดูบัญชีแดง 1 เรื่อง")
	o.get(clerk, "/delays?view=red").want(t, http.StatusOK, "คข. 1/2569", "เกินกำหนดแล้ว")
	o.get(clerk, "/delays?q=คข.๑").want(t, http.StatusOK, "คข. 1/2569")
	o.get(clerk, "/delays?q=9999").wantNot(t, "คข. 1/2569")

	wrong := o.step(clerk, at, at+"/letter", "number", "", "date", "31/13/2569", "reason", "other", "text", "โทร 081-234-5678")
	wrong.want(t, http.StatusBadRequest, "อ่านวันที่นี้ไม่ได้")
	if !strings.Contains(wrong.body, "โทร 081-234-5678") {
		t.Error("what was typed is lost")
	}
	o.step(clerk, at, at+"/letter", "number", "คค 1/1", "date", "22/11/2569", "reason", "other", "text", "โทร 081-234-5678", "expected", "30/11/2569").want(t, http.StatusBadRequest, "มีเลขบัตร เบอร์โทรศัพท์ หรืออีเมล")
	fields := []string{"number", "คค 1/1", "date", "22/11/2569", "reason", "committee", "text", "รอประชุม", "expected", "30/11/2569", "signer", "นายก ข", "position", "หัวหน้า"}
	letterForm := o.get(clerk, at+"/letter")
	fields = append(fields, "version", letterForm.input("version"), "key", letterForm.input("key"))
	o.post(clerk, at+"/letter", fields...).wantLed(t, at)
	o.post(clerk, at+"/letter", fields...).wantLed(t, at) // a second click
	page = o.get(clerk, at)
	page.want(t, http.StatusOK, "บันทึกหนังสือฉบับที่ 1 แล้ว", "รอคณะกรรมการพิจารณา", "รอประชุม", "ยังไม่บันทึกการส่งให้ผู้ยื่น")
	page.wantNot(t, "ฉบับที่ 2 · ")
	pdf := o.get(clerk, at+"/letters/1.pdf")
	if pdf.StatusCode != http.StatusOK || !strings.HasPrefix(pdf.body, "%PDF-") || !strings.Contains(pdf.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the PDF: %d %v", pdf.StatusCode, pdf.Header)
	}
	text := testkit.PaperText(t, []byte(pdf.body))
	for _, want := range []string{"คค ๑/๑", applicant, "๒๒ พฤศจิกายน ๒๕๖๙", "site.example/delay/", "โทร. ๑๕๘๔", "ถนนสวนผัก"} {
		if !strings.Contains(strings.Join(strings.Fields(text), ""), strings.Join(strings.Fields(want), "")) {
			t.Errorf("the letter lacks %q: %s", want, text)
		}
	}
	if docx := o.get(clerk, at+"/letters/1.docx"); docx.StatusCode != http.StatusOK || !strings.HasPrefix(docx.body, "PK") {
		t.Errorf("the Word file: %d", docx.StatusCode)
	}
	for _, path := range []string{"/letters/2.pdf", "/letters/0.pdf", "/letters/1.exe", "/letters/x.pdf", "/letters/1"} {
		if a := o.get(clerk, at+path); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: got %d", path, a.StatusCode)
		}
	}
	o.step(clerk, at, at+"/letters/1/sent", "way", "", "sent", "22/11/2569").want(t, http.StatusBadRequest, "เลือกวิธีส่ง")
	o.step(clerk, at, at+"/letters/1/sent", "way", "post", "sent", "22/11/2569", "copied", "22/11/2569").wantLed(t, at)
	o.get(clerk, at).want(t, http.StatusOK, "ส่งผู้ยื่นแล้ว (ไปรษณีย์) 22 พ.ย. 2569", "ส่งสำเนาให้ ก.พ.ร. แล้ว 22 พ.ย. 2569")
	stale := o.get(clerk, at)
	o.at = o.at.Add(7 * 24 * time.Hour)
	clerk = o.again(clerk)
	o.step(clerk, at, at+"/end", "outcome", "", "ended", "29/11/2569").want(t, http.StatusBadRequest, "เลือกว่าเรื่องจบอย่างไร")
	o.step(clerk, at, at+"/end", "outcome", "granted", "ended", "29/11/2569").wantLed(t, at)
	o.post(clerk, at+"/end", "version", stale.input("version"), "key", stale.input("key"), "outcome", "refused", "ended", "29/11/2569").want(t, http.StatusConflict, "มีผู้อื่นแก้ไขเรื่องนี้ก่อนหน้า")
	o.get(clerk, at).want(t, http.StatusOK, "พิจารณาเสร็จแล้ว · อนุญาต · 29 พ.ย. 2569", "แจ้งผลภายใน")
	o.step(clerk, at, at+"/notified", "way", "email", "notified", "29/11/2569").wantLed(t, at)
	o.get(clerk, at+"/erase").want(t, http.StatusOK, "ลบข้อมูลผู้ยื่นคำขอ", "กู้คืนไม่ได้")
	o.post(clerk, at+"/erase").wantLed(t, at)
	done := o.get(clerk, at)
	done.want(t, http.StatusOK, "ลบข้อมูลผู้ยื่นแล้ว")
	done.wantNot(t, applicant)
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	log := o.get(central, "/trail?action=delay.")
	log.want(t, http.StatusOK, "เปิดเรื่องล่าช้า", "เขียนหนังสือแจ้งเรื่องล่าช้า", "บันทึกผลของเรื่องล่าช้า", "ลบข้อมูลผู้ยื่นของเรื่องล่าช้า")
	log.wantNot(t, applicant, "081-234-5678")
	if strings.Contains(o.log.String(), "ลำดวน") || strings.Contains(o.log.String(), "081") {
		t.Error("the log tells of the applicant")
	}
}

func TestLateRequestsAreForWhoMaySeeThem(t *testing.T) {
	o := openStructure(t)
	clerk := o.hire("กานดา", grant(catalog.RolePoint, "dlt", area2))
	at := o.began(clerk, "คข. 7/2569", "1/10/2569")
	o.step(clerk, at, at+"/letter", "number", "คค 1/1", "date", "22/11/2569", "reason", "committee", "expected", "30/11/2569").wantLed(t, at)
	people := map[string]*officer{
		"central": o.hire("กลาง", grant(catalog.RoleCentral, "dlt")), "ministry": o.hire("กระทรวง", grant(catalog.RoleCentral, "mot")), "opdc": o.hire("ก.พ.ร.", grant(catalog.RoleOPDC, "")),
		"other": o.hire("อื่น", grant(catalog.RoleCentral, "moph")), "point": o.hire("จุดอื่น", grant(catalog.RolePoint, "dlt", area3)), "author": o.hire("ผู้เขียน", grant(catalog.RoleAuthor, "dlt")), "dga": o.hire("สพร.", grant(catalog.RoleDGA, "")),
	}
	const ok, forbidden, missing = http.StatusOK, http.StatusForbidden, http.StatusNotFound
	tests := []struct {
		who               string
		list, page, write int
		person            bool
	}{
		{"central", ok, ok, forbidden, true}, {"ministry", ok, ok, forbidden, false}, {"opdc", ok, ok, forbidden, false},
		{"other", ok, missing, forbidden, false}, {"point", ok, missing, missing, false}, {"author", forbidden, forbidden, forbidden, false}, {"dga", forbidden, forbidden, forbidden, false},
	}
	for _, test := range tests {
		t.Run(test.who, func(t *testing.T) {
			p := people[test.who]
			list, page, pdf := o.get(p, "/delays"), o.get(p, at), o.get(p, at+"/letters/1.pdf")
			if list.StatusCode != test.list || page.StatusCode != test.page || pdf.StatusCode != test.page {
				t.Errorf("got %d, %d and %d", list.StatusCode, page.StatusCode, pdf.StatusCode)
			}
			if strings.Contains(list.text, "คข. 7/2569") != (test.page == ok) || strings.Contains(list.text, applicant) {
				t.Errorf("the list: %s", list.text)
			}
			if strings.Contains(page.text, applicant) != test.person || strings.Contains(page.text, "รหัสตรวจสถานะ") != test.person {
				t.Error("the applicant is seen by whom it is not for, or is not")
			}
			if test.page == ok && strings.Contains(testkit.PaperText(t, []byte(pdf.body)), "ลำดวน") != test.person {
				t.Error("the letter tells of the applicant whom it should not, or does not")
			}
			for _, path := range []string{"/letter", "/letters/1/sent", "/end", "/notified"} {
				a := o.ask(p, http.MethodPost, at+path, url.Values{"version": {"2"}, "key": {"k"}, "outcome": {"granted"}, "ended": {"22/11/2569"}, "way": {"post"}, "sent": {"22/11/2569"}})
				if a.StatusCode != test.write {
					t.Errorf("%s: got %d, want %d", path, a.StatusCode, test.write)
				}
			}
			if erase := o.ask(p, http.MethodPost, at+"/erase", url.Values{}); erase.StatusCode < 400 {
				t.Errorf("erased: %d", erase.StatusCode)
			}
		})
	}
	o.get(people["opdc"], "/delays?unit=dlt").want(t, ok, "คข. 7/2569")
	o.get(people["opdc"], "/delays?unit=moph").wantNot(t, "คข. 7/2569")
	o.get(people["point"], "/delays/new?point="+string(area2)).want(t, forbidden)
	if a := o.get(nil, at); a.StatusCode != http.StatusSeeOther {
		t.Errorf("nobody: got %d", a.StatusCode)
	}
	o.get(clerk, at).wantNot(t, "พิจารณาเสร็จแล้ว")
}

func TestACaseThatCanNotBeOpenedKeepsWhatWasTyped(t *testing.T) {
	o := openStructure(t)
	clerk := o.hire("กานดา", grant(catalog.RolePoint, "dlt", area2))
	o.began(clerk, "1/2569", "1/10/2569")
	for name, test := range map[string]struct {
		edit map[string]string
		want string
	}{
		"nothing":            {map[string]string{"manual": "", "request": "", "filed": "", "complete": "", "name": ""}, "เลือกคู่มือ"},
		"tomorrow":           {map[string]string{"complete": "23/11/2569"}, "ต้องไม่หลัง 22 พ.ย. 2569"},
		"no day":             {map[string]string{"filed": "32/13/2569"}, "อ่านวันที่นี้ไม่ได้"},
		"another's manual":   {map[string]string{"manual": "fda-uqxsqb"}, "จุดบริการนี้ไม่ได้ให้บริการคู่มือนี้"},
		"a name with markup": {map[string]string{"name": `"><script>` + strings.Repeat("x", 150)}, "ชื่อยาวเกินไป"},
		"one that is open":   {map[string]string{"request": "๑/๒๕๖๙"}, "เปิดเรื่องไว้แล้ว"},
	} {
		form := url.Values{"id": {o.get(clerk, "/delays/new").input("id")}, "op": {"open"}, "manual": {slow}, "set": {"0"}, "request": {"2/2569"}, "filed": {"1/10/2569"}, "complete": {"1/10/2569"}, "name": {"ก"}, "contact": {"ข"}}
		for field, value := range test.edit {
			form.Set(field, value)
		}
		a := o.ask(clerk, http.MethodPost, "/delays/new?point="+string(area2), form)
		if a.StatusCode < 400 || !strings.Contains(a.text, test.want) {
			t.Errorf("%s: got %d: %s", name, a.StatusCode, a.text)
		}
		if a.input("name") != form.Get("name") || a.input("request") != form.Get("request") {
			t.Errorf("%s: what was typed is lost", name)
		}
	}
	if l, err := o.pages.Late.List(t.Context(), o.by(clerk), delays.Question{}); err != nil || l.All != 1 {
		t.Errorf("%d cases were opened, %v", l.All, err)
	}
}

// fillDelays opens cases of every kind at a point of a busy agency, and returns
// what their scenes call them with their ids.
func (s *stage) fillDelays() (names []string) {
	clerk := s.hire("กานดา แจ่มใส", grant(catalog.RolePoint, "dlt", area2))
	s.people["clerk"] = clerk
	by, late := s.by(clerk), s.pages.Late
	day := func(days int) calendar.Date { return calendar.DateOf(s.at).AddDays(days) }
	keep := func(v delays.Sheet, err error) delays.Sheet { s.t.Helper(); s.must(err); return v }
	next := func(v delays.Sheet) delays.Command {
		return delays.Command{ID: v.ID, Version: v.Version, Key: late.NewID()}
	}
	begin := func(name, request string, days int) delays.Sheet {
		v := keep(late.Begin(s.t.Context(), by, delays.New{ID: late.NewID(), Point: area2, Manual: slow, Request: request, Filed: day(days), Complete: day(days), Person: delays.Person{Name: applicant, Contact: "081-234-5678"}}))
		names = append(names, "{"+name+"}", v.ID)
		return v
	}
	write := func(v delays.Sheet, number string, days int) delays.Sheet {
		return keep(late.Write(s.t.Context(), by, next(v), delay.Letter{Number: number, Date: day(days), Reason: delay.Committee, Text: "คณะกรรมการพิจารณาใบอนุญาตมีกำหนดประชุมครั้งถัดไปในสัปดาห์หน้า",
			Expected: day(days + 7), Signer: "นายสมศักดิ์ ตั้งใจจริง", Position: "หัวหน้าสำนักงานขนส่งพื้นที่ 2"}))
	}
	red := write(begin("late", "คข. 123/2569", -50), "คค 0401/1201", -20)
	red = keep(late.Send(s.t.Context(), by, next(red), 1, delay.Post, day(-20), day(-19)))
	write(red, "คค 0401/1234", -12)
	done := write(begin("done", "คข. 98/2569", -70), "คค 0401/1100", -15)
	keep(late.End(s.t.Context(), by, next(done), delay.Finished, delay.Granted, day(-2)))
	begin("fresh", "DLT-2569-0000000000000000000000000000000000000000123456789", -1)
	write(begin("soon", "คข. 200/2569", -45), "คค 0401/1235", 0)
	mended := write(begin("mended", "คข. 77/2569", -45), "คค 0401/1190", -9)
	mended = keep(late.Send(s.t.Context(), by, next(mended), 1, delay.Post, day(-9), day(-9)))
	right := mended.Case.Letters[0]
	right.Expected = day(4)
	mended = keep(late.Correct(s.t.Context(), by, next(mended), 1, right, "วันที่คาดว่าจะเสร็จพิมพ์ผิดเดือน"))
	mended = keep(late.End(s.t.Context(), by, next(mended), delay.Finished, delay.Refused, day(0)))
	keep(late.Reopen(s.t.Context(), by, next(mended), "บันทึกผลของคำขอเลขที่ใกล้กันลงในเรื่องนี้"))
	return names
}

// lateScenes are the pages of late requests.
var lateScenes = []scene{
	{"delays", "/delays?view=all", "clerk"}, {"delays-red", "/delays?view=red", "opdc"}, {"delays-none", "/delays?q=none", "clerk"}, {"delay-late", "/delays/{late}", "clerk"}, {"delay-done", "/delays/{done}", "clerk"},
	{"delay-fresh", "/delays/{fresh}", "clerk"}, {"delay-read", "/delays/{late}", "opdc"}, {"delay-new", "/delays/new", "clerk"}, {"delay-letter", "/delays/{late}/letter", "clerk"}, {"delay-erase", "/delays/{done}/erase", "clerk"}, {"delay-home", "/", "clerk"},
	{"delay-mended", "/delays/{mended}", "clerk"}, {"delay-correct", "/delays/{late}/letters/2/correct", "clerk"}, {"delay-trail", "/trail?action=delay.", "dga"},
}
