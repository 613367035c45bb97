package satisfaction

import (
	"context"
	"strconv"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/survey"
)

// Places tell where points belong.
type Places interface {
	// Point returns the agency and the name of a point; false when there is none.
	Point(catalog.PointCode) (agency catalog.AgencyCode, name catalog.Text, ok bool)
	// Agency returns an agency; false when there is none.
	Agency(catalog.AgencyCode) (*catalog.Agency, bool)
	// Children returns the agencies right below one, or at the top.
	Children(catalog.AgencyCode) []*catalog.Agency
}

// Reports makes reports of the answers in Columns.
type Reports struct {
	Columns *Columns
	Places  Places
	Sets    func() []*catalog.Survey                             // every question set that was ever published, as it is now
	Titles  func(ids ...string) (map[string]catalog.Text, error) // of manuals
}

// Query says what a report is of.
type Query struct {
	Unit    catalog.AgencyCode // with all below it; "" is the whole country
	Point   catalog.PointCode  // this one alone
	Period  calendar.Period
	Manual  catalog.ManualID // "" all; Other those who came for none
	Channel string
	Form    string // whose questions are shown; "" is the one with the most answers
}

// Mean is what replies on a scale add up to.
type Mean struct {
	N          int // replies
	Hundredths int // 451 is 4.51; 0 of none, and where too few replied
	Level      survey.Level
}

// Percent is the mean in hundredths of a percent of the highest.
func (m Mean) Percent() int { return m.Hundredths * 20 }

func meanOf(picked map[string]int) Mean {
	sum, n := survey.Counts{"": picked}.Scale("")
	if n < Fewest {
		return Mean{N: n}
	}
	h := survey.Hundredths(sum, n)
	return Mean{n, h, survey.LevelOf(h)}
}

// Report is what a report tells. Where Few is set too few people answered, and
// nothing more is told.
type Report struct {
	Query
	Form       *catalog.Survey // nil without any answer
	Forms      []*catalog.Survey
	N, LeftOut int
	Few        bool
	Overall    Mean
	Before     Part // the same period a year before
	Questions  []Question
	Trend      []Part // by month, up to the last of the period, a year's at least
	Parts      []Part // what is right below: agencies and points
	Beside     []Part // the agencies, or points, beside it, itself among them
	Manuals    []Part
	Channels   []Part
}

// Part is a part of a report's answers, or answers beside them.
type Part struct {
	ID     string // of an agency, a point or a manual; a month as 2026-11; a channel
	Point  bool
	Name   catalog.Text
	N      int // 0 also where it is hidden
	Hidden bool
	Mean   Mean

	leftOut int
	sum     int // of the replies to the overall question
}

// Question is how one question was answered.
type Question struct {
	catalog.Question
	N       int
	Hidden  bool
	Mean    Mean // of a scale
	Before  Mean // a year before
	Values  []Value
	Warning string // the reply that asks for attention; "" unless somebody gave it
}

// Value is how often one reply was given.
type Value struct {
	Value   string
	Text    catalog.Text
	N       int
	Percent int // of the replies, rounded
}

// warnings are the replies that tell that something is wrong, by question: the
// documents, the fee, and money that was asked for (DOMAIN.md §5, Q6, Q7, Q10).
var warnings = map[string]string{"q6": "more", "q7": "more", "q10": "asked"}

// overallTopic is the topic of the question for everything together.
const overallTopic = "overall"

// Make makes a report, exact to the last answer that was acknowledged.
func (r *Reports) Make(ctx context.Context, q Query) (*Report, error) {
	if err := r.Columns.Follow(ctx); err != nil {
		return nil, err
	}
	m := newMaker(r)
	out := &Report{Query: q}
	out.Form, out.Forms = m.form(q)
	all := m.alone(q)
	if all.Hidden || !m.told(q) {
		out.Few = true
		return out, nil
	}
	out.N, out.LeftOut, out.Overall = all.N, all.leftOut, all.Mean
	before := q
	before.Period = YearBefore(q.Period)
	if out.Before = m.alone(before); !m.told(before) {
		out.Before = Part{Hidden: true}
	}
	out.Trend = m.trend(q)
	out.Parts = m.parts(q)
	out.Beside = m.beside(q)
	out.Channels = m.channels(q)
	if out.Form != nil {
		out.Questions = m.questions(q, before, out.Form, !out.Before.Hidden)
	}
	var err error
	out.Manuals, err = m.manuals(q)
	return out, err
}

// YearBefore is the same period a year before. The end of a month stays one.
func YearBefore(p calendar.Period) calendar.Period {
	back := func(d calendar.Date) calendar.Date {
		m := calendar.MonthOf(d).Add(-12)
		if d == calendar.MonthOf(d).Last() {
			return m.Last()
		}
		return calendar.NewDate(m.Year, m.Month, min(d.Day, m.Last().Day))
	}
	return calendar.Period{From: back(p.From), To: back(p.To)}
}

// form is the question set whose questions are shown, and all that were answered.
func (m *maker) form(q Query) (shown *catalog.Survey, all []*catalog.Survey) {
	most := 0
	for _, s := range m.sets {
		n := m.Columns.Sums(m.filter(q, s.ID), By{Point: m.inside(q)}, 1, overallTopic)[0].N
		if n == 0 {
			continue
		}
		all = append(all, s)
		if q.Form == s.ID {
			shown, most = s, 1<<62
		} else if n > most {
			shown, most = s, n
		}
	}
	return shown, all
}

// questions tells how each question of a set was answered.
func (m *maker) questions(q, before Query, set *catalog.Survey, compare bool) []Question {
	now := m.Columns.Sums(m.filter(q, set.ID), By{Point: m.inside(q)}, 1)[0].Picked
	var earlier map[string]map[string]int
	if compare {
		earlier = m.Columns.Sums(m.filter(before, set.ID), By{Point: m.inside(before)}, 1)[0].Picked
	}
	var out []Question
	for _, asked := range set.Questions {
		if asked.Kind == "service" {
			continue // the manuals are a part of the report
		}
		one := Question{Question: asked, Values: valuesOf(asked, now[asked.Code])}
		for _, n := range now[asked.Code] {
			one.N += n
		}
		if asked.Kind == "scale" {
			one.Mean, one.Before = meanOf(now[asked.Code]), meanOf(earlier[asked.Code])
		}
		if w := warnings[asked.Code]; now[asked.Code][w] > 0 {
			one.Warning = w
		}
		if one.N > 0 && one.N < Fewest {
			one = Question{Question: asked, Hidden: true}
		}
		out = append(out, one)
	}
	return out
}

// valuesOf lists the replies that a question allows, the best first, with how
// often each was given.
func valuesOf(q catalog.Question, picked map[string]int) []Value {
	var out []Value
	switch q.Kind {
	case "scale":
		for n := 5; n >= 1; n-- {
			out = append(out, Value{Value: strconv.Itoa(n), Text: textOf(survey.Level(n).Text())})
		}
	case "choice":
		for _, c := range q.Choices {
			out = append(out, Value{Value: c.Value, Text: c.Text})
		}
	}
	all := 0
	for i := range out {
		out[i].N = picked[out[i].Value]
		all += out[i].N
	}
	for i := range out {
		if all > 0 {
			out[i].Percent = (200*out[i].N + all) / (2 * all)
		}
	}
	return out
}

func textOf(t fault.Text) catalog.Text { return catalog.Text{TH: t.TH, EN: t.EN} }
