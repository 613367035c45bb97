package gitrepo

import (
	"path/filepath"

	"khumue/internal/fault"
)

// OpenPushed opens a bare repository together with a folder of objects that are
// being pushed to it and belong to it only when the push is accepted.
func OpenPushed(dir, objects string) (*Repository, error) {
	r, err := Open(dir)
	if err != nil {
		return nil, err
	}
	r.stores = append(r.stores, &store{dir: objects, packs: packs{dir: filepath.Join(objects, "pack")}})
	return r, nil
}

// Kind returns what an object is, from its head alone. One that is not there is
// an error of kind NotFound.
func (r *Repository) Kind(h Hash) (Kind, error) { return r.kind(h) }

// CheckName tells what keeps a name out of a tree that Put writes; nothing of
// one that is fine.
func CheckName(name string) fault.Text { return checkName(name) }
