package search

import (
	"fmt"
	"slices"
	"strconv"
)

// settle puts everything in order once all documents are known, and plans.
func (b *builder) settle() error {
	b.number()
	if err := b.gatherUnits(); err != nil {
		return err
	}
	c := &b.counts
	c.docs, c.shown, c.units = len(b.docs), len(b.families), len(b.units)
	c.words, c.names = b.learnt.ranks()
	b.families = nil
	assign(b.units, slotBits(c.units))
	if err := b.putHidden(); err != nil {
		return err
	}
	if err := b.measure(); err != nil {
		return err
	}
	b.plan = c.plan()
	var rest []entry
	b.kept, rest = b.learnt.split(b.plan.words, b.plan.names)
	b.learnt, b.bones = nil, boneTerms(rest)
	return nil
}

// number gives facet values their numbers.
func (b *builder) number() {
	keys := func(f *facetSets) []string {
		var out []string
		for v := range f.values() {
			out = append(out, v)
		}
		return out
	}
	b.numbering = newNumbering(keys(&b.plain), keys(&b.agency))
}

// gatherUnits makes the units, in order of keys: one of each family, and one
// of each document for which its record has no room.
func (b *builder) gatherUnits() error {
	slices.SortFunc(b.docs, compareKept)
	signs := &unitSigns{b.numbering, b.signs, &b.plain, &b.agency, map[[2]uint32]uint32{}}
	keys := make([]term, len(b.families))
	for key, u := range b.families {
		keys[u] = key
	}
	b.units = make([]unit, 0, len(b.families)+b.countHidden())
	hidden := uint32(len(b.families))
	for from := 0; from < len(b.docs); {
		to := b.familyEnd(from)
		u := b.docs[from].unit
		b.units = append(b.units, b.unit(signs, keys[u], u, from, to))
		for i := from + mostMembers; i < to; i++ {
			one := b.unit(signs, b.docs[i].key, hidden, i, i+1)
			one.hidden = true
			b.units = append(b.units, one)
			hidden++
		}
		from = to
	}
	return b.sortUnits()
}

// familyEnd returns where the documents of the family end that begins there.
func (b *builder) familyEnd(from int) int {
	to := from + 1
	for to < len(b.docs) && b.docs[to].unit == b.docs[from].unit {
		to++
	}
	return to
}

func (b *builder) countHidden() int {
	n := 0
	for from := 0; from < len(b.docs); {
		to := b.familyEnd(from)
		n += max(to-from-mostMembers, 0)
		from = to
	}
	return n
}

func (b *builder) unit(signs *unitSigns, key term, came uint32, from, to int) unit {
	docs := b.docs[from:to]
	return unit{key: key, came: came, prior: uint8(priorOf(docs[0].weight)), sign: signs.of(docs), from: uint32(from), to: uint32(to)}
}

// sortUnits puts units in order of keys and tells what became of each.
func (b *builder) sortUnits() error {
	slices.SortFunc(b.units, func(x, y unit) int { return compareTerms(x.key, y.key) })
	b.renamed = make([]uint32, len(b.units))
	for i := range b.units {
		b.renamed[b.units[i].came] = uint32(i)
		if i > 0 && b.units[i].key == b.units[i-1].key {
			return fmt.Errorf("two documents of the same address, or two addresses of one hash, %x", uint64(b.units[i].key))
		}
	}
	return nil
}

// memberTerm is the term of a large unit's members in one agency.
func memberTerm(unit int, agency string) term {
	return hashTerm("m" + strconv.Itoa(unit) + ":" + agency)
}

// putHidden makes hidden units known by their family and agencies.
func (b *builder) putHidden() error {
	hidden := uint32(b.counts.shown) // in order of arrival
	for u := range uint32(b.counts.shown) {
		family := &b.units[b.renamed[u]]
		for _, d := range b.docs[family.from+uint32(family.shown()) : family.to] {
			for _, a := range b.agency.sets[d.agency] {
				t := memberTerm(int(family.id), a[len(agencyPrefix):])
				if err := b.postings.add(newPosting(t, hidden, memberLevel(priorOf(d.weight)))); err != nil {
					return err
				}
			}
			hidden++
		}
	}
	return nil
}

func memberLevel(prior int) uint8 { return uint8(min(1+prior, mostLevel)) }

// measure counts the terms by which all are judged.
func (b *builder) measure() error {
	return b.postings.each(0, parts>>sampleBits, b.renamed, func(t term, list []who) error {
		p := termPostings{term: t}
		last := uint32(1 << 31)
		for _, w := range list {
			if w.unit() == last {
				continue
			}
			last = w.unit()
			p.all++
			if w.level() > bodyLevel {
				p.named++
			}
		}
		b.counts.census.add(&p, 1)
		return nil
	})
}
