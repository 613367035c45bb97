package search

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"unicode/utf8"
)

// term is the hash of a term: the upper 32 bits choose the bucket, the lower
// are the tag in it.
type term uint64

func hashTerm(s string) term { return newHasher().add(s).term() }

func (t term) shard(bits int) int { return int(uint64(t>>32) >> (32 - bits)) }
func (t term) tag() uint32        { return uint32(t) }

func compareTerms(a, b term) int { return cmp.Compare(a, b) }

// hasher is the hash of a term that is given in pieces. It is FNV-1a over
// UTF-16 code units with a closing avalanche, from two seeds at once: what a
// browser computes fastest over its own strings.
type hasher struct{ bucket, tag uint32 }

func newHasher() hasher { return hasher{0x811C9DC5, 0x9747B28C} }

// thaiLead begins the three bytes of the characters from U+0800 to U+0FFF.
const thaiLead = 0xE0

// add returns the hash of what was hashed and s behind it.
func (h hasher) add(s string) hasher {
	for i := 0; i < len(s); {
		if b := s[i]; b < utf8.RuneSelf {
			h = h.unit(uint32(b))
			i++
			continue
		} else if b == thaiLead && i+2 < len(s) && s[i+1] >= 0xA0 && s[i+1] < 0xC0 && s[i+2]&0xC0 == 0x80 {
			h = h.unit(uint32(s[i+1]&0x3F)<<6 | uint32(s[i+2]&0x3F))
			i += 3
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		if r > 0xFFFF {
			r -= 0x10000
			h = h.unit(uint32(0xD800 + r>>10))
			r = 0xDC00 + r&0x3FF
		}
		h = h.unit(uint32(r))
	}
	return h
}

func (h hasher) unit(u uint32) hasher {
	return hasher{(h.bucket ^ u) * 0x01000193, (h.tag ^ u) * 0x01000193}
}

func (h hasher) term() term {
	return term(uint64(avalanche(h.bucket))<<32 | uint64(avalanche(h.tag)))
}

func avalanche(h uint32) uint32 {
	h = (h ^ h>>16) * 0x85EBCA6B
	h = (h ^ h>>13) * 0xC2B2AE35
	return h ^ h>>16
}

// fileHash is the part of a file's name that tells its versions apart: the
// beginning of its SHA-256. It is never 0, which stands for no file.
func fileHash(data []byte) uint32 {
	sum := sha256.Sum256(data)
	return max(uint32(sum[0])<<24|uint32(sum[1])<<16|uint32(sum[2])<<8|uint32(sum[3]), 1)
}

// hashText writes the hash of a file as its name has it.
func hashText(h uint32) string {
	return hex.EncodeToString([]byte{byte(h >> 24), byte(h >> 16), byte(h >> 8), byte(h)})
}
