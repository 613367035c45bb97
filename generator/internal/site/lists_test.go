package site

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"khumue/generator/internal/state"
)

// emptyStore is a store without records.
func emptyStore(t *testing.T) *state.Store {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lists")
	w, err := state.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	index, err := w.Finish()
	if err != nil {
		t.Fatal(err)
	}
	s, err := state.Open(path, index)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// TestChangedListsAreThoseSplitAnew changes lists at random, few entries and
// many at a time: their pages are those of a whole list that is split anew, and
// every page that differs from before is dirty or dropped.
func TestChangedListsAreThoseSplitAnew(t *testing.T) {
	for seed := range uint64(20) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		ls := newLists(emptyStore(t))
		have := map[place]bool{}
		before := []leaf{}
		for step := range 40 {
			for range rnd.IntN([]int{3, 20, 400}[rnd.IntN(3)]) {
				p := placeOf(aManual, fmt.Appendf(nil, "%03d", rnd.IntN(40)), fmt.Sprint("m", rnd.IntN(1500)))
				if rnd.IntN(3) == 0 || rnd.IntN(8) == 0 && step%10 > 7 {
					delete(have, p)
					ls.move([]listName{"x"}, p, nil, p)
				} else {
					have[p] = true
					ls.move(nil, p, []listName{"x"}, p)
				}
			}
			if err := ls.apply(); err != nil {
				t.Fatal(err)
			}
			before = compareLists(t, ls, have, before)
			clear(ls.dirty)
			clear(ls.dropped)
			clear(ls.made)
		}
	}
}

func compareLists(t *testing.T, ls *lists, have map[place]bool, before []leaf) []leaf {
	t.Helper()
	var all []place
	for p := range have {
		all = append(all, p)
	}
	slices.Sort(all)
	want := split(all)
	var got []leaf
	if err := ls.each("x", "", func(pg leaf) (bool, error) { got = append(got, pg); return true, nil }); err != nil {
		t.Fatal(err)
	}
	equal := func(a, b leaf) bool { return a.start == b.start && slices.Equal(a.places, b.places) }
	if !slices.EqualFunc(got, want, equal) {
		t.Fatalf("got %d pages, want %d of %d entries", len(got), len(want), len(all))
	}
	if n, err := ls.count("x"); err != nil || n != len(all) {
		t.Fatalf("got count %d, %v, want %d", n, err, len(all))
	}
	told(t, ls, before, got)
	return got
}

// told checks that what is shown differently is told.
func told(t *testing.T, ls *lists, before, now []leaf) {
	t.Helper()
	shown := func(pages []leaf) map[place]string {
		out := map[place]string{}
		for i, pg := range pages {
			around := ""
			if i > 0 {
				around += string(pages[i-1].start)
			}
			if i+1 < len(pages) {
				around += "|" + string(pages[i+1].start)
			}
			out[pg.start] = fmt.Sprint(pg.places, around)
		}
		return out
	}
	old := shown(before)
	for start, text := range shown(now) {
		if old[start] != text && !ls.dirty["x"][start] {
			t.Fatalf("page %q has changed and is not dirty:\n%q\n%q", start, old[start], text)
		}
		if ls.dropped["x"][start] {
			t.Fatalf("page %q is there and was dropped", start)
		}
		delete(old, start)
	}
	for start := range old {
		if !ls.dropped["x"][start] {
			t.Fatalf("page %q is gone and was not dropped", start)
		}
	}
}

func TestOneChangeRewritesFewPages(t *testing.T) {
	ls := newLists(emptyStore(t))
	for i := range 5000 {
		ls.move(nil, "", []listName{"x"}, placeOf(aManual, fmt.Appendf(nil, "%05d", i), fmt.Sprint("m", i)))
	}
	if err := ls.apply(); err != nil {
		t.Fatal(err)
	}
	most := 0
	for i := range 100 {
		clear(ls.dirty)
		ls.move(nil, "", []listName{"x"}, placeOf(aManual, fmt.Appendf(nil, "%05d", i*50), fmt.Sprint("new", i)))
		if err := ls.apply(); err != nil {
			t.Fatal(err)
		}
		most = max(most, len(ls.dirty["x"]))
	}
	if most > 20 {
		t.Errorf("one entry more made %d pages anew", most)
	}
}

func TestTwoNamesAtOnePlaceKeepTheirIdentifiers(t *testing.T) {
	p := placeOf(aPoint, []byte("abc"), "dlt-1")
	if p.id() != "dlt-1" || p.kind() != aPoint {
		t.Errorf("got %s %c", p.id(), p.kind())
	}
}

// split cuts a whole list into pages, which share it.
func split(all []place) []leaf {
	if len(all) == 0 {
		return nil
	}
	out, from := []leaf{{}}, 0
	for i, p := range all {
		if i > 0 && p.begins(i-from) {
			out = append(out, leaf{start: p})
			from = i
		}
		out[len(out)-1].places = all[from : i+1 : i+1]
	}
	return out
}
