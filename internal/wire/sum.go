package wire

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"math/bits"
	"strconv"
	"strings"
)

// Sum is the digest of all that an operation says. Its place in a stream is no
// part of it: an office that begins a new stream sends what it has anew, and the
// same stays the same.
func (o Op) Sum() [32]byte {
	h := sha256.New()
	h.Write([]byte("khumue operation 1\n"))
	for _, part := range [][]byte{[]byte(o.ID), []byte(o.Kind), []byte(o.Entity), o.Body, o.Secret} {
		number64(h, int64(len(part)))
		h.Write(part)
	}
	for _, f := range o.Files {
		number64(h, int64(len(f.SHA256)))
		h.Write([]byte(f.SHA256))
		number64(h, f.Size)
	}
	return [32]byte(h.Sum(nil))
}

func number64(h hash.Hash, n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	h.Write(b[:])
}

// Digest says what a set of operations consists of, in whichever order they were
// added. Two of them are equal, by ==, when their sets are. The zero value is of
// nothing.
type Digest struct {
	count int64
	sum   [4]uint64 // of the hashes of all, modulo 2^256, the lowest first
}

// Add adds an operation that was not added before.
func (d *Digest) Add(id string, sum [32]byte) {
	h := sha256.Sum256(append([]byte(id), sum[:]...))
	d.count++
	var carry uint64
	for i := range d.sum {
		d.sum[i], carry = bits.Add64(d.sum[i], binary.LittleEndian.Uint64(h[8*i:]), carry)
	}
}

// Count is how many operations there are.
func (d Digest) Count() int64 { return d.count }

// String writes the digest, as 12:0f3a….
func (d Digest) String() string {
	var b [32]byte
	for i, n := range d.sum {
		binary.LittleEndian.PutUint64(b[8*i:], n)
	}
	return fmt.Sprintf("%d:%x", d.count, b)
}

// ParseDigest reads what String wrote; "" is of nothing.
func ParseDigest(s string) (d Digest, err error) {
	if s == "" {
		return d, nil
	}
	count, sum, _ := strings.Cut(s, ":")
	d.count, err = strconv.ParseInt(count, 10, 64)
	b, err2 := hex.DecodeString(sum)
	if err != nil || err2 != nil || len(b) != 32 || d.count < 0 {
		return Digest{}, errors.New("it is no digest")
	}
	for i := range d.sum {
		d.sum[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	if d.String() != s {
		return Digest{}, errors.New("it is no digest")
	}
	return d, nil
}
