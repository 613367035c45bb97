package search

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// memory is an honest Memory.
type memory map[string][]byte

func (m memory) Get(key []byte) ([]byte, error) { return m[string(key)], nil }

func (m memory) Put(key, value []byte) error {
	m[string(key)] = bytes.Clone(value)
	return nil
}

func (m memory) Delete(key []byte) error {
	delete(m, string(key))
	return nil
}

// ascending is a Keeper that holds Build to its promise.
type ascending struct {
	t    testing.TB
	to   memory
	last []byte
}

func (a *ascending) Put(key, value []byte) error {
	if a.last != nil && bytes.Compare(a.last, key) >= 0 {
		a.t.Errorf("key %x comes after %x", key, a.last)
	}
	a.last = bytes.Clone(key)
	return a.to.Put(key, value)
}

// published is a portal, its index and what is remembered of it.
type published struct {
	t        testing.TB
	opt      Options
	docs     map[string]Document
	files    files
	manifest Manifest
	memory   memory
	rebuilds int
}

func publish(t testing.TB, docs []Document, opt Options) *published {
	opt.TempDir = t.TempDir()
	p := &published{t: t, opt: opt, docs: map[string]Document{}}
	for _, d := range docs {
		p.docs[d.URL] = d
	}
	p.rebuild()
	return p
}

func (p *published) list() []Document {
	var out []Document
	for _, url := range slices.Sorted(maps.Keys(p.docs)) {
		out = append(out, p.docs[url])
	}
	return out
}

func (p *published) rebuild() {
	p.files, p.memory = files{}, memory{}
	var err error
	if p.manifest, err = Build(stream(p.list()), p.opt, p.files.emit, &ascending{t: p.t, to: p.memory}); err != nil {
		p.t.Fatal(err)
	}
}

func changes(all []Change) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		for _, c := range all {
			if !yield(c, nil) {
				return
			}
		}
	}
}

// update makes changes, and tells how many files came and went.
func (p *published) update(all ...Change) (came, went int, err error) {
	for _, c := range all {
		if c.Doc == nil {
			delete(p.docs, c.URL)
		} else {
			p.docs[c.URL] = *c.Doc
		}
	}
	emit := func(path string, data []byte) error {
		came++
		if p.files[path] != nil {
			p.t.Errorf("%s is emitted again", path)
		}
		return p.files.emit(path, data)
	}
	drop := func(path string) error {
		went++
		if p.files[path] == nil {
			p.t.Errorf("%s is dropped and was not there", path)
		}
		delete(p.files, path)
		return nil
	}
	m, err := Update(changes(all), p.opt, p.memory, emit, drop)
	if errors.Is(err, ErrRebuild) {
		if came+went > 0 {
			p.t.Errorf("%d files were emitted and %d dropped before %v", came, went, err)
		}
		p.rebuilds++
		p.rebuild()
		return 0, 0, err
	}
	if err != nil {
		p.t.Fatal(err)
	}
	p.manifest = m
	return came, went, nil
}

// check compares the index with one that is built anew.
func (p *published) check() bool {
	f := files{}
	m, err := Build(stream(p.list()), p.opt, f.emit, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	good := true
	if m.Path != p.manifest.Path {
		good = false
		p.t.Errorf("the manifest is %s, want %s", p.manifest.Path, m.Path)
	}
	for name, data := range f {
		if !bytes.Equal(p.files[name], data) {
			good = false
			p.t.Errorf("%s is not as it would be built anew", name)
		}
	}
	for name := range p.files {
		if f[name] == nil {
			good = false
			p.t.Errorf("%s is left over", name)
		}
	}
	return good
}

// editor changes a portal at random.
type editor struct {
	*rand.Rand
	synthetic
	next int
}

// change makes up one change to some document, or a new one.
func (e *editor) change(p *published) Change {
	d := e.some(p)
	switch e.IntN(12) {
	case 0, 1:
		e.next++
		d = e.manual(e.Rand, 100000+e.next)
		e.belong(p, &d)
	case 2:
		e.next++
		d = e.copyOf(e.Rand, e.IntN(2*e.offices), e.IntN(2))
		e.belong(p, &d)
		d.URL = fmt.Sprintf("/procedure/new-%d/", e.next)
	case 3, 4:
		return Change{URL: d.URL}
	case 5:
		d.TitleTH += " กรณี" + pick(e.Rand, synthCases)
	case 6:
		d.TitleTH = pick(e.Rand, synthVerbs) + pick(e.Rand, synthObjects) + "ของท้องถิ่น"
	case 7:
		d.Weight = float64(e.IntN(300))
	case 8:
		e.belong(p, &d)
	case 9:
		d.Body += " " + pick(e.Rand, synthWords) + pick(e.Rand, synthPlaces)
	case 10:
		d.Categories, d.Online = []string{fmt.Sprintf("category-%d", e.IntN(18))}, !d.Online
	case 11:
		d.CommonNames = []string{pick(e.Rand, synthObjects), pick(e.Rand, synthPlaces) + pick(e.Rand, synthKinds), e.rare() + " " + e.rare()}
		d.TitleEN, d.FactsTH = e.rare()+" "+e.rare(), fmt.Sprintf("%d วัน", e.IntN(100))
	}
	return Change{d.URL, &d}
}

// some is a document, but none of an agency.
func (e *editor) some(p *published) Document {
	for urls := slices.Sorted(maps.Keys(p.docs)); ; {
		if d := p.docs[pick(e.Rand, urls)]; d.Kind != Agency {
			return d
		}
	}
}

// belong gives a document to an agency that the portal knows already, seldom
// to a new one: where agencies are facet values, that moves the frame.
func (e *editor) belong(p *published, d *Document) {
	other := e.some(p)
	d.Agencies, d.AgencyCode, d.AgencyTH = other.Agencies, other.AgencyCode, other.AgencyTH
	if e.IntN(30) == 0 {
		d.AgencyCode, d.AgencyTH = "new", "หน่วยงานใหม่"
		d.Agencies = []string{d.AgencyCode}
	}
}

// settled adds the agencies of the documents, so that no facet value goes
// with one of them.
func settled(docs []Document) []Document {
	known := map[string]bool{}
	all := Document{Kind: Agency, URL: "/agency/all/", TitleTH: "ทุกหมวดหมู่", Online: true, HasEN: true}
	for _, d := range docs {
		if known[d.AgencyCode] || d.Kind == Agency {
			continue
		}
		known[d.AgencyCode] = true
		docs = append(docs, Document{
			Kind: Agency, URL: "/agency/" + d.AgencyCode + "/", TitleTH: d.AgencyTH + d.AgencyCode,
			AgencyCode: d.AgencyCode, AgencyTH: d.AgencyTH, Agencies: d.Agencies,
		})
	}
	for i := range 18 {
		all.Categories, all.Groups = append(all.Categories, fmt.Sprintf("category-%d", i)), append(all.Groups, fmt.Sprintf("group-%d", i))
	}
	return append(docs, all)
}

// rare is a word that hardly another document has.
func (e *editor) rare() string {
	const letters = "bcdfghklmnprstvz"
	b := make([]byte, 5)
	for i := range b {
		b[i] = letters[e.IntN(len(letters))]
	}
	return string(b)
}

// wordy gives documents so many rare words that the lexicon has no room.
func (e *editor) wordy(docs []Document) []Document {
	for i := range docs {
		for range 10 {
			docs[i].CommonNames = append(docs[i].CommonNames, e.rare()+" "+e.rare())
		}
	}
	return docs
}

// TestAnUpdatedIndexIsTheOneBuiltAnew changes portals at random and compares
// each time. The frame may move, seldom.
func TestAnUpdatedIndexIsTheOneBuiltAnew(t *testing.T) {
	tests := []struct {
		name     string
		portal   synthetic
		wordy    bool
		steps    int
		most     int // changes in one step
		rebuilds int
	}{
		{"a small portal", synthetic{manuals: 60, offices: 20, copies: 2, body: 20}, false, 25, 3, 4},
		{"one with large units", synthetic{manuals: 100, offices: 60, copies: 2, body: 10}, false, 20, 4, 4},
		{"one with more words than the lexicon holds", synthetic{manuals: 200, offices: 10, copies: 1, body: 10}, true, 10, 6, 4},
		{"one whose terms have leaves, and hashes files of their own", synthetic{manuals: 2600, offices: 230, copies: 2, body: 30}, false, 3, 25, 2},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := &editor{Rand: rand.New(rand.NewPCG(uint64(i), 7)), synthetic: tt.portal}
			docs := settled(collect(tt.portal))
			if tt.wordy {
				docs = e.wordy(docs)
			}
			p := publish(t, docs, Options{Synonyms: synonymGroups(t), MemoryPostings: 30000})
			for step := range tt.steps {
				var all []Change
				for range 1 + e.IntN(tt.most) {
					all = append(all, e.change(p))
				}
				if _, _, err := p.update(all...); err != nil {
					t.Logf("step %d: %v", step, err)
				}
				if !p.check() {
					t.Fatalf("after step %d", step)
				}
			}
			if p.rebuilds > tt.rebuilds {
				t.Errorf("%d of %d steps had to build anew, want at most %d", p.rebuilds, tt.steps, tt.rebuilds)
			}
		})
	}
}

// TestAMovedUnitTakesItsPostingsAlong fills the slots before a large unit, so
// that it is pushed to another number with all that is hidden in it.
func TestAMovedUnitTakesItsPostingsAlong(t *testing.T) {
	s := synthetic{manuals: 40, offices: 60, copies: 2, body: 20}
	p := publish(t, collect(s), Options{})
	a := newAnalyser(newWords(), newSynonyms(nil, nil))
	large := p.docs["/procedure/o-00000-01/"]
	home := a.family(&large).shard(p.manifest.Slots)
	d := large
	for i := 0; p.rebuilds == 0; i++ {
		d.URL, d.TitleTH = fmt.Sprintf("/procedure/p-%d/", i), fmt.Sprintf("%s เลขที่ %d", synthObjects[2], i)
		key := a.family(&d)
		if key.shard(p.manifest.Slots) != home || key > a.family(&large) {
			continue
		}
		one := d
		if _, _, err := p.update(Change{d.URL, &one}); err != nil {
			t.Fatal(err)
		}
		if !p.check() {
			t.Fatal("after the large unit was moved up")
		}
		if _, _, err := p.update(Change{URL: d.URL}); err != nil || !p.check() {
			t.Fatalf("after it was moved down: %v", err)
		}
		return
	}
}

func TestAChangeThatChangesNothing(t *testing.T) {
	p := publish(t, portal(t), Options{Synonyms: synonymGroups(t)})
	before := maps.Clone(p.memory)
	var all []Change
	for _, d := range p.list() {
		all = append(all, Change{d.URL, &d})
	}
	all = append(all, Change{URL: "/never/there/"})
	came, went, err := p.update(all...)
	if came+went > 0 || err != nil || !p.check() {
		t.Errorf("%d files came and %d went, error %v", came, went, err)
	}
	if !maps.EqualFunc(before, p.memory, bytes.Equal) {
		t.Error("the memory is another")
	}
}

func TestAChangeOfFactsChangesItsRecordOnly(t *testing.T) {
	p := publish(t, collect(synthetic{manuals: 2600, offices: 230, copies: 2, body: 40}), Options{})
	d := p.docs["/procedure/m-000017/"]
	d.FactsTH = "ไม่มีค่าธรรมเนียม"
	came, went, err := p.update(Change{d.URL, &d})
	if came != 3 || went != 3 || err != nil || !p.check() {
		t.Errorf("%d files came and %d went, want a shard, a file of hashes and the manifest; error %v", came, went, err)
	}
}

func TestWhatCannotBeUpdated(t *testing.T) {
	good := publish(t, portal(t), Options{Synonyms: synonymGroups(t)})
	d := good.list()[3]
	d.TitleTH += " กรณีใหม่"
	broken := errors.New("disk full")
	tests := []struct {
		name   string
		opt    Options
		memory memory
		change Change
		emit   error
		err    error
	}{
		{"with other synonyms", Options{}, good.memory, Change{d.URL, &d}, nil, ErrRebuild},
		{"without a memory", good.opt, memory{}, Change{d.URL, &d}, nil, ErrRebuild},
		{"by a new facet value", good.opt, good.memory, Change{"/x/", &Document{Kind: Manual, URL: "/x/", TitleTH: "ก", Groups: []string{"none"}}}, nil, ErrRebuild},
		{"by a document under another address", good.opt, good.memory, Change{"/other/", &d}, nil, nil},
		{"by a document without a title", good.opt, good.memory, Change{"/x/", &Document{Kind: Manual, URL: "/x/"}}, nil, nil},
		{"where nothing can be written", good.opt, good.memory, Change{d.URL, &d}, broken, broken},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := maps.Clone(tt.memory)
			emit := func(string, []byte) error { return tt.emit }
			_, err := Update(changes([]Change{tt.change}), tt.opt, tt.memory, emit, func(string) error { return nil })
			if err == nil || tt.err != nil && !errors.Is(err, tt.err) || tt.err == nil && errors.Is(err, ErrRebuild) {
				t.Errorf("got error %v, want %v", err, tt.err)
			}
			if !maps.EqualFunc(before, tt.memory, bytes.Equal) {
				t.Error("the memory was changed")
			}
		})
	}
}

// TestADamagedMemoryNeverMakesAWrongIndex flips a bit of a value, or loses
// one, of each section: either it did not matter, or it is noticed.
func TestADamagedMemoryNeverMakesAWrongIndex(t *testing.T) {
	s := synthetic{manuals: 300, offices: 20, copies: 2, body: 10}
	good := publish(t, settled(collect(s)), Options{Synonyms: synonymGroups(t)})
	sections := map[byte][]string{}
	for _, key := range slices.Sorted(maps.Keys(good.memory)) {
		sections[key[0]] = append(sections[key[0]], key)
	}
	e := &editor{Rand: rand.New(rand.NewPCG(5, 6)), synthetic: s}
	noticed := 0
	for _, section := range slices.Sorted(maps.Keys(sections)) {
		for i := range 4 {
			p := *good
			p.docs, p.files, p.memory = maps.Clone(good.docs), maps.Clone(good.files), maps.Clone(good.memory)
			key := pick(e.Rand, sections[section])
			if i%2 == 0 {
				delete(p.memory, key)
			} else {
				value := bytes.Clone(p.memory[key])
				value[e.IntN(len(value))] ^= 1 << e.IntN(8)
				p.memory[key] = value
			}
			var all []Change
			for range 8 {
				all = append(all, e.change(&p))
			}
			if _, _, err := p.update(all...); err != nil {
				noticed++
			} else if !p.check() {
				t.Fatalf("a value of %q is damaged, and so is the index", section)
			}
		}
	}
	if noticed == 0 {
		t.Error("no damage was noticed")
	}
}
