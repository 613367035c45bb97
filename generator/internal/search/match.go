package search

import (
	"strings"

	"khumue/internal/thai"
)

// name is a title or common name of a record, cut for comparing.
type name struct {
	text   string // normalised
	key    string
	atoms  []atom
	border []bool // a word begins here; one more for the end
	share  []int  // of each atom: more for words that say something
	sum    int
}

func (l *lexicon) name(s string) *name {
	n := &name{text: thai.Normalize(s)}
	n.atoms = atomsOf(n.text)
	n.key = keyOf(n.atoms)
	starts := l.cut(n.text, n.atoms)
	n.border = bordersOf(len(n.atoms), starts)
	n.share = make([]int, len(n.atoms))
	for i, from := range starts {
		to := len(n.atoms)
		if i+1 < len(starts) {
			to = starts[i+1]
		}
		share := 4
		if at, ok := l.byKey[keyOf(n.atoms[from:to])]; ok && l.words[at].stop {
			share = 1
		}
		for ; from < to; from++ {
			n.share[from] = share
			n.sum += share
		}
	}
	return n
}

// wording is a question or what it becomes with one synonym exchanged.
type wording struct {
	text    string // empty for an exchanged one
	key     string
	atoms   []atom
	border  []bool
	weights []int
	sum     int
	trust   int // thousandths of what a match is worth
}

const synonymTrust = 900

// wordings returns the question and its variants.
func (l *lexicon) wordings(o *question) []*wording {
	first := &wording{text: o.text, atoms: o.atoms, weights: o.weights, trust: 1000}
	first.finish(o.starts)
	out := []*wording{first}
	for _, v := range l.synonyms.variants(o.text, o.atoms, o.starts, mostVariants) {
		w := &wording{atoms: v.atoms, trust: synonymTrust}
		sum := 0
		for _, weight := range o.weights[v.from:v.to] {
			sum += weight
		}
		w.weights = append(w.weights, o.weights[:v.from]...)
		for range v.size {
			w.weights = append(w.weights, max(1, sum/v.size))
		}
		w.weights = append(w.weights, o.weights[v.to:]...)
		w.finish(v.starts)
		out = append(out, w)
	}
	return out
}

func (w *wording) finish(starts []int) {
	w.key = keyOf(w.atoms)
	w.border = bordersOf(len(w.atoms), starts)
	for _, weight := range w.weights {
		w.sum += weight
	}
}

// match tells how well a wording and a name agree.
type match struct {
	score int    // up to about 1300
	fit   int    // thousandths of the wording that the name has
	marks []bool // atoms of the name that matched
}

// Rewards on top of what is shared.
const (
	sameReward     = 250 // the name is the wording
	spelledReward  = 50  // and spelt so
	holdsReward    = 80  // the name holds the wording in one piece
	beginsReward   = 60  // and begins with it
	withinReward   = 60  // the wording holds the name in one piece
	misspelt       = 40  // taken off where the piece sounds the same only
	shortestWithin = 3   // atoms of a name that the wording may hold
)

// compare finds the runs of atoms that wording and name share. A run counts
// when it is long, or when it is a word that begins where a word of the name
// begins; the last atom of the wording may still be being typed.
func (w *wording) compare(n *name) match {
	rows, cols := len(w.atoms), len(n.atoms)
	if rows == 0 || cols == 0 {
		return match{}
	}
	m := match{marks: make([]bool, cols)}
	seen := make([]bool, rows)
	whole, begins, within := false, false, false
	last, row := make([]int, cols+1), make([]int, cols+1)
	for i := 0; i < rows; i++ {
		for j := 0; j < cols; j++ {
			row[j+1] = 0
			if !w.same(i, n, j) {
				continue
			}
			run := last[j] + 1
			row[j+1] = run
			if i+1 < rows && j+1 < cols && w.same(i+1, n, j+1) {
				continue
			}
			from, at := i-run+1, j-run+1
			if !w.counts(n, from, i+1, at) {
				continue
			}
			for k := 0; k < run; k++ {
				seen[from+k], m.marks[at+k] = true, true
			}
			whole = whole || run == rows
			begins = begins || run == rows && at == 0
			within = within || run == cols && cols >= shortestWithin
		}
		last, row = row, last
	}
	m.weigh(w, n, seen)
	switch {
	case w.key == n.key:
		m.score += sameReward
		if w.text == n.text {
			m.score += spelledReward
		}
	case begins:
		m.score += holdsReward + beginsReward
	case whole:
		m.score += holdsReward
	case within:
		m.score += withinReward
	}
	if whole && w.text != "" && !strings.Contains(n.text, w.text) {
		m.score -= misspelt
	}
	m.score = m.score * w.trust / 1000
	return m
}

func (m *match) weigh(w *wording, n *name, seen []bool) {
	got, have := 0, 0
	for i, s := range seen {
		if s {
			got += w.weights[i]
		}
	}
	for j, s := range m.marks {
		if s {
			have += n.share[j]
		}
	}
	m.fit = got * 1000 / max(w.sum, 1)
	m.score = m.fit * (550 + 450*have/max(n.sum, 1)) / 1000
}

// same compares atom i of the wording with atom j of the name.
func (w *wording) same(i int, n *name, j int) bool {
	a, b := &w.atoms[i], &n.atoms[j]
	if a.key == b.key {
		return true
	}
	return i == len(w.atoms)-1 && a.class == thaiAtom && b.class == thaiAtom && strings.HasPrefix(b.key, a.key)
}

// counts tells whether the run from:to of the wording, at the name's atom at,
// is more than chance.
func (w *wording) counts(n *name, from, to, at int) bool {
	words := w.border[from] && n.border[at]
	if w.atoms[from].class == latinAtom && to-from < len(w.atoms) {
		return words || w.border[from] && w.border[to]
	}
	if to-from >= 3 {
		return true
	}
	if !words {
		return to-from == len(w.atoms)
	}
	if to == len(w.atoms) || w.border[to] {
		return true
	}
	return false
}
