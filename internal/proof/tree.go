package proof

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"khumue/internal/fault"
)

// reading reads objects, each held against its name, and keeps the trees that
// were read last. It belongs to one goroutine.
type reading struct {
	ledger     Ledger
	young, old map[Hash][]byte
	held       int // bytes in young
}

func newReading(l Ledger) *reading { return &reading{ledger: l, young: map[Hash][]byte{}} }

// maxHeld is how many bytes of trees are young before the old ones are given
// up.
const maxHeld = 4 << 20

func (r *reading) object(k Kind, h Hash) ([]byte, error) {
	data, err := r.ledger.Read(k, h)
	if err == nil && sum(k, data) != h {
		return nil, forged(k, h)
	}
	return data, err
}

func (r *reading) commit(h Hash) (*commit, error) {
	data, err := r.object(Commit, h)
	if err != nil {
		return nil, err
	}
	c, err := parseCommit(h, data)
	if err != nil {
		return nil, fault.New(fault.Invalid, fault.Textf("commit %s เสียหาย", "commit %s is damaged", h)).Because(err)
	}
	return c, nil
}

// tree returns the bytes of a tree, whose entries next reads without an error;
// none for the zero Hash.
func (r *reading) tree(h Hash) ([]byte, error) {
	if h.IsZero() {
		return nil, nil
	}
	if data, ok := r.young[h]; ok {
		return data, nil
	}
	data, ok := r.old[h]
	if !ok {
		var err error
		if data, err = r.object(Tree, h); err != nil {
			return nil, err
		}
		if !wellFormed(data) {
			return nil, fault.New(fault.Invalid, fault.Textf("tree %s เสียหาย", "tree %s is damaged", h))
		}
	}
	if r.held += len(data) + 100; r.held > maxHeld {
		r.young, r.old, r.held = map[Hash][]byte{}, r.young, len(data)+100
	}
	r.young[h] = data
	return data, nil
}

// entry is a line of a tree.
type entry struct {
	raw  []byte // all of it
	name []byte
	dir  bool
}

func (e entry) hash() Hash { return Hash(e.raw[len(e.raw)-20:]) }

// next cuts the first entry off the bytes of a tree that is well-formed.
func next(tree []byte) (e entry, rest []byte) {
	if len(tree) == 0 {
		return entry{}, nil
	}
	space, end := bytes.IndexByte(tree, ' '), bytes.IndexByte(tree, 0)
	return entry{tree[:end+21], tree[space+1 : end], string(tree[:space]) == "40000"}, tree[end+21:]
}

// wellFormed reports whether a tree is what git would write: names in order,
// none twice, none that leads elsewhere.
func wellFormed(tree []byte) bool {
	var last entry
	for len(tree) > 0 {
		space, end := bytes.IndexByte(tree, ' '), bytes.IndexByte(tree, 0)
		if space < 1 || end <= space+1 || end+21 > len(tree) {
			return false
		}
		var e entry
		e, tree = next(tree)
		if bytes.IndexByte(e.name, '/') >= 0 || string(e.name) == "." || string(e.name) == ".." {
			return false
		}
		if last.name != nil && (order(last, e) >= 0 || bytes.Equal(last.name, e.name)) {
			return false
		}
		last = e
	}
	return true
}

// order is git's: a folder's name is taken with a slash behind it.
func order(a, b entry) int {
	n := min(len(a.name), len(b.name))
	if c := bytes.Compare(a.name[:n], b.name[:n]); c != 0 {
		return c
	}
	return int(a.after(n)) - int(b.after(n))
}

func (e entry) after(n int) byte {
	switch {
	case n < len(e.name):
		return e.name[n]
	case e.dir:
		return '/'
	}
	return 0
}

// change is a manual's folder that came, went, or is another than before. An
// agency's folder that moves makes two of each manual in it.
type change struct {
	id       string // the folder's name
	owner    string // the name of the agency's folder
	path     string
	old, new Hash // zero for none
}

// changes are what differs between two trees.
type changes struct {
	manuals []change
	other   bool // something besides manuals
}

// Where manuals are: in a folder of this name somewhere below that one.
const (
	agencies = "agencies"
	manuals  = "manuals"
)

// maxFolders is how deep folders are followed.
const maxFolders = 64

var errDeep = errors.New("folders are too deep")

// compare adds what differs between the folders of one name in two trees, each
// of which may be absent. Only folders that differ are read, and of manuals none.
func (r *reading) compare(out *changes, at []string, old, new Hash) error {
	if old == new {
		return nil
	}
	if len(at) > maxFolders {
		return errDeep
	}
	a, err := r.tree(old)
	if err != nil {
		return err
	}
	b, err := r.tree(new)
	if err != nil {
		return err
	}
	for len(a)+len(b) > 0 {
		x, afterX := next(a)
		y, afterY := next(b)
		switch c := order(x, y); {
		case x.raw != nil && y.raw != nil && c == 0:
			a, b = afterX, afterY
		case y.raw == nil || x.raw != nil && c < 0:
			a, y = afterX, entry{}
		default:
			b, x = afterY, entry{}
		}
		if bytes.Equal(x.raw, y.raw) {
			continue
		}
		if err := r.differ(out, at, x, y); err != nil {
			return err
		}
	}
	return nil
}

// differ adds what differs at one place.
func (r *reading) differ(out *changes, at []string, x, y entry) error {
	name := string(x.name)
	if x.raw == nil {
		name = string(y.name)
	}
	var old, new Hash
	if x.raw != nil {
		old = x.hash()
	}
	if y.raw != nil {
		new = y.hash()
	}
	switch {
	case strings.HasPrefix(name, "."):
	case len(at) > 1 && at[len(at)-1] == manuals:
		owner := at[len(at)-2]
		out.manuals = append(out.manuals, change{name, owner, strings.Join(at, "/") + "/" + name, old, new})
		return nil
	case (x.dir || y.dir) && (len(at) > 0 || name == agencies):
		return r.compare(out, append(at, name), old, new)
	}
	out.other = true
	return nil
}

// folder returns the tree of the folder at a path below another, or the zero
// Hash when there is none.
func (r *reading) folder(root Hash, path string) (Hash, error) {
	for name := range strings.SplitSeq(path, "/") {
		data, err := r.tree(root)
		if err != nil {
			return Hash{}, err
		}
		root = Hash{}
		for e, rest := next(data); e.raw != nil; e, rest = next(rest) {
			if e.dir && string(e.name) == name {
				root = e.hash()
			}
		}
		if root.IsZero() {
			return root, nil
		}
	}
	return root, nil
}

// whole reads all that is below a tree, so that every byte has been held
// against its name.
func (r *reading) whole(at string, tree Hash, depth int) error {
	if depth > maxFolders {
		return errDeep
	}
	data, err := r.object(Tree, tree)
	if err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	if !wellFormed(data) {
		return fmt.Errorf("%s: %w", at, errForm)
	}
	for e, rest := next(data); e.raw != nil; e, rest = next(rest) {
		name := at + "/" + string(e.name)
		if e.dir {
			err = r.whole(name, e.hash(), depth+1)
		} else if _, err = r.object(Blob, e.hash()); err != nil {
			err = fmt.Errorf("%s: %w", name, err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
