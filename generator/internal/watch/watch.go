// Package watch knows what happens while an author works: which files change,
// and who is looking at the site on this machine.
//
// Run tells when files have changed and come to rest. Server shows a site from
// its folder as a good web server would, and through Live it tells the pages
// that are open when they were built anew and what is wrong with the content.
// What a change means is the caller's: the package builds nothing.
package watch

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"

	"khumue/internal/fault"
)

// Run watches folders and all below them until ctx ends, and then returns nil.
// When files changed and for the duration settle no more did, it calls onChange
// with their paths, each below one of the roots, sorted. A root itself stands
// for "anything in it". Files that change all the time are told after twenty
// times settle. One call is made at a time, and none outlives Run.
//
// Names that begin with a dot, and what editors write beside a file, are
// nobody's content and are not told.
func Run(ctx context.Context, roots []string, settle time.Duration, onChange func(paths []string)) error {
	t, err := newTree(roots)
	if err != nil {
		return err
	}
	return t.run(ctx, settle, onChange)
}

func (t *tree) run(ctx context.Context, settle time.Duration, onChange func([]string)) error {
	defer t.watcher.Close()
	ctx, cancel := context.WithCancel(ctx)
	changed := make(chan string)
	done := make(chan struct{})
	go func() {
		defer close(done)
		gather(ctx, changed, settle, onChange)
	}()
	err := t.listen(ctx, changed)
	cancel()
	<-done
	return err
}

// patience is how many times settle a change waits at most.
const patience = 20

// gather collects changes until they come to rest.
func gather(ctx context.Context, changed <-chan string, settle time.Duration, onChange func([]string)) {
	pending := map[string]bool{}
	quiet, late := time.NewTimer(0), time.NewTimer(0)
	quiet.Stop()
	late.Stop()
	idle := make(chan struct{}, 1)
	busy, due := false, false
	for {
		select {
		case <-ctx.Done():
			if busy {
				<-idle
			}
			return
		case path := <-changed:
			if len(pending) == 0 {
				late.Reset(patience * settle)
			}
			pending[path] = true
			quiet.Reset(settle)
		case <-quiet.C:
			due = true
		case <-late.C:
			due = true
		case <-idle:
			busy = false
		}
		if !due || busy || len(pending) == 0 {
			continue
		}
		paths := slices.Sorted(maps.Keys(pending))
		clear(pending)
		quiet.Stop()
		late.Stop()
		busy, due = true, false
		go func() {
			onChange(paths)
			idle <- struct{}{}
		}()
	}
}

// tree is the folders that are watched.
type tree struct {
	watcher *fsnotify.Watcher
	roots   []string
	folders map[string]bool
}

func newTree(roots []string) (*tree, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, tooMany(err)
	}
	t := &tree{watcher: w, roots: roots, folders: map[string]bool{}}
	for _, root := range roots {
		if err := t.addRoot(root); err != nil {
			return nil, errors.Join(err, w.Close())
		}
	}
	return t, nil
}

func (t *tree) addRoot(root string) error {
	info, err := os.Stat(root)
	if err != nil || !info.IsDir() {
		return fault.New(fault.Invalid, fault.Textf(
			"ไม่มีโฟลเดอร์ %s ให้เฝ้าดู", "there is no folder %s to watch", root)).Because(err)
	}
	return t.add(root, func(string) {})
}

// add watches a folder and those below, and tells the files that it meets:
// whatever was made before the watch began would not be told otherwise.
func (t *tree) add(dir string, tell func(string)) error {
	if err := t.watcher.Add(dir); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // gone again
		}
		return tooMany(err)
	}
	t.folders[dir] = true
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		name := filepath.Join(dir, e.Name())
		switch {
		case ignored(e.Name()):
		case e.IsDir():
			if err := t.add(name, tell); err != nil {
				return err
			}
		default:
			tell(name)
		}
	}
	return nil
}

// listen turns events into paths that changed.
func (t *tree) listen(ctx context.Context, changed chan<- string) error {
	tell := func(path string) {
		select {
		case changed <- path:
		case <-ctx.Done():
		}
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case e := <-t.watcher.Events:
			if err := t.event(e, tell); err != nil {
				return err
			}
		case err := <-t.watcher.Errors:
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				return err
			}
			if err := t.again(tell); err != nil {
				return err
			}
		}
	}
}

func (t *tree) event(e fsnotify.Event, tell func(string)) error {
	if e.Op == fsnotify.Chmod || ignored(filepath.Base(e.Name)) && !t.folders[e.Name] {
		return nil
	}
	if e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename) {
		t.forget(e.Name)
	}
	if e.Has(fsnotify.Create) {
		if info, err := os.Lstat(e.Name); err == nil && info.IsDir() {
			return t.add(e.Name, tell)
		}
	}
	if e.Op == fsnotify.Write && t.folders[e.Name] {
		return nil // some systems tell of a folder what they tell of its files too
	}
	tell(e.Name)
	return nil
}

// forget drops a folder that went, and those that were below it.
func (t *tree) forget(dir string) {
	if !t.folders[dir] {
		return
	}
	for name := range t.folders {
		if name == dir || strings.HasPrefix(name, dir+string(filepath.Separator)) {
			delete(t.folders, name)
			_ = t.watcher.Remove(name) // it may have gone with its folder
		}
	}
}

// again looks at everything, after so many changes that some were lost.
func (t *tree) again(tell func(string)) error {
	for _, root := range t.roots {
		if err := t.add(root, func(string) {}); err != nil {
			return err
		}
		tell(root)
	}
	return nil
}

// ignored reports names that are not an author's file: hidden ones, and what
// editors and office programs keep beside a file while it is open.
func ignored(name string) bool {
	switch {
	case strings.HasPrefix(name, "."), strings.HasPrefix(name, "~$"), strings.HasPrefix(name, "#"):
		return true
	case strings.HasSuffix(name, "~"), strings.HasSuffix(name, "#"), strings.Contains(name, "___jb_"):
		return true
	case name == "4913", name == "Thumbs.db", name == "desktop.ini", name == "node_modules":
		return true
	}
	switch strings.ToLower(filepath.Ext(name)) {
	case ".swp", ".swo", ".swx", ".tmp", ".bak", ".orig", ".crdownload", ".part":
		return true
	}
	return false
}

// tooMany says what to do where the system watches no more folders.
func tooMany(err error) error {
	if !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, syscall.EMFILE) {
		return err
	}
	return fault.New(fault.Unavailable,
		fault.Text{TH: "ระบบเฝ้าดูโฟลเดอร์เพิ่มไม่ได้", EN: "the system watches no more folders"},
		fault.Text{TH: "เพิ่มค่า fs.inotify.max_user_watches และ fs.inotify.max_user_instances",
			EN: "raise fs.inotify.max_user_watches and fs.inotify.max_user_instances"}).Because(err)
}
