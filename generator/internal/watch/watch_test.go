package watch

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/fault"
)

func TestGather(t *testing.T) {
	const settle = time.Second
	// at is what changes, how long after the change before it.
	type at struct {
		after time.Duration
		path  string
	}
	tests := []struct {
		name    string
		changes []at
		build   time.Duration // how long each call takes
		want    [][]string
		times   []time.Duration
	}{
		{"one change is told once it has settled",
			[]at{{0, "a"}}, 0, [][]string{{"a"}}, []time.Duration{settle}},
		{"changes in a row are told together, each once",
			[]at{{0, "b"}, {settle / 2, "a"}, {settle / 2, "b"}}, 0, [][]string{{"a", "b"}}, []time.Duration{2 * settle}},
		{"changes with a pause between are told apart",
			[]at{{0, "a"}, {3 * settle, "b"}}, 0, [][]string{{"a"}, {"b"}}, []time.Duration{settle, 4 * settle}},
		{"what changes during a call is told after it",
			[]at{{0, "a"}, {2 * settle, "b"}, {2 * settle, "c"}}, 10 * settle, [][]string{{"a"}, {"b", "c"}}, []time.Duration{settle, 11 * settle}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				ctx, cancel := context.WithCancel(t.Context())
				changed, done := make(chan string), make(chan struct{})
				var got [][]string
				var times []time.Duration
				go func() {
					defer close(done)
					gather(ctx, changed, settle, func(paths []string) {
						got, times = append(got, paths), append(times, time.Since(start))
						time.Sleep(test.build)
					})
				}()
				for _, c := range test.changes {
					time.Sleep(c.after)
					changed <- c.path
				}
				time.Sleep(time.Hour)
				cancel()
				<-done
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("calls (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(test.times, times); diff != "" {
					t.Errorf("times (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestAChangeWithoutEndIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		changed, done := make(chan string), make(chan struct{})
		calls := 0
		go func() {
			defer close(done)
			gather(ctx, changed, time.Second, func([]string) { calls++ })
		}()
		for range 3 * patience * 2 {
			changed <- "log"
			time.Sleep(time.Second / 2)
		}
		cancel()
		<-done
		if calls < 2 {
			t.Errorf("got %d calls in a minute of change, want at least 2", calls)
		}
	})
}

func TestACallEndsBeforeGatherDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		changed, done := make(chan string), make(chan struct{})
		ended := false
		go func() {
			defer close(done)
			gather(ctx, changed, time.Second, func([]string) {
				time.Sleep(time.Minute)
				ended = true
			})
		}()
		changed <- "a"
		time.Sleep(2 * time.Second)
		cancel()
		<-done
		if !ended {
			t.Error("got the end of gather during a call, want it after")
		}
	})
}

// watched watches a folder and gives what is told.
func watched(t *testing.T, root string) <-chan []string {
	t.Helper()
	tree, err := newTree([]string{root})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	told, done := make(chan []string, 100), make(chan error, 1)
	go func() {
		done <- tree.run(ctx, 20*time.Millisecond, func(paths []string) { told <- paths })
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("got error %v at the end, want none", err)
		}
	})
	return told
}

func write(t *testing.T, path, data string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
}

// wantTold waits until every wanted path was told, and refuses others.
func wantTold(t *testing.T, told <-chan []string, root string, want ...string) {
	t.Helper()
	missing := slices.Clone(want)
	for len(missing) > 0 {
		select {
		case paths := <-told:
			for _, path := range paths {
				rel, _ := filepath.Rel(root, path)
				rel = filepath.ToSlash(rel)
				if !slices.Contains(want, rel) {
					t.Errorf("got %s told, want only %v", rel, want)
				}
				missing = slices.DeleteFunc(missing, func(m string) bool { return m == rel })
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("got nothing told of %v in ten seconds", missing)
		}
	}
}

func TestRunTellsWhatChanges(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "agencies", "dlt", "agency.yaml"), "1")
	told := watched(t, root)
	in := func(name string) string { return filepath.Join(root, filepath.FromSlash(name)) }

	write(t, in("agencies/dlt/agency.yaml"), "2")
	wantTold(t, told, root, "agencies/dlt/agency.yaml")

	write(t, in("agencies/new/manuals/new-234567/manual.md"), "1")
	wantTold(t, told, root, "agencies/new/manuals/new-234567/manual.md")
	write(t, in("agencies/new/manuals/new-234567/form.pdf"), "1")
	wantTold(t, told, root, "agencies/new/manuals/new-234567/form.pdf")

	write(t, in(".git/index"), "1")
	write(t, in("agencies/dlt/.agency.yaml.swp"), "1")
	write(t, in("agencies/dlt/agency.yaml~"), "1")
	write(t, in("agencies/dlt/4913"), "1")
	write(t, in("site.yaml"), "1")
	wantTold(t, told, root, "site.yaml")

	if err := os.Rename(in("agencies/new"), in("agencies/newer")); err != nil {
		t.Fatal(err)
	}
	wantTold(t, told, root, "agencies/new",
		"agencies/newer/manuals/new-234567/manual.md", "agencies/newer/manuals/new-234567/form.pdf")
	write(t, in("agencies/newer/manuals/new-234567/manual.md"), "2")
	wantTold(t, told, root, "agencies/newer/manuals/new-234567/manual.md")

	if err := os.Remove(in("site.yaml")); err != nil {
		t.Fatal(err)
	}
	wantTold(t, told, root, "site.yaml")
}

func TestRunSaysWhatItCannotWatch(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "file"), "")
	for _, name := range []string{"none", "file"} {
		err := Run(t.Context(), []string{root, filepath.Join(root, name)}, time.Second, func([]string) {})
		if !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: got error %v, want %v", name, err, fault.Invalid)
		}
	}
	if err := Run(t.Context(), []string{filepath.Join(root, "none")}, time.Second, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got error %v, want its cause %v", err, fs.ErrNotExist)
	}
}

func TestIgnored(t *testing.T) {
	for _, name := range []string{".git", ".DS_Store", ".#a.md", "#a.md#", "a.md~", ".a.md.swp", "a.tmp", "4913", "~$form.docx", ".~lock.form.odt#", "manual.md___jb_tmp___", "a.bak"} {
		if !ignored(name) {
			t.Errorf("%s: got told, want ignored", name)
		}
	}
	for _, name := range []string{"manual.md", "agency.yaml", "แบบคำขอ.pdf", "form.docx", "base.html", "490.yaml"} {
		if ignored(name) {
			t.Errorf("%s: got ignored, want told", name)
		}
	}
}
