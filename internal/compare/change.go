package compare

import (
	"reflect"
	"slices"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// walk lists what differs between two values.
type walk struct {
	out []Change
}

func (w *walk) compare(s *shape, at spot, old, new reflect.Value) {
	if equal(old, new) {
		return
	}
	switch s.form {
	case record:
		w.record(s, at, old, new)
	case stated:
		w.stated(s, at, old, new)
	case rows, set:
		w.list(s, at, old, new)
	default:
		w.value(s, at, old, new)
	}
}

func (w *walk) record(s *shape, at spot, old, new reflect.Value) {
	for _, c := range s.cells {
		w.compare(c.shape, at.into(s.typ, c), c.of(old), c.of(new))
	}
}

// stated tells that a field is filled in, cleared or said to be none; of what is
// a list, the rows follow.
func (w *walk) stated(s *shape, at spot, old, new reflect.Value) {
	if isGiven(old) && isGiven(new) {
		w.compare(s.elem, at, old.Field(1), new.Field(1))
		return
	}
	w.value(s, at, old, new)
	if f := s.elem.form; f == rows || f == set {
		w.list(s.elem, at, given(old), given(new))
	}
}

func isGiven(v reflect.Value) bool { return v.Field(0).String() == string(catalog.Given) }

// given is what a Stated holds; the zero value when it holds none.
func given(v reflect.Value) reflect.Value {
	if isGiven(v) {
		return v.Field(1)
	}
	return reflect.Zero(v.Field(1).Type())
}

// value tells that a place holds something else.
func (w *walk) value(s *shape, at spot, old, new reflect.Value) {
	c := Change{
		Path: at.path, Label: sentence(at.label), Kind: kindOf(s, old, new),
		Old: valueAt(at, s, old), New: valueAt(at, s, new),
	}
	if s.form == writing || s.form == passage {
		if was, is := stringOf(old), stringOf(new); was != "" && is != "" {
			c.Segments = Texts(was, is)
		}
	}
	c.Words = sentence(words(at.subject, became(c)))
	w.out = append(w.out, c)
}

// stringOf returns the text of what is written.
func stringOf(v reflect.Value) string {
	if v.Kind() == reflect.Struct {
		return v.Field(0).String()
	}
	return v.String()
}

func kindOf(s *shape, old, new reflect.Value) Kind {
	switch {
	case s.form == atom && old.Kind() == reflect.Bool:
		return Changed
	case empty(old):
		return Set
	case empty(new):
		return Cleared
	}
	return Changed
}

// became says what became of a value, after its name.
func became(c Change) fault.Text {
	switch {
	case c.Old.Words == c.New.Words:
		return fault.Text{TH: "เปลี่ยนรายละเอียด", EN: "changed in detail"}
	case brief(c.Old.Words) && brief(c.New.Words):
		return arrow(c.Old.Words, c.New.Words)
	case c.Kind == Set:
		return fault.Text{TH: "เพิ่มข้อความ", EN: "filled in"}
	case c.Kind == Cleared:
		return fault.Text{TH: "ลบข้อความ", EN: "cleared"}
	}
	return fault.Text{TH: "แก้ไขข้อความ", EN: "rewritten"}
}

// list tells of rows in the order of the new list; those that went follow the
// one that they followed.
func (w *walk) list(s *shape, at spot, old, new reflect.Value) {
	m := match(s, old, new)
	moved := m.moved()
	alone := old.Len() <= 1 && new.Len() <= 1
	w.removed(s, at, old, m, 0)
	for j := range new.Len() {
		i := m.from[j]
		if i < 0 {
			w.row(Added, s, at, j, reflect.Value{}, new.Index(j))
			continue
		}
		if slices.Contains(moved, i) {
			w.moved(s, at, i, j, old.Index(i), new.Index(j))
		}
		if s.form == rows {
			row := at.at(j, rowName(s.elem, old.Index(i)), alone)
			w.compare(s.elem, row, old.Index(i), new.Index(j))
		}
		w.removed(s, at, old, m, i+1)
	}
}

// removed tells of the rows that went from a place of the old list up to the
// next that stayed.
func (w *walk) removed(s *shape, at spot, old reflect.Value, m matching, from int) {
	for i := from; i < old.Len() && m.to[i] < 0; i++ {
		w.row(Removed, s, at, i, old.Index(i), reflect.Value{})
	}
}

// row tells that a row came or went.
func (w *walk) row(kind Kind, s *shape, at spot, n int, old, new reflect.Value) {
	row := at.at(n, fault.Text{}, true)
	c := Change{Path: row.path, Kind: kind, Label: sentence(row.label)}
	noun := words(at.outerSubject, nouns[at.field])
	if kind == Added {
		c.New = valueAt(row, s.elem, new)
		c.Words = fault.Text{TH: "เพิ่ม" + noun.TH + " " + short(c.New.Words).TH, EN: noun.EN + " added: " + short(c.New.Words).EN}
	} else {
		c.Old = valueAt(row, s.elem, old)
		c.Words = fault.Text{TH: "ตัด" + noun.TH + " " + short(c.Old.Words).TH + " ออก", EN: noun.EN + " removed: " + short(c.Old.Words).EN}
	}
	c.Words = sentence(c.Words)
	w.out = append(w.out, c)
}

// moved tells that a row stands elsewhere.
func (w *walk) moved(s *shape, at spot, i, j int, old, new reflect.Value) {
	row := at.at(j, rowNameOf(s.elem, new), false)
	c := Change{
		Path: row.path, Kind: Moved, Label: sentence(row.label),
		Old: valueAt(row, s.elem, old), New: valueAt(row, s.elem, new),
	}
	if numbered[at.field] {
		c.Words = words(at.outerSubject, at.numbered(i), fault.Textf("ย้ายไปเป็นที่ %d", "moved to %d", j+1))
	} else {
		c.Words = words(row.subject, fault.Textf("ย้ายจากลำดับที่ %d ไปเป็นที่ %d", "moved from place %d to %d", i+1, j+1))
	}
	c.Words = sentence(c.Words)
	w.out = append(w.out, c)
}

// rowNameOf names a row, or an item of a set by what it says.
func rowNameOf(s *shape, v reflect.Value) fault.Text {
	if s.form == record {
		return rowName(s, v)
	}
	return short(say(s, v))
}
