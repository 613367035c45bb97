//go:build unix && !linux

package publish

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// syncFile hands a file to the drive. On macOS the drive itself is flushed by
// the sync of the journal, which is written after all files.
func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(os.NewSyscallError("fsync", unix.Fsync(int(f.Fd()))), f.Close())
}
