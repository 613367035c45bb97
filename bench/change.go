package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

// fixedFee finds the sum of a fee in a manual's front matter.
var fixedFee = regexp.MustCompile(`kind: fixed,?\s+min: (\d+)`)

// raiseFee adds a baht to the first fixed fee of a manual. What shows the fee
// are the manual's page and the lists and search records that tell its cost.
func raiseFee(manual []byte) ([]byte, bool) {
	at := fixedFee.FindSubmatchIndex(manual)
	if at == nil {
		return nil, false
	}
	fee, err := strconv.Atoi(string(manual[at[2]:at[3]]))
	if err != nil {
		return nil, false
	}
	return bytes.Join([][]byte{manual[:at[2]], []byte(strconv.Itoa(fee + 1)), manual[at[3]:]}, nil), true
}

// subject is a manual whose fee can be raised, by its slash path in the content.
type subject struct {
	path string
	text []byte
}

// findSubject finds the first one in a folder of content.
func findSubject(content string) (subject, error) {
	var s subject
	err := fs.WalkDir(os.DirFS(content), "agencies", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.Name() != "manual.md" {
			return err
		}
		text, err := os.ReadFile(filepath.Join(content, filepath.FromSlash(name)))
		if _, ok := raiseFee(text); ok {
			s = subject{name, text}
			return fs.SkipAll
		}
		return err
	})
	if err == nil && s.path == "" {
		err = errors.New("no manual of " + content + " has a fixed fee to change")
	}
	return s, err
}

// raise makes the next version of the manual.
func (s *subject) raise() { s.text, _ = raiseFee(s.text) }

// save writes the manual into a folder of content.
func (s *subject) save(content string) error {
	return os.WriteFile(filepath.Join(content, filepath.FromSlash(s.path)), s.text, 0o644)
}

// commit commits the manual to main of a bare repository, by plumbing.
func (s *subject) commit(ctx context.Context, repo string) error {
	const person = "bench <bench@users.invalid> 1764000000 +0700"
	var in bytes.Buffer
	fmt.Fprintf(&in, "commit refs/heads/main\ncommitter %s\ndata 10\nraise fee\n", person)
	fmt.Fprintf(&in, "from refs/heads/main^0\nM 100644 inline %s\ndata %d\n%s\n", s.path, len(s.text), s.text)
	cmd := exec.CommandContext(ctx, "git", "--git-dir="+repo, "fast-import", "--quiet")
	cmd.Stdin = &in
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("git fast-import: %w: %s", err, lastLine(string(said)))
	}
	return nil
}
