package search

// counts is what the frame of an index depends on: numbers of things only, so
// that a change moves the frame where a number passes a bound and nowhere else.
type counts struct {
	docs, shown, units int
	recordBytes        int64 // of all documents, as records have them
	census             census
	words, names       rankCounts // learnt, by rank
}

// census measures the terms whose hashes begin with sampleBits zeros; all
// terms are taken to be like them.
type census struct{ best, tails int64 }

const sampleBits = 4

func (t term) sampled() bool { return t>>(64-sampleBits) == 0 }

// add counts a term, or takes it away again where sign is -1.
func (s *census) add(p *termPostings, sign int64) {
	if p.all == 0 || !p.term.sampled() {
		return
	}
	s.best += sign * int64(8+postingBytes*min(p.all, bestPostings))
	s.tails += sign * int64(postingBytes*max(p.named-bestPostings, 0))
}

// plan says how many shards of each sort there are, as bits, and from which
// rank on words and names stand in the lexicon file.
type plan struct {
	slots                 int
	terms, tails, records int
	words, names          int
	small                 bool // few enough files to be kept whole
}

// Sizes of shards in bytes, uncompressed: a small index is few files, a large
// one many small ones, for a query reads only a few.
const (
	wholeShard   = 4 << 10
	termShard    = 750
	tailShard    = 2 << 10
	postingBytes = 6
	recordUnits  = 2 // units in a records shard of a large index
)

func (c *counts) plan() plan {
	best, tails := c.census.best<<sampleBits, c.census.tails<<sampleBits
	p := plan{slots: slotBits(c.units), words: c.words.cut(mostWords), names: c.names.cut(mostNames)}
	if best+tails+c.recordBytes < WholeSize {
		p.small = true
		p.terms, p.tails, p.records = bitsFor(best, wholeShard), bitsFor(tails, wholeShard), bitsFor(c.recordBytes, wholeShard)
		return p
	}
	p.terms, p.tails, p.records = bitsFor(best, termShard), bitsFor(tails, tailShard), bitsFor(int64(c.units), recordUnits)
	return p
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
