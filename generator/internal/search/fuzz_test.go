package search

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// FuzzDamagedFiles changes, cuts or doubles bytes of one file of an index: the
// reader answers or fails, but never panics.
func FuzzDamagedFiles(f *testing.F) {
	good, m := build(f, portal(f)[25:35], Options{Synonyms: synonymGroups(f)[:3]})
	names := slices.Sorted(maps.Keys(good))
	for i := range names {
		f.Add(uint16(i), uint32(i*37), []byte{0xFF, 0xFF, 0xFF, 0xFF, 0x07}, "ใบขับขี่")
		f.Add(uint16(i), uint32(0), []byte{}, "ทะเบียนรถ")
		f.Add(uint16(i), uint32(1), []byte{0}, "passport")
	}
	f.Fuzz(func(t *testing.T, file uint16, at uint32, put []byte, q string) {
		name := names[int(file)%len(names)]
		data := slices.Clone(good[name])
		from := int(at) % (len(data) + 1)
		if len(put) == 0 {
			data = data[:from]
		} else {
			copy(data[from:], put)
		}
		damaged := maps.Clone(good)
		damaged[name] = data
		x, err := Open(t.Context(), m.Path, damaged.fetch)
		if err != nil {
			return
		}
		for _, filter := range []Filter{{}, {Agency: "moi", Online: true}} {
			if _, err := x.Query(t.Context(), q, filter, 5); err != nil {
				return
			}
		}
	})
}

func FuzzQuery(f *testing.F) {
	good, m := build(f, portal(f), Options{Synonyms: synonymGroups(f)})
	for _, e := range expectations(f, "testdata/heldout.tsv") {
		f.Add(e.query)
	}
	f.Add("\xff\xfe ก\u0e48\u0e48 " + strings.Repeat("เ", 100))
	x := open(f, good, m)
	f.Fuzz(func(t *testing.T, q string) {
		r := query(t, x, q, Filter{}, 5)
		for _, h := range r.Hits {
			for _, mark := range append(h.Marks, h.Differs) {
				if mark[0] < 0 || mark[1] < mark[0] || mark[1] > units(h.Title) {
					t.Errorf("%q: mark %v is not within %q", q, mark, h.Title)
				}
			}
		}
	})
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"", "ก", "การ passport ๙", "\u0000é😀", "น้ำ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "")
		if got := expand(compact(s)); got != s {
			t.Errorf("got %q, want %q", got, s)
		}
	})
}

// FuzzRemembered reads bytes as each of the values of a memory: it answers or
// fails, but never panics.
func FuzzRemembered(f *testing.F) {
	p := publish(f, portal(f)[25:45], Options{})
	for key, value := range p.memory {
		f.Add(value[:len(value)-sumSize])
		f.Add([]byte(key))
	}
	f.Fuzz(func(_ *testing.T, data []byte) {
		for _, read := range []func(*reader){
			func(r *reader) { readDocument(r.data) },
			func(r *reader) { readRemembered(r) },
			func(r *reader) { readSlots(r, 12) },
			func(r *reader) { readTerms(r) },
			func(r *reader) { readTailsOf(r) },
			func(r *reader) { readValues(r) },
			func(r *reader) { readEntries(r) },
			func(r *reader) { readBucket(r, newSignatures()) },
			func(r *reader) { readLeaf(r, newSignatures()) },
			func(r *reader) { readHeader(r) },
		} {
			read(&reader{data: data})
		}
	})
}
