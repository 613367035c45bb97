package sqlstore

import (
	"context"
	"strings"

	"khumue/syncd/internal/mirror"
)

// Mirror returns the store as the mirror of the centre knows it.
func (s *Store) Mirror() mirror.Store { return mirrorStore{s} }

// mirrorStore is a store whose transactions are those of the mirror.
type mirrorStore struct{ store *Store }

// Read is Store.Read.
func (s mirrorStore) Read(ctx context.Context, do func(mirror.Records) error) error {
	return s.store.read(ctx, func(r *records) error { return do(mirrored{r}) })
}

// Write is Store.Write.
func (s mirrorStore) Write(ctx context.Context, do func(mirror.Records) error) error {
	return s.store.write(ctx, func(r *records) error { return do(mirrored{r}) })
}

// mirrored is what a transaction sees of what the centre told.
type mirrored struct{ *records }

var _ mirror.Records = mirrored{}

// noteKind is the kind under which notes are kept.
const noteKind = "note"

// Note returns what is kept under a name.
func (r mirrored) Note(name string) (string, error) {
	found, err := all(r.records, text, `SELECT body FROM mirror_state WHERE id = $1`, noteKind+" "+name)
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0], nil
}

// SetNote keeps a text under a name.
func (r mirrored) SetNote(name, body string) error { return r.keepState(noteKind+" "+name, "", body) }

func (r mirrored) keepState(id, version, body string) error {
	_, err := r.exec(`INSERT INTO mirror_state (id, version, body) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET version = $2, body = $3`, id, version, body)
	return err
}

// Held returns the versions of what was told of a kind.
func (r mirrored) Held(kind string) (map[string]string, error) {
	out := map[string]string{}
	_, err := all(r.records, func(s scanner) (none struct{}, err error) {
		var id, version string
		if err = s.Scan(&id, &version); err == nil {
			out[strings.TrimPrefix(id, kind+" ")] = version
		}
		return none, err
	}, `SELECT id, version FROM mirror_state WHERE id > $1 AND id < $2`, kind+" ", kind+"!")
	return out, err
}

// Hold notes the version of a record that was told.
func (r mirrored) Hold(kind, id, version string) error { return r.keepState(kind+" "+id, version, "") }

// Unhold notes that a record is gone.
func (r mirrored) Unhold(kind, id string) error {
	_, err := r.exec(`DELETE FROM mirror_state WHERE id = $1`, kind+" "+id)
	return err
}
