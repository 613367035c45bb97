package publish

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"khumue/internal/fault"
)

// story is a publication that is interrupted.
type story struct {
	name   string
	old    site // the live site; nil for none
	change change
	want   site
	limit  func(next func(step, path string) error) func(step, path string) error
}

var (
	most  = site{"build.json": "{}", "index.html": "1", "procedure/a/index.html": "2", "new/index.html": "3"}
	noCSS = site{"build.json": "{}", "index.html": "home", "procedure/a/index.html": "A", "procedure/b/index.html": "b",
		"procedure/c/index.html": "c", "new/deep/index.html": "d", "agency/y/index.html": "y", newCSS: "b{}"}

	stories = []story{
		{name: "the first site", change: change{write: small}, want: small},
		{name: "a change in place", old: small, change: change{write: noCSS}, want: noCSS.with(site{css: "a{}"})},
		{name: "a swap", old: small, change: change{write: most}, want: most.with(site{css: "a{}"})},
		{name: "a swap where folders cannot be exchanged", old: small, change: change{write: most}, want: most.with(site{css: "a{}"}),
			limit: func(next func(step, path string) error) func(step, path string) error {
				return without("exchange", "", next)
			}},
		{name: "a swap where folders cannot be moved", old: small, change: change{write: most}, want: most.with(site{css: "a{}"}),
			limit: func(next func(step, path string) error) func(step, path string) error {
				return without("exchange", "", without("rename", "old", next))
			}},
		{name: "files and folders change places", old: small,
			change: change{write: site{"build.json": "{}", "procedure": "p", "index.html/x": "x", "agency/x/index.html": "x", css: "a{}"}, keep: nil},
			want:   site{"build.json": "{}", "procedure": "p", "index.html/x": "x", "agency/x/index.html": "x", css: "a{}"}},
		{name: "an amendment", old: small,
			change: change{amend: true, write: site{"new/index.html": "n", "index.html": "1"}, remove: []string{"agency/x/index.html"}},
			want: site{"build.json": "{}", "index.html": "1", "procedure/a/index.html": "a", "procedure/b/index.html": "b",
				"procedure/c/index.html": "c", "new/index.html": "n", css: "a{}"}},
		{name: "nothing changes but the record", old: small, change: change{keep: []string{"build.json", "index.html", "procedure/a/index.html",
			"procedure/b/index.html", "procedure/c/index.html", "agency/x/index.html"}}, want: small},
	}
)

func (s story) hook(next func(step, path string) error) func(step, path string) error {
	if s.limit == nil {
		return next
	}
	return s.limit(next)
}

// dotted is there before and after each story, and no part of any.
var dotted = site{".gitignore": "*", ".git/HEAD": "ref"}

// begin makes a folder with the old site of a story.
func (s story) begin(t *testing.T) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "public")
	if s.old != nil {
		putFiles(t, dir, dotted)
		mustPublish(t, dir, quick(), change{write: s.old})
	}
	return dir
}

func (s story) sites() (before, after site) {
	if s.old == nil {
		return site{}, s.want
	}
	return s.old.with(dotted), s.want.with(dotted)
}

func TestACrashAtAnyStep(t *testing.T) {
	for _, s := range stories {
		t.Run(s.name, func(t *testing.T) {
			for n := 0; ; n++ {
				dir := s.begin(t)
				crashed := false
				o := quick()
				o.disk.hook = s.hook(crashAt(n, &crashed))
				_, err := publishOnce(dir, o, s.change)
				s.check(t, dir, n, err)
				if t.Failed() || !crashed {
					return
				}
			}
		})
	}
}

// check looks at what a crash at step n left, and at what the next start makes
// of it.
func (s story) check(t *testing.T, dir string, n int, err error) {
	t.Helper()
	before, after := s.sites()
	want := after
	if _, gone := os.Stat(filepath.Join(filepath.Dir(dir), ".public.khumue", "journal")); gone != nil && err != nil {
		got, _ := readFolder(t, dir)
		if want = before; !equal(got, before) && !equal(got, after) {
			t.Fatalf("step %d: got site %v without a journal, want the old or the new one", n, got)
		} else if equal(got, after) {
			want = after
		}
	}
	o := quick()
	o.disk.hook = s.hook(nil)
	target, err := Open(context.Background(), dir, o)
	if err != nil {
		t.Fatalf("step %d: open after the crash: %v", n, err)
	}
	if target.Recovery() == Dropped {
		want = before
	}
	if got := readSite(t, dir); !equal(got, want) {
		t.Fatalf("step %d, %s: got site %v, want %v", n, target.Recovery(), got, want)
	}
	if _, err := s.change.do(target); err != nil {
		t.Fatalf("step %d: publish again: %v", n, err)
	}
	if got := readSite(t, dir); !equal(got, after) {
		t.Fatalf("step %d: got site %v after publishing again, want %v", n, got, after)
	}
	wantTidy(t, dir)
	target.Close()
}

func equal(a, b site) bool {
	return fmt.Sprint(a) == fmt.Sprint(b)
}

func TestACrashWhileRecoveringFromACrash(t *testing.T) {
	for _, s := range stories {
		t.Run(s.name, func(t *testing.T) {
			for n := 0; ; n += 3 {
				crashed := s.crashTwice(t, n)
				if t.Failed() || !crashed {
					return
				}
			}
		})
	}
}

// crashTwice crashes at step n of the publication, and then at each step of
// the start after it.
func (s story) crashTwice(t *testing.T, n int) (crashed bool) {
	t.Helper()
	dir := s.begin(t)
	o := quick()
	o.disk.hook = s.hook(crashAt(n, &crashed))
	_, err := publishOnce(dir, o, s.change)
	for m, again := 0, true; again; m++ {
		again = false
		o.disk.hook = s.hook(crashAt(m, &again))
		if target, err := Open(context.Background(), dir, o); err == nil {
			target.Close()
		}
	}
	s.check(t, dir, n, err)
	return crashed
}

func TestAFailingDiskLeavesTheOldSite(t *testing.T) {
	for _, s := range stories {
		t.Run(s.name, func(t *testing.T) {
			for n := 0; ; n++ {
				if !s.failOnce(t, n) || t.Failed() {
					return
				}
			}
		})
	}
}

// failOnce lets the disk be full at step n alone, and reports whether there
// was such a step.
func (s story) failOnce(t *testing.T, n int) bool {
	t.Helper()
	dir := s.begin(t)
	before, after := s.sites()
	i, failed := 0, false
	o := quick()
	o.disk.hook = s.hook(func(step, path string) error {
		if i++; i == n+1 {
			failed = true
			return syscall.ENOSPC
		}
		return nil
	})
	target, err := Open(context.Background(), dir, o)
	if err != nil {
		return failed
	}
	defer target.Close()
	_, err = s.change.do(target)
	var unfinished *UnfinishedError
	got, _ := readFolder(t, dir)
	switch {
	case err == nil || errors.As(err, &unfinished):
	case !errors.Is(err, fault.Unavailable):
		t.Fatalf("step %d: got error %v, want %v", n, err, fault.Unavailable)
	case !equal(got, before):
		t.Fatalf("step %d: got site %v after %v, want the old one", n, got, err)
	}
	if err != nil {
		if _, err := s.change.do(target); err != nil {
			t.Fatalf("step %d: publish again: %v", n, err)
		}
	}
	if got := readSite(t, dir); !equal(got, after) {
		t.Fatalf("step %d: got site %v, want %v", n, got, after)
	}
	return failed
}

// TestMain lets the test binary be the process that is killed.
func TestMain(m *testing.M) {
	dir := os.Getenv("PUBLISH_TEST_DIR")
	if dir == "" {
		if _, err := os.Stat("/dev/shm"); err == nil {
			os.Setenv("TMPDIR", "/dev/shm") // thousands of small sites are quicker in memory
		}
		os.Exit(m.Run())
	}
	n, _ := strconv.Atoi(os.Getenv("PUBLISH_TEST_STEP"))
	which, _ := strconv.Atoi(os.Getenv("PUBLISH_TEST_STORY"))
	i := 0
	o := quick()
	o.disk.hook = stories[which].hook(func(step, path string) error {
		if i++; i > n {
			self, _ := os.FindProcess(os.Getpid())
			self.Kill()
			select {}
		}
		return nil
	})
	if _, err := publishOnce(dir, o, stories[which].change); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func TestAKilledProcess(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range stories[:3] {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			for n := 0; ; n += 2 {
				dir := s.begin(t)
				child := exec.Command(self)
				child.Env = append(os.Environ(), "PUBLISH_TEST_DIR="+dir,
					fmt.Sprint("PUBLISH_TEST_STEP=", n), fmt.Sprint("PUBLISH_TEST_STORY=", i))
				out, err := child.CombinedOutput()
				if len(out) > 0 {
					t.Fatalf("step %d: %s", n, out)
				}
				s.check(t, dir, n, err)
				if t.Failed() || err == nil {
					return
				}
			}
		})
	}
}
