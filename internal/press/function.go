package press

import (
	"html/template"
	"reflect"
	"text/template/parse"
)

// Method is a way to call a method, of whatever types have it, without
// reflection.
type Method struct {
	name   string
	iface  reflect.Type // has the method alone
	result reflect.Type
	text   func(receiver any) string
	test   func(receiver any, arg string) bool
}

// Text makes the way to a method without arguments that returns text. The
// interface I has the method alone.
func Text[I any, R ~string](name string, call func(I) R) Method {
	return Method{
		name: name, iface: reflect.TypeFor[I](), result: reflect.TypeFor[R](),
		text: func(receiver any) string { return string(call(receiver.(I))) },
	}
}

// Test makes the way to a method that tests a text. The interface I has the
// method alone.
func Test[I any](name string, call func(I, string) bool) Method {
	return Method{
		name: name, iface: reflect.TypeFor[I](), result: boolType,
		test: func(receiver any, arg string) bool { return call(receiver.(I), arg) },
	}
}

// method compiles the call of a method of v.
func (c *compiler) method(v value, n parse.Node, index int, args []parse.Node, last *value) value {
	m := methods(v.kind).Method(index)
	get, addr := v.get, v.addr
	receiver := func(r *run, dot reflect.Value) any {
		v := get(r, dot)
		if addr {
			return v.Addr().Interface()
		}
		return v.Interface()
	}
	argv := c.arguments(n, m.Name, m.Type, 1, args, last)
	for _, quick := range c.plate.methods {
		if quick.name != m.Name || !methods(v.kind).Implements(quick.iface) {
			continue
		}
		if quick.test != nil && argv[0].typ == nil {
			break
		}
		if quick.test != nil {
			test, arg := quick.test, argv[0].string()
			return ofYes(func(r *run, dot reflect.Value) bool { return test(receiver(r, dot), arg(r, dot)) })
		}
		text := quick.text
		return ofText(quick.result, func(r *run, dot reflect.Value) string { return text(receiver(r, dot)) })
	}
	bound := func(r *run, dot reflect.Value) reflect.Value {
		v := get(r, dot)
		if addr {
			v = v.Addr()
		}
		return v.Method(index)
	}
	return invocation(m.Type.Out(0), bound, argv)
}

// invocation compiles a call by reflection.
func invocation(result reflect.Type, f func(*run, reflect.Value) reflect.Value, args []value) value {
	k := known(result, false)
	if result == valueType {
		k = kind{}
	}
	return value{kind: k, get: func(r *run, dot reflect.Value) reflect.Value {
		f := f(r, dot)
		t := f.Type()
		argv := make([]reflect.Value, len(args))
		for i, a := range args {
			argv[i] = fitting(a.get(r, dot), parameter(t, 0, i))
		}
		return invoke(f, argv)
	}}
}

// parameter is the type of a parameter, those before skip left out.
func parameter(t reflect.Type, skip, i int) reflect.Type {
	i += skip
	if last := t.NumIn() - 1; t.IsVariadic() && i >= last {
		return t.In(last).Elem()
	}
	return t.In(i)
}

// arguments compiles the arguments of a function of type t, whose first
// parameters, to be skipped, are no arguments.
func (c *compiler) arguments(n parse.Node, name string, t reflect.Type, skip int, args []parse.Node, last *value) []value {
	count := len(args)
	if last != nil {
		count++
	}
	if want := t.NumIn() - skip; t.IsVariadic() && count < want-1 {
		c.refuse(n, "%s wants at least %d arguments, not %d", name, want-1, count)
	} else if !t.IsVariadic() && count != want {
		c.refuse(n, "%s wants %d arguments, not %d", name, want, count)
	}
	if !callable(t) {
		c.refuse(n, "%s returns neither a value nor a value and an error", name)
	}
	var out []value
	for i, arg := range args {
		out = append(out, c.argument(arg, parameter(t, skip, i)))
	}
	if last != nil {
		out = append(out, c.fit(n, *last, parameter(t, skip, len(args))))
	}
	return out
}

// argument compiles an argument for a parameter of a type.
func (c *compiler) argument(n parse.Node, t reflect.Type) value {
	takesAny := t == valueType || t.Kind() == reflect.Interface && t.NumMethod() == 0
	switch n := n.(type) {
	case *parse.BoolNode, *parse.NumberNode, *parse.StringNode:
		if takesAny {
			return c.operand(n)
		}
		return constant(c.literal(n, t))
	case *parse.NilNode:
		if !canBeNil(t) {
			c.refuse(n, "nil is no %s", t)
		}
		return constant(reflect.Zero(t))
	}
	return c.fit(n, c.operand(n), t)
}

// literal is a literal as a value of a type.
func (c *compiler) literal(n parse.Node, t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	switch n := n.(type) {
	case *parse.BoolNode:
		if t.Kind() == reflect.Bool {
			v.SetBool(n.True)
			return v
		}
	case *parse.StringNode:
		if t.Kind() == reflect.String {
			v.SetString(n.Text)
			return v
		}
	case *parse.NumberNode:
		switch {
		case n.IsInt && v.CanInt():
			v.SetInt(n.Int64)
			return v
		case n.IsUint && v.CanUint():
			v.SetUint(n.Uint64)
			return v
		case n.IsFloat && v.CanFloat():
			v.SetFloat(n.Float64)
			return v
		}
	}
	c.refuse(n, "%s is no %s", n, t)
	panic("unreachable")
}

// fit makes v an argument of a type.
func (c *compiler) fit(n parse.Node, v value, t reflect.Type) value {
	if v.typ == nil || t == valueType {
		return v // fitted when printing
	}
	if v.typ.AssignableTo(t) {
		return v
	}
	switch {
	case v.typ.Kind() == reflect.Pointer && v.typ.Elem().AssignableTo(t):
		return c.pointed(v)
	case v.addr && reflect.PointerTo(v.typ).AssignableTo(t):
		get := v.get
		return value{kind: kind{typ: reflect.PointerTo(v.typ)}, get: func(r *run, dot reflect.Value) reflect.Value { return get(r, dot).Addr() }}
	}
	c.refuse(n, "%s is a %s, not a %s", n, v.typ, t)
	panic("unreachable")
}

// function compiles the call of a function by its name.
func (c *compiler) function(n *parse.IdentifierNode, args []parse.Node, last *value) value {
	f, own := c.plate.funcs[n.Ident]
	if !own {
		return c.builtin(n, args, last)
	}
	fun := reflect.ValueOf(f)
	argv := c.arguments(n, n.Ident, fun.Type(), 0, args, last)
	for _, a := range argv {
		if a.typ == nil {
			return invocation(fun.Type().Out(0), func(*run, reflect.Value) reflect.Value { return fun }, argv)
		}
	}
	if v, ok := direct(f, argv); ok {
		return v
	}
	return invocation(fun.Type().Out(0), func(*run, reflect.Value) reflect.Value { return fun }, argv)
}

var htmlType = reflect.TypeFor[template.HTML]()

// direct compiles the call of a function of one of the types that templates
// mostly call.
func direct(f any, args []value) (v value, ok bool) {
	switch f := f.(type) {
	case func() string:
		return ofText(stringType, func(*run, reflect.Value) string { return f() }), true
	case func(string) string:
		a := args[0].string()
		return ofText(stringType, func(r *run, dot reflect.Value) string { return f(a(r, dot)) }), true
	case func(string) (string, error):
		a := args[0].string()
		return ofText(stringType, func(r *run, dot reflect.Value) string { return must(f(a(r, dot))) }), true
	case func(string) template.HTML:
		a := args[0].string()
		return ofText(htmlType, func(r *run, dot reflect.Value) string { return string(f(a(r, dot))) }), true
	case func(string) (template.HTML, error):
		a := args[0].string()
		return ofText(htmlType, func(r *run, dot reflect.Value) string { return string(must(f(a(r, dot)))) }), true
	case func(string, int) (string, error):
		a, b := args[0].string(), args[1].int()
		return ofText(stringType, func(r *run, dot reflect.Value) string { return must(f(a(r, dot), b(r, dot))) }), true
	case func(string, ...any) (string, error):
		a, rest := args[0].string(), args[1:]
		return ofText(stringType, func(r *run, dot reflect.Value) string { return must(f(a(r, dot), boxes(r, dot, rest)...)) }), true
	case func(int, int) int:
		a, b := args[0].int(), args[1].int()
		return ofWhole(func(r *run, dot reflect.Value) int { return f(a(r, dot), b(r, dot)) }), true
	}
	return value{}, false
}

// must is a function's result; with an error, the page is html/template's.
func must[T any](v T, err error) T {
	if err != nil {
		giveUp()
	}
	return v
}

// boxes are arguments of type any.
func boxes(r *run, dot reflect.Value, args []value) []any {
	out := make([]any, len(args))
	for i, a := range args {
		out[i] = boxed(a.get(r, dot))
	}
	return out
}
