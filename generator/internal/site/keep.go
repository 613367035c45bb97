package site

import (
	"bytes"
	"cmp"
	"errors"
	"maps"
	"slices"

	"khumue/generator/internal/state"
)

// keepLists writes the lists for this build and the next: their pages, their
// lengths, and which manuals have taken over addresses of the old system, which
// is the order of the keys.
func (w *whole) keepLists(m *memory) error {
	out, err := m.create("lists")
	if err != nil {
		return err
	}
	if err := w.putLists(out); err != nil {
		return err
	}
	err = w.counts.each(func(key []byte) error {
		l, n := cutNumber(key)
		return out.Put(l, packCount(int(n)))
	})
	if err != nil {
		return err
	}
	err = w.claims.each(func(key []byte) error {
		claim, n := cutNumber(key)
		return out.Put(claim, w.listing.Name(int(n)))
	})
	if err != nil {
		return err
	}
	return m.openLists(out)
}

// putLists cuts all entries into lists and pages, and counts them.
func (w *whole) putLists(out *state.Writer) error {
	l := listWriter{out: out, counts: w.counts}
	if err := w.entries.each(l.add); err != nil {
		return err
	}
	return l.end()
}

// listWriter writes the pages of lists, whose entries come in order.
type listWriter struct {
	out    *state.Writer
	counts *sorter
	list   listName // at hand, with so many entries so far
	count  int
	leaf   leaf // at hand
	buf    []byte
}

// add adds an entry, with the key of its list's first page before it.
func (l *listWriter) add(key []byte) error {
	list, at, _ := bytes.Cut(key[1:], []byte{0})
	p := place(at)
	var err error
	switch {
	case string(list) != string(l.list):
		err = l.end()
		l.list, l.count, l.leaf.start = listName(list), 0, ""
	case p.begins(len(l.leaf.places)):
		err = l.flush()
		l.leaf.start = p
	}
	l.leaf.places = append(l.leaf.places, p)
	l.count++
	return err
}

// end ends the list at hand.
func (l *listWriter) end() error {
	if l.count == 0 {
		return nil
	}
	return errors.Join(l.flush(), l.counts.add(countKey(l.list), packNumber(l.count)))
}

// flush writes the page at hand.
func (l *listWriter) flush() error {
	l.buf = packLeaf(l.buf[:0], l.leaf.places)
	l.leaf.places = l.leaf.places[:0]
	return l.out.Put(leafKey(l.list, l.leaf.start), l.buf)
}

// keepObjects writes the cards for the next build, and on the way the parts of
// tables, sitemap and redirects, which hold the objects in the same order.
func (w *whole) keepObjects(m *memory) error {
	out, err := m.create("objects")
	if err != nil {
		return err
	}
	var buf []byte
	for _, k := range kinds {
		all := w.inOrder(k)
		bits := w.totals.bits(k)
		next := 0
		each := func(_ kind, part, bits int, do func(card) error) error {
			for ; next < len(all) && partOfHash(all[next].hash, bits) == part; next++ {
				var err error
				if buf, err = w.spool.card(buf[:0], all[next].n); err != nil {
					return err
				}
				if err := out.Put(cardKey(k, string(w.listing.Name(all[next].n))), buf); err != nil {
					return err
				}
				c := newCard(k)
				if err := state.Unpack(buf, c); err != nil {
					return err
				}
				if err := do(c); err != nil {
					return err
				}
			}
			return nil
		}
		for part := range 1 << bits {
			if tableOf(k) == nil {
				err = each(k, part, bits, func(card) error { return nil })
			} else {
				err = w.writePart(k, w.totals.Objects[k], part, bits, each)
			}
			if err != nil {
				return err
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(w.facts)) {
		if err := out.Put([]byte(key), w.facts[key]); err != nil {
			return err
		}
	}
	if err := w.keepOpen(out); err != nil {
		return err
	}
	return m.finish("objects", out)
}

// order is an object as it stands among those of its kind.
type order struct {
	hash uint64 // of its identifier
	n    int
}

// inOrder returns the objects of a kind in the order of their keys.
func (w *whole) inOrder(k kind) []order {
	var all []order
	for n := range w.listing.Len() {
		if kindOf(w.listing.Kind(n)) == k {
			all = append(all, order{hashID(string(w.listing.Name(n))), n})
		}
	}
	slices.SortFunc(all, func(a, b order) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), bytes.Compare(w.listing.Name(a.n), w.listing.Name(b.n)))
	})
	return all
}

// keepOpen writes how many problems of each object are open.
func (w *whole) keepOpen(out *state.Writer) error {
	for _, k := range kinds {
		for _, o := range w.inOrder(k) {
			if w.open[o.n] == 0 {
				continue
			}
			if err := out.Put(problemKey(k, string(w.listing.Name(o.n))), packCount(int(w.open[o.n]))); err != nil {
				return err
			}
		}
	}
	return nil
}
