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

	memory  *bucketWriter
	table   *signTable  // of a leaf
	waiting [][2][]byte // leaves: key and value
}

// tailRef is a tail that waits for its shard's turn.
type tailRef struct {
	name term
	at   span
	term term
	from heldKey
}

// writeTerms writes buckets and tails.
func (b *builder) writeTerms(out *emitter) ([]*shardWriter, error) {
	w := &termWriter{
		b: b, out: newShardWriter(out, termShards, b.plan.terms), bones: b.bones,
		bucket: newShardBuilder(b.signs), tail: newShardBuilder(b.signs), spool: &spool{dir: b.opt.TempDir},
		memory: newBucketWriter(b.signs), table: newSignTable(b.signs),
	}
	defer w.spool.close()
	err := b.postings.each(0, parts, b.renamed, w.term)
	if err == nil {
		err = w.turn(1 << b.plan.terms)
	}
	if err != nil {
		return nil, err
	}
	tails, err := w.writeTails(out)
	return []*shardWriter{w.out, tails}, err
}

func (w *termWriter) term(t term, list []who) error {
	if err := w.turn(t.shard(w.out.bits)); err != nil {
		return err
	}
	w.hold(list)
	p := newTermPostings(t, w.list, w.leaves[:0])
	w.leaves = p.leaves
	w.bucket.term(&p)
	if w.b.keep.to != nil {
		w.memory.term(&p)
		w.keepLeaves(&p)
	}
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
		w.tails = append(w.tails, tailRef{name, at, t, l.from})
		skip = 0
	}
	return nil
}

// hold fills list with the postings of a term, one of each unit, in order.
func (w *termWriter) hold(list []who) {
	w.list = w.list[:0]
	for from := 0; from < len(list); {
		to := from + 1
		for to < len(list) && list[to].unit() == list[from].unit() {
			to++
		}
		u := &w.b.units[list[from].unit()]
		h := held{key: newHeldKey(list[from].level(), int(u.prior), u.id), sign: u.sign}
		if to-from > 1 && w.b.keep.to != nil {
			h.docs = &levelCounts{}
			for _, x := range list[from:to] {
				h.docs[x.level()]++
			}
		}
		w.list = append(w.list, h)
		from = to
	}
	w.spare = slices.Grow(w.spare[:0], len(w.list))[:len(w.list)]
	sortHeld(w.list, w.spare)
}

// turn closes buckets before the n-th.
func (w *termWriter) turn(n int) error {
	for ; w.n < n; w.n++ {
		for len(w.bones) > 0 && w.bones[0].term.shard(w.out.bits) == w.n {
			w.bucket.spellings(&w.bones[0])
			w.memory.spellings(&w.bones[0])
			w.bones = w.bones[1:]
		}
		if err := w.out.write(w.n, w.bucket.bytes()); err != nil {
			return err
		}
		if err := w.keepBucket(); err != nil {
			return err
		}
	}
	return nil
}

// writeTails writes the shards of tails, and remembers them.
func (w *termWriter) writeTails(out *emitter) (*shardWriter, error) {
	sw := newShardWriter(out, tailShards, w.b.plan.tails)
	slices.SortFunc(w.tails, func(a, b tailRef) int { return compareTerms(a.name, b.name) })
	var list []knownTail
	at := 0
	for n := range sw.all {
		list = list[:0]
		for ; at < len(w.tails) && w.tails[at].name.shard(sw.bits) == n; at++ {
			t := &w.tails[at]
			data, err := w.spool.get(t.at, nil)
			if err != nil {
				return nil, err
			}
			list = append(list, knownTail{t.term, t.from, data})
		}
		if err := sw.write(n, tailFile(list)); err != nil {
			return nil, err
		}
		if err := w.b.keep.put(pageKey(tailSection, n), tailsBytes(list)); err != nil {
			return nil, err
		}
	}
	return sw, nil
}
