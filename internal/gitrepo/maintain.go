package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Maintain gathers objects that are files of their own into packs, packs into
// fewer and refs into one file, so that reading stays fast. Nobody has to wait
// for it: readers and writers go on. It removes nothing but second copies and
// what Sweep removes. It runs as the git program, with little memory and after
// everybody else; when ctx ends it stops, and the next one goes on. Of a repository
// whose refs are elsewhere it gathers objects alone, once there are many, and runs
// no program; in a sealed one it gathers nothing, and removes what Prune removes.
func (r *Repository) Maintain(ctx context.Context) error {
	if r.stores[0].seal != nil { // it has no packs, and git can do nothing with its objects
		_, err := r.Sweep(time.Now().Add(-abandonedAfter))
		return errors.Join(err, r.pruneNowAndThen(ctx))
	}
	if _, err := r.Sweep(time.Now().Add(-abandonedAfter)); err != nil {
		return err
	}
	if r.kept != nil {
		return r.gather(ctx, manyLoose)
	}
	// One after the other: told of both at once git takes them in its own order, and
	// fails where there is no pack yet.
	if err := r.gently(ctx, nil, "maintenance", "run", "--quiet", "--task=loose-objects"); err != nil {
		return err
	}
	packs, err := filepath.Glob(filepath.Join(r.stores[0].packs.dir, "*.pack"))
	if err == nil && len(packs) > 0 {
		err = r.gently(ctx, nil, "maintenance", "run", "--quiet", "--task=incremental-repack")
	}
	if err := errorsOf(err, r.packRefs(ctx)); err != nil {
		return err
	}
	for _, s := range r.stores {
		if err := s.packs.refresh(); err != nil {
			return err
		}
	}
	return nil
}

// packRefs gathers refs into one file. A note without moves tells Recover that
// locks of any ref may be left.
func (r *Repository) packRefs(ctx context.Context) error {
	note, err := r.writeNote(nil)
	if err != nil {
		return err
	}
	err = r.gently(ctx, note.held(), "pack-refs", "--all", "--prune")
	return errors.Join(err, note.remove())
}

// stopWithin is how long a git that is told to stop may take to clean up.
const stopWithin = 10 * time.Second

// gently runs git at low priority; it holds files that are given.
func (r *Repository) gently(ctx context.Context, held []*os.File, args ...string) error {
	settings := []string{"-c", "pack.threads=1", "-c", "pack.windowMemory=64m", "-c", "pack.deltaCacheSize=64m", "-c", "core.fsync=all", "-c", "core.packedRefsTimeout=10000", "-c", "core.filesRefLockTimeout=2000"}
	cmd := r.command(ctx, append(settings, args...)...)
	var said bytes.Buffer
	cmd.Stderr, cmd.ExtraFiles = &said, held
	cmd.Cancel = func() error { return terminate(cmd) }
	cmd.WaitDelay = stopWithin
	inGroup(cmd)
	if err := cmd.Start(); err != nil {
		return err
	}
	_ = lowly(cmd.Process.Pid) // a courtesy
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("git %s: %w: %s", args[0], errors.Join(ctx.Err(), err), strings.TrimSpace(said.String()))
	}
	return nil
}

// abandonedAfter is the age at which a temporary file or a lock belongs to
// nobody who is at work.
const abandonedAfter = 24 * time.Hour

// Sweep removes temporary files of objects, packs that never got an index, and
// locks, that were last written to before some time, and returns how many. What
// they are of was never whole; a time at which nobody wrote yet is a safe one.
func (r *Repository) Sweep(before time.Time) (removed int, err error) {
	err = filepath.WalkDir(r.dir, func(name string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case e.IsDir() && e.Name() == notesDir: // Recover's
			return fs.SkipDir
		case e.IsDir() && strings.HasPrefix(e.Name(), "tmp_objdir-"): // of a push
			n, err := sweepFolder(name, e, before)
			removed += n
			return errorsOf(err, fs.SkipDir)
		case !e.Type().IsRegular() || !r.unfinished(name):
			return nil
		}
		info, err := e.Info()
		if err != nil || !info.ModTime().Before(before) {
			return ignoreGone(err)
		}
		if err := os.Remove(name); err != nil {
			return ignoreGone(err)
		}
		removed++
		return nil
	})
	return removed, err
}

// sweepFolder removes a folder that was last written to before some time.
func sweepFolder(name string, e fs.DirEntry, before time.Time) (removed int, err error) {
	info, err := e.Info()
	if err != nil || !info.ModTime().Before(before) {
		return 0, ignoreGone(err)
	}
	return 1, os.RemoveAll(name)
}

func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// unfinished reports whether a file is one that is to become another, or a lock.
func (r *Repository) unfinished(file string) bool {
	name, in := filepath.Base(file), filepath.Dir(file)
	within, err := filepath.Rel(filepath.Join(r.dir, "objects"), file)
	isObject := err == nil && !strings.HasPrefix(within, "..")
	switch {
	case strings.HasSuffix(name, ".lock"), in == r.dir && name == "packed-refs.new":
		return true
	case isObject && (strings.HasPrefix(name, "tmp_") || strings.HasPrefix(name, ".tmp-")):
		return true
	case isObject && strings.HasPrefix(name, "pack-") && strings.HasSuffix(name, ".pack"):
		_, err := os.Stat(strings.TrimSuffix(file, ".pack") + ".idx")
		return errors.Is(err, fs.ErrNotExist)
	}
	return false
}
