package lookup

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Sizes of what is published.
const (
	slotBytes  = 3072 // a record with its nonce and tag
	shardSlots = 16
	mostBits   = 16 // there are at most 65,536 shards
	nonceBytes = 12
	tagBytes   = 16
	plainBytes = slotBytes - nonceBytes - tagBytes
)

// version is that of the files.
const version = 1

// bound is authenticated with each record.
const bound = "khumue delay record 1"

// IndexName is the file that tells how many shards there are.
const IndexName = "index.json"

// Entry is a record that is to be published.
type Entry struct {
	Keys   Keys
	Record Record
}

// Index tells how many shards there are: two to the power of Bits.
type Index struct {
	Version int `json:"version"`
	Bits    int `json:"bits"`
}

// Shard is a file of records.
type Shard struct {
	Version int    `json:"version"`
	Slots   []byte `json:"slots"` // in base64
}

// ErrFull says that there are more records than shards can hold.
var ErrFull = errors.New("there are more records than shards can hold")

// Shards makes the files of records by their names, the index among them. Secret
// is 32 bytes that nobody else has and that stay the same: the same records give
// the same bytes, and a shard in which anything changed has no byte in common
// with what it was. Two entries of one address are an error.
func Shards(entries []Entry, secret []byte) (map[string][]byte, error) {
	if len(secret) < 32 {
		return nil, errors.New("the secret of shards is too short")
	}
	sealed := slices.Clone(entries)
	slices.SortFunc(sealed, func(a, b Entry) int { return bytes.Compare(a.Keys.Address[:], b.Keys.Address[:]) })
	for i := 1; i < len(sealed); i++ {
		if sealed[i].Keys.Address == sealed[i-1].Keys.Address {
			return nil, errors.New("two records have one address")
		}
	}
	bits, err := bitsFor(sealed)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	if files[IndexName], err = json.Marshal(Index{version, bits}); err != nil {
		return nil, err
	}
	at := 0
	for prefix := range 1 << bits {
		first := at
		for at < len(sealed) && prefixOf(sealed[at].Keys, bits) == prefix {
			at++
		}
		name := nameOf(bits, prefix)
		if files[name], err = shard(name, sealed[first:at], secret); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// bitsFor is the least number of bits with which no shard overflows, of entries
// in order of their addresses.
func bitsFor(sealed []Entry) (int, error) {
	for bits := range mostBits + 1 {
		if fits(sealed, bits) {
			return bits, nil
		}
	}
	return 0, ErrFull
}

func fits(sealed []Entry, bits int) bool {
	for i := shardSlots; i < len(sealed); i++ {
		if prefixOf(sealed[i].Keys, bits) == prefixOf(sealed[i-shardSlots].Keys, bits) {
			return false
		}
	}
	return true
}

func prefixOf(k Keys, bits int) int {
	return int(binary.BigEndian.Uint32(k.Address[:4]) >> (32 - bits))
}

func nameOf(bits, prefix int) string { return fmt.Sprintf("%d-%04x.json", bits, prefix) }

// Name is the file in which the record of some keys would stand.
func (i Index) Name(k Keys) string { return nameOf(i.Bits, prefixOf(k, i.Bits)) }

// shard encrypts the records of one file. All that is random in it follows from
// the secret and from everything that the file holds.
func shard(name string, entries []Entry, secret []byte) ([]byte, error) {
	plain := make([][]byte, len(entries))
	seed := hmac.New(sha256.New, secret)
	fmt.Fprintf(seed, "shard %d %s %d\n", version, name, len(entries))
	for i, e := range entries {
		var err error
		if plain[i], err = padded(e.Record); err != nil {
			return nil, err
		}
		seed.Write(e.Keys.Address[:])
		seed.Write(plain[i])
	}
	noise, err := noise(seed.Sum(nil), slotBytes*shardSlots)
	if err != nil {
		return nil, err
	}
	slots := make([][]byte, shardSlots)
	for i := range slots {
		slots[i] = noise[i*slotBytes : (i+1)*slotBytes]
		if i >= len(entries) {
			continue
		}
		nonce := slots[i][:nonceBytes]
		aead, err := opener(entries[i].Keys)
		if err != nil {
			return nil, err
		}
		slots[i] = aead.Seal(bytes.Clone(nonce), nonce, plain[i], []byte(bound))
	}
	slices.SortFunc(slots, bytes.Compare) // they begin with random bytes: none says that it is the first
	return json.Marshal(Shard{version, bytes.Join(slots, nil)})
}

// noise is so many bytes that nobody foretells without the seed.
func noise(seed []byte, n int) ([]byte, error) {
	block, err := aes.NewCipher(seed)
	if err != nil {
		return nil, err
	}
	out := make([]byte, n)
	cipher.NewCTR(block, make([]byte, aes.BlockSize)).XORKeyStream(out, out)
	return out, nil
}

func opener(k Keys) (cipher.AEAD, error) {
	block, err := aes.NewCipher(k.record[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// padded is a record as JSON with blanks behind it, always as long. Where it is
// too long, old letters lose their texts, and then are counted alone.
func padded(r Record) ([]byte, error) {
	r.Letters = slices.Clone(r.Letters)
	for {
		text, err := json.Marshal(r)
		if err != nil {
			return nil, err
		}
		if len(text) <= plainBytes {
			return append(text, bytes.Repeat([]byte{' '}, plainBytes-len(text))...), nil
		}
		if !r.shorten() {
			return nil, errors.New("a record is too long")
		}
	}
}

// shorten takes away the oldest text but that of the newest letter, or else the
// oldest letter; false when nothing is left to take.
func (r *Record) shorten() bool {
	for i := len(r.Letters) - 1; i > 0; i-- {
		if r.Letters[i].Text != "" {
			r.Letters[i].Text = ""
			return true
		}
	}
	last := len(r.Letters) - 1
	if last < 0 {
		return false
	}
	r.Letters, r.More = r.Letters[:last], r.More+1
	return true
}

// Find returns the record of some keys in a file; false where it has none. All
// slots are tried, whatever is found.
func Find(file []byte, k Keys) (r Record, found bool, err error) {
	var s Shard
	if err := json.Unmarshal(file, &s); err != nil {
		return r, false, err
	}
	if s.Version != version || len(s.Slots) != slotBytes*shardSlots {
		return r, false, fmt.Errorf("a shard of version %d with %d bytes", s.Version, len(s.Slots))
	}
	aead, err := opener(k)
	if err != nil {
		return r, false, err
	}
	var plain []byte
	for slot := range slices.Chunk(s.Slots, slotBytes) {
		if text, err := aead.Open(nil, slot[:nonceBytes], slot[nonceBytes:], []byte(bound)); err == nil {
			plain = text
		}
	}
	if plain == nil {
		return r, false, nil
	}
	return r, true, json.Unmarshal(plain, &r)
}
