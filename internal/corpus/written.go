package corpus

import (
	"bytes"
	"io/fs"
	"strings"
)

// Written reports whether a content file holds a value at a path of field names
// (string) and places in lists (int): a sum of 0 is one when it is written.
func Written(at File, src []byte, path ...any) bool {
	_, found := locate(oneFile(src), at.Path, path)
	return found
}

// StateZero writes that the lowest sum of a fee is 0, where a file says nothing of
// it: in a value 0 and missing are the same, in a file they are not. Fees are told
// by their places from 0; of one that is not there, says a sum, or is written in
// one line, nothing changes.
func StateZero(at File, src []byte, fees ...int) []byte {
	for _, i := range fees {
		if Written(at, src, "fees", i, "min") {
			continue
		}
		line, found := locate(oneFile(src), at.Path, []any{"fees", i, "kind"})
		if !found {
			continue
		}
		lines := bytes.SplitAfter(src, []byte("\n"))
		kind := string(lines[line-1])
		indent := len(kind) - len(strings.TrimLeft(kind, " -"))
		key := strings.TrimRight(kind[indent:], "\r\n")
		if !strings.HasPrefix(key, "kind:") || strings.ContainsAny(key, "{},") {
			continue
		}
		ending := kind[len(strings.TrimRight(kind, "\r\n")):]
		zero := strings.Repeat(" ", indent) + "min: 0" + ending
		src = bytes.Join([][]byte{bytes.Join(lines[:line], nil), []byte(zero), bytes.Join(lines[line:], nil)}, nil)
	}
	return src
}

// oneFile is a file system with one content, whatever it is asked for.
type oneFile []byte

// Open is not needed: what reads content files asks for them as a whole.
func (oneFile) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// ReadFile returns the content.
func (f oneFile) ReadFile(string) ([]byte, error) { return f, nil }
