package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"khumue/internal/testkit"
	"khumue/internal/transfer"
	"khumue/internal/xlsx"
)

// filledIn is the template of manuals with three rows: two that can be taken, and
// one whose date and agency are none.
func filledIn(t *testing.T) []byte {
	t.Helper()
	m, err := transfer.TemplateMapping(transfer.Manuals)
	if err != nil {
		t.Fatal(err)
	}
	columns := map[string]string{}
	var headings []xlsx.Heading
	for _, f := range m.Fields {
		columns[f.Field] = f.Column
		headings = append(headings, xlsx.Heading{Text: f.Column})
	}
	for _, l := range m.Lists {
		for _, f := range l.Fields {
			if f.Column != "" {
				headings = append(headings, xlsx.Heading{Text: f.Column})
			}
		}
	}
	book, err := xlsx.NewWriter()
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := book.Sheet(m.Sheet, headings...)
	if err != nil {
		t.Fatal(err)
	}
	row := func(values map[string]string) {
		t.Helper()
		cells := make([]any, len(headings))
		for i, h := range headings {
			cells[i] = ""
			for field, value := range values {
				if columns[field] == h.Text {
					cells[i] = value
				}
			}
		}
		if err := sheet.Row(cells...); err != nil {
			t.Fatal(err)
		}
	}
	row(map[string]string{"title": "คำอธิบายของคอลัมน์"})
	row(map[string]string{"legacy.number": "90001", "agency": "กรมการขนส่งทางบก", "title": "การขอใบรับรองการนำเข้าตัวอย่าง", "reviewed_on": "1/10/2569", "legal_time": "0.0", "body": "ผู้ยื่นคำขอต้องมีอายุครบ 20 ปี"})
	row(map[string]string{"legacy.number": "90002", "agency": "กรมที่ไม่มีอยู่", "title": "การขอของกรมอื่น", "reviewed_on": "31/2/2569"})
	row(map[string]string{"legacy.number": "90003", "agency": "dlt", "title": "การขอป้ายตัวอย่าง", "reviewed_on": "2026-10-01"})
	var out bytes.Buffer
	err = sheet.Close()
	if err == nil {
		_, err = book.WriteTo(&out)
	}
	if err := errors.Join(err, book.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// attach puts a file into a field, as a person chooses one.
func (v *visitor) attach(field, name string, data []byte) {
	v.t.Helper()
	v.Text(`(() => { const d = new DataTransfer(); d.items.add(new File([Uint8Array.from(atob("` + base64.StdEncoding.EncodeToString(data) + `"), (c) => c.charCodeAt(0))], "` + name + `"));
		document.querySelector("` + field + `").files = d.files; return document.querySelector("` + field + `").files.length })()`)
}

// DGA brings manuals of an agency in: the rows at fault are named, the others are
// published within seconds and stand as imported in what anyone can check, until
// an author of the agency has read and confirmed one.
func TestManualsAreBroughtInInTheBrowser(t *testing.T) {
	data := t.TempDir()
	d := startDemo(t, "--data", data)
	dga := d.open(t, "import-dga", testkit.View{Width: 1366, Height: 768})
	dga.signIn("dga")
	dga.Go("/import?unit=dlt&kind=manual")
	dga.look("send")
	dga.attach("#table", "คู่มือ.xlsx", filledIn(t))
	dga.Click(`form[enctype] button`)
	dga.Until(`location.pathname.startsWith("/import/tables/") && document.querySelector(".table-ready")`)
	dga.says("กรมที่ไม่มีอยู่")
	dga.says("31/2/2569")
	dga.look("dry-run")
	began := time.Now()
	dga.Click(`form[action$="/confirm"] button`)
	dga.Until(`document.querySelector(".table-done")`)
	dga.look("done")

	author := d.open(t, "import-author", testkit.View{Width: 360, Height: 740})
	author.signIn("author")
	author.Go("/imported?q=" + "ใบรับรองการนำเข้า")
	author.Until(`document.querySelector('input[name=manual]') || (setTimeout(() => location.reload(), 500), false)`)
	author.look("list")
	id := strings.Fields(author.Text(`document.querySelector('input[name=manual]').value`))[0]

	public := browser.Open(t, &testkit.Server{URL: d.public}, testkit.View{Width: 360, Height: 740})
	public.Allow("404")
	public.Go("/procedure/" + id + "/")
	public.Until(`document.querySelector('h1')?.textContent.includes("การขอใบรับรองการนำเข้าตัวอย่าง") || (setTimeout(() => location.reload(), 500), false)`)
	t.Logf("on the site %v after the click", time.Since(began).Round(time.Millisecond))
	if said := verifiedBy(t, data); !strings.Contains(said, id+": imported by o-") || !strings.Contains(said, ", not confirmed yet") || !strings.Contains(said, "2 imported later") {
		t.Errorf("verify says:\n%s", said)
	}

	author.Click(`button[name=one]`)
	author.Until(`document.querySelector('.flash')`)
	author.look("confirmed")
	if said := verifiedBy(t, data); !strings.Contains(said, ", confirmed by o-") || !strings.Contains(said, "1 confirmed by an officer") {
		t.Errorf("verify says:\n%s", said)
	}
	author.Go("/manuals/" + id)
	author.says("ตรวจและยืนยันโดย")
	author.look("manual")
}

// verifiedBy is what generator verify says of the content of a demonstration.
func verifiedBy(t *testing.T, data string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), generator, "verify", filepath.Join(data, "content.git"), "--trust", filepath.Join(data, "approvals.pub")).CombinedOutput()
	if err != nil {
		t.Errorf("verify: %v\n%s", err, out)
	}
	return string(out)
}
