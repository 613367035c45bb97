package search

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"os"
	"slices"
)

// posting says that a document of a unit has a term at a level. Both stand in
// one number, for millions of them are sorted.
type posting struct {
	hi, lo uint32 // the term
	who    who
}

// who is a unit and a level: in order of units, the highest level of each
// first.
type who uint32

const levelBits = 4

func newWho(unit uint32, level uint8) who {
	return who(unit<<levelBits | uint32(mostLevel-level))
}

func (w who) unit() uint32 { return uint32(w) >> levelBits }
func (w who) level() uint8 { return mostLevel - uint8(w)&mostLevel }

func (p posting) term() term { return term(p.hi)<<32 | term(p.lo) }

func newPosting(t term, unit uint32, level uint8) posting {
	return posting{uint32(t >> 32), t.tag(), newWho(unit, level)}
}

const (
	postingSize = 12 // bytes in a run
	partBits    = 8  // postings are handed out in parts, by the first bits of their terms
	parts       = 1 << partBits
)

// sorter gives any number of postings in order of terms while holding a
// bounded number of them: full loads go to a file, each cut into parts, and a
// part of all loads is sorted when its turn comes.
type sorter struct {
	load  []posting
	bound int
	dir   string
	file  *os.File
	end   int64
	runs  []run
	over  bool // nothing is added any more
	held  run  // parts of the load, where it is the only one
	part  partSorter
}

// run is one load in the file: where its parts begin, and where it ends.
type run [parts + 1]int64

func newSorter(dir string, bound int) *sorter {
	if bound <= 0 {
		bound = 2 << 20
	}
	return &sorter{dir: dir, bound: bound}
}

func (s *sorter) add(p posting) error {
	s.load = append(s.load, p)
	if len(s.load) < s.bound {
		return nil
	}
	return s.spill()
}

// spill writes the load, its parts one after the other.
func (s *sorter) spill() error {
	if s.file == nil {
		f, err := os.CreateTemp(s.dir, "khumue-search-*")
		if err != nil {
			return err
		}
		s.file = f
	}
	r := bounds(s.load)
	next := r
	data := make([]byte, len(s.load)*postingSize)
	for _, p := range s.load {
		at := &next[p.part()]
		p.put(data[*at*postingSize:])
		*at++
	}
	for i := range r {
		r[i] = s.end + r[i]*postingSize
	}
	s.runs = append(s.runs, r)
	s.end = r[parts]
	s.load = s.load[:0]
	_, err := s.file.WriteAt(data, r[0])
	return err
}

// bounds tells where the parts of a load would begin, were it in their order.
func bounds(load []posting) run {
	var r run
	for _, p := range load {
		r[p.part()+1]++
	}
	for i := range parts {
		r[i+1] += r[i]
	}
	return r
}

func (p posting) part() int { return int(p.hi >> (32 - partBits)) }

// settle puts the only load in order of parts.
func (s *sorter) settle() {
	s.held = bounds(s.load)
	next := s.held
	sorted := make([]posting, len(s.load))
	for _, p := range s.load {
		sorted[next[p.part()]] = p
		next[p.part()]++
	}
	s.load = sorted
}

func (p posting) put(b []byte) {
	binary.LittleEndian.PutUint32(b, p.hi)
	binary.LittleEndian.PutUint32(b[4:], p.lo)
	binary.LittleEndian.PutUint32(b[8:], uint32(p.who))
}

// each calls f once for each term of the parts from:to, in order, with its
// postings in order. Units are renamed first: unit u is renamed[u]. All adding
// must be over. The slice is f's only during the call.
func (s *sorter) each(from, to int, renamed []uint32, f func(term, []who) error) error {
	if !s.over {
		s.over = true
		if s.file == nil {
			s.settle()
		} else if err := s.spill(); err != nil {
			return err
		}
	}
	for n := from; n < to; n++ {
		if err := s.gather(n); err != nil {
			return err
		}
		if err := s.part.each(renamed, f); err != nil {
			return err
		}
	}
	return nil
}

// gather puts all postings of one part into the part's sorter.
func (s *sorter) gather(n int) error {
	s.part.reset()
	if s.file == nil {
		for _, p := range s.load[s.held[n]:s.held[n+1]] {
			s.part.add(p)
		}
		return nil
	}
	for i := range s.runs {
		from, to := s.runs[i][n], s.runs[i][n+1]
		b := s.part.buffer(int(to - from))
		if _, err := s.file.ReadAt(b, from); err != nil {
			return err
		}
		for ; len(b) > 0; b = b[postingSize:] {
			s.part.add(posting{binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:]), who(binary.LittleEndian.Uint32(b[8:]))})
		}
	}
	return nil
}

func (s *sorter) close() { closeTemp(s.file) }

// partSorter sorts the postings of one part in time linear in their number:
// terms are few, so each gets a number, and postings are put in order by
// counting, first by unit and level, then by term.
type partSorter struct {
	table termTable
	items []item
	spare []item
	bytes []byte
	out   []who
}

// item is a posting whose term has a number in the part.
type item struct {
	who  who
	term uint32
}

func (p *partSorter) reset() {
	p.table.reset()
	p.items = p.items[:0]
}

func (p *partSorter) buffer(n int) []byte {
	p.bytes = slices.Grow(p.bytes[:0], n)[:n]
	return p.bytes
}

func (p *partSorter) add(x posting) {
	p.items = append(p.items, item{x.who, p.table.number(x.term())})
}

const (
	digitBits = 11
	fewItems  = 256
)

func (p *partSorter) each(renamed []uint32, f func(term, []who) error) error {
	most := who(0)
	for i, it := range p.items {
		w := who(renamed[it.who.unit()]<<levelBits) | it.who&mostLevel
		p.items[i].who = w
		most = max(most, w)
	}
	p.sortByWho(most)
	order, ends := p.sortByTerm()
	from := 0
	for i, n := range order {
		if err := f(p.table.list[n].term, p.out[from:ends[i]]); err != nil {
			return err
		}
		from = ends[i]
	}
	return nil
}

func (p *partSorter) sortByWho(most who) {
	if len(p.items) <= fewItems {
		slices.SortFunc(p.items, func(a, b item) int { return int(int64(a.who) - int64(b.who)) })
		return
	}
	p.spare = slices.Grow(p.spare[:0], len(p.items))[:len(p.items)]
	for shift := 0; shift < bits.Len32(uint32(most)); shift += digitBits {
		var at [1<<digitBits + 1]int
		for _, it := range p.items {
			at[it.who>>shift&(1<<digitBits-1)+1]++
		}
		for i := range 1 << digitBits {
			at[i+1] += at[i]
		}
		for _, it := range p.items {
			d := it.who >> shift & (1<<digitBits - 1)
			p.spare[at[d]] = it
			at[d]++
		}
		p.items, p.spare = p.spare, p.items
	}
}

// sortByTerm fills out with the postings of each term together. It returns
// the numbers of the terms in order, and where the postings of each end.
func (p *partSorter) sortByTerm() (order []uint32, ends []int) {
	terms := p.table.list
	order = make([]uint32, len(terms))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return compareTerms(terms[a].term, terms[b].term) })
	at := make([]int, len(terms)) // by number
	for _, it := range p.items {
		at[it.term]++
	}
	ends = make([]int, len(terms))
	end := 0
	for i, n := range order {
		end, at[n] = end+at[n], end
		ends[i] = end
	}
	p.out = slices.Grow(p.out[:0], len(p.items))[:len(p.items)]
	for _, it := range p.items {
		p.out[at[it.term]] = it.who
		at[it.term]++
	}
	return order, ends
}

// spool keeps byte strings in a file, to be read back by place.
type spool struct {
	dir  string
	file *os.File
	w    *bufio.Writer
	end  int64
}

// span is a place in a spool: where it begins and, in the last bits, its size.
type span uint64

const sizeBits = 24

func (s span) from() int64 { return int64(s >> sizeBits) }
func (s span) size() int   { return int(s & (1<<sizeBits - 1)) }

func (s *spool) add(b []byte) (span, error) {
	if s.file == nil {
		f, err := os.CreateTemp(s.dir, "khumue-search-*")
		if err != nil {
			return 0, err
		}
		s.file, s.w = f, bufio.NewWriterSize(f, 1<<18)
	}
	if len(b) >= 1<<sizeBits {
		return 0, fmt.Errorf("%d bytes are too many to keep in one piece", len(b))
	}
	at := span(s.end)<<sizeBits | span(len(b))
	s.end += int64(len(b))
	_, err := s.w.Write(b)
	return at, err
}

// get reads a span into b, or a larger slice; all adding must be over.
func (s *spool) get(at span, b []byte) ([]byte, error) {
	if err := s.w.Flush(); err != nil {
		return nil, err
	}
	b = slices.Grow(b[:0], at.size())[:at.size()]
	if _, err := s.file.ReadAt(b, at.from()); err != nil && err != io.EOF {
		return nil, err
	}
	return b, nil
}

func (s *spool) close() { closeTemp(s.file) }

func closeTemp(f *os.File) {
	if f != nil {
		f.Close()
		os.Remove(f.Name())
	}
}
