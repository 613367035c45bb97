package press

import (
	"reflect"
	"strings"
	"text/template/parse"
)

// pipe compiles a pipeline with its variables.
func (c *compiler) pipe(p *parse.PipeNode) value {
	return c.settle(c.commands(p), p)
}

// commands compiles what a pipeline comes to.
func (c *compiler) commands(p *parse.PipeNode) value {
	return c.chainOf(p.Cmds)
}

// chainOf compiles commands, each of which is given what the one before came
// to.
func (c *compiler) chainOf(cmds []*parse.CommandNode) value {
	var last *value
	for _, cmd := range cmds {
		v := c.command(cmd, last)
		if v.typ == nil {
			get := v.get
			v.get = func(r *run, dot reflect.Value) reflect.Value { return peeled(get(r, dot)) }
			v.isDot = false
		}
		last = &v
	}
	return *last
}

// command compiles a command; last is what it is given, if anything.
func (c *compiler) command(cmd *parse.CommandNode, last *value) value {
	first, args := cmd.Args[0], cmd.Args[1:]
	switch n := first.(type) {
	case *parse.FieldNode:
		return c.fields(dotValue(c.dot), n, n.Ident, args, last)
	case *parse.ChainNode:
		return c.fields(c.operand(n.Node), n, n.Field, args, last)
	case *parse.VariableNode:
		if len(n.Ident) > 1 {
			return c.fields(c.variable(n.Ident[0]), n, n.Ident[1:], args, last)
		}
	case *parse.IdentifierNode:
		return c.function(n, args, last)
	}
	if len(args) > 0 || last != nil {
		c.refuse(first, "%s takes no arguments", first)
	}
	if _, ok := first.(*parse.NilNode); ok {
		c.refuse(first, "nil is not a command")
	}
	return c.operand(first)
}

// operand compiles an argument for a parameter of any type.
func (c *compiler) operand(n parse.Node) value {
	switch n := n.(type) {
	case *parse.DotNode:
		return dotValue(c.dot)
	case *parse.FieldNode:
		return c.fields(dotValue(c.dot), n, n.Ident, nil, nil)
	case *parse.VariableNode:
		v := c.variable(n.Ident[0])
		if len(n.Ident) > 1 {
			return c.fields(v, n, n.Ident[1:], nil, nil)
		}
		return v
	case *parse.ChainNode:
		return c.fields(c.operand(n.Node), n, n.Field, nil, nil)
	case *parse.IdentifierNode:
		return c.function(n, nil, nil)
	case *parse.PipeNode:
		if len(n.Decl) > 0 {
			unknown("a variable within an expression")
		}
		return c.commands(n)
	case *parse.NilNode:
		return constant(reflect.Value{})
	case *parse.BoolNode:
		return constant(reflect.ValueOf(n.True))
	case *parse.StringNode:
		return constant(reflect.ValueOf(n.Text))
	case *parse.NumberNode:
		return constant(c.number(n))
	}
	unknown("%s", n)
	panic("unreachable")
}

// number is a number where nothing says which type it is to have.
func (c *compiler) number(n *parse.NumberNode) reflect.Value {
	switch {
	case n.IsComplex:
	case n.IsInt && int64(int(n.Int64)) == n.Int64 && !strings.ContainsAny(n.Text, ".eEpPxX'"):
		return reflect.ValueOf(int(n.Int64))
	case n.IsFloat && strings.ContainsAny(n.Text, ".eE") && !strings.ContainsAny(n.Text, "pPxX'"):
		return reflect.ValueOf(n.Float64)
	}
	unknown("the number %s", n)
	panic("unreachable")
}

// variable is the value of a variable.
func (c *compiler) variable(name string) value {
	v := c.lookup(name)
	slot := v.slot
	if v.number {
		return ofWhole(func(r *run, _ reflect.Value) int { return r.slots[r.base+slot].number })
	}
	return value{kind: v.kind, get: func(r *run, _ reflect.Value) reflect.Value { return r.slots[r.base+slot].value }}
}

// fields compiles .A.B.C, the last of which may be a method with arguments.
func (c *compiler) fields(v value, n parse.Node, names []string, args []parse.Node, last *value) value {
	for i, name := range names {
		if i < len(names)-1 {
			v = c.field(v, n, name, nil, nil)
		} else {
			v = c.field(v, n, name, args, last)
		}
	}
	return v
}

// field compiles a field or a method of a value.
func (c *compiler) field(v value, n parse.Node, name string, args []parse.Node, last *value) value {
	v = c.pointed(v)
	if v.typ == nil || v.typ.Kind() == reflect.Map {
		if len(args) > 0 || last != nil {
			unknown("arguments of %s", name)
		}
		get := v.get
		return value{get: func(r *run, dot reflect.Value) reflect.Value { return fieldOf(get(r, dot), name) }}
	}
	f := find(place{v.kind, name})
	switch {
	case f.method >= 0:
		return c.method(v, n, f.method, args, last)
	case f.index == nil:
		c.refuse(n, "%s has no field or method %s", v.typ, name)
	case len(args) > 0 || last != nil:
		c.refuse(n, "%s of %s is no method, and has arguments", name, v.typ)
	}
	for _, i := range f.index {
		v = member(c.pointed(v), i)
	}
	return v
}
