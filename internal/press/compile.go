package press

import (
	"fmt"
	"reflect"
	"text/template/parse"
)

// session is one compilation: a routine and those that it calls.
type session struct {
	plate *Plate
	begun []call
}

// routine returns the routine of a call. One that calls itself is returned
// before it is complete.
func (s *session) routine(c call) *routine {
	if r, ok := s.plate.routines[c]; ok {
		return r
	}
	tree := s.plate.trees[c.name]
	if tree == nil {
		unknown("template %q", c.name)
	}
	r := &routine{}
	s.plate.routines[c] = r
	s.begun = append(s.begun, c)
	k := &compiler{session: s, tree: tree, assigned: map[string]bool{}, slots: 1, dot: c.dot}
	walk(tree.Root, k.noteAssigned)
	k.declare(variable{name: "$", kind: c.dot})
	act := k.list(tree.Root)
	if k.slots > 1 || k.usesRoot {
		r.slots = k.slots
	}
	r.act = act
	return r
}

// compiler compiles one template for a dot of one kind.
type compiler struct {
	*session
	tree     *parse.Tree
	assigned map[string]bool // names of variables that are given another value somewhere
	scope    []variable
	slots    int
	usesRoot bool
	dot      kind
}

// variable is a variable in scope.
type variable struct {
	name string
	slot int
	kind
	number bool // it is an int, held as the slot's number
}

// noteAssigned remembers which variables an action assigns to.
func (c *compiler) noteAssigned(n parse.Node) {
	var pipe *parse.PipeNode
	switch n := n.(type) {
	case *parse.ActionNode:
		pipe = n.Pipe
	case *parse.IfNode:
		pipe = n.Pipe
	case *parse.WithNode:
		pipe = n.Pipe
	case *parse.RangeNode:
		pipe = n.Pipe
	case *parse.TemplateNode:
		pipe = n.Pipe
	}
	if pipe == nil {
		return
	}
	if pipe.IsAssign {
		for _, v := range pipe.Decl {
			c.assigned[v.Ident[0]] = true
		}
	}
}

// declare brings a variable into scope. Of one that is assigned to somewhere
// nothing is known: what it is given may be of any type.
func (c *compiler) declare(v variable) {
	if c.assigned[v.name] {
		v.kind, v.number = kind{}, false
	}
	c.scope = append(c.scope, v)
}

// newSlot returns the number of a slot for a variable.
func (c *compiler) newSlot() int {
	c.slots++
	return c.slots - 1
}

// lookup finds a variable.
func (c *compiler) lookup(name string) variable {
	for i := len(c.scope) - 1; i >= 0; i-- {
		if c.scope[i].name == name {
			c.usesRoot = c.usesRoot || i == 0
			return c.scope[i]
		}
	}
	unknown("variable %s", name)
	panic("unreachable")
}

// within compiles something whose variables nobody sees afterwards.
func (c *compiler) within(dot kind, do func()) {
	before, scope := c.dot, len(c.scope)
	c.dot = dot
	do()
	c.dot, c.scope = before, c.scope[:scope]
}

// refuse reports that a template asks of its data what this does not have.
func (c *compiler) refuse(n parse.Node, format string, args ...any) {
	location, _ := c.tree.ErrorContext(n)
	panic(refusal{fmt.Errorf("%s: %s", location, fmt.Sprintf(format, args...))})
}

// piece is a text and what follows it.
type piece struct {
	text []byte
	act  action // nil at the end
}

// list compiles a list of actions.
func (c *compiler) list(list *parse.ListNode) action {
	if list == nil {
		return func(*run, reflect.Value) signal { return next }
	}
	var pieces []piece
	var text []byte
	for _, n := range list.Nodes {
		if t, ok := n.(*parse.TextNode); ok {
			text = append(text, t.Text...)
		} else if act := c.node(n); act != nil {
			pieces = append(pieces, piece{text, act})
			text = nil
		}
	}
	end := text
	if len(pieces) == 0 {
		return func(r *run, _ reflect.Value) signal { r.out = append(r.out, end...); return next }
	}
	return func(r *run, dot reflect.Value) signal {
		for i := range pieces {
			r.out = append(r.out, pieces[i].text...)
			if s := pieces[i].act(r, dot); s != next {
				return s
			}
		}
		r.out = append(r.out, end...)
		return next
	}
}

// node compiles an action; nil is one that does nothing.
func (c *compiler) node(n parse.Node) action {
	switch n := n.(type) {
	case *parse.ActionNode:
		if len(n.Pipe.Decl) == 0 {
			return c.output(n)
		}
		set := c.pipe(n.Pipe).get
		return func(r *run, dot reflect.Value) signal { set(r, dot); return next }
	case *parse.IfNode:
		return c.choice(&n.BranchNode, false)
	case *parse.WithNode:
		return c.choice(&n.BranchNode, true)
	case *parse.RangeNode:
		return c.loop(n)
	case *parse.TemplateNode:
		return c.template(n)
	case *parse.BreakNode:
		return func(*run, reflect.Value) signal { return breaks }
	case *parse.ContinueNode:
		return func(*run, reflect.Value) signal { return continues }
	case *parse.CommentNode:
		return nil
	}
	unknown("%s", n)
	panic("unreachable")
}

// choice compiles if and with.
func (c *compiler) choice(n *parse.BranchNode, with bool) (act action) {
	c.within(c.dot, func() {
		v := c.pipe(n.Pipe)
		var then, other action
		dot := c.dot
		if with {
			dot = v.kind
		}
		c.within(dot, func() { then = c.list(n.List) })
		c.within(c.dot, func() { other = c.list(n.ElseList) })
		if with {
			get, truth := v.get, truthOf(v.typ)
			act = func(r *run, dot reflect.Value) signal {
				if v := get(r, dot); truth(v) {
					return then(r, v)
				}
				return other(r, dot)
			}
			return
		}
		act = when(v.truth(), then, other, n.ElseList != nil)
	})
	return act
}

// when does one thing or another.
func when(test func(*run, reflect.Value) bool, then, other action, hasOther bool) action {
	if !hasOther {
		return func(r *run, dot reflect.Value) signal {
			if test(r, dot) {
				return then(r, dot)
			}
			return next
		}
	}
	return func(r *run, dot reflect.Value) signal {
		if test(r, dot) {
			return then(r, dot)
		}
		return other(r, dot)
	}
}

// template compiles the call of another template.
func (c *compiler) template(n *parse.TemplateNode) action {
	dot := constant(reflect.Value{})
	if n.Pipe != nil {
		dot = c.pipe(n.Pipe)
	}
	if dot.typ != nil || n.Pipe == nil {
		callee := c.routine(call{n.Name, dot.kind})
		if dot.isDot {
			return func(r *run, dot reflect.Value) signal { callee.call(r, dot); return next }
		}
		return func(r *run, d reflect.Value) signal { callee.call(r, dot.get(r, d)); return next }
	}
	plate, name := c.plate, n.Name
	return func(r *run, d reflect.Value) signal {
		v := dot.get(r, d)
		callee, err := plate.compiled(calling(name, v))
		if err != nil {
			giveUp()
		}
		callee.call(r, v)
		return next
	}
}

// loop compiles range.
func (c *compiler) loop(n *parse.RangeNode) (act action) {
	c.within(c.dot, func() {
		v := c.commands(n.Pipe)
		var other action
		c.within(c.dot, func() {
			// Where nothing is gone through, the variables hold what there was to
			// go through.
			set := c.settle(v, n.Pipe)
			other = c.list(n.ElseList)
			v = set
		})
		v = c.pointed(v)
		if v.typ != nil && (v.typ.Kind() == reflect.Slice || v.typ.Kind() == reflect.Array) {
			act = c.loopSlice(n, v, other)
		} else {
			act = c.loopAny(n, v, other)
		}
	})
	return act
}

// settle gives the variables of a pipeline its value. The result is the value;
// asking for it sets them.
func (c *compiler) settle(v value, pipe *parse.PipeNode) value {
	for _, d := range pipe.Decl {
		name, get := d.Ident[0], v.get
		slot := 0
		if pipe.IsAssign {
			slot = c.lookup(name).slot
		} else {
			slot = c.newSlot()
			c.declare(variable{name: name, slot: slot, kind: v.kind})
		}
		v = value{kind: v.kind, get: func(r *run, dot reflect.Value) reflect.Value {
			v := get(r, dot)
			r.slots[r.base+slot].value = v
			return v
		}}
	}
	return v
}

// loopSlice goes through what is known to be a slice or an array.
func (c *compiler) loopSlice(n *parse.RangeNode, v value, other action) action {
	elem := known(v.typ.Elem(), v.typ.Kind() == reflect.Slice || v.addr)
	index, item := c.loopVariables(n, elem, true)
	var body action
	c.within(elem, func() { body = c.list(n.List) })
	get := v.get
	return func(r *run, dot reflect.Value) signal {
		all := get(r, dot)
		count := all.Len()
		if count == 0 {
			return other(r, dot)
		}
		for i := range count {
			e := all.Index(i)
			if index != nil {
				index(r, reflect.Value{}, i)
			}
			if item != nil {
				item(r, e, 0)
			}
			if body(r, e) == breaks {
				break
			}
		}
		return next
	}
}

// loopAny goes through whatever there is.
func (c *compiler) loopAny(n *parse.RangeNode, v value, other action) action {
	index, item := c.loopVariables(n, kind{}, false)
	var body action
	c.within(kind{}, func() { body = c.list(n.List) })
	get := v.get
	return func(r *run, dot reflect.Value) signal {
		some := each(get(r, dot), index != nil, func(key, e reflect.Value) bool {
			if index != nil {
				index(r, key, 0)
			}
			if item != nil {
				item(r, e, 0)
			}
			return body(r, e) != breaks
		})
		if !some {
			return other(r, dot)
		}
		return next
	}
}

// setter sets a loop's variable.
type setter func(r *run, v reflect.Value, number int)

// loopVariables declares the variables of a loop; those that it does not have
// are nil.
func (c *compiler) loopVariables(n *parse.RangeNode, elem kind, counted bool) (index, item setter) {
	names := n.Pipe.Decl
	if len(names) == 0 {
		return nil, nil
	}
	if len(names) > 1 {
		index = c.loopVariable(n.Pipe, names[0].Ident[0], kind{}, counted)
	}
	return index, c.loopVariable(n.Pipe, names[len(names)-1].Ident[0], elem, false)
}

func (c *compiler) loopVariable(pipe *parse.PipeNode, name string, k kind, counted bool) setter {
	v := variable{name: name, kind: k, number: counted}
	if pipe.IsAssign {
		v = c.lookup(name)
	} else {
		v.slot = c.newSlot()
		c.declare(v)
		v = c.scope[len(c.scope)-1]
	}
	switch {
	case v.number:
		return func(r *run, _ reflect.Value, number int) { r.slots[r.base+v.slot].number = number }
	case counted:
		return func(r *run, _ reflect.Value, number int) { r.slots[r.base+v.slot].value = reflect.ValueOf(number) }
	}
	return func(r *run, e reflect.Value, _ int) { r.slots[r.base+v.slot].value = e }
}
