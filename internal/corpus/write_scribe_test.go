package corpus

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// scribe writes a value as one or another person might: in any style, with
// comments and empty lines.
type scribe struct {
	*rand.Rand
	b        strings.Builder
	comments int
}

func (s *scribe) odds(n int) bool { return s.IntN(n) == 0 }

func (s *scribe) spaces(n int) { s.b.WriteString(strings.Repeat(" ", n)) }

func (s *scribe) comment() string {
	s.comments++
	return fmt.Sprintf("# comment %d", s.comments)
}

// above may write comments and empty lines above a line.
func (s *scribe) above(col int) {
	for s.odds(8) {
		if s.odds(3) {
			s.b.WriteString("\n")
			continue
		}
		s.spaces(col)
		s.b.WriteString(s.comment() + "\n")
	}
}

// end may write a comment behind a line, and ends it.
func (s *scribe) end() {
	if s.odds(8) {
		s.b.WriteString("  " + s.comment())
	}
	s.b.WriteString("\n")
}

// group writes fields in lines at col, of which the first may stand behind a
// dash.
func (s *scribe) group(v reflect.Value, fields *fieldSet, col int, dashed bool) {
	order := s.Perm(len(fields.list))
	if s.odds(2) {
		for i := range order {
			order[i] = i
		}
	}
	for _, i := range order {
		f := &fields.list[i]
		if !present(v.Field(f.index), f, s.odds(2)) {
			continue
		}
		if !dashed {
			s.above(col)
			s.spaces(col)
		}
		dashed = false
		s.b.WriteString([]string{f.name, f.name, `"` + f.name + `"`}[s.IntN(3)] + ":")
		s.value(v.Field(f.index), f.shape, col, true)
	}
}

// value writes what stands behind a key or dash at col, and ends its line.
func (s *scribe) value(v reflect.Value, sh *shape, col int, key bool) {
	in := col + 1 + s.IntN(4)
	if inner, val := stated(sh, v); inner != nil {
		v, sh = val, inner
	} else {
		s.b.WriteString(" none")
		s.end()
		return
	}
	text, isText := single(v, sh)
	switch {
	case isText:
		s.text(text, in)
	case sh.kind == groupShape && !v.IsZero() && s.odds(2), sh.kind == textShape && s.odds(2):
		s.block(in, key, func(col int, dashed bool) { s.group(v, sh.fields, col, dashed) })
	case sh.kind == listShape && v.Len() > 0 && s.odds(2):
		if key && s.odds(2) {
			in = col
		}
		s.end()
		for i := range v.Len() {
			s.above(in)
			s.spaces(in)
			s.b.WriteString("-")
			s.value(v.Index(i), sh.elem, in, false)
		}
	default:
		s.b.WriteString(" " + s.flow(v, sh))
		s.end()
	}
}

// block writes a group below its key, or behind or below its dash.
func (s *scribe) block(in int, key bool, write func(col int, dashed bool)) {
	if key || s.odds(4) {
		s.end()
		write(in, false)
		return
	}
	gap := 1 + s.IntN(3)
	s.spaces(gap)
	last := s.b.String()
	write(len(last)-strings.LastIndexByte(last, '\n')-1, true)
}

func (s *scribe) text(text string, in int) {
	if literal(text) && s.odds(2) || text != "" && barely(text, false) && s.odds(6) {
		s.b.WriteString([]string{" |", " |-", " |+"}[s.IntN(3)])
		s.end()
		s.b.WriteString(indented(text, in))
		return
	}
	if text != "" && !strings.Contains(text, "\n") && barely(text, false) && s.odds(8) {
		s.b.WriteString(" >-")
		s.end()
		s.b.WriteString(indented(strings.ReplaceAll(text, " ", "\n"), in))
		return
	}
	if barely(text, false) && strings.Contains(text, "a ") && s.odds(3) {
		s.b.WriteString(" " + strings.Replace(text, "a ", "a\n"+strings.Repeat(" ", in), 1))
	} else {
		s.b.WriteString(" " + s.quoted(text, false))
	}
	s.end()
}

func (s *scribe) quoted(text string, flow bool) string {
	switch plain := scalar(text, flow); {
	case plain[0] == '"' || s.odds(2):
		return plain
	case s.odds(2):
		return `"` + strings.ReplaceAll(strings.ReplaceAll(text, `\`, `\\`), `"`, `\"`) + `"`
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

func (s *scribe) flow(v reflect.Value, sh *shape) string {
	sh, v = stated(sh, v)
	if sh == nil {
		return "none"
	}
	if text, ok := single(v, sh); ok {
		return s.quoted(text, true)
	}
	var parts []string
	gap := strings.Repeat(" ", s.IntN(2))
	if s.odds(9) {
		gap = "\n" + strings.Repeat(" ", 20)
	}
	switch sh.kind {
	case textShape, groupShape:
		for _, f := range sh.fields.list {
			if present(v.Field(f.index), &f, false) {
				parts = append(parts, f.name+": "+s.flow(v.Field(f.index), f.shape))
			}
		}
		return "{" + gap + strings.Join(parts, ","+gap) + gap + "}"
	case listShape, scopeShape:
		for i := range v.Len() {
			parts = append(parts, s.flow(v.Index(i), sh.elem))
		}
		return "[" + gap + strings.Join(parts, ","+gap) + gap + "]"
	}
	return flowText(v, sh)
}

// scribbled returns a file that holds a value, as some person wrote it.
func scribbled(r *rand.Rand, at File, value any) []byte {
	s := &scribe{Rand: r}
	v := reflect.ValueOf(value).Elem()
	s.group(v, fieldsOf(v.Type()), 0, false)
	s.above(0)
	text := s.b.String()
	if strings.HasSuffix(at.Path, ".md") {
		text = "---\n" + text + "---\n" + bodyOf(v)
	}
	return []byte(text)
}

// TestWhateverWayAFileIsWrittenTheRestStays changes files in many hands, and
// looks for the comments of fields that did not change.
func TestWhateverWayAFileIsWrittenTheRestStays(t *testing.T) {
	list := contentOf(t, "../../content", func(at File) bool { return strings.HasPrefix(at.Path, "agencies/") })
	r := rand.New(rand.NewPCG(5, 6))
	for range scribbles {
		w := list[r.IntN(len(list))]
		value, _ := w.at.Decode(w.src)
		s := &shape{kind: groupShape, fields: fieldsOf(reflect.TypeOf(value).Elem())}
		for range r.IntN(20) {
			varied(r, reflect.ValueOf(value).Elem(), s)
		}
		tidy, _ := Format(w.at, value)
		value, _ = w.at.Decode(tidy) // what can be read of it
		src := scribbled(r, w.at, value)
		if r.IntN(3) == 0 {
			src = bytes.ReplaceAll(src, []byte("\n"), []byte("\r\n"))
		}
		if _, err := open(w.at, src); err != nil {
			t.Fatalf("the scribe errs: %v\n%s", err, src)
		}
		was, _ := w.at.Decode(src)
		old, _ := w.at.Decode(src)
		now := reflect.ValueOf(was).Elem()
		for range 1 + r.IntN(3) {
			varied(r, now, s)
		}
		checkWritten(t, w.at, src, was, byPiece)
		out, _ := Write(w.at, src, was)
		for _, f := range s.fields.list {
			if !sameValue(reflect.ValueOf(old).Elem().Field(f.index), now.Field(f.index)) {
				continue
			}
			if from, to := fieldLinesOf(t, src, f.name); to > from {
				lines := bytes.Join(slicesOf(src)[from:to], nil)
				if !bytes.Contains(out, bytes.TrimRight(lines, "\r\n")) {
					t.Fatalf("%s was changed in\n%s\n-- to\n%s", f.name, src, out)
				}
			}
		}
	}
}

// scribbles is how many files are written and changed.
const scribbles = 300

func slicesOf(src []byte) [][]byte { return bytes.SplitAfter(src, []byte("\n")) }
