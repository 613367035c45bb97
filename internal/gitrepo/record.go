package gitrepo

import (
	"bufio"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"
	"sync"
)

// record is an object as it stands in a pack: whole, or a delta to another.
type record struct {
	kind byte
	data []byte
	base spot // of a delta
}

// deltaOfName is the pack's number for a delta whose base is named.
const deltaOfName = 7

// reader is what it takes to read a record.
type reader struct {
	page [pageSize]byte
	more []byte // of records that go on behind the page
	unzipper
	in  *bufio.Reader
	zip io.ReadCloser // nil until it is first needed
}

// pageSize is how much of a pack is read to begin with: most records whole.
const pageSize = 4096

// small is the size in bytes up to which a record is taken into memory before
// it is decompressed.
const small = 1 << 20

// maxObject is the largest object that is read, in bytes.
const maxObject = 256 << 20

var readers = sync.Pool{New: func() any { return &reader{in: bufio.NewReaderSize(nil, pageSize)} }}

func (p *packs) record(at spot) (record, error) {
	f := readers.Get().(*reader)
	defer readers.Put(f)
	h, err := p.head(f, at)
	if err != nil {
		return record{}, err
	}
	data := make([]byte, h.size)
	return record{h.kind, data, h.base}, f.inflate(data, h)
}

// head is what a record begins with.
type head struct {
	kind byte
	size int
	base spot   // of a delta
	data spot   // where the data are, compressed
	page []byte // as much of them as has been read
}

func (p *packs) head(f *reader, at spot) (h head, err error) {
	n, err := at.in.data.ReadAt(f.page[:], at.offset)
	if err != nil && !errors.Is(err, io.EOF) {
		return h, err
	}
	kind, size, used := kindAndSize(f.page[:n])
	if used == 0 || size > maxObject {
		return h, errDamaged
	}
	base, more, err := p.base(f.page[used:n], at, kind)
	used += more
	return head{kind, int(size), base, spot{at.in, at.offset + int64(used)}, f.page[used:n]}, err
}

// kindAndSize reads what sizeAndKind writes, and returns how many bytes it
// takes; 0 when it is cut short.
func kindAndSize(b []byte) (kind byte, size uint64, used int) {
	shift := 4
	for i, c := range b {
		switch {
		case i == 0:
			kind, size = c>>4&7, uint64(c&15)
		case shift > 60:
			return 0, 0, 0
		default:
			size |= uint64(c&127) << shift
			shift += 7
		}
		if c&0x80 == 0 {
			return kind, size, i + 1
		}
	}
	return 0, 0, 0
}

// base reads where the base of a delta stands, and returns how many bytes that
// takes.
func (p *packs) base(b []byte, at spot, kind byte) (_ spot, used int, err error) {
	switch kind {
	case deltaOfOffset:
		back, used := howFarBack(b)
		if used == 0 || back == 0 || back >= at.offset {
			return spot{}, 0, errDamaged
		}
		return spot{at.in, at.offset - back}, used, nil
	case deltaOfName:
		if len(b) < len(Hash{}) {
			return spot{}, 0, errDamaged
		}
		for _, o := range [...]func(Hash) (spot, error){p.find, p.findAgain} {
			if base, err := o(Hash(b)); !errors.Is(err, errNoObject) {
				return base, len(Hash{}), err
			}
		}
		return spot{}, 0, errDamaged
	case byte(Commit), byte(Tree), byte(Blob), byte(Tag):
		return spot{}, 0, nil
	}
	return spot{}, 0, errDamaged
}

// howFarBack reads what backwards writes, and returns how many bytes it takes;
// 0 when it is cut short.
func howFarBack(b []byte) (back int64, used int) {
	for i, c := range b {
		if back = back<<7 | int64(c&127); c&0x80 == 0 {
			return back, i + 1
		}
		if back++; back > 1<<50 {
			break
		}
	}
	return 0, 0
}

// inflate fills data with what a record holds: from the page, from as much as
// its compressed form should have, or from wherever that ends.
func (f *reader) inflate(data []byte, h head) error {
	err := f.unzip(data, h.page)
	if !errors.Is(err, errShort) {
		return err
	}
	if len(data) <= small {
		if want := len(data) + len(data)/100 + 100; cap(f.more) < want {
			f.more = make([]byte, want)
		}
		n, err := h.data.in.data.ReadAt(f.more[:cap(f.more)], h.data.offset)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err := f.unzip(data, f.more[:n]); !errors.Is(err, errShort) {
			return err
		}
	}
	return f.stream(data, h, true)
}

// stream fills data with the beginning of what a record holds, which is all of
// it when it is the whole.
func (f *reader) stream(data []byte, h head, whole bool) (err error) {
	f.in.Reset(io.NewSectionReader(h.data.in.data, h.data.offset, 1<<62-h.data.offset))
	if f.zip == nil {
		f.zip, err = zlib.NewReader(f.in)
	} else {
		err = f.zip.(zlib.Resetter).Reset(f.in, nil)
	}
	if err != nil {
		return err
	}
	if _, err := io.ReadFull(f.zip, data); err != nil || !whole {
		return err
	}
	var more [1]byte
	if n, err := f.zip.Read(more[:]); n > 0 || !errors.Is(err, io.EOF) {
		return errorsOf(err, errDamaged)
	}
	return nil
}

// kind returns what the object at a place is, which a delta leaves to its base.
func (p *packs) kind(at spot) (Kind, error) {
	f := readers.Get().(*reader)
	defer readers.Put(f)
	for range longest {
		h, err := p.head(f, at)
		if err != nil || h.kind < deltaOfOffset {
			return Kind(h.kind), err
		}
		at = h.base
	}
	return 0, errDamaged
}

// size returns how many bytes the object at a place has. A delta says so at its
// beginning.
func (p *packs) size(at spot) (int64, error) {
	f := readers.Get().(*reader)
	defer readers.Put(f)
	h, err := p.head(f, at)
	if err != nil || h.kind < deltaOfOffset {
		return int64(h.size), err
	}
	begin := make([]byte, min(h.size, 2*binary.MaxVarintLen64))
	if err := f.stream(begin, h, false); err != nil {
		return 0, err
	}
	_, used := binary.Uvarint(begin)
	to, m := binary.Uvarint(begin[max(used, 0):])
	if used <= 0 || m <= 0 || to > maxObject {
		return 0, errDamaged
	}
	return int64(to), nil
}
