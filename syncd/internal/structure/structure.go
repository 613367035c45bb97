// Package structure knows the agencies and service points of the content as they
// stand at one moment: their names, what stands above and below, and which is
// meant by a few words.
//
// It reads the agencies at once, the points of an agency when they are asked
// for. It refuses to know manuals, who may see what, and how content changes.
package structure

import (
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"iter"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/thai"
	"khumue/syncd/internal/rights"
)

// agency is an agency with what the tree needs of it.
type agency struct {
	*catalog.Agency        // what its file says, which is not to be changed
	dir             string // its folder in the content
	found           string // what is searched: names and code, normalised
	key             []byte // sorts by name
}

// Tree are the agencies at one moment. It does not change and may be read by any
// number of goroutines.
type Tree struct {
	files    fs.FS
	agencies map[catalog.AgencyCode]*agency
	children map[catalog.AgencyCode][]*agency // in Thai order of their names; those of "" are the top

	mu     sync.Mutex
	points map[catalog.AgencyCode]*points
}

// points are those of an agency, as far as they were asked for. They do not change.
type points struct {
	whole bool // all are known
	list  []*catalog.Point
	named map[string]*point // those that are known, by the names of their files
}

// point is a service point, with what sorts it by name.
type point struct {
	*catalog.Point
	key []byte
}

// without are points but for those of some files, which changed.
func (p *points) without(names []string) *points {
	if len(names) == 0 {
		return p
	}
	next := &points{named: maps.Clone(p.named)}
	for _, n := range names {
		delete(next.named, n)
	}
	return next
}

// folders are those of an agency that hold no agencies.
var folders = []string{"points", "processes", "manuals", "services"}

// top is the folder of all agencies.
const top = "agencies"

// Read reads the agencies of a content. An agency whose file is broken has its
// code for a name: the office must stay open.
func Read(files fs.FS) (*Tree, error) {
	t := &Tree{files: files, agencies: map[catalog.AgencyCode]*agency{}}
	err := fs.WalkDir(files, top, func(p string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && p == top:
			return fs.SkipAll
		case err != nil:
			return err
		case e.IsDir() && (slices.Contains(folders, e.Name()) || corpus.Ignored(p)):
			return fs.SkipDir
		case !e.IsDir():
			return t.read(p)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	t.arrange()
	return t, nil
}

// Next reads what a change of the content made of the tree, given the paths of
// the files that came, changed or went.
func (t *Tree) Next(files fs.FS, changed iter.Seq2[string, error]) (*Tree, error) {
	next := &Tree{files: files, agencies: map[catalog.AgencyCode]*agency{}, points: map[catalog.AgencyCode]*points{}}
	for code, a := range t.agencies {
		next.agencies[code] = a
	}
	gone := map[string]bool{}
	var read []string
	other := map[catalog.AgencyCode][]string{} // names of points that changed
	for p, err := range changed {
		if err != nil {
			return nil, err
		}
		at, ok := corpus.FileAt(p)
		if ok && at.Kind == corpus.PointFile {
			other[at.Owner] = append(other[at.Owner], at.Name)
		}
		if !ok || at.Kind != corpus.AgencyFile {
			continue
		}
		gone[path.Dir(p)] = true
		read = append(read, p)
	}
	t.mu.Lock()
	for code, known := range t.points {
		next.points[code] = known.without(other[code])
	}
	t.mu.Unlock()
	if len(read) == 0 { // most changes are of manuals
		next.agencies, next.children = t.agencies, t.children
		return next, nil
	}
	for code, a := range next.agencies {
		if gone[a.dir] {
			delete(next.agencies, code)
		}
	}
	for _, p := range read {
		if err := next.read(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	next.arrange()
	return next, nil
}

// read reads an agency's file; other files are passed over.
func (t *Tree) read(p string) error {
	at, ok := corpus.FileAt(p)
	if !ok || at.Kind != corpus.AgencyFile {
		return nil
	}
	value, _, err := at.Read(t.files)
	if err != nil {
		return err
	}
	a := &agency{dir: path.Dir(p)}
	if a.Agency, ok = value.(*catalog.Agency); !ok {
		a.Agency = &catalog.Agency{}
	}
	a.Code, a.Parent = catalog.AgencyCode(at.Name), at.Owner
	if a.Name.TH == "" {
		a.Name.TH = at.Name
	}
	a.found = strings.Join([]string{thai.Normalize(a.Name.TH), thai.Normalize(a.Name.EN), thai.Normalize(a.ShortName.TH), thai.Normalize(a.ShortName.EN), at.Name}, "\x00")
	a.key = thai.SortKey(a.Name.TH)
	t.agencies[a.Code] = a
	return nil
}

// arrange orders agencies under those above.
func (t *Tree) arrange() {
	t.children = map[catalog.AgencyCode][]*agency{}
	for _, a := range t.agencies {
		above := a.Parent
		if _, ok := t.agencies[above]; !ok {
			above = ""
		}
		t.children[above] = append(t.children[above], a)
	}
	for _, list := range t.children {
		slices.SortFunc(list, byName)
	}
}

func byName(a, b *agency) int {
	return cmp.Or(bytes.Compare(a.key, b.key), cmp.Compare(a.Code, b.Code))
}

// Agency returns an agency, and false when there is none.
func (t *Tree) Agency(code catalog.AgencyCode) (*catalog.Agency, bool) {
	if a := t.agencies[code]; a != nil {
		return a.Agency, true
	}
	return nil, false
}

// Folder returns where an agency stands in the content, by slashes; false when
// there is none.
func (t *Tree) Folder(code catalog.AgencyCode) (string, bool) {
	if a := t.agencies[code]; a != nil {
		return a.dir, true
	}
	return "", false
}

// Len returns the number of agencies.
func (t *Tree) Len() int { return len(t.agencies) }

// Children returns the agencies right below one, or at the top, in the order of
// their names.
func (t *Tree) Children(code catalog.AgencyCode) []*catalog.Agency {
	return named(t.children[code])
}

func named(list []*agency) []*catalog.Agency {
	out := make([]*catalog.Agency, len(list))
	for i, a := range list {
		out[i] = a.Agency
	}
	return out
}

// chain returns an agency with those above, itself first. A circle, which no
// folders can make, would end where it began.
func (t *Tree) chain(code catalog.AgencyCode) []catalog.AgencyCode {
	var out []catalog.AgencyCode
	for a := t.agencies[code]; a != nil && !slices.Contains(out, a.Code); a = t.agencies[a.Parent] {
		out = append(out, a.Code)
	}
	return out
}

// Target returns what a right is asked for: an agency, or a point of it. An
// error of kind NotFound when there is none.
func (t *Tree) Target(agency catalog.AgencyCode, point catalog.PointCode) (rights.Target, error) {
	a := t.agencies[agency]
	if a == nil {
		return rights.Target{}, absent(string(agency))
	}
	if point != "" {
		if _, err := catalog.ParsePointCode(string(point)); err != nil {
			return rights.Target{}, absent(string(point))
		}
		if t.knows(agency, point) {
			return rights.Target{Chain: t.chain(agency), Point: point}, nil
		}
		if _, err := fs.Stat(t.files, path.Join(a.dir, "points", string(point)+".yaml")); errors.Is(err, fs.ErrNotExist) {
			return rights.Target{}, absent(string(point))
		} else if err != nil {
			return rights.Target{}, err
		}
	}
	return rights.Target{Chain: t.chain(agency), Point: point}, nil
}

// knows reports whether a point was read already.
func (t *Tree) knows(agency catalog.AgencyCode, point catalog.PointCode) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	known := t.points[agency]
	return known != nil && known.named[string(point)] != nil
}

func absent(code string) error {
	return fault.New(fault.NotFound, fault.Textf("ไม่มีหน่วยงานหรือจุดบริการ %q", "there is no agency or point %q", code),
		fault.Text{TH: "ตรวจรหัส หรือค้นด้วยชื่อ", EN: "check the code, or search by name"})
}

// Below returns an agency and all below it, itself first. What is no agency is
// alone: it may have been one.
func (t *Tree) Below(code catalog.AgencyCode) []catalog.AgencyCode {
	out := []catalog.AgencyCode{code}
	for i := 0; i < len(out); i++ {
		for _, a := range t.children[out[i]] {
			out = append(out, a.Code)
		}
	}
	return out
}

// Points returns the points of an agency, in the order of their names.
func (t *Tree) Points(agency catalog.AgencyCode) ([]*catalog.Point, error) {
	a := t.agencies[agency]
	if a == nil {
		return nil, nil
	}
	t.mu.Lock()
	known := t.points[agency]
	t.mu.Unlock()
	if known == nil || !known.whole {
		var err error
		if known, err = t.readPoints(path.Join(a.dir, "points"), known); err != nil {
			return nil, err
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.points == nil {
			t.points = map[catalog.AgencyCode]*points{}
		}
		t.points[agency] = known
	}
	return slices.Clone(known.list), nil
}

// readPoints reads the points of a folder that are not known.
func (t *Tree) readPoints(dir string, known *points) (*points, error) {
	out := &points{whole: true, named: map[string]*point{}}
	entries, err := fs.ReadDir(t.files, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return out, nil
	} else if err != nil {
		return nil, err
	}
	var all []*point
	for _, e := range entries {
		at, ok := corpus.FileAt(path.Join(dir, e.Name()))
		if !ok || at.Kind != corpus.PointFile {
			continue
		}
		var p *point
		if known != nil {
			p = known.named[at.Name]
		}
		if p == nil {
			if p, err = t.readPoint(at); err != nil {
				return nil, err
			}
		}
		out.named[at.Name] = p
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *point) int { return cmp.Or(bytes.Compare(a.key, b.key), cmp.Compare(a.Code, b.Code)) })
	for _, p := range all {
		out.list = append(out.list, p.Point)
	}
	return out, nil
}

func (t *Tree) readPoint(at corpus.File) (*point, error) {
	value, _, err := at.Read(t.files)
	if err != nil {
		return nil, err
	}
	p, ok := value.(*catalog.Point)
	if !ok {
		p = &catalog.Point{}
	}
	p.Code = catalog.PointCode(at.Name)
	if p.Name.TH == "" {
		p.Name.TH = at.Name
	}
	return &point{p, thai.SortKey(p.Name.TH)}, nil
}

// Find returns the agencies whose names or code hold all words of a text, those
// that begin with it first, then by name: at most so many, of those alone that
// may be named.
func (t *Tree) Find(text string, most int, may func(catalog.AgencyCode) bool) []*catalog.Agency {
	words := strings.Fields(thai.Normalize(text))
	begins := func(a *agency) int {
		if len(words) > 0 && (strings.HasPrefix(a.found, words[0]) || strings.Contains(a.found, "\x00"+words[0])) {
			return 0
		}
		return 1
	}
	order := func(a, b *agency) int { return cmp.Or(begins(a)-begins(b), byName(a, b)) }
	var out []*agency // the first of those that were looked at, in their order
	for _, a := range t.agencies {
		if slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(a.found, w) }) {
			continue
		}
		at, _ := slices.BinarySearchFunc(out, a, order)
		if at < most && may(a.Code) {
			out = slices.Insert(out, at, a)[:min(most, len(out)+1)]
		}
	}
	return named(out)
}

// Current is the tree that stands now. It may be used by any number of
// goroutines; each question is answered by one tree.
type Current struct{ tree atomic.Pointer[Tree] }

// Set makes a tree the one that stands.
func (c *Current) Set(t *Tree) { c.tree.Store(t) }

// Tree returns the tree that stands; without any content an empty one.
func (c *Current) Tree() *Tree {
	if t := c.tree.Load(); t != nil {
		return t
	}
	return &Tree{}
}

// Target is Tree.Target of now.
func (c *Current) Target(a catalog.AgencyCode, p catalog.PointCode) (rights.Target, error) {
	return c.Tree().Target(a, p)
}

// Below is Tree.Below of now.
func (c *Current) Below(a catalog.AgencyCode) []catalog.AgencyCode { return c.Tree().Below(a) }

// Folder is Tree.Folder of now.
func (c *Current) Folder(a catalog.AgencyCode) (string, bool) { return c.Tree().Folder(a) }
