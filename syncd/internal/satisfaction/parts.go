package satisfaction

import (
	"cmp"
	"maps"
	"slices"
	"strings"

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

// tally is what some answers add up to, of those that are told.
type tally struct {
	n, rated, sum int
	seen          bool     // there are answers, told or not
	blocks        []*block // where they are wanted
}

func (t *tally) hidden() bool { return t.seen && t.n == 0 }

// part is a tally as a part of a report.
func (t *tally) part(p Part) Part {
	p.N, p.Hidden, p.Mean = t.n, t.hidden(), meanOf(t.sum, t.rated)
	return p
}

// sums are all that a report tells, as it is added up.
type sums struct {
	v                      view
	all, before            tally
	leftOut                int
	trend                  [12]tally
	parts, beside          []tally // by node; what is mixed behind them
	manuals, channels      []tally // by word; what is mixed behind them
	wantManuals, wantWays  bool
	below, neighbour       []int32 // by node: which of parts and of beside has it
	place                  []bool  // by node: whether it is of what is asked for
	firstMonth, beforeFrom int32   // of the trend; of the year before
	beforeTo               int32
}

// view is what is asked for, in numbers.
type view struct {
	from, to        int32 // whole months, both included
	manual, channel int32 // every, or one that never came
}

// every is any manual or channel.
const every int32 = -2

func (v view) has(manual, channel int32) (bool, bool) {
	return v.manual == every || v.manual == manual, v.channel == every || v.channel == channel
}

// whole are the whole months of a period.
func whole(p calendar.Period) (from, to int32) {
	first, last := calendar.MonthOf(p.From), calendar.MonthOf(p.To)
	if p.From != first.First() {
		first = first.Add(1)
	}
	if p.To != last.Last() {
		last = last.Add(-1)
	}
	return monthNumber(first), monthNumber(last)
}

func monthOf(number int32) calendar.Month {
	return calendar.MonthOf(calendar.NewDate(int(number/12), 1, 1)).Add(int(number % 12))
}

func (m *maker) view(q Query) view {
	v := view{manual: every, channel: every}
	v.from, v.to = whole(q.Period)
	switch q.Manual {
	case "":
	case Other:
		v.manual = m.Columns.manuals.find("")
	default:
		v.manual = m.Columns.manuals.find(string(q.Manual))
	}
	if q.Channel != "" {
		v.channel = m.Columns.channels.find(q.Channel)
	}
	return v
}

// sums adds up what is told of a query.
func (m *maker) sums(q Query) *sums {
	s := &sums{v: m.view(q), wantManuals: q.Manual == "", wantWays: q.Channel == ""}
	s.beforeFrom, s.beforeTo = whole(YearBefore(q.Period))
	s.firstMonth = monthNumber(calendar.MonthOf(q.Period.To)) - 11
	m.stand(monthOf(min(s.beforeFrom, s.firstMonth)).FiscalYear(), q.Period.To.FiscalYear())
	s.placed(m, q)
	s.manuals, s.channels = make([]tally, len(m.Columns.manuals.list)+1), make([]tally, len(m.Columns.channels.list)+1)
	for _, b := range m.blocks {
		s.each(b.at.id, b.from, b.to, b.manual, b.channel, func(t *tally) {
			t.n, t.rated, t.sum = t.n+b.n, t.rated+b.rated, t.sum+b.sum
			if t == &s.all || t == &s.before {
				t.blocks = append(t.blocks, b.block)
			}
		})
	}
	see := func(t *tally) { t.seen = true }
	for _, g := range m.groups {
		at := m.points[g.point].id
		for _, c := range g.cells {
			if c.n > 0 {
				s.each(at, c.month, c.month, c.manual, c.channel, see)
			}
			if manual, channel := s.v.has(c.manual, c.channel); manual && channel && s.place[at] && c.month >= s.v.from && c.month <= s.v.to {
				s.leftOut += c.left
			}
		}
	}
	return s
}

// placed notes what of places is asked for.
func (s *sums) placed(m *maker, q Query) {
	n := len(m.nodes)
	s.place, s.below, s.neighbour = make([]bool, n), make([]int32, n), make([]int32, n)
	s.parts, s.beside = make([]tally, n+1), make([]tally, n+1)
	target, above := m.target(q)
	for _, at := range m.nodes { // what is above comes first
		s.below[at.id], s.neighbour[at.id] = int32(n), int32(n)
		if at.up == nil {
			s.place[at.id] = at == target
			continue
		}
		s.place[at.id] = at == target || s.place[at.up.id]
		inherit := func(list []int32, whole *node) {
			if at.up == whole {
				list[at.id] = at.id
			} else {
				list[at.id] = list[at.up.id]
			}
		}
		inherit(s.below, target)
		inherit(s.neighbour, above)
	}
}

// each calls do with every tally that answers belong to which have all this in
// common.
func (s *sums) each(at, from, to, manual, channel int32, do func(*tally)) {
	is, by := s.v.has(manual, channel)
	in := from >= s.v.from && to <= s.v.to
	if in && is && by && int(s.neighbour[at]) < len(s.neighbour) {
		do(&s.beside[s.neighbour[at]])
	}
	if !s.place[at] {
		return
	}
	if is && by {
		if in {
			do(&s.all)
			do(&s.parts[s.below[at]])
		}
		if from >= s.beforeFrom && to <= s.beforeTo {
			do(&s.before)
		}
		if n := from - s.firstMonth; from == to && n >= 0 && n < 12 {
			do(&s.trend[n])
		}
	}
	if in && by && s.wantManuals {
		do(&s.manuals[behind(manual, s.manuals)])
	}
	if in && is && s.wantWays {
		do(&s.channels[behind(channel, s.channels)])
	}
}

// behind is where a word's tally is.
func behind(word int32, tallies []tally) int32 {
	if word == mixed {
		return int32(len(tallies) - 1)
	}
	return word
}

// withMixed appends what is told of the whole alone.
func withMixed(parts []Part, t tally) []Part {
	if t.n > 0 {
		parts = append(parts, t.part(Part{ID: Mixed}))
	}
	return parts
}

// trend is the twelve months up to the last of the period.
func (m *maker) trend(s *sums) (out []Part) {
	for i := range s.trend {
		out = append(out, s.trend[i].part(Part{ID: monthOf(s.firstMonth + int32(i)).ISO()}))
	}
	return out
}

// parts are the agencies right below a query's, and its own points.
func (m *maker) parts(q Query, s *sums) []Part {
	if q.Point != "" {
		return nil
	}
	return withMixed(sorted(m.listed(q.Unit, s.parts)), s.parts[len(s.parts)-1])
}

// listed are the agencies right below one, and the points of it that were answered.
func (m *maker) listed(unit catalog.AgencyCode, tallies []tally) (out []Part) {
	for _, a := range m.Places.Children(unit) {
		p := Part{ID: string(a.Code), Name: a.Name}
		if at := m.agencies[a.Code]; at != nil {
			p = tallies[at.id].part(p)
		}
		out = append(out, p)
	}
	for _, at := range m.nodes {
		switch {
		case at.point != "" && at.up == m.agencies[unit]:
			out = append(out, tallies[at.id].part(Part{ID: string(at.point), Point: true, Name: at.name}))
		case at == m.gone && unit == "":
			out = append(out, tallies[at.id].part(Part{ID: Gone, Name: gone}))
		}
	}
	return out
}

var gone = catalog.Text{TH: "จุดบริการที่ไม่มีในระบบแล้ว", EN: "Points that are not there any more"}

// beside are the neighbours that have answers, and the place itself.
func (m *maker) beside(q Query, s *sums) []Part {
	_, above := m.target(q)
	if above == nil {
		return nil
	}
	return slices.DeleteFunc(sorted(m.listed(above.agency, s.beside)), func(p Part) bool {
		return p.N == 0 && !p.Hidden && p.ID != cmp.Or(string(q.Point), string(q.Unit))
	})
}

// manuals are those with the most answers.
func (m *maker) manuals(q Query, s *sums) (out []Part) {
	if q.Manual != "" {
		return nil
	}
	for i, id := range m.Columns.manuals.list {
		if s.manuals[i].seen {
			out = append(out, s.manuals[i].part(Part{ID: cmp.Or(id, string(Other))}))
		}
	}
	out = sorted(out)
	return withMixed(out[:min(len(out), mostManuals)], s.manuals[len(s.manuals)-1])
}

// channels are how the service was used.
func (m *maker) channels(q Query, s *sums) []Part {
	if q.Channel != "" {
		return nil
	}
	var unsaid tally
	last := len(s.channels) - 1
	for i, word := range m.Columns.channels.list {
		if !slices.Contains(survey.Channels, word) {
			t := s.channels[i]
			unsaid.n, unsaid.rated, unsaid.sum, unsaid.seen = unsaid.n+t.n, unsaid.rated+t.rated, unsaid.sum+t.sum, unsaid.seen || t.seen
		}
	}
	out := []Part{unsaid.part(Part{})}
	for _, word := range survey.Channels {
		p := Part{ID: word}
		if i := m.Columns.channels.find(word); i >= 0 {
			p = s.channels[i].part(p)
		}
		out = append(out, p)
	}
	return withMixed(out, s.channels[last])
}

// sorted puts parts with more answers first.
func sorted(parts []Part) []Part {
	slices.SortStableFunc(parts, func(a, b Part) int {
		return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.ID, b.ID))
	})
	return parts
}

// maker makes one report.
type maker struct {
	*Reports
	sets    []*catalog.Survey
	overall map[string]string // the question for everything together, by question set

	nodes    []*node // what is above comes first
	agencies map[catalog.AgencyCode]*node
	gone     *node
	points   map[int32]*node // by number
	groups   []*group        // of the years that are looked at
	blocks   []standing
}

// node is a place: the country, an agency or a point.
type node struct {
	id     int32
	up     *node
	below  []*node
	agency catalog.AgencyCode
	point  catalog.PointCode
	name   catalog.Text
	groups []*group
}

func newMaker(r *Reports) *maker {
	m := &maker{Reports: r, sets: r.Sets(), overall: map[string]string{}}
	for _, s := range m.sets {
		for _, q := range s.Questions {
			if _, there := m.overall[s.ID]; !there && q.Topic == overallTopic && q.Kind == "scale" {
				m.overall[s.ID] = q.Code
			}
		}
	}
	return m
}

// stand finds where the answers of some fiscal years stand, and the blocks of all
// places: those of points, and those of what is too few at a point. They are the
// same whatever is asked for.
func (m *maker) stand(first, last calendar.FiscalYear) {
	m.points, m.agencies = map[int32]*node{}, map[catalog.AgencyCode]*node{}
	m.agencies[""] = m.node(nil)
	for k, g := range m.Columns.groups {
		if k.year >= first && k.year <= last {
			m.groups = append(m.groups, g)
		}
	}
	names := m.Columns.points.list
	slices.SortFunc(m.groups, func(a, b *group) int {
		return cmp.Or(strings.Compare(names[a.point], names[b.point]), cmp.Compare(a.year, b.year))
	})
	for _, g := range m.groups {
		at := m.points[g.point]
		if at == nil {
			at = m.pointNode(catalog.PointCode(names[g.point]))
			m.points[g.point] = at
		}
		at.groups = append(at.groups, g)
	}
	years := map[calendar.FiscalYear]bool{}
	for _, g := range m.groups {
		years[g.year] = true
	}
	for _, year := range slices.Sorted(maps.Keys(years)) {
		m.gather(m.agencies[""], year)
	}
}

// gather puts the blocks of a place and a year behind the others, and returns what
// it has that is too few.
func (m *maker) gather(at *node, year calendar.FiscalYear) (rest pile) {
	since := len(m.blocks)
	for _, g := range at.groups {
		if g.year == year {
			for _, b := range g.blocks {
				m.blocks = append(m.blocks, standing{b.block, at})
			}
			rest.join(g.loose)
		}
	}
	if at.point != "" {
		return rest
	}
	for _, below := range at.below {
		rest.join(m.gather(below, year))
	}
	if rest.n == 0 {
		return pile{}
	}
	m.blocks, rest = closed(m.blocks, rest, since, at)
	for _, b := range m.blocks[since:] {
		if b.at == at { // the one that was made
			m.Columns.rate(b.block)
		}
	}
	return rest
}

func (m *maker) node(up *node) *node {
	at := &node{id: int32(len(m.nodes)), up: up}
	m.nodes = append(m.nodes, at)
	if up != nil {
		up.below = append(up.below, at)
	}
	return at
}

// pointNode is the node of a point, below its agency.
func (m *maker) pointNode(code catalog.PointCode) *node {
	agency, name, ok := m.Places.Point(code)
	up := (*node)(nil)
	if ok {
		up = m.agencyNode(agency, 0)
	}
	if up == nil {
		if m.gone == nil {
			m.gone = m.node(m.agencies[""])
		}
		up = m.gone
	}
	at := m.node(up)
	at.agency, at.point, at.name = agency, code, name
	return at
}

// mostDeep is how deep agencies are at the most.
const mostDeep = 100

// agencyNode is the node of an agency; nil where there is none.
func (m *maker) agencyNode(code catalog.AgencyCode, deep int) *node {
	if at := m.agencies[code]; at != nil {
		return at
	}
	a, ok := m.Places.Agency(code)
	if !ok || deep == mostDeep {
		return nil
	}
	up := m.agencyNode(a.Parent, deep+1)
	if up == nil {
		return nil
	}
	at := m.node(up)
	at.agency, m.agencies[code] = code, at
	return at
}

// target is the place of a query, and what it is a part of; nil where there is
// none, or nobody answered.
func (m *maker) target(q Query) (at, above *node) {
	if q.Point != "" {
		number := m.Columns.points.find(string(q.Point))
		if at = m.points[number]; at == nil {
			agency, _, _ := m.Places.Point(q.Point)
			return nil, m.agencies[agency]
		}
		return at, at.up
	}
	if at = m.agencies[q.Unit]; at != nil {
		return at, at.up
	}
	if a, ok := m.Places.Agency(q.Unit); ok {
		above = m.agencies[a.Parent]
	}
	return nil, above
}
