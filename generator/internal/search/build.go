package search

import (
	"fmt"
	"iter"
	"math/bits"
	"slices"
	"strings"

	"khumue/internal/thai"
)

// Build writes the index of docs through emit, which gets each file once,
// with its path relative to the index's directory; the manifest comes last.
// Documents are read once and their bodies not kept, so memory grows with the
// number of titles only. The same documents and options, in any order, give
// the same bytes. An error of docs or emit ends the build and is returned.
func Build(docs iter.Seq2[Document, error], opt Options, emit func(path string, data []byte) error) (Manifest, error) {
	b := newBuilder(opt)
	defer b.close()
	for d, err := range docs {
		if err == nil {
			err = b.add(&d)
		}
		if err != nil {
			return Manifest{}, fmt.Errorf("search: %w", err)
		}
	}
	m, err := b.finish(emit)
	if err != nil {
		return Manifest{}, fmt.Errorf("search: %w", err)
	}
	return m, nil
}

// unit is what stands behind one hit: the documents of one family.
type unit struct {
	key     term // hash of the family's key, or of the address of a hidden unit
	members []member
	sets    []uint32 // facet sets of the members
	hidden  bool     // a member for which the large unit's record has no room
	id      uint32   // its number, once all are known
	weight  float64
}

type member struct {
	at     span // in the spool
	weight float64
	url    string
	agency []string // kept for members of large units only
}

type builder struct {
	opt      Options
	words    *words
	synonyms *synonyms
	postings *sorter
	members  *spool
	units    []unit
	families map[term]uint32
	names    map[nameOf]bool // what has been indexed for a unit
	facets   facetSets
	docs     int
	one      []posting // of the document at hand
	seen     map[string]*knownWord
	pass     int // texts so far
	split    []string
}

type nameOf struct {
	unit  uint32
	name  term
	level uint8
}

func newBuilder(opt Options) *builder {
	w := newWords()
	return &builder{
		opt:      opt,
		words:    w,
		synonyms: newSynonyms(withAbbreviations(opt.Synonyms), w.cut),
		postings: newSorter(opt.TempDir, opt.MemoryPostings),
		members:  &spool{dir: opt.TempDir},
		families: map[term]uint32{},
		names:    map[nameOf]bool{},
		seen:     map[string]*knownWord{},
		facets:   newFacetSets(),
	}
}

func (b *builder) close() {
	b.postings.close()
	b.members.close()
}

func (b *builder) add(d *Document) error {
	if d.TitleTH == "" || d.URL == "" {
		return fmt.Errorf("document %q has no title or no address", d.URL)
	}
	if !slices.Contains(kinds, d.Kind) {
		return fmt.Errorf("document %q is of unknown kind %q", d.URL, d.Kind)
	}
	b.docs++
	u := b.unitOf(d)
	at, err := b.members.add(encodeMember(d))
	if err != nil {
		return err
	}
	own := &b.units[u]
	own.members = append(own.members, member{at: at, weight: d.Weight, url: d.URL, agency: d.Agencies})
	own.weight = max(own.weight, d.Weight)
	set := b.facets.of(d)
	if !slices.Contains(own.sets, set) {
		own.sets = append(own.sets, set)
	}
	b.index(u, d)
	return b.flush()
}

func (b *builder) unitOf(d *Document) uint32 {
	key := hashTerm(familyKey(d.Kind, d.TitleTH))
	u, ok := b.families[key]
	if !ok {
		u = uint32(len(b.units))
		b.families[key] = u
		b.units = append(b.units, unit{key: key})
	}
	return u
}

// flush hands the document's postings over, each term once.
func (b *builder) flush() error {
	slices.SortFunc(b.one, comparePostings)
	last := term(0)
	for i, p := range b.one {
		if i > 0 && p.term == last {
			continue
		}
		last = p.term
		if err := b.postings.add(p); err != nil {
			return err
		}
	}
	b.one = b.one[:0]
	return nil
}

func (b *builder) put(t term, u uint32, level int) {
	b.one = append(b.one, posting{term: t, unit: u, level: uint8(min(max(level, 1), 15))})
}

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

// mostBodyWords bounds the distinct words of one body that are indexed.
const mostBodyWords = 400

func (b *builder) index(u uint32, d *Document) {
	b.name(u, d.TitleTH, titleLevel)
	b.name(u, d.TitleEN, titleLevel)
	for _, n := range d.CommonNames {
		b.name(u, n, commonLevel)
	}
	for _, k := range d.Keywords {
		b.text(u, k, keywordLevel, true)
	}
	b.text(u, d.SummaryTH, summaryLevel, false)
	b.text(u, d.SummaryEN, summaryLevel, false)
	b.text(u, d.AgencyTH, agencyLevel, true)
	b.text(u, d.AgencyEN, agencyLevel, true)
	b.text(u, d.Body, bodyLevel, false)
	level := 1 + min(bits.Len(uint(max(d.Weight, 0))), 14)
	b.facets.each(d, func(value string) { b.put(hashTerm("f"+value), u, level) })
}

// name indexes a title or common name in full: its words, its runs of atoms,
// itself, and what it would be with synonyms exchanged.
func (b *builder) name(u uint32, name string, level int) {
	name = thai.Normalize(name)
	if name == "" || b.named(u, name, level) {
		return
	}
	atoms := atomsOf(name)
	starts := b.words.cut(name, atoms)
	b.words.learn(name, atoms, starts, level == commonLevel)
	b.terms(u, atoms, starts, level, level)
	for _, v := range b.synonyms.variants(name, atoms, starts, mostVariants) {
		b.terms(u, v.atoms, v.starts, level-synonymLevel, level-synonymLevel)
	}
}

// named tells whether the unit has this name already, and notes it.
func (b *builder) named(u uint32, name string, level int) bool {
	key := nameOf{u, hashTerm(name), uint8(level)}
	if b.names[key] {
		return true
	}
	b.names[key] = true
	return false
}

func (b *builder) terms(u uint32, atoms []atom, starts []int, level, whole int) {
	if len(atoms) == 0 {
		return
	}
	b.put(hashTerm("n"+keyOf(atoms)), u, whole)
	level -= lengthShare(len(atoms))
	for i := range atoms {
		b.grams(u, atoms, i, level)
	}
	for i, from := range starts {
		to := len(atoms)
		if i+1 < len(starts) {
			to = starts[i+1]
		}
		b.put(wordTerm(atoms[from:to]), u, level)
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

func (b *builder) grams(u uint32, atoms []atom, i, level int) {
	if i == 0 {
		level++
	}
	rest := atoms[i:]
	inLatin := rest[0].class == latinAtom && !rest[0].gap
	if !inLatin {
		b.put(gramOf(rest[:1]), u, level)
	}
	if len(rest) >= 2 {
		b.put(gramOf(rest[:2]), u, level)
	}
	if len(rest) >= 3 {
		b.put(gramOf(rest[:3]), u, level)
	}
}

// text indexes the words of a text, stop words left out.
func (b *builder) text(u uint32, text string, level int, learn bool) {
	if text == "" || learn && b.named(u, text, level) {
		return
	}
	b.pass++
	b.split = b.words.lexicon.AppendWords(b.split[:0], text)
	count := 0
	for _, w := range b.split {
		k := b.known(w)
		if k.pass == b.pass {
			continue
		}
		k.pass = b.pass
		if learn && len(k.terms) > 0 {
			b.words.count(w, k.class)
		}
		for _, t := range k.terms {
			b.put(t, u, level)
		}
		if count++; count == mostBodyWords {
			return
		}
	}
}

// knownWord is what a word of a text means for the index; no terms for a stop
// word or what has no letters.
type knownWord struct {
	class class
	terms []term
	pass  int // the text that it was last met in
}

// mostKnown bounds the words that are remembered.
const mostKnown = 1 << 17

func (b *builder) known(w string) *knownWord {
	if k, ok := b.seen[w]; ok {
		return k
	}
	k := &knownWord{}
	if atoms := atomsOf(w); len(atoms) > 0 && !b.words.isStop(atoms) {
		k.class = atoms[0].class
		eachRun(atoms, func(from, to int) { k.terms = append(k.terms, wordTerm(atoms[from:to])) })
	}
	if len(b.seen) == mostKnown {
		clear(b.seen)
	}
	b.seen[strings.Clone(w)] = k
	return k
}

// facetSets gives each combination of facet values that occurs a number.
type facetSets struct {
	numbers map[string]uint32
	sets    []string // values joined by line feeds
}

func newFacetSets() facetSets { return facetSets{numbers: map[string]uint32{}} }

func (f *facetSets) of(d *Document) uint32 {
	var values []string
	f.each(d, func(v string) { values = append(values, v) })
	slices.Sort(values)
	key := strings.Join(values, "\n")
	n, ok := f.numbers[key]
	if !ok {
		n = uint32(len(f.sets))
		f.numbers[key] = n
		f.sets = append(f.sets, key)
	}
	return n
}

func (f *facetSets) each(d *Document, put func(string)) {
	put("kind:" + string(d.Kind))
	for _, c := range d.Categories {
		put("category:" + c)
	}
	for _, g := range d.Groups {
		put("group:" + g)
	}
	for _, a := range d.Agencies {
		put("agency:" + a)
	}
	if d.Online {
		put("online")
	}
	if d.HasEN {
		put("en")
	}
}
