package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"khumue/internal/fault"
)

// branched is a repository with two commits, main and a draft at the first.
func branched(t *testing.T) (r *Repository, one, two Hash) {
	t.Helper()
	r, one, tree := planted(t)
	two, err := commitFile(r, tree, one, "dir/two.txt")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Refs().Begin(map[string]Hash{Main: one, draftRef: one}); err != nil {
		t.Fatal(err)
	}
	return r, one, two
}

const (
	draftRef  = "refs/heads/draft/dlt-222222/abcdef"
	reviewRef = "refs/heads/review/dlt-222222/1"
)

// TestWhatStoppedHalfwayIsRecovered leaves behind what git leaves when it is
// killed at some point of a transition: main from one to two, the draft becomes
// a review.
func TestWhatStoppedHalfwayIsRecovered(t *testing.T) {
	const (
		before = "main:1 draft:1"
		after  = "main:2 review:2"
	)
	tests := []struct {
		name     string
		prepared bool
		done     string // what git had done
		locks    string
		want     string
	}{
		{"before git locked anything", false, before, "", before},
		{"while it locked", false, before, "main HEAD", before},
		{"when all was locked", true, before, "main HEAD draft review packed", before},
		{"when one ref had moved", true, "main:2 draft:1", "draft review packed", after},
		{"when another had", true, "main:1 draft:1 review:2", "main packed", after},
		{"before the last", true, "main:2 draft:1 review:2", "draft packed", after},
		{"when all was done", true, after, "draft", after},
		{"when the mark was not whole, which git waits for", false, before, "main draft review packed", before},
	}
	files := map[string]string{"main": Main, "draft": draftRef, "review": reviewRef, "HEAD": "HEAD", "packed": "packed-refs"}
	for _, test := range tests {
		r, one, two := branched(t)
		moves := []Move{{Main, one, two}, {draftRef, one, Hash{}}, {reviewRef, Hash{}, two}}
		n, err := r.writeNote(moves)
		if err != nil {
			t.Fatal(err)
		}
		if test.prepared {
			if err := n.markPrepared(); err != nil {
				t.Fatal(err)
			}
		} else if strings.Contains(test.name, "mark") {
			if _, err := n.file.WriteString("prep"); err != nil {
				t.Fatal(err)
			}
		}
		if err := n.file.Close(); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(test.done, "draft") {
			stock(t, r, "update-ref", "-d", draftRef)
		}
		for _, at := range strings.Fields(test.done) {
			name, number, _ := strings.Cut(at, ":")
			stock(t, r, "update-ref", files[name], map[string]Hash{"1": one, "2": two}[number].String())
		}
		for _, name := range strings.Fields(test.locks) {
			lock := filepath.Join(r.Dir(), filepath.FromSlash(files[name])+".lock")
			if err := errors.Join(os.MkdirAll(filepath.Dir(lock), 0o755), os.WriteFile(lock, nil, 0o644)); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 { // the second finds nothing to do
			if err := r.Refs().Recover(t.Context()); err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
		}
		refs, err := r.Refs().List("refs/")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for name, ref := range files {
			if h, there := refs[ref]; there {
				got = append(got, name+map[Hash]string{one: ":1", two: ":2"}[h])
			}
		}
		slices.Sort(got)
		want := strings.Fields(test.want)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", test.name, got, want)
		}
		// and the way is free
		if err := r.Refs().Update(t.Context(), Move{Main, refs[Main], one}, Move{draftRef, refs[draftRef], Hash{}}, Move{reviewRef, refs[reviewRef], one}); err != nil {
			t.Errorf("%s: moving on: %v", test.name, err)
		}
		if left, _ := filepath.Glob(filepath.Join(r.Dir(), notesDir, "*")); len(left) > 0 {
			t.Errorf("%s: %v are left", test.name, left)
		}
		sound(t, r)
	}
}

func TestATransitionThatHasBegunIsNotCalledOff(t *testing.T) {
	r, one, two := branched(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Refs().Update(ctx, Move{Main, one, two}); !errors.Is(err, context.Canceled) {
		t.Errorf("before it began: got %v", err)
	}
	if got, err := r.Refs().Get(Main); got != one || err != nil {
		t.Errorf("got %v, %v, want %v", got, err, one)
	}
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(cancel)
		now, err := r.Refs().Get(Main)
		if err != nil {
			t.Fatal(err)
		}
		next := map[Hash]Hash{one: two, two: one}[now]
		err = r.Refs().Update(ctx, Move{Main, now, next})
		wg.Wait()
		got, err2 := r.Refs().Get(Main)
		if want := map[bool]Hash{true: next, false: now}[err == nil]; got != want || err2 != nil {
			t.Errorf("%v: got %v, %v, want %v", err, got, err2, want)
		}
	}
}

// TestOneOfManyWins has all try to make something else of the same draft.
func TestOneOfManyWins(t *testing.T) {
	r, one, two := branched(t)
	second, err := Open(r.Dir())
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	const all = 12
	won := make([]bool, all)
	var wg sync.WaitGroup
	for i := range all {
		wg.Go(func() {
			r := []*Repository{r, second}[i%2]
			err := r.Refs().Update(t.Context(), Move{draftRef, one, Hash{}}, Move{fmt.Sprintf("refs/heads/review/dlt-222222/%d", i), Hash{}, two})
			if won[i] = err == nil; err != nil && !errors.Is(err, fault.Conflict) {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	wg.Wait()
	refs, err := r.Refs().List("refs/heads/review/")
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		if _, there := refs[fmt.Sprintf("refs/heads/review/dlt-222222/%d", i)]; there != won[i] {
			t.Errorf("%d: there %v, won %v", i, there, won[i])
		}
	}
	if len(refs) != 1 {
		t.Errorf("%d won, want 1", len(refs))
	}
	sound(t, r)
}

func TestHooksAndSettingsOfOthersAreNotHeard(t *testing.T) {
	r, one, two := branched(t)
	hook := filepath.Join(r.Dir(), "hooks", "reference-transaction")
	if err := errors.Join(os.MkdirAll(filepath.Dir(hook), 0o755), os.WriteFile(hook, []byte("#!/bin/sh\nexit 1\n"), 0o755)); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GIT_DIR", "/nowhere")
	t.Setenv("GIT_CONFIG_PARAMETERS", "'core.bare=nonsense'")
	if err := r.Refs().Update(t.Context(), Move{Main, one, two}); err != nil {
		t.Error(err)
	}
}

func FuzzNote(f *testing.F) {
	moves := []Move{{Main, Hash{1}, Hash{2}}, {draftRef, Hash{1}, Hash{}}}
	f.Add(formatMoves(moves))
	f.Add(append(formatMoves(moves), preparedMark...))
	f.Add(append(formatMoves(nil), preparedMark...))
	f.Fuzz(func(t *testing.T, data []byte) {
		moves, prepared := parseNote(data)
		if moves == nil {
			return
		}
		again, _ := parseNote(formatMoves(moves))
		if !slices.Equal(again, moves) {
			t.Errorf("got %v, want %v", again, moves)
		}
		if _, marked := parseNote(append(formatMoves(moves), preparedMark...)); !marked {
			t.Errorf("the mark is not read (%v)", prepared)
		}
	})
}
