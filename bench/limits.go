package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"
)

// tree says how large a tree of files is.
type tree struct {
	Files int64 `json:"files"`
	Bytes int64 `json:"bytes"`
}

// walk reads each folder below a root and asks for the size and time of each
// file: the least that finding a change in a folder takes.
func walk(root string, visit func(rel string, info fs.FileInfo)) error {
	return filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		visit(rel, info)
		return err
	})
}

// measure tells how many files a tree has, of how many bytes. Where only is
// not nil, it counts the files that only accepts.
func measure(root string, only func(rel string) bool) (tree, error) {
	var t tree
	err := walk(root, func(rel string, info fs.FileInfo) {
		if only == nil || only(rel) {
			t.Files++
			t.Bytes += info.Size()
		}
	})
	return t, err
}

// plainly is how long plain writing took.
type plainly struct {
	Write time.Duration `json:"write"`
	CPU   time.Duration `json:"cpu"`
	Sync  time.Duration `json:"sync"` // putting it on the disk, after Write
}

// chunk is how many bytes are held at a time.
const chunk = 64 << 20

// file is one to write.
type file struct {
	name string
	data []byte
}

// writePlainly writes the files of a tree into a fresh one, by as many workers
// as there are processors. Reading them, a chunk at a time, is not measured.
func writePlainly(from, to string) (plainly, error) {
	var p plainly
	var held []file
	size := 0
	flush := func() error {
		began, used := time.Now(), processorTime()
		err := writeAll(to, held)
		p.Write += time.Since(began)
		p.CPU += time.Duration(processorTime() - used)
		held, size = held[:0], 0
		return err
	}
	err := filepath.WalkDir(from, func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		held = append(held, file{rel, data})
		if size += len(data); err == nil && size >= chunk {
			return flush()
		}
		return err
	})
	if err != nil {
		return p, err
	}
	if err := flush(); err != nil {
		return p, err
	}
	began := time.Now()
	flushDisk()
	p.Sync = time.Since(began)
	return p, nil
}

func writeAll(root string, files []file) error {
	var work errgroup.Group
	n := runtime.GOMAXPROCS(0)
	for worker := range n {
		work.Go(func() error {
			for i := worker * len(files) / n; i < (worker+1)*len(files)/n; i++ {
				if err := writeOne(filepath.Join(root, files[i].name), files[i].data); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return work.Wait()
}

// writeOne makes the folder only when it is not there: most files have one of
// their own, and asking first costs as much as making it.
func writeOne(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if os.IsNotExist(err) {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		f, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	}
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
