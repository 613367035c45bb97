package compare

import (
	"reflect"
	"slices"

	"khumue/internal/fault"
)

// kin is one row in the three lists: its place in each, or -1.
type kin struct {
	base, ours, theirs int
}

// list merges rows: those that one side added, changed, moved or removed, and
// cell by cell those that both changed.
func (m *meeting) list(s *shape, at spot, base, ours, theirs reflect.Value) reflect.Value {
	inOurs, inTheirs := kinsOf(s, base, ours, theirs)
	merged, other := order(inOurs, inTheirs)
	out := reflect.MakeSlice(s.typ, 0, len(merged))
	for n, k := range merged {
		out = reflect.Append(out, m.row(s, at, n, len(merged) == 1, rowsOf(k, base, ours, theirs)))
	}
	if other != nil {
		m.order(s, at, base, out, merged, other)
	}
	return out
}

// trio is one row in the three lists; not valid where it is missing.
type trio struct{ base, ours, theirs reflect.Value }

func rowsOf(k *kin, base, ours, theirs reflect.Value) trio {
	pick := func(list reflect.Value, n int) reflect.Value {
		if n < 0 {
			return reflect.Value{}
		}
		return list.Index(n)
	}
	return trio{pick(base, k.base), pick(ours, k.ours), pick(theirs, k.theirs)}
}

// kinsOf returns the rows that stay, in the order of ours and in that of theirs.
// A row that one side removed and the other changed stays.
func kinsOf(s *shape, base, ours, theirs reflect.Value) (inOurs, inTheirs []*kin) {
	inOurs, inTheirs = make([]*kin, ours.Len()), make([]*kin, theirs.Len())
	toOurs, toTheirs := match(s, base, ours), match(s, base, theirs)
	for i := range base.Len() {
		k := &kin{i, toOurs.to[i], toTheirs.to[i]}
		switch {
		case k.ours >= 0 && k.theirs >= 0:
			inOurs[k.ours], inTheirs[k.theirs] = k, k
		case k.ours >= 0 && !equal(base.Index(i), ours.Index(k.ours)):
			inOurs[k.ours] = k
		case k.theirs >= 0 && !equal(base.Index(i), theirs.Index(k.theirs)):
			inTheirs[k.theirs] = k
		}
	}
	addedKins(s, ours, theirs, toOurs.from, toTheirs.from, inOurs, inTheirs)
	gone := func(k *kin) bool { return k == nil }
	return slices.DeleteFunc(inOurs, gone), slices.DeleteFunc(inTheirs, gone)
}

// addedKins finds the rows that both sides added, and those that one did.
func addedKins(s *shape, ours, theirs reflect.Value, fromOurs, fromTheirs []int, inOurs, inTheirs []*kin) {
	newOurs, newTheirs := unmatched(fromOurs), unmatched(fromTheirs)
	m := matchNamed(s, only(ours, newOurs), only(theirs, newTheirs))
	for x, i := range newOurs {
		inOurs[i] = &kin{-1, i, -1}
		if y := m.to[x]; y >= 0 {
			inOurs[i].theirs = newTheirs[y]
			inTheirs[newTheirs[y]] = inOurs[i]
		}
	}
	for _, j := range newTheirs {
		if inTheirs[j] == nil {
			inTheirs[j] = &kin{-1, -1, j}
		}
	}
}

func unmatched(from []int) []int {
	var out []int
	for j, i := range from {
		if i < 0 {
			out = append(out, j)
		}
	}
	return out
}

// only returns some rows of a list.
func only(list reflect.Value, places []int) reflect.Value {
	out := reflect.MakeSlice(list.Type(), 0, len(places))
	for _, n := range places {
		out = reflect.Append(out, list.Index(n))
	}
	return out
}

// order returns the rows of both sides in the order of the side that moved any,
// with the rows of the other after those that they follow there. When both moved
// rows and not alike, it is that of ours, and other is that of theirs.
func order(ours, theirs []*kin) (merged, other []*kin) {
	a, b := inAll(ours), inAll(theirs)
	switch {
	case slices.Equal(a, b) || ascends(b):
		return woven(ours, theirs, true), nil
	case ascends(a):
		return woven(theirs, ours, false), nil
	}
	return woven(ours, theirs, true), woven(theirs, ours, false)
}

// inAll are the rows that all three lists have, by their place in base.
func inAll(list []*kin) []int {
	var out []int
	for _, k := range list {
		if k.base >= 0 && k.ours >= 0 && k.theirs >= 0 {
			out = append(out, k.base)
		}
	}
	return out
}

func ascends(places []int) bool { return slices.IsSorted(places) }

// woven puts the rows that only other has into spine. Where both have rows of
// their own in one place, those of spine stand first if oursFirst, for then spine
// is ours.
func woven(spine, other []*kin, oursFirst bool) []*kin {
	out := slices.Clone(spine)
	at := 0
	for _, k := range other {
		if i := slices.Index(out, k); i >= 0 {
			at = i + 1
			continue
		}
		for oursFirst && at < len(out) && out[at].theirs < 0 {
			at++
		}
		out = slices.Insert(out, at, k)
		at++
	}
	return out
}

// row merges one row, which will stand at place n.
func (m *meeting) row(s *shape, at spot, n int, alone bool, r trio) reflect.Value {
	shown := r.ours
	if !shown.IsValid() {
		shown = r.theirs
	}
	row := at.at(n, rowNameOf(s.elem, shown), alone)
	switch {
	case r.base.IsValid() && r.ours.IsValid() && r.theirs.IsValid():
		return m.merge(s.elem, row, r.base, r.ours, r.theirs)
	case r.base.IsValid():
		m.rowClash(Row, s, row, r)
	case r.ours.IsValid() && r.theirs.IsValid() && !equal(r.ours, r.theirs):
		m.rowClash(Twice, s, row, r)
	}
	return shown
}

func (m *meeting) rowClash(clash Clash, s *shape, row spot, r trio) {
	value := func(v reflect.Value, none fault.Text) Value {
		if !v.IsValid() {
			return Value{Words: none}
		}
		return valueAt(row, s.elem, v)
	}
	m.add(row, Conflict{
		Clash: clash, shape: s.elem, ours: r.ours, theirs: r.theirs,
		Base: value(r.base, absentWords), Ours: value(r.ours, goneWords), Theirs: value(r.theirs, goneWords),
	})
}

// order is the conflict of two orders of the merged rows.
func (m *meeting) order(s *shape, at spot, base, merged reflect.Value, ours, theirs []*kin) {
	c := Conflict{Clash: Order, shape: s}
	for _, k := range theirs {
		c.order = append(c.order, slices.Index(ours, k))
	}
	c.Base = Value{Words: rowNames(s.elem, base), Raw: clone(base).Interface()}
	c.Ours = Value{Words: rowNames(s.elem, merged), Raw: clone(merged).Interface()}
	other := only(merged, c.order)
	c.Theirs = Value{Words: rowNames(s.elem, other), Raw: clone(other).Interface()}
	m.add(at, c)
}

// rowNames lists the names of rows, each on a line, with its number.
func rowNames(s *shape, list reflect.Value) fault.Text {
	var out fault.Text
	for i := range list.Len() {
		name := rowNameOf(s, list.Index(i))
		line := fault.Textf("%d. ", "%d. ", i+1)
		if i > 0 {
			line.TH, line.EN = "\n"+line.TH, "\n"+line.EN
		}
		out.TH, out.EN = out.TH+line.TH+name.TH, out.EN+line.EN+name.EN
	}
	return out
}
