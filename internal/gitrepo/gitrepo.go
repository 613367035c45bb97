// Package gitrepo is the door to git: bare repositories, read and written by
// plumbing, without a work tree and without locks on the whole.
//
// Objects are read through go-git, and written many at a time as one pack that
// is complete and on the disk before any ref may name what is in it. Refs move
// only through Refs, which asks the git program: all refs of one transition in
// one transaction, with the values expected before, so that after a crash the
// state is before or after.
//
// The package knows nothing of manuals or approvals.
package gitrepo

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"khumue/internal/fault"
)

// Repository is a bare repository. Its methods may be called from several
// goroutines; objects are read one at a time, so that who reads much on several
// processors opens it several times.
type Repository struct {
	dir     string
	reading sync.Mutex // go-git's storage is not safe for several readers
	store   *filesystem.Storage
}

// cacheBytes is how much of what was read is kept.
const cacheBytes = 48 * cache.MiByte

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
	store := filesystem.NewStorageWithOptions(osfs.New(dir), cache.NewObjectLRU(cacheBytes), filesystem.Options{KeepDescriptors: true})
	return &Repository{dir: dir, store: store}, nil
}

// Dir returns the repository's folder.
func (r *Repository) Dir() string { return r.dir }

// Close gives up the files that are kept open for reading.
func (r *Repository) Close() error {
	r.reading.Lock()
	defer r.reading.Unlock()
	return r.store.Close()
}

// Read returns an object's bytes. One that is not there, or of another kind,
// is an error of kind NotFound.
func (r *Repository) Read(k Kind, h Hash) ([]byte, error) {
	r.reading.Lock()
	defer r.reading.Unlock()
	o, err := r.store.EncodedObject(plumbing.ObjectType(k), plumbing.Hash(h))
	if errors.Is(err, plumbing.ErrObjectNotFound) {
		// A pack may have come since the packs were last listed.
		r.store.Reindex()
		o, err = r.store.EncodedObject(plumbing.ObjectType(k), plumbing.Hash(h))
	}
	if errors.Is(err, plumbing.ErrObjectNotFound) {
		return nil, fault.New(fault.NotFound, fault.Textf("ไม่มี %s %s ในคลัง", "the repository has no %s %s", k.String(), h.String()))
	} else if err != nil {
		return nil, fmt.Errorf("%s %s: %w", k, h, err)
	}
	in, err := o.Reader()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", k, h, err)
	}
	defer in.Close()
	data := make([]byte, o.Size())
	if _, err := io.ReadFull(in, data); err != nil {
		return nil, fmt.Errorf("%s %s: %w", k, h, err)
	}
	return data, nil
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
