package pages

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"khumue/internal/catalog"
	"khumue/internal/testkit"
	"khumue/syncd/internal/manuals"
)

// subject is a manual of the library.
const subject = vehicleTax

// written has an officer begin a draft of the subject, and returns its address.
func (o *office) written(p *officer) string {
	o.t.Helper()
	d, err := o.manuals.Revise(o.t.Context(), o.by(p), subject, true)
	o.must(err)
	return revisionURL(d.Ref)
}

// filled is what a browser would post of the editor's form on a page.
func (a answer) filled(t testing.TB) url.Values {
	t.Helper()
	forms := a.all("form", func(attr func(string) string) bool {
		return attr("id") == "form" || strings.HasSuffix(attr("action"), "/edit")
	})
	if len(forms) != 1 {
		t.Fatalf("got %d forms: %.300s", len(forms), a.text)
	}
	v := url.Values{}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		name, value := attr(n, "name"), attr(n, "value")
		has := func(key string) bool {
			return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
		}
		switch kind := attr(n, "type"); {
		case n.Data == "template":
			return
		case n.Data == "input" && (kind == "checkbox" || kind == "radio"):
			if has("checked") {
				v.Add(name, value)
			}
		case n.Data == "input" && kind != "file":
			v.Add(name, value)
		case n.Data == "textarea":
			text := ""
			if n.FirstChild != nil {
				text = n.FirstChild.Data
			}
			v.Add(name, text)
		case n.Data == "option" && has("selected"):
			v.Add(attr(n.Parent, "name"), value)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(forms[0])
	return v
}

// sheet is the draft at an address, as the desk has it.
func (o *office) sheet(p *officer, draft string) manuals.Sheet {
	o.t.Helper()
	opens, err := o.manuals.Manual(o.t.Context(), o.by(p), subject)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, open := range opens.Open {
		if revisionURL(open.Ref) == draft {
			s, err := o.manuals.Revision(o.t.Context(), o.by(p), open.Ref)
			if err != nil {
				o.t.Fatal(err)
			}
			return s
		}
	}
	o.t.Fatalf("there is no draft at %s", draft)
	return manuals.Sheet{}
}

func TestAFormSavedUntouchedChangesNothing(t *testing.T) {
	o := open(t)
	p := o.hire("อารี สุขสันต์", grant(catalog.RoleAuthor, "dlt"))
	draft := o.written(p)
	before := o.sheet(p, draft)
	page := o.get(p, draft+"/edit")
	page.want(t, http.StatusOK, "กรอกแล้ว", "เสนออนุมัติ", "ช่องทางการให้บริการ")
	o.send(p, draft+"/edit", page.filled(t)).wantLed(t, draft+"/edit")
	after := o.sheet(p, draft)
	if !bytes.Equal(before.Source, after.Source) {
		t.Errorf("the file is\n%s\nwas\n%s", after.Source, before.Source)
	}
	if after.Commit != before.Commit {
		t.Error("a commit was made of nothing")
	}
}

func TestAFeeIsRevisedWithoutScripts(t *testing.T) {
	o := open(t)
	p := o.hire("อารี สุขสันต์", grant(catalog.RoleAuthor, "dlt"))
	draft := o.written(p)
	fees := len(o.sheet(p, draft).Manual.Fees.Value)
	v := o.get(p, draft+"/edit").filled(t)
	v.Set("fees.0.min", "1,234.50")
	v.Set("op", "add:fees")
	page := o.send(p, draft+"/edit", v)
	page.want(t, http.StatusOK, "ยังไม่ได้บันทึก")
	v = page.filled(t)
	row := "fees." + v["fees.rows"][fees]
	focused := page.all("input", func(attr func(string) string) bool { return attr("autofocus") != "" || attr("name") == row+".name.th" })
	if v.Get("fees.0.min") != "1,234.50" || len(focused) != 1 {
		t.Fatalf("what was typed is lost: %q, %d", v.Get("fees.0.min"), len(focused))
	}
	v.Set(row+".name.th", "ค่าจัดส่ง")
	v.Set(row+".min", "๐")
	v.Set("op", "up:"+row)
	page = o.send(p, draft+"/edit", v)
	v = page.filled(t)
	o.send(p, draft+"/edit", v).wantLed(t, draft+"/edit")
	o.get(p, draft+"/edit").want(t, http.StatusOK, "บันทึกแล้ว 10:42")
	m := o.sheet(p, draft).Manual
	if !strings.Contains(string(o.sheet(p, draft).Source), "min: 0\n") {
		t.Error("a fee of nothing is a fee without a sum")
	}
	if len(m.Fees.Value) != fees+1 || m.Fees.Value[0].Min != 1234_50 || m.Fees.Value[fees-1].Name.TH != "ค่าจัดส่ง" {
		t.Errorf("got %+v", m.Fees.Value)
	}
}

func TestWhatCanNotBeReadIsShownAgainAndTheRestIsSaved(t *testing.T) {
	o := open(t)
	p := o.hire("อารี สุขสันต์", grant(catalog.RoleAuthor, "dlt"))
	draft := o.written(p)
	v := o.get(p, draft+"/edit").filled(t)
	v.Set("fees.0.min", "สองร้อย")
	v.Set("title.th", "ต่ออายุใบขับขี่ <b>")
	page := o.send(p, draft+"/edit", v)
	page.want(t, http.StatusBadRequest, "สองร้อย", "มีสิ่งที่ต้องแก้ไข")
	if !page.links("#fees.0.min") || page.filled(t).Get("fees.0.min") != "สองร้อย" {
		t.Error("what was typed is lost, or nothing leads to it")
	}
	if m := o.sheet(p, draft).Manual; m.Title.TH != "ต่ออายุใบขับขี่ <b>" || m.Fees.Value[0].Min != 0 {
		t.Errorf("got %q %v", m.Title.TH, m.Fees.Value[0])
	}
}

func TestTwoWhoWriteOneDraftLoseNothing(t *testing.T) {
	o := open(t)
	first, second := o.hire("อารี สุขสันต์", grant(catalog.RoleAuthor, "dlt")), o.hire("สมชาย รักชาติ", grant(catalog.RoleAuthor, "dlt"))
	draft := o.written(first)
	mine := o.get(first, draft+"/edit").filled(t)
	page := o.get(second, draft+"/edit")
	page.want(t, http.StatusOK, "อารี สุขสันต์ กำลังเขียนฉบับนี้อยู่ด้วย ตั้งแต่ 10:42")
	theirs := page.filled(t)
	theirs.Set("summary.th", "สรุปของสมชาย")
	theirs.Set("fees.0.min", "300")
	o.send(second, draft+"/edit", theirs).wantLed(t, draft+"/edit")

	mine.Set("remarks.th", "หมายเหตุของอารี")
	mine.Set("fees.0.min", "400")
	clash := o.send(first, draft+"/edit", mine)
	clash.want(t, http.StatusConflict, "แก้ไขไม่ตรงกัน", "300", "400", "ของฉัน", "ของผู้ร่วมงาน")
	if m := o.sheet(first, draft).Manual; m.Fees.Value[0].Min != 300_00 || m.Remarks.TH == "หมายเหตุของอารี" {
		t.Errorf("a conflict saved something: %v", m.Fees.Value[0])
	}
	radios := clash.all("input", func(attr func(string) string) bool { return attr("type") == "radio" && attr("value") == "ours" })
	if len(radios) != 1 {
		t.Fatalf("got %d conflicts", len(radios))
	}
	again := clash.filled(t)
	o.send(first, draft+"/edit", again).want(t, http.StatusConflict)
	again.Set(attr(radios[0], "name"), "ours")
	o.send(first, draft+"/edit", again).wantLed(t, draft+"/edit")
	m := o.sheet(first, draft).Manual
	if m.Fees.Value[0].Min != 400_00 || m.Remarks.TH != "หมายเหตุของอารี" || m.Summary.TH != "สรุปของสมชาย" {
		t.Errorf("got %v, %q, %q", m.Fees.Value[0].Min, m.Remarks.TH, m.Summary.TH)
	}
}

func TestAnIncompleteManualIsNotSubmitted(t *testing.T) {
	o := open(t)
	p := o.hire("อารี สุขสันต์", grant(catalog.RoleAuthor, "dlt"))
	began := o.post(p, "/manuals/new", "agency", "dlt", "title.th", "คู่มือใหม่ <x>", "title.en", "")
	edit := began.Header.Get("Location")
	if began.StatusCode != http.StatusSeeOther || !strings.HasSuffix(edit, "/edit") {
		t.Fatalf("got %d %s", began.StatusCode, edit)
	}
	page := o.get(p, edit)
	page.want(t, http.StatusOK, "กรอกแล้ว 1 จาก 18")
	v := page.filled(t)
	v.Set("op", "submit")
	v.Set("fees", "none")
	refused := o.send(p, edit, v)
	refused.want(t, http.StatusBadRequest, "ยังไม่ได้กรอกเอกสารที่ใช้", "กรอกแล้ว 2 จาก 18")
	if !refused.links("#documents") {
		t.Error("nothing leads to what is missing")
	}
	o.post(p, "/manuals/new", "agency", "dlt", "title.th", "").want(t, http.StatusBadRequest, "คู่มือต้องมีชื่อภาษาไทย")
	o.post(p, "/manuals/new", "agency", "moph", "title.th", "ก").want(t, http.StatusForbidden)
}

func TestADraftIsSubmittedFromItsForm(t *testing.T) {
	o := open(t)
	p := o.hire("อารี สุขสันต์", grant(catalog.RoleAuthor, "dlt"))
	draft := o.written(p)
	v := o.get(p, draft+"/edit").filled(t)
	v.Set("fees.0.min", "300")
	v.Set("op", "submit")
	o.send(p, draft+"/edit", v).wantLed(t, "/manuals/"+string(subject)+"/revisions/1")
	o.get(p, draft+"/edit").want(t, http.StatusNotFound)
	o.send(p, draft+"/edit", v).want(t, http.StatusNotFound)
}

func TestARevisionBesideAnotherIsAskedFor(t *testing.T) {
	o := open(t)
	p := o.hire("อารี สุขสันต์", grant(catalog.RoleAuthor, "dlt"))
	at := "/manuals/" + string(subject)
	first := o.post(p, at+"/revise").Header.Get("Location")
	second := o.post(p, at+"/revise")
	second.want(t, http.StatusConflict, "มีผู้แก้ไขคู่มือนี้อยู่แล้ว", "อารี สุขสันต์")
	if !second.links(strings.TrimSuffix(first, "/edit")) {
		t.Error("the page does not lead to what is there")
	}
	third := o.post(p, at+"/revise", "beside", "1").Header.Get("Location")
	if third == first || !strings.HasSuffix(third, "/edit") {
		t.Errorf("got %q after %q", third, first)
	}
}

func TestAManualIsWithdrawnAndRestored(t *testing.T) {
	o := open(t)
	p := o.hire("อารี สุขสันต์", grant(catalog.RoleAuthor, "dlt"))
	at := "/manuals/" + string(subject)
	o.get(p, at+"/withdraw").want(t, http.StatusOK, "ยกเลิกคู่มือ")
	o.post(p, at+"/withdraw", "on", "32/13/2569", "reason.th", "", "successor", "dlt-nothing").want(t, http.StatusBadRequest, "บอกเหตุผลที่คู่มือนี้ใช้ไม่ได้แล้ว", "ไม่มีคู่มือที่เผยแพร่แล้วตามรหัสนี้")
	edit := o.post(p, at+"/withdraw", "on", "22 พ.ย. 2569", "reason.th", "กฎหมายเปลี่ยน").Header.Get("Location")
	o.get(p, edit).want(t, http.StatusOK, "กฎหมายเปลี่ยน")
	if m := o.sheet(p, strings.TrimSuffix(edit, "/edit")).Manual; m.Withdrawn.Value.On.ISO() != "2026-11-22" {
		t.Errorf("got %+v", m.Withdrawn)
	}
	f, err := o.manuals.Manual(t.Context(), o.by(p), subject)
	if err != nil {
		t.Fatal(err)
	}
	o.post(p, at+"/restore", "commit", f.Published[0].Commit.String()).want(t, http.StatusConflict)
	if to := o.post(p, at+"/restore", "commit", f.Published[0].Commit.String(), "beside", "1").Header.Get("Location"); !strings.HasSuffix(to, "/edit") {
		t.Errorf("got %q", to)
	}
}

func TestPartsOfAnotherManualAreCopied(t *testing.T) {
	o := open(t)
	p := o.hire("อารี สุขสันต์", grant(catalog.RoleAuthor, "dlt"))
	draft := o.written(p)
	found := o.get(p, draft+"/copy?q="+url.QueryEscape("แผ่นป้าย"))
	found.want(t, http.StatusOK, "การขอรับแผ่นป้ายทะเบียนรถทดแทน")
	o.get(p, draft+"/copy?q=zzz").want(t, http.StatusOK, "ไม่พบคู่มือ")
	o.get(p, draft+"/copy?from=dlt-67bh3i").want(t, http.StatusOK, "ค่าคำขอ", "แทนที่สิ่งที่มีอยู่")
	before := o.sheet(p, draft)
	page := o.post(p, draft+"/copy", "from", "dlt-67bh3i", "part", "fees")
	page.want(t, http.StatusOK, "ยังไม่ได้บันทึก")
	if v := page.filled(t); v.Get("fees.0.name.th") != "ค่าคำขอ" || v.Get("title.th") != before.Manual.Title.TH {
		t.Errorf("got %q, %q", v.Get("fees.0.name.th"), v.Get("title.th"))
	}
	if o.sheet(p, draft).Commit != before.Commit {
		t.Error("copying saved something")
	}
	if v := o.post(p, draft+"/copy", "from", "dlt-67bh3i", "part", "forms").filled(t); v.Get("fees.0.name.th") == "ค่าคำขอ" {
		t.Error("what was not ticked came")
	}
}

// attached posts an editor's form with a file for its first form.
func (o *office) attached(p *officer, draft, name string, data []byte) answer {
	o.t.Helper()
	v := o.get(p, draft+"/edit").filled(o.t)
	v.Set("forms", "given")
	v["forms.rows"] = []string{"0"}
	v.Set("forms.0.name.th", "คำขอ")
	v.Set("forms.0.kind", "form")
	v.Del("forms.0.url")
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for field, list := range v {
		for _, value := range list {
			if err := w.WriteField(field, value); err != nil {
				o.t.Fatal(err)
			}
		}
	}
	part, err := w.CreateFormFile("forms.0.file", name)
	if err != nil {
		o.t.Fatal(err)
	}
	if _, err := part.Write(data); err != nil {
		o.t.Fatal(err)
	}
	w.Close()
	r := httptest.NewRequestWithContext(o.t.Context(), http.MethodPost, host+draft+"/edit", &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Origin", host)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(&http.Cookie{Name: "__Host-khumue", Value: p.secret})
	rec := httptest.NewRecorder()
	o.handler.ServeHTTP(rec, r)
	page, err := html.Parse(bytes.NewReader(rec.Body.Bytes()))
	if err != nil {
		o.t.Fatal(err)
	}
	return answer{rec.Result(), fold(page), rec.Body.String(), page}
}

// archive is a ZIP of files.
func archive(t *testing.T, files map[string]string) []byte {
	t.Helper()
	return archiveWith(t, files, func(*zip.Writer) {})
}

// archiveWith is an archive of files and of what is added to them.
func archiveWith(t *testing.T, files map[string]string, add func(*zip.Writer)) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	add(z)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAFormIsAttachedByItsContent(t *testing.T) {
	o := open(t)
	p := o.hire("อารี สุขสันต์", grant(catalog.RoleAuthor, "dlt"))
	draft := o.written(p)
	const pdf = "%PDF-1.7\n1 0 obj\n%%EOF\n"
	o.attached(p, draft, `..\..\คำขอ แบบ 1 (ใหม่).exe`, []byte(pdf)).wantLed(t, draft+"/edit")
	s := o.sheet(p, draft)
	if len(s.Files) != 1 || s.Files[0].Name != "form-1.pdf" || s.Manual.Forms.Value[0].File != "form-1.pdf" {
		t.Fatalf("got %+v, %+v", s.Files, s.Manual.Forms)
	}
	docx := map[string]string{"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}
	o.attached(p, draft, "Form A.docx", archive(t, docx)).wantLed(t, draft+"/edit")
	if s = o.sheet(p, draft); len(s.Files) != 1 || s.Files[0].Name != "form-a.docx" {
		t.Errorf("the old file stays, or the new one is not there: %+v", s.Files)
	}
	bomb := archiveWith(t, map[string]string{"[Content_Types].xml": ""}, func(z *zip.Writer) {
		testkit.Repeat(t, z, "word/document.xml", strings.Repeat("0", 1<<20), maxUnpacked>>20+1)
	})
	for name, c := range map[string]struct {
		data []byte
		says string
	}{
		"a program that is called PDF":   {[]byte("MZ\x90"), "ไม่ใช่ PDF หรือ DOCX"},
		"a PDF that was cut off":         {[]byte("%PDF-1.7\n"), "ขาดตอนท้าย"},
		"nothing":                        {nil, "ไฟล์ว่าง"},
		"an archive of something else":   {archive(t, map[string]string{"a.txt": "a"}), "ไม่ใช่ DOCX"},
		"an archive that is damaged":     {[]byte("PK\x03\x04 and more"), "ไฟล์ DOCX เสีย"},
		"a document with macros":         {archive(t, map[string]string{"[Content_Types].xml": "", "word/document.xml": "", "word/vbaProject.bin": ""}), "มาโคร"},
		"a document that says it has":    {archive(t, map[string]string{"[Content_Types].xml": "application/vnd.ms-word.document.macroEnabled.main+xml", "word/document.xml": ""}), "มาโคร"},
		"an archive that would fill all": {bomb, "ไม่ใช่ DOCX"},
	} {
		o.attached(p, draft, "form.pdf", c.data).want(t, http.StatusBadRequest, c.says)
		if s := o.sheet(p, draft); len(s.Files) != 1 || s.Files[0].Name != "form-a.docx" {
			t.Errorf("%s: got %+v", name, s.Files)
		}
	}
}

func TestThePreviewIsThePageOfTheForm(t *testing.T) {
	o := open(t)
	p := o.hire("อารี สุขสันต์", grant(catalog.RoleAuthor, "dlt"))
	draft := o.written(p)
	v := o.get(p, draft+"/edit").filled(t)
	v.Set("title.th", "ชื่อที่ยังไม่ได้บันทึก <script>x()</script>")
	a := o.ask(p, http.MethodPost, draft+"/preview", v)
	a.want(t, http.StatusOK, "ชื่อที่ยังไม่ได้บันทึก <script>x()</script>", "กรมการขนส่งทางบก")
	a.wantNot(t, "<script")
	h := a.Header
	if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "sandbox") || strings.Contains(csp, "script-src") || !strings.Contains(csp, "frame-ancestors 'self'") || h.Get("X-Frame-Options") != "SAMEORIGIN" {
		t.Errorf("got %v", h)
	}
}

func TestAScriptIsToldWhatIsMissing(t *testing.T) {
	o := open(t)
	p := o.hire("อารี สุขสันต์", grant(catalog.RoleAuthor, "dlt"))
	draft := o.written(p)
	v := o.get(p, draft+"/edit").filled(t)
	v.Set("fees", "")
	v.Del("fees.rows")
	v.Set("channels.0.url", "nothing")
	ask := func(to string, v url.Values) (n news, a answer) {
		var list [][2]string
		for name, all := range v {
			for _, value := range all {
				list = append(list, [2]string{name, value})
			}
		}
		body, _ := json.Marshal(list)
		a = o.ask(p, http.MethodPost, to, nil, func(r *http.Request) {
			r.Header.Set("Content-Type", "application/json")
			r.Body = io.NopCloser(bytes.NewReader(body))
		})
		if err := json.Unmarshal([]byte(a.body), &n); err != nil {
			t.Fatalf("%v: %.200s", err, a.body)
		}
		return n, a
	}
	n, _ := ask(draft+"/check", v)
	if len(n.Missing) != 1 || n.Missing[0].ID != "fees" || len(n.Wrong) != 1 || n.Wrong[0].ID != "channels.0.url" {
		t.Errorf("got %+v", n)
	}
	n, _ = ask(draft+"/edit", v)
	if n.Was == v.Get("was") || n.Was == "" || len(n.Unread) != 1 || n.Saved != "บันทึกแล้ว 10:42 น." && n.Saved != "บันทึกแล้ว 10:42\u00a0น." {
		t.Errorf("got %+v", n)
	}
	if m := o.sheet(p, draft).Manual; !m.Fees.IsAbsent() {
		t.Errorf("got %+v", m.Fees)
	}
}

func TestAnEditorIsForWhoMayWrite(t *testing.T) {
	o := open(t)
	author := o.hire("อารี สุขสันต์", grant(catalog.RoleAuthor, "dlt"))
	other := o.hire("คนอื่น", grant(catalog.RoleAuthor, "moph"))
	reviewer := o.hire("ผู้รีวิว", grant(catalog.RoleReviewer, "dlt"))
	draft := o.written(author)
	v := o.get(author, draft+"/edit").filled(t)
	for _, path := range []string{"/edit", "/copy"} {
		o.get(other, draft+path).want(t, http.StatusNotFound)
		o.get(reviewer, draft+path).want(t, http.StatusForbidden)
	}
	colleague := o.hire("เพื่อน", grant(catalog.RoleAuthor, "dlt"))
	o.send(colleague, draft+"/edit", v).want(t, http.StatusForbidden, "มีผู้อื่นเข้าสู่ระบบ")
	for _, path := range []string{"/edit", "/preview", "/check"} {
		o.ask(other, http.MethodPost, draft+path, v).want(t, http.StatusNotFound)
		o.ask(reviewer, http.MethodPost, draft+path, v).want(t, http.StatusForbidden)
	}
	o.get(author, "/manuals/dlt-xgveak/draft/aaaaaa/edit").want(t, http.StatusNotFound)
	o.get(author, "/manuals/DLT/draft/aaaaaa/edit").want(t, http.StatusNotFound)
	delete(v, "end")
	o.send(author, draft+"/edit", v).want(t, http.StatusBadRequest, "ได้รับแบบฟอร์มไม่ครบ")
}

func TestFileNamesAreSafe(t *testing.T) {
	for in, want := range map[string]string{
		"Form A (1).pdf": "form-a-1", "../../etc/passwd": "passwd", `C:\x\y.docx`: "y", "คำขอ.pdf": "form", "คำขอ 12.pdf": "form-12", "a\u202efdp.exe": "afdp", "CON.pdf": "form-con", "": "form", strings.Repeat("a", 300) + ".pdf": strings.Repeat("a", 60),
	} {
		if got := safeName(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestAReviewerSeesTheRenderedPages(t *testing.T) {
	o := open(t)
	p := o.hire("อารี สุขสันต์", grant(catalog.RoleAuthor, "dlt"))
	reviewer := o.hire("ผู้รีวิว", grant(catalog.RoleReviewer, "dlt"))
	draft := o.draft(p, subject, func(m *catalog.Manual) { m.Title.TH = "ชื่อในฉบับร่าง" })
	a := o.get(reviewer, revisionURL(draft.Ref)+"/page?lang=th")
	a.want(t, http.StatusOK, "ชื่อในฉบับร่าง", "กรมการขนส่งทางบก")
	if a.Header.Get("X-Frame-Options") != "SAMEORIGIN" {
		t.Error("the page can not stand in a frame")
	}
	o.get(reviewer, numberURL(subject, 0)+"/page?lang=en").want(t, http.StatusOK, "Pay annual vehicle tax")
	o.get(o.hire("คนอื่น", grant(catalog.RoleAuthor, "moph")), revisionURL(draft.Ref)+"/page").want(t, http.StatusNotFound)
	if n := o.pages.theme.Left(); n > 0 {
		t.Errorf("%d pages were left to html/template", n)
	}
	o.get(p, revisionURL(draft.Ref)+"/edit").want(t, http.StatusOK)
	if n := o.pages.theme.Left(); n > 0 {
		t.Errorf("the editor was left to html/template")
	}
}
