package compare

import (
	"reflect"
	"slices"
	"strings"
	"sync"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// form is how values of a type are compared and merged.
type form uint8

const (
	atom    form = iota // as a whole
	writing             // as a whole, and shown word by word
	record              // by its cells
	stated              // by its state, then as what it holds
	rows                // a list of records
	set                 // a list of atoms; each is there or is not
	passage             // Markdown, by its paragraphs
)

// shape is what is known of a type of the catalog.
type shape struct {
	form  form
	typ   reflect.Type
	cells []cell // of a record
	names []int  // the cells by which a row is known again
	elem  *shape // of what is stated, of a row, of an item
}

// cell is a field of a record, or several that mean something only together.
type cell struct {
	name   string
	fields []int
	label  fault.Text
	shape  *shape
}

// of returns the cell's value in a record. Of several fields it is a record
// with nothing else in it.
func (c cell) of(v reflect.Value) reflect.Value {
	if len(c.fields) == 1 {
		return v.Field(c.fields[0])
	}
	part := reflect.New(v.Type()).Elem()
	c.put(part, v)
	return part
}

// put writes a value that of returned.
func (c cell) put(dst, v reflect.Value) {
	if len(c.fields) == 1 {
		dst.Field(c.fields[0]).Set(v)
		return
	}
	for _, i := range c.fields {
		dst.Field(i).Set(v.Field(i))
	}
}

var (
	bodyType = reflect.TypeFor[catalog.Body]()
	textType = reflect.TypeFor[catalog.Text]()
)

// whole are structs that are one value.
var whole = map[reflect.Type]bool{
	reflect.TypeFor[calendar.Date]():    true,
	reflect.TypeFor[catalog.Duration](): true,
	reflect.TypeFor[catalog.Place]():    true,
}

// together are fields that mean something only together; the first names them.
var together = map[reflect.Type][]string{
	reflect.TypeFor[catalog.Fee]():       {"min", "kind", "max", "unit"},
	reflect.TypeFor[catalog.LegalTime](): {"value", "unit"},
	reflect.TypeFor[catalog.Reduction](): {"value", "unit"},
	reflect.TypeFor[catalog.Hours]():     {"week", "always", "open_on_holidays"},
}

// keys are the fields by which a row is known again; of other rows it is the
// name.
var keys = map[reflect.Type][]string{
	reflect.TypeFor[catalog.Step]():    {"text"},
	reflect.TypeFor[catalog.Channel](): {"name", "kind"},
	reflect.TypeFor[catalog.Photo]():   {"file"},
	reflect.TypeFor[catalog.Closure](): {"from"},
	reflect.TypeFor[catalog.Span]():    {"days", "opens"},
	reflect.TypeFor[catalog.Label]():   {"slug"},
	reflect.TypeFor[catalog.Holiday](): {"date"},
}

// beside are fields that stand beside the front matter, and after which field
// the official order has them.
var beside = map[string]struct{ name, after string }{
	"Owner":  {"owner", "title"},
	"Parent": {"parent", "name"},
	"Body":   {"body", "tags"},
}

var shapes sync.Map // reflect.Type → *shape

// shapeOf returns the shape of a type of the catalog.
func shapeOf(t reflect.Type) *shape {
	if s, ok := shapes.Load(t); ok {
		return s.(*shape)
	}
	s := &shape{typ: t}
	switch {
	case t == bodyType:
		s.form = passage
	case whole[t]:
	case isStated(t):
		s.form, s.elem = stated, shapeOf(t.Field(1).Type)
	case t.Kind() == reflect.Struct:
		s.form, s.cells = record, cellsOf(t)
		s.names = namesOf(t, s.cells)
	case t.Kind() == reflect.Slice:
		s.elem = shapeOf(t.Elem())
		if s.form = set; s.elem.form == record {
			s.form = rows
		}
	case t == reflect.TypeFor[string]():
		s.form = writing
	}
	shapes.Store(t, s)
	return s
}

func isStated(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && strings.HasPrefix(t.Name(), "Stated[")
}

// cellsOf returns the cells of a struct in the official order.
func cellsOf(t reflect.Type) []cell {
	var out []cell
	group := together[t]
	for i := range t.NumField() {
		sf := t.Field(i)
		name, after := sf.Tag.Get("yaml"), ""
		if b, ok := beside[sf.Name]; ok && name == "-" {
			name, after = b.name, b.after
		}
		if name == "" || name == "-" || slices.Contains(group, name) && name != group[0] {
			continue
		}
		c := cell{name: name, fields: []int{i}, label: labelOf(t, name)}
		if len(group) > 0 && name == group[0] {
			c.fields, c.shape = fieldsNamed(t, group), &shape{typ: t}
		} else {
			c.shape = shapeOf(sf.Type)
		}
		at := len(out)
		if j := slices.IndexFunc(out, func(c cell) bool { return c.name == after }); j >= 0 {
			at = j + 1
		}
		out = slices.Insert(out, at, c)
	}
	return out
}

func fieldsNamed(t reflect.Type, names []string) []int {
	var out []int
	for _, name := range names {
		for i := range t.NumField() {
			if t.Field(i).Tag.Get("yaml") == name {
				out = append(out, i)
			}
		}
	}
	return out
}

// namesOf returns the cells by which a row is known again.
func namesOf(t reflect.Type, cells []cell) []int {
	names, known := keys[t]
	if !known {
		names = []string{"name"}
	}
	var out []int
	for _, name := range names {
		if i := slices.IndexFunc(cells, func(c cell) bool { return c.name == name }); i >= 0 {
			out = append(out, i)
		}
	}
	return out
}

// equal reports whether two values of one type say the same. A list without
// rows is no list, a value that is not given is none of those that it could be,
// and the line of a body says nothing.
func equal(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Struct:
		if a.Type() == bodyType {
			return a.Field(0).String() == b.Field(0).String()
		}
		for i := range a.NumField() {
			if !equal(a.Field(i), b.Field(i)) {
				return false
			}
			if i == 0 && isStated(a.Type()) && a.Field(0).String() != string(catalog.Given) {
				return true
			}
		}
		return true
	case reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !equal(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		return a.Len() == b.Len() && !slices.ContainsFunc(a.MapKeys(), func(k reflect.Value) bool {
			v := b.MapIndex(k)
			return !v.IsValid() || !equal(a.MapIndex(k), v)
		})
	}
	return a.Equal(b)
}

// empty reports whether nothing is filled in.
func empty(v reflect.Value) bool { return equal(v, reflect.Zero(v.Type())) }

// clone copies a value with all its lists.
func clone(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if k := v.Field(i).Kind(); k == reflect.Struct || k == reflect.Slice {
				out.Field(i).Set(clone(v.Field(i)))
			}
		}
	case reflect.Slice:
		if v.IsNil() {
			break
		}
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(clone(v.Index(i)))
		}
	}
	return out
}
