package gitrepo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// atOnce is how many files are written or synced at the same time.
const atOnce = 16

// together does something n times, several at a time, and returns an error of
// one of them after all have ended.
func together(n int, do func(i int) error) error {
	var group errgroup.Group
	group.SetLimit(atOnce)
	for i := range n {
		group.Go(func() error { return do(i) })
	}
	return group.Wait()
}

// writeTemp writes and syncs an object as a file that is not in its place yet,
// and returns its name even when that failed. Git removes old files of such
// names too.
func (s *store) writeTemp(h Hash, o waitingObject) (string, error) {
	whole := append(fmt.Appendf(nil, "%s %d\x00", o.kind, len(o.data)), o.data...)
	text, err := s.seal.shut(h, deflate(whole))
	if err != nil {
		return "", err
	}
	f, err := os.CreateTemp(s.dir, "tmp_obj_*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(text)
	return f.Name(), errorsOf(err, f.Chmod(0o444), f.Sync(), f.Close())
}

// maxTries is how often a folder is made that git, which removes empty ones,
// takes away again.
const maxTries = 100

// moveInto moves a file to where it belongs, and makes the folder.
func moveInto(temp, file string) error {
	for try := 0; ; try++ {
		err := os.Rename(temp, file)
		if runtime.GOOS == "windows" && errors.Is(err, fs.ErrPermission) {
			if _, there := os.Stat(file); there == nil { // it can not be replaced, being read-only, and is the same
				return os.Remove(temp)
			}
		}
		if !errors.Is(err, fs.ErrNotExist) || try == maxTries {
			return err
		}
		if err := os.Mkdir(filepath.Dir(file), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
}

// removeAll removes the files that are named.
func removeAll(files []string) {
	for _, f := range files {
		if f != "" {
			os.Remove(f)
		}
	}
}

// makeDurable returns when files that were put into their places, and others
// that were found there, are there for good. Those that were found may be
// another writer's, who has not synced them yet. What has gone meanwhile went
// into a pack, of which git has synced the file.
func makeDurable(put, found []string) error {
	names := slices.Clone(found)
	for _, f := range slices.Concat(put, found) {
		names = append(names, filepath.Dir(f), filepath.Dir(filepath.Dir(f)))
	}
	slices.Sort(names)
	names = slices.Compact(names)
	var gone atomic.Bool
	err := together(len(names), func(i int) error {
		err := syncDir(names[i])
		if errors.Is(err, fs.ErrNotExist) {
			gone.Store(true)
			return nil
		}
		return err
	})
	if err != nil || !gone.Load() {
		return err
	}
	for _, f := range slices.Concat(put, found) {
		if err := syncDir(filepath.Join(filepath.Dir(filepath.Dir(f)), "pack")); err != nil {
			return err
		}
	}
	return nil
}

// freshFor is how long something that is used again needs no new time: a small
// part of the two weeks after which git may remove what nothing names.
const freshFor = 24 * time.Hour

// freshen reports whether the repository has an object, and makes it as young
// as one that is written now, so that it is not removed before a ref names it.
// Of one that is a file of its own it tells the file. It does not look for new
// packs: an object that is in one is written once more, which harms nobody. So is
// one in a pack of what nothing names, where each object has an age of its own.
func (r *Repository) freshen(h Hash) (file string, there bool, err error) {
	for _, s := range r.stores {
		at, err := s.packs.find(h)
		if err == nil && !at.in.cruft && touch(at.in.name+".pack") {
			return "", true, nil
		} else if err != nil && !errors.Is(err, errNoObject) {
			return "", false, err
		}
		if file = s.path(h); s.touch(file) {
			return file, true, nil
		}
	}
	return "", false, nil
}

// touch is touch, with nothing being removed meanwhile.
func (s *store) touch(file string) bool {
	if s.seal != nil {
		s.seal.using.RLock()
		defer s.seal.using.RUnlock()
	}
	return touch(file)
}

// touch reports whether a file is there, and makes it young.
func touch(file string) bool {
	info, err := os.Stat(file)
	if err != nil {
		return false
	}
	now := time.Now()
	return now.Sub(info.ModTime()) < freshFor || os.Chtimes(file, now, now) == nil
}
