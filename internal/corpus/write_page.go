package corpus

import (
	"bytes"
	"path"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"khumue/internal/fault"
)

// manuscript is a content file that is to be changed: its YAML as text and as
// nodes, and what stands around it.
type manuscript struct {
	head, src, fence, body string // in this order
	ending                 string // of its lines
	begins                 []int  // of the lines of src
	root                   *yaml.Node
	coarse                 bool // values are changed as a whole
	edits                  []edit
}

// edit puts a text into the place of another.
type edit struct {
	from, to int
	text     string
}

// open takes a content file apart. One that can not be read is an error of kind
// Invalid.
func open(at File, src []byte) (*manuscript, error) {
	if len(src) > MaxFile {
		_, err := fits(at, src)
		return nil, err
	}
	m := &manuscript{ending: "\n"}
	if nl := bytes.IndexByte(src, '\n'); nl > 0 && src[nl-1] == '\r' {
		m.ending = "\r\n"
	}
	d := decoder{file: at.Path}
	m.src = string(trimBOM(src))
	m.head = string(src[:len(src)-len(m.src)])
	if path.Ext(at.Path) == ".md" && !m.unbind(src, &d) {
		d.wrong(1, fault.Text{TH: "ไม่พบส่วนหัวของไฟล์", EN: "the front matter is missing"}, fault.Text{})
	} else if !m.empty() {
		m.root = d.document([]byte(m.src))
	}
	for _, p := range d.problems {
		return nil, unwritable(at, p.What, p.Line)
	}
	m.begins = beginnings(m.src)
	return m, nil
}

// unbind parts the front matter from what stands around it.
func (m *manuscript) unbind(src []byte, d *decoder) bool {
	front, body, ok := split(src)
	if !ok {
		return false
	}
	d.offset = 1
	all := string(src)
	from := strings.IndexByte(all, '\n') + 1
	m.head, m.src, m.fence, m.body = all[:from], string(front), all[from+len(front):len(all)-len(body.Markdown)], body.Markdown
	return true
}

// empty reports whether there is nothing in the YAML but comments.
func (m *manuscript) empty() bool {
	for line := range strings.Lines(m.src) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			return false
		}
	}
	return true
}

// bound puts a file together again, with the YAML and the body that it is to
// have.
func (m *manuscript) bound(yaml, body string) []byte {
	if m.fence == "" {
		return []byte(m.head + yaml)
	}
	fence := m.fence
	if body != "" && !strings.HasSuffix(fence, "\n") {
		fence += m.ending
	}
	return []byte(m.head + yaml + fence + m.words(body))
}

// words is a body as it is to stand in the file: lines that say the same as
// before at its beginning and end stay, whatever ends them.
func (m *manuscript) words(body string) string {
	if sameWords(m.body, body) {
		return m.body
	}
	was, now := slices.Collect(strings.Lines(m.body)), slices.Collect(strings.Lines(strings.ReplaceAll(body, "\r\n", "\n")))
	top, bottom := ends(len(was), len(now), func(i, j int) bool { return strings.ReplaceAll(was[i], "\r\n", "\n") == now[j] })
	var b strings.Builder
	for i, line := range now {
		switch {
		case i < top:
			line = was[i]
		case i >= len(now)-bottom:
			line = was[len(was)-len(now)+i]
		default:
			line = strings.ReplaceAll(line, "\n", m.ending)
		}
		b.WriteString(line)
	}
	return b.String()
}

// ends returns how many things two rows of n and m have in common at their
// beginnings and, beyond that, at their ends.
func ends(n, m int, alike func(i, j int) bool) (top, bottom int) {
	for top < min(n, m) && alike(top, top) {
		top++
	}
	for bottom < min(n, m)-top && alike(n-1-bottom, m-1-bottom) {
		bottom++
	}
	return top, bottom
}

// changed returns the YAML with what differs between two values changed.
func (m *manuscript) changed(old, now reflect.Value, how way) (string, bool) {
	m.edits, m.coarse = m.edits[:0], how == byField
	fields := fieldsOf(now.Type())
	if how == whole || m.root == nil {
		return m.anewBelowComments(now, fields), true
	}
	var ok bool
	if m.root.Style&yaml.FlowStyle != 0 {
		ok = m.flowValue(m.root, old, now, &shape{kind: groupShape, fields: fields})
	} else {
		ok = m.group(m.root, old, now, fields, len(m.src), false)
	}
	if !ok {
		return "", false
	}
	out, ok := m.apply(0, len(m.src), m.edits)
	if !broken(m.src) && strings.HasSuffix(out, "\n") {
		out = strings.TrimSuffix(out, m.ending)
	}
	return out, ok
}

// anewBelowComments keeps the comments that begin the YAML, all of them where
// there is nothing else, and writes the fields below.
func (m *manuscript) anewBelowComments(now reflect.Value, fields *fieldSet) string {
	end := 0
	for end < len(m.src) && (m.root == nil || m.kindOf(end) != content) {
		end = m.after(end)
	}
	var b strings.Builder
	if b.WriteString(m.src[:end]); end > 0 && !broken(m.src[:end]) {
		b.WriteString(m.ending)
	}
	var lines strings.Builder
	fieldLines(&lines, now, fields, 0, false)
	b.WriteString(m.ended(lines.String()))
	return b.String()
}

// ended gives a text the line ends of the file.
func (m *manuscript) ended(text string) string {
	if m.ending == "\n" {
		return text
	}
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", m.ending)
}

// put replaces what stands between two places.
func (m *manuscript) put(from, to int, text string) {
	m.edits = append(m.edits, edit{from, to, text})
}

// lines replaces whole lines by others, or inserts them.
func (m *manuscript) lines(from, to int, text string) {
	if from == len(m.src) && !broken(m.src) && text != "" {
		text = "\n" + strings.TrimSuffix(text, "\n")
	}
	m.put(from, to, text)
}

// broken reports whether a text ends with a line end.
func broken(s string) bool { return s == "" || strings.HasSuffix(s, "\n") }

// apply makes the edits in a part of the YAML; false when they run into each
// other.
func (m *manuscript) apply(from, to int, edits []edit) (string, bool) {
	slices.SortStableFunc(edits, func(a, b edit) int {
		if a.from != b.from {
			return a.from - b.from
		}
		return min(a.to-a.from, 1) - min(b.to-b.from, 1) // what is inserted stands before what is replaced
	})
	var b strings.Builder
	at := from
	for _, e := range edits {
		if e.from < at || e.to > to {
			return "", false
		}
		b.WriteString(m.src[at:e.from])
		b.WriteString(m.ended(e.text))
		at = e.to
	}
	b.WriteString(m.src[at:to])
	return b.String(), true
}
