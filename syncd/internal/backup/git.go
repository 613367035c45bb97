package backup

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"khumue/internal/fault"
	"khumue/internal/gitrepo"
)

// git runs the git program on a repository, deaf to the settings of whoever
// started this one, and returns what it printed.
func git(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"--git-dir", dir, "-c", "core.fsync=all", "-c", "gc.auto=0"}, args...)...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "GIT_") })
	cmd.Env = append(cmd.Env, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "LC_ALL=C")
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(said.String()))
	}
	return out.Bytes(), nil
}

// writeBundle writes the bundle of refs as they were, whatever they are by now:
// of a repository that borrows the objects of the other and has those refs.
func writeBundle(ctx context.Context, work string, from *gitrepo.Repository, refs map[string]string) error {
	objects, err := filepath.Abs(filepath.Join(from.Dir(), "objects"))
	if err != nil {
		return err
	}
	dir := filepath.Join(work, "view.git")
	view, err := gitrepo.Init(dir)
	if err != nil {
		return err
	}
	defer view.Close()
	if err := os.WriteFile(filepath.Join(dir, "objects", "info", "alternates"), []byte(objects+"\n"), 0o600); err != nil {
		return unable(err)
	}
	if err := begin(view, refs); err != nil {
		return err
	}
	_, err = git(ctx, dir, "bundle", "create", "--quiet", filepath.Join(work, bundlePart), "--glob=refs/*")
	return err
}

// begin gives a repository its first refs.
func begin(repo *gitrepo.Repository, refs map[string]string) error {
	out := map[string]gitrepo.Hash{}
	for name, hash := range refs {
		h, err := gitrepo.ParseHash(hash)
		if err != nil {
			return err
		}
		out[name] = h
	}
	return repo.Refs().Begin(out)
}

// restoreGit makes a repository from a bundle, which has to hold exactly the
// refs, and all that they need. Without refs there is no bundle.
func restoreGit(ctx context.Context, dir, bundle string, refs map[string]string) error {
	repo, err := gitrepo.Init(dir)
	if err != nil {
		return err
	}
	defer repo.Close()
	if len(refs) == 0 {
		return nil
	}
	heads, err := git(ctx, dir, "bundle", "list-heads", bundle)
	if err != nil {
		return damaged("%s: %w", bundlePart, err)
	}
	if got := parseHeads(heads); !maps.Equal(got, refs) {
		return damaged("%s has %d refs that are not the %d announced", bundlePart, len(got), len(refs))
	}
	if _, err := git(ctx, dir, "bundle", "unbundle", bundle); err != nil {
		return damaged("%s: %w", bundlePart, err)
	}
	if err := begin(repo, refs); err != nil {
		return err
	}
	if _, err := git(ctx, dir, "fsck", "--full", "--no-dangling", "--no-progress"); err != nil {
		return damaged("%s: %w", bundlePart, err)
	}
	return nil
}

// parseHeads reads what git bundle list-heads prints.
func parseHeads(out []byte) map[string]string {
	heads := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if hash, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " "); ok {
			heads[name] = hash
		}
	}
	return heads
}

// spool writes a part to a file.
func spool(path string, r io.Reader) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return unable(err)
	}
	_, err = io.Copy(f, r)
	if err == nil {
		err = f.Close()
	} else {
		f.Close()
	}
	return unable(err)
}

// emptyFolder makes sure that a folder is not there, or that nothing is in it.
func emptyFolder(dir string) error {
	list, err := os.ReadDir(dir)
	switch {
	case os.IsNotExist(err):
		return nil
	case err != nil:
		return unable(err)
	case len(list) > 0:
		return fault.New(fault.Conflict, fault.Textf("%s มีไฟล์อยู่แล้ว", "%s is not empty.", dir),
			fault.Text{TH: "กู้คืนลงในที่ว่างเท่านั้น", EN: "Restore into an empty place only."})
	}
	return unable(os.Remove(dir))
}
