package gitrepo

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Ref is a name and what it names.
type Ref struct {
	Name string
	Hash Hash
}

// Each tells the refs whose names begin with a prefix, such as
// refs/heads/draft/, in the order of their names. Those that only stand for
// another are left out. An error is the last that is told.
//
// While refs move, each is told as it was at some moment between the beginning
// and the end.
func (f Refs) Each(prefix string) iter.Seq2[Ref, error] {
	return func(yield func(Ref, error) bool) {
		if f.repo.kept != nil {
			eachOf(f.repo.kept, prefix, yield)
			return
		}
		// In this order: a ref goes into packed-refs before it leaves its file.
		loose, err := f.repo.looseRefs(prefix)
		if err != nil {
			yield(Ref{}, fmt.Errorf("refs: %w", err))
			return
		}
		packed, err := f.repo.packed.read(filepath.Join(f.repo.dir, "packed-refs"))
		if err != nil {
			yield(Ref{}, fmt.Errorf("packed-refs: %w", err))
			return
		}
		from, _ := slices.BinarySearchFunc(packed, prefix, byName)
		for packed = packed[from:]; len(packed) > 0 && strings.HasPrefix(packed[0].Name, prefix); packed = packed[1:] {
			for len(loose) > 0 && loose[0].Name < packed[0].Name {
				if !loose[0].tell(yield) {
					return
				}
				loose = loose[1:]
			}
			if len(loose) > 0 && loose[0].Name == packed[0].Name {
				continue
			}
			if !packed[0].tell(yield) {
				return
			}
		}
		for _, r := range loose {
			if !r.tell(yield) {
				return
			}
		}
	}
}

// eachOf tells the refs of a store.
func eachOf(kept RefStore, prefix string, yield func(Ref, error) bool) {
	list, err := kept.Refs(prefix)
	if err != nil {
		yield(Ref{}, fmt.Errorf("refs: %w", err))
		return
	}
	for _, r := range list {
		if !yield(r, nil) {
			return
		}
	}
}

func byName(r Ref, name string) int { return strings.Compare(r.Name, name) }

// tell tells a ref; the zero Hash is one that stands for another.
func (r Ref) tell(yield func(Ref, error) bool) bool {
	return r.Hash.IsZero() || yield(r, nil)
}

// List returns the refs whose names begin with a prefix, such as
// refs/heads/draft/.
func (f Refs) List(prefix string) (map[string]Hash, error) {
	out := map[string]Hash{}
	for r, err := range f.Each(prefix) {
		if err != nil {
			return nil, err
		}
		out[r.Name] = r.Hash
	}
	return out, nil
}

// looseRefs returns the refs that stand in files of their own, by name.
func (r *Repository) looseRefs(prefix string) ([]Ref, error) {
	dir := "refs"
	if strings.HasPrefix(prefix, "refs/") {
		dir = prefix[:strings.LastIndexByte(prefix, '/')]
	}
	if !fs.ValidPath(dir) {
		return nil, nil // no ref has such a name
	}
	var out []Ref
	for todo := []string{dir}; len(todo) > 0; todo = todo[1:] {
		f, err := r.refFolders.read(r, todo[0])
		if err != nil {
			return nil, err
		}
		for _, below := range f.folders {
			if strings.HasPrefix(below, prefix) || strings.HasPrefix(prefix, below) {
				todo = append(todo, below)
			}
		}
		for _, ref := range f.refs {
			if strings.HasPrefix(ref.Name, prefix) {
				out = append(out, ref)
			}
		}
	}
	slices.SortFunc(out, func(a, b Ref) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// refFolders are the folders of refs as they were read last. Whoever moves a
// ref puts a file into its folder, or takes one out, so that a folder whose time
// of change is the same has the same refs.
type refFolders struct {
	lock sync.Mutex
	held map[string]refFolder
}

type refFolder struct {
	changed time.Time
	folders []string
	refs    []Ref
}

// settledAfter is the age of a change after which another one has another time,
// on any file system.
const settledAfter = 3 * time.Second

func (c *refFolders) read(r *Repository, dir string) (refFolder, error) {
	name := filepath.Join(r.dir, filepath.FromSlash(dir))
	now := time.Now()
	info, err := os.Stat(name)
	if err != nil {
		c.forget(dir)
		return refFolder{}, ignoreGone(err)
	}
	c.lock.Lock()
	f, held := c.held[dir]
	c.lock.Unlock()
	if held && f.changed.Equal(info.ModTime()) {
		return f, nil
	}
	if f, err = r.refFolder(dir); err != nil {
		return f, err
	}
	if f.changed = info.ModTime(); now.Sub(f.changed) < settledAfter {
		c.forget(dir)
		return f, nil
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.held == nil {
		c.held = map[string]refFolder{}
	}
	c.held[dir] = f
	return f, nil
}

func (c *refFolders) forget(dir string) {
	c.lock.Lock()
	defer c.lock.Unlock()
	delete(c.held, dir)
}

// refFolder reads a folder of refs. What goes meanwhile is left out.
func (r *Repository) refFolder(dir string) (out refFolder, err error) {
	entries, err := os.ReadDir(filepath.Join(r.dir, filepath.FromSlash(dir)))
	if err != nil {
		return out, ignoreGone(err)
	}
	for _, e := range entries {
		name := dir + "/" + e.Name()
		switch {
		case e.IsDir():
			out.folders = append(out.folders, name)
		case e.Type().IsRegular() && !strings.HasSuffix(name, ".lock"):
			h, err := r.looseRef(name)
			if err == nil {
				out.refs = append(out.refs, Ref{name, h})
			} else if !errors.Is(err, fs.ErrNotExist) {
				return out, err
			}
		}
	}
	return out, nil
}

// looseRef reads the file of a ref; one that stands for another has no hash.
func (r *Repository) looseRef(name string) (Hash, error) {
	data, err := os.ReadFile(filepath.Join(r.dir, filepath.FromSlash(name)))
	if err != nil || bytes.HasPrefix(data, []byte("ref:")) {
		return Hash{}, err
	}
	h, err := ParseHash(strings.TrimSpace(string(data)))
	if err != nil {
		return Hash{}, fmt.Errorf("%s: %w", name, errDamaged)
	}
	return h, nil
}

// packedRefs is what the file packed-refs had when it was read last. Git never
// changes the file: it puts another in its place.
type packedRefs struct {
	lock sync.Mutex
	file fs.FileInfo // nil when there was none
	refs []Ref       // by name; never changed
}

func (p *packedRefs) read(name string) ([]Ref, error) {
	p.lock.Lock()
	defer p.lock.Unlock()
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		p.file, p.refs = nil, nil
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if p.file != nil && os.SameFile(p.file, info) && p.file.ModTime().Equal(info.ModTime()) && p.file.Size() == info.Size() {
		return p.refs, nil
	}
	data := make([]byte, info.Size())
	if _, err := f.ReadAt(data, 0); err != nil && len(data) > 0 {
		return nil, err
	}
	refs, err := parsePackedRefs(string(data))
	if err != nil {
		return nil, err
	}
	p.file, p.refs = info, refs
	return refs, nil
}

// parsePackedRefs returns the refs of such a file, by name.
func parsePackedRefs(data string) ([]Ref, error) {
	out := make([]Ref, 0, len(data)/80)
	for line := range strings.Lines(data) {
		if line[0] == '#' || line[0] == '^' { // of the file, or what a tag is put on
			continue
		}
		digits, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		h, err := ParseHash(digits)
		if !ok || err != nil {
			return nil, fmt.Errorf("%.60q: %w", line, errDamaged)
		}
		out = append(out, Ref{name, h})
	}
	if !slices.IsSortedFunc(out, func(a, b Ref) int { return strings.Compare(a.Name, b.Name) }) {
		slices.SortFunc(out, func(a, b Ref) int { return strings.Compare(a.Name, b.Name) })
	}
	return out, nil
}
