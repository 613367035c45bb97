package publish

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// carryOut does what a journal says, from its start, whatever part of it was
// done before, and closes it. Errors that are errors.ErrUnsupported mean that
// nothing has been done.
func (t *Target) carryOut(all steps) error {
	lost := false
	err := all(func(s step) error {
		err := t.carryOutStep(s)
		if errors.Is(err, errDamaged) && s.do != swap {
			lost = true
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := t.syncLive(all); err != nil {
		return err
	}
	if lost {
		return errDamaged
	}
	if err := t.disk.removeAll(t.stage()); err != nil {
		return err
	}
	return t.closeJournal()
}

func (t *Target) carryOutStep(s step) error {
	switch s.do {
	case put:
		return t.place(t.staged(s.arg), t.live(s.arg))
	case newState:
		return t.place(t.stagedState(s.arg), t.statePath(s.arg))
	case carry:
		from := filepath.Join(t.old(), s.arg)
		if !exists(from) {
			return nil
		}
		return t.disk.rename(from, t.live(s.arg))
	case del, rmdir:
		return t.takeOut(s.arg, s.do)
	case swap:
		return t.swapTrees(s.arg)
	case replace:
		return t.replaceTree()
	}
	return errDamaged
}

// place renames a staged file into place. One that is not staged any more is
// in place already, or something outside has removed it.
func (t *Target) place(from, to string) error {
	err := t.disk.rename(from, to)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if !exists(from) {
		if exists(to) {
			return nil
		}
		return errDamaged
	}
	if err := t.disk.mkdirAll(filepath.Dir(to)); err != nil {
		return err
	}
	return t.disk.rename(from, to)
}

// takeOut removes a file or an empty folder, and those above that it empties.
// A folder that is not empty stays: something outside has put a file there.
func (t *Target) takeOut(name string, do verb) error {
	remove := t.disk.remove
	if do == rmdir {
		remove = t.disk.removeFolder
	}
	err := remove(t.live(name))
	for dir := path.Dir(name); err == nil && dir != "."; dir = path.Dir(dir) {
		err = t.disk.removeFolder(t.live(dir))
	}
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// swapTrees exchanges the staged tree, which is known by its inode, with the
// site, and puts the old one aside. Where nothing can be exchanged it does
// the same in two steps.
func (t *Target) swapTrees(id string) error {
	if live, err := inodeText(t.dir); err != nil || live != id {
		if tree, err := inodeText(t.tree()); err != nil || tree != id {
			return errDamaged
		}
		if err := t.disk.exchange(t.tree(), t.dir); err != nil {
			return t.replaceTree()
		}
	}
	if !exists(t.tree()) {
		return nil
	}
	return t.disk.rename(t.tree(), t.old())
}

// replaceTree moves the site away and the staged tree to its place: for a
// moment there is no site.
func (t *Target) replaceTree() error {
	if !exists(t.tree()) {
		return nil
	}
	if exists(t.dir) && !exists(t.old()) {
		if err := t.disk.rename(t.dir, t.old()); err != nil {
			return unsupported(err)
		}
	}
	err := t.disk.rename(t.tree(), t.dir)
	if err == nil || !exists(t.old()) {
		return err
	}
	if back := t.disk.rename(t.old(), t.dir); back != nil {
		return errors.Join(err, back)
	}
	return unsupported(err)
}

// unsupported marks a failure after which everything is as it was.
func unsupported(err error) error { return errors.Join(errors.ErrUnsupported, err) }

// syncLive makes durable what the steps did.
func (t *Target) syncLive(all steps) error {
	parent, base := filepath.Split(t.dir)
	work := filepath.Base(t.work)
	return t.disk.syncTree(filepath.Clean(parent), func(yield func(string) bool) {
		_ = all(func(s step) error { // which has been read to its end before
			name := base + "/" + s.arg
			switch s.do {
			case newState:
				name = work + "/state/" + s.arg
			case carry, swap, replace:
				name = base + "/-" // the folder alone
			}
			if !yield(name) {
				return fs.SkipAll
			}
			return nil
		})
	})
}

// drop removes what was staged and did not go live.
func (t *Target) drop(r Recovery) (Recovery, error) {
	if !exists(t.dir) && exists(t.old()) { // its journal is lost: the old site is the only one
		if err := t.disk.rename(t.old(), t.dir); err != nil {
			return "", outside(t.dir, err)
		}
		r = Damaged
	}
	if r == Clean && exists(t.stage()) {
		r = Dropped
	}
	if err := t.dropFolders(); err != nil {
		return "", outside(t.dir, err)
	}
	return r, t.clear()
}

func (t *Target) foldersList() string { return filepath.Join(t.stage(), "folders") }

// dropFolders removes the folders that were made for a publication, where they
// are empty still.
func (t *Target) dropFolders() error {
	data, err := os.ReadFile(t.foldersList())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	dirs := strings.Split(string(data), "\n")
	slices.Reverse(dirs)
	for _, dir := range dirs {
		if CheckPath(dir) != nil {
			continue // the end of the list was not written
		}
		if err := t.disk.removeFolder(t.live(dir)); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}

// clear empties the working folder of all but the lock and the state.
func (t *Target) clear() error {
	for _, leftover := range []string{t.stage(), t.old(), t.journal() + ".new"} {
		if err := t.disk.removeAll(leftover); err != nil {
			return outside(leftover, err)
		}
	}
	return nil
}
