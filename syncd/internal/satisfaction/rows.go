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
	blocks  []standing
	ends    []int32 // rows that each table had
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
	for _, t := range r.Columns.tables {
		out.ends = append(out.ends, int32(len(t.left)))
	}
	forms, people := map[string]bool{}, 0
	for _, b := range m.blocks {
		manual, channel := s.v.has(b.manual, b.channel)
		if !manual || !channel || !s.place[b.at.id] || b.from < s.v.from || b.to > s.v.to {
			continue
		}
		for _, r := range b.rates {
			if r.all >= Fewest {
				forms[m.Columns.tables[r.table].form] = true
			}
		}
		out.blocks, out.N, people = append(out.blocks, b), out.N+b.n+b.left, people+b.n
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

// list says what is told of the answers of a block, and puts them in order.
func (r *Rows) list(b standing) *listed {
	c := r.columns
	c.mu.RLock()
	defer c.mu.RUnlock()
	l := &listed{told: map[int32][]*question{}, Stands: Stands{
		Period: calendar.Period{From: monthOf(b.from).First(), To: monthOf(b.to).Last()}, Agency: b.at.agency, Point: b.at.point,
	}}
	if b.manual != mixed {
		l.Manual = cmp.Or(catalog.ManualID(c.manuals.list[b.manual]), Other)
	}
	if b.channel != mixed {
		l.Channel = cmp.Or(c.channels.list[b.channel], Unsaid)
	}
	for _, one := range b.cells {
		for _, at := range one.rows {
			if at.row < r.ends[at.table] {
				l.rows = append(l.rows, at)
			}
		}
	}
	for _, rate := range b.rates {
		if rate.all >= Fewest {
			l.forms = append(l.forms, rate.table)
			l.told[rate.table] = c.toldOf(rate.table, l.rows)
		}
	}
	c.sort(l)
	return l
}

// toldOf are the questions of a table to which enough of some answers replied.
func (c *Columns) toldOf(table int32, list []ref) (out []*question) {
	t := c.tables[table]
	rows := make([]int32, 0, len(list))
	for _, at := range list {
		if at.table == table && !t.left[at.row] {
			rows = append(rows, at.row)
		}
	}
	for _, code := range slices.Sorted(maps.Keys(t.questions)) {
		var counts [mostValues]int
		if q := t.questions[code]; q.count(rows, &counts) >= Fewest {
			out = append(out, q)
		}
	}
	return out
}

// All goes through the answers that are told. What came after Rows was made is not
// among them.
func (r *Rows) All() iter.Seq[Row] {
	return func(yield func(Row) bool) {
		page := make([]Row, 0, pageSize)
		for _, b := range r.blocks {
			l := r.list(b)
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
