package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"khumue/internal/fault"
)

// sound fails the test unless the stock client likes the repository.
func sound(t *testing.T, r *Repository) {
	t.Helper()
	for line := range strings.Lines(stock(t, r, "fsck", "--strict", "--full", "--no-progress")) {
		if !strings.HasPrefix(line, "dangling ") && !strings.HasPrefix(line, "notice: ") {
			t.Errorf("git fsck: %s", line)
		}
	}
}

// files returns the files of the folder of objects.
func files(t *testing.T, r *Repository) []string {
	t.Helper()
	var out []string
	err := fs.WalkDir(os.DirFS(r.Dir()), "objects", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			out = append(out, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestABatchIsSeenAtOnceAndKeptAtTheEnd(t *testing.T) {
	for _, n := range []int{1, 8, 300} {
		r := fresh(t)
		b := r.NewBatch()
		var names []Hash
		for i := range n {
			h, err := b.Add(Blob, fmt.Appendf(nil, "%d", i))
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, h)
		}
		check := func(when string, r *Repository) {
			t.Helper()
			for i, h := range names {
				got, err := r.Read(Blob, h)
				size, err2 := r.Size(h)
				kind, err3 := r.kind(h)
				if want := fmt.Sprint(i); string(got) != want || err != nil || size != int64(len(want)) || err2 != nil || kind != Blob || err3 != nil {
					t.Fatalf("%d objects, %s: got %q, %d, %v, want %q; %v, %v, %v", n, when, got, size, kind, want, err, err2, err3)
				}
			}
		}
		check("before the end", r)
		if got := files(t, r); len(got) > 0 {
			t.Errorf("%d objects, before the end: %v are on the disk", n, got)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		b.Abort()
		check("after the end", r)
		other, err := Open(r.Dir())
		if err != nil {
			t.Fatal(err)
		}
		check("by another", other)
		other.Close()
		if got := files(t, r); len(got) != n {
			t.Errorf("%d objects: got %d files", n, len(got))
		}
		sound(t, r)
	}
}

func TestABatchThatIsGivenUpLeavesNothing(t *testing.T) {
	r := fresh(t)
	b := r.NewBatch()
	h, err := b.Add(Blob, []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	b.Abort()
	if _, err := r.Read(Blob, h); !errors.Is(err, fault.NotFound) || len(files(t, r)) > 0 {
		t.Errorf("got %v and %v, want NotFound and no files", err, files(t, r))
	}
}

func TestTwoBatchesMayHaveTheSameObject(t *testing.T) {
	r := fresh(t)
	one, two := r.NewBatch(), r.NewBatch()
	h, err := one.Add(Blob, []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := two.Add(Blob, []byte("x")); err != nil {
		t.Fatal(err)
	}
	one.Abort()
	if _, err := r.Read(Blob, h); err != nil {
		t.Errorf("after one was given up: %v", err)
	}
	if err := two.Close(); err != nil {
		t.Fatal(err)
	}
	sound(t, r)
}

func TestWhatIsThereIsMadeYoungAndNotWrittenAgain(t *testing.T) {
	old := time.Now().Add(-30 * 24 * time.Hour)
	for _, packed := range []bool{false, true} {
		r, commit, _ := planted(t)
		if !packed {
			r = fresh(t)
			b := r.NewBatch()
			if _, err := b.Add(Blob, []byte("x")); err != nil {
				t.Fatal(err)
			}
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
		}
		before := files(t, r)
		for _, f := range before {
			if err := os.Chtimes(filepath.Join(r.Dir(), f), old, old); err != nil {
				t.Fatal(err)
			}
		}
		b := r.NewBatch()
		kind, data := Blob, []byte("x")
		if packed {
			kind = Commit
			var err error
			if data, err = r.Read(Commit, commit); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.Add(kind, data); err != nil || b.Len() != 0 {
			t.Errorf("packed %v: got %d objects to write and %v, want none", packed, b.Len(), err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		if after := files(t, r); !slices.Equal(before, after) {
			t.Errorf("packed %v: got %v, want %v", packed, after, before)
		}
		for _, f := range before {
			info, err := os.Stat(filepath.Join(r.Dir(), f))
			if err != nil || strings.HasSuffix(f, ".idx") {
				continue
			}
			if time.Since(info.ModTime()) > freshFor {
				t.Errorf("packed %v: %s is as old as before", packed, f)
			}
		}
		// git itself keeps it although nothing names it
		stock(t, r, "prune", "--expire=2.weeks.ago")
		if _, err := r.Read(kind, Sum(kind, data)); err != nil {
			t.Errorf("packed %v: %v", packed, err)
		}
	}
}

// TestWhatNothingNamesIsWrittenAgain has a pack in which git keeps what is to
// go: being young there does not help an object.
func TestWhatNothingNamesIsWrittenAgain(t *testing.T) {
	r, _, _ := branched(t)
	for _, want := range []int{1, 1} {
		b := r.NewBatch()
		h, err := b.Add(Blob, []byte("of no ref"))
		if err != nil || b.Len() != want {
			t.Errorf("got %d objects to write and %v, want %d", b.Len(), err, want)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		stock(t, r, "gc", "--quiet", "--cruft", "--prune=2.weeks.ago")
		if _, _, err := r.stores[0].loose(h); !errors.Is(err, errNoObject) {
			t.Errorf("git left it as a file: %v", err)
		}
		if _, err := r.Read(Blob, h); err != nil {
			t.Error(err)
		}
	}
}

// TestManyWriteAtOnce has writers on two handles race for one branch each and
// for one branch of all.
func TestManyWriteAtOnce(t *testing.T) {
	r, commit, _ := planted(t)
	if err := r.Refs().Begin(map[string]Hash{Main: commit}); err != nil {
		t.Fatal(err)
	}
	second, err := Open(r.Dir())
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	const writers, rounds = 8, 5
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			r := []*Repository{r, second}[w%2]
			for i := range rounds {
				if err := advance(t.Context(), r, fmt.Sprintf("dir/%d-%d.txt", w, i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	tip, err := second.Refs().Get(Main)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, err := range r.FirstParents(tip, 1000) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 1+writers*rounds {
		t.Errorf("got %d commits, want %d", n, 1+writers*rounds)
	}
	c, err := r.Commit(tip)
	if err != nil {
		t.Fatal(err)
	}
	if e, err := r.Find(c.Tree, "dir"); err != nil {
		t.Error(err)
	} else if entries, err := r.Entries(e.Hash); err != nil || len(entries) != 1+writers*rounds {
		t.Errorf("got %d files and %v, want %d", len(entries), err, 1+writers*rounds)
	}
	sound(t, r)
}

// advance puts a file into main and tries again until nobody else was faster.
func advance(ctx context.Context, r *Repository, file string) error {
	for {
		tip, err := r.Refs().Get(Main)
		if err != nil {
			return err
		}
		c, err := r.Commit(tip)
		if err != nil {
			return err
		}
		next, err := commitFile(r, c.Tree, tip, file)
		if err != nil {
			return err
		}
		if err := r.Refs().Update(ctx, Move{Main, tip, next}); !errors.Is(err, fault.Conflict) {
			return err
		}
	}
}

// commitFile writes a commit that adds a file to a tree, on the disk.
func commitFile(r *Repository, tree, parent Hash, file string) (Hash, error) {
	b := r.NewBatch()
	defer b.Abort()
	blob, err := b.Add(Blob, bytes.Repeat([]byte(file+"\n"), 50))
	if err != nil {
		return Hash{}, err
	}
	if tree, err = b.Put(tree, SetFile(file, blob)); err != nil {
		return Hash{}, err
	}
	commit, err := b.NewCommit(Change{Tree: tree, Parents: []Hash{parent}, Author: someone, Committer: someone, Message: file + "\n"}, nil)
	if err != nil {
		return Hash{}, err
	}
	return commit, b.Close()
}

func TestADiskThatTakesNothingIsUnavailable(t *testing.T) {
	r := fresh(t)
	b := r.NewBatch()
	if _, err := b.Add(Blob, []byte("x")); err != nil {
		t.Fatal(err)
	}
	objects := filepath.Join(r.Dir(), "objects")
	if err := os.Rename(objects, objects+"-away"); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); !errors.Is(err, fault.Unavailable) {
		t.Errorf("got %v, want Unavailable", err)
	}
}
