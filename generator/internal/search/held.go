package search

import (
	"cmp"
	"slices"
)

// held is a posting as it is written: the unit's number, the highest level at
// which one of its documents has the term, its prior and its signature.
type held struct {
	key  heldKey
	sign uint32
	docs *levelCounts // of its documents, by level; nil: one
}

// levelCounts is how many documents have a term at each level.
type levelCounts [mostLevel + 1]uint32

// heldKey orders the postings of a term: highest level first, then highest
// prior, then by the unit's number.
type heldKey uint64

const keyBits = 40

func newHeldKey(level uint8, prior int, id uint32) heldKey {
	return heldKey(mostLevel-level)<<36 | heldKey(15-prior)<<32 | heldKey(id)
}

func (k heldKey) level() int { return mostLevel - int(k>>36) }
func (k heldKey) id() int    { return int(uint32(k)) }
func (k heldKey) class() int { return int(k >> 32) }

func compareHeld(a, b held) int { return cmp.Compare(a.key, b.key) }

// sortHeld sorts postings that are in order of numbers; spare is for its use.
func sortHeld(list, spare []held) {
	if len(list) <= fewItems {
		slices.SortFunc(list, compareHeld)
		return
	}
	var at [257]int
	for _, h := range list {
		at[h.key.class()+1]++
	}
	for i := range 256 {
		at[i+1] += at[i]
	}
	for _, h := range list {
		spare[at[h.key.class()]] = h
		at[h.key.class()]++
	}
	copy(list, spare)
}

// Bounds of what a bucket and a tail hold of one term.
const (
	bestPostings = 64
	tailPostings = 512
	mostTails    = 128 // tails of one term; a portal's rarest need is beyond
)

// leaf is a range of the keys of a term's postings: those whose first depth
// bits are from's. A term with more than tailPostings is cut in halves of its
// keys, these again, until no part holds more: one posting more or less
// touches one leaf, however many there are.
type leaf struct {
	from  heldKey
	depth int
	count int
	list  []held // its postings in order, where they were read
}

// end is the first key behind the leaf.
func (l *leaf) end() heldKey { return l.from + 1<<(keyBits-l.depth) }

// appendLeaves cuts postings in order, all in the given range, into leaves.
func appendLeaves(dst []leaf, list []held, from heldKey, depth int) []leaf {
	if len(list) <= tailPostings {
		return append(dst, leaf{from, depth, len(list), list})
	}
	middle := from + 1<<(keyBits-depth-1)
	n, _ := slices.BinarySearchFunc(list, middle, compareKey)
	dst = appendLeaves(dst, list[:n], from, depth+1)
	return appendLeaves(dst, list[n:], middle, depth+1)
}

// termPostings are all postings of one term.
type termPostings struct {
	term   term
	all    int
	named  int    // of a level above that of bodies
	best   []held // the first bestPostings
	leaves []leaf // at least one
}

// newTermPostings takes all postings of a term in order.
func newTermPostings(t term, list []held, leaves []leaf) termPostings {
	return termPostings{
		term: t, all: len(list), named: countNamed(list),
		best:   list[:min(len(list), bestPostings)],
		leaves: appendLeaves(leaves, list, 0, 0),
	}
}

// countNamed returns how many of the postings, highest level first, are worth
// a tail: those of bodies are not.
func countNamed(list []held) int {
	n, _ := slices.BinarySearchFunc(list, newHeldKey(bodyLevel, 15, 0), compareKey)
	return n
}

func compareKey(h held, k heldKey) int { return cmp.Compare(h.key, k) }

// skipOf returns how many of the postings of a leaf, which has count and before
// which there are so many, stand in the bucket.
func skipOf(before, count int) int { return min(max(bestPostings-before, 0), count) }

// tails returns which leaves have a tail, as a range of them, and how many
// postings of the first one stand in the bucket already.
func (p *termPostings) tails() (first, end, skip int) {
	before := 0
	for first < len(p.leaves) && before+p.leaves[first].count <= bestPostings {
		before += p.leaves[first].count
		first++
	}
	if first < len(p.leaves) {
		skip = skipOf(before, p.leaves[first].count)
	}
	for end = first; end < len(p.leaves) && end < first+mostTails && max(before, bestPostings) < p.named; end++ {
		before += p.leaves[end].count
	}
	return first, end, skip
}
