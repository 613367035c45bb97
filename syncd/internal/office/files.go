package office

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"sync"
	"time"

	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/courier"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/strongbox"
)

// files are those that operations name, each sealed in a file of its own.
type files struct {
	dir    string
	opened *strongbox.Opened
	last   *lastFile
}

// lastFile is the file that was opened last, in memory until all of it was read: it is
// sent piece by piece, and opened for each.
type lastFile struct {
	mu   sync.Mutex
	sum  string
	data []byte
}

// get returns the bytes of a file, if it is the last.
func (l *lastFile) get(sum string) ([]byte, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.data, l.sum == sum
}

func (l *lastFile) set(sum string, data []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sum, l.data = sum, data
}

var _ courier.Files = files{}

var sumForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// purpose binds what is sealed to which file it is.
func (f files) purpose(sum string) string { return "file " + sum }

// put keeps a file until the centre has it.
func (f files) put(_ context.Context, file wire.File, data []byte) error {
	sealed, err := f.opened.Seal(f.purpose(file.SHA256), data)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return full(err)
	}
	return replace(filepath.Join(f.dir, file.SHA256), sealed)
}

// Open opens a file by its sum.
func (f files) Open(sum string) (courier.File, error) {
	if !sumForm.MatchString(sum) {
		return nil, notKept(nil)
	}
	if data, is := f.last.get(sum); is {
		return held{bytes.NewReader(data), f.last}, nil
	}
	sealed, err := os.ReadFile(filepath.Join(f.dir, sum))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, notKept(err)
	} else if err != nil {
		return nil, err
	}
	data, err := f.opened.Unseal(f.purpose(sum), sealed)
	if err != nil {
		return nil, notKept(err)
	}
	f.last.set(sum, data)
	return held{bytes.NewReader(data), f.last}, nil
}

// graceOfFiles is how old a file is at least that nothing names before it goes: the
// operation that will name it may not be written yet.
const graceOfFiles = 24 * time.Hour

// Tidy lets go of the bytes of operations that were settled long ago, and of files
// that no operation names any more, and has the repository let go of what nothing
// reaches.
func (r *Rooms) Tidy(ctx context.Context) error {
	if _, err := r.Box.Tidy(ctx); err != nil {
		return err
	}
	list, err := r.Box.Items(ctx, outbox.Filter{Whole: true, Files: true, Bare: true})
	if err != nil {
		return err
	}
	named := map[string]bool{}
	for _, i := range list {
		for _, f := range i.Files {
			named[f.SHA256] = true
		}
	}
	if err := r.beside.sweep(named, r.now().Add(-graceOfFiles)); err != nil {
		return err
	}
	return r.Repo.Maintain(ctx)
}

// sweep removes files that are older than a time and not named.
func (f files) sweep(named map[string]bool, before time.Time) error {
	list, err := os.ReadDir(f.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range list {
		info, gone := e.Info()
		if gone != nil || named[e.Name()] || !info.ModTime().Before(before) {
			continue
		}
		err = errors.Join(err, os.Remove(filepath.Join(f.dir, e.Name())))
	}
	return err
}

func notKept(err error) error {
	return fault.New(fault.NotFound, fault.Text{TH: "ไม่พบไฟล์แนบในเครื่องนี้", EN: "The file is not on this machine any more."}).Because(err)
}

// held is a file in memory.
type held struct {
	*bytes.Reader
	last *lastFile
}

// ReadAt reads; with the end the file is let go of.
func (h held) ReadAt(p []byte, at int64) (int, error) {
	n, err := h.Reader.ReadAt(p, at)
	if at+int64(n) >= h.Size() {
		h.last.set("", nil)
	}
	return n, err
}

// Close ends nothing.
func (held) Close() error { return nil }

// replace writes a file anew, so that after a failure of power it is the old one or
// the new one.
func replace(name string, data []byte) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return full(err)
	}
	defer func() {
		if err != nil {
			os.Remove(tmp.Name())
			err = full(err)
		}
	}()
	_, err = tmp.Write(data)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err = os.Rename(tmp.Name(), name); err != nil {
		return err
	}
	return syncDir(filepath.Dir(name))
}

// syncDir makes the names in a folder durable, where the system needs to be asked.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func full(err error) error {
	return fault.New(fault.Unavailable, fault.Text{TH: "เขียนลงดิสก์ไม่ได้", EN: "The disk can not be written."},
		fault.Text{TH: "ตรวจว่าดิสก์มีที่ว่าง แล้วลองใหม่", EN: "Make sure that there is room on it, then try again."}).Because(err)
}
