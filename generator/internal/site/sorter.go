package site

import (
	"bufio"
	"bytes"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
)

// sorter puts any number of keys in order while it holds few of them: full
// loads go to a file, each in order, and are merged when they are read. Keys
// are what a whole build would otherwise keep of each object until all are
// known: its place in lists, the points that serve it, its old addresses.
// Several goroutines may add.
type sorter struct {
	dir   string
	bound int // bytes of a load

	mu   sync.Mutex
	load []byte
	ends []uint32 // of the keys in the load
	file *os.File // nil while the first load is not full
	end  int64
	runs []stretch // of the file
}

// stretch is a part of a file.
type stretch struct{ from, to int64 }

// loadSize is how many bytes of keys are in memory at a time.
const loadSize = 8 << 20

func newSorter(dir string) *sorter { return &sorter{dir: dir, bound: loadSize} }

func (s *sorter) close() {
	if s.file != nil {
		_ = s.file.Close()
		_ = os.Remove(s.file.Name())
	}
}

// add adds a key that is given in parts.
func (s *sorter) add(parts ...[]byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range parts {
		s.load = append(s.load, p...)
	}
	s.ends = append(s.ends, uint32(len(s.load)))
	if len(s.load) < s.bound {
		return nil
	}
	return s.spill()
}

// sorted returns the keys of the load in order.
func (s *sorter) sorted() [][]byte {
	keys := make([][]byte, len(s.ends))
	from := uint32(0)
	for i, end := range s.ends {
		keys[i] = s.load[from:end]
		from = end
	}
	slices.SortFunc(keys, bytes.Compare)
	return keys
}

// spill writes the load, each key as what it shares with the one before and
// what follows.
func (s *sorter) spill() error {
	if s.file == nil {
		f, err := os.CreateTemp(s.dir, "cards-*")
		if err != nil {
			return fmt.Errorf("site: %w", err)
		}
		s.file = f
	}
	w := bufio.NewWriterSize(io.NewOffsetWriter(s.file, s.end), 1<<16)
	run := stretch{from: s.end}
	var last, head []byte
	for _, key := range s.sorted() {
		same := shared(last, key)
		head = binary.AppendUvarint(head[:0], uint64(same))
		head = binary.AppendUvarint(head, uint64(len(key)-same))
		_, _ = w.Write(head) // Flush tells
		_, _ = w.Write(key[same:])
		s.end += int64(len(head) + len(key) - same)
		last = key
	}
	run.to = s.end
	s.runs = append(s.runs, run)
	s.load, s.ends = s.load[:0], s.ends[:0]
	return w.Flush()
}

// shared is how many bytes two keys begin with alike.
func shared(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// each calls do with all keys in order; a key is do's only during the call. It
// may be called again, and more keys may come between.
func (s *sorter) each(do func(key []byte) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		for _, key := range s.sorted() {
			if err := do(key); err != nil {
				return err
			}
		}
		return nil
	}
	if err := s.spill(); err != nil {
		return err
	}
	s.load, s.ends = nil, nil
	var m merge
	for _, run := range s.runs {
		r := &runReader{in: bufio.NewReaderSize(io.NewSectionReader(s.file, run.from, run.to-run.from), 1<<15)}
		if more, err := r.next(); err != nil {
			return err
		} else if more {
			m = append(m, r)
		}
	}
	heap.Init(&m)
	for len(m) > 0 {
		if err := do(m[0].key); err != nil {
			return err
		}
		more, err := m[0].next()
		switch {
		case err != nil:
			return err
		case more:
			heap.Fix(&m, 0)
		default:
			heap.Pop(&m)
		}
	}
	return nil
}

// runReader reads the keys of a run.
type runReader struct {
	in  *bufio.Reader
	key []byte
}

// next reads a key; false at the end of the run.
func (r *runReader) next() (more bool, err error) {
	same, err := binary.ReadUvarint(r.in)
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	rest, err2 := binary.ReadUvarint(r.in)
	if err := errors.Join(err, err2); err != nil {
		return false, fmt.Errorf("site: %w", err)
	}
	r.key = slices.Grow(r.key[:same], int(rest))[:same+rest]
	_, err = io.ReadFull(r.in, r.key[same:])
	return true, err
}

// merge is a heap of runs, by the keys at hand.
type merge []*runReader

func (m merge) Len() int           { return len(m) }
func (m merge) Less(i, j int) bool { return bytes.Compare(m[i].key, m[j].key) < 0 }
func (m merge) Swap(i, j int)      { m[i], m[j] = m[j], m[i] }
func (m *merge) Push(x any)        { *m = append(*m, x.(*runReader)) }
func (m *merge) Pop() any {
	last := len(*m) - 1
	r := (*m)[last]
	*m = (*m)[:last]
	return r
}
