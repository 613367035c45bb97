package search

import (
	"crypto/sha256"
	"encoding/hex"
)

// term is the hash of a term: the upper 32 bits choose the bucket, the lower
// are the tag in it.
type term uint64

const (
	bucketSeed = 0x811C9DC5
	tagSeed    = 0x9747B28C
)

func hashTerm(s string) term {
	return term(uint64(hash32(s, bucketSeed))<<32 | uint64(hash32(s, tagSeed)))
}

func (t term) shard(bits int) int { return int(uint64(t>>32) >> (32 - bits)) }
func (t term) tag() uint32        { return uint32(t) }

// hash32 is FNV-1a over UTF-16 code units with a closing avalanche: what a
// browser computes fastest over its own strings.
func hash32(s string, seed uint32) uint32 {
	h := seed
	for _, r := range s {
		if r > 0xFFFF {
			r -= 0x10000
			h = (h ^ uint32(0xD800+r>>10)) * 0x01000193
			r = 0xDC00 + r&0x3FF
		}
		h = (h ^ uint32(r)) * 0x01000193
	}
	h = (h ^ h>>16) * 0x85EBCA6B
	h = (h ^ h>>13) * 0xC2B2AE35
	return h ^ h>>16
}

// fileHash is the part of a file's name that tells its versions apart.
func fileHash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:4])
}
