package gitrepo

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"khumue/internal/fault"
)

var sealKey = bytes.Repeat([]byte{5}, SealKey)

// sealedRepo is a new repository that is sealed.
func sealedRepo(t *testing.T) *Repository {
	t.Helper()
	r := fresh(t)
	if err := r.Seal(sealKey); err != nil {
		t.Fatal(err)
	}
	return r
}

// reopened opens a repository anew.
func reopened(t *testing.T, r *Repository) *Repository {
	t.Helper()
	r, err := Open(r.Dir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// written adds blobs in one batch.
func written(t *testing.T, r *Repository, texts ...string) (names []Hash) {
	t.Helper()
	b := r.NewBatch()
	for _, text := range texts {
		h, err := b.Add(Blob, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, h)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	return names
}

func TestSealedObjectsAreReadWithTheirKeyAlone(t *testing.T) {
	r := sealedRepo(t)
	names := written(t, r, "ฉบับร่าง", "", strings.Repeat("draft ", 10_000))
	locked, again := reopened(t, r), reopened(t, r)
	if err := again.Seal(sealKey); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"ฉบับร่าง", "", strings.Repeat("draft ", 10_000)} {
		for _, r := range []*Repository{r, again} {
			if got, err := r.Read(Blob, names[i]); err != nil || string(got) != want {
				t.Errorf("got %.20q, %v, want %.20q", got, err, want)
			}
			if k, err := r.Kind(names[i]); err != nil || k != Blob {
				t.Errorf("got kind %v, %v", k, err)
			}
		}
		if _, err := locked.Read(Blob, names[i]); !errors.Is(err, fault.Forbidden) {
			t.Errorf("without the key: got error %v, want one of kind %q", err, fault.Forbidden)
		}
	}
	b := locked.NewBatch()
	if _, err := b.Add(Blob, []byte("in the open")); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); !errors.Is(err, fault.Forbidden) {
		t.Errorf("writing without the key: got error %v, want one of kind %q", err, fault.Forbidden)
	}
	if err := locked.Seal(bytes.Repeat([]byte{6}, SealKey)); !errors.Is(err, fault.Invalid) {
		t.Errorf("another key: got error %v, want one of kind %q", err, fault.Invalid)
	}
	if err := locked.Seal(sealKey[1:]); err == nil {
		t.Error("a short key was taken")
	}
}

func TestTheFilesOfSealedObjectsTellNothing(t *testing.T) {
	r := sealedRepo(t)
	var names []Hash
	for i := range manyObjects + 1 { // which would be a pack
		names = append(names, Sum(Blob, fmt.Appendf(nil, "draft %d", i)))
	}
	var texts []string
	for i := range names {
		texts = append(texts, fmt.Sprintf("draft %d", i))
	}
	if got := written(t, r, texts...); !slices.Equal(got, names) {
		t.Error("objects have other names than git gives them")
	}
	found := files(t, r)
	if len(found) != len(names) {
		t.Errorf("%d files, want %d", len(found), len(names))
	}
	for _, name := range found {
		data, err := os.ReadFile(filepath.Join(r.Dir(), filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		hash := strings.ReplaceAll(strings.TrimPrefix(name, "objects/"), "/", "")
		if slices.ContainsFunc(names, func(h Hash) bool { return h.String() == hash || bytes.Contains(data, h[:]) }) {
			t.Errorf("%s tells the name of an object", name)
		}
		if bytes.Contains(data, []byte("draft")) || bytes.Contains(data, deflate([]byte("blob 7\x00draft 1"))) || bytes.Contains(data, sealKey) {
			t.Errorf("%s is not sealed", name)
		}
	}
	if _, err := r.NewPack(); !errors.Is(err, fault.Conflict) {
		t.Errorf("a pack: got error %v, want one of kind %q", err, fault.Conflict)
	}
}

func TestASealedObjectThatWasChangedOrMovedIsNoneAndIsWrittenAgain(t *testing.T) {
	r := sealedRepo(t)
	names := written(t, r, "one", "two")
	file := func(i int) string { return r.stores[0].path(names[i]) }
	one, err := os.ReadFile(file(0))
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Clone(one)
	changed[len(changed)-1]++
	for what, is := range map[string][]byte{"changed": changed, "cut": one[:5], "another's": one} {
		if err := errors.Join(os.Chmod(file(1), 0o644), os.WriteFile(file(1), is, 0o644)); err != nil {
			t.Fatal(err)
		}
		before := r.Damaged()
		if got, err := r.Read(Blob, names[1]); !errors.Is(err, fault.NotFound) || r.Has(names[1]) || r.Damaged() != before+1 {
			t.Errorf("%s: got %q, %v, and %d are damaged", what, got, err, r.Damaged())
		}
		written(t, r, "two")
		if got, err := r.Read(Blob, names[1]); err != nil || string(got) != "two" {
			t.Errorf("%s, and written again: got %q, %v", what, got, err)
		}
	}
}

func TestSealingRefusesWhatIsOpen(t *testing.T) {
	loose := fresh(t)
	written(t, loose, "in the open")
	packed := fresh(t)
	p, err := packed.NewPack()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Add(Blob, []byte("in the open")); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	for what, r := range map[string]*Repository{"files": loose, "a pack": packed} {
		if err := r.Seal(sealKey); !errors.Is(err, fault.Conflict) {
			t.Errorf("%s: got error %v, want one of kind %q", what, err, fault.Conflict)
		}
		if _, err := os.Stat(filepath.Join(r.Dir(), sealFile)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: it is marked all the same", what)
		}
	}
	strange := sealedRepo(t)
	if err := os.WriteFile(filepath.Join(strange.Dir(), sealFile), []byte("khumue-sealed-objects-2 \n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(strange.Dir()); !errors.Is(err, fault.Invalid) {
		t.Errorf("a seal of later: got error %v, want one of kind %q", err, fault.Invalid)
	}
}

// TestASealedRepositoryIsARepository writes a tree and a commit, and reads the files
// of it.
func TestASealedRepositoryIsARepository(t *testing.T) {
	r := sealedRepo(t)
	b := r.NewBatch()
	blob, err := b.Add(Blob, []byte("id: dlt\n"))
	if err != nil {
		t.Fatal(err)
	}
	folder, err := b.Add(Tree, AppendEntry(nil, Entry{Name: "agency.yaml", Mode: FileMode, Hash: blob}))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	again := reopened(t, r)
	if err := errors.Join(again.Seal(sealKey), again.Maintain(t.Context())); err != nil {
		t.Fatal(err)
	}
	b = again.NewBatch()
	if h, err := b.Add(Blob, []byte("id: dlt\n")); err != nil || h != blob || b.Len() != 0 {
		t.Errorf("what is there is written again: %d objects, %v", b.Len(), err)
	}
	b.Abort()
	tree, err := again.Read(Tree, folder)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := parseTree(tree)
	if err != nil || len(entries) != 1 || entries[0].Name != "agency.yaml" {
		t.Errorf("got %v, %v", entries, err)
	}
}
