package satisfaction

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/survey"
	"khumue/syncd/internal/answers"
)

// none is a store without answers; tests add them to the columns.
type none struct{ answers.Store }

func (none) Read(context.Context, func(answers.Records) error) error { return nil }

// country is three ministries, each with three departments of four points.
type country map[catalog.AgencyCode]*catalog.Agency

func newCountry() country {
	c := country{}
	for m := range 3 {
		ministry := catalog.AgencyCode(fmt.Sprintf("m%d", m))
		c[ministry] = &catalog.Agency{Code: ministry, Name: catalog.Text{TH: "กระทรวง " + string(ministry)}}
		for d := range 3 {
			code := catalog.AgencyCode(fmt.Sprintf("%sd%d", ministry, d))
			c[code] = &catalog.Agency{Code: code, Name: catalog.Text{TH: "กรม " + string(code)}, Parent: ministry}
		}
	}
	return c
}

func (c country) Agency(code catalog.AgencyCode) (*catalog.Agency, bool) {
	a, ok := c[code]
	return a, ok
}

func (c country) Children(code catalog.AgencyCode) []*catalog.Agency {
	var out []*catalog.Agency
	for _, a := range c {
		if a.Parent == code {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, func(a, b *catalog.Agency) int {
		if a.Code < b.Code {
			return -1
		}
		return 1
	})
	return out
}

func (c country) Point(code catalog.PointCode) (catalog.AgencyCode, catalog.Text, bool) {
	if len(code) < 6 {
		return "", catalog.Text{}, false
	}
	agency := catalog.AgencyCode(code[:4])
	_, ok := c[agency]
	return agency, catalog.Text{TH: "จุด " + string(code)}, ok
}

var set = &catalog.Survey{ID: "satisfaction-1", Questions: []catalog.Question{
	{Code: "q0", Kind: "service"},
	{Code: "q1", Kind: "scale", Topic: "overall"},
	{Code: "q5", Kind: "scale", Topic: "process"},
	{Code: "q10", Kind: "choice", Choices: []catalog.Choice{{Value: "absent"}, {Value: "asked"}}},
	{Code: "q12", Kind: "text"},
}}

func newReports(list []answers.Answer) *Reports {
	columns := &Columns{Store: none{}}
	columns.add(list)
	return &Reports{
		Columns: columns, Places: newCountry(), Sets: func() []*catalog.Survey { return []*catalog.Survey{set} },
		Titles: func(ids ...string) (map[string]catalog.Text, error) { return map[string]catalog.Text{}, nil },
	}
}

// answer is one on a day, for a point, with the reply to the overall question.
func answer(day string, point catalog.PointCode, overall string) answers.Answer {
	d, err := calendar.ParseISO(day)
	if err != nil {
		panic(err)
	}
	return answers.Answer{Form: set.ID, Point: point, Day: d, Picks: survey.Picks{"q1": overall}}
}

func times(n int, a answers.Answer) []answers.Answer { return slices.Repeat([]answers.Answer{a}, n) }

func period(from, to string) calendar.Period {
	a, err := calendar.ParseISO(from)
	b, err2 := calendar.ParseISO(to)
	if err != nil || err2 != nil {
		panic("no day")
	}
	return calendar.Period{From: a, To: b}
}

var year2569 = calendar.FiscalYear(2569).Period()

func TestFewAreHiddenAlsoByDifference(t *testing.T) {
	tests := []struct {
		name  string
		parts []int
		want  []bool
	}{
		{"nothing", nil, []bool{}},
		{"all are many", []int{5, 100, 7}, []bool{false, false, false}},
		{"nobody is told as nobody", []int{0, 100}, []bool{false, false}},
		{"one of few takes the next smallest with it", []int{3, 100, 7}, []bool{true, false, true}},
		{"two of few that are enough together hide nothing else", []int{3, 2, 100}, []bool{true, true, false}},
		{"two of few that are too few take one more", []int{1, 2, 100, 50}, []bool{true, true, false, true}},
		{"few alone", []int{3}, []bool{true}},
		{"few among nobody", []int{3, 0}, []bool{true, false}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := Hide(test.parts); !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// TestNobodyCanBeWorkedOut takes many divisions at random: what is hidden is
// never the only difference of fewer people than may be told of.
func TestNobodyCanBeWorkedOut(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		parts := make([]int, 1+random.IntN(6))
		for i := range parts {
			parts[i] = random.IntN(12)
		}
		together, shown := 0, 0
		for i, hidden := range Hide(parts) {
			if hidden {
				together += parts[i]
			} else {
				shown += parts[i]
			}
		}
		if together > 0 && together < Fewest && shown > 0 {
			t.Fatalf("%v: %d people can be worked out", parts, together)
		}
	}
}

func TestAReportAddsUp(t *testing.T) {
	list := slices.Concat(
		times(10, answer("2026-01-10", "m0d0-a", "5")),
		times(20, answer("2026-02-10", "m0d0-b", "4")),
		times(30, answer("2026-02-11", "m0d1-a", "3")),
		times(8, answer("2025-02-10", "m0d0-a", "2")), // the year before
		times(40, answer("2026-03-01", "m1d0-a", "1")),
	)
	left := answer("2026-01-10", "m0d0-a", "1")
	left.Marks = answers.Flood
	list = append(list, left)
	r, err := newReports(list).Make(t.Context(), Query{Unit: "m0", Period: year2569})
	if err != nil {
		t.Fatal(err)
	}
	if r.Few || r.N != 60 || r.LeftOut != 1 || r.Overall.Hundredths != 367 || r.Overall.Level != 4 {
		t.Errorf("got %d answers, %d left out, mean %d, level %d", r.N, r.LeftOut, r.Overall.Hundredths, r.Overall.Level)
	}
	if r.Before.N != 8 || r.Before.Mean.Hundredths != 200 {
		t.Errorf("the year before: %+v", r.Before)
	}
	var parts, beside []string
	for _, p := range r.Parts {
		parts = append(parts, fmt.Sprintf("%s %d %d", p.ID, p.N, p.Mean.Hundredths))
	}
	if want := []string{"m0d0 30 433", "m0d1 30 300", "m0d2 0 0"}; !slices.Equal(parts, want) {
		t.Errorf("parts %v, want %v", parts, want)
	}
	for _, p := range r.Beside {
		beside = append(beside, fmt.Sprintf("%s %d", p.ID, p.N))
	}
	if want := []string{"m0 60", "m1 40"}; !slices.Equal(beside, want) {
		t.Errorf("beside %v, want %v", beside, want)
	}
	if len(r.Trend) != 12 || r.Trend[0].ID != "2025-10" || r.Trend[3].N != 10 || r.Trend[4].N != 50 {
		t.Errorf("trend %+v", r.Trend)
	}
	if len(r.Questions) != 4 || r.Questions[0].Mean.Hundredths != 367 || r.Questions[0].Before.Hundredths != 200 || r.Questions[0].Values[0].N != 10 || r.Questions[0].Values[0].Percent != 17 {
		t.Errorf("questions %+v", r.Questions)
	}
}

func TestWhatIsToldOfFew(t *testing.T) {
	list := slices.Concat(
		times(3, answer("2026-01-10", "m0d0-a", "1")),
		times(9, answer("2026-01-10", "m0d0-b", "5")),
		times(50, answer("2026-01-10", "m0d0-c", "4")),
		times(20, answer("2026-02-10", "m0d1-a", "4")),
		times(4, answer("2026-04-10", "m0d1-a", "1")),
		times(20, answer("2026-05-10", "m0d1-a", "4")),
	)
	r := newReports(list)
	tests := []struct {
		name string
		q    Query
		few  bool
	}{
		{"a point of three", Query{Point: "m0d0-a", Period: year2569}, true},
		{"the point from which the three would follow", Query{Point: "m0d0-b", Period: year2569}, true},
		{"a point of many beside them", Query{Point: "m0d0-c", Period: year2569}, false},
		{"all of them", Query{Unit: "m0d0", Period: year2569}, false},
		{"a month of four", Query{Unit: "m0d1", Period: period("2026-04-01", "2026-04-30")}, true},
		{"the month of their quarter from which the four would follow", Query{Unit: "m0d1", Period: period("2026-05-01", "2026-05-31")}, true},
		{"their quarter", Query{Unit: "m0d1", Period: period("2026-04-01", "2026-06-30")}, false},
		{"a month of another", Query{Unit: "m0d1", Period: period("2026-02-01", "2026-02-28")}, false},
		{"days that are no month", Query{Unit: "m0d1", Period: period("2026-02-02", "2026-02-28")}, false},
		{"nobody", Query{Unit: "m2", Period: year2569}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := r.Make(t.Context(), test.q)
			if err != nil {
				t.Fatal(err)
			}
			if got.Few != test.few || got.Few && (got.N != 0 || got.Overall.N != 0 || len(got.Parts)+len(got.Trend)+len(got.Questions) > 0) {
				t.Errorf("got few %v of %d answers, want %v", got.Few, got.N, test.few)
			}
		})
	}
}

func TestWarningsAreTold(t *testing.T) {
	one := answer("2026-01-10", "m0d0-a", "5")
	one.Picks = survey.Picks{"q1": "5", "q10": "asked"}
	other := one
	other.Picks = survey.Picks{"q1": "5", "q10": "absent"}
	r, err := newReports(append(times(9, other), one)).Make(t.Context(), Query{Unit: "m0d0", Period: year2569})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Questions[2]; got.Warning != "asked" || got.Values[1].N != 1 || got.Values[1].Percent != 10 {
		t.Errorf("got %+v", got)
	}
}

func TestThePublicFigureIsOfWholeMonthsOfMany(t *testing.T) {
	list := slices.Concat(
		times(10, answer("2026-01-10", "m0d0-a", "5")),
		times(4, answer("2026-02-10", "m0d0-a", "1")), // few: told with January, of the quarter alone
		times(10, answer("2026-03-31", "m0d0-a", "4")),
		times(50, answer("2026-04-01", "m0d0-a", "1")), // this month
		times(50, answer("2025-03-31", "m0d0-a", "1")), // too long ago
		times(4, answer("2026-03-01", "m0d0-b", "5")),  // few: told with the next, of the agency alone
		times(6, answer("2026-03-01", "m0d0-c", "5")),
		times(20, answer("2026-03-01", "m1d0-a", "5")), // of an agency that publishes nothing
	)
	r := newReports(list)
	r.Places.(country)["m0d0"].PublishScores = true
	got, err := r.Public(t.Context(), calendar.NewDate(2026, 4, 15))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got["m0d0-a"].Satisfaction.Answers != 10 || got["m0d0-a"].Satisfaction.Mean != 4 {
		t.Errorf("got %+v, want 10 answers of 4 at one point", got)
	}
}

// TestReportsCountAsALoopDoes compares what is told of places that have enough
// answers with the plainest way of counting.
func TestReportsCountAsALoopDoes(t *testing.T) {
	list := randomAnswers(rand.New(rand.NewPCG(3, 4)), 30_000)
	r := newReports(list)
	for _, p := range []calendar.Period{year2569, period("2025-10-01", "2025-12-31"), period("2026-02-01", "2026-02-28")} {
		for _, q := range []Query{{Period: p}, {Unit: "m1", Period: p}, {Unit: "m1d2", Period: p}, {Point: "m2d1-3", Period: p}} {
			got, err := r.Make(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			n, left, picked := 0, 0, map[string]int{}
			for _, a := range list {
				place := string(q.Unit)
				if q.Point != "" {
					place = string(q.Point)
				}
				if !p.Contains(a.Day) || !strings.HasPrefix(string(a.Point), place) {
					continue
				}
				if a.Marks&answers.LeftOut != 0 {
					left++
					continue
				}
				n++
				picked[a.Picks["q1"]]++
			}
			sum, replied := survey.Scale(picked)
			if got.N != n || got.LeftOut != left || got.Overall.N != replied || got.Overall.Hundredths != survey.Hundredths(sum, replied) {
				t.Errorf("%+v: %d answers, %d left out, %+v; want %d, %d, %d of %d", q, got.N, got.LeftOut, got.Overall, n, left, survey.Hundredths(sum, replied), replied)
			}
			for v, text := range []string{"5", "4", "3", "2", "1"} {
				if got.Questions[0].Values[v].N != picked[text] {
					t.Errorf("%+v: %d replied %s, want %d", q, got.Questions[0].Values[v].N, text, picked[text])
				}
			}
			for _, parts := range [][]Part{got.Parts, got.Manuals, got.Channels} {
				all := 0
				for _, p := range parts {
					all += p.N
				}
				if len(parts) > 0 && all != n {
					t.Errorf("%+v: parts add up to %d of %d", q, all, n)
				}
			}
		}
	}
}

func randomAnswers(random *rand.Rand, n int) []answers.Answer {
	list := make([]answers.Answer, n)
	for i := range list {
		a := answer("2026-01-10", catalog.PointCode(fmt.Sprintf("m%dd%d-%d", random.IntN(3), random.IntN(3), random.IntN(4))), fmt.Sprint(1+random.IntN(5)))
		a.Day = calendar.NewDate(2025, 6, 1).AddDays(random.IntN(480))
		if m := random.IntN(20); m > 0 {
			a.Procedure = catalog.ManualID(fmt.Sprintf("dlt-%d", m))
		}
		a.Channel = append([]string{""}, survey.Channels...)[random.IntN(6)]
		if random.IntN(10) == 0 {
			a.Marks = answers.Bait
		}
		for q := range 12 {
			if random.IntN(4) > 0 {
				a.Picks[fmt.Sprintf("q%d", q+2)] = fmt.Sprint(1 + random.IntN(5))
			}
		}
		list[i] = a
	}
	return list
}

// BenchmarkReport makes the report of the country and of one ministry of a
// million answers.
func BenchmarkReport(b *testing.B) {
	r := newReports(randomAnswers(rand.New(rand.NewPCG(5, 6)), 1_000_000))
	for _, unit := range []catalog.AgencyCode{"", "m0"} {
		b.Run("unit "+string(unit), func(b *testing.B) {
			for b.Loop() {
				if _, err := r.Make(b.Context(), Query{Unit: unit, Period: year2569}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
