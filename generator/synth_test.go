package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"khumue/internal/proof"
)

func TestSynthMakesAPortalThatCheckAccepts(t *testing.T) {
	dir := t.TempDir()
	said := func(want int, args ...string) string {
		t.Helper()
		var out, failed bytes.Buffer
		if got := run(context.Background(), args, streams{in: strings.NewReader(""), out: &out, err: &failed}); got != want {
			t.Errorf("%v: got exit code %d, want %d\n%s%s", args, got, want, &out, &failed)
		}
		return out.String()
	}
	content, repository := filepath.Join(dir, "content"), filepath.Join(dir, "content.git")
	said(0, "synth", "--manuals", "300", "--seed", "9", "--out", content)
	if got := said(0, "check", "--complete", "--content", content); !strings.HasPrefix(got, "0 problems · 300 manuals, 100 points,") {
		t.Errorf("check: got %q", got)
	}
	if got := said(0, "synth", "--manuals", "40", "--git", "--revisions", "90", "--drafts", "3", "--others", "7", "--out", repository); !strings.Contains(got, "90 revisions, 3 drafts, 7 others") {
		t.Errorf("synth --git: got %q", got)
	}
	said(0, "verify", repository, "--trust", repository+".pub")
	said(0, "build", "--content", repository, "--require-approvals", "--trust", repository+".pub", "--out", filepath.Join(dir, "site"))
	if key, err := os.ReadFile(repository + ".key"); err != nil || !strings.Contains(string(key), "worthless") {
		t.Errorf("the key: %v, %q", err, key)
	} else if _, err := proof.ParseSigner(key); err != nil {
		t.Error(err)
	}
	said(1, "synth", "--out", content)
	said(1, "synth", "--manuals", "0", "--out", filepath.Join(dir, "none"))
}
