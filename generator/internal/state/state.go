// Package state keeps what a build remembers for the next one: records by key,
// in the order of their keys, in a file of blocks.
//
// A block holds neighbouring records. The index names the blocks, each with its
// first key, its place in the file and a checksum of its bytes; it is small,
// and the caller keeps it where it changes together with what the records tell
// of. A commit writes changed blocks only where the index that was opened has
// none, so that until the caller has put the new index in the old one's place,
// the old state is whole.
//
// File and index may be lost or damaged at any moment: every byte that is read
// is covered by a checksum, so that whatever is wrong is [ErrDamaged] and never
// a wrong record or one that is missing. The answer is to build anew.
//
// The package knows nothing of what the records mean.
package state

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"slices"
	"sort"
)

// ErrDamaged says that a state is lost or is not what was written.
var ErrDamaged = errors.New("the state is lost or damaged")

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, args...))
}

// blockSize is how many bytes of records a block is filled with. A single
// record may be larger.
const blockSize = 32 << 10

// held bounds the unchanged blocks that are kept in memory. Most reads fall on a
// block of their own, and memory that was never touched is dearer than to read a
// block again: their memory is used over and over.
const held = 128

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// block is a stretch of the keys.
type block struct {
	first []byte // no key of the block is smaller; of the first block empty
	at    int64  // place in the file
	size  int
	sum   uint32
	leaf  *leaf // nil until it is read
}

// leaf is a block's records in memory. Until they are changed they share data.
type leaf struct {
	data    []byte
	records []record
	changed bool
	users   int // who go through the records, and need them to stay
}

type record struct{ key, value []byte }

// Store is an open state. One goroutine at a time may use it.
type Store struct {
	file   *os.File
	blocks []*block
	read   [held]*block // whose unchanged leaves are in memory
	next   int          // where in read the next one goes
}

// Open opens the file at path as an index describes it. Any failure is
// ErrDamaged.
func Open(path string, index []byte) (*Store, error) {
	blocks, err := decodeIndex(index)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, damaged("%v", err)
	}
	return &Store{file: f, blocks: blocks}, nil
}

// Close closes the file; what was not committed is gone.
func (s *Store) Close() error { return s.file.Close() }

// Get returns a copy of the value under a key, nil when there is none.
func (s *Store) Get(key []byte) ([]byte, error) {
	l, err := s.leafOf(s.find(key))
	if err != nil {
		return nil, err
	}
	if i, there := l.find(key); there {
		return bytes.Clone(l.records[i].value), nil
	}
	return nil, nil
}

// Put stores a value under a key. It keeps both slices.
func (s *Store) Put(key, value []byte) error {
	l, err := s.leafToChange(key)
	if err != nil {
		return err
	}
	i, there := l.find(key)
	if there {
		l.records[i].value = value
	} else {
		l.records = slices.Insert(l.records, i, record{key, value})
	}
	return nil
}

// Delete removes a key, which need not be there.
func (s *Store) Delete(key []byte) error {
	l, err := s.leafToChange(key)
	if err != nil {
		return err
	}
	if i, there := l.find(key); there {
		l.records = slices.Delete(l.records, i, i+1)
	}
	return nil
}

// Each calls do with the records whose keys begin with prefix, in order, from
// the key from on (nil: the first), until do reports false or fails. It must not
// change the store, and keeps neither key nor value.
func (s *Store) Each(prefix, from []byte, do func(key, value []byte) (more bool, err error)) error {
	if bytes.Compare(from, prefix) < 0 {
		from = prefix
	}
	for n := s.find(from); n < len(s.blocks); n++ {
		l, err := s.leafOf(n)
		if err != nil {
			return err
		}
		if more, err := l.each(prefix, from, do); err != nil || !more {
			return err
		}
	}
	return nil
}

// each is Each within a leaf.
func (l *leaf) each(prefix, from []byte, do func(key, value []byte) (more bool, err error)) (more bool, err error) {
	l.users++
	defer func() { l.users-- }()
	i, _ := l.find(from)
	for _, r := range l.records[i:] {
		if !bytes.HasPrefix(r.key, prefix) {
			return false, nil
		}
		if more, err := do(r.key, r.value); err != nil || !more {
			return false, err
		}
	}
	return true, nil
}

// Floor returns a copy of the record with the greatest key that begins with
// prefix and is not beyond key; a nil key when there is none.
func (s *Store) Floor(prefix, key []byte) (found, value []byte, err error) {
	for n := s.find(key); n >= 0; n-- {
		l, err := s.leafOf(n)
		if err != nil {
			return nil, nil, err
		}
		i, there := l.find(key)
		if !there {
			i--
		}
		if i < 0 {
			continue
		}
		if r := l.records[i]; bytes.HasPrefix(r.key, prefix) {
			return bytes.Clone(r.key), bytes.Clone(r.value), nil
		}
		return nil, nil, nil
	}
	return nil, nil, nil
}

func (l *leaf) find(key []byte) (int, bool) {
	return slices.BinarySearchFunc(l.records, key, func(r record, key []byte) int { return bytes.Compare(r.key, key) })
}

// find returns the number of the block in which a key stands, or would.
func (s *Store) find(key []byte) int {
	return sort.Search(len(s.blocks), func(i int) bool { return bytes.Compare(s.blocks[i].first, key) > 0 }) - 1
}

func (s *Store) leafOf(n int) (*leaf, error) {
	b := s.blocks[n]
	if b.leaf != nil {
		return b.leaf, nil
	}
	l := s.room()
	l.data = slices.Grow(l.data[:0], b.size)[:b.size]
	if _, err := s.file.ReadAt(l.data, b.at); err != nil {
		return nil, damaged("%v", err)
	}
	if crc32.Checksum(l.data, castagnoli) != b.sum {
		return nil, damaged("a block at %d has changed", b.at)
	}
	var err error
	if l.records, err = decodeRecords(l.records[:0], l.data); err != nil {
		return nil, err
	}
	b.leaf = l
	s.read[s.next] = b
	s.next = (s.next + 1) % held
	return l, nil
}

// room returns a leaf to read into: where all are in use, that of the block that
// was read longest ago and has no users.
func (s *Store) room() *leaf {
	for s.read[s.next] != nil && s.read[s.next].leaf.users > 0 {
		s.next = (s.next + 1) % held
	}
	old := s.read[s.next]
	if old == nil {
		return &leaf{}
	}
	s.read[s.next] = nil
	l := old.leaf
	old.leaf = nil
	return l
}

func (s *Store) leafToChange(key []byte) (*leaf, error) {
	n := s.find(key)
	l, err := s.leafOf(n)
	if err != nil {
		return nil, err
	}
	if !l.changed {
		l.changed = true
		s.read[slices.Index(s.read[:], s.blocks[n])] = nil
	}
	return l, nil
}

// Changed reports whether anything was put or deleted since the store was
// opened or committed.
func (s *Store) Changed() bool {
	return slices.ContainsFunc(s.blocks, func(b *block) bool { return b.leaf != nil && b.leaf.changed })
}

// Commit writes what has changed, durably, and returns the index of the new
// state. The old index stays true of the file until the next Commit.
func (s *Store) Commit() (index []byte, err error) {
	free := gaps(s.blocks)
	var next []*block
	for _, b := range s.blocks {
		if b.leaf == nil || !b.leaf.changed {
			next = append(next, b)
			continue
		}
		parts, err := s.write(b.first, b.leaf.records, &free)
		if err != nil {
			return nil, err
		}
		next = append(next, parts...)
	}
	if len(next) == 0 || len(next[0].first) > 0 {
		next = slices.Insert(next, 0, &block{})
	}
	if err := s.file.Sync(); err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	s.blocks = next
	return encodeIndex(next), nil
}

// write stores records in as many blocks as they need.
func (s *Store) write(first []byte, records []record, free *space) ([]*block, error) {
	var out []*block
	for len(records) > 0 {
		data, n := fill(records)
		b := &block{first: first, size: len(data), sum: crc32.Checksum(data, castagnoli), at: free.take(len(data))}
		if _, err := s.file.WriteAt(data, b.at); err != nil {
			return nil, fmt.Errorf("state: %w", err)
		}
		out = append(out, b)
		if records = records[n:]; len(records) > 0 {
			first = records[0].key
		}
	}
	return out, nil
}

// fill encodes as many records as one block holds, at least one.
func fill(records []record) (data []byte, n int) {
	for n < len(records) && (n == 0 || len(data)+records[n].size() <= blockSize) {
		data = records[n].append(data)
		n++
	}
	return data, n
}
