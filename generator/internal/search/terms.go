package search

import "slices"

// termWriter turns postings in order of terms into buckets and tails.
type termWriter struct {
	b      *builder
	out    *shardWriter
	bucket *shardBuilder
	n      int // the bucket being filled
	bones  []boneTerm
	tails  []tailRef
	spool  *spool // of tails
	tail   *shardBuilder
	list   []held
	spare  []held
	leaves []leaf
}

// tailRef is a tail that waits for its shard's turn.
type tailRef struct {
	name term
	at   span
}

func (b *builder) writeTerms(out *emitter, m *Manifest) error {
	w := &termWriter{
		b: b, out: newShardWriter(out, termShards, b.plan.terms), bones: b.bones,
		bucket: newShardBuilder(b.signs), tail: newShardBuilder(b.signs), spool: &spool{dir: b.opt.TempDir},
	}
	defer w.spool.close()
	err := b.postings.each(0, parts, b.renamed, w.term)
	if err == nil {
		err = w.turn(1 << b.plan.terms)
	}
	if err != nil {
		return err
	}
	if m.Terms, err = w.out.finish(); err != nil {
		return err
	}
	m.Tails, err = w.writeTails(out)
	return err
}

func (w *termWriter) term(t term, list []who) error {
	if err := w.turn(t.shard(w.out.bits)); err != nil {
		return err
	}
	w.hold(list)
	p := newTermPostings(t, w.list, w.leaves[:0])
	w.leaves = p.leaves
	w.bucket.term(&p)
	first, end, skip := p.tails()
	for i := first; i < end; i++ {
		l := &p.leaves[i]
		if l.count == 0 {
			continue
		}
		name := tailTerm(t, l.from)
		w.tail.tail(name, l, skip)
		at, err := w.spool.add(w.tail.bytes())
		if err != nil {
			return err
		}
		w.tails = append(w.tails, tailRef{name, at})
		skip = 0
	}
	return nil
}

// hold fills list with the postings of a term, one of each unit, in order.
func (w *termWriter) hold(list []who) {
	w.list = w.list[:0]
	for i, x := range list {
		if i > 0 && x.unit() == list[i-1].unit() {
			continue
		}
		u := &w.b.units[x.unit()]
		w.list = append(w.list, held{key: newHeldKey(x.level(), int(u.prior), u.id), sign: u.sign})
	}
	w.spare = slices.Grow(w.spare[:0], len(w.list))[:len(w.list)]
	sortHeld(w.list, w.spare)
}

// turn closes buckets before the n-th.
func (w *termWriter) turn(n int) error {
	for ; w.n < n; w.n++ {
		for len(w.bones) > 0 && w.bones[0].term.shard(w.out.bits) == w.n {
			w.bucket.spellings(&w.bones[0])
			w.bones = w.bones[1:]
		}
		if err := w.out.write(w.n, w.bucket.bytes()); err != nil {
			return err
		}
	}
	return nil
}

func (w *termWriter) writeTails(out *emitter) (Shards, error) {
	sw := newShardWriter(out, tailShards, w.b.plan.tails)
	slices.SortFunc(w.tails, func(a, b tailRef) int { return compareTerms(a.name, b.name) })
	var data, one []byte
	for i, t := range w.tails {
		var err error
		if one, err = w.spool.get(t.at, one); err != nil {
			return Shards{}, err
		}
		data = appendTail(data, t.name, one)
		n := t.name.shard(sw.bits)
		if i+1 < len(w.tails) && w.tails[i+1].name.shard(sw.bits) == n {
			continue
		}
		if err := sw.write(n, data); err != nil {
			return Shards{}, err
		}
		data = nil
	}
	return sw.finish()
}
