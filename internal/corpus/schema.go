package corpus

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
)

// Schemas returns a JSON Schema (draft 7, which editors understand best) of
// every kind of content file by file name, such as manual.schema.json. They
// are made from the structs that the reader fills, so that an editor completes
// and checks what the reader takes.
func Schemas() map[string][]byte {
	out := make(map[string][]byte, len(types))
	for _, t := range types {
		root := schemaOf(t.typ, rules{})
		root.set("$schema", "http://json-schema.org/draft-07/schema#", true)
		root.set("title", "Khumue: "+string(t.kind), true)
		b, err := json.MarshalIndent(root, "", "  ")
		if err != nil {
			panic("corpus: schema of " + string(t.kind) + ": " + err.Error())
		}
		out[string(t.kind)+".schema.json"] = append(bytes.ReplaceAll(b, []byte(`\u0026`), []byte("&")), '\n')
	}
	return out
}

// object is a JSON object that keeps the order of its members.
type object struct {
	names  []string
	values []any
}

func obj(pairs ...any) *object {
	o := &object{}
	for i := 0; i < len(pairs); i += 2 {
		o.set(pairs[i].(string), pairs[i+1], false)
	}
	return o
}

func (o *object) set(name string, value any, first bool) {
	if first {
		o.names, o.values = append([]string{name}, o.names...), append([]any{value}, o.values...)
		return
	}
	o.names, o.values = append(o.names, name), append(o.values, value)
}

// MarshalJSON writes the members in their order.
func (o *object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, name := range o.names {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		val, err := json.Marshal(o.values[i])
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(val)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

const idPattern = "^[a-z0-9][a-z0-9-]{0,62}[a-z0-9]$"

// patterns are the forms of the types that are read from text.
var patterns = map[reflect.Type]*object{
	reflect.TypeFor[catalog.AgencyCode](): obj("type", "string", "pattern", idPattern),
	reflect.TypeFor[catalog.PointCode]():  obj("type", "string", "pattern", idPattern),
	reflect.TypeFor[catalog.ManualID]():   obj("type", "string", "pattern", idPattern),
	reflect.TypeFor[catalog.ProcessID]():  obj("type", "string", "pattern", idPattern),
	reflect.TypeFor[catalog.ServiceID]():  obj("type", "string", "pattern", idPattern),
	reflect.TypeFor[catalog.Slug]():       obj("type", "string", "pattern", idPattern),
	reflect.TypeFor[calendar.Date]():      obj("type", "string", "pattern", `^\d{4}-\d{2}-\d{2}$`),
	reflect.TypeFor[calendar.TimeOfDay](): obj("type", "string", "pattern", `^([01]\d|2[0-3]):[0-5]\d$|^24:00$`),
	reflect.TypeFor[catalog.Amount]():     obj("type", []string{"number", "string"}),
}

func schemaOf(t reflect.Type, r rules) *object {
	switch {
	case patterns[t] != nil:
		return patterns[t].clone()
	case isStated(t):
		none := obj("const", string(catalog.None), "description", "ไม่มี · there is none")
		return obj("oneOf", []any{none, schemaOf(t.Field(1).Type, r)})
	case t == textType:
		return obj("oneOf", []any{text(r), structSchema(t)})
	case t == scopeType:
		return obj("oneOf", []any{obj("const", "all"), obj("type", "array", "items", obj("type", "string", "pattern", `^\d{2}$`))})
	}
	return plainSchema(t, r)
}

func (o *object) clone() *object {
	return &object{slices.Clone(o.names), slices.Clone(o.values)}
}

func plainSchema(t reflect.Type, r rules) *object {
	switch t.Kind() {
	case reflect.Struct:
		return structSchema(t)
	case reflect.Slice:
		o := obj("type", "array", "items", schemaOf(t.Elem(), rules{}))
		if r.max > 0 {
			o.set("maxItems", int(r.max), false)
		}
		return o
	case reflect.Map:
		return obj("type", "object", "additionalProperties", schemaOf(t.Elem(), rules{}))
	case reflect.Bool:
		return obj("type", "boolean")
	case reflect.Int:
		return bounds(obj("type", "integer"), r)
	case reflect.Float64:
		return bounds(obj("type", "number"), r)
	}
	if enum, ok := reflect.Zero(t).Interface().(interface{ Values() []string }); ok {
		return obj("enum", enum.Values())
	}
	return text(r)
}

// text takes numbers too: a telephone number without quotes is still a text.
func text(r rules) *object {
	o := obj("type", []string{"string", "number"})
	if r.max > 0 {
		o.set("maxLength", int(r.max), false)
	}
	if r.url {
		o.set("pattern", "^https?://", false)
	}
	if r.uuid {
		o.set("pattern", uuidForm.String(), false)
	}
	return o
}

func bounds(o *object, r rules) *object {
	if r.hasMin {
		o.set("minimum", r.min, false)
	}
	if r.max != 0 {
		o.set("maximum", r.max, false)
	}
	return o
}

func structSchema(t reflect.Type) *object {
	fs := fieldsOf(t)
	props := obj()
	for _, f := range fs.list {
		s := schemaOf(t.Field(f.index).Type, f.rules)
		s.set("description", f.help, true)
		props.set(f.name, s, false)
	}
	o := obj("type", "object", "additionalProperties", false, "properties", props)
	if len(fs.required) > 0 {
		o.set("required", fs.required, false)
	}
	return o
}

// Fields lists the fields of a kind in the order of the file, those of nested
// groups as parent.child; it is what doc/content-format.md must document.
func Fields(kind Kind) []string {
	for _, t := range types {
		if t.kind == kind {
			return fieldPaths("", t.typ)
		}
	}
	return nil
}

// Kinds lists the kinds of content file.
func Kinds() []Kind {
	out := make([]Kind, len(types))
	for i, t := range types {
		out[i] = t.kind
	}
	return out
}

func fieldPaths(prefix string, t reflect.Type) []string {
	var out []string
	for _, f := range fieldsOf(t).list {
		out = append(out, prefix+f.name)
		if inner := elem(t.Field(f.index).Type); inner.Kind() == reflect.Struct && inner != textType && patterns[inner] == nil {
			out = append(out, fieldPaths(prefix+f.name+".", inner)...)
		}
	}
	return out
}

// elem looks through lists and stated values.
func elem(t reflect.Type) reflect.Type {
	for {
		switch {
		case t.Kind() == reflect.Slice:
			t = t.Elem()
		case isStated(t):
			t = t.Field(1).Type
		default:
			return t
		}
	}
}
