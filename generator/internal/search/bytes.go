package search

import (
	"errors"
	"unicode/utf8"
)

// errDamaged is the reader's answer to bytes that no Build has written.
var errDamaged = errors.New("search: damaged shard")

const (
	thaiFirst = 0x0E01 // ก, the first character of one byte
	thaiLast  = 0x0E5B // ๛
	thaiByte  = 0xA1
	escape    = 0x80
)

func appendUint(b []byte, v uint64) []byte {
	for v >= 0x80 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v))
}

func appendInt(b []byte, v int) []byte { return appendUint(b, uint64(v)) }

// appendText writes the length in bytes of the compact form, then the form.
func appendText(b []byte, s string) []byte {
	from := len(b)
	b = appendCompact(append(b, 0), s)
	size := len(b) - from - 1
	if size < 0x80 {
		b[from] = byte(size)
		return b
	}
	var length [10]byte
	n := len(appendInt(length[:0], size))
	b = append(b, length[:n-1]...)
	copy(b[from+n:], b[from+1:from+1+size])
	copy(b[from:], appendInt(length[:0], size))
	return b
}

func appendTexts(b []byte, list []string) []byte {
	b = appendInt(b, len(list))
	for _, s := range list {
		b = appendText(b, s)
	}
	return b
}

func compact(s string) []byte { return appendCompact(make([]byte, 0, len(s)), s) }

func appendCompact(out []byte, s string) []byte {
	for i := 0; i < len(s); {
		if s[i] < escape {
			out = append(out, s[i])
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		if r >= thaiFirst && r <= thaiLast {
			out = append(out, byte(r-thaiFirst+thaiByte))
		} else {
			out = appendUint(append(out, escape), uint64(r))
		}
	}
	return out
}

func expand(c []byte) string {
	out := make([]byte, 0, len(c)*3)
	for i := 0; i < len(c); i++ {
		switch b := c[i]; {
		case b < escape:
			out = append(out, b)
		case b >= thaiByte && b <= thaiLast-thaiFirst+thaiByte:
			out = utf8.AppendRune(out, rune(b)-thaiByte+thaiFirst)
		case b == escape:
			r := &reader{data: c, at: i + 1}
			out = utf8.AppendRune(out, rune(r.uint()&0x1FFFFF))
			i = r.at - 1
		}
	}
	return string(out)
}

// reader walks over a shard. After the first fault every read gives zero and
// err is set, so that callers check once, at the end of a loop's body.
type reader struct {
	data []byte
	at   int
	err  error
}

func (r *reader) fail() int {
	r.err = errDamaged
	r.at = len(r.data)
	return 0
}

func (r *reader) more() bool { return r.err == nil && r.at < len(r.data) }

// uint reads a varint below 2^35; nothing in an index is larger.
func (r *reader) uint() int {
	if r.at < len(r.data) && r.data[r.at] < 0x80 {
		r.at++
		return int(r.data[r.at-1])
	}
	v := 0
	for shift := 0; shift < 35; shift += 7 {
		if r.at >= len(r.data) {
			return r.fail()
		}
		b := r.data[r.at]
		r.at++
		v |= int(b&0x7F) << shift
		if b < 0x80 {
			return v
		}
	}
	return r.fail()
}

// count reads the number of items that follow, each of at least one byte: a
// damaged one cannot make the reader allocate more than the shard's size.
func (r *reader) count() int {
	n := r.uint()
	if n > len(r.data)-r.at {
		return r.fail()
	}
	return n
}

func (r *reader) bytes(n int) []byte {
	if n > len(r.data)-r.at {
		r.fail()
		return nil
	}
	b := r.data[r.at : r.at+n]
	r.at += n
	return b
}

func (r *reader) byte() int {
	if r.at >= len(r.data) {
		return r.fail()
	}
	r.at++
	return int(r.data[r.at-1])
}

// tag reads four bytes.
func (r *reader) tag() uint32 {
	b := r.bytes(4)
	if len(b) < 4 {
		return 0
	}
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}

func appendTag(b []byte, v uint32) []byte {
	return append(b, byte(v), byte(v>>8), byte(v>>16), byte(v>>24))
}

func (r *reader) text() string { return expand(r.bytes(r.count())) }

func (r *reader) texts() []string {
	n := r.count()
	out := make([]string, 0, n)
	for range n {
		out = append(out, r.text())
	}
	return out
}

func (r *reader) uints() []int {
	n := r.count()
	out := make([]int, 0, n)
	for range n {
		out = append(out, r.uint())
	}
	return out
}
