package search

import (
	"cmp"
	"slices"
)

// levelDelta is how many more documents of a unit have a term at each level.
type levelDelta [mostLevel + 1]int32

type deltas map[term]*levelDelta

func (d deltas) of(t term) *levelDelta {
	one := d[t]
	if one == nil {
		one = &levelDelta{}
		d[t] = one
	}
	return one
}

// unitState is what postings say of a unit, besides levels.
type unitState struct {
	there bool
	id    uint32
	prior int
	sign  uint32
}

// unitChange is what becomes of a unit in one term.
type unitChange struct {
	old, now unitState
	delta    levelDelta
}

// family is a unit whose documents change, or whose number does.
type family struct {
	key      term
	old, now unitState
	before   []member // its documents before
	remembered
	delta   deltas
	changed bool // the list of its documents, or their values
}

// family returns a family as it is after the changes so far.
func (u *updater) family(key term) (*family, error) {
	if f := u.families[key]; f != nil {
		return f, nil
	}
	at, err := u.slots.was(key)
	if err != nil {
		return nil, err
	}
	f := &family{key: key, delta: deltas{}, remembered: remembered{values: map[int]int{}}}
	if at != nil {
		if at.hidden {
			return nil, rebuild("two units have the same hash")
		}
		r, err := u.notes.need(termKey(familySection, key))
		if err != nil {
			return nil, err
		}
		if f.remembered, err = readRemembered(r); err != nil {
			return nil, err
		}
		f.before = slices.Clone(f.members)
		f.old = unitState{there: true, id: at.id, prior: f.prior(), sign: u.signs.of(f.numbers())}
	}
	u.families[key] = f
	return f, nil
}

// prior is that of its first document.
func (f *family) prior() int { return priorOf(f.members[0].weight) }

func compareMembers(a, b member) int {
	return cmp.Or(cmp.Compare(b.weight, a.weight), compareTerms(a.key, b.key))
}

// count adds a document or takes it away.
func (f *family) count(m member, sign int) error {
	f.changed = true
	at, found := slices.BinarySearchFunc(f.members, m, compareMembers)
	if found != (sign < 0) {
		return rebuild("a family does not know its documents")
	}
	if found {
		f.members = slices.Delete(f.members, at, at+1)
	} else {
		f.members = slices.Insert(f.members, at, m)
	}
	return nil
}

// hiddenOf returns those of a list for which a record has no room.
func hiddenOf(list []member) []member { return list[min(len(list), mostMembers):] }

func hides(list []member, m member) bool {
	at, found := slices.BinarySearchFunc(list, m, compareMembers)
	return found && at >= mostMembers
}

// hiddenChange is a document that is a unit of its own before or after: the
// family in which it is.
type hiddenChange struct {
	was, is  *family
	old, now unitState
}

func (u *updater) hiddenChange(key term) *hiddenChange {
	h := u.hidden[key]
	if h == nil {
		h = &hiddenChange{}
		u.hidden[key] = h
	}
	return h
}

// settleUnits finds out what becomes of units, and notes it for their terms.
func (u *updater) settleUnits() error {
	u.findHidden()
	if err := u.placeUnits(); err != nil {
		return err
	}
	u.counts.units += u.slots.grown
	if u.counts.plan().slots != u.plan.slots {
		return rebuild("there are more or fewer units than slots are for")
	}
	moved, err := u.slots.settle()
	if err != nil {
		return err
	}
	for _, s := range moved {
		if err := u.move(s); err != nil {
			return err
		}
	}
	for _, f := range u.families {
		if err := u.settleFamily(f); err != nil {
			return err
		}
	}
	for key, h := range u.hidden {
		if err := u.settleHidden(key, h); err != nil {
			return err
		}
	}
	return nil
}

// findHidden finds the documents that are hidden before or after and are not
// the same in both.
func (u *updater) findHidden() {
	for _, f := range u.families {
		old, now := hiddenOf(f.before), hiddenOf(f.members)
		for len(old) > 0 || len(now) > 0 {
			switch {
			case len(now) == 0 || len(old) > 0 && compareMembers(old[0], now[0]) < 0:
				u.hiddenChange(old[0].key).was = f
				old = old[1:]
			case len(old) == 0 || compareMembers(old[0], now[0]) > 0:
				u.hiddenChange(now[0].key).is = f
				now = now[1:]
			default:
				old, now = old[1:], now[1:]
			}
		}
	}
	for key, c := range u.documents {
		if c.old != nil {
			if f := u.families[c.old.family]; hides(f.before, member{key, c.old.Weight}) {
				u.hiddenChange(key).was = f
			}
		}
		if c.now != nil {
			if f := u.families[c.now.family]; hides(f.members, member{key, c.now.Weight}) {
				u.hiddenChange(key).is = f
			}
		}
	}
}

// placeUnits tells the table of slots which units come and go.
func (u *updater) placeUnits() error {
	for _, f := range u.families {
		if err := u.slots.come(f.key, f.old.there, len(f.members) > 0, false); err != nil {
			return err
		}
		u.counts.shown += one(len(f.members) > 0) - one(f.old.there)
	}
	for key, h := range u.hidden {
		if err := u.slots.come(key, h.was != nil, h.is != nil, true); err != nil {
			return err
		}
	}
	return nil
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// move takes note of a unit that has another number, though nothing else may
// have changed of it.
func (u *updater) move(s slot) error {
	if !s.hidden {
		f, err := u.family(s.key)
		if err != nil {
			return err
		}
		for _, m := range hiddenOf(f.before) {
			if hides(f.members, m) {
				h := u.hiddenChange(m.key)
				h.was, h.is = f, f
			}
		}
		return nil
	}
	if h := u.hidden[s.key]; h != nil && h.was != nil && h.is != nil {
		return nil
	}
	d, err := u.document(s.key)
	if err != nil {
		return err
	}
	f, err := u.family(d.family)
	if err != nil {
		return err
	}
	h := u.hiddenChange(s.key)
	h.was, h.is = f, f
	return nil
}

// document returns a document as it is after the changes.
func (u *updater) document(key term) (*documentState, error) {
	if c := u.documents[key]; c != nil && c.now != nil {
		return c.now, nil
	}
	r, err := u.notes.need(termKey(documentSection, key))
	if err != nil {
		return nil, err
	}
	d, err := readDocument(r.data)
	if err != nil {
		return nil, err
	}
	return &documentState{d, u.analyser.family(&d.Document)}, nil
}

// documentBefore returns a document as it was.
func (u *updater) documentBefore(key term) (*documentState, error) {
	if c := u.documents[key]; c != nil && c.old != nil {
		return c.old, nil
	}
	return u.document(key)
}

// settleFamily finds the state of a family after the changes, writes it, and
// notes what becomes of it in its terms.
func (u *updater) settleFamily(f *family) error {
	key := termKey(familySection, f.key)
	if len(f.members) > 0 {
		at, err := u.slots.is(f.key)
		if err != nil {
			return err
		}
		if at == nil {
			return rebuild("a family has no slot")
		}
		f.now = unitState{there: true, id: at.id, prior: f.prior(), sign: u.signs.of(f.numbers())}
		if f.changed {
			u.notes.put(key, f.bytes())
		}
	} else if f.old.there {
		u.notes.delete(key)
	}
	u.touchRecords(f.old, f.now)
	if f.old.there && f.now.there && f.old != f.now {
		if err := u.allTerms(f); err != nil {
			return err
		}
	}
	for t, delta := range f.delta {
		if f.old != f.now || *delta != (levelDelta{}) {
			u.note(t, f.old, f.now, *delta)
		}
	}
	return nil
}

// note adds what becomes of a unit in a term. A unit that neither was nor is
// there may have been counted up and down.
func (u *updater) note(t term, old, now unitState, delta levelDelta) {
	if old.there || now.there {
		u.changes[t] = append(u.changes[t], &unitChange{old, now, delta})
	}
}

// allTerms takes note of all terms of a family: its postings are written
// differently though its documents may be the same.
func (u *updater) allTerms(f *family) error {
	for _, m := range f.members {
		if c := u.documents[m.key]; c != nil && c.old != nil && c.old.family == f.key {
			continue // its terms were counted
		}
		d, err := u.document(m.key)
		if err != nil {
			return err
		}
		for _, t := range u.analyser.termsAgain(d.knownDocument) {
			f.delta.of(t.term)
		}
		u.analyser.harvest(func(string, int) {}, func(string, int) {})
	}
	return nil
}

func (u *updater) touchRecords(states ...unitState) {
	for _, s := range states {
		if s.there {
			u.records[recordShard(int(s.id), u.plan.slots, u.plan.records)] = true
		}
	}
}

// settleHidden notes what becomes of a document that is a unit of its own.
func (u *updater) settleHidden(key term, h *hiddenChange) error {
	all := deltas{}
	if h.was != nil {
		d, err := u.documentBefore(key)
		if err != nil {
			return err
		}
		if h.old, err = u.hiddenState(d, key, u.slots.was); err != nil {
			return err
		}
		u.countHidden(all, d, h.was.old, -1)
	}
	if h.is != nil {
		d, err := u.document(key)
		if err != nil {
			return err
		}
		if h.now, err = u.hiddenState(d, key, u.slots.is); err != nil {
			return err
		}
		u.countHidden(all, d, h.is.now, 1)
	}
	u.touchRecords(h.old, h.now)
	for t, delta := range all {
		if h.old != h.now || *delta != (levelDelta{}) {
			u.note(t, h.old, h.now, *delta)
		}
	}
	return nil
}

func (u *updater) hiddenState(d *documentState, key term, place func(term) (*slot, error)) (unitState, error) {
	at, err := place(key)
	if err == nil && at == nil {
		err = rebuild("a hidden unit has no slot")
	}
	if err != nil {
		return unitState{}, err
	}
	return unitState{true, at.id, priorOf(d.Weight), u.signs.of(u.numbering.of(facetValues(&d.Document)))}, nil
}

func (u *updater) countHidden(all deltas, d *documentState, family unitState, sign int32) {
	_, agencies := facetValues(&d.Document)
	for _, a := range agencies {
		t := memberTerm(int(family.id), a[len(agencyPrefix):])
		all.of(t)[memberLevel(priorOf(d.Weight))] += sign
	}
}
