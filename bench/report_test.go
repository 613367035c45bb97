package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestThePageTellsWhatIsMissing(t *testing.T) {
	r := results{
		Machine: "2 × processor", Manuals: 100000, Searched: 10000,
		Full: []figure{
			{Name: "plain writing", Use: usage{Wall: 5 * time.Second}},
			{Name: "the same, synced", Use: usage{Wall: 6 * time.Second}},
			{Name: ours, Use: usage{Wall: 10 * time.Second, Peak: 400e6}},
			{Name: "Hugo 1", Use: usage{Wall: 30 * time.Minute, Peak: 8e9}, Failed: "stopped after 30 min"},
		},
		Changes: []change{{Manuals: 1000, Walk: usage{Wall: 10 * time.Millisecond}, Repo: usage{Wall: 100 * time.Millisecond}, RepoReport: built{Written: 12}}},
		Index:   []figure{{Name: "Khumue", Use: usage{Wall: 3 * time.Second}}},
	}
	r.miss("Pagefind: it is not installed")
	var b bytes.Buffer
	r.write(&b)
	page := strings.Join(strings.Fields(b.String()), " ")
	for _, want := range []string{
		"make bench MANUALS=100000", "| full build from a folder | 10.00 s |", "| Hugo 1: stopped after 30 min | 30 min | – | 8.0 GB | 360 | 180 | 20 |",
		"| 115 ms | 12, 0 |", "## Not measured - Pagefind: it is not installed",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q:\n%s", want, &b)
		}
	}
}
