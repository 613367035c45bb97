package thai

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func normalGolden(t *testing.T) [][2]string {
	t.Helper()
	var golden [][2]string
	if err := json.Unmarshal(read(t, "testdata/norm_golden.json"), &golden); err != nil {
		t.Fatal(err)
	}
	return golden
}

func clusterGolden(t *testing.T) map[string][]string {
	t.Helper()
	var golden map[string][]string
	if err := json.Unmarshal(read(t, "testdata/tcc_golden.json"), &golden); err != nil {
		t.Fatal(err)
	}
	return golden
}

// goldenTexts returns every text of the golden files, in order.
func goldenTexts(t *testing.T) []string {
	t.Helper()
	texts := slices.Sorted(maps.Keys(clusterGolden(t)))
	for _, g := range normalGolden(t) {
		texts = append(texts, g[0], g[1])
	}
	return texts
}

func TestGoldenNormalForms(t *testing.T) {
	for _, g := range normalGolden(t) {
		if got := Normalize(g[0]); got != g[1] {
			t.Errorf("Normalize(%q): got %q, want %q", g[0], got, g[1])
		}
	}
}

func TestGoldenClusters(t *testing.T) {
	for text, want := range clusterGolden(t) {
		if diff := cmp.Diff(want, Clusters(text)); diff != "" {
			t.Errorf("Clusters(%q): want -, got +\n%s", text, diff)
		}
	}
}

func TestGoldenInTheBrowser(t *testing.T) {
	normal, clusters := normalGolden(t), clusterGolden(t)
	var texts []string
	for _, g := range normal {
		texts = append(texts, g[0])
	}
	cut := slices.Sorted(maps.Keys(clusters))
	results := inBrowser(t, []string{}, append(texts, cut...))
	for i, g := range normal {
		if got := results[i].Normalize; got != g[1] {
			t.Errorf("normalize(%q): got %q, want %q", g[0], got, g[1])
		}
	}
	for i, text := range cut {
		if diff := cmp.Diff(clusters[text], results[len(normal)+i].Clusters); diff != "" {
			t.Errorf("clusters(%q): want -, got +\n%s", text, diff)
		}
	}
}
