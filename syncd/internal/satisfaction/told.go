package satisfaction

import (
	"context"
	"slices"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
)

// Told says of which comments a page may tell, and with what. Comments stand
// together with the answers of their point in their month or, where those are
// fewer than Fewest, of all such months of the fiscal year together; of what
// stands with fewer nothing is told. That does not depend on the period that is
// asked for, so that what two periods differ by tells of no fewer either.
type Told struct {
	whole map[calendar.FiscalYear]bool // years of which the period has every day
	stand map[stand]*together
}

// stand is where comments stand together: a point in a month, or in what is left
// of a fiscal year, which is the month 0.
type stand struct {
	point catalog.PointCode
	year  calendar.FiscalYear
	month int32 // as cells have it
}

// together are the answers that stand together, those that do not count left out.
type together struct {
	n       int
	manuals map[catalog.ManualID]int
	named   map[catalog.ManualID]bool // those that may be told
}

// Telling is what may be told with a comment.
type Telling struct {
	Year   calendar.FiscalYear
	Month  bool // its month, not just its fiscal year
	Manual bool // what its writer came for
}

// Comments says what may be told of the comments of a query's answers. Channel and
// Form of the query do not matter.
func (r *Reports) Comments(ctx context.Context, q Query) (*Told, error) {
	if err := r.Columns.Follow(ctx); err != nil {
		return nil, err
	}
	first, last := q.Period.From.FiscalYear(), q.Period.To.FiscalYear()
	t := &Told{whole: map[calendar.FiscalYear]bool{}, stand: map[stand]*together{}}
	for y := first; y <= last; y++ {
		p := y.Period()
		t.whole[y] = !p.From.Before(q.Period.From) && !q.Period.To.Before(p.To)
	}
	newMaker(r).stands(q, t.stand)
	t.settle()
	return t, nil
}

// stands counts answers by point, month and manual.
func (m *maker) stands(q Query, out map[stand]*together) {
	defer m.Columns.hold(m.overall)()
	m.stand(q.Period.From.FiscalYear(), q.Period.To.FiscalYear())
	var s sums
	s.placed(m, q)
	for _, g := range m.groups {
		if !s.place[m.points[g.point].id] {
			continue
		}
		for _, c := range g.cells {
			if c.n == 0 {
				continue
			}
			k := stand{catalog.PointCode(m.Columns.points.list[g.point]), g.year, c.month}
			if out[k] == nil {
				out[k] = &together{manuals: map[catalog.ManualID]int{}}
			}
			out[k].n += c.n
			out[k].manuals[catalog.ManualID(m.Columns.manuals.list[c.manual])] += c.n
		}
	}
}

// settle puts months with few answers together, and says which manuals are told.
func (t *Told) settle() {
	rest := map[stand]*together{}
	for s, g := range t.stand {
		if g.n >= Fewest {
			continue
		}
		delete(t.stand, s)
		s.month = 0
		if rest[s] == nil {
			rest[s] = &together{manuals: map[catalog.ManualID]int{}}
		}
		rest[s].n += g.n
		for id, n := range g.manuals {
			rest[s].manuals[id] += n
		}
	}
	for s, g := range rest {
		if g.n >= Fewest {
			t.stand[s] = g
		}
	}
	for _, g := range t.stand {
		g.settle()
	}
}

func (g *together) settle() {
	var ids []catalog.ManualID
	for id := range g.manuals {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	parts := make([]int, len(ids))
	for i, id := range ids {
		parts[i] = g.manuals[id]
	}
	g.named = map[catalog.ManualID]bool{}
	for i, hidden := range Hide(parts) {
		g.named[ids[i]] = !hidden
	}
}

// Tell says what may be told with a comment of a day; false where nothing may, not
// even that it is there.
func (t *Told) Tell(point catalog.PointCode, day calendar.Date, manual catalog.ManualID) (Telling, bool) {
	s := stand{point, day.FiscalYear(), monthNumber(calendar.MonthOf(day))}
	if g := t.stand[s]; g != nil {
		return Telling{s.year, true, g.named[manual]}, true
	}
	s.month = 0
	if g := t.stand[s]; g != nil && t.whole[s.year] {
		return Telling{s.year, false, g.named[manual]}, true
	}
	return Telling{}, false
}

// Manuals are those that comments may be told to be about, in order.
func (t *Told) Manuals() []catalog.ManualID {
	var out []catalog.ManualID
	for s, g := range t.stand {
		for id, named := range g.named {
			if named && id != "" && (s.month != 0 || t.whole[s.year]) {
				out = append(out, id)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Points are the points of which some comment may be told, in order.
func (t *Told) Points() []catalog.PointCode {
	var out []catalog.PointCode
	for s := range t.stand {
		if s.month != 0 || t.whole[s.year] {
			out = append(out, s.point)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
