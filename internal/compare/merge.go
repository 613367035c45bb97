package compare

import (
	"reflect"
	"slices"
)

// meeting merges, and gathers conflicts.
type meeting struct {
	conflicts []Conflict
}

// merge joins what two sides made of a value.
func (m *meeting) merge(s *shape, at spot, base, ours, theirs reflect.Value) reflect.Value {
	switch {
	case s.form == passage:
		return m.passage(s, at, base, ours, theirs)
	case equal(ours, theirs), equal(base, theirs):
		return ours
	case equal(base, ours):
		return theirs
	}
	switch s.form {
	case record:
		return m.record(s, at, base, ours, theirs)
	case stated:
		return m.stated(s, at, base, ours, theirs)
	case rows, set:
		return m.list(s, at, base, ours, theirs)
	}
	return m.field(s, at, base, ours, theirs)
}

func (m *meeting) record(s *shape, at spot, base, ours, theirs reflect.Value) reflect.Value {
	out := reflect.New(s.typ).Elem()
	out.Set(ours)
	for _, c := range s.cells {
		c.put(out, m.merge(c.shape, at.into(s.typ, c), c.of(base), c.of(ours), c.of(theirs)))
	}
	return out
}

// stated merges what both sides give, where it has parts.
func (m *meeting) stated(s *shape, at spot, base, ours, theirs reflect.Value) reflect.Value {
	parts := slices.Contains([]form{record, rows, set}, s.elem.form)
	if !parts || !isGiven(ours) || !isGiven(theirs) {
		return m.field(s, at, base, ours, theirs)
	}
	out := reflect.New(s.typ).Elem()
	out.Set(ours)
	out.Field(1).Set(m.merge(s.elem, at, given(base), ours.Field(1), theirs.Field(1)))
	return out
}

// field is the conflict of a value as a whole; ours stands meanwhile.
func (m *meeting) field(s *shape, at spot, base, ours, theirs reflect.Value) reflect.Value {
	m.add(at, Conflict{
		Clash: Field, shape: s, ours: ours, theirs: theirs,
		Base: valueAt(at, s, base), Ours: valueAt(at, s, ours), Theirs: valueAt(at, s, theirs),
	})
	return ours
}
