package pages

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"khumue/internal/catalog"
)

// What is exported adds up to what the page shows, names each report that is
// missing, and is for who may read it.
func TestTheRollUpIsExported(t *testing.T) {
	o := openStructure(t)
	o.at = o.bangkok("2026-11-02 09:00")
	p, central := o.hire("จันทร์", grant(catalog.RolePoint, "dlt", area5)), o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	page := o.get(p, gridOctober)
	row := page.lineOf(renewing, "2026-10")
	o.send5(p, gridOctober, page.asFilled(row+".received", "10", row+".approved_on", "8", row+".pending_in_time", "2", "do", "file")).wantLed(t, gridOctober)
	r, err := o.pages.Licences.Rollup(t.Context(), o.by(central), "dlt", "", october.Add(-1), october)
	o.must(err)
	missing := 0
	for _, g := range r.Gaps {
		missing += g.Missing()
	}
	if r.Reports != 1 || missing < 3 {
		t.Fatalf("got %+v", r.Tally)
	}

	asked := "?" + url.Values{"month": {"2026-09"}, "to": {"2026-10"}}.Encode()
	o.get(central, "/licences"+asked).want(t, http.StatusOK, "ส่งออก", "ใครยังไม่ได้ส่งรายงานใด")
	book := o.get(central, "/licences/report.xlsx"+asked).body
	wellFormed(t, book)
	for sheet, rows := range map[string]int{"หน่วยงานและจุดบริการ": len(r.Parts), "รายเดือน": 2} {
		table := sheetRows(t, book, sheet)
		if len(table) != rows+1 || columnOf(t, table, 2) != r.Expected || columnOf(t, table, 3) != r.Reports || columnOf(t, table, 6) != 10 {
			t.Errorf("%s: %q", sheet, table)
		}
	}
	lacks := sheetRows(t, book, "ยังไม่ได้ส่ง")
	file := o.get(central, "/licences/missing.csv"+asked).body
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, "\ufeff"))).ReadAll()
	if err != nil || !strings.HasPrefix(file, "\ufeff") || len(lines) != missing+1 || len(lacks) != len(lines) {
		t.Errorf("%d lines and %d rows of %d that are missing, %v", len(lines)-1, len(lacks)-1, missing, err)
	}
	for _, l := range lines[1:] {
		if l[4] == string(area5) && (l[6] != string(temporary) || l[7] != "2026-11-13" || l[8] != "1" || l[0] != "2026-10") {
			t.Errorf("of the point that reported the other: %q", l)
		}
	}
	if got := o.get(central, "/licences/report.csv"+asked).body; !strings.Contains(got, "รับใหม่,10\r\n") || !strings.Contains(got, "กรมการขนส่งทางบก") {
		t.Error(got)
	}

	other, author := o.hire("อื่น", grant(catalog.RoleCentral, "moph")), o.hire("ผู้เขียน", grant(catalog.RoleAuthor, "dlt"))
	o.pages.exports.Store(mostSummaries) // others download the summary's reports, which takes long
	for _, path := range []string{"/licences/report.xlsx", "/licences/report.csv", "/licences/missing.csv"} {
		o.get(author, path).want(t, http.StatusForbidden)
		o.get(other, path+"?unit=dlt").want(t, http.StatusNotFound)
		if a := o.get(other, path); a.StatusCode != http.StatusOK || strings.Contains(a.body, string(area5)) {
			t.Errorf("%s: another ministry is given %d, %.200s", path, a.StatusCode, a.body)
		}
		if a := o.get(p, path+"?month=2026-10"); a.StatusCode != http.StatusOK || strings.Contains(a.body, string(area2)) {
			t.Errorf("%s: a point is given %d, and what is another's", path, a.StatusCode)
		}
	}
}
