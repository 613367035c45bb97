package corpus

import (
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// rows changes, adds, removes and moves the rows of a list in lines.
func (m *manuscript) rows(n *yaml.Node, old, now reflect.Value, elem *shape, limit int) bool {
	if len(n.Content) != old.Len() || now.Len() == 0 {
		return false
	}
	items, ok := m.items(n, limit)
	if !ok {
		return false
	}
	was := pair(old, now, elem)
	stay := rising(was)
	put := m.begun(items[0]) // where a row goes that follows the ones done
	for i, from := range was {
		switch {
		case from < 0:
			m.lines(put, put, rowLines(now.Index(i), elem, items[0].col))
		case !stay[i]:
			text, ok := m.moved(items[from], old.Index(from), now.Index(i), elem)
			if !ok {
				return false
			}
			m.lines(put, put, text)
		default:
			if !sameValue(old.Index(from), now.Index(i)) && !m.value(items[from], old.Index(from), now.Index(i), elem) {
				return false
			}
			put = items[from].end
		}
	}
	for i, item := range items {
		if at := slices.Index(was, i); at < 0 || !stay[at] {
			m.put(m.begun(item), item.end, "")
		}
	}
	return true
}

// moved returns the lines of a row that goes elsewhere, changed.
func (m *manuscript) moved(item entry, old, now reflect.Value, elem *shape) (string, bool) {
	all := m.edits
	m.edits = nil
	ok := sameValue(old, now) || m.value(item, old, now, elem)
	own := m.edits
	m.edits = all
	if !ok {
		return "", false
	}
	text, ok := m.apply(m.begun(item), item.end, own)
	if !broken(text) {
		text += "\n"
	}
	return text, ok
}

// items finds the rows of a list in lines, each of which has to begin its line.
func (m *manuscript) items(n *yaml.Node, limit int) ([]entry, bool) {
	floor := m.floorOf(n)
	col := n.Column - 1
	above := floor
	var items []entry
	for _, c := range n.Content {
		at, ok := m.dash(m.place(c), col, above)
		if !ok {
			return nil, false
		}
		items = append(items, entry{node: c, col: col, own: true, start: at, colon: at + 1})
		above = m.after(at)
	}
	m.bounds(items, floor, limit)
	return items, true
}

// dash finds the dash of a row, in its line or in one above, but not above floor.
func (m *manuscript) dash(at, col, floor int) (int, bool) {
	for begin := m.begin(at); begin >= floor; begin = m.begin(begin - 1) {
		dash := begin + col
		if m.indent(begin) == col && strings.HasPrefix(m.src[dash:], "-") && (dash+1 == len(m.src) || strings.IndexByte(" \t\r\n", m.src[dash+1]) >= 0) {
			return dash, true
		}
		if begin == 0 {
			break
		}
	}
	return at, false
}

// pair finds for each row of now the row of old that it was, or -1: the same
// rows in the order that keeps most, then the same ones elsewhere, then those of
// the same name or text, then what stands in the same gap.
func pair(old, now reflect.Value, elem *shape) []int {
	was := slices.Repeat([]int{-1}, now.Len())
	p := pairing{was: was, taken: make([]bool, old.Len())}
	before, after := texts(old, elem), texts(now, elem)
	p.common(before, after)
	p.equal(before, after)
	p.equal(namesOf(old, elem), namesOf(now, elem))
	p.gaps()
	return was
}

type pairing struct {
	was   []int
	taken []bool // rows of old
}

func (p *pairing) take(i, from int) { p.was[i], p.taken[from] = from, true }

func texts(list reflect.Value, elem *shape) []string {
	out := make([]string, list.Len())
	for i := range out {
		out[i] = flowText(list.Index(i), elem)
	}
	return out
}

// namesOf returns the name or text of each row, "" where it has none.
func namesOf(list reflect.Value, elem *shape) []string {
	out := make([]string, list.Len())
	if elem.kind != groupShape {
		return out
	}
	for _, name := range []string{"name", "text", "url", "file"} {
		at, ok := elem.fields.byName[name]
		for i := range out {
			if ok && out[i] == "" {
				if v := list.Index(i).Field(elem.fields.list[at].index); !v.IsZero() {
					out[i] = name + flowText(v, elem.fields.list[at].shape)
				}
			}
		}
	}
	return out
}

// maxTable bounds what finding the longest common rows may take.
const maxTable = 1 << 22

// common pairs the longest row of rows that both have in one order.
func (p *pairing) common(before, after []string) {
	top, bottom := ends(len(before), len(after), func(i, j int) bool { return before[i] == after[j] })
	for i := range top {
		p.take(i, i)
	}
	for i := range bottom {
		p.take(len(after)-1-i, len(before)-1-i)
	}
	n, m := len(before)-top-bottom, len(after)-top-bottom
	if n == 0 || m == 0 || n*m > maxTable {
		return
	}
	longest := make([]int32, (n+1)*(m+1)) // from i and j on
	at := func(i, j int) int { return i*(m+1) + j }
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if before[top+i] == after[top+j] {
				longest[at(i, j)] = longest[at(i+1, j+1)] + 1
			} else {
				longest[at(i, j)] = max(longest[at(i+1, j)], longest[at(i, j+1)])
			}
		}
	}
	for i, j := 0, 0; i < n && j < m; {
		switch {
		case before[top+i] == after[top+j]:
			p.take(top+j, top+i)
			i++
			j++
		case longest[at(i+1, j)] >= longest[at(i, j+1)]:
			i++
		default:
			j++
		}
	}
}

// equal pairs rows that are left and say the same.
func (p *pairing) equal(before, after []string) {
	left := map[string][]int{}
	for i, s := range before {
		if s != "" && !p.taken[i] {
			left[s] = append(left[s], i)
		}
	}
	for i, s := range after {
		if at := left[s]; p.was[i] < 0 && len(at) > 0 {
			p.take(i, at[0])
			left[s] = at[1:]
		}
	}
}

// gaps pairs rows that are left between the same two others, one by one.
func (p *pairing) gaps() {
	next := 0 // row of old that may be the next
	for i, from := range p.was {
		if from >= 0 {
			next = from + 1
		} else if next < len(p.taken) && !p.taken[next] {
			p.take(i, next)
			next++
		}
	}
}

// rising reports which rows stay where they are: most of those whose former
// places rise.
func rising(was []int) []bool {
	length, before := make([]int, len(was)), make([]int, len(was))
	best := -1
	for i, from := range was {
		if before[i] = -1; from < 0 {
			continue
		}
		length[i] = 1
		for j := range i {
			if was[j] >= 0 && was[j] < from && length[j] >= length[i] {
				length[i], before[i] = length[j]+1, j
			}
		}
		if best < 0 || length[i] > length[best] {
			best = i
		}
	}
	stay := make([]bool, len(was))
	for ; best >= 0; best = before[best] {
		stay[best] = true
	}
	return stay
}
