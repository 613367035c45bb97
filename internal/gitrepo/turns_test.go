package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"khumue/internal/fault"
)

// TestWhoWaitsTogether says which of those who wait are served with the one
// whose turn it is.
func TestWhoWaitsTogether(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	one := Hash{1}
	stands := Move{"refs/heads/a", Hash{}, one}
	tests := []struct {
		name    string
		own     *turn
		other   *turn
		want    int
		waiting int
	}{
		{"another ref goes along", &turn{moves: []Move{stands}}, &turn{moves: []Move{{"refs/heads/b", Hash{}, one}}}, 2, 0},
		{"the same ref waits", &turn{moves: []Move{stands}}, &turn{moves: []Move{{"refs/heads/b", Hash{}, one}, stands}}, 1, 1},
		{"what is elsewhere waits, to be told by itself", &turn{moves: []Move{stands}}, &turn{moves: []Move{{"refs/heads/b", one, Hash{}}}}, 1, 1},
		{"what nobody wants any more waits, to be told by itself", &turn{moves: []Move{stands}}, &turn{ctx: gone, moves: []Move{{"refs/heads/b", Hash{}, one}}}, 1, 1},
		{"who is not wanted any more serves nobody", &turn{ctx: gone, moves: []Move{stands}}, &turn{moves: []Move{{"refs/heads/b", Hash{}, one}}}, 0, 1},
		{"who stands elsewhere is tried all the same", &turn{moves: []Move{{"refs/heads/a", one, Hash{}}}}, &turn{moves: []Move{{"refs/heads/b", Hash{}, one}}}, 2, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var q turns
			for _, w := range []*turn{test.other, test.own} {
				if w.ctx == nil {
					w.ctx = t.Context()
				}
				q.add(w)
			}
			got := q.take(test.own, func(moves []Move) bool {
				for _, m := range moves {
					if !m.Old.IsZero() {
						return false
					}
				}
				return true
			})
			if len(got) != test.want || len(q.list) != test.waiting {
				t.Errorf("%d are served and %d wait, want %d and %d", len(got), len(q.list), test.want, test.waiting)
			}
		})
	}
	var q turns
	for i := range 2 * mostTurns {
		q.add(&turn{ctx: t.Context(), moves: []Move{{fmt.Sprintf("refs/heads/%d", i), Hash{}, one}}})
	}
	if got := q.take(q.list[3], func([]Move) bool { return true }); len(got) != mostTurns {
		t.Errorf("%d at once, want %d", len(got), mostTurns)
	}
}

// TestThoseServedTogetherFailAlone has transitions wait for one another, of
// which some can not be made, alone or with the others.
func TestThoseServedTogetherFailAlone(t *testing.T) {
	r, one, two := branched(t)
	stale := Move{Main, two, one}
	made := []Move{
		{draftRef, one, Hash{}},
		{draftRef + "/below", Hash{}, two}, // not beside the draft that goes in the same transaction
		{"refs/heads/x", Hash{}, one},
		{"refs/heads/y", Hash{}, two},
	}
	r.moving.Lock()
	errs := make([]error, len(made)+1)
	var wg sync.WaitGroup
	for i, m := range append(made, stale) {
		wg.Go(func() { errs[i] = r.Refs().Update(t.Context(), m) })
		for queued := 0; queued <= i; { // one after another
			runtime.Gosched()
			r.turns.lock.Lock()
			queued = len(r.turns.list)
			r.turns.lock.Unlock()
		}
	}
	r.moving.Unlock()
	wg.Wait()
	for i, m := range made {
		now, err := r.Refs().Get(m.Ref)
		if errs[i] != nil || now != m.New || (err == nil) == m.New.IsZero() {
			t.Errorf("%s: %v, and it is %v, %v", m.Ref, errs[i], now, err)
		}
	}
	if !errors.Is(errs[len(made)], fault.Conflict) {
		t.Errorf("what was elsewhere: got %v", errs[len(made)])
	}
	if now, err := r.Refs().Get(Main); now != one || err != nil {
		t.Errorf("main is %v, %v, want %v", now, err, one)
	}
	sound(t, r)
}

// BenchmarkAtOnce has many move a ref of their own at once; an operation is one
// move.
func BenchmarkAtOnce(b *testing.B) {
	r, one, _ := portal(b)
	for _, people := range []int{1, 50} {
		b.Run(fmt.Sprint(people), func(b *testing.B) {
			var wg sync.WaitGroup
			for p := range people {
				wg.Go(func() {
					ref := fmt.Sprintf("refs/heads/draft/dlt-222222/%d", p)
					moves := []Move{{ref, Hash{}, one}, {ref, one, Hash{}}}
					for i := range 2 * max(1, b.N/people/2) {
						if err := r.Refs().Update(b.Context(), moves[i%2]); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
		})
	}
}
