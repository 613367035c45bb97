package search

import (
	"maps"
	"slices"
)

// slotTable is the table of units during an update. Its pages are read when
// they are needed.
type slotTable struct {
	u     *updater
	bits  int
	pages map[int]*slotPage
	grown int // units more than before
}

type slotPage struct {
	was, is []slot
	added   []slot
	removed []term
}

func (t *slotTable) page(n int) (*slotPage, error) {
	if p := t.pages[n]; p != nil {
		return p, nil
	}
	r, err := t.u.notes.need(pageKey(slotSection, n))
	if err != nil {
		return nil, err
	}
	list, err := readSlots(r, t.bits)
	p := &slotPage{was: list, is: list}
	t.pages[n] = p
	return p, err
}

func findSlot(list []slot, key term) (int, bool) {
	return slices.BinarySearchFunc(list, key, func(s slot, k term) int { return compareTerms(s.key, k) })
}

// was returns the place that a unit had, nil where it had none.
func (t *slotTable) was(key term) (*slot, error) {
	return t.place(key, func(p *slotPage) []slot { return p.was })
}

// is returns the place that a unit has, once all is settled.
func (t *slotTable) is(key term) (*slot, error) {
	return t.place(key, func(p *slotPage) []slot { return p.is })
}

func (t *slotTable) place(key term, of func(*slotPage) []slot) (*slot, error) {
	p, err := t.page(pageOf(key, t.bits))
	if err != nil {
		return nil, err
	}
	list := of(p)
	if at, ok := findSlot(list, key); ok {
		return &list[at], nil
	}
	return nil, nil
}

// come says that a unit comes, goes or neither; it takes effect when all is
// settled.
func (t *slotTable) come(key term, was, is, hidden bool) error {
	if was == is {
		return nil
	}
	p, err := t.page(pageOf(key, t.bits))
	if err != nil {
		return err
	}
	if is {
		p.added = append(p.added, slot{key: key, hidden: hidden})
		t.grown++
	} else {
		p.removed = append(p.removed, key)
		t.grown--
	}
	return nil
}

// settle numbers the units anew, page by page, as far as numbers change, and
// returns those that were there before and have another number now.
func (t *slotTable) settle() (moved []slot, err error) {
	waiting := slices.Sorted(maps.Keys(t.pages))
	for len(waiting) > 0 {
		n := waiting[0]
		waiting = waiting[1:]
		p, err := t.page(n)
		if err != nil {
			return nil, err
		}
		if err := p.merge(); err != nil {
			return nil, err
		}
		next, err := t.next(n)
		if err != nil {
			return nil, err
		}
		moved = append(moved, p.assign(next, t.bits)...)
		end := max(endOf(p.was), endOf(p.is), next)
		for q := n + 1; q < 1<<pagesBits(t.bits) && q<<pageBits < end; q++ {
			if at, ok := slices.BinarySearch(waiting, q); !ok {
				waiting = slices.Insert(waiting, at, q)
			}
		}
		if !slices.Equal(p.was, p.is) {
			t.u.notes.put(pageKey(slotSection, n), slotsBytes(p.is, t.bits))
		}
	}
	return moved, nil
}

// endOf is the first number behind those of a page.
func endOf(list []slot) int {
	if len(list) == 0 {
		return 0
	}
	return int(list[len(list)-1].id) + 1
}

// next returns the first number that the units before a page have left.
func (t *slotTable) next(n int) (int, error) {
	for n--; n >= 0; n-- {
		p, err := t.page(n)
		if err != nil {
			return 0, err
		}
		if len(p.is) > 0 {
			return endOf(p.is), nil
		}
	}
	return 0, nil
}

// merge brings in what was added and removed.
func (p *slotPage) merge() error {
	p.is = slices.Clone(p.is)
	for _, key := range p.removed {
		at, ok := findSlot(p.is, key)
		if !ok {
			return rebuild("a unit has no slot")
		}
		p.is = slices.Delete(p.is, at, at+1)
	}
	for _, s := range p.added {
		at, ok := findSlot(p.is, s.key)
		if ok {
			return rebuild("two units have the same hash")
		}
		p.is = slices.Insert(p.is, at, s)
	}
	p.added, p.removed = nil, nil
	return nil
}

// assign numbers the units of a page.
func (p *slotPage) assign(next, bits int) (moved []slot) {
	for i := range p.is {
		s := &p.is[i]
		next = max(next, s.key.shard(bits))
		s.id = uint32(next)
		next++
		if at, ok := findSlot(p.was, s.key); ok && p.was[at].id != s.id {
			moved = append(moved, *s)
		}
	}
	return moved
}

// near returns the units whose numbers may be in from:to, and others near them.
func (t *slotTable) near(from, to int) ([]slot, error) {
	last := 1<<pagesBits(t.bits) - 1
	var out []slot
	first := min(from>>pageBits, last)
	for first > 0 {
		first--
		p, err := t.page(first)
		if err != nil {
			return nil, err
		}
		if len(p.is) > 0 {
			break
		}
	}
	for n := first; n <= min((to-1)>>pageBits, last); n++ {
		p, err := t.page(n)
		if err != nil {
			return nil, err
		}
		out = append(out, p.is...)
	}
	return out, nil
}
