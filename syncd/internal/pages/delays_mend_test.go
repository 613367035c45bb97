package pages

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/testkit"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

func TestALetterIsCorrectedAndACaseOpenedAgain(t *testing.T) {
	o := openStructure(t)
	clerk := o.hire("กานดา", grant(catalog.RolePoint, "dlt", area2))
	at := o.began(clerk, "คข. 1/2569", "1/10/2569")
	o.step(clerk, at, at+"/letter", "number", "คค 1/1", "date", "22/11/2569", "reason", "committee", "text", "รอประชุม", "expected", "30/11/2569").wantLed(t, at)
	o.step(clerk, at, at+"/letters/1/sent", "way", "post", "sent", "22/11/2569", "copied", "22/11/2569").wantLed(t, at)

	correct := at + "/letters/1/correct"
	o.get(clerk, at).want(t, http.StatusOK, "แก้หนังสือ ฉบับที่ 1")
	form := o.get(clerk, correct)
	form.want(t, http.StatusOK, "แก้หนังสือฉบับที่ 1", "แก้เพราะอะไร", "ฉบับเดิมยังอยู่ในประวัติ")
	if form.input("number") != "คค 1/1" || form.input("expected") != "30/11/2569" {
		t.Errorf("the form begins with %q and %q", form.input("number"), form.input("expected"))
	}
	send := func(fields ...string) answer {
		return o.post(clerk, correct, append([]string{"version", form.input("version"), "key", form.input("key"), "date", "22/11/2569", "reason", "committee", "text", "รอประชุม", "expected", "30/11/2569"}, fields...)...)
	}
	for name, test := range map[string]struct {
		fields []string
		want   string
	}{
		"nothing else":                 {[]string{"number", "คค 1/1", "why", "ผิด"}, "ยังไม่ได้แก้อะไรในหนังสือ"},
		"no reason":                    {[]string{"number", "คค 1/1", "signer", "นาย ก"}, "เหตุผล: ยังไม่ได้กรอก"},
		"another number, as it is out": {[]string{"number", "คค 1/2", "why", "ผิด"}, "ส่งหนังสือไปแล้ว"},
		"a telephone in the reason":    {[]string{"number", "คค 1/1", "signer", "นาย ก", "why", "โทร 081-234-5678"}, "มีเลขบัตร เบอร์โทรศัพท์"},
	} {
		a := send(test.fields...)
		a.want(t, http.StatusBadRequest, test.want)
		if a.input("number") != test.fields[1] {
			t.Errorf("%s: what was typed is lost", name)
		}
	}
	right := []string{"number", "คค 1/1", "signer", "นาย ก", "why", "ลืมชื่อผู้ลงนาม"}
	send(right...).wantLed(t, at)
	send(right...).wantLed(t, at) // a second click
	page := o.get(clerk, at)
	page.want(t, http.StatusOK, "บันทึกฉบับแก้ไขของหนังสือฉบับที่ 1 แล้ว", "ฉบับแก้ไขครั้งที่ 1 เมื่อ 22 พ.ย. 2569", "ลืมชื่อผู้ลงนาม", "ดูฉบับก่อนแก้ไข 1 ฉบับ", "ส่งผู้ยื่นแล้ว (ไปรษณีย์) 22 พ.ย. 2569", "ยังไม่บันทึกการส่งให้ผู้ยื่น")
	for file, wants := range map[string]string{"1.pdf": "ฉบับแก้ไขครั้งที่๑ใช้แทนหนังสือ", "1-2.pdf": "ฉบับแก้ไขครั้งที่๑ใช้แทนหนังสือ", "1-1.pdf": "สำเนาฉบับที่ถูกแทนแล้ว"} {
		a := o.get(clerk, at+"/letters/"+file)
		if text := strings.Join(strings.Fields(testkit.PaperText(t, []byte(a.body))), ""); !strings.Contains(text, wants) {
			t.Errorf("%s lacks %q: %s", file, wants, text)
		}
	}
	for _, file := range []string{"1-0.pdf", "1-3.pdf", "1-.pdf", "-1.pdf", "1-1-1.pdf", "2-1.pdf"} {
		if a := o.get(clerk, at+"/letters/"+file); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: got %d", file, a.StatusCode)
		}
	}

	o.step(clerk, at, at+"/end", "outcome", "granted", "ended", "22/11/2569").wantLed(t, at)
	o.get(clerk, correct).wantLed(t, at)
	o.get(clerk, at).want(t, http.StatusOK, "บันทึกผลไว้ผิด", "จุดบริการเปิดเรื่องอีกครั้งได้ถึง 30 พ.ย. 2569")
	o.step(clerk, at, at+"/notified", "way", "email", "notified", "22/11/2569").wantLed(t, at)
	o.step(clerk, at, at+"/reopen", "why", "").want(t, http.StatusBadRequest, "เหตุผล: ยังไม่ได้กรอก")
	o.step(clerk, at, at+"/reopen", "why", "ลงผลผิดเรื่อง").wantLed(t, at)
	page = o.get(clerk, at)
	page.want(t, http.StatusOK, "เปิดเรื่องอีกครั้งแล้ว", "ประวัติการเปิดเรื่องอีกครั้ง", "เคยบันทึกผลว่า พิจารณาเสร็จแล้ว · อนุญาต · 22 พ.ย. 2569", "แจ้งผู้ยื่นแล้ว 22 พ.ย. 2569 (อีเมล)", "ลงผลผิดเรื่อง", "เขียนหนังสือฉบับที่ 2")
	page.wantNot(t, "บันทึกผลไว้ผิด")

	o.step(clerk, at, at+"/end", "outcome", "refused", "ended", "22/11/2569").wantLed(t, at)
	o.at = o.at.Add(9 * 24 * time.Hour)
	clerk = o.again(clerk)
	o.get(clerk, at).want(t, http.StatusOK, "ซึ่งเลยแล้ว", "แจ้งเจ้าหน้าที่ส่วนกลาง")
	o.step(clerk, at, at+"/reopen", "why", "ผิดอีก").want(t, http.StatusConflict, "เลยวันที่จุดบริการเปิดเรื่องอีกครั้งได้แล้ว")
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	o.get(central, at).want(t, http.StatusOK, "เจ้าหน้าที่ส่วนกลางเปิดเรื่องอีกครั้งได้")
	o.step(central, at, at+"/reopen", "why", "ผิดอีก").wantLed(t, at)
	o.get(central, at).want(t, http.StatusOK, "โดยเจ้าหน้าที่ส่วนกลาง", "เลยกำหนดหนังสือฉบับที่ 2")
	o.get(central, "/trail?action=delay.").want(t, http.StatusOK, "แก้หนังสือแจ้งเรื่องล่าช้า", "เปิดเรื่องล่าช้าอีกครั้ง")

	o.post(clerk, "/preferences", "lang", "en", "scheme", "light", "back", "/me").wantLed(t, "/me")
	o.get(clerk, at).want(t, http.StatusOK, "Correction 1, made on 22 Nov 2026")
	o.get(clerk, at+"/letter").want(t, http.StatusOK, "If a mistake is found later, write a corrected letter that replaces it.")
}

func TestMendingIsForWhoMay(t *testing.T) {
	o := openStructure(t)
	clerk := o.hire("กานดา", grant(catalog.RolePoint, "dlt", area2))
	at := o.began(clerk, "คข. 7/2569", "1/10/2569")
	o.step(clerk, at, at+"/letter", "number", "คค 1/1", "date", "22/11/2569", "reason", "committee", "expected", "30/11/2569").wantLed(t, at)
	open := o.get(clerk, at)
	const led, forbidden, missing = http.StatusSeeOther, http.StatusForbidden, http.StatusNotFound
	for _, test := range []struct {
		name            string
		who             *officer
		correct, reopen int
	}{
		{"the OPDC", o.hire("ก.พ.ร.", grant(catalog.RoleOPDC, "")), forbidden, forbidden}, {"another agency", o.hire("อื่น", grant(catalog.RoleCentral, "moph")), forbidden, missing},
		{"another point", o.hire("จุดอื่น", grant(catalog.RolePoint, "dlt", area3)), missing, missing}, {"an author", o.hire("ผู้เขียน", grant(catalog.RoleAuthor, "dlt")), forbidden, forbidden},
		{"the DGA", o.hire("สพร.", grant(catalog.RoleDGA, "")), forbidden, forbidden}, {"the central officer", o.hire("กลาง", grant(catalog.RoleCentral, "dlt")), forbidden, http.StatusConflict},
	} {
		form := url.Values{"version": {open.input("version")}, "key": {"k"}, "why": {"ผิด"}, "number": {"คค 1/1"}, "date": {"22/11/2569"}, "reason": {"volume"}, "expected": {"30/11/2569"}}
		if a := o.ask(test.who, http.MethodPost, at+"/letters/1/correct", form); a.StatusCode != test.correct {
			t.Errorf("%s corrects: got %d, want %d", test.name, a.StatusCode, test.correct)
		}
		if a := o.get(test.who, at+"/letters/1/correct"); a.StatusCode != test.correct {
			t.Errorf("%s sees the form: got %d, want %d", test.name, a.StatusCode, test.correct)
		}
		if a := o.ask(test.who, http.MethodPost, at+"/reopen", form); a.StatusCode != test.reopen {
			t.Errorf("%s opens what is open: got %d, want %d", test.name, a.StatusCode, test.reopen)
		}
	}
	if a := o.get(nil, at+"/letters/1/correct"); a.StatusCode != led {
		t.Errorf("nobody: got %d", a.StatusCode)
	}
	o.get(clerk, at).wantNot(t, "ฉบับแก้ไขครั้งที่")
}

// Whoever administers the country reads the trail, and is told there what was done
// with late requests, never the numbers under which people filed, nor why something
// was mended.
func TestTheTrailTellsTheAdministratorNoRequest(t *testing.T) {
	o := openStructure(t)
	clerk := o.hire("กานดา", grant(catalog.RolePoint, "dlt", area2))
	at := o.began(clerk, "คข. 777/2569", "1/10/2569")
	id := strings.TrimPrefix(at, "/delays/")
	o.must(o.store.Write(t.Context(), func(r staff.Records) error { // as it was written once
		return r.Record(trail.Entry{ID: o.pages.Late.NewID(), At: o.at, Officer: "o-aaaaaaaaaaaaaaaa", Role: catalog.RolePoint, Action: delays.Wrote, Scope: rights.Scope{Agency: "dlt", Point: area2}, Subject: id,
			Before: `{"request":"คข. 777/2569","manual":"m"}`, After: `{"request":"คข. 777/2569","manual":"m","letters":[{"number":"คค 1/1","why":"นาย ก ลืม"}]}`})
	}))
	dga, central := o.hire("สพร.", grant(catalog.RoleDGA, "")), o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	name := "เรื่อง " + id[len(id)-6:]
	for _, test := range []struct {
		who   *officer
		leads bool
	}{{dga, false}, {central, true}} {
		page := o.get(test.who, "/trail?action=delay.")
		page.want(t, http.StatusOK, "เปิดเรื่องล่าช้า", name)
		page.wantNot(t, "777/2569", "นาย ก ลืม")
		if leads := strings.Contains(page.body, `href="`+at+`"`); leads != test.leads {
			t.Errorf("it leads to the case: %v", leads)
		}
		file := o.get(test.who, "/trail.csv?action=delay.")
		if strings.Contains(file.body, "777/2569") || strings.Contains(file.body, "นาย ก ลืม") || !strings.Contains(file.body, id) {
			t.Errorf("the file has %s", file.body)
		}
	}
}

func TestLateRequestsAreExportedWithoutApplicants(t *testing.T) {
	o := openStructure(t)
	clerk, opdc := o.hire("กานดา", grant(catalog.RolePoint, "dlt", area2)), o.hire("ก.พ.ร.", grant(catalog.RoleOPDC, ""))
	other := o.hire("จุดอื่น", grant(catalog.RolePoint, "dlt", area3))
	if o.get(clerk, "/delays").want(t, http.StatusOK, "ไม่มีเรื่องในส่วนนี้"); strings.Contains(o.get(clerk, "/delays").text, "ส่งออก") {
		t.Error("nothing can be exported")
	}
	at := o.began(clerk, "=คข. 1/2569", "1/10/2569")
	o.step(clerk, at, at+"/letter", "number", "คค 1/1", "date", "22/11/2569", "reason", "committee", "expected", "30/11/2569").wantLed(t, at)
	done := o.began(clerk, "คข. 2/2569", "1/10/2569")
	o.step(clerk, done, done+"/end", "outcome", "granted", "ended", "20/11/2569").wantLed(t, done)
	sheet, err := o.pages.Late.Case(t.Context(), o.by(clerk), strings.TrimPrefix(at, "/delays/"))
	o.must(err)

	for _, test := range []struct {
		name, query string
		who         *officer
		want        []string
	}{
		{"all of the point", "?view=all", clerk, []string{"=คข. 1/2569", "คข. 2/2569"}},
		{"what is open", "", clerk, []string{"=คข. 1/2569"}},
		{"what is over", "?view=over", clerk, []string{"คข. 2/2569"}},
		{"by a part of the number", "?view=all&q=2/25", clerk, []string{"คข. 2/2569"}},
		{"all of the country", "?view=all", opdc, []string{"=คข. 1/2569", "คข. 2/2569"}},
		{"all of an agency", "?view=all&unit=dlt", opdc, []string{"=คข. 1/2569", "คข. 2/2569"}},
		{"all of another agency", "?view=all&unit=moph", opdc, nil},
		{"all of another point", "?view=all", other, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			file, book := o.get(test.who, "/delays.csv"+test.query), o.get(test.who, "/delays.xlsx"+test.query)
			if file.StatusCode != http.StatusOK || book.StatusCode != http.StatusOK || !strings.Contains(file.Header.Get("Content-Disposition"), `attachment; filename="delays-2026-11-22.csv"`) {
				t.Fatalf("got %d and %d, %v", file.StatusCode, book.StatusCode, file.Header)
			}
			wellFormed(t, book.body)
			lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.body, "\ufeff"))).ReadAll()
			o.must(err)
			rows := sheetRows(t, book.body, "เรื่องล่าช้า")
			if len(lines) != len(test.want)+1 || len(rows) != len(lines) {
				t.Fatalf("%d lines and %d rows, want %d: %q", len(lines), len(rows), len(test.want)+1, lines)
			}
			for i, want := range test.want {
				if strings.TrimPrefix(lines[i+1][0], "'") != want || strings.HasPrefix(lines[i+1][0], "=") || rows[i+1][0] != want {
					t.Errorf("line %d is of %q and %q, want %q", i, lines[i+1][0], rows[i+1][0], want)
				}
			}
			about := sheetRows(t, book.body, "เกี่ยวกับไฟล์นี้")
			for _, text := range []string{file.body, strings.Join(flat(rows), "|"), strings.Join(flat(about), "|")} {
				for _, not := range []string{applicant, "ลำดวน", "081-234", sheet.Printed} {
					if strings.Contains(text, not) {
						t.Errorf("it has %q", not)
					}
				}
			}
		})
	}
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(o.get(clerk, "/delays.csv").body, "\ufeff"))).ReadAll()
	o.must(err)
	got := map[string]string{}
	for i, name := range lines[0] {
		got[name] = lines[1][i]
	}
	for name, want := range map[string]string{"รหัสจุดบริการ": string(area2), "ยื่นคำขอ": "2026-10-01", "สถานะ": "กำลังพิจารณา", "หนังสือแจ้ง (ฉบับ)": "1", "หนังสือฉบับล่าสุด": "คค 1/1", "เหตุที่ล่าช้า": "รอคณะกรรมการพิจารณา", "เปิดอีกครั้ง (ครั้ง)": "0"} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	for _, who := range []*officer{o.hire("ผู้เขียน", grant(catalog.RoleAuthor, "dlt")), o.hire("สพร.", grant(catalog.RoleDGA, ""))} {
		for _, path := range []string{"/delays.csv", "/delays.xlsx"} {
			o.get(who, path).want(t, http.StatusForbidden)
		}
	}
	o.get(clerk, "/delays?view=all").want(t, http.StatusOK, "ส่งออก", "รายการเป็น Excel")
	if a := o.get(opdc, "/delays.csv?unit=no-such"); a.StatusCode != http.StatusNotFound {
		t.Errorf("of an agency that there is not: got %d", a.StatusCode)
	}
}

// flat are all cells.
func flat(rows [][]string) (out []string) {
	for _, row := range rows {
		out = append(out, row...)
	}
	return out
}
