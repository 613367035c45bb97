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

// List returns the refs whose names begin with a prefix, such as
// refs/heads/draft/.
func (f Refs) List(prefix string) (map[string]Hash, error) {
	f.repo.lock.Lock()
	defer f.repo.lock.Unlock()
	all, err := f.repo.refs.IterReferences()
	if err != nil {
		return nil, fmt.Errorf("refs: %w", err)
	}
	out := map[string]Hash{}
	err = all.ForEach(func(r *plumbing.Reference) error {
		if r.Type() == plumbing.HashReference && strings.HasPrefix(r.Name().String(), prefix) {
			out[r.Name().String()] = Hash(r.Hash())
		}
		return nil
	})
	return out, err
}

// Update makes all moves or none. When a ref is not what was expected it is an
// error of kind Conflict.
func (f Refs) Update(ctx context.Context, moves ...Move) error {
	var in bytes.Buffer
	in.WriteString("start\n")
	for _, m := range moves {
		if err := m.write(&in); err != nil {
			return err
		}
	}
	in.WriteString("prepare\ncommit\n")
	said, err := f.repo.git(ctx, &in, "update-ref", "--stdin")
	if err == nil {
		return nil
	}
	for _, m := range moves {
		if now, failed := f.Get(m.Ref); now != m.Old && (failed == nil || errors.Is(failed, fault.NotFound)) {
			return fault.New(fault.Conflict, fault.Textf("%s เปลี่ยนไปแล้ว", "%s has moved meanwhile", m.Ref),
				fault.Text{TH: "อ่านใหม่แล้วลองอีกครั้ง", EN: "read it again and try once more"})
		}
	}
	return fmt.Errorf("git update-ref: %w: %s", err, said)
}

func (m Move) write(in *bytes.Buffer) error {
	if !strings.HasPrefix(m.Ref, "refs/") || strings.ContainsFunc(m.Ref, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return fault.New(fault.Invalid, fault.Textf("%q ไม่ใช่ชื่อ ref", "%q is not the name of a ref", m.Ref))
	}
	switch {
	case m.New.IsZero() && m.Old.IsZero():
		fmt.Fprintf(in, "verify %s %s\n", m.Ref, m.Old)
	case m.New.IsZero():
		fmt.Fprintf(in, "delete %s %s\n", m.Ref, m.Old)
	case m.Old.IsZero():
		fmt.Fprintf(in, "create %s %s\n", m.Ref, m.New)
	default:
		fmt.Fprintf(in, "update %s %s %s\n", m.Ref, m.New, m.Old)
	}
	return nil
}

// git runs the git program on the repository, deaf to the settings of whoever
// started this one, and returns what it said when it failed.
func (r *Repository) git(ctx context.Context, in *bytes.Buffer, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"--git-dir", r.dir}, args...)...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "GIT_") })
	cmd.Env = append(cmd.Env, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "LC_ALL=C")
	cmd.Stdin = in
	var said bytes.Buffer
	cmd.Stderr = &said
	err := cmd.Run()
	return strings.TrimSpace(said.String()), err
}

// Begin gives a repository without refs its first, all at once and in one file
// however many they are.
func (f Refs) Begin(refs map[string]Hash) error {
	if have, err := f.List("refs/"); err != nil || len(have) > 0 {
		return errorsOf(err, fault.New(fault.Conflict, fault.Textf("คลังมี ref อยู่แล้ว", "the repository has refs already")))
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
