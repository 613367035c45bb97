package gitrepo

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/fault"
)

// grown is what stands in a folder by its name: text of a file, with its mode
// before a space, or another folder.
type grown map[string]any

// plant adds a folder and all below it.
func (g grown) plant(add func(Kind, []byte) Hash) Hash {
	var entries []Entry
	for name, what := range g {
		switch what := what.(type) {
		case string:
			mode, text, _ := strings.Cut(what, " ")
			entries = append(entries, Entry{mode, name, add(Blob, []byte(text))})
		case grown:
			entries = append(entries, Entry{FolderMode, name, what.plant(add)})
		}
	}
	slices.SortFunc(entries, byPath)
	var tree []byte
	for _, e := range entries {
		tree = AppendEntry(tree, e)
	}
	return add(Tree, tree)
}

// told is what Diff says, a line each.
func told(t *testing.T, r *Repository, old, new Hash) (out []string) {
	t.Helper()
	for d, err := range r.Diff(old, new) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, d.String())
	}
	return out
}

func (d Difference) String() string {
	return fmt.Sprintf("%s: %v %v -> %v %v", d.Path, d.Old.Mode, d.Old.Hash, d.New.Mode, d.New.Hash)
}

func TestDifferencesOfTrees(t *testing.T) {
	base := grown{"a.yaml": "100644 a", "m": grown{"x.md": "100644 x", "y.md": "100644 y"}, "z": "100644 z"}
	with := func(name string, what any) grown {
		out := maps.Clone(base)
		out[name] = what
		if what == nil {
			delete(out, name)
		}
		return out
	}
	tests := []struct {
		name     string
		old, new grown
		want     string // modes and paths
	}{
		{"nothing", base, base, ""},
		{"a file changes", base, with("a.yaml", "100644 b"), "-rw-r--r-- -rw-r--r-- a.yaml"},
		{"a file below changes", base, with("m", grown{"x.md": "100644 x", "y.md": "100644 Y"}), "-rw-r--r-- -rw-r--r-- m/y.md"},
		{"a file comes", base, with("b", "100644 b"), "---------- -rw-r--r-- b"},
		{"a folder comes", base, with("b", grown{"c": grown{"d": "100644 d"}}), "---------- -rw-r--r-- b/c/d"},
		{"a folder goes", base, with("m", nil), "-rw-r--r-- ---------- m/x.md, -rw-r--r-- ---------- m/y.md"},
		{"all goes", base, grown{}, "-rw-r--r-- ---------- a.yaml, -rw-r--r-- ---------- m/x.md, -rw-r--r-- ---------- m/y.md, -rw-r--r-- ---------- z"},
		{"a folder becomes a file, with another name between them", base, maps.Collect(maps.All(grown{"m": "100644 m", "m.md": "100644 n", "a.yaml": "100644 a", "z": "100644 z"})),
			"---------- -rw-r--r-- m, ---------- -rw-r--r-- m.md, -rw-r--r-- ---------- m/x.md, -rw-r--r-- ---------- m/y.md"},
		{"a file becomes a folder", base, with("z", grown{"z": "100644 z"}), "-rw-r--r-- ---------- z, ---------- -rw-r--r-- z/z"},
		{"a file may be run", base, with("z", "100755 z"), "-rw-r--r-- -rwxr-xr-x z"},
		{"a mode that no disk tells apart", base, with("z", "100664 z"), ""},
		{"a file becomes a link", base, with("z", "120000 z"), "-rw-r--r-- Lrwxrwxrwx z"},
		{"a file becomes another repository", base, with("z", "160000 z"), "-rw-r--r-- ?--------- z"},
		{"a folder becomes another repository", base, with("m", "160000 z"), "---------- ?--------- m, -rw-r--r-- ---------- m/x.md, -rw-r--r-- ---------- m/y.md"},
		{"an empty folder comes", base, with("e", grown{}), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := fresh(t)
			var old, new Hash
			add(t, r, func(add func(Kind, []byte) Hash) { old, new = test.old.plant(add), test.new.plant(add) })
			var got []string
			for d, err := range r.Diff(old, new) {
				if err != nil {
					t.Fatal(err)
				}
				if d.Old.IsZero() != d.Old.Hash.IsZero() || d.New.IsZero() != d.New.Hash.IsZero() {
					t.Errorf("%s: a side is half there", d)
				}
				got = append(got, fmt.Sprintf("%v %v %s", d.Old.Mode, d.New.Mode, d.Path))
			}
			if got := strings.Join(got, ", "); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// planter makes random trees that are alike.
type planter struct{ *rand.Rand }

var plants = []string{"a", "a.b", "a-b", "b", "c", "ก", "z"}

func (p planter) file() string {
	return []string{"100644", "100644", "100755", "120000", "160000"}[p.IntN(5)] + " " + fmt.Sprint(p.IntN(3))
}

func (p planter) folder(deep int) grown {
	g := grown{}
	for _, name := range plants {
		switch n := p.IntN(8); {
		case n < 2:
			g[name] = p.file()
		case n < 5 && deep > 0:
			g[name] = p.folder(deep - 1)
		}
	}
	return g
}

// changed returns the folder after some edits.
func (p planter) changed(g grown, deep int) grown {
	out := maps.Clone(g)
	for _, name := range plants {
		below, isFolder := g[name].(grown)
		switch n := p.IntN(12); {
		case n == 0:
			delete(out, name)
		case n == 1:
			out[name] = p.file()
		case n == 2 && deep > 0:
			out[name] = p.folder(deep - 1)
		case n < 6 && isFolder:
			out[name] = p.changed(below, deep-1)
		}
	}
	return out
}

// listed is all files below a tree, by their paths.
func listed(t *testing.T, r *Repository, tree Hash, at string, into map[string]Side) map[string]Side {
	t.Helper()
	if tree.IsZero() {
		return into
	}
	entries, err := r.Entries(tree)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsFolder() {
			listed(t, r, e.Hash, at+e.Name+"/", into)
		} else {
			into[at+e.Name] = Side{e.mode(), e.Hash}
		}
	}
	return into
}

func compared(was, now map[string]Side) (out []string) {
	paths := map[string]bool{}
	for _, m := range []map[string]Side{was, now} {
		for p := range m {
			paths[p] = true
		}
	}
	for _, p := range slices.Sorted(maps.Keys(paths)) {
		if was[p] != now[p] {
			out = append(out, Difference{p, was[p], now[p]}.String())
		}
	}
	return out
}

// raw is what the stock client says of two trees.
func raw(t *testing.T, r *Repository, old, new Hash) (out []string) {
	t.Helper()
	fields := strings.Split(stock(t, r, "diff-tree", "-r", "-z", "--no-renames", "--raw", "--no-abbrev", old.String(), new.String()), "\x00")
	for i := 0; i+1 < len(fields); i += 2 {
		f := strings.Fields(strings.TrimPrefix(fields[i], ":"))
		side := func(mode, hash string) Side {
			h, err := ParseHash(hash)
			if err != nil {
				t.Fatal(err)
			}
			if h.IsZero() {
				return Side{}
			}
			return Side{Entry{Mode: mode}.mode(), h}
		}
		out = append(out, Difference{fields[i+1], side(f[0], f[2]), side(f[1], f[3])}.String())
	}
	return out
}

func TestDifferencesAreThoseOfAnySimplerWay(t *testing.T) {
	r := fresh(t)
	p := planter{rand.New(rand.NewPCG(3, 4))}
	var trees []Hash
	add(t, r, func(add func(Kind, []byte) Hash) {
		trees = append(trees, grown{}.plant(add))
		for range 8 {
			for g, i := p.folder(4), 0; i < 5; i++ {
				trees = append(trees, g.plant(add))
				g = p.changed(g, 4)
			}
		}
	})
	for i, new := range trees {
		if diff := cmp.Diff(compared(nil, listed(t, r, new, "", map[string]Side{})), told(t, r, Hash{}, new)); diff != "" {
			t.Fatalf("from nothing to tree %d (-want +got):\n%s", i, diff)
		}
		old := trees[max(i-1, 0)]
		got := told(t, r, old, new)
		want := compared(listed(t, r, old, "", map[string]Side{}), listed(t, r, new, "", map[string]Side{}))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("from tree %d to the next, than a walk (-want +got):\n%s", i-1, diff)
		}
		if diff := cmp.Diff(raw(t, r, old, new), got); diff != "" {
			t.Fatalf("from tree %d to the next, than git diff-tree (-want +got):\n%s", i-1, diff)
		}
	}
}

func TestAnOldTreeThatWasPrunedIsTold(t *testing.T) {
	r := fresh(t)
	var new, half Hash
	add(t, r, func(add func(Kind, []byte) Hash) {
		new = grown{"a": grown{"b": "100644 b"}, "c": "100644 c"}.plant(add)
		half = add(Tree, AppendEntry(nil, Entry{FolderMode, "a", Hash{9}}))
	})
	for name, old := range map[string]Hash{"all of it": {7}, "a folder of it": half} {
		var last error
		for _, err := range r.Diff(old, new) {
			if last != nil {
				t.Errorf("%s: more is told after %v", name, last)
			}
			last = err
		}
		if !errors.Is(last, fault.NotFound) {
			t.Errorf("%s: got %v, want %v", name, last, fault.NotFound)
		}
	}
}

// An attacker pushes a tree by hand whose names lead out of its folder, hide one
// file behind another, or go on without end.
func TestDifferencesOfTreesThatNoDiskCouldHold(t *testing.T) {
	r := fresh(t)
	trees := map[string]Hash{}
	add(t, r, func(add func(Kind, []byte) Hash) {
		blob := add(Blob, nil)
		folder := add(Tree, AppendEntry(nil, Entry{FileMode, "x", blob}))
		for _, name := range []string{"..", ".", "a/b"} {
			trees[name] = add(Tree, AppendEntry(nil, Entry{FileMode, name, blob}))
		}
		twice := AppendEntry(AppendEntry(nil, Entry{FileMode, "a", blob}), Entry{FileMode, "a.b", blob})
		trees["a file that is a folder too"] = add(Tree, AppendEntry(twice, Entry{FolderMode, "a", folder}))
		for range longestPath {
			folder = add(Tree, AppendEntry(nil, Entry{FolderMode, "f", folder}))
		}
		trees["folders in folders"] = folder
	})
	for name, tree := range trees {
		var last error
		for _, err := range r.Diff(Hash{}, tree) {
			last = err
		}
		if !errors.Is(last, errDamaged) || errors.Is(last, fs.ErrNotExist) {
			t.Errorf("%s: got %v, want %v", name, last, errDamaged)
		}
	}
}

func TestWhoHasSeenEnoughIsToldNoMore(t *testing.T) {
	r, tree, _ := furnished(t)
	for range r.Diff(Hash{}, tree) {
		break
	}
}
