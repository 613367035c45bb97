package corpus

import (
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// beginnings returns where the lines of a text begin, as YAML counts lines: it
// has more line ends than most.
func beginnings(src string) []int {
	out := []int{0}
	for i := 0; i < len(src); i++ {
		n := 0
		switch c := src[i]; {
		case c == '\n', c == '\r' && (i+1 == len(src) || src[i+1] != '\n'):
			n = 1
		case c == 0xC2 && strings.HasPrefix(src[i:], "\u0085"):
			n = 2
		case c == 0xE2 && (strings.HasPrefix(src[i:], "\u2028") || strings.HasPrefix(src[i:], "\u2029")):
			n = 3
		}
		if n > 0 {
			out = append(out, i+n)
		}
	}
	return out
}

// place returns where a node begins.
func (m *manuscript) place(n *yaml.Node) int {
	if n.Line < 1 || n.Line > len(m.begins) {
		return len(m.src)
	}
	at := m.begins[n.Line-1]
	for range n.Column - 1 {
		_, size := utf8.DecodeRuneInString(m.src[at:])
		at += size
	}
	return at
}

// line returns the number, from 0, of the line in which a place is.
func (m *manuscript) line(at int) int {
	i, found := slices.BinarySearch(m.begins, at)
	if !found {
		i--
	}
	return i
}

func (m *manuscript) begin(at int) int { return m.begins[m.line(at)] }

// after returns where the line below begins, or the end of the YAML.
func (m *manuscript) after(at int) int {
	if i := m.line(at) + 1; i < len(m.begins) {
		return m.begins[i]
	}
	return len(m.src)
}

// lineEnd returns where the words of a line end, or what it ends with begins.
func (m *manuscript) lineEnd(at int) int {
	text := m.src[at:m.after(at)]
	return at + len(strings.TrimRight(text, "\r\n\u0085\u2028\u2029"))
}

// lineKind is what a line is to YAML, outside texts of several lines.
type lineKind int

const (
	content lineKind = iota
	blankLine
	commentLine
)

func (m *manuscript) kindOf(begin int) lineKind {
	text := strings.TrimLeft(m.src[begin:m.lineEnd(begin)], " \t")
	switch {
	case text == "":
		return blankLine
	case text[0] == '#':
		return commentLine
	}
	return content
}

// indent returns how many spaces a line begins with.
func (m *manuscript) indent(begin int) int {
	at := begin
	for at < len(m.src) && m.src[at] == ' ' {
		at++
	}
	return at - begin
}

// odd reports whether a node has what content files may not have, which is
// never taken apart.
func odd(n *yaml.Node) bool {
	return n.Kind == yaml.AliasNode || n.Anchor != "" || n.Style&yaml.TaggedStyle != 0
}

func isFlow(n *yaml.Node) bool { return n.Style&yaml.FlowStyle != 0 }

func isBlockText(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0
}

// unwritten reports whether a node stands for a value that is not there.
func unwritten(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Value == "" && n.Style&^yaml.TaggedStyle == 0
}

// bottom returns where the line behind the last one of a node begins. Nothing
// but comments stands between that and limit.
func (m *manuscript) bottom(n *yaml.Node, limit int) int {
	switch {
	case odd(n) && !isBlockText(n):
	case unwritten(n):
		return m.after(m.place(n))
	case isBlockText(n):
		return m.blockBottom(n)
	case (n.Kind == yaml.MappingNode || n.Kind == yaml.SequenceNode) && !isFlow(n) && len(n.Content) > 0:
		return m.bottom(n.Content[len(n.Content)-1], limit)
	default:
		if end, ok := m.tokenEnd(n); ok {
			return m.after(end)
		}
	}
	return m.trimmed(m.place(n), limit)
}

// trimmed goes up from limit over what is no content, but not above the line of
// a place.
func (m *manuscript) trimmed(floor, limit int) int {
	for end := limit; ; {
		begin := m.begin(max(end-1, 0))
		if begin <= m.begin(floor) {
			return m.after(floor)
		}
		marker := strings.HasPrefix(m.src[begin:], "---") || strings.HasPrefix(m.src[begin:], "...")
		if m.kindOf(begin) == content && !marker {
			return end
		}
		end = begin
	}
}

// blockBottom returns where the line behind the last one of a literal or folded
// text begins that is not empty.
func (m *manuscript) blockBottom(n *yaml.Node) int {
	begin := m.after(m.place(n))
	end := begin
	least := m.blockIndent(n)
	for begin < len(m.src) {
		if m.src[begin:m.lineEnd(begin)] != "" && strings.TrimLeft(m.src[begin:m.lineEnd(begin)], " ") != "" {
			if m.indent(begin) < least {
				break
			}
			end = m.after(begin)
		}
		begin = m.after(begin)
	}
	return end
}

// blockIndent returns how far in the lines of a literal or folded text stand at
// least: as far as the first, or further than its key where it says so itself.
func (m *manuscript) blockIndent(n *yaml.Node) int {
	at := m.place(n)
	if strings.ContainsAny(m.src[at:m.blockHeader(at)], "123456789") {
		begin := m.begin(at)
		return len(m.src[begin:at]) - len(strings.TrimLeft(m.src[begin:at], " -")) + 1
	}
	for begin := m.after(at); begin < len(m.src); begin = m.after(begin) {
		if strings.TrimLeft(m.src[begin:m.lineEnd(begin)], " ") != "" {
			return max(m.indent(begin), 1)
		}
	}
	return 1
}

// blockHeader returns where the signs end that a literal or folded text begins
// with.
func (m *manuscript) blockHeader(at int) int {
	for at < len(m.src) && strings.IndexByte("|>+-0123456789", m.src[at]) >= 0 {
		at++
	}
	return at
}

// tokenEnd returns where a scalar in or without quotes, or a collection in
// brackets, ends.
func (m *manuscript) tokenEnd(n *yaml.Node) (int, bool) {
	at := m.place(n)
	switch {
	case odd(n) || isBlockText(n) || at >= len(m.src):
	case n.Kind == yaml.ScalarNode && n.Style == yaml.DoubleQuotedStyle, n.Kind == yaml.ScalarNode && n.Style == yaml.SingleQuotedStyle:
		return m.quotedEnd(at)
	case n.Kind == yaml.ScalarNode:
		return m.plainEnd(at, n.Value)
	case isFlow(n):
		return m.bracketEnd(n, at)
	}
	return at, false
}

func (m *manuscript) quotedEnd(at int) (int, bool) {
	quote := m.src[at]
	for i := at + 1; i < len(m.src); i++ {
		switch c := m.src[i]; {
		case c == '\\' && quote == '"':
			i++
		case c == quote && quote == '\'' && i+1 < len(m.src) && m.src[i+1] == '\'':
			i++
		case c == quote:
			return i + 1, true
		}
	}
	return at, false
}

// plainEnd finds the end of a scalar without quotes by its value, in which line
// ends and the spaces around them have become something else.
func (m *manuscript) plainEnd(at int, value string) (int, bool) {
	const space = " \t\r\n"
	for i := 0; i < len(value); {
		switch {
		case at == len(m.src):
			return at, false
		case m.src[at] == value[i]:
			at++
			i++
		case strings.IndexByte(space, m.src[at]) >= 0:
			at = len(m.src) - len(strings.TrimLeft(m.src[at:], space))
			i = len(value) - len(strings.TrimLeft(value[i:], space))
		default:
			return at, false
		}
	}
	return at, true
}

// bracketEnd finds the bracket that closes a collection, behind what it holds.
func (m *manuscript) bracketEnd(n *yaml.Node, at int) (int, bool) {
	closing := byte(']')
	if m.src[at] == '{' {
		closing = '}'
	}
	at++
	for _, c := range n.Content {
		if unwritten(c) {
			continue
		}
		end, ok := m.tokenEnd(c)
		if !ok {
			return at, false
		}
		at = end
	}
	for at < len(m.src) {
		switch c := m.src[at]; {
		case c == closing:
			return at + 1, true
		case c == '#':
			at = m.lineEnd(at)
		case strings.IndexByte(" \t\r\n,:", c) >= 0:
			at++
		default:
			return at, false
		}
	}
	return at, false
}
