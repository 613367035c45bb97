package main

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/structure"
)

// importContent makes a bare repository of a folder of content, in one commit.
// A repository that is there already is left as it is. A crash leaves no half
// of one.
func importContent(content, repo string, at time.Time) error {
	if gitrepo.Is(repo) {
		return nil
	}
	if _, err := os.Stat(filepath.Join(content, "site.yaml")); err != nil {
		return fault.New(fault.NotFound, fault.Textf("ไม่พบเนื้อหาใน %s", "%s holds no content", content),
			fault.Text{TH: "ระบุโฟลเดอร์ที่มี site.yaml ด้วย --content", EN: "name the folder that has site.yaml with --content"}).Because(err)
	}
	part := repo + ".part"
	if err := os.RemoveAll(part); err != nil {
		return err
	}
	r, err := gitrepo.Init(part)
	if err != nil {
		return err
	}
	err = commitFolder(r, os.DirFS(content), at)
	if err = errors.Join(err, r.Close()); err != nil {
		return err
	}
	return os.Rename(part, repo)
}

// commitFolder commits files as the first commit of main.
func commitFolder(r *gitrepo.Repository, files fs.FS, at time.Time) error {
	pack, err := r.NewPack()
	if err != nil {
		return err
	}
	tree, err := pack.AddFS(files, corpus.Ignored)
	if err != nil {
		pack.Abort()
		return err
	}
	who := gitrepo.Person{Name: "khumue", Email: "khumue@users.invalid", At: at}
	first := gitrepo.Change{Tree: tree, Author: who, Committer: who, Message: "Import of the content\n"}
	commit, err := pack.Add(gitrepo.Commit, first.Append(nil))
	if err != nil {
		pack.Abort()
		return err
	}
	if err := pack.Close(); err != nil {
		return err
	}
	return r.Refs().Begin(map[string]gitrepo.Hash{gitrepo.Main: commit})
}

// follower keeps what the daemon knows of the content at what main names.
type follower struct {
	repo    *gitrepo.Repository
	current *structure.Current
	changed func() // told after each change, and at the start
	log     *slog.Logger

	at   gitrepo.Hash // of main
	tree gitrepo.Hash // of the commit
}

// lookEvery is how often main is looked at for changes from outside, such as a
// restored or mirrored repository.
const lookEvery = time.Second

// follow looks at main until the context ends. What fails is logged once and
// tried again.
func (f *follower) follow(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	failed := ""
	for {
		err := f.look()
		switch {
		case err == nil:
			failed = ""
		case err.Error() != failed:
			failed = err.Error()
			f.log.Error("the content can not be read", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// look reads the structure when main has moved.
func (f *follower) look() error {
	at, err := f.repo.Refs().Get(gitrepo.Main)
	if err != nil || at == f.at {
		return err
	}
	change, err := f.repo.Commit(at)
	if err != nil {
		return err
	}
	files := f.repo.FS(change.Tree)
	var next *structure.Tree
	if f.tree.IsZero() {
		next, err = structure.Read(files)
	} else {
		next, err = f.current.Tree().Next(files, f.paths(change.Tree))
		if errors.Is(err, fault.NotFound) { // history was rewritten and the old tree is gone
			next, err = structure.Read(files)
		}
	}
	if err != nil {
		return err
	}
	f.current.Set(next)
	f.at, f.tree = at, change.Tree
	f.changed()
	return nil
}

// paths tells which files differ from those that were read.
func (f *follower) paths(tree gitrepo.Hash) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for d, err := range f.repo.Diff(f.tree, tree) {
			if !yield(d.Path, err) {
				return
			}
		}
	}
}
