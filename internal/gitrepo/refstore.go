package gitrepo

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"khumue/internal/fault"
)

// RefStore keeps the refs of a repository elsewhere than in its files, as in a
// database: there a move of refs and what belongs to it are one transaction.
type RefStore interface {
	// Ref returns what a ref names, or NoRef.
	Ref(name string) (Hash, error)
	// Refs returns the refs whose names begin with a prefix, by name.
	Refs(prefix string) ([]Ref, error)
	// Move makes all moves or none, and returns when no failure of power can undo
	// them. One that is not where it is expected makes it Moved.
	Move(ctx context.Context, moves []Move) error
}

// OpenWith opens a bare repository whose refs are elsewhere. Those in its files,
// if there are any, mean nothing. The git program is never run for it, and does not
// see its refs.
func OpenWith(dir string, refs RefStore) (*Repository, error) {
	r, err := Open(dir)
	if err != nil {
		return nil, err
	}
	r.kept = refs
	return r, nil
}

// NoRef says that there is no such ref.
func NoRef(ref string) error { return noRef(ref) }

// Moved says that a ref is not where it was expected.
func Moved(ref string) error {
	return fault.New(fault.Conflict, fault.Textf("%s เปลี่ยนไปแล้ว", "%s has moved meanwhile", ref),
		fault.Text{TH: "อ่านใหม่แล้วลองอีกครั้ง", EN: "read it again and try once more"})
}

// beginIn gives an empty store its first refs.
func beginIn(kept RefStore, refs map[string]Hash) error {
	var moves []Move
	for name, h := range refs {
		moves = append(moves, Move{Ref: name, New: h})
	}
	slices.SortFunc(moves, func(a, b Move) int { return strings.Compare(a.Ref, b.Ref) })
	if err := checkMoves(moves); err != nil {
		return err
	}
	return kept.Move(context.Background(), moves)
}

// manyLoose is from how many files of objects on they become a pack.
const manyLoose = 2000

// gather makes one pack of the objects that are files of their own, once there are
// many, and removes the files. Readers find an object in the one or the other.
func (r *Repository) gather(ctx context.Context, many int) error {
	names, err := r.looseNames()
	if err != nil || len(names) < many {
		return err
	}
	p, err := r.NewPack()
	if err != nil {
		return err
	}
	defer p.Abort()
	for _, h := range names {
		if err := ctx.Err(); err != nil {
			return err
		}
		k, data, err := r.stores[0].loose(h)
		if err != nil {
			return fmt.Errorf("%s: %w", h, err)
		}
		if _, err := p.Add(k, data); err != nil {
			return err
		}
	}
	if err := errorsOf(p.Close(), r.stores[0].packs.refresh()); err != nil {
		return err
	}
	for _, h := range names {
		if err := ignoreGone(os.Remove(loosePath(r.stores[0].dir, h))); err != nil {
			return err
		}
	}
	return nil
}

// objectAt tells which object a file is by its name.
func objectAt(file string) (h Hash, known bool) {
	h, err := ParseHash(filepath.Base(filepath.Dir(file)) + filepath.Base(file))
	return h, err == nil
}

// looseNames returns the objects that are files of their own and that no batch has
// touched for a while.
func (r *Repository) looseNames() (out []Hash, err error) {
	settled := time.Now().Add(-settledAfter)
	err = filepath.WalkDir(r.stores[0].dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return ignoreGone(err)
		}
		h, known := objectAt(name)
		if !known {
			return nil // a pack, or what is to become an object
		}
		if info, err := e.Info(); err != nil || info.ModTime().After(settled) {
			return ignoreGone(err)
		}
		out = append(out, h)
		return nil
	})
	return out, err
}
