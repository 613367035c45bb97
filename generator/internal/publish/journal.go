package publish

import (
	"bufio"
	"bytes"
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

func encodeJournal(w io.Writer, steps iter.Seq[step]) error {
	sum := sha256.New()
	b := bufio.NewWriter(w)
	both := io.MultiWriter(b, sum)
	fmt.Fprintln(both, journalHead)
	for s := range steps {
		_, _ = io.WriteString(both, string(s.do)+" "+s.arg+"\n")
	}
	fmt.Fprintf(b, "end %s\n", digest(sum))
	return b.Flush() // which reports any earlier failure too
}

// decodeJournal reads a journal; one that is not whole is errDamaged.
func decodeJournal(data []byte) ([]step, error) {
	at := bytes.LastIndex(data, []byte("\nend "))
	if at < 0 {
		return nil, errDamaged
	}
	body := data[:at+1]
	sum := sha256.New()
	sum.Write(body)
	if string(data[at+1:]) != "end "+digest(sum)+"\n" {
		return nil, errDamaged
	}
	lines := strings.Split(strings.TrimSuffix(string(body), "\n"), "\n")
	if lines[0] != journalHead {
		return nil, errDamaged
	}
	steps := make([]step, 0, len(lines)-1)
	for _, line := range lines[1:] {
		do, arg, ok := strings.Cut(line, " ")
		if !ok || !verbs[verb(do)] {
			return nil, errDamaged
		}
		steps = append(steps, step{verb(do), arg})
	}
	return steps, nil
}

func digest(sum hash.Hash) string { return hex.EncodeToString(sum.Sum(nil)) }

// writeJournal is the moment of a publication: once the rename in it has
// happened, the site is the new one.
func (t *Target) writeJournal(steps iter.Seq[step]) error {
	draft := t.journal() + ".new"
	if err := t.disk.remove(draft); err != nil {
		return err
	}
	f, err := t.disk.createFile(draft)
	if err != nil {
		return err
	}
	err = encodeJournal(f, steps)
	if err == nil {
		err = t.disk.syncFile(f)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return t.disk.rename(draft, t.journal())
}

// readJournal returns no steps and fs.ErrNotExist when nothing is going live.
func (t *Target) readJournal() ([]step, error) {
	data, err := os.ReadFile(t.journal())
	if err != nil {
		return nil, err
	}
	return decodeJournal(data)
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
