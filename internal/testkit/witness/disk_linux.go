package witness

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"syscall"
)

// Disk knows what of the files below a folder would outlast a failure of power:
// the bytes of a file as they were synced last, and the entries of a folder as
// that was. What a disk keeps besides is its own affair. It is told each call
// before and after it is made.
type Disk struct {
	root    string
	files   map[inode][]byte // as they were synced last
	folders map[inode]map[string]inode
	begun   map[*Call]synced // what is being synced
	missing map[*Call]bool   // what is being made, and was not there
	err     error            // the first that kept it from knowing
}

type inode uint64

// synced is what a sync is about to make durable.
type synced struct {
	of      inode
	data    []byte
	entries map[string]inode // of a folder
}

// NewDisk takes all that is below a folder to be durable.
func NewDisk(root string) (*Disk, error) {
	root, err := filepath.EvalSymlinks(root)
	if err != nil {
		return nil, err
	}
	d := &Disk{root: root, files: map[inode][]byte{}, folders: map[inode]map[string]inode{}, begun: map[*Call]synced{}, missing: map[*Call]bool{}}
	return d, filepath.WalkDir(root, func(name string, _ fs.DirEntry, err error) error {
		s, err2 := look(name)
		d.keep(s)
		return errors.Join(err, err2)
	})
}

// look reads a file or a folder as it is.
func look(name string) (s synced, err error) {
	info, err := os.Lstat(name)
	if err != nil {
		return s, err
	}
	s.of = inodeOf(info)
	if !info.IsDir() {
		s.data, err = os.ReadFile(name)
		return s, err
	}
	entries, err := os.ReadDir(name)
	s.entries = map[string]inode{}
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return s, err
		}
		s.entries[e.Name()] = inodeOf(info)
	}
	return s, err
}

func inodeOf(info fs.FileInfo) inode { return inode(info.Sys().(*syscall.Stat_t).Ino) }

func (d *Disk) keep(s synced) {
	if s.entries != nil {
		d.folders[s.of] = s.entries
	} else {
		d.files[s.of] = s.data
	}
}

// Before is told a call that is about to be made.
func (d *Disk) Before(c *Call) {
	switch {
	case c.sync:
		s, err := look(c.Path)
		if d.err == nil {
			d.err = err
		}
		d.begun[c] = s
	case c.create:
		_, err := os.Lstat(c.Path)
		d.missing[c] = errors.Is(err, fs.ErrNotExist)
	}
}

// After is told a call that succeeded.
func (d *Disk) After(c *Call) {
	switch {
	case c.sync:
		d.keep(d.begun[c])
		delete(d.begun, c)
	case c.create && d.missing[c]: // it may have the number of one that went
		if info, err := os.Lstat(c.Path); err == nil {
			delete(d.files, inodeOf(info))
			delete(d.folders, inodeOf(info))
		}
		delete(d.missing, c)
	}
}

// Left is what a failure of power now would leave, by slash paths from the folder:
// of what whole chooses all that was done, of the rest only what was synced.
// Files that were never synced are empty.
func (d *Disk) Left(whole func(name string) bool) (Remains, error) {
	now := &Disk{files: map[inode][]byte{}, folders: map[inode]map[string]inode{}}
	out := Remains{}
	top, err := look(d.root)
	if err != nil {
		return nil, errors.Join(d.err, err)
	}
	now.keep(top)
	return out, errors.Join(d.err, d.collect(out, now, ".", top.of, whole))
}

// collect adds what is left in a folder and below it.
func (d *Disk) collect(out Remains, now *Disk, at string, folder inode, whole func(string) bool) error {
	out[at+"/"] = nil
	names := maps.Clone(d.folders[folder])
	for name := range now.folders[folder] {
		if names == nil {
			names = map[string]inode{}
		}
		names[name] = 0
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		file := path.Join(at, name)
		from := d
		if whole(file) {
			from = now
			if s, err := look(filepath.Join(d.root, filepath.FromSlash(file))); err == nil {
				now.keep(s)
			} else if !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		} else if s, err := look(filepath.Join(d.root, filepath.FromSlash(file))); err == nil && s.entries != nil {
			now.keep(s) // what is in it may be chosen
		}
		of, there := from.folders[folder][name]
		if !there {
			continue
		}
		_, wasFolder := d.folders[of]
		_, isFolder := now.folders[of]
		if wasFolder || isFolder {
			if err := d.collect(out, now, file, of, whole); err != nil {
				return err
			}
			continue
		}
		out[file] = from.files[of]
	}
	return nil
}

// Remains are the files and folders that a failure of power leaves, by slash
// paths. Those of folders end with a slash.
type Remains map[string][]byte

// Sum tells remains from others.
func (r Remains) Sum() [sha256.Size]byte {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(r)) {
		fmt.Fprintf(h, "%s %d\n", name, len(r[name]))
		h.Write(r[name])
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// Write makes a folder of the remains.
func (r Remains) Write(dir string) error {
	for _, name := range slices.Sorted(maps.Keys(r)) {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if name[len(name)-1] == '/' {
			if err := os.MkdirAll(file, 0o755); err != nil {
				return err
			}
			continue
		}
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, r[name], 0o644)); err != nil {
			return err
		}
	}
	return nil
}
