package compare

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	alike   = 0.6     // from this likeness on, two names are those of one row
	mostTry = 1 << 14 // pairs of rows; of longer lists likeness is not asked
)

// matching says which row of one list is which of another.
type matching struct {
	to   []int // by row of the first list: the row of the second, or -1
	from []int // by row of the second list: the row of the first, or -1
}

func newMatching(a, b int) matching {
	m := matching{make([]int, a), make([]int, b)}
	for i := range m.to {
		m.to[i] = -1
	}
	for j := range m.from {
		m.from[j] = -1
	}
	return m
}

func (m matching) pair(i, j int) { m.to[i], m.from[j] = j, i }

func (m matching) free(i, j int) bool { return m.to[i] < 0 && m.from[j] < 0 }

// match finds the rows of a in b: those that are the same, those of one name,
// those of a like name, and those that stand alone in one place between others
// and share a cell. Items of a set match when they are the same.
func match(s *shape, a, b reflect.Value) matching {
	m := matchNamed(s, a, b)
	if s.form != rows || !slices.Contains(m.to, -1) || !slices.Contains(m.from, -1) {
		return m
	}
	if a.Len()*b.Len() <= mostTry {
		matchAlike(m, s.elem, a, b)
	}
	matchPlace(m, s.elem, a, b)
	return m
}

// matchNamed finds rows that are the same or have one name. It finds the same
// pairs from either side.
func matchNamed(s *shape, a, b reflect.Value) matching {
	m := newMatching(a.Len(), b.Len())
	for i := range min(a.Len(), b.Len()) {
		// Rows before this one are the same too: of equal rows the first meets the first.
		if !equal(a.Index(i), b.Index(i)) {
			break
		}
		m.pair(i, i)
	}
	inOrder(m, func(i, j int) bool { return equal(a.Index(i), b.Index(j)) })
	if s.form != rows {
		return m
	}
	namesA, namesB := rowKeys(s.elem, a), rowKeys(s.elem, b)
	inOrder(m, func(i, j int) bool { return namesA[i] != "" && namesA[i] == namesB[j] })
	return m
}

// inOrder pairs the first free row with the first free one that is the same, and
// so on.
func inOrder(m matching, same func(i, j int) bool) {
	for i := range m.to {
		for j := range m.from {
			if m.free(i, j) && same(i, j) {
				m.pair(i, j)
				break
			}
		}
	}
}

// rowKeys are the names of rows as typed, in Thai or else in English; of a row
// without a name it is all that it says.
func rowKeys(s *shape, list reflect.Value) []string {
	out := make([]string, list.Len())
	for i := range out {
		var b strings.Builder
		for _, n := range s.names {
			if w := say(s.cells[n].shape, s.cells[n].of(list.Index(i))); w.TH != "" {
				b.WriteString(w.TH + "\n")
			}
		}
		if b.Len() == 0 {
			said(s, list.Index(i), &b)
		}
		out[i] = b.String()
	}
	return out
}

// said writes every text below a value.
func said(s *shape, v reflect.Value, b *strings.Builder) {
	switch s.form {
	case writing:
		b.WriteString(v.String() + "\n")
	case record:
		for _, c := range s.cells {
			said(c.shape, c.of(v), b)
		}
	case stated:
		said(s.elem, given(v), b)
	case rows:
		for i := range v.Len() {
			said(s.elem, v.Index(i), b)
		}
	}
}

// matchAlike pairs the rows whose names are most alike, the most alike first.
func matchAlike(m matching, s *shape, a, b reflect.Value) {
	type try struct {
		i, j  int
		score float64
	}
	var tries []try
	pairsA, pairsB := bigrams(rowKeys(s, a)), bigrams(rowKeys(s, b))
	for i := range m.to {
		for j := range m.from {
			if !m.free(i, j) {
				continue
			}
			if score := likeness(pairsA[i], pairsB[j]); score >= alike {
				tries = append(tries, try{i, j, score})
			}
		}
	}
	slices.SortStableFunc(tries, func(x, y try) int {
		return cmp.Or(-cmp.Compare(x.score, y.score), cmp.Compare(apart(x.i, x.j), apart(y.i, y.j)))
	})
	for _, t := range tries {
		if m.free(t.i, t.j) {
			m.pair(t.i, t.j)
		}
	}
}

func apart(i, j int) int { return max(i-j, j-i) }

// bigrams are the pairs of neighbouring characters of each name, sorted.
func bigrams(names []string) [][]uint64 {
	out := make([][]uint64, len(names))
	for i, name := range names {
		last := uint64(0)
		for _, r := range name {
			out[i] = append(out[i], last<<32|uint64(r))
			last = uint64(r)
		}
		slices.Sort(out[i])
	}
	return out
}

// likeness is the share of what two sorted lists have in common, 0 to 1.
func likeness(a, b []uint64) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	common := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch c := cmp.Compare(a[i], b[j]); {
		case c < 0:
			i++
		case c > 0:
			j++
		default:
			i, j, common = i+1, j+1, common+1
		}
	}
	return 2 * float64(common) / float64(len(a)+len(b))
}

// matchPlace pairs rows one by one where as many went as came between the same
// two neighbours, if they share a cell besides the name: such a row was renamed.
func matchPlace(m matching, s *shape, a, b reflect.Value) {
	for i := 0; i < len(m.to); i++ {
		if m.to[i] >= 0 {
			continue
		}
		start, end := i, i
		for end < len(m.to) && m.to[end] < 0 {
			end++
		}
		i = end
		from := 0
		if start > 0 {
			from = m.to[start-1] + 1
		}
		to := from
		for to < len(m.from) && m.from[to] < 0 {
			to++
		}
		if to-from != end-start || end < len(m.to) && m.to[end] != to || end == len(m.to) && to != len(m.from) {
			continue
		}
		for k := range end - start {
			if sharesCell(s, a.Index(start+k), b.Index(from+k)) {
				m.pair(start+k, from+k)
			}
		}
	}
}

// sharesCell reports whether two rows agree in something that is filled in,
// besides the name: in a cell, or in a row of a list.
func sharesCell(s *shape, a, b reflect.Value) bool {
	for i, c := range s.cells {
		x, y := c.of(a), c.of(b)
		switch {
		case isName(s, i):
		case !empty(x) && equal(x, y):
			return true
		case c.shape.form == rows && slices.ContainsFunc(matchNamed(c.shape, x, y).to, func(j int) bool { return j >= 0 }):
			return true
		}
	}
	return false
}

// moved returns the rows of a, among those that have a match, that stand
// elsewhere in b: as few as explain the new order.
func (m matching) moved() []int {
	var stay, out []int
	for i, j := range m.to {
		if j >= 0 {
			stay = append(stay, i)
		}
	}
	keep := ascending(len(stay), func(k int) int { return m.to[stay[k]] })
	for k, i := range stay {
		if !keep[k] {
			out = append(out, i)
		}
	}
	return out
}

// ascending marks a longest run of places whose values ascend.
func ascending(n int, value func(int) int) []bool {
	length, before := make([]int, n), make([]int, n)
	best := -1
	for k := range n {
		length[k], before[k] = 1, -1
		for l := range k {
			if value(l) < value(k) && length[l]+1 > length[k] {
				length[k], before[k] = length[l]+1, l
			}
		}
		if best < 0 || length[k] > length[best] {
			best = k
		}
	}
	keep := make([]bool, n)
	for k := best; k >= 0; k = before[k] {
		keep[k] = true
	}
	return keep
}

// runes counts the characters of a text.
func runes(s string) int { return utf8.RuneCountInString(s) }
