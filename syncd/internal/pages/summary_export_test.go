package pages

import (
	"archive/zip"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/licence"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/summary"
)

// column adds up a column of numbers below the first row.
func columnOf(t *testing.T, rows [][]string, n int) (sum int) {
	t.Helper()
	for _, row := range rows[1:] {
		v, err := strconv.Atoi(row[n])
		if err != nil {
			t.Fatalf("%q: %v", row, err)
		}
		sum += v
	}
	return sum
}

func TestTheSummarysBookAddsUpToThePage(t *testing.T) {
	o := openStructure(t)
	o.reportsOfOctober()
	o.must(o.store.returns.Write(t.Context(), func(r licences.Records) error {
		e := licence.Entry{Figures: licence.Figures{Received: 7, ApprovedOn: 7}}
		return r.PutReport("dlt", licence.Report{Key: licence.Key{Point: "=cmd|x", Process: "@sum-aaaaaa", Month: october}, Edition: 1, Filed: licence.Filing{Entry: e, Version: 1, At: o.at, By: "o-aaaaaaaaaaaaaaaa", Cause: licence.First}})
	}))
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	const asked = "?period=2026-10"
	o.get(central, "/summary"+asked).want(t, http.StatusOK, "6,022", "5,707", "ส่งออก")
	r, err := o.pages.Summary.Make(t.Context(), o.by(central), summary.Query{Unit: "dlt", Period: october.Period()})
	o.must(err)

	book := o.get(central, "/summary.xlsx"+asked).body
	wellFormed(t, book)
	if strings.Contains(book, "<f>") || strings.Count(book, "xl/charts/chart") < 6 {
		t.Error("the book has formulas, or no charts")
	}
	rows := sheetRows(t, book, "รายงานทุกฉบับ")
	if len(rows) != r.Reports+1 {
		t.Fatalf("%d rows of %d reports", len(rows)-1, r.Reports)
	}
	for i, f := range licence.Fields {
		if got, want := columnOf(t, rows, 7+i), *r.Count(f); got != want {
			t.Errorf("%s: the rows add up to %d, the page says %d", f, got, want)
		}
	}
	for sheet, first := range map[string]string{"หน่วยงานและจุดบริการ": "จุดบริการ", "รายเดือน": "รายเดือน", "กระบวนงานและหมวดหมู่": "แยกตามกระบวนงาน"} {
		table := sheetRows(t, book, sheet)
		for i, row := range table {
			if len(row) == 0 {
				table = table[:i] // the first table of the sheet
				break
			}
		}
		if table[0][0] != first || columnOf(t, table, 2) != r.Received || columnOf(t, table, 8) != r.Reports {
			t.Errorf("%s: %q", sheet, table)
		}
	}
	about := ""
	for _, row := range sheetRows(t, book, "เกี่ยวกับรายงานนี้") {
		about += strings.Join(row, "|") + "\n"
	}
	for _, want := range []string{"กรมการขนส่งทางบก", "ตุลาคม 2569", "จัดทำเมื่อ", "รับใหม่|6022", "ตัวเลขนับครั้งล่าสุดเมื่อ"} {
		if !strings.Contains(about, want) {
			t.Errorf("%s is not said: %s", want, about)
		}
	}

	file := o.get(central, "/summary/rows.csv"+asked).body
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, "\ufeff"))).ReadAll()
	if err != nil || !strings.HasPrefix(file, "\ufeff") || len(lines) != len(rows) || columnOf(t, lines, 8) != r.Received {
		t.Errorf("%v: %d lines of %d", err, len(lines), len(rows))
	}
	if !strings.Contains(file, ",'=cmd|x,") || !strings.Contains(file, ",'@sum-aaaaaa,") {
		t.Error("what would run is not made harmless")
	}
	if tables := o.get(central, "/summary.csv"+asked).body; !strings.HasPrefix(tables, "\ufeff") || !strings.Contains(tables, "รับใหม่,6022") || !strings.Contains(tables, "'=cmd|x") {
		t.Error(tables)
	}
}

// wellFormed holds a book to what a spreadsheet repairs: every part is XML and has
// a type, and every relation leads to a part.
func wellFormed(t *testing.T, book string) {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	parts, text := map[string]bool{}, map[string]string{}
	for _, f := range z.File {
		if parts[f.Name] {
			t.Errorf("%s stands twice", f.Name)
		}
		parts[f.Name] = true
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		text[f.Name] = string(b)
		for d := xml.NewDecoder(strings.NewReader(string(b))); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
		}
	}
	for name := range parts {
		dir, file := path.Split(name)
		if !strings.HasSuffix(name, ".rels") {
			if name != "[Content_Types].xml" && !strings.Contains(text["[Content_Types].xml"], `PartName="/`+name+`"`) {
				t.Errorf("%s has no type", name)
			}
			continue
		}
		var list struct {
			Relationship []struct {
				Target string `xml:",attr"`
			}
		}
		if err := xml.Unmarshal([]byte(text[name]), &list); err != nil {
			t.Fatal(err)
		}
		_ = file
		for _, r := range list.Relationship {
			at := path.Join(dir, "..", r.Target)
			if strings.HasPrefix(r.Target, "/") {
				at = r.Target[1:]
			}
			if !parts[at] {
				t.Errorf("%s leads to %s, which is not there", name, at)
			}
		}
	}
}

func TestTheSummarysExportsAreForWhoMaySeeIt(t *testing.T) {
	o := openStructure(t)
	points := o.reportsOfOctober()
	people := map[string]*officer{"central": o.hire("กลาง", grant(catalog.RoleCentral, "dlt")), "other": o.hire("อื่น", grant(catalog.RoleCentral, "doh")),
		"point": o.hire("จุด", grant(catalog.RolePoint, "dlt", points[0])), "author": o.hire("ผู้เขียน", grant(catalog.RoleAuthor, "dlt"))}
	for _, test := range []struct {
		who, query string
		status     int
		rows       int // of dlt's six reports
	}{
		{"central", "", http.StatusOK, 6}, {"central", "&unit=mot", http.StatusNotFound, 0}, {"other", "", http.StatusOK, 0},
		{"other", "&point=" + string(points[0]), http.StatusForbidden, 0}, {"point", "", http.StatusOK, 1}, {"point", "&unit=dlt", http.StatusForbidden, 0},
		{"point", "&point=" + string(points[1]), http.StatusForbidden, 0}, {"author", "", http.StatusForbidden, 0},
	} {
		for _, at := range []string{"/summary.xlsx", "/summary.csv", "/summary/rows.csv"} {
			t.Run(test.who+" "+at+test.query, func(t *testing.T) {
				a := o.get(people[test.who], at+"?period=2026-10"+test.query)
				a.want(t, test.status)
				if n := strings.Count(a.body, "\r\n") - 1; at == "/summary/rows.csv" && test.status == http.StatusOK && n != test.rows {
					t.Errorf("%d rows", n)
				}
			})
		}
	}
	o.pages.exports.Store(mostSummaries)
	o.get(people["central"], "/summary/rows.csv?period=2026-10").want(t, http.StatusServiceUnavailable, "รอสักครู่")
}
