package search

import (
	"math"
	"slices"
)

// record is what is shown of one document, as it stands in a records shard.
type record struct {
	kind       Kind
	url        string
	titleTH    string
	titleEN    string
	names      []string
	agencyCode string
	agencyTH   string
	agencyEN   string
	factsTH    string
	factsEN    string
	agencies   []string
	values     []int // facet values, numbers of the manifest's
	weight     int   // prior, 0 to 15
}

// unitRecord is what is shown of one unit: its best members, and how many
// there are in all.
type unitRecord struct {
	id      int
	total   int
	members []record
}

// mostMembers is how many members stand in a unit's own record; the others
// are hidden units, found by the unit and one of their agencies.
const mostMembers = 12

// priorOf brings a weight to 0-15, in steps of doubling.
func priorOf(weight float64) int {
	n := 0
	for w := weight; w >= 1 && n < 15 && !math.IsNaN(w); w /= 2 {
		n++
	}
	return n
}

// appendMember writes what is shown of a document.
func appendMember(b []byte, d *Document) []byte {
	b = append(b, byte(slices.Index(kinds, d.Kind)), byte(priorOf(d.Weight)))
	for _, s := range []string{d.URL, d.TitleTH, d.TitleEN, d.AgencyCode, d.AgencyTH, d.AgencyEN, d.FactsTH, d.FactsEN} {
		b = appendText(b, s)
	}
	flags := 0
	if d.Online {
		flags |= 1
	}
	if d.HasEN {
		flags |= 2
	}
	b = append(b, byte(flags))
	for _, list := range [][]string{d.CommonNames, d.Agencies, d.Categories, d.Groups} {
		b = appendTexts(b, list)
	}
	return b
}

// readMember reads what appendMember wrote, all of a Document that is in it.
func readMember(r *reader) (d Document, prior int) {
	d.Kind = kinds[r.byte()%len(kinds)]
	prior = r.byte() & 15
	for _, s := range []*string{&d.URL, &d.TitleTH, &d.TitleEN, &d.AgencyCode, &d.AgencyTH, &d.AgencyEN, &d.FactsTH, &d.FactsEN} {
		*s = r.text()
	}
	flags := r.byte()
	d.Online, d.HasEN = flags&1 != 0, flags&2 != 0
	d.CommonNames, d.Agencies, d.Categories, d.Groups = r.texts(), r.texts(), r.texts(), r.texts()
	return d, prior
}

// readRecordOf reads what is shown of a document from the beginning of data.
func readRecordOf(data []byte, number *numbering) (record, error) {
	r := &reader{data: data}
	d, prior := readMember(r)
	plain, agencies := facetValues(&d)
	return record{
		kind: d.Kind, weight: prior, url: d.URL, titleTH: d.TitleTH, titleEN: d.TitleEN, names: d.CommonNames,
		agencyCode: d.AgencyCode, agencyTH: d.AgencyTH, agencyEN: d.AgencyEN,
		factsTH: d.FactsTH, factsEN: d.FactsEN, agencies: d.Agencies, values: number.of(plain, agencies),
	}, r.err
}

// table writes the strings of one shard once each.
type table struct {
	numbers map[string]int
	texts   []string
}

func (t *table) of(s string) int {
	n, ok := t.numbers[s]
	if !ok {
		n = len(t.texts)
		t.numbers[s] = n
		t.texts = append(t.texts, s)
	}
	return n
}

// encodeRecords writes a records shard: a table of strings, then each unit.
func encodeRecords(units []unitRecord) []byte {
	t := &table{numbers: map[string]int{}}
	var body []byte
	for _, u := range units {
		body = appendInt(body, u.id)
		body = appendInt(body, u.total)
		body = appendInt(body, len(u.members))
		for i := range u.members {
			body = appendRecord(body, t, &u.members[i])
		}
	}
	out := appendInt(nil, len(t.texts))
	for _, s := range t.texts {
		out = appendText(out, s)
	}
	out = appendInt(out, len(units))
	return append(out, body...)
}

func appendRecord(b []byte, t *table, r *record) []byte {
	b = append(b, byte(slices.Index(kinds, r.kind)<<4|r.weight))
	for _, s := range []string{r.url, r.titleTH, r.titleEN, r.agencyCode, r.agencyTH, r.agencyEN, r.factsTH, r.factsEN} {
		b = appendInt(b, t.of(s))
	}
	for _, list := range [][]string{r.names, r.agencies} {
		b = appendInt(b, len(list))
		for _, s := range list {
			b = appendInt(b, t.of(s))
		}
	}
	b = appendInt(b, len(r.values))
	for _, v := range r.values {
		b = appendInt(b, v)
	}
	return b
}

// decodeRecords reads a records shard.
func decodeRecords(data []byte) ([]unitRecord, error) {
	r := &reader{data: data}
	texts := r.texts()
	n := r.count()
	units := make([]unitRecord, 0, n)
	for range n {
		u := unitRecord{id: r.uint(), total: r.uint()}
		for m := r.count(); m > 0 && r.err == nil; m-- {
			u.members = append(u.members, readRecord(r, texts))
		}
		if r.err != nil {
			return nil, r.err
		}
		units = append(units, u)
	}
	return units, nil
}

func readRecord(r *reader, texts []string) record {
	text := func() string {
		if n := r.uint(); n < len(texts) {
			return texts[n]
		}
		r.fail()
		return ""
	}
	list := func() []string {
		n := r.count()
		out := make([]string, 0, n)
		for range n {
			out = append(out, text())
		}
		return out
	}
	head := r.byte()
	rec := record{kind: kinds[head>>4%len(kinds)], weight: head & 15}
	for _, s := range []*string{&rec.url, &rec.titleTH, &rec.titleEN, &rec.agencyCode, &rec.agencyTH, &rec.agencyEN, &rec.factsTH, &rec.factsEN} {
		*s = text()
	}
	rec.names, rec.agencies = list(), list()
	rec.values = r.uints()
	return rec
}
