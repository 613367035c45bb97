package press

import (
	"reflect"
)

// value is an expression: how to get what it stands for. Whatever is known of
// it beforehand, get gives the very reflect.Value that html/template would
// come to, so that everything can be done the slow way.
//
// The other functions are quicker ways to the same; those that its type does
// not have are nil.
type value struct {
	kind
	get   func(r *run, dot reflect.Value) reflect.Value
	text  func(r *run, dot reflect.Value) string // of a kind of string
	whole func(r *run, dot reflect.Value) int    // of int
	yes   func(r *run, dot reflect.Value) bool   // of bool
	judge func(r *run, dot reflect.Value) bool   // whether it is more than empty
	isDot bool
	path  []int // fields that lead from dot to it
}

// constant is a value that no page changes.
func constant(v reflect.Value) value {
	out := value{get: func(*run, reflect.Value) reflect.Value { return v }}
	if v.IsValid() {
		out.kind = known(v.Type(), v.CanAddr())
		if v.Kind() == reflect.String {
			s := v.String()
			out.text = func(*run, reflect.Value) string { return s }
		}
		if i, ok := v.Interface().(int); ok {
			out.whole = func(*run, reflect.Value) int { return i }
		}
	}
	return out
}

// ofText is a value of a type that is a kind of string.
func ofText(t reflect.Type, text func(*run, reflect.Value) string) value {
	v := value{kind: kind{typ: t}, text: text}
	v.get = func(r *run, dot reflect.Value) reflect.Value {
		s := reflect.ValueOf(text(r, dot))
		if t != s.Type() {
			s = s.Convert(t)
		}
		return s
	}
	return v
}

var (
	stringType = reflect.TypeFor[string]()
	intType    = reflect.TypeFor[int]()
	boolType   = reflect.TypeFor[bool]()
)

// ofWhole is a value of type int.
func ofWhole(whole func(*run, reflect.Value) int) value {
	return value{
		kind: kind{typ: intType}, whole: whole,
		get: func(r *run, dot reflect.Value) reflect.Value { return reflect.ValueOf(whole(r, dot)) },
	}
}

// ofYes is a value of type bool.
func ofYes(yes func(*run, reflect.Value) bool) value {
	return value{
		kind: kind{typ: boolType}, yes: yes,
		get: func(r *run, dot reflect.Value) reflect.Value { return reflect.ValueOf(yes(r, dot)) },
	}
}

// dotValue is the dot.
func dotValue(k kind) value {
	return value{kind: k, isDot: true, get: func(_ *run, dot reflect.Value) reflect.Value { return dot }}
}

// member is a field of a struct.
func member(v value, i int) value {
	f := v.typ.Field(i)
	out := value{kind: known(f.Type, v.addr)}
	if v.isDot || v.path != nil {
		out.path = append(append([]int{}, v.path...), i)
		out.get = along(out.path)
		if f.Type.Kind() == reflect.String {
			out.text = textAlong(out.path)
		}
		return out
	}
	get := v.get
	out.get = func(r *run, dot reflect.Value) reflect.Value { return get(r, dot).Field(i) }
	return out
}

// along leads from dot to a field.
func along(path []int) func(*run, reflect.Value) reflect.Value {
	switch len(path) {
	case 1:
		a := path[0]
		return func(_ *run, dot reflect.Value) reflect.Value { return dot.Field(a) }
	case 2:
		a, b := path[0], path[1]
		return func(_ *run, dot reflect.Value) reflect.Value { return dot.Field(a).Field(b) }
	}
	return func(_ *run, dot reflect.Value) reflect.Value {
		for _, i := range path {
			dot = dot.Field(i)
		}
		return dot
	}
}

// textAlong leads from dot to the text of a field.
func textAlong(path []int) func(*run, reflect.Value) string {
	switch len(path) {
	case 1:
		a := path[0]
		return func(_ *run, dot reflect.Value) string { return dot.Field(a).String() }
	case 2:
		a, b := path[0], path[1]
		return func(_ *run, dot reflect.Value) string { return dot.Field(a).Field(b).String() }
	}
	get := along(path)
	return func(r *run, dot reflect.Value) string { return get(r, dot).String() }
}

// string is the text of a value of a kind of string.
func (v value) string() func(*run, reflect.Value) string {
	if v.text != nil {
		return v.text
	}
	get := v.get
	return func(r *run, dot reflect.Value) string { return get(r, dot).String() }
}

// int is the number of a value of type int.
func (v value) int() func(*run, reflect.Value) int {
	if v.whole != nil {
		return v.whole
	}
	get := v.get
	return func(r *run, dot reflect.Value) int { return int(get(r, dot).Int()) }
}

// truth is whether a value is more than the empty one of its type.
func (v value) truth() func(*run, reflect.Value) bool {
	get := v.get
	switch {
	case v.judge != nil:
		return v.judge
	case v.yes != nil:
		return v.yes
	case v.whole != nil:
		whole := v.whole
		return func(r *run, dot reflect.Value) bool { return whole(r, dot) != 0 }
	case v.typ != nil && v.typ.Kind() == reflect.String:
		text := v.string()
		return func(r *run, dot reflect.Value) bool { return text(r, dot) != "" }
	case v.typ != nil && v.typ.Kind() == reflect.Slice:
		return func(r *run, dot reflect.Value) bool { return get(r, dot).Len() > 0 }
	case v.typ != nil && v.typ.Kind() == reflect.Bool:
		return func(r *run, dot reflect.Value) bool { return get(r, dot).Bool() }
	}
	test := truthOf(v.typ)
	return func(r *run, dot reflect.Value) bool { return test(get(r, dot)) }
}

// truthOf tests values of a type; nil is any.
func truthOf(t reflect.Type) func(reflect.Value) bool {
	if t == nil {
		return isTrue
	}
	switch t.Kind() {
	case reflect.String:
		return func(v reflect.Value) bool { return v.String() != "" }
	case reflect.Slice, reflect.Map, reflect.Array:
		return func(v reflect.Value) bool { return v.Len() > 0 }
	case reflect.Struct:
		return func(reflect.Value) bool { return true }
	case reflect.Pointer:
		return func(v reflect.Value) bool { return !v.IsNil() }
	}
	return isTrue
}

// pointed is what a value points to, through as many pointers as there are.
func (c *compiler) pointed(v value) value {
	for v.typ != nil && v.typ.Kind() == reflect.Pointer {
		get := v.get
		v = value{kind: known(v.typ.Elem(), true), get: func(r *run, dot reflect.Value) reflect.Value {
			p := get(r, dot)
			if p.IsNil() {
				giveUp()
			}
			return p.Elem()
		}}
	}
	return v
}
