package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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

func TestAFigureIsTheMiddleOfItsRuns(t *testing.T) {
	var r results
	for _, wall := range []time.Duration{9, 2, 5} {
		r.add("Hugo", usage{Wall: wall}, nil)
	}
	r.add("Hugo with data", usage{Wall: 7}, errors.New("no memory left"))
	want := []figure{
		{Name: "Hugo", Use: usage{Wall: 5}, Runs: []usage{{Wall: 9}, {Wall: 2}, {Wall: 5}}},
		{Name: "Hugo with data", Use: usage{Wall: 7}, Runs: []usage{{Wall: 7}}, Failed: "no memory left"},
	}
	if d := cmp.Diff(want, r.Full); d != "" {
		t.Errorf("the figures differ:\n%s", d)
	}
}

func TestPeersOneAfterTheOther(t *testing.T) {
	hugo := figure{Name: "Hugo 1" + samePages, Use: usage{Wall: 20 * time.Second, CPU: 30 * time.Second, Peak: 3e9}}
	pagefind := figure{Name: "Pagefind 1", Use: usage{Wall: 40 * time.Second, CPU: 50 * time.Second, Peak: 2e9}}
	failed := pagefind
	failed.Failed = "stopped"
	for _, c := range []struct {
		name     string
		searched int
		index    []figure
		want     usage
	}{
		{"times are added, the larger memory counts", 1000, []figure{{}, pagefind}, usage{Wall: 60 * time.Second, CPU: 80 * time.Second, Peak: 3e9}},
		{"of another portal", 10, []figure{{}, pagefind}, usage{}},
		{"not installed", 1000, []figure{{}}, usage{}},
		{"failed", 1000, []figure{{}, failed}, usage{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := results{Manuals: 1000, Searched: c.searched, Full: []figure{hugo}, Index: c.index}
			got := r.oneAfterTheOther()
			if c.want == (usage{}) && got == nil {
				return
			}
			if len(got) != 1 || got[0].Use != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}
