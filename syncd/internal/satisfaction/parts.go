package satisfaction

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/survey"
)

// Other is, in place of a manual, what people came for who named none.
const Other catalog.ManualID = "other"

// Gone is, in place of an agency, where answers stand whose point is not in the
// content any more.
const Gone = "gone"

// mostManuals is how many manuals a report lists.
const mostManuals = 100

// maker makes one report.
type maker struct {
	*Reports
	sets    []*catalog.Survey
	overall map[string]string // the question for everything together, by question set
	points  map[catalog.PointCode]placed
}

// placed is where a point stands.
type placed struct {
	agency catalog.AgencyCode
	name   catalog.Text
	ok     bool
}

// place tells where a point stands, asking once for a report.
func (m *maker) place(code catalog.PointCode) placed {
	p, known := m.points[code]
	if !known {
		p.agency, p.name, p.ok = m.Places.Point(code)
		m.points[code] = p
	}
	return p
}

func newMaker(r *Reports) *maker {
	m := &maker{Reports: r, sets: r.Sets(), overall: map[string]string{}, points: map[catalog.PointCode]placed{}}
	for _, s := range m.sets {
		for _, q := range s.Questions {
			if _, there := m.overall[s.ID]; !there && q.Topic == overallTopic && q.Kind == "scale" {
				m.overall[s.ID] = q.Code
			}
		}
	}
	return m
}

func (m *maker) filter(q Query, form string) Filter {
	f := Filter{Form: form, From: q.Period.From, To: q.Period.To, Manual: q.Manual, Channel: q.Channel}
	if q.Manual == Other {
		f.Manual, f.NoManual = "", true
	}
	return f
}

// inside tells which points a query is about: 0 yes, -1 no.
func (m *maker) inside(q Query) func(catalog.PointCode) int {
	return func(code catalog.PointCode) int {
		switch {
		case q.Point != "":
			if code == q.Point {
				return 0
			}
			return -1
		case q.Unit == "":
			return 0
		}
		agency := m.place(code).agency
		if agency == q.Unit || m.under(agency, q.Unit) != "" {
			return 0
		}
		return -1
	}
}

// under returns the agency right below unit that agency belongs to, itself
// perhaps; "" when it does not stand below unit.
func (m *maker) under(agency, unit catalog.AgencyCode) catalog.AgencyCode {
	for deep := 0; agency != "" && deep < 100; deep++ {
		a, ok := m.Places.Agency(agency)
		if !ok {
			return ""
		}
		if a.Parent == unit {
			return agency
		}
		agency = a.Parent
	}
	return ""
}

// grouped adds up a query's answers in groups, over all question sets.
func (m *maker) grouped(q Query, by By, groups int) []Part {
	out := make([]Part, groups)
	picked := make([]map[string]int, groups)
	for _, form := range m.Columns.Forms() {
		code := m.overall[form]
		for i, s := range m.Columns.Sums(m.filter(q, form), by, groups, code) {
			out[i].N += s.N
			out[i].leftOut += s.LeftOut
			for value, n := range s.Picked[code] {
				if picked[i] == nil {
					picked[i] = map[string]int{}
				}
				picked[i][value] += n
			}
		}
	}
	for i := range out {
		out[i].Mean = meanOf(picked[i])
		out[i].sum, _ = survey.Counts{"": picked[i]}.Scale("")
	}
	return out
}

// alone is all of a query's answers, hidden where they are too few.
func (m *maker) alone(q Query) Part {
	p := m.grouped(q, By{Point: m.inside(q)}, 1)[0]
	if p.N > 0 && p.N < Fewest {
		return Part{Hidden: true}
	}
	return p
}

// hide takes from parts of a whole what is not told.
func hide(parts []Part) []Part {
	counts := make([]int, len(parts))
	for i, p := range parts {
		counts[i] = p.N
	}
	for i, hidden := range Hide(counts) {
		if hidden {
			parts[i] = Part{ID: parts[i].ID, Point: parts[i].Point, Name: parts[i].Name, Hidden: true}
		}
	}
	return parts
}

// told reports whether a query's figures would not tell, together with those of
// the whole that it is a part of, what is hidden beside it: whether it is told
// among its place's neighbours, its manual's, its channel's and its months'.
func (m *maker) told(q Query) bool {
	among := func(id string, parts []Part) bool {
		return !slices.ContainsFunc(parts, func(p Part) bool { return p.ID == id && p.Hidden })
	}
	switch {
	case q.Point != "" && !among(string(q.Point), m.neighbours(q)),
		q.Point == "" && q.Unit != "" && !among(string(q.Unit), m.neighbours(q)):
		return false
	}
	if q.Channel != "" {
		all := q
		all.Channel = ""
		if !among(q.Channel, m.channels(all)) {
			return false
		}
	}
	if q.Manual != "" {
		all := q
		all.Manual = ""
		if !among(string(q.Manual), m.byManual(all)) {
			return false
		}
	}
	return m.periodTold(q)
}

// periodTold looks at a month among those of its fiscal year, and at a quarter
// among its four.
func (m *maker) periodTold(q Query) bool {
	year := q.Period.From.FiscalYear()
	for _, parts := range [][]calendar.Period{monthsOf(year), quartersOf(year)} {
		if at := slices.Index(parts, q.Period); at >= 0 {
			return !m.byPeriod(q, parts)[at].Hidden
		}
	}
	return true
}

func monthsOf(y calendar.FiscalYear) (out []calendar.Period) {
	for _, month := range y.Months() {
		out = append(out, month.Period())
	}
	return out
}

func quartersOf(y calendar.FiscalYear) (out []calendar.Period) {
	for _, quarter := range y.Quarters() {
		out = append(out, quarter.Period())
	}
	return out
}

// byPeriod adds up a query's answers by periods that follow each other, which
// are parts of one whole.
func (m *maker) byPeriod(q Query, periods []calendar.Period) []Part {
	q.Period = calendar.Period{From: periods[0].From, To: periods[len(periods)-1].To}
	inside := m.inside(q)
	parts := m.grouped(q, By{Point: inside, Month: func(year, month int) int {
		first := calendar.NewDate(year, time.Month(month), 1)
		return slices.IndexFunc(periods, func(p calendar.Period) bool { return p.Contains(first) })
	}}, len(periods))
	for i, p := range periods {
		parts[i].ID = calendar.MonthOf(p.From).ISO()
	}
	return hide(parts)
}

// trend is the twelve months up to the last of the period.
func (m *maker) trend(q Query) []Part {
	last := calendar.MonthOf(q.Period.To)
	var all []Part
	for year := last.Add(-11).FiscalYear(); year <= last.FiscalYear(); year++ {
		all = append(all, m.byPeriod(q, monthsOf(year))...)
	}
	from, to := last.Add(-11).ISO(), last.ISO()
	return slices.DeleteFunc(all, func(p Part) bool { return p.ID < from || p.ID > to })
}

// parts are the agencies right below a query's, and its own points.
func (m *maker) parts(q Query) []Part {
	if q.Point != "" {
		return nil
	}
	var out []Part
	at := map[string]int{}
	group := func(p Part) int {
		i, ok := at[p.ID]
		if !ok {
			i = len(out)
			at[p.ID], out = i, append(out, p)
		}
		return i
	}
	for _, a := range m.Places.Children(q.Unit) {
		group(Part{ID: string(a.Code), Name: a.Name})
	}
	groups := map[catalog.PointCode]int{}
	for _, code := range m.Columns.Points() {
		stands := m.place(code)
		agency, name, ok := stands.agency, stands.name, stands.ok
		below := m.under(agency, q.Unit)
		switch {
		case !ok && q.Unit == "":
			groups[code] = group(Part{ID: Gone, Name: gone})
		case ok && agency == q.Unit:
			groups[code] = group(Part{ID: string(code), Point: true, Name: name})
		case ok && below != "":
			groups[code] = at[string(below)]
		default:
			groups[code] = -1
		}
	}
	for i, s := range m.grouped(q, By{Point: func(code catalog.PointCode) int {
		if g, ok := groups[code]; ok {
			return g
		}
		return -1
	}}, len(out)) {
		s.ID, s.Point, s.Name = out[i].ID, out[i].Point, out[i].Name
		out[i] = s
	}
	return sorted(hide(out))
}

var gone = catalog.Text{TH: "จุดบริการที่ไม่มีในระบบแล้ว", EN: "Points that are not there any more"}

// neighbours are the parts of what a query's place is a part of.
func (m *maker) neighbours(q Query) []Part {
	whole := q
	whole.Point = ""
	if q.Point != "" {
		whole.Unit = m.place(q.Point).agency
		return m.parts(whole)
	}
	a, ok := m.Places.Agency(q.Unit)
	if !ok {
		return nil
	}
	whole.Unit = a.Parent
	return m.parts(whole)
}

// beside are the neighbours that have answers, and the place itself.
func (m *maker) beside(q Query) []Part {
	if q.Unit == "" && q.Point == "" {
		return nil
	}
	return slices.DeleteFunc(m.neighbours(q), func(p Part) bool {
		return p.N == 0 && !p.Hidden && p.ID != cmp.Or(string(q.Point), string(q.Unit))
	})
}

// byManual adds up a query's answers by what people came for.
func (m *maker) byManual(q Query) []Part {
	out := []Part{{ID: string(Other)}}
	at := map[string]int{"": 0}
	for _, id := range m.Columns.Manuals() {
		at[string(id)] = len(out)
		out = append(out, Part{ID: string(id)})
	}
	inside := m.inside(q)
	for i, s := range m.grouped(q, By{Point: inside, Manual: func(manual string) int {
		if g, ok := at[manual]; ok {
			return g
		}
		return -1
	}}, len(out)) {
		s.ID = out[i].ID
		out[i] = s
	}
	return hide(out)
}

// manuals are those with the most answers, by name.
func (m *maker) manuals(q Query) ([]Part, error) {
	if q.Manual != "" {
		return nil, nil
	}
	out := sorted(slices.DeleteFunc(m.byManual(q), func(p Part) bool { return p.N == 0 && !p.Hidden }))
	out = out[:min(len(out), mostManuals)]
	ids := make([]string, len(out))
	for i, p := range out {
		ids[i] = p.ID
	}
	titles, err := m.Titles(ids...)
	for i := range out {
		out[i].Name = titles[out[i].ID]
	}
	return out, err
}

// channels adds up a query's answers by how the service was used.
func (m *maker) channels(q Query) []Part {
	if q.Channel != "" {
		return nil
	}
	inside := m.inside(q)
	out := m.grouped(q, By{Point: inside, Channel: func(channel string) int {
		return slices.Index(survey.Channels, channel) + 1
	}}, len(survey.Channels)+1)
	for i := range out {
		if i > 0 {
			out[i].ID = survey.Channels[i-1]
		}
	}
	return hide(out)
}

// sorted puts parts with more answers first.
func sorted(parts []Part) []Part {
	slices.SortStableFunc(parts, func(a, b Part) int {
		return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.ID, b.ID))
	})
	return parts
}
