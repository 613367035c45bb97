package office_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/mirror"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/rights"
)

// TestAFileIsOpenedOnceForAllItsPieces takes the file away between two pieces.
func TestAFileIsOpenedOnceForAllItsPieces(t *testing.T) {
	w, r := open(t)
	text := []byte("a photo in two pieces")
	sum := sha256.Sum256(text)
	name := hex.EncodeToString(sum[:])
	if err := r.Writer.Put(t.Context(), wire.File{SHA256: name, Size: int64(len(text))}, text); err != nil {
		t.Fatal(err)
	}
	piece := func(from, to int) error {
		f, err := r.Courier.Files.Open(name)
		if err != nil {
			return err
		}
		got := make([]byte, to-from)
		if _, err := f.ReadAt(got, int64(from)); err != nil || string(got) != string(text[from:to]) {
			t.Errorf("got %q, %v", got, err)
		}
		return f.Close()
	}
	if err := piece(0, 9); err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(w.dir, "*", "*", name))
	if err != nil || len(found) != 1 {
		t.Fatalf("it is kept in %v, %v", found, err)
	}
	if err := os.Remove(found[0]); err != nil {
		t.Fatal(err)
	}
	if err := piece(9, len(text)); err != nil {
		t.Errorf("the second piece: %v", err)
	}
	if err := piece(0, 9); !errors.Is(err, fault.NotFound) {
		t.Errorf("all of it was read, and it is still held: %v", err)
	}
}

// counting is an outbox that counts the operations whose bytes are read.
type counting struct {
	outbox.Store
	read int
}

func (c *counting) Read(ctx context.Context, do func(outbox.Records) error) error {
	return c.Store.Read(ctx, func(r outbox.Records) error { return do(countingRecords{r, c}) })
}

type countingRecords struct {
	outbox.Records
	c *counting
}

func (r countingRecords) Items(f outbox.Filter) ([]outbox.Item, error) {
	list, err := r.Records.Items(f)
	if !f.Bare {
		r.c.read += len(list)
	}
	return list, err
}

func (r countingRecords) Item(id string) (outbox.Item, error) {
	r.c.read++
	return r.Records.Item(id)
}

func TestABacklogIsReadOnce(t *testing.T) {
	_, r := open(t)
	for n := range 5 {
		ctx, _, err := r.Box.Note(t.Context(), outbox.Deed{Kind: delays.Ended, Entity: fmt.Sprint("case:", n), By: somsri, As: rights.Grant{Role: catalog.RoleCentral, Scope: rights.Scope{Agency: "dlt"}},
			Do: fmt.Appendf(nil, `{"verb":%q,"command":{"ID":"case-%d"}}`, delays.Ended, n)})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Store.Mirror().Write(ctx, func(m mirror.Records) error { return m.Hold(cargo.Case, fmt.Sprint("case-", n), "v1") }); err != nil {
			t.Fatal(err)
		}
	}
	c := &counting{Store: r.Box.Store}
	r.Box.Store = c
	for range 3 {
		a, err := r.Mirror.Ahead(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !a.Has(cargo.Case, "case-4") || len(a.Records()) != 5 {
			t.Errorf("ahead are %v", a.Records())
		}
	}
	if err := r.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Box.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c.read != 5 {
		t.Errorf("the bytes of %d operations were read, want 5", c.read)
	}
}

func TestTidyingRemovesWhatWritingLeft(t *testing.T) {
	_, r := open(t)
	left := filepath.Join(r.Repo.Dir(), "objects", "tmp_obj_1")
	old := time.Now().Add(-48 * time.Hour)
	if err := errors.Join(os.WriteFile(left, []byte("half an object"), 0o600), os.Chtimes(left, old, old), r.Tidy(t.Context())); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what a kill left is still there: %v", err)
	}
}
