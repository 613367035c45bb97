package folder

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
)

// ErrDamaged says that what was read is no listing, or not as it was written.
var ErrDamaged = errors.New("the listing of the folder is damaged")

// A stored listing is this line, the folder, the blocks, each led by its size
// and count, one of no entries, and the SHA-256 of all before it.
const storeHead = "khumue folder 1\n"

// Limits of what is believed when a listing is read.
const (
	maxBlock = 1 << 20 // in bytes, where a path alone may be longer than blockSize
	maxRoot  = 1 << 16
)

// Write stores the listing. It is written as it is held.
func (l *Listing) Write(w io.Writer) error {
	sum := sha256.New()
	out := bufio.NewWriterSize(w, 1<<16)
	both := io.MultiWriter(out, sum)
	var head []byte
	head = binary.AppendUvarint(append(head, storeHead...), uint64(len(l.root)))
	_, _ = both.Write(append(head, l.root...)) // a failure stays with out until it is flushed
	for _, b := range l.blocks {
		head = binary.AppendUvarint(binary.AppendUvarint(head[:0], uint64(b.count)), uint64(len(b.data)))
		for _, part := range [][]byte{head, b.data, b.sums} {
			_, _ = both.Write(part)
		}
	}
	_, _ = both.Write([]byte{0})
	_, _ = out.Write(sum.Sum(nil))
	return out.Flush()
}

// Read reads a listing that Write has stored. One that is cut short, damaged or
// of another form is an error that wraps ErrDamaged, and to be treated as none.
func Read(r io.Reader) (*Listing, error) {
	s := &source{in: bufio.NewReaderSize(r, 1<<16), sum: sha256.New()}
	l, err := s.listing()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return l, nil
}

// source reads and adds up what it reads.
type source struct {
	in  *bufio.Reader
	sum hash.Hash
}

func (s *source) listing() (*Listing, error) {
	head, err := s.take(len(storeHead))
	if err != nil || string(head) != storeHead {
		return nil, errors.Join(err, errors.New("it begins with something else"))
	}
	root, err := s.sized(maxRoot)
	if err != nil {
		return nil, err
	}
	l := &Listing{root: string(root)}
	for {
		b, err := s.block()
		if err != nil {
			return nil, err
		}
		if b.count == 0 {
			break
		}
		l.blocks, l.files = append(l.blocks, b), l.files+b.count
	}
	want := s.sum.Sum(nil)
	if got, err := s.take(len(want)); err != nil || !bytes.Equal(got, want) {
		return nil, errors.Join(err, errors.New("its checksum differs"))
	}
	return l, l.check()
}

func (s *source) block() (b block, err error) {
	count, err := s.number(maxBlock)
	if err != nil || count == 0 {
		return b, err
	}
	if b.data, err = s.sized(maxBlock); err != nil {
		return b, err
	}
	b.count = count
	b.sums, err = s.take(count * len(Sum{}))
	return b, err
}

func (s *source) sized(limit int) ([]byte, error) {
	n, err := s.number(limit)
	if err != nil {
		return nil, err
	}
	return s.take(n)
}

func (s *source) take(n int) ([]byte, error) {
	b := make([]byte, n)
	_, err := io.ReadFull(s.in, b)
	s.sum.Write(b)
	return b, err
}

func (s *source) number(limit int) (int, error) {
	n, err := binary.ReadUvarint(s.in)
	s.sum.Write(binary.AppendUvarint(nil, n))
	if err == nil && n > uint64(limit) {
		err = errors.New("a size is too large")
	}
	return int(n), err
}

// check reads all entries once, so that nobody need doubt them again.
func (l *Listing) check() error {
	var last []byte
	for i, b := range l.blocks {
		c := &cursor{blocks: l.blocks[i : i+1], n: -1}
		for c.n+1 < b.count {
			if !c.read() || c.kind > Other || c.size < 0 || bytes.Compare(last, c.path) >= 0 {
				return fmt.Errorf("block %d does not read", i)
			}
			last = append(last[:0], c.path...)
		}
		if c.at != len(b.data) {
			return fmt.Errorf("block %d goes on", i)
		}
	}
	return nil
}
