package search

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"math/bits"
)

// Memory is what an index remembers between builds: an ordered map. A value
// that Get returns is valid until the next Put or Delete, and nil where there
// is none.
type Memory interface {
	Get(key []byte) ([]byte, error)
	Put(key, value []byte) error
	Delete(key []byte) error
}

// Keeper takes the memory of a full build, keys strictly ascending. Neither
// key nor value is its own after Put returns.
type Keeper interface {
	Put(key, value []byte) error
}

// ErrRebuild says that a change cannot be made to the index as it is: it
// moves the frame of all files, or the memory is not one of this index, or is
// damaged. Nothing has been emitted then, nor put into the memory.
var ErrRebuild = errors.New("search: the index must be built anew")

func rebuild(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrRebuild}, args...)...)
}

// The sections of a memory, by the first byte of a key, in the order in which
// a full build knows them. What a section lists in pages has all its pages,
// empty ones too, so that one that is missing is noticed.
const (
	documentSection = 'd' // key of a document: the document
	presentSection  = 'e' // page: keys of the documents there are
	familySection   = 'f' // key of a family: its documents and their values
	slotSection     = 's' // page of 256 slots: keys and numbers of units
	bucketSection   = 't' // bucket: its terms; below it, leaves of large ones
	tailSection     = 'u' // tail shard: the leaves in it
	valueSection    = 'v' // how many documents have each facet value
	lexiconSection  = 'w' // words and names of the lexicon file
	writtenSection  = 'x' // sort, 32 shards: hashes and sizes
	dirSection      = 'y' // sort: hashes of its files of hashes
	headerSection   = 'z'
)

const pageBits = 8 // slots of a page

// pageOf returns the page of a key in a table of 1<<slots.
func pageOf(key term, slots int) int { return key.shard(pagesBits(slots)) }

func pagesBits(slots int) int { return max(slots-pageBits, 0) }

func sectionKey(section byte) []byte { return []byte{section} }

func termKey(section byte, t term) []byte {
	return binary.BigEndian.AppendUint64([]byte{section}, uint64(t))
}

func pageKey(section byte, n int) []byte {
	return binary.BigEndian.AppendUint32([]byte{section}, uint32(n))
}

func sortKey(section, sort byte) []byte { return []byte{section, sort} }

func writtenKey(sort byte, page int) []byte {
	return binary.BigEndian.AppendUint32([]byte{writtenSection, sort}, uint32(page))
}

func leafKey(bucket int, t term, from heldKey) []byte {
	b := binary.BigEndian.AppendUint64(pageKey(bucketSection, bucket), uint64(t))
	return append(b, byte(from>>32), byte(from>>24), byte(from>>16), byte(from>>8), byte(from))
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

const sumSize = 4

// sum is what stands behind each value, so that damage is noticed, and a
// value under another's key.
func sum(key, value []byte) uint32 {
	return crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, value)
}

func appendSum(value, key []byte) []byte {
	return binary.BigEndian.AppendUint32(value, sum(key, value))
}

// checked returns a value without its sum.
func checked(key, value []byte) ([]byte, error) {
	n := len(value) - sumSize
	if n < 0 || binary.BigEndian.Uint32(value[n:]) != sum(key, value[:n]) {
		return nil, rebuild("the memory is damaged at %x", key)
	}
	return value[:n:n], nil
}

// keeping hands values to a keeper; without one it does nothing.
type keeping struct {
	to    Keeper
	value []byte
}

func (k *keeping) put(key, value []byte) error {
	if k.to == nil {
		return nil
	}
	k.value = appendSum(append(k.value[:0], value...), key)
	return k.to.Put(key, k.value)
}

// notes are changes to a memory that are written at the end.
type notes struct {
	mem     Memory
	changed map[string][]byte // nil: deleted
}

// get returns a value; nil where there is none.
func (n *notes) get(key []byte) ([]byte, error) {
	if value, ok := n.changed[string(key)]; ok {
		return value, nil
	}
	value, err := n.mem.Get(key)
	if err != nil || value == nil {
		return nil, err
	}
	return checked(key, value)
}

// need returns a value that must be there.
func (n *notes) need(key []byte) (*reader, error) {
	value, err := n.get(key)
	if err == nil && value == nil {
		err = rebuild("the memory has nothing at %x", key)
	}
	return &reader{data: value}, err
}

func (n *notes) put(key, value []byte) { n.changed[string(key)] = value }
func (n *notes) delete(key []byte)     { n.changed[string(key)] = nil }

// flush writes the changes.
func (n *notes) flush() error {
	for key, value := range n.changed {
		var err error
		if k := []byte(key); value == nil {
			err = n.mem.Delete(k)
		} else {
			err = n.mem.Put(k, appendSum(value, k))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// end tells whether all of a value was read as it was written.
func (r *reader) end() error {
	if r.err != nil || r.more() {
		return rebuild("the memory is damaged")
	}
	return nil
}

func (r *reader) term() term {
	b := r.bytes(8)
	if b == nil {
		return 0
	}
	return term(binary.BigEndian.Uint64(b))
}

func appendTerm(b []byte, t term) []byte { return binary.BigEndian.AppendUint64(b, uint64(t)) }

// long reads what appendUint wrote.
func (r *reader) long() uint64 {
	v, n := binary.Uvarint(r.data[r.at:])
	if n <= 0 {
		r.fail()
		return 0
	}
	r.at += n
	return v
}

// appendWeight writes a number, a whole one in few bytes.
func appendWeight(b []byte, w float64) []byte {
	return appendUint(b, bits.ReverseBytes64(math.Float64bits(w)))
}

func (r *reader) weight() float64 { return math.Float64frombits(bits.ReverseBytes64(r.long())) }

// header is what a memory knows of the whole index.
type header struct {
	fingerprint term // of what else than documents makes the index
	counts      counts
	size        int64 // of all files but the manifest
	lexicon     written
	manifest    string // path
}

func (h *header) bytes() []byte {
	c := &h.counts
	b := appendTerm(nil, h.fingerprint)
	for _, n := range []int{c.docs, c.shown, c.units} {
		b = appendInt(b, n)
	}
	for _, n := range []int64{c.recordBytes, c.census.best, c.census.tails, h.size} {
		b = appendUint(b, uint64(n))
	}
	for _, ranks := range []*rankCounts{&c.words, &c.names} {
		for _, n := range ranks {
			b = appendInt(b, n)
		}
	}
	b = appendWritten(b, []written{h.lexicon})
	return appendText(b, h.manifest)
}

func readHeader(r *reader) (h header, err error) {
	c := &h.counts
	h.fingerprint = r.term()
	for _, n := range []*int{&c.docs, &c.shown, &c.units} {
		*n = r.uint()
	}
	for _, n := range []*int64{&c.recordBytes, &c.census.best, &c.census.tails, &h.size} {
		*n = int64(r.long())
	}
	for _, ranks := range []*rankCounts{&c.words, &c.names} {
		for i := range ranks {
			ranks[i] = r.uint()
		}
	}
	h.lexicon = readWritten(r, 1)[0]
	h.manifest = r.text()
	return h, r.end()
}

func appendWritten(b []byte, all []written) []byte {
	for _, w := range all {
		b = appendTag(appendTag(b, w.hash), w.size)
	}
	return b
}

func readWritten(r *reader, n int) []written {
	out := make([]written, n)
	for i := range out {
		out[i].hash = r.tag()
		out[i].size = r.tag()
	}
	return out
}
