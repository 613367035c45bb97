package sqlstore

import (
	"context"
	"errors"

	"khumue/internal/fault"
	"khumue/internal/gitrepo"
)

// Refs returns the store as a repository knows it whose refs stand in a database.
func (s *Store) Refs() gitrepo.RefStore { return pins{s} }

// pins keeps the refs of one repository.
type pins struct{ store *Store }

// Ref returns what a ref names.
func (p pins) Ref(name string) (h gitrepo.Hash, err error) {
	err = p.store.read(context.Background(), func(r *records) error {
		h, err = r.ref(name)
		return err
	})
	return h, err
}

func scanHash(s scanner) (h gitrepo.Hash, err error) { return h, s.Scan(object{(*[20]byte)(&h)}) }

func (r *records) ref(name string) (gitrepo.Hash, error) {
	h, err := one(r, scanHash, `SELECT object FROM refs WHERE id = $1`, name)
	if errors.Is(err, fault.NotFound) {
		err = gitrepo.NoRef(name)
	}
	return h, err
}

// Refs returns the refs whose names begin with a prefix, by name.
func (p pins) Refs(prefix string) (list []gitrepo.Ref, err error) {
	err = p.store.read(context.Background(), func(r *records) error {
		list, err = all(r, func(s scanner) (f gitrepo.Ref, err error) {
			return f, s.Scan(&f.Name, object{(*[20]byte)(&f.Hash)})
		}, `SELECT id, object FROM refs WHERE id >= $1 AND id < $2 ORDER BY id`, prefix, prefix+"\U0010ffff")
		return err
	})
	return list, err
}

// Move makes all moves in one transaction, which writes down the deed that the
// action bears.
func (p pins) Move(ctx context.Context, moves []gitrepo.Move) error {
	return p.store.write(ctx, func(r *records) error {
		for _, m := range moves {
			if now, err := r.ref(m.Ref); err != nil && !errors.Is(err, fault.NotFound) {
				return err
			} else if now != m.Old {
				return gitrepo.Moved(m.Ref)
			}
			if err := r.moveRef(m); err != nil {
				return err
			}
		}
		return nil
	})
}

func (r *records) moveRef(m gitrepo.Move) (err error) {
	switch {
	case m.Old == m.New:
		return nil
	case m.New.IsZero():
		_, err = r.exec(`DELETE FROM refs WHERE id = $1`, m.Ref)
	default:
		_, err = r.exec(`INSERT INTO refs (id, object) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET object = $2`, m.Ref, objectText(m.New))
	}
	r.moved = r.moved || err == nil
	return err
}
