package corpus

import "strings"

// quickDepth bounds the nesting that quick follows.
const quickDepth = maxDepth + 4

// quick reads the YAML that content files are written in: block mappings and
// sequences, flow collections on one line, scalars on one line, literal and
// folded blocks, comments. It either finds the nodes that the YAML library
// finds, to the line, or gives up; then the library decides. So whatever could
// mean something else, or be wrong, is a reason to give up: anchors, tags,
// documents, complex keys, tabs, odd indentation, plain scalars that go on or
// hold an indicator. FuzzQuickAgreesWithTheLibrary holds it to that.
type quick struct {
	src   string
	pos   int // of the token to be read
	col   int // of that token, in its line; -1 at the end of the file
	line  int32
	depth int
	nodes []node
}

// quickly reads src, in which survey found nothing odd, into nodes.
func quickly(src string, nodes []node) ([]node, bool) {
	q := quick{src: src, line: 1, nodes: nodes}
	q.token()
	if q.col != 0 || !q.mapping() || q.col >= 0 {
		return q.nodes, false
	}
	return q.nodes, true
}

// open begins a mapping or a sequence.
func (q *quick) open(kind nodeKind) (at int, ok bool) {
	q.depth++
	q.nodes = append(q.nodes, node{kind: kind, line: q.line})
	return len(q.nodes) - 1, q.depth <= quickDepth
}

// shut ends what open began.
func (q *quick) shut(at int, count int32) {
	q.depth--
	q.nodes[at].count, q.nodes[at].end = count, int32(len(q.nodes))
}

func (q *quick) scalar(value string, null bool, line int32) {
	q.nodes = append(q.nodes, node{value: value, null: null, line: line, end: int32(len(q.nodes)) + 1})
}

// token goes from the beginning of a line to the next token, over empty lines
// and comments.
func (q *quick) token() {
	for start := q.pos; q.pos < len(q.src); {
		switch q.src[q.pos] {
		case ' ':
			q.pos++
			continue
		case '#':
			end := strings.IndexByte(q.src[q.pos:], '\n')
			if end < 0 {
				q.pos = len(q.src)
				continue
			}
			q.pos += end
		case '\n':
		default:
			q.col = q.pos - start
			return
		}
		q.pos++
		q.line++
		start = q.pos
	}
	q.col = -1
}

// rest goes over the spaces and the comment that end a line, and then to the
// next token.
func (q *quick) rest() bool {
	at := q.pos
	q.spaces()
	if q.peek() == '#' && q.pos == at {
		return false
	}
	if !q.ended() {
		return false
	}
	q.nextLine()
	return true
}

// nextLine goes to the first token below this line.
func (q *quick) nextLine() {
	if end := strings.IndexByte(q.src[q.pos:], '\n'); end >= 0 {
		q.pos += end + 1
		q.line++
	} else {
		q.pos = len(q.src)
	}
	q.token()
}

func (q *quick) spaces() {
	for q.pos < len(q.src) && q.src[q.pos] == ' ' {
		q.pos++
	}
}

// peek returns the byte to be read, or a line end behind the last.
func (q *quick) peek() byte {
	if q.pos < len(q.src) {
		return q.src[q.pos]
	}
	return '\n'
}

// ended reports whether nothing but a comment is left of the line. A comment
// stands behind a space.
func (q *quick) ended() bool { return q.peek() == '\n' || q.peek() == '#' }

// dash reports whether an item of a block sequence begins here.
func (q *quick) dash() bool { return q.peek() == '-' && spaceAt(q.src, q.pos+1) }

// spaceAt reports whether a word ends before i.
func spaceAt(s string, i int) bool { return i >= len(s) || s[i] == ' ' || s[i] == '\n' }

// block reads what stands below its key or dash, further in.
func (q *quick) block() bool {
	if q.dash() {
		return q.sequence(false)
	}
	return q.mapping()
}

// mapping reads a block mapping, whose first key is the token.
func (q *quick) mapping() bool {
	indent := q.col
	at, ok := q.open(mappingNode)
	count := int32(0)
	for ok && q.col == indent {
		ok = q.pair()
		count += 2
	}
	q.shut(at, count)
	return ok && q.col < indent
}

// pair reads a key and its value, which may stand below it.
func (q *quick) pair() bool {
	indent, line := q.col, q.line
	if !q.key() {
		return false
	}
	q.spaces()
	if !q.ended() {
		return q.value(indent)
	}
	q.nextLine()
	switch {
	case q.col > indent:
		return q.block()
	case q.col == indent && q.dash():
		return q.sequence(true)
	}
	q.scalar("", true, line)
	return true
}

// sequence reads a block sequence, whose first dash is the token. One that is
// flush stands no further in than the key that it belongs to.
func (q *quick) sequence(flush bool) bool {
	indent := q.col
	at, ok := q.open(sequenceNode)
	count := int32(0)
	for ok && q.col == indent && q.dash() {
		ok = q.item()
		count++
	}
	q.shut(at, count)
	return ok && (q.col < indent || flush && q.col == indent)
}

// item reads a dash and what belongs to it.
func (q *quick) item() bool {
	indent, line, dash := q.col, q.line, q.pos
	q.pos++
	q.spaces()
	switch {
	case q.peek() == '\n':
		if q.nextLine(); q.col > indent {
			return q.block()
		}
		q.scalar("", true, line)
		return true
	case q.keyLength() > 0:
		q.col += q.pos - dash
		return q.mapping()
	}
	return q.value(indent)
}

// maxKey is shorter than what YAML allows a key that needs no question mark.
const maxKey = 128

// keyLength returns the length of the key that stands here: letters, digits,
// - and _ before a colon. It is 0 where there is none, or another.
func (q *quick) keyLength() int {
	s := q.src[q.pos:]
	n := 0
	for n < len(s) && n < maxKey && chars[s[n]]&inKey != 0 {
		n++
	}
	if n == 0 || n == len(s) || s[n] != ':' || s[0] == '-' || !spaceAt(s, n+1) {
		return 0
	}
	return n
}

// key reads a key and its colon.
func (q *quick) key() bool {
	n := q.keyLength()
	if n == 0 {
		return false
	}
	word := q.src[q.pos : q.pos+n]
	q.scalar(word, isNull(word), q.line)
	q.pos += n + 1
	return true
}

// value reads what stands in the line of its key or dash, whose column is
// indent, and goes to the next token.
func (q *quick) value(indent int) bool {
	switch q.peek() {
	case '"', '\'':
		return q.quoted() && q.rest()
	case '[', '{':
		return q.flow() && q.rest()
	case '|', '>':
		return q.text(indent)
	}
	return q.plain() && q.rest()
}

// plain reads a plain scalar of one line, outside flow collections. Where the
// next line goes on with it, that one stands too far in to be taken.
func (q *quick) plain() bool {
	if !q.beginsPlain() {
		return false
	}
	s := q.src[q.pos:]
	if end := strings.IndexByte(s, '\n'); end >= 0 {
		s = s[:end]
	}
	if comment := strings.Index(s, " #"); comment >= 0 {
		s = s[:comment]
	}
	for at := 0; ; at++ {
		colon := strings.IndexByte(s[at:], ':')
		if colon < 0 {
			break
		}
		if at += colon; spaceAt(s, at+1) {
			return false
		}
	}
	q.pos += len(s)
	q.word(s)
	return true
}

// word adds a plain scalar.
func (q *quick) word(s string) {
	s = strings.TrimRight(s, " ")
	q.scalar(s, isNull(s), q.line)
}

// isNull reports whether a plain scalar counts as not written.
func isNull(s string) bool {
	switch s {
	case "", "~", "null", "Null", "NULL":
		return true
	}
	return false
}

// beginsPlain reports whether a plain scalar, and nothing else, begins here.
func (q *quick) beginsPlain() bool {
	c := q.peek()
	if c == '-' && q.pos+1 < len(q.src) {
		c = q.src[q.pos+1]
		return c >= '0' && c <= '9'
	}
	return chars[c]&beginsPlain != 0
}

// quoted reads a scalar in quotes that ends in its line.
func (q *quick) quoted() bool {
	quote := q.src[q.pos]
	s := q.src[q.pos+1:]
	if end := strings.IndexByte(s, '\n'); end >= 0 {
		s = s[:end]
	}
	end := strings.IndexByte(s, quote)
	if end < 0 {
		return false
	}
	if value := s[:end]; quote == '\'' && strings.HasPrefix(s[end+1:], "'") || quote == '"' && strings.IndexByte(value, '\\') >= 0 {
		return q.escaped(s, quote)
	}
	q.pos += end + 2
	q.scalar(s[:end], false, q.line)
	return true
}

// escaped reads a scalar in quotes, which begins at s, with escapes of quotes,
// backslashes and line ends and no others.
func (q *quick) escaped(s string, quote byte) bool {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == quote && (quote == '"' || i+1 == len(s) || s[i+1] != '\''):
			q.pos += i + 2
			q.scalar(string(b), false, q.line)
			return true
		case c == quote:
			i++
		case c == '\\' && quote == '"':
			if i++; i == len(s) {
				return false
			}
			switch c = s[i]; c {
			case '"', '\\':
			case 'n':
				c = '\n'
			default:
				return false
			}
		}
		b = append(b, c)
	}
	return false
}

// flow reads a flow collection, which ends in its line.
func (q *quick) flow() bool {
	kind, closing := sequenceNode, byte(']')
	if q.src[q.pos] == '{' {
		kind, closing = mappingNode, '}'
	}
	at, ok := q.open(kind)
	count := int32(0)
	q.pos++
	q.spaces()
	for ok && (count > 0 || q.peek() != closing) {
		if kind == mappingNode {
			if !q.key() {
				return false
			}
			q.spaces()
			count++
		}
		ok = q.flowValue()
		count++
		q.spaces()
		if q.peek() != ',' {
			break
		}
		q.pos++
		q.spaces()
	}
	ok = ok && q.peek() == closing
	q.pos++
	q.shut(at, count)
	return ok
}

func (q *quick) flowValue() bool {
	switch q.peek() {
	case '"', '\'':
		return q.quoted()
	case '[', '{':
		return q.flow()
	}
	if !q.beginsPlain() {
		return false
	}
	s := q.src[q.pos:]
	n := 1
	for ; n < len(s) && chars[s[n]]&endsFlow == 0; n++ {
		if c := s[n]; c == ':' && spaceAt(s, n+1) || c == '#' && s[n-1] == ' ' {
			return false
		}
	}
	if n == len(s) || s[n] != ',' && s[n] != ']' && s[n] != '}' || s[n-1] == ':' {
		return false
	}
	q.pos += n
	q.word(s[:n])
	return true
}

// text reads a literal or folded block, whose lines stand further in than
// indent. It gives up where lines are further in than the first in a folded
// one, and where a line is of spaces alone.
func (q *quick) text(indent int) bool {
	folded, line := q.src[q.pos] == '>', q.line
	q.pos++
	strip := q.peek() == '-'
	if strip {
		q.pos++
	}
	q.spaces()
	if q.pos >= len(q.src) || q.src[q.pos] != '\n' {
		return false
	}
	q.pos++
	q.line++
	width := len(q.src[q.pos:]) - len(strings.TrimLeft(q.src[q.pos:], " "))
	if width <= indent {
		return false
	}
	var b strings.Builder
	ended, ok := q.lines(&b, width, folded)
	if ended && !strip {
		b.WriteByte('\n')
	}
	q.scalar(b.String(), false, line)
	q.token()
	return ok
}

// lines reads the lines of a block that stand at width, and reports whether the
// last had a line end.
func (q *quick) lines(b *strings.Builder, width int, folded bool) (ended, ok bool) {
	for empty := 0; q.pos < len(q.src); q.line++ {
		s, _, found := strings.Cut(q.src[q.pos:], "\n")
		words := strings.TrimLeft(s, " ")
		switch in := len(s) - len(words); {
		case s == "":
			empty++
			q.pos++
			continue
		case words == "" || folded && in > width:
			return ended, false
		case in < width:
			return ended, b.Len() > 0
		}
		breaks := empty
		if !folded && b.Len() > 0 {
			breaks++
		}
		if folded && b.Len() > 0 && empty == 0 {
			b.WriteByte(' ')
		}
		for range breaks {
			b.WriteByte('\n')
		}
		b.WriteString(s[width:])
		q.pos += len(s)
		if ended, empty = found, 0; found {
			q.pos++
		}
	}
	return ended, b.Len() > 0
}

// Quick reports whether a content file is written so that it can be read the
// quick way, as all that programs write should be, and nearly all that people
// do. Either way it means the same.
func Quick(src []byte) bool {
	src = trimBOM(src)
	if front, _, ok := split(src); ok {
		src = front
	}
	var d decoder
	return d.skim(string(src))
}
