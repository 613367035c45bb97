package synth

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"khumue/internal/gitrepo"
)

// forest is the folders of the content tree as git keeps them. Once it is
// planted no folder gains or loses anything: a revision changes one manual's
// folder, a visit one point's file, so that in each folder above twenty bytes change, always at the same
// place.
type forest struct {
	pack    *gitrepo.Pack
	folders map[string]*folderTree // by path; of the folders of manuals none is kept
	root    *folderTree
	held    []held
}

// folderTree is one folder: the bytes of its tree, and where its own name
// stands in those of its parent.
type folderTree struct {
	raw    []byte
	hash   gitrepo.Hash
	parent *folderTree
	at     int
}

// sapling is a folder while files come into it.
type sapling struct {
	files   []gitrepo.Entry
	folders map[string]*sapling
}

func (s *sapling) folder(name string) *sapling {
	if s.folders == nil {
		s.folders = map[string]*sapling{}
	}
	if s.folders[name] == nil {
		s.folders[name] = &sapling{}
	}
	return s.folders[name]
}

// put places an entry at a slash path.
func (s *sapling) put(path string, mode string, h gitrepo.Hash) {
	for {
		dir, rest, deeper := strings.Cut(path, "/")
		if !deeper {
			s.files = append(s.files, gitrepo.Entry{Mode: mode, Name: strings.Clone(path), Hash: h})
			return
		}
		s, path = s.folder(dir), rest
	}
}

// plant turns what has grown into the folders of a forest and puts their trees
// into the pack.
func plant(pack *gitrepo.Pack, s *sapling) (*forest, error) {
	f := &forest{pack: pack, folders: map[string]*folderTree{}}
	root, err := f.grow(s, "")
	f.root = root
	return f, err
}

func (f *forest) grow(s *sapling, path string) (*folderTree, error) {
	entries := s.files
	below := map[string]*folderTree{}
	for _, name := range slices.Sorted(maps.Keys(s.folders)) { // the pack's order too is the same each time
		child, err := f.grow(s.folders[name], strings.TrimPrefix(path+"/"+name, "/"))
		if err != nil {
			return nil, err
		}
		below[name] = child
		entries = append(entries, gitrepo.Entry{Mode: gitrepo.FolderMode, Name: name, Hash: child.hash})
	}
	slices.SortFunc(entries, func(a, b gitrepo.Entry) int { return strings.Compare(sortName(a), sortName(b)) })
	t := &folderTree{}
	for _, e := range entries {
		t.raw = gitrepo.AppendEntry(t.raw, e)
		if child := below[e.Name]; child != nil && e.IsFolder() {
			child.parent, child.at = t, len(t.raw)-len(e.Hash)
		}
	}
	var err error
	t.hash, err = f.pack.Add(gitrepo.Tree, t.raw)
	if !strings.HasSuffix(parentOf(path), "/manuals") {
		f.folders[path] = t
	}
	return t, err
}

func parentOf(path string) string {
	return path[:max(0, strings.LastIndexByte(path, '/'))]
}

// sortName is what git sorts by: a folder's name with a slash behind it.
func sortName(e gitrepo.Entry) string {
	if e.IsFolder() {
		return e.Name + "/"
	}
	return e.Name
}

// held is a hash that a trial has overwritten.
type held struct {
	tree *folderTree
	at   int
	old  gitrepo.Hash
	own  gitrepo.Hash // of the tree itself, before
}

// replace puts another object in the place of a folder's entry, such as a
// manual's folder, and returns the root that comes of it. The forest keeps the
// change only when keep is true.
func (f *forest) replace(folder, name string, object gitrepo.Hash, keep bool) (root gitrepo.Hash, err error) {
	t := f.folders[folder]
	at := bytes.Index(t.raw, []byte(" "+name+"\x00")) + len(name) + 2
	f.held = f.held[:0]
	for h := object; t != nil && err == nil; t, at = t.parent, t.at {
		f.held = append(f.held, held{t, at, gitrepo.Hash(t.raw[at:]), t.hash})
		copy(t.raw[at:], h[:])
		h, err = f.pack.AddPatched(gitrepo.Tree, t.raw, t.hash, at, len(h))
		t.hash = h
	}
	root = f.root.hash
	if !keep {
		for _, h := range f.held {
			copy(h.tree.raw[h.at:], h.old[:])
			h.tree.hash = h.own
		}
	}
	return root, err
}
