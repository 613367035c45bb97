package main

import (
	"bufio"
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"khumue/generator/internal/folder"
	"khumue/generator/internal/site"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
)

// edition is the content as one build or check reads it: a folder as it is now,
// or a commit.
type edition struct {
	name   string // of the folder or repository
	files  fs.FS
	repo   *gitrepo.Repository // nil for a folder
	commit string              // empty for a folder
	at     time.Time           // of the commit
	tree   gitrepo.Hash        // of the commit
	past   *archive            // of a repository

	// Of a folder, once it was looked at:
	listing *folder.Listing
	sealing sync.Mutex      // one file may be read twice at a time
	before  *folder.Listing // nil when there is none
	was     string          // the file that holds it
}

// openEdition opens the content of a folder, or of a bare repository at a ref;
// "" means main. A folder has no ref.
func openEdition(name, ref string) (*edition, error) {
	if !gitrepo.Is(name) {
		if ref != "" {
			return nil, fault.New(fault.NotFound, fault.Textf("%s ไม่ใช่คลัง git จึงไม่มี %s", "%s is not a git repository, so there is no %s", name, ref),
				fault.Text{TH: "ระบุคลัง git แบบ bare ด้วย --content หรือไม่ใช้ --ref", EN: "name a bare repository with --content, or leave --ref out"})
		}
		return openFolder(name)
	}
	repo, err := gitrepo.Open(name)
	if err != nil {
		return nil, err
	}
	if ref == "" {
		ref = "main"
	}
	id, commit, err := repo.Resolve(ref)
	if err != nil {
		return nil, errors.Join(err, repo.Close())
	}
	return &edition{name: name, files: repo.FS(commit.Tree), repo: repo, commit: id.String(), at: commit.Committer.At, tree: commit.Tree,
		past: &archive{repo: repo, tip: id, tree: commit.Tree}}, nil
}

// openFolder opens the content of a folder; that it is missing, or a
// repository, is wrong input.
func openFolder(dir string) (*edition, error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, fault.New(fault.NotFound, fault.Textf("ไม่พบโฟลเดอร์เนื้อหา %s", "there is no content folder %s", dir),
			fault.Text{TH: "ระบุด้วย --content", EN: "name it with --content"})
	}
	if gitrepo.Is(dir) {
		return nil, fault.New(fault.NotFound, fault.Textf("%s เป็นคลัง git ไม่ใช่โฟลเดอร์ที่แก้ไขได้", "%s is a git repository, not a folder to edit", dir),
			fault.Text{TH: "ใช้ git clone แล้วระบุโฟลเดอร์ที่ได้", EN: "clone it and name the clone's folder"})
	}
	e := &edition{name: dir}
	e.files = sealed{os.DirFS(dir), e}
	return e, nil
}

// read reads all of the content into memory.
func (e *edition) read() (*corpus.Portal, fault.Problems, error) { return corpus.Read(e.files) }

// Files returns the content.
func (e *edition) Files() fs.FS { return e.files }

// Since lists what differs from the content that a mark describes: of a
// repository by its trees, of a folder by the listing that the mark names.
func (e *edition) Since(ctx context.Context, dir string, mark []byte) (changed []string, ok bool, err error) {
	kind, old, _ := strings.Cut(string(mark), " ")
	if e.repo != nil {
		if kind != "git" {
			return nil, false, nil
		}
		return e.differences(old)
	}
	if kind != "folder" {
		old = ""
	}
	return e.scan(ctx, dir, old)
}

// differences compares trees.
func (e *edition) differences(old string) (changed []string, ok bool, err error) {
	from, err := gitrepo.ParseHash(old)
	if err != nil {
		return nil, false, nil // a mark that is none is as good as none
	}
	for d, err := range e.repo.Diff(from, e.tree) {
		if errors.Is(err, fault.NotFound) {
			return nil, false, nil // history was rewritten
		}
		if err != nil {
			return nil, false, err
		}
		changed = append(changed, d.Path)
	}
	return changed, true, nil
}

// scan looks at the folder, beside what the listing in a file says of it.
func (e *edition) scan(ctx context.Context, dir, name string) (changed []string, ok bool, err error) {
	var old *folder.Listing
	if name != "" && name == filepath.Base(name) {
		if f, err := os.Open(filepath.Join(dir, name)); err == nil {
			old, err = folder.Read(bufio.NewReaderSize(f, 1<<20))
			f.Close()
			if err != nil {
				old = nil
			}
		}
	}
	listing, changes, err := folder.Scan(ctx, e.name, old, func(p string, _ bool) bool { return corpus.Ignored(p) })
	if err != nil {
		return nil, false, err
	}
	e.listing, e.was, e.before = listing, name, old
	for _, c := range changes {
		changed = append(changed, c.Path)
	}
	return changed, old != nil, nil
}

// Mark describes the content: the tree of a commit, or a listing of the folder
// that it leaves in dir.
func (e *edition) Mark(dir string) ([]byte, error) {
	if e.repo != nil {
		return []byte("git " + e.tree.String()), nil
	}
	if e.before != nil && e.listing.Equal(e.before) {
		return []byte("folder " + e.was), nil
	}
	f, err := os.CreateTemp(dir, "folder-*")
	if err != nil {
		return nil, err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	if err := errors.Join(e.listing.Write(w), w.Flush(), f.Sync(), f.Close()); err != nil {
		return nil, err
	}
	name := filepath.Base(f.Name())
	e.tidy(dir, name)
	return []byte("folder " + name), nil
}

// tidy removes listings but for a new one and the one that the live site may
// still name.
func (e *edition) tidy(dir, name string) {
	all, err := filepath.Glob(filepath.Join(dir, "folder-*"))
	if err != nil {
		return // there is no bad pattern
	}
	for _, p := range all {
		if base := filepath.Base(p); base != name && base != e.was {
			_ = os.Remove(p)
		}
	}
}

// archive is the history of the content; nil of a folder.
func (e *edition) archive() site.Archive {
	if e.past == nil {
		return nil
	}
	return e.past
}

// changed is when the content last changed.
func (e *edition) changed() time.Time {
	if e.repo != nil {
		return e.at
	}
	var last time.Time
	for entry := range e.listing.Entries() {
		if entry.Time.After(last) {
			last = entry.Time
		}
	}
	return last
}

// sealed is a folder whose listing learns what was read.
type sealed struct {
	fs.FS
	e *edition
}

// ReadFile reads a content file, and of one that is too large no more than
// tells so.
func (s sealed) ReadFile(name string) ([]byte, error) { return s.AppendFile(nil, name) }

// AppendFile is ReadFile behind what b holds.
func (s sealed) AppendFile(b []byte, name string) ([]byte, error) {
	local, err := filepath.Localize(name)
	if err != nil {
		return b, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	out, err := folder.Append(b, filepath.Join(s.e.name, local), corpus.MaxFile+1)
	if err != nil {
		if at, ok := errors.AsType[*fs.PathError](err); ok {
			at.Path = name // as every file system here tells it
		}
		return b, err
	}
	if data := out[len(b):]; s.e.listing != nil && len(data) <= corpus.MaxFile {
		sum := folder.SumOf(data)
		s.e.sealing.Lock()
		defer s.e.sealing.Unlock()
		s.e.listing.Seal(name, sum)
	}
	return out, nil
}

// Below names what was found below a folder when it was looked at: nothing when
// it was not yet.
func (s sealed) Below(dir string) iter.Seq2[string, fs.FileMode] {
	return func(yield func(string, fs.FileMode) bool) {
		for entry := range s.e.listing.Below(dir) {
			if !yield(entry.Path, entry.Kind.Mode()) {
				return
			}
		}
	}
}

// Lstat describes what stands at a path; of a link, the link.
func (s sealed) Lstat(name string) (fs.FileInfo, error) { return fs.Lstat(s.FS, name) }

// ReadLink returns where a link leads.
func (s sealed) ReadLink(name string) (string, error) { return fs.ReadLink(s.FS, name) }

// close ends the reading; nothing follows from how it went.
func (e *edition) close() {
	if e.repo != nil {
		_ = e.repo.Close()
	}
}
