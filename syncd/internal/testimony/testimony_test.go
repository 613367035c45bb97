package testimony

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"khumue/internal/fault"
	"khumue/internal/proof"
)

func seed(s string) *strings.Reader { return strings.NewReader(strings.Repeat(s, 32)) }

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestAKeyIsMadeOnceAndStays(t *testing.T) {
	dir := t.TempDir()
	first, err := Make(dir, seed("a"))
	if err != nil {
		t.Fatal(err)
	}
	file := read(t, filepath.Join(dir, KeyFile))
	for range 2 {
		again, err := Make(dir, seed("b"))
		if err != nil || again.Key() != first.Key() || !bytes.Equal(read(t, filepath.Join(dir, KeyFile)), file) {
			t.Fatalf("made again: %v", err)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, KeyFile)); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Errorf("got %v, %v, want a file of its owner's", info.Mode(), err)
	}
	trust, err := proof.ParseTrust(string(read(t, Trust(dir))))
	if err != nil || !trust.Has(first.Key()) {
		t.Errorf("the public keys: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".approvals-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestAKeyThatIsTakenMeanwhileIsKept(t *testing.T) {
	dir := t.TempDir()
	if _, err := Make(dir, seed("a")); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, KeyFile)
	before := read(t, name)
	if err := put(name, []byte("other"), 0o600, os.Link); !errors.Is(err, fs.ErrExist) || !bytes.Equal(read(t, name), before) {
		t.Errorf("got %v, want that it exists", err)
	}
}

func TestTheNewestPublicKeyStandsFirst(t *testing.T) {
	dir := t.TempDir()
	first, err := Make(dir, seed("a"))
	if err != nil {
		t.Fatal(err)
	}
	second, file, err := proof.GenerateKey(seed("b"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, KeyFile), file, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := Open(dir); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := string(read(t, Trust(dir))), string(second.Key())+" khumue\n"+string(first.Key())+" khumue\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestKeysThatAreRefused(t *testing.T) {
	_, good, err := proof.GenerateKey(seed("a"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name string
		file []byte // nil: none
		mode fs.FileMode
		want fault.Kind
	}{
		{"none", nil, 0, fault.NotFound},
		{"one that the group may read", good, 0o640, fault.Forbidden},
		{"one that everybody may read", good, 0o604, fault.Forbidden},
		{"one that is cut short", good[:len(good)/2], 0o600, fault.Invalid},
		{"an empty file", []byte{}, 0o600, fault.Invalid},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.want == fault.Forbidden && runtime.GOOS == "windows" {
				t.Skip("Windows has no such modes")
			}
			dir := t.TempDir()
			name := filepath.Join(dir, KeyFile)
			if tc.file != nil {
				if err := errors.Join(os.WriteFile(name, tc.file, 0o600), os.Chmod(name, tc.mode)); err != nil {
					t.Fatal(err)
				}
			}
			_, err := Open(dir)
			if !errors.Is(err, tc.want) || strings.Contains(err.Error(), "PRIVATE") {
				t.Errorf("got %v, want %s", err, tc.want)
			}
			if _, err := os.Stat(Trust(dir)); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a public key was written: %v", err)
			}
		})
	}
}
