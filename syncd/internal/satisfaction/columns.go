// Package satisfaction is what an office learns from citizens' answers: means with
// their verbal levels, how answers are spread, how they change, and where
// something is wrong. It tells nothing of fewer than five people, not even by the
// difference of what it tells.
//
// It holds what was chosen in memory, one row of a few dozen bytes for each
// answer, so that any report is exact to the last answer and one look over the
// rows. It refuses to know SQL, HTTP and how a report looks.
package satisfaction

import (
	"context"
	"maps"
	"slices"
	"sync"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/syncd/internal/answers"
)

// Columns are all answers, without their texts. They may be used by any number of
// goroutines.
type Columns struct {
	Store answers.Store

	follow sync.Mutex // one reads on at a time

	mu       sync.RWMutex
	seq      int64 // up to which answer they are read
	points   words
	manuals  words
	channels words
	tables   map[string]*table // by question set
}

// table is the answers to one question set, a column for each thing.
type table struct {
	day       []int32 // as calendar.Date, year, month and day in one number
	month     []int32 // since the year 0
	point     []int32
	manual    []int32
	channel   []int32
	left      []bool // out of means
	questions map[string]*question
}

// question is a column of what was chosen; 0 is nothing.
type question struct {
	values words
	picked []uint8
}

// words are numbered by their first appearance. The first is "".
type words struct {
	list   []string
	number map[string]int32
}

func (w *words) of(s string) int32 {
	if w.number == nil {
		w.list, w.number = []string{""}, map[string]int32{"": 0}
	}
	n, ok := w.number[s]
	if !ok {
		n = int32(len(w.list))
		w.list, w.number[s] = append(w.list, s), n
	}
	return n
}

// find returns the number of a word, -1 of one that never came.
func (w *words) find(s string) int32 {
	if n, ok := w.number[s]; ok {
		return n
	}
	if s == "" {
		return 0
	}
	return -1
}

// mostValues is how many different replies one question may have; those that come
// after are not told apart.
const mostValues = 255

// readSize is how many answers are read in one transaction.
const readSize = 5_000

// Follow reads the answers that came since it was called last, the first time all.
func (c *Columns) Follow(ctx context.Context) error {
	c.follow.Lock()
	defer c.follow.Unlock()
	for {
		c.mu.RLock()
		from := c.seq
		c.mu.RUnlock()
		var list []answers.Answer
		err := c.Store.Read(ctx, func(r answers.Records) (err error) {
			list, err = r.After(from, readSize)
			return err
		})
		if err != nil || len(list) == 0 {
			return err
		}
		c.add(list)
		if len(list) < readSize {
			return nil
		}
	}
}

func (c *Columns) add(list []answers.Answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tables == nil {
		c.tables = map[string]*table{}
	}
	for _, a := range list {
		t := c.tables[a.Form]
		if t == nil {
			t = &table{questions: map[string]*question{}}
			c.tables[a.Form] = t
		}
		t.add(c, a)
		c.seq = a.Seq
	}
}

func (t *table) add(c *Columns, a answers.Answer) {
	row := len(t.day)
	t.day = append(t.day, dayNumber(a.Day))
	t.month = append(t.month, int32(a.Day.Year*12+int(a.Day.Month)-1))
	t.point = append(t.point, c.points.of(string(a.Point)))
	t.manual = append(t.manual, c.manuals.of(string(a.Procedure)))
	t.channel = append(t.channel, c.channels.of(a.Channel))
	t.left = append(t.left, a.Marks&answers.LeftOut != 0)
	for code, value := range a.Picks {
		q := t.questions[code]
		if q == nil {
			q = &question{picked: make([]uint8, row, max(2*row, 64))}
			t.questions[code] = q
		}
		q.picked = append(q.picked, uint8(min(q.values.of(value), mostValues)))
	}
	for _, q := range t.questions {
		if len(q.picked) == row {
			q.picked = append(q.picked, 0)
		}
	}
}

// dayNumber orders days: 20261122.
func dayNumber(d calendar.Date) int32 { return int32(d.Year*10000 + int(d.Month)*100 + d.Day) }

// Filter says which answers are meant. Zero fields do not restrict.
type Filter struct {
	Form     string
	From, To calendar.Date // both included
	Manual   catalog.ManualID
	NoManual bool // those who named none
	Channel  string
}

// Sum is what some answers add up to.
type Sum struct {
	N       int // answers that count
	LeftOut int // those that do not, suspicious ones
	Picked  map[string]map[string]int
}

// By says which group an answer belongs to, from 0 on; -1 is none. What Point
// leaves out is out; of the others one of the rest says the group, where it is
// given. Each is asked once for each point, month, manual or channel.
type By struct {
	Point   func(catalog.PointCode) int
	Month   func(year, month int) int
	Manual  func(string) int
	Channel func(string) int
}

// rows are a table's answers that a filter lets through, with the group of each.
type rows struct {
	*table
	at    []int32
	group []int32
}

// Sums adds up the answers that a filter lets through, in groups. Of questions
// only the named are counted, with none all.
func (c *Columns) Sums(f Filter, by By, groups int, questions ...string) []Sum {
	out := make([]Sum, groups)
	for i := range out {
		out[i].Picked = map[string]map[string]int{}
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	g := c.grouping(by)
	for form, t := range c.tables {
		if f.Form == "" || f.Form == form {
			r := c.choose(t, f, g)
			r.sum(out, questions)
			chosen.Put(r)
		}
	}
	return out
}

// Forms are the question sets that were answered.
func (c *Columns) Forms() []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return slices.Sorted(maps.Keys(c.tables))
}

// Points are the points that have answers.
func (c *Columns) Points() []catalog.PointCode {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return named[catalog.PointCode](c.points)
}

// Manuals are the manuals that have answers.
func (c *Columns) Manuals() []catalog.ManualID {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return named[catalog.ManualID](c.manuals)
}

func named[T ~string](w words) []T {
	var out []T
	for i, s := range w.list {
		if i > 0 {
			out = append(out, T(s))
		}
	}
	return out
}

// grouping is a By that was asked.
type grouping struct {
	points []int32                // groups of points by their numbers
	groups []int32                // of what column holds; nil: points say the group
	column func(t *table) []int32 // months, manuals or channels
}

func (c *Columns) grouping(by By) grouping {
	g := grouping{points: groupsOf(c.points, func(code string) int {
		if code == "" {
			return -1
		}
		return by.Point(catalog.PointCode(code))
	})}
	switch {
	case by.Month != nil:
		g.column = func(t *table) []int32 { return t.month }
		g.groups = make([]int32, mostMonths)
		for m := range g.groups {
			g.groups[m] = unasked
		}
		for _, t := range c.tables {
			for _, m := range t.month {
				if g.groups[m] == unasked {
					g.groups[m] = int32(by.Month(int(m/12), int(m%12)+1))
				}
			}
		}
	case by.Manual != nil:
		g.column, g.groups = func(t *table) []int32 { return t.manual }, groupsOf(c.manuals, by.Manual)
	case by.Channel != nil:
		g.column, g.groups = func(t *table) []int32 { return t.channel }, groupsOf(c.channels, by.Channel)
	}
	return g
}

// mostMonths is behind the last month that a day of four digits has.
const mostMonths = 10000 * 12

// unasked is no group that a By says.
const unasked = -2

func groupsOf(w words, ask func(string) int) []int32 {
	out := make([]int32, len(w.list))
	for i, s := range w.list {
		out[i] = int32(ask(s))
	}
	return out
}

// chosen are rows that are chosen no more, whose room serves again: a report chooses
// some twenty times.
var chosen = sync.Pool{New: func() any { return new(rows) }}

func (c *Columns) choose(t *table, f Filter, g grouping) *rows {
	r := chosen.Get().(*rows)
	r.table, r.at, r.group = t, r.at[:0], r.group[:0]
	through := c.through(f)
	var column []int32
	if g.groups != nil {
		column = g.column(t)
	}
	for i, point := range t.point {
		group := g.points[point]
		if group < 0 || !through(t, i) {
			continue
		}
		if column != nil {
			group = g.groups[column[i]]
		}
		if group >= 0 {
			r.at, r.group = append(r.at, int32(i)), append(r.group, group)
		}
	}
	return r
}

func (r *rows) sum(out []Sum, questions []string) {
	for i, row := range r.at {
		if r.left[row] {
			out[r.group[i]].LeftOut++
		} else {
			out[r.group[i]].N++
		}
	}
	if len(questions) == 0 {
		for code := range r.questions {
			questions = append(questions, code)
		}
	}
	for _, code := range questions {
		if q := r.questions[code]; q != nil {
			r.count(code, q, out)
		}
	}
}

func (r *rows) count(code string, q *question, out []Sum) {
	values := len(q.values.list)
	counts := make([]int, len(out)*values)
	for i, row := range r.at {
		if v := q.picked[row]; v != 0 && !r.left[row] && int(v) < values {
			counts[int(r.group[i])*values+int(v)]++
		}
	}
	for g := range out {
		for v := 1; v < values; v++ {
			if n := counts[g*values+v]; n > 0 {
				if out[g].Picked[code] == nil {
					out[g].Picked[code] = map[string]int{}
				}
				out[g].Picked[code][q.values.list[v]] += n
			}
		}
	}
}
