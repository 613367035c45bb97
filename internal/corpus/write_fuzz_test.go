package corpus

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"khumue/internal/fault"
)

// FuzzWrite changes files of every kind, written in whatever way, at random.
func FuzzWrite(f *testing.F) {
	for i, t := range usual {
		f.Add([]byte(t.src), uint8(i), uint64(i))
	}
	for i, s := range tricky {
		f.Add([]byte(s.src), uint8(kindNumber(s.kind)), uint64(i))
	}
	for i, w := range contentOf(f, "../../content", everyFile) {
		if i%11 == 0 {
			f.Add(w.src, uint8(kindNumber(w.at.Kind)), uint64(i))
		}
	}
	f.Fuzz(func(t *testing.T, src []byte, kind uint8, seed uint64) {
		changeAtRandom(t, types[int(kind)%len(types)].kind, src, seed)
	})
}

func kindNumber(k Kind) int {
	for i, t := range types {
		if t.kind == k {
			return i
		}
	}
	panic("no kind " + k)
}

// changeAtRandom changes a file and checks what Write promises. It reports how.
func changeAtRandom(t *testing.T, kind Kind, src []byte, seed uint64) way {
	t.Helper()
	typ := types[kindNumber(kind)].typ
	at := File{Path: "agencies/a/points/x.yaml", Kind: kind}
	if _, ok := typ.FieldByName("Body"); ok {
		at.Path = "agencies/a/services/x.md"
	}
	value, problems := at.Decode(src)
	r := rand.New(rand.NewPCG(seed, 0))
	s := &shape{kind: groupShape, fields: fieldsOf(typ)}
	for range 1 + r.IntN(4) {
		varied(r, reflect.ValueOf(value).Elem(), s)
	}
	_, how, err := rewrite(at, src, value)
	if err != nil {
		if wrong := problems.Of(fault.Wrong); len(wrong) == 0 {
			t.Fatalf("%s %q: %v", kind, src, err)
		}
		return how
	}
	checkWritten(t, at, src, value, whole)
	return how
}

func TestTrickyFilesAreChangedPieceByPiece(t *testing.T) {
	for _, s := range tricky {
		ways := map[way]int{}
		for seed := range uint64(60) {
			ways[changeAtRandom(t, s.kind, []byte(s.src), seed)]++
		}
		if ways[byField]+ways[whole] > 0 {
			t.Errorf("coarse ways %v with\n%s", ways, s.src)
		}
	}
}

// tricky are files, all read without fault but for what they lack, that are
// easily spoilt by careless hands.
var tricky = []struct {
	kind Kind
	src  string
}{
	{PointFile, "code: a\nname: ก"},
	{PointFile, "# head\n\n# of the file\ncode: a # the code\n# about the name\nname: {th: ก, en: 'b'} # said so\n\n# apart\n\naddress:\n  # where\n  line: \"x\"\n  # postcode: \"10900\"\n# facilities: # สิ่งอำนวยความสะดวก\nmanuals: # served\n# first\n- ab\n-   cd # second\n\n# after\n"},
	{PointFile, "code: a\nname: ก\naddress: {line: ข, postcode: \"10900\"}\nhours:\n  week:\n  - days: [mon,\n      tue] # two\n    opens: '08:30'\n    closes: \"16:30\"\n  -\n    # odd\n    days: [ wed ]\n    opens: 08:30\n    closes: 16:30\n    lunch: {from: \"12:00\",\n            to: \"13:00\"}\n"},
	{ManualFile, "---\nid: a-1\ntitle:\n  th: >-\n    folded\n    text\n\n    more\n  en: |2\n      deep\n    less\nremarks: |+\n  kept\n\n  # no comment\n\n\ncommon_names:\n- \"a\\\n  b\"\n- plain\n  goes on\n- 'it''s'\n---\nbody\n"},
	{ManualFile, "---\n# yaml-language-server: $schema=x\nid: a-1\ntitle: ก\nstep_sets:\n- name: ข\n  # the steps\n  steps:\n  - {kind: check, text: ก, time: {value: 1, unit: day}}\n  - kind: sign\n    text: |-\n      a\n      b\n    time: {value: 1, unit: day}\ndocuments: none # nothing\nfees:\n  # free\n  - name: x\n    kind: fixed\n    min: 1,234.50\n\n  # not free\n  - name: y\n    kind: fixed\n# end\n---"},
	{PointFile, "{code: a, name: ก, address: {line: ข}}\n"},
	{PointFile, "--- # start\ncode: a\nname: ก\naddress: {line: ข}\n...\n# after all\n"},
	{PointFile, "\"code\": a\n'name' : ก\naddress:\n    line:   ข   \n    area:\n        ค\n"},
	{PointFile, "code: a\r\nname: ก\r\naddress:\r\n  line: |\r\n    a\r\n    b\r\n"},
	{CatalogFile, "categories: []\ngroups: ~\ntags:\n- {slug: ab, th: ก, en: a}\naliases: {ab: cd}\n"},
	{SynonymsFile, "groups:\n- [a, b]\n- - c\n  - d\n"},
	{HolidaysFile, "year: 2569\nholidays:\n- {date: 2026-01-01, name: ก, scope: all}\n- {date: 2026-01-02, name: {th: ก}, scope: [\"10\", \"50\"]}\n"},
}
