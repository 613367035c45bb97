package satisfaction

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/survey"
	"khumue/syncd/internal/answers"
)

// secretSets are question sets in which who answered can be read off the replies:
// everybody replies to "who" with a value of their own, some to "some" as well.
func secretSets(n int) []*catalog.Survey {
	var each []catalog.Choice
	for i := range n {
		each = append(each, catalog.Choice{Value: fmt.Sprint("a", i)})
	}
	questions := []catalog.Question{{Code: "q1", Kind: "scale", Topic: overallTopic}, {Code: "who", Kind: "choice", Choices: each}, {Code: "some", Kind: "choice", Choices: each}}
	return []*catalog.Survey{{ID: "one", Questions: questions}, {ID: "two", Questions: questions}}
}

// secretAnswers are a few at few points, in five months of two fiscal years.
func secretAnswers(random *rand.Rand, forms int) (list []answers.Answer) {
	first := calendar.NewDate(2025, 8, 1)
	crowd := 1 + random.IntN(4) // how uneven they are
	for i := range 60 + random.IntN(180) {
		pick := func(n int) int { return random.IntN(1 + random.IntN(n)*random.IntN(crowd)%n) }
		a := answers.Answer{
			Form: []string{"one", "two"}[random.IntN(forms)], Point: catalog.PointCode(fmt.Sprintf("m%dd%d-%d", pick(2), pick(2), pick(2))),
			Day: first.AddDays(random.IntN(1 + random.IntN(153))), Procedure: catalog.ManualID([]string{"", "a", "b"}[pick(3)]), Channel: []string{"", "kiosk", "counter"}[pick(3)],
			Picks: survey.Picks{"q1": fmt.Sprint(1 + random.IntN(5)), "who": fmt.Sprint("a", i)},
		}
		if random.IntN(25) == 0 {
			a.Point = "gone"
		}
		if random.IntN(3) > 0 {
			a.Picks["some"] = a.Picks["who"]
		}
		if random.IntN(20) == 0 {
			a.Marks = answers.Bait
		}
		list = append(list, a)
	}
	return list
}

// everyQuery is whatever a person may ask for.
func everyQuery(each func(Query)) {
	var periods []calendar.Period
	for m := (calendar.Month{Year: 2025, Month: 8}); m.ISO() < "2026-01"; m = m.Add(1) {
		periods = append(periods, m.Period())
	}
	periods = append(periods, calendar.Quarter{Year: 2568, N: 4}.Period(), calendar.Quarter{Year: 2569, N: 1}.Period(), calendar.FiscalYear(2568).Period(), year2569)
	places := []Query{{}}
	for m := range 2 {
		places = append(places, Query{Unit: catalog.AgencyCode(fmt.Sprintf("m%d", m))})
		for d := range 2 {
			places = append(places, Query{Unit: catalog.AgencyCode(fmt.Sprintf("m%dd%d", m, d))})
			for p := range 2 {
				places = append(places, Query{Point: catalog.PointCode(fmt.Sprintf("m%dd%d-%d", m, d, p))})
			}
		}
	}
	for _, q := range places {
		for _, q.Period = range periods {
			for _, q.Manual = range []catalog.ManualID{"", Other, "a", "b"} {
				for _, q.Channel = range []string{"", "kiosk", "counter"} {
					each(q)
				}
			}
		}
	}
}

// Whoever knows all that every report and every list tells can add it up and take
// it apart as they like: answers that always come together stay together. So no
// sum of what is told, with whatever factors, is of a part of them, and it is
// enough that they are of five people at least.
func TestNothingFollowsOfFewerThanFive(t *testing.T) {
	for seed := range uint64(4) {
		random := rand.New(rand.NewPCG(seed, 7))
		list := secretAnswers(random, 1+int(seed%2))
		r := newReports(list)
		r.Sets = func() []*catalog.Survey { return secretSets(len(list)) }
		s := secrets{t: t, r: r, seed: seed, who: map[string]*strings.Builder{}, some: map[string]*strings.Builder{}}
		everyQuery(s.look)
		s.together("answers", s.who)
		s.together("replies to a question", s.some)
	}
}

// secrets are, by answer, where it was told of.
type secrets struct {
	t         *testing.T
	r         *Reports
	seed      uint64
	number    int
	who, some map[string]*strings.Builder
}

func note(by map[string]*strings.Builder, who string, what any) {
	if by[who] == nil {
		by[who] = &strings.Builder{}
	}
	fmt.Fprint(by[who], what, " ")
}

// together holds that answers told of at the same places are enough.
func (s *secrets) together(what string, by map[string]*strings.Builder) {
	counts := map[string]int{}
	for _, places := range by {
		counts[places.String()]++
	}
	for places, n := range counts {
		if n < Fewest {
			s.t.Errorf("seed %d: %d %s follow from what is told: %.200s", s.seed, n, what, places)
		}
	}
	if len(counts) < 2 && what == "answers" {
		s.t.Errorf("seed %d: %d groups of %s are told apart", s.seed, len(counts), what)
	}
}

// look notes what a report and a list tell.
func (s *secrets) look(q Query) {
	s.number++
	all, asked := s.make(q), q
	for _, form := range all.Forms {
		asked.Form = form.ID
		shown := s.make(asked)
		for _, question := range shown.Questions[1:] {
			for _, v := range question.Values {
				if v.N > 0 && question.Code == "who" {
					note(s.who, v.Value, s.number)
				} else if v.N > 0 {
					note(s.some, v.Value, s.number)
				}
			}
		}
		if n := shown.Questions[1].N; len(all.Forms) == 1 && n != all.N && s.seed%2 == 0 {
			s.t.Fatalf("seed %d: %+v tells of %d, and of %d replies", s.seed, q, all.N, n)
		}
	}
	s.same(q, all)
	s.list(q, all)
}

func (s *secrets) make(q Query) *Report {
	out, err := s.r.Make(s.t.Context(), q)
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

// same holds that a part is told as the report of it would tell it.
func (s *secrets) same(q Query, of *Report) {
	compare := func(parts []Part, by func(Part) Query) {
		for _, p := range parts {
			if p.ID == Mixed || p.ID == Gone || p.ID == "" {
				continue
			}
			alone := s.make(by(p))
			if alone.N != p.N || alone.Few != p.Hidden || alone.Overall != p.Mean {
				s.t.Fatalf("seed %d: %+v tells of %+v what its own report does not: %d, %+v", s.seed, q, p, alone.N, alone.Overall)
			}
		}
	}
	if s.number%17 != 0 {
		return // all of them take long
	}
	place := func(p Part) Query {
		q := q
		if q.Unit, q.Point = catalog.AgencyCode(p.ID), ""; p.Point {
			q.Unit, q.Point = "", catalog.PointCode(p.ID)
		}
		return q
	}
	compare(of.Parts, place)
	compare(of.Beside, place)
	compare(of.Channels, func(p Part) Query { q := q; q.Channel = p.ID; return q })
	compare(of.Manuals, func(p Part) Query { q := q; q.Manual = catalog.ManualID(p.ID); return q })
	compare(of.Trend, func(p Part) Query {
		m, err := calendar.ParseMonth(p.ID)
		if err != nil {
			s.t.Fatal(err)
		}
		q := q
		q.Period = m.Period()
		return q
	})
}

// list notes which answers are listed, and what with.
func (s *secrets) list(q Query, of *Report) {
	rows, err := s.r.Rows(s.t.Context(), q)
	if err != nil {
		s.t.Fatal(err)
	}
	n := 0
	for row := range rows.All() {
		if row.LeftOut {
			continue
		}
		n++
		for code, by := range map[string]map[string]*strings.Builder{"who": s.who, "some": s.some} {
			if who := row.Picks[code]; who != "" {
				note(by, who, fmt.Sprint(s.number, row.Stands, row.Form))
			}
		}
	}
	if n != of.N {
		s.t.Fatalf("seed %d: %+v lists %d of %d", s.seed, q, n, of.N)
	}
}
