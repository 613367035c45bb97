package search

import (
	"context"
	"fmt"
)

// postings are the units of a term, as far as they were read.
type postings struct {
	units int       // that have the term
	tails []heldKey // where the leaves begin whose postings stand in tails
	list  []hitPosting
}

type hitPosting struct {
	id, level int
	values    []int
}

// lookup reads the best postings of a term. A term that no unit has is empty.
func (x *Index) lookup(ctx context.Context, t term) (postings, error) {
	data, err := x.entry(ctx, termShards, x.manifest.Terms, t)
	if err != nil || data.body == nil {
		return postings{}, err
	}
	p, err := readPostings(data)
	if err != nil {
		return p, fmt.Errorf("search: bucket %d: %w", t.shard(x.manifest.Terms.Bits), err)
	}
	return p, nil
}

// readTails adds up to most tails of a term to its postings.
func (x *Index) readTails(ctx context.Context, t term, p *postings, most int) error {
	for _, from := range p.tails[:min(len(p.tails), most)] {
		name := tailTerm(t, from)
		data, err := x.shard(ctx, tailShards, x.manifest.Tails, name.shard(x.manifest.Tails.Bits))
		if err != nil || data == nil {
			return err
		}
		one, err := findTail(data, name)
		if err != nil {
			return err
		}
		p.list = append(p.list, one.list...)
	}
	return nil
}

// findTail looks for one tail among those of its shard; each is a bucket.
func findTail(data []byte, name term) (postings, error) {
	r := &reader{data: data}
	for r.more() {
		tag, body := r.tag(), r.bytes(r.count())
		if r.err != nil {
			return postings{}, r.err
		}
		if tag != name.tag() {
			continue
		}
		e, err := findEntry(body, name)
		if err != nil || e.body == nil {
			return postings{}, err
		}
		return readPostings(e)
	}
	return postings{}, r.err
}

// bucketEntry is what stands under a term's tag, with the bucket's
// signatures.
type bucketEntry struct {
	body   []byte // nil when there is none
	values [][]int
}

func (x *Index) entry(ctx context.Context, sort string, s Shards, t term) (bucketEntry, error) {
	data, err := x.shard(ctx, sort, s, t.shard(s.Bits))
	if data == nil || err != nil {
		return bucketEntry{}, err
	}
	e, err := findEntry(data, t)
	if err != nil {
		return e, fmt.Errorf("search: bucket %d: %w", t.shard(s.Bits), err)
	}
	return e, nil
}

// findEntry looks for a term in a bucket.
func findEntry(data []byte, t term) (bucketEntry, error) {
	r := &reader{data: data}
	n := r.count()
	e := bucketEntry{values: make([][]int, 0, n)}
	for range n {
		values := r.uints()
		for i := 1; i < len(values); i++ {
			values[i] += values[i-1]
		}
		e.values = append(e.values, values)
	}
	for r.more() {
		tag, body := r.tag(), r.bytes(r.count())
		if r.err == nil && tag == t.tag() {
			e.body = body
			return e, nil
		}
	}
	return e, r.err
}

func readPostings(e bucketEntry) (postings, error) {
	r := &reader{data: e.body}
	if r.byte() != postingsSort {
		return postings{}, errDamaged
	}
	p := postings{units: r.uint(), tails: readTails(r)}
	for r.more() {
		level, id := r.byte(), 0
		for n := r.count(); n > 0; n-- {
			id += r.uint()
			set := r.uint()
			if r.err != nil || set >= len(e.values) {
				return p, errDamaged
			}
			p.list = append(p.list, hitPosting{id, level, e.values[set]})
		}
	}
	return p, r.err
}

// readTails reads where the leaves begin that have a tail.
func readTails(r *reader) []heldKey {
	var all []heldKey
	from := heldKey(0)
	most := r.uint()
	if most > 2*mostTails {
		r.fail()
	}
	for len(all) < most && r.err == nil {
		depth, n := r.byte(), r.uint()
		if depth > keyBits || n == 0 || n > most-len(all) {
			r.fail()
			break
		}
		for ; n > 0; n-- {
			all = append(all, from)
			from += 1 << (keyBits - depth)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all[min(r.uint(), len(all)):]
}

// spellings reads the words of some bones.
func (x *Index) spellings(ctx context.Context, bones string) ([]entry, error) {
	e, err := x.entry(ctx, termShards, x.manifest.Terms, hashTerm("~"+bones))
	if err != nil || e.body == nil {
		return nil, err
	}
	r := &reader{data: e.body}
	if r.byte() != spellingsSort {
		return nil, errDamaged
	}
	var out []entry
	for r.more() {
		n := r.uint()
		out = append(out, entry{text: r.text(), count: priorOf(float64(n))})
	}
	return out, r.err
}

// records reads what is shown of units, in the order asked for. Those whose
// shard could not be fetched are left out.
func (x *Index) records(ctx context.Context, ids []int) ([]unitRecord, error) {
	var out []unitRecord
	decoded := map[int][]unitRecord{}
	for _, id := range ids {
		n := recordShard(id, x.manifest.Slots, x.manifest.Records.Bits)
		units, ok := decoded[n]
		if !ok {
			data, err := x.shard(ctx, recordShards, x.manifest.Records, n)
			if err != nil {
				return nil, err
			}
			if data != nil {
				if units, err = decodeRecords(data); err != nil {
					return nil, fmt.Errorf("search: records %d: %w", n, err)
				}
			}
			decoded[n] = units
		}
		for i := range units {
			if units[i].id == id {
				out = append(out, units[i])
				break
			}
		}
	}
	return out, nil
}
