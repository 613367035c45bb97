package gitrepo

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// FS returns what stands below a tree as a file system that never changes. It
// may be read by several goroutines.
//
// A file has its size and no time. A link is shown as a link and another
// repository as irregular; neither opens. A folder that no disk could hold,
// with a name twice or one that leads elsewhere, is an error.
func (r *Repository) FS(tree Hash) fs.FS {
	return &treeFS{repo: r, root: node{r, Entry{FolderMode, ".", tree}}, young: map[string][]node{}}
}

// treeFS keeps the folders that were read last, since readers come back to
// them: file by file, and to those above.
type treeFS struct {
	repo *Repository
	root node

	lock       sync.Mutex
	young, old map[string][]node // path → what is in the folder, by name
	held       int               // nodes in young
}

// maxHeld is how many nodes are young before the old ones are given up.
const maxHeld = 1 << 16

// Open opens a file or a folder. A file's bytes are read when they are asked
// for.
func (f *treeFS) Open(name string) (fs.File, error) {
	n, err := f.find("open", name)
	if err != nil {
		return nil, err
	}
	switch {
	case n.IsDir():
		return &openFolder{in: f, name: name, node: n}, nil
	case !n.Type().IsRegular():
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	return &openFile{name: name, node: n}, nil
}

// Stat describes what stands at a path; of a link, the link.
func (f *treeFS) Stat(name string) (fs.FileInfo, error) {
	n, err := f.find("stat", name)
	if err != nil {
		return nil, err
	}
	return n.Info()
}

// ReadFile returns a file's bytes.
func (f *treeFS) ReadFile(name string) ([]byte, error) {
	n, err := f.find("open", name)
	if err != nil {
		return nil, err
	}
	if !n.Type().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrInvalid}
	}
	return n.read(name)
}

// ReadDir lists a folder by name.
func (f *treeFS) ReadDir(name string) ([]fs.DirEntry, error) {
	n, err := f.find("open", name)
	if err != nil {
		return nil, err
	}
	if !n.IsDir() {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: errors.New("not a folder")}
	}
	nodes, err := f.folder(name, n)
	if err != nil {
		return nil, err
	}
	out := make([]fs.DirEntry, len(nodes))
	for i, n := range nodes {
		out[i] = n
	}
	return out, nil
}

func (f *treeFS) find(op, name string) (node, error) {
	if !fs.ValidPath(name) {
		return node{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	n, err := f.at(name)
	if errors.Is(err, fs.ErrNotExist) {
		return node{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return n, err
}

// at returns what stands at a valid path.
func (f *treeFS) at(name string) (node, error) {
	if name == "." {
		return f.root, nil
	}
	above, base := path.Dir(name), path.Base(name)
	nodes, held := f.recall(above)
	if !held {
		parent, err := f.at(above)
		if err != nil {
			return node{}, err
		}
		if !parent.IsDir() {
			return node{}, fs.ErrNotExist
		}
		if nodes, err = f.folder(above, parent); err != nil {
			return node{}, err
		}
	}
	i, there := slices.BinarySearchFunc(nodes, base, func(n node, name string) int { return strings.Compare(n.entry.Name, name) })
	if !there {
		return node{}, fs.ErrNotExist
	}
	return nodes[i], nil
}

// folder returns what is in a folder, which is n at a path.
func (f *treeFS) folder(name string, n node) ([]node, error) {
	if nodes, held := f.recall(name); held {
		return nodes, nil
	}
	entries, err := f.repo.folder(name, n.entry.Hash)
	if err != nil {
		return nil, err
	}
	nodes := make([]node, len(entries))
	for i, e := range entries {
		nodes[i] = node{f.repo, e}
	}
	f.keep(name, nodes)
	return nodes, nil
}

// folder returns the entries of a tree by name, or an error when it could not
// be a folder of a disk. What it is called is for the error.
func (r *Repository) folder(name string, tree Hash) ([]Entry, error) {
	entries, err := r.Entries(tree)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	slices.SortFunc(entries, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	for i, e := range entries {
		if !possible(e.Name) || i > 0 && e.Name == entries[i-1].Name {
			return nil, fmt.Errorf("%s: %q: %w", name, e.Name, errDamaged)
		}
	}
	return entries, nil
}

// possible reports whether a file of a disk may have the name.
func possible(name string) bool {
	return name != "." && name != ".." && !strings.Contains(name, "/")
}

func (f *treeFS) recall(name string) (nodes []node, held bool) {
	f.lock.Lock()
	defer f.lock.Unlock()
	if nodes, held = f.young[name]; held {
		return nodes, true
	}
	if nodes, held = f.old[name]; held {
		f.add(name, nodes)
	}
	return nodes, held
}

func (f *treeFS) keep(name string, nodes []node) {
	f.lock.Lock()
	defer f.lock.Unlock()
	f.add(name, nodes)
}

// add makes a folder young. The lock is held.
func (f *treeFS) add(name string, nodes []node) {
	if f.held > maxHeld {
		f.old, f.young, f.held = f.young, map[string][]node{}, 0
	}
	f.young[name] = nodes
	f.held += 1 + len(nodes)
}

// node is a line of a tree as a folder shows it.
type node struct {
	repo  *Repository
	entry Entry
}

func (n node) Name() string      { return n.entry.Name }
func (n node) IsDir() bool       { return n.mode().IsDir() }
func (n node) Type() fs.FileMode { return n.mode().Type() }

func (n node) mode() fs.FileMode { return n.entry.mode() }

func (e Entry) mode() fs.FileMode {
	bits, err := strconv.ParseUint(e.Mode, 8, 32)
	switch kind := bits &^ 0o7777; {
	case err != nil:
		return fs.ModeIrregular
	case kind == 0o040000:
		return fs.ModeDir | 0o755
	case kind == 0o100000:
		return 0o644 | fs.FileMode(bits&0o111)
	case kind == 0o120000:
		return fs.ModeSymlink | 0o777
	}
	return fs.ModeIrregular
}

// Info describes the file or folder. The size of a file is looked up without
// reading the file.
func (n node) Info() (fs.FileInfo, error) {
	if !n.Type().IsRegular() {
		return described{n, 0}, nil
	}
	size, err := n.repo.Size(n.entry.Hash)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", n.Name(), err)
	}
	return described{n, size}, nil
}

func (n node) read(name string) ([]byte, error) {
	data, err := n.repo.Read(Blob, n.entry.Hash)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return data, nil
}

// described is a node with its size.
type described struct {
	node
	size int64
}

func (d described) Mode() fs.FileMode  { return d.mode() }
func (d described) Size() int64        { return d.size }
func (d described) ModTime() time.Time { return time.Time{} }
func (d described) Sys() any           { return nil }

// openFile is a file that is being read.
type openFile struct {
	name string
	node node
	data *bytes.Reader // nil until it is read from
}

func (o *openFile) Stat() (fs.FileInfo, error) { return o.node.Info() }
func (o *openFile) Close() error               { return nil }

func (o *openFile) Read(p []byte) (int, error) {
	if o.data == nil {
		data, err := o.node.read(o.name)
		if err != nil {
			return 0, err
		}
		o.data = bytes.NewReader(data)
	}
	return o.data.Read(p)
}

// openFolder is a folder that is being listed.
type openFolder struct {
	in   *treeFS
	name string
	node node
	told int // entries listed so far
}

func (o *openFolder) Stat() (fs.FileInfo, error) { return o.node.Info() }
func (o *openFolder) Close() error               { return nil }

func (o *openFolder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: o.name, Err: errors.New("a folder")}
}

// ReadDir lists the next n entries, or all that are left.
func (o *openFolder) ReadDir(n int) ([]fs.DirEntry, error) {
	all, err := o.in.ReadDir(o.name)
	if err != nil {
		return nil, err
	}
	left := all[o.told:]
	if n > 0 && len(left) == 0 {
		return nil, io.EOF
	}
	if n > 0 && len(left) > n {
		left = left[:n]
	}
	o.told += len(left)
	return left, nil
}

// Size returns how many bytes an object has, from its head alone. One that is
// not there is an error of kind NotFound.
func (r *Repository) Size(h Hash) (int64, error) {
	if o, held := r.waiting.get(h); held {
		return int64(len(o.data)), nil
	}
	for _, s := range r.stores {
		size, err := s.size(h)
		switch {
		case errors.Is(err, errNoObject):
			continue
		case err != nil:
			return 0, fmt.Errorf("object %s: %w", h, err)
		}
		return size, nil
	}
	return 0, noObject(h)
}
