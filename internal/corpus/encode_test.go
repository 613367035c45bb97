package corpus

import (
	"bytes"
	"encoding"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
)

// plainJSON is what AppendJSON writes, by way of encoding/json: slow, and plain
// to see.
func plainJSON(v any, members ...Member) ([]byte, error) {
	o := obj()
	for _, m := range members {
		o.set(m.Name, m.Value, false)
	}
	fill(o, reflect.Indirect(reflect.ValueOf(v)))
	b, err := json.Marshal(o)
	return append(b, '\n'), err
}

func fill(o *object, v reflect.Value) {
	for _, f := range fieldsOf(v.Type()).list {
		if val := v.Field(f.index); !val.IsZero() {
			o.set(f.name, exported(val), false)
		}
	}
}

// exported is a value as encoding/json takes it.
func exported(v reflect.Value) any {
	t := v.Type()
	switch {
	case isStated(t):
		if v.Field(0).String() == string(catalog.None) {
			return catalog.None
		}
		return exported(v.Field(1))
	case t == reflect.TypeFor[catalog.Amount]():
		return json.Number(strings.ReplaceAll(v.Interface().(catalog.Amount).Percent(), ",", ""))
	case t == scopeType && v.Len() == 0:
		return "all"
	case t.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		return v.Interface()
	case t.Kind() == reflect.Struct:
		o := obj()
		fill(o, v)
		return o
	case t.Kind() == reflect.Slice:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = exported(v.Index(i))
		}
		return list
	}
	return v.Interface()
}

func TestJSONIsWhatThePlainWayWrites(t *testing.T) {
	check := func(name string, v any, members ...Member) {
		t.Helper()
		want, err := plainJSON(v, members...)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := AppendJSON([]byte("before"), v, members...)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff("before"+string(want), string(got)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for _, w := range contentOf(t, "../../content", everyFile) {
		value, _ := w.at.Decode(w.src)
		check(w.at.Path, value)
	}
	check("nothing", struct{}{}, Member{"a", "<ก>"}, Member{"b", []string{"x", "&"}}, Member{"c", catalog.AgencyCode("dlt")}, Member{"\"d\"", 1.5})
	check("no members", &catalog.Manual{})
	check("a value, not a pointer", catalog.Point{Code: "a", Place: catalog.Some(catalog.Place{Lat: -1e-7, Lng: 100.5})})
	check("nothing stated, and something there", &catalog.Manual{
		CommonNames: catalog.Some[[]string](nil),
		Fees:        catalog.Some([]catalog.Fee{{Min: 123450, Max: 5}, {}}),
		CopyFee:     catalog.Some(catalog.Amount(0)),
		Tags:        []catalog.Slug{},
	})
	check("a scope of none", &catalog.HolidayYear{Year: 2569, Holidays: []catalog.Holiday{
		{Date: calendar.Date{Year: 2026, Month: 1, Day: 1}, Scope: catalog.Scope{}}, {Scope: catalog.Scope{"10"}}}})
	check("a dictionary", &catalog.Labels{Aliases: map[catalog.Slug]catalog.Slug{"b": "c", "a": "<"}})
	check("lists of lists", &catalog.Synonyms{Groups: [][]string{{"a", "b"}, nil, {}}})
}

func TestJSONThatCanNotBeWrittenLeavesNoTrace(t *testing.T) {
	got, err := AppendJSON([]byte("before"), &catalog.Place{Lat: math.NaN()})
	if err == nil || !bytes.Equal(got, []byte("before")) {
		t.Errorf("got %q, %v", got, err)
	}
}

func FuzzJSONStrings(f *testing.F) {
	for c := range byte(0x80) {
		f.Add(string(rune(c)))
	}
	for _, s := range []string{"ก\u2028ข\u2029", "ก\xE0\xB8", "\xff", "\ufffd", "é😀", "\xE0\xA0\x80\xE2\x80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, _ := json.Marshal(s)
		var e encoder
		if e.str(s); string(e.b) != string(want) {
			t.Errorf("%q: got %s, want %s", s, e.b, want)
		}
	})
}
