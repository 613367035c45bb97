// Package satisfaction is what an office learns from citizens' answers: means with
// their verbal levels, how answers are spread, how they change, and where
// something is wrong. It tells nothing of fewer than five people, not even by the
// difference of what it tells.
//
// Answers are divided into blocks once, whatever is asked for, and each block is of
// Fewest people at least. A block is the cells (a point's answers of a month about a
// manual by a channel) that are told together; where a cell is too few by itself it
// joins others of its manual, of its channel, of its point in the month, the quarter
// or the fiscal year, or of an agency above in the year; and where these are too few
// together, the smallest block of the same whole joins them. Whatever a page, a
// file, a drawing or the public site tells is the sum of the blocks that lie wholly
// within what it is of. So all that can be worked out of it, by any sums and
// differences with any factors, is of whole blocks too, and never of a part of one.
// Of a question, a block is told only where Fewest of it replied, by the same
// argument. A list of answers tells of each no more than its whole block has in
// common. A place or a period that has Fewest people is told to the last answer,
// unless one of its blocks stands in for a neighbour that has fewer; a manual or a
// channel is told without those few that are mixed with others, which stand beside
// it (Mixed).
//
// It holds what was chosen in memory, a byte for each reply, so that any report is
// exact to the last answer. It refuses to know SQL, HTTP and how a report looks.
package satisfaction

import (
	"context"
	"slices"
	"sync"

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
	tables   []*table // in order of their first answers
	groups   map[groupKey]*group
	cells    map[cellKey]*cell
	stale    []*group          // whose blocks are behind their answers
	rates    map[string]string // by which blocks are rated: the question for everything together, by question set
	scales   []scale           // its replies, by table
}

// table is the answers to one question set, a column for each question.
type table struct {
	form      string
	left      []bool // out of means
	questions map[string]*question
}

// ref is where an answer stands.
type ref struct{ table, row int32 }

// question is a column of what was chosen; 0 is nothing.
type question struct {
	code   string
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
	if c.groups == nil {
		c.groups, c.cells = map[groupKey]*group{}, map[cellKey]*cell{}
	}
	for _, a := range list {
		n := slices.IndexFunc(c.tables, func(t *table) bool { return t.form == a.Form })
		if n < 0 {
			n = len(c.tables)
			c.tables = append(c.tables, &table{form: a.Form, questions: map[string]*question{}})
		}
		c.place(a, ref{int32(n), c.tables[n].add(a)})
		c.seq = a.Seq
	}
}

// add appends an answer's replies, and returns its row.
func (t *table) add(a answers.Answer) int32 {
	row := len(t.left)
	t.left = append(t.left, a.Marks&answers.LeftOut != 0)
	for code, value := range a.Picks {
		q := t.questions[code]
		if q == nil {
			q = &question{code: code, picked: make([]uint8, row, max(2*row, 64))}
			t.questions[code] = q
		}
		q.picked = append(q.picked, uint8(min(q.values.of(value), mostValues)))
	}
	for _, q := range t.questions {
		if len(q.picked) == row {
			q.picked = append(q.picked, 0)
		}
	}
	return int32(row)
}

// Manuals are the manuals that have answers.
func (c *Columns) Manuals() []catalog.ManualID {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var out []catalog.ManualID
	for _, id := range c.manuals.list {
		if id != "" {
			out = append(out, catalog.ManualID(id))
		}
	}
	return out
}
