package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/syncd/internal/config"
	"khumue/syncd/internal/structure"
	"khumue/syncd/internal/testimony"
)

type beginCommand struct {
	settings
	Folder string `arg:"" help:"โฟลเดอร์เนื้อหา · Folder of the content." type:"path"`
}

// Run makes the repository of the content, which must not be there yet.
func (c *beginCommand) Run(s streams) error {
	cfg, err := c.read(s)
	if err != nil {
		return err
	}
	if gitrepo.Is(cfg.Content) {
		return fault.New(fault.Conflict, fault.Textf("มีคลังเนื้อหา %s อยู่แล้ว", "the repository %s is there already", cfg.Content),
			fault.Text{TH: "ระบุที่อื่นด้วย content ใน syncd.yaml หรือย้ายคลังเดิมออกก่อน", EN: "name another place as content in syncd.yaml, or move that one away first"})
	}
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return fault.New(fault.Unavailable, fault.Textf("สร้างโฟลเดอร์ %s ไม่ได้", "the folder %s can not be made", cfg.Data)).Because(err)
	}
	if err := importContent(c.Folder, cfg, time.Now()); err != nil {
		return err
	}
	key, err := testimony.Open(cfg.Data)
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out, key.Key().Fingerprint())
	fmt.Fprintf(s.err, "สำรอง %s ไว้ที่ปลอดภัย และเผยแพร่ลายนิ้วมือนี้ · keep a copy of %s in a safe place, and publish this fingerprint\n",
		testimony.KeyFile, testimony.KeyFile)
	return nil
}

// importContent makes the bare repository of a folder of content, in one signed
// commit, and the key for it where there is none. A repository that is there
// already is left as it is. A crash leaves no half of one.
func importContent(content string, cfg config.Config, at time.Time) error {
	repo := cfg.Content
	if gitrepo.Is(repo) {
		return nil
	}
	if _, err := os.Stat(filepath.Join(content, "site.yaml")); err != nil {
		return fault.New(fault.NotFound, fault.Textf("ไม่พบเนื้อหาใน %s", "%s holds no content", content),
			fault.Text{TH: "ระบุโฟลเดอร์ที่มี site.yaml ด้วย --content", EN: "name the folder that has site.yaml with --content"}).Because(err)
	}
	key, err := testimony.Make(cfg.Data, rand.Reader)
	if err != nil {
		return err
	}
	part := repo + ".part"
	if err := os.RemoveAll(part); err != nil {
		return err
	}
	r, err := gitrepo.Init(part)
	if err != nil {
		return err
	}
	err = commitFolder(r, os.DirFS(content), at, key)
	if err = errors.Join(err, r.Close()); err != nil {
		return err
	}
	return os.Rename(part, repo)
}

// commitFolder commits files as the first commit of main, which testifies that
// they are from before there were approvals.
func commitFolder(r *gitrepo.Repository, files fs.FS, at time.Time, key *proof.Signer) error {
	pack, err := r.NewPack()
	if err != nil {
		return err
	}
	defer pack.Abort()
	tree, err := pack.AddFS(files, corpus.Ignored)
	if err != nil {
		return err
	}
	message, err := proof.Trailers{Stage: proof.Bootstrap}.Message("Import of the content")
	if err != nil {
		return err
	}
	who := gitrepo.Person{Name: "khumue", Email: "khumue@users.invalid", At: at}
	first := gitrepo.Change{Tree: tree, Author: who, Committer: who, Message: message}
	sealed, err := proof.Seal(first.Append(nil), key)
	if err != nil {
		return err
	}
	commit, err := pack.Add(gitrepo.Commit, sealed)
	if err != nil {
		return err
	}
	if err := pack.Close(); err != nil {
		return err
	}
	return r.Refs().Begin(map[string]gitrepo.Hash{gitrepo.Main: commit})
}

// follower keeps what the daemon knows of the content at what main names. Whoever
// has moved main may have it look at once.
type follower struct {
	repo    *gitrepo.Repository
	current *structure.Current
	changed func(at gitrepo.Hash) // told after each change, and at the start; nil: nobody is
	log     *slog.Logger

	told gitrepo.Hash // of main, as changed heard of it

	mu   sync.Mutex
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
		at, err := f.look()
		switch {
		case err == nil:
			failed = ""
			f.tell(at)
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

// tell says where main is, where that was not said yet.
func (f *follower) tell(at gitrepo.Hash) {
	if at != f.told {
		f.told = at
		if f.changed != nil {
			f.changed(at)
		}
	}
}

// landed looks at once, so that the next page of who changed an agency shows it, and
// that of who comes first too. What fails is tried again at the next tick.
func (f *follower) landed() {
	if _, err := f.look(); err != nil {
		f.log.Error("the content can not be read", "error", err)
	}
}

// look reads the structure when main has moved, and returns where that is.
func (f *follower) look() (gitrepo.Hash, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	at, err := f.repo.Refs().Get(gitrepo.Main)
	if err != nil || at == f.at {
		return at, err
	}
	change, err := f.repo.Commit(at)
	if err != nil {
		return at, err
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
		return at, err
	}
	f.current.Set(next)
	f.at, f.tree = at, change.Tree
	return at, nil
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
