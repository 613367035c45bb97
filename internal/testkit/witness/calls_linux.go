//go:build amd64 || arm64

package witness

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/unix"
)

// shape is where the arguments of a call tell what it is done to. -1: nowhere.
type shape struct {
	name         string
	folder, path int // of a file that has a path, below a folder that is open
	file         int // of one that is open
	toFolder, to int
	flags        int // of one that opens
	sync, create bool
}

// on is a call on a file that is open.
func on(name string, file int) shape { return shape{name, -1, -1, file, -1, -1, -1, false, false} }

// at is a call on a path.
func at(name string, folder, path int) shape {
	return shape{name, folder, path, -1, -1, -1, -1, false, false}
}

// from is a call that makes another path.
func from(name string, folder, path, toFolder, to int) shape {
	return shape{name, folder, path, -1, toFolder, to, -1, false, false}
}

func (s shape) opens(flags int) shape { s.flags, s.create = flags, true; return s }
func (s shape) makes() shape          { s.create = true; return s }
func (s shape) syncs() shape          { s.sync = true; return s }

// shapes are the calls of all architectures; older ones have some more.
var shapes = func() map[int]shape {
	out := map[int]shape{
		unix.SYS_WRITE:           on("write", 0),
		unix.SYS_PWRITE64:        on("pwrite", 0),
		unix.SYS_WRITEV:          on("writev", 0),
		unix.SYS_PWRITEV:         on("pwritev", 0),
		unix.SYS_SENDFILE:        on("sendfile", 0),
		unix.SYS_COPY_FILE_RANGE: on("copy_file_range", 2),
		unix.SYS_FTRUNCATE:       on("ftruncate", 0),
		unix.SYS_FALLOCATE:       on("fallocate", 0),
		unix.SYS_FCHMOD:          on("fchmod", 0),
		unix.SYS_FSYNC:           on("fsync", 0).syncs(),
		unix.SYS_FDATASYNC:       on("fdatasync", 0).syncs(),
		unix.SYS_OPENAT:          at("openat", 0, 1).opens(2),
		unix.SYS_MKDIRAT:         at("mkdirat", 0, 1).makes(),
		unix.SYS_UNLINKAT:        at("unlinkat", 0, 1),
		unix.SYS_FCHMODAT:        at("fchmodat", 0, 1),
		unix.SYS_UTIMENSAT:       at("utimensat", 0, 1),
		unix.SYS_TRUNCATE:        at("truncate", -1, 0),
		unix.SYS_RENAMEAT:        from("renameat", 0, 1, 2, 3),
		unix.SYS_RENAMEAT2:       from("renameat2", 0, 1, 2, 3),
		unix.SYS_LINKAT:          from("linkat", 0, 1, 2, 3),
		unix.SYS_SYMLINKAT:       at("symlinkat", 1, 2).makes(),
	}
	for number, s := range older {
		out[number] = s
	}
	return out
}()

// get asks for the call at which a thread stands.
func (i *callInfo) get(id int) error {
	_, _, err := unix.Syscall6(unix.SYS_PTRACE, unix.PTRACE_GET_SYSCALL_INFO, uintptr(id), uintptr(len(i)), uintptr(unsafe.Pointer(i)), 0, 0)
	if err != 0 {
		return fmt.Errorf("ptrace: %w", err)
	}
	return nil
}

// read returns the call that a thread is about to make, when it is one that
// changes a file or makes a change durable; else nil.
func (i *callInfo) read(id int) *Call {
	s, known := shapes[i.number()]
	if !known {
		return nil
	}
	if s.flags >= 0 && i.arg(s.flags)&(unix.O_CREAT|unix.O_TRUNC) == 0 {
		return nil
	}
	c := &Call{Name: s.name, sync: s.sync, create: s.create}
	switch {
	case s.file >= 0:
		c.Path = openFile(id, int32(i.arg(s.file)))
	case i.arg(s.path) == 0: // of utimensat: the file that is open
		c.Path = openFile(id, int32(i.arg(s.folder)))
	default:
		c.Path = i.file(id, s.folder, s.path)
	}
	if s.to >= 0 {
		c.To = i.file(id, s.toFolder, s.to)
	}
	return c
}

// file is the path that arguments name.
func (i *callInfo) file(id, folder, path int) string {
	name := text(id, uintptr(i.arg(path)))
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	if folder < 0 || int32(i.arg(folder)) == unix.AT_FDCWD {
		dir, _ := os.Readlink(fmt.Sprintf("/proc/%d/cwd", id))
		return filepath.Join(dir, name)
	}
	return filepath.Join(openFile(id, int32(i.arg(folder))), name)
}

// openFile is the path of a file that a thread has open; of a pipe or the like, a
// word that is no path.
func openFile(id int, n int32) string {
	path, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", id, n))
	return path
}

// text reads a string that ends with a zero from a thread's memory.
func text(id int, addr uintptr) string {
	var out []byte
	for len(out) < unix.PathMax {
		page := make([]byte, 256-addr%256) // never across pages
		local := []unix.Iovec{{Base: &page[0], Len: uint64(len(page))}}
		n, err := unix.ProcessVMReadv(id, local, []unix.RemoteIovec{{Base: addr, Len: len(page)}}, 0)
		if err != nil || n <= 0 {
			break
		}
		if end := bytes.IndexByte(page[:n], 0); end >= 0 {
			return string(append(out, page[:end]...))
		}
		out, addr = append(out, page[:n]...), addr+uintptr(n)
	}
	return string(out)
}
