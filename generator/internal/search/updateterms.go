package search

import (
	"maps"
	"slices"
)

// settleTerms applies what becomes of units to the postings of their terms.
func (u *updater) settleTerms() error {
	for _, t := range slices.Sorted(maps.Keys(u.changes)) {
		b, err := u.bucket(t.shard(u.plan.terms))
		if err != nil {
			return err
		}
		at, found := slices.BinarySearchFunc(b.terms, t, func(p termPostings, t term) int { return compareTerms(p.term, t) })
		if !found {
			b.terms = slices.Insert(b.terms, at, newTermPostings(t, nil, nil))
		}
		e := &termEdit{u: u, p: &b.terms[at], touched: map[heldKey]bool{}}
		if err := e.apply(u.changes[t]); err != nil {
			return err
		}
		if b.terms[at].all == 0 {
			b.terms = slices.Delete(b.terms, at, at+1)
		}
	}
	return nil
}

func (u *updater) bucket(n int) (*bucket, error) {
	if b := u.buckets[n]; b != nil {
		return b, nil
	}
	r, err := u.notes.need(pageKey(bucketSection, n))
	if err != nil {
		return nil, err
	}
	b, err := readBucket(r, u.signs)
	u.buckets[n] = b
	return b, err
}

// termEdit changes the postings of one term.
type termEdit struct {
	u       *updater
	p       *termPostings
	touched map[heldKey]bool // leaves that are to be written, by their first key
}

// apply takes out the postings of all units that change, then puts back what
// they have become: a unit may have taken another's number.
func (e *termEdit) apply(changes []*unitChange) error {
	before := *e.p
	before.leaves = slices.Clone(e.p.leaves)
	var back []held
	for _, c := range changes {
		h, err := e.change(c)
		if err != nil {
			return err
		}
		if h != nil {
			back = append(back, *h)
		}
	}
	for _, h := range back {
		if err := e.put(h); err != nil {
			return err
		}
	}
	if err := e.balance(); err != nil {
		return err
	}
	if err := e.count(&before); err != nil {
		return err
	}
	e.u.counts.census.add(&before, -1)
	e.u.counts.census.add(e.p, 1)
	if err := e.writeLeaves(&before); err != nil {
		return err
	}
	return e.tails(&before)
}

// change takes out the posting that a unit had, and returns the one that it
// has now, if any.
func (e *termEdit) change(c *unitChange) (*held, error) {
	var counts levelCounts
	if c.old.there {
		h, err := e.cut(c)
		if err != nil {
			return nil, err
		}
		if h != nil {
			counts = h.counts()
		}
	}
	all, level := 0, 0
	for l := range counts {
		n := int64(counts[l]) + int64(c.delta[l])
		if n < 0 {
			return nil, rebuild("a term does not know its documents")
		}
		counts[l] = uint32(n)
		all += int(n)
		if n > 0 {
			level = l
		}
	}
	if all == 0 {
		return nil, nil
	}
	if !c.now.there {
		return nil, rebuild("a term does not know its documents")
	}
	h := &held{key: newHeldKey(uint8(level), c.now.prior, c.now.id), sign: c.now.sign}
	if all > 1 {
		h.docs = &counts
	}
	return h, nil
}

func (h *held) counts() levelCounts {
	if h.docs != nil {
		return *h.docs
	}
	var c levelCounts
	c[h.key.level()] = 1
	return c
}

// cut takes the posting of a unit out. It has the unit's prior and number,
// and one of the levels; likeliest one of those that a document gives up.
func (e *termEdit) cut(c *unitChange) (*held, error) {
	for _, given := range []bool{true, false} {
		for level := mostLevel; level > 0; level-- {
			if (c.delta[level] < 0) != given {
				continue
			}
			key := newHeldKey(uint8(level), c.old.prior, c.old.id)
			l, err := e.leaf(key)
			if err != nil {
				return nil, err
			}
			at, found := slices.BinarySearchFunc(l.list, key, compareKey)
			if !found {
				continue
			}
			h := l.list[at]
			l.list = slices.Delete(slices.Clone(l.list), at, at+1)
			l.count--
			e.touched[l.from] = true
			return &h, nil
		}
	}
	return nil, nil
}

func (e *termEdit) put(h held) error {
	l, err := e.leaf(h.key)
	if err != nil {
		return err
	}
	at, found := slices.BinarySearchFunc(l.list, h.key, compareKey)
	if found {
		return rebuild("two units have the same number")
	}
	l.list = slices.Insert(slices.Clone(l.list), at, h)
	l.count++
	e.touched[l.from] = true
	return nil
}

// leaf returns the leaf of a key, read.
func (e *termEdit) leaf(key heldKey) (*leaf, error) {
	at, _ := slices.BinarySearchFunc(e.p.leaves, key, func(l leaf, k heldKey) int {
		if l.from <= k {
			return -1
		}
		return 1
	})
	l := &e.p.leaves[at-1]
	return l, e.read(l)
}

// read reads the postings of a leaf. Those of the only leaf of a term stand
// in the bucket.
func (e *termEdit) read(l *leaf) error {
	if l.list != nil || l.count == 0 {
		return nil
	}
	r, err := e.u.notes.need(leafKey(e.p.term.shard(e.u.plan.terms), e.p.term, l.from))
	if err != nil {
		return err
	}
	l.list, err = readLeaf(r, e.u.signs)
	if err == nil && len(l.list) != l.count {
		err = rebuild("a term does not know its postings")
	}
	return err
}

// balance halves leaves that have become too large, and joins halves that
// have become small enough.
func (e *termEdit) balance() error {
	var out []leaf
	for _, l := range e.p.leaves {
		from := len(out)
		if l.count > tailPostings {
			out = appendLeaves(out, l.list, l.from, l.depth)
			for _, part := range out[from:] {
				e.touched[part.from] = true
			}
			continue
		}
		out = append(out, l)
		for len(out) > 1 && out[len(out)-2].joins(&out[len(out)-1]) {
			a, b := &out[len(out)-2], &out[len(out)-1]
			if err := e.read(a); err != nil {
				return err
			}
			if err := e.read(b); err != nil {
				return err
			}
			*a = leaf{a.from, a.depth - 1, a.count + b.count, slices.Concat(a.list, b.list)}
			e.touched[a.from] = true
			out = out[:len(out)-1]
		}
	}
	e.p.leaves = out
	return nil
}

// joins tells whether two leaves are halves of one that is not too large.
func (l *leaf) joins(r *leaf) bool {
	return l.depth == r.depth && l.depth > 0 && l.count+r.count <= tailPostings &&
		l.from&(1<<(keyBits-l.depth)) == 0 && l.end() == r.from
}

// count counts the postings anew and finds the best, where they may be others.
func (e *termEdit) count(was *termPostings) error {
	p := e.p
	border := newHeldKey(bodyLevel, 15, 0)
	mixed := was.named // of the leaf that has postings on both sides of the border
	for _, l := range was.leaves {
		if l.end() <= border {
			mixed -= l.count
		}
	}
	p.all, p.named = 0, 0
	fresh := false
	for i := range p.leaves {
		l := &p.leaves[i]
		fresh = fresh || p.all < bestPostings && e.touched[l.from]
		p.all += l.count
		switch {
		case l.end() <= border:
			p.named += l.count
		case l.from < border:
			if e.touched[l.from] {
				mixed = countNamed(l.list)
			}
			p.named += mixed
		}
	}
	if !fresh {
		return nil
	}
	p.best = nil
	for i := 0; i < len(p.leaves) && len(p.best) < bestPostings; i++ {
		if err := e.read(&p.leaves[i]); err != nil {
			return err
		}
		list := p.leaves[i].list
		p.best = append(p.best, list[:min(len(list), bestPostings-len(p.best))]...)
	}
	return nil
}

// writeLeaves writes the leaves that have changed, and forgets those that are
// no more. The only leaf of a term stands in its bucket.
func (e *termEdit) writeLeaves(was *termPostings) error {
	bucket := e.p.term.shard(e.u.plan.terms)
	now := map[heldKey]bool{}
	if len(e.p.leaves) > 1 {
		for i := range e.p.leaves {
			l := &e.p.leaves[i]
			now[l.from] = true
			if e.touched[l.from] {
				e.u.notes.put(leafKey(bucket, e.p.term, l.from), l.bytes(e.u.table))
			}
		}
	}
	if len(was.leaves) > 1 {
		for _, l := range was.leaves {
			if !now[l.from] {
				e.u.notes.delete(leafKey(bucket, e.p.term, l.from))
			}
		}
	}
	return nil
}

// tails writes the tails that are new or have changed, and takes out those
// that are no more.
func (e *termEdit) tails(was *termPostings) error {
	old, now := tailsOf(was), tailsOf(e.p)
	for from := range old {
		if _, has := now[from]; !has {
			if err := e.u.putTail(knownTail{e.p.term, from, nil}); err != nil {
				return err
			}
		}
	}
	for i := range e.p.leaves {
		l := &e.p.leaves[i]
		skip, has := now[l.from]
		before, had := old[l.from]
		if !has || had && before == skip && !e.touched[l.from] {
			continue
		}
		if err := e.read(l); err != nil {
			return err
		}
		e.u.tail.tail(tailTerm(e.p.term, l.from), l, skip)
		if err := e.u.putTail(knownTail{e.p.term, l.from, e.u.tail.bytes()}); err != nil {
			return err
		}
	}
	return nil
}

// tailsOf returns where the leaves begin that have a tail, and how many
// postings of each stand in the bucket.
func tailsOf(p *termPostings) map[heldKey]int {
	out := map[heldKey]int{}
	first, end, skip := p.tails()
	for _, l := range p.leaves[first:end] {
		if l.count > 0 {
			out[l.from] = skip
		}
		skip = 0
	}
	return out
}

// putTail puts a tail into its shard, in place of the one it was, or takes it
// out where it has no data.
func (u *updater) putTail(t knownTail) error {
	name := tailTerm(t.term, t.from)
	n := name.shard(u.plan.tails)
	list, known := u.tails[n]
	if !known {
		r, err := u.notes.need(pageKey(tailSection, n))
		if err != nil {
			return err
		}
		if list, err = readTailsOf(r); err != nil {
			return err
		}
	}
	at, found := slices.BinarySearchFunc(list, name, func(t knownTail, name term) int { return compareTerms(tailTerm(t.term, t.from), name) })
	switch {
	case found && t.data == nil:
		list = slices.Delete(list, at, at+1)
	case found:
		list[at] = t
	case t.data == nil:
		return rebuild("a shard does not know its tails")
	default:
		list = slices.Insert(list, at, t)
	}
	u.tails[n] = list
	return nil
}
