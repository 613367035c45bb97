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

const noHash = "00000000"

const (
	hashDigits = 8
	dirBits    = 5
	dirSize    = 1 << dirBits // hashes in a file of hashes
	mostHashes = 512          // shards of one sort that the manifest itself names
	folderBits = 8            // more shards than 1<<folderBits are spread over folders
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

// written is what is known of a written shard; its hash is 0 when it is
// absent, for nothing is in it.
type written struct{ hash, size uint32 }

func newWritten(data []byte) written {
	if data == nil {
		return written{}
	}
	return written{fileHash(data), uint32(len(data))}
}

// shardWriter writes the shards of one sort.
type shardWriter struct {
	to   *emitter
	sort string
	bits int
	all  []written
	dirs []written // once finished, where there are any
}

func newShardWriter(to *emitter, sort string, bits int) *shardWriter {
	return &shardWriter{to: to, sort: sort, bits: bits, all: make([]written, 1<<bits)}
}

// write writes one shard; no data are an absent one.
func (w *shardWriter) write(n int, data []byte) error {
	if data == nil {
		return nil
	}
	w.all[n] = newWritten(data)
	return w.to.file(shardPath(w.sort, w.bits, n, hashText(w.all[n].hash)), data)
}

// finish returns the manifest's part. Hashes of a large sort go to files of
// their own, in 4 bytes each.
func (w *shardWriter) finish() (Shards, error) {
	if len(w.all) <= mostHashes {
		return Shards{Bits: w.bits, Hashes: hashTexts(w.all)}, nil
	}
	d := newShardWriter(w.to, dirShards+"/"+w.sort, w.bits-dirBits)
	for n := range d.all {
		if err := d.write(n, packHashes(w.all[n*dirSize:(n+1)*dirSize])); err != nil {
			return Shards{}, err
		}
	}
	w.dirs = d.all
	return Shards{Bits: w.bits, Dirs: hashTexts(d.all)}, nil
}

func hashTexts(all []written) string {
	var b strings.Builder
	for _, w := range all {
		b.WriteString(hashText(w.hash))
	}
	return b.String()
}

func packHashes(all []written) []byte {
	out := make([]byte, 0, 4*len(all))
	for _, w := range all {
		out = append(out, byte(w.hash>>24), byte(w.hash>>16), byte(w.hash>>8), byte(w.hash))
	}
	return out
}
