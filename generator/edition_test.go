package main

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"khumue/generator/internal/synth"
)

// isRevision are the files that only a history gives.
var isRevision = regexp.MustCompile(`^(en/)?procedure/[^/]+/r/`)

// TestAFolderAndItsRepositoryGiveTheSameSite but for the revisions, which a
// folder has none of, and what the pages of manuals tell of them.
func TestAFolderAndItsRepositoryGiveTheSameSite(t *testing.T) {
	dir := t.TempDir()
	portal, err := synth.New(synth.Options{Manuals: 60, Seed: 4, Revisions: 100})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := portal.Write(t.Context(), filepath.Join(dir, "content")); err != nil {
		t.Fatal(err)
	}
	if _, err := portal.WriteGit(t.Context(), filepath.Join(dir, "content.git"), synth.History{Drafts: 2}); err != nil {
		t.Fatal(err)
	}
	build := func(content string) map[string]string {
		t.Helper()
		out := filepath.Join(dir, content+".site")
		var said bytes.Buffer
		args := []string{"build", "--content", filepath.Join(dir, content), "--out", out}
		if code := run(context.Background(), args, streams{in: strings.NewReader(""), out: &said, err: &said}); code != 0 {
			t.Fatalf("%s: exit code %d: %s", content, code, &said)
		}
		return siteFiles(t, out)
	}
	folder, repository := build("content"), build("content.git")
	told := regexp.MustCompile(`(?s)<p class="fine"><a href="[^"]*/r/\d+/">[^<]*</a>[^<]*</p>\n?|<section id="revisions".*?</section>\n?`)
	revisions := 0
	for name, data := range repository {
		if isRevision.MatchString(name) {
			revisions++
			delete(repository, name)
			continue
		}
		repository[name] = told.ReplaceAllString(data, "")
	}
	if len(folder) < 300 || len(folder) != len(repository) {
		t.Errorf("got %d files from the repository, want %d, and at least 300", len(repository), len(folder))
	}
	if revisions < 40 {
		t.Errorf("got %d pages and files of revisions, want those of 40 that were published later", revisions)
	}
	for name, want := range folder {
		if name == "build.json" {
			continue // it names the commit and its time
		}
		if got, there := repository[name]; !there || got != want {
			t.Errorf("%s: from the repository it is %d bytes (there: %v), which are not those from the folder, %d", name, len(got), there, len(want))
		}
	}
}

// siteFiles are the files of a site, but for the publisher's own.
func siteFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	root := os.DirFS(dir)
	if err := fs.WalkDir(root, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			return err
		}
		data, err := fs.ReadFile(root, name)
		out[name] = string(data)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}
