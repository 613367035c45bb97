//go:build linux && (amd64 || arm64)

package witness

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// shell is a program that runs a script in a folder of its own.
func shell(t *testing.T, script string) (cmd *exec.Cmd, dir string) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	cmd = exec.Command("sh", "-c", script)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	return cmd, dir
}

func TestCallsAreToldOfAllThatRuns(t *testing.T) {
	cmd, dir := shell(t, "printf x >f; mkdir d; mv f d/g; rm d/g; exit 3")
	var told []string
	status, err := Watch{Root: dir, Before: func(c *Call) Verdict {
		what := strings.TrimRight(c.Name, "at2")
		told = append(told, strings.ReplaceAll(fmt.Sprint(what, " ", c.Path, " ", c.To, " ", c.Own), dir+"/", ""))
		return GoOn
	}}.Run(cmd)
	if err != nil || status.ExitStatus() != 3 {
		t.Errorf("got %v, %v", status.ExitStatus(), err)
	}
	want := []string{"open f  true", "write f  true", "mkdir d  false", "rename f d/g false", "unlink d/g  false"}
	if !slices.Equal(told, want) {
		t.Errorf("got %q, want %q", told, want)
	}
}

func TestWhoIsKilledMakesTheCallNoMore(t *testing.T) {
	tests := []struct {
		name    string
		verdict Verdict
		killed  bool   // the program itself
		want    string // what is there at the end
	}{
		{"nobody", GoOn, false, "f g h"},
		{"all", KillAll, true, "f"},
		{"the program alone", KillOwn, true, "f g"},
		{"the one that it started", KillThis, false, "f h"},
	}
	for _, test := range tests {
		cmd, dir := shell(t, ">f; touch g; >h")
		gone := 0
		status, err := Watch{Root: dir, Gone: func() { gone++ }, Before: func(c *Call) Verdict {
			if filepath.Base(c.Path) == "g" {
				return test.verdict
			}
			return GoOn
		}}.Run(cmd)
		if err != nil || status.Signaled() != test.killed || test.killed && status.Signal() != unix.SIGKILL || gone != 1 {
			t.Errorf("%s: ended as %#x, %v; it was gone %d times", test.name, status, err, gone)
		}
		names, _ := filepath.Glob(filepath.Join(dir, "*"))
		for i := range names {
			names[i] = filepath.Base(names[i])
		}
		if got := strings.Join(names, " "); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestADiskKeepsWhatWasSynced(t *testing.T) {
	cmd, dir := shell(t, "printf x >f; sync f; mv f g; mkdir d; printf y >d/h; sync .; printf z >>g; printf new >f; printf old >gone; sync .; rm gone")
	disk, err := NewDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Watch{Root: dir, Before: func(c *Call) Verdict { disk.Before(c); return GoOn }, After: disk.After}.Run(cmd)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		whole func(string) bool
		want  map[string]string
	}{
		{"all that was done", func(string) bool { return true }, map[string]string{"d/": "", "d/h": "y", "f": "new", "g": "xz", "./": ""}},
		{"what was synced", func(string) bool { return false }, map[string]string{"d/": "", "f": "", "g": "x", "gone": "", "./": ""}},
		{"one folder", func(name string) bool { return strings.HasPrefix(name, "d") }, map[string]string{"d/": "", "d/h": "y", "f": "", "g": "x", "gone": "", "./": ""}},
	}
	for _, test := range tests {
		left, err := disk.Left(test.whole)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for name, data := range left {
			got[name] = string(data)
		}
		if fmt.Sprint(got) != fmt.Sprint(test.want) {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
		to := t.TempDir()
		if err := left.Write(to); err != nil {
			t.Fatal(err)
		}
		if data, err := os.ReadFile(filepath.Join(to, "g")); err != nil || string(data) != test.want["g"] {
			t.Errorf("%s: written: got %q, %v", test.name, data, err)
		}
	}
}
