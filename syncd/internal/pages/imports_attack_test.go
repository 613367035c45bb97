package pages

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/intake"
)

// packed is a package of files, as name and text by turns.
func packed(t *testing.T, parts ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) }) // for bombs
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err == nil {
			_, err = w.Write([]byte(parts[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// workbook is a workbook with the XML of its one sheet, and what else is packed.
func workbook(t *testing.T, sheet string, more ...string) []byte {
	const ns = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	const rels = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	return packed(t, append([]string{
		"[Content_Types].xml", `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`,
		"_rels/.rels", `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + rels + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml", `<?xml version="1.0"?><workbook ` + ns + `><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + rels + `/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml", strings.Replace(sheet, "<worksheet>", "<worksheet "+ns+">", 1),
	}, more...)...)
}

// cellsOf is a sheet with rows of texts; a text that begins with = is a formula
// with what it last showed.
func cellsOf(rows ...[]string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><worksheet><sheetData>`)
	for i, row := range rows {
		fmt.Fprintf(&b, `<row r="%d">`, i+1)
		for j, text := range row {
			at := fmt.Sprintf("%c%d", 'A'+j, i+1)
			if formula, is := strings.CutPrefix(text, "="); is {
				fmt.Fprintf(&b, `<c r="%s" t="str"><f>%s</f><v>%s</v></c>`, at, formula, "90001")
				continue
			}
			fmt.Fprintf(&b, `<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, at, strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(text))
		}
		b.WriteString(`</row>`)
	}
	b.WriteString(`</sheetData></worksheet>`)
	return b.String()
}

var headings = []string{"id", "agency", "title", "legal_time", "reviewed_on", "fees"}

// S28: tables that would fill the machine, read its files, run something, or put
// markup on the page of their result.
func TestS28HostileTables(t *testing.T) {
	o := open(t)
	dga := o.hire("ผู้ดูแล", grant(catalog.RoleDGA, ""))
	before, err := o.manuals.Ledger.Repo.Refs().Get(gitrepo.Main)
	o.must(err)
	plain := []string{"90001", "dlt", "การขอใบรับรองตัวอย่าง", "0.0", "2026-10-01", "ไม่มี"}
	good := cellsOf(headings, plain)
	for _, tc := range []struct {
		name  string
		table []byte
		want  []string // on the page
		taken bool     // it can be confirmed
		free  bool     // whether it can matters not: nothing of ours is in it
	}{
		{"an honest workbook is taken", workbook(t, good), []string{"เพิ่มใหม่"}, true, false},
		{"a zip bomb", workbook(t, strings.Replace(good, "การขอ", strings.Repeat("ก", 8<<20), 1)), []string{"นำเข้าไม่ได้"}, false, false},
		{"a bomb of another part", workbook(t, good, "xl/media/a.bin", strings.Repeat("\x00", 32<<20)), []string{"นำเข้าไม่ได้"}, false, false},
		{"an external entity", workbook(t, strings.Replace(strings.Replace(good, `<worksheet>`, `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet>`, 1), "การขอ", "&x;การขอ", 1)), nil, false, true},
		{"entities within entities", workbook(t, `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>`), []string{"นำเข้าไม่ได้"}, false, false},
		{"a book with macros", workbook(t, good, "xl/vbaProject.bin", "\xd0\xcf\x11\xe0"), []string{"นำเข้าไม่ได้"}, false, false},
		{"links to other books are not followed", workbook(t, good, "xl/externalLinks/externalLink1.xml", `<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><externalBook/></externalLink>`), []string{"เพิ่มใหม่"}, true, false},
		{"a formula is not worked out", workbook(t, cellsOf(headings, append([]string{`=WEBSERVICE("http://evil.example/")`}, plain[1:]...))), []string{"เพิ่มใหม่"}, true, false},
		{"HTML in a heading", workbook(t, cellsOf(append([]string{`<script>alert(1)</script>`}, headings...), append([]string{"x"}, plain...))), []string{"<script>alert(1)</script>"}, true, false},
		{"HTML in cells", workbook(t, cellsOf(headings, []string{"90002", "<img src=x onerror=alert(1)>", `"><svg onload=alert(1)>`, "<b>สิบ</b>", "2026-10-01", "ไม่มี"})), []string{`"><svg onload=alert(1)>`, "<img src=x onerror=alert(1)>"}, false, false},
		{"a PDF that is called a workbook", []byte("%PDF-1.7\n%%EOF"), []string{"นำเข้าไม่ได้"}, false, false},
		{"a web page that is called a table", []byte("<!doctype html><script>alert(1)</script>"), []string{"นำเข้าไม่ได้"}, false, false},
		{"a picture", []byte("\x89PNG\r\n\x1a\n"), []string{"นำเข้าไม่ได้"}, false, false},
	} {
		at, _ := o.sent(dga, "table.xlsx", tc.table)
		page := o.settled(dga, at)
		page.want(t, http.StatusOK, tc.want...)
		if taken := strings.Contains(page.text, "ยืนยันการนำเข้า"); taken != tc.taken && !tc.free {
			t.Errorf("%s: can be confirmed: %v: %s", tc.name, taken, page.text)
		}
		if strings.Contains(page.body, "<script>alert") || strings.Contains(page.body, "<svg onload") || strings.Contains(page.body, "<img src=x") || strings.Contains(page.body, "root:") {
			t.Errorf("%s: markup of the table stands on the page", tc.name)
		}
		for _, task := range o.imports.Tasks(o.by(dga)) {
			o.must(o.imports.Discard(o.by(dga), task.ID))
		}
	}
	if now, err := o.manuals.Ledger.Repo.Refs().Get(gitrepo.Main); err != nil || now != before {
		t.Errorf("something was published: %v, %v", now, err)
	}
}

// settled shows a table once it was read.
func (o *office) settled(p *officer, at string) answer {
	o.t.Helper()
	_, err := o.imports.Wait(o.t.Context(), o.by(p), strings.TrimPrefix(at, "/import/tables/"))
	o.must(err)
	return o.get(p, at)
}

// S29: names that lead elsewhere or mislead are for showing alone.
func TestS29NamesOfTables(t *testing.T) {
	o := open(t)
	dga := o.hire("ผู้ดูแล", grant(catalog.RoleDGA, ""))
	for name, want := range map[string]string{
		"../../../../tmp/khumue-evil.csv": "khumue-evil.csv", `..\..\evil.csv`: "evil.csv", "C:\\evil.csv:hidden": "evil.csv", "a\u202evsc.exe": "avsc.exe", "con": "con", "คู่มือ\u200f.csv": "คู่มือ.csv",
		strings.Repeat("ยาว", 200) + ".csv": "ยาวยาว", `<b onclick=x>.csv`: "<b onclick=x>.csv",
	} {
		at, page := o.sent(dga, name, []byte(sheetOf(goodRow)))
		page.want(t, http.StatusOK, want)
		if strings.Contains(page.text, "\u202e") || strings.Contains(page.text, "\u200f") || strings.Contains(page.text, "..") || strings.Contains(page.body, "<b onclick") {
			t.Errorf("%q is shown as it came", name)
		}
		err := filepath.WalkDir(o.imports.Dir, func(path string, e os.DirEntry, err error) error {
			if strings.Contains(path, "evil") || strings.Contains(path, "คู่มือ") {
				t.Errorf("%q names a file: %s", name, path)
			}
			return err
		})
		o.must(err)
		o.must(o.imports.Discard(o.by(dga), strings.TrimPrefix(at, "/import/tables/")))
	}
}

func TestS28ATableIsTooLarge(t *testing.T) {
	o := open(t)
	o.imports.Limits = intake.Limits{File: 1 << 20, Objects: 100, Each: 3, Keep: intake.Usual().Keep}
	dga := o.hire("ผู้ดูแล", grant(catalog.RoleDGA, ""))
	o.sendTable(dga, "unit=dlt&kind=manual", "generic-manuals", "a.csv", bytes.Repeat([]byte("x"), 2<<20)).want(t, http.StatusBadRequest, "ใหญ่เกิน 1 MB")
	if a := o.sendTable(dga, "unit=dlt&kind=manual", "generic-manuals", "a.csv", bytes.Repeat([]byte("x"), maxTable+1)); a.StatusCode != http.StatusBadRequest && a.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("larger than any form: got %d", a.StatusCode)
	}
	for name, query := range map[string]string{"no agency": "kind=manual", "no kind": "unit=dlt", "another's agency": "unit=moph&kind=zzz", "a kind that is none": "unit=dlt&kind=..%2F"} {
		if a := o.sendTable(dga, query, "generic-manuals", "a.csv", []byte(sheetOf(goodRow))); a.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: got %d", name, a.StatusCode)
		}
	}
	for _, form := range []string{"../../etc/passwd", "none", strings.Repeat("a", 1000), "template-point"} {
		if a := o.sendTable(dga, "unit=dlt&kind=manual", form, "a.csv", []byte(sheetOf(goodRow))); a.StatusCode >= 500 || a.StatusCode == http.StatusSeeOther {
			t.Errorf("the form %.30q: got %d", form, a.StatusCode)
		}
	}
	o.post(dga, "/import?unit=dlt&kind=manual", "table", "x").want(t, http.StatusBadRequest)
	if left := o.imports.Tasks(o.by(dga)); len(left) > 0 {
		t.Errorf("what was refused is kept: %+v", left)
	}
}

// S30: what is no paper is not taken as a form of a manual, whatever it is called,
// and a form opens as a file in a sandbox, never as a page.
func TestS30FormsAreFilesAlone(t *testing.T) {
	for name, data := range map[string]string{
		"SVG": `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, "HTML": "<!doctype html><script>alert(1)</script>", "a PDF without an end": "%PDF-1.7\n<script>",
		"an archive": string(packed(t, "a.html", "<script>")), "a DOCX with macros": string(packed(t, "[Content_Types].xml", "", "word/document.xml", "", "word/vbaProject.bin", "x")), "nothing": "",
	} {
		if _, err := paperOf([]byte(data)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if safeName("../evil.svg") != "evil" || safeName("con.pdf") == "con" || safeName("a.pdf:b.exe") == "a.pdf:b.exe" {
		t.Errorf("names: %q %q %q", safeName("../evil.svg"), safeName("con.pdf"), safeName("a.pdf:b.exe"))
	}
}

// S31: markup in a text is left out or stands as words in the preview, which the
// theme of the public site makes as it makes the page there.
func TestS31MarkupInABody(t *testing.T) {
	o := open(t)
	b := o.bureau()
	bodies := []string{
		"<script>alert(1)</script>", "[ก](javascript:alert(1))", "[ก](JaVaScRiPt:alert(1))", "[ก](data:text/html,<script>alert(1)</script>)", "<img src=x onerror=alert(1)>",
		"![ก](javascript:alert(1))", "<a href=\"javascript:alert(1)\">ก</a>", "<iframe src=//evil.example></iframe>", "<style>body{display:none}</style>",
		"<javascript:alert(1)>", "[ก](vbscript:x)", "<svg/onload=alert(1)>", "[ข]: javascript:alert(1)\n\n[ข]",
	}
	d := o.draft(b.author, vehicleTax, func(m *catalog.Manual) { m.Body.Markdown = strings.Join(bodies, "\n\n") })
	page := o.get(b.author, revisionURL(d.Ref)+"/page")
	if page.StatusCode != http.StatusOK || !strings.Contains(page.text, "alert(1)") {
		t.Fatalf("the preview: got %d", page.StatusCode)
	}
	for _, name := range []string{"script", "iframe", "style", "svg", "img", "a"} {
		for _, n := range page.all(name, func(func(string) string) bool { return true }) {
			for _, at := range n.Attr {
				value := strings.ToLower(at.Val)
				if strings.HasPrefix(at.Key, "on") || strings.HasPrefix(value, "javascript:") || strings.HasPrefix(value, "vbscript:") || strings.HasPrefix(value, "data:text") || strings.Contains(value, "evil.example") {
					t.Errorf("<%s> has %s=%q", name, at.Key, at.Val)
				}
			}
			if n.FirstChild != nil && strings.Contains(n.FirstChild.Data, "alert(1)") && name == "script" {
				t.Error("a script of the text stands in the page")
			}
		}
	}
	if csp := page.Header.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "default-src 'none'") {
		t.Errorf("the preview's policy is %q", csp)
	}
}

// S35: whatever stands in the fields of an address, a list answers or refuses; it
// never fails.
func TestS35FieldsOfAddresses(t *testing.T) {
	o := open(t)
	people := []*officer{
		o.hire("ผู้ดูแล", grant(catalog.RoleDGA, "")), o.hire("ก.พ.ร.", grant(catalog.RoleOPDC, "")),
		o.hire("ทุกอย่าง", grant(catalog.RoleCentral, "dlt"), grant(catalog.RoleAuthor, "dlt"), grant(catalog.RoleReviewer, "dlt")),
	}
	hostile := []string{"'", `"`, "' OR '1'='1", "1; DROP TABLE users--", "id DESC, (SELECT secret FROM tokens)", "%", "_", `\`, "\x00", "\xff\xfe", "-1", "99999999999999999999", "NaN", "%25%27", "$1", "?", "../..", "<script>", strings.Repeat("a", 5000), "ก\u0e4d\u200b", "[]", "{{.}}"}
	fieldNames := []string{"q", "unit", "sort", "down", "page", "status", "action", "person", "from", "to", "on", "role", "state", "view", "kind", "mapping", "province", "commit", "seen", "a", "b", "only"}
	for _, r := range o.pages.routes() {
		method, path := r.address()
		if method != http.MethodGet || strings.HasPrefix(path, "/assets") || strings.HasPrefix(path, "/signin/") {
			continue
		}
		path = strings.NewReplacer("{code}", "dlt-area2", "{kind}", "manual", "{n}", "1").Replace(path)
		for i := range hostile {
			q := url.Values{}
			for j, name := range fieldNames {
				q.Set(name, hostile[(i+j)%len(hostile)])
			}
			if a := o.fetch(people[i%len(people)], http.MethodGet, path+"?"+q.Encode(), nil); a.StatusCode >= 500 {
				t.Errorf("%s with %.300q: got %d: %s", r.at, q, a.StatusCode, o.log)
			}
		}
	}
}
