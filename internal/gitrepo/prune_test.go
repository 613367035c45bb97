package gitrepo_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"khumue/internal/gitrepo"
)

// age makes all objects of a repository as old as they would be after a time.
func age(t *testing.T, r *gitrepo.Repository, by time.Duration) {
	t.Helper()
	err := filepath.WalkDir(r.Dir(), func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		at := info.ModTime().Add(-by)
		return os.Chtimes(name, at, at)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestASealedRepositoryLetsGoOfWhatNoRefReaches(t *testing.T) {
	sealed, err := gitrepo.OpenWith(mustInit(t).Dir(), &memory{refs: map[string]gitrepo.Hash{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sealed.Close() })
	if err := sealed.Seal(bytes.Repeat([]byte{3}, gitrepo.SealKey)); err != nil {
		t.Fatal(err)
	}
	const ref = "refs/khumue/incoming"
	var at gitrepo.Hash
	land := func(text string, parents ...gitrepo.Hash) (blob gitrepo.Hash) {
		t.Helper()
		b := sealed.NewBatch()
		blob, err := b.Add(gitrepo.Blob, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		tree, err := b.Put(gitrepo.Hash{}, gitrepo.SetFile("agencies/dlt/agency.yaml", blob))
		if err != nil {
			t.Fatal(err)
		}
		by := gitrepo.Person{Name: "khumue", Email: "khumue@users.invalid", At: time.Unix(1_800_000_000, 0)}
		next, err := b.NewCommit(gitrepo.Change{Tree: tree, Parents: parents, Author: by, Committer: by, Message: text + "\n"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		if err := sealed.Refs().Update(t.Context(), gitrepo.Move{Ref: ref, Old: at, New: next}); err != nil {
			t.Fatal(err)
		}
		at = next
		return blob
	}
	add := func(text string) {
		t.Helper()
		b := sealed.NewBatch()
		if _, err := b.Add(gitrepo.Blob, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
	maintain := func(when string, want map[gitrepo.Hash]bool) {
		t.Helper()
		if err := sealed.Maintain(t.Context()); err != nil {
			t.Fatal(err)
		}
		for h, there := range want {
			if sealed.Has(h) != there {
				t.Errorf("%s: %s is there %v, want %v", when, h, !there, there)
			}
		}
	}
	gone, used := land("a page of a transfer"), land("one that is used again")
	behind := land("a commit")
	above := land("and the one after it", at)
	old, _ := sealed.Refs().Get(ref)
	want := map[gitrepo.Hash]bool{gone: true, used: true, behind: true, above: true, old: true}
	maintain("all is young", want)
	age(t, sealed, 50*time.Hour)
	add("one that is used again")
	maintain("after two days", want)
	age(t, sealed, 50*time.Hour)
	want[gone] = false
	maintain("after four", want)
	age(t, sealed, 90*time.Hour)
	want[used] = false
	maintain("after eight", want)
	if _, err := sealed.File(mustCommit(t, sealed, at).Tree, "agencies/dlt/agency.yaml"); err != nil {
		t.Errorf("what a ref reaches: %v", err)
	}
	open := mustInit(t)
	if n, err := open.Prune(t.Context(), time.Now().Add(time.Hour)); n != 0 || err != nil {
		t.Errorf("of one that is not sealed it removes %d, %v", n, err)
	}
}

func mustCommit(t *testing.T, r *gitrepo.Repository, h gitrepo.Hash) *gitrepo.Change {
	t.Helper()
	c, err := r.Commit(h)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
