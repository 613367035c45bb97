package publish

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// site is the bytes of each file by its path.
type site map[string]string

// with returns the site with some files added or replaced.
func (s site) with(more site) site {
	out := maps.Clone(s)
	maps.Copy(out, more)
	return out
}

func (s site) paths() []string { return slices.Sorted(maps.Keys(s)) }

// readSite returns all files below dir, and fails on an empty folder.
func readSite(t *testing.T, dir string) site {
	t.Helper()
	s, empty := readFolder(t, dir)
	if len(empty) > 0 {
		t.Errorf("got empty folders %v, want none", empty)
	}
	return s
}

func readFolder(t *testing.T, dir string) (s site, empty []string) {
	t.Helper()
	s = site{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, name)
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if list, err := os.ReadDir(name); err == nil && len(list) == 0 && rel != "." {
				empty = append(empty, rel)
			}
			return nil
		}
		data, err := os.ReadFile(name)
		s[rel] = string(data)
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return s, empty
}

// putFiles writes files by plain means.
func putFiles(t *testing.T, dir string, s site) {
	t.Helper()
	for name, data := range s {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func wantSite(t *testing.T, dir string, want site) {
	t.Helper()
	if diff := cmp.Diff(want, readSite(t, dir)); diff != "" {
		t.Errorf("site (-want +got):\n%s", diff)
	}
}

// day is a fixed clock.
func day(n int) func() time.Time {
	return func() time.Time { return time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC).AddDate(0, 0, n) }
}

func quick() Options { return Options{Now: day(0), Mark: "build.json", disk: disk{lazy: true}} }

func mustOpen(t *testing.T, dir string, o Options) *Target {
	t.Helper()
	target, err := Open(context.Background(), dir, o)
	if err != nil {
		t.Fatalf("open %s: %v", dir, err)
	}
	t.Cleanup(func() { target.Close() })
	return target
}

// change is what one publication does.
type change struct {
	amend  bool
	write  site // an asset where the name is hashed
	keep   []string
	remove []string
}

// do carries the change out, up to its first failure.
func (c change) do(target *Target) (Result, error) {
	begin := target.Begin
	if c.amend {
		begin = target.Amend
	}
	p, err := begin()
	if err != nil {
		return Result{}, err
	}
	defer p.Abort()
	if err := c.fill(p); err != nil {
		return Result{}, err
	}
	return p.Commit(context.Background())
}

func (c change) fill(p *Publication) error {
	for _, name := range c.write.paths() {
		write := p.Write
		if IsHashed(name) {
			write = p.WriteAsset
		}
		if err := write(name, []byte(c.write[name])); err != nil {
			return err
		}
	}
	for _, name := range c.keep {
		if err := p.Keep(name); err != nil {
			return err
		}
	}
	for _, name := range c.remove {
		if err := p.Remove(name); err != nil {
			return err
		}
	}
	return nil
}

// publishOnce opens the target, carries c out, and closes it.
func publishOnce(dir string, o Options, c change) (Result, error) {
	target, err := Open(context.Background(), dir, o)
	if err != nil {
		return Result{}, err
	}
	defer target.Close()
	return c.do(target)
}

func mustPublish(t *testing.T, dir string, o Options, c change) Result {
	t.Helper()
	r, err := publishOnce(dir, o, c)
	if err != nil {
		t.Fatalf("publish: %v", err)
	}
	return r
}

var errCrash = errors.New("the process is dead")

// crashAt lets a process die at its nth step: that and all after it fail.
func crashAt(n int, crashed *bool) func(step, path string) error {
	i := 0
	return func(step, path string) error {
		if i++; i > n {
			*crashed = true
			return errCrash
		}
		return nil
	}
}

// without makes one kind of step unknown to the file system, where the path
// ends as given.
func without(step, suffix string, next func(step, path string) error) func(step, path string) error {
	return func(s, path string) error {
		if s == step && strings.HasSuffix(path, suffix) {
			return errors.ErrUnsupported
		}
		if next == nil {
			return nil
		}
		return next(s, path)
	}
}
