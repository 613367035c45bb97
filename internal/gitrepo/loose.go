package gitrepo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
func writeTemp(objects string, o waitingObject) (string, error) {
	f, err := os.CreateTemp(objects, "tmp_obj_*")
	if err != nil {
		return "", err
	}
	whole := append(fmt.Appendf(nil, "%s %d\x00", o.kind, len(o.data)), o.data...)
	_, err = f.Write(deflate(whole))
	return f.Name(), errorsOf(err, f.Chmod(0o444), f.Sync(), f.Close())
}

// moveInto moves a file to where it belongs, and makes the folder.
func moveInto(temp, file string) error {
	err := os.Rename(temp, file)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.Mkdir(filepath.Dir(file), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		err = os.Rename(temp, file)
	}
	return err
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
// another writer's, who has not synced them yet; one that has gone meanwhile
// went into a pack.
func makeDurable(put, found []string) error {
	var dirs []string
	for _, f := range slices.Concat(put, found) {
		dirs = append(dirs, filepath.Dir(f), filepath.Dir(filepath.Dir(f)))
	}
	slices.Sort(dirs)
	dirs = slices.Compact(dirs)
	return together(len(found)+len(dirs), func(i int) error {
		name := slices.Concat(found, dirs)[i]
		err := syncDir(name)
		if i < len(found) && errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
}

// freshFor is how long something that is used again needs no new time: a small
// part of the two weeks after which git may remove what nothing names.
const freshFor = 24 * time.Hour

// freshen reports whether the repository has an object, and makes it as young
// as one that is written now, so that it is not removed before a ref names it.
// Of one that is a file of its own it tells the file. It does not look for new
// packs: an object that is in one is written once more, which harms nobody.
func (r *Repository) freshen(h Hash) (file string, there bool, err error) {
	for _, s := range r.stores {
		at, err := s.packs.find(h)
		if err == nil && touch(at.in.name+".pack") {
			return "", true, nil
		} else if err != nil && !errors.Is(err, errNoObject) {
			return "", false, err
		}
		if file = loosePath(s.dir, h); touch(file) {
			return file, true, nil
		}
	}
	return "", false, nil
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
