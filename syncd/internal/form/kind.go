package form

import (
	"cmp"
	"path"
	"reflect"
	"slices"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
)

// Kind is what a form is of: one of the catalog's structs, its fields in the parts
// of the form, and those that no form shows. Values are pointers to that struct.
type Kind struct {
	shape    *shape
	sections []section
	hidden   []string // they stay as they are
	asked    []string // that are asked for though a file may lack them
	dir      string   // of its files, below the agency's folder
	ending   string
}

// section is a part of a form.
type section struct {
	id     string
	title  fault.Text
	about  fault.Text
	fields []string
}

// The kinds of form.
var (
	Manuals   = kindOf[catalog.Manual](sections, "manuals", "/manual.md", hidden...)
	Agencies  = kindOf[catalog.Agency](agencySections, "", "/agency.yaml", "hours", "closures", "confirmed_on", "retired")
	Points    = kindOf[catalog.Point](pointSections, "points", ".yaml", "code", "hours", "closures", "status", "closed", "manuals", "processes", "confirmed_on")
	Processes = kindOf[catalog.Process](processSections, "processes", ".yaml", "id")
	Services  = kindOf[catalog.Service](serviceSections, "services", ".md", "id").asking(bodyName)
)

func kindOf[T any](parts []section, dir, ending string, hidden ...string) Kind {
	return Kind{shape: shapeOf(reflect.TypeFor[T]()), sections: parts, hidden: hidden, dir: dir, ending: ending}
}

func (k Kind) asking(fields ...string) Kind {
	k.asked = fields
	return k
}

// Of returns the kind of form of a value; false of one that has none.
func Of(value any) (Kind, bool) {
	for _, k := range []Kind{Manuals, Agencies, Points, Processes, Services} {
		if reflect.TypeOf(value) == reflect.PointerTo(k.shape.typ) {
			return k, true
		}
	}
	return Kind{}, false
}

// Without is a form that does not show some fields: they stay as they are, whatever
// is posted under their names.
func (k Kind) Without(fields ...string) Kind {
	k.hidden = append(slices.Clone(k.hidden), fields...)
	return k
}

// New is an empty value.
func (k Kind) New() any { return reflect.New(k.shape.typ).Interface() }

// shows reports whether a field stands in the form.
func (k Kind) shows(name string) bool { return !slices.Contains(k.hidden, name) }

// hasBody reports whether Markdown stands below the fields.
func (k Kind) hasBody() bool { return path.Ext(k.ending) == ".md" }

// identifier is the field that holds the identifier.
func (k Kind) identifier() string { return k.shape.fields[0].name }

// nobody is the identifier of what has none yet.
const nobody = "xx"

// fileOf is where a value could stand in a content.
func (k Kind) fileOf(value any) corpus.File {
	v := reflect.ValueOf(value).Elem()
	owner, id := nobody, cmp.Or(v.Field(k.shape.fields[0].index).String(), nobody)
	if f := v.FieldByName("Owner"); f.IsValid() {
		owner = cmp.Or(f.String(), owner)
	}
	file := path.Join("agencies", owner, k.dir, id+k.ending)
	if k.dir == "" {
		file = path.Join("agencies", id+k.ending)
	}
	at, ok := corpus.FileAt(file)
	if !ok { // an identifier that can not be one is told of by the reader of content
		at, _ = corpus.FileAt(path.Join("agencies", nobody, k.dir, nobody+k.ending))
	}
	return at
}

// body is the Markdown of a value; nil of one that has none.
func body(value any) *catalog.Body {
	switch v := value.(type) {
	case *catalog.Manual:
		return &v.Body
	case *catalog.Service:
		return &v.Body
	}
	return nil
}

// feesOf are the fees of a value.
func feesOf(value any) []catalog.Fee {
	switch v := value.(type) {
	case *catalog.Manual:
		return v.Fees.Value
	case *catalog.Service:
		return v.Fees.Value
	}
	return nil
}

// keep takes what no form shows from another value: its hidden fields, and what
// tells where it stands.
func (k Kind) keep(to, from any) {
	t, f := reflect.ValueOf(to).Elem(), reflect.ValueOf(from).Elem()
	for _, field := range k.shape.fields {
		if !k.shows(field.name) {
			t.Field(field.index).Set(deep(f.Field(field.index)))
		}
	}
	for _, name := range []string{"Owner", "Parent"} {
		if at := t.FieldByName(name); at.IsValid() {
			at.Set(f.FieldByName(name))
		}
	}
}

// inOrder puts the words of a value that are chosen by ticking into the order that
// they had.
func (k Kind) inOrder(was, now any) {
	w, n := reflect.ValueOf(was).Elem(), reflect.ValueOf(now).Elem()
	for _, f := range k.shape.fields {
		if f.shape.kind == words {
			n.Field(f.index).Set(sorted(w.Field(f.index), n.Field(f.index)))
		}
	}
}

// sorted is a list of words, each once, those of another first and in its order.
func sorted(was, now reflect.Value) reflect.Value {
	if now.Len() == 0 {
		return now
	}
	has := func(list reflect.Value, s string) bool {
		for i := range list.Len() {
			if list.Index(i).String() == s {
				return true
			}
		}
		return false
	}
	out := reflect.MakeSlice(now.Type(), 0, now.Len())
	for _, list := range []reflect.Value{was, now} {
		for i := range list.Len() {
			if w := list.Index(i); has(now, w.String()) && !has(out, w.String()) {
				out = reflect.Append(out, w)
			}
		}
	}
	return out
}
