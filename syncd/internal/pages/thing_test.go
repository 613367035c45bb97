package pages

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
)

// valueNow is a thing as it is published.
func valueNow[T any](o *office, id string) *T {
	o.t.Helper()
	at, err := o.direct.File(id)
	o.must(err)
	s, err := o.direct.Open(o.by(o.overseer()), at.Path)
	o.must(err)
	value, ok := s.Value.(*T)
	if !ok {
		o.t.Fatalf("%s is a %T", id, s.Value)
	}
	return value
}

// overseer may open everything.
func (o *office) overseer() *officer {
	return o.hire("ผู้ดู", grant(catalog.RoleDGA, ""), grant(catalog.RoleCentral, "mot"))
}

// changed is the form of a page with some fields changed.
func (o *office) changed(p *officer, at string, fields ...string) url.Values {
	o.t.Helper()
	page := o.get(p, at)
	page.want(o.t, http.StatusOK)
	form := page.filled(o.t)
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return form
}

func TestAFormOfAThingSavedUntouchedChangesNothing(t *testing.T) {
	o := openStructure(t)
	p := o.overseer()
	for _, at := range []string{"/agencies/dlt/edit", "/points/dlt-area2/edit", "/points/dlt-songkhla/edit", "/processes/dlt-67bh3p/edit"} {
		o.send(p, at, o.changed(p, at))
		id := strings.Split(at, "/")[2]
		file, err := o.direct.File(id)
		o.must(err)
		list, _, err := o.direct.History(t.Context(), o.by(p), file.Path, [20]byte{}, 5)
		if err != nil || len(list) != 1 {
			t.Errorf("%s: %d versions, want one: %v", at, len(list), err)
		}
	}
}

func TestACentralOfficerRenamesAnAgencyAndSeesItsHistory(t *testing.T) {
	o := openStructure(t)
	p := o.hire("ประภา ตั้งใจ", grant(catalog.RoleCentral, "dlt"))
	const at = "/agencies/dlt/edit"
	page := o.get(p, at)
	page.want(t, http.StatusOK, "ชื่อและชนิด", "ประวัติการเปลี่ยนแปลง", "ยุบเลิกหน่วยงาน")
	if len(page.all("select", func(attr func(string) string) bool { return attr("name") == "licence_reports" })) > 0 {
		t.Error("who reports is the DGA's to say")
	}
	o.send(p, at, o.changed(p, at, "name.th", "กรมการขนส่งทางบกและราง", "contact.phones", "1584\n02 271 8888", "licence_reports", "agency", "code", "x")).wantLed(t, "/structure?unit=dlt")
	a := valueNow[catalog.Agency](o, "dlt")
	if a.Name.TH != "กรมการขนส่งทางบกและราง" || len(a.Contact.Phones) != 2 || a.LicenceReports == "agency" || a.Code != "dlt" {
		t.Errorf("got %+v", a)
	}
	o.get(p, "/structure?unit=dlt").want(t, http.StatusOK, "บันทึก กรมการขนส่งทางบกและราง แล้ว")
	history := o.get(p, "/agencies/dlt/history")
	history.want(t, http.StatusOK, "ประภา ตั้งใจ", "ชื่อหน่วยงาน")
	o.post(p, "/agencies/dlt/revert", "commit", history.input("commit")).wantLed(t, "/agencies/dlt/history")
	if got := valueNow[catalog.Agency](o, "dlt").Name.TH; got != "กรมการขนส่งทางบก" {
		t.Errorf("the name is %q", got)
	}

	dga := o.hire("ผู้ดูแล", grant(catalog.RoleDGA, ""))
	o.send(dga, at, o.changed(dga, at, "licence_reports", "agency")).wantLed(t, "/structure?unit=dlt")
	if got := valueNow[catalog.Agency](o, "dlt").LicenceReports; got != "agency" {
		t.Errorf("%q reports", got)
	}
}

func TestWhatIsWrongIsToldAndWhatWasTypedIsKept(t *testing.T) {
	o := openStructure(t)
	p := o.overseer()
	for name, c := range map[string]struct{ at, field, typed, says string }{
		"a position that is swapped":     {"/points/dlt-area2/edit", "place.value", "100.5548, 13.80713", "อาจสลับที่กัน"},
		"a short link":                   {"/points/dlt-area2/edit", "place.value", "https://maps.app.goo.gl/x", "ลิงก์ย่อ"},
		"no name":                        {"/points/dlt-area2/edit", "name.th", "", "กรอกภาษาไทยด้วย"},
		"a name with an invisible mark":  {"/points/dlt-area2/edit", "name.th", "สำนัก\u202eงาน", "U+202E"},
		"an address that is a script":    {"/points/dlt-area2/edit", "queue_url", "javascript:alert(1)", "ไม่ใช่ที่อยู่เว็บ"},
		"a subdistrict of no province":   {"/points/dlt-area2/edit", "address.subdistrict", "990101", "99"},
		"a province that there is not":   {"/agencies/dlt/edit", "province", "99", "99"},
		"a process without kind of act":  {"/processes/dlt-67bh3p/edit", "work_kind", "", "ยังไม่ได้กรอก"},
		"a day that is none":             {"/processes/dlt-67bh3p/edit", "reviewed_on", "31/2/2569", "ทบทวนล่าสุดเมื่อ"},
		"an agency's code that is taken": {"/agencies/new?above=mot", "code", "dlt", "ใช้แล้ว"},
		"a code that is none":            {"/agencies/new?above=mot", "code", "ขบ", "ไม่ใช่รหัสที่ใช้ได้"},
	} {
		t.Run(name, func(t *testing.T) {
			form := o.changed(p, c.at, c.field, c.typed)
			if strings.HasPrefix(c.at, "/agencies/new") {
				form.Set("name.th", "กรมใหม่")
				form.Set("kind", "department")
			}
			a := o.send(p, c.at, form)
			if a.StatusCode != http.StatusBadRequest && a.StatusCode != http.StatusConflict {
				t.Fatalf("got %d: %.300s", a.StatusCode, a.text)
			}
			a.want(t, a.StatusCode, c.says)
			if got := a.filled(t).Get(c.field); got != c.typed {
				t.Errorf("typed %q, shown %q", c.typed, got)
			}
		})
	}
}

func TestTwoWhoChangeTheSameFieldOfAPointChoose(t *testing.T) {
	o := openStructure(t)
	p, q := o.hire("กานดา", grant(catalog.RolePoint, "dlt", area2)), o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	at := pointURL(area2) + "/edit"
	mine, theirs := o.changed(p, at, "directions.th", "รถเมล์สาย 3", "contact.fax", "02 111 1111"), o.changed(q, at, "directions.th", "รถไฟฟ้าสายสีเขียว", "queue_url", "https://q.example.go.th/")
	o.send(q, at, theirs).wantLed(t, pointURL(area2))
	clash := o.send(p, at, mine)
	clash.want(t, http.StatusConflict, "รถเมล์สาย 3", "รถไฟฟ้าสายสีเขียว")
	form := clash.filled(t)
	radio := clash.all("input", func(attr func(string) string) bool { return attr("type") == "radio" })
	if len(radio) < 2 {
		t.Fatal("there is nothing to choose")
	}
	again := o.send(p, at, form)
	if again.StatusCode != http.StatusConflict {
		t.Errorf("without a choice: %d", again.StatusCode)
	}
	form.Set(attr(radio[0], "name"), "ours")
	o.send(p, at, form).wantLed(t, pointURL(area2))
	got := o.pointNow(area2)
	if got.Directions.TH != "รถเมล์สาย 3" || got.Contact.Fax != "02 111 1111" || got.QueueURL != "https://q.example.go.th/" {
		t.Errorf("got %+v", got)
	}
}

// rowsOf are the buttons of rows without a script.
func TestRowsMoveWithoutAScript(t *testing.T) {
	o := openStructure(t)
	p := o.overseer()
	const at = "/processes/dlt-67bh3p/edit"
	form := o.changed(p, at)
	before := len(form["laws.rows"])
	form.Set("op", "add:laws")
	added := o.send(p, at, form)
	added.want(t, http.StatusOK)
	if got := len(added.filled(t)["laws.rows"]); got != before+1 {
		t.Errorf("%d rows, want %d", got, before+1)
	}
	form.Set("op", "remove:laws.77")
	o.send(p, at, form).want(t, http.StatusBadRequest, "ไม่พบแถวนี้")
	form.Set("op", "add:id")
	o.send(p, at, form).want(t, http.StatusBadRequest)
}

// snapshot is a photo of a size.
func snapshot(t testing.TB, w, h int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	img.Set(1, 1, color.White)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sendFiles sends a form with files, by their fields.
func (o *office) sendFiles(p *officer, at string, form url.Values, files map[string][]byte, called string) answer {
	o.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, list := range form {
		for _, value := range list {
			o.must(w.WriteField(name, value))
		}
	}
	for field, data := range files {
		f, err := w.CreateFormFile(field, called)
		o.must(err)
		_, err = f.Write(data)
		o.must(err)
	}
	o.must(w.Close())
	a := o.ask(p, http.MethodPost, at, nil, func(r *http.Request) {
		*r = *withBody(r, body.Bytes(), w.FormDataContentType())
	})
	p.keep(a)
	return a
}

func withBody(r *http.Request, body []byte, kind string) *http.Request {
	again := httptest.NewRequestWithContext(r.Context(), r.Method, r.URL.String(), bytes.NewReader(body))
	again.Header = r.Header.Clone()
	again.Header.Set("Content-Type", kind)
	return again
}

func TestS29APhotoIsPublishedUnderANameOfOurOwn(t *testing.T) {
	o := openStructure(t)
	p := o.hire("กานดา", grant(catalog.RolePoint, "dlt", area2))
	at := pointURL(area2) + "/edit"
	form := o.changed(p, at, "photos.rows", "0", "photos.0.alt.th", "ทางเข้าอาคาร มีทางลาด", "photos.0.file", "")
	exif := append([]byte("\xff\xd8\xff\xe1\x00\x1eExif\x00\x00GPS 13.80713 100.5548"), 0)
	src := append(exif[:len(exif):len(exif)], snapshot(t, 80, 60)[2:]...)
	o.sendFiles(p, at, form, map[string][]byte{"photos.0.file": src}, `..\..\CON.jpg::$DATA`+"\u202egpj.exe").wantLed(t, pointURL(area2))
	photos := o.pointNow(area2).Photos
	if len(photos) != 1 || !strings.HasPrefix(photos[0].File, "dlt-area2-") || !strings.HasSuffix(photos[0].File, ".jpg") || strings.ContainsAny(photos[0].File, `\/:$`) {
		t.Fatalf("got %+v", photos)
	}
	page := o.get(p, at)
	url := pointURL(area2) + "/photos/" + photos[0].File
	if len(page.all("img", func(attr func(string) string) bool { return attr("src") == url })) != 1 {
		t.Error("the form does not show the photo")
	}
	got := o.get(p, url)
	if got.StatusCode != http.StatusOK || strings.Contains(got.body, "GPS") || strings.Contains(got.body, "Exif") {
		t.Errorf("got %d, %d bytes", got.StatusCode, len(got.body))
	}
	if h := got.Header; h.Get("Content-Type") != "image/jpeg" || h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("got %v", h)
	}
	other := o.hire("คนอื่น", grant(catalog.RolePoint, "dlt", area3))
	o.get(other, url).want(t, http.StatusNotFound)
	o.get(p, pointURL(area2)+"/photos/dlt-area2.yaml").want(t, http.StatusNotFound)
	o.get(p, pointURL(area2)+"/photos/..%2Fagency.yaml").want(t, http.StatusNotFound)

	// Whoever takes the row away takes the photo away.
	form = o.changed(p, at)
	form.Del("photos.rows")
	o.send(p, at, form).wantLed(t, pointURL(area2))
	if len(o.pointNow(area2).Photos) != 0 {
		t.Error("the photo is still there")
	}
	o.get(p, url).want(t, http.StatusNotFound)
}

func TestS30WhatIsNoPhotoIsNotTaken(t *testing.T) {
	o := openStructure(t)
	p := o.hire("กานดา", grant(catalog.RolePoint, "dlt", area2))
	at := pointURL(area2) + "/edit"
	var huge bytes.Buffer
	o.must(png.Encode(&huge, image.NewGray(image.Rect(0, 0, 8000, 4000))))
	for name, c := range map[string]struct {
		data []byte
		alt  string
		says string
	}{
		"SVG":                       {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), "ภาพ", "ไม่ใช่ภาพ JPEG PNG หรือ WebP"},
		"HTML":                      {[]byte("<script>alert(1)</script>"), "ภาพ", "ไม่ใช่ภาพ JPEG PNG หรือ WebP"},
		"a photo that nobody tells": {snapshot(t, 80, 60), "", "ยังไม่ได้กรอก"},
		"more pixels than are read": {huge.Bytes(), "ภาพ", "ล้านจุดภาพ"},
	} {
		form := o.changed(p, at, "photos.rows", "0", "photos.0.alt.th", c.alt, "photos.0.file", "", "directions.th", "พิมพ์ไว้")
		a := o.sendFiles(p, at, form, map[string][]byte{"photos.0.file": c.data}, "photo.jpg")
		a.want(t, http.StatusBadRequest, c.says)
		if got := a.filled(t); got.Get("directions.th") != "พิมพ์ไว้" || got.Get("photos.0.file") != "" {
			t.Errorf("%s: shown %q and %q", name, got.Get("directions.th"), got.Get("photos.0.file"))
		}
	}
	if got := o.pointNow(area2).Photos; len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}

// formPlace is a form that a role may open where it stands, by the matrix.
type formPlace struct {
	at     string
	action rights.Action
	target rights.Target
}

func TestOnlyWhomTheMatrixLetsInFindsAForm(t *testing.T) {
	o := openStructure(t)
	dlt, mot := []catalog.AgencyCode{"dlt", "mot"}, []catalog.AgencyCode{"mot"}
	places := []formPlace{
		{"/agencies/dlt/edit", rights.EditProfile, rights.Target{Chain: dlt}}, {"/agencies/mot/edit", rights.EditProfile, rights.Target{Chain: mot}},
		{"/agencies/dlt/hours", rights.EditProfile, rights.Target{Chain: dlt}}, {"/agencies/dlt/retire", rights.EditStructure, rights.Target{Chain: dlt}},
		{"/agencies/mot/retire", rights.EditStructure, rights.Target{Chain: mot}},
		{"/agencies/dlt/history", rights.EditProfile, rights.Target{Chain: dlt}},
		{"/agencies/new", rights.IssueFirst, rights.Target{}}, {"/agencies/new?above=dlt", rights.EditStructure, rights.Target{Chain: dlt}},
		{"/agencies/new?above=mot", rights.EditStructure, rights.Target{Chain: mot}},
		{"/points/dlt-area2/edit", rights.EditProfile, rights.Target{Chain: dlt, Point: area2}}, {"/points/new?unit=dlt", rights.EditStructure, rights.Target{Chain: dlt}},
		{"/processes/dlt-67bh3p/edit", rights.EditProcess, rights.Target{Chain: dlt}}, {"/processes/new?unit=dlt", rights.EditProcess, rights.Target{Chain: dlt}},
		{"/processes/new?unit=mot", rights.EditProcess, rights.Target{Chain: mot}},
		{"/processes/dlt-67bh3p/history", rights.EditProcess, rights.Target{Chain: dlt}}, {"/processes/dlt-67bh3p/remove", rights.EditProcess, rights.Target{Chain: dlt}},
		{"/services/new?unit=dlt", rights.EditService, rights.Target{Chain: dlt}}, {"/services/new?unit=mot", rights.EditService, rights.Target{Chain: mot}},
	}
	for _, c := range everyone(o) {
		if c.who == nil {
			continue
		}
		officer := rights.Officer{Grants: c.grants}
		for _, p := range places {
			may := officer.May(p.action, p.target) == nil
			before := o.store.writes.Load()
			a := o.get(c.who, p.at)
			if got := a.StatusCode == http.StatusOK; got != may {
				t.Errorf("%s asks %s: got %d, may: %v", c.name, p.at, a.StatusCode, may)
			}
			if may {
				continue
			}
			form := url.Values{"was": {strings.Repeat("0", 40)}, "by": {string(c.who.id)}, "end": {"1"}, "name.th": {"ก"}, "title.th": {"ก"}, "kind": {"department"}, "code": {"taken-over"}, "work_kind": {"other"}, "on": {"1/1/2570"}}
			if a := o.ask(c.who, http.MethodPost, p.at, form); a.StatusCode < 300 || a.Header.Get("Location") != "" && a.Header.Get("Location") != "/token" || o.store.writes.Load() != before {
				t.Errorf("%s sends %s: got %d", c.name, p.at, a.StatusCode)
			}
		}
	}
}

func TestAProcessIsReviewedAndGoesOnceNothingNamesIt(t *testing.T) {
	o := openStructure(t)
	p := o.hire("อารี สุขสันต์", grant(catalog.RoleAuthor, "dlt"))
	at := "/processes/new?unit=dlt"
	form := o.changed(p, at, "title.th", "การออกใบอนุญาตทดลอง", "work_kind", "licence", "licence", "1", "note.th", "ทดลอง")
	made := o.send(p, at, form)
	to := made.Header.Get("Location")
	if made.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/processes/dlt-") || !strings.HasSuffix(to, "/edit") {
		t.Fatalf("got %d to %q: %.300s", made.StatusCode, to, made.text)
	}
	page := o.get(p, to)
	page.want(t, http.StatusOK, "สร้าง การออกใบอนุญาตทดลอง แล้ว", "ยังไม่เคยบันทึกการทบทวน")
	reviewed := page.filled(t)
	reviewed.Set("op", "reviewed")
	o.send(p, to, reviewed).wantLed(t, to)
	o.get(p, to).want(t, http.StatusOK, "ทบทวนล่าสุด 22 พ.ย. 2569", "ครบกำหนดอีกครั้ง 22 พ.ย. 2574")
	o.at = o.at.AddDate(5, 1, 0)
	o.get(o.again(p), to).want(t, http.StatusOK, "เลยกำหนดเมื่อ 22 พ.ย. 2574")
	p = o.again(p)

	id := strings.Split(to, "/")[2]
	remove := "/processes/" + id + "/remove"
	o.get(p, remove).want(t, http.StatusOK, "การออกใบอนุญาตทดลอง")
	o.post(p, remove).wantLed(t, "/structure?unit=dlt")
	o.get(p, to).want(t, http.StatusNotFound)
	o.post(p, "/processes/dlt-67bh3p/remove").want(t, http.StatusBadRequest)
	valueNow[catalog.Process](o, "dlt-67bh3p")
}

func TestAnotherServiceIsLookedAtAndPublished(t *testing.T) {
	o := openStructure(t)
	p := o.hire("อารี สุขสันต์", grant(catalog.RoleAuthor, "dlt"))
	at := "/services/new?unit=dlt"
	form := o.changed(p, at, "title.th", "ยืมรถเข็นผู้สูงอายุ", "categories", "transport", "channels.rows", "0", "channels.0.kind", "counter", "channels.0.name.th", "เคาน์เตอร์ 1",
		"fees", "given", "fees.rows", "0", "fees.0.name.th", "ค่ามัดจำ", "fees.0.kind", "fixed", "fees.0.min", "๐",
		"body", "## วิธียืม\n\n<script>alert(1)</script>\n\n[คลิก](javascript:alert(1)) **แสดงบัตร**")
	look := o.send(p, "/services/preview?unit=dlt", form)
	look.want(t, http.StatusOK, "ยืมรถเข็นผู้สูงอายุ", "วิธียืม", "แสดงบัตร")
	look.wantNot(t, "<script>alert", "javascript:alert")
	if csp := look.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "sandbox") {
		t.Errorf("got %q", csp)
	}
	o.send(p, "/services/preview?unit=mot", form).want(t, http.StatusNotFound)

	missing := url.Values{}
	for k, v := range form {
		missing[k] = slices.Clone(v)
	}
	missing.Set("body", "")
	missing.Del("channels.rows")
	o.send(p, at, missing).want(t, http.StatusBadRequest, "รายละเอียด เงื่อนไข และวิธีขอรับบริการ: ยังไม่ได้กรอก", "ช่องทางการให้บริการ: ยังไม่ได้กรอก")

	made := o.send(p, at, form)
	to := made.Header.Get("Location")
	if made.StatusCode != http.StatusSeeOther {
		t.Fatalf("got %d: %s", made.StatusCode, made.text)
	}
	id := strings.Split(to, "/")[2]
	s := valueNow[catalog.Service](o, id)
	if s.Title.TH != "ยืมรถเข็นผู้สูงอายุ" || !s.Fees.IsGiven() || s.Fees.Value[0].Min != 0 || s.Owner != "dlt" {
		t.Errorf("got %+v", s)
	}
	o.get(p, to).want(t, http.StatusOK, "สร้าง ยืมรถเข็นผู้สูงอายุ แล้ว")
	o.send(p, to, o.changed(p, to, "title.th", "ยืมรถเข็น")).wantLed(t, to)
	history := o.get(p, "/services/"+id+"/history")
	history.want(t, http.StatusOK, "ชื่อบริการ", "อารี สุขสันต์")
	o.post(p, "/services/"+id+"/revert", "commit", history.input("commit")).wantLed(t, "/services/"+id+"/history")
	if got := valueNow[catalog.Service](o, id).Title.TH; got != "ยืมรถเข็นผู้สูงอายุ" {
		t.Errorf("the title is %q", got)
	}

	remove := "/services/" + id + "/remove"
	o.get(p, to).want(t, http.StatusOK, "ลบรายการนี้")
	o.get(p, remove).want(t, http.StatusOK, "ลบบริการ", "ยืมรถเข็นผู้สูงอายุ")
	o.post(o.hire("จุดบริการอื่น", grant(catalog.RolePoint, "dlt", area3)), remove).want(t, http.StatusNotFound)
	o.post(p, remove).wantLed(t, "/structure?unit=dlt")
	o.get(p, to).want(t, http.StatusNotFound)
	o.get(o.hire("กลาง", grant(catalog.RoleCentral, "dlt")), "/trail?action=service.").want(t, http.StatusOK, "ลบบริการอื่น ๆ", "แก้ข้อมูลของบริการอื่น ๆ", "เพิ่มบริการอื่น ๆ")
}

func TestAnAgencyAndAPointAreMadeAndTheAgencyEndsOnceItIsEmpty(t *testing.T) {
	o := openStructure(t)
	p := o.hire("ประภา", grant(catalog.RoleCentral, "dlt"))
	at := "/agencies/new?above=dlt"
	o.send(p, at, o.changed(p, at, "code", "dlt-rail", "name.th", "กองทางราง", "kind", "division")).wantLed(t, "/agencies/dlt-rail/edit")
	if a := valueNow[catalog.Agency](o, "dlt-rail"); a.Parent != "dlt" || a.Name.TH != "กองทางราง" {
		t.Errorf("got %+v", a)
	}
	o.state.agencies["dlt-rail"] = &catalog.Agency{Code: "dlt-rail", Parent: "dlt", Name: catalog.Text{TH: "กองทางราง"}}
	o.get(p, "/agencies/dlt-rail/edit").want(t, http.StatusOK, "สร้าง กองทางราง แล้ว")

	at = "/points/new?unit=dlt-rail"
	made := o.send(p, at, o.changed(p, at, "name.th", "สถานีกลาง", "address.line.th", "1 ถ.กำแพงเพชร", "place.value", "https://www.openstreetmap.org/#map=17/13.8038/100.5392"))
	point := made.Header.Get("Location")
	if !strings.HasPrefix(point, "/points/dlt-rail-") {
		t.Fatalf("got %d to %q: %.300s", made.StatusCode, point, made.text)
	}
	if got := o.pointNow(catalog.PointCode(strings.TrimPrefix(point, "/points/"))).Place.Value; got != (catalog.Place{Lat: 13.8038, Lng: 100.5392}) {
		t.Errorf("it stands at %v", got)
	}

	retire := "/agencies/dlt-rail/retire"
	o.get(p, retire).want(t, http.StatusOK, "กองทางราง", "หน่วยงานที่รับช่วง")
	for name, c := range map[string]struct {
		fields []string
		says   string
	}{
		"no day":                   {[]string{"on", ""}, "บอกวันที่ยุบเลิก"},
		"no day at all":            {[]string{"on", "เมื่อวาน"}, "อ่านวันที่"},
		"an agency that is not":    {[]string{"on", "1/12/2569", "successor", "no-such"}, "ไม่พบหน่วยงาน"},
		"itself":                   {[]string{"on", "1/12/2569", "successor", "dlt-rail"}, "รับช่วงตัวเองไม่ได้"},
		"several":                  {[]string{"on", "1/12/2569", "successor", "กรม"}, "มีหลายหน่วยงาน"},
		"while it has a point":     {[]string{"on", "1/12/2569", "successor", "dlt"}, strings.TrimPrefix(point, "/points/")},
		"a day in another writing": {[]string{"on", "1 ธันวาคม 2569"}, "ยังมี"},
	} {
		if a := o.post(p, retire, c.fields...); a.StatusCode != http.StatusBadRequest && a.StatusCode != http.StatusConflict || !strings.Contains(a.text, c.says) {
			t.Errorf("%s: got %d %.500s", name, a.StatusCode, a.text)
		}
	}
	o.post(p, point+"/cancel").wantLed(t, point)
	o.post(p, retire, "on", "1/12/2569", "successor", "กรมการขนส่งทางบก (dlt)", "why", "กฎกระทรวง").wantLed(t, "/structure?unit=dlt-rail")
	if got := valueNow[catalog.Agency](o, "dlt-rail").Retired.Value; got.Successor != "dlt" || got.On.ISO() != "2026-12-01" {
		t.Errorf("got %+v", got)
	}
	o.get(p, "/agencies/dlt-rail/edit").want(t, http.StatusOK, "หน่วยงานนี้ยุบเลิกแล้ว")
}

func TestAnAgencyHasHoursAsAPointHas(t *testing.T) {
	o := openStructure(t)
	p := o.hire("ประภา", grant(catalog.RoleCentral, "dlt"))
	const at = "/agencies/dlt/hours"
	page := o.get(p, at)
	page.want(t, http.StatusOK, "เวลาของหน่วยงานนี้")
	form := url.Values{"was": {page.input("was")}, "own": {"own"}, "mon.0.opens": {"8:30"}, "mon.0.closes": {"15.30"}}
	o.send(p, at, form).wantLed(t, "/structure?unit=dlt")
	if got := valueNow[catalog.Agency](o, "dlt").Hours.Week; len(got) != 1 || got[0].Closes != 15*60+30 {
		t.Errorf("got %+v", got)
	}
	form.Set("mon.0.closes", "เย็น")
	o.send(p, at, form).want(t, http.StatusBadRequest, "วันจันทร์: อ่านเวลานี้ไม่ได้")
}

func TestAFormThatAnotherPersonHadOpenIsNotKept(t *testing.T) {
	o := openStructure(t)
	p, q := o.hire("กานดา", grant(catalog.RoleCentral, "dlt")), o.hire("อื่น", grant(catalog.RoleCentral, "dlt"))
	form := o.changed(p, "/agencies/dlt/edit", "short_name.th", "ขบ.ใหม่")
	o.send(q, "/agencies/dlt/edit", form).want(t, http.StatusForbidden, "มีผู้อื่นเข้าสู่ระบบ")
	if got := valueNow[catalog.Agency](o, "dlt").ShortName.TH; got == "ขบ.ใหม่" {
		t.Error("it is kept in another's name")
	}
}

func TestATroubledDatabaseKeepsNothingOfAForm(t *testing.T) {
	o := openStructure(t)
	p := o.hire("กานดา", grant(catalog.RoleCentral, "dlt"))
	form := o.changed(p, "/agencies/dlt/edit", "short_name.th", "ขบ.ใหม่")
	o.store.down = fault.New(fault.Unavailable, fault.Text{TH: "ล่ม", EN: "down"})
	if a := o.send(p, "/agencies/dlt/edit", form); a.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("got %d", a.StatusCode)
	}
}
