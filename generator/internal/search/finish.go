package search

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// finish writes everything once all documents are known.
func (b *builder) finish(emit func(string, []byte) error) (Manifest, error) {
	shown := len(b.units)
	slots := bits.Len(uint(shown)) + 3
	b.hide()
	assign(b.units, slots)
	if err := b.putHidden(shown); err != nil {
		return Manifest{}, err
	}
	m := Manifest{Format: Format, Units: shown, Docs: b.docs, Slots: slots}
	m.Values, m.AgencyValues = b.facets.values()
	number := map[string]int{}
	for i, v := range m.Values {
		number[v] = i
	}
	out := &emitter{emit: emit}
	if err := b.writeLexicon(out, &m); err != nil {
		return m, err
	}
	sizes, err := b.sizes()
	if err != nil {
		return m, err
	}
	if err := b.writeTerms(out, &m, sizes, number); err != nil {
		return m, err
	}
	if err := b.writeRecords(out, &m, sizes, number); err != nil {
		return m, err
	}
	return m, writeManifest(out, &m)
}

// hide makes hidden units of the members for which a record has no room.
// Which stay is decided by weight, then by one of each title, then address.
func (b *builder) hide() {
	for u := range len(b.units) {
		all := b.units[u].members
		slices.SortFunc(all, func(x, y member) int {
			return cmp.Or(cmp.Compare(y.weight, x.weight), cmp.Compare(x.url, y.url))
		})
		if len(all) <= mostMembers {
			continue
		}
		for _, m := range all[mostMembers:] {
			b.units = append(b.units, unit{key: hashTerm("u" + m.url), members: []member{m}, hidden: true})
		}
	}
}

// assign gives each unit its number: the place of its key among 1<<slots,
// moved up where a smaller key has taken it. It depends on the set of keys
// only, not on their order.
func assign(units []unit, slots int) {
	order := make([]int, len(units))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(x, y int) int { return cmp.Compare(units[x].key, units[y].key) })
	next := 0
	for _, i := range order {
		next = max(next, units[i].key.shard(slots))
		units[i].id = uint32(next)
		next++
	}
}

// byID lists units in order of their numbers.
func byID(units []unit) []int {
	order := make([]int, len(units))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(x, y int) int { return cmp.Compare(units[x].id, units[y].id) })
	return order
}

// memberTerm is the term of a large unit's members in one agency.
func memberTerm(unit int, agency string) term {
	return hashTerm("m" + strconv.Itoa(unit) + ":" + agency)
}

func (b *builder) putHidden(shown int) error {
	u := shown
	for i := range shown {
		for _, m := range b.units[i].members[min(mostMembers, len(b.units[i].members)):] {
			for _, a := range m.agency {
				b.put(memberTerm(int(b.units[i].id), a), uint32(u), 1+priorOf(m.weight))
			}
			u++
		}
		if err := b.flush(); err != nil {
			return err
		}
	}
	return nil
}

// mostAgencyValues is the number of agencies up to which each is a facet
// value of its own.
const mostAgencyValues = 200

// values returns all facet values in order, kinds first, so that numbers in
// signatures stay small.
func (f *facetSets) values() ([]string, bool) {
	var plain, agencies []string
	for _, set := range f.sets {
		for v := range strings.SplitSeq(set, "\n") {
			if strings.HasPrefix(v, "agency:") {
				agencies = append(agencies, v)
			} else {
				plain = append(plain, v)
			}
		}
	}
	slices.Sort(plain)
	slices.Sort(agencies)
	plain, agencies = slices.Compact(plain), slices.Compact(agencies)
	if len(agencies) > mostAgencyValues {
		return plain, false
	}
	return append(plain, agencies...), true
}

// plan says how many shards of each sort there are, as bits.
type plan struct {
	terms, tails, records int

	small bool // few enough files to be kept whole
}

// Sizes of shards in bytes, uncompressed: a small index is few files, a large
// one many small ones, for a query reads only a few.
const (
	wholeShard   = 4 << 10
	termShard    = 1000
	tailShard    = 2 << 10
	postingBytes = 6
	recordUnits  = 2 // units in a records shard of a large index
)

// sizes plans from the number of postings; an estimate of their bytes will do.
func (b *builder) sizes() (plan, error) {
	var best, tails int64
	err := b.postings.each(func(_ term, list []posting) error {
		n := int64(len(list))
		best += 8 + postingBytes*min(n, bestPostings)
		tails += postingBytes * max(n-bestPostings, 0)
		return nil
	})
	records := b.members.end
	if best+tails+records < WholeSize {
		return plan{bitsFor(best, wholeShard), bitsFor(tails, wholeShard), bitsFor(records, wholeShard), true}, err
	}
	return plan{bitsFor(best, termShard), bitsFor(tails, tailShard), bitsFor(int64(len(b.units)), recordUnits), false}, err
}

func (b *builder) writeRecords(out *emitter, m *Manifest, p plan, number map[string]int) error {
	w := &shardWriter{to: out, sort: recordShards, bits: p.records}
	var block []unitRecord
	flush := func() error {
		if len(block) == 0 {
			return nil
		}
		n := recordShard(block[0].id, m.Slots, p.records)
		data := encodeRecords(block)
		block = block[:0]
		return w.write(n, data)
	}
	for _, i := range byID(b.units) {
		rec, err := b.record(&b.units[i], number)
		if err != nil {
			return err
		}
		if len(block) > 0 && recordShard(block[0].id, m.Slots, p.records) != recordShard(rec.id, m.Slots, p.records) {
			if err := flush(); err != nil {
				return err
			}
		}
		block = append(block, rec)
	}
	if err := flush(); err != nil {
		return err
	}
	var err error
	m.Records, err = w.finish()
	return err
}

// recordShard is the shard of a unit's record. Units pushed beyond the last
// slot stand in the last shard.
func recordShard(id, slots, bits int) int {
	if bits > slots {
		return min(id<<(bits-slots), 1<<bits-1)
	}
	return min(id>>(slots-bits), 1<<bits-1)
}

func (b *builder) record(u *unit, number map[string]int) (unitRecord, error) {
	rec := unitRecord{id: int(u.id), total: len(u.members)}
	for _, m := range u.members[:min(mostMembers, len(u.members))] {
		data, err := b.members.get(m.at)
		if err != nil {
			return rec, err
		}
		one, err := decodeMember(data, number)
		if err != nil {
			return rec, err
		}
		rec.members = append(rec.members, one)
	}
	return rec, nil
}

func (b *builder) writeLexicon(out *emitter, m *Manifest) error {
	kept, _ := b.words.entries(b.synonyms.groups)
	data := encodeLexicon(kept, b.synonyms.groups)
	m.Lexicon = "lexicon-" + fileHash(data) + ".idx"
	return out.file(m.Lexicon, data)
}

func writeManifest(out *emitter, m *Manifest) error {
	m.Size = out.size
	if m.Whole = m.Size <= WholeSize; m.Whole {
		m.Files = slices.Clone(out.files)
		slices.SortFunc(m.Files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m); err != nil {
		return err
	}
	m.Path = fmt.Sprintf("manifest-%s%s.json", fileHash(text.Bytes()), fileHash(append(text.Bytes(), '+')))
	return out.emit(m.Path, text.Bytes())
}
