package gitrepo

import (
	"fmt"
	"slices"
	"strings"

	"khumue/internal/fault"
)

// Edit is one change of what stands below a tree.
type Edit struct {
	path string
	mode string // "" when it goes
	hash Hash
}

// SetFile puts a blob at a slash path, in place of whatever is there.
func SetFile(path string, blob Hash) Edit { return Edit{path, FileMode, blob} }

// SetFolder puts a tree at a slash path, in place of whatever is there.
// The empty tree leaves nothing there.
func SetFolder(path string, tree Hash) Edit { return Edit{path, FolderMode, tree} }

// Remove takes a file or a whole folder away.
func Remove(path string) Edit { return Edit{path: path} }

// Put returns the tree that edits make of another, of nothing when that is the
// zero Hash. Edits are done one after another. Only the trees on the way are
// read and written, and folders that are left empty go.
//
// A path whose names may not stand in a repository (see checkName), or that
// leads through a file, is an error of kind Invalid; removing what is not
// there, or setting what the repository does not have, one of kind NotFound.
// After an error nothing has been added.
func (b *Batch) Put(tree Hash, edits ...Edit) (Hash, error) {
	root := &plot{batch: b}
	if err := root.read(".", tree); err != nil {
		return Hash{}, err
	}
	for _, e := range edits {
		names, err := checkPath(e.path)
		if err != nil {
			return Hash{}, err
		}
		if err := root.edit(names, e); err != nil {
			return Hash{}, err
		}
	}
	return root.write()
}

// plot is a folder that is being edited.
type plot struct {
	batch   *Batch
	entries []Entry // in no order
	below   map[string]*plot
}

// emptyTree is there even where nobody has written it.
var emptyTree = Sum(Tree, nil)

func (p *plot) read(at string, tree Hash) (err error) {
	if tree.IsZero() || tree == emptyTree {
		return nil
	}
	p.entries, err = p.batch.repo.folder(at, tree)
	return err
}

func (p *plot) index(name string) int {
	return slices.IndexFunc(p.entries, func(e Entry) bool { return e.Name == name })
}

// edit does an edit at the path that names lead to.
func (p *plot) edit(names []string, e Edit) error {
	if len(names) == 1 {
		return p.set(names[0], e)
	}
	below, err := p.enter(names[0], e)
	if err != nil {
		return err
	}
	return below.edit(names[1:], e)
}

// enter returns a folder of the folder, a new one when something is to be put
// there.
func (p *plot) enter(name string, e Edit) (*plot, error) {
	if below := p.below[name]; below != nil {
		return below, nil
	}
	i := p.index(name)
	switch {
	case i < 0 && e.mode == "":
		return nil, absent(e.path)
	case i < 0:
		p.entries = append(p.entries, Entry{Mode: FolderMode, Name: name})
		return p.open(name), nil
	case !p.entries[i].IsFolder():
		return nil, fault.New(fault.Invalid, fault.Textf("%s: %s ไม่ใช่โฟลเดอร์", "%s: %s is not a folder", e.path, name))
	}
	below := &plot{batch: p.batch}
	if err := below.read(e.path, p.entries[i].Hash); err != nil {
		return nil, err
	}
	p.keep(name, below)
	return below, nil
}

func (p *plot) open(name string) *plot {
	below := &plot{batch: p.batch}
	p.keep(name, below)
	return below
}

func (p *plot) keep(name string, below *plot) {
	if p.below == nil {
		p.below = map[string]*plot{}
	}
	p.below[name] = below
}

// set does an edit of what stands in the folder itself.
func (p *plot) set(name string, e Edit) error {
	i := p.index(name)
	if e.mode == "" && (i < 0 || p.below[name] != nil && p.below[name].empty()) {
		return absent(e.path)
	}
	delete(p.below, name)
	if i >= 0 {
		p.entries = slices.Delete(p.entries, i, i+1)
	}
	switch e.mode {
	case "":
		return nil
	case FolderMode:
		if e.hash.IsZero() {
			return noObject(e.hash)
		}
		if err := p.open(name).read(e.path, e.hash); err != nil {
			return err
		}
	case FileMode:
		if err := p.batch.repo.need(Blob, e.hash); err != nil {
			return err
		}
	}
	p.entries = append(p.entries, Entry{e.mode, name, e.hash})
	return nil
}

// empty reports whether nothing is left in the folder or below it.
func (p *plot) empty() bool {
	return !slices.ContainsFunc(p.entries, func(e Entry) bool { return p.below[e.Name] == nil || !p.below[e.Name].empty() })
}

// write adds the trees from the bottom up.
func (p *plot) write() (Hash, error) {
	kept := p.entries[:0]
	for _, e := range p.entries {
		if below := p.below[e.Name]; below != nil {
			var err error
			if e.Hash, err = below.write(); err != nil {
				return Hash{}, err
			}
			if len(below.entries) == 0 {
				continue
			}
		}
		kept = append(kept, e)
	}
	p.entries = kept
	slices.SortFunc(kept, byPath)
	var tree []byte
	for _, e := range kept {
		tree = AppendEntry(tree, e)
	}
	return p.batch.Add(Tree, tree)
}

// checkPath returns the names of a slash path that something may be put at.
func checkPath(at string) ([]string, error) {
	names := strings.Split(at, "/")
	if len(at) > longestPut {
		return nil, fault.New(fault.Invalid, fault.Textf("ชื่อไฟล์ยาวเกิน %d ไบต์", "the path is longer than %d bytes", longestPut))
	}
	for _, n := range names {
		if problem := checkName(n); !problem.IsZero() {
			return nil, fault.New(fault.Invalid, fault.Text{TH: fmt.Sprintf("%q: %s", at, problem.TH), EN: fmt.Sprintf("%q: %s", at, problem.EN)})
		}
	}
	return names, nil
}
