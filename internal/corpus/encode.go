package corpus

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"khumue/internal/catalog"
)

// Member is one field that an object bears beyond those of its content file.
type Member struct {
	Name  string
	Value any
}

// JSON writes a catalog value with the field names of its content file, in
// their order, without what is not filled in; a value that is stated to be
// none is the word none. Members come first. A line end follows.
func JSON(v any, members ...Member) ([]byte, error) {
	return AppendJSON(nil, v, members...)
}

// AppendJSON appends what JSON writes, and nothing when it fails.
func AppendJSON(dst []byte, v any, members ...Member) ([]byte, error) {
	e := encoder{b: append(dst, '{')}
	for _, m := range members {
		e.member(m)
	}
	value := reflect.Indirect(reflect.ValueOf(v))
	e.fields(value, fieldsOf(value.Type()), len(members) > 0)
	e.b = append(e.b, "}\n"...)
	if e.err != nil {
		return dst, e.err
	}
	return e.b, nil
}

// encoder appends JSON. It escapes as encoding/json does by default, so that
// the text may stand in HTML.
type encoder struct {
	b   []byte
	err error // the first
}

func (e *encoder) member(m Member) {
	if e.b[len(e.b)-1] != '{' {
		e.b = append(e.b, ',')
	}
	e.str(m.Name)
	e.b = append(e.b, ':')
	if s, ok := m.Value.(string); ok {
		e.str(s)
	} else {
		e.other(m.Value)
	}
}

// other appends what encoding/json makes of a value.
func (e *encoder) other(v any) {
	b, err := json.Marshal(v)
	if err != nil && e.err == nil {
		e.err = err
	}
	e.b = append(e.b, b...)
}

// fields appends the fields that are filled in, behind a comma when something
// stands before them.
func (e *encoder) fields(v reflect.Value, fields *fieldSet, comma bool) {
	for i := range fields.list {
		f := &fields.list[i]
		val := v.Field(f.index)
		if val.IsZero() {
			continue
		}
		if comma {
			e.b = append(e.b, ',')
		}
		comma = true
		e.b = append(e.b, '"')
		e.b = append(e.b, f.name...)
		e.b = append(e.b, `":`...)
		e.value(val, f.shape)
	}
}

func (e *encoder) value(v reflect.Value, s *shape) {
	switch s.kind {
	case statedShape:
		if v.Field(0).String() == string(catalog.None) {
			e.str(string(catalog.None))
		} else {
			e.value(v.Field(1), s.elem)
		}
	case textShape, groupShape:
		e.b = append(e.b, '{')
		e.fields(v, s.fields, false)
		e.b = append(e.b, '}')
	case scopeShape:
		if v.Len() == 0 {
			e.str("all")
		} else {
			e.list(v, s.elem)
		}
	case listShape:
		e.list(v, s.elem)
	case writtenShape:
		e.written(v)
	case idShape, wordShape, stringShape:
		e.str(v.String())
	case numberShape:
		if v.CanInt() {
			e.b = strconv.AppendInt(e.b, v.Int(), 10)
		} else {
			e.other(v.Float())
		}
	case boolShape:
		e.b = strconv.AppendBool(e.b, v.Bool())
	default:
		e.other(v.Interface())
	}
}

func (e *encoder) list(v reflect.Value, elem *shape) {
	e.b = append(e.b, '[')
	for i := range v.Len() {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		e.value(v.Index(i), elem)
	}
	e.b = append(e.b, ']')
}

// written appends a value that has a text of its own: an amount as a number,
// others as a string.
func (e *encoder) written(v reflect.Value) {
	switch x := v.Interface().(type) {
	case catalog.Amount:
		e.b = append(e.b, strings.ReplaceAll(x.Percent(), ",", "")...)
	case encoding.TextMarshaler:
		text, err := x.MarshalText()
		if err != nil && e.err == nil {
			e.err = err
		}
		e.str(string(text))
	default:
		e.other(x)
	}
}

const hex = "0123456789abcdef"

// str appends a string. What is not UTF-8 becomes U+FFFD.
func (e *encoder) str(s string) {
	b := append(e.b, '"')
	done := 0
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case chars[c]&escapedJSON == 0:
			i++
		case isThai(s, i):
			i += 3
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			if c < utf8.RuneSelf || r == utf8.RuneError && n == 1 || r == '\u2028' || r == '\u2029' {
				b = append(b, s[done:i]...)
				b = escape(b, r)
				done = i + n
			}
			i += n
		}
	}
	b = append(b, s[done:]...)
	e.b = append(b, '"')
}

// escape appends a character that does not stand for itself.
func escape(b []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(b, '\\', byte(r))
	case '\b':
		return append(b, `\b`...)
	case '\f':
		return append(b, `\f`...)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	return append(b, '\\', 'u', hex[r>>12&0xF], hex[r>>8&0xF], hex[r>>4&0xF], hex[r&0xF])
}
