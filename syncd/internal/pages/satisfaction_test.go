package pages

import (
	"crypto/rand"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/survey"
	"khumue/syncd/internal/answers"
	"khumue/syncd/internal/satisfaction"
)

// asked is the question set of these tests.
var asked = &catalog.Survey{ID: "satisfaction-1", Questions: []catalog.Question{
	{Code: "q1", Kind: "scale", Topic: "overall", Text: catalog.Text{TH: "โดยรวมพอใจเพียงใด", EN: "How satisfied are you?"}},
	{Code: "q5", Kind: "scale", Topic: "process", Text: catalog.Text{TH: "ระยะเวลาเป็นไปตามคู่มือ", EN: "It took as long as the manual says"}},
	{Code: "q10", Kind: "choice", Text: catalog.Text{TH: "มีการเรียกรับเงินหรือไม่", EN: "Did anyone ask for money?"},
		Choices: []catalog.Choice{{Value: "absent", Text: catalog.Text{TH: "ไม่มี", EN: "No"}}, {Value: "asked", Text: catalog.Text{TH: "มี", EN: "Yes"}}}},
}}

// reported are the points of these tests with their agencies.
type reported struct{ *state }

func (r reported) Point(code catalog.PointCode) (catalog.AgencyCode, catalog.Text, bool) {
	for agency, points := range r.points {
		for _, p := range points {
			if p.Code == code {
				return agency, p.Name, true
			}
		}
	}
	return "", catalog.Text{}, false
}

// reports makes the reports of a back office.
func (o *office) reports() *satisfaction.Reports {
	return &satisfaction.Reports{
		Columns: &satisfaction.Columns{Store: o.store.answers}, Places: reported{o.state},
		Sets:   func() []*catalog.Survey { return []*catalog.Survey{asked} },
		Titles: func(ids ...string) (map[string]catalog.Text, error) { return o.direct.Titles(ids...) },
	}
}

// respond has so many people answer for a point on a day.
func (o *office) respond(point catalog.PointCode, day string, n int, picks survey.Picks) {
	o.t.Helper()
	d, err := calendar.ParseISO(day)
	o.must(err)
	var list []*answers.Answer
	for range n {
		id, err := uuid.NewV7FromReader(rand.Reader)
		o.must(err)
		list = append(list, &answers.Answer{ID: id.String(), Form: asked.ID, Point: point, Channel: "counter", Procedure: "dlt-67bh3i", Day: d, Received: d, Picks: picks})
	}
	o.must(o.store.answers.Write(o.t.Context(), func(r answers.Records) error {
		_, err := r.Take(list)
		return err
	}))
}

// answered is a back office with answers of a year.
func answered(t testing.TB) *office {
	o := openStructure(t)
	for m, n := range []int{12, 30, 25, 8, 40, 3, 22, 31} {
		day := calendar.NewDate(2025, 11, 10).AddDays(30 * m).ISO()
		o.respond(area2, day, n, survey.Picks{"q1": strconv.Itoa(3 + m%3), "q5": "4", "q10": "absent"})
		o.respond(area3, day, n/2, survey.Picks{"q1": strconv.Itoa(2 + m%4), "q5": "2", "q10": "absent"})
	}
	o.respond(songkhla, "2026-02-01", 3, survey.Picks{"q1": "1", "q10": "asked"})
	o.respond(area2, "2026-02-02", 2, survey.Picks{"q1": "1", "q10": "asked"})
	return o
}

func TestAReportIsForWhoMaySeeIt(t *testing.T) {
	o := answered(t)
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	point := o.hire("จุดบริการ", grant(catalog.RolePoint, "dlt", area2))
	author := o.hire("ผู้เขียน", grant(catalog.RoleAuthor, "dlt"))
	opdc := o.hire("กพร", grant(catalog.RoleOPDC, ""))
	tests := []struct {
		name   string
		who    *officer
		at     string
		status int
		want   string
	}{
		{"central sees its agency first", central, "/satisfaction?period=y2569", http.StatusOK, "กรมการขนส่งทางบก"},
		{"central sees a point of it", central, "/satisfaction?period=y2569&point=dlt-area2", http.StatusOK, "จำนวนคำตอบ"},
		{"central does not see another agency", central, "/satisfaction?unit=dopa", http.StatusOK, "ไม่พบหน่วยงานชื่อนี้"},
		{"a point's officer sees its point first", point, "/satisfaction?period=y2569", http.StatusOK, "จำนวนคำตอบ"},
		{"a point's officer does not see another", point, "/satisfaction?period=y2569&point=dlt-area3", http.StatusForbidden, ""},
		{"a point's officer does not see the agency", point, "/satisfaction?period=y2569&unit=dlt", http.StatusForbidden, ""},
		{"an author sees none", author, "/satisfaction", http.StatusForbidden, ""},
		{"OPDC sees the country first", opdc, "/satisfaction?period=y2569", http.StatusOK, "ทั้งประเทศ"},
		{"a point that is not there", opdc, "/satisfaction?point=no-such", http.StatusForbidden, ""},
		{"few are not told of", central, "/satisfaction?period=y2569&point=dlt-songkhla", http.StatusOK, "มีผู้ตอบน้อยเกินไป"},
		{"nobody answered", central, "/satisfaction?period=y2567", http.StatusOK, "ยังไม่มีคำตอบในช่วงนี้"},
		{"what is no period is this year", central, "/satisfaction?period=q2569-9", http.StatusOK, "ปีงบประมาณ"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o.get(test.who, test.at).want(t, test.status, test.want)
		})
	}
}

func TestAReportTellsWhatToLookInto(t *testing.T) {
	o := answered(t)
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	a := o.get(central, "/satisfaction?period=y2569")
	a.want(t, http.StatusOK, "สิ่งที่ควรตรวจสอบ", "มีการเรียกรับเงินหรือไม่ – ตอบว่า “มี” 5 คน", "ไม่แสดง", "ระยะเวลาเป็นไปตามคู่มือ")
	if n := len(a.all("svg", func(attr func(string) string) bool { return attr("class") == "chart" })); n < 4 {
		t.Errorf("%d drawings, want the trend, the questions, the parts and the channels", n)
	}
	file := o.get(central, "/satisfaction.csv?period=y2569")
	file.want(t, http.StatusOK)
	for _, want := range []string{"\ufeff", "รายงานผลประเมินความพึงพอใจ", "กรมการขนส่งทางบก", "ไม่แสดง"} {
		if !strings.Contains(file.body, want) {
			t.Errorf("%q is not in the file", want)
		}
	}
}

// fillAnswers has people answer at the points of a busy agency, at one of them few.
func (s *stage) fillAnswers() {
	for i, p := range s.state.points["dlt"] {
		for m := range 12 {
			day := calendar.NewDate(2025, 10, 5).AddDays(30 * m).ISO()
			s.respond(p.Code, day, 5+(7*i+5*m)%23, survey.Picks{"q1": strconv.Itoa(2 + (i+m)%4), "q5": strconv.Itoa(1 + (i+m)%5), "q10": "absent"})
		}
	}
	s.respond("dlt-p01", "2026-03-03", 6, survey.Picks{"q1": "1", "q5": "1", "q10": "asked"})
}

// satisfactionScenes are reports to look at.
var satisfactionScenes = []scene{
	{"satisfaction", "/satisfaction?period=y2569", "central"}, {"satisfaction-point", "/satisfaction?period=2026-03&point=dlt-p01", "central"},
	{"satisfaction-none", "/satisfaction?period=y2567", "central"},
}

func TestLongTablesAreFolded(t *testing.T) {
	rows := func(n, current int) (out []FigureRow) {
		for i := range n {
			out = append(out, FigureRow{N: strconv.Itoa(i), Current: i == current})
		}
		return out
	}
	tests := []struct {
		name        string
		rows        []FigureRow
		shown, rest int
		last        string
	}{
		{"a short one is not", rows(25, -1), 25, 0, "24"},
		{"a long one is", rows(26, -1), 20, 6, "19"},
		{"what it is about stands open", rows(60, 41), 21, 39, "41"},
		{"nothing", nil, 0, 0, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := FigureTable{Rows: test.rows}
			shown, rest, last := f.Shown(), 0, ""
			if r := f.Rest(); r != nil {
				rest = len(r.Rows)
			}
			if len(shown.Rows) > 0 {
				last = shown.Rows[len(shown.Rows)-1].N
			}
			if len(shown.Rows) != test.shown || rest != test.rest || last != test.last || len(f.Rows) != len(test.rows) {
				t.Errorf("%d stand open, the last %q, and %d are folded", len(shown.Rows), last, rest)
			}
		})
	}
}
