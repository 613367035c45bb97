package publish

import (
	"hash/maphash"
	"runtime"
	"strings"
)

// mark is what a publication has said about a path.
type mark uint8

const (
	named   mark = 1 << iota // the new site has it
	staged                   // and its bytes are staged
	removed                  // an amendment takes it out; an asset may stay for a while
	leaving                  // the live site has it and the new one has not
)

// folder is what is known about a folder of the live tree.
type folder = mark

const (
	known   folder = 1 << iota // the live place was looked at
	missing                    // there is nothing
	blocked                    // there is something that is not a folder, or a link
)

// marks holds a mark for each of many paths, in some 25 bytes whatever their
// length: a nation's site has four million files. A path is known by 119 bits
// of a hash, so that two are taken for one is as likely as 2^-119 times their
// number squared.
type marks struct {
	parts [1 << partBits][]slot // each a table of its own, so that none is large when it grows
	used  [1 << partBits]int
}

const partBits = 8

// slot is a hash, with the mark in the lowest byte of b. Zero is empty.
type slot struct{ a, b uint64 }

var seedA, seedB = maphash.MakeSeed(), maphash.MakeSeed()

// caseless says that the file systems of this system do not tell A from a.
const caseless = runtime.GOOS == "windows" || runtime.GOOS == "darwin"

// at returns where the mark of a path is or would be.
func (m *marks) at(path string) (part, i int, s slot) {
	if caseless {
		path = strings.ToLower(path)
	}
	s = slot{maphash.String(seedA, path) | 1, maphash.String(seedB, path) &^ 0xff}
	part = int(s.b >> (64 - partBits))
	return part, find(m.parts[part], s), s
}

// find returns the slot that has the hash, or the empty one that would.
func find(table []slot, s slot) int {
	if len(table) == 0 {
		return -1
	}
	i := int((s.a >> 1) % uint64(len(table)))
	for table[i].a != 0 && (table[i].a != s.a || table[i].b&^0xff != s.b) {
		if i++; i == len(table) {
			i = 0
		}
	}
	return i
}

func (m *marks) get(path string) mark {
	part, i, _ := m.at(path)
	if i < 0 {
		return 0
	}
	return mark(m.parts[part][i].b)
}

// add sets bits of a path's mark, and returns it.
func (m *marks) add(path string, bits mark) mark {
	part, i, s := m.at(path)
	if i < 0 || m.parts[part][i].a == 0 {
		if m.used[part]++; m.used[part]*5 > len(m.parts[part])*4 {
			m.grow(part)
		}
		i = find(m.parts[part], s)
		m.parts[part][i] = s
	}
	m.parts[part][i].b |= uint64(bits)
	return mark(m.parts[part][i].b)
}

func (m *marks) grow(part int) {
	old := m.parts[part]
	table := make([]slot, 8+len(old)+len(old)/2)
	for _, s := range old {
		if s.a != 0 {
			table[find(table, slot{s.a, s.b &^ 0xff})] = s
		}
	}
	m.parts[part] = table
}
