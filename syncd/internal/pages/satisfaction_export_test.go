package pages

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/survey"
	"khumue/internal/xlsx"
)

func TestExportsAreForWhoMaySeeTheReport(t *testing.T) {
	o := answered(t)
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	point := o.hire("จุดบริการ", grant(catalog.RolePoint, "dlt", area2))
	author := o.hire("ผู้เขียน", grant(catalog.RoleAuthor, "dlt"))
	opdc := o.hire("กพร", grant(catalog.RoleOPDC, ""))
	tests := []struct {
		name   string
		who    *officer
		query  string
		status int
	}{
		{"central, of its agency", central, "period=y2569", http.StatusOK},
		{"central, of a point", central, "period=y2569&point=dlt-area2", http.StatusOK},
		{"central, of another agency", central, "unit=dopa", http.StatusNotFound},
		{"a point's officer, of the point", point, "period=y2569", http.StatusOK},
		{"a point's officer, of another", point, "point=dlt-area3", http.StatusForbidden},
		{"a point's officer, of the agency", point, "unit=dlt", http.StatusForbidden},
		{"an author", author, "", http.StatusForbidden},
		{"OPDC, of the country", opdc, "period=y2569", http.StatusOK},
		{"where few answered", central, "period=y2569&point=dlt-songkhla", http.StatusOK},
		{"where nobody answered", central, "period=y2567", http.StatusOK},
		{"a point that is not there", opdc, "point=no-such", http.StatusForbidden},
	}
	for _, test := range tests {
		for _, at := range []string{"/satisfaction.xlsx", "/satisfaction.csv", "/satisfaction/answers.xlsx", "/satisfaction/answers.csv"} {
			t.Run(test.name+" "+at, func(t *testing.T) {
				a := o.get(test.who, at+"?"+test.query)
				a.want(t, test.status)
				if saved := strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment"); saved != (test.status == http.StatusOK) {
					t.Errorf("saved as a file: %v", saved)
				}
			})
		}
	}
}

// sheetRows reads a sheet of a book.
func sheetRows(t *testing.T, src, name string) (out [][]string) {
	t.Helper()
	b, err := xlsx.Open(strings.NewReader(src), int64(len(src)), xlsx.Usual)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for row, err := range b.Rows(name) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, row.Cells)
	}
	return out
}

func TestEveryAnswerIsExported(t *testing.T) {
	o := answered(t)
	o.respond("=cmd|x", "2026-02-03", 6, survey.Picks{"q1": "2"})
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	book := o.get(central, "/satisfaction/answers.xlsx?period=y2569").body
	rows := sheetRows(t, book, "คำตอบ")
	want := []string{"2025-11|", "กรมการขนส่งทางบก", "dlt-area2", "เคาน์เตอร์", "satisfaction-1", "ไม่มี", "4 "}
	if len(rows) < 150 || len(rows[0]) != 11 || rows[0][10] != "มีการเรียกรับเงินหรือไม่" {
		t.Fatalf("%d rows, headings %q", len(rows), rows[0])
	}
	for _, w := range want {
		if !strings.Contains(strings.Join(rows[1], "|"), w) {
			t.Errorf("%q does not say %s", rows[1], w)
		}
	}
	for _, row := range rows {
		if strings.Contains(strings.Join(row, "|"), "songkhla") {
			t.Errorf("three people of a point are told of: %q", row)
		}
	}
	about := sheetRows(t, book, "เกี่ยวกับไฟล์นี้")
	var text strings.Builder
	for _, row := range about {
		text.WriteString(strings.Join(row, "|") + "\n")
	}
	for _, w := range []string{"กรมการขนส่งทางบก", "ปีงบประมาณ", "จัดทำเมื่อ", "คำตอบแต่ละฉบับบอกเท่าที่กลุ่มของคำตอบนั้น"} {
		if !strings.Contains(text.String(), w) {
			t.Errorf("%s is not said: %s", w, text.String())
		}
	}
	file := o.get(central, "/satisfaction/answers.csv?period=y2569").body
	lines, err := csv.NewReader(bytes.NewReader([]byte(strings.TrimPrefix(file, "\ufeff")))).ReadAll()
	if err != nil || !strings.HasPrefix(file, "\ufeff") || len(lines) != len(rows) {
		t.Errorf("%v: %d lines, %d rows", err, len(lines), len(rows))
	}
	opdc := o.hire("กพร", grant(catalog.RoleOPDC, ""))
	if file := o.get(opdc, "/satisfaction/answers.csv?period=y2569").body; !strings.Contains(file, ",'=cmd|x,") {
		t.Error("a point's code that would run is not made harmless")
	}
}

func TestTheReportIsABookWithCharts(t *testing.T) {
	o := answered(t)
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	book := o.get(central, "/satisfaction.xlsx?period=y2569").body
	if n := strings.Count(book, "xl/charts/chart"); n != 4 { // each in its place and in the list
		t.Errorf("%d mentions of charts", n)
	}
	figures := sheetRows(t, book, "สรุปและกราฟ")
	if figures[1][0] != "โดยรวมพอใจเพียงใด" || !strings.Contains(figures[1][2], ".") {
		t.Errorf("%q", figures[:3])
	}
	if tables := sheetRows(t, book, "ตาราง"); !strings.Contains(strings.Join(tables[1], "|"), "โดยรวมพอใจเพียงใด") {
		t.Errorf("%q", tables[:3])
	}
}

func TestDrawingsAreSavedAsPictures(t *testing.T) {
	o := answered(t)
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	author := o.hire("ผู้เขียน", grant(catalog.RoleAuthor, "dlt"))
	tests := []struct {
		name   string
		who    *officer
		query  string
		status int
	}{
		{"months", central, "period=y2569&chart=trend", http.StatusOK},
		{"questions", central, "period=y2569&chart=questions", http.StatusOK},
		{"parts", central, "period=y2569&chart=parts", http.StatusOK},
		{"channels", central, "period=y2569&chart=channels", http.StatusOK},
		{"a point has no parts", central, "period=y2569&point=dlt-area2&chart=parts", http.StatusNotFound},
		{"another drawing", central, "period=y2569&chart=other", http.StatusNotFound},
		{"few answered", central, "period=y2569&point=dlt-songkhla&chart=trend", http.StatusNotFound},
		{"nobody answered", central, "period=y2567&chart=trend", http.StatusNotFound},
		{"an author", author, "period=y2569&chart=trend", http.StatusForbidden},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := o.get(test.who, "/satisfaction/chart.png?"+test.query)
			a.want(t, test.status)
			if picture := strings.HasPrefix(a.body, "\x89PNG"); picture != (test.status == http.StatusOK) {
				t.Errorf("a picture: %v", picture)
			}
			if *screenshots != "" && test.status == http.StatusOK {
				o.must(os.WriteFile(filepath.Join(*screenshots, "chart-"+test.name+".png"), []byte(a.body), 0o600))
			}
		})
	}
	o.get(central, "/satisfaction?period=y2569").want(t, http.StatusOK, "ดาวน์โหลดเป็นภาพ")
}
