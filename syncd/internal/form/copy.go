package form

import (
	"reflect"

	"khumue/internal/catalog"
)

// Copy takes a field of the manual, by its name, from another. The two share no
// rows after that; a name that no field has does nothing.
func Copy(to, from *catalog.Manual, name string) {
	if name == bodyName {
		to.Body = catalog.Body{Markdown: from.Body.Markdown}
		return
	}
	f, ok := manualShape().field(name)
	if !ok {
		return
	}
	reflect.ValueOf(to).Elem().Field(f.index).Set(deep(reflect.ValueOf(from).Elem().Field(f.index)))
}

// deep copies a value with all of its rows.
func deep(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.Slice:
		if v.IsNil() {
			return out
		}
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(deep(v.Index(i)))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if out.Field(i).CanSet() {
				out.Field(i).Set(deep(v.Field(i)))
			}
		}
	}
	return out
}
