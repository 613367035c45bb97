// Package gitrepo is the door to git: bare repositories, read and written by
// plumbing, without a work tree and without locks on the whole.
//
// Objects are read where they lie, without an index in memory, while packs come
// and go. A portal is written as one Pack; a transition as a Batch, whose trees
// are edited and whose commits are signed on the way. Either is complete and on
// the disk before any ref may name what is in it. Refs move only through Refs,
// which asks the git program: all refs of one transition in one transaction,
// with the values expected before, so that after a crash, and Recover, the state
// is before or after. Go-git reads single refs. Where there is no git program, refs
// stand in a RefStore, as an office's database is.
//
// git gc, git repack -Ad and Maintain may run at any time, git repack -ad only
// while nobody writes: it drops from packs what no ref names yet, and what moves
// from one ref to another while it lists them.
//
// The package knows nothing of manuals or approvals.
package gitrepo

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"khumue/internal/fault"
)

// Repository is a bare repository. Its methods may be called from several
// goroutines.
type Repository struct {
	dir    string
	stores []*store
	lock   sync.Mutex // go-git's storage is not safe for several readers
	refs   *filesystem.Storage
	kept   RefStore // nil: refs stand in files

	waiting    waiting
	turns      turns
	moving     sync.Mutex // one transition at a time, rather than all waiting for git's locks
	packed     packedRefs
	refFolders refFolders
}

// Init creates a bare repository whose HEAD is refs/heads/main, without any
// commit. A folder with anything in it is refused.
func Init(dir string) (*Repository, error) {
	if list, err := os.ReadDir(dir); err == nil && len(list) > 0 {
		return nil, fault.New(fault.Conflict, fault.Textf("%s มีไฟล์อยู่แล้ว", "%s is not empty", dir),
			fault.Text{TH: "ระบุโฟลเดอร์ใหม่", EN: "name a new folder"})
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, d := range []string{"objects/pack", "objects/info", "refs/heads", "refs/tags"} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.FromSlash(d)), 0o755); err != nil {
			return nil, err
		}
	}
	config := "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n"
	if err := errorsOf(
		os.WriteFile(filepath.Join(dir, "config"), []byte(config), 0o644),
		os.WriteFile(filepath.Join(dir, "HEAD"), []byte("ref: refs/heads/main\n"), 0o644),
	); err != nil {
		return nil, err
	}
	return Open(dir)
}

// Open opens a bare repository.
func Open(dir string) (*Repository, error) {
	if _, err := os.Stat(filepath.Join(dir, "HEAD")); err != nil {
		return nil, fault.New(fault.NotFound, fault.Textf("%s ไม่ใช่คลัง git แบบ bare", "%s is not a bare git repository", dir),
			fault.Text{TH: "ระบุโฟลเดอร์ที่มีไฟล์ HEAD", EN: "name the folder that has the file HEAD"})
	}
	stores, err := openStores(filepath.Join(dir, "objects"))
	if err != nil {
		return nil, err
	}
	if stores[0].seal, err = sealed(dir); err != nil {
		return nil, err
	}
	refs := filesystem.NewStorage(osfs.New(dir), cache.NewObjectLRU(0)) // it reads no objects
	return &Repository{dir: dir, stores: stores, refs: refs}, nil
}

// Dir returns the repository's folder.
func (r *Repository) Dir() string { return r.dir }

// Close gives up the files that are kept open for reading.
func (r *Repository) Close() (err error) {
	for _, s := range r.stores {
		err = errors.Join(err, s.packs.close())
	}
	return err
}

// Read returns an object's bytes. One that is not there, or is of another kind,
// is an error of kind NotFound.
func (r *Repository) Read(k Kind, h Hash) ([]byte, error) {
	if o, held := r.waiting.get(h); held && o.kind == k {
		return bytes.Clone(o.data), nil
	}
	for _, s := range r.stores {
		kind, data, err := s.read(h)
		switch {
		case errors.Is(err, errNoObject):
			continue
		case err != nil:
			return nil, fmt.Errorf("%s %s: %w", k, h, err)
		case kind == k:
			return data, nil
		}
	}
	return nil, fault.New(fault.NotFound, fault.Textf("ไม่มี %s %s ในคลัง", "the repository has no %s %s", k.String(), h.String()))
}

// errorsOf returns the first error.
func errorsOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// syncDir makes a folder's entries durable, where the system knows how.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errorsOf(d.Sync(), d.Close())
}

// kind returns what an object is. One that is not there is an error of kind
// NotFound.
func (r *Repository) kind(h Hash) (Kind, error) {
	if o, held := r.waiting.get(h); held {
		return o.kind, nil
	}
	for _, s := range r.stores {
		if k, err := s.kind(h); !errors.Is(err, errNoObject) {
			return k, err
		}
	}
	return 0, noObject(h)
}

// need makes sure that an object is there, and what it has to be.
func (r *Repository) need(k Kind, h Hash) error {
	is, err := r.kind(h)
	if err == nil && is != k {
		return fault.New(fault.NotFound, fault.Textf("%s ไม่ใช่ %s", "%s is no %s", h.String(), k.String()))
	}
	return err
}

func noObject(h Hash) error {
	return fault.New(fault.NotFound, fault.Textf("ไม่มีวัตถุ %s ในคลัง", "the repository has no object %s", h.String()))
}
