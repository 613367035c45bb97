package transfer

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"iter"
	"strings"

	"khumue/internal/fault"
)

// Memory is what imports remember of a portal: under which identifier each
// object of the old systems stands, and which text an import last wrote there.
// It grows by lines that are appended, one for each file that was written; the
// last of an identifier counts, and a line that a crash cut off is none.
//
// Keys and names are held as digests, so that a million objects fit.
type Memory struct {
	seed    maphash.Seed
	ids     map[uint64]string   // by key of the old system
	written map[uint64]fileMark // by kind and identifier
	mine    map[uint64]struct{} // identifiers in ids
	unsure  map[uint64]struct{} // files that loss of power may have undone
	loose   bool                // what follows is not settled
	to      io.Writer
}

// fileMark is a digest of what an import wrote.
type fileMark [8]byte

// memoryMark is the first line of a memory.
const memoryMark = "khumue-import 1"

// The lines above and below files that a Settler keeps: they are on the disk
// once they are settled.
const (
	settlingMark = "settling"
	settledMark  = "settled"
)

// ReadMemory reads what was remembered, and appends to a file what is learnt;
// nil forgets it.
func ReadMemory(from io.Reader, to io.Writer) (*Memory, error) {
	m := &Memory{seed: maphash.MakeSeed(), ids: map[uint64]string{}, written: map[uint64]fileMark{}, mine: map[uint64]struct{}{}, unsure: map[uint64]struct{}{}, to: to}
	in := bufio.NewReader(from)
	for n := 1; ; n++ {
		line, err := in.ReadString('\n')
		switch {
		case errors.Is(err, io.EOF):
			if n == 1 && line == "" {
				return m, m.say(memoryMark)
			}
			if line != "" { // cut off by a crash; what follows begins a line of its own
				return m, m.say("")
			}
			return m, nil
		case err != nil:
			return nil, err
		case n == 1 && line != memoryMark+"\n":
			return nil, fault.New(fault.Invalid, fault.Text{TH: "ไฟล์ความจำของการนำเข้าใช้ไม่ได้", EN: "the memory of imports can not be read"},
				fault.Text{TH: "ย้ายออก แล้วนำเข้าใหม่", EN: "move it away, and import again"})
		case n > 1:
			m.line(strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
		}
	}
}

// Remembered goes through what a memory says: kind and identifier of each object,
// and the keys KIND:BY:TEXT under which other systems know it, where BY is uuid,
// number, id, key or name. An object may come more than once.
func Remembered(from io.Reader) iter.Seq2[string, []string] {
	return func(yield func(string, []string) bool) {
		in := bufio.NewReader(from)
		for {
			line, err := in.ReadString('\n')
			if parts := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); err == nil && len(parts) > 2 && !yield(parts[0], parts[2:]) || err != nil {
				return
			}
		}
	}
}

// line reads kind/identifier, digest and keys; or that all files above it are on
// the disk.
func (m *Memory) line(parts []string) {
	var mark fileMark
	switch {
	case len(parts) > 1:
	case parts[0] == settlingMark:
		m.loose = true
	case parts[0] == settledMark:
		m.loose = false
		clear(m.unsure)
	}
	if len(parts) < 2 || len(parts[1]) != 16 {
		return
	}
	if _, err := hex.Decode(mark[:], []byte(parts[1])); err != nil {
		return
	}
	name := m.digest(parts[0])
	m.written[name] = mark
	if m.loose {
		m.unsure[name] = struct{}{}
	}
	_, id, _ := strings.Cut(parts[0], "/")
	id = strings.Clone(id)
	for _, key := range parts[2:] {
		m.claim(key, id)
	}
}

func (m *Memory) digest(s string) uint64 { return maphash.String(m.seed, s) }

func (m *Memory) claim(key, id string) {
	m.ids[m.digest(key)] = id
	m.mine[m.digest(id)] = struct{}{}
}

// holder returns the identifier of the object that is known by a key.
func (m *Memory) holder(key string) (string, bool) {
	id, ok := m.ids[m.digest(key)]
	return id, ok
}

func (m *Memory) knows(id string) bool {
	_, ok := m.mine[m.digest(id)]
	return ok
}

// before reports whether an import wrote a file, and whether it is sure that the
// file got onto the disk.
func (m *Memory) before(kind Kind, id string) (wrote, sure bool) {
	name := m.digest(string(kind) + "/" + id)
	_, wrote = m.written[name]
	_, unsure := m.unsure[name]
	return wrote, wrote && !unsure
}

// settling notes that what follows is not on the disk yet.
func (m *Memory) settling() error { return m.say(settlingMark) }

// settled notes that all files that were written are on the disk.
func (m *Memory) settled() error {
	clear(m.unsure)
	m.loose = false
	return m.say(settledMark)
}

func markOf(data []byte) (d fileMark) {
	sum := sha256.Sum256(data)
	copy(d[:], sum[:])
	return d
}

// wrote remembers what was written.
func (m *Memory) wrote(kind Kind, id string, data []byte, keys []string) error {
	name, mark := string(kind)+"/"+id, markOf(data)
	if old, ok := m.written[m.digest(name)]; ok && old == mark {
		return nil
	}
	m.written[m.digest(name)] = mark
	clean := make([]string, len(keys))
	for i, k := range keys {
		clean[i] = strings.NewReplacer("\t", " ", "\n", " ").Replace(k)
	}
	return m.say(name + "\t" + hex.EncodeToString(mark[:]) + "\t" + strings.Join(clean, "\t"))
}

// untouched reports whether a file is as an import left it.
func (m *Memory) untouched(kind Kind, id string, data []byte) bool {
	old, ok := m.written[m.digest(string(kind)+"/"+id)]
	return ok && old == markOf(data)
}

func (m *Memory) say(line string) error {
	if m.to == nil {
		return nil
	}
	_, err := fmt.Fprintln(m.to, line)
	return err
}
