package gitrepo

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// packedRef looks a ref up in packed-refs by halving: a portal of a million
// manuals has tens of thousands of refs there, which go-git reads one by one.
// It knows only files that say they are sorted; sure is false for others, and
// for refs that stand in a file of their own, which counts before this one.
func (r *Repository) packedRef(ref string) (h Hash, found, sure bool, err error) {
	if _, err := os.Lstat(filepath.Join(r.dir, filepath.FromSlash(ref))); !errors.Is(err, fs.ErrNotExist) {
		return h, false, false, nil
	}
	f, err := os.Open(filepath.Join(r.dir, "packed-refs"))
	if errors.Is(err, fs.ErrNotExist) {
		return h, false, true, nil
	} else if err != nil {
		return h, false, false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return h, false, false, err
	}
	h, found, sure = sortedRef(f, info.Size(), ref)
	return h, found, sure, nil
}

// refPage is how much of packed-refs is read at once, in which the line of a
// name of longestRef fits.
const (
	refPage    = 1024
	longestRef = 900
)

// sortedRef finds a ref in a file of packed refs. What does not read as one
// that is sorted is not sure.
func sortedRef(f io.ReaderAt, size int64, ref string) (h Hash, found, sure bool) {
	var page [5 * refPage]byte
	head, _, whole := bytes.Cut(pageAt(f, page[:refPage], 0, size), []byte("\n"))
	if len(ref) > longestRef || !whole || !bytes.HasPrefix(head, []byte("# pack-refs with:")) || !bytes.Contains(head, []byte(" sorted ")) {
		return h, false, false
	}
	low, high := int64(len(head)+1), size // low is where a line begins
	for high-low > 4*refPage {
		middle := (low + high) / 2
		at, name, ok := firstRef(pageAt(f, page[:refPage], middle, size))
		if !ok {
			return h, false, false
		}
		if name <= ref {
			low = middle + int64(at)
		} else {
			high = middle
		}
	}
	// The line that begins before high may end behind it.
	for line := range strings.Lines(string(pageAt(f, page[:], low, size))) {
		if digits, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " "); ok && name == ref {
			h, err := ParseHash(digits)
			return h, err == nil, err == nil && strings.HasSuffix(line, "\n")
		}
	}
	return h, false, true
}

// pageAt returns what fits into page of the file between two places.
func pageAt(f io.ReaderAt, page []byte, from, to int64) []byte {
	n, _ := f.ReadAt(page[:min(int64(len(page)), to-from)], from) // what is missing is not found
	return page[:n]
}

// firstRef returns the first whole line with a ref that begins in a page, and
// where.
func firstRef(page []byte) (at int, ref string, ok bool) {
	for {
		end := bytes.IndexByte(page[at:], '\n')
		if end < 0 {
			return 0, "", false
		}
		at += end + 1
		line, _, whole := bytes.Cut(page[at:], []byte("\n"))
		if !whole {
			return 0, "", false
		}
		if len(line) > 41 && line[40] == ' ' {
			return at, string(line[41:]), true
		}
	}
}
