// Package backup makes one archive of the database and the content's git
// repository as they stood at one moment, while the daemon runs, and restores
// it into an empty place, in either database.
//
// An archive is a gzipped tar: manifest.json, which tells what follows with
// sizes and digests; db/<table>.jsonl, a JSON object a row, the same from SQLite
// and PostgreSQL; content.bundle, a git bundle of all refs. Sessions and counted
// tries are left out, so that a stolen backup signs nobody in; it does hold
// names, addresses and what people did and said, and the digests of tokens that
// can be redeemed. The index of manuals is left out too, for the daemon makes it
// anew from git. The package knows no records: what a table means is sqlstore's.
package backup

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/sqlstore"
)

// Source is what a backup is made of.
type Source struct {
	Store *sqlstore.Store
	Git   *gitrepo.Repository
	Gate  Gate // that whoever changes both goes through
	Now   func() time.Time
	Temp  string // folder for what is collected; "": the system's
}

// WriteFile makes a backup as a file, which is there wholly or not at all, and
// readable by its owner alone. One that is there already is an error of kind
// Conflict.
func WriteFile(ctx context.Context, name string, s Source) (m Manifest, err error) {
	if _, err := os.Lstat(name); err == nil {
		return m, fault.New(fault.Conflict, fault.Textf("มีไฟล์ %s อยู่แล้ว", "%s is there already.", name), fault.Text{TH: "ระบุชื่อไฟล์ใหม่", EN: "Name a new file."})
	}
	part := name + ".part"
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return m, unable(err)
	}
	defer func() {
		if err != nil {
			os.Remove(part)
		}
	}()
	if s.Temp == "" {
		s.Temp = filepath.Dir(name)
	}
	m, err = Write(ctx, f, s)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return m, err
	}
	if err := os.Rename(part, name); err != nil {
		return m, unable(err)
	}
	return m, syncDir(filepath.Dir(name))
}

// Write writes a backup and returns what it holds. What it needs meanwhile is as
// much room in the temporary folder as all that is backed up.
func Write(ctx context.Context, w io.Writer, s Source) (m Manifest, err error) {
	work, err := os.MkdirTemp(s.Temp, "backup-")
	if err != nil {
		return m, unable(err)
	}
	defer os.RemoveAll(work)
	if m, err = collect(ctx, work, s); err != nil {
		return m, err
	}
	return m, pack(w, work, m)
}

// collect puts the parts of an archive into a folder. Only while it fixes which
// moment it is does it keep others from changing database and git together.
func collect(ctx context.Context, work string, s Source) (m Manifest, err error) {
	open, err := s.Gate.Close(ctx)
	if err != nil {
		return m, err
	}
	defer func() { open() }() // a second time is none
	err = s.Store.Snapshot(ctx, func(snap *sqlstore.Snapshot) error {
		refs, err := s.Git.Refs().List("refs/")
		if err != nil {
			return err
		}
		open()
		m = Manifest{Format: format, Schema: snap.Version, Epoch: snap.Epoch, Made: s.Now().UTC().Truncate(time.Second), Refs: map[string]string{}}
		for name, h := range refs {
			m.Refs[name] = h.String()
		}
		for _, table := range snap.Tables {
			part, err := collectPart(work, tablePart(table), func(w io.Writer) (int, error) { return snap.Dump(w, table) })
			if err != nil {
				return err
			}
			m.Parts = append(m.Parts, part)
		}
		return nil
	})
	if err != nil || len(m.Refs) == 0 {
		return m, err
	}
	if err := writeBundle(ctx, work, s.Git, m.Refs); err != nil {
		return m, err
	}
	part, err := measure(work, bundlePart)
	m.Parts = append(m.Parts, part)
	return m, err
}

func collectPart(work, name string, write func(io.Writer) (int, error)) (p Part, err error) {
	path := filepath.Join(work, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return p, unable(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return p, unable(err)
	}
	sum := &summer{hash: sha256.New()}
	rows, err := write(io.MultiWriter(f, sum))
	return Part{Name: name, Size: sum.size, SHA256: sum.digest(), Rows: rows}, errors.Join(err, f.Close())
}

func measure(work, name string) (p Part, err error) {
	f, err := os.Open(filepath.Join(work, name))
	if err != nil {
		return p, unable(err)
	}
	defer f.Close()
	sum := &summer{hash: sha256.New()}
	_, err = io.Copy(sum, f)
	return Part{Name: name, Size: sum.size, SHA256: sum.digest()}, err
}

// pack writes the archive of a folder's parts.
func pack(w io.Writer, work string, m Manifest) error {
	zip, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return err
	}
	out := tar.NewWriter(zip)
	manifest, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := packHeader(out, manifestPart, int64(len(manifest)), m.Made); err != nil {
		return err
	}
	if _, err := out.Write(manifest); err != nil {
		return unable(err)
	}
	for _, p := range m.Parts {
		if err := packPart(out, work, p, m.Made); err != nil {
			return err
		}
	}
	return unable(errors.Join(out.Close(), zip.Close()))
}

func packHeader(out *tar.Writer, name string, size int64, made time.Time) error {
	return unable(out.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: made, Format: tar.FormatPAX}))
}

func packPart(out *tar.Writer, work string, p Part, made time.Time) error {
	f, err := os.Open(filepath.Join(work, filepath.FromSlash(p.Name)))
	if err != nil {
		return unable(err)
	}
	defer f.Close()
	if err := packHeader(out, p.Name, p.Size, made); err != nil {
		return err
	}
	_, err = io.Copy(out, f)
	return unable(err)
}

// unable says that a file or folder can not be written or read.
func unable(err error) error {
	if err == nil {
		return nil
	}
	what := fault.Text{TH: "เขียนหรืออ่านไฟล์ไม่ได้", EN: "A file can not be written or read."}
	var path *fs.PathError
	if errors.As(err, &path) {
		what = fault.Textf("ใช้ %s ไม่ได้", "%s can not be used.", path.Path)
	}
	return fault.New(fault.Unavailable, what, fault.Text{TH: "ตรวจดูเนื้อที่ดิสก์และสิทธิ์ของโฟลเดอร์", EN: "See whether the disk has room and the folder may be written."}).Because(err)
}

// syncDir makes a folder's entries durable, where the system knows how.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return unable(err)
	}
	return unable(errors.Join(d.Sync(), d.Close()))
}

// summer counts and digests what is written to it.
type summer struct {
	hash interface {
		io.Writer
		Sum([]byte) []byte
	}
	size int64
}

// Write never fails.
func (s *summer) Write(b []byte) (int, error) {
	s.size += int64(len(b))
	return s.hash.Write(b)
}

func (s *summer) digest() string { return hex.EncodeToString(s.hash.Sum(nil)) }

// String tells a manifest to whoever made or restored a backup.
func (m Manifest) String() string {
	rows := 0
	for _, p := range m.Parts {
		rows += p.Rows
	}
	return fmt.Sprintf("%d rows, %d refs, of %s", rows, len(m.Refs), m.Made.Format(time.RFC3339))
}
