// Package folder tells what changed in a folder of files since it was last
// looked at: by size and time, and by hash where these differ.
//
// It knows nothing of what the files are for. What it says is right as long as
// a change of a file's bytes changes its size or its time; a time that is too
// near to be relied on is not.
package folder

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"khumue/internal/fault"
)

// What happened to a path.
type What byte

// The kinds of change.
const (
	Came What = iota
	Changed
	Went
)

// Change is a path whose file came, changed or went. A file in the place of a
// folder is a file that came and files that went.
type Change struct {
	Path string
	What What
}

// settling is how much older than the scan the time of a file has to be for
// size and time to be trusted later. File systems keep times in ticks of up to
// two seconds (FAT); a file that is changed again in the tick in which it was
// read keeps its time, and perhaps its size. So a file is read once more as
// long as its time was so near when its Sum was taken, or even in the future.
// Git's index calls such files racily clean.
const settling = 3 * time.Second

// Hidden is the rule that leaves out names that begin with a dot.
func Hidden(file string, _ bool) bool { return strings.HasPrefix(path.Base(file), ".") }

// Scan lists the folder and tells, in the order of their paths, what changed
// since the old listing. What ignore, which may be nil, says yes to is neither
// listed nor descended into. Links are not followed.
//
// A file with another time and the same Sum is no change. The Sum of a file
// that came or changed is not known until Seal tells it: whoever acts on the
// change reads the file anyway, and only of the bytes that it read can later be
// said that the file is still the same. So a first scan reads no file.
//
// Without an old listing everything came, and no changes are told: Entries
// tells them without holding them all. A listing of another folder is trusted
// for its Sums alone.
func Scan(ctx context.Context, root string, old *Listing, ignore func(path string, dir bool) bool) (*Listing, []Change, error) {
	return scan(ctx, root, old, ignore, time.Now())
}

func scan(ctx context.Context, root string, old *Listing, ignore func(path string, dir bool) bool, now time.Time) (*Listing, []Change, error) {
	abs, err := filepath.Abs(root)
	if err != nil {
		return nil, nil, unreadable(root, err)
	}
	if ignore == nil {
		ignore = func(string, bool) bool { return false }
	}
	s := &scanner{ctx: ctx, root: abs, old: old, ignore: ignore, settled: now.Add(-settling).UnixNano(), known: old != nil && old.root == abs}
	parts, err := s.parts()
	if err != nil {
		return nil, nil, err
	}
	g, ctx := errgroup.WithContext(ctx)
	s.ctx = ctx
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range parts {
		g.Go(parts[i].scan)
	}
	if err := g.Wait(); err != nil {
		return nil, nil, err
	}
	l := &Listing{root: abs}
	var changes []Change
	for _, p := range parts {
		for _, b := range p.packer.done {
			l.files += b.count
		}
		l.blocks, changes = append(l.blocks, p.packer.done...), append(changes, p.changes...)
	}
	return l, changes, nil
}

type scanner struct {
	ctx     context.Context
	root    string
	old     *Listing
	ignore  func(path string, dir bool) bool
	settled int64 // times before this are
	known   bool  // the old listing is of this folder
}

// part is a stretch of the folder in the order of paths, which is scanned by
// one goroutine: some files of one folder, or a folder with all below it. What
// the old listing has from its begin to that of the next part is compared with it.
type part struct {
	*scanner
	begin, end string // end "" is the end
	files      []fs.DirEntry
	folder     string // of the files; or all of it, when there are none. Empty or ending with a slash

	packer  packer
	changes []Change
	was     *cursor
}

// enough is how many parts a folder is divided into, if it has so many
// subfolders: several for each processor, since they are not of one size.
const enough = 64

// deepest is how many levels of folders are divided.
const deepest = 4

// parts divides the folder, level by level.
func (s *scanner) parts() ([]*part, error) {
	parts := []*part{{scanner: s}}
	for range deepest {
		if len(parts) >= enough {
			break
		}
		var finer []*part
		for _, p := range parts {
			if p.files != nil {
				finer = append(finer, p)
				continue
			}
			below, err := s.divide(p.folder)
			if err != nil {
				return nil, err
			}
			finer = append(finer, below...)
		}
		parts = finer
	}
	if len(parts) == 0 { // an empty folder; the old listing may have files
		parts = []*part{{scanner: s, files: []fs.DirEntry{}}}
	}
	parts[0].begin = ""
	for i := range parts[:len(parts)-1] {
		parts[i].end = parts[i+1].begin
	}
	return parts, nil
}

// divide returns the parts of one folder.
func (s *scanner) divide(folder string) (parts []*part, err error) {
	entries, err := s.list(folder)
	if err != nil {
		return nil, err
	}
	for len(entries) > 0 {
		if e := entries[0]; e.IsDir() {
			name := folder + e.Name() + "/"
			parts, entries = append(parts, &part{scanner: s, begin: name, folder: name}), entries[1:]
			continue
		}
		n := slices.IndexFunc(entries, fs.DirEntry.IsDir)
		if n < 0 {
			n = len(entries)
		}
		parts = append(parts, &part{scanner: s, begin: folder + entries[0].Name(), folder: folder, files: entries[:n]})
		entries = entries[n:]
	}
	return parts, nil
}

// list returns what is in a folder and not ignored, in the order of paths. One
// that is gone is empty.
func (s *scanner) list(folder string) ([]fs.DirEntry, error) {
	if err := s.ctx.Err(); err != nil {
		return nil, err
	}
	dir := s.root + string(filepath.Separator) + filepath.FromSlash(folder)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) && folder != "" {
		return nil, nil
	} else if err != nil {
		return nil, unreadable(dir, err)
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return s.ignore(folder+e.Name(), e.IsDir()) })
	slices.SortFunc(entries, byPath)
	return entries, nil
}

// byPath orders entries as the paths of files, and of files below folders, are
// ordered: a folder's name is taken with a slash behind it.
func byPath(a, b fs.DirEntry) int {
	x, y := a.Name(), b.Name()
	n := min(len(x), len(y))
	if c := strings.Compare(x[:n], y[:n]); c != 0 {
		return c
	}
	return int(after(a, x, n)) - int(after(b, y, n))
}

// after returns the byte of the path after the first n of the name.
func after(e fs.DirEntry, name string, n int) byte {
	switch {
	case n < len(name):
		return name[n]
	case e.IsDir():
		return '/'
	}
	return 0
}

func (p *part) scan() error {
	p.was = p.old.first(p.begin)
	how := func() error { return p.entries(p.folder, p.files) }
	if p.files == nil {
		how = func() error { return p.below(p.folder) }
	}
	if err := how(); err != nil {
		return err
	}
	p.gone(p.end)
	p.packer.cut()
	return nil
}

func (p *part) below(folder string) error {
	entries, err := p.list(folder)
	if err != nil {
		return err
	}
	return p.entries(folder, entries)
}

func (p *part) entries(folder string, entries []fs.DirEntry) error {
	for _, e := range entries {
		name := folder + e.Name()
		if e.IsDir() {
			if err := p.below(name + "/"); err != nil {
				return err
			}
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return unreadable(filepath.Join(p.root, filepath.FromSlash(name)), err)
		}
		p.file(name, info)
	}
	return nil
}

// gone tells that all of the old listing before a path, or up to its end, went.
func (p *part) gone(path string) {
	for ; !p.was.done() && (path == "" || string(p.was.path) < path); p.was.next() {
		p.changes = append(p.changes, Change{string(p.was.path), Went})
	}
}

// file lists one file and compares it with what the old listing has.
func (p *part) file(name string, info fs.FileInfo) {
	now := packed{kind: kindOf(info.Mode()), size: info.Size(), nano: info.ModTime().UnixNano()}
	now.settled = now.nano < p.settled
	p.gone(name)
	var sum Sum
	switch {
	case p.was.done() || string(p.was.path) != name:
		if p.old != nil {
			p.changes = append(p.changes, Change{name, Came})
		}
	case p.same(name, now):
		sum = p.was.sum()
		p.was.next()
	default:
		p.changes = append(p.changes, Change{name, Changed})
		p.was.next()
	}
	p.packer.add(name, now, sum)
}

// same reports whether a file is what the old listing has at its place.
func (p *part) same(name string, now packed) bool {
	was := p.was.packed
	switch {
	case was.kind != now.kind || was.size != now.size:
		return false
	case p.known && (was.settled || now.kind != File) && was.nano == now.nano:
		return true
	case now.kind != File || p.was.sum() == Sum{}:
		return false
	}
	sum, err := p.read(name)
	return err == nil && sum == p.was.sum() // who reads what cannot be read will tell of it
}

func (p *part) read(name string) (Sum, error) {
	f, err := os.Open(filepath.Join(p.root, filepath.FromSlash(name)))
	if err != nil {
		return Sum{}, err
	}
	defer f.Close()
	return sumOf(f)
}

func kindOf(m fs.FileMode) Kind {
	switch {
	case m.IsRegular():
		return File
	case m&fs.ModeSymlink != 0:
		return Link
	}
	return Other
}

func unreadable(path string, err error) error {
	return fault.New(fault.Unavailable, fault.Textf("อ่าน %s ไม่ได้", "cannot read %s", path)).Because(err)
}
