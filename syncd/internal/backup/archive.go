package backup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"khumue/internal/fault"
	"khumue/syncd/internal/sqlstore"
)

// Manifest tells what an archive holds.
type Manifest struct {
	Format int               `json:"format"` // 1
	Schema int64             `json:"schema"` // version of the database
	Made   time.Time         `json:"made"`
	Epoch  string            `json:"epoch"` // of the database it was made from
	Parts  []Part            `json:"parts"` // in their order
	Refs   map[string]string `json:"refs"`  // of the repository, with what they name
}

// Part is a file in an archive.
type Part struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"` // hexadecimal
	Rows   int    `json:"rows"`   // of a table
}

// The parts of an archive, and its format.
const (
	format       = 1
	manifestPart = "manifest.json"
	bundlePart   = "content.bundle"
)

func tablePart(table string) string { return "db/" + table + ".jsonl" }

// Limits of an archive that is restored, in bytes.
const (
	maxManifest = 64 << 20
	maxArchive  = 1 << 40
)

var (
	refName = regexp.MustCompile(`^refs/[!-~\x{80}-\x{10ffff}]+$`)
	refHash = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

// archive reads an archive part by part.
type archive struct {
	zip *gzip.Reader
	tar *tar.Reader
	Manifest
}

// damaged says that an archive can not be restored.
func damaged(format string, args ...any) error {
	return fault.New(fault.Invalid,
		fault.Text{TH: "ไฟล์สำรองข้อมูลเสียหายหรือไม่ครบ", EN: "The backup is damaged or not whole."},
		fault.Text{TH: "ใช้ไฟล์สำรองข้อมูลชุดอื่น", EN: "Use another backup."}).Because(fmt.Errorf(format, args...))
}

// openArchive reads as far as the manifest.
func openArchive(r io.Reader) (*archive, error) {
	zip, err := gzip.NewReader(r)
	if err != nil {
		return nil, damaged("gzip: %w", err)
	}
	a := &archive{zip: zip, tar: tar.NewReader(zip)}
	h, err := a.tar.Next()
	if err != nil {
		return nil, damaged("tar: %w", err)
	}
	if h.Name != manifestPart || h.Typeflag != tar.TypeReg || h.Size > maxManifest {
		return nil, damaged("it begins with %q, of %d bytes", h.Name, h.Size)
	}
	data, err := io.ReadAll(a.tar)
	if err != nil {
		return nil, damaged("%s: %w", manifestPart, err)
	}
	a.Manifest, err = parseManifest(data)
	return a, err
}

// parseManifest reads a manifest strictly.
func parseManifest(data []byte) (m Manifest, err error) {
	var begin struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(data, &begin); err != nil {
		return m, damaged("%s: %w", manifestPart, err)
	}
	if begin.Format > format {
		return m, fault.New(fault.Invalid, fault.Text{TH: "ไฟล์สำรองข้อมูลมาจากโปรแกรมรุ่นใหม่กว่า", EN: "The backup is a newer program's."},
			fault.Text{TH: "ใช้โปรแกรมรุ่นที่สำรองข้อมูลหรือใหม่กว่า", EN: "Use the program that made it, or a newer one."})
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return m, damaged("%s: %w", manifestPart, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return m, damaged("%s goes on behind its end", manifestPart)
	}
	return m, m.check()
}

// check holds the manifest against the form that Write gives it.
func (m Manifest) check() error {
	if m.Format != format {
		return damaged("format %d", m.Format)
	}
	var names []string
	var size int64
	for _, p := range m.Parts {
		if sum, err := hex.DecodeString(p.SHA256); err != nil || len(sum) != sha256.Size || p.Size < 0 || p.Size > maxArchive || p.Rows < 0 {
			return damaged("part %q: size %d, digest %q", p.Name, p.Size, p.SHA256)
		}
		if size += p.Size; size > maxArchive {
			return damaged("more than %d bytes", int64(maxArchive))
		}
		names = append(names, p.Name)
	}
	var want []string
	for _, t := range sqlstore.Kept() {
		if name := tablePart(t); slices.Contains(names, name) {
			want = append(want, name)
		}
	}
	if len(m.Refs) > 0 {
		want = append(want, bundlePart)
	}
	if !slices.Equal(names, want) {
		return damaged("parts %q, want %q", names, want)
	}
	for name, h := range m.Refs {
		if !refName.MatchString(name) || strings.Contains(name, "..") || !refHash.MatchString(h) {
			return damaged("ref %q is %q", name, h)
		}
	}
	return nil
}

// next reads a part with use, which has to read it to its end and returns how
// many rows it had, and compares what was read with the manifest.
func (a *archive) next(p Part, use func(io.Reader) (rows int, err error)) error {
	h, err := a.tar.Next()
	if err != nil {
		return damaged("%s: %w", p.Name, err)
	}
	if h.Name != p.Name || h.Typeflag != tar.TypeReg || h.Size != p.Size {
		return damaged("%q of %d bytes stands where %q of %d is announced", h.Name, h.Size, p.Name, p.Size)
	}
	sum := &summer{hash: sha256.New()}
	in := &source{Reader: a.tar}
	rows, err := use(io.TeeReader(in, sum))
	if in.failed != nil {
		return damaged("%s: %w", p.Name, in.failed)
	} else if err != nil {
		return err
	}
	if rows != p.Rows || sum.size != p.Size || sum.digest() != p.SHA256 {
		return damaged("%s: %d rows in %d bytes with digest %s, announced were %d, %d and %s", p.Name, rows, sum.size, sum.digest(), p.Rows, p.Size, p.SHA256)
	}
	return nil
}

// end makes sure that nothing follows.
func (a *archive) end() error {
	if h, err := a.tar.Next(); err == nil {
		return damaged("%q follows", h.Name)
	} else if !errors.Is(err, io.EOF) {
		return damaged("its end: %w", err)
	}
	var rest [4096]byte
	for {
		n, err := a.zip.Read(rest[:])
		if strings.Trim(string(rest[:n]), "\x00") != "" {
			return damaged("something follows")
		}
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return damaged("its end: %w", err)
		}
	}
}

// source remembers why an archive could not be read on.
type source struct {
	io.Reader
	failed error
}

// Read reads.
func (s *source) Read(b []byte) (int, error) {
	n, err := s.Reader.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		s.failed = err
	}
	return n, err
}
