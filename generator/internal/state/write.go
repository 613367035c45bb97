package state

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
)

// Writer writes a new state, one record after the other.
type Writer struct {
	file   *os.File
	out    *bufio.Writer
	end    int64
	blocks []*block
	first  []byte // of the block at hand; nil while that is empty
	data   []byte
	last   []byte
}

// Create begins a new state at path; an old file there is replaced.
func Create(path string) (*Writer, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	return &Writer{file: f, out: bufio.NewWriterSize(f, 1<<20)}, nil
}

// Put stores a record. Keys come in strictly ascending order.
func (w *Writer) Put(key, value []byte) error {
	if w.last != nil && bytes.Compare(key, w.last) <= 0 {
		return fmt.Errorf("state: the key %q comes after %q", key, w.last)
	}
	w.last = append(w.last[:0], key...)
	r := record{key, value}
	if len(w.data) > 0 && len(w.data)+r.size() > blockSize {
		if err := w.flush(); err != nil {
			return err
		}
	}
	if len(w.data) == 0 && len(w.blocks) > 0 {
		w.first = bytes.Clone(key)
	}
	w.data = r.append(w.data)
	return nil
}

func (w *Writer) flush() error {
	w.blocks = append(w.blocks, &block{first: w.first, at: w.end, size: len(w.data), sum: crc32.Checksum(w.data, castagnoli)})
	n, err := w.out.Write(w.data)
	w.end += int64(n)
	w.data = w.data[:0]
	if err != nil {
		return fmt.Errorf("state: %w", err)
	}
	return nil
}

// Finish closes the file and returns its index. It is durable after [Sync]:
// among many files that were written together, the first to be synced waits
// for all.
func (w *Writer) Finish() (index []byte, err error) {
	if len(w.data) > 0 || len(w.blocks) == 0 {
		err = w.flush()
	}
	err = errors.Join(err, w.out.Flush())
	if err = errors.Join(err, w.file.Close()); err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	return encodeIndex(w.blocks), nil
}

// Sync makes a finished state durable.
func Sync(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("state: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("state: %w", err)
	}
	return nil
}

// Abort closes the file and removes it.
func (w *Writer) Abort() {
	_ = w.file.Close()
	_ = os.Remove(w.file.Name())
}
