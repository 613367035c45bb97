package search

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"io"
	"os"
	"slices"
)

// posting says that a term tells something about a unit. Level is 1 to 15.
type posting struct {
	term  term
	unit  uint32 // in order of arrival, not its number
	level uint8
}

func comparePostings(a, b posting) int {
	if a.term != b.term {
		return cmp.Compare(a.term, b.term)
	}
	if a.unit != b.unit {
		return cmp.Compare(a.unit, b.unit)
	}
	return cmp.Compare(b.level, a.level)
}

const postingSize = 13 // bytes in a run

// sorter puts any number of postings in order of terms while holding a
// bounded number of them: full loads are sorted and written to a file.
type sorter struct {
	load  []posting
	bound int
	dir   string
	file  *os.File
	runs  []int64 // where each run ends
}

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

func (s *sorter) spill() error {
	if s.file == nil {
		f, err := os.CreateTemp(s.dir, "khumue-search-*")
		if err != nil {
			return err
		}
		s.file = f
	}
	s.sortLoad()
	w := bufio.NewWriterSize(s.file, 1<<18)
	var b [postingSize]byte
	for _, p := range s.load {
		binary.LittleEndian.PutUint64(b[:], uint64(p.term))
		binary.LittleEndian.PutUint32(b[8:], p.unit)
		b[12] = p.level
		if _, err := w.Write(b[:]); err != nil {
			return err
		}
	}
	end := int64(len(s.load)) * postingSize
	if n := len(s.runs); n > 0 {
		end += s.runs[n-1]
	}
	s.runs = append(s.runs, end)
	s.load = s.load[:0]
	return w.Flush()
}

// sortLoad orders what is held and keeps the highest level of each pair.
func (s *sorter) sortLoad() {
	slices.SortFunc(s.load, comparePostings)
	s.load = slices.CompactFunc(s.load, func(a, b posting) bool {
		return a.term == b.term && a.unit == b.unit
	})
}

// each calls f once for each term, in order, with its postings in order of
// units. The slice is f's only during the call.
func (s *sorter) each(f func(term, []posting) error) error {
	s.sortLoad()
	sources, err := s.sources()
	if err != nil {
		return err
	}
	var list []posting
	for len(sources) > 0 {
		least := sources[0]
		for _, c := range sources[1:] {
			if comparePostings(c.head, least.head) < 0 {
				least = c
			}
		}
		p := least.head
		if !least.next() {
			if least.err != nil {
				return least.err
			}
			sources = slices.DeleteFunc(sources, func(c *source) bool { return c == least })
		}
		n := len(list)
		if n > 0 && list[n-1].term != p.term {
			if err := f(list[0].term, list); err != nil {
				return err
			}
			list = list[:0]
		} else if n > 0 && list[n-1].unit == p.unit {
			continue
		}
		list = append(list, p)
	}
	if len(list) == 0 {
		return nil
	}
	return f(list[0].term, list)
}

// source is one sorted run, in memory or in the file.
type source struct {
	head posting
	load []posting
	file *bufio.Reader
	err  error
}

func (s *sorter) sources() ([]*source, error) {
	all := []*source{{load: s.load}}
	from := int64(0)
	for _, to := range s.runs {
		section := io.NewSectionReader(s.file, from, to-from)
		all = append(all, &source{file: bufio.NewReaderSize(section, 1<<16)})
		from = to
	}
	live := all[:0]
	for _, c := range all {
		if c.next() {
			live = append(live, c)
		} else if c.err != nil {
			return nil, c.err
		}
	}
	return live, nil
}

func (c *source) next() bool {
	if c.file == nil {
		if len(c.load) == 0 {
			return false
		}
		c.head, c.load = c.load[0], c.load[1:]
		return true
	}
	var b [postingSize]byte
	if _, err := io.ReadFull(c.file, b[:]); err != nil {
		if err != io.EOF {
			c.err = err
		}
		return false
	}
	c.head = posting{
		term:  term(binary.LittleEndian.Uint64(b[:])),
		unit:  binary.LittleEndian.Uint32(b[8:]),
		level: b[12],
	}
	return true
}

func (s *sorter) close() { closeTemp(s.file) }

// spool keeps byte strings in a file, to be read back by place.
type spool struct {
	dir  string
	file *os.File
	w    *bufio.Writer
	end  int64
}

// span is a place in a spool.
type span struct {
	from int64
	size int32
}

func (s *spool) add(b []byte) (span, error) {
	if s.file == nil {
		f, err := os.CreateTemp(s.dir, "khumue-search-*")
		if err != nil {
			return span{}, err
		}
		s.file, s.w = f, bufio.NewWriterSize(f, 1<<18)
	}
	at := span{s.end, int32(len(b))}
	s.end += int64(len(b))
	_, err := s.w.Write(b)
	return at, err
}

// get reads a span; all adding must be over.
func (s *spool) get(at span) ([]byte, error) {
	if err := s.w.Flush(); err != nil {
		return nil, err
	}
	b := make([]byte, at.size)
	_, err := s.file.ReadAt(b, at.from)
	return b, err
}

func (s *spool) close() { closeTemp(s.file) }

func closeTemp(f *os.File) {
	if f != nil {
		f.Close()
		os.Remove(f.Name())
	}
}
