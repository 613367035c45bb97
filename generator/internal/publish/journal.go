package publish

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"iter"
	"os"
	"strings"
)

// verb is one kind of step of a journal. Each may be carried out again without
// harm, so that a journal may be replayed from its start.
type verb string

const (
	put      verb = "put"      // rename a staged file into the site
	del      verb = "del"      // remove a file of the site, and folders that this empties
	rmdir    verb = "rmdir"    // remove an empty folder of the site
	swap     verb = "swap"     // exchange site and staged tree; the argument is the inode of the staged one
	replace  verb = "replace"  // move the site away, then the staged tree to its place
	carry    verb = "carry"    // bring a top-level entry of the old tree back into the new one
	newState verb = "newstate" // rename a staged file of state into place
)

var verbs = map[verb]bool{put: true, del: true, rmdir: true, swap: true, replace: true, carry: true, newState: true}

type step struct {
	do  verb
	arg string
}

// The journal is text: this line, a line for each step, and the digest of all
// before it. It says nothing that a later version could not add a verb to.
const journalHead = "khumue publication 1"

// errDamaged says that a journal does not read as it was written.
var errDamaged = errors.New("the journal is damaged")

// steps calls visit for each step of a journal, up to its first error. They
// may be gone through again, from their start.
type steps func(visit func(step) error) error

func encodeJournal(w io.Writer, all iter.Seq2[step, error]) error {
	sum := sha256.New()
	b := bufio.NewWriter(w)
	both := io.MultiWriter(b, sum)
	fmt.Fprintln(both, journalHead)
	for s, err := range all {
		if err == nil && strings.Contains(s.arg, "\n") {
			err = fmt.Errorf("%q has a line end in its name", s.arg)
		}
		if err != nil {
			return err
		}
		_, _ = io.WriteString(both, string(s.do)+" "+s.arg+"\n")
	}
	fmt.Fprintf(b, "end %s\n", digest(sum))
	return b.Flush() // which reports any earlier failure too
}

// decodeJournal reads a journal, of which it holds a line at a time. Only when
// it returns nil was the journal whole; otherwise it is errDamaged, or what
// visit returned.
func decodeJournal(r io.Reader, visit func(step) error) error {
	sum := sha256.New()
	in := bufio.NewReader(r)
	head, err := in.ReadString('\n')
	if err != nil || head != journalHead+"\n" {
		return errDamaged
	}
	for line := head; ; {
		_, _ = io.WriteString(sum, line)
		if line, err = in.ReadString('\n'); err != nil {
			return errDamaged
		}
		if strings.HasPrefix(line, "end ") {
			_, more := in.ReadByte()
			if line != "end "+digest(sum)+"\n" || more == nil {
				return errDamaged
			}
			return nil
		}
		do, arg, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if !ok || !verbs[verb(do)] {
			return errDamaged
		}
		if err := visit(step{verb(do), arg}); err != nil {
			return err
		}
	}
}

func digest(sum hash.Hash) string { return hex.EncodeToString(sum.Sum(nil)) }

// writeJournal is the moment of a publication: once the rename in it has
// happened, the site is the new one.
func (t *Target) writeJournal(all iter.Seq2[step, error]) error {
	draft := t.journal() + ".new"
	if err := t.disk.remove(draft); err != nil {
		return err
	}
	f, err := t.disk.createFile(draft)
	if err != nil {
		return err
	}
	err = encodeJournal(f, all)
	if err == nil {
		err = t.disk.syncFile(f)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return t.disk.rename(draft, t.journal())
}

// readJournal makes sure that the journal is whole. It returns fs.ErrNotExist
// when nothing is going live.
func (t *Target) readJournal() (steps, error) {
	return t.written, t.written(func(step) error { return nil })
}

// written are the steps of the journal as it stands on the disk.
func (t *Target) written(visit func(step) error) error {
	f, err := os.Open(t.journal())
	if err != nil {
		return err
	}
	defer f.Close()
	return decodeJournal(f, visit)
}

// closeJournal ends a publication durably: a journal that came back would be
// replayed with what the next one has staged.
func (t *Target) closeJournal() error {
	if err := t.disk.remove(t.journal()); err != nil {
		return err
	}
	return t.disk.syncDir(t.work)
}

// recover finishes or drops what an earlier process left.
func (t *Target) recover() (Recovery, error) {
	steps, err := t.readJournal()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return t.drop(Clean)
	case errors.Is(err, errDamaged):
		return t.dropJournal(Damaged)
	case err != nil:
		return "", outside(t.journal(), err)
	}
	err = t.carryOut(steps)
	switch {
	case errors.Is(err, errDamaged):
		return t.dropJournal(Damaged)
	case errors.Is(err, errors.ErrUnsupported):
		return t.dropJournal(Dropped)
	case err != nil:
		return "", &UnfinishedError{err}
	}
	return Completed, t.clear()
}

func (t *Target) dropJournal(r Recovery) (Recovery, error) {
	if err := t.closeJournal(); err != nil {
		return "", outside(t.journal(), err)
	}
	return t.drop(r)
}
