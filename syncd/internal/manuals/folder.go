package manuals

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"time"

	"khumue/syncd/internal/ledger"
)

// folder is the text of a manual as the files that a check reads.
type folder struct {
	dir  string
	text ledger.Text
}

var (
	_ fs.ReadFileFS = folder{}
	_ fs.StatFS     = folder{}
)

// Open opens a file of the folder.
func (f folder) Open(name string) (fs.File, error) {
	data, err := f.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return &file{Reader: bytes.NewReader(data), name: path.Base(name)}, nil
}

// ReadFile returns the bytes of a file; they are not to be changed.
func (f folder) ReadFile(name string) ([]byte, error) {
	if path.Dir(name) == f.dir {
		if data, ok := f.text[path.Base(name)]; ok {
			return data, nil
		}
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// Stat tells of a file.
func (f folder) Stat(name string) (fs.FileInfo, error) {
	data, err := f.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return &file{Reader: bytes.NewReader(data), name: path.Base(name)}, nil
}

// file is a file of a folder and what is told of it.
type file struct {
	*bytes.Reader
	name string
}

var (
	_ fs.File     = &file{}
	_ fs.FileInfo = &file{}
	_ io.ReaderAt = &file{}
)

// Stat returns the file itself.
func (f *file) Stat() (fs.FileInfo, error) { return f, nil }

// Close does nothing.
func (f *file) Close() error { return nil }

// Name is the last part of the path.
func (f *file) Name() string { return f.name }

// Mode is that of a plain file.
func (f *file) Mode() fs.FileMode { return 0o444 }

// ModTime is not known.
func (f *file) ModTime() time.Time { return time.Time{} }

// IsDir is false.
func (f *file) IsDir() bool { return false }

// Sys returns nothing.
func (f *file) Sys() any { return nil }
