package xlsx

import (
	"errors"
	"io"
	"os"
)

// Bounds of the texts that the cells of a book share.
const (
	inMemory   = 8 << 20 // bytes up to which they are held; the rest waits in a file
	maxShared  = 8 << 20 // how many there may be
	blockSize  = 64 << 10
	blockCount = 64
)

// shared are the texts that cells name by number.
type shared struct {
	ends  []int64 // where each ends
	first []byte  // the first of them, up to inMemory
	rest  *os.File
	size  int64 // of first and rest
	block [blockCount]struct {
		at   int64
		data []byte
	}
}

// readShared reads the texts of a part; without one there are none.
func readShared(r io.Reader, limit int) (*shared, error) {
	t := &shared{}
	s := newScanner(r, limit)
	var text, wait []byte
	in := inText{}
	for {
		kind, err := s.next()
		if err != nil || kind == ended {
			return t, errors.Join(err, t.spill(wait))
		}
		if kind == closes && string(s.name) == "t" && in.wanted() {
			text = append(text, s.text...)
		}
		in.step(s, kind)
		s.keep = in.wanted()
		switch {
		case string(s.name) != "si":
			continue
		case kind == opens:
			text = text[:0]
			continue
		case len(text) > limit:
			return t, errLongText
		case len(t.ends) >= maxShared:
			return t, errors.New("too many texts")
		}
		text = withoutEscapes(text)
		t.size += int64(len(text))
		t.ends = append(t.ends, t.size)
		if t.rest == nil && t.size <= inMemory {
			t.first = append(t.first, text...)
			continue
		}
		if t.rest == nil {
			if t.rest, err = os.CreateTemp("", "khumue-texts-*"); err != nil {
				return t, err
			}
		}
		if wait = append(wait, text...); len(wait) > 1<<20 {
			if err := t.spill(wait); err != nil {
				return t, err
			}
			wait = wait[:0]
		}
	}
}

// spill writes texts behind those that wait in the file already.
func (t *shared) spill(texts []byte) error {
	if len(texts) == 0 || t.rest == nil {
		return nil
	}
	_, err := t.rest.Write(texts)
	return err
}

// close removes the file.
func (t *shared) close() error {
	if t.rest == nil {
		return nil
	}
	return errors.Join(t.rest.Close(), os.Remove(t.rest.Name()))
}

// append appends a text to dst.
func (t *shared) append(dst []byte, n int) ([]byte, error) {
	if n < 0 || n >= len(t.ends) {
		return dst, errXML
	}
	var from int64
	if n > 0 {
		from = t.ends[n-1]
	}
	to := t.ends[n]
	if to <= int64(len(t.first)) {
		return append(dst, t.first[from:to]...), nil
	}
	for from < to {
		data, err := t.at(from)
		if err != nil {
			return dst, err
		}
		data = data[:min(int64(len(data)), to-from)]
		dst = append(dst, data...)
		from += int64(len(data))
	}
	return dst, nil
}

// at returns what is known of the texts from a place on, at least a byte.
func (t *shared) at(place int64) ([]byte, error) {
	place -= int64(len(t.first))
	number := place / blockSize
	b := &t.block[number%blockCount]
	if b.data == nil || b.at != number {
		if b.data == nil {
			b.data = make([]byte, blockSize)
		}
		n, err := t.rest.ReadAt(b.data[:blockSize], number*blockSize)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		b.at, b.data = number, b.data[:n]
	}
	from := place % blockSize
	if from >= int64(len(b.data)) {
		return nil, io.ErrUnexpectedEOF
	}
	return b.data[from:], nil
}

// inText tells whether a tag stands in the text of a cell: within <t>, but not
// in the one that says how a word is read aloud.
type inText struct {
	t        bool
	phonetic int
}

func (in *inText) wanted() bool { return in.t && in.phonetic == 0 }

func (in *inText) step(s *scanner, kind tag) {
	switch string(s.name) {
	case "t":
		in.t = kind == opens
	case "rPh":
		if kind == opens {
			in.phonetic++
		} else if in.phonetic > 0 {
			in.phonetic--
		}
	}
}
