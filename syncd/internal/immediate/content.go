package immediate

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"time"
)

// over is a content with some files in the place of those that it has.
type over struct {
	fs.FS
	files map[string][]byte // nil bytes: it goes
}

var (
	_ fs.ReadFileFS = over{}
	_ fs.StatFS     = over{}
)

// Open opens a file.
func (o over) Open(name string) (fs.File, error) {
	data, ours := o.files[name]
	switch {
	case !ours:
		return o.FS.Open(name)
	case data == nil:
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return file{bytes.NewReader(data), path.Base(name)}, nil
}

// ReadFile returns the bytes of a file; they are not to be changed.
func (o over) ReadFile(name string) ([]byte, error) {
	data, ours := o.files[name]
	if ours && data != nil {
		return data, nil
	}
	if ours {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return fs.ReadFile(o.FS, name)
}

// Stat tells of a file.
func (o over) Stat(name string) (fs.FileInfo, error) {
	if _, ours := o.files[name]; !ours {
		return fs.Stat(o.FS, name)
	}
	f, err := o.Open(name)
	if err != nil {
		return nil, err
	}
	return f.Stat()
}

// ReadDir lists a folder as the content has it, with what came.
func (o over) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := fs.ReadDir(o.FS, name)
	out := list[:0:0]
	for _, e := range list {
		if _, ours := o.files[path.Join(name, e.Name())]; !ours {
			out = append(out, e)
		}
	}
	for p, data := range o.files {
		if path.Dir(p) == name && data != nil {
			out = append(out, fs.FileInfoToDirEntry(file{bytes.NewReader(data), path.Base(p)}))
			err = nil
		}
	}
	return out, err
}

// file is a file in memory, and what is told of it.
type file struct {
	*bytes.Reader
	name string
}

var (
	_ fs.File     = file{}
	_ fs.FileInfo = file{}
	_ io.ReaderAt = file{}
)

// Stat returns the file itself.
func (f file) Stat() (fs.FileInfo, error) { return f, nil }

// Close does nothing.
func (f file) Close() error { return nil }

// Name is the last part of the path.
func (f file) Name() string { return f.name }

// Mode is that of a plain file.
func (f file) Mode() fs.FileMode { return 0o444 }

// ModTime is not known.
func (f file) ModTime() time.Time { return time.Time{} }

// IsDir is false.
func (f file) IsDir() bool { return false }

// Sys returns nothing.
func (f file) Sys() any { return nil }
