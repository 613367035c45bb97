package site

import (
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"sync"

	"khumue/internal/corpus"
)

// spool keeps the cards of a whole portal in a temporary file while it is
// built, and their places in memory, by the numbers of the objects' files.
// Several goroutines may use it.
type spool struct {
	listing *corpus.Listing

	mu      sync.Mutex
	file    *os.File
	waiting []byte // not yet in the file
	flushed int64
	spans   []span
}

// objectKey stands for a kind and an identifier in memory.
type objectKey uint64

func keyOf(k kind, id string) objectKey { return objectKey(hashID(string(k) + "/" + id)) }

// span is a place in the file: where it begins and, in the last bits, its
// size. No card is larger than several content files. Zero is none.
type span uint64

const sizeBits = 24

func (s span) at() int64 { return int64(s >> sizeBits) }
func (s span) size() int { return int(s & (1<<sizeBits - 1)) }

// waitingSize is how much waits in memory before it is written.
const waitingSize = 1 << 20

func newSpool(dir string, listing *corpus.Listing) (*spool, error) {
	f, err := os.CreateTemp(dir, "cards-*")
	if err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	return &spool{listing: listing, file: f, spans: make([]span, listing.Len())}, nil
}

func (s *spool) close() {
	_ = s.file.Close()
	_ = os.Remove(s.file.Name())
}

// find returns the number of an object; false when there is none.
func (s *spool) find(k kind, id string) (n int, there bool) {
	n, there = s.listing.Find(id)
	return n, there && kindOf(s.listing.Kind(n)) == k
}

// add keeps the packed card of an object.
func (s *spool) add(n int, card []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spans[n] = span(s.flushed+int64(len(s.waiting)))<<sizeBits | span(len(card))
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
	n, there := s.find(k, id)
	if !there {
		return b, nil
	}
	return s.card(b, n)
}

// card appends an object's card to b, nothing when it is not kept.
func (s *spool) card(b []byte, n int) ([]byte, error) {
	s.mu.Lock()
	at := s.spans[n]
	if at.at() >= s.flushed {
		if at.size() > 0 {
			b = append(b, s.waiting[at.at()-s.flushed:][:at.size()]...)
		}
		s.mu.Unlock()
		return b, nil
	}
	s.mu.Unlock()
	from := len(b)
	b = slices.Grow(b, at.size())[:from+at.size()]
	_, err := s.file.ReadAt(b[from:], at.at())
	return b, err
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
