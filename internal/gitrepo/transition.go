package gitrepo

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"khumue/internal/fault"
)

// Update makes all moves or none, and returns when no failure of power can undo
// them. When a ref is not what was expected it is an error of kind Conflict.
// What has begun goes on when ctx ends.
//
// Git moves one ref after another, so what is to be done is written down before.
// If everything stops halfway, Recover does the rest. Those who wait at the same
// time for different refs are served by one transaction.
func (f Refs) Update(ctx context.Context, moves ...Move) error {
	if err := checkMoves(moves); err != nil {
		return err
	}
	if f.repo.kept != nil {
		if err := ctx.Err(); err != nil {
			return err
		}
		return f.repo.kept.Move(ctx, moves)
	}
	t := &turn{ctx: ctx, moves: moves}
	f.repo.turns.add(t)
	f.repo.moving.Lock()
	defer f.repo.moving.Unlock()
	if !t.done {
		f.serve(f.repo.turns.take(t, f.stand))
	}
	return t.err
}

// serve makes the transitions of some turns: all of them at once, or where that
// is not to be had and nothing has moved, one after another.
func (f Refs) serve(turns []*turn) {
	var all []Move
	for _, t := range turns {
		all = append(all, t.moves...)
	}
	begun, err := false, error(nil)
	if len(all) > 0 {
		begun, err = f.attempt(all)
	}
	for _, t := range turns {
		t.done, t.err = true, err
		if err != nil && !begun && len(turns) > 1 {
			_, t.err = f.attempt(t.moves)
		}
	}
}

// attempt makes all moves or none. Begun tells that git had found all refs as
// expected, so that they may have moved in spite of an error.
func (f Refs) attempt(moves []Move) (begun bool, err error) {
	note, err := f.repo.writeNote(moves)
	if err != nil {
		return false, unwritable(err)
	}
	failed := f.transact(note, moves)
	begun = note.prepared
	if err := f.finish(note, moves); err != nil {
		return true, unwritable(err)
	}
	if failed == nil || begun && f.moved(moves) == len(moves) {
		return begun, nil
	}
	for _, m := range moves {
		if !f.is(m.Ref, m.Old) {
			return begun, Moved(m.Ref)
		}
	}
	return begun, unwritable(failed)
}

func unwritable(err error) error {
	if err == nil {
		return nil
	}
	return fault.New(fault.Unavailable, fault.Text{TH: "บันทึกลงคลังไม่ได้", EN: "The repository cannot be written."}).Because(err)
}

func checkMoves(moves []Move) error {
	seen := map[string]bool{}
	for _, m := range moves {
		// The name becomes that of a file too, so it has to be one.
		if !strings.HasPrefix(m.Ref, "refs/") || !fs.ValidPath(m.Ref) || strings.ContainsFunc(m.Ref, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' }) || seen[m.Ref] {
			return fault.New(fault.Invalid, fault.Textf("%q ไม่ใช่ชื่อ ref หรือซ้ำกัน", "%q is not the name of a ref, or there twice", m.Ref))
		}
		seen[m.Ref] = true
	}
	return nil
}

// transact moves refs through git, which holds the note as long as it works.
// Between the moment when git has locked all refs and found them as expected
// and the moment when it moves the first, the note is marked.
func (f Refs) transact(note *note, moves []Move) error {
	cmd := f.repo.command(context.Background(), "-c", "core.fsync=reference", "-c", "core.packedRefsTimeout=10000", "-c", "core.filesRefLockTimeout=2000", "update-ref", "--stdin")
	var said bytes.Buffer
	cmd.ExtraFiles, cmd.Stderr = note.held(), &said
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	err = errorsOf(dictate(note, moves, in, bufio.NewScanner(out)), in.Close())
	_, _ = io.Copy(io.Discard, out)
	if ended := cmd.Wait(); ended != nil {
		note.abandoned = cmd.ProcessState == nil || !cmd.ProcessState.Exited() // nil: others have waited for it
		err = fmt.Errorf("git update-ref: %w: %s", ended, bytes.TrimSpace(said.Bytes()))
	}
	return err
}

// dictate tells git what to do, and reads its answers.
func dictate(note *note, moves []Move, in io.Writer, out *bufio.Scanner) error {
	to := bufio.NewWriter(in)
	_, _ = to.WriteString("start\n")
	for _, m := range moves {
		m.write(to)
	}
	_, _ = to.WriteString("prepare\n")
	if err := to.Flush(); err != nil {
		return err
	}
	for out.Scan() {
		if out.Text() == "prepare: ok" {
			if err := note.markPrepared(); err != nil {
				return err
			}
			_, err := io.WriteString(in, "commit\n")
			return err
		}
	}
	return errors.Join(io.ErrUnexpectedEOF, out.Err())
}

func (m Move) write(in io.Writer) {
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
}

// syncRefs makes the entries of the folders durable that moves are in.
func (r *Repository) syncRefs(moves []Move) error {
	dirs := []string{"."} // packed-refs
	for _, m := range moves {
		for dir := path.Dir(m.Ref); dir != "."; dir = path.Dir(dir) {
			dirs = append(dirs, dir)
		}
	}
	slices.Sort(dirs)
	dirs = slices.Compact(dirs)
	return together(len(dirs), func(i int) error {
		err := syncDir(filepath.Join(r.dir, filepath.FromSlash(dirs[i])))
		if errors.Is(err, fs.ErrNotExist) {
			return nil // git removes folders that are left empty
		}
		return err
	})
}

// moved returns how many refs are where moves take them.
func (f Refs) moved(moves []Move) (n int) {
	for _, m := range moves {
		if f.is(m.Ref, m.New) {
			n++
		}
	}
	return n
}

// stand reports whether all refs are where moves take them from.
func (f Refs) stand(moves []Move) bool {
	return !slices.ContainsFunc(moves, func(m Move) bool { return !f.is(m.Ref, m.Old) })
}

func (f Refs) is(ref string, h Hash) bool {
	now, err := f.Get(ref)
	return now == h && (err == nil || errors.Is(err, fault.NotFound))
}

// Recover does the rest of what Update had begun when everything stopped, and
// takes away what git left locked. It is for the start of a program, before refs
// move; a git that is still at work on a ref is waited for, as long as ctx lasts.
func (f Refs) Recover(ctx context.Context) error {
	if f.repo.kept != nil {
		return nil // a store is never halfway
	}
	f.repo.moving.Lock()
	defer f.repo.moving.Unlock()
	names, err := filepath.Glob(filepath.Join(f.repo.dir, notesDir, "*"))
	if err != nil {
		return err
	}
	for _, name := range names {
		note, moves, err := takeNote(ctx, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // its writer has ended it
		} else if err != nil {
			return unwritable(err)
		}
		if err := f.finish(note, moves); err != nil {
			return unwritable(err)
		}
	}
	return nil
}

// finish ends a transition that git has stopped working on, in whatever way:
// when any ref has moved, those that are still where they were follow. A ref
// that is elsewhere has been moved on since.
func (f Refs) finish(note *note, moves []Move) error {
	if note.abandoned {
		f.repo.unlock(moves)
	}
	if note.prepared {
		var left []Move
		begun := false
		for _, m := range moves {
			switch {
			case m.Old == m.New:
			case f.is(m.Ref, m.New):
				begun = true
			case f.is(m.Ref, m.Old):
				left = append(left, m)
			}
		}
		if begun && len(left) > 0 {
			if err := f.transact(note, left); err != nil {
				return errors.Join(err, note.file.Close())
			}
		}
		if err := f.repo.syncRefs(moves); err != nil {
			return errors.Join(err, note.file.Close())
		}
	}
	return note.remove()
}

// unlock takes the locks away that a git which was killed has left: those of
// moves, or without any those of all refs.
func (r *Repository) unlock(moves []Move) {
	files := []string{"packed-refs.lock", "packed-refs.new", "HEAD.lock"}
	for _, m := range moves {
		files = append(files, m.Ref+".lock")
	}
	if len(moves) == 0 {
		_ = fs.WalkDir(os.DirFS(r.dir), "refs", func(name string, _ fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(name, ".lock") {
				files = append(files, name)
			}
			return nil // what cannot be read, git will tell
		})
	}
	for _, name := range files {
		os.Remove(filepath.Join(r.dir, filepath.FromSlash(name)))
	}
}
