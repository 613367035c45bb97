package gitrepo

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"khumue/internal/fault"
)

// AddFS adds the files of a file system, and returns the tree that they make.
// What skip reports, by slash path, is left out, with all that is in it. Only
// regular files go in; anything else is an error of kind Invalid. Folders
// without files leave nothing.
func (p *Pack) AddFS(files fs.FS, skip func(path string) bool) (Hash, error) {
	h, _, err := p.addFolder(files, ".", skip)
	return h, err
}

// addFolder adds a folder and tells how many entries it has.
func (p *Pack) addFolder(files fs.FS, dir string, skip func(string) bool) (Hash, int, error) {
	list, err := fs.ReadDir(files, dir)
	if err != nil {
		return Hash{}, 0, err
	}
	var entries []Entry
	for _, e := range list {
		at := path.Join(dir, e.Name())
		if skip(at) {
			continue
		}
		entry, err := p.addEntry(files, at, e, skip)
		if err != nil {
			return Hash{}, 0, err
		}
		if !entry.Hash.IsZero() {
			entries = append(entries, entry)
		}
	}
	slices.SortFunc(entries, func(a, b Entry) int { return cmp.Compare(a.order(), b.order()) })
	var tree []byte
	for _, e := range entries {
		tree = AppendEntry(tree, e)
	}
	h, err := p.Add(Tree, tree)
	return h, len(entries), err
}

// order is the name by which git orders a tree.
func (e Entry) order() string {
	if e.IsFolder() {
		return e.Name + "/"
	}
	return e.Name
}

// addEntry adds what stands at a path. An empty folder has no hash.
func (p *Pack) addEntry(files fs.FS, at string, e fs.DirEntry, skip func(string) bool) (Entry, error) {
	switch {
	case e.IsDir():
		h, n, err := p.addFolder(files, at, skip)
		if n == 0 {
			h = Hash{}
		}
		return Entry{FolderMode, e.Name(), h}, err
	case !e.Type().IsRegular():
		return Entry{}, fault.New(fault.Invalid, fault.Textf("%s ไม่ใช่ไฟล์ธรรมดา", "%s is not a regular file", at))
	}
	data, err := fs.ReadFile(files, at)
	if err != nil {
		return Entry{}, err
	}
	h, err := p.Add(Blob, data)
	if err != nil {
		return Entry{}, fmt.Errorf("%s: %w", at, err)
	}
	return Entry{FileMode, e.Name(), h}, nil
}
