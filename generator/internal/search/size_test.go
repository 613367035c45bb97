package search

import (
	"bytes"
	"compress/gzip"
	"context"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// wire counts what a browser would receive: each file compressed.
type wire struct {
	files files
	bytes int
	count int

	bySort map[string][2]int // bytes and files
}

func (w *wire) fetch(ctx context.Context, path string) ([]byte, error) {
	data, err := w.files.fetch(ctx, path)
	n := zipped(data)
	w.bytes += n
	if w.bySort == nil {
		w.bySort = map[string][2]int{}
	}
	sort, _, _ := strings.Cut(path, "/")
	w.bySort[sort] = [2]int{w.bySort[sort][0] + n, w.bySort[sort][1] + 1}
	w.count++
	return data, err
}

func zipped(data []byte) int {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(data)
	z.Close()
	return min(b.Len(), len(data))
}

// TestQueriesOfALargePortalStaySmall builds a portal of SEARCH_DOCS
// documents (5,000 where it is not set: the bounds are those for 100,000)
// and reports what queries fetch.
func TestQueriesOfALargePortalStaySmall(t *testing.T) {
	n := 5000
	if s := os.Getenv("SEARCH_DOCS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	s := synthetic{manuals: n * 6 / 10, offices: n / 25, copies: 9, body: 150}
	if s.copies = 9; os.Getenv("SEARCH_BODY") != "" {
		s.body, _ = strconv.Atoi(os.Getenv("SEARCH_BODY"))
	}
	f := files{}
	size, count := 0, 0
	began := time.Now()
	docs := func(yield func(Document, error) bool) {
		for _, d := range portal(t) {
			if !yield(d, nil) {
				return
			}
		}
		s.docs()(yield)
	}
	m, err := Build(docs, Options{Synonyms: synonymGroups(t), TempDir: t.TempDir()}, func(path string, data []byte) error {
		size, count = size+len(data), count+1
		return f.emit(path, data)
	})
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	t.Logf("%d documents, %d units: %v, %d files, %d KB; heap now %d MB, from the system %d MB", m.Docs, m.Units, took.Round(time.Millisecond), count, size>>10, mem.HeapAlloc>>20, mem.Sys>>20)
	t.Logf("bits: terms %d, tails %d, records %d; lexicon %d bytes, %d zipped; manifest %d, %d zipped", m.Terms.Bits, m.Tails.Bits, m.Records.Bits, len(f[m.Lexicon]), zipped(f[m.Lexicon]), len(f[m.Path]), zipped(f[m.Path]))

	w := &wire{files: f}
	x, err := Open(t.Context(), m.Path, w.fetch)
	if err != nil {
		t.Fatal(err)
	}
	opened := w.bytes
	found, all, sum := 0, 0, 0
	var warm []int
	var slow time.Duration
	for i, e := range append(expectations(t, "testdata/queries.tsv"), expectations(t, "testdata/heldout.tsv")...) {
		w.bytes, w.count = 0, 0
		if i == 0 {
			w.bytes = opened
		}
		at := time.Now()
		r, err := x.Query(t.Context(), e.query, Filter{}, 10)
		if err != nil {
			t.Fatal(err)
		}
		slow = max(slow, time.Since(at))
		all++
		if p := place(r.Lines(10), e.title); p > 0 && p <= 5 {
			found++
		} else if testing.Verbose() {
			t.Logf("missed %q (%s): %d, %d bytes", e.query, r.Repaired, p, w.bytes)
		}
		if i == 0 {
			t.Logf("cold query: %d bytes in %d files", w.bytes, w.count)
			continue
		}
		sum += w.bytes
		warm = append(warm, w.bytes)
	}
	slices.Sort(warm)
	worst := warm[len(warm)-1]
	t.Logf("median %d, 90%% %d, 95%% %d; by sort %v", warm[len(warm)/2], warm[len(warm)*9/10], warm[len(warm)*95/100], w.bySort)
	t.Logf("warm queries: mean %d bytes, most %d; slowest %v; recall@5 %.3f", sum/(all-1), worst, slow, float64(found)/float64(all))
}
