package search

import (
	"bytes"
	"compress/gzip"
	"context"
	"os"
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
	return data, err
}

func zipped(data []byte) int {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(data)
	z.Close()
	return min(b.Len(), len(data))
}

// TestQueriesOfALargePortalStaySmall builds a portal of SEARCH_DOCS documents
// (4,000 where it is not set; the bounds are those for 100,000 manuals) and
// measures what queries fetch.
func TestQueriesOfALargePortalStaySmall(t *testing.T) {
	n := 4000
	if s := os.Getenv("SEARCH_DOCS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	f, m := buildLarge(t, synthetic{manuals: n * 6 / 10, offices: n / 25, copies: 9, body: 150})
	w := &wire{files: f}
	x, err := Open(t.Context(), m.Path, w.fetch)
	if err != nil {
		t.Fatal(err)
	}
	all := append(expectations(t, "testdata/queries.tsv"), expectations(t, "testdata/heldout.tsv")...)
	var fetched []int // bytes of each query, those of opening with the first
	found := 0
	for _, e := range all {
		r := query(t, x, e.query, Filter{}, 10)
		if p := place(r.Lines(10), e.title); p > 0 && p <= 5 {
			found++
		}
		fetched = append(fetched, w.bytes)
		w.bytes = 0
	}
	cold, warm := fetched[0], fetched[1:]
	slices.Sort(warm)
	most, recall := warm[len(warm)*95/100], float64(found)/float64(len(all))
	t.Logf("first query: %d bytes; next ones: half at most %d, 95%% at most %d, all at most %d; recall@5 %.3f", cold, warm[len(warm)/2], most, warm[len(warm)-1], recall)
	t.Logf("bytes and files by sort: %v", w.bySort)
	if cold > 60<<10 || most > 20<<10 || recall < 0.9 {
		t.Errorf("a first query takes %d bytes, 95%% of the next at most %d, and recall@5 is %.3f; want 60 KB, 20 KB and 0.9", cold, most, recall)
	}
}

// buildLarge indexes the sample portal among a synthetic one.
func buildLarge(t *testing.T, s synthetic) (files, Manifest) {
	f := files{}
	sample := portal(t)
	docs := func(yield func(Document, error) bool) {
		for _, d := range sample {
			if !yield(d, nil) {
				return
			}
		}
		s.docs()(yield)
	}
	began := time.Now()
	m, err := Build(docs, Options{Synonyms: synonymGroups(t), TempDir: t.TempDir()}, f.emit, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d documents, %d units, %d files of %d KB after %v", m.Docs, m.Units, len(f), m.Size>>10, time.Since(began).Round(time.Millisecond))
	return f, m
}
