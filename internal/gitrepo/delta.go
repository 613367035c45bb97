package gitrepo

import (
	"bytes"
	"encoding/binary"
	"sync"
)

// longest is how long a chain of deltas may be before it is taken for a loop.
const longest = 5000

// read returns the object at a place.
func (p *packs) read(at spot) (Kind, []byte, error) {
	var chain []record
	for {
		if b, held := p.bases.recall(at); held {
			if len(chain) == 0 {
				b.data = bytes.Clone(b.data)
			}
			return p.undo(b, chain)
		}
		r, err := p.record(at)
		if err != nil {
			return 0, nil, err
		}
		if r.kind < deltaOfOffset {
			return p.undo(base{Kind(r.kind), r.data}, chain)
		}
		if chain, at = append(chain, r), r.base; len(chain) > longest {
			return 0, nil, errDamaged
		}
	}
}

// undo applies deltas to a base, the last one first. What it passes on the way
// is held, because a pack puts things that are alike into one chain.
func (p *packs) undo(b base, chain []record) (Kind, []byte, error) {
	for i := len(chain) - 1; i >= 0; i-- {
		p.bases.keep(chain[i].base, b)
		out, err := apply(b.data, chain[i].data)
		if err != nil {
			return 0, nil, err
		}
		b.data = out
	}
	return b.kind, b.data, nil
}

// base is an object that deltas are applied to. Its bytes are not changed.
type base struct {
	kind Kind
	data []byte
}

// bases are the bases that were used last.
type bases struct {
	lock       sync.Mutex
	young, old map[spot]base
	size       int // of young, in bytes
}

// maxBases is how many bytes of bases are young before the old ones are given
// up, and largestBase the size of one that is not held.
const (
	maxBases    = 16 << 20
	largestBase = 1 << 20
)

func (c *bases) recall(at spot) (base, bool) {
	c.lock.Lock()
	defer c.lock.Unlock()
	b, held := c.young[at]
	if !held {
		if b, held = c.old[at]; held {
			c.add(at, b)
		}
	}
	return b, held
}

func (c *bases) keep(at spot, b base) {
	if len(b.data) > largestBase {
		return
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	if _, held := c.young[at]; !held {
		c.add(at, b)
	}
}

// forget gives up all bases, and with them the packs that they are in.
func (c *bases) forget() {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.old, c.young, c.size = nil, nil, 0
}

// add makes a base young. The lock is held.
func (c *bases) add(at spot, b base) {
	if c.young == nil || c.size > maxBases {
		c.old, c.young, c.size = c.young, map[spot]base{}, 0
	}
	c.young[at] = b
	c.size += len(b.data) + 64
}

// apply makes of a base what a delta says.
func apply(base, delta []byte) ([]byte, error) {
	from, n := binary.Uvarint(delta)
	to, m := binary.Uvarint(delta[max(n, 0):])
	if n <= 0 || m <= 0 || from != uint64(len(base)) || to > maxObject {
		return nil, errDamaged
	}
	out := make([]byte, 0, to)
	for d := delta[n+m:]; len(d) > 0; {
		var part []byte
		if op := d[0]; op&0x80 != 0 {
			at, size, used := copyOf(d)
			if used == 0 || at+size > len(base) {
				return nil, errDamaged
			}
			part, d = base[at:at+size], d[used:]
		} else {
			if op == 0 || int(op) >= len(d) {
				return nil, errDamaged
			}
			part, d = d[1:1+int(op)], d[1+int(op):]
		}
		if len(out)+len(part) > int(to) {
			return nil, errDamaged
		}
		out = append(out, part...)
	}
	if len(out) != int(to) {
		return nil, errDamaged
	}
	return out, nil
}

// copyOf reads an order to copy, and returns how many bytes it takes; 0 when it
// is cut short.
func copyOf(d []byte) (at, size, used int) {
	used = 1
	for i := range 7 {
		if d[0]>>i&1 == 0 {
			continue
		}
		if used >= len(d) {
			return 0, 0, 0
		}
		if i < 4 {
			at |= int(d[used]) << (8 * i)
		} else {
			size |= int(d[used]) << (8 * (i - 4))
		}
		used++
	}
	if size == 0 {
		size = 0x10000
	}
	return at, size, used
}
