package corpus

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// fieldNames returns the fields of a file, in order.
func fieldNames(at File) []field {
	for _, t := range types {
		if t.kind == at.Kind {
			return fieldsOf(t.typ).list
		}
	}
	return nil
}

// decoded returns what a file without faults holds.
func decoded(t *testing.T, at File, src []byte) any {
	t.Helper()
	value, problems := at.Decode(src)
	if len(problems.Of(fault.Wrong)) > 0 {
		t.Fatalf("%s: %v", at.Path, problems)
	}
	return value
}

// mustHold writes a value and checks that reading gives it back, by a careful
// change of pieces, and that writing it once more changes nothing.
func mustHold(t *testing.T, at File, src []byte, value any) []byte {
	t.Helper()
	out, how, err := rewrite(at, src, value)
	if err != nil {
		t.Fatalf("%s: %v", at.Path, err)
	}
	if how > byPiece {
		t.Errorf("%s: written the coarse way %d\n%s", at.Path, how, cmp.Diff(string(src), string(out)))
	}
	got, _ := at.Decode(out)
	if w, _ := wanted(at, value); !alike(reflect.ValueOf(got).Elem(), w.value) || !sameWords(bodyOf(reflect.ValueOf(got).Elem()), w.body) {
		t.Fatalf("%s: read as something else:\n%s\n%s", at.Path, cmp.Diff(value, got), out)
	}
	again, err := Write(at, out, value)
	if err != nil || !bytes.Equal(again, out) {
		t.Fatalf("%s: writing once more gives %v\n%s", at.Path, err, cmp.Diff(string(out), string(again)))
	}
	return out
}

// hunk returns which lines of a differ from b, from and to, and which stand
// there instead.
func hunk(a, b []byte) (from, to int, now []string) {
	was, is := slices.Collect(strings.Lines(string(a))), slices.Collect(strings.Lines(string(b)))
	top, bottom := ends(len(was), len(is), func(i, j int) bool { return was[i] == is[j] })
	return top, len(was) - bottom, is[top : len(is)-bottom]
}

// fieldLinesOf returns the lines of a field of the front matter or YAML, from
// and to; where there is none, to is not above from.
func fieldLinesOf(t *testing.T, src []byte, name string) (from, to int) {
	t.Helper()
	lines := slices.Collect(strings.Lines(string(src)))
	from = slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, name+":") })
	if from < 0 {
		return 0, 0
	}
	for to = from + 1; to < len(lines) && strings.HasPrefix(lines[to], " "); to++ {
	}
	return from, to
}

// flavours are ways in which an editor may have saved a file.
var flavours = []struct {
	name string
	of   func([]byte) []byte
}{
	{"as it is", func(b []byte) []byte { return b }},
	{"with Windows line ends and a byte order mark", func(b []byte) []byte {
		return append([]byte("\xef\xbb\xbf"), bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))...)
	}},
	{"without a line end at the end", func(b []byte) []byte { return bytes.TrimRight(b, "\n") }},
}

func TestTheSameValueIsTheSameBytes(t *testing.T) {
	for _, w := range contentOf(t, "../../content", everyFile) {
		for _, f := range flavours {
			src := f.of(w.src)
			value, _ := w.at.Decode(src)
			out, err := Write(w.at, src, value)
			if err != nil || !bytes.Equal(out, src) {
				t.Errorf("%s %s: %v\n%s", w.at.Path, f.name, err, cmp.Diff(string(src), string(out)))
			}
		}
	}
}

func TestANewFileHoldsTheValueAndIsReadTheQuickWay(t *testing.T) {
	for _, w := range contentOf(t, "../../content", everyFile) {
		value := decoded(t, w.at, w.src)
		for _, src := range []string{"", "\n", "\xef\xbb\xbf \r\n"} {
			out, err := Write(w.at, []byte(src), value)
			if err != nil {
				t.Fatal(err)
			}
			if formatted, err := Format(w.at, value); err != nil || !bytes.Equal(formatted, out) {
				t.Errorf("%s: Format gives something else: %v", w.at.Path, err)
			}
			mustHold(t, w.at, out, value)
			if !Quick(out) {
				t.Errorf("%s: not read the quick way:\n%s", w.at.Path, out)
			}
		}
	}
}

// TestOneFieldIsOneHunk takes away, fills in and changes each field of the
// sample files.
func TestOneFieldIsOneHunk(t *testing.T) {
	list := contentOf(t, "../../content", func(at File) bool { return strings.HasPrefix(at.Path, "agencies/") })
	donors := map[Kind][]reflect.Value{}
	for _, w := range list {
		donors[w.at.Kind] = append(donors[w.at.Kind], reflect.ValueOf(decoded(t, w.at, w.src)).Elem())
	}
	for every, flavour := range flavours {
		t.Run(flavour.name, func(t *testing.T) {
			for n, w := range list {
				if skip := 4 + 8*every; n%skip > 0 && (every > 0 || w.at.Kind != ManualFile) {
					continue // every manual as it is; of the rest, enough
				}
				src := flavour.of(w.src)
				for _, f := range fieldNames(w.at) {
					given := donors[w.at.Kind]
					for k, other := range []reflect.Value{reflect.New(given[0].Type()).Elem(), given[(n+1)%len(given)]} {
						if f.rules.required && k == 0 {
							continue
						}
						value := decoded(t, w.at, src)
						now := reflect.ValueOf(value).Elem().Field(f.index)
						if sameValue(now, other.Field(f.index)) {
							continue
						}
						now.Set(other.Field(f.index))
						out := mustHold(t, w.at, src, value)
						checkHunk(t, w.at, src, out, f.name)
					}
				}
			}
		})
	}
}

// checkHunk checks that lines of one field alone differ.
func checkHunk(t *testing.T, at File, src, out []byte, name string) {
	t.Helper()
	from, to, now := hunk(src, out)
	first, behind := fieldLinesOf(t, src, name)
	switch {
	case behind == 0 && to-from > 0 && broken(string(src)):
		t.Errorf("%s: adding %s changed lines %d-%d", at.Path, name, from+1, to)
	case behind > 0 && (from < first || to > behind) && broken(string(src)):
		t.Errorf("%s: changing %s (lines %d-%d) changed lines %d-%d to\n%s", at.Path, name, first+1, behind, from+1, to, strings.Join(now, ""))
	}
	if bytes.Contains(src, []byte("\r\n")) && strings.Contains(strings.ReplaceAll(string(out), "\r\n", ""), "\n") {
		t.Errorf("%s: changing %s mixed line ends", at.Path, name)
	}
	if bytes.HasSuffix(src, []byte("\n")) != bytes.HasSuffix(out, []byte("\n")) {
		t.Errorf("%s: changing %s changed how the file ends", at.Path, name)
	}
}

// varied changes something in a value at random.
func varied(r *rand.Rand, v reflect.Value, s *shape) {
	switch s.kind {
	case statedShape:
		if r.IntN(6) == 0 {
			v.Set(reflect.Zero(v.Type()))
			v.Field(0).SetString([]string{"", "none"}[r.IntN(2)])
			return
		}
		v.Field(0).SetString(string(catalog.Given))
		varied(r, v.Field(1), s.elem)
	case groupShape, textShape:
		f := s.fields.list[r.IntN(len(s.fields.list))]
		varied(r, v.Field(f.index), f.shape)
	case listShape, scopeShape:
		variedList(r, v, s.elem)
	case stringShape:
		v.SetString(words[r.IntN(len(words))])
	case wordShape:
		v.SetString(s.words[r.IntN(len(s.words))])
	case idShape:
		v.SetString([]string{"ab", "dlt-abc234", "12", "1e5", "no", "true"}[r.IntN(6)])
	case numberShape:
		n := []int{0, 1, 5, 2560, 50}[r.IntN(5)]
		if v.CanInt() {
			v.SetInt(int64(n))
		} else {
			v.SetFloat(float64(n) / 8)
		}
	case boolShape:
		v.SetBool(!v.Bool())
	case writtenShape:
		if v.CanInt() {
			v.SetInt(int64(r.IntN(1440)))
		} else {
			v.Field(0).SetInt(2026)
			v.Field(1).SetInt(int64(1 + r.IntN(12)))
			v.Field(2).SetInt(int64(1 + r.IntN(28)))
		}
	}
}

func variedList(r *rand.Rand, v reflect.Value, elem *shape) {
	n := v.Len()
	list := reflect.MakeSlice(v.Type(), 0, n+1)
	list = reflect.AppendSlice(list, v)
	switch i := r.IntN(n + 1); {
	case n == 0 || i == n || r.IntN(4) == 0:
		list = reflect.Append(list, reflect.New(v.Type().Elem()).Elem())
		for at := n; at > i; at-- {
			list.Index(at).Set(list.Index(at - 1))
		}
		list.Index(i).SetZero()
		for range 4 {
			varied(r, list.Index(i), elem)
		}
	case r.IntN(3) == 0:
		list = reflect.AppendSlice(list.Slice(0, i), list.Slice(i+1, n))
	case r.IntN(2) == 0:
		j := r.IntN(n)
		moved := reflect.New(v.Type().Elem()).Elem()
		moved.Set(list.Index(i))
		list.Index(i).Set(list.Index(j))
		list.Index(j).Set(moved)
	default:
		one := reflect.New(v.Type().Elem()).Elem()
		one.Set(list.Index(i))
		varied(r, one, elem)
		list.Index(i).Set(one)
	}
	v.Set(list)
}

// words are texts that YAML could take for something else.
var words = []string{
	"", "คำ", "word", "a: b", "a #b", "#a", "- a", "-", "-5", "1584", "02 000 8888", "08:30", "2026-11-01", "~", "null", "none", "yes", "true", "0x1F", "1e3", ".5",
	"it's", `say "x"`, `back\slash`, "[a]", "{a: b}", "a, b", "a]", "a?", "? a", "&a", "*a", "!a", "%a", "@a", "`a", "|", ">", "=", "<<", "...", "---", "a:", ":a", "http://x.example/a:b#c",
	"สอง\nบรรทัด", "a\n\nb", "a\n  b\nc", "a\n\tb", "a\n   \nb", "a \nb", "# a\n# b", "a: b\n- c\n---\n...", "a\u2028b", "a\ufeffb", "\ufeffa", "emoji 😀", "a\u00a0b", "  outer  ", "a\r\nb", "e\u0301", "a\x00b", "\xff", strings.Repeat("ยาว ", 60),
}

func TestAnyChangesAreReadAsTheyWereMeant(t *testing.T) {
	list := contentOf(t, "../../content", everyFile)
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		w := list[r.IntN(len(list))]
		src := flavours[r.IntN(len(flavours))].of(w.src)
		value := decoded(t, w.at, src)
		s := &shape{kind: groupShape, fields: fieldsOf(reflect.TypeOf(value).Elem())}
		for range 1 + r.IntN(5) {
			varied(r, reflect.ValueOf(value).Elem(), s)
		}
		checkWritten(t, w.at, src, value, byPiece)
	}
}

// checkWritten checks what Write promises of any value, and that it took no
// coarser way than worst.
func checkWritten(t *testing.T, at File, src []byte, value any, worst way) {
	t.Helper()
	out, how, err := rewrite(at, src, value)
	if err != nil {
		t.Fatalf("%s: %v\n%s", at.Path, err, src)
	}
	if how > worst {
		t.Errorf("%s: written the coarse way %d\n%s", at.Path, how, cmp.Diff(string(src), string(out)))
	}
	w, _ := wanted(at, value)
	_, before := at.Decode(src)
	if !says(at, out, w, len(before.Of(fault.Wrong))) {
		t.Fatalf("%s: read as something else:\n%s\n-- out\n%s", at.Path, src, out)
	}
	if _, own := at.Decode(format(at, w)); len(own.Of(fault.Wrong)) > 0 {
		out, _ = Write(at, out, value) // what can not be read is written in the house's style at the second time
	}
	again, err := Write(at, out, value)
	if err != nil || !bytes.Equal(again, out) {
		t.Fatalf("%s: writing once more gives %v\n%s\n-- out\n%s", at.Path, err, cmp.Diff(string(out), string(again)), out)
	}
}

func TestWhatCanNotBeReadIsNotOverwritten(t *testing.T) {
	manual, point := File{Path: "agencies/a/manuals/a-1/manual.md", Kind: ManualFile}, File{Path: "agencies/a/points/p.yaml", Kind: PointFile}
	for _, tc := range []struct {
		name string
		at   File
		src  string
	}{
		{"YAML that does not parse", point, "code: [\n"},
		{"front matter that does not parse", manual, "---\ntitle: \"a\n---\nbody\n"},
		{"no front matter", manual, "# A title\n"},
		{"front matter without an end", manual, "---\nid: a-1\n"},
		{"a list instead of a group", point, "- a\n"},
		{"two documents", point, "code: a\n---\ncode: b\n"},
		{"not UTF-8", point, "code: a\nname: \xff\n"},
		{"a file beyond the limit", point, "code: a\n# " + strings.Repeat("x", MaxFile)},
		{"an anchor that another field needs", point, "code: a\nname: &n {th: ก}\ndirections: *n\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var value any = &catalog.Manual{ID: "a-1", Title: catalog.Text{TH: "ข"}}
			if tc.at.Kind == PointFile {
				value = &catalog.Point{Code: "a", Name: catalog.Text{TH: "ข"}}
			}
			out, err := Write(tc.at, []byte(tc.src), value)
			if !errors.Is(err, fault.Invalid) || out != nil {
				t.Errorf("got %q, %v", out, err)
			}
		})
	}
}

func TestWhatIsWrongStaysUntilItsFieldGetsAValue(t *testing.T) {
	at := File{Path: "agencies/a/points/p.yaml", Kind: PointFile}
	const head = "code: a\nname: ก\naddress: {line: ข}\n"
	for _, tc := range []struct {
		name, src, want string
		change          func(p *catalog.Point)
	}{
		{"anchors and merge keys of other fields", "contact: &c {fax: x}\n<<: *c\n", "contact: &c {fax: x}\nsort: 5\n<<: *c\n", func(p *catalog.Point) { p.Sort = 5 }},
		{"an anchor of the field itself", "contact: &c {fax: x} # why\nsort: 5\n", "contact:\n  fax: \"y\"\nsort: 5\n", func(p *catalog.Point) { p.Contact.Fax = "y" }},
		{"an unknown field", "colour: red\n", "sort: 5\ncolour: red\n", func(p *catalog.Point) { p.Sort = 5 }},
		{"a value that does not fit", "sort: first # so\nqueue_url: x\n", "sort: 5 # so\nqueue_url: x\n", func(p *catalog.Point) { p.Sort = 5 }},
		{"a field that stands twice", "sort: 1\nstatus: hidden\nsort: 2\n", "sort: 5\nstatus: hidden\n", func(p *catalog.Point) { p.Sort = 5 }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			value, _ := at.Decode([]byte(head + tc.src))
			tc.change(value.(*catalog.Point))
			got, err := Write(at, []byte(head+tc.src), value)
			if err != nil || string(got) != head+tc.want {
				t.Errorf("%v\n%s", err, cmp.Diff(head+tc.want, string(got)))
			}
		})
	}
}

func TestOnlyTheKindOfTheFileIsWritten(t *testing.T) {
	at := File{Path: "agencies/a/points/p.yaml", Kind: PointFile}
	for _, value := range []any{&catalog.Manual{}, catalog.Point{}, (*catalog.Point)(nil), nil} {
		if out, err := Write(at, nil, value); err == nil {
			t.Errorf("%T: got %q", value, out)
		}
	}
	huge := &catalog.Manual{Body: catalog.Body{Markdown: strings.Repeat("x", MaxFile)}}
	if _, err := Write(File{Path: "agencies/a/manuals/a-1/manual.md", Kind: ManualFile}, nil, huge); !errors.Is(err, fault.Invalid) {
		t.Errorf("too much: got %v", err)
	}
}
