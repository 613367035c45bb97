package search

import (
	"maps"
	"slices"
)

// settleWords brings what was learnt up to date: a word stands in the lexicon
// file where it is of a high rank, else in the bucket of its bones.
func (u *updater) settleWords() error {
	for key, more := range u.learnt {
		if more == 0 {
			continue
		}
		if err := u.learnMore(entry{text: key.text, name: key.name}, more); err != nil {
			return err
		}
	}
	u.notes.put(sectionKey(lexiconSection), appendEntries(nil, u.kept))
	w := newBucketWriter(u.signs)
	for _, n := range slices.Sorted(maps.Keys(u.buckets)) {
		u.notes.put(pageKey(bucketSection, n), u.buckets[n].bytes(w))
	}
	for n, list := range u.tails {
		u.notes.put(pageKey(tailSection, n), tailsBytes(list))
	}
	return nil
}

func (u *updater) learnMore(e entry, more int) error {
	ranks, least := &u.counts.words, u.plan.words
	if e.name {
		ranks, least = &u.counts.names, u.plan.names
	}
	t := boneTermOf(e.text)
	b, err := u.bucket(t.shard(u.plan.terms))
	if err != nil {
		return err
	}
	old := takeEntry(&u.kept, e)
	if old == 0 {
		old = b.takeSpelling(t, e)
	}
	if e.count = old + more; e.count < 0 {
		return rebuild("the lexicon does not know its words")
	}
	if old > 0 {
		ranks[rankOf(old)]--
	}
	if e.count == 0 {
		return nil
	}
	ranks[rankOf(e.count)]++
	if rankOf(e.count) >= least {
		putEntry(&u.kept, e)
	} else {
		b.putSpelling(t, e)
	}
	return nil
}

// takeEntry takes an entry out and returns how often it was met; 0 where it
// is not there.
func takeEntry(list *[]entry, e entry) int {
	at, found := slices.BinarySearchFunc(*list, e, compareEntries)
	if !found {
		return 0
	}
	count := (*list)[at].count
	*list = slices.Delete(*list, at, at+1)
	return count
}

func putEntry(list *[]entry, e entry) {
	at, _ := slices.BinarySearchFunc(*list, e, compareEntries)
	*list = slices.Insert(*list, at, e)
}

func findBones(b boneTerm, t term) int { return compareTerms(b.term, t) }

func (b *bucket) takeSpelling(t term, e entry) int {
	at, found := slices.BinarySearchFunc(b.bones, t, findBones)
	if !found {
		return 0
	}
	count := takeEntry(&b.bones[at].entries, e)
	if len(b.bones[at].entries) == 0 {
		b.bones = slices.Delete(b.bones, at, at+1)
	}
	return count
}

func (b *bucket) putSpelling(t term, e entry) {
	at, found := slices.BinarySearchFunc(b.bones, t, findBones)
	if !found {
		b.bones = slices.Insert(b.bones, at, boneTerm{term: t})
	}
	putEntry(&b.bones[at].entries, e)
}

// bytes is the bucket as it is remembered.
func (b *bucket) bytes(w *bucketWriter) []byte {
	for i := range b.terms {
		w.term(&b.terms[i])
	}
	for i := range b.bones {
		w.spellings(&b.bones[i])
	}
	return w.bytes()
}

// file is the bucket as the index has it; nil where nothing is in it.
func (b *bucket) file(s *shardBuilder) []byte {
	for i := range b.terms {
		s.term(&b.terms[i])
	}
	for i := range b.bones {
		s.spellings(&b.bones[i])
	}
	return s.bytes()
}
