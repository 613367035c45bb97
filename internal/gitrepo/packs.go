package gitrepo

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// packs are the packs of a repository, open for reading. Nothing of their
// indexes is held: a portal of a million manuals has twenty million objects,
// and most programs want a few of them.
type packs struct {
	dir  string // objects/pack
	lock sync.RWMutex
	open []*openPack // the newest first
}

// openPack is a pack and its index. Reading at an offset needs no lock.
type openPack struct {
	name  string
	index *os.File
	data  *os.File
	upTo  [256]uint32 // how many names begin with that byte or a lower one
}

// spot is a place in a pack.
type spot struct {
	in     *openPack
	offset int64
}

var errNoObject = errors.New("no such object")

// find returns where an object is packed, in the packs that are open.
func (p *packs) find(h Hash) (spot, error) {
	p.lock.RLock()
	defer p.lock.RUnlock()
	return p.look(h)
}

// findAgain lists the packs anew before it looks.
func (p *packs) findAgain(h Hash) (spot, error) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if came, err := p.list(); err != nil || !came {
		return spot{}, errorsOf(err, errNoObject)
	}
	return p.look(h)
}

func (p *packs) look(h Hash) (spot, error) {
	for _, o := range p.open {
		if offset, err := o.find(h); !errors.Is(err, errNoObject) {
			return spot{o, offset}, err
		}
	}
	return spot{}, errNoObject
}

// list opens the packs that are not open yet, and reports whether there were
// any. One that has gone stays readable while it is open.
func (p *packs) list() (came bool, err error) {
	names, err := os.ReadDir(p.dir)
	if err != nil {
		return false, err
	}
	for _, e := range names {
		name, isIndex := strings.CutSuffix(e.Name(), ".idx")
		if !isIndex || p.has(name) {
			continue
		}
		o, err := openAPack(filepath.Join(p.dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // half there: its own writer has not finished, or is removing it
		} else if err != nil {
			return came, err
		}
		p.open, came = append([]*openPack{o}, p.open...), true
	}
	return came, nil
}

func (p *packs) has(name string) bool {
	for _, o := range p.open {
		if filepath.Base(o.name) == name {
			return true
		}
	}
	return false
}

func (p *packs) close() (err error) {
	p.lock.Lock()
	defer p.lock.Unlock()
	for _, o := range p.open {
		err = errors.Join(err, o.index.Close(), o.data.Close())
	}
	p.open = nil
	return err
}

func openAPack(name string) (*openPack, error) {
	o := &openPack{name: name}
	var err error
	if o.index, err = os.Open(name + ".idx"); err != nil {
		return nil, err
	}
	if o.data, err = os.Open(name + ".pack"); err != nil {
		return nil, errors.Join(err, o.index.Close())
	}
	var head [8 + 4*256]byte
	if _, err := o.index.ReadAt(head[:], 0); err != nil || string(head[:8]) != "\xfftOc\x00\x00\x00\x02" {
		return nil, errors.Join(fmt.Errorf("%s.idx: not an index of version 2", name), o.index.Close(), o.data.Close())
	}
	for i := range o.upTo {
		o.upTo[i] = binary.BigEndian.Uint32(head[8+4*i:])
	}
	return o, nil
}

// find returns an object's offset in the pack.
func (o *openPack) find(h Hash) (int64, error) {
	low, high := 0, int(o.upTo[h[0]])
	if h[0] > 0 {
		low = int(o.upTo[h[0]-1])
	}
	i, err := o.search(h, low, high)
	if err != nil {
		return 0, err
	}
	n := int64(o.upTo[255])
	var b [8]byte
	if _, err := o.index.ReadAt(b[:4], 1032+24*n+4*int64(i)); err != nil {
		return 0, err
	}
	offset := int64(binary.BigEndian.Uint32(b[:4]))
	if offset&far == 0 {
		return offset, nil
	}
	_, err = o.index.ReadAt(b[:], 1032+28*n+8*(offset&^far))
	return int64(binary.BigEndian.Uint64(b[:])), err
}

// search returns the number of a name between two others: halving until what
// is left is a page, then through it.
func (o *openPack) search(h Hash, low, high int) (int, error) {
	var name Hash
	for high-low > 200 {
		middle := (low + high) / 2
		if _, err := o.index.ReadAt(name[:], 1032+20*int64(middle)); err != nil {
			return 0, err
		}
		if bytes.Compare(name[:], h[:]) <= 0 {
			low = middle
		} else {
			high = middle
		}
	}
	page := make([]byte, 20*(high-low))
	if _, err := o.index.ReadAt(page, 1032+20*int64(low)); err != nil && len(page) > 0 {
		return 0, err
	}
	for i := 0; i < len(page); i += 20 {
		if Hash(page[i:]) == h {
			return low + i/20, nil
		}
	}
	return 0, errNoObject
}

// record is an object as it stands in a pack: whole, or a delta to another.
type record struct {
	kind byte
	data []byte
	base spot // of a delta
}

// deltaOfName is the pack's number for a delta whose base is named.
const deltaOfName = 7

// longest is how long a chain of deltas may be before it is taken for a loop.
const longest = 5000

// read returns the object at a place.
func (p *packs) read(at spot) (Kind, []byte, error) {
	var deltas [][]byte
	for {
		r, err := p.record(at)
		if err != nil {
			return 0, nil, err
		}
		if r.kind < deltaOfOffset {
			data, err := undo(r.data, deltas)
			return Kind(r.kind), data, err
		}
		if deltas, at = append(deltas, r.data), r.base; len(deltas) > longest {
			return 0, nil, errDamaged
		}
	}
}

// undo applies deltas to a base, the last one first. Two pieces of memory take
// turns.
func undo(data []byte, deltas [][]byte) ([]byte, error) {
	var spare []byte
	for i := len(deltas) - 1; i >= 0; i-- {
		out, err := apply(spare, data, deltas[i])
		if err != nil {
			return nil, err
		}
		data, spare = out, data
	}
	return data, nil
}

// inflater is what it takes to read a compressed record.
type inflater struct {
	in  *bufio.Reader
	zip io.ReadCloser
}

var inflaters = sync.Pool{New: func() any { return &inflater{in: bufio.NewReaderSize(nil, 4096)} }}

// maxObject is the largest object that is read, in bytes.
const maxObject = 256 << 20

func (p *packs) record(at spot) (r record, err error) {
	f := inflaters.Get().(*inflater)
	defer inflaters.Put(f)
	r, size, err := p.head(f, at)
	if err != nil {
		return r, err
	}
	r.data, err = f.inflate(size)
	return r, err
}

// head reads a record up to its data, which has size bytes and comes next in f.
func (p *packs) head(f *inflater, at spot) (r record, size int, err error) {
	f.in.Reset(io.NewSectionReader(at.in.data, at.offset, 1<<62))
	c, err := f.in.ReadByte()
	if err != nil {
		return r, 0, err
	}
	r.kind = c >> 4 & 7
	n := uint64(c & 15)
	for shift := 4; c&0x80 != 0 && shift < 60; shift += 7 {
		if c, err = f.in.ReadByte(); err != nil {
			return r, 0, err
		}
		n |= uint64(c&127) << shift
	}
	if n > maxObject {
		return r, 0, errDamaged
	}
	r.base, err = p.base(f.in, at, r.kind)
	return r, int(n), err
}

// size returns how many bytes the object at a place has. A delta says so at its
// beginning.
func (p *packs) size(at spot) (int64, error) {
	f := inflaters.Get().(*inflater)
	defer inflaters.Put(f)
	r, n, err := p.head(f, at)
	if err != nil || r.kind < deltaOfOffset {
		return int64(n), err
	}
	begin, err := f.inflate(min(n, 2*binary.MaxVarintLen64))
	if err != nil {
		return 0, err
	}
	_, used := binary.Uvarint(begin)
	to, m := binary.Uvarint(begin[max(used, 0):])
	if used <= 0 || m <= 0 || to > maxObject {
		return 0, errDamaged
	}
	return int64(to), nil
}

// base reads where the base of a delta stands.
func (p *packs) base(in *bufio.Reader, at spot, kind byte) (spot, error) {
	switch kind {
	case deltaOfOffset:
		c, err := in.ReadByte()
		back := int64(c & 127)
		for ; c&0x80 != 0 && err == nil && back < 1<<50; back = (back+1)<<7 | int64(c&127) {
			c, err = in.ReadByte()
		}
		if err != nil || back == 0 || back >= at.offset {
			return spot{}, errorsOf(err, errDamaged)
		}
		return spot{at.in, at.offset - back}, nil
	case deltaOfName:
		var name Hash
		if _, err := io.ReadFull(in, name[:]); err != nil {
			return spot{}, err
		}
		for _, o := range [...]func(Hash) (spot, error){p.find, p.findAgain} {
			if base, err := o(name); !errors.Is(err, errNoObject) {
				return base, err
			}
		}
		return spot{}, errDamaged
	case byte(Commit), byte(Tree), byte(Blob), byte(Tag):
		return spot{}, nil
	}
	return spot{}, errDamaged
}

// inflate reads size bytes of a zlib stream.
func (f *inflater) inflate(size int) (_ []byte, err error) {
	if f.zip == nil {
		f.zip, err = zlib.NewReader(f.in)
	} else {
		err = f.zip.(zlib.Resetter).Reset(f.in, nil)
	}
	if err != nil {
		return nil, err
	}
	data := make([]byte, size)
	_, err = io.ReadFull(f.zip, data)
	return data, err
}

// apply makes of a base what a delta says, in the memory of into where it
// suffices.
func apply(into, base, delta []byte) ([]byte, error) {
	from, n := binary.Uvarint(delta)
	to, m := binary.Uvarint(delta[max(n, 0):])
	if n <= 0 || m <= 0 || from != uint64(len(base)) || to > maxObject {
		return nil, errDamaged
	}
	out := slices.Grow(into[:0], int(to))
	for d := delta[n+m:]; len(d) > 0; {
		var part []byte
		if op := d[0]; op&0x80 != 0 {
			at, size, used := copyOf(d)
			if used == 0 || at+size > len(base) {
				return nil, errDamaged
			}
			part, d = base[at:at+size], d[used:]
		} else {
			if op == 0 || int(op) >= len(d) {
				return nil, errDamaged
			}
			part, d = d[1:1+int(op)], d[1+int(op):]
		}
		if len(out)+len(part) > int(to) {
			return nil, errDamaged
		}
		out = append(out, part...)
	}
	if len(out) != int(to) {
		return nil, errDamaged
	}
	return out, nil
}

// copyOf reads an order to copy, and returns how many bytes it takes; 0 when it
// is cut short.
func copyOf(d []byte) (at, size, used int) {
	used = 1
	for i := range 7 {
		if d[0]>>i&1 == 0 {
			continue
		}
		if used >= len(d) {
			return 0, 0, 0
		}
		if i < 4 {
			at |= int(d[used]) << (8 * i)
		} else {
			size |= int(d[used]) << (8 * (i - 4))
		}
		used++
	}
	if size == 0 {
		size = 0x10000
	}
	return at, size, used
}
