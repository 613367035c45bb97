package gitrepo

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// store is a folder of objects: the repository's own, or one that it borrows
// from, as one does that is being pushed to.
type store struct {
	dir   string
	packs packs
	seal  *seal // nil: objects are as git writes them
}

// path is where an object lies that is a file of its own.
func (s *store) path(h Hash) string { return loosePath(s.dir, s.seal.name(h)) }

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
func (s *store) read(h Hash) (kind Kind, data []byte, err error) {
	err = s.look(h, func(at spot) error {
		kind, data, err = s.packs.read(at)
		return err
	}, func() error {
		kind, data, err = s.loose(h)
		return err
	})
	return kind, data, err
}

// size returns an object's size in bytes.
func (s *store) size(h Hash) (size int64, err error) {
	err = s.look(h, func(at spot) error {
		size, err = s.packs.size(at)
		return err
	}, func() error {
		size, err = s.looseSize(h)
		return err
	})
	return size, err
}

// kind returns what an object is.
func (s *store) kind(h Hash) (kind Kind, err error) {
	err = s.look(h, func(at spot) error {
		kind, err = s.packs.kind(at)
		return err
	}, func() error {
		kind, _, err = s.looseHead(h)
		return err
	})
	return kind, err
}

// look does what is to be done with an object where it is: in a pack, or alone
// in a file. It may move from one to the other meanwhile, either way.
func (s *store) look(h Hash, packed func(spot) error, alone func() error) error {
	at, err := s.packs.find(h)
	if errors.Is(err, errNoObject) {
		if err := alone(); !errors.Is(err, errNoObject) {
			return err
		}
		if at, err = s.packs.findAgain(h); errors.Is(err, errNoObject) {
			return alone()
		}
	}
	if err != nil {
		return err
	}
	return packed(at)
}

// loose returns an object that is a file of its own.
func (s *store) loose(h Hash) (Kind, []byte, error) {
	zip, err := s.openLoose(h)
	if err != nil {
		return 0, nil, err
	}
	defer zip.Close()
	whole, err := io.ReadAll(io.LimitReader(zip, maxObject))
	if err != nil {
		return 0, nil, err
	}
	head, data, _ := bytes.Cut(whole, []byte{0})
	for _, k := range []Kind{Commit, Tree, Blob, Tag} {
		if string(head) == fmt.Sprintf("%s %d", k, len(data)) {
			return k, data, nil
		}
	}
	return 0, nil, errDamaged
}

// looseSize returns what the head of such a file says.
func (s *store) looseSize(h Hash) (int64, error) {
	_, size, err := s.looseHead(h)
	return size, err
}

func (s *store) looseHead(h Hash) (Kind, int64, error) {
	zip, err := s.openLoose(h)
	if err != nil {
		return 0, 0, err
	}
	defer zip.Close()
	begin, err := io.ReadAll(io.LimitReader(zip, 32))
	if err != nil {
		return 0, 0, err
	}
	head, _, whole := strings.Cut(string(begin), "\x00")
	word, digits, _ := strings.Cut(head, " ")
	size, err := strconv.ParseInt(digits, 10, 64)
	kind := Kind(slices.Index(kinds[:], word))
	if !whole || err != nil || size < 0 || kind < Commit || kind > Tag {
		return 0, 0, errDamaged
	}
	return kind, size, nil
}

// looseFile is the uncompressed text of a file.
type looseFile struct {
	io.Reader
	file *os.File
}

func (l looseFile) Close() error { return l.file.Close() }

func (s *store) openLoose(h Hash) (io.ReadCloser, error) {
	if s.seal != nil && s.seal.aead == nil {
		return nil, errSealed
	}
	f, err := os.Open(s.path(h))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNoObject
	} else if err != nil {
		return nil, err
	}
	zip, err := s.seal.reader(h, f)
	if err != nil {
		err = errors.Join(err, f.Close())
		if s.seal != nil && errors.Is(err, errDamaged) {
			err = s.setAside(h, err)
		}
		return nil, err
	}
	return looseFile{zip, f}, nil
}
