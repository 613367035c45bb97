package search

import (
	"cmp"
	"math/bits"
	"slices"
)

// unit is what stands behind one hit: the documents of one family, or one of
// a large family for which its record has no room.
type unit struct {
	key    term // hash of the family's key, or of the hidden document's address
	id     uint32
	hidden bool
	prior  uint8
	sign   uint32
	from   uint32 // its documents, as they lie in the builder
	to     uint32
	came   uint32 // its place in order of arrival, hidden units last
}

// shown returns how many of its documents stand in the unit's record.
func (u *unit) shown() int { return min(int(u.to-u.from), mostMembers) }

// documentKey is what a document is known by.
func documentKey(url string) term { return urlHash.add(url).term() }

var urlHash = newHasher().add("u")

// kept is what is held in memory of a document: where the rest lies, and what
// its unit needs to know.
type kept struct {
	key    term
	at     span
	weight float64
	unit   uint32 // its family, in order of arrival
	plain  uint32 // its facets, as numbers of facetSets
	agency uint32
}

// compareKept puts the documents of a family together, those that its record
// shows first: by weight, and where that is the same, by chance.
func compareKept(a, b kept) int {
	return cmp.Or(cmp.Compare(a.unit, b.unit), cmp.Compare(b.weight, a.weight), compareTerms(a.key, b.key))
}

// slotBits returns the bits of the table that units of this number need.
func slotBits(units int) int { return bits.Len(uint(units)) + 3 }

// assign gives each unit its number: the place of its key among 1<<slots,
// moved up where a smaller key has taken it. It depends on the set of keys
// only. The units are in order of keys.
func assign(units []unit, slots int) {
	next := 0
	for i := range units {
		next = max(next, units[i].key.shard(slots))
		units[i].id = uint32(next)
		next++
	}
}

// facetSets gives each combination of facet values that occurs a number, and
// counts its documents.
type facetSets struct {
	numbers map[string]uint32
	sets    [][]string
	docs    []int
}

func newFacetSets() facetSets { return facetSets{numbers: map[string]uint32{}} }

// of returns the number of a combination that key stands for.
func (f *facetSets) of(key []byte, values func() []string) uint32 {
	n, ok := f.numbers[string(key)]
	if !ok {
		n = uint32(len(f.sets))
		f.numbers[string(key)] = n
		f.sets = append(f.sets, values())
		f.docs = append(f.docs, 0)
	}
	f.docs[n]++
	return n
}

// values counts the documents of each value.
func (f *facetSets) values() map[string]int {
	all := map[string]int{}
	for i, set := range f.sets {
		for _, v := range set {
			all[v] += f.docs[i]
		}
	}
	return all
}

// mostAgencyValues is the number of agencies up to which each is a facet
// value of its own.
const mostAgencyValues = 200

// numbering gives facet values their numbers in signatures and records.
type numbering struct {
	values   []string // in order, those of agencies last
	agencies bool     // these are numbered
	number   map[string]int
}

func newNumbering(plain, agencies []string) *numbering {
	n := &numbering{number: map[string]int{}, agencies: len(agencies) <= mostAgencyValues}
	slices.Sort(plain)
	n.values = plain
	if n.agencies {
		slices.Sort(agencies)
		n.values = slices.Concat(plain, agencies)
	}
	for i, v := range n.values {
		n.number[v] = i
	}
	return n
}

// of returns the numbers of values in order; those without one are left out.
func (n *numbering) of(lists ...[]string) []int {
	var out []int
	for _, list := range lists {
		for _, v := range list {
			if i, ok := n.number[v]; ok {
				out = append(out, i)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// unitSigns finds the signatures of units: the values of all their documents.
type unitSigns struct {
	*numbering
	signs  *signatures
	plain  *facetSets
	agency *facetSets
	single map[[2]uint32]uint32 // of one combination
}

func (s *unitSigns) of(docs []kept) uint32 {
	sets := [2]uint32{docs[0].plain, docs[0].agency}
	if !s.agencies {
		sets[1] = 0
	}
	same := func(d kept) bool { return d.plain == sets[0] && (!s.agencies || d.agency == sets[1]) }
	if i := slices.IndexFunc(docs, func(d kept) bool { return !same(d) }); i < 0 {
		return s.ofSets(sets)
	}
	in := make([]bool, len(s.values))
	seen := map[[2]uint32]bool{}
	var all []int
	for _, d := range docs {
		if sets = [2]uint32{d.plain, d.agency}; seen[sets] {
			continue
		}
		seen[sets] = true
		for _, v := range s.of2(sets) {
			if !in[v] {
				in[v] = true
				all = append(all, v)
			}
		}
	}
	slices.Sort(all)
	return s.signs.of(all)
}

func (s *unitSigns) ofSets(sets [2]uint32) uint32 {
	sign, ok := s.single[sets]
	if !ok {
		sign = s.signs.of(s.of2(sets))
		s.single[sets] = sign
	}
	return sign
}

func (s *unitSigns) of2(sets [2]uint32) []int {
	if !s.agencies {
		return s.numbering.of(s.plain.sets[sets[0]])
	}
	return s.numbering.of(s.plain.sets[sets[0]], s.agency.sets[sets[1]])
}
