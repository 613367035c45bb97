package vault_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"khumue/internal/fault"
	"khumue/syncd/internal/vault"
)

func TestTheKeyOfAFolder(t *testing.T) {
	dir := t.TempDir()
	if _, err := vault.Open(dir); !errors.Is(err, fault.NotFound) {
		t.Errorf("none: got %v", err)
	}
	first, err := vault.Make(dir, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	again, err := vault.Make(dir, rand.Reader)
	if err != nil || !bytes.Equal(first.Secret("x"), again.Secret("x")) {
		t.Errorf("another key was made: %v", err)
	}
	if bytes.Equal(first.Secret("x"), first.Secret("y")) {
		t.Error("two purposes have one secret")
	}
	name := filepath.Join(dir, vault.KeyFile)
	if err := os.Chmod(name, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := vault.Open(dir); !errors.Is(err, fault.Forbidden) {
		t.Errorf("one that others may read: got %v", err)
	}
	if err := os.WriteFile(name, []byte("khumue-personal-key-1 AAAA\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(name, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := vault.Make(dir, rand.Reader); !errors.Is(err, fault.Invalid) {
		t.Errorf("one that is cut short: got %v", err)
	}
}

func TestWhatIsSealedOpensAsItselfAlone(t *testing.T) {
	v, err := vault.New(bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	other, err := vault.New(bytes.Repeat([]byte{2}, 32))
	if err != nil {
		t.Fatal(err)
	}
	s, err := v.Seal([]byte("สมชาย"), "case 1", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.Open(s, "case 1"); err != nil || string(got) != "สมชาย" {
		t.Errorf("got %q, %v", got, err)
	}
	for name, open := range map[string]func() ([]byte, error){
		"as another case": func() ([]byte, error) { return v.Open(s, "case 2") },
		"by another key":  func() ([]byte, error) { return other.Open(s, "case 1") },
		"without its key": func() ([]byte, error) { return v.Open(vault.Sealed{Text: s.Text}, "case 1") },
		"cut short":       func() ([]byte, error) { return v.Open(vault.Sealed{Key: s.Key, Text: s.Text[:5]}, "case 1") },
		"changed": func() ([]byte, error) {
			changed := bytes.Clone(s.Text)
			changed[len(changed)-1]++
			return v.Open(vault.Sealed{Key: s.Key, Text: changed}, "case 1")
		},
	} {
		if got, err := open(); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
}
