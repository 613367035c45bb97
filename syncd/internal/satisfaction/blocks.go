package satisfaction

import (
	"cmp"
	"iter"
	"maps"
	"slices"

	"khumue/internal/calendar"
	"khumue/syncd/internal/answers"
)

// cell is the finest that answers are told apart by, beside their replies: those
// of a point in a month, about a manual and by a channel.
type cell struct {
	month, manual, channel int32
	n, left                int // answers that count, and those that do not
	rows                   []ref
}

type cellKey struct{ point, month, manual, channel int32 }

// rate is what a block's answers to one question set say of everything together.
type rate struct {
	table       int32
	all, n, sum int // answers, replies, and what these add up to
}

// group is the answers of a point in a fiscal year.
type group struct {
	point  int32
	year   calendar.FiscalYear
	cells  []*cell
	stale  bool
	blocks []standing
	loose  pile // all of it, where it is of fewer than Fewest
}

type groupKey struct {
	point int32
	year  calendar.FiscalYear
}

// pile is cells that are told of together, or not yet.
type pile struct {
	cells   []*cell
	n, left int
}

func (p *pile) join(o pile) {
	p.cells = append(p.cells, o.cells...)
	p.n, p.left = p.n+o.n, p.left+o.left
}

// mixed is the manual or the channel of a block that has several.
const mixed = -3

// block is cells that are told together or not at all, of Fewest people at least.
// All that is ever told is sums of whole blocks, see the package.
type block struct {
	pile
	from, to        int32 // months, both included
	manual, channel int32 // mixed where it has several
	rates           []rate
	rated, sum      int // of the question sets that enough replied to
}

// standing is a block and the lowest place that has all of it.
type standing struct {
	*block
	at *node
}

func newBlock(p pile) *block {
	first := p.cells[0]
	b := &block{pile: p, from: first.month, to: first.month, manual: first.manual, channel: first.channel}
	for _, c := range p.cells[1:] {
		b.from, b.to = min(b.from, c.month), max(b.to, c.month)
		if c.manual != b.manual {
			b.manual = mixed
		}
		if c.channel != b.channel {
			b.channel = mixed
		}
	}
	return b
}

// closed makes a block of a pile. Where that is of too few people, the smallest
// block from since on becomes a part of it; where there is none either, the pile
// is returned. What only suspicious answers stand in is told nowhere.
func closed(blocks []standing, p pile, since int, at *node) ([]standing, pile) {
	switch {
	case p.n >= Fewest:
		return append(blocks, standing{newBlock(p), at}), pile{}
	case p.n == 0:
		return blocks, pile{}
	case len(blocks) == since:
		return blocks, p
	}
	least := since
	for i := since + 1; i < len(blocks); i++ {
		if blocks[i].n < blocks[least].n {
			least = i
		}
	}
	p.join(blocks[least].pile)
	blocks[least] = standing{newBlock(p), at}
	return blocks, pile{}
}

// place puts an answer into its cell.
func (c *Columns) place(a answers.Answer, at ref) {
	k := cellKey{c.points.of(string(a.Point)), monthNumber(calendar.MonthOf(a.Day)), c.manuals.of(string(a.Procedure)), c.channels.of(a.Channel)}
	of := groupKey{k.point, a.Day.FiscalYear()}
	g := c.groups[of]
	if g == nil {
		g = &group{point: k.point, year: of.year}
		c.groups[of] = g
	}
	if !g.stale {
		g.stale, c.stale = true, append(c.stale, g)
	}
	one := c.cells[k]
	if one == nil {
		one = &cell{month: k.month, manual: k.manual, channel: k.channel}
		c.cells[k], g.cells = one, append(g.cells, one)
	}
	one.rows = append(one.rows, at)
	if a.Marks&answers.LeftOut != 0 {
		one.left++
	} else {
		one.n++
	}
}

// monthNumber counts months from the year 0 on.
func monthNumber(m calendar.Month) int32 { return int32(m.Year*12 + int(m.Month) - 1) }

// hold brings the blocks up to the answers and holds both as they are, until the
// function that it returns is called.
func (c *Columns) hold(rates map[string]string) (release func()) {
	for {
		c.mu.RLock()
		if len(c.stale) == 0 && maps.Equal(c.rates, rates) {
			return c.mu.RUnlock
		}
		c.mu.RUnlock()
		c.settle(rates)
	}
}

func (c *Columns) settle(rates map[string]string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !maps.Equal(c.rates, rates) {
		c.rates, c.stale = maps.Clone(rates), slices.AppendSeq(c.stale[:0], maps.Values(c.groups))
	}
	c.scales = c.scaled()
	for _, g := range c.stale {
		g.stale = false
		g.settle()
		for _, b := range g.blocks {
			c.rate(b.block)
		}
	}
	c.stale = c.stale[:0]
}

// scale is the column of the question for everything together, and what each of
// its values counts.
type scale struct {
	picked []uint8
	points []int // 0: none
}

func (c *Columns) scaled() []scale {
	out := make([]scale, len(c.tables))
	for i, t := range c.tables {
		q := t.questions[c.rates[t.form]]
		if q == nil {
			continue
		}
		out[i] = scale{q.picked, make([]int, mostValues+1)}
		for v, word := range q.values.list {
			if len(word) == 1 && word >= "1" && word <= "5" && v < mostValues {
				out[i].points[v] = int(word[0] - '0')
			}
		}
	}
	return out
}

// rate says how a block is rated.
func (c *Columns) rate(b *block) {
	for _, one := range b.cells {
		for _, at := range one.rows {
			if c.tables[at.table].left[at.row] {
				continue
			}
			i := slices.IndexFunc(b.rates, func(r rate) bool { return r.table == at.table })
			if i < 0 {
				i, b.rates = len(b.rates), append(b.rates, rate{table: at.table})
			}
			r := &b.rates[i]
			r.all++
			if s := c.scales[at.table]; s.picked != nil {
				if points := s.points[s.picked[at.row]]; points > 0 {
					r.n, r.sum = r.n+1, r.sum+points
				}
			}
		}
	}
	for _, r := range b.rates {
		if r.n >= Fewest {
			b.rated, b.sum = b.rated+r.n, b.sum+r.sum
		}
	}
}

// settle divides a group into blocks: by month, manual and channel where that is
// of enough people, else by what of these is.
func (g *group) settle() {
	g.cells = slices.Clone(g.cells) // who lists answers still has the blocks of before
	slices.SortFunc(g.cells, func(a, b *cell) int {
		return cmp.Or(cmp.Compare(a.month, b.month), cmp.Compare(a.manual, b.manual), cmp.Compare(a.channel, b.channel))
	})
	g.blocks = g.blocks[:0]
	var year pile
	for quarter := range runs(g.cells, func(c *cell) int32 { return c.month / 3 }) {
		since := len(g.blocks)
		var rest pile
		for month := range runs(quarter, func(c *cell) int32 { return c.month }) {
			rest.join(g.month(month))
		}
		year.join(g.close(rest, since))
	}
	g.loose = g.close(year, 0)
}

func (g *group) close(p pile, since int) (rest pile) {
	g.blocks, rest = closed(g.blocks, p, since, nil)
	return rest
}

// month divides the cells of a month, and returns what is too few.
func (g *group) month(cells []*cell) pile {
	since := len(g.blocks)
	var rest pile
	for manual := range runs(cells, func(c *cell) int32 { return c.manual }) {
		first := len(g.blocks)
		rest.join(g.close(g.enough(manual, func(c *cell) int32 { return c.channel }), first))
	}
	slices.SortStableFunc(rest.cells, func(a, b *cell) int { return cmp.Compare(a.channel, b.channel) })
	return g.close(g.enough(rest.cells, func(c *cell) int32 { return c.channel }), since)
}

// enough makes blocks of the runs of cells that are of enough people, and returns
// the others.
func (g *group) enough(cells []*cell, key func(*cell) int32) (few pile) {
	for run := range runs(cells, key) {
		p := pile{cells: slices.Clip(run)}
		for _, c := range run {
			p.n, p.left = p.n+c.n, p.left+c.left
		}
		if p.n >= Fewest {
			g.blocks = append(g.blocks, standing{newBlock(p), nil})
		} else {
			few.join(p)
		}
	}
	return few
}

// runs are the cells that follow each other with the same key.
func runs(cells []*cell, key func(*cell) int32) iter.Seq[[]*cell] {
	return func(yield func([]*cell) bool) {
		for from := 0; from < len(cells); {
			to := from + 1
			for to < len(cells) && key(cells[to]) == key(cells[from]) {
				to++
			}
			if !yield(cells[from:to]) {
				return
			}
			from = to
		}
	}
}
