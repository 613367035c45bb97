package gitrepo

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strings"

	"khumue/internal/fault"
)

// Entry is a line of a tree: a file or a folder.
type Entry struct {
	Mode string // 100644, 100755, 40000 of a folder, 120000 of a link, 160000 of another repository
	Name string
	Hash Hash
}

// The modes that content has.
const (
	FileMode   = "100644"
	FolderMode = "40000"
)

// IsFolder reports whether the entry is a folder.
func (e Entry) IsFolder() bool { return e.Mode == FolderMode }

// AppendEntry appends an entry to the bytes of a tree. Entries stand in the
// order of their names, a folder's taken with a slash behind it.
func AppendEntry(tree []byte, e Entry) []byte {
	tree = append(append(append(tree, e.Mode...), ' '), e.Name...)
	return append(append(tree, 0), e.Hash[:]...)
}

// Entries returns the entries of a tree, in its order.
func (r *Repository) Entries(tree Hash) ([]Entry, error) {
	data, err := r.Read(Tree, tree)
	if err != nil {
		return nil, err
	}
	out, err := parseTree(data)
	if err != nil {
		return nil, fmt.Errorf("tree %s: %w", tree, err)
	}
	return out, nil
}

var errDamaged = errors.New("damaged")

func parseTree(data []byte) ([]Entry, error) {
	out := make([]Entry, 0, len(data)/40)
	for len(data) > 0 {
		head, rest, ok := bytes.Cut(data, []byte{0})
		mode, name, spaced := strings.Cut(string(head), " ")
		if !ok || !spaced || name == "" || len(rest) < len(Hash{}) {
			return nil, errDamaged
		}
		out = append(out, Entry{mode, name, Hash(rest[:20])})
		data = rest[20:]
	}
	return out, nil
}

// Find returns what stands at a slash path below a tree; "." is the tree
// itself. What is not there is an error of kind NotFound.
func (r *Repository) Find(tree Hash, at string) (Entry, error) {
	found := Entry{FolderMode, "", tree}
	if at = path.Clean(at); at == "." {
		return found, nil
	}
	for name := range strings.SplitSeq(at, "/") {
		if !found.IsFolder() {
			return Entry{}, absent(at)
		}
		entries, err := r.Entries(found.Hash)
		if err != nil {
			return Entry{}, err
		}
		found = Entry{}
		for _, e := range entries {
			if e.Name == name {
				found = e
			}
		}
		if found.Name == "" {
			return Entry{}, absent(at)
		}
	}
	return found, nil
}

func absent(at string) error {
	return fault.New(fault.NotFound, fault.Textf("ไม่มี %s", "there is no %s", at))
}

// File returns the bytes of the file at a slash path below a tree.
func (r *Repository) File(tree Hash, at string) ([]byte, error) {
	e, err := r.Find(tree, at)
	if err != nil {
		return nil, err
	}
	return r.Read(Blob, e.Hash)
}
