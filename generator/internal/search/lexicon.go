package search

import (
	"slices"
)

// Flags of an entry in the lexicon file; the count's doublings stand above.
const (
	stopFlag = 1
	nameFlag = 2
	flagBits = 2
)

// encodeLexicon writes the words, each as what it shares with the one before
// and what follows, and the groups of synonyms.
func encodeLexicon(words []entry, groups [][]string) []byte {
	b := appendInt(nil, len(words))
	var last []byte
	for _, e := range words {
		c := compact(e.text)
		same := 0
		for same < len(c) && same < len(last) && c[same] == last[same] {
			same++
		}
		b = appendInt(b, same)
		b = appendInt(b, len(c)-same)
		b = append(b, c[same:]...)
		flags := priorOf(float64(e.count)) << flagBits
		if e.stop {
			flags |= stopFlag
		}
		if e.name {
			flags |= nameFlag
		}
		b = appendInt(b, flags)
		last = c
	}
	b = appendInt(b, len(groups))
	for _, g := range groups {
		b = appendInt(b, len(g))
		for _, s := range g {
			b = appendText(b, s)
		}
	}
	return b
}

// lexicon is the reader's knowledge of words. It cuts queries much as
// thai.Lexicon cut the names, over the keys of atoms.
type lexicon struct {
	words    []entry         // count is in doublings
	byKey    map[string]int  // words to cut with, by key; the most frequent
	exact    map[string]bool // all spellings
	most     int             // atoms of the longest
	synonyms *synonyms
}

func decodeLexicon(data []byte) (*lexicon, error) {
	r := &reader{data: data}
	l := &lexicon{byKey: map[string]int{}, exact: map[string]bool{}}
	n := r.count()
	var last []byte
	for range n {
		same := r.uint()
		if same > len(last) {
			return nil, errDamaged
		}
		c := append(slices.Clone(last[:same]), r.bytes(r.count())...)
		if r.err != nil || len(c) > 1<<10 {
			return nil, errDamaged
		}
		last = c
		flags := r.uint()
		l.learn(entry{text: expand(c), count: flags >> flagBits, stop: flags&stopFlag != 0, name: flags&nameFlag != 0})
	}
	var groups [][]string
	for g := r.count(); g > 0 && r.err == nil; g-- {
		groups = append(groups, r.texts())
	}
	if r.err != nil {
		return nil, r.err
	}
	l.synonyms = newSynonyms(groups, l.cut)
	return l, nil
}

func (l *lexicon) learn(e entry) {
	at := len(l.words)
	l.words = append(l.words, e)
	l.exact[e.text] = true
	a := atomsOf(e.text)
	if e.name || len(a) == 0 || len(a) == 1 && len(a[0].key) <= 3 {
		return // a letter by itself, of an abbreviation, is no word to cut with
	}
	key := keyOf(a)
	if old, ok := l.byKey[key]; !ok || l.words[old].count < e.count {
		l.byKey[key] = at
	}
	l.most = max(l.most, len(a))
}

// cut returns where words begin. Atoms in no word stand together as one.
func (l *lexicon) cut(_ string, atoms []atom) []int {
	var starts []int
	eachRun(atoms, func(from, to int) {
		if atoms[from].class != thaiAtom {
			starts = append(starts, from)
			return
		}
		for _, s := range l.cutRun(atoms[from:to]) {
			starts = append(starts, from+s)
		}
	})
	return starts
}

// cutRun finds the way with the fewest atoms in no word, then the fewest
// words, then the longest first word.
func (l *lexicon) cutRun(atoms []atom) []int {
	const unknown = 1 << 10 // costs more than any number of words
	n := len(atoms)
	keys, at := joinedKeys(atoms)
	cost, length, known := make([]int, n+1), make([]int, n+1), make([]bool, n+1)
	for i := n - 1; i >= 0; i-- {
		cost[i], length[i] = unknown+1+cost[i+1], 1
		for size := 1; size <= l.most && i+size <= n; size++ {
			if _, ok := l.byKey[keys[at[i]:at[i+size]]]; !ok {
				continue
			}
			if c := 1 + cost[i+size]; c <= cost[i] {
				cost[i], length[i], known[i] = c, size, true
			}
		}
	}
	var starts []int
	for i := 0; i < n; i += length[i] {
		if i == 0 || known[i] || len(starts) > 0 && known[starts[len(starts)-1]] {
			starts = append(starts, i)
		}
	}
	return starts
}
