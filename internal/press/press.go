// Package press prints html/template's templates fast.
//
// The templates stay html/template's: it parses them and decides how each value
// is escaped. What it has escaped is compiled here, once for each type of data,
// into closures that know where in a struct a value lies, so that printing a
// page asks for no name and boxes nothing.
//
// html/template stays the measure too. What Append prints are the bytes that it
// would print. Whatever the compiler does not know, and every page on which
// something fails, is left to it, from the first byte: so its errors are the
// ones that are told. The functions and methods that templates call may
// therefore run twice, and must have no effect.
//
// Beyond that, a type that lacks what a template asks of it is refused as a
// whole, even if the page at hand would not have come that far.
package press

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io"
	"reflect"
	"sync"
	"sync/atomic"
)

// Press makes plates.
type Press struct {
	funcs   template.FuncMap
	methods []Method
}

// Options say what templates call.
type Options struct {
	Funcs   template.FuncMap // those that the templates were parsed with
	Methods []Method         // those worth calling without reflection
}

// New makes a press for templates that share functions.
func New(o Options) *Press { return &Press{funcs: o.Funcs, methods: o.Methods} }

// Plate is a template, with all that it calls, ready for printing. It is safe
// for concurrent use.
type Plate struct {
	entry   string
	set     *template.Template // escaped
	trees   trees              // escaped, by template
	funcs   template.FuncMap
	methods []Method
	left    atomic.Int64

	mu       sync.Mutex // held while compiling
	routines map[call]*routine
	ready    sync.Map // call → *routine, or the error for which there is none
}

// Layout is what one kind of page has of its own, beside what it shares with all.
type Layout struct {
	Name string
	Set  *template.Template // not executed
}

// Plates prepares the template named entry once for each layout, whose templates
// take the places of shared ones. What layouts share is escaped once and kept once.
// It fails where html/template finds no way to escape one. Neither the shared set
// nor those of the layouts may have been executed, and the shared one is not to be
// used again.
func (p *Press) Plates(shared *template.Template, layouts []Layout, entry string) (map[string]*Plate, error) {
	entries, err := join(shared, layouts, entry)
	if err != nil {
		return nil, err
	}
	set, hidden, err := escaped(shared, entries, p.funcs)
	if err != nil {
		return nil, err
	}
	plates := map[string]*Plate{}
	for i, l := range layouts {
		plate := &Plate{entry: entries[i], set: set, funcs: p.funcs, methods: p.methods, routines: map[call]*routine{}}
		plate.trees, _ = reach(set, hidden, entries[i])
		plates[l.Name] = plate
	}
	return plates, nil
}

// Fits compiles the template for data of the sample's type. It fails where the
// type lacks a field or a method that the template asks for, and names file,
// line and field. That data of a type is left to html/template is no failure.
func (p *Plate) Fits(sample any) error {
	_, err := p.compiled(p.start(reflect.ValueOf(sample)))
	if errors.Is(err, errUnknown) {
		return nil
	}
	return err
}

// Append appends the page of data to dst. When it fails, dst is as it was.
func (p *Plate) Append(dst []byte, data any) ([]byte, error) {
	v := reflect.ValueOf(data)
	main, err := p.compiled(p.start(v))
	if err != nil && !errors.Is(err, errUnknown) {
		return dst, err
	}
	if err == nil {
		if out, ok := main.print(dst, v); ok {
			return out, nil
		}
	}
	p.left.Add(1)
	buf := bytes.NewBuffer(dst)
	if err := p.Execute(buf, data); err != nil {
		return dst, err
	}
	return buf.Bytes(), nil
}

// Execute has html/template print the page of data.
func (p *Plate) Execute(w io.Writer, data any) error {
	return p.set.ExecuteTemplate(w, p.entry, data)
}

// Left is how many pages were left to html/template.
func (p *Plate) Left() int64 { return p.left.Load() }

// start is the call of the whole template with a page's data.
func (p *Plate) start(v reflect.Value) call { return calling(p.entry, v) }

// call is a template called with a dot of some type.
type call struct {
	name string
	dot  kind
}

// kind is what is known of a value before there is one.
type kind struct {
	typ  reflect.Type // nil when only printing tells
	addr bool         // the value can be addressed, so the methods of its pointer are its own
}

// calling is the call of a template with a value.
func calling(name string, v reflect.Value) call {
	if !v.IsValid() {
		return call{name: name}
	}
	return call{name, known(v.Type(), v.CanAddr())}
}

// known is the kind of values of a type. What an interface holds only printing
// tells.
func known(t reflect.Type, addr bool) kind {
	if t == nil || t.Kind() == reflect.Interface {
		return kind{}
	}
	return kind{t, addr}
}

// compiled returns the routine of a call, compiling it at the first.
func (p *Plate) compiled(c call) (*routine, error) {
	if r, ok := p.ready.Load(c); ok {
		if err, failed := r.(error); failed {
			return nil, err
		}
		return r.(*routine), nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	r, err := p.compile(c)
	if err != nil {
		p.ready.Store(c, err)
		return nil, err
	}
	p.ready.Store(c, r)
	return r, nil
}

// errUnknown is what the compiler leaves to html/template.
var errUnknown = errors.New("left to html/template")

// compile compiles a call and all that it calls. When it fails, none of it is
// kept.
func (p *Plate) compile(c call) (r *routine, err error) {
	s := &session{plate: p}
	defer func() {
		if err == nil {
			return
		}
		for _, c := range s.begun {
			delete(p.routines, c)
		}
	}()
	defer func() {
		switch e := recover().(type) {
		case nil:
		case refusal:
			err = e.err
		default:
			panic(e)
		}
	}()
	return s.routine(c), nil
}

// refusal is what the compiler panics with.
type refusal struct{ err error }

// unknown leaves what is being compiled to html/template.
func unknown(format string, args ...any) {
	panic(refusal{fmt.Errorf("%w: "+format, append([]any{errUnknown}, args...)...)})
}
