package corpus

import (
	"bytes"
	"encoding"
	"encoding/json"
	"reflect"
	"strings"

	"khumue/internal/catalog"
)

// Member is one field that an object bears beyond those of its content file.
type Member struct {
	Name  string
	Value any
}

// JSON writes a catalog value with the field names of its content file, in
// their order, without what is not filled in; a value that is stated to be
// none is the word none. Members come first.
func JSON(v any, members ...Member) ([]byte, error) {
	o := obj()
	for _, m := range members {
		o.set(m.Name, m.Value, false)
	}
	fill(o, reflect.Indirect(reflect.ValueOf(v)))
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(o)
	return b.Bytes(), err
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
