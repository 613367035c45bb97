//go:build !linux

package publish

import (
	"errors"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
)

const canExchange = false

func exchange(a, b string) error { return errors.ErrUnsupported }

// syncTree syncs file by file, and then each folder that holds one. Nil files
// means everything below root.
func syncTree(root string, files iter.Seq[string]) error {
	if files == nil {
		files = allFiles(root)
	}
	folders := map[string]bool{root: true}
	for name := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := syncFile(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		for dir := filepath.Dir(path); !folders[dir]; dir = filepath.Dir(dir) {
			folders[dir] = true
		}
	}
	for dir := range folders {
		if err := syncDir(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func allFiles(root string) iter.Seq[string] {
	return func(yield func(string) bool) {
		fs.WalkDir(os.DirFS(root), ".", func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && !yield(path) {
				return fs.SkipAll
			}
			return err
		})
	}
}
