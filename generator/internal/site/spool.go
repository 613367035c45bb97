package site

import (
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"sync"
)

// spool keeps the cards of a whole portal in a temporary file while it is
// built, and their places in memory. Several goroutines may use it.
type spool struct {
	mu      sync.Mutex
	file    *os.File
	waiting []byte // not yet in the file
	flushed int64
	spans   map[objectKey]span
}

// objectKey stands for a kind and an identifier in memory.
type objectKey uint64

func keyOf(k kind, id string) objectKey { return objectKey(hashID(string(k) + "/" + id)) }

// span is a place in the file.
type span struct {
	at   int64
	size int32
}

// waitingSize is how much waits in memory before it is written.
const waitingSize = 1 << 20

func newSpool(dir string) (*spool, error) {
	f, err := os.CreateTemp(dir, "cards-*")
	if err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	return &spool{file: f, spans: map[objectKey]span{}}, nil
}

func (s *spool) close() {
	_ = s.file.Close()
	_ = os.Remove(s.file.Name())
}

// add keeps an object's packed card.
func (s *spool) add(k kind, id string, card []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spans[keyOf(k, id)] = span{s.flushed + int64(len(s.waiting)), int32(len(card))}
	s.waiting = append(s.waiting, card...)
	if len(s.waiting) < waitingSize {
		return nil
	}
	_, err := s.file.WriteAt(s.waiting, s.flushed)
	s.flushed += int64(len(s.waiting))
	s.waiting = s.waiting[:0]
	return err
}

// packed appends an object's card to b, nothing when there is none.
func (s *spool) packed(b []byte, k kind, id string) ([]byte, error) {
	s.mu.Lock()
	at, there := s.spans[keyOf(k, id)]
	if !there {
		s.mu.Unlock()
		return b, nil
	}
	if at.at >= s.flushed {
		b = append(b, s.waiting[at.at-s.flushed:][:at.size]...)
		s.mu.Unlock()
		return b, nil
	}
	s.mu.Unlock()
	from := len(b)
	b = slices.Grow(b, int(at.size))[:from+int(at.size)]
	_, err := s.file.ReadAt(b[from:], at.at)
	return b, err
}

// order is an object as it stands among those of its kind.
type order struct {
	hash uint64
	id   string
}

// problemKey is where the number of an object's open problems is kept.
func problemKey(k kind, id string) []byte {
	return append([]byte{'z'}, cardKey(k, id)...)
}

func packCount(n int) []byte { return binary.AppendUvarint(nil, uint64(n)) }

func unpackCount(data []byte) int {
	n, _ := binary.Uvarint(data)
	return int(n)
}
