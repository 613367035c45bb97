package corpus

import (
	"io/fs"
)

// Written reports whether a content file holds a value at a path of field names
// (string) and places in lists (int): a sum of 0 is one when it is written.
func Written(at File, src []byte, path ...any) bool {
	_, found := locate(oneFile(src), at.Path, path)
	return found
}

// oneFile is a file system with one content, whatever it is asked for.
type oneFile []byte

// Open is not needed: what reads content files asks for them as a whole.
func (oneFile) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// ReadFile returns the content.
func (f oneFile) ReadFile(string) ([]byte, error) { return f, nil }
