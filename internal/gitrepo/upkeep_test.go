package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"khumue/internal/fault"
)

// busy reads and writes a repository from several handles while something is
// done to it, and fails when anything is missing or lost.
func busy(t *testing.T, do func(r *Repository)) {
	t.Helper()
	r, commit, _ := planted(t)
	if err := r.Refs().Begin(map[string]Hash{Main: commit}); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		if err := advance(t.Context(), r, fmt.Sprintf("first/%d.txt", i)); err != nil {
			t.Fatal(err)
		}
	}
	other, err := Open(r.Dir())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	var done atomic.Bool
	var written, read atomic.Int64
	var wg sync.WaitGroup
	for w := range 2 {
		r := []*Repository{r, other}[w]
		wg.Go(func() {
			for i := 0; !done.Load() || i < 3; i++ {
				if err := advance(context.Background(), r, fmt.Sprintf("w%d/%d.txt", w, i)); err != nil {
					t.Errorf("writer %d: %v", w, err)
					return
				}
				written.Add(1)
			}
		})
		wg.Go(func() {
			for i := 0; !done.Load() || i < 3; i++ {
				n, err := readAll(r)
				if err != nil {
					t.Errorf("reader %d: %v", w, err)
					return
				}
				read.Add(n)
			}
		})
	}
	do(r)
	done.Store(true)
	wg.Wait()
	tip, err := r.Refs().Get(Main)
	if err != nil {
		t.Fatal(err)
	}
	n := int64(-21)
	for _, err := range r.FirstParents(tip, 1<<20) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != written.Load() || read.Load() == 0 {
		t.Errorf("got %d commits, want %d; %d objects were read", n, written.Load(), read.Load())
	}
	sound(t, r)
}

// readAll reads every file of main and a part of its history.
func readAll(r *Repository) (n int64, err error) {
	tip, err := r.Refs().Get(Main)
	if err != nil {
		return 0, err
	}
	for a, err := range r.FirstParents(tip, 30) {
		if err != nil {
			return n, err
		}
		if _, err := r.Entries(a.Tree); err != nil {
			return n, err
		}
		n += 2
	}
	c, err := r.Commit(tip)
	if err != nil {
		return n, err
	}
	files := r.FS(c.Tree)
	err = fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			_, err = fs.ReadFile(files, name)
			n++
		}
		return err
	})
	return n, err
}

// TestPacksComeAndGoWhileAllGoOn keeps apart what git itself cannot do at once:
// git gc may put what is written just now into a pack of what nothing names,
// which git repack -ad drops.
func TestPacksComeAndGoWhileAllGoOn(t *testing.T) {
	for _, args := range [][]string{{"repack", "-adfq"}, {"gc", "--quiet"}, {"gc", "--quiet", "--cruft", "--prune=2.weeks.ago"}} {
		t.Run(strings.Join(args[:2], " "), func(t *testing.T) {
			busy(t, func(r *Repository) {
				for range 4 {
					stock(t, r, args...)
				}
			})
		})
	}
}

func TestMaintenanceGoesOnWhileAllGoOn(t *testing.T) {
	busy(t, func(r *Repository) {
		for range 4 {
			if err := r.Maintain(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestMaintenanceGathersAndLosesNothing(t *testing.T) {
	r, one, _ := branched(t)
	b := r.NewBatch()
	orphan, err := b.Add(Blob, []byte("of no ref yet"))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-365 * 24 * time.Hour)
	if err := os.Chtimes(loosePath(r.stores[0].dir, orphan), old, old); err != nil {
		t.Fatal(err)
	}
	for i := range 30 {
		if err := advance(t.Context(), r, fmt.Sprintf("n/%d", i)); err != nil {
			t.Fatal(err)
		}
		if err := r.Refs().Update(t.Context(), Move{fmt.Sprintf("refs/heads/draft/x-%d/1", i), Hash{}, one}); err != nil {
			t.Fatal(err)
		}
	}
	before := len(files(t, r))
	for range 2 { // the second removes what the first has gathered
		if err := r.Maintain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if after := len(files(t, r)); after > 12 {
		t.Errorf("got %d files of objects, of %d", after, before)
	}
	if loose, err := r.looseRefs("refs/"); err != nil || len(loose) > 0 {
		t.Errorf("got %v, %v, want no loose refs", loose, err)
	}
	if _, err := r.Read(Blob, orphan); err != nil {
		t.Error(err)
	}
	if refs, err := r.Refs().List("refs/heads/draft/"); err != nil || len(refs) != 31 {
		t.Errorf("got %d refs, %v, want 31", len(refs), err)
	}
	sound(t, r)
}

func TestMaintenanceOfWhatHasNoPackYet(t *testing.T) {
	r := fresh(t)
	if err := r.Maintain(t.Context()); err != nil {
		t.Errorf("of nothing at all: %v", err)
	}
	b := r.NewBatch()
	h, err := b.Add(Blob, []byte("alone"))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := r.Maintain(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if _, err := r.Read(Blob, h); err != nil || len(files(t, r)) > 4 {
		t.Errorf("got %v, and the files %v", err, files(t, r))
	}
}

func TestMaintenanceMayBeStopped(t *testing.T) {
	r, _, _ := branched(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Maintain(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := r.Maintain(t.Context()); err != nil {
		t.Errorf("the next: %v", err)
	}
}

func TestPacksThatWentGiveTheirFilesUp(t *testing.T) {
	r, commit, tree := planted(t)
	if err := r.Refs().Begin(map[string]Hash{Main: commit}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Entries(tree); err != nil {
		t.Fatal(err)
	}
	went := r.stores[0].packs.open[0].name
	if err := advance(t.Context(), r, "a"); err != nil {
		t.Fatal(err)
	}
	stock(t, r, "repack", "-adq")
	if err := advance(t.Context(), r, "b"); err != nil { // whoever writes notices
		t.Fatal(err)
	}
	for _, o := range r.stores[0].packs.open {
		if o.name == went {
			t.Errorf("%s is still open", went)
		}
	}
	if _, err := r.Entries(tree); err != nil {
		t.Error(err)
	}
}

func TestSweeping(t *testing.T) {
	r, _, _ := branched(t)
	now := time.Now()
	tests := []struct {
		name string
		age  time.Duration
		goes bool
	}{
		{"objects/tmp_obj_1", 2 * time.Hour, true},
		{"objects/tmp_obj_2", time.Minute, false},
		{"objects/ab/tmp_obj_3", 2 * time.Hour, true},
		{"objects/pack/tmp_pack_4", 2 * time.Hour, true},
		{"objects/pack/tmp_idx_5", 2 * time.Hour, true},
		{"objects/pack/.tmp-6-pack-7.pack", 2 * time.Hour, true},
		{"objects/pack/pack-8.pack", 2 * time.Hour, true},
		{"objects/pack/pack-9.pack", time.Minute, false},
		{"objects/maintenance.lock", 2 * time.Hour, true},
		{"objects/tmp_objdir-incoming-x/pack/pack-1.pack", 2 * time.Hour, true},
		{"objects/tmp_objdir-incoming-y/pack/pack-1.pack", time.Minute, false},
		{"refs/heads/main.lock", 2 * time.Hour, true},
		{"packed-refs.lock", 2 * time.Hour, true},
		{"packed-refs.lock2", 2 * time.Hour, false},
		{"khumue-moves/1", 2 * time.Hour, false},
		{"tmp_obj_elsewhere", 2 * time.Hour, false},
	}
	want := 0
	for _, test := range tests {
		name := filepath.Join(r.Dir(), filepath.FromSlash(test.name))
		at := now.Add(-test.age)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, nil, 0o644)); err != nil {
			t.Fatal(err)
		}
		for name != r.Dir() {
			if err := os.Chtimes(name, at, at); err != nil {
				t.Fatal(err)
			}
			name = filepath.Dir(name)
		}
		if test.goes {
			want++
		}
	}
	got, err := r.Sweep(now.Add(-time.Hour))
	if err != nil || got != want {
		t.Errorf("got %d, %v, want %d", got, err, want)
	}
	for _, test := range tests {
		if _, err := os.Stat(filepath.Join(r.Dir(), filepath.FromSlash(test.name))); errors.Is(err, fs.ErrNotExist) != test.goes {
			t.Errorf("%s: got %v, goes %v", test.name, err, test.goes)
		}
	}
	if _, err := r.Refs().Get(Main); err != nil && !errors.Is(err, fault.NotFound) {
		t.Error(err)
	}
	if err := os.Remove(filepath.Join(r.Dir(), "packed-refs.lock2")); err != nil {
		t.Fatal(err)
	}
}
