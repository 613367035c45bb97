package transfer

import (
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/thai"
)

// list reads a list of groups. Where a row repeats what another said, as tables
// do that were joined from several, it counts once.
func (p *plan) list(o *object, l *boundList) {
	list := listOf()
	list.from = origin{row: o.first()}
	switch l.From {
	case FromLines:
		p.lines(o, l, list)
	default:
		if p.stated(o, l, list) {
			return
		}
		for _, row := range o.rows {
			for _, fields := range l.rows {
				l.put(list, p.group(o, fields, []Row{row}))
			}
		}
	}
	if len(list.items) > 0 {
		o.root.set(l.Field, list)
	}
}

// stated reports whether the column of the list says that there are none.
func (p *plan) stated(o *object, l *boundList, list *node) bool {
	text, from := p.cell(&l.column, o.rows)
	if text, _ = clean(text); text == "" || len(text) > maxWord || !l.column.none[wordKey(text)] {
		return false
	}
	list.from = from
	o.root.set(l.Field, textNode(string(catalog.None)).came(from))
	return true
}

// group reads the fields of one group; nil when none is filled in but those of
// a fixed value.
func (p *plan) group(o *object, fields []bound, rows []Row) *node {
	g := &node{kind: group0, from: origin{row: rows[0].Number}}
	filled := false
	for i := range fields {
		b := &fields[i]
		text, from := p.cell(b, rows)
		filled = filled || b.given(rows)
		if value, ok := p.value(o, b, text, from); ok {
			g.set(b.Field.Field, value)
		}
	}
	if !filled {
		return nil
	}
	return g
}

// given reports whether a column of the field is filled in.
func (b *bound) given(rows []Row) bool {
	return slices.ContainsFunc(rows, func(r Row) bool {
		return slices.ContainsFunc(b.keys, func(key string) bool { return strings.TrimSpace(r.at(key)) != "" })
	})
}

// put puts a group where it belongs.
func (l *boundList) put(list, g *node) {
	if g == nil || len(g.items) == 0 {
		return
	}
	if l.Inner == "" {
		if !slices.ContainsFunc(list.items, g.same) {
			list.items = append(list.items, g)
		}
		return
	}
	by, _ := g.child(l.By)
	if at := slices.Index(g.names, l.By); at >= 0 {
		g.names, g.items = slices.Delete(g.names, at, at+1), slices.Delete(g.items, at, at+1)
	}
	inner := outer(list, l, by).innerList(l.Inner)
	if len(g.items) > 0 && !slices.ContainsFunc(inner.items, g.same) {
		inner.items = append(inner.items, g)
	}
}

// outer returns the group of a list that a row names, a new one when there is
// none; a row that names none belongs to the last.
func outer(list *node, l *boundList, by *node) *node {
	if by == nil && len(list.items) > 0 {
		return list.items[len(list.items)-1]
	}
	for _, item := range list.items {
		if named, ok := item.child(l.By); ok && by != nil && named.same(by) {
			return item
		}
	}
	g := &node{kind: group0, from: list.from}
	if by != nil {
		g.set(l.By, by)
	}
	list.items = append(list.items, g)
	return g
}

func (n *node) innerList(name string) *node {
	inner, ok := n.child(name)
	if !ok {
		inner = listOf()
		inner.from = n.from
		n.set(name, inner)
	}
	return inner
}

// lines reads a list whose groups are the lines of one cell.
func (p *plan) lines(o *object, l *boundList, list *node) {
	text, from := p.cell(&l.column, o.rows)
	text, _ = clean(text)
	switch {
	case text == "":
		return
	case l.column.none[wordKey(text)]:
		o.root.set(l.Field, textNode(string(catalog.None)).came(from))
		return
	}
	between := l.Between
	if between == "" {
		between = "|"
	}
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		parts := strings.Split(line, between)
		g := &node{kind: group0, from: from}
		for i := range l.rows[0] {
			b := &l.rows[0][i]
			part := b.Value
			if b.Part > 0 && b.Part <= len(parts) && strings.TrimSpace(parts[b.Part-1]) != "" {
				part = parts[b.Part-1]
			}
			if value, ok := p.value(o, b, part, from); ok {
				g.set(b.Field.Field, value)
			}
		}
		l.put(list, g)
	}
}

// short is the beginning of a text.
func short(s string) string { return thai.Truncate(strings.ReplaceAll(s, "\n", " "), 60) }

// both puts two sentences one behind the other.
func both(a, b fault.Text) fault.Text { return fault.Text{TH: a.TH + b.TH, EN: a.EN + b.EN} }
