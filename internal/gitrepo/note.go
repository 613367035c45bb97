package gitrepo

import (
	"bytes"
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// notesDir is where transitions are written down until they are done.
const notesDir = "khumue-moves"

// note is a transition that is written down. It is locked while it is worked
// on, by this program or by a git that it started and that outlives it.
type note struct {
	file      *os.File
	prepared  bool // git had locked all refs and found them as expected
	abandoned bool // the git that worked on it was killed
}

func (r *Repository) writeNote(moves []Move) (*note, error) {
	dir := filepath.Join(r.dir, notesDir)
	if err := os.Mkdir(dir, 0o755); err == nil {
		err = syncDir(r.dir)
		if err != nil {
			return nil, err
		}
	} else if !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	f, err := os.CreateTemp(dir, "")
	if err != nil {
		return nil, err
	}
	_, err = f.Write(formatMoves(moves))
	sync := func(i int) error { return []func() error{f.Sync, func() error { return syncDir(dir) }}[i]() }
	if err := errorsOf(lockFile(f), err, together(2, sync)); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	return &note{file: f}, nil
}

// held returns the file, for a program that is to hold it too.
func (n *note) held() []*os.File { return inherited(n.file) }

// preparedMark stands behind the checksum.
const preparedMark = "prepared\n"

func (n *note) markPrepared() error {
	if n.prepared {
		return nil
	}
	_, err := n.file.WriteString(preparedMark)
	err = errorsOf(err, n.file.Sync())
	n.prepared = err == nil
	return err
}

// remove ends the note. Should it come back after a failure of power, it finds
// everything done.
func (n *note) remove() error {
	return errorsOf(os.Remove(n.file.Name()), n.file.Close())
}

// takeNote takes over what another program, which has ended, was working on.
func takeNote(ctx context.Context, name string) (*note, []Move, error) {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return nil, nil, err
	}
	if err := waitForLock(ctx, f); err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	if _, err := os.Stat(name); err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	data, err := io.ReadAll(io.LimitReader(f, maxNote))
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	moves, prepared := parseNote(data)
	return &note{file: f, prepared: prepared, abandoned: true}, moves, nil
}

// maxNote is more than the bytes of any note.
const maxNote = 64 << 20

// formatMoves writes moves down, with a checksum at the end.
func formatMoves(moves []Move) []byte {
	var b bytes.Buffer
	for _, m := range moves {
		fmt.Fprintf(&b, "%s %s %s\n", m.Old, m.New, m.Ref)
	}
	return fmt.Appendf(b.Bytes(), "%x\n", sha1.Sum(b.Bytes()))
}

// parseNote reads what formatMoves writes, and whether it is marked. What is
// not whole had not been begun, and has no moves.
func parseNote(data []byte) (moves []Move, prepared bool) {
	at := 0
	for line := range bytes.Lines(data) {
		old, rest, isMove := strings.Cut(strings.TrimSuffix(string(line), "\n"), " ")
		if !isMove {
			whole := string(line) == fmt.Sprintf("%x\n", sha1.Sum(data[:at])) && checkMoves(moves) == nil
			if !whole {
				return nil, false
			}
			return moves, string(data[at+len(line):]) == preparedMark
		}
		at += len(line)
		new, ref, _ := strings.Cut(rest, " ")
		from, err := ParseHash(old)
		to, err2 := ParseHash(new)
		if err != nil || err2 != nil {
			return nil, false
		}
		moves = append(moves, Move{ref, from, to})
	}
	return nil, false
}
