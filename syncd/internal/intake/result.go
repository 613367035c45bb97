package intake

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"os"
	"path/filepath"

	"khumue/internal/transfer"
	"khumue/syncd/internal/staff"
)

// View is a part of what came of a table.
type View string

// The views.
const (
	Problems View = "problems" // what needs a person: not taken, left alone, or taken without something
	Mended   View = "mended"   // taken, and put right
	All      View = "all"
)

// Views are all of them.
var Views = []View{Problems, Mended, All}

// of reports whether a view shows a thing.
func (v View) of(e transfer.Entry) bool {
	if v == All {
		return true
	}
	looks, mends := e.Outcome == transfer.NotHere || e.Outcome == transfer.Kept, false
	for _, n := range e.Notes {
		looks = looks || n.Level != transfer.Mended
		mends = mends || n.Level == transfer.Mended
	}
	return v == Problems && looks || v == Mended && mends
}

// result is what came of a table, kept in files.
type result struct {
	dir     string
	lists   map[View]*list
	book    *transfer.Report
	digest  hash.Hash // of all that was told and made
	summary transfer.Summary
}

// list is things in a file, a line each.
type list struct {
	file  *os.File
	out   *bufio.Writer
	size  int64
	marks []int64 // where each step begins
	n     int
}

// step is how many things lie between two marks.
const step = 25

func newResult(dir string) (*result, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	s := &result{dir: dir, lists: map[View]*list{}, digest: sha256.New(),
		summary: transfer.Summary{Objects: map[transfer.Outcome]int{}, Notes: map[transfer.Level]int{}}}
	for _, v := range Views {
		f, err := os.Create(filepath.Join(dir, string(v)))
		if err != nil {
			return nil, errors.Join(err, s.close())
		}
		s.lists[v] = &list{file: f, out: bufio.NewWriter(f)}
	}
	var err error
	s.book, err = transfer.NewReport()
	return s, err
}

// add takes a thing.
func (s *result) add(e transfer.Entry) error {
	s.summary.Objects[e.Outcome]++
	for _, n := range e.Notes {
		s.summary.Notes[n.Level]++
	}
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	s.digest.Write(line)
	for _, v := range Views {
		if v.of(e) {
			if err := s.lists[v].add(line); err != nil {
				return err
			}
		}
	}
	return s.book.Add(e)
}

func (l *list) add(line []byte) error {
	if l.n%step == 0 {
		l.marks = append(l.marks, l.size)
	}
	l.n++
	l.size += int64(len(line))
	_, err := l.out.Write(line)
	return err
}

// report is where the book is.
func (s *result) report() string { return filepath.Join(s.dir, "report.xlsx") }

// finish writes all that is kept.
func (s *result) finish(sum transfer.Summary) (err error) {
	s.summary.Rows, s.summary.Unused = sum.Rows, sum.Unused
	f, err := os.Create(s.report())
	if err != nil {
		return err
	}
	err = errors.Join(s.book.Write(f, s.summary), f.Close())
	return errors.Join(err, s.close())
}

// close frees what is open; what is written stays.
func (s *result) close() (err error) {
	for _, l := range s.lists {
		if l.file != nil {
			err = errors.Join(err, l.out.Flush(), l.file.Close())
			l.file = nil
		}
	}
	if s.book != nil {
		err = errors.Join(err, s.book.Close())
		s.book = nil
	}
	return err
}

// page reads things of a view.
func (s *result) page(v View, offset, size int) (out []transfer.Entry, all int, err error) {
	l := s.lists[v]
	if l == nil {
		return nil, 0, nil
	}
	if offset < 0 || offset >= l.n {
		return nil, l.n, nil
	}
	f, err := os.Open(filepath.Join(s.dir, string(v)))
	if err != nil {
		return nil, l.n, err
	}
	defer f.Close()
	if _, err := f.Seek(l.marks[offset/step], io.SeekStart); err != nil {
		return nil, l.n, err
	}
	in := json.NewDecoder(bufio.NewReader(f))
	for i := offset / step * step; i < min(offset+size, l.n); i++ {
		var e transfer.Entry
		if err := in.Decode(&e); err != nil {
			return out, l.n, err
		}
		if i >= offset {
			out = append(out, e)
		}
	}
	return out, l.n, nil
}

// Page returns a part of what came of a table, and how much there is in all; none
// before it was read.
func (r *Room) Page(by staff.Acting, id string, v View, offset, size int) ([]transfer.Entry, int, error) {
	r.mu.Lock()
	t, err := r.find(by, id)
	if err != nil {
		r.mu.Unlock()
		return nil, 0, err
	}
	s := t.result
	r.mu.Unlock()
	if s == nil {
		return nil, 0, nil
	}
	return s.page(v, offset, size)
}

// Count returns how much there is in a view.
func (r *Room) Count(by staff.Acting, id string, v View) int {
	_, n, err := r.Page(by, id, v, 0, 0)
	if err != nil {
		return 0
	}
	return n
}
