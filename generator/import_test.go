package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestAKilledImportGoesOn kills imports at several moments. Whatever was there
// when the process died, importing again gives what an import that nobody
// disturbed gives, and takes nothing for the work of a person.
func TestAKilledImportGoesOn(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "generator") // the name by which the test binary is the program
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, program); err != nil {
		t.Fatal(err)
	}
	table := filepath.Join(dir, "table.csv")
	var rows strings.Builder
	rows.WriteString("id,agency,title,legal_time,reviewed_on,fees\n")
	for n := range 1500 {
		fmt.Fprintf(&rows, "%d,dlt,การขออนุญาตที่ %d,0.0,1/10/2569,ค่าคำขอ|%d|ฉบับ\n", n+1000, n, n%50)
	}
	if err := os.WriteFile(table, []byte(rows.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	portal := func(name string) string {
		at := filepath.Join(dir, name)
		if err := os.CopyFS(at, os.DirFS("testdata/portal")); err != nil {
			t.Fatal(err)
		}
		return at
	}
	whole := portal("whole")
	command(t, 0, "import", "--mapping", "generic-manuals", "--into", whole, table)
	want := folderOf(t, filepath.Join(whole, "agencies"))
	for i, kept := range []int64{1, 20_000, 80_000} {
		content := portal(fmt.Sprint("killed", i))
		killAt(t, exec.Command(program, "import", "--mapping", "generic-manuals", "--into", content, table), filepath.Join(content, importMemory), kept) //nolint:gosec // of this test
		said, _ := command(t, 0, "import", "--mapping", "generic-manuals", "--into", content, table)
		if !strings.Contains(said, " 0 changed, ") || !strings.Contains(said, " 0 kept, 0 refused") {
			t.Errorf("killed with %d bytes remembered: going on said %s", kept, said)
		}
		got := folderOf(t, filepath.Join(content, "agencies"))
		if len(got) != len(want) {
			t.Errorf("killed with %d bytes remembered: %d files, want %d", kept, len(got), len(want))
		}
		for name, text := range want {
			if got[name] != text {
				t.Fatalf("killed with %d bytes remembered: %s is another", kept, name)
			}
		}
	}
}

// killAt starts a program and kills it once a file has so many bytes.
func killAt(t *testing.T, cmd *exec.Cmd, file string, size int64) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	look := time.NewTicker(lookTime)
	defer look.Stop()
	for {
		select {
		case <-ended:
			return // it was quicker
		case <-ctx.Done():
			t.Error("it took too long")
			_ = cmd.Process.Kill()
			<-ended
			return
		case <-look.C:
		}
		if now, err := os.Stat(file); err == nil && now.Size() >= size {
			_ = cmd.Process.Kill()
			<-ended
			return
		}
	}
}

func TestWhatALossOfPowerUndidIsWrittenAgain(t *testing.T) {
	for _, tc := range []struct {
		name    string
		settled bool
		outcome string
	}{
		{"a file that was on the disk was removed by a person", true, "0 new, 0 changed, 0 same, 1 kept"},
		{"a file that may not have got there is written again", false, "1 new, 0 changed, 0 same, 0 kept"},
	} {
		content := filepath.Join(t.TempDir(), "content")
		if err := os.CopyFS(content, os.DirFS("testdata/portal")); err != nil {
			t.Fatal(err)
		}
		table := filepath.Join(t.TempDir(), "table.csv")
		if err := os.WriteFile(table, []byte("id,agency,title\n77,dlt,การขอ\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		command(t, 0, "import", "--mapping", "generic-manuals", "--into", content, table)
		files, err := filepath.Glob(filepath.Join(content, "agencies/mot/dlt/manuals/dlt-*/manual.md"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if src, err := os.ReadFile(name); err == nil && strings.Contains(string(src), "number: 77") {
				if err := os.Remove(name); err != nil {
					t.Fatal(err)
				}
			}
		}
		if memory := filepath.Join(content, importMemory); !tc.settled {
			src, err := os.ReadFile(memory)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(memory, []byte(strings.ReplaceAll(string(src), "settled\n", "")), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if said, _ := command(t, 0, "import", "--mapping", "generic-manuals", "--into", content, table); !strings.Contains(said, tc.outcome) {
			t.Errorf("%s: said %s", tc.name, said)
		}
	}
}
