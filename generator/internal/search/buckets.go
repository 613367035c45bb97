package search

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Bounds of what a bucket and a tail hold of one term.
const (
	bestPostings = 64
	tailPostings = 256
	mostTails    = 128 // tails of one term; a portal's rarest need is beyond
)

// found is a posting as it is written: by the unit's number.
type found struct {
	id, level, set int
	weight         int
}

// mostSignatures bounds those that stand in the manifest.
const mostSignatures = 512

// termWriter turns sorted postings into buckets and tails.
type termWriter struct {
	units  []unit
	prior  []int   // of each unit
	signs  []int   // of each unit, a number of values
	values [][]int // facet values of each signature
	bucket shardBuilder
	bits   int
	n      int // the bucket being filled
	out    *shardWriter
	tails  []tailRef
	spool  *spool
	bones  []boneTerm
	shared bool // signatures stand in the manifest
}

// tailRef is a tail that waits for its shard's turn.
type tailRef struct {
	term term
	at   span
}

// boneTerm carries spellings for repair.
type boneTerm struct {
	term    term
	entries []entry
}

func (b *builder) writeTerms(out *emitter, m *Manifest, p plan, number map[string]int) error {
	w := &termWriter{units: b.units, bits: p.terms, spool: &spool{dir: b.opt.TempDir}}
	defer w.spool.close()
	w.sign(b.facets.sets, number)
	if p.small && len(w.values) <= mostSignatures {
		m.Signatures = w.values
		w.bucket.shared, w.shared = true, true
	}
	w.out = &shardWriter{to: out, sort: termShards, bits: p.terms}
	_, rest := b.words.entries(b.synonyms.groups)
	w.bones = boneTerms(rest)
	if err := b.postings.each(w.term); err != nil {
		return err
	}
	if err := w.bonesBefore(^term(0)); err != nil {
		return err
	}
	if err := w.flush(); err != nil {
		return err
	}
	var err error
	if m.Terms, err = w.out.finish(); err != nil {
		return err
	}
	m.Tails, err = w.writeTails(out, p.tails)
	return err
}

// sign gives each unit its signature: the union of its members' values.
func (w *termWriter) sign(sets []string, number map[string]int) {
	w.prior, w.signs = make([]int, len(w.units)), make([]int, len(w.units))
	known := map[string]int{}
	for _, i := range byID(w.units) {
		var values []int
		for _, set := range w.units[i].sets {
			for v := range strings.SplitSeq(sets[set], "\n") {
				if n, ok := number[v]; ok {
					values = append(values, n)
				}
			}
		}
		slices.Sort(values)
		values = slices.Compact(values)
		var key []byte
		for _, v := range values {
			key = appendInt(key, v)
		}
		n, ok := known[string(key)]
		if !ok {
			n = len(w.values)
			known[string(key)] = n
			w.values = append(w.values, values)
		}
		w.signs[i], w.prior[i] = n, priorOf(w.units[i].weight)
	}
}

// boneTerms groups the spellings that the lexicon file has no room for.
func boneTerms(rest []entry) []boneTerm {
	byBones := map[term][]entry{}
	for _, e := range rest {
		if bones := bonesOf(e.text); len(bones) > 0 {
			t := hashTerm("~" + bones)
			byBones[t] = append(byBones[t], e)
		}
	}
	out := make([]boneTerm, 0, len(byBones))
	for t, entries := range byBones {
		slices.SortFunc(entries, func(a, b entry) int {
			return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.text, b.text))
		})
		out = append(out, boneTerm{t, entries[:min(len(entries), 12)]})
	}
	slices.SortFunc(out, func(a, b boneTerm) int { return cmp.Compare(a.term, b.term) })
	return out
}

func (w *termWriter) term(t term, list []posting) error {
	if err := w.bonesBefore(t); err != nil {
		return err
	}
	if err := w.turn(t); err != nil {
		return err
	}
	all := make([]found, len(list))
	for i, p := range list {
		all[i] = found{int(w.units[p.unit].id), int(p.level), w.signs[p.unit], w.prior[p.unit]}
	}
	slices.SortFunc(all, func(a, b found) int {
		return cmp.Or(b.level-a.level, b.weight-a.weight, a.id-b.id)
	})
	best, rest := all[:min(len(all), bestPostings)], all[min(len(all), bestPostings):]
	rest = rest[:lastNamed(rest)]
	w.bucket.term(t, len(all), len(rest), best, w.values)
	return w.tail(t, rest)
}

// lastNamed returns how many of the postings, highest level first, are worth
// a tail: those of bodies are not.
func lastNamed(all []found) int {
	n := slices.IndexFunc(all, func(f found) bool { return f.level <= bodyLevel })
	if n < 0 {
		n = len(all)
	}
	return min(n, mostTails*tailPostings)
}

// turn closes the bucket at hand when t belongs to a later one.
func (w *termWriter) turn(t term) error {
	n := t.shard(w.bits)
	if n != w.n {
		if err := w.flush(); err != nil {
			return err
		}
		w.n = n
	}
	return nil
}

func (w *termWriter) flush() error {
	data := w.bucket.bytes()
	if data == nil {
		return nil
	}
	return w.out.write(w.n, data)
}

func (w *termWriter) bonesBefore(t term) error {
	for len(w.bones) > 0 && w.bones[0].term < t {
		one := w.bones[0]
		w.bones = w.bones[1:]
		if err := w.turn(one.term); err != nil {
			return err
		}
		w.bucket.spellings(one)
	}
	return nil
}

// tailTerm is the term under which the i-th tail stands.
func tailTerm(t term, i int) term {
	return hashTerm("t" + strconv.FormatUint(uint64(t), 16) + ":" + strconv.Itoa(i))
}

func (w *termWriter) tail(t term, rest []found) error {
	for i := 0; len(rest) > 0; i++ {
		n := min(len(rest), tailPostings)
		one := shardBuilder{shared: w.shared}
		name := tailTerm(t, i)
		one.term(name, n, 0, rest[:n], w.values)
		at, err := w.spool.add(one.bytes())
		if err != nil {
			return err
		}
		w.tails = append(w.tails, tailRef{name, at})
		rest = rest[n:]
	}
	return nil
}

// writeTails writes each tail as a bucket of its own form, one after the
// other in their shard.
func (w *termWriter) writeTails(out *emitter, bits int) (Shards, error) {
	sw := &shardWriter{to: out, sort: tailShards, bits: bits}
	slices.SortFunc(w.tails, func(a, b tailRef) int { return cmp.Compare(a.term, b.term) })
	var data []byte
	for i, t := range w.tails {
		one, err := w.spool.get(t.at)
		if err != nil {
			return Shards{}, err
		}
		data = appendTag(data, t.term.tag())
		data = append(appendInt(data, len(one)), one...)
		n := t.term.shard(bits)
		if i+1 == len(w.tails) || w.tails[i+1].term.shard(bits) != n {
			if err := sw.write(n, data); err != nil {
				return Shards{}, err
			}
			data = nil
		}
	}
	return sw.finish()
}

// shardBuilder collects the terms of one bucket: a table of signatures, then
// each term's tag, length and postings.
type shardBuilder struct {
	shared  bool // signatures are numbers of the manifest's; the table is empty
	numbers map[int]int
	values  [][]int
	body    []byte
	count   int
	one     []byte
}

func (s *shardBuilder) sign(set int, values [][]int) int {
	if s.shared {
		return set
	}
	if s.numbers == nil {
		s.numbers = map[int]int{}
	}
	n, ok := s.numbers[set]
	if !ok {
		n = len(s.values)
		s.numbers[set] = n
		s.values = append(s.values, values[set])
	}
	return n
}

// Sorts of what stands under a tag.
const (
	postingsSort  = 0
	spellingsSort = 1
)

// term writes how many units have the term, how many postings stand in tails,
// and the best ones: by level, each level's in order of numbers.
func (s *shardBuilder) term(t term, all, tail int, best []found, values [][]int) {
	b := append(s.one[:0], postingsSort)
	b = appendInt(appendInt(b, all), tail)
	for len(best) > 0 {
		n := 1
		for n < len(best) && best[n].level == best[0].level {
			n++
		}
		group := slices.Clone(best[:n])
		slices.SortFunc(group, func(a, b found) int { return a.id - b.id })
		b = appendInt(append(b, byte(best[0].level)), n)
		last := 0
		for _, f := range group {
			b = appendInt(b, f.id-last)
			b = appendInt(b, s.sign(f.set, values))
			last = f.id
		}
		best = best[n:]
	}
	s.put(t, b)
}

func (s *shardBuilder) spellings(one boneTerm) {
	b := append(s.one[:0], spellingsSort)
	for _, e := range one.entries {
		b = appendText(appendInt(b, e.count), e.text)
	}
	s.put(one.term, b)
}

func (s *shardBuilder) put(t term, b []byte) {
	s.body = appendTag(s.body, t.tag())
	s.body = append(appendInt(s.body, len(b)), b...)
	s.count++
	s.one = b
}

// bytes returns the bucket, nil for an empty one, and begins the next.
func (s *shardBuilder) bytes() []byte {
	if s.count == 0 {
		return nil
	}
	b := appendInt(nil, len(s.values))
	for _, set := range s.values {
		b = appendInt(b, len(set))
		last := 0
		for _, v := range set {
			b = appendInt(b, v-last)
			last = v
		}
	}
	b = append(b, s.body...)
	s.numbers, s.values, s.body, s.count = nil, nil, s.body[:0], 0
	return b
}
