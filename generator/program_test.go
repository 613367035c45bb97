package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestAProgramIsKnownByWhatTheGoCommandWroteIntoIt(t *testing.T) {
	name, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	got, err := programOf()
	if err != nil || len(got) < 64 {
		t.Fatalf("this program is %q, %v", got, err)
	}
	if runtime.GOOS != "linux" {
		return
	}
	said, err := exec.Command("go", "tool", "buildid", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.TrimSpace(string(said)); buildID(name) != want || got != want {
		t.Errorf("got %q and %q, want %q", buildID(name), got, want)
	}
}

func TestAFileWithoutABuildIDHasNone(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"empty": "", "text": "#!/bin/sh\n", "half": "\x7fELF\x02\x01\x01"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
		if id := buildID(path); id != "" {
			t.Errorf("%s: got %q", name, id)
		}
	}
}
