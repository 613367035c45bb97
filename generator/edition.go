package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

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
	return &edition{name, repo.FS(commit.Tree), repo, id.String(), commit.Committer.At}, nil
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
	return &edition{name: dir, files: os.DirFS(dir)}, nil
}

// read reads all of the content into memory.
func (e *edition) read() (*corpus.Portal, fault.Problems, error) { return corpus.Read(e.files) }

// Files returns the content.
func (e *edition) Files() fs.FS { return e.files }

// Since lists what differs from the content that a mark describes.
func (e *edition) Since(ctx context.Context, mark []byte) (changed []string, ok bool, err error) {
	return nil, false, nil
}

// Mark describes the content.
func (e *edition) Mark(dir string) ([]byte, error) { return nil, nil }

// changed is when the content last changed.
func (e *edition) changed() time.Time {
	if e.repo != nil {
		return e.at
	}
	return newest(e.name)
}

// close ends the reading; nothing follows from how it went.
func (e *edition) close() {
	if e.repo != nil {
		_ = e.repo.Close()
	}
}

// newest is when a file of a folder last changed.
func newest(dir string) time.Time {
	var last time.Time
	_ = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return nil //nolint:nilerr // what cannot be read has no time; reading it tells
		}
		if info, err := e.Info(); err == nil && info.ModTime().After(last) {
			last = info.ModTime()
		}
		return nil
	})
	return last
}
