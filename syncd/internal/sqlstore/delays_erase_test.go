package sqlstore_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/delays/delaystest"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/vault"
)

// Whole pages of the file become free when thousands of applicants are erased at
// once: none of them may keep what it held.
func TestNoErasedApplicantIsLeftInTheFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "khumue.db")
	store, err := sqlstore.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	const n = 2000
	sealed := func(i int) []byte { return bytes.Repeat([]byte(fmt.Sprintf("sealed-%06d!", i)), 12) }
	record := func(i int) delays.Record {
		v := delaystest.Record(1)
		v.ID, v.Lookup = fmt.Sprintf("0190ca5c-0000-7000-8000-%012d", i), fmt.Sprintf("%032d", i)
		v.Person = vault.Sealed{Key: []byte(fmt.Sprintf("key-%06d-with-its-bytes", i)), Text: sealed(i)}
		return v
	}
	write := func(do func(delays.Records, int) error) {
		t.Helper()
		if err := store.Delays().Write(t.Context(), func(r delays.Records) error {
			for i := range n {
				if err := do(r, i); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	write(func(r delays.Records, i int) error { return r.PutCase(record(i)) })
	write(func(r delays.Records, i int) error {
		v := record(i)
		if i%500 == 0 {
			return nil // some stay
		}
		v.Version, v.Erased, v.Person = 2, v.Opened, vault.Sealed{}
		return r.PutCase(v)
	})
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(name + "?*"); err != nil || len(left) > 0 {
		t.Errorf("beside the file there are %q, %v", left, err)
	}
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		for what, part := range map[string][]byte{"key": []byte(base64.StdEncoding.EncodeToString(record(i).Person.Key)), "text": []byte(base64.StdEncoding.EncodeToString(sealed(i)))[:40]} {
			if found := bytes.Contains(file, part); found != (i%500 == 0) {
				t.Fatalf("the %s of applicant %d is in the file: %v", what, i, found)
			}
		}
	}
}
