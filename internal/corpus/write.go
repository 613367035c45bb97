package corpus

import (
	"bytes"
	"fmt"
	"path"
	"reflect"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// Write returns the bytes of a content file that held src and is to hold value,
// a pointer to the catalog's struct of its kind. Where src is blank the file is
// new and written as Format does.
//
// Reading the result gives the value, its texts in NFC and without space around
// them, with the problems that the value itself has and no others. What means
// the same stays byte for byte: comments, order, quotes, empty lines, line ends,
// the byte order mark. What is changed is written as the rest of content/ is; a
// new field goes behind the one that comes before it in the order of its struct,
// or takes the place of its commented line. Rows of a list are told apart by
// all they say, then by name or text, then by position; one that only moves
// takes its comments along.
//
// To a field or row belong the comments directly above it, without an empty
// line between, and those below that stand further in than it does; they go
// when it is removed. Comments within a value that is written anew are lost: a
// value that becomes another kind of thing, and a list or group in brackets
// over several lines to which something is added. A line that reading refuses
// stays until its field gets a value. Line ends of the body are the file's.
//
// A file that can not be read, or that would exceed MaxFile, is an error of kind
// Invalid; nothing is guessed.
func Write(at File, src []byte, value any) ([]byte, error) {
	out, _, err := rewrite(at, src, value)
	return out, err
}

// Format returns the bytes of a new content file that holds value, a pointer to
// the catalog's struct of its kind: the line that names its schema, then what is
// filled in, in the order of the struct.
func Format(at File, value any) ([]byte, error) {
	want, err := wanted(at, value)
	if err != nil {
		return nil, err
	}
	return format(at, want), nil
}

// want is what a file is to hold.
type want struct {
	value reflect.Value // a struct of the catalog, normal
	body  string
}

// wanted takes a value apart, or fails when it is not of the file's kind.
func wanted(at File, value any) (want, error) {
	v := reflect.ValueOf(value)
	for _, t := range types {
		if t.kind == at.Kind && v.Kind() == reflect.Pointer && v.Type().Elem() == t.typ && !v.IsNil() {
			w := want{reflect.New(t.typ).Elem(), bodyOf(v.Elem())}
			normalFields(w.value, v.Elem(), fieldsOf(t.typ))
			return w, nil
		}
	}
	return want{}, fmt.Errorf("corpus: a %T can not stand in %s", value, at.Path)
}

// bodyOf returns the Markdown of a struct of the catalog, "" when it has none.
func bodyOf(v reflect.Value) string {
	if f := v.FieldByName("Body"); f.IsValid() {
		return f.Interface().(catalog.Body).Markdown
	}
	return ""
}

func format(at File, w want) []byte {
	var b strings.Builder
	markdown := path.Ext(at.Path) == ".md"
	if markdown {
		b.WriteString("---\n")
	}
	b.WriteString(schemaLine(at.Kind, at.Path))
	fieldLines(&b, w.value, fieldsOf(w.value.Type()), 0, false)
	if markdown {
		b.WriteString("---\n")
		b.WriteString(strings.ReplaceAll(w.body, "\r\n", "\n"))
	}
	return []byte(b.String())
}

// way is how much of a file is written anew.
type way int

const (
	asItStood way = iota // nothing
	byPiece              // what changed, and no more
	byField              // the fields that changed
	whole                // all fields
)

// rewrite does what Write does, and tells how. It reads what it wrote: where a
// careful change does not give what it has to, a coarser one does.
func rewrite(at File, src []byte, value any) ([]byte, way, error) {
	w, err := wanted(at, value)
	if err != nil {
		return nil, asItStood, err
	}
	if len(bytes.TrimSpace(trimBOM(src))) == 0 {
		out, err := fits(at, format(at, w))
		return out, whole, err
	}
	m, err := open(at, src)
	if err != nil {
		return nil, asItStood, err
	}
	was, problems := at.Decode(src)
	old := reflect.ValueOf(was).Elem()
	if alike(old, w.value) && sameWords(m.body, w.body) {
		return src, asItStood, nil
	}
	wrong := len(problems.Of(fault.Wrong))
	for how := byPiece; how <= whole; how++ {
		if how == whole && wrong > 0 {
			break // it would take what could not be read away
		}
		yaml, ok := m.changed(old, w.value, how)
		if !ok {
			continue
		}
		out := m.bound(yaml, w.body)
		if says(at, out, w, wrong) {
			out, err := fits(at, out)
			return out, how, err
		}
	}
	return nil, asItStood, unwritable(at, fault.Text{TH: "มีสิ่งที่อ่านไม่ได้อยู่ในไฟล์", EN: "there is something in it that can not be read"}, 0)
}

func fits(at File, out []byte) ([]byte, error) {
	if len(out) > MaxFile {
		p := tooLarge(at.Path, int64(len(out)), MaxFile)
		return nil, unwritable(at, p.What, 0)
	}
	return out, nil
}

func unwritable(at File, what fault.Text, line int) error {
	where := at.Path
	if line > 0 {
		where = fmt.Sprintf("%s:%d", at.Path, line)
	}
	return fault.New(fault.Invalid, fault.Text{TH: where + ": แก้ไขไม่ได้ " + what.TH, EN: where + ": can not be changed: " + what.EN},
		fault.Text{TH: "แก้ไฟล์นี้ให้ถูกต้องก่อน ไฟล์เดิมยังอยู่ครบ", EN: "mend the file itself first; it stands as it was"})
}

// says reports whether a file says what is wanted, without problems beyond those
// of the value itself and those, so many, that were there before.
func says(at File, src []byte, w want, before int) bool {
	got, problems := at.Decode(src)
	wrong := len(problems.Of(fault.Wrong))
	is := reflect.ValueOf(got).Elem()
	if wrong == 0 && alike(is, w.value) {
		return true
	}
	plain, own := at.Decode(format(at, w))
	return alike(is, reflect.ValueOf(plain).Elem()) && wrong <= before+len(own.Of(fault.Wrong))
}

func sameWords(a, b string) bool {
	return a == b || strings.ReplaceAll(a, "\r\n", "\n") == strings.ReplaceAll(b, "\r\n", "\n")
}
