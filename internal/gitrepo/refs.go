package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"khumue/internal/fault"
)

// Main is the ref of what is published.
const Main = "refs/heads/main"

// Move is one ref's part of a transition.
type Move struct {
	Ref string
	Old Hash // what it has to be before; zero: it must not exist
	New Hash // what it is to be; zero: it goes
}

// Refs moves refs.
type Refs struct{ repo *Repository }

// Refs returns the repository's refs.
func (r *Repository) Refs() Refs { return Refs{r} }

// Get returns what a ref names, or an error of kind NotFound.
func (f Refs) Get(ref string) (Hash, error) {
	if f.repo.kept != nil {
		return f.repo.kept.Ref(ref)
	}
	if h, found, sure, err := f.repo.packedRef(ref); err != nil || found && sure {
		return h, err
	} else if sure {
		return Hash{}, noRef(ref)
	}
	f.repo.lock.Lock()
	defer f.repo.lock.Unlock()
	got, err := f.repo.refs.Reference(plumbing.ReferenceName(ref))
	if errors.Is(err, plumbing.ErrReferenceNotFound) {
		return Hash{}, noRef(ref)
	} else if err != nil {
		return Hash{}, fmt.Errorf("%s: %w", ref, err)
	}
	return Hash(got.Hash()), nil
}

func noRef(ref string) error {
	return fault.New(fault.NotFound, fault.Textf("ไม่มี %s ในคลัง", "the repository has no %s", ref))
}

// command returns a run of the git program on the repository, deaf to the
// settings of whoever started this one and to the repository's hooks.
func (r *Repository) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", append([]string{"--git-dir", r.dir, "-c", "core.hooksPath=" + os.DevNull, "-c", "gc.auto=0", "-c", "maintenance.auto=false"}, args...)...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "GIT_") })
	cmd.Env = append(cmd.Env, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "LC_ALL=C")
	return cmd
}

// Begin gives a repository without refs its first, all at once and in one file
// however many they are.
func (f Refs) Begin(refs map[string]Hash) error {
	if have, err := f.List("refs/"); err != nil || len(have) > 0 {
		return errorsOf(err, fault.New(fault.Conflict, fault.Textf("คลังมี ref อยู่แล้ว", "the repository has refs already")))
	}
	if f.repo.kept != nil {
		return beginIn(f.repo.kept, refs)
	}
	var b bytes.Buffer
	b.WriteString("# pack-refs with: peeled fully-peeled sorted \n")
	for _, name := range slices.Sorted(maps.Keys(refs)) {
		fmt.Fprintf(&b, "%s %s\n", refs[name], name)
	}
	file, err := os.OpenFile(filepath.Join(f.repo.dir, "packed-refs"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(b.Bytes())
	return errorsOf(errors.Join(err, file.Sync(), file.Close()), syncDir(f.repo.dir))
}
