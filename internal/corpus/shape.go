package corpus

import (
	"encoding"
	"reflect"
	"strings"

	"khumue/internal/catalog"
)

// shapeKind is how a type of the catalog stands in a content file.
type shapeKind uint8

const (
	statedShape     shapeKind = iota // a catalog.Stated
	textShape                        // a catalog.Text
	scopeShape                       // a catalog.Scope
	idShape                          // an identifier
	writtenShape                     // what reads itself from text
	groupShape                       // a struct
	listShape                        // a slice
	dictionaryShape                  // a map
	wordShape                        // a word of an enumeration
	stringShape
	boolShape
	numberShape
)

// shape is what reading and writing need to know of a type under some rules,
// found out once: asking reflect for each value would take longer than all the
// rest.
type shape struct {
	kind   shapeKind
	rules  rules
	elem   *shape             // of a list, a dictionary's values, or what is stated
	key    *shape             // of a dictionary
	fields *fieldSet          // of a group or a text
	words  []string           // of an enumeration
	parse  func(string) error // of an identifier
}

var (
	textType     = reflect.TypeFor[catalog.Text]()
	scopeType    = reflect.TypeFor[catalog.Scope]()
	unmarshalers = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// isStated reports whether t is a catalog.Stated of any value.
func isStated(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t.PkgPath() == textType.PkgPath() && strings.HasPrefix(t.Name(), "Stated[")
}

// identifiers are the types whose form is that of catalog's identifiers: they
// are what they are written as, once found good.
var identifiers = map[reflect.Type]func(string) error{
	reflect.TypeFor[catalog.AgencyCode](): formOf(catalog.ParseAgencyCode),
	reflect.TypeFor[catalog.PointCode]():  formOf(catalog.ParsePointCode),
	reflect.TypeFor[catalog.ManualID]():   formOf(catalog.ParseManualID),
	reflect.TypeFor[catalog.ProcessID]():  formOf(catalog.ParseProcessID),
	reflect.TypeFor[catalog.ServiceID]():  formOf(catalog.ParseServiceID),
	reflect.TypeFor[catalog.Slug]():       formOf(catalog.ParseSlug),
}

func formOf[ID any](parse func(string) (ID, error)) func(string) error {
	return func(s string) error {
		_, err := parse(s)
		return err
	}
}

// shapeOf returns the shape of t, which is no type that holds itself.
func shapeOf(t reflect.Type, r rules) *shape {
	s := &shape{rules: r}
	switch {
	case isStated(t):
		s.kind, s.elem = statedShape, shapeOf(t.Field(1).Type, r)
	case t == textType:
		s.kind, s.fields = textShape, fieldsOf(t)
	case t == scopeType:
		s.kind, s.elem = scopeShape, shapeOf(t.Elem(), r.ofItem())
	case identifiers[t] != nil:
		s.kind, s.parse = idShape, identifiers[t]
	case reflect.PointerTo(t).Implements(unmarshalers):
		s.kind = writtenShape
	default:
		s.plain(t)
	}
	return s
}

func (s *shape) plain(t reflect.Type) {
	switch t.Kind() {
	case reflect.Struct:
		s.kind, s.fields = groupShape, fieldsOf(t)
	case reflect.Slice:
		s.kind, s.elem = listShape, shapeOf(t.Elem(), s.rules.ofItem())
	case reflect.Map:
		s.kind, s.key, s.elem = dictionaryShape, shapeOf(t.Key(), rules{}), shapeOf(t.Elem(), rules{})
	case reflect.String:
		s.kind = stringShape
		if enum, ok := reflect.Zero(t).Interface().(interface{ Values() []string }); ok {
			s.kind, s.words = wordShape, enum.Values()
		}
	case reflect.Bool:
		s.kind = boolShape
	case reflect.Int, reflect.Float64:
		s.kind = numberShape
	default:
		panic("corpus: no rule to read a " + t.String())
	}
}
