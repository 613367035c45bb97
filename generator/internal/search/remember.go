package search

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"khumue/internal/thai"
)

// The forms of what is remembered, each written and read here.

// rememberedForm is the version of these forms and of what analysis makes of
// a document: what was remembered in another is of no use.
const rememberedForm = 1

// fingerprint tells indexes apart that other words or rules have made.
func fingerprint(groups [][]string) term {
	h := ownFingerprint()
	for _, g := range groups {
		h = h.add(strings.Join(g, "|")).add("\n")
	}
	return h.term()
}

var ownFingerprint = sync.OnceValue(func() hasher {
	words := strings.Join(slices.Concat(thai.DefaultWords(), []string{""}, thai.StopWords()), "\n")
	forms := strconv.Itoa(Format) + " " + strconv.Itoa(rememberedForm) + "\n"
	return newHasher().add(forms).add(words).add(string(thai.Rules()))
})

// knownDocument is a document as it is remembered: of texts that are not
// shown only what they are found by.
type knownDocument struct {
	Document
	texts []textWords
}

type textWords struct {
	level int
	words []string
}

// appendRest writes what stands behind the part that appendMember wrote: the
// words of each text in order, for theirs in it says nothing, those that the
// analysis knows as the differences of their numbers.
func (a *analyser) appendRest(b []byte, d *Document) []byte {
	b = appendInt(appendWeight(b, d.Weight), len(a.texts))
	for _, t := range a.texts {
		slices.SortFunc(t.words, func(x, y *knownWord) int {
			return cmp.Or(cmp.Compare(x.number, y.number), cmp.Compare(x.spelling, y.spelling))
		})
		other := 0
		for other < len(t.words) && t.words[other].number == 0 {
			other++
		}
		b = appendInt(append(b, byte(t.level)), other)
		for _, w := range t.words[:other] {
			b = appendText(b, w.spelling)
		}
		b = appendInt(b, len(t.words)-other)
		last := 0
		for _, w := range t.words[other:] {
			b = appendInt(b, w.number-last)
			last = w.number
		}
	}
	return b
}

// readDocument reads a document as it is remembered.
func readDocument(data []byte) (*knownDocument, error) {
	r := &reader{data: data}
	d := &knownDocument{}
	d.Document, _ = readMember(r)
	d.Weight = r.weight()
	known := wordNumbers().words
	for n := r.count(); n > 0; n-- {
		t := textWords{level: r.byte(), words: r.texts()}
		last := 0
		for m := r.count(); m > 0; m-- {
			if last += r.uint(); last == 0 || last > len(known) {
				r.fail()
				break
			}
			t.words = append(t.words, known[last-1])
		}
		d.texts = append(d.texts, t)
	}
	return d, r.end()
}

// numbered are the words that the analysis knows, numbered from 1 in order.
type numbered struct {
	words  []string
	number map[string]int
}

var wordNumbers = sync.OnceValue(func() numbered {
	words := thai.DefaultWords()
	for i, w := range words {
		words[i] = thai.Normalize(w)
	}
	slices.Sort(words)
	n := numbered{slices.Compact(words), map[string]int{}}
	for i, w := range n.words {
		n.number[w] = i + 1
	}
	return n
})

// member is a document of a family.
type member struct {
	key    term
	weight float64
}

// remembered is a family: its documents, those first that its record shows,
// and how many have each numbered facet value.
type remembered struct {
	members []member
	values  map[int]int
}

func (f *remembered) bytes() []byte {
	b := appendInt(nil, len(f.members))
	for _, m := range f.members {
		b = appendWeight(appendTerm(b, m.key), m.weight)
	}
	numbers := f.numbers()
	b = appendInt(b, len(numbers))
	for _, v := range numbers {
		b = appendInt(appendInt(b, v), f.values[v])
	}
	return b
}

// numbers are the values that its documents have, in order.
func (f *remembered) numbers() []int {
	out := make([]int, 0, len(f.values))
	for v, n := range f.values {
		if n > 0 {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return out
}

func readRemembered(r *reader) (remembered, error) {
	f := remembered{values: map[int]int{}}
	n := r.count()
	f.members = make([]member, 0, n+1)
	for range n {
		f.members = append(f.members, member{r.term(), r.weight()})
	}
	for n = r.count(); n > 0; n-- {
		v := r.uint()
		f.values[v] = r.uint()
	}
	return f, r.end()
}

// slot is a unit in its place.
type slot struct {
	key    term
	id     uint32
	hidden bool
}

func slotsBytes(list []slot, slots int) []byte {
	b := appendInt(nil, len(list))
	for _, s := range list {
		v := (int(s.id) - s.key.shard(slots)) << 1
		if s.hidden {
			v |= 1
		}
		b = appendInt(appendTerm(b, s.key), v)
	}
	return b
}

func readSlots(r *reader, slots int) ([]slot, error) {
	n := r.count()
	out := make([]slot, 0, n)
	for range n {
		key, v := r.term(), r.uint()
		out = append(out, slot{key, uint32(key.shard(slots) + v>>1), v&1 == 1})
	}
	return out, r.end()
}

func termsBytes(list []term) []byte {
	b := appendInt(nil, len(list))
	for _, t := range list {
		b = appendTerm(b, t)
	}
	return b
}

func readTerms(r *reader) ([]term, error) {
	n := r.count()
	out := make([]term, 0, n+1)
	for range n {
		out = append(out, r.term())
	}
	return out, r.end()
}

// knownTail is a tail, as the index has it.
type knownTail struct {
	term term
	from heldKey
	data []byte
}

func tailsBytes(list []knownTail) []byte {
	b := appendInt(nil, len(list))
	for _, t := range list {
		b = appendUint(appendTerm(b, t.term), uint64(t.from))
		b = append(appendInt(b, len(t.data)), t.data...)
	}
	return b
}

func readTailsOf(r *reader) ([]knownTail, error) {
	n := r.count()
	out := make([]knownTail, 0, n+1)
	for range n {
		t := knownTail{term: r.term(), from: heldKey(r.long())}
		t.data = r.bytes(r.count())
		out = append(out, t)
	}
	return out, r.end()
}

func valuesBytes(all map[string]int) []byte {
	keys := make([]string, 0, len(all))
	for v := range all {
		keys = append(keys, v)
	}
	slices.Sort(keys)
	b := appendInt(nil, len(keys))
	for _, v := range keys {
		b = appendInt(appendText(b, v), all[v])
	}
	return b
}

func readValues(r *reader) (map[string]int, error) {
	n := r.count()
	out := make(map[string]int, n)
	for range n {
		v := r.text()
		out[v] = r.uint()
	}
	return out, r.end()
}

// appendEntries writes words and names with how often each was met.
func appendEntries(b []byte, list []entry) []byte {
	b = appendInt(b, len(list))
	for _, e := range list {
		b = appendText(appendInt(b, e.count<<1|e.order()), e.text)
	}
	return b
}

func readEntries(r *reader) []entry {
	n := r.count()
	out := make([]entry, 0, n)
	for range n {
		v := r.uint()
		out = append(out, entry{text: r.text(), count: v >> 1, name: v&1 == 1})
	}
	return out
}

// bucketWriter writes the terms of one bucket as they are remembered: a table
// of signatures, postings with how many documents each stands for, spellings.
type bucketWriter struct {
	signs *signTable
	terms int
	body  []byte
	bones int
	bone  []byte
}

func newBucketWriter(all *signatures) *bucketWriter { return &bucketWriter{signs: newSignTable(all)} }

// term writes a term: all its postings, or where it has leaves what these
// are, and the best postings.
func (w *bucketWriter) term(p *termPostings) {
	w.terms++
	b := appendInt(appendTerm(w.body, p.term), len(p.leaves))
	if len(p.leaves) == 1 {
		w.body = appendHeld(b, w.signs, p.leaves[0].list, true)
		return
	}
	b = appendInt(b, p.named)
	for _, l := range p.leaves {
		b = appendInt(append(b, byte(l.depth)), l.count)
	}
	w.body = appendHeld(b, w.signs, p.best, false)
}

func (w *bucketWriter) spellings(one *boneTerm) {
	w.bones++
	w.bone = appendEntries(appendTerm(w.bone, one.term), one.entries)
}

// bytes returns the bucket and begins the next.
func (w *bucketWriter) bytes() []byte {
	b := w.signs.append(make([]byte, 0, len(w.signs.text)+len(w.body)+len(w.bone)+16))
	b = append(appendInt(b, w.terms), w.body...)
	b = append(appendInt(b, w.bones), w.bone...)
	w.signs.reset()
	w.terms, w.body, w.bones, w.bone = 0, w.body[:0], 0, w.bone[:0]
	return b
}

// appendHeld writes postings in order, with the documents of each where asked.
func appendHeld(b []byte, signs *signTable, list []held, docs bool) []byte {
	b = appendInt(b, len(list))
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].key.class() == list[0].key.class() {
			n++
		}
		b = appendInt(append(b, byte(list[0].key.class())), n)
		last := 0
		for _, h := range list[:n] {
			b = appendInt(b, h.key.id()-last)
			last = h.key.id()
			if !docs || h.docs == nil {
				b = appendInt(b, signs.of(h.sign)<<1)
				continue
			}
			b = appendInt(b, signs.of(h.sign)<<1|1)
			b = h.docs.append(b)
		}
		list = list[n:]
	}
	return b
}

func (c *levelCounts) append(b []byte) []byte {
	n := 0
	for _, v := range c {
		if v > 0 {
			n++
		}
	}
	b = appendInt(b, n)
	for level, v := range c {
		if v > 0 {
			b = appendInt(append(b, byte(level)), int(v))
		}
	}
	return b
}

func readHeld(r *reader, signs []uint32) []held {
	n := r.count()
	out := make([]held, 0, n+1)
	for len(out) < n && r.err == nil {
		class, m, id := heldKey(r.byte())<<32, r.uint(), 0
		if m == 0 || m > n-len(out) {
			r.fail()
			return nil
		}
		for ; m > 0; m-- {
			id += r.uint()
			v := r.uint()
			if v>>1 >= len(signs) {
				r.fail()
				return nil
			}
			h := held{key: class | heldKey(id), sign: signs[v>>1]}
			if v&1 == 1 {
				h.docs = readCounts(r)
			}
			out = append(out, h)
		}
	}
	return out
}

func readCounts(r *reader) *levelCounts {
	c := &levelCounts{}
	for n := r.count(); n > 0; n-- {
		level := r.byte()
		if level > mostLevel {
			r.fail()
			return c
		}
		c[level] = uint32(r.uint())
	}
	return c
}

// bucket is one bucket as it is remembered.
type bucket struct {
	terms []termPostings
	bones []boneTerm
}

func readBucket(r *reader, all *signatures) (*bucket, error) {
	signs := readSigns(r, all)
	b := &bucket{}
	n := r.count()
	b.terms = make([]termPostings, 0, n+1)
	for ; n > 0 && r.err == nil; n-- {
		b.terms = append(b.terms, readTermPostings(r, signs))
	}
	for n = r.count(); n > 0 && r.err == nil; n-- {
		t := r.term()
		b.bones = append(b.bones, boneTerm{t, readEntries(r)})
	}
	return b, r.end()
}

func readTermPostings(r *reader, signs []uint32) termPostings {
	t, n := r.term(), r.count()
	if n <= 1 {
		list := readHeld(r, signs)
		return termPostings{
			term: t, all: len(list), named: countNamed(list), best: list[:min(len(list), bestPostings)],
			leaves: []leaf{{count: len(list), list: list}},
		}
	}
	p := termPostings{term: t, named: r.uint()}
	from := heldKey(0)
	for range n {
		l := leaf{from: from, depth: r.byte(), count: r.uint()}
		if l.depth > keyBits {
			r.fail()
			break
		}
		p.leaves = append(p.leaves, l)
		p.all += l.count
		from = l.end()
	}
	p.best = readHeld(r, signs)
	return p
}

// bytes writes a leaf.
func (l *leaf) bytes(signs *signTable) []byte {
	body := appendHeld(nil, signs, l.list, true)
	b := append(signs.append(nil), body...)
	signs.reset()
	return b
}

func readLeaf(r *reader, all *signatures) ([]held, error) {
	list := readHeld(r, readSigns(r, all))
	return list, r.end()
}
