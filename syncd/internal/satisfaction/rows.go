package satisfaction

import (
	"bytes"
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
)

// Row is one answer, of nobody in particular.
type Row struct {
	Stands
	Form    string            // "" where it may not be told
	LeftOut bool              // suspicious, and not in any mean
	Picks   map[string]string // by question, those that may be told
}

// Stands is what is told of where an answer stands: no more than all answers of
// its block have in common.
type Stands struct {
	Period  calendar.Period    // of whole months
	Agency  catalog.AgencyCode // "" for the country, and where Point is not in the content any more
	Point   catalog.PointCode  // "" where it may not be told
	Manual  catalog.ManualID   // Other for none; "" where it may not be told
	Channel string             // Unsaid for none; "" where it may not be told
}

// Unsaid is, in place of a channel, how the service was used by who did not say.
const Unsaid = "unsaid"

// Rows are the answers of a query, one by one, as far as they may be told.
type Rows struct {
	Query
	Forms []string // the question sets of those that are told
	N     int      // how many are told
	Kept  bool     // whether there are others

	columns *Columns
	listed  []listed
}

// listed is a block that is told one answer by one.
type listed struct {
	Stands
	rows  []ref
	forms []int32               // tables that are told
	told  map[int32][]*question // by table, those of which the replies are told
}

// Rows chooses the answers of a query that may be told one by one: whole blocks,
// as reports tell them. They stand block by block, and in one by what was replied,
// so that their order tells nothing.
func (r *Reports) Rows(ctx context.Context, q Query) (*Rows, error) {
	if err := r.Columns.Follow(ctx); err != nil {
		return nil, err
	}
	m := newMaker(r)
	defer r.Columns.hold(m.overall)()
	s := m.sums(q)
	out := &Rows{Query: q, columns: r.Columns}
	forms, people := map[string]bool{}, 0
	for _, b := range m.blocks {
		manual, channel := s.v.has(b.manual, b.channel)
		if !manual || !channel || !s.place[b.at.id] || b.from < s.v.from || b.to > s.v.to {
			continue
		}
		l := m.list(b)
		for _, table := range l.forms {
			forms[r.Columns.tables[table].form] = true
		}
		out.listed, out.N, people = append(out.listed, l), out.N+len(l.rows), people+b.n
	}
	out.Forms = slices.Sorted(maps.Keys(forms))
	out.Kept = people < s.count(m)
	return out, nil
}

// count counts all answers of a query, told or not.
func (s *sums) count(m *maker) (n int) {
	for _, g := range m.groups {
		at := m.points[g.point].id
		for _, c := range g.cells {
			if manual, channel := s.v.has(c.manual, c.channel); manual && channel && s.place[at] && c.month >= s.v.from && c.month <= s.v.to {
				n += c.n
			}
		}
	}
	return n
}

// list says what is told of the answers of a block.
func (m *maker) list(b standing) listed {
	l := listed{told: map[int32][]*question{}, Stands: Stands{
		Period: calendar.Period{From: monthOf(b.from).First(), To: monthOf(b.to).Last()}, Agency: b.at.agency, Point: b.at.point,
	}}
	if b.manual != mixed {
		l.Manual = cmp.Or(catalog.ManualID(m.Columns.manuals.list[b.manual]), Other)
	}
	if b.channel != mixed {
		l.Channel = cmp.Or(m.Columns.channels.list[b.channel], Unsaid)
	}
	for _, c := range b.cells {
		l.rows = append(l.rows, c.rows...)
	}
	for _, r := range b.rates {
		if r.all < Fewest {
			continue
		}
		l.forms = append(l.forms, r.table)
		t := m.Columns.tables[r.table]
		rows := t.rows(b.block, r.table, nil)
		for _, code := range slices.Sorted(maps.Keys(t.questions)) {
			var counts [mostValues]int
			if q := t.questions[code]; q.count(rows, &counts) >= Fewest {
				l.told[r.table] = append(l.told[r.table], q)
			}
		}
	}
	return l
}

// All goes through the answers that are told. What came after Rows was made is not
// among them.
func (r *Rows) All() iter.Seq[Row] {
	return func(yield func(Row) bool) {
		page := make([]Row, 0, pageSize)
		for i := range r.listed {
			l := &r.listed[i]
			r.columns.sort(l)
			for from := 0; from < len(l.rows); from += pageSize {
				page = r.columns.page(page[:0], l, l.rows[from:min(from+pageSize, len(l.rows))])
				for _, row := range page {
					if !yield(row) {
						return
					}
				}
			}
		}
	}
}

// pageSize is how many answers are looked at before those who write may go on.
const pageSize = 1024

// sort orders the answers of a block by what is told of them.
func (c *Columns) sort(l *listed) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	type keyed struct {
		key []byte
		ref
	}
	list := make([]keyed, len(l.rows))
	for i, at := range l.rows {
		key := make([]byte, 0, 24)
		if slices.Contains(l.forms, at.table) {
			key = append(key, byte(1+slices.Index(l.forms, at.table)))
		} else {
			key = append(key, 0)
		}
		if c.tables[at.table].left[at.row] {
			key = append(key, 1)
		} else {
			key = append(key, 0)
		}
		for _, q := range l.told[at.table] {
			key = append(key, q.picked[at.row])
		}
		list[i] = keyed{key, at}
	}
	slices.SortFunc(list, func(a, b keyed) int { return bytes.Compare(a.key, b.key) })
	for i, k := range list {
		l.rows[i] = k.ref
	}
}

// page appends answers of a block.
func (c *Columns) page(to []Row, l *listed, rows []ref) []Row {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for _, at := range rows {
		t, told := c.tables[at.table], l.told[at.table]
		row := Row{Stands: l.Stands, LeftOut: t.left[at.row], Picks: make(map[string]string, len(told))}
		if slices.Contains(l.forms, at.table) {
			row.Form = t.form
		}
		for _, q := range told {
			if v := q.picked[at.row]; v != 0 && v < mostValues {
				row.Picks[q.code] = q.values.list[v]
			}
		}
		to = append(to, row)
	}
	return to
}
