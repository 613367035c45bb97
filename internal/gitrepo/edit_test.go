package gitrepo

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"khumue/internal/fault"
)

// listing returns the files of a tree and which blob each is.
func listing(t *testing.T, r *Repository, tree Hash) map[string]Hash {
	t.Helper()
	out := map[string]Hash{}
	for d, err := range r.Diff(Hash{}, tree) {
		if err != nil {
			t.Fatal(err)
		}
		out[d.Path] = d.New.Hash
	}
	return out
}

func TestEdits(t *testing.T) {
	r := fresh(t)
	b := r.NewBatch()
	defer b.Abort()
	blob := func(s string) Hash {
		h, err := b.Add(Blob, []byte(s))
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	put := func(tree Hash, edits ...Edit) Hash {
		h, err := b.Put(tree, edits...)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	x, y := blob("x"), blob("y")
	start := put(Hash{}, SetFile("a/b/c", x), SetFile("a/b.txt", x), SetFile("a-b/d", x), SetFile("a/คู่มือ.md", x))
	folder := put(Hash{}, SetFile("m", y), SetFile("forms/f.pdf", y))
	none := put(Hash{})
	commit, err := b.NewCommit(Change{Tree: none, Author: someone, Committer: someone, Message: "m\n"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		edits []Edit
		gone  string // files that go, and files that have y
		have  string
		want  error
	}{
		{name: "no edit", edits: nil},
		{name: "a file changes", edits: []Edit{SetFile("a/b/c", y)}, have: "a/b/c"},
		{name: "a file comes, with folders", edits: []Edit{SetFile("n/e/w", y)}, have: "n/e/w"},
		{name: "a folder comes", edits: []Edit{SetFolder("a/m", folder)}, have: "a/m/m a/m/forms/f.pdf"},
		{name: "a folder comes in the place of one", edits: []Edit{SetFolder("a/b", folder)}, gone: "a/b/c", have: "a/b/m a/b/forms/f.pdf"},
		{name: "a folder takes the place of a file", edits: []Edit{SetFolder("a/b.txt", folder)}, gone: "a/b.txt", have: "a/b.txt/m a/b.txt/forms/f.pdf"},
		{name: "a file takes the place of a folder", edits: []Edit{SetFile("a/b", y)}, gone: "a/b/c", have: "a/b"},
		{name: "the last file of a folder goes and the folder with it", edits: []Edit{Remove("a/b/c")}, gone: "a/b/c"},
		{name: "a folder goes and the one above with it", edits: []Edit{Remove("a-b")}, gone: "a-b/d"},
		{name: "a folder moves", edits: []Edit{Remove("a/b"), SetFolder("z/b", folder)}, gone: "a/b/c", have: "z/b/m z/b/forms/f.pdf"},
		{name: "later edits see earlier ones", edits: []Edit{SetFolder("q", folder), SetFile("q/more", y), Remove("q/forms")}, have: "q/m q/more"},
		{name: "what came may go again", edits: []Edit{SetFile("p/q", y), Remove("p/q"), SetFile("a/b/c", y)}, have: "a/b/c"},
		{name: "an empty folder is none", edits: []Edit{SetFolder("e", none), SetFolder("a/b", none)}, gone: "a/b/c"},
		{name: "all goes", edits: []Edit{Remove("a"), Remove("a-b")}, gone: "a/b/c a/b.txt a/คู่มือ.md a-b/d"},
		{name: "removing what is not there", edits: []Edit{Remove("a/x")}, want: fault.NotFound},
		{name: "removing below what is not there", edits: []Edit{Remove("x/x")}, want: fault.NotFound},
		{name: "removing what went just now", edits: []Edit{Remove("a/b/c"), Remove("a/b")}, want: fault.NotFound},
		{name: "a path through a file", edits: []Edit{SetFile("a/b.txt/c", y)}, want: fault.Invalid},
		{name: "a blob that is not there", edits: []Edit{SetFile("f", Hash{1})}, want: fault.NotFound},
		{name: "a tree in the place of a blob", edits: []Edit{SetFile("f", folder)}, want: fault.NotFound},
		{name: "a blob in the place of a tree", edits: []Edit{SetFolder("f", x)}, want: fault.NotFound},
		{name: "a commit in the place of a tree", edits: []Edit{SetFolder("f", commit)}, want: fault.NotFound},
	}
	for _, test := range tests {
		had := b.Len()
		got, err := b.Put(start, test.edits...)
		if test.want != nil {
			if !errors.Is(err, test.want) || b.Len() != had {
				t.Errorf("%s: got %v and %d objects, want %v and none", test.name, err, b.Len()-had, test.want)
			}
			continue
		} else if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		want := listing(t, r, start)
		for _, f := range strings.Fields(test.gone) {
			delete(want, f)
		}
		for _, f := range strings.Fields(test.have) {
			want[f] = y
		}
		if got := listing(t, r, got); !maps.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", test.name, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
		}
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	sound(t, r)
}

func TestNamesThatMayNotStandInATree(t *testing.T) {
	refused := []string{
		"", ".", "..", "a//b", "/a", "a/", "a/../b", "./a", `a\b`, "a:b", "a*", "a?", `a"`, "a<", "a>", "a|b",
		".git", ".GIT", ".Git", ".gitmodules", ".gitattributes", "git~1", "GIT~12", "gi7eba~1", "gitmod~1", ".git ", ".git.", ".git::$INDEX_ALLOCATION",
		".g\u200cit", "\ufeff.git", "a\u202egnp.exe", "a\x00b", "a\nb", "a\x7f", "a\u0085b", "a\u2028b", "\xff", "a\ufffd",
		"con", "CON.txt", "aux", "nul.md", "com1", "LPT9.pdf", "com¹", " a", "a ", "a.", "a\u00a0",
		strings.Repeat("ก", 86), strings.Repeat("a/", 512) + "a",
	}
	for _, name := range refused {
		for _, at := range []string{name, "x/" + name, name + "/x"} {
			if _, err := checkPath(at); !errors.Is(err, fault.Invalid) {
				t.Errorf("%q: got %v, want Invalid", at, err)
			}
		}
	}
	taken := []string{"manual.md", "คู่มือประชาชน ฉบับที่ ๒.pdf", "a.b-c_d+e@f (1).docx", "gitlab", "git", "digit~1", "console", "com10", "a..b", "...a", "é", strings.Repeat("ก", 85)}
	for _, name := range taken {
		if _, err := checkPath("x/" + name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// FuzzPut compares edits with a plain map of files, and trees with what the
// standard order of names and sizes says.
func FuzzPut(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 200, 201, 33, 66, 99})
	f.Add([]byte("the same paths again and again, with folders and files"))
	names := []string{"a", "a-b", "a.b", "a0", "b"}
	f.Fuzz(func(t *testing.T, ops []byte) {
		r := memoryless(t)
		b := r.NewBatch()
		defer b.Abort()
		blob, err := b.Add(Blob, []byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]Hash{}
		var edits []Edit
		for i := 0; i+2 < len(ops) && i < 90; i += 3 {
			parts := []string{}
			for _, c := range ops[i+1 : i+3] {
				parts = append(parts, names[int(c)%len(names)])
			}
			at := strings.Join(parts[:1+int(ops[i]/2)%2], "/")
			if ops[i]%2 == 0 {
				if refusedBy(want, at) {
					continue
				}
				maps.DeleteFunc(want, func(p string, _ Hash) bool { return strings.HasPrefix(p, at+"/") })
				want[at] = blob
				edits = append(edits, SetFile(at, blob))
			} else if below(want, at) {
				maps.DeleteFunc(want, func(p string, _ Hash) bool { return p == at || strings.HasPrefix(p, at+"/") })
				edits = append(edits, Remove(at))
			}
		}
		all, err := b.Put(Hash{}, edits...)
		if err != nil {
			t.Fatalf("%v: %v", edits, err)
		}
		each := Sum(Tree, nil)
		for _, e := range edits {
			if each, err = b.Put(each, e); err != nil {
				t.Fatalf("%v: %v", e, err)
			}
		}
		if got := listing(t, r, all); !maps.Equal(got, want) || each != all {
			t.Errorf("%v: got %v, want %v; one by one %v, want %v", edits, got, want, each, all)
		}
		ordered(t, r, all)
	})
}

// memoryless is a repository of which nothing is ever on the disk.
func memoryless(t *testing.T) *Repository {
	t.Helper()
	return &Repository{dir: t.TempDir()}
}

// refusedBy reports whether a path leads through a file.
func refusedBy(files map[string]Hash, at string) bool {
	dir, _, deep := strings.Cut(at, "/")
	_, isFile := files[dir]
	return deep && isFile
}

func below(files map[string]Hash, at string) bool {
	for p := range files {
		if p == at || strings.HasPrefix(p, at+"/") {
			return true
		}
	}
	return false
}

// ordered fails the test when a tree is not as git has trees.
func ordered(t *testing.T, r *Repository, tree Hash) {
	t.Helper()
	entries, err := r.Entries(tree)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.IsSortedFunc(entries, func(a, b Entry) int { return strings.Compare(a.order(), b.order()) }) {
		t.Errorf("%v is not in git's order", entries)
	}
	for _, e := range entries {
		if e.IsFolder() {
			ordered(t, r, e.Hash)
		}
	}
}

func TestWhatFSShowsIsWhatWasPut(t *testing.T) {
	r := fresh(t)
	b := r.NewBatch()
	var edits []Edit
	want := map[string]bool{}
	for i := range 200 {
		h, err := b.Add(Blob, fmt.Appendf(nil, "%d", i))
		if err != nil {
			t.Fatal(err)
		}
		at := fmt.Sprintf("agencies/a%d/manuals/a%d-%06d/manual.md", i%7, i%7, i)
		edits, want[at] = append(edits, SetFile(at, h)), true
	}
	tree, err := b.Put(Hash{}, edits...)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	err = fs.WalkDir(r.FS(tree), ".", func(at string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			got[at] = true
		}
		return err
	})
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("got %d files and %v, want %d", len(got), err, len(want))
	}
	sound(t, r)
}
