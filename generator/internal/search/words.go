package search

import (
	"cmp"
	"slices"

	"khumue/internal/thai"
)

// words knows the words of the index: how names are cut, which are stop
// words, and how often each was seen in names and keywords. The best known
// go into the lexicon file; the others are kept for repair.
type words struct {
	lexicon *thai.Lexicon
	stops   map[string]bool // by key
	seen    map[string]int  // by spelling
	names   map[string]int
	split   []string
}

func newWords() *words {
	w := &words{lexicon: thai.DefaultLexicon(), stops: map[string]bool{}, seen: map[string]int{}, names: map[string]int{}}
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

// learn counts the words of a name, and the name itself when it is what
// people say and short enough to be typed in one go.
func (w *words) learn(name string, atoms []atom, starts []int, common bool) {
	for i, from := range starts {
		to := len(atoms)
		if i+1 < len(starts) {
			to = starts[i+1]
		}
		w.count(name[atoms[from].start:atoms[to-1].end], atoms[from].class)
	}
	if common && len(starts) > 1 && len(atoms) <= longestName {
		w.names[name]++
	}
}

// count notes a word; single letters and numbers teach nothing.
func (w *words) count(spelling string, c class) {
	if len(spelling) < 4 && (c == thaiAtom || len(spelling) < 2) || c == digitAtom {
		return
	}
	w.seen[spelling]++
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
	mostWords = 2500
	mostNames = 1000
)

// entries returns what goes into the lexicon file, in order of text, and
// what does not, for the repair terms.
func (w *words) entries(synonyms [][]string) (kept, rest []entry) {
	known, names := byCount(w.seen, false), byCount(w.names, true)
	cut := func(all []entry, most int) []entry {
		if len(all) > most {
			rest = append(rest, all[most:]...)
			all = all[:most]
		}
		return all
	}
	kept = append(cut(known, mostWords), cut(names, mostNames)...)
	for _, s := range thai.StopWords() {
		kept = append(kept, entry{text: thai.Normalize(s), stop: true})
	}
	for _, g := range synonyms {
		for _, s := range g {
			kept = append(kept, entry{text: s, count: 1, name: true})
		}
	}
	return mergeEntries(kept), rest
}

func byCount(counts map[string]int, name bool) []entry {
	all := make([]entry, 0, len(counts))
	for text, n := range counts {
		all = append(all, entry{text: text, count: n, name: name})
	}
	slices.SortFunc(all, func(a, b entry) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.text, b.text))
	})
	return all
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
