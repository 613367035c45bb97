package search

import (
	"fmt"
	"strconv"
	"strings"
)

// The sorts of shards, which are also the names of their directories.
const (
	termShards   = "terms"
	tailShards   = "tails"
	recordShards = "records"
	dirShards    = "dirs"
)

const (
	hashDigits = 8
	dirSize    = 32  // hashes in a file of hashes
	mostHashes = 512 // shards of one sort that the manifest itself names
	folderBits = 8   // more shards than 1<<folderBits are spread over folders
)

// shardPath names one shard of a sort that has 1<<bits.
func shardPath(sort string, bits, n int, hash string) string {
	name := strconv.FormatInt(int64(n), 16) + "-" + hash + ".idx"
	if bits <= folderBits {
		return sort + "/" + name
	}
	return fmt.Sprintf("%s/%02x/%s", sort, n&(1<<folderBits-1), name)
}

// emitter writes files and remembers what it wrote.
type emitter struct {
	emit  func(string, []byte) error
	files []File
	size  int64
}

func (e *emitter) file(path string, data []byte) error {
	e.files = append(e.files, File{Path: path, Size: int64(len(data))})
	e.size += int64(len(data))
	return e.emit(path, data)
}

// shardWriter writes the shards of one sort in order of their numbers. A
// shard that nothing is written for is absent: its hash is all zeros.
type shardWriter struct {
	to     *emitter
	sort   string
	bits   int
	hashes strings.Builder
	next   int
}

const noHash = "00000000"

func (w *shardWriter) write(n int, data []byte) error {
	for ; w.next < n; w.next++ {
		w.hashes.WriteString(noHash)
	}
	w.next = n + 1
	hash := fileHash(data)
	w.hashes.WriteString(hash)
	return w.to.file(shardPath(w.sort, w.bits, n, hash), data)
}

// finish returns the manifest's part. Hashes of a large sort go to files of
// their own, in 4 bytes each.
func (w *shardWriter) finish() (Shards, error) {
	for ; w.next < 1<<w.bits; w.next++ {
		w.hashes.WriteString(noHash)
	}
	all := w.hashes.String()
	if w.next <= mostHashes {
		return Shards{Bits: w.bits, Hashes: all}, nil
	}
	d := &shardWriter{to: w.to, sort: dirShards + "/" + w.sort, bits: w.bits - 5}
	for n := 0; len(all) > 0; n++ {
		if err := d.write(n, packHashes(all[:dirSize*hashDigits])); err != nil {
			return Shards{}, err
		}
		all = all[dirSize*hashDigits:]
	}
	return Shards{Bits: w.bits, Dirs: d.hashes.String()}, nil
}

func packHashes(digits string) []byte {
	out := make([]byte, 0, len(digits)/2)
	for ; len(digits) > 0; digits = digits[hashDigits:] {
		v, _ := strconv.ParseUint(digits[:hashDigits], 16, 32)
		out = append(out, byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
	}
	return out
}

// bitsFor returns how many bits number enough shards for size bytes of data
// at target bytes each.
func bitsFor(size, target int64) int {
	bits := 0
	for size>>bits > target && bits < 24 {
		bits++
	}
	return bits
}
