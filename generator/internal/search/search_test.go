package search

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/thai"
)

func query(t testing.TB, x *Index, q string, f Filter, limit int) Result {
	t.Helper()
	r, err := x.Query(t.Context(), q, f, limit)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAnyThreeClustersOfATitleFindIt(t *testing.T) {
	docs := portal(t)
	f, m := build(t, docs, Options{Synonyms: synonymGroups(t)})
	x := open(t, f, m)
	for _, d := range docs {
		for _, piece := range append(pieces(d.TitleTH, 1), pieces(d.TitleEN, 2)...) {
			r := query(t, x, piece, Filter{}, 1000)
			if place(r.Lines(1000), d.TitleTH) == 0 {
				t.Errorf("%q of %q is not among the %d hits", piece, d.TitleTH, r.Total)
			}
		}
	}
}

// pieces are all runs of three clusters of a title that have some letters.
func pieces(title string, letters int) []string {
	var out []string
	clusters := thai.Clusters(thai.Normalize(title))
	for i := 0; i+3 <= len(clusters); i++ {
		piece := strings.Join(clusters[i:i+3], "")
		if len(atomsOf(thai.Normalize(piece))) >= letters {
			out = append(out, piece)
		}
	}
	return out
}

func TestCommonNamesComeBeforeTitlesAndTitlesBeforeTexts(t *testing.T) {
	docs := []Document{
		{Kind: Manual, URL: "/b/", TitleTH: "การขอรับเงินสงเคราะห์", Body: "ผู้เลี้ยงปลากัดยื่นคำขอได้"},
		{Kind: Manual, URL: "/c/", TitleTH: "การขึ้นทะเบียนผู้เลี้ยงปลากัด"},
		{Kind: Manual, URL: "/d/", TitleTH: "การจดแจ้งสัตว์น้ำสวยงาม", CommonNames: []string{"เลี้ยงปลากัด"}},
	}
	f, m := build(t, docs, Options{})
	var got []string
	for _, h := range query(t, open(t, f, m), "เลี้ยงปลากัด", Filter{}, 10).Hits {
		got = append(got, h.URL)
	}
	if diff := cmp.Diff([]string{"/d/", "/c/", "/b/"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestSlipsAreRepairedAndSaid(t *testing.T) {
	x := sample(t)
	tests := []struct{ name, query, repaired, title string }{
		{"a wrong tone", "ใบขับขี้", "ใบขับขี่", "การต่ออายุใบอนุญาตขับรถ (สิ้นอายุไม่เกิน 1 ปี)"},
		{"swapped keys", "ตอ่ใบขับขี่", "ต่อใบขับขี่", "การต่ออายุใบอนุญาตขับรถ (สิ้นอายุไม่เกิน 1 ปี)"},
		{"a vowel too many", "ใบอนุญาติขายเหล้า", "ใบอนุญาตขายเหล้า", "การขอใบอนุญาตขายสุรา"},
		{"a silenced letter left out", "พาสปอต", "พาสปอร์ต", "การขอหนังสือเดินทางธรรมดา"},
		{"another letter of the same sound", "โฉนฎหาย", "โฉนดหาย", "การออกใบแทนโฉนดที่ดิน"},
		{"an English letter left out, of which enough is right", "pasport", "", "การขอหนังสือเดินทางธรรมดา"},
		{"Thai typed on a Latin keyboard", "[y9ixit=k=oskp", "บัตรประชาชนหาย", "การขอมีบัตรประจำตัวประชาชนใหม่ กรณีบัตรหายหรือถูกทำลาย"},
		{"two vowels for one is no slip to mention", "เเจ้งเกิด", "", "การรับแจ้งการเกิด (สูติบัตร)"},
		{"nothing wrong", "แจ้งเกิด", "", "การรับแจ้งการเกิด (สูติบัตร)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := query(t, x, tt.query, Filter{}, 5)
			if r.Repaired != tt.repaired {
				t.Errorf("%q was taken for %q, want %q", tt.query, r.Repaired, tt.repaired)
			}
			if exact := query(t, x, tt.query, Filter{Exact: true}, 5); exact.Repaired != "" {
				t.Errorf("asked for exactly %q, it was taken for %q", tt.query, exact.Repaired)
			}
			if p := place(r.Lines(5), tt.title); p != 1 {
				t.Errorf("%q: %s is in place %d, want 1", tt.query, tt.title, p)
			}
		})
	}
}

func TestSynonymsHoldBothWays(t *testing.T) {
	docs := []Document{
		{Kind: Manual, URL: "/a/", TitleTH: "การขอใบอนุญาตขับรถ"},
		{Kind: Manual, URL: "/b/", TitleTH: "การขอใบขับขี่สากล"},
		{Kind: Point, URL: "/c/", TitleTH: "สำนักงานเขตบางรัก กรุงเทพมหานคร"},
	}
	f, m := build(t, docs, Options{Synonyms: [][]string{{"ใบขับขี่", "ใบอนุญาตขับรถ"}}})
	x := open(t, f, m)
	for q, want := range map[string]string{
		"ขอใบขับขี่": "/a/", "ขอใบอนุญาตขับรถสากล": "/b/", "เขตบางรัก กทม.": "/c/", "เขตบางรัก กทม": "/c/",
	} {
		hits := query(t, x, q, Filter{}, 5).Hits
		if !slices.ContainsFunc(hits, func(h Hit) bool { return h.URL == want }) {
			t.Errorf("%q does not find %s", q, want)
		}
	}
}

func TestNearIdenticalTitlesAreOneHit(t *testing.T) {
	r := query(t, sample(t), "ต่ออายุใบอนุญาตขับรถ", Filter{}, 5)
	h := r.Hits[0]
	if h.Total != 3 || len(h.Members) != 2 {
		t.Fatalf("got %d members of %d, want 2 besides the first of 3", len(h.Members), h.Total)
	}
	if got, want := utf16Part(h.Title, h.Differs), "(สิ้นอายุไม่เกิน 1 ปี)"; got != want {
		t.Errorf("what differs is %q, want %q", got, want)
	}
	if got, want := utf16Part(h.Title, h.Marks[0]), "ต่ออายุใบอนุญาตขับรถ"; got != want {
		t.Errorf("what matched is %q, want %q", got, want)
	}
}

// utf16Part cuts a text without characters beyond the first plane.
func utf16Part(s string, part [2]int) string { return string([]rune(s)[part[0]:part[1]]) }

func TestFilters(t *testing.T) {
	x := sample(t)
	tests := []struct {
		name   string
		query  string
		filter Filter
		passes func(Hit) bool
	}{
		{"by category", "ใบอนุญาต", Filter{Category: "business"}, func(h Hit) bool { return h.AgencyCode == "excise" || h.AgencyCode == "local" }},
		{"by agency and all below it", "ใบอนุญาต", Filter{Agency: "mof"}, func(h Hit) bool { return h.AgencyCode == "excise" }},
		{"online only", "จดทะเบียน", Filter{Online: true}, func(h Hit) bool { return h.Online }},
		{"in English only", "ใบอนุญาต", Filter{Lang: "en"}, func(h Hit) bool { return h.HasEN && h.Title == h.TitleEN }},
		{"by kind", "สำนักงาน", Filter{Kind: Point}, func(h Hit) bool { return h.Kind == Point }},
		{"two at once", "", Filter{Group: "entrepreneur", Online: true}, func(h Hit) bool { return h.Online && h.Kind == Manual }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := query(t, x, tt.query, tt.filter, 50)
			if len(r.Hits) == 0 || r.Total != len(r.Hits) {
				t.Errorf("got %d hits of %d", len(r.Hits), r.Total)
			}
			for _, h := range r.Lines(100) {
				if !tt.passes(h) {
					t.Errorf("%s %q does not belong here", h.URL, h.Title)
				}
			}
		})
	}
}

func TestFacetsCountWhatAnotherChoiceWouldShow(t *testing.T) {
	x := sample(t)
	all := query(t, x, "ใบอนุญาต", Filter{}, 50)
	for category, n := range all.Facets.Categories {
		r := query(t, x, "ใบอนุญาต", Filter{Category: category}, 50)
		if r.Total != n {
			t.Errorf("category %s: counted %d, shows %d", category, n, r.Total)
		}
		if diff := cmp.Diff(all.Facets.Categories, r.Facets.Categories); diff != "" {
			t.Errorf("choosing category %s changes the counts of categories:\n%s", category, diff)
		}
	}
}

func TestTheSameOfficesManualsAreOneUnit(t *testing.T) {
	docs := collect(synthetic{manuals: 600, offices: 400, copies: 2, body: 30})
	f, m := build(t, docs, Options{})
	if m.Docs != len(docs) || m.Units > 600+400+2 {
		t.Errorf("%d documents became %d units, want the copies to be two", m.Docs, m.Units)
	}
	x := open(t, f, m)
	title := synthVerbs[1] + synthObjects[1] + "ของท้องถิ่น"
	h := query(t, x, title, Filter{}, 1).Hits[0]
	if h.TitleTH != title || h.Total != 400 || len(h.Members) != mostMembers-1 {
		t.Errorf("got %q with %d of %d members, want %q with %d of 400", h.TitleTH, len(h.Members), h.Total, title, mostMembers-1)
	}
	for _, office := range []string{"office-3", "office-399"} {
		h := query(t, x, title, Filter{Agency: office}, 1).Hits[0]
		if h.AgencyCode != office || h.TitleTH != title {
			t.Errorf("the manual of %s: got %q of %s", office, h.TitleTH, h.AgencyCode)
		}
	}
}

func TestTheSameDocumentsGiveTheSameBytes(t *testing.T) {
	docs := append(portal(t), collect(synthetic{manuals: 400, offices: 30, copies: 2, body: 30})...)
	first, _ := build(t, docs, Options{Synonyms: synonymGroups(t)})
	rand.New(rand.NewPCG(3, 4)).Shuffle(len(docs), func(i, j int) { docs[i], docs[j] = docs[j], docs[i] })
	second, _ := build(t, docs, Options{Synonyms: synonymGroups(t), MemoryPostings: 20000})
	if diff := cmp.Diff(slices.Sorted(maps.Keys(first)), slices.Sorted(maps.Keys(second))); diff != "" {
		t.Errorf("another order and less memory give other files (-first +second):\n%s", diff)
	}
}

func TestAChangedManualChangesFewFiles(t *testing.T) {
	docs := collect(synthetic{manuals: 2400, offices: 100, copies: 3, body: 40})
	before, _ := build(t, docs, Options{})
	docs[17].TitleTH += " กรณีพิเศษ"
	after, m := build(t, docs, Options{})
	changed := 0
	for name := range after {
		if before[name] == nil {
			changed++
		}
	}
	if m.Whole || changed > len(after)/4 {
		t.Errorf("one title changed %d of %d files", changed, len(after))
	}
}

func TestDocumentsThatCannotBeIndexed(t *testing.T) {
	broken := errors.New("disk full")
	one := Document{Kind: Manual, URL: "/a/", TitleTH: "ก"}
	tests := []struct {
		name string
		doc  Document
		err  error
		emit error
	}{
		{"without a title", Document{Kind: Manual, URL: "/a/"}, nil, nil},
		{"without an address", Document{Kind: Manual, TitleTH: "ก"}, nil, nil},
		{"of no kind", Document{URL: "/a/", TitleTH: "ก"}, nil, nil},
		{"that cannot be read", one, broken, nil},
		{"that cannot be written", one, nil, broken},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			docs := func(yield func(Document, error) bool) { yield(tt.doc, tt.err) }
			_, err := Build(docs, Options{TempDir: t.TempDir()}, func(string, []byte) error { return tt.emit }, nil)
			if err == nil || (tt.err != nil || tt.emit != nil) && !errors.Is(err, broken) {
				t.Errorf("got error %v", err)
			}
		})
	}
}

func TestAnEmptyPortalAnswersNothing(t *testing.T) {
	f, m := build(t, nil, Options{})
	r := query(t, open(t, f, m), "ใบขับขี่", Filter{}, 5)
	if len(r.Hits) != 0 || r.Total != 0 || r.Partial {
		t.Errorf("got %+v, want no hits", r)
	}
}

func TestABuiltSiteIsOpenedByItsBuildFile(t *testing.T) {
	f, m := build(t, portal(t), Options{})
	site := fstest.MapFS{"build.json": {Data: []byte(`{"search": "/khumue/../search-index/` + m.Path + `"}`)}}
	if _, err := OpenSite(t.Context(), site); err == nil {
		t.Error("a path that leaves the site was followed")
	}
	site["build.json"] = &fstest.MapFile{Data: []byte(`{"search": "/search-index/` + m.Path + `"}`)}
	for name, data := range f {
		site["search-index/"+name] = &fstest.MapFile{Data: data}
	}
	x, err := OpenSite(t.Context(), site)
	if err != nil {
		t.Fatal(err)
	}
	r := query(t, x, "ทำพาสปอร์ต", Filter{}, 1)
	if r.Hits[0].TitleTH != "การขอหนังสือเดินทางธรรมดา" || r.BytesRead == 0 {
		t.Errorf("got %q with %d bytes read", r.Hits[0].TitleTH, r.BytesRead)
	}
}

func TestAnEndedContextEndsTheQuery(t *testing.T) {
	f, m := build(t, portal(t), Options{})
	x, err := Open(t.Context(), m.Path, func(ctx context.Context, path string) ([]byte, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return f[path], nil
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := x.Query(ctx, "ใบขับขี่", Filter{}, 5); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want that of the context", err)
	}
}
