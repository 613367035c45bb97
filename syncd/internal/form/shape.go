package form

import (
	"encoding"
	"reflect"
	"strconv"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
)

// kind is how a type of the catalog stands in a form.
type kind string

const (
	text   kind = "text"   // Thai, and perhaps English
	line   kind = "line"   // whatever is written in one line
	amount kind = "amount" // a sum or a percentage
	number kind = "number"
	date   kind = "date"
	clock  kind = "time"
	word   kind = "word"   // one of a closed list
	words  kind = "words"  // some of a list, in an order
	lines  kind = "lines"  // a list of words, one a line
	flag   kind = "flag"   // yes or no
	group  kind = "group"  // a struct
	rows   kind = "rows"   // a list of structs
	stated kind = "stated" // in three states
	spot   kind = "spot"   // a position on the map, as people write it
)

// shape is what is known of a type of the catalog.
type shape struct {
	kind   kind
	typ    reflect.Type
	fields []field // of a group
	elem   *shape  // of what is stated, and of rows
}

// field is a field of a struct.
type field struct {
	name     string
	index    int
	help     string
	required bool
	max      int // runes of a text, rows of a list; 0 unless said
	shape    *shape
}

var (
	textType   = reflect.TypeFor[catalog.Text]()
	amountType = reflect.TypeFor[catalog.Amount]()
	dateType   = reflect.TypeFor[calendar.Date]()
	clockType  = reflect.TypeFor[calendar.TimeOfDay]()
	slugType   = reflect.TypeFor[catalog.Slug]()
	placeType  = reflect.TypeFor[catalog.Place]()
	readable   = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// manualShape is the shape of a manual's front matter.
func manualShape() *shape { return Manuals.shape }

func shapeOf(t reflect.Type) *shape {
	s := &shape{typ: t}
	switch {
	case t == textType:
		s.kind = text
	case t == amountType:
		s.kind = amount
	case t == dateType:
		s.kind = date
	case t == clockType:
		s.kind = clock
	case t == placeType:
		s.kind = spot
	case t.Kind() == reflect.Struct && strings.HasPrefix(t.Name(), "Stated["):
		s.kind, s.elem = stated, shapeOf(t.Field(1).Type)
	case t.Kind() == reflect.Slice:
		s.list(t.Elem())
	case t.Kind() == reflect.Struct:
		s.kind, s.fields = group, fieldsOf(t)
	case t.Kind() == reflect.Bool:
		s.kind = flag
	case t.Kind() == reflect.Int:
		s.kind = number
	case wordsOf(t) != nil:
		s.kind = word
	default:
		s.kind = line
	}
	return s
}

// list is the shape of a list of items.
func (s *shape) list(item reflect.Type) {
	switch {
	case wordsOf(item) != nil, item == slugType:
		s.kind = words
	case item.Kind() == reflect.Struct:
		s.kind, s.elem = rows, shapeOf(item)
	default:
		s.kind = lines
	}
}

// wordsOf are the words of an enumeration, nil of any other type.
func wordsOf(t reflect.Type) []string {
	if t.Kind() != reflect.String || reflect.PointerTo(t).Implements(readable) {
		return nil
	}
	if e, ok := reflect.Zero(t).Interface().(interface{ Values() []string }); ok {
		return e.Values()
	}
	return nil
}

func fieldsOf(t reflect.Type) []field {
	var out []field
	for i := range t.NumField() {
		sf := t.Field(i)
		name := sf.Tag.Get("yaml")
		if name == "" || name == "-" {
			continue
		}
		f := field{name: name, index: i, help: sf.Tag.Get("help"), shape: shapeOf(sf.Type)}
		for rule := range strings.SplitSeq(sf.Tag.Get("rule"), ",") {
			key, value, _ := strings.Cut(rule, "=")
			switch key {
			case "required":
				f.required = true
			case "max":
				f.max, _ = strconv.Atoi(value)
			}
		}
		out = append(out, f)
	}
	return out
}

// field returns a field of a group by its name.
func (s *shape) field(name string) (field, bool) {
	for _, f := range s.fields {
		if f.name == name {
			return f, true
		}
	}
	return field{}, false
}

// listAt finds the list that a path leads to, such as step_sets.0.steps, and how
// many rows it may have.
func (k Kind) listAt(path string) (s *shape, most int, ok bool) {
	s = k.shape
	if name, _, _ := strings.Cut(path, "."); !k.shows(name) {
		return nil, 0, false
	}
	for part := range strings.SplitSeq(path, ".") {
		if s.kind == stated {
			s = s.elem
		}
		switch s.kind {
		case group:
			f, known := s.field(part)
			if !known {
				return nil, 0, false
			}
			s, most = f.shape, f.max
		case rows:
			if !validKey(part) {
				return nil, 0, false
			}
			s = s.elem
		default:
			return nil, 0, false
		}
	}
	if s.kind == stated {
		s = s.elem
	}
	return s, most, s.kind == rows
}
