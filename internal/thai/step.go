package thai

import (
	"slices"
	"strings"
)

// change is a compiled step that looks at neighbours. It works on runes and
// may write its result over its argument.
type change interface {
	apply(text []rune) []rune
	// begins tells whether the change may begin with these neighbours, where
	// startOfText stands before the first character.
	begins(first, second rune) bool
	// inner tells whether what becomes of r depends on what stands before r.
	inner(r rune) bool
}

const startOfText = rune(-2)

// changes compiles the steps that look at neighbours, in order.
func (t *table) changes(steps []step) []change {
	var out []change
	for _, s := range steps {
		switch {
		case s.Delete != "":
			out = append(out, &substitute{drop: t.set(s.Delete)})
		case s.Map[0] != "":
			out = append(out, t.substitute(s.Map))
		case s.Order[0] != "":
			out = append(out, &order{t.set(s.Order[0]), t.set(s.Order[1])})
		case s.Last != "":
			out = append(out, &last{t.set(s.Last)})
		case s.Once != "":
			out = append(out, &once{t.set(s.Once)})
		case s.Find != nil:
			out = append(out, t.find(s))
		}
	}
	return out
}

// settle applies the changes, again and again, until nothing changes. Every
// change takes characters away or puts them in an order that no other change
// undoes, so it ends.
func settle(text []rune, all []change) []rune {
	before := make([]rune, 0, 16)
	for {
		before = append(before[:0], text...)
		for _, c := range all {
			text = c.apply(text)
		}
		if slices.Equal(before, text) {
			return text
		}
	}
}

// substitute puts one character for another, or none.
type substitute struct {
	drop charset
	to   map[rune]rune
}

func (t *table) substitute(lists [2]string) *substitute {
	if name, ok := t.Sets[lists[0]]; ok {
		lists[0] = name
	}
	return &substitute{to: pairs(lists)}
}

func (s *substitute) apply(text []rune) []rune {
	out := text[:0]
	for _, r := range text {
		if s.drop.has(r) {
			continue
		}
		if to, ok := s.to[r]; ok {
			r = to
		}
		out = append(out, r)
	}
	return out
}

func (s *substitute) begins(_, _ rune) bool { return false }
func (s *substitute) inner(rune) bool       { return false }

// pairs maps the characters of one list to those of the other, place by
// place, or all to the only one of the other.
func pairs(lists [2]string) map[rune]rune {
	to, m := chars(lists[1]), map[rune]rune{}
	for i, r := range chars(lists[0]) {
		m[r] = to[min(i, len(to)-1)]
	}
	return m
}

// order puts all of one set before all of another, in each run of the two.
type order struct{ first, then charset }

func (o *order) apply(text []rune) []rune {
	var later []rune
	for i := 0; i < len(text); {
		end := i
		later = later[:0]
		for at := i; at < len(text); at++ {
			r := text[at]
			if o.then.has(r) {
				later = append(later, r)
			} else if o.first.has(r) {
				text[end] = r
				end++
			} else {
				break
			}
		}
		copy(text[end:], later)
		i = end + len(later) + 1
	}
	return text
}

func (o *order) begins(first, second rune) bool {
	return o.then.has(first) && o.first.has(second)
}

func (o *order) inner(r rune) bool { return o.first.has(r) || o.then.has(r) }

// last keeps the last of neighbours of a set.
type last struct{ of charset }

func (l *last) apply(text []rune) []rune {
	out := text[:0]
	for i, r := range text {
		if i+1 == len(text) || !l.of.has(r) || !l.of.has(text[i+1]) {
			out = append(out, r)
		}
	}
	return out
}

func (l *last) begins(first, second rune) bool { return l.of.has(first) && l.of.has(second) }
func (l *last) inner(r rune) bool              { return l.of.has(r) }

// once keeps one of equal neighbours of a set.
type once struct{ of charset }

func (o *once) apply(text []rune) []rune {
	out := text[:0]
	for i, r := range text {
		if i+1 == len(text) || r != text[i+1] || !o.of.has(r) {
			out = append(out, r)
		}
	}
	return out
}

func (o *once) begins(first, second rune) bool { return first == second && o.of.has(first) }
func (o *once) inner(r rune) bool              { return o.of.has(r) }

// find replaces runs of neighbours. Each item takes as many characters as it
// can and never gives one back; that is enough, for sets of neighbouring
// items have nothing in common or need one character each.
type find struct {
	items           []item
	before          []charset
	notAfter, after *charset
	put             []piece
}

type item struct {
	of       charset
	min, max int
}

// piece is a part of a replacement: what an item found, or else a text.
type piece struct {
	item int // -1 for a text
	text []rune
}

func (t *table) find(s step) *find {
	f := &find{put: pieces(s.Put)}
	for _, name := range s.Find {
		f.items = append(f.items, t.item(name))
	}
	for _, name := range s.Before {
		f.before = append(f.before, t.set(name))
	}
	if s.NotAfter != "" {
		c := t.set(s.NotAfter)
		f.notAfter = &c
	}
	if s.AfterOrStart != "" {
		c := t.set(s.AfterOrStart)
		f.after = &c
	}
	return f
}

func (t *table) item(name string) item {
	const many = 1 << 30
	switch base := name[:len(name)-1]; name[len(name)-1] {
	case '+':
		return item{t.set(base), 1, many}
	case '*':
		return item{t.set(base), 0, many}
	case '?':
		return item{t.set(base), 0, 1}
	}
	return item{t.set(name), 1, 1}
}

func pieces(put string) []piece {
	var out []piece
	for put != "" {
		if n := strings.IndexByte(put, '$'); n == 0 {
			out = append(out, piece{item: int(put[1] - '1')})
			put = put[2:]
		} else {
			if n < 0 {
				n = len(put)
			}
			out = append(out, piece{item: -1, text: []rune(put[:n])})
			put = put[n:]
		}
	}
	return out
}

func (f *find) apply(text []rune) []rune {
	var out []rune
	done, prev := 0, startOfText
	ends := make([]int, len(f.items)+1)
	for i := 0; i < len(text); {
		if !f.allowedAfter(prev) || !f.match(text, i, ends) {
			prev = text[i]
			i++
			continue
		}
		out = append(out, text[done:i]...)
		for _, p := range f.put {
			if p.item < 0 {
				out = append(out, p.text...)
			} else {
				out = append(out, text[ends[p.item]:ends[p.item+1]]...)
			}
		}
		i = ends[len(f.items)]
		done, prev = i, text[i-1]
	}
	if done == 0 {
		return text
	}
	return append(out, text[done:]...)
}

func (f *find) allowedAfter(prev rune) bool {
	if f.notAfter != nil {
		return prev == startOfText || !f.notAfter.has(prev)
	}
	return f.after == nil || prev == startOfText || f.after.has(prev)
}

// match fills ends with the places in text where the items begin, and where
// the last one ends.
func (f *find) match(text []rune, at int, ends []int) bool {
	for n, it := range f.items {
		ends[n] = at
		for at < len(text) && at-ends[n] < it.max && it.of.has(text[at]) {
			at++
		}
		if at-ends[n] < it.min {
			return false
		}
	}
	ends[len(f.items)] = at
	for n := range f.before {
		if at+n >= len(text) || !f.before[n].has(text[at+n]) {
			return false
		}
	}
	return true
}

func (f *find) begins(first, second rune) bool {
	if f.notAfter != nil || f.after != nil {
		return f.items[0].of.has(second) && f.allowedAfter(first)
	}
	if len(f.items) < 2 || !f.items[0].of.has(first) {
		return false
	}
	for _, it := range f.items[1:] {
		if it.of.has(second) {
			return true
		}
		if it.min > 0 {
			break
		}
	}
	return false
}

func (f *find) inner(r rune) bool {
	from := 1
	if f.notAfter != nil || f.after != nil || f.items[0].max > 1 {
		from = 0
	}
	for _, it := range f.items[from:] {
		if it.of.has(r) {
			return true
		}
	}
	return false
}
