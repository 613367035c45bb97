package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"khumue/generator/internal/search"
	"khumue/internal/corpus"
	"khumue/internal/thai"
)

// question is what people type, and the title that answers it.
type question struct{ words, title string }

func questions(t *testing.T) []question {
	t.Helper()
	src, err := os.ReadFile("testdata/queries.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var out []question
	for _, line := range strings.Split(strings.TrimSpace(string(src)), "\n")[1:] {
		cells := strings.Split(line, "\t")
		out = append(out, question{cells[0], cells[1]})
	}
	return out
}

// byCommand answers as "generator search" prints: address, tab, title.
func byCommand(t *testing.T, words string) []string {
	t.Helper()
	var out, told bytes.Buffer
	code := run(t.Context(), []string{"search", "--site", sample.built(t), "--", words}, streams{in: strings.NewReader(""), out: &out, err: &told})
	if code != 0 {
		t.Fatalf("generator search %q: exit %d: %s", words, code, told.String())
	}
	if out.Len() == 0 {
		return []string{}
	}
	return strings.Split(strings.TrimSpace(out.String()), "\n")
}

// TestEverydayQuestionsFindTheirService asks the built sample site at the
// command line; that its search page answers the same is tested in the browser.
func TestEverydayQuestionsFindTheirService(t *testing.T) {
	asked := questions(t)
	found, ranks := 0.0, 0.0
	for _, q := range asked {
		hits := byCommand(t, q.words)
		place := placeOf(hits, q.title)
		if place == 0 || place > 5 {
			t.Logf("%q: %s is at place %d", q.words, q.title, place)
		}
		if place > 0 && place <= 5 {
			found++
		}
		if place > 0 {
			ranks += 1 / float64(place)
		}
	}
	recall, mrr := found/float64(len(asked)), ranks/float64(len(asked))
	t.Logf("%d questions: recall@5 %.3f, MRR %.3f", len(asked), recall, mrr)
	if recall < 0.95 || mrr < 0.8 {
		t.Errorf("got recall@5 %.3f and MRR %.3f, want at least 0.95 and 0.8", recall, mrr)
	}
}

// placeOf returns the place of a title among printed hits, from 1; 0 for none.
func placeOf(hits []string, title string) int {
	for i, line := range hits {
		if strings.HasSuffix(line, "\t"+title) {
			return i + 1
		}
	}
	return 0
}

// TestAnyPieceOfATitleFindsIt asks for every three neighbouring clusters of
// every title of the sample.
func TestAnyPieceOfATitleFindsIt(t *testing.T) {
	portal, _, err := corpus.Read(os.DirFS("../content"))
	if err != nil {
		t.Fatal(err)
	}
	index, err := search.OpenSite(t.Context(), os.DirFS(sample.built(t)))
	if err != nil {
		t.Fatal(err)
	}
	const all = 1000
	pieces := 0
	for _, m := range portal.Manuals {
		if m.Withdrawn.IsGiven() {
			continue
		}
		clusters := thai.Clusters(thai.Normalize(m.Title.TH))
		for i := range len(clusters) - 2 {
			piece := strings.Join(clusters[i:i+3], "")
			if len(strings.Fields(piece)) != 1 || strings.TrimSpace(piece) != piece {
				continue // a blank is no cluster that anybody would count
			}
			pieces++
			r, err := index.Query(t.Context(), piece, search.Filter{}, all)
			if err != nil {
				t.Fatal(err)
			}
			if !finds(r, "/procedure/"+string(m.ID)+"/") {
				t.Errorf("%q does not find %s", piece, m.Title.TH)
			}
		}
	}
	t.Logf("%d pieces", pieces)
}

// finds reports whether an address is among the hits, in a group or alone.
func finds(r search.Result, url string) bool {
	for _, h := range r.Lines(1000) {
		if h.URL == url {
			return true
		}
		for _, m := range h.Members {
			if m.URL == url {
				return true
			}
		}
	}
	return false
}
