package corpus

import (
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"khumue/internal/catalog"
)

// flowValue changes a collection in brackets, in which no text may have several
// lines.
func (m *manuscript) flowValue(n *yaml.Node, old, now reflect.Value, s *shape) bool {
	text, ok := m.flow(n, old, now, s)
	if !ok {
		return false
	}
	from := m.place(n)
	to, _ := m.tokenEnd(n)
	m.put(from, to, text)
	return true
}

// flow returns the text of a value within brackets with what differs between
// old and now changed.
func (m *manuscript) flow(n *yaml.Node, old, now reflect.Value, s *shape) (string, bool) {
	from := m.place(n)
	to, ok := m.tokenEnd(n)
	if !ok || unwritten(n) {
		return "", false
	}
	if sameValue(old, now) {
		return m.src[from:to], true
	}
	if s.kind == statedShape {
		if given := string(catalog.Given); old.Field(0).String() == given && now.Field(0).String() == given {
			return m.flow(n, old.Field(1), now.Field(1), s.elem)
		}
	}
	switch {
	case n.Kind == yaml.MappingNode && (s.kind == groupShape || s.kind == textShape):
		return m.flowGroup(n, from, to, old, now, s.fields)
	case n.Kind == yaml.SequenceNode && (s.kind == listShape || s.kind == scopeShape):
		return m.flowList(n, from, to, old, now, s.elem)
	}
	text := flowText(now, s)
	return text, !strings.Contains(text, `\n`)
}

// piece is a part of a collection in brackets: where it was, and its text.
type piece struct {
	from, to int // both 0 when it is new
	text     string
}

// flowGroup changes the fields of a group in brackets.
func (m *manuscript) flowGroup(n *yaml.Node, from, to int, old, now reflect.Value, fields *fieldSet) (string, bool) {
	names, pieces, ok := m.pieces(n)
	if !ok {
		return "", false
	}
	before, next := len(pieces), 0 // where a new field belongs
	for i := range fields.list {
		f := &fields.list[i]
		was, is := old.Field(f.index), now.Field(f.index)
		at, changed := slices.Index(names, f.name), !sameValue(was, is)
		switch {
		case at < 0 && changed && present(is, f, false):
			names = slices.Insert(names, next, f.name)
			pieces = slices.Insert(pieces, next, piece{text: f.name + ": " + flowText(is, f.shape)})
			next++
		case at >= 0 && changed && !stays(is, f, false):
			names, pieces = slices.Delete(names, at, at+1), slices.Delete(pieces, at, at+1)
			if next > at {
				next--
			}
		case at >= 0 && changed:
			value := valueOf(n, f.name)
			text, ok := m.flow(value, was, is, f.shape)
			if !ok {
				return "", false
			}
			pieces[at].text = m.src[pieces[at].from:m.place(value)] + text
			next = at + 1
		case at >= 0:
			next = at + 1
		}
	}
	return m.joined(from, to, before, pieces)
}

// pieces finds the fields of a group in brackets, each of which has a value.
func (m *manuscript) pieces(n *yaml.Node) (names []string, pieces []piece, ok bool) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		end, ok := m.tokenEnd(value)
		if !ok || odd(key) || unwritten(value) || slices.Contains(names, key.Value) {
			return nil, nil, false
		}
		names = append(names, key.Value)
		pieces = append(pieces, piece{m.place(key), end, m.src[m.place(key):end]})
	}
	return names, pieces, true
}

// valueOf returns the value of a field that is there.
func valueOf(n *yaml.Node, name string) *yaml.Node {
	_, value := descend(n, name)
	return value
}

func (m *manuscript) flowList(n *yaml.Node, from, to int, old, now reflect.Value, elem *shape) (string, bool) {
	if len(n.Content) != old.Len() || old.Len() == 0 {
		return "", false
	}
	var pieces []piece
	for i, was := range pair(old, now, elem) {
		if was < 0 {
			pieces = append(pieces, piece{text: flowText(now.Index(i), elem)})
			continue
		}
		item := n.Content[was]
		text, ok := m.flow(item, old.Index(was), now.Index(i), elem)
		if !ok {
			return "", false
		}
		end, _ := m.tokenEnd(item)
		pieces = append(pieces, piece{m.place(item), end, text})
	}
	return m.joined(from, to, old.Len(), pieces)
}

// joined puts a collection in brackets together. Where its parts are those that
// it had, all between them stays; else it has to stand in one line.
func (m *manuscript) joined(from, to, before int, pieces []piece) (string, bool) {
	stay := len(pieces) == before
	for i, p := range pieces {
		stay = stay && p.to > 0 && (i == 0 || p.from > pieces[i-1].from)
		if strings.Contains(p.text, `\n`) {
			return "", false
		}
	}
	if len(pieces) == 0 || !stay && strings.ContainsAny(m.src[from:to], "\n\r") {
		return "", false
	}
	var b strings.Builder
	if !stay {
		inner := m.src[from+1 : to-1]
		b.WriteString(m.src[from : to-1-len(strings.TrimLeft(inner, " "))])
		for i, p := range pieces {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(p.text)
		}
		return b.String() + m.src[from+1+len(strings.TrimRight(inner, " ")):to], true
	}
	at := from
	for _, p := range pieces {
		b.WriteString(m.src[at:p.from])
		b.WriteString(p.text)
		at = p.to
	}
	return b.String() + m.src[at:to], true
}
