//go:build unix

package folder

import (
	"errors"
	"io/fs"

	"golang.org/x/sys/unix"
)

// Append appends the bytes of a file to b, at most so many of them, and keeps b
// as it was where it fails. It goes without an os.File, for which Go asks the
// system five things more: a portal has hundreds of thousands of files.
func Append(b []byte, path string, most int) ([]byte, error) {
	fd, err := retried(func() (int, error) { return unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0) })
	if err != nil {
		return b, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	defer func() { _ = unix.Close(fd) }() // nothing was written
	read := func(to []byte) (int, error) { return retried(func() (int, error) { return unix.Read(fd, to) }) }
	out, err := appendAll(b, most, read)
	if err != nil {
		return b, &fs.PathError{Op: "read", Path: path, Err: err}
	}
	return out, nil
}

// retried does it until no signal comes in between.
func retried(do func() (int, error)) (int, error) {
	for {
		if n, err := do(); !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}
