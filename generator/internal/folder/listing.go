package folder

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"iter"
	"sort"
	"strings"
	"sync"
	"time"
)

// Sum names the bytes of a file. The zero Sum is not known.
type Sum [16]byte

// SumOf returns the Sum of a file's bytes.
func SumOf(data []byte) Sum {
	full := sha256.Sum256(data)
	return Sum(full[:])
}

// Kind is what stands at a path.
type Kind byte

// The kinds of what is listed.
const (
	File  Kind = iota // a regular file
	Link              // a symbolic link, which is not followed
	Other             // a device, a socket and the like
)

// Mode returns the type bits of what a kind stands for.
func (k Kind) Mode() fs.FileMode {
	switch k {
	case File:
		return 0
	case Link:
		return fs.ModeSymlink
	}
	return fs.ModeIrregular
}

// Entry is what a Listing holds of a path.
type Entry struct {
	Path string // below the folder, by slashes
	Kind Kind
	Size int64
	Time time.Time
	Sum  Sum
}

// Listing is a folder as it was at one moment. Of a million files it holds some
// 45 MB: entries in the order of their paths, packed into blocks, each path as
// what it does not share with the one before.
//
// Its methods may be called concurrently, and Seal too, for different paths, as
// long as nothing else is called meanwhile.
type Listing struct {
	root   string // what it is a listing of
	blocks []block
	files  int
}

// block is some entries. The first is packed without regard to others.
type block struct {
	count int
	data  []byte
	sums  []byte // of each entry
}

// first returns the path of the first entry, which stands there whole.
func (b block) first() []byte {
	_, n := binary.Uvarint(b.data)
	size, m := binary.Uvarint(b.data[n:])
	return b.data[n+m : n+m+int(size)]
}

// blockSize is the size in bytes from which on a block is full: large enough to
// share much, small enough to find a path in.
const blockSize = 4 << 10

// packed is an entry but for its path and Sum.
type packed struct {
	kind    Kind
	settled bool // size and time tell whether it changed
	size    int64
	nano    int64
}

// packer makes blocks of entries that come in order.
type packer struct {
	done  []block
	count int
	data  []byte
	sums  []byte
	last  []byte
	nano  int64
}

func (p *packer) add(path string, e packed, sum Sum) {
	if p.count == 0 {
		p.last, p.nano = p.last[:0], 0
	}
	same := shared(p.last, path)
	p.data = binary.AppendUvarint(p.data, uint64(same))
	p.data = binary.AppendUvarint(p.data, uint64(len(path)-same))
	p.data = append(p.data, path[same:]...)
	bits := byte(e.kind) << 1
	if e.settled {
		bits |= 1
	}
	p.data = append(p.data, bits)
	p.data = binary.AppendUvarint(p.data, uint64(e.size))
	p.data = binary.AppendVarint(p.data, e.nano-p.nano)
	p.sums = append(p.sums, sum[:]...)
	p.last, p.nano = append(p.last[:same], path[same:]...), e.nano
	if p.count++; len(p.data) >= blockSize {
		p.cut()
	}
}

// cut ends a block.
func (p *packer) cut() {
	if p.count > 0 {
		p.done = append(p.done, block{p.count, bytes.Clone(p.data), bytes.Clone(p.sums)})
	}
	p.count, p.data, p.sums = 0, p.data[:0], p.sums[:0]
}

func shared(a []byte, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// cursor goes through a listing. It is at an entry unless done.
type cursor struct {
	blocks []block // from the present one on
	at     int     // in the present block, behind the entry
	n      int     // of the entry in the block
	path   []byte
	packed
}

// first returns a cursor at the first entry whose path is not before another.
func (l *Listing) first(path string) *cursor {
	if l == nil {
		return &cursor{}
	}
	i := sort.Search(len(l.blocks), func(i int) bool { return string(l.blocks[i].first()) > path })
	c := (&cursor{blocks: l.blocks[max(i-1, 0):]}).begin()
	for !c.done() && string(c.path) < path {
		c.next()
	}
	return c
}

func (c *cursor) done() bool { return len(c.blocks) == 0 }

// begin reads the first entry of the first block.
func (c *cursor) begin() *cursor {
	c.at, c.n, c.path, c.nano = 0, -1, c.path[:0], 0
	if !c.done() {
		c.read()
	}
	return c
}

func (c *cursor) next() {
	if c.n+1 < c.blocks[0].count {
		c.read()
		return
	}
	c.blocks = c.blocks[1:]
	c.begin()
}

// read unpacks the next entry of the block, and reports whether there was one.
// Blocks of a Listing have all that they count.
func (c *cursor) read() bool {
	data := c.blocks[0].data[c.at:]
	same, a := binary.Uvarint(data)
	more, b := binary.Uvarint(data[max(a, 0):])
	if a <= 0 || b <= 0 || same > uint64(len(c.path)) || more > uint64(len(data)-a-b) {
		return false
	}
	at := a + b + int(more)
	c.path = append(c.path[:same], data[a+b:at]...)
	if at == len(data) {
		return false
	}
	c.kind, c.settled = Kind(data[at]>>1), data[at]&1 == 1
	at++
	size, a := binary.Uvarint(data[at:])
	nano, b := binary.Varint(data[at+max(a, 0):])
	if a <= 0 || b <= 0 {
		return false
	}
	c.size, c.nano = int64(size), c.nano+nano
	c.at += at + a + b
	c.n++
	return true
}

func (c *cursor) sum() Sum { return Sum(c.blocks[0].sums[c.n*len(Sum{}):]) }

// Len returns how many files the listing has.
func (l *Listing) Len() int { return l.files }

// Entries returns what is listed, in the order of the paths.
func (l *Listing) Entries() iter.Seq[Entry] { return l.from("") }

// Below returns what is listed below a folder, in the order of the paths.
func (l *Listing) Below(folder string) iter.Seq[Entry] { return l.from(folder + "/") }

// from returns the entries whose paths begin with a text.
func (l *Listing) from(begin string) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for c := l.first(begin); !c.done() && strings.HasPrefix(string(c.path), begin); c.next() {
			if !yield(Entry{string(c.path), c.kind, c.size, time.Unix(0, c.nano), c.sum()}) {
				return
			}
		}
	}
}

// Seal tells what bytes were read from a path after the folder was scanned. Of
// several readings the first counts, and where the bytes are known from before,
// those do: should the file have changed in between, it counts as changed next
// time. What is not sealed is not wrong, but counts as changed as soon as its
// time differs. A path that is not listed is left out.
func (l *Listing) Seal(path string, sum Sum) {
	c := l.first(path)
	if c.done() || string(c.path) != path || c.sum() != (Sum{}) {
		return
	}
	copy(c.blocks[0].sums[c.n*len(sum):], sum[:])
}

// Equal reports whether two listings say the same.
func (l *Listing) Equal(o *Listing) bool {
	if o == nil || l.root != o.root || l.files != o.files {
		return false
	}
	a, b := l.first(""), o.first("")
	for ; !a.done() && !b.done(); a.next() {
		if !bytes.Equal(a.path, b.path) || a.packed != b.packed || a.sum() != b.sum() {
			return false
		}
		b.next()
	}
	return true
}

// sumOf returns the Sum of all that is read.
func sumOf(r io.Reader) (s Sum, err error) {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	h := sha256.New()
	for err == nil {
		var n int
		n, err = r.Read(*buf)
		h.Write((*buf)[:n])
	}
	if !errors.Is(err, io.EOF) {
		return Sum{}, err
	}
	return Sum(h.Sum((*buf)[:0])), nil
}

var buffers = sync.Pool{New: func() any { b := make([]byte, 32<<10); return &b }}
