package sqlstore

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
	"github.com/ncruces/go-sqlite3/vfs/xts"

	"khumue/internal/fault"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/staff/stafftest"
)

// folder returns what is in the files of a folder, by name.
func folder(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		out[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// put writes files into a new folder.
func put(t testing.TB, files map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func named(n int, name string) staff.User {
	u := stafftest.User(n)
	u.Name = name
	return u
}

func TestTheFilesOfASealedDatabaseTellNothing(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "k"+sealedEnd)
	s := mustOpen(t, name)
	for n := range 50 { // some of it in the log, some not
		book(t, s).Write(func(r staff.Records) error {
			return r.PutUser(named(n, "สมศรี มีทรัพย์ somsri"))
		})
	}
	open := folder(t, dir)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	closed := folder(t, dir)
	if len(open["k"+sealedEnd+"-wal"]) == 0 || len(closed["k"+sealedEnd]) < 100_000 {
		t.Fatalf("got files of %d and %d bytes", len(open["k"+sealedEnd+"-wal"]), len(closed["k"+sealedEnd]))
	}
	sectors := at(name).sectorKey()
	for _, files := range []map[string]string{open, closed} {
		for file, data := range files {
			for _, word := range []string{"สมศรี", "somsri", "SQLite format", "CREATE TABLE", "khumue", string(testKey), string(sectors), string(sectors[32:]),
				hex.EncodeToString(testKey), hex.EncodeToString(sectors)} {
				if strings.Contains(data, word) {
					t.Errorf("%s says %q", file, word)
				}
			}
		}
	}
}

func TestAnotherKeyOpensNothingAndSpoilsNothing(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, filepath.Join(dir, "k"+sealedEnd))
	book(t, s).Write(func(r staff.Records) error { return r.PutUser(stafftest.User(1)) })
	pulled := put(t, folder(t, dir)) // the plug: what was written last is in the log alone
	name := filepath.Join(pulled, "k"+sealedEnd)
	before := folder(t, pulled)
	for what, open := range map[string]func() (*Store, error){
		"another key":              func() (*Store, error) { return OpenSealed(t.Context(), name, bytes.Repeat([]byte{8}, SealedKey)) },
		"the driver of open files": func() (*Store, error) { return Open(t.Context(), name) },
		"a file that is not sealed": func() (*Store, error) {
			plain := databases[0].empty(t)
			return nil, errors.Join(mustOpen(t, plain).Close(), func() error { _, err := OpenSealed(t.Context(), plain, testKey); return err }())
		},
	} {
		if _, err := open(); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: got error %v, want one of kind %q", what, err, fault.Invalid)
		}
	}
	if _, err := OpenSealed(t.Context(), name, testKey[1:]); err == nil {
		t.Error("a short key was taken")
	}
	if !maps.Equal(before, folder(t, pulled)) {
		t.Error("a refusal changed the files")
	}
	stafftest.Read(book(t, mustOpen(t, name)), func(r staff.Records) (staff.User, error) { return r.User(stafftest.ID(1)) })
}

// losing is a file system that knows what a failure of power would leave: of each
// file, what was written before it was last synced.
type losing struct {
	vfs.VFS
	mu   sync.Mutex
	kept map[string]string
}

func (l *losing) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	return nil, flags, errors.New("files are opened by OpenFilename")
}

func (l *losing) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, flags, err := vfsutil.WrapOpenFilename(l.VFS, name, flags)
	if err != nil {
		return nil, flags, err
	}
	return &losingFile{f, l, name.String()}, flags, nil
}

func (l *losing) Delete(name string, syncDir bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.kept, filepath.Base(name))
	return l.VFS.Delete(name, syncDir)
}

// left is what would be there after a failure of power.
func (l *losing) left() map[string]string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.kept)
}

type losingFile struct {
	vfs.File
	of   *losing
	name string
}

func (f *losingFile) Sync(flags vfs.SyncFlag) error {
	if err := f.File.Sync(flags); err != nil {
		return err
	}
	data, err := os.ReadFile(f.name)
	f.of.mu.Lock()
	defer f.of.mu.Unlock()
	f.of.kept[filepath.Base(f.name)] = string(data)
	return err
}

func (f *losingFile) SharedMemory() vfs.SharedMemory { return vfsutil.WrapSharedMemory(f.File) }

// TestWhatASealedDatabaseAcknowledgedOutlivesAFailureOfPower writes on while pages
// move from the log into the file, and opens what a failure would have left each time.
func TestWhatASealedDatabaseAcknowledgedOutlivesAFailureOfPower(t *testing.T) {
	l := &losing{VFS: vfs.Find(""), kept: map[string]string{}}
	vfs.Register("losing", xts.Wrap(l, nil))
	defer vfs.Unregister("losing")
	name := filepath.Join(t.TempDir(), "k"+sealedEnd)
	p := at(name)
	p.vfs = "losing"
	s, err := openAt(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := pragma(s, "wal_autocheckpoint = 30"); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("ก", 2000)
	moved, first := false, l.left()["k"+sealedEnd]
	for n := range 20 {
		book(t, s).Write(func(r staff.Records) error { return r.PutUser(named(n, long)) })
		if n%4 != 3 {
			continue
		}
		files := l.left()
		moved = moved || files["k"+sealedEnd] != first
		again := mustOpen(t, filepath.Join(put(t, files), "k"+sealedEnd))
		for i := range n + 1 {
			stafftest.Read(book(t, again), func(r staff.Records) (staff.User, error) { return r.User(stafftest.ID(i)) })
		}
		sound(t, again)
		again.Close()
	}
	if !moved {
		t.Error("no page moved from the log into the file")
	}
}

// sound fails the test unless SQLite finds the file whole.
func sound(t testing.TB, s *Store) {
	t.Helper()
	err := s.engine.read(t.Context(), func(h handle) error {
		said, err := column[string](t.Context(), h, `PRAGMA integrity_check`)
		if err == nil && (len(said) != 1 || said[0] != "ok") {
			err = errors.New(strings.Join(said, "; "))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
