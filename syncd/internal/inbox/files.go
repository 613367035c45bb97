package inbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"khumue/internal/fault"
	"khumue/internal/wire"
)

// Files keeps what operations bring beside their bodies, each device's in a folder
// of its own, by contents. What has come of a file is there under its sum with an
// ending, until all of it is there and its sum is right.
type Files struct {
	Dir   string
	Quota int64 // bytes that a device may have there, of what comes as much as it will have

	mu     sync.Mutex
	shares map[string]*share // by device
}

const ending = ".part"

func fileEntity(sum string) string { return "file:" + sum }

// path is where a file is. What is no device's id and no sum is an error of kind
// Invalid.
func (f *Files) path(device, sum string) (string, error) {
	if b, err := hex.DecodeString(sum); err != nil || len(b) != sha256.Size || !filepath.IsLocal(device) || strings.ContainsAny(device, `/\`) {
		return "", fault.New(fault.Invalid, fault.Text{TH: "ชื่อไฟล์ไม่ถูกต้อง", EN: "It is not the name of a file."})
	}
	return filepath.Join(f.Dir, device, sum), nil
}

func notKept(err error) error {
	if err == nil {
		return nil
	}
	return fault.New(fault.Unavailable, fault.Text{TH: "ขณะนี้ศูนย์กลางเก็บไฟล์ไม่ได้", EN: "The centre can not keep files now."},
		fault.Text{TH: "จะส่งใหม่ให้เองภายหลัง", EN: "It will be sent again later."}).Because(err)
}

// Have tells how much of a device's file is there.
func (f *Files) Have(device, sum string) (wire.Got, error) {
	got := wire.Got{SHA256: sum}
	path, err := f.path(device, sum)
	if err != nil {
		return got, err
	}
	defer f.share(device).Unlock()
	return have(path, got)
}

func have(path string, got wire.Got) (wire.Got, error) {
	st, err := os.Stat(path)
	if got.Complete = err == nil; errors.Is(err, fs.ErrNotExist) {
		if st, err = os.Stat(path + ending); errors.Is(err, fs.ErrNotExist) {
			return got, nil
		}
	}
	if err != nil {
		return got, notKept(err)
	}
	got.Have = st.Size()
	return got, nil
}

// Put keeps a piece of a device's file, where it goes on from what is there, and
// tells how much is there then. The whole is held to its sum: when that is another,
// all of it is dropped, and has to come anew. What is more than the device may have is
// ErrShare.
func (f *Files) Put(device string, p wire.Piece) (wire.Got, error) {
	got := wire.Got{SHA256: p.SHA256}
	path, err := f.path(device, p.SHA256)
	if err != nil {
		return got, err
	}
	s := f.share(device)
	defer s.Unlock()
	got, err = have(path, got)
	if err != nil || got.Complete || p.At > got.Have || p.At+int64(len(p.Data)) < got.Have {
		return got, err
	}
	if err := s.take(filepath.Dir(path), p.SHA256, p.Size, f.Quota); err != nil {
		return got, err
	}
	if err := add(path+ending, p.Data[got.Have-p.At:]); err != nil {
		return got, notKept(err)
	}
	got.Have = p.At + int64(len(p.Data))
	if got.Have < p.Size {
		return got, nil
	}
	got.Complete, err = finish(path, p.SHA256)
	if err == nil && !got.Complete {
		got.Have = 0
		s.drop(p.SHA256)
	}
	return got, notKept(err)
}

func add(path string, data []byte) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	return errors.Join(err, file.Close())
}

// finish gives a file that has come its name, durably, when its sum is right.
func finish(path, sum string) (whole bool, err error) {
	file, err := os.OpenFile(path+ending, os.O_RDWR, 0)
	if err != nil {
		return false, err
	}
	h := sha256.New()
	_, err = io.Copy(h, file)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return false, err
	}
	if hex.EncodeToString(h.Sum(nil)) != sum {
		return false, os.Remove(path + ending)
	}
	if err := os.Rename(path+ending, path); err != nil {
		return false, err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return false, err
	}
	_ = folder.Sync() // not every system can; the sum is looked at again when the file is used
	return true, folder.Close()
}

// Open opens a device's file that is there as a whole; one that is not is an error
// of kind NotFound.
func (f *Files) Open(device, sum string) (*os.File, error) {
	path, err := f.path(device, sum)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, fault.Text{TH: "ยังไม่ได้รับไฟล์นี้ครบ", EN: "Not all of this file has come."})
	}
	return file, notKept(err)
}

// Borrow gives a device a file that another has as a whole, where it has not. What
// neither has is nothing.
func (f *Files) Borrow(device, from string, file wire.File) error {
	there, err := f.Have(device, file.SHA256)
	if err != nil || there.Complete {
		return err
	}
	src, err := f.Open(from, file.SHA256)
	if errors.Is(err, fault.NotFound) {
		return nil
	} else if err != nil {
		return err
	}
	defer src.Close()
	return f.copy(device, file.SHA256, src)
}

// copy keeps what a reader gives as a file of a device, in place of what has come of
// it, when its sum is right. It is no more than waits to be used, and is not held to
// the device's share.
func (f *Files) copy(device, sum string, src io.Reader) error {
	path, err := f.path(device, sum)
	if err != nil {
		return err
	}
	s := f.share(device)
	defer s.Unlock()
	if err := s.look(filepath.Dir(path)); err != nil {
		return notKept(err)
	}
	to, err := os.Create(path + ending)
	if err != nil {
		return notKept(err)
	}
	n, err := io.Copy(to, src)
	if err = errors.Join(err, to.Close()); err == nil {
		_, err = finish(path, sum)
	}
	s.drop(sum)
	if err == nil {
		s.count(sum, n)
	}
	return notKept(err)
}

// Sweep removes files that were written before a time, but for those that are to
// be kept.
func (f *Files) Sweep(before time.Time, keep func(device, sum string) bool) error {
	return fs.WalkDir(os.DirFS(f.Dir), ".", func(name string, e fs.DirEntry, err error) error {
		device, sum, below := strings.Cut(name, "/")
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || e.IsDir() || !below || keep(device, strings.TrimSuffix(sum, ending)) {
			return err
		}
		return f.remove(device, sum, before)
	})
}

// Free removes a device's files that were written before a time, but for those that
// are to be kept.
func (f *Files) Free(device string, before time.Time, keep func(sum string) bool) error {
	names, err := os.ReadDir(filepath.Join(f.Dir, device))
	for _, n := range names {
		if !keep(strings.TrimSuffix(n.Name(), ending)) {
			err = errors.Join(err, f.remove(device, n.Name(), before))
		}
	}
	return notKept(err)
}

// remove removes what has a name in a device's folder, where it was written before a
// time.
func (f *Files) remove(device, name string, before time.Time) error {
	s := f.share(device)
	defer s.Unlock()
	path := filepath.Join(f.Dir, device, name)
	st, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !st.ModTime().Before(before) {
		return nil
	}
	if err == nil {
		err = os.Remove(path)
	}
	if err == nil {
		s.drop(strings.TrimSuffix(name, ending))
	}
	return err
}

// keepFiles is how long a file is kept that no operation waits to use.
const keepFiles = 90 * 24 * time.Hour

// Tidy removes old files that are needed no more. It is for once a day.
func (d *Desk) Tidy(ctx context.Context) error {
	needed := map[Brought]bool{}
	err := d.Store.Read(ctx, func(r Records) error {
		list, err := r.Brought("")
		for _, b := range list {
			needed[b] = true
		}
		return err
	})
	if err != nil {
		return err
	}
	return d.Files.Sweep(d.now().Add(-keepFiles), func(device, sum string) bool { return needed[Brought{device, sum}] })
}

// have tells how much of files is there.
func (d *Desk) have(dev Device, files []wire.File) (reply wire.Message, err error) {
	reply = wire.Message{Type: wire.Have, Got: make([]wire.Got, len(files))}
	for i, f := range files {
		if reply.Got[i], err = d.Files.Have(dev.ID, f.SHA256); err != nil {
			break
		}
	}
	return reply, err
}

// chunk keeps a piece of a file. Once all of it is there, operations that wait for
// it are tried.
func (d *Desk) chunk(ctx context.Context, dev Device, p wire.Piece) (wire.Message, error) {
	got, err := d.Files.Put(dev.ID, p)
	if errors.Is(err, ErrShare) {
		got, err = d.makeRoom(ctx, dev, p)
	}
	if err == nil && got.Complete {
		err = d.Store.Write(ctx, func(r Records) error { return r.Arrived(fileEntity(p.SHA256), d.now()) })
		d.wake()
	}
	return wire.Message{Type: wire.Have, Got: []wire.Got{got}}, err
}

// looked is missing, after what other devices of the same agency and point have of it
// was taken over: a machine that is enrolled anew sends under its new id the files of
// operations that it sent under the old one.
func (d *Desk) looked(ctx context.Context, dev Device, files []wire.File) (first string, whole int, err error) {
	if first, whole = d.missing(dev, files); first == "" {
		return first, whole, nil
	}
	var beside []string
	err = d.Store.Read(ctx, func(r Records) (err error) { beside, err = r.Beside(dev); return err })
	for _, f := range files {
		for _, other := range beside {
			if err == nil {
				err = d.Files.Borrow(dev.ID, other, f)
			}
		}
	}
	first, whole = d.missing(dev, files)
	return first, whole, err
}

// missing returns the first file of an operation that has not come, and how many
// have.
func (d *Desk) missing(dev Device, files []wire.File) (first string, whole int) {
	for _, f := range files {
		got, err := d.Files.Have(dev.ID, f.SHA256)
		switch {
		case err == nil && got.Complete:
			whole++
		case first == "":
			first = f.SHA256
		}
	}
	return first, whole
}
