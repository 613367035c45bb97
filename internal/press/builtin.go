package press

import (
	"fmt"
	"reflect"
	"text/template"
	"text/template/parse"
)

// builtin compiles the call of one of text/template's own functions.
func (c *compiler) builtin(n *parse.IdentifierNode, nodes []parse.Node, last *value) value {
	var args []value
	for _, a := range nodes {
		args = append(args, c.operand(a))
	}
	if last != nil {
		args = append(args, *last)
	}
	if say := printers[n.Ident]; say != nil {
		return ofText(stringType, func(r *run, dot reflect.Value) string { return say(boxes(r, dot, args)...) })
	}
	if len(args) == 0 {
		c.refuse(n, "%s wants arguments", n.Ident)
	}
	switch n.Ident {
	case "and", "or":
		return junction(args, n.Ident == "or")
	case "printf":
		if args[0].typ != stringType {
			unknown("printf whose first argument is no text")
		}
		format, rest := args[0].string(), args[1:]
		return ofText(stringType, func(r *run, dot reflect.Value) string { return fmt.Sprintf(format(r, dot), boxes(r, dot, rest)...) })
	case "index":
		return c.index(args)
	case "slice":
		return c.slice(args)
	}
	switch {
	case len(args) == 1 && n.Ident == "not":
		truth := args[0].truth()
		return ofYes(func(r *run, dot reflect.Value) bool { return !truth(r, dot) })
	case len(args) == 1 && n.Ident == "len":
		return c.length(args[0])
	case len(args) > 1 && n.Ident == "eq", len(args) == 2 && comparisons[n.Ident] != nil:
		return compare(n.Ident, args)
	}
	unknown("%s with %d arguments", n.Ident, len(args))
	panic("unreachable")
}

// printers are the functions that make text of whatever they are given.
var printers = map[string]func(...any) string{
	"print": fmt.Sprint, "println": fmt.Sprintln,
	"html": template.HTMLEscaper, "js": template.JSEscaper, "urlquery": template.URLQueryEscaper,
	"_eval_args_": said, // what html/template makes of the arguments of those before
}

// said prints values as html/template does: pointers are what they point to,
// unless they say themselves what they are.
func said(args ...any) string {
	for i, a := range args {
		if a == nil {
			continue
		}
		v := reflect.ValueOf(a)
		for v.Kind() == reflect.Pointer && !v.IsNil() && !v.Type().Implements(stringerType) && !v.Type().Implements(errorType) {
			v = v.Elem()
		}
		args[i] = v.Interface()
	}
	return fmt.Sprint(args...)
}

// junction compiles and, or: the first value that decides it, else the last.
func junction(args []value, or bool) value {
	v := value{kind: args[0].kind}
	for _, a := range args {
		if a.kind != v.kind {
			v.kind = kind{}
		}
	}
	var truths []func(*run, reflect.Value) bool
	for _, a := range args {
		truths = append(truths, a.truth())
	}
	v.judge = func(r *run, dot reflect.Value) bool {
		for _, truth := range truths {
			if truth(r, dot) == or {
				return or
			}
		}
		return !or
	}
	v.get = func(r *run, dot reflect.Value) (v reflect.Value) {
		for _, a := range args {
			if v = a.get(r, dot); isTrue(v) == or {
				break
			}
		}
		return v
	}
	return v
}

// length compiles len.
func (c *compiler) length(v value) value {
	v = c.pointed(v)
	get := v.get
	if v.typ != nil && v.typ.Kind() == reflect.Slice {
		return ofWhole(func(r *run, dot reflect.Value) int { return get(r, dot).Len() })
	}
	return ofWhole(func(r *run, dot reflect.Value) int { return through(get(r, dot)).Len() })
}

// index compiles index.
func (c *compiler) index(args []value) value {
	v := args[0]
	for _, at := range args[1:] {
		v = c.pointed(v)
		get := v.get
		if v.typ != nil && v.typ.Kind() == reflect.Slice && at.typ == intType {
			i := at.int()
			v = value{kind: known(v.typ.Elem(), true), get: func(r *run, dot reflect.Value) reflect.Value { return get(r, dot).Index(i(r, dot)) }}
			continue
		}
		key := at.get
		v = value{get: func(r *run, dot reflect.Value) reflect.Value { return indexed(get(r, dot), key(r, dot)) }}
	}
	return v
}

// indexed is an element of a slice, an array, a string or a map.
func indexed(v, at reflect.Value) reflect.Value {
	v, at = through(v), inside(at)
	if v.Kind() != reflect.Map {
		return v.Index(number(at))
	}
	key := v.Type().Key()
	if !at.IsValid() || !at.Type().AssignableTo(key) {
		giveUp()
	}
	if e := v.MapIndex(at); e.IsValid() {
		return e
	}
	return reflect.Zero(v.Type().Elem())
}

// number is an index.
func number(v reflect.Value) int {
	switch {
	case v.CanInt() && int64(int(v.Int())) == v.Int():
		return int(v.Int())
	case v.CanUint() && v.Uint() < 1<<31:
		return int(v.Uint())
	}
	giveUp()
	panic("unreachable")
}

// slice compiles slice, but for the form with a capacity.
func (c *compiler) slice(args []value) value {
	if len(args) > 3 {
		unknown("slice with a capacity")
	}
	v := c.pointed(args[0])
	out := value{}
	if v.typ != nil && (v.typ.Kind() == reflect.Slice || v.typ.Kind() == reflect.String) {
		out.kind = kind{typ: v.typ}
	}
	bounds := args[1:]
	out.get = func(r *run, dot reflect.Value) reflect.Value {
		v := through(v.get(r, dot))
		ends := [2]int{0, v.Len()}
		for i, b := range bounds {
			ends[i] = number(b.get(r, dot))
		}
		return v.Slice(ends[0], ends[1])
	}
	return out
}
