package publish

import (
	"iter"
	"os"

	"golang.org/x/sys/unix"
)

// canExchange says that the system can; a file system of it may still not.
const canExchange = true

func exchange(a, b string) error {
	err := unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
	if err != nil {
		return &os.LinkError{Op: "exchange", Old: a, New: b, Err: err}
	}
	return nil
}

// syncTree flushes the whole file system once: for many files this costs what
// a few single syncs would.
func syncTree(root string, _ iter.Seq[string]) error {
	f, err := os.Open(root)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := unix.Syncfs(int(f.Fd())); err != nil {
		return os.NewSyscallError("syncfs", err)
	}
	return nil
}
