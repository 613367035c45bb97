package transfer

import (
	"encoding/json"
	"errors"
	"io"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/unicode"

	"khumue/internal/fault"
)

// Bounds of an object in JSON.
const (
	maxNesting = 8
	maxMembers = 4000 // with those of nested objects
	maxColumns = 20_000
)

// openJSON reads a list of objects, or an object that has one. Nested objects
// become columns "a.b", objects in a list "a.1.b", and a list of words one cell
// with a line for each.
func openJSON(r io.Reader, l Limits) (*Table, error) {
	in := newGuard(unicode.UTF8BOM.NewDecoder().Reader(r), l.Record)
	dec := json.NewDecoder(in)
	dec.UseNumber()
	if err := toList(dec, in); err != nil {
		return nil, err
	}
	t := &Table{columns: map[string]int{}}
	next, stop := iter.Pull2(t.objects(dec, in))
	t.close = func() error { stop(); return nil }
	t.rows = t.below(next, 0)
	return t, nil
}

func notJSON(err error) error {
	if errors.Is(err, fault.Invalid) {
		return err
	}
	return fault.New(fault.Invalid, fault.Text{TH: "อ่าน JSON ไม่ได้", EN: "the JSON can not be read"},
		fault.Text{TH: "ต้องเป็นรายการของออบเจกต์ [{…}, {…}]", EN: "it must be a list of objects [{…}, {…}]"}).Because(err)
}

// toList reads up to the first list of the file.
func toList(dec *json.Decoder, in *guard) error {
	first, err := dec.Token()
	if err != nil {
		return notJSON(err)
	}
	if first == json.Delim('[') {
		return nil
	}
	for dec.More() {
		in.again()
		if _, err := dec.Token(); err != nil { // the member's name
			return notJSON(err)
		}
		value, err := dec.Token()
		if err != nil {
			return notJSON(err)
		}
		if value == json.Delim('[') {
			return nil
		}
		if value == json.Delim('{') {
			break
		}
	}
	return notJSON(errors.New("no list"))
}

func (t *Table) objects(dec *json.Decoder, in *guard) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for n := 1; dec.More(); n++ {
			in.again()
			var object map[string]any
			err := dec.Decode(&object)
			row := Row{Number: n}
			if err == nil {
				row.cells, err = t.flat(object)
			}
			if err != nil {
				yield(row, notJSON(err))
				return
			}
			if !yield(row, nil) {
				return
			}
		}
		if _, err := dec.Token(); err != nil {
			yield(Row{}, notJSON(err))
		}
	}
}

// flat lays the members of an object out as cells, and makes columns of those
// that are new.
func (t *Table) flat(object map[string]any) ([]string, error) {
	cells := make([]string, len(t.heads))
	members, grown := 0, false
	var lay func(name string, v any, depth int) error
	lay = func(name string, v any, depth int) error {
		if members++; members > maxMembers || depth > maxNesting || len(t.heads) > maxColumns {
			return fault.New(fault.Invalid, fault.Text{TH: "ออบเจกต์ใหญ่หรือซ้อนกันลึกเกินไป", EN: "an object is too large or nested too deeply"})
		}
		switch v := v.(type) {
		case map[string]any:
			for _, key := range sortedKeys(v) {
				if err := lay(join(name, key), v[key], depth+1); err != nil {
					return err
				}
			}
			return nil
		case []any:
			if words, ok := lines(v); ok {
				cells = t.put(cells, name, words, &grown)
				return nil
			}
			for i, item := range v {
				if err := lay(join(name, strconv.Itoa(i+1)), item, depth+1); err != nil {
					return err
				}
			}
			return nil
		}
		text, _ := word(v)
		cells = t.put(cells, name, text, &grown)
		return nil
	}
	return cells, lay("", object, 0)
}

func join(name, key string) string {
	if name == "" {
		return key
	}
	return name + "." + key
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// lines writes a list of words as lines; a list of anything else is none.
func lines(list []any) (string, bool) {
	words := make([]string, len(list))
	for i, v := range list {
		text, ok := word(v)
		if !ok {
			return "", false
		}
		words[i] = text
	}
	return strings.Join(words, "\n"), true
}

func word(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return strings.ToValidUTF8(v, "\uFFFD"), true
	case bool:
		return strconv.FormatBool(v), true
	case json.Number:
		return v.String(), true
	}
	return "", false
}

// put writes a cell, in a new column where there is none of that name yet. Rows
// that were read before keep the columns as they knew them.
func (t *Table) put(cells []string, name, text string, grown *bool) []string {
	key := headingKey(name)
	at, known := t.columns[key]
	if !known {
		if !*grown {
			t.columns, *grown = maps.Clone(t.columns), true
		}
		at = len(t.heads)
		t.columns[key] = at
		t.heads = append(t.heads, name)
	}
	for len(cells) <= at {
		cells = append(cells, "")
	}
	cells[at] = text
	return cells
}
