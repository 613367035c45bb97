package gitrepo

import (
	"bufio"
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"

	"khumue/internal/fault"
)

// Pack is a pack being written: many objects into one file, one after another,
// without any of them being held: what it holds is 80 bytes for each object, its
// name and place. Until Close nobody sees it. It belongs to one goroutine.
type Pack struct {
	dir    string
	file   *os.File
	out    *bufio.Writer
	size   uint64
	places []place
	known  map[Hash]int32 // index into places
	head   []byte
}

// place is where an object stands in the pack.
type place struct {
	name   Hash
	crc    uint32
	depth  uint16 // deltas to be undone before it is whole
	offset uint64
}

// maxDepth is how many deltas may follow each other, as of git itself.
const maxDepth = 50

// deltaOfOffset is the pack's number for a delta whose base is so many bytes
// before it.
const deltaOfOffset = 6

// NewPack begins a pack. A repository that is sealed has none: that is an error of
// kind Conflict.
func (r *Repository) NewPack() (*Pack, error) {
	if r.stores[0].seal != nil {
		return nil, fault.New(fault.Conflict, fault.Text{TH: "คลังที่ปิดผนึกไม่มี pack", EN: "A repository that is sealed has no packs."})
	}
	dir := filepath.Join(r.dir, "objects", "pack")
	f, err := os.CreateTemp(dir, "tmp_pack_*")
	if err != nil {
		return nil, err
	}
	p := &Pack{dir: dir, file: f, out: bufio.NewWriterSize(f, 1<<20), known: map[Hash]int32{}}
	// The count of objects is written at the end, over this.
	_, err = p.out.Write([]byte("PACK\x00\x00\x00\x02\x00\x00\x00\x00"))
	p.size = 12
	return p, err
}

// Has reports whether the pack has an object already.
func (p *Pack) Has(h Hash) bool { _, ok := p.known[h]; return ok }

// Len returns how many objects the pack has.
func (p *Pack) Len() int { return len(p.places) }

// Put adds an object, unless the pack has it.
func (p *Pack) Put(o Packed) error {
	if p.Has(o.Hash) {
		return nil
	}
	return p.add(o.Hash, byte(o.kind), o.size, nil, o.zip, 0)
}

// Add names, compresses and adds an object.
func (p *Pack) Add(k Kind, data []byte) (Hash, error) {
	h := Sum(k, data)
	if p.Has(h) {
		return h, nil
	}
	return h, p.add(h, byte(k), len(data), nil, deflate(data), 0)
}

// AddPatched adds an object that differs from another of the same kind and
// size, base, only in the n bytes from offset at: where the pack has the base
// it holds the difference alone.
func (p *Pack) AddPatched(k Kind, data []byte, base Hash, at, n int) (Hash, error) {
	h := Sum(k, data)
	if p.Has(h) {
		return h, nil
	}
	i, ok := p.known[base]
	if !ok || p.places[i].depth >= maxDepth {
		return h, p.add(h, byte(k), len(data), nil, deflate(data), 0)
	}
	delta := patch(data, at, n)
	back := backwards(p.size - p.places[i].offset)
	return h, p.add(h, deltaOfOffset, len(delta), back, deflate(delta), p.places[i].depth+1)
}

func (p *Pack) add(h Hash, kind byte, size int, base, zip []byte, depth uint16) error {
	p.head = append(sizeAndKind(p.head[:0], kind, size), base...)
	crc := crc32.Update(crc32.ChecksumIEEE(p.head), crc32.IEEETable, zip)
	p.known[h] = int32(len(p.places))
	p.places = append(p.places, place{h, crc, depth, p.size})
	p.size += uint64(len(p.head) + len(zip))
	if _, err := p.out.Write(p.head); err != nil {
		return err
	}
	_, err := p.out.Write(zip)
	return err
}

// sizeAndKind appends an object's header: the kind and the size, seven bits a
// byte, the lowest first.
func sizeAndKind(b []byte, kind byte, size int) []byte {
	c := kind<<4 | byte(size&15)
	for size >>= 4; size > 0; size >>= 7 {
		b = append(b, c|0x80)
		c = byte(size & 127)
	}
	return append(b, c)
}

// backwards encodes how far before a delta its base stands.
func backwards(n uint64) []byte {
	out := []byte{byte(n & 127)}
	for n >>= 7; n > 0; n >>= 7 {
		n--
		out = append(out, 0x80|byte(n&127))
	}
	slices.Reverse(out)
	return out
}

// patch returns the delta that makes data of something of the same size that
// differs in the n bytes at an offset.
func patch(data []byte, at, n int) []byte {
	d := binary.AppendUvarint(nil, uint64(len(data)))
	d = binary.AppendUvarint(d, uint64(len(data)))
	d = copied(d, 0, at)
	for from := at; from < at+n; from += 127 {
		to := min(from+127, at+n)
		d = append(append(d, byte(to-from)), data[from:to]...)
	}
	return copied(d, at+n, len(data)-at-n)
}

// copied appends the order to copy n bytes of the base from an offset.
func copied(d []byte, from, n int) []byte {
	for n > 0 {
		part := min(n, 0xffffff)
		op := len(d)
		d = append(d, 0x80)
		for i := range 4 {
			if b := byte(from >> (8 * i)); b != 0 {
				d[op] |= 1 << i
				d = append(d, b)
			}
		}
		for i := range 3 {
			if b := byte(part >> (8 * i)); b != 0 {
				d[op] |= 0x10 << i
				d = append(d, b)
			}
		}
		from, n = from+part, n-part
	}
	return d
}

// Abort gives the pack up. After Close it does nothing.
func (p *Pack) Abort() {
	if p.file != nil {
		p.file.Close()
		os.Remove(p.file.Name())
		p.file = nil
	}
}

// Close finishes the pack: count, checksum and index are written and all of it
// is synced, before the repository has its objects. The index comes last, since
// it is what readers look for. An empty pack leaves nothing behind.
func (p *Pack) Close() (err error) {
	defer p.Abort()
	if len(p.places) == 0 {
		return nil
	}
	sum, err := p.seal()
	if err != nil {
		return err
	}
	slices.SortFunc(p.places, func(a, b place) int { return bytes.Compare(a.name[:], b.name[:]) })
	index, err := p.writeIndex(sum)
	if err != nil {
		return err
	}
	name := filepath.Join(p.dir, "pack-"+sum.String()) // as go-git asks for
	temp := p.file.Name()
	err = errorsOf(p.file.Chmod(0o444), p.file.Sync(), p.file.Close())
	if err == nil {
		err = os.Rename(temp, name+".pack")
	}
	if err != nil {
		return errors.Join(err, os.Remove(index))
	}
	p.file = nil
	return errorsOf(os.Rename(index, name+".idx"), syncDir(p.dir))
}

// seal writes the count into the head and the checksum at the end.
func (p *Pack) seal() (sum Hash, err error) {
	if err := p.out.Flush(); err != nil {
		return sum, err
	}
	var count [4]byte
	binary.BigEndian.PutUint32(count[:], uint32(len(p.places)))
	if _, err := p.file.WriteAt(count[:], 8); err != nil {
		return sum, err
	}
	h := sha1.New()
	if _, err := io.Copy(h, io.NewSectionReader(p.file, 0, int64(p.size))); err != nil {
		return sum, fmt.Errorf("pack: checksum: %w", err)
	}
	h.Sum(sum[:0])
	_, err = p.file.WriteAt(sum[:], int64(p.size))
	return sum, err
}

// writeIndex writes the index of version 2: how many names begin with each
// byte or a lower one, the names, their checksums, their offsets. It returns
// the name of the temporary file.
func (p *Pack) writeIndex(pack Hash) (name string, err error) {
	f, err := os.CreateTemp(p.dir, "tmp_idx_*")
	if err != nil {
		return "", err
	}
	sum := sha1.New()
	w := bufio.NewWriterSize(io.MultiWriter(f, sum), 1<<20)
	p.index(w)
	_, _ = w.Write(pack[:])
	if err = w.Flush(); err == nil {
		_, err = f.Write(sum.Sum(nil))
	}
	if err = errorsOf(err, f.Chmod(0o444), f.Sync(), f.Close()); err != nil {
		os.Remove(f.Name())
	}
	return f.Name(), err
}

// far is where offsets stop fitting the index's small table.
const far = 1 << 31

// index writes all but the checksums. An error stays with w until it is flushed.
func (p *Pack) index(w *bufio.Writer) {
	put := func(b []byte) { _, _ = w.Write(b) }
	number := func(n uint32) { put(binary.BigEndian.AppendUint32(nil, n)) }
	put([]byte("\xfftOc\x00\x00\x00\x02"))
	at := 0
	for first := range 256 {
		for at < len(p.places) && int(p.places[at].name[0]) == first {
			at++
		}
		number(uint32(at))
	}
	for _, o := range p.places {
		put(o.name[:])
	}
	for _, o := range p.places {
		number(o.crc)
	}
	var large []uint64
	for _, o := range p.places {
		if o.offset < far {
			number(uint32(o.offset))
		} else {
			number(far | uint32(len(large)))
			large = append(large, o.offset)
		}
	}
	for _, offset := range large {
		put(binary.BigEndian.AppendUint64(nil, offset))
	}
}
