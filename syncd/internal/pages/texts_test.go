package pages

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"khumue/internal/catalog"
)

// upload sends a form with a file.
func (o *office) upload(p *officer, at string, form url.Values, field, name string, data []byte) answer {
	o.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for key, values := range form {
		o.must(w.WriteField(key, values[0]))
	}
	if field != "" {
		part, err := w.CreateFormFile(field, name)
		o.must(err)
		_, err = part.Write(data)
		o.must(err)
	}
	o.must(w.Close())
	a := o.ask(p, http.MethodPost, at, nil, func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(&body), int64(body.Len())
		r.Header.Set("Content-Type", w.FormDataContentType())
	})
	p.keep(a)
	return a
}

// textNow is a page of text as it is published.
func (o *office) textNow(p *officer, name string, lang catalog.Lang) *catalog.Page {
	o.t.Helper()
	s, err := o.direct.Open(o.by(p), textFile(name, lang))
	o.must(err)
	return s.Value.(*catalog.Page)
}

// textOf is the form of a page of text as a browser would send it.
func (o *office) textOf(p *officer, name string, lang catalog.Lang) url.Values {
	o.t.Helper()
	a := o.get(p, textURL(name, lang))
	page := o.textNow(p, name, lang)
	form := url.Values{"was": {a.input("was")}, "title": {a.input("title")}, "summary": {a.input("summary")}, "body": {strings.ReplaceAll(page.Body.Markdown, "\n", "\r\n")}}
	for i, f := range page.Files {
		form.Set(fileID(i)+".th", f.Name.TH)
		form.Set(fileID(i)+".en", f.Name.EN)
		form.Set(fileID(i)+".file", f.File)
		form.Set(fileID(i)+".url", f.URL)
	}
	return form
}

func TestDGAAloneWritesPages(t *testing.T) {
	o := openStructure(t)
	for _, p := range []*officer{
		keeperOf(o), o.hire("ข", grant(catalog.RoleCentral, "dlt")), o.hire("ค", grant(catalog.RolePoint, "dlt", area2)), o.hire("ง", grant(catalog.RoleAuthor, "dlt")), o.hire("จ", grant(catalog.RoleReviewer, "dlt")),
	} {
		for _, at := range []string{"/pages", "/pages/new", "/pages/faq/th", "/pages/faq/th/history"} {
			o.get(p, at).want(t, http.StatusForbidden)
		}
		for _, at := range []string{"/pages/new", "/pages/faq/th", "/pages/faq/th/preview", "/pages/faq/th/history"} {
			o.post(p, at, "title", "ก", "body", "ข").want(t, http.StatusForbidden)
		}
	}
}

func TestAPageIsWrittenLookedAtAndTakenBack(t *testing.T) {
	o := open(t)
	p := o.hire("วิภาดา", grant(catalog.RoleDGA, ""))
	list := o.get(p, "/pages")
	list.want(t, http.StatusOK, "คำถามที่พบบ่อย", "/downloads/")
	list.wantNot(t, "เขียนภาษาอังกฤษ")
	if !list.links("/pages/faq/en") {
		t.Error("the list does not lead to the English page")
	}
	before := o.textNow(p, "faq", catalog.TH)
	o.upload(p, "/pages/faq/th", o.textOf(p, "faq", catalog.TH), "", "", nil).wantLed(t, "/pages/faq/th")
	if got := o.textNow(p, "faq", catalog.TH); got.Updated != before.Updated || got.Body.Markdown != before.Body.Markdown {
		t.Errorf("saving what is there changes it: %s to %s", before.Updated, got.Updated)
	}
	form := altered(o.textOf(p, "faq", catalog.TH), "title", "ถามตอบ", "body", "## หัวข้อ\r\n\r\n- หนึ่ง\r\n    - สอง\r\n\r\n<script>alert(1)</script>\r\n")
	look := o.send(p, "/pages/faq/th/preview", form)
	look.want(t, http.StatusOK, "ถามตอบ", "หัวข้อ")
	look.wantNot(t, "alert(1)</script>")
	if o.textNow(p, "faq", catalog.TH).Title == "ถามตอบ" {
		t.Error("looking at it saves it")
	}
	if csp := look.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "sandbox") || strings.Contains(csp, "script-src") {
		t.Errorf("the page may do what it likes: %s", csp)
	}
	o.upload(p, "/pages/faq/th", form, "", "", nil).wantLed(t, "/pages/faq/th")
	got := o.textNow(p, "faq", catalog.TH)
	if got.Title != "ถามตอบ" || got.Updated.ISO() != "2026-11-22" || !strings.Contains(got.Body.Markdown, "\n    - สอง\n") {
		t.Errorf("got %+v", got)
	}
	past := o.get(p, "/pages/faq/th/history")
	past.want(t, http.StatusOK, "วิภาดา")
	o.post(p, "/pages/faq/th/history", "commit", past.input("commit")).wantLed(t, "/pages/faq/th/history")
	if back := o.textNow(p, "faq", catalog.TH); back.Title != before.Title || back.Body.Markdown != before.Body.Markdown {
		t.Errorf("got %q", back.Title)
	}
	o.get(p, "/pages/no-such/th").want(t, http.StatusNotFound)
	o.get(p, "/pages/faq/de").want(t, http.StatusNotFound)
	bad := o.upload(p, "/pages/faq/th", altered(o.textOf(p, "faq", catalog.TH), "title", "", "body", "พิมพ์ไว้"), "", "", nil)
	bad.want(t, http.StatusBadRequest, "กรอกชื่อหน้า", "พิมพ์ไว้")
}

func TestANewPageHasANameOfItsOwn(t *testing.T) {
	o := open(t)
	p := o.hire("วิภาดา", grant(catalog.RoleDGA, ""))
	for name, says := range map[string]string{"search": "มีหน้าอื่นใช้อยู่แล้ว", "faq": "มีหน้าอื่นใช้อยู่แล้ว", "new": "มีหน้าอื่นใช้อยู่แล้ว", "../site": "ใช้ a-z 0-9 และ -", "หน้า": "ใช้ a-z 0-9 และ -", "": "ใช้ a-z 0-9 และ -", "con": "ชื่อสงวน"} {
		o.upload(p, "/pages/new", url.Values{"name": {name}, "title": {"ชื่อ"}, "body": {"เนื้อ"}}, "", "", nil).want(t, http.StatusBadRequest, says, "เนื้อ")
	}
	o.upload(p, "/pages/new", url.Values{"name": {"open-data"}, "title": {"ข้อมูลเปิด"}, "body": {"เนื้อ"}}, "", "", nil).wantLed(t, "/pages/open-data/th")
	o.get(p, "/pages").want(t, http.StatusOK, "ข้อมูลเปิด", "เขียนภาษาอังกฤษ")
	english := o.get(p, "/pages/open-data/en")
	english.want(t, http.StatusOK, "หน้าภาษาอังกฤษ")
	o.upload(p, "/pages/open-data/en", url.Values{"was": {english.input("was")}, "title": {"Open data"}, "body": {"Text"}}, "", "", nil).wantLed(t, "/pages/open-data/en")
	if got := o.textNow(p, "open-data", catalog.EN); got.Title != "Open data" {
		t.Errorf("got %+v", got)
	}
}

func TestS29S30OnlyPapersAreOfferedForDownload(t *testing.T) {
	o := open(t)
	p := o.hire("วิภาดา", grant(catalog.RoleDGA, ""))
	row := fileID(len(o.textNow(p, "downloads", catalog.TH).Files))
	form := func() url.Values {
		return altered(o.textOf(p, "downloads", catalog.TH), row+".th", "แบบใหม่")
	}
	pdf := []byte("%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n")
	for name, c := range map[string]struct {
		file string
		data []byte
	}{
		"a page of the web":          {"a.html", []byte("<html><script>alert(1)</script>")},
		"a picture that runs":        {"a.svg", []byte("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")},
		"a page that is called PDF":  {"a.pdf", []byte("<html>")},
		"half a PDF":                 {"a.pdf", pdf[:12]},
		"an archive that is no DOCX": {"a.docx", []byte("PK\x03\x04 nothing")},
		"nothing":                    {"a.pdf", []byte{}},
		"more than a file may have":  {"a.pdf", bytes.Repeat([]byte("%PDF-"), 5<<20)},
	} {
		t.Run(name, func(t *testing.T) {
			a := o.upload(p, "/pages/downloads/th", form(), row+".upload", c.file, c.data)
			a.want(t, http.StatusBadRequest, c.file)
			if a.input(row+".th") != "แบบใหม่" {
				t.Error("what was typed is gone")
			}
		})
	}
	o.upload(p, "/pages/downloads/th", form(), row+".upload", `..\..\Check List (ใหม่).PDF`, pdf).wantLed(t, "/pages/downloads/th")
	files := o.textNow(p, "downloads", catalog.TH).Files
	if last := files[len(files)-1]; last.File != "check-list.pdf" || last.Name.TH != "แบบใหม่" {
		t.Errorf("got %+v", last)
	}
	o.get(p, "/pages/downloads/en").want(t, http.StatusOK, "ไฟล์ของอีกภาษา", "check-list.pdf")
	o.upload(p, "/pages/downloads/th", o.textOf(p, "downloads", catalog.TH), row+".upload", "check-list.pdf", pdf).wantLed(t, "/pages/downloads/th")
	if files = o.textNow(p, "downloads", catalog.TH).Files; files[len(files)-1].File != "check-list-2.pdf" {
		t.Errorf("a file takes the place of another: %+v", files)
	}
	gone := altered(o.textOf(p, "downloads", catalog.TH), row+".remove", "1")
	o.upload(p, "/pages/downloads/th", gone, "", "", nil).wantLed(t, "/pages/downloads/th")
	if files = o.textNow(p, "downloads", catalog.TH).Files; files[len(files)-1].File == "check-list-2.pdf" {
		t.Errorf("it is still there: %+v", files)
	}
	o.upload(p, "/pages/downloads/th", altered(o.textOf(p, "downloads", catalog.TH), row+".th", "ที่อยู่", row+".url", "javascript:alert(1)"), "", "", nil).want(t, http.StatusBadRequest)
}

func TestTwoWhoChangeTheSamePageSeeBoth(t *testing.T) {
	o := open(t)
	p, q := o.hire("ก", grant(catalog.RoleDGA, "")), o.hire("ข", grant(catalog.RoleDGA, ""))
	mine, theirs := o.textOf(p, "faq", catalog.TH), o.textOf(q, "faq", catalog.TH)
	title := mine.Get("title")
	o.upload(q, "/pages/faq/th", altered(theirs, "title", "ของเขา"), "", "", nil).wantLed(t, "/pages/faq/th")
	o.upload(p, "/pages/faq/th", altered(mine, "title", "ของฉัน"), "", "", nil).want(t, http.StatusConflict, "มีผู้อื่นเปลี่ยนข้อมูลเดียวกัน", "ของเขา", "ของฉัน")
	o.upload(p, "/pages/faq/th", altered(mine, "title", title, "summary", "สรุปของฉัน"), "", "", nil).wantLed(t, "/pages/faq/th")
	if got := o.textNow(p, "faq", catalog.TH); got.Title != "ของเขา" || got.Summary != "สรุปของฉัน" {
		t.Errorf("got %q, %q", got.Title, got.Summary)
	}
}

// FuzzProse keeps what is typed but for what is none, and keeps it again.
func FuzzProse(f *testing.F) {
	f.Add("## ก\r\n\r\n- ข  \r\n\tc\x00\n\n")
	f.Fuzz(func(t *testing.T, s string) {
		out := prose(s)
		if prose(out) != out {
			t.Errorf("%q becomes %q, and that %q", s, out, prose(out))
		}
		if strings.ContainsAny(out, "\r\x00") || strings.HasPrefix(out, "\n") {
			t.Errorf("%q becomes %q", s, out)
		}
	})
}
