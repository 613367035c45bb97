package publish

import (
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"sync"
)

// disk makes every change of the file system that the package needs, so that
// tests can make any one of them fail, or be the last of a process.
type disk struct {
	// hook, when set, is asked before each step; its error is the step's.
	hook func(step, path string) error
	// lazy leaves out waiting for the drive, for tests that lose no power.
	lazy bool
}

func (d disk) step(name, path string) error {
	if d.hook == nil {
		return nil
	}
	return d.hook(name, path)
}

// mkdir makes a folder whose parent exists; one that is there already is fine.
func (d disk) mkdir(path string) error {
	if err := d.step("mkdir", path); err != nil {
		return err
	}
	err := os.Mkdir(path, 0o755)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// mkdirAll makes a folder and those above it.
func (d disk) mkdirAll(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil
	}
	if parent := filepath.Dir(path); parent != path {
		if err := d.mkdirAll(parent); err != nil {
			return err
		}
	}
	return d.mkdir(path)
}

// create writes a file that must not exist.
func (d disk) create(path string, data []byte) error {
	if err := d.step("create", path); err != nil {
		return err
	}
	return writeNew(path, data, func() error { return d.step("write", path) })
}

func (d disk) createFile(path string) (*os.File, error) {
	if err := d.step("create", path); err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
}

func (d disk) rename(from, to string) error {
	if err := d.step("rename", to); err != nil {
		return err
	}
	return rename(from, to)
}

// remove removes a file or an empty folder; one that is gone already is fine.
func (d disk) remove(path string) error {
	if err := d.step("remove", path); err != nil {
		return err
	}
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) || isNotFolder(err) {
		return nil
	}
	return err
}

// removeFolder removes an empty folder, and leaves anything else alone: one
// with files is fs.ErrExist.
func (d disk) removeFolder(path string) error {
	info, err := os.Lstat(path)
	if err != nil || !info.IsDir() {
		return nil
	}
	return d.remove(path)
}

func (d disk) removeAll(path string) error {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := d.step("removeall", path); err != nil {
		return err
	}
	return os.RemoveAll(path)
}

// link gives the file at from a second name, or copies it with its time where
// the file system has no hard links.
func (d disk) link(from, to string) error {
	err := d.step("link", to)
	switch {
	case err == nil:
		err = os.Link(from, to)
		if err == nil || errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist) {
			return err
		}
	case !errors.Is(err, errors.ErrUnsupported):
		return err
	}
	return copyFile(from, to)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, info.Mode().Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Close()); err != nil {
		return err
	}
	return os.Chtimes(to, info.ModTime(), info.ModTime())
}

// exchange swaps two folders in one step, wholly or not at all.
func (d disk) exchange(a, b string) error {
	if err := d.step("exchange", b); err != nil {
		return err
	}
	return exchange(a, b)
}

func (d disk) syncFile(f *os.File) error {
	if err := d.step("syncfile", f.Name()); err != nil || d.lazy {
		return err
	}
	return f.Sync()
}

// syncDir makes the names in a folder durable.
func (d disk) syncDir(path string) error {
	if err := d.step("syncdir", path); err != nil || d.lazy {
		return err
	}
	return syncDir(path)
}

// Sync makes durable what was written below a folder: the named files, given
// relative to it, and all their folders. For many files it costs what a few
// single syncs would, where the system can.
func Sync(root string, files iter.Seq[string]) error { return syncTree(root, files) }

// syncTree makes durable what was written below root: the named files, given
// relative to it, and all their folders. Nil files means everything.
func (d disk) syncTree(root string, files iter.Seq[string]) error {
	if err := d.step("synctree", root); err != nil || d.lazy {
		return err
	}
	return syncTree(root, files)
}

// sameBytes reports whether the file at path holds exactly data.
func sameBytes(path string, data []byte) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	for {
		n, err := f.Read(*buf)
		if n > len(data) || string((*buf)[:n]) != string(data[:n]) {
			return false, nil
		}
		data = data[n:]
		if err == io.EOF {
			return len(data) == 0, nil
		}
		if err != nil {
			return false, err
		}
	}
}

var buffers = sync.Pool{New: func() any { b := make([]byte, 32<<10); return &b }}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// inodeText identifies the folder itself, whatever its name.
func inodeText(path string) (string, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return "", err
	}
	return strconv.FormatUint(inode(info), 10), nil
}
