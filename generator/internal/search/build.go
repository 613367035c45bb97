package search

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"runtime"
	"slices"
	"sync"
)

// Build writes the index of docs through emit, which gets each file once,
// with its path relative to the index's directory; the manifest comes last.
// emit is called from one goroutine, and its data are its own.
//
// Documents are read once, analysed on all processors, and not kept, so that
// memory grows by some fifty bytes with each. Their texts must not change
// before Build returns. The same documents and options, in any order, give
// the same bytes; no two documents may have the same address. An error of
// docs, emit or keep ends the build and is returned. keep takes what Update
// needs; where it is nil, nothing is kept.
func Build(docs iter.Seq2[Document, error], opt Options, emit func(path string, data []byte) error, keep Keeper) (Manifest, error) {
	b := newBuilder(opt)
	b.keep.to = keep
	defer b.close()
	err := b.read(docs)
	if err == nil {
		err = b.settle()
	}
	var m Manifest
	if err == nil {
		m, err = b.write(&emitter{emit: emit})
	}
	if err != nil {
		return Manifest{}, fmt.Errorf("search: %w", err)
	}
	return m, nil
}

// builder is a full build: first documents come, then all is put in order,
// then everything is written.
type builder struct {
	opt      Options
	words    *words
	synonyms *synonyms
	learnt   *learntWords
	postings *sorter
	spool    *spool // of documents
	docs     []kept
	families map[term]uint32 // in order of arrival
	plain    facetSets
	agency   facetSets
	counts   counts
	keep     keeping

	units     []unit   // once all are known: in order of their numbers
	renamed   []uint32 // from order of arrival; hidden units last
	numbering *numbering
	signs     *signatures
	plan      plan
	kept      []entry // of the words learnt, for the lexicon file
	bones     []boneTerm
}

func newBuilder(opt Options) *builder {
	w := newWords()
	return &builder{
		opt:      opt,
		words:    w,
		synonyms: newSynonyms(withAbbreviations(opt.Synonyms), w.cut),
		learnt:   newLearntWords(),
		postings: newSorter(opt.TempDir, opt.MemoryPostings),
		spool:    &spool{dir: opt.TempDir},
		families: map[term]uint32{},
		plain:    newFacetSets(),
		agency:   newFacetSets(),
		signs:    newSignatures(),
	}
}

func (b *builder) close() {
	b.postings.close()
	b.spool.close()
}

// check makes a document fit to be indexed, or says why it is not.
func (d *Document) check() error {
	if d.TitleTH == "" || d.URL == "" {
		return fmt.Errorf("document %q has no title or no address", d.URL)
	}
	if !slices.Contains(kinds, d.Kind) {
		return fmt.Errorf("document %q is of unknown kind %q", d.URL, d.Kind)
	}
	if !(d.Weight > 0) {
		d.Weight = 0
	}
	d.Weight = min(d.Weight, math.MaxInt32)
	return nil
}

// batchSize is how many documents go to an analyser at once.
const batchSize = 32

// batch is some documents on their way, and what was found in them.
type batch struct {
	docs  []Document
	found []finding
	terms []told
	data  []byte
}

// finding is what was found in one document; its terms and its bytes end
// where told in the batch.
type finding struct {
	key, family   term
	terms, data   int
	member        int // bytes of data that are shown
	plain, agency []byte
}

// read analyses the documents. What the analysers find is taken up in the
// order in which they are done.
func (b *builder) read(docs iter.Seq2[Document, error]) error {
	todo, done, free := make(chan *batch), make(chan *batch), make(chan *batch, 4*workers())
	failed := make(chan struct{})
	var working sync.WaitGroup
	var learning sync.Mutex
	for range workers() {
		working.Go(func() {
			a := newAnalyser(newWords(), b.synonyms)
			harvest := func() {
				learning.Lock()
				defer learning.Unlock()
				a.harvest(b.learnt.word, b.learnt.name)
			}
			for one := range todo {
				one.analyse(a, b.keep.to != nil)
				if a.full() {
					harvest()
				}
				done <- one
			}
			harvest()
		})
	}
	var reading error
	go func() {
		reading = feed(docs, todo, free, failed)
		close(todo)
		working.Wait()
		close(done)
	}()
	var taking error
	for one := range done {
		if taking == nil {
			if taking = b.take(one); taking != nil {
				close(failed)
			}
		}
		one.reset()
		select {
		case free <- one:
		default:
		}
	}
	return errors.Join(taking, reading)
}

func workers() int { return runtime.GOMAXPROCS(0) }

// feed hands the documents out in batches until an error or failed.
func feed(docs iter.Seq2[Document, error], todo chan<- *batch, free <-chan *batch, failed <-chan struct{}) error {
	next := func() *batch {
		select {
		case one := <-free:
			return one
		default:
			return &batch{}
		}
	}
	send := func(one *batch) bool {
		select {
		case todo <- one:
			return true
		case <-failed:
			return false
		}
	}
	one := next()
	for d, err := range docs {
		if err != nil {
			return err
		}
		if err := d.check(); err != nil {
			return err
		}
		if one.docs = append(one.docs, d); len(one.docs) < batchSize {
			continue
		}
		if !send(one) {
			return nil
		}
		one = next()
	}
	send(one)
	return nil
}

func (one *batch) reset() {
	clear(one.docs)
	one.docs, one.found, one.terms, one.data = one.docs[:0], one.found[:0], one.terms[:0], one.data[:0]
}

// analyse fills the batch, with what is to be remembered of documents or not.
func (one *batch) analyse(a *analyser, keep bool) {
	for i := range one.docs {
		d := &one.docs[i]
		one.terms = append(one.terms, a.terms(d)...)
		from := len(one.data)
		one.data = appendMember(one.data, d)
		f := finding{key: documentKey(d.URL), family: a.family(d), terms: len(one.terms), member: len(one.data) - from}
		if keep {
			one.data = a.appendRest(one.data, d)
		}
		f.data = len(one.data)
		plain, agencies := facetValues(d)
		f.plain, f.agency = appendTexts(nil, plain), appendTexts(nil, agencies)
		one.found = append(one.found, f)
	}
}

// take takes up what was found in some documents.
func (b *builder) take(one *batch) error {
	term, data := 0, 0
	for i := range one.found {
		f, d := &one.found[i], &one.docs[i]
		k := kept{key: f.key, weight: d.Weight, unit: b.family(f.family)}
		k.plain = b.plain.of(f.plain, func() []string { plain, _ := facetValues(d); return plain })
		k.agency = b.agency.of(f.agency, func() []string { _, agencies := facetValues(d); return agencies })
		var err error
		if k.at, err = b.spool.add(one.data[data:f.data]); err != nil {
			return err
		}
		for _, t := range one.terms[term:f.terms] {
			if err := b.postings.add(newPosting(t.term, k.unit, t.level)); err != nil {
				return err
			}
		}
		b.docs = append(b.docs, k)
		b.counts.recordBytes += int64(f.member)
		term, data = f.terms, f.data
	}
	return nil
}

func (b *builder) family(key term) uint32 {
	u, ok := b.families[key]
	if !ok {
		u = uint32(len(b.families))
		b.families[key] = u
	}
	return u
}
