// Package sqlstoretest gives tests databases: the tables are made once for all
// tests of a package, and copied for each.
package sqlstoretest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"khumue/syncd/internal/sqlstore"
)

// Open opens the database in a file, an empty one where the file is not there yet.
// The caller closes it.
func Open(t testing.TB, file string) *sqlstore.Store {
	t.Helper()
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		src, err := empty()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, src, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	store, err := sqlstore.Open(context.WithoutCancel(t.Context()), file)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// empty is a database that has tables and no rows.
var empty = sync.OnceValues(func() (src []byte, err error) {
	dir, err := os.MkdirTemp("", "khumue-template-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file := filepath.Join(dir, "khumue.db")
	store, err := sqlstore.Open(context.Background(), file)
	if err != nil {
		return nil, err
	}
	if err := store.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})
