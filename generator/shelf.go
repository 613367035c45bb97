package main

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"strings"

	"khumue/generator/internal/publish"
	"khumue/internal/fault"
	"khumue/internal/transfer"
)

// importMemory is where a portal keeps what imports remember, beside what its
// reader does not read.
const importMemory = ".import/memory"

// shelf is a folder of content. Nothing outside of it can be reached through
// it, whatever links stand in it.
type shelf struct {
	fs.FS
	dir  string
	root *os.Root
	work *os.Root // where files are drafted; nil until there is one
	log  *os.File
	kept map[string]struct{} // files since they were last settled
}

func openShelf(dir string) (*shelf, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fault.New(fault.NotFound, fault.Textf("ไม่มีโฟลเดอร์เนื้อหา %s", "there is no folder of content %s", dir)).Because(err)
	}
	return &shelf{FS: root.FS(), dir: dir, root: root, kept: map[string]struct{}{}}, nil
}

func (s *shelf) close() error {
	var err error
	if s.log != nil {
		err = errors.Join(s.log.Sync(), s.log.Close())
	}
	if s.work != nil {
		err = errors.Join(err, s.work.Close())
	}
	return errors.Join(err, s.root.Close())
}

// memory opens what earlier imports remember; a dry run leaves it as it is.
func (s *shelf) memory(dry bool) (*transfer.Memory, error) {
	if dry {
		old, err := s.root.Open(importMemory)
		if errors.Is(err, fs.ErrNotExist) {
			return transfer.ReadMemory(strings.NewReader(""), nil)
		} else if err != nil {
			return nil, err
		}
		defer old.Close()
		return transfer.ReadMemory(old, nil)
	}
	dir := path.Dir(importMemory)
	if err := s.root.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	var err error
	if s.work, err = s.root.OpenRoot(dir); err != nil {
		return nil, err
	}
	if s.log, err = s.root.OpenFile(importMemory, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o644); err != nil {
		return nil, err
	}
	return transfer.ReadMemory(s.log, s.log)
}

// Put writes a file beside its place and moves it there. It asks for the folder
// only where there turns out to be none.
func (s *shelf) Put(name string, data []byte) error {
	const draft = "draft"
	if err := s.work.WriteFile(draft, data, 0o644); err != nil {
		return err
	}
	from := path.Join(path.Dir(importMemory), draft)
	err := s.root.Rename(from, name)
	if errors.Is(err, fs.ErrNotExist) {
		if err = s.folder(path.Dir(name)); err == nil {
			err = s.root.Rename(from, name)
		}
	}
	s.kept[name] = struct{}{}
	return err
}

// folder makes a folder, whose parent is most often there.
func (s *shelf) folder(name string) error {
	if err := s.root.Mkdir(name, 0o755); errors.Is(err, fs.ErrNotExist) {
		return s.root.MkdirAll(name, 0o755)
	} else if !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// Settle puts what was kept on the disk.
func (s *shelf) Settle() error {
	err := publish.Sync(s.dir, maps.Keys(s.kept))
	clear(s.kept)
	return errors.Join(err, s.log.Sync())
}
