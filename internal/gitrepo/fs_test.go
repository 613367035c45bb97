package gitrepo

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"khumue/internal/fault"
)

// furnished is a repository with a tree of several files and folders, and what
// is in them.
func furnished(t *testing.T) (r *Repository, tree Hash, files map[string]string) {
	t.Helper()
	r = fresh(t)
	files = map[string]string{"a.yaml": "", "a/b.yaml": "x: 1\n", "a.b/c/d.md": strings.Repeat("คู่มือ\n", 900)}
	add(t, r, func(add func(Kind, []byte) Hash) {
		blob := func(name string) Hash { return add(Blob, []byte(files[name])) }
		c := add(Tree, AppendEntry(nil, Entry{FileMode, "d.md", blob("a.b/c/d.md")}))
		a := add(Tree, AppendEntry(nil, Entry{"100755", "b.yaml", blob("a/b.yaml")}))
		ab := add(Tree, AppendEntry(nil, Entry{FolderMode, "c", c}))
		var top []byte // in git's order, which is not that of names
		top = AppendEntry(top, Entry{FolderMode, "a.b", ab})
		top = AppendEntry(top, Entry{FileMode, "a.yaml", blob("a.yaml")})
		tree = add(Tree, AppendEntry(top, Entry{FolderMode, "a", a}))
	})
	return r, tree, files
}

func TestATreeIsAFileSystem(t *testing.T) {
	r, tree, files := furnished(t)
	below := r.FS(tree)
	if err := fstest.TestFS(below, "a.yaml", "a/b.yaml", "a.b/c/d.md"); err != nil {
		t.Error(err)
	}
	var names []string
	if err := fs.WalkDir(below, ".", func(p string, _ fs.DirEntry, err error) error {
		names = append(names, p)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(names, " "), ". a a/b.yaml a.b a.b/c a.b/c/d.md a.yaml"; got != want {
		t.Errorf("walked: got %s, want %s", got, want)
	}
	for name, want := range files {
		info, err := fs.Stat(below, name)
		if err != nil || info.Size() != int64(len(want)) || !info.Mode().IsRegular() {
			t.Errorf("%s: got %v, %v, want a regular file of %d bytes", name, info, err, len(want))
		}
	}
	for name, want := range map[string]error{"none": fs.ErrNotExist, "a/none": fs.ErrNotExist, "a.yaml/x": fs.ErrNotExist, "a/../a.yaml": fs.ErrInvalid, "/a.yaml": fs.ErrInvalid, "": fs.ErrInvalid} {
		if _, err := below.Open(name); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", name, err, want)
		}
	}
}

func TestManyReadTheSameTree(t *testing.T) {
	r, tree, files := furnished(t)
	below := r.FS(tree)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for name, want := range files {
				if got, err := fs.ReadFile(below, name); err != nil || string(got) != want {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
	wg.Wait()
}

func TestFoldersThatAreForgottenAreReadAgain(t *testing.T) {
	r, tree, files := furnished(t)
	below := r.FS(tree).(*treeFS)
	for range 4 {
		for name, want := range files {
			if got, err := below.ReadFile(name); err != nil || string(got) != want {
				t.Errorf("%s: %v", name, err)
			}
			below.held = maxHeld + 1
		}
	}
	if n := len(below.young) + len(below.old); n > 4 {
		t.Errorf("%d folders are held, want the newest", n)
	}
}

func TestWhatIsNoFileIsShownAsSuch(t *testing.T) {
	r := fresh(t)
	var tree Hash
	add(t, r, func(add func(Kind, []byte) Hash) {
		link := add(Blob, []byte("../../etc/passwd"))
		top := AppendEntry(nil, Entry{"120000", "link.yaml", link})
		top = AppendEntry(top, Entry{"160000", "other.yaml", Hash{7}})
		tree = add(Tree, AppendEntry(top, Entry{"nonsense", "third.yaml", link}))
	})
	below := r.FS(tree)
	entries, err := fs.ReadDir(below, ".")
	if err != nil {
		t.Fatal(err)
	}
	want := []fs.FileMode{fs.ModeSymlink, fs.ModeIrregular, fs.ModeIrregular}
	for i, e := range entries {
		info, err := e.Info()
		if err != nil || info.Mode().Type() != want[i] || e.Type() != want[i] {
			t.Errorf("%s: got %v (%v), want %v", e.Name(), e.Type(), err, want[i])
		}
		if _, err := below.Open(e.Name()); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("opening %s: got %v, want %v", e.Name(), err, fs.ErrInvalid)
		}
		if _, err := fs.ReadFile(below, e.Name()); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("reading %s: got %v, want %v", e.Name(), err, fs.ErrInvalid)
		}
	}
}

// An attacker pushes a tree by hand whose names lead out of its folder, or hide
// one file behind another.
func TestTreesThatNoDiskCouldHoldAreRefused(t *testing.T) {
	for name, names := range map[string][]string{
		"a name that leads up":     {".."},
		"a name of the folder":     {"."},
		"a name with a slash":      {"a/b"},
		"a name that stands twice": {"a", "b", "a"},
	} {
		r := fresh(t)
		var tree Hash
		add(t, r, func(add func(Kind, []byte) Hash) {
			var top []byte
			for i, n := range names {
				top = AppendEntry(top, Entry{FileMode, n, add(Blob, []byte{byte(i)})})
			}
			tree = add(Tree, top)
		})
		if _, err := fs.ReadDir(r.FS(tree), "."); !errors.Is(err, errDamaged) {
			t.Errorf("%s: got %v, want an error", name, err)
		}
	}
}

func TestSizesAreKnownWithoutReading(t *testing.T) {
	r, _, _ := planted(t)
	sizes := map[Hash]int64{}
	name := filepath.Join(t.TempDir(), "file")
	for i := range 30 {
		text := fmt.Appendf(nil, "%s%d", strings.Repeat("บรรทัด\n", 500), 1<<i)
		if err := os.WriteFile(name, text, 0o644); err != nil {
			t.Fatal(err)
		}
		h, err := ParseHash(strings.TrimSpace(stock(t, r, "hash-object", "-w", name)))
		if err != nil {
			t.Fatal(err)
		}
		sizes[h] = int64(len(text))
		stock(t, r, "update-ref", fmt.Sprintf("refs/tags/t%d", i), h.String())
	}
	check := func(how string) {
		t.Helper()
		for h, want := range sizes {
			if got, err := r.Size(h); err != nil || got != want {
				t.Errorf("%s: got %d, %v, want %d", how, got, err, want)
			}
		}
	}
	check("loose")
	stock(t, r, "repack", "-adq", "--depth=20")
	stock(t, r, "prune-packed")
	check("as deltas")
	if _, err := r.Size(Hash{1}); !errors.Is(err, fault.NotFound) {
		t.Errorf("an object that is not there: got %v, want NotFound", err)
	}
}

func TestNamesMeanCommits(t *testing.T) {
	r, commit, tree := planted(t)
	if err := r.Refs().Begin(map[string]Hash{Main: commit, "refs/heads/draft/dlt-222222/abcdef": commit, "refs/tags/folder": tree}); err != nil {
		t.Fatal(err)
	}
	stock(t, r, "-c", "user.name=u", "-c", "user.email=u@users.invalid", "tag", "-a", "-m", "x", "v1", "main")
	stock(t, r, "-c", "user.name=u", "-c", "user.email=u@users.invalid", "tag", "-a", "-m", "x", "v2", "v1")
	stock(t, r, "symbolic-ref", "refs/heads/other", "refs/heads/main")
	tests := []struct {
		name, ref string
		want      error
	}{
		{"a branch", "main", nil},
		{"a branch with folders", "draft/dlt-222222/abcdef", nil},
		{"a ref in full", "refs/heads/main", nil},
		{"a tag of a tag", "v2", nil},
		{"the digits of a commit", commit.String(), nil},
		{"a branch that is not there", "none", fault.NotFound},
		{"a folder of refs", "draft/dlt-222222", fault.NotFound},
		{"a folder of refs in full", "refs/heads", fault.NotFound},
		{"something below a ref", "refs/heads/main/x", fault.NotFound},
		{"digits that name nothing", Hash{9}.String(), fault.NotFound},
		{"the digits of a tree", tree.String(), fault.NotFound},
		{"a tag on a tree", "folder", fault.NotFound},
		{"a ref that names another", "other", fault.NotFound},
		{"an option", "--upload-pack=touch", fault.Invalid},
		{"an option further on", "refs/-x", fault.Invalid},
		{"a way out of the folder", "refs/../../config", fault.Invalid},
		{"a way out by an absolute path", "/etc/passwd", fault.Invalid},
		{"a line end", "main\n", fault.Invalid},
		{"an expression", "main~1", fault.Invalid},
		{"nothing", "", fault.Invalid},
		{"more than a name holds", strings.Repeat("a", 300), fault.Invalid},
	}
	for _, test := range tests {
		h, c, err := r.Resolve(test.ref)
		if !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, err, test.want)
		} else if err == nil && (h != commit || c.Tree != tree) {
			t.Errorf("%s: got %s, want %s", test.name, h, commit)
		}
	}
}

func TestRepositoriesAreTold(t *testing.T) {
	r := fresh(t)
	if !Is(r.Dir()) {
		t.Error("a bare repository is not taken for one")
	}
	for _, dir := range []string{t.TempDir(), filepath.Join(r.Dir(), "HEAD"), filepath.Join(r.Dir(), "none")} {
		if Is(dir) {
			t.Errorf("%s is taken for a repository", dir)
		}
	}
}

func TestABigFileIsReadAsAsked(t *testing.T) {
	r := fresh(t)
	data := bytes.Repeat([]byte("0123456789"), 300_000)
	var tree Hash
	add(t, r, func(add func(Kind, []byte) Hash) {
		tree = add(Tree, AppendEntry(nil, Entry{FileMode, "form.pdf", add(Blob, data)}))
	})
	f, err := r.FS(tree).Open("form.pdf")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	head := make([]byte, 16)
	if n, err := f.Read(head); n != 16 || err != nil || !bytes.Equal(head, data[:16]) {
		t.Errorf("got %q, %v", head[:n], err)
	}
	if rest, err := io.ReadAll(f); err != nil || len(rest) != len(data)-16 {
		t.Errorf("got %d bytes more, %v, want %d", len(rest), err, len(data)-16)
	}
}
