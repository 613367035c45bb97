package search

import "slices"

// The part of a full build that remembers. Each method writes sections whose
// turn it is.

// keepUnits remembers documents, families and slots.
func (b *builder) keepUnits() error {
	if b.keep.to == nil {
		return nil
	}
	if err := b.keepDocuments(); err != nil {
		return err
	}
	if err := b.keepFamilies(); err != nil {
		return err
	}
	return b.keepSlots()
}

func (b *builder) keepDocuments() error {
	order := make([]uint32, len(b.docs))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(x, y uint32) int { return compareTerms(b.docs[x].key, b.docs[y].key) })
	var data []byte
	for _, i := range order {
		var err error
		if data, err = b.spool.get(b.docs[i].at, data); err != nil {
			return err
		}
		if err := b.keep.put(termKey(documentSection, b.docs[i].key), data); err != nil {
			return err
		}
	}
	key := func(i int) term { return b.docs[order[i]].key }
	var keys []term
	return b.keepPages(presentSection, len(order), key, func(from, to int) []byte {
		keys = keys[:0]
		for i := from; i < to; i++ {
			keys = append(keys, key(i))
		}
		return termsBytes(keys)
	})
}

// keepPages writes what stands under count keys in order, page by page.
func (b *builder) keepPages(section byte, count int, key func(int) term, page func(from, to int) []byte) error {
	from := 0
	for n := range 1 << pagesBits(b.plan.slots) {
		to := from
		for to < count && pageOf(key(to), b.plan.slots) == n {
			to++
		}
		if err := b.keep.put(pageKey(section, n), page(from, to)); err != nil {
			return err
		}
		from = to
	}
	return nil
}

func (b *builder) keepFamilies() error {
	for i := range b.units {
		u := &b.units[i]
		if u.hidden {
			continue
		}
		f := remembered{values: map[int]int{}}
		for _, d := range b.docs[u.from:u.to] {
			f.members = append(f.members, member{d.key, d.weight})
			for _, v := range b.numbering.of(b.plain.sets[d.plain], b.agency.sets[d.agency]) {
				f.values[v]++
			}
		}
		if err := b.keep.put(termKey(familySection, u.key), f.bytes()); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) keepSlots() error {
	key := func(i int) term { return b.units[i].key }
	var list []slot
	return b.keepPages(slotSection, len(b.units), key, func(from, to int) []byte {
		list = list[:0]
		for _, u := range b.units[from:to] {
			list = append(list, slot{u.key, u.id, u.hidden})
		}
		return slotsBytes(list, b.plan.slots)
	})
}

// keepRest remembers what is known once all files are written.
func (b *builder) keepRest(sorts []*shardWriter, out *emitter, m *Manifest, lexicon []byte) error {
	if b.keep.to == nil {
		return nil
	}
	values := b.plain.values()
	for v, n := range b.agency.values() {
		values[v] = n
	}
	if err := b.keep.put(sectionKey(valueSection), valuesBytes(values)); err != nil {
		return err
	}
	if err := b.keep.put(sectionKey(lexiconSection), appendEntries(nil, b.kept)); err != nil {
		return err
	}
	for i, w := range sorts {
		size := min(len(w.all), dirSize)
		for n := range len(w.all) / size {
			if err := b.keep.put(writtenKey(byte(i), n), appendWritten(nil, w.all[n*size:(n+1)*size])); err != nil {
				return err
			}
		}
	}
	for i, w := range sorts {
		if err := b.keep.put(sortKey(dirSection, byte(i)), packHashes(w.dirs)); err != nil {
			return err
		}
	}
	h := header{
		fingerprint: fingerprint(b.synonyms.groups), counts: b.counts, size: out.size,
		lexicon: newWritten(lexicon), manifest: m.Path,
	}
	return b.keep.put(sectionKey(headerSection), h.bytes())
}

// keepLeaves holds the leaves of a large term back until its bucket is
// remembered, which stands before them.
func (w *termWriter) keepLeaves(p *termPostings) {
	if len(p.leaves) == 1 {
		return
	}
	for i := range p.leaves {
		l := &p.leaves[i]
		key := leafKey(w.n, p.term, l.from)
		w.waiting = append(w.waiting, [2][]byte{key, l.bytes(w.table)})
	}
}

// keepBucket remembers the bucket that was filled, and its leaves.
func (w *termWriter) keepBucket() error {
	if err := w.b.keep.put(pageKey(bucketSection, w.n), w.memory.bytes()); err != nil {
		return err
	}
	for _, leaf := range w.waiting {
		if err := w.b.keep.put(leaf[0], leaf[1]); err != nil {
			return err
		}
	}
	clear(w.waiting)
	w.waiting = w.waiting[:0]
	return nil
}
