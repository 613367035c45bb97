package press

import (
	"reflect"
	"sync"
)

// run is the printing of one page.
type run struct {
	out   []byte
	slots []slot // variables of the routines that are running
	base  int    // where those of the innermost begin
	depth int
}

// slot holds a variable: a value, or a number that need not be one.
type slot struct {
	value  reflect.Value
	number int
}

// signal is how an action ends.
type signal uint8

const (
	next signal = iota
	breaks
	continues
)

// action prints something of dot.
type action func(r *run, dot reflect.Value) signal

// routine is a template compiled for a dot of one kind.
type routine struct {
	act   action
	slots int // variables that it needs; the first is $
}

// tooDeep is where html/template is to find out whether templates call each
// other for ever.
const tooDeep = 10000

// call prints the routine with a dot.
func (t *routine) call(r *run, dot reflect.Value) {
	if r.depth++; r.depth > tooDeep {
		giveUp()
	}
	if t.slots == 0 {
		t.act(r, dot)
		r.depth--
		return
	}
	base, begin := r.base, len(r.slots)
	for range t.slots {
		r.slots = append(r.slots, slot{})
	}
	r.base = begin
	r.slots[begin].value = dot
	t.act(r, dot)
	r.slots, r.base = r.slots[:begin], base
	r.depth--
}

var runs = sync.Pool{New: func() any { return new(run) }}

// print appends a page to dst, if nothing on it fails. What panics is for
// html/template to tell.
func (t *routine) print(dst []byte, data reflect.Value) (out []byte, ok bool) {
	r := runs.Get().(*run)
	defer func() {
		if !ok {
			recover() //nolint:errcheck // html/template prints the page again and comes upon it itself
		}
		clear(r.slots[:cap(r.slots)])
		*r = run{slots: r.slots[:0]}
		runs.Put(r)
	}()
	r.out = dst
	t.call(r, data)
	return r.out, true
}

// failure is what printing panics with.
type failure struct{}

// giveUp leaves the page to html/template.
func giveUp() { panic(failure{}) }
