package site

import (
	"bytes"
	"cmp"
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
	for _, l := range w.lists {
		if err := out.Put(countKey(l.list), packCount(l.count)); err != nil {
			return err
		}
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
	var of counted
	var pg leaf
	var buf []byte
	put := func() error {
		if len(pg.places) == 0 {
			return nil
		}
		buf = packLeaf(buf[:0], pg.places)
		return out.Put(leafKey(of.list, pg.start), buf)
	}
	err := w.entries.each(func(key []byte) error {
		name, at, _ := bytes.Cut(key[1:], []byte{0})
		p := place(at)
		switch {
		case string(name) != string(of.list):
			if err := put(); err != nil {
				return err
			}
			w.counts(of)
			of, pg = counted{list: listName(name)}, leaf{places: pg.places[:0]}
		case p.begins(len(pg.places)):
			if err := put(); err != nil {
				return err
			}
			pg = leaf{p, pg.places[:0]}
		}
		pg.places = append(pg.places, p)
		of.count++
		return nil
	})
	w.counts(of)
	return cmp.Or(err, put())
}

// counts notes a list that is whole.
func (w *whole) counts(l counted) {
	if l.count > 0 {
		w.lists = append(w.lists, l)
	}
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
				err = w.writePart(k, part, bits, each)
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
