package search

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// unitOfTerm is a unit that has the term under test, and how many of its
// documents have it at each level.
type unitOfTerm struct {
	state unitState
	docs  levelCounts
}

// draw makes up a unit with a number that no other has.
func draw(rnd *rand.Rand, taken map[uint32]unitOfTerm) unitOfTerm {
	u := unitOfTerm{state: unitState{there: true, prior: rnd.IntN(4), sign: uint32(rnd.IntN(2))}}
	for u.state.id = rnd.Uint32N(1 << 18); taken[u.state.id].state.there; {
		u.state.id++
	}
	for range 1 + rnd.IntN(2) {
		u.docs[1+rnd.IntN(4)*rnd.IntN(4)]++
	}
	return u
}

// between is the change from one unit to another; either may be none.
func between(old, now unitOfTerm) *unitChange {
	c := &unitChange{old: old.state, now: now.state}
	for l := range c.delta {
		c.delta[l] = int32(now.docs[l]) - int32(old.docs[l])
	}
	return c
}

// whole are the postings of units as they are built anew.
func whole(t term, units map[uint32]unitOfTerm) termPostings {
	var list []held
	for _, id := range slices.Sorted(maps.Keys(units)) {
		u := units[id]
		h, all := held{sign: u.state.sign}, 0
		for l, n := range u.docs {
			if all += int(n); n > 0 {
				h.key = newHeldKey(uint8(l), u.state.prior, id)
			}
		}
		if all > 1 {
			h.docs = &u.docs
		}
		list = append(list, h)
	}
	slices.SortFunc(list, compareHeld)
	return newTermPostings(t, list, nil)
}

// TestLeavesAreThoseOfATermBuiltAnew lets the units of a term come, move and
// go, from none to thousands and back.
func TestLeavesAreThoseOfATermBuiltAnew(t *testing.T) {
	rnd := rand.New(rand.NewPCG(8, 9))
	u := newUpdater(Options{}, memory{})
	u.signs.of([]int{0})
	u.signs.of([]int{1})
	u.notes.put(pageKey(tailSection, 0), tailsBytes(nil))
	x := hashTerm("wใบ")
	p, units := newTermPostings(x, nil, nil), map[uint32]unitOfTerm{}
	for turn := range 60 {
		var all []*unitChange
		ids := slices.Sorted(maps.Keys(units))
		rnd.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		goes := turn >= 30
		for i := range 150 {
			old, now := unitOfTerm{}, unitOfTerm{}
			if i < len(ids) && (goes || i < 20) {
				old = units[ids[i]]
				delete(units, ids[i])
			}
			if !goes || turn < 58 && i < 20 && old.state.there {
				now = draw(rnd, units)
				units[now.state.id] = now
			}
			all = append(all, between(old, now))
		}
		e := &termEdit{u: u, p: &p, touched: map[heldKey]bool{}}
		if err := e.apply(all); err != nil {
			t.Fatalf("turn %d: %v", turn, err)
		}
		want := whole(x, units)
		compareTerm(t, u, &p, &want)
		for i := range p.leaves {
			if len(p.leaves) > 1 {
				p.leaves[i].list = nil // is to be read again
			}
		}
	}
	if len(units) > 0 || len(u.tails[0]) > 0 {
		t.Errorf("%d units and %d tails are left", len(units), len(u.tails[0]))
	}
}

func compareTerm(t *testing.T, u *updater, got, want *termPostings) {
	t.Helper()
	if got.all != want.all || got.named != want.named || !slices.EqualFunc(got.best, want.best, sameHeld) {
		t.Fatalf("got %d postings, %d named, best %v; want %d, %d, %v", got.all, got.named, got.best, want.all, want.named, want.best)
	}
	e := &termEdit{u: u, p: got}
	for i := range got.leaves {
		l := got.leaves[i]
		if err := e.read(&l); err != nil {
			t.Fatal(err)
		}
		if i >= len(want.leaves) || l.from != want.leaves[i].from || l.depth != want.leaves[i].depth || !slices.EqualFunc(l.list, want.leaves[i].list, sameHeld) {
			t.Fatalf("leaf %d of %d is another", i, len(want.leaves))
		}
	}
	var tails []heldKey
	for _, tail := range u.tails[0] {
		tails = append(tails, tail.from)
	}
	slices.Sort(tails)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(tailsOf(want))), tails); diff != "" {
		t.Fatalf("tails (-want +got)\n%s", diff)
	}
}

func sameHeld(a, b held) bool {
	return a.key == b.key && a.sign == b.sign && a.counts() == b.counts()
}
