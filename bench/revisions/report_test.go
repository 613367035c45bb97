package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestThePartOfTimesThatStaysWithin(t *testing.T) {
	var all times
	for i := range 100 {
		all = append(all, time.Duration(100-i)*time.Millisecond)
	}
	all = all.sorted()
	for _, c := range []struct {
		name string
		of   times
		part float64
		want time.Duration
	}{
		{"the middle one", all, .5, 51 * time.Millisecond},
		{"all but five of a hundred", all, .95, 96 * time.Millisecond},
		{"the most", all, 1, 100 * time.Millisecond},
		{"one is all parts", all[:1], .95, time.Millisecond},
		{"of none there is none", nil, .5, 0},
	} {
		if got := c.of.at(c.part); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestAFigureIsAsFineAsItSays(t *testing.T) {
	for _, c := range []struct {
		took time.Duration
		want string
	}{
		{0, "–"}, {640 * time.Microsecond, "0.6 ms"}, {9_940 * time.Microsecond, "9.9 ms"}, {250 * time.Millisecond, "250 ms"}, {2 * time.Second, "2.00 s"},
	} {
		if got := fine(c.took); got != c.want {
			t.Errorf("%v: got %q, want %q", c.took, got, c.want)
		}
	}
}

func TestThePageTellsWhatDidNotHold(t *testing.T) {
	b := &bench{options: options{people: 2, rounds: 3, plain: true}}
	b.Manuals, b.Kept, b.Committed = 1000, times{time.Millisecond}, times{10 * time.Millisecond}
	b.Help = times{2 * time.Millisecond}
	b.Steps = []figure{{stepSave, times{20 * time.Millisecond}, 5 * time.Millisecond}}
	b.Pages = []figure{{Name: "the home page", Took: times{8 * time.Millisecond}}}
	b.Crowd = []figure{{Name: stepSave, Took: times{60 * time.Millisecond}}}
	b.published, b.Lost = map[string]string{"a": "1", "b": "2"}, 1
	b.miss("an approval does not hold: %s", "forged")
	var page bytes.Buffer
	b.write(&page)
	said := strings.Join(strings.Fields(page.String()), " ")
	for _, want := range []string{
		"REVISIONS_MANUALS=1000`", "were plain", "| saving | 20.0 ms | 20.0 ms | 5.0 ms | ≤ 300 ms | 20 | 2 |", "| the home page | 8.0 ms | 8.0 ms | – | ≤ 100 ms | 4 |",
		"| saving | 60.0 ms | 60.0 ms | 60.0 ms | 3 |", "Of 2 revisions published in this run 1 were lost", "## What did not hold - an approval does not hold: forged",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("the page does not say %q:\n%s", want, &page)
		}
	}
	if strings.Contains(said, "found nothing to complain of") {
		t.Error("the page praises what did not hold")
	}
}
