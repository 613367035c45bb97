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
	"khumue/internal/proof"
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
	w, err := portal(t, o).WriteGit(t.Context(), dir, History{Drafts: drafts, Others: 20})
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
	if got, want := git(t, dir, "rev-list", "--count", "--first-parent", "main"), "421"; got != want {
		t.Errorf("the ledger has %s commits, want %s: the import, one for each later revision, and 20 others", got, want)
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
	published := strings.Fields(git(t, dir, "rev-list", "--first-parent", "--merges", "--max-count=60", "main"))
	for _, p := range published {
		show := func(commit, format string) string { return git(t, dir, "show", "-s", "--format="+format, commit) }
		trailer := func(commit, key string) string {
			return show(commit, fmt.Sprintf("%%(trailers:key=%s,valueonly)", key))
		}
		endorsed, submitted := p+"^2", p+"^2^2"
		stages := trailer(submitted, "Khumue-Stage") + " " + trailer(endorsed, "Khumue-Stage") + " " + trailer(p, "Khumue-Stage")
		if stages != "submit review publish" {
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
		base, before, _ := strings.Cut(trailer(submitted, "Khumue-Base"), " ")
		if base != git(t, dir, "rev-parse", submitted+"^^") || before != git(t, dir, "rev-parse", base+":"+folder) {
			t.Errorf("%s: its base is %s %s", p, base, before)
		}
	}
}

func TestThePortalIsProven(t *testing.T) {
	o := Options{Manuals: 40, Seed: 3, Revisions: 120}
	dir, w := recorded(t, o, 2)
	repo, err := gitrepo.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer repo.Close()
	tip, err := repo.Refs().Get(gitrepo.Main)
	if err != nil {
		t.Fatal(err)
	}
	key, _, err := portal(t, o).Key()
	if err != nil {
		t.Fatal(err)
	}
	trust, err := proof.ParseTrust(string(key.Key()))
	if err != nil {
		t.Fatal(err)
	}
	r, err := proof.Verify(t.Context(), stored{repo}, proof.Hash(tip), proof.Options{Trust: trust})
	if err != nil || r.Err() != nil || r.Origin != proof.OriginProven || r.Commits != 1+80+20 || w.Others != 20 {
		t.Errorf("got %v, %v, origin %q, %d commits", err, r.Err(), r.Origin, r.Commits)
	}
	if got := r.Count(proof.ByApproval) + r.Count(proof.ByBootstrap); got != 40 || r.Count(proof.ByApproval) == 0 {
		t.Errorf("%d manuals are covered, %d of them approved", got, r.Count(proof.ByApproval))
	}
}

// stored is a repository as proof reads it.
type stored struct{ repo *gitrepo.Repository }

func (s stored) Read(k proof.Kind, h proof.Hash) ([]byte, error) {
	return s.repo.Read(map[proof.Kind]gitrepo.Kind{proof.Commit: gitrepo.Commit, proof.Tree: gitrepo.Tree, proof.Blob: gitrepo.Blob}[k], gitrepo.Hash(h))
}
