package gitrepo

import (
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestRefsAreListedAsGitListsThem compares with the stock client while refs
// come, move, go and are packed.
func TestRefsAreListedAsGitListsThem(t *testing.T) {
	r, one, two := branched(t)
	stock(t, r, "symbolic-ref", "refs/heads/alias", Main)
	rnd := rand.New(rand.NewPCG(3, 4))
	have := map[string]Hash{}
	for round := range 8 {
		var moves []Move
		for range 30 {
			name := fmt.Sprintf("refs/heads/%s/dlt-%d/%d", []string{"draft", "draft-2", "review"}[rnd.IntN(3)], rnd.IntN(20), rnd.IntN(2))
			if slices.ContainsFunc(moves, func(m Move) bool { return m.Ref == name }) {
				continue
			}
			m := Move{name, have[name], []Hash{{}, one, two}[rnd.IntN(3)]}
			moves = append(moves, m)
		}
		if err := r.Refs().Update(t.Context(), moves...); err != nil {
			t.Fatal(err)
		}
		for _, m := range moves {
			if have[m.Ref] = m.New; m.New.IsZero() {
				delete(have, m.Ref)
			}
		}
		switch round % 4 {
		case 1:
			stock(t, r, "pack-refs", "--all")
		case 2:
			stock(t, r, "pack-refs", "--all", "--no-prune")
		}
		for _, prefix := range []string{"refs/", "refs/heads/draft/", "refs/heads/draft", "refs/heads/draft/dlt-1", "refs/heads/review/dlt-3/", Main, "refs/tags/", "refs/none/", "", "refs/../", "refs//"} {
			var got []string
			for ref, err := range r.Refs().Each(prefix) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, ref.Hash.String()+" "+ref.Name)
			}
			var want []string
			for line := range strings.Lines(stock(t, r, "for-each-ref", "--format=%(objectname) %(refname)")) {
				if name := line[41 : len(line)-1]; strings.HasPrefix(name, prefix) && name != "refs/heads/alias" {
					want = append(want, line[:len(line)-1])
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("round %d, %q: got %q, want %q", round, prefix, got, want)
			}
		}
		if got, err := r.Refs().List("refs/heads/review/"); err != nil || len(got) != len(filtered(have, "refs/heads/review/")) {
			t.Errorf("got %v, %v", got, err)
		}
	}
	sound(t, r)
}

func filtered(refs map[string]Hash, prefix string) []string {
	return slices.DeleteFunc(slices.Collect(maps.Keys(refs)), func(n string) bool { return !strings.HasPrefix(n, prefix) })
}

func TestAListMayEndEarly(t *testing.T) {
	r, _, _ := branched(t)
	n := 0
	for _, err := range r.Refs().Each("refs/") {
		if err != nil {
			t.Fatal(err)
		}
		n++
		break
	}
	if n != 1 {
		t.Errorf("got %d, want 1", n)
	}
}

func FuzzPackedRefsAsAWhole(f *testing.F) {
	f.Add("# pack-refs with: peeled fully-peeled sorted \n0100000000000000000000000000000000000000 refs/heads/b\n^0200000000000000000000000000000000000000\n0100000000000000000000000000000000000000 refs/heads/a")
	f.Fuzz(func(t *testing.T, file string) {
		refs, err := parsePackedRefs(file)
		if err != nil {
			return
		}
		if !slices.IsSortedFunc(refs, func(a, b Ref) int { return strings.Compare(a.Name, b.Name) }) {
			t.Errorf("%v is not in order", refs)
		}
		for _, r := range refs {
			if !strings.Contains(strings.ToLower(file), r.Hash.String()+" "+strings.ToLower(r.Name)) {
				t.Errorf("%v is not in the file", r)
			}
		}
	})
}

// TestFoldersThatDidNotChangeAreNotReadAgain makes all folders old, so that
// they are held.
func TestFoldersThatDidNotChangeAreNotReadAgain(t *testing.T) {
	r, one, two := branched(t)
	for i := range 20 {
		if err := r.Refs().Update(t.Context(), Move{fmt.Sprintf("refs/heads/draft/x-%d/1", i), Hash{}, one}); err != nil {
			t.Fatal(err)
		}
	}
	age := func() {
		err := fs.WalkDir(os.DirFS(r.Dir()), "refs", func(name string, e fs.DirEntry, err error) error {
			if err == nil && e.IsDir() {
				at := time.Now().Add(-time.Hour)
				err = os.Chtimes(filepath.Join(r.Dir(), name), at, at)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	list := func() map[string]Hash {
		got, err := r.Refs().List("refs/heads/draft/x-")
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	age()
	if got := list(); len(got) != 20 || len(r.refFolders.held) < 20 {
		t.Errorf("got %d refs in %d folders that are held", len(got), len(r.refFolders.held))
	}
	err := r.Refs().Update(t.Context(), Move{"refs/heads/draft/x-3/1", one, two}, Move{"refs/heads/draft/x-4/1", one, Hash{}},
		Move{"refs/heads/draft/x-5/2", Hash{}, two}, Move{"refs/heads/draft/x-30/1", Hash{}, two})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		got := list()
		_, gone := got["refs/heads/draft/x-4/1"]
		if len(got) != 21 || gone || got["refs/heads/draft/x-3/1"] != two || got["refs/heads/draft/x-5/2"] != two || got["refs/heads/draft/x-30/1"] != two {
			t.Errorf("got %v", got)
		}
		stock(t, r, "pack-refs", "--all")
	}
}
