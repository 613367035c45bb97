package folder

import (
	"errors"
	"io"
	"os"
)

// Append appends the bytes of a file to b, at most so many of them, and keeps b
// as it was where it fails.
func Append(b []byte, path string, most int) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return b, err
	}
	defer f.Close()
	out, err := appendAll(b, most, func(to []byte) (int, error) {
		n, err := f.Read(to)
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return n, err
	})
	if err != nil {
		return b, err
	}
	return out, nil
}
