package search

import (
	"cmp"
	"slices"
	"strconv"
)

// Sorts of what stands under a tag.
const (
	postingsSort  = 0
	spellingsSort = 1
)

// shardBuilder collects the terms of one bucket: a table of signatures, then
// each term's tag, length and postings.
type shardBuilder struct {
	signs *signTable
	body  []byte
	count int
	one   []byte
	level []held
}

func newShardBuilder(all *signatures) *shardBuilder { return &shardBuilder{signs: newSignTable(all)} }

// term writes how many units have a term, which tails it has, and its best
// postings.
func (s *shardBuilder) term(p *termPostings) {
	b := append(s.one[:0], postingsSort)
	b = appendInt(b, p.all)
	b = appendTails(b, p)
	s.put(p.term, s.levels(b, p.best))
}

// appendTails writes the depths of the leaves up to the last one that has a
// tail, equal neighbours together, and how many of them have none.
func appendTails(b []byte, p *termPostings) []byte {
	first, end, _ := p.tails()
	if first == end {
		return appendInt(b, 0)
	}
	b = appendInt(b, end)
	for i := 0; i < end; {
		n := 1
		for i+n < end && p.leaves[i+n].depth == p.leaves[i].depth {
			n++
		}
		b = appendInt(append(b, byte(p.leaves[i].depth)), n)
		i += n
	}
	return appendInt(b, first)
}

// tail writes the postings of one leaf, of which the first skip stand in the
// bucket.
func (s *shardBuilder) tail(name term, l *leaf, skip int) {
	b := append(s.one[:0], postingsSort)
	list := l.list[skip:]
	list = list[:countNamed(list)]
	b = appendInt(appendInt(b, len(list)), 0)
	s.put(name, s.levels(b, list))
}

// levels writes postings by level, each level's in order of numbers.
func (s *shardBuilder) levels(b []byte, list []held) []byte {
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].key.level() == list[0].key.level() {
			n++
		}
		s.level = append(s.level[:0], list[:n]...)
		slices.SortFunc(s.level, func(a, b held) int { return cmp.Compare(a.key.id(), b.key.id()) })
		b = appendInt(append(b, byte(list[0].key.level())), n)
		last := 0
		for _, h := range s.level {
			b = appendInt(b, h.key.id()-last)
			b = appendInt(b, s.signs.of(h.sign))
			last = h.key.id()
		}
		list = list[n:]
	}
	return b
}

// mostSpellings bounds those of the same bones that are written.
const mostSpellings = 12

// boneTerm carries the spellings that have the same bones.
type boneTerm struct {
	term    term
	entries []entry // in order of text, words before names
}

// noBones is the term of spellings that nobody asks for.
var noBones = hashTerm("~")

// spellings writes the most frequent spellings, with their numbers in
// doublings.
func (s *shardBuilder) spellings(one *boneTerm) {
	if one.term == noBones {
		return
	}
	all := slices.Clone(one.entries)
	slices.SortStableFunc(all, func(a, b entry) int {
		return cmp.Or(cmp.Compare(rankOf(b.count), rankOf(a.count)), cmp.Compare(a.text, b.text))
	})
	all = slices.CompactFunc(all, func(a, b entry) bool { return a.text == b.text })
	b := append(s.one[:0], spellingsSort)
	for _, e := range all[:min(len(all), mostSpellings)] {
		b = appendText(appendInt(b, 1<<(min(rankOf(e.count), 15)-1)), e.text)
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
	b := append(s.signs.append(nil), s.body...)
	s.signs.reset()
	s.body, s.count = s.body[:0], 0
	return b
}

// boneTerms groups the spellings that the lexicon file has no room for.
func boneTerms(rest []entry) []boneTerm {
	byBones := map[term][]entry{}
	for _, e := range rest {
		t := boneTermOf(e.text)
		byBones[t] = append(byBones[t], e)
	}
	out := make([]boneTerm, 0, len(byBones))
	for t, entries := range byBones {
		slices.SortFunc(entries, compareEntries)
		out = append(out, boneTerm{t, entries})
	}
	slices.SortFunc(out, func(a, b boneTerm) int { return compareTerms(a.term, b.term) })
	return out
}

func boneTermOf(text string) term { return hashTerm("~" + bonesOf(text)) }

// tailTerm is the term under which the tail of a leaf stands.
func tailTerm(t term, from heldKey) term {
	return hashTerm("t" + strconv.FormatUint(uint64(t), 16) + ":" + strconv.FormatUint(uint64(from), 16))
}

// tailFile writes the tails of one shard, in order of their terms, each as a
// bucket of its own form; nil where there are none.
func tailFile(list []knownTail) []byte {
	var b []byte
	for _, t := range list {
		b = appendTag(b, tailTerm(t.term, t.from).tag())
		b = append(appendInt(b, len(t.data)), t.data...)
	}
	return b
}
