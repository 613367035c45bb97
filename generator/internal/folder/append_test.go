package folder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAppend(t *testing.T) {
	dir := t.TempDir()
	long := strings.Repeat("ก", 30_000)
	for name, text := range map[string]string{"short": "ข้อความ", "long": long, "empty": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name, file string
		most       int
		want       string
		err        func(error) bool
	}{
		{"a whole file stands behind what was there", "short", 1 << 20, "before ข้อความ", nil},
		{"a file that is longer than the room for most", "long", 1 << 20, "before " + long, nil},
		{"no more than was allowed", "long", 30, "before " + long[:30], nil},
		{"nothing of an empty file", "empty", 1 << 20, "before ", nil},
		{"a file that is not there leaves all as it was", "none", 1 << 20, "before ", func(err error) bool { return errors.Is(err, fs.ErrNotExist) }},
		{"a folder leaves all as it was", ".", 1 << 20, "before ", func(err error) bool { return err != nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Append([]byte("before "), filepath.Join(dir, c.file), c.most)
			var at *fs.PathError
			if string(got) != c.want {
				t.Errorf("got %.20q of %d bytes, want %.20q of %d bytes", got, len(got), c.want, len(c.want))
			}
			if c.err == nil && err != nil || c.err != nil && (!c.err(err) || !errors.As(err, &at)) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}
