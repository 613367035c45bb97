package synth

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"khumue/internal/gitrepo"
)

func readFolder(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		out[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func recorded(t *testing.T, o Options, drafts int) (dir string, w Recorded) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "content.git")
	w, err := portal(t, o).WriteGit(t.Context(), dir, drafts)
	if err != nil {
		t.Fatal(err)
	}
	return dir, w
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := exec.Command("git", append([]string{"--git-dir", dir}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestTheStockClientFindsNothingWrong(t *testing.T) {
	dir, w := recorded(t, Options{Manuals: 200, Seed: 1, Revisions: 600}, 15)
	if said := git(t, dir, "fsck", "--full", "--strict"); said != "" {
		t.Errorf("git fsck: got %q, want nothing", said)
	}
	if got, want := git(t, dir, "rev-list", "--count", "--first-parent", "main"), "401"; got != want {
		t.Errorf("the ledger has %s commits, want %s: the import and one for each later revision", got, want)
	}
	if got := len(strings.Fields(git(t, dir, "for-each-ref", "--format=%(refname)", "refs/heads/draft/"))); got != 15 || w.Drafts != 15 {
		t.Errorf("got %d and %d drafts, want 15", got, w.Drafts)
	}
}

func TestTheTipHasTheFilesOfTheFolder(t *testing.T) {
	o := Options{Manuals: 80, Seed: 6, Revisions: 400}
	dir, _ := recorded(t, o, 3)
	repo, err := gitrepo.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer repo.Close()
	tip, err := repo.Refs().Get(gitrepo.Main)
	if err != nil {
		t.Fatal(err)
	}
	c, err := repo.Commit(tip)
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for f := range portal(t, o).Files() {
		files++
		if got, err := repo.File(c.Tree, f.Path); err != nil || string(got) != string(f.Data) {
			t.Errorf("%s differs: %v", f.Path, err)
		}
	}
	if got := len(strings.Split(git(t, dir, "ls-tree", "-r", "--name-only", "main"), "\n")); got != files {
		t.Errorf("the tip has %d files, want %d", got, files)
	}
}

func TestTheSameSeedGivesTheSameObjects(t *testing.T) {
	o := Options{Manuals: 60, Seed: 2, Revisions: 150}
	one, _ := recorded(t, o, 4)
	two, _ := recorded(t, o, 4)
	a, b := readFolder(t, one), readFolder(t, two)
	for name, data := range a {
		if b[name] != data {
			t.Errorf("%s differs", name)
		}
	}
	o.Seed = 3
	other, _ := recorded(t, o, 4)
	if git(t, one, "rev-parse", "main") == git(t, other, "rev-parse", "main") {
		t.Error("another seed: got the same commit")
	}
}

func TestEveryPublishedRevisionWasApprovedTwice(t *testing.T) {
	dir, _ := recorded(t, Options{Manuals: 30, Seed: 8, Revisions: 90}, 0)
	published := strings.Fields(git(t, dir, "rev-list", "--first-parent", "--max-count=60", "main"))
	for _, p := range published {
		show := func(commit, format string) string { return git(t, dir, "show", "-s", "--format="+format, commit) }
		trailer := func(commit, key string) string {
			return show(commit, fmt.Sprintf("%%(trailers:key=%s,valueonly)", key))
		}
		endorsed, submitted := p+"^2", p+"^2^2"
		stages := trailer(submitted, "Khumue-Stage") + " " + trailer(endorsed, "Khumue-Stage") + " " + trailer(p, "Khumue-Stage")
		if stages != "submission 1 2" {
			t.Errorf("%s: got stages %q", p, stages)
		}
		id, tree := trailer(p, "Khumue-Manual"), trailer(p, "Khumue-Tree")
		path := git(t, dir, "diff", "--name-only", p+"^1", p)
		if !strings.HasSuffix(path, "/manuals/"+id+"/manual.md") || strings.Contains(path, "\n") {
			t.Errorf("%s of %s changes %q", p, id, path)
		}
		folder := strings.TrimSuffix(path, "/manual.md")
		for _, at := range []string{p, endorsed, submitted, submitted + "^"} {
			if got := git(t, dir, "rev-parse", at+":"+folder); got != tree {
				t.Errorf("%s: the folder is %s, want %s", at, got, tree)
			}
		}
		author, reviewer, opdc := trailer(submitted, "Khumue-Contributor"), trailer(endorsed, "Khumue-Officer"), trailer(p, "Khumue-Officer")
		if author == reviewer || author == opdc || reviewer == opdc || show(p, "%an") != opdc || show(p, "%cn") != "khumue" {
			t.Errorf("%s: by %s, %s and %s", p, author, reviewer, opdc)
		}
		base, before, _ := strings.Cut(trailer(p, "Khumue-Base"), " ")
		if base != git(t, dir, "rev-parse", submitted+"^^") || before != git(t, dir, "rev-parse", base+":"+folder) {
			t.Errorf("%s: its base is %s %s", p, base, before)
		}
	}
}
