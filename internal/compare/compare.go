// Package compare tells what differs between two texts of a manual, and how two
// changes of one meet.
//
// It knows the fields of the catalog, by the structs' own tags, and what a
// reviewer calls them in Thai and English. It refuses to know git, HTML, files,
// and who may do what.
//
// Manuals lists changes field by field in the official order. Merge is
// three-way and by field: what only one side changed is taken, what both
// changed to the same is no matter, and what both changed differently is a
// Conflict that shows base, ours and theirs. Resolve applies a person's choices.
// Nothing is lost silently: every value that a side changed stands in the merged
// manual or in a conflict.
//
// Some fields mean something only together, and change, merge and conflict as
// one: a number and its unit, the kind and the sums of a fee, the hours of a
// week. Rows of a list are matched by what they say, then by name, by likeness
// and by place. None of it depends on the order of a map, a clock or chance.
//
// A tour: shape.go reads the structs, label.go and word.go hold what people
// read, match.go finds a row again, myers.go and text.go compare words,
// change.go lists changes, merge.go, row.go and passage.go merge, conflict.go
// and resolve.go hold what a person decides.
package compare

import (
	"reflect"
	"strconv"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// Kind is what happened to a value or a row.
type Kind string

// The kinds of change.
const (
	Set     Kind = "set"     // nothing was there; stating that there is none counts as something
	Cleared Kind = "cleared" // nothing is there any more
	Changed Kind = "changed"
	Added   Kind = "added"   // a row came
	Removed Kind = "removed" // a row went
	Moved   Kind = "moved"   // a row stands elsewhere among those that stayed
)

// Change is one thing that differs.
type Change struct {
	Path     Path
	Kind     Kind
	Label    fault.Text // the field or the kind of row, without its values
	Old, New Value
	Words    fault.Text // the change as a sentence: ค่าธรรมเนียม 200 → 300 บาท
	Segments []Segment  // of a text that was there and is there: all of it, word by word
}

// Value is what stands in a place, for people and for programs.
type Value struct {
	Words fault.Text // absent and "none" are told in words too
	Raw   any        // the value of the catalog, such as catalog.Amount; nil of a row that is not there
}

// Path leads from a manual to a value: fees[2].min. Fields that mean something
// only together have the path of the first of them.
type Path []Step

// Step is one step of a Path: into a field by its name in content files, or, when
// Field is empty, to a row by its place from 0. Among changes that is the place
// in the new text, of a removed row that in the old; in a conflict it is the
// place in the merged one.
type Step struct {
	Field string
	Row   int
}

// String writes the path, rows from 0.
func (p Path) String() string {
	var b strings.Builder
	for _, s := range p {
		switch {
		case s.Field == "":
			b.WriteString("[" + strconv.Itoa(s.Row) + "]")
		case b.Len() > 0:
			b.WriteString("." + s.Field)
		default:
			b.WriteString(s.Field)
		}
	}
	return b.String()
}

func (p Path) field(name string) Path { return append(p[:len(p):len(p)], Step{Field: name}) }
func (p Path) row(n int) Path         { return append(p[:len(p):len(p)], Step{Row: n}) }

// Manuals lists what differs between two texts of a manual, in the official
// order of fields; rows that went stand where they stood. A nil manual is one in
// which nothing is filled in.
func Manuals(old, new *catalog.Manual) []Change {
	return changes(old, new)
}

// changes compares two values of any struct of the catalog.
func changes[T any](old, new *T) []Change {
	var w walk
	w.record(shapeOf(reflect.TypeFor[T]()), spot{}, valueOf(old), valueOf(new))
	return w.out
}

// Merge joins what ours and theirs made of base. Where they conflict, merged
// holds ours, and a row that one side removed and the other changed stays. Of
// rows that both sides added in one place ours stand first. None of the three is
// changed, nor shared with merged. The line of the body is 0: it is known when
// the manual is written.
func Merge(base, ours, theirs *catalog.Manual) (merged *catalog.Manual, conflicts []Conflict) {
	return merge(base, ours, theirs)
}

func merge[T any](base, ours, theirs *T) (*T, []Conflict) {
	var m meeting
	v := m.record(shapeOf(reflect.TypeFor[T]()), spot{}, valueOf(base), valueOf(ours), valueOf(theirs))
	merged := clone(v).Interface().(T)
	return &merged, m.conflicts
}

// MergeObjects is Merge of any noun of the catalog: three pointers to values of one
// of its structs, of which base may be nil.
func MergeObjects(base, ours, theirs any) (merged any, conflicts []Conflict) {
	typ := reflect.TypeOf(ours).Elem()
	was := reflect.New(typ)
	if base != nil {
		was = reflect.ValueOf(base)
	}
	var m meeting
	v := m.record(shapeOf(typ), spot{}, was.Elem(), reflect.ValueOf(ours).Elem(), reflect.ValueOf(theirs).Elem())
	out := reflect.New(typ)
	out.Elem().Set(clone(v))
	return out.Interface(), m.conflicts
}

// Objects lists what differs between two values of any noun of the catalog, as
// Manuals does: pointers to one of its structs, of which old may be nil.
func Objects(old, new any) []Change {
	typ := reflect.TypeOf(new).Elem()
	was := reflect.New(typ)
	if old != nil {
		was = reflect.ValueOf(old)
	}
	var w walk
	w.record(shapeOf(typ), spot{}, was.Elem(), reflect.ValueOf(new).Elem())
	return w.out
}

// valueOf returns what p points to; the zero value for nil.
func valueOf[T any](p *T) reflect.Value {
	if p == nil {
		p = new(T)
	}
	return reflect.ValueOf(p).Elem()
}
