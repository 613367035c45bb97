package search

import (
	"math/bits"
	"strings"

	"khumue/internal/thai"
)

// Levels of the fields, before the length of a name takes its share.
const (
	commonLevel  = 15
	titleLevel   = 13
	synonymLevel = 4 // less
	keywordLevel = 7
	summaryLevel = 5
	agencyLevel  = 5
	bodyLevel    = 2
)

const mostLevel = 15

// mostBodyWords bounds the distinct words of one text that are indexed.
const mostBodyWords = 400

// told is a term and how much a document says about it: 1 to 15.
type told struct {
	term  term
	level uint8
}

// analyser finds the terms of documents. It remembers what it has met, for
// portals repeat themselves, and is for one goroutine.
type analyser struct {
	words    *words
	synonyms *synonyms
	names    map[string]*knownName
	pieces   map[string][]*knownWord
	known    map[string]*knownWord
	doc      termTable
	one      termTable // of the name at hand
	texts    []unshown // of the document at hand
	list     []*knownWord
	atoms    []atom // of the name at hand
	letters  []atom // of the word at hand
	text     int    // texts so far
	split    []string
	learnt   []*knownWord // with a count
	named    []*knownName // with a count
}

func newAnalyser(w *words, s *synonyms) *analyser {
	return &analyser{
		words:    w,
		synonyms: s,
		names:    map[string]*knownName{},
		pieces:   map[string][]*knownWord{},
		known:    map[string]*knownWord{},
	}
}

// Bounds of what an analyser remembers.
const (
	mostKnownNames  = 1 << 12
	mostKnownPieces = 1 << 15
	longestPiece    = 512 // bytes
	mostKnownWords  = 1 << 16
)

// terms returns the terms of a document, each once with its highest level, in
// no order; the slice is the caller's until the next call.
func (a *analyser) terms(d *Document) []told {
	a.shown(d)
	for _, k := range d.Keywords {
		a.unshown(k, keywordLevel)
	}
	a.unshown(d.SummaryTH, summaryLevel)
	a.unshown(d.SummaryEN, summaryLevel)
	a.unshown(d.Body, bodyLevel)
	return a.doc.list
}

// unshown tells the words of a text that is not shown, and notes them.
func (a *analyser) unshown(text string, level int) {
	if words := a.distinct(text); len(words) > 0 {
		a.tell(words, level, level == keywordLevel)
		a.texts = append(a.texts, unshown{level, words})
	}
}

// unshown are the words of a text of which only these are remembered.
type unshown struct {
	level int
	words []*knownWord
}

// termsAgain returns the terms of a document as it is remembered.
func (a *analyser) termsAgain(d *knownDocument) []told {
	a.shown(&d.Document)
	for _, t := range d.texts {
		words := make([]*knownWord, len(t.words))
		for i, w := range t.words {
			words[i] = a.word(w)
		}
		a.tell(words, t.level, t.level == keywordLevel)
	}
	return a.doc.list
}

// shown begins with a document: it tells what its record shows, too.
func (a *analyser) shown(d *Document) {
	a.forget()
	a.texts, a.list = a.texts[:0], a.list[:0]
	a.doc.reset()
	a.name(d.TitleTH, titleLevel)
	a.name(d.TitleEN, titleLevel)
	for _, n := range d.CommonNames {
		a.name(n, commonLevel)
	}
	a.tell(a.distinct(d.AgencyTH), agencyLevel, true)
	a.tell(a.distinct(d.AgencyEN), agencyLevel, true)
	level := 1 + min(bits.Len(uint(d.Weight)), 14)
	eachFacet(d, func(prefix, value string) { a.doc.put(facetTerm(prefix, value), level) })
}

// forget makes room between two documents: within one, a word must be known
// again.
func (a *analyser) forget() {
	if len(a.names) > mostKnownNames || len(a.known) > mostKnownWords || len(a.pieces) > mostKnownPieces {
		clear(a.names)
		clear(a.known)
		clear(a.pieces)
	}
}

// family returns what the documents of a unit share: the base of the title.
// Agencies and points have names, not cases: theirs must be the same.
func (a *analyser) family(d *Document) term {
	n := a.knownName(d.TitleTH)
	base := n.family
	if d.Kind == Agency || d.Kind == Point {
		base = n.text
	}
	return newHasher().add(string(d.Kind)).add("|").add(base).term()
}

// knownName is what a name means for the index, whatever its level: terms
// with what their levels are above or below that of the name.
type knownName struct {
	text   string // normalised
	family string // the base of a title
	learn  bool   // it may be learnt as a name
	terms  []offTerm
	words  []*knownWord
	common int // times seen as a common name since the last harvest
}

type offTerm struct {
	term term
	off  int8
}

// name tells the terms of a title or common name in full: its words, its runs
// of atoms, itself, and what it would be with synonyms exchanged.
func (a *analyser) name(name string, level int) {
	if name == "" {
		return
	}
	n := a.knownName(name)
	for _, t := range n.terms {
		a.doc.put(t.term, level+int(t.off))
	}
	for _, w := range n.words {
		a.learn(w)
	}
	if level == commonLevel && n.learn {
		if n.common == 0 {
			a.named = append(a.named, n)
		}
		n.common++
	}
}

func (a *analyser) learn(w *knownWord) {
	if w.count == 0 {
		a.learnt = append(a.learnt, w)
	}
	w.count++
}

func (a *analyser) knownName(text string) *knownName {
	if n, ok := a.names[text]; ok {
		return n
	}
	text = strings.Clone(text) // what is remembered must not hold the whole document
	n := a.readName(thai.Normalize(text))
	a.names[text] = n
	return n
}

func (a *analyser) readName(name string) *knownName {
	n := &knownName{text: name, family: name[:baseLen(name)]}
	a.atoms = appendAtoms(a.atoms[:0], name)
	atoms := a.atoms
	if len(atoms) == 0 {
		return n
	}
	starts := a.words.cut(name, atoms)
	eachWord(atoms, starts, func(from, to int) {
		spelling := name[atoms[from].start:atoms[to-1].end]
		if teaches(spelling, atoms[from].class) {
			n.words = append(n.words, a.word(spelling))
		}
	})
	if len(starts) > 1 && len(atoms) <= longestName {
		n.learn = true
	}
	a.one.reset()
	a.whole(variant{atoms: atoms, starts: starts, size: len(atoms)}, nameOffset)
	for _, v := range a.synonyms.variants(name, atoms, starts, mostVariants) {
		a.whole(v, nameOffset-synonymLevel)
	}
	n.terms = make([]offTerm, len(a.one.list))
	for i, t := range a.one.list {
		n.terms[i] = offTerm{t.term, int8(t.level) - nameOffset}
	}
	return n
}

// nameOffset is the level that a name has while it is read: neither the
// highest nor the lowest term of one is cut off.
const nameOffset = 10

// whole puts the terms of a name of the level into the table of the name: of
// one with a phrase exchanged only those runs of atoms that hold some of it. The
// others are the name's own, whose level is higher however long it is.
func (a *analyser) whole(v variant, level int) {
	a.one.put(nameTerm(v.atoms), level)
	level -= lengthShare(len(v.atoms))
	for i := max(v.from-longestGram+1, 0); i < v.from+v.size; i++ {
		a.grams(v.atoms, i, level)
	}
	eachWord(v.atoms, v.starts, func(from, to int) { a.one.put(wordTerm(v.atoms[from:to]), level) })
}

// longestGram is how many atoms a run has that is a term, at the most.
const longestGram = 3

// eachWord calls f for each word of a text that begins at starts.
func eachWord(atoms []atom, starts []int, f func(from, to int)) {
	for i, from := range starts {
		to := len(atoms)
		if i+1 < len(starts) {
			to = starts[i+1]
		}
		f(from, to)
	}
}

// lengthShare is what a name's length takes from its level: a word in a short
// name says more about it.
func lengthShare(atoms int) int {
	switch {
	case atoms <= 6:
		return 0
	case atoms <= 12:
		return 1
	case atoms <= 24:
		return 2
	}
	return 3
}

func (a *analyser) grams(atoms []atom, i, level int) {
	if i == 0 {
		level++
	}
	h := gramHash.add(atoms[i].key)
	if inLatin := atoms[i].class == latinAtom && !atoms[i].gap; !inLatin {
		a.one.put(h.term(), level)
	}
	for j := i + 1; j < min(i+longestGram, len(atoms)); j++ {
		h = h.add("|").add(atoms[j].key)
		a.one.put(h.term(), level)
	}
}

// distinct returns the words of a text, stop words left out, each once.
func (a *analyser) distinct(text string) []*knownWord {
	a.text++
	count, from := 0, len(a.list)
	for text != "" && count < mostBodyWords {
		var piece string
		piece, text = nextPiece(text)
		for _, w := range a.piece(piece) {
			if w.text == a.text {
				continue
			}
			w.text = a.text
			if len(w.terms) > 0 {
				a.list = append(a.list, w)
			}
			if count++; count == mostBodyWords {
				break
			}
		}
	}
	return a.list[from:]
}

// tell puts the terms of words, which are learnt or not.
func (a *analyser) tell(words []*knownWord, level int, learn bool) {
	for _, w := range words {
		if learn && w.teaches {
			a.learn(w)
		}
		for _, t := range w.terms {
			a.doc.put(t, level)
		}
	}
}

// nextPiece cuts a text at its first blank: no word goes over one.
func nextPiece(text string) (piece, rest string) {
	for i := range len(text) {
		if b := text[i]; b <= ' ' && (b == ' ' || b == '\n' || b == '\t' || b == '\r') {
			return text[:i], text[i+1:]
		}
	}
	return text, ""
}

func (a *analyser) piece(text string) []*knownWord {
	if text == "" {
		return nil
	}
	if p, ok := a.pieces[text]; ok {
		return p
	}
	a.split = a.words.lexicon.AppendWords(a.split[:0], text)
	p := make([]*knownWord, len(a.split))
	for i, w := range a.split {
		p[i] = a.word(w)
	}
	if len(text) <= longestPiece {
		a.pieces[strings.Clone(text)] = p
	}
	return p
}

// knownWord is what a word means for the index; no terms for a stop word or
// what has no letters.
type knownWord struct {
	spelling string
	number   int // among those that the analysis knows; 0 for any other
	terms    []term
	teaches  bool // it may stand in the lexicon
	text     int  // the text that it was last met in
	count    int  // times learnt since the last harvest
}

func (a *analyser) word(w string) *knownWord {
	if k, ok := a.known[w]; ok {
		return k
	}
	k := &knownWord{spelling: strings.Clone(w), number: wordNumbers().number[w]}
	a.letters = appendAtoms(a.letters[:0], w)
	if atoms := a.letters; len(atoms) > 0 && !a.words.isStop(atoms) {
		k.teaches = teaches(w, atoms[0].class)
		eachRun(atoms, func(from, to int) { k.terms = append(k.terms, wordTerm(atoms[from:to])) })
	}
	a.known[k.spelling] = k
	return k
}

// harvest gives what was learnt since the last harvest: each word of a name
// and keyword, and each name that people say, with how often it was met.
func (a *analyser) harvest(word, name func(spelling string, n int)) {
	for _, w := range a.learnt {
		word(w.spelling, w.count)
		w.count = 0
	}
	for _, n := range a.named {
		name(n.text, n.common)
		n.common = 0
	}
	clear(a.learnt)
	clear(a.named)
	a.learnt, a.named = a.learnt[:0], a.named[:0]
}

// full reports whether so much was learnt since the last harvest that what it
// holds should be free to be forgotten.
func (a *analyser) full() bool {
	return len(a.named) > mostKnownNames || len(a.learnt) > mostKnownWords
}

// termTable is a set of terms with the highest level of each.
type termTable struct {
	list  []told
	slots []tableSlot // a power of two of them
	epoch uint32
}

type tableSlot struct {
	term  term
	epoch uint32 // in use when it is the table's
	at    uint32 // in list
}

func (t *termTable) reset() {
	t.list = t.list[:0]
	t.epoch++
	if t.slots == nil || t.epoch == 0 {
		t.slots, t.epoch = make([]tableSlot, max(1024, len(t.slots))), 1
	}
}

func (t *termTable) put(x term, level int) {
	l := uint8(min(max(level, 1), mostLevel))
	s := t.slot(x)
	if s.epoch == t.epoch {
		t.list[s.at].level = max(t.list[s.at].level, l)
		return
	}
	*s = tableSlot{x, t.epoch, uint32(len(t.list))}
	t.list = append(t.list, told{x, l})
	if 2*len(t.list) > len(t.slots) {
		t.grow()
	}
}

// number returns the place of a term in the list, where it is put first if
// need be.
func (t *termTable) number(x term) uint32 {
	if s := t.slot(x); s.epoch == t.epoch {
		return s.at
	}
	t.put(x, 1)
	return uint32(len(t.list) - 1)
}

// slot returns where a term stands or would stand.
func (t *termTable) slot(x term) *tableSlot {
	mask := uint32(len(t.slots) - 1)
	for i := x.tag() & mask; ; i = (i + 1) & mask {
		if s := &t.slots[i]; s.epoch != t.epoch || s.term == x {
			return s
		}
	}
}

func (t *termTable) grow() {
	t.slots = make([]tableSlot, 2*len(t.slots))
	for i, one := range t.list {
		*t.slot(one.term) = tableSlot{one.term, t.epoch, uint32(i)}
	}
}
