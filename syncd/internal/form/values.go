package form

import (
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/corpus"
)

// hidden are the fields that no form shows: they stay as they are.
var hidden = []string{"id", "legacy"}

// Values fills the form of a manual in, as a browser would post it. Source is the
// file that the manual was read from: it tells whether a fee of 0 baht was written
// or the sum is missing; nil of none, then it was written.
func Values(m *catalog.Manual, source []byte) url.Values { return Manuals.Values(m, source) }

// Values fills a form in, as that of a manual is.
func (k Kind) Values(value any, source []byte) url.Values {
	v := url.Values{endMark: {"1"}}
	if b := body(value); b != nil {
		v.Set(bodyName, strings.ReplaceAll(b.Markdown, "\r\n", "\n"))
	}
	fill(v, k.shape, "", reflect.ValueOf(value).Elem())
	for i, f := range feesOf(value) {
		if f.Min == 0 && f.Kind != "" && f.Kind != catalog.FeeFormula && (source == nil || corpus.Written(k.fileOf(value), source, "fees", i, "min")) {
			v.Set("fees."+strconv.Itoa(i)+".min", "0")
		}
	}
	if k.saysEnglish(v) {
		v.Set(English, "1")
	}
	return v
}

// saysEnglish reports whether what a form is of has a name in English.
func (k Kind) saysEnglish(v url.Values) bool {
	return v.Get("title.en") != "" || v.Get("name.en") != ""
}

// fill writes what a value says under a path.
func fill(v url.Values, s *shape, at string, val reflect.Value) {
	switch s.kind {
	case group:
		for _, f := range s.fields {
			fill(v, f.shape, join(at, f.name), val.Field(f.index))
		}
	case stated:
		if state := val.Field(0).String(); state != absent {
			v.Set(at, state)
		}
		if val.Field(0).String() == given {
			fill(v, s.elem, at+inside(s.elem), val.Field(1))
		}
	case rows:
		for i := range val.Len() {
			key := strconv.Itoa(i)
			v.Add(at+rowsMark, key)
			fill(v, s.elem, join(at, key), val.Index(i))
		}
	case text:
		set(v, join(at, "th"), val.Field(0).String())
		set(v, join(at, "en"), val.Field(1).String())
	default:
		fillPlain(v, s, at, val)
	}
}

// inside is what the value of a field in three states adds to its name.
func inside(s *shape) string {
	switch s.kind {
	case lines:
		return listMark
	case amount, number, line, word, date, spot:
		return sumMark
	}
	return ""
}

func fillPlain(v url.Values, s *shape, at string, val reflect.Value) {
	switch s.kind {
	case words:
		for i := range val.Len() {
			v.Add(at, val.Index(i).String())
		}
	case lines:
		items := make([]string, val.Len())
		for i := range items {
			items[i] = strings.Join(strings.Fields(val.Index(i).String()), " ")
		}
		set(v, at, strings.Join(items, "\n"))
	case flag:
		if val.Bool() {
			v.Set(at, "1")
		}
	case number:
		if val.Int() != 0 || counted(at) {
			v.Set(at, strconv.FormatInt(val.Int(), 10))
		}
	case amount:
		if a := catalog.Amount(val.Int()); a != 0 || sum(at) {
			v.Set(at, a.Percent())
		}
	case date:
		if d := val.Interface().(calendar.Date); !d.IsZero() {
			v.Set(at, Day(d))
		}
	case spot:
		v.Set(at, Position(val.Interface().(catalog.Place)))
	case clock:
		v.Set(at, val.Interface().(calendar.TimeOfDay).String())
	default:
		set(v, at, val.String())
	}
}

func set(v url.Values, name, value string) {
	if value != "" {
		v.Set(name, value)
	}
}

// Day writes a date as the form does, in the Buddhist Era: 22/11/2569.
func Day(d calendar.Date) string {
	return fmt.Sprintf("%02d/%02d/%d", d.Day, int(d.Month), d.YearBE())
}

// Position writes a position as the form does: 13.756331, 100.501762.
func Position(p catalog.Place) string { return degrees(p.Lat) + ", " + degrees(p.Lng) }

func degrees(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// counted reports whether a number is one that says something when it is 0: how
// many originals and copies of a document.
func counted(at string) bool {
	return strings.HasSuffix(at, ".originals") || strings.HasSuffix(at, ".copies")
}

// sum reports whether an amount says something when it is 0: in three states, it
// was given.
func sum(at string) bool { return strings.HasSuffix(at, sumMark) }
