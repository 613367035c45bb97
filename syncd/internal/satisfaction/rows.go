package satisfaction

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
)

// Row is one answer, of nobody in particular.
type Row struct {
	Day     calendar.Date
	Point   catalog.PointCode
	Manual  catalog.ManualID // "" when none was named
	Channel string           // "" when not said
	Form    string
	LeftOut bool              // suspicious, and not in any mean
	Picks   map[string]string // by question
}

// Rows are the answers of a query, one by one, as far as they may be told.
type Rows struct {
	Query
	Forms  []string // the question sets of those that are told
	N      int      // how many are told
	Hidden int      // how many are not

	columns *Columns
	upTo    map[string]int // by question set: how many rows it had
	inside  func(catalog.PointCode) int32
	filter  Filter
	shown   map[cell]bool
}

// cell is what is told wholly or not at all: the answers of a point in a month.
type cell struct {
	point catalog.PointCode
	month int32 // 202611
}

// Rows chooses the answers of a query that may be told one by one. A point's
// answers of a month are told when they are of Fewest people at least, and when
// what is kept back of the point in the fiscal year, and of every agency above it
// in the month and in the year, is of none or of Fewest at least. This does not
// depend on the query, so that several lists tell no more than one; where too few
// are kept back of what the query is about, the smallest of it is as well.
func (r *Reports) Rows(ctx context.Context, q Query) (*Rows, error) {
	if err := r.Columns.Follow(ctx); err != nil {
		return nil, err
	}
	m := newMaker(r)
	inside := m.inside(q)
	asked := remembered(func(code catalog.PointCode) int32 { return int32(inside(code)) })
	out := &Rows{Query: q, columns: r.Columns, inside: asked, filter: m.filter(q, ""), upTo: map[string]int{}}
	if all := m.alone(q); all.Hidden || !m.told(q) {
		return out, nil
	}
	out.shown = m.cellsTold(q.Period)
	own := out.count()
	if out.Hidden > 0 && out.Hidden < Fewest {
		out.holdBack(own)
	}
	slices.Sort(out.Forms)
	return out, nil
}

// remembered asks once for each key.
func remembered[K comparable](ask func(K) int32) func(K) int32 {
	known := map[K]int32{}
	return func(k K) int32 {
		g, ok := known[k]
		if !ok {
			g = ask(k)
			known[k] = g
		}
		return g
	}
}

// count counts what is told of the query and what is not, and returns how many
// answers each cell has that is told.
func (r *Rows) count() map[cell]int {
	own, forms := map[cell]int{}, map[string]bool{}
	r.columns.each(r.filter, r.upTo, func(form string, t *table, row int32, point catalog.PointCode) {
		if r.inside(point) < 0 {
			return
		}
		if c := (cell{point, t.day[row] / 100}); r.shown[c] {
			own[c]++
			r.N++
			forms[form] = true
		} else {
			r.Hidden++
		}
	})
	for form := range forms {
		r.Forms = append(r.Forms, form)
	}
	return own
}

// holdBack keeps the smallest cells back until enough is.
func (r *Rows) holdBack(own map[cell]int) {
	var cells []cell
	for c := range own {
		cells = append(cells, c)
	}
	slices.SortFunc(cells, func(a, b cell) int {
		return cmp.Or(cmp.Compare(own[a], own[b]), cmp.Compare(a.point, b.point), cmp.Compare(a.month, b.month))
	})
	for _, c := range cells {
		if r.Hidden >= Fewest {
			return
		}
		delete(r.shown, c)
		r.Hidden, r.N = r.Hidden+own[c], r.N-own[c]
	}
}

// cellsTold are the cells of the fiscal years of a period that are told.
func (m *maker) cellsTold(p calendar.Period) map[cell]bool {
	f := Filter{From: p.From.FiscalYear().Period().From, To: p.To.FiscalYear().Period().To}
	counts := map[cell]int{}
	m.Columns.each(f, nil, func(_ string, t *table, row int32, point catalog.PointCode) {
		if !t.left[row] {
			counts[cell{point, t.day[row] / 100}]++
		}
	})
	told := make(map[cell]bool, len(counts))
	sums := map[margin][]cell{}
	for c, n := range counts {
		told[c] = n >= Fewest
		for _, s := range m.margins(c) {
			sums[s] = append(sums[s], c)
		}
	}
	order := slices.SortedFunc(maps.Keys(sums), margin.compare) // so that it is the same each time
	for again := true; again; {
		again = false
		for _, s := range order {
			again = protect(sums[s], counts, told) || again
		}
	}
	return told
}

// margin is a sum that reports tell and that a cell is a part of.
type margin struct {
	point  catalog.PointCode // "": of an agency, or of the country
	agency catalog.AgencyCode
	month  int32 // 0: of a fiscal year
	year   calendar.FiscalYear
}

func (s margin) compare(o margin) int {
	return cmp.Or(cmp.Compare(s.year, o.year), cmp.Compare(s.month, o.month), cmp.Compare(s.agency, o.agency), cmp.Compare(s.point, o.point))
}

func (m *maker) margins(c cell) []margin {
	year := calendar.NewDate(int(c.month/100), time.Month(c.month%100), 1).FiscalYear()
	out := []margin{{point: c.point, year: year}}
	agency, _, _ := m.Places.Point(c.point)
	for deep := 0; deep < 100; deep++ {
		out = append(out, margin{agency: agency, month: c.month, year: year}, margin{agency: agency, year: year})
		a, ok := m.Places.Agency(agency)
		if agency == "" {
			break
		} else if !ok {
			agency = ""
			continue
		}
		agency = a.Parent
	}
	return out
}

// protect keeps the smallest cell of a sum back while what is kept back of it is
// of some, and of fewer than Fewest; it reports whether it did.
func protect(cells []cell, counts map[cell]int, told map[cell]bool) (did bool) {
	for {
		kept := 0
		var least *cell
		for i, c := range cells {
			if !told[c] {
				kept += counts[c]
			} else if least == nil || cmp.Or(cmp.Compare(counts[c], counts[*least]), cmp.Compare(c.point, least.point), cmp.Compare(c.month, least.month)) < 0 {
				least = &cells[i]
			}
		}
		if kept == 0 || kept >= Fewest || least == nil {
			return did
		}
		told[*least], did = false, true
	}
}

// All goes through the answers that are told, by question set and in the order in
// which they came. What came after Rows was made is not among them.
func (r *Rows) All() iter.Seq[Row] {
	return func(yield func(Row) bool) {
		for _, form := range r.Forms {
			if !r.form(form, yield) {
				return
			}
		}
	}
}

// pageSize is how many answers are looked at before those who write may go on.
const pageSize = 1024

func (r *Rows) form(form string, yield func(Row) bool) bool {
	page := make([]Row, 0, pageSize)
	for from := 0; from < r.upTo[form]; from += pageSize {
		page = r.columns.page(page[:0], form, from, min(from+pageSize, r.upTo[form]), r.filter, r.told)
		for _, row := range page {
			if !yield(row) {
				return false
			}
		}
	}
	return true
}

func (r *Rows) told(point catalog.PointCode, month int32) bool {
	return r.shown[cell{point, month}] && r.inside(point) >= 0
}

// each goes through the answers that a filter lets through, and notes how many
// each question set has; f must not ask for columns.
func (c *Columns) each(f Filter, sizes map[string]int, do func(form string, t *table, row int32, point catalog.PointCode)) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	through := c.through(f)
	for form, t := range c.tables {
		if sizes != nil {
			sizes[form] = len(t.day)
		}
		for row := range t.day {
			if through(t, row) {
				do(form, t, int32(row), catalog.PointCode(c.points.list[t.point[row]]))
			}
		}
	}
}

// through tells which rows of a table a filter lets through, whatever its form.
func (c *Columns) through(f Filter) func(t *table, row int) bool {
	from, to := int32(0), int32(1<<31-1)
	if !f.From.IsZero() {
		from = dayNumber(f.From)
	}
	if !f.To.IsZero() {
		to = dayNumber(f.To)
	}
	manual, channel := c.manuals.find(string(f.Manual)), c.channels.find(f.Channel)
	anyManual, anyChannel := f.Manual == "" && !f.NoManual, f.Channel == ""
	return func(t *table, row int) bool {
		day := t.day[row]
		return day >= from && day <= to && (anyManual || t.manual[row] == manual) && (anyChannel || t.channel[row] == channel)
	}
}

// page appends rows of a question set.
func (c *Columns) page(to []Row, form string, first, behind int, f Filter, told func(catalog.PointCode, int32) bool) []Row {
	c.mu.RLock()
	defer c.mu.RUnlock()
	t, through := c.tables[form], c.through(f)
	for row := first; row < behind; row++ {
		point := catalog.PointCode(c.points.list[t.point[row]])
		if through(t, row) && told(point, t.day[row]/100) {
			to = append(to, c.row(form, t, row, point))
		}
	}
	return to
}

func (c *Columns) row(form string, t *table, row int, point catalog.PointCode) Row {
	day := int(t.day[row])
	out := Row{
		Day: calendar.NewDate(day/10000, time.Month(day/100%100), day%100), Point: point, Manual: catalog.ManualID(c.manuals.list[t.manual[row]]),
		Channel: c.channels.list[t.channel[row]], Form: form, LeftOut: t.left[row], Picks: make(map[string]string, len(t.questions)),
	}
	for code, q := range t.questions {
		if v := q.picked[row]; v != 0 && int(v) < len(q.values.list) {
			out.Picks[code] = q.values.list[v]
		}
	}
	return out
}
