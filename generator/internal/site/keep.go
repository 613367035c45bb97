package site

import (
	"cmp"
	"maps"
	"slices"

	"khumue/generator/internal/state"
)

// keepLists writes the lists for this build and the next.
func (w *whole) keepLists(m *memory) error {
	ranks := make([]int32, len(w.objects))
	for i := range ranks {
		ranks[i] = int32(i)
	}
	slices.SortFunc(ranks, func(a, b int32) int { return cmp.Compare(w.objects[a].at, w.objects[b].at) })
	for rank, n := range ranks {
		w.objects[n].rank = int32(rank)
	}
	out, err := m.create("lists")
	if err != nil {
		return err
	}
	names := make([]listName, 0, len(w.lists))
	for l := range w.lists {
		names = append(names, l)
	}
	var manuals []string
	for _, o := range w.objects {
		if o.kind == aManual {
			manuals = append(manuals, o.id)
		}
	}
	slices.Sort(names)
	slices.Sort(manuals)
	for _, write := range []func(listName, []int32) error{
		func(l listName, objects []int32) error { return w.putList(out, l, objects) },
		func(l listName, objects []int32) error { return out.Put(countKey(l), packCount(len(objects))) },
	} {
		if err := w.inOrder(names, manuals, write); err != nil {
			return err
		}
	}
	if err := w.putClaims(out); err != nil {
		return err
	}
	return m.openLists(out)
}

// inOrder calls write with all lists in the order of their names.
func (w *whole) inOrder(names []listName, manuals []string, write func(listName, []int32) error) error {
	serve := func() error {
		for _, id := range manuals {
			var objects []int32
			for _, s := range w.servingOf(id) {
				objects = append(objects, s.point)
			}
			if len(objects) == 0 {
				continue
			}
			if err := write(servingList(id), objects); err != nil {
				return err
			}
		}
		return nil
	}
	at, _ := slices.BinarySearch(names, "s/")
	for i, l := range names {
		if i == at {
			if err := serve(); err != nil {
				return err
			}
		}
		if err := write(l, w.lists[l]); err != nil {
			return err
		}
	}
	if at == len(names) {
		return serve()
	}
	return nil
}

func (w *whole) putList(out *state.Writer, l listName, objects []int32) error {
	slices.SortFunc(objects, func(a, b int32) int { return cmp.Compare(w.objects[a].rank, w.objects[b].rank) })
	places := make([]place, len(objects))
	for i, n := range objects {
		places[i] = w.objects[n].at
	}
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	for _, pg := range split(places) {
		*buf = packLeaf((*buf)[:0], pg.places)
		if err := out.Put(leafKey(l, pg.start), *buf); err != nil {
			return err
		}
	}
	return nil
}

// putClaims writes which manuals have taken over addresses of the old system.
func (w *whole) putClaims(out *state.Writer) error {
	holder := map[string]string{}
	for c, id := range w.check.Claimed() {
		holder[string(claimKey(c.Field, c.Value))] = string(id)
	}
	for _, key := range slices.Sorted(maps.Keys(holder)) {
		if err := out.Put([]byte(key), []byte(holder[key])); err != nil {
			return err
		}
	}
	return nil
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
		var all []order
		for _, o := range w.objects {
			if o.kind == k {
				all = append(all, order{hashID(o.id), o.id})
			}
		}
		slices.SortFunc(all, func(a, b order) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.id, b.id)) })
		bits := w.totals.bits(k)
		next := 0
		each := func(_ kind, part, bits int, do func(card) error) error {
			for ; next < len(all) && partOf(all[next].id, bits) == part; next++ {
				var err error
				if buf, err = w.spool.packed(buf[:0], k, all[next].id); err != nil {
					return err
				}
				if err := out.Put(cardKey(k, all[next].id), buf); err != nil {
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
	for _, key := range slices.Sorted(maps.Keys(w.problems)) {
		if err := out.Put([]byte(key), packCount(w.problems[key])); err != nil {
			return err
		}
	}
	return m.finish("objects", out)
}
