package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"khumue/internal/fault"
)

var someone = Person{"u-2", "u-2@users.invalid", time.Date(2026, 3, 4, 5, 6, 7, 0, time.FixedZone("", 7*3600))}

func fresh(t *testing.T) *Repository {
	t.Helper()
	r, err := Init(filepath.Join(t.TempDir(), "content.git"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// stock runs the git program as a person would.
func stock(t *testing.T, r *Repository, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"--git-dir", r.Dir()}, args...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// add puts objects into a pack of their own.
func add(t *testing.T, r *Repository, fill func(add func(Kind, []byte) Hash)) {
	t.Helper()
	p, err := r.NewPack()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Abort()
	fill(func(k Kind, data []byte) Hash {
		h, err := p.Add(k, data)
		if err != nil {
			t.Fatal(err)
		}
		return h
	})
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
}

// planted is a repository of one commit with dir/file.txt.
func planted(t *testing.T) (r *Repository, commit, tree Hash) {
	t.Helper()
	r = fresh(t)
	add(t, r, func(add func(Kind, []byte) Hash) {
		file := add(Blob, []byte(strings.Repeat("สวัสดี\n", 100)))
		dir := add(Tree, AppendEntry(nil, Entry{FileMode, "file.txt", file}))
		tree = add(Tree, AppendEntry(nil, Entry{FolderMode, "dir", dir}))
		c := Change{Tree: tree, Author: someone, Committer: someone, Message: "เริ่ม\n\nKhumue-Stage: bootstrap\n"}
		commit = add(Commit, c.Append(nil))
	})
	return r, commit, tree
}

func TestWhatIsPackedIsReadBack(t *testing.T) {
	r, commit, tree := planted(t)
	if err := r.Refs().Begin(map[string]Hash{Main: commit}); err != nil {
		t.Fatal(err)
	}
	if said := stock(t, r, "fsck", "--full", "--strict"); said != "" {
		t.Errorf("git fsck: got %q, want nothing", said)
	}
	c, err := r.Commit(commit)
	if err != nil {
		t.Fatal(err)
	}
	if c.Tree != tree || c.Author.Name != "u-2" || !c.Author.At.Equal(someone.At) || !strings.HasPrefix(c.Message, "เริ่ม\n") {
		t.Errorf("got %+v", c)
	}
	if got, err := r.File(tree, "dir/file.txt"); err != nil || !strings.HasPrefix(string(got), "สวัสดี\n") {
		t.Errorf("got %q, %v", got, err)
	}
	if got, want := stock(t, r, "rev-parse", "main"), commit.String()+"\n"; got != want {
		t.Errorf("main: got %q, want %q", got, want)
	}
	for _, path := range []string{"dir/none.txt", "none", "dir/file.txt/more"} {
		if _, err := r.Find(tree, path); !errors.Is(err, fault.NotFound) {
			t.Errorf("%s: got %v, want NotFound", path, err)
		}
	}
	if _, err := r.Read(Blob, Hash{1}); !errors.Is(err, fault.NotFound) {
		t.Errorf("an object that is not there: got %v, want NotFound", err)
	}
}

func TestAPackThatComesLaterIsSeen(t *testing.T) {
	r, _, tree := planted(t)
	if _, err := r.Entries(tree); err != nil {
		t.Fatal(err)
	}
	var late Hash
	add(t, r, func(add func(Kind, []byte) Hash) { late = add(Blob, []byte("later")) })
	if got, err := r.Read(Blob, late); err != nil || string(got) != "later" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestAPackThatSomebodyElseHasListedIsSeen(t *testing.T) {
	r, _, tree := planted(t)
	if _, err := r.stores[0].packs.list(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.stores[0].packs.findAgain(tree); err != nil {
		t.Errorf("got %v, want where it is", err)
	}
}

func TestWhatTheStockClientWritesIsRead(t *testing.T) {
	r, commit, tree := planted(t)
	if err := r.Refs().Begin(map[string]Hash{Main: commit}); err != nil {
		t.Fatal(err)
	}
	want := strings.Repeat("บรรทัด\n", 500)
	name := filepath.Join(t.TempDir(), "file")
	var loose []Hash
	for i := range 40 {
		if err := os.WriteFile(name, fmt.Appendf(nil, "%s%d\n", want, i), 0o644); err != nil {
			t.Fatal(err)
		}
		h, err := ParseHash(strings.TrimSpace(stock(t, r, "hash-object", "-w", name)))
		if err != nil {
			t.Fatal(err)
		}
		loose = append(loose, h)
		stock(t, r, "update-ref", fmt.Sprintf("refs/tags/t%d", i), h.String())
	}
	check := func(how string) {
		t.Helper()
		var wg sync.WaitGroup
		for i, h := range loose {
			wg.Go(func() {
				if got, err := r.Read(Blob, h); err != nil || string(got) != fmt.Sprintf("%s%d\n", want, i) {
					t.Errorf("%s: object %d: %v", how, i, err)
				}
			})
		}
		wg.Wait()
		if _, err := r.File(tree, "dir/file.txt"); err != nil {
			t.Errorf("%s: %v", how, err)
		}
		if _, err := r.Read(Tree, loose[0]); !errors.Is(err, fault.NotFound) {
			t.Errorf("%s: a blob asked for as a tree: got %v, want NotFound", how, err)
		}
	}
	check("loose")
	stock(t, r, "repack", "-adq", "--depth=20")
	stock(t, r, "prune-packed")
	check("packed by the stock client")
	stock(t, r, "-c", "repack.usedeltabaseoffset=false", "repack", "-adqf")
	check("packed again, with bases by name")

	other := fresh(t)
	alternates := filepath.Join(other.Dir(), "objects", "info", "alternates")
	if err := os.WriteFile(alternates, []byte(filepath.Join(r.Dir(), "objects")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	var err error
	if r, err = Open(other.Dir()); err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	check("borrowed")
}

func FuzzApply(f *testing.F) {
	base := bytes.Repeat([]byte("0123456789"), 40)
	f.Add(patch(base, 100, 20))
	f.Add([]byte{0x90, 0x03, 0x90, 0x03, 0xff, 0, 0, 0, 0, 0x90, 1, 0})
	f.Fuzz(func(t *testing.T, delta []byte) {
		if out, err := apply(base, delta); err == nil && len(out) > maxObject {
			t.Errorf("%d bytes", len(out))
		}
	})
}

func TestPatchesAreUndoneByGit(t *testing.T) {
	for _, size := range []int{20, 300, 70_000, 17_000_000} {
		r := fresh(t)
		p, err := r.NewPack()
		if err != nil {
			t.Fatal(err)
		}
		defer p.Abort()
		data := bytes.Repeat([]byte("abcdefghij"), size/10)
		base, err := p.Add(Blob, data)
		if err != nil {
			t.Fatal(err)
		}
		at := size / 2
		var want []Hash
		for i := range 3 * maxDepth / 2 {
			for k := at; k < at+7; k++ {
				data[k] = byte('A' + i%26 + k%3)
			}
			data[at] = byte(i)
			h, err := p.AddPatched(Blob, data, base, at, 7)
			if err != nil {
				t.Fatal(err)
			}
			base, want = h, append(want, h)
			if size > 1<<20 && i == 1 {
				break
			}
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
		if said := stock(t, r, "fsck", "--full", "--no-dangling"); strings.Contains(said, "error") {
			t.Errorf("%d bytes: %s", size, said)
		}
		for i, h := range want {
			got, err := r.Read(Blob, h)
			if err != nil || got[at] != byte(i) || Sum(Blob, got) != h {
				t.Errorf("%d bytes, patch %d: not read back: %v", size, i, err)
			}
		}
	}
}

func TestAnAbandonedPackLeavesNothing(t *testing.T) {
	r := fresh(t)
	for name, end := range map[string]func(*Pack){
		"aborted": func(p *Pack) { p.Add(Blob, []byte("x")); p.Abort() },
		"empty":   func(p *Pack) { p.Close() },
	} {
		p, err := r.NewPack()
		if err != nil {
			t.Fatal(err)
		}
		end(p)
		if left, _ := os.ReadDir(filepath.Join(r.Dir(), "objects", "pack")); len(left) > 0 {
			t.Errorf("%s: %v is left", name, left)
		}
	}
}

func TestRefsMoveTogetherOrNotAtAll(t *testing.T) {
	r, one, tree := planted(t)
	var two Hash
	add(t, r, func(add func(Kind, []byte) Hash) {
		c := Change{Tree: tree, Parents: []Hash{one}, Author: someone, Committer: someone, Message: "ต่อ\n"}
		two = add(Commit, c.Append(nil))
	})
	const draft, review = "refs/heads/draft/dlt-222222/abcdef", "refs/heads/review/dlt-222222/1"
	tests := []struct {
		name  string
		moves []Move
		want  error
		main  Hash
	}{
		{"a ref that is not there begins", []Move{{Main, Hash{}, one}}, nil, one},
		{"a second beginning is a conflict", []Move{{Main, Hash{}, two}}, fault.Conflict, one},
		{"two refs move", []Move{{Main, one, two}, {draft, Hash{}, two}}, nil, two},
		{"one that is not as expected holds all", []Move{{Main, two, one}, {draft, one, two}}, fault.Conflict, two},
		{"absence may be expected", []Move{{review, Hash{}, Hash{}}, {Main, two, one}}, nil, one},
		{"and holds all when there is something", []Move{{draft, Hash{}, Hash{}}, {Main, one, two}}, fault.Conflict, one},
		{"one ref goes as another comes", []Move{{draft, two, Hash{}}, {review, Hash{}, two}}, nil, one},
		{"a name with a line end is refused", []Move{{"refs/heads/x\ndelete refs/heads/main", Hash{}, one}}, fault.Invalid, one},
		{"a name outside refs is refused", []Move{{"HEAD", Hash{}, one}}, fault.Invalid, one},
	}
	for _, test := range tests {
		err := r.Refs().Update(context.Background(), test.moves...)
		if !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, err, test.want)
		}
		if got, err := r.Refs().Get(Main); err != nil || got != test.main {
			t.Errorf("%s: main is %v (%v), want %v", test.name, got, err, test.main)
		}
	}
	list, err := r.Refs().List("refs/heads/review/")
	if err != nil || len(list) != 1 || list[review] != two {
		t.Errorf("got %v, %v", list, err)
	}
	if _, err := r.Refs().Get(draft); !errors.Is(err, fault.NotFound) {
		t.Errorf("the draft that went: got %v, want NotFound", err)
	}
	if err := r.Refs().Begin(map[string]Hash{Main: one}); !errors.Is(err, fault.Conflict) {
		t.Errorf("beginning a repository that has begun: got %v, want Conflict", err)
	}
}

func TestWhatIsNoRepositoryIsRefused(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(dir); !errors.Is(err, fault.NotFound) {
		t.Errorf("opening an empty folder: got %v, want NotFound", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Init(dir); !errors.Is(err, fault.Conflict) {
		t.Errorf("beginning in a folder with a file: got %v, want Conflict", err)
	}
}

func FuzzCommit(f *testing.F) {
	whole := Change{Tree: Hash{1}, Parents: []Hash{{2}, {3}}, Author: someone, Committer: someone, Message: "a\n\nb: c\n"}
	f.Add(string(whole.Append(nil)))
	f.Add("tree 0100000000000000000000000000000000000000\ngpgsig -----BEGIN\n x\n y\n\nm")
	f.Fuzz(func(t *testing.T, data string) {
		c, err := parseCommit(data)
		if err != nil {
			return
		}
		again, err := parseCommit(string(c.Append(nil)))
		if c.Author.At.IsZero() || c.Committer.At.IsZero() {
			return // a line was missing; it is read, but not written again
		}
		if err != nil || again.Message != c.Message || again.Tree != c.Tree || len(again.Parents) != len(c.Parents) {
			t.Errorf("%q: got %+v and %v, want %+v", data, again, err, c)
		}
	})
}

func FuzzTree(f *testing.F) {
	f.Add(AppendEntry(AppendEntry(nil, Entry{FileMode, "a", Hash{1}}), Entry{FolderMode, "b", Hash{2}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, err := parseTree(data)
		if err != nil {
			return
		}
		var again []byte
		for _, e := range entries {
			again = AppendEntry(again, e)
		}
		if !bytes.Equal(again, data) {
			t.Errorf("got %q, want %q", again, data)
		}
	})
}
