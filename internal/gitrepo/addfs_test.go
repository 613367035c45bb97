package gitrepo

import (
	"errors"
	"io/fs"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"khumue/internal/fault"
)

func TestAFolderBecomesATree(t *testing.T) {
	files := fstest.MapFS{
		"site.yaml":           {Data: []byte("name: x\n")},
		"a/b/c.txt":           {Data: []byte("c")},
		"a/b.txt":             {Data: []byte("stands before the folder b in git's order, after it by name")},
		"a-b/d.txt":           {Data: []byte("d")},
		"left/out/e.txt":      {Data: []byte("e")},
		"empty/.keep/.hidden": {Data: []byte("h")},
	}
	dir := filepath.Join(t.TempDir(), "r.git")
	r, err := Init(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	p, err := r.NewPack()
	if err != nil {
		t.Fatal(err)
	}
	tree, err := p.AddFS(files, func(at string) bool { return at == "left" || strings.Contains(at, "/.") })
	if err != nil {
		t.Fatal(err)
	}
	who := Person{Name: "t", Email: "t@users.invalid", At: time.Unix(1_764_000_000, 0)}
	commit, err := p.Add(Commit, (&Change{Tree: tree, Author: who, Committer: who, Message: "m\n"}).Append(nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.Close(), r.Refs().Begin(map[string]Hash{Main: commit})); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("git", "--git-dir="+dir, "fsck", "--strict").CombinedOutput(); err != nil {
		t.Fatalf("git fsck: %v: %s", err, out)
	}
	got := map[string]string{}
	inside := r.FS(tree)
	err = fs.WalkDir(inside, ".", func(at string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := fs.ReadFile(inside, at)
		got[at] = string(data)
		return err
	})
	want := slices.Sorted(maps.Keys(map[string]bool{"site.yaml": true, "a/b/c.txt": true, "a/b.txt": true, "a-b/d.txt": true}))
	if err != nil || !slices.Equal(slices.Sorted(maps.Keys(got)), want) || got["a/b/c.txt"] != "c" {
		t.Errorf("got %v and %v, want %v", got, err, want)
	}
}

func TestALinkDoesNotBecomeContent(t *testing.T) {
	r, err := Init(filepath.Join(t.TempDir(), "r.git"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	p, err := r.NewPack()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Abort()
	files := fstest.MapFS{"a": {Data: []byte("/etc/passwd"), Mode: fs.ModeSymlink}}
	if _, err := p.AddFS(files, func(string) bool { return false }); !errors.Is(err, fault.Invalid) {
		t.Errorf("got %v, want Invalid", err)
	}
}
