package pages

import (
	"bytes"
	"context"
	"crypto/rand"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/licence"
	"khumue/internal/xlsx"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// Licences of the sample content.
const (
	renewing  = catalog.ProcessID("dlt-u3iddp")
	temporary = catalog.ProcessID("dlt-qfgdkp")
	area5     = catalog.PointCode("dlt-area5")
)

// licensed tells where licences are given, by the content of the tests.
type licensed struct{ *office }

func (l licensed) Version() (string, error) {
	frame, err := l.direct.Points(immediate.PointFilter{})
	return strconv.Itoa(len(frame)), err
}

func (l licensed) Places() (out []licences.Place, err error) {
	points, err := l.direct.Points(immediate.PointFilter{})
	if err != nil {
		return nil, err
	}
	given, err := l.direct.Licensed()
	for _, p := range points {
		out = append(out, licences.Place{Code: p.Code, Agency: p.Agency, Name: p.Name, Province: p.Province, Processes: given[p.Code]})
	}
	return out, err
}

func (l licensed) Titles(ids ...catalog.ProcessID) (map[catalog.ProcessID]catalog.Text, error) {
	var names []string
	for _, id := range ids {
		names = append(names, string(id))
	}
	titles, err := l.direct.Titles(names...)
	out := map[catalog.ProcessID]catalog.Text{}
	for id, t := range titles {
		out[catalog.ProcessID(id)] = t
	}
	return out, err
}

func (l licensed) AgencyReports(catalog.AgencyCode) bool               { return false }
func (l licensed) Agency(c catalog.AgencyCode) (*catalog.Agency, bool) { return l.state.Agency(c) }
func (l licensed) Children(c catalog.AgencyCode) []*catalog.Agency     { return l.state.Children(c) }
func (l licensed) Holidays() (calendar.Holidays, error) {
	frame, err := l.manuals.Frame()
	if err != nil {
		return calendar.Holidays{}, err
	}
	return frame.Holidays, nil
}

func (l licensed) Keepers(ctx context.Context, a rights.Action) (*staff.Keepers, error) {
	return l.desk.Keepers(ctx, a)
}

func (l licensed) Centrals(ctx context.Context, agencies ...catalog.AgencyCode) (out map[catalog.AgencyCode][]catalog.OfficerID, err error) {
	err = l.desk.Store.Read(ctx, func(r staff.Records) error {
		out = map[catalog.AgencyCode][]catalog.OfficerID{}
		held, err := r.GrantsOn(l.at.AddDate(1, 0, 0), agencies) // the clock of a stage goes back
		for _, g := range held {
			if g.Role == catalog.RoleCentral {
				out[g.Scope.Agency] = append(out[g.Scope.Agency], g.User)
			}
		}
		return err
	})
	return out, err
}

func (l licensed) Everywhere(context.Context, catalog.Role) ([]catalog.OfficerID, error) {
	return nil, nil
}

// reportsOfLicences is the desk of licence reports.
func (o *office) reportsOfLicences(now func() time.Time) *licences.Desk {
	return &licences.Desk{Store: o.store.returns, Structure: o.state, Places: licensed{o}, People: licensed{o}, Begin: calendar.Month{Year: 2026, Month: time.August},
		Tell: func(_ context.Context, n licences.News) error { o.news = append(o.news, n); return nil }, Now: now, Random: rand.Reader, Log: o.logger()}
}

// bangkok is a moment there.
func (o *office) bangkok(s string) time.Time {
	o.t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Bangkok())
	o.must(err)
	return at
}

// asFilled are the fields of a grid as the page has them, with some changed.
func (a answer) asFilled(changed ...string) url.Values {
	form := url.Values{}
	for _, kind := range []string{"input", "textarea"} {
		for _, n := range a.all(kind, func(attr func(string) string) bool { return strings.HasPrefix(attr("name"), "r") }) {
			value := attr(n, "value")
			if n.FirstChild != nil {
				value = n.FirstChild.Data
			}
			form.Set(attr(n, "name"), value)
		}
	}
	for i := 0; i < len(changed); i += 2 {
		form.Set(changed[i], changed[i+1])
	}
	return form
}

// lineOf is which row of a grid a process has.
func (a answer) lineOf(id catalog.ProcessID, month string) string {
	for _, n := range a.all("input", func(attr func(string) string) bool { return attr("value") == string(id) }) {
		name, _, _ := strings.Cut(attr(n, "name"), ".")
		if a.input(name+".month") == month {
			return name
		}
	}
	return "r?"
}

func (o *office) send5(p *officer, path string, form url.Values) answer {
	o.t.Helper()
	a := o.ask(p, http.MethodPost, path, form)
	p.keep(a)
	return a
}

// returned is a report as it is kept.
func (o *office) returned(id catalog.ProcessID, m calendar.Month) licence.Report {
	o.t.Helper()
	return o.returnedAt(area5, id, m)
}

func (o *office) returnedAt(point catalog.PointCode, id catalog.ProcessID, m calendar.Month) (r licence.Report) {
	o.t.Helper()
	o.must(o.store.returns.Read(o.t.Context(), func(s licences.Records) (err error) {
		r, err = s.Report(licence.Key{Point: point, Process: id, Month: m})
		return err
	}))
	return r
}

var october = calendar.Month{Year: 2026, Month: time.October}

const gridOctober = "/licences/points/dlt-area5?month=2026-10"

func TestAPointReportsAMonth(t *testing.T) {
	o := openStructure(t)
	o.at = o.bangkok("2026-11-02 09:00")
	p := o.hire("จันทร์", grant(catalog.RolePoint, "dlt", area5))
	o.get(p, "/").want(t, http.StatusOK, "รายงานการออกใบอนุญาต", "ยังขาด 2 รายงาน", "ส่งภายในสิ้นวัน ศ. 13 พ.ย. 2569", "เหลืออีก 11 วัน 15 ชั่วโมง")
	o.get(p, "/licences").want(t, http.StatusOK, "ที่ต้องรายงาน", "ล็อกตั้งแต่สิ้นวัน", "0 จาก 2")
	page := o.get(p, gridOctober)
	page.want(t, http.StatusOK, "การต่ออายุใบอนุญาตขับรถ", "ต้องส่งภายในสิ้นวันศุกร์ที่ 13 พฤศจิกายน 2569", "ยังไม่ส่ง")
	r := page.lineOf(renewing, "2026-10")
	wrong := o.send5(p, gridOctober, page.asFilled(r+".carried_in", "3", r+".received", "1,๐10", r+".approved_on", "1000", "do", "file"))
	wrong.want(t, http.StatusBadRequest, "ยกมา 3 + รับใหม่ 1010 = 1013 แต่ผลรวมของช่องอื่นคือ 1000 ยังขาดอีก 13 คำขอ")
	if wrong.input(r+".received") != "1,๐10" || o.returned(renewing, october).Edition != 0 {
		t.Error("what was typed is lost, or was kept")
	}
	o.send5(p, gridOctober, page.asFilled(r+".received", "x", "do", "save")).want(t, http.StatusBadRequest, "“x” ในช่อง “รับคำขอใหม่” ไม่ใช่จำนวน")
	o.send5(p, gridOctober, page.asFilled("do", "file")).want(t, http.StatusBadRequest, "ยังไม่ได้กรอกรายงานใด")
	saved := o.send5(p, gridOctober, page.asFilled(r+".carried_in", "3", r+".received", "10", "do", "save"))
	saved.wantLed(t, gridOctober)
	page = o.get(p, gridOctober)
	page.want(t, http.StatusOK, "บันทึกร่างแล้ว 1 รายงาน", "บันทึกร่างไว้เมื่อ 2 พ.ย. 2569")
	good := page.asFilled(r+".approved_on", "8", r+".pending_in_time", "5", r+".note", "ปกติ", "do", "file")
	o.send5(p, gridOctober, good).wantLed(t, gridOctober)
	o.send5(p, gridOctober, good).wantLed(t, gridOctober) // sent again
	if got := o.returned(renewing, october); got.Filed.Version != 1 || got.Filed.Figures != (licence.Figures{CarriedIn: 3, Received: 10, ApprovedOn: 8, PendingInTime: 5}) || got.Filed.Note != "ปกติ" {
		t.Errorf("got %+v", got.Filed)
	}
	page = o.get(p, gridOctober)
	page.want(t, http.StatusOK, "ส่งแล้วเมื่อ 2 พ.ย. 2569")
	other := page.lineOf(temporary, "2026-10")
	o.send5(p, gridOctober, page.asFilled("zero", other[1:])).wantLed(t, gridOctober)
	if got := o.returned(temporary, october); !got.Filed.Zero {
		t.Errorf("got %+v", got.Filed)
	}
	o.get(p, gridOctober).want(t, http.StatusOK, "ส่งรายงานแล้ว 1 รายงาน", "แจ้งว่าไม่มีคำขอ")
	if o.get(p, "/").says("ยังขาด 2 รายงาน") && !o.get(p, "/").says("ล็อกตั้งแต่") {
		t.Error("what was reported is still to be done")
	}
}

func TestSomebodyElsesNumbersAreShownBeforeTheyAreReplaced(t *testing.T) {
	o := openStructure(t)
	o.at = o.bangkok("2026-11-02 09:00")
	p, second := o.hire("จันทร์", grant(catalog.RolePoint, "dlt", area5)), o.hire("อังคาร", grant(catalog.RolePoint, "dlt", area5))
	page := o.get(p, gridOctober)
	r := page.lineOf(renewing, "2026-10")
	o.send5(second, gridOctober, page.asFilled(r+".received", "7", r+".approved_on", "7", "do", "file")).wantLed(t, gridOctober)
	clash := o.send5(p, gridOctober, page.asFilled(r+".received", "9", r+".approved_on", "9", "do", "file"))
	clash.want(t, http.StatusConflict, "มีผู้อื่นบันทึกรายงานเดียวกันไปก่อน", "รับคำขอใหม่ 7 · อนุมัติ ภายในกำหนด 7")
	o.send5(p, gridOctober, clash.asFilled("do", "file")).wantLed(t, gridOctober)
	if got := o.returned(renewing, october).Filed; got.Received != 9 || got.Version != 2 {
		t.Errorf("got %+v", got)
	}
}

func TestWhatWasPastedOrUploadedIsShownAndNotSaved(t *testing.T) {
	o := openStructure(t)
	o.at = o.bangkok("2026-12-02 09:00")
	at := "/licences/points/dlt-area5?month=2026-11"
	p := o.hire("จันทร์", grant(catalog.RolePoint, "dlt", area5))
	page := o.get(p, at)
	r := page.lineOf(renewing, "2026-11")
	o.send5(p, at, page.asFilled("do", "paste", "paste", "การต่ออายุใบอนุญาตขับรถ\t12\tx")).want(t, http.StatusBadRequest, "แถวที่ 1: “x” ในช่อง “อนุมัติ ภายในกำหนด” ไม่ใช่จำนวน")
	shown := o.send5(p, at, page.asFilled("do", "paste", "paste", "การต่ออายุใบอนุญาตขับรถ\t12\t12\r\n"))
	shown.want(t, http.StatusOK, "ผลรวมตรงกัน")
	if shown.input(r+".received") != "12" || o.returned(renewing, october.Add(1)).Edition != 0 {
		t.Error("what was pasted is not shown, or was kept")
	}
	book := o.get(p, "/licences/points/dlt-area5/template.xlsx?month=2026-11")
	open, err := xlsx.Open(bytes.NewReader([]byte(book.body)), int64(len(book.body)), sheetLimits)
	o.must(err)
	defer open.Close()
	var rows []xlsx.Row
	for row, err := range open.Rows(open.Sheets()[0]) {
		o.must(err)
		rows = append(rows, row)
	}
	if len(rows) != 3 || !slices.Contains(rows[1].Cells, "2026-11") {
		t.Fatalf("the sheet has %v", rows)
	}
	w, err := xlsx.NewWriter()
	o.must(err)
	s, err := w.Sheet("x", xlsx.Heading{Text: "รหัสกระบวนงาน"}, xlsx.Heading{Text: "เดือน"}, xlsx.Heading{Text: "รับคำขอใหม่"}, xlsx.Heading{Text: "อนุมัติ ภายในกำหนด"})
	o.must(err)
	o.must(s.Row(string(renewing), "2026-11", 31, 31))
	o.must(s.Close())
	var filled bytes.Buffer
	_, err = w.WriteTo(&filled)
	o.must(err)
	back := o.uploadTable(p, "/licences/points/dlt-area5/upload?month=2026-11", filled.Bytes())
	back.want(t, http.StatusOK, "ผลรวมตรงกัน")
	if back.input(r+".received") != "31" {
		t.Errorf("got %q", back.input(r+".received"))
	}
	o.uploadTable(p, "/licences/points/dlt-area5/upload?month=2026-11", []byte("no book")).want(t, http.StatusBadRequest)
	o.send5(p, at, back.asFilled("do", "file")).wantLed(t, at)
	if got := o.returned(renewing, october.Add(1)).Filed; got.Received != 31 {
		t.Errorf("got %+v", got)
	}
}

// uploadTable sends a table as a browser does.
func (o *office) uploadTable(p *officer, path string, table []byte) answer {
	o.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("table", "a.xlsx")
	o.must(err)
	_, err = part.Write(table)
	o.must(err)
	o.must(w.Close())
	return o.ask(p, http.MethodPost, path, url.Values{}, func(r *http.Request) {
		r.Body = readCloser{&body}
		r.ContentLength = int64(body.Len())
		r.Header.Set("Content-Type", w.FormDataContentType())
	})
}

type readCloser struct{ *bytes.Buffer }

func (readCloser) Close() error { return nil }

func TestALockedReportIsUnlockedCorrectedAndCarriedOn(t *testing.T) {
	o := openStructure(t)
	o.at = o.bangkok("2026-11-02 09:00")
	hire := func() (p, central *officer) {
		return o.hire("จันทร์", grant(catalog.RolePoint, "dlt", area5)), o.hire("กมล", grant(catalog.RoleCentral, "dlt"))
	}
	p, _ := hire()
	page := o.get(p, gridOctober)
	r := page.lineOf(renewing, "2026-10")
	o.send5(p, gridOctober, page.asFilled(r+".received", "10", r+".approved_on", "8", r+".pending_in_time", "2", "do", "file")).wantLed(t, gridOctober)
	o.at = o.bangkok("2026-12-01 09:00")
	p, central := hire() // sessions of the month before are over
	o.send5(p, gridOctober, page.asFilled(r+".received", "11", r+".approved_on", "9", "do", "file")).want(t, http.StatusBadRequest, "ตุลาคม 2569: ", "ล็อกแล้ว")
	november := "/licences/points/dlt-area5?month=2026-11"
	page = o.get(p, november)
	n := page.lineOf(renewing, "2026-11")
	o.send5(p, november, page.asFilled(n+".received", "1", n+".approved_on", "3", "do", "file")).wantLed(t, november)
	o.get(p, gridOctober).want(t, http.StatusOK, "ล็อกตั้งแต่สิ้นวันศุกร์ที่ 13 พฤศจิกายน 2569", "ขอปลดล็อก", "ไม่ได้ส่งภายในสิ้นวันศุกร์ที่ 13")
	if page := o.get(p, gridOctober); page.lineOf(renewing, "2026-10") != "r?" {
		t.Error("a locked report has fields")
	}
	ask := "/licences/points/dlt-area5/unlock?month=2026-10"
	o.get(p, ask).want(t, http.StatusOK, "การต่ออายุใบอนุญาตขับรถ", "สิ้นวันทำการที่ 5")
	report := string(renewing) + " 2026-10"
	o.post(p, ask, "report", report, "reason", "ผิด").want(t, http.StatusBadRequest, "เหตุผลต้องยาว 10 ถึง 1000 ตัวอักษร")
	o.post(p, ask, "reason", "พบคำขอที่ตกหล่นสองคำขอ").want(t, http.StatusBadRequest, "ยังไม่ได้เลือกรายงาน")
	o.post(p, ask, "report", report, "reason", "พบคำขอที่ตกหล่นสองคำขอ").wantLed(t, gridOctober)
	o.get(central, "/").want(t, http.StatusOK, "มีคำขอปลดล็อก 1 รายการรอคุณพิจารณา")
	queue := o.get(central, "/licences/unlocks")
	queue.want(t, http.StatusOK, "พบคำขอที่ตกหล่นสองคำขอ", "จันทร์", "รับคำขอใหม่ 10", "พ. 9 ธ.ค. 2569")
	id := attr(queue.all("input", func(attr func(string) string) bool { return attr("name") == "request" })[0], "value")
	opdc := o.hire("ก.พ.ร.", grant(catalog.RoleOPDC, "")) // reads all, and decides where nobody central stands above
	o.get(opdc, gridOctober).want(t, http.StatusOK, "ขอปลดล็อกเมื่อ")
	o.get(opdc, "/licences/unlocks").want(t, http.StatusOK, "ไม่มีคำขอที่รอพิจารณา", "ไม่มีเจ้าหน้าที่ส่วนกลางเหนือขึ้นไป")
	o.post(opdc, "/licences/unlocks", "request", id, "do", "grant").want(t, http.StatusForbidden)
	if o.get(opdc, "/").says("รอคุณพิจารณา") {
		t.Error("the OPDC is asked for what is not its to decide")
	}
	o.post(central, "/licences/unlocks", "request", id, "do", "refuse").want(t, http.StatusBadRequest, "เหตุผลต้องยาว")
	o.post(central, "/licences/unlocks", "request", id, "do", "grant").wantLed(t, "/licences/unlocks")
	o.get(central, "/licences/unlocks").want(t, http.StatusOK, "ปลดล็อกแล้ว 1 รายงาน", "ไม่มีคำขอที่รอพิจารณา")
	page = o.get(p, gridOctober)
	page.want(t, http.StatusOK, "ปลดล็อกอยู่", "ถ้าไม่ส่งจะขอปลดล็อกรายงานนี้อีกไม่ได้")
	r = page.lineOf(renewing, "2026-10")
	offer := o.send5(p, gridOctober, page.asFilled(r+".received", "12", r+".pending_in_time", "4", "do", "file"))
	offer.want(t, http.StatusConflict, "การแก้ไขนี้เปลี่ยนยอดยกมาของเดือนถัดไป", "พฤศจิกายน 2569")
	o.send5(p, gridOctober, offer.asFilled("carry", "carry", "do", "file")).wantLed(t, gridOctober)
	if got := o.returned(renewing, october.Add(1)).Filed; got.Figures != (licence.Figures{CarriedIn: 4, Received: 1, ApprovedOn: 3, PendingInTime: 2}) {
		t.Errorf("the next month: %+v", got)
	}
	o.get(p, "/licences/points/dlt-area5/versions?process=dlt-u3iddp&month=2026-11").want(t, http.StatusOK, "ปรับตามเดือนก่อนที่แก้ไข", "ส่งครั้งแรก")
	o.get(central, "/licences?month=2026-10&to=2026-11").want(t, http.StatusOK, "กรมการขนส่งทางบก", "ขอปลดล็อก", "ยังส่งไม่ครบ")
	o.post(central, "/licences/remind", "unit", "dlt", "month", "2026-11").wantLed(t, "/licences?month=2026-11&unit=dlt")
	if !slices.ContainsFunc(o.news, func(n licences.News) bool { return n.Topic == licences.Reminded && n.Point == area5 }) {
		t.Errorf("nobody was reminded: %v", o.news)
	}
	o.get(central, "/trail?action=licence.").want(t, http.StatusOK, "ส่งรายงานการออกใบอนุญาต", "อนุมัติให้ปลดล็อกรายงาน", "ปรับยอดยกมาตามเดือนก่อนที่แก้ไข")
}

func TestLicenceReportsAreForWhoReportsAndWhoReads(t *testing.T) {
	o := openStructure(t)
	o.at = o.bangkok("2026-12-01 09:00")
	people := map[string]*officer{
		"central": o.hire("กลาง", grant(catalog.RoleCentral, "dlt")), "other": o.hire("อื่น", grant(catalog.RoleCentral, "moph")), "point": o.hire("จุดอื่น", grant(catalog.RolePoint, "dlt", area2)),
		"author": o.hire("ผู้เขียน", grant(catalog.RoleAuthor, "dlt")), "dga": o.hire("สพร.", grant(catalog.RoleDGA, "")),
	}
	november := "/licences/points/dlt-area5?month=2026-11"
	row := url.Values{"r0.process": {string(renewing)}, "r0.month": {"2026-11"}, "r0.edition": {"0"}, "r0.received": {"1"}, "r0.approved_on": {"1"}, "do": {"file"}}
	report := url.Values{"report": {string(renewing) + " 2026-10"}, "reason": {"พบคำขอที่ตกหล่นสองคำขอ"}}
	for _, test := range []struct {
		who, method, path string
		form              url.Values
		status            int
	}{
		{"author", http.MethodGet, november, nil, http.StatusForbidden},
		{"other", http.MethodGet, november, nil, http.StatusNotFound},
		{"point", http.MethodGet, november, nil, http.StatusNotFound},
		{"point", http.MethodGet, "/licences/points/dlt-area5/versions?process=dlt-u3iddp&month=2026-11", nil, http.StatusNotFound},
		{"point", http.MethodGet, "/licences/points/dlt-area5/template.xlsx?month=2026-11", nil, http.StatusNotFound},
		{"point", http.MethodGet, "/licences/points/dlt-area5/unlock?month=2026-10", nil, http.StatusNotFound},
		{"dga", http.MethodGet, november, nil, http.StatusOK},
		{"central", http.MethodGet, november, nil, http.StatusOK},
		{"central", http.MethodPost, november, row, http.StatusBadRequest},
		{"dga", http.MethodPost, november, row, http.StatusBadRequest},
		{"other", http.MethodPost, november, row, http.StatusNotFound},
		{"point", http.MethodPost, november, row, http.StatusNotFound},
		{"dga", http.MethodPost, "/licences/points/dlt-area5/unlock?month=2026-10", report, http.StatusNotFound},
		{"other", http.MethodPost, "/licences/points/dlt-area5/unlock?month=2026-10", report, http.StatusNotFound},
		{"point", http.MethodGet, "/licences/unlocks", nil, http.StatusForbidden},
		{"dga", http.MethodPost, "/licences/unlocks", url.Values{"request": {"u-1"}, "do": {"grant"}}, http.StatusForbidden},
		{"central", http.MethodPost, "/licences/unlocks", url.Values{"request": {"u-1"}, "do": {"grant"}}, http.StatusForbidden},
		{"other", http.MethodPost, "/licences/remind", url.Values{"unit": {"dlt"}, "month": {"2026-11"}}, http.StatusForbidden},
		{"other", http.MethodGet, "/licences?unit=dlt", nil, http.StatusOK},
	} {
		if a := o.ask(people[test.who], test.method, test.path, test.form); a.StatusCode != test.status {
			t.Errorf("%s, %s %s: got %d, want %d: %.200s", test.who, test.method, test.path, a.StatusCode, test.status, a.text)
		}
	}
	if o.returned(renewing, october.Add(1)).Edition != 0 {
		t.Error("somebody wrote")
	}
	o.get(people["other"], "/licences?unit=dlt").want(t, http.StatusOK, "ไม่พบหน่วยงานชื่อนี้")
}

// licenceScenes are the pages of licence reports. The clock of the stage stands at
// the end of November.
var licenceScenes = []scene{
	{"licences", "/licences?month=2026-09&to=2026-10&unit=dlt", "central"}, {"licences-point", "/licences", "point"}, {"licences-none", "/licences?unit=doh", "dga"},
	{"licence-grid", "/licences/points/dlt-area5?month=2026-10&to=2026-11", "point"}, {"licence-read", "/licences/points/dlt-area5?month=2026-10", "central"},
	{"licence-ask", "/licences/points/dlt-area5/unlock?month=2026-09", "point"}, {"unlocks", "/licences/unlocks", "central"}, {"unlocks-none", "/licences/unlocks", "opdc"},
	{"licence-past", "/licences/points/dlt-area5/versions?process=dlt-u3iddp&month=2026-10", "point"},
}

// fillLicences has some points report, and one ask for an unlock.
func (s *stage) fillLicences() {
	now := s.at
	s.people["point"] = s.hire("จันทร์ ตัวอย่าง", grant(catalog.RolePoint, "dlt", area5))
	points, err := s.direct.Points(immediate.PointFilter{Agency: "dlt"})
	s.must(err)
	d := s.pages.Licences
	write := func(point catalog.PointCode, m calendar.Month, carried, received, late int) {
		by := staff.Acting{Officer: rights.Officer{ID: s.people["point"].id, Grants: []rights.Grant{grant(catalog.RolePoint, "dlt", point)}}}
		e := licence.Entry{Figures: licence.Figures{Received: received, ApprovedOn: carried + received - late - 2, ApprovedLate: late, PendingInTime: 1, PendingLate: 1, Letters: 1}, Note: "รอผลตรวจประวัติ"}
		_, err := d.Write(s.t.Context(), by, licences.Written{Point: point, File: true, Carry: licences.LeaveAlone, Changes: []licences.Change{{Process: renewing, Month: m, Entry: e}}})
		s.must(err)
	}
	s.at = s.bangkok("2026-10-05 09:00")
	for i, p := range points {
		if i%4 != 3 && p.Code != "dlt-mall-ramintra" {
			write(p.Code, october.Add(-1), 0, 1180+37*i, 5*i)
		}
	}
	s.at = s.bangkok("2026-11-05 09:00")
	write(area5, october, 2, 1204, 12)
	s.at = s.at.Add(time.Hour)
	by := staff.Acting{Officer: rights.Officer{ID: s.people["point"].id, Grants: []rights.Grant{grant(catalog.RolePoint, "dlt", area5)}}}
	g, err := d.Grid(s.t.Context(), by, area5, october, october)
	s.must(err)
	for _, r := range g.Rows {
		if r.Process == renewing {
			e := r.Shown
			e.Received, e.ApprovedOn = e.Received+2, e.ApprovedOn+2
			_, err := d.Write(s.t.Context(), by, licences.Written{Point: area5, File: true, Carry: licences.CarryOn, Changes: []licences.Change{{Process: renewing, Month: october, Entry: e, Edition: r.Edition}}})
			s.must(err)
		}
	}
	s.at = now
	_, err = d.Ask(s.t.Context(), by, area5, []licence.Key{{Point: area5, Process: renewing, Month: october}}, "พบคำขอที่ตกหล่น 2 คำขอของวันที่ 14 ตุลาคม เพราะบันทึกผิดวัน ต้องแก้ไขยอดรับใหม่และยอดอนุมัติ")
	s.must(err)
}
