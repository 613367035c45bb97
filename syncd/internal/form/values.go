package form

import (
	"cmp"
	"fmt"
	"net/url"
	"path"
	"reflect"
	"strconv"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/corpus"
)

// hidden are the fields that no form shows: they stay as they are.
var hidden = []string{"id", "legacy"}

// Values fills a form in, as a browser would post it. Source is the file that
// the manual was read from: it tells whether a fee of 0 baht was written or the
// sum is missing; nil of none, then it was written.
func Values(m *catalog.Manual, source []byte) url.Values {
	v := url.Values{endMark: {"1"}, bodyName: {strings.ReplaceAll(m.Body.Markdown, "\r\n", "\n")}}
	fill(v, manualShape(), "", reflect.ValueOf(m).Elem())
	for i, f := range m.Fees.Value {
		if f.Min == 0 && f.Kind != "" && f.Kind != catalog.FeeFormula && (source == nil || corpus.Written(fileOf(m), source, "fees", i, "min")) {
			v.Set("fees."+strconv.Itoa(i)+".min", "0")
		}
	}
	if m.Title.EN != "" {
		v.Set(English, "1")
	}
	return v
}

// fileOf is where the manual could stand in a content.
func fileOf(m *catalog.Manual) corpus.File {
	at, _ := corpus.FileAt(path.Join("agencies", cmp.Or(string(m.Owner), "x"), "manuals", cmp.Or(string(m.ID), "x"), "manual.md"))
	return at
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
	case amount, number, line, word, date:
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

// counted reports whether a number is one that says something when it is 0: how
// many originals and copies of a document.
func counted(at string) bool {
	return strings.HasSuffix(at, ".originals") || strings.HasSuffix(at, ".copies")
}

// sum reports whether an amount says something when it is 0: in three states, it
// was given.
func sum(at string) bool { return strings.HasSuffix(at, sumMark) }
