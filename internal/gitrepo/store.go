package gitrepo

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// store is a folder of objects: the repository's own, or one that it borrows
// from, as one does that is being pushed to.
type store struct {
	dir   string
	packs packs
}

// maxBorrowed is how many folders of objects a repository may have in all.
const maxBorrowed = 10

// openStores returns the stores of a folder of objects, its own first.
func openStores(dir string) ([]*store, error) {
	var out []*store
	for todo := []string{dir}; len(todo) > 0 && len(out) < maxBorrowed; todo = todo[1:] {
		out = append(out, &store{dir: todo[0], packs: packs{dir: filepath.Join(todo[0], "pack")}})
		more, err := os.ReadFile(filepath.Join(todo[0], "info", "alternates"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for line := range strings.Lines(string(more)) {
			if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
				continue
			} else if !filepath.IsAbs(line) {
				line = filepath.Join(todo[0], line)
			}
			todo = append(todo, line)
		}
	}
	return out, nil
}

// read returns an object: from the packs that are open, as a file of its own,
// or from a pack that came since.
func (s *store) read(h Hash) (Kind, []byte, error) {
	at, err := s.packs.find(h)
	if errors.Is(err, errNoObject) {
		kind, data, err := s.loose(h)
		if !errors.Is(err, errNoObject) {
			return kind, data, err
		}
		at, err = s.packs.findAgain(h)
		if err != nil {
			return 0, nil, err
		}
	} else if err != nil {
		return 0, nil, err
	}
	return s.packs.read(at)
}

// loose returns an object that is a file of its own.
func (s *store) loose(h Hash) (Kind, []byte, error) {
	name := h.String()
	f, err := os.Open(filepath.Join(s.dir, name[:2], name[2:]))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil, errNoObject
	} else if err != nil {
		return 0, nil, err
	}
	defer f.Close()
	zip, err := zlib.NewReader(f)
	if err != nil {
		return 0, nil, err
	}
	whole, err := io.ReadAll(io.LimitReader(zip, maxObject))
	if err != nil {
		return 0, nil, err
	}
	head, data, _ := bytes.Cut(whole, []byte{0})
	for _, k := range []Kind{Commit, Tree, Blob} {
		if string(head) == fmt.Sprintf("%s %d", k, len(data)) {
			return k, data, nil
		}
	}
	return 0, nil, errDamaged
}
