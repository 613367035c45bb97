package press

import (
	"cmp"
	"reflect"
	"slices"
	"sync"
	"text/template"
)

// What is done with values of which nothing is known beforehand. It follows
// text/template step by step, and gives up where that would fail.

// isTrue reports whether v is more than the empty value of its type.
func isTrue(v reflect.Value) bool {
	v = inside(v)
	if !v.IsValid() {
		return false
	}
	truth, ok := template.IsTrue(v.Interface())
	if !ok {
		giveUp()
	}
	return truth
}

// inside is what an interface holds.
func inside(v reflect.Value) reflect.Value {
	if v.Kind() == reflect.Interface {
		return v.Elem()
	}
	return v
}

// peeled is what an interface without methods holds: what is left of a value
// after each step of a pipeline.
func peeled(v reflect.Value) reflect.Value {
	if v.Kind() == reflect.Interface && v.NumMethod() == 0 {
		return v.Elem()
	}
	return v
}

// through is what a value points to, through pointers and interfaces.
func through(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			giveUp()
		}
		v = v.Elem()
	}
	return v
}

// boxed is the value as an argument of type any.
func boxed(v reflect.Value) any {
	if !v.IsValid() {
		return nil
	}
	return v.Interface()
}

// place says where types keep what templates call by a name.
type place struct {
	kind
	name string
}

// found is what a place holds.
type found struct {
	method int   // -1 when it is no method
	index  []int // of a field; nil when it is none
}

var places sync.Map // place → found

func find(p place) found {
	if f, ok := places.Load(p); ok {
		return f.(found)
	}
	f := found{method: -1}
	if m, ok := methods(p.kind).MethodByName(p.name); ok {
		f.method = m.Index
	} else if p.typ.Kind() == reflect.Struct {
		if field, ok := p.typ.FieldByName(p.name); ok && field.IsExported() {
			f.index = field.Index
		}
	}
	places.Store(p, f)
	return f
}

// methods is the type whose methods a value of some kind has.
func methods(k kind) reflect.Type {
	if k.addr && k.typ.Kind() != reflect.Interface {
		return reflect.PointerTo(k.typ)
	}
	return k.typ
}

// fieldOf is v's field, key, or what its method without arguments returns.
func fieldOf(v reflect.Value, name string) reflect.Value {
	if !v.IsValid() {
		giveUp()
	}
	v = through(v)
	f := find(place{kind{v.Type(), v.CanAddr()}, name})
	switch {
	case f.method >= 0:
		if v.CanAddr() {
			v = v.Addr()
		}
		return invoke(v.Method(f.method), nil)
	case f.index != nil:
		field, err := v.FieldByIndexErr(f.index)
		if err != nil {
			giveUp()
		}
		return field
	case v.Kind() == reflect.Map && stringType.AssignableTo(v.Type().Key()):
		if e := v.MapIndex(reflect.ValueOf(name)); e.IsValid() {
			return e
		}
	}
	giveUp()
	panic("unreachable")
}

var (
	errorType = reflect.TypeFor[error]()
	valueType = reflect.TypeFor[reflect.Value]()
)

// invoke calls a function that returns a value and perhaps an error.
func invoke(f reflect.Value, args []reflect.Value) reflect.Value {
	t := f.Type()
	if !callable(t) || !t.IsVariadic() && t.NumIn() != len(args) || len(args) < t.NumIn()-1 {
		giveUp()
	}
	out := f.Call(args)
	if len(out) == 2 && !out[1].IsNil() {
		giveUp()
	}
	if out[0].Type() == valueType {
		return out[0].Interface().(reflect.Value)
	}
	return out[0]
}

// callable reports whether templates may call functions of a type.
func callable(t reflect.Type) bool {
	return t.NumOut() == 1 || t.NumOut() == 2 && t.Out(1) == errorType
}

// canBeNil reports whether nil stands for a value of the type.
func canBeNil(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.Interface, reflect.Map, reflect.Pointer, reflect.Slice:
		return true
	}
	return t == valueType
}

// fitting is v as an argument of a type.
func fitting(v reflect.Value, t reflect.Type) reflect.Value {
	switch {
	case !v.IsValid():
		if !canBeNil(t) {
			giveUp()
		}
		return reflect.Zero(t)
	case t == valueType && v.Type() != t:
		return reflect.ValueOf(v)
	case v.Type().AssignableTo(t):
		return v
	}
	if v.Kind() == reflect.Interface && !v.IsNil() {
		if v = v.Elem(); v.Type().AssignableTo(t) {
			return v
		}
	}
	switch {
	case v.Kind() == reflect.Pointer && v.Type().Elem().AssignableTo(t) && !v.IsNil():
		return v.Elem()
	case v.CanAddr() && reflect.PointerTo(v.Type()).AssignableTo(t):
		return v.Addr()
	}
	giveUp()
	panic("unreachable")
}

// each goes through a value until visit returns false, and reports whether
// there was anything.
func each(v reflect.Value, pairs bool, visit func(key, elem reflect.Value) bool) bool {
	if !v.IsValid() {
		return false
	}
	v = through(v)
	switch {
	case v.CanInt() || v.CanUint():
		return eachNumber(v, pairs, visit)
	case v.Kind() == reflect.Map:
		keys := sorted(v)
		for _, k := range keys {
			if !visit(k, v.MapIndex(k)) {
				break
			}
		}
		return len(keys) > 0
	case v.Kind() == reflect.Slice || v.Kind() == reflect.Array:
		for i := range v.Len() {
			if !visit(reflect.ValueOf(i), v.Index(i)) {
				break
			}
		}
		return v.Len() > 0
	}
	giveUp() // a channel, a function, or nothing to go through
	panic("unreachable")
}

func eachNumber(v reflect.Value, pairs bool, visit func(key, elem reflect.Value) bool) bool {
	if pairs {
		giveUp()
	}
	some := false
	for e := range v.Seq() {
		some = true
		if !visit(reflect.Value{}, e) {
			break
		}
	}
	return some
}

// sorted lists the keys of a map in the order of text/template, where they are
// of a kind that is easily sorted.
func sorted(m reflect.Value) []reflect.Value {
	keys := m.MapKeys()
	switch k := m.Type().Key().Kind(); {
	case k == reflect.String:
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
	case reflect.Int <= k && k <= reflect.Int64:
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.Int(), b.Int()) })
	case len(keys) > 1:
		giveUp()
	}
	return keys
}
