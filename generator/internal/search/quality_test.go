package search

import (
	"strings"
	"testing"
)

// question and answer of a file of queries.
type expectation struct{ query, title string }

func expectations(t testing.TB, name string) []expectation {
	var out []expectation
	for _, line := range lines(t, name)[1:] {
		parts := strings.Split(line, "\t")
		out = append(out, expectation{parts[0], parts[1]})
	}
	return out
}

// place returns the place of a title among the lines of an answer, from 1; 0
// where it is not there.
func place(hits []Hit, title string) int {
	for i, h := range hits {
		if h.TitleTH == title {
			return i + 1
		}
	}
	return 0
}

func TestEverydayPhrasesFindTheirService(t *testing.T) {
	x := sample(t)
	for _, file := range []string{"testdata/queries.tsv", "testdata/heldout.tsv"} {
		all := expectations(t, file)
		found, rank := 0, 0.0
		for _, e := range all {
			r, err := x.Query(t.Context(), e.query, Filter{}, 10)
			if err != nil {
				t.Fatal(err)
			}
			p := place(r.Lines(10), e.title)
			if p > 0 && p <= 5 {
				found++
			} else {
				t.Logf("%s: %q (%s): place %d of %s", file, e.query, r.Repaired, p, e.title)
			}
			if p > 0 {
				rank += 1 / float64(p)
			}
		}
		recall, mrr := float64(found)/float64(len(all)), rank/float64(len(all))
		t.Logf("%s: %d queries, recall@5 %.3f, MRR %.3f", file, len(all), recall, mrr)
		if recall < 0.95 || mrr < 0.8 {
			t.Errorf("%s: recall@5 %.3f, MRR %.3f, want at least 0.95 and 0.8", file, recall, mrr)
		}
	}
}
