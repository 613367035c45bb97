package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"time"

	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/door"
	"khumue/syncd/internal/office"
	"khumue/syncd/internal/pages"
	"khumue/syncd/internal/rebuild"
)

// localSignIn is the sign-in by the passphrases of a machine.
type localSignIn struct {
	door   *door.Server
	office *office.Office
}

var _ pages.Provider = localSignIn{}

// Name is that of the provider.
func (localSignIn) Name() string { return office.Here }

// Label is what people call it.
func (localSignIn) Label() fault.Text {
	return fault.Text{TH: "รหัสผ่านของเครื่องนี้", EN: "the passphrase of this machine"}
}

// Begin begins a sign-in.
func (l localSignIn) Begin(_ context.Context, redirect string) (string, pages.Pending, error) {
	to, state := l.door.Begin(redirect)
	return to, pages.Pending{State: state}, nil
}

// Finish ends it.
func (l localSignIn) Finish(ctx context.Context, _ string, begun pages.Pending, back url.Values) (pages.Arrived, error) {
	id, err := l.door.Finish(begun.State, back)
	if err != nil {
		return pages.Arrived{}, err
	}
	r := l.office.Rooms()
	if r == nil {
		return pages.Arrived{}, l.Up(ctx)
	}
	who, err := r.Recognise(ctx, id)
	return pages.Arrived{Identity: who}, err
}

// LogoutURL is nowhere.
func (localSignIn) LogoutURL(string, string) string { return "" }

// RegisterURL is nowhere.
func (localSignIn) RegisterURL() string { return "" }

// Origins are none but the back office's own.
func (localSignIn) Origins() []string { return nil }

// Up tells whether the machine is unlocked.
func (l localSignIn) Up(context.Context) error {
	if l.office.Rooms() == nil {
		return fault.New(fault.Unavailable, fault.Text{TH: "เครื่องนี้ล็อกอยู่", EN: "this machine is locked"})
	}
	return nil
}

// lobby keeps a folder at what is published, for the generator, which reads files.
type lobby struct {
	repo *gitrepo.Repository
	dir  string
	wake chan struct{}

	tree gitrepo.Hash // that the folder has; none before the first
}

// ask has the site built of what is published now.
func (l *lobby) ask() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// copyAgainEvery is how often a copy is tried again that failed, as while another program
// holds a file.
const copyAgainEvery = 30 * time.Second

// run copies and asks for builds until ctx ends.
func (l *lobby) run(ctx context.Context, builds *rebuild.Queue, log *slog.Logger) {
	again := time.NewTicker(copyAgainEvery)
	defer again.Stop()
	failed := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-again.C:
			if !failed {
				continue
			}
		case <-l.wake:
		}
		err := l.copy(ctx)
		if failed = err != nil; failed {
			if ctx.Err() == nil {
				log.Error("the office's copy of the site is made later", "error", err)
			}
			continue
		}
		builds.Ask()
	}
}

// siteFile says of the whole site where its pages find the daemon.
const siteFile = "site.yaml"

var serviceLine = regexp.MustCompile(`(?m)^service:.*(\n|\z)`)

// withoutService has pages speak to the machine that they come from: another may not be
// reached from here.
func withoutService(site []byte) []byte { return serviceLine.ReplaceAll(site, nil) }

// copy writes the files that differ and removes those that are gone.
func (l *lobby) copy(ctx context.Context) error {
	_, main, err := l.repo.Resolve(gitrepo.Main)
	if err != nil || main.Tree == l.tree {
		return err
	}
	if err := os.MkdirAll(l.dir, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(l.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	wanted := map[string]bool{".": true}
	files := l.repo.FS(main.Tree)
	err = fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err = errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		wanted[name] = true
		if e.IsDir() || !e.Type().IsRegular() {
			return nil
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if name == siteFile {
			data = withoutService(data)
		}
		if there, err := root.ReadFile(filepath.FromSlash(name)); err == nil && string(there) == string(data) {
			return nil
		}
		return errors.Join(root.MkdirAll(filepath.FromSlash(path.Dir(name)), 0o700), root.WriteFile(filepath.FromSlash(name), data, 0o600))
	})
	if err != nil {
		return err
	}
	err = fs.WalkDir(root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || wanted[name] {
			return err
		}
		if err := root.RemoveAll(filepath.FromSlash(name)); err != nil || !e.IsDir() {
			return err
		}
		return fs.SkipDir
	})
	if err == nil {
		l.tree = main.Tree
	}
	return err
}

// site is the folder of the office's copy of the site.
func (n *node) site() string { return filepath.Join(n.work, "site") }
