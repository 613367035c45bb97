package publish

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// rename tries for a second: a file that somebody is reading just now, such as
// a virus scanner or a web server, cannot be replaced until it is closed.
func rename(from, to string) error {
	for pause := time.Millisecond; ; pause *= 2 {
		err := os.Rename(from, to)
		busy := errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_ACCESS_DENIED)
		if !busy || pause > time.Second/2 {
			return err
		}
		time.Sleep(pause)
	}
}

// writeNew writes a file that must not exist, if ready says so once it does.
func writeNew(path string, data []byte, ready func() error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if err = ready(); err == nil {
		_, err = f.Write(data)
	}
	return errors.Join(err, f.Close())
}

// syncDir does nothing: NTFS journals names itself and cannot sync a folder.
func syncDir(string) error { return nil }

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// device is the same for all: a volume mounted as a folder is not recognised.
func device(fs.FileInfo) uint64 { return 0 }

// inode is unknown; only an exchange needs it, and there is none.
func inode(fs.FileInfo) uint64 { return 0 }

func writable(string) error { return nil }

func isNotFolder(err error) bool { return errors.Is(err, windows.ERROR_DIRECTORY) }
