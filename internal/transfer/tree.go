package transfer

import (
	"slices"
	"strconv"
	"strings"
)

// origin is the cell that something came from.
type origin struct {
	row    int    // 0: no row
	column string // its heading; "": none
	drop   bool   // what can not be read there is left out
}

// nodeKind tells what a node is.
type nodeKind uint8

const (
	word0 nodeKind = iota // a text
	group0
	list0
)

// node is a value of a content file before it is judged.
type node struct {
	kind  nodeKind
	text  string
	names []string // of the items of a group
	items []*node
	from  origin
}

func textNode(s string) *node { return &node{text: s} }

// groupOf returns a group of texts by name, without those that are blank.
func groupOf(pairs ...string) *node {
	g := &node{kind: group0}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			g.names = append(g.names, pairs[i])
			g.items = append(g.items, textNode(pairs[i+1]))
		}
	}
	return g
}

func listOf(items ...*node) *node { return &node{kind: list0, items: items} }

// came notes of a node and all below where it came from.
func (n *node) came(from origin) *node {
	n.from = from
	for _, item := range n.items {
		item.came(from)
	}
	return n
}

// child returns the item of a group under a name.
func (n *node) child(name string) (*node, bool) {
	if at := slices.Index(n.names, name); at >= 0 {
		return n.items[at], true
	}
	return nil, false
}

// set puts a value at a path of names below a group. Where a text stands on the
// way it becomes the Thai one of two; a text never replaces a group.
func (n *node) set(path string, value *node) {
	name, rest, nested := strings.Cut(path, ".")
	at := slices.Index(n.names, name)
	if at < 0 {
		n.names, n.items = append(n.names, name), append(n.items, nil)
		at = len(n.items) - 1
	}
	old := n.items[at]
	switch {
	case !nested && old != nil && old.kind == group0 && value.kind == word0:
		old.set("th", value)
	case !nested:
		n.items[at] = value
	default:
		if old == nil || old.kind == list0 {
			old = &node{kind: group0, from: value.from}
		} else if old.kind == word0 {
			old = &node{kind: group0, from: old.from, names: []string{"th"}, items: []*node{old}}
		}
		n.items[at] = old
		old.set(rest, value)
	}
}

// same reports whether two nodes say the same.
func (n *node) same(o *node) bool {
	return n.kind == o.kind && n.text == o.text && slices.Equal(n.names, o.names) && slices.EqualFunc(n.items, o.items, (*node).same)
}

// written is a content file as text, and where each of its lines came from.
type written struct {
	text  []byte
	lines []origin
}

// write writes a group as YAML.
func (n *node) write() *written {
	w := &written{}
	w.group(n, 0)
	return w
}

func (w *written) end(from origin) {
	w.text = append(w.text, '\n')
	w.lines = append(w.lines, from)
}

func (w *written) indent(by int) {
	for range by {
		w.text = append(w.text, ' ')
	}
}

// group writes the items of a group; the first stands where the line is.
func (w *written) group(n *node, by int) {
	for i, item := range n.items {
		if i > 0 {
			w.indent(by)
		}
		w.text = append(append(w.text, n.names[i]...), ':')
		w.value(item, by)
	}
}

// value writes a value behind its name or dash, with the line end.
func (w *written) value(n *node, by int) {
	switch {
	case n.kind == word0:
		w.text = strconv.AppendQuote(append(w.text, ' '), n.text)
		w.end(n.from)
	case n.kind == group0 && len(n.items) == 0:
		w.text = append(w.text, " {}"...)
		w.end(n.from)
	case n.kind == group0:
		w.end(n.from)
		w.indent(by + 2)
		w.group(n, by+2)
	default:
		w.list(n, by)
	}
}

func (w *written) list(n *node, by int) {
	if len(n.items) == 0 {
		w.text = append(w.text, " []"...)
		w.end(n.from)
		return
	}
	w.end(n.from)
	for _, item := range n.items {
		w.indent(by + 2)
		w.text = append(w.text, '-')
		if item.kind == group0 && len(item.items) > 0 {
			w.text = append(w.text, ' ')
			w.group(item, by+4)
			continue
		}
		w.value(item, by+2)
	}
}

// without removes every text that came from a cell, and what is then empty.
func (n *node) without(from origin) {
	var names []string
	var items []*node
	for i, item := range n.items {
		if item.kind == word0 && item.from == from {
			continue
		}
		before := len(item.items)
		item.without(from)
		if item.kind != word0 && before > 0 && len(item.items) == 0 {
			continue
		}
		items = append(items, item)
		if n.kind == group0 {
			names = append(names, n.names[i])
		}
	}
	n.names, n.items = names, items
}
