// Package gitrepotest gives tests repositories with content: the content is packed
// once for all tests of a package, and copied for each.
package gitrepotest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"khumue/internal/gitrepo"
)

// Template is a repository that holds a tree and no commit. It may be used by
// several goroutines.
type Template struct {
	Fill func(*gitrepo.Pack) (gitrepo.Hash, error) // packs the content, and returns its tree

	make  sync.Once
	files []file
	tree  gitrepo.Hash
	err   error
}

type file struct {
	name string
	mode fs.FileMode
	data []byte
}

// Copy makes a repository in a folder that is not there yet, and returns it with
// the tree that it holds. The caller closes it.
func (m *Template) Copy(t testing.TB, dir string) (*gitrepo.Repository, gitrepo.Hash) {
	t.Helper()
	m.make.Do(func() { m.err = m.fill() })
	if m.err != nil {
		t.Fatal(m.err)
	}
	for _, f := range m.files {
		if err := write(filepath.Join(dir, f.name), f); err != nil {
			t.Fatal(err)
		}
	}
	repo, err := gitrepo.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return repo, m.tree
}

func write(at string, f file) error {
	if f.mode.IsDir() {
		return os.MkdirAll(at, 0o755)
	}
	return os.WriteFile(at, f.data, f.mode)
}

// fill makes the repository, and keeps its files.
func (m *Template) fill() (err error) {
	dir, err := os.MkdirTemp("", "khumue-template-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	repo, err := gitrepo.Init(filepath.Join(dir, "content.git"))
	if err != nil {
		return err
	}
	pack, err := repo.NewPack()
	if err != nil {
		return errors.Join(err, repo.Close())
	}
	m.tree, err = m.Fill(pack)
	if err := errors.Join(err, pack.Close(), repo.Close()); err != nil {
		return err
	}
	root := os.DirFS(repo.Dir())
	return fs.WalkDir(root, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		f := file{name: name, mode: info.Mode()}
		if !e.IsDir() {
			f.data, err = fs.ReadFile(root, name)
		}
		m.files = append(m.files, f)
		return err
	})
}
