//go:build unix

package publish

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

func rename(from, to string) error { return os.Rename(from, to) }

// writeNew writes a file that must not exist, if ready says so once it does. It
// goes without an os.File, for which Go asks the system five things more: a site
// has hundreds of thousands of files.
func writeNew(path string, data []byte, ready func() error) error {
	fd, err := retried(func() (int, error) {
		return unix.Open(path, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC, 0o644)
	})
	if err != nil {
		return &fs.PathError{Op: "open", Path: path, Err: err}
	}
	err = ready()
	for err == nil && len(data) > 0 {
		var n int
		if n, err = retried(func() (int, error) { return unix.Write(fd, data[:min(len(data), mostAtOnce)]) }); err != nil {
			err = &fs.PathError{Op: "write", Path: path, Err: err}
			break
		}
		data = data[n:]
	}
	if closing := unix.Close(fd); closing != nil && !errors.Is(closing, unix.EINTR) { // a file is closed even then
		err = errors.Join(err, &fs.PathError{Op: "close", Path: path, Err: closing})
	}
	return err
}

// mostAtOnce is as much as every system takes in one call.
const mostAtOnce = 1 << 30

// retried does it until no signal comes in between.
func retried(do func() (int, error)) (int, error) {
	for {
		if n, err := do(); !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}

func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	err = f.Sync()
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) {
		err = nil // this file system has no such thing
	}
	return errors.Join(err, f.Close())
}

// device identifies the file system that a file is on.
func device(info fs.FileInfo) uint64 {
	return uint64(info.Sys().(*syscall.Stat_t).Dev) //nolint:unconvert // its type differs between systems
}

func inode(info fs.FileInfo) uint64 {
	return uint64(info.Sys().(*syscall.Stat_t).Ino) //nolint:unconvert // its type differs between systems
}

// writable reports why names in the folder may not be changed. What is no
// folder, or not there, is no reason.
func writable(dir string) error {
	info, err := os.Stat(dir)
	if err != nil || !info.IsDir() {
		return nil
	}
	if err := unix.Access(dir, unix.W_OK|unix.X_OK); err != nil {
		return &fs.PathError{Op: "write", Path: dir, Err: err}
	}
	return nil
}

// isNotFolder reports that a path leads through something that is no folder.
func isNotFolder(err error) bool { return errors.Is(err, syscall.ENOTDIR) }
