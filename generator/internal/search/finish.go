package search

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
)

// write writes the files once everything is settled.
func (b *builder) write(out *emitter) (Manifest, error) {
	m := newManifest(&b.counts, &b.plan, b.numbering)
	lexicon := encodeLexicon(lexiconEntries(b.kept, b.synonyms.groups), b.synonyms.groups)
	m.Lexicon = lexiconName(fileHash(lexicon))
	if err := out.file(m.Lexicon, lexicon); err != nil {
		return m, err
	}
	if err := b.keepUnits(); err != nil {
		return m, err
	}
	terms, err := b.writeTerms(out)
	if err != nil {
		return m, err
	}
	records, err := b.writeRecords(out)
	if err != nil {
		return m, err
	}
	sorts := append(terms, records)
	for i, part := range []*Shards{&m.Terms, &m.Tails, &m.Records} {
		if *part, err = sorts[i].finish(); err != nil {
			return m, err
		}
	}
	text, err := m.finish(out.size, out.files)
	if err != nil {
		return m, err
	}
	if err := b.keepRest(sorts, out, &m, lexicon); err != nil {
		return m, err
	}
	return m, out.emit(m.Path, text)
}

func lexiconName(hash uint32) string { return "lexicon-" + hashText(hash) + ".idx" }

func newManifest(c *counts, p *plan, n *numbering) Manifest {
	return Manifest{Format: Format, Units: c.shown, Docs: c.docs, Slots: p.slots, Values: n.values, AgencyValues: n.agencies}
}

// finish closes the manifest, given the size of all files, and returns its
// text.
func (m *Manifest) finish(size int64, files []File) ([]byte, error) {
	m.Size = size
	if m.Whole = size <= WholeSize; m.Whole {
		m.Files = slices.SortedFunc(slices.Values(files), func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m); err != nil {
		return nil, err
	}
	more := fileHash(append(slices.Clone(text.Bytes()), '+'))
	m.Path = fmt.Sprintf("manifest-%s%s.json", hashText(fileHash(text.Bytes())), hashText(more))
	return text.Bytes(), nil
}

func (b *builder) writeRecords(out *emitter) (*shardWriter, error) {
	w := newShardWriter(out, recordShards, b.plan.records)
	var block []unitRecord
	for i := range b.units {
		rec, err := b.record(&b.units[i])
		if err != nil {
			return nil, err
		}
		block = append(block, rec)
		n := recordShard(rec.id, b.plan.slots, b.plan.records)
		if i+1 < len(b.units) && recordShard(int(b.units[i+1].id), b.plan.slots, b.plan.records) == n {
			continue
		}
		if err := w.write(n, encodeRecords(block)); err != nil {
			return nil, err
		}
		block = block[:0]
	}
	return w, nil
}

// recordShard is the shard of a unit's record. Units pushed beyond the last
// slot stand in the last shard.
func recordShard(id, slots, bits int) int {
	if bits > slots {
		return min(id<<(bits-slots), 1<<bits-1)
	}
	return min(id>>(slots-bits), 1<<bits-1)
}

func (b *builder) record(u *unit) (unitRecord, error) {
	docs := b.docs[u.from:u.to]
	rec := unitRecord{id: int(u.id), total: len(docs)}
	var data []byte
	for _, d := range docs[:u.shown()] {
		var err error
		if data, err = b.spool.get(d.at, data); err != nil {
			return rec, err
		}
		one, err := readRecordOf(data, b.numbering)
		if err != nil {
			return rec, err
		}
		rec.members = append(rec.members, one)
	}
	return rec, nil
}
