package search

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// Change is a document that came, changed or went.
type Change struct {
	URL string
	Doc *Document // nil when it went
}

// Update brings an index that Build or Update wrote to what Build would write
// of the documents as they are after the changes, byte for byte. emit gets the
// files that are new, the manifest last, drop then the paths of those that the
// index does not name any more. A change that changes nothing is none. What it
// costs follows the changes: the terms of the documents and of their units.
//
// It fails with ErrRebuild before it has emitted anything where the change
// moves the frame of the index: its bits, the numbers of facet values, the
// ranks of the lexicon, or what else than documents it is made of. The memory
// is written at the end, after all files.
func Update(changes iter.Seq2[Change, error], opt Options, mem Memory, emit func(path string, data []byte) error, drop func(path string) error) (Manifest, error) {
	u := newUpdater(opt, mem)
	m, err := u.update(changes, emit, drop)
	if errors.Is(err, ErrRebuild) {
		return Manifest{}, err
	}
	if err != nil {
		return Manifest{}, fmt.Errorf("search: %w", err)
	}
	return m, nil
}

// updater is one update. First all changes of documents are taken up, then
// what follows for units, for terms and for the lexicon; then files are
// written.
type updater struct {
	notes     notes
	header    header
	counts    counts // after the changes
	plan      plan
	numbering *numbering
	values    map[string]int
	valued    bool // some value may have changed
	analyser  *analyser
	synonyms  *synonyms
	signs     *signatures

	documents map[term]*documentChange
	families  map[term]*family
	hidden    map[term]*hiddenChange
	slots     slotTable
	learnt    map[learntKey]int // how much more often a word was met
	changes   map[term][]*unitChange
	buckets   map[int]*bucket
	tails     map[int][]knownTail // of shards that change, in order
	table     *signTable
	tail      *shardBuilder
	records   map[int]bool // shards that may have changed
	kept      []entry      // the words of the lexicon file
}

type learntKey struct {
	text string
	name bool
}

func newUpdater(opt Options, mem Memory) *updater {
	w := newWords()
	s := newSynonyms(withAbbreviations(opt.Synonyms), w.cut)
	u := &updater{
		notes:     notes{mem, map[string][]byte{}},
		synonyms:  s,
		analyser:  newAnalyser(w, s),
		signs:     newSignatures(),
		documents: map[term]*documentChange{},
		families:  map[term]*family{},
		hidden:    map[term]*hiddenChange{},
		learnt:    map[learntKey]int{},
		changes:   map[term][]*unitChange{},
		buckets:   map[int]*bucket{},
		tails:     map[int][]knownTail{},
		records:   map[int]bool{},
	}
	u.table, u.tail = newSignTable(u.signs), newShardBuilder(u.signs)
	u.slots = slotTable{u: u, pages: map[int]*slotPage{}}
	return u
}

func (u *updater) update(changes iter.Seq2[Change, error], emit func(string, []byte) error, drop func(string) error) (Manifest, error) {
	if err := u.open(); err != nil {
		return Manifest{}, err
	}
	for c, err := range changes {
		if err == nil {
			err = u.change(c)
		}
		if err != nil {
			return Manifest{}, err
		}
	}
	for _, step := range []func() error{u.settleValues, u.settleUnits, u.settleTerms, u.settleWords, u.settleFrame} {
		if err := step(); err != nil {
			return Manifest{}, err
		}
	}
	w := &rewriting{u: u}
	m, err := w.write()
	if err == nil {
		err = w.emit(emit)
	}
	if err != nil {
		return m, err
	}
	for _, path := range w.dropped {
		if err := drop(path); err != nil {
			return m, err
		}
	}
	return m, u.notes.flush()
}

// open reads what the memory knows of the whole index.
func (u *updater) open() error {
	r, err := u.notes.need(sectionKey(headerSection))
	if err != nil {
		return err
	}
	if u.header, err = readHeader(r); err != nil {
		return err
	}
	if u.header.fingerprint != fingerprint(u.synonyms.groups) {
		return rebuild("it was made of other synonyms or by another program")
	}
	u.counts = u.header.counts
	u.plan = u.counts.plan()
	u.slots.bits = u.plan.slots
	if r, err = u.notes.need(sectionKey(valueSection)); err != nil {
		return err
	}
	if u.values, err = readValues(r); err != nil {
		return err
	}
	u.numbering = numberingOf(u.values)
	if r, err = u.notes.need(sectionKey(lexiconSection)); err != nil {
		return err
	}
	u.kept = readEntries(r)
	return r.end()
}

// numberingOf numbers the values that some document has.
func numberingOf(values map[string]int) *numbering {
	var plain, agencies []string
	for v, n := range values {
		switch {
		case n == 0:
		case strings.HasPrefix(v, agencyPrefix):
			agencies = append(agencies, v)
		default:
			plain = append(plain, v)
		}
	}
	return newNumbering(plain, agencies)
}

// documentChange is a document before and after all changes; nil where there
// is none.
type documentChange struct{ old, now *documentState }

// documentState is a document, and the family it belongs to.
type documentState struct {
	*knownDocument
	family term
}

// change takes up one change.
func (u *updater) change(c Change) error {
	if c.Doc != nil {
		doc := *c.Doc
		if err := doc.check(); err != nil {
			return err
		}
		if c.Doc = &doc; doc.URL != c.URL {
			return fmt.Errorf("the document of %q has the address %q", c.URL, doc.URL)
		}
	}
	key := documentKey(c.URL)
	old, err := u.notes.get(termKey(documentSection, key))
	if err != nil {
		return err
	}
	var now []byte
	if c.Doc != nil {
		u.analyser.terms(c.Doc)
		now = u.analyser.appendRest(appendMember(nil, c.Doc), c.Doc)
		u.analyser.harvest(func(string, int) {}, func(string, int) {})
	}
	if bytes.Equal(old, now) {
		return u.present(key, old != nil, now != nil)
	}
	if err := u.present(key, old != nil, now != nil); err != nil {
		return err
	}
	before, err := u.take(key, old, -1)
	if err != nil {
		return err
	}
	change := u.documents[key]
	if change == nil {
		change = &documentChange{old: before}
		u.documents[key] = change
	}
	change.now, err = u.take(key, now, 1)
	if now == nil {
		u.notes.delete(termKey(documentSection, key))
	} else {
		u.notes.put(termKey(documentSection, key), now)
	}
	return err
}

// present keeps the list of the documents there are, and notices one that is
// lost.
func (u *updater) present(key term, was, is bool) error {
	page := pageKey(presentSection, pageOf(key, u.plan.slots))
	r, err := u.notes.need(page)
	if err != nil {
		return err
	}
	keys, err := readTerms(r)
	if err != nil {
		return err
	}
	at, found := slices.BinarySearch(keys, key)
	if found != was {
		return rebuild("the memory has lost a document")
	}
	if was == is {
		return nil
	}
	if is {
		keys = slices.Insert(keys, at, key)
	} else {
		keys = slices.Delete(keys, at, at+1)
	}
	u.notes.put(page, termsBytes(keys))
	return nil
}

// take adds a document, as it is remembered, to what is counted, or takes it
// away where sign is -1. Without a document it does nothing.
func (u *updater) take(key term, data []byte, sign int) (*documentState, error) {
	if data == nil {
		return nil, nil
	}
	d, err := readDocument(data)
	if err != nil {
		return nil, err
	}
	s := &documentState{d, u.analyser.family(&d.Document)}
	f, err := u.family(s.family)
	if err != nil {
		return nil, err
	}
	if err := f.count(member{key, d.Weight}, sign); err != nil {
		return nil, err
	}
	plain, agencies := facetValues(&d.Document)
	for _, v := range slices.Concat(plain, agencies) {
		u.values[v] += sign
		u.valued = true
		if n, ok := u.numbering.number[v]; ok {
			f.values[n] += sign
		}
	}
	for _, t := range u.analyser.termsAgain(d) {
		f.delta.of(t.term)[t.level] += int32(sign)
	}
	u.analyser.harvest(
		func(w string, n int) { u.learnt[learntKey{w, false}] += sign * n },
		func(w string, n int) { u.learnt[learntKey{w, true}] += sign * n },
	)
	u.counts.docs += sign
	u.counts.recordBytes += int64(sign * len(appendMember(nil, &d.Document)))
	return s, nil
}

// settleValues notices where facet values come or go, which moves the numbers
// of others.
func (u *updater) settleValues() error {
	if !u.valued {
		return nil
	}
	now := numberingOf(u.values)
	if now.agencies != u.numbering.agencies || !slices.Equal(now.values, u.numbering.values) {
		return rebuild("facet values came or went")
	}
	for v, n := range u.values {
		if n == 0 {
			delete(u.values, v)
		}
	}
	u.notes.put(sectionKey(valueSection), valuesBytes(u.values))
	return nil
}

// settleFrame notices where counts have passed a bound.
func (u *updater) settleFrame() error {
	if u.counts.plan() != u.plan {
		return rebuild("the index has outgrown its frame, or the frame the index")
	}
	return nil
}
