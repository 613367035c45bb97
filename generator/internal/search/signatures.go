package search

import "slices"

// signatures gives each combination of facet values that units have a number.
// A bucket has a table of those in it.
type signatures struct {
	numbers map[string]uint32
	texts   []string // as they stand in a table
}

func newSignatures() *signatures { return &signatures{numbers: map[string]uint32{}} }

// of returns the number of a combination, given as numbers of values in order.
func (s *signatures) of(values []int) uint32 {
	b := appendInt(nil, len(values))
	last := 0
	for _, v := range values {
		b = appendInt(b, v-last)
		last = v
	}
	return s.number(b)
}

// number returns the number of a combination as it stands in a table.
func (s *signatures) number(text []byte) uint32 {
	n, ok := s.numbers[string(text)]
	if !ok {
		n = uint32(len(s.texts))
		s.numbers[string(text)] = n
		s.texts = append(s.texts, string(text))
	}
	return n
}

// signTable is the table of the signatures in one bucket, in the order in
// which they are met.
type signTable struct {
	all   *signatures
	place []uint32 // by number of the signature: its place in the table, from 1
	met   []uint32
	text  []byte
}

func newSignTable(all *signatures) *signTable { return &signTable{all: all} }

func (t *signTable) of(sign uint32) int {
	if int(sign) >= len(t.place) {
		t.place = append(t.place, make([]uint32, len(t.all.texts)-len(t.place))...)
	}
	if t.place[sign] == 0 {
		t.met = append(t.met, sign)
		t.place[sign] = uint32(len(t.met))
		t.text = append(t.text, t.all.texts[sign]...)
	}
	return int(t.place[sign]) - 1
}

// reset begins the next table.
func (t *signTable) reset() {
	for _, sign := range t.met {
		t.place[sign] = 0
	}
	t.met, t.text = t.met[:0], t.text[:0]
}

// append writes the table behind b.
func (t *signTable) append(b []byte) []byte {
	return append(appendInt(b, len(t.met)), t.text...)
}

// readSigns reads a table.
func readSigns(r *reader, all *signatures) []uint32 {
	n := r.count()
	out := make([]uint32, 0, n)
	for range n {
		from := r.at
		for m := r.count(); m > 0; m-- {
			r.uint()
		}
		if r.err != nil {
			return nil
		}
		out = append(out, all.number(r.data[from:r.at]))
	}
	return out
}

// facetValues are the values of a document's facets, without or with its
// agencies, in order.
func facetValues(d *Document) (plain, agencies []string) {
	eachFacet(d, func(prefix, value string) {
		if prefix == agencyPrefix {
			agencies = append(agencies, prefix+value)
		} else {
			plain = append(plain, prefix+value)
		}
	})
	slices.Sort(plain)
	slices.Sort(agencies)
	return slices.Compact(plain), slices.Compact(agencies)
}

const agencyPrefix = "agency:"

// eachFacet calls put for each facet of a document, in two parts that are the
// value together.
func eachFacet(d *Document, put func(prefix, value string)) {
	put("kind:", string(d.Kind))
	for _, c := range d.Categories {
		put("category:", c)
	}
	for _, g := range d.Groups {
		put("group:", g)
	}
	for _, a := range d.Agencies {
		put(agencyPrefix, a)
	}
	if d.Online {
		put("online", "")
	}
	if d.HasEN {
		put("en", "")
	}
}

var facetHash = newHasher().add("f")

// facetTerm is the term of a facet's value.
func facetTerm(prefix, value string) term { return facetHash.add(prefix).add(value).term() }
