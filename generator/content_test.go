package main

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"khumue/internal/corpus"
	"khumue/internal/fault"
)

var firstLine = regexp.MustCompile(`^(?:---\n)?# yaml-language-server: \$schema=(\S+)\n`)

// TestTheSamplePortal reads every file of content/: each means something,
// nothing in it is left to fill in, and its first line names a schema that is
// there, so that editors help to write it.
func TestTheSamplePortal(t *testing.T) {
	content := os.DirFS("../content")
	portal, problems, err := corpus.Read(content)
	if err != nil {
		t.Fatal(err)
	}
	if len(portal.Manuals) < 52 {
		t.Errorf("got %d manuals, want at least 52", len(portal.Manuals))
	}
	told := map[string]fault.Problems{}
	for _, p := range problems {
		told[p.File] = append(told[p.File], p)
	}
	err = fs.WalkDir(content, ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && name == ".schemas":
			return fs.SkipDir
		case e.IsDir() || path.Ext(name) != ".yaml" && path.Ext(name) != ".md":
			return nil
		}
		t.Run(name, func(t *testing.T) {
			for _, p := range told[name] {
				t.Error(p)
			}
			wellFormed(t, content, name)
		})
		delete(told, name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, problems := range told {
		t.Errorf("%s: %v", name, problems)
	}
}

// wellFormed checks what every content file looks like to an editor.
func wellFormed(t *testing.T, content fs.FS, name string) {
	t.Helper()
	src, err := fs.ReadFile(content, name)
	if err != nil {
		t.Fatal(err)
	}
	m := firstLine.FindSubmatch(src)
	if m == nil {
		t.Fatalf("its first line is no schema comment: %.80q", src)
	}
	if _, err := fs.Stat(content, path.Join(path.Dir(name), string(m[1]))); err != nil {
		t.Errorf("its schema: %v", err)
	}
	if !bytes.HasSuffix(src, []byte("\n")) || bytes.HasSuffix(src, []byte("\n\n")) {
		t.Error("does not end with one newline")
	}
	for i, line := range strings.Split(string(src), "\n") {
		if strings.TrimRight(line, " \t\r") != line || strings.Contains(line, "\t") {
			t.Errorf("line %d: a tab, or blanks at its end", i+1)
		}
	}
}
