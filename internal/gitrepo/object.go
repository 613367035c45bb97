package gitrepo

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/hex"
	"hash/adler32"
	"strconv"
	"sync"

	"khumue/internal/fault"
)

// Hash names an object: the SHA-1 of its kind, its size and its bytes. The zero
// Hash names none.
type Hash [20]byte

// String returns the forty hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// IsZero reports whether h names no object.
func (h Hash) IsZero() bool { return h == Hash{} }

// ParseHash reads forty hexadecimal digits.
func ParseHash(s string) (Hash, error) {
	var h Hash
	b, err := hex.DecodeString(s)
	if err != nil || copy(h[:], b) != len(b) || len(b) != len(h) {
		return Hash{}, fault.New(fault.Invalid, fault.Textf("%q ไม่ใช่รหัสของ git", "%q is not an object's hash", s))
	}
	return h, nil
}

// Kind is what an object is.
type Kind byte

// The kinds of object, as a pack numbers them.
const (
	Commit Kind = 1
	Tree   Kind = 2
	Blob   Kind = 3
	Tag    Kind = 4
)

// String returns git's word for the kind.
func (k Kind) String() string { return kinds[k] }

var kinds = [...]string{"", "commit", "tree", "blob", "tag"}

// Sum returns the name of an object.
func Sum(k Kind, data []byte) Hash {
	var head [32]byte
	h := sha1.New()
	h.Write(append(strconv.AppendInt(append(append(head[:0], k.String()...), ' '), int64(len(data)), 10), 0))
	h.Write(data)
	var out Hash
	h.Sum(out[:0])
	return out
}

// Packed is an object made ready for a Pack: named and compressed. Making it is
// most of the work and can be done on several processors.
type Packed struct {
	Hash Hash
	kind Kind
	size int
	zip  []byte
}

// Compress makes an object ready for a Pack.
func Compress(k Kind, data []byte) Packed {
	return Packed{Sum(k, data), k, len(data), deflate(data)}
}

// tiny is a size in bytes below which compressing saves less than it costs.
const tiny = 160

type deflater struct {
	buf bytes.Buffer
	zip *zlib.Writer
}

var deflaters = sync.Pool{New: func() any {
	d := &deflater{}
	d.zip, _ = zlib.NewWriterLevel(&d.buf, zlib.BestSpeed)
	return d
}}

func deflate(data []byte) []byte {
	if len(data) < tiny {
		return stored(data)
	}
	d := deflaters.Get().(*deflater)
	defer deflaters.Put(d)
	d.buf.Reset()
	d.zip.Reset(&d.buf)
	if _, err := d.zip.Write(data); err != nil || d.zip.Close() != nil {
		panic("gitrepo: a buffer refused to grow")
	}
	return bytes.Clone(d.buf.Bytes())
}

// stored returns data as a zlib stream of one block that is not compressed.
func stored(data []byte) []byte {
	n, sum := len(data), adler32.Checksum(data)
	out := append(make([]byte, 0, n+11), 0x78, 0x01, 0x01, byte(n), byte(n>>8), ^byte(n), ^byte(n>>8))
	out = append(out, data...)
	return append(out, byte(sum>>24), byte(sum>>16), byte(sum>>8), byte(sum))
}
