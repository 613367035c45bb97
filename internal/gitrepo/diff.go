package gitrepo

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strings"
)

// Difference is a file that came, changed or went between two trees.
type Difference struct {
	Path     string // by slashes
	Old, New Side
}

// Side is a file as one of two trees has it. The zero Side is none.
type Side struct {
	Mode fs.FileMode // as FS shows it: a link is no regular file, nor is another repository
	Hash Hash
}

// IsZero reports whether that tree has no such file.
func (s Side) IsZero() bool { return s == Side{} }

// Diff tells, in the order of their paths, what files came, changed or went
// from one tree to another; from the zero Hash, all came. It reads only folders
// that differ. A file in the place of a folder is a file that came and files
// that went.
//
// A tree that is not there, as the old one may be when history was rewritten,
// is an error of kind NotFound, and one that no disk could hold an error as of
// FS. An error is the last that is told.
func (r *Repository) Diff(old, new Hash) iter.Seq2[Difference, error] {
	return func(yield func(Difference, error) bool) {
		d := differ{r, yield}
		if err := d.folders("", old, new); err != nil && !errors.Is(err, errEnough) {
			yield(Difference{}, err)
		}
	}
}

// errEnough says that whoever asked wants no more.
var errEnough = errors.New("enough")

// longestPath is the length in bytes after which no disk follows folders in
// folders.
const longestPath = 4096

type differ struct {
	repo  *Repository
	yield func(Difference, error) bool
}

// folders compares two folders, of which one may be absent, at a path that is
// empty or ends with a slash.
func (d differ) folders(at string, old, new Hash) error {
	if old == new {
		return nil
	}
	if len(at) > longestPath {
		return fmt.Errorf("%s: %w", at[:80], errDamaged)
	}
	was, err := d.entries(at, old)
	if err != nil {
		return err
	}
	now, err := d.entries(at, new)
	if err != nil {
		return err
	}
	for len(was)+len(now) > 0 {
		var a, b Entry
		first := firstOf(was, now)
		if first <= 0 {
			a, was = was[0], was[1:]
		}
		if first >= 0 {
			b, now = now[0], now[1:]
		}
		if err := d.entry(at, a, b); err != nil {
			return err
		}
	}
	return nil
}

// entry compares what stands at one place: two files or two folders, of which
// one may be absent.
func (d differ) entry(at string, a, b Entry) error {
	at += a.Name
	if a.Name == "" {
		at += b.Name
	}
	old, new := a.side(), b.side()
	switch {
	case old.Mode.IsDir() || new.Mode.IsDir():
		return d.folders(at+"/", a.Hash, b.Hash)
	case old != new && !d.yield(Difference{at, old, new}, nil):
		return errEnough
	}
	return nil
}

func (e Entry) side() Side {
	if e.Name == "" {
		return Side{}
	}
	return Side{e.mode(), e.Hash}
}

// entries returns the entries of a folder in the order of their paths.
func (d differ) entries(at string, tree Hash) ([]Entry, error) {
	if tree.IsZero() {
		return nil, nil
	}
	out, err := d.repo.folder("."+at, tree)
	slices.SortFunc(out, byPath)
	return out, err
}

// firstOf says which of two lists has the entry that comes first: below zero
// the first list, zero both.
func firstOf(a, b []Entry) int {
	if len(a) == 0 || len(b) == 0 {
		return len(b) - len(a)
	}
	return byPath(a[0], b[0])
}

// byPath orders entries as the paths of files, and of files below folders, are
// ordered: a folder's name is taken with a slash behind it.
func byPath(a, b Entry) int {
	n := min(len(a.Name), len(b.Name))
	if c := strings.Compare(a.Name[:n], b.Name[:n]); c != 0 {
		return c
	}
	return int(a.after(n)) - int(b.after(n))
}

// after returns the byte of the path after the first n of the name.
func (e Entry) after(n int) byte {
	switch {
	case n < len(e.Name):
		return e.Name[n]
	case e.mode().IsDir():
		return '/'
	}
	return 0
}
