package corpus

import (
	"reflect"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"khumue/internal/catalog"
)

// entry is a field of a group, or a row of a list, with the lines that belong to
// it.
type entry struct {
	key   string
	node  *yaml.Node // its value
	col   int        // of its key or dash
	own   bool       // it begins its line
	lead  int        // where the comments above begin that belong to it, or else its line
	start int        // of its key or dash
	colon int        // behind its colon or dash
	end   int        // behind its last line
}

// entries finds the fields of a group in lines. The first has comments above it
// from floor on; nothing of the last stands below limit.
func (m *manuscript) entries(n *yaml.Node, floor, limit int) ([]entry, bool) {
	var es []entry
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode || odd(key) || key.Column != n.Column {
			return nil, false
		}
		start := m.place(key)
		end, ok := m.tokenEnd(key)
		end += len(m.src[end:]) - len(strings.TrimLeft(m.src[end:], " \t"))
		if !ok || !strings.HasPrefix(m.src[end:], ":") {
			return nil, false
		}
		e := entry{key: key.Value, node: n.Content[i+1], col: n.Column - 1, start: start, colon: end + 1}
		e.own = m.begin(start)+m.indent(m.begin(start)) == start
		if i > 0 && !e.own {
			return nil, false
		}
		es = append(es, e)
	}
	m.bounds(es, floor, limit)
	return es, true
}

// bounds finds which lines belong to entries.
func (m *manuscript) bounds(es []entry, floor, limit int) {
	for i := range es {
		e := &es[i]
		next := limit
		if i+1 < len(es) {
			next = m.begin(es[i+1].start)
		}
		bottom := m.after(e.colon - 1)
		if !unwritten(e.node) {
			bottom = max(bottom, m.bottom(e.node, next))
		}
		e.end = m.deeper(bottom, next, e.col)
		e.lead = e.start
		if e.own {
			e.lead = m.climb(m.begin(e.start), floor)
		}
		floor = e.end
	}
}

// deeper goes down over comments that stand further in than a column, and the
// empty lines above them.
func (m *manuscript) deeper(end, limit, col int) int {
	for begin := end; begin < limit; begin = m.after(begin) {
		switch kind := m.kindOf(begin); {
		case kind == commentLine && m.indent(begin) > col:
			end = m.after(begin)
		case kind != blankLine:
			return end
		}
	}
	return end
}

// vacant is a comment that keeps the place of a field that is not filled in.
var vacant = regexp.MustCompile(`^# ([a-z_]+):(?: #.*)?\s*$`)

// climb goes up over the comments directly above a line, but for those that
// belong to the file or keep a place.
func (m *manuscript) climb(begin, floor int) int {
	for begin > floor {
		above := m.begin(begin - 1)
		text := strings.TrimLeft(m.src[above:m.lineEnd(above)], " \t")
		if above < floor || m.kindOf(above) != commentLine || strings.HasPrefix(text, schemaMark) || vacant.MatchString(text) {
			return begin
		}
		begin = above
	}
	return begin
}

// vacancies finds the comments that keep the places of fields, outside what
// belongs to entries.
func (m *manuscript) vacancies(es []entry) map[string]int {
	var found map[string]int
	at, next := 0, 0
	for at < len(m.src) {
		if next < len(es) && at >= m.begin(es[next].start) {
			at = es[next].end
			next++
			continue
		}
		if word := vacant.FindStringSubmatch(m.src[at:m.lineEnd(at)]); word != nil {
			if found == nil {
				found = map[string]int{}
			}
			found[word[1]] = at
		}
		at = m.after(at)
	}
	return found
}

// group changes the fields of a group in lines that differ between old and now.
func (m *manuscript) group(n *yaml.Node, old, now reflect.Value, fields *fieldSet, limit int, row bool) bool {
	floor := m.after(m.place(n))
	if n != m.root && len(n.Content) > 0 {
		floor = m.floorOf(n)
	}
	es, ok := m.entries(n, floor, limit)
	if !ok || len(es) == 0 {
		return false
	}
	g := grouping{manuscript: m, es: es, gone: make([]bool, len(es)), last: -1, row: row}
	if n == m.root {
		g.vacant = m.vacancies(es)
	}
	for i := range fields.list {
		if f := &fields.list[i]; !g.field(f, old.Field(f.index), now.Field(f.index)) {
			return false
		}
	}
	return g.remove() && g.begin()
}

// floorOf returns where comments above the first entry of a group or list below
// its key can begin: behind the line of that key.
func (m *manuscript) floorOf(n *yaml.Node) int {
	begin := m.begin(m.place(n))
	for begin > 0 && m.kindOf(m.begin(begin-1)) != content {
		begin = m.begin(begin - 1)
	}
	return begin
}

// grouping is the change of a group's fields.
type grouping struct {
	*manuscript
	es     []entry
	gone   []bool // by entry: it is removed
	last   int    // the entry behind which a new field belongs; -1 before all
	first  []string
	vacant map[string]int
	row    bool
}

// field changes, removes or adds one field.
func (g *grouping) field(f *field, was, now reflect.Value) bool {
	at := slices.IndexFunc(g.es, func(e entry) bool { return e.key == f.name })
	switch changed := !sameValue(was, now); {
	case at < 0 && changed && present(now, f, g.row):
		g.add(f, now)
	case at >= 0 && changed && !stays(now, f, g.row):
		g.drop(f.name, at)
	case at >= 0 && changed:
		if !g.value(g.es[at], was, now, f.shape) {
			return false
		}
		g.drop(f.name, at+1)
		g.last = at
	case at >= 0:
		g.last = at
	}
	return true
}

// drop removes the entries of a field from one on.
func (g *grouping) drop(name string, from int) {
	for i := from; i < len(g.es); i++ {
		g.gone[i] = g.gone[i] || g.es[i].key == name
	}
}

// stays reports whether a field that is written stays so with a new value: truths
// and numbers do, where 0 is one of the numbers it may have.
func stays(v reflect.Value, f *field, row bool) bool {
	switch f.shape.kind {
	case boolShape:
		return true
	case numberShape:
		return present(v, f, row) || !f.rules.hasMin || f.rules.min <= 0
	}
	return present(v, f, row)
}

func (g *grouping) add(f *field, now reflect.Value) {
	col := g.es[0].col
	text := fieldText(now, f, col)
	if at, ok := g.vacant[f.name]; ok {
		g.lines(at, g.after(at), text)
	} else if g.last < 0 {
		g.first = append(g.first, text)
	} else {
		g.lines(g.es[g.last].end, g.es[g.last].end, text)
	}
}

// begin puts the new fields that belong before all others.
func (g *grouping) begin() bool {
	if len(g.first) == 0 {
		return true
	}
	text := strings.Join(g.first, "")
	e := g.es[0]
	if e.own {
		g.lines(e.lead, e.lead, text)
		return true
	}
	if g.gone[0] {
		return false
	}
	g.put(e.start, e.start, text[e.col:]+strings.Repeat(" ", e.col))
	return true
}

// remove takes the lines of removed entries away. Where the first of them stands
// behind a dash, the first that is left goes there.
func (g *grouping) remove() bool {
	k := 0
	for !g.es[0].own && k < len(g.es) && g.gone[k] {
		k++
	}
	if k == len(g.es) {
		return false
	}
	if k > 0 {
		to := g.es[k-1].end
		to += len(g.src[to:]) - len(strings.TrimLeft(g.src[to:], " \t\r\n")) // the next field, or a comment above it
		g.put(g.es[0].start, to, "")
	}
	for i := k; i < len(g.es); i++ {
		if g.gone[i] {
			g.put(g.begun(g.es[i]), g.es[i].end, "")
		}
	}
	return true
}

// begun returns where the lines of an entry begin, with the comments that belong
// to it.
func (m *manuscript) begun(e entry) int {
	if e.own {
		return e.lead
	}
	return e.start
}

// value changes the value of an entry: within, where that can be done, or else
// as a whole.
func (m *manuscript) value(e entry, old, now reflect.Value, s *shape) bool {
	mark := len(m.edits)
	if !m.coarse && !odd(e.node) && m.within(e, old, now, s) {
		return true
	}
	m.edits = m.edits[:mark]
	return m.anew(e, now, s)
}

func (m *manuscript) within(e entry, old, now reflect.Value, s *shape) bool {
	n := e.node
	if s.kind == statedShape {
		given := string(catalog.Given)
		return old.Field(0).String() == given && now.Field(0).String() == given && m.within(e, old.Field(1), now.Field(1), s.elem)
	}
	switch {
	case n.Kind == yaml.ScalarNode:
		text, ok := single(now, s)
		return ok && m.literalValue(n, text)
	case isFlow(n):
		return m.flowValue(n, old, now, s)
	case n.Kind == yaml.MappingNode && (s.kind == groupShape || s.kind == textShape):
		return m.group(n, old, now, s.fields, e.end, m.src[e.start] == '-')
	case n.Kind == yaml.SequenceNode && (s.kind == listShape || s.kind == scopeShape):
		return m.rows(n, old, now, s.elem, e.end)
	}
	return false
}

// literalValue changes the lines of a literal text, as far in as they stand.
func (m *manuscript) literalValue(n *yaml.Node, text string) bool {
	at := m.place(n)
	if n.Style != yaml.LiteralStyle || !literal(text) || strings.ContainsAny(m.src[at:m.blockHeader(at)], "123456789") {
		return false
	}
	m.lines(m.after(at), m.blockBottom(n), indented(text, m.blockIndent(n)))
	return true
}

// anew replaces the value of an entry. What stands behind it in its line stays.
func (m *manuscript) anew(e entry, now reflect.Value, s *shape) bool {
	inline, below := laidOut(now, s, e.col)
	if m.src[e.start] == '-' {
		inline, below = rowParts(now, s, e.col)
	}
	from, to, ok := m.inline(e)
	if !ok {
		return false
	}
	rest := m.after(max(to, e.colon) - 1)
	switch {
	case inline == "":
		from = e.colon
	case from == e.colon:
		inline = " " + inline
	}
	m.put(from, to, inline)
	m.lines(rest, max(rest, e.end), below)
	return true
}

// inline returns where the part of a value is that stands in the line of its key
// or dash.
func (m *manuscript) inline(e entry) (from, to int, ok bool) {
	n, end := e.node, m.lineEnd(e.colon)
	at := m.place(n)
	switch {
	case odd(n):
		return e.colon, end, true
	case unwritten(n) || at > end:
		return e.colon, e.colon, true
	case isBlockText(n):
		return at, m.blockHeader(at), true
	case n.Kind != yaml.ScalarNode && !isFlow(n):
		return at, end, true
	}
	to, ok = m.tokenEnd(n)
	if !ok && m.coarse {
		return e.colon, m.lineEnd(max(e.end-1, e.colon)), true
	}
	return at, to, ok
}
