package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestAKilledBuildIsMadeGoodByTheNext kills builds while they read, stage, go
// live and tidy up, after edits, renames and deletions. Whatever was there when
// the process died, the next build gives the site that one from nothing gives.
func TestAKilledBuildIsMadeGoodByTheNext(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "generator") // the name by which the test binary is the program
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, program); err != nil {
		t.Fatal(err)
	}
	content, out := filepath.Join(dir, "content"), filepath.Join(dir, "public")
	if err := os.CopyFS(content, os.DirFS("testdata/portal")); err != nil {
		t.Fatal(err)
	}
	generate(t, content, out)
	rnd := rand.New(rand.NewPCG(7, 7))
	for i := range 12 {
		for range 1 + rnd.IntN(2) {
			disturb(t, rnd, content, i)
		}
		killWhen(t, program, content, out, []string{"lock", "stage/tree", "stage/state", "journal", "state/site.json"}[i%5])
		generate(t, content, out)
		fresh := filepath.Join(dir, fmt.Sprint("fresh", i))
		generate(t, content, fresh)
		got, want := folderOf(t, out), folderOf(t, fresh)
		for name, text := range want {
			if got[name] != text {
				t.Fatalf("after kill %d: %s is not what a build from nothing gives", i, name)
			}
		}
		for name := range got {
			if _, there := want[name]; !there && !strings.HasPrefix(name, "search-index/") {
				t.Fatalf("after kill %d: %s is left over", i, name)
			}
		}
	}
}

// generate builds in this process.
func generate(t *testing.T, content, out string) {
	t.Helper()
	var told strings.Builder
	if code := run(context.Background(), []string{"build", "--content", content, "--out", out}, streams{out: io.Discard, err: &told}); code != 0 {
		t.Fatalf("building ended with %d: %s", code, &told)
	}
}

// disturb edits, renames or removes something, so that the content stays
// valid.
func disturb(t *testing.T, rnd *rand.Rand, content string, i int) {
	t.Helper()
	dlt := filepath.Join(content, "agencies/mot/dlt")
	text := func(name, old, next string) error {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(name, []byte(strings.Replace(string(data), old, next, 1)), 0o644)
	}
	added := filepath.Join(dlt, "manuals", fmt.Sprintf("dlt-new%03d", i))
	err := error(nil)
	switch rnd.IntN(5) {
	case 0:
		err = text(filepath.Join(dlt, "manuals/dlt-aaaaaa/manual.md"), "\n---\n", fmt.Sprintf("\n---\nข้อ %d\n", i))
	case 1:
		err = text(filepath.Join(dlt, "agency.yaml"), "กรมทดสอบ", "กรมทดสอบใหม่")
	case 2:
		if err = os.MkdirAll(added, 0o755); err == nil {
			err = os.WriteFile(filepath.Join(added, "manual.md"), fmt.Appendf(nil, "---\nid: %s\ntitle: การขอ %d\ncategories: [transport]\n---\n", filepath.Base(added), i), 0o644)
		}
	case 3:
		olds, _ := filepath.Glob(filepath.Join(dlt, "manuals/dlt-new*"))
		if len(olds) > 0 {
			err = os.RemoveAll(olds[0])
		}
	case 4:
		err = text(filepath.Join(dlt, "points/dlt-north.yaml"), "053 000", "053 001")
	}
	if err != nil {
		t.Fatal(err)
	}
}

// lookTime is how often a build's folder is looked at: often enough to meet what is
// there for a moment, and seldom enough to leave the build its processor.
const lookTime = 200 * time.Microsecond

// killWhen starts a build and kills it as soon as a file of its working folder
// is there, or is another than before.
func killWhen(t *testing.T, program, content, out, file string) {
	t.Helper()
	watched := filepath.Join(filepath.Dir(out), "."+filepath.Base(out)+".khumue", filepath.FromSlash(file))
	before, err := os.Stat(watched)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, program, "build", "--content", content, "--out", out)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	look := time.NewTicker(lookTime)
	defer look.Stop()
	for {
		select {
		case <-ended:
			return // it was quicker
		case <-look.C:
		}
		now, err := os.Stat(watched)
		if err == nil && (before == nil || !now.ModTime().Equal(before.ModTime()) || !os.SameFile(now, before)) {
			_ = cmd.Process.Kill()
			<-ended
			return
		}
	}
}

// folderOf is what a folder holds, by slash path.
func folderOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p)
		out[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
