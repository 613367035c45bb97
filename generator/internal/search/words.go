package search

import (
	"cmp"
	"math/bits"
	"slices"

	"khumue/internal/thai"
)

// words knows how names are cut, and which words are stop words.
type words struct {
	lexicon *thai.Lexicon
	stops   map[string]bool // by key
	split   []string
}

// Warm makes what every analysis needs and what takes a while to make, the lexicon
// above all. Who is going to index may have it made beside something else.
func Warm() { newWords() }

func newWords() *words {
	w := &words{lexicon: thai.DefaultLexicon(), stops: map[string]bool{}}
	for _, s := range thai.StopWords() {
		if a := atomsOf(thai.Normalize(s)); len(a) > 0 {
			w.stops[keyOf(a)] = true
		}
	}
	return w
}

func (w *words) isStop(atoms []atom) bool { return w.stops[keyOf(atoms)] }

// cut returns where the words of a name begin, as numbers of its atoms.
func (w *words) cut(name string, atoms []atom) []int {
	w.split = w.lexicon.AppendWords(w.split[:0], name)
	starts := make([]int, 0, len(w.split))
	at, i := 0, 0
	for _, word := range w.split {
		from := indexFrom(name, word, at)
		if from < 0 {
			continue
		}
		at = from + len(word)
		for i < len(atoms) && atoms[i].start < from {
			i++
		}
		if i < len(atoms) && atoms[i].start < at {
			starts = append(starts, i)
		}
	}
	return splitRuns(atoms, starts)
}

func indexFrom(s, sub string, from int) int {
	for i := from; i+len(sub) <= len(s); i++ {
		if s[i:i+len(sub)] == sub {
			return i
		}
	}
	return -1
}

// splitRuns adds a start wherever the class changes or a gap stands, so that
// "90/91" is two words and the first atom always begins one.
func splitRuns(atoms []atom, starts []int) []int {
	eachRun(atoms, func(from, _ int) { starts = append(starts, from) })
	slices.Sort(starts)
	return slices.Compact(starts)
}

// teaches tells whether a word may stand in the lexicon; single letters and
// numbers teach nothing.
func teaches(spelling string, c class) bool {
	return c != digitAtom && len(spelling) >= 2 && (c != thaiAtom || len(spelling) >= 4)
}

const longestName = 9 // atoms

// entry is a word or name of the lexicon file.
type entry struct {
	text  string
	count int
	name  bool // a common name or a synonym: known for repair, not to cut with
	stop  bool

	sound, fold []rune // of the text, once repair has asked
}

// Sizes of the lexicon: more of a small portal than what a first query may
// cost in a large one.
const (
	mostWords = 3000
	mostNames = 1200
)

// rankOf is how often a word was met, in doublings from 1 on; 0 for never.
func rankOf(count int) int { return bits.Len(uint(count)) }

// rankCounts is how many words are of each rank.
type rankCounts [64]int

// cut returns the lowest rank whose words, with those above it, are at most
// most. Words of a rank stay together, so that a word met once more changes
// what the lexicon holds only where it doubles.
func (r *rankCounts) cut(most int) int {
	all, rank := 0, len(r)
	for rank > 1 && all+r[rank-1] <= most {
		rank--
		all += r[rank]
	}
	return rank
}

// learntWords is what was learnt of all documents.
type learntWords struct{ words, names map[string]int }

func newLearntWords() *learntWords { return &learntWords{map[string]int{}, map[string]int{}} }

func (l *learntWords) word(spelling string, n int) { l.words[spelling] += n }
func (l *learntWords) name(spelling string, n int) { l.names[spelling] += n }

// ranks counts the words and the names of each rank.
func (l *learntWords) ranks() (words, names rankCounts) {
	for _, n := range l.words {
		words[rankOf(n)]++
	}
	for _, n := range l.names {
		names[rankOf(n)]++
	}
	return words, names
}

// split tells what of it stands in the lexicon file, and what does not and is
// kept for repair, given the lowest ranks that do.
func (l *learntWords) split(words, names int) (kept, rest []entry) {
	put := func(all map[string]int, name bool, least int) {
		for text, n := range all {
			e := entry{text: text, count: n, name: name}
			if rankOf(n) >= least {
				kept = append(kept, e)
			} else {
				rest = append(rest, e)
			}
		}
	}
	put(l.words, false, words)
	put(l.names, true, names)
	slices.SortFunc(kept, compareEntries)
	return kept, rest
}

// compareEntries orders by text, words before names.
func compareEntries(a, b entry) int {
	return cmp.Or(cmp.Compare(a.text, b.text), cmp.Compare(a.order(), b.order()))
}

func (e *entry) order() int {
	if e.name {
		return 1
	}
	return 0
}

// lexiconEntries returns what goes into the lexicon file, in order of text:
// what was learnt, stop words and synonyms.
func lexiconEntries(kept []entry, synonyms [][]string) []entry {
	all := slices.Clone(kept)
	for _, s := range thai.StopWords() {
		all = append(all, entry{text: thai.Normalize(s), stop: true})
	}
	for _, g := range synonyms {
		for _, s := range g {
			all = append(all, entry{text: s, count: 1, name: true})
		}
	}
	return mergeEntries(all)
}

// mergeEntries sorts by text and joins entries of the same text: a word that
// is also a name is a word.
func mergeEntries(all []entry) []entry {
	slices.SortStableFunc(all, func(a, b entry) int { return cmp.Compare(a.text, b.text) })
	out := all[:0]
	for _, e := range all {
		if n := len(out); n > 0 && out[n-1].text == e.text {
			o := &out[n-1]
			o.count, o.name, o.stop = max(o.count, e.count), o.name && e.name, o.stop || e.stop
			continue
		}
		out = append(out, e)
	}
	return out
}
