package satisfaction

import (
	"context"
	"maps"
	"slices"
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

// meanOf is the mean of so many replies. What is added up is of whole blocks, and
// so of none or of enough.
func meanOf(sum, n int) Mean {
	if n < Fewest {
		return Mean{}
	}
	h := survey.Hundredths(sum, n)
	return Mean{n, h, survey.LevelOf(h)}
}

// Report is what a report tells. Where Few is set people answered of whom nothing
// may be told, and nothing more is.
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
	ID     string // of an agency, a point or a manual; a month as 2026-11; a channel; Mixed
	Point  bool
	Name   catalog.Text
	N      int  // of those that are told; 0 also where it is hidden
	Hidden bool // there are answers, and none is told
	Mean   Mean
}

// Mixed is, in place of what tells parts apart, the answers that are told of the
// whole and of no part: those of several parts that are too few by themselves.
const Mixed = "mixed"

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

// Make makes a report, exact to the last answer that was acknowledged. A period is
// of whole months; days beside them do not matter.
func (r *Reports) Make(ctx context.Context, q Query) (*Report, error) {
	if err := r.Columns.Follow(ctx); err != nil {
		return nil, err
	}
	out := newMaker(r).report(q)
	ids := make([]string, len(out.Manuals))
	for i, p := range out.Manuals {
		ids[i] = p.ID
	}
	titles, err := r.Titles(ids...)
	for i, id := range ids {
		out.Manuals[i].Name = titles[id]
	}
	return out, err
}

func (m *maker) report(q Query) *Report {
	defer m.Columns.hold(m.overall)()
	s := m.sums(q)
	out := &Report{Query: q}
	if out.Few = s.all.hidden(); out.Few {
		return out
	}
	out.N, out.LeftOut, out.Overall, out.Before = s.all.n, s.leftOut, meanOf(s.all.sum, s.all.rated), s.before.part(Part{})
	out.Trend, out.Parts, out.Beside, out.Manuals, out.Channels = m.trend(s), m.parts(q, s), m.beside(q, s), m.manuals(q, s), m.channels(q, s)
	if out.Form, out.Forms = m.form(q, s.all.blocks); out.Form != nil {
		out.Questions = m.questions(s, out.Form)
	}
	return out
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
func (m *maker) form(q Query, of []*block) (shown *catalog.Survey, all []*catalog.Survey) {
	counts := make([]int, len(m.Columns.tables))
	for _, b := range of {
		for _, r := range b.rates {
			if r.all >= Fewest {
				counts[r.table] += r.all
			}
		}
	}
	most := 0
	for _, s := range m.sets {
		n := 0
		for i, t := range m.Columns.tables {
			if t.form == s.ID {
				n = counts[i]
			}
		}
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
func (m *maker) questions(s *sums, set *catalog.Survey) []Question {
	now, before := m.picked(s.all.blocks, set.ID), m.picked(s.before.blocks, set.ID)
	var out []Question
	for _, asked := range set.Questions {
		if asked.Kind == "service" {
			continue // the manuals are a part of the report
		}
		replies := now[asked.Code].counts
		one := Question{Question: asked, Values: valuesOf(asked, replies)}
		for _, n := range replies {
			one.N += n
		}
		if asked.Kind == "scale" {
			one.Mean, one.Before = meanOf(survey.Scale(replies)), meanOf(survey.Scale(before[asked.Code].counts))
		}
		if w := warnings[asked.Code]; replies[w] > 0 {
			one.Warning = w
		}
		if one.N == 0 && now[asked.Code].any {
			one = Question{Question: asked, Hidden: true}
		}
		out = append(out, one)
	}
	return out
}

// picked is how often each reply to a question was given, by the blocks of which
// enough people replied, and whether anybody did.
type picked struct {
	counts map[string]int
	any    bool
}

// picked adds up the replies to the questions of a set.
func (m *maker) picked(of []*block, form string) map[string]picked {
	n := slices.IndexFunc(m.Columns.tables, func(t *table) bool { return t.form == form })
	if n < 0 {
		return nil
	}
	t := m.Columns.tables[n]
	list := slices.Collect(maps.Values(t.questions))
	sums, some := make([][mostValues]int, len(list)), make([]bool, len(list))
	var rows []int32
	for _, b := range of {
		rows = t.rows(b, int32(n), rows[:0])
		for i, q := range list {
			some[i] = q.told(rows, &sums[i]) || some[i]
		}
	}
	out := map[string]picked{}
	for i, q := range list {
		one := picked{map[string]int{}, some[i]}
		for v, word := range q.values.list[:min(len(q.values.list), mostValues)] {
			if v > 0 && sums[i][v] > 0 {
				one.counts[word] = sums[i][v]
			}
		}
		out[q.code] = one
	}
	return out
}

// rows appends the rows of a table that a block has, those that do not count left
// out.
func (t *table) rows(b *block, table int32, to []int32) []int32 {
	for _, c := range b.cells {
		for _, at := range c.rows {
			if at.table == table && !t.left[at.row] {
				to = append(to, at.row)
			}
		}
	}
	return to
}

// count adds the replies that rows give by their numbers, and returns how many.
func (q *question) count(rows []int32, to *[mostValues]int) (n int) {
	for _, row := range rows {
		if v := q.picked[row]; v != 0 && v != mostValues {
			to[v]++
			n++
		}
	}
	return n
}

// told counts the replies of a block where they may be told, and reports whether
// there are any.
func (q *question) told(rows []int32, to *[mostValues]int) bool {
	n := q.count(rows, to)
	if n > 0 && n < Fewest {
		for _, row := range rows { // back
			if v := q.picked[row]; v != 0 && v != mostValues {
				to[v]--
			}
		}
	}
	return n > 0
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
