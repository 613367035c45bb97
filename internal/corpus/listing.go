package corpus

import (
	"errors"
	"fmt"
	"hash/maphash"
	"io/fs"
	"iter"
	"path"
	"strings"

	"khumue/internal/fault"
)

// Listing is what a walk of the agencies found. A nation has two million
// content files, so of each only the folder that it stands in and its
// identifier are held, in some thirty bytes; they are numbered in the order in
// which they were added.
type Listing struct {
	Attachments []string
	Problems    fault.Problems // files that nothing expects

	folders []string          // of agencies; the first is none
	numbers map[string]uint32 // of folders
	entries []place
	names   []byte // of all entries, one behind the other

	seed  maphash.Seed
	slots []uint32 // a table by hash of the names: numbers and one; 0 is free
}

// place is where a content file stands: of an agency the folder alone tells, of what
// belongs to no agency the name is the path.
type place struct {
	folder, name uint32 // name: where it begins
	home         uint8  // place in homes and one; 0 where folder or name tells all
}

// List finds the content files of all agencies without reading them, in the
// order of their paths.
func List(files fs.FS) (*Listing, error) {
	root := strings.TrimSuffix(agenciesDir, "/")
	if s, ok := files.(surveyed); ok {
		l := &Listing{}
		for p, mode := range s.Below(root) {
			l.Add(p, mode)
		}
		if l.Len() > 0 {
			return l, nil
		}
	}
	return list(files, root, nil)
}

// surveyed is a file system that was walked already: it names what stands below
// a folder, in the order of the paths and without what Ignored reports, with its
// type. Where it names no content file, it may not have been walked.
type surveyed interface {
	Below(folder string) iter.Seq2[string, fs.FileMode]
}

// list walks below a folder, which need not be there, and leaves out what skip
// reports.
func list(files fs.FS, root string, skip func(string) bool) (*Listing, error) {
	l := &Listing{}
	err := fs.WalkDir(files, root, func(p string, e fs.DirEntry, err error) error {
		switch {
		case p == root && errors.Is(err, fs.ErrNotExist):
			return fs.SkipAll
		case err != nil:
			return err
		case e.IsDir() && (Ignored(p) || skip != nil && skip(p)):
			return fs.SkipDir
		case e.IsDir() || Ignored(p):
			return nil
		}
		l.Add(p, e.Type())
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("content: %w", err)
	}
	return l, nil
}

// Add notes what stands at a path.
func (l *Listing) Add(p string, mode fs.FileMode) {
	f, known := FileAt(p)
	switch {
	case !mode.IsRegular():
		l.wrong(p, fault.Text{TH: "ไม่ใช่ไฟล์ธรรมดา", EN: "not a regular file"}, fault.Text{TH: "วางไฟล์จริงแทนลิงก์", EN: "put the file itself here, not a link"})
	case known:
		l.add(f)
	case IsAttachment(p):
		l.Attachments = append(l.Attachments, p)
	default:
		l.wrong(p, fault.Text{TH: "ไม่รู้จักไฟล์นี้", EN: "no content file is expected here"}, misplaced(p))
	}
}

func (l *Listing) add(f File) {
	e := place{name: uint32(len(l.names))}
	name, dir := f.Path, ""
	if f.Kind == AgencyFile {
		name, dir = "", path.Dir(f.Path)
	}
	for i, h := range homes {
		if h.kind == f.Kind {
			name, e.home = f.Name, uint8(i+1)
			dir = f.Path[:len(f.Path)-len("/"+h.dir+"/"+f.Name+h.ending)]
		}
	}
	e.folder = l.folderOf(dir)
	l.names = append(l.names, name...)
	l.entries = append(l.entries, e)
}

// folderOf returns the number of an agency's folder; "" is none.
func (l *Listing) folderOf(dir string) uint32 {
	if l.numbers == nil {
		l.folders, l.numbers = []string{""}, map[string]uint32{"": 0}
	}
	n, known := l.numbers[dir]
	if !known {
		n = uint32(len(l.folders))
		dir = strings.Clone(dir)
		l.folders = append(l.folders, dir)
		l.numbers[dir] = n
	}
	return n
}

func (l *Listing) wrong(p string, what, hint fault.Text) {
	l.Problems = append(l.Problems, fault.Problem{File: p, Severity: fault.Wrong, What: what, Hint: hint})
}

// misplaced guesses what a stray file was meant to be.
func misplaced(p string) fault.Text {
	names := []string{"agency.yaml", "manual.md", "site.yaml", "catalog.yaml", "synonyms.yaml"}
	if near := fault.Nearest(path.Base(p), names); near != "" {
		return fault.Textf("หมายถึง %s หรือไม่ และวางในโฟลเดอร์ที่ถูกต้องหรือไม่", "did you mean %s, and is it in the right folder?", near)
	}
	return fault.Text{TH: "ดู doc/content-format.md ว่าไฟล์ใดอยู่ที่ใด หรือขึ้นต้นชื่อด้วยจุดเพื่อไม่ให้อ่าน", EN: "doc/content-format.md says what stands where; a name that begins with a dot is not read"}
}

// Len is the number of content files.
func (l *Listing) Len() int { return len(l.entries) }

// Path returns where a file stands.
func (l *Listing) Path(n int) string {
	e := l.entries[n]
	switch {
	case e.home > 0:
		h := homes[e.home-1]
		return l.folders[e.folder] + "/" + h.dir + "/" + string(l.name(n)) + h.ending
	case e.folder > 0:
		return l.folders[e.folder] + "/agency.yaml"
	}
	return string(l.name(n))
}

// At returns a file.
func (l *Listing) At(n int) File {
	f, _ := FileAt(l.Path(n))
	return f
}

// Files returns all files.
func (l *Listing) Files() []File {
	out := make([]File, l.Len())
	for n := range out {
		out[n] = l.At(n)
	}
	return out
}

// Kind returns the kind of a file that belongs to an agency.
func (l *Listing) Kind(n int) Kind {
	if e := l.entries[n]; e.home > 0 {
		return homes[e.home-1].kind
	}
	return AgencyFile
}

// Name returns the identifier that a file of an agency must hold. It is not to
// be changed.
func (l *Listing) Name(n int) []byte {
	if e := l.entries[n]; e.home == 0 && e.folder > 0 {
		return []byte(path.Base(l.folders[e.folder]))
	}
	return l.name(n)
}

func (l *Listing) name(n int) []byte {
	end := uint32(len(l.names))
	if n+1 < len(l.entries) {
		end = l.entries[n+1].name
	}
	return l.names[l.entries[n].name:end:end]
}

// Index makes identifiers known to Find once all files are there, and returns
// the files whose identifier is that of an earlier one.
func (l *Listing) Index() (twice []int) {
	size := 1
	for size < l.Len()*4/3+1 {
		size *= 2
	}
	l.seed, l.slots, l.numbers = maphash.MakeSeed(), make([]uint32, size), nil
	for n := range l.entries {
		slot, taken := l.slot(maphash.Bytes(l.seed, l.Name(n)), func(other int) bool { return string(l.Name(other)) == string(l.Name(n)) })
		if taken {
			twice = append(twice, n)
			continue
		}
		l.slots[slot] = uint32(n + 1)
	}
	return twice
}

// Find returns the first file of an identifier.
func (l *Listing) Find(id string) (n int, there bool) {
	slot, there := l.slot(maphash.String(l.seed, id), func(n int) bool { return string(l.Name(n)) == id })
	return int(l.slots[slot]) - 1, there
}

// slot returns where the file is noted that is, or where there is room for it.
func (l *Listing) slot(hash uint64, is func(n int) bool) (slot uint64, there bool) {
	last := uint64(len(l.slots) - 1)
	for slot = hash & last; l.slots[slot] > 0; slot = (slot + 1) & last {
		if is(int(l.slots[slot]) - 1) {
			return slot, true
		}
	}
	return slot, false
}
