package summary

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/licence"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// Make makes the report of a query. What a person may not see is not in it; whoever
// may not see the unit or the point that is asked for is refused, as is whoever
// asks for one that is not there.
func (d *Desk) Make(ctx context.Context, by staff.Acting, q Query) (*Report, error) {
	posts, err := d.Places.Posts(ctx)
	if err != nil {
		return nil, err
	}
	m := &making{Desk: d, Report: &Report{Query: q}, posts: posts, heads: map[catalog.AgencyCode]catalog.AgencyCode{}}
	if m.agencies, err = d.scope(by, &m.Query, posts); err != nil {
		return nil, err
	}
	if err := m.when(); err != nil {
		return nil, err
	}
	if err := m.choose(); err != nil {
		return nil, err
	}
	if len(m.Months) == 0 {
		return m.Report, nil
	}
	m.Behind = d.catchUp(ctx)
	err = d.Store.Read(ctx, func(r Records) error { return m.read(r) })
	if err != nil {
		return nil, err
	}
	return m.Report, m.fill()
}

// scope are the agencies whose reports a person sees of a query, nil being all. A
// point's agency becomes the query's unit.
func (d *Desk) scope(by staff.Acting, q *Query, posts []licences.Named) ([]catalog.AgencyCode, error) {
	_, everywhere := by.Range(rights.SeeReports)
	if q.Point != "" {
		at := slices.IndexFunc(posts, func(p licences.Named) bool { return p.Point == q.Point })
		if at < 0 {
			return nil, rights.Refused()
		}
		q.Unit = posts[at].Agency
		return []catalog.AgencyCode{q.Unit}, by.May(rights.SeeReports, d.target(q.Unit, q.Point))
	}
	if q.Unit == "" {
		if everywhere {
			return nil, nil
		}
		return nil, rights.Refused()
	}
	t, err := d.Structure.Target(q.Unit, "")
	if err != nil {
		return nil, rights.Refused()
	}
	if err := by.May(rights.SeeReports, t); err != nil {
		return nil, err
	}
	cover, agencies := by.Cover(rights.SeeReports), []catalog.AgencyCode{}
	for _, a := range d.Structure.Below(q.Unit) {
		if everywhere || cover.May(d.target(a, "")) {
			agencies = append(agencies, a)
		}
	}
	return agencies, nil
}

// target is what stands at an agency, whether its point is still there or not; an
// agency that is gone stands by itself.
func (d *Desk) target(agency catalog.AgencyCode, point catalog.PointCode) rights.Target {
	t, err := d.Structure.Target(agency, "")
	if err != nil {
		t.Chain = []catalog.AgencyCode{agency}
	}
	t.Point = point
	return t
}

// making is a report that is being made.
type making struct {
	*Desk
	*Report
	posts     []licences.Named
	agencies  []catalog.AgencyCode
	processes []catalog.ProcessID // nil: all
	slugs     map[catalog.ProcessID][]catalog.Slug
	labels    []catalog.Label
	first     calendar.Month // of the run of months that is looked back on
	rows      struct{ months, agencies, processes, points []Row }
	heads     map[catalog.AgencyCode]catalog.AgencyCode
}

// when fills the months in, and which of them can still be reported.
func (m *making) when() error {
	now := m.Now()
	over := calendar.MonthOf(calendar.DateOf(now)).Add(-1)
	from, to := calendar.MonthOf(m.Period.From), calendar.MonthOf(m.Period.To)
	if to.Compare(over) > 0 {
		to = over
	}
	m.Months = from.MonthsTo(to)
	if len(m.Months) == 0 {
		return nil
	}
	// Three fiscal years are whole, and so is the year before.
	m.first = calendar.MonthOf((to.FiscalYear() - 2).First())
	if before := from.Add(-12); before.Compare(m.first) < 0 {
		m.first = before
	}
	holidays, err := m.Places.Holidays()
	if err != nil {
		return err
	}
	for _, month := range m.Months {
		if now.Before(closes(holidays, month)) {
			m.Open = append(m.Open, month)
		}
	}
	return nil
}

// closes is when a month is locked in every province.
func closes(holidays calendar.Holidays, m calendar.Month) (end time.Time) {
	for p := 9; p < 97; p++ {
		province := "" // days off of the whole country alone
		if p > 9 {
			province = string([]byte{'0' + byte(p/10), '0' + byte(p%10)})
		}
		if at := (licence.Calendar{Holidays: holidays, Province: province}).Locks(m); at.After(end) {
			end = at
		}
	}
	return end
}

// choose finds out which processes are looked at, and what categories there are.
func (m *making) choose() (err error) {
	seen := map[catalog.ProcessID]bool{}
	m.eachPost(func(p licences.Named) {
		for _, h := range p.Held {
			seen[h.Process] = true
		}
	})
	ids := make([]catalog.ProcessID, 0, len(seen))
	for id := range seen {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	if m.slugs, err = m.Places.Categories(ids...); err != nil {
		return err
	}
	if m.labels, err = m.Places.Labels(); err != nil {
		return err
	}
	if m.Process != "" {
		m.processes = []catalog.ProcessID{m.Process}
	} else if m.Category != "" {
		m.processes = []catalog.ProcessID{}
		for _, id := range ids {
			if slices.Contains(m.slugs[id], m.Category) {
				m.processes = append(m.processes, id)
			}
		}
	}
	for _, l := range m.labels {
		if slices.ContainsFunc(ids, func(id catalog.ProcessID) bool { return slices.Contains(m.slugs[id], l.Slug) }) {
			m.Categories = append(m.Categories, Part{ID: string(l.Slug), Name: l.Text()})
		}
	}
	return nil
}

// eachPost goes through the posts of the report.
func (m *making) eachPost(do func(licences.Named)) {
	within := map[catalog.AgencyCode]bool{}
	for _, a := range m.agencies {
		within[a] = true
	}
	for _, p := range m.posts {
		if (m.agencies == nil || within[p.Agency]) && (m.Point == "" || p.Point == m.Point) {
			do(p)
		}
	}
}

// read reads the sums from one moment of the records.
func (m *making) read(r Records) (err error) {
	from, to := m.Months[0], m.Months[len(m.Months)-1]
	s := Span{Agencies: m.agencies, Point: m.Point, Processes: m.processes, From: m.first, To: to}
	if m.rows.months, err = r.ByMonth(s); err != nil {
		return err
	}
	m.Last = m.lastOf(from, to)
	s.From, s.First, s.Last = from, from, m.Last
	if m.rows.processes, err = r.ByProcess(s); err != nil || m.Point != "" {
		return err
	}
	if m.rows.agencies, err = r.ByAgency(s); err != nil || m.Unit == "" {
		return err
	}
	s.Agencies = []catalog.AgencyCode{m.Unit}
	m.rows.points, err = r.ByPoint(s)
	return err
}

// lastOf is the last month of a run at whose end it is known what is pending: that
// has reports and is closed, or else that has reports; the last where none has.
func (m *making) lastOf(from, to calendar.Month) calendar.Month {
	var last, closed calendar.Month
	for _, row := range m.rows.months {
		if row.Month.Compare(from) < 0 || row.Month.Compare(to) > 0 || row.Reports == 0 {
			continue
		}
		last = row.Month
		if !slices.Contains(m.Open, row.Month) {
			closed = row.Month
		}
	}
	switch {
	case !closed.IsZero():
		return closed
	case !last.IsZero():
		return last
	}
	return to
}

// fill makes the tables.
func (m *making) fill() error {
	from, to := m.Months[0], m.Months[len(m.Months)-1]
	expected := m.expectations(from, to)
	m.Tally = m.over(from, to, expected.month)
	m.Before = m.over(from.Add(-12), to.Add(-12), expected.month)
	for _, row := range m.rows.months {
		if row.Month.Compare(from) >= 0 && row.Counted.After(m.AsOf) {
			m.AsOf = row.Counted
		}
	}
	m.times(to, expected.month)
	m.places(expected)
	return m.works(expected.process)
}

// over sums up a run of months.
func (m *making) over(from, to calendar.Month, expected map[calendar.Month]int) (t licences.Tally) {
	last := m.lastOf(from, to)
	for _, row := range m.rows.months {
		if row.Month.Compare(from) < 0 || row.Month.Compare(to) > 0 {
			continue
		}
		s := row.Sum
		if row.Month != from {
			s.CarriedIn = 0
		}
		if row.Month != last {
			s.PendingInTime, s.PendingLate = 0, 0
		}
		t.Join(s)
	}
	for _, month := range from.MonthsTo(to) {
		t.Expected += expected[month]
	}
	return t
}

// expectations are how many reports are expected: of months by themselves, of all
// else within the period.
type expectations struct {
	month   map[calendar.Month]int
	agency  map[catalog.AgencyCode]int
	process map[catalog.ProcessID]int
	point   map[catalog.PointCode]int // of the unit itself
}

func (m *making) expectations(from, to calendar.Month) expectations {
	e := expectations{map[calendar.Month]int{}, map[catalog.AgencyCode]int{}, map[catalog.ProcessID]int{}, map[catalog.PointCode]int{}}
	var wanted map[catalog.ProcessID]bool
	if m.processes != nil {
		wanted = map[catalog.ProcessID]bool{}
		for _, id := range m.processes {
			wanted[id] = true
		}
	}
	starts, ends := map[calendar.Month]int{}, map[calendar.Month]int{}
	m.eachPost(func(p licences.Named) {
		for _, h := range p.Held {
			if wanted != nil && !wanted[h.Process] {
				continue
			}
			starts[h.From]++
			if !h.Until.IsZero() {
				ends[h.Until.Add(1)]++
			}
			if n := overlap(h, from, to); n > 0 {
				e.agency[p.Agency] += n
				e.process[h.Process] += n
				if p.Agency == m.Unit {
					e.point[p.Point] += n
				}
			}
		}
	})
	n := 0
	for month, began := range starts {
		if month.Compare(m.first) < 0 {
			n += began
		}
	}
	for month, ended := range ends {
		if month.Compare(m.first) < 0 {
			n -= ended
		}
	}
	for _, month := range m.first.MonthsTo(to) {
		n += starts[month] - ends[month]
		e.month[month] = n
	}
	return e
}

// overlap is for how many months of a run something is held.
func overlap(h licences.Held, from, to calendar.Month) int {
	if h.From.Compare(from) > 0 {
		from = h.From
	}
	if !h.Until.IsZero() && h.Until.Compare(to) < 0 {
		to = h.Until
	}
	return max(0, 12*(to.Year-from.Year)+int(to.Month-from.Month)+1)
}

// times makes the tables by time, of what has reports or is expected.
func (m *making) times(to calendar.Month, expected map[calendar.Month]int) {
	add := func(list *[]Part, p calendar.Period) {
		last := calendar.MonthOf(p.To)
		if last.Compare(to) > 0 {
			last = to
		}
		t := m.over(calendar.MonthOf(p.From), last, expected)
		if len(*list) > 0 || t.Reports+t.Expected > 0 {
			*list = append(*list, Part{ID: p.From.ISO(), Period: p, Tally: t})
		}
	}
	first := to.Add(-11)
	if p := to.FiscalYear().Period(); p == m.Period {
		first = calendar.MonthOf(p.From)
	}
	for _, month := range first.MonthsTo(to) {
		add(&m.ByMonth, month.Period())
	}
	for n := -7; n <= 0; n++ {
		add(&m.ByQuarter, to.Quarter().Add(n).Period())
	}
	for y := to.FiscalYear() - 2; y <= to.FiscalYear(); y++ {
		add(&m.ByYear, y.Period())
	}
}

// places makes the tables of agencies and points.
func (m *making) places(e expectations) {
	if m.Point != "" {
		return
	}
	parts := map[catalog.AgencyCode]*licences.Tally{}
	at := func(a catalog.AgencyCode) *licences.Tally {
		head := m.head(a)
		if parts[head] == nil {
			parts[head] = &licences.Tally{}
		}
		return parts[head]
	}
	for _, row := range m.rows.agencies {
		if a := catalog.AgencyCode(row.ID); m.Unit == "" || a != m.Unit {
			at(a).Join(row.Sum)
		}
	}
	for a, n := range e.agency {
		if m.Unit == "" || a != m.Unit {
			at(a).Expected += n
		}
	}
	for a, t := range parts {
		p := Part{ID: string(a), Name: catalog.Text{TH: string(a)}, Tally: *t}
		if agency, ok := m.Places.Agency(a); ok {
			p.Name = agency.Name
		}
		m.ByPart = append(m.ByPart, p)
	}
	byName(m.ByPart)
	m.points(e.point)
}

// points makes the table of the unit's own points.
func (m *making) points(expected map[catalog.PointCode]int) {
	sums := map[catalog.PointCode]licences.Tally{}
	for _, row := range m.rows.points {
		sums[catalog.PointCode(row.ID)] = licences.Tally{Sum: row.Sum}
	}
	for code, n := range expected {
		t := sums[code]
		t.Expected = n
		sums[code] = t
	}
	names := map[catalog.PointCode]catalog.Text{}
	for _, p := range m.posts {
		if p.Agency == m.Unit {
			names[p.Point] = p.Name
		}
	}
	for code, t := range sums {
		name, ok := names[code]
		if !ok {
			name = catalog.Text{TH: string(code)}
		}
		m.ByPoint = append(m.ByPoint, Part{ID: string(code), Name: name, Tally: t})
	}
	byName(m.ByPoint)
}

func byName(list []Part) {
	slices.SortFunc(list, func(a, b Part) int {
		return cmp.Or(strings.Compare(a.Name.TH, b.Name.TH), strings.Compare(a.ID, b.ID))
	})
}

// head is the agency right below the unit to which another belongs.
func (m *making) head(a catalog.AgencyCode) catalog.AgencyCode {
	if head, ok := m.heads[a]; ok {
		return head
	}
	chain := m.target(a, "").Chain
	head := chain[len(chain)-1]
	if i := slices.Index(chain, m.Unit); i > 0 {
		head = chain[i-1]
	}
	m.heads[a] = head
	return head
}

// works makes the tables of processes and categories.
func (m *making) works(expected map[catalog.ProcessID]int) error {
	sums := map[catalog.ProcessID]licences.Tally{}
	for _, row := range m.rows.processes {
		sums[catalog.ProcessID(row.ID)] = licences.Tally{Sum: row.Sum}
	}
	for id, n := range expected {
		t := sums[id]
		t.Expected = n
		sums[id] = t
	}
	ids := make([]catalog.ProcessID, 0, len(sums))
	for id := range sums {
		ids = append(ids, id)
	}
	titles, err := m.Places.Titles(ids...)
	if err != nil {
		return err
	}
	categories := map[catalog.Slug]*licences.Tally{}
	for _, id := range ids {
		p := Part{ID: string(id), Name: titles[id], Tally: sums[id]}
		if p.Name.TH == "" {
			p.Name = catalog.Text{TH: string(id)}
		}
		m.ByProcess = append(m.ByProcess, p)
		for _, slug := range m.slugs[id] {
			if categories[slug] == nil {
				categories[slug] = &licences.Tally{}
			}
			categories[slug].Join(p.Sum)
			categories[slug].Expected += p.Expected
		}
	}
	slices.SortFunc(m.ByProcess, func(a, b Part) int {
		return cmp.Or(cmp.Compare(b.Received, a.Received), strings.Compare(a.Name.TH, b.Name.TH), strings.Compare(a.ID, b.ID))
	})
	for _, l := range m.labels {
		if t := categories[l.Slug]; t != nil {
			m.ByCategory = append(m.ByCategory, Part{ID: string(l.Slug), Name: l.Text(), Tally: *t})
		}
	}
	return nil
}

// Manuals tells how the manuals of a query's unit stand, or those that its point
// serves now. It is for whoever may see the reports of the same.
func (d *Desk) Manuals(ctx context.Context, by staff.Acting, q Query) (s Standing, err error) {
	posts, err := d.Places.Posts(ctx)
	if err != nil {
		return s, err
	}
	agencies, err := d.scope(by, &q, posts)
	if err != nil {
		return s, err
	}
	var served []catalog.ManualID
	if q.Point != "" {
		if served, err = d.Places.Serves(q.Point); err != nil {
			return s, err
		}
		agencies, served = nil, append([]catalog.ManualID{}, served...) // whosever they are
	}
	var since map[string][]time.Time
	err = d.Store.Read(ctx, func(r Records) error { s, since, err = r.Manuals(agencies, served); return err })
	if err != nil {
		return s, err
	}
	now := d.Now()
	for _, state := range []string{"draft", "review", "endorsed"} {
		if list := since[state]; len(list) > 0 {
			slices.SortFunc(list, time.Time.Compare)
			days := func(t time.Time) int { return max(0, int(now.Sub(t)/(24*time.Hour))) }
			s.Stages = append(s.Stages, Stage{state, len(list), days(list[len(list)/2]), days(list[0])})
		}
	}
	return s, nil
}

// Rows gives the single reports behind a report's figures, by agency, month, point
// and process, without holding them. Only the agencies that the person sees are in
// it.
func (d *Desk) Rows(ctx context.Context, by staff.Acting, q Query, do func(licences.Line) error) error {
	posts, err := d.Places.Posts(ctx)
	if err != nil {
		return err
	}
	m := &making{Desk: d, Report: &Report{Query: q}, posts: posts}
	if m.agencies, err = d.scope(by, &m.Query, posts); err != nil {
		return err
	}
	if err := m.when(); err != nil {
		return err
	}
	if err := m.choose(); err != nil || len(m.Months) == 0 {
		return err
	}
	return d.Store.Each(ctx, Span{Agencies: m.agencies, Point: m.Point, Processes: m.processes, From: m.Months[0], To: m.Months[len(m.Months)-1]}, do)
}
