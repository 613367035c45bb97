package state

import (
	"cmp"
	"slices"
)

// space are the stretches of a file that no block of an index takes.
type space struct {
	free []stretch // in order
	end  int64     // of the last block; all beyond is free
}

type stretch struct{ from, to int64 }

// gaps finds the space that is free beside blocks.
func gaps(blocks []*block) space {
	taken := make([]stretch, 0, len(blocks))
	for _, b := range blocks {
		if b.size > 0 {
			taken = append(taken, stretch{b.at, b.at + int64(b.size)})
		}
	}
	slices.SortFunc(taken, func(a, b stretch) int { return cmp.Compare(a.from, b.from) })
	var s space
	for _, t := range taken {
		if t.from > s.end {
			s.free = append(s.free, stretch{s.end, t.from})
		}
		s.end = max(s.end, t.to)
	}
	return s
}

// take returns a place for n bytes: in the first stretch that has room, or at
// the end.
func (s *space) take(n int) int64 {
	for i := range s.free {
		if f := &s.free[i]; f.to-f.from >= int64(n) {
			at := f.from
			f.from += int64(n)
			return at
		}
	}
	at := s.end
	s.end += int64(n)
	return at
}
