package backup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"khumue/internal/fault"
	"khumue/syncd/internal/sqlstore"
)

// file is one of an archive.
type file struct {
	tar.Header
	data []byte
}

// unpacked are the files of an archive.
func unpacked(t testing.TB, data []byte) (out []file) {
	t.Helper()
	zip, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for in := tar.NewReader(zip); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, file{*h, data})
	}
}

// packed is the archive of files.
func packed(t testing.TB, files []file) []byte {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	out := tar.NewWriter(zip)
	for _, f := range files {
		h := f.Header
		h.Size = int64(len(f.data))
		if h.Typeflag != tar.TypeReg {
			h.Size, f.data = 0, nil
		}
		if err := out.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Write(f.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(out.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// told changes the manifest of an archive.
func told(t testing.TB, files []file, change func(*Manifest)) []file {
	t.Helper()
	var m Manifest
	if err := json.Unmarshal(files[0].data, &m); err != nil {
		t.Fatal(err)
	}
	change(&m)
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return append([]file{{files[0].Header, data}}, files[1:]...)
}

// wary restores what must not be restored, into one database or the other by
// turns. Each stays the same throughout: what one restore leaves, all that follow
// would find.
type wary struct {
	empty []string // addresses, as databases has them
	turn  int
}

func newWary(t *testing.T) *wary {
	t.Helper()
	w := &wary{}
	for _, d := range databases {
		w.empty = append(w.empty, d.empty(t))
	}
	return w
}

// refuses fails unless an archive is refused and nothing of it is left.
func (w *wary) refuses(t *testing.T, data []byte, kind fault.Kind) {
	t.Helper()
	w.turn++
	d := w.turn % len(databases)
	p := Place{Database: w.empty[d], Git: filepath.Join(t.TempDir(), "content.git")}
	if _, err := Restore(t.Context(), bytes.NewReader(data), p); !errors.Is(err, kind) {
		t.Errorf("%s: got error %v, want one of kind %q", databases[d].name, err, kind)
	}
	if list, _ := os.ReadDir(filepath.Dir(p.Git)); len(list) > 0 {
		t.Errorf("%s: left where the repository should be: %v", databases[d].name, list)
	}
	if _, err := sqlstore.OpenAsIs(t.Context(), p.Database); !errors.Is(err, fault.NotFound) {
		t.Errorf("%s: left in the database: got error %v, want one of kind %q", databases[d].name, err, fault.NotFound)
	}
}

func TestAnArchiveWithAnyPartChangedIsRefused(t *testing.T) {
	whole := written(t, office(t, databases[0].empty(t)))
	files, place := unpacked(t, whole), newWary(t)
	for i, f := range files {
		if i == 0 {
			continue // what a manifest may say is the next test's
		}
		for what, data := range map[string][]byte{
			"cut short":                          f.data[:len(f.data)-1],
			"made longer":                        append(bytes.Clone(f.data), '\n'),
			"empty":                              nil,
			"with another byte at its beginning": flipped(f.data, 0),
			"with another byte in the middle":    flipped(f.data, len(f.data)/2),
			"with another byte at its end":       flipped(f.data, len(f.data)-2),
		} {
			t.Run(f.Name+" "+what, func(t *testing.T) {
				changed := append([]file{}, files...)
				changed[i] = file{f.Header, data}
				place.refuses(t, packed(t, changed), fault.Invalid)
			})
		}
		t.Run(f.Name+" left out", func(t *testing.T) {
			place.refuses(t, packed(t, append(append([]file{}, files[:i]...), files[i+1:]...)), fault.Invalid)
		})
	}
	for _, at := range []int{1, 20, len(whole) / 3, len(whole) / 2, len(whole) - 1} {
		t.Run(fmt.Sprintf("the archive cut at byte %d", at), func(t *testing.T) { place.refuses(t, whole[:at], fault.Invalid) })
		t.Run(fmt.Sprintf("the archive with another byte at %d", at), func(t *testing.T) { place.refuses(t, flipped(whole, at), fault.Invalid) })
	}
}

func flipped(data []byte, at int) []byte {
	out := bytes.Clone(data)
	out[at] ^= 0x10
	return out
}

func TestAnArchiveThatClaimsTooMuchIsRefused(t *testing.T) {
	files, place := unpacked(t, written(t, office(t, databases[0].empty(t)))), newWary(t)
	named := func(i int, name string, kind byte) []file {
		out := append([]file{}, files...)
		out[i].Name, out[i].Typeflag = name, kind
		return out
	}
	for _, c := range []struct {
		name  string
		files []file
	}{
		{"a part with a way out of its folder", named(1, "../../etc/passwd", tar.TypeReg)},
		{"a part with an absolute path", named(1, "/etc/passwd", tar.TypeReg)},
		{"a part that is a link", func() []file {
			out := named(1, files[1].Name, tar.TypeSymlink)
			out[1].Linkname = "/etc/passwd"
			return out
		}()},
		{"a folder", named(1, "db/", tar.TypeDir)},
		{"one part more", append(append([]file{}, files...), file{files[1].Header, []byte("x")})},
		{"no manifest", files[1:]},
		{"a manifest that names a way out", told(t, named(1, "db/../../x", tar.TypeReg), func(m *Manifest) { m.Parts[0].Name = "db/../../x" })},
		{"a table that is not restored", told(t, named(1, "db/sessions.jsonl", tar.TypeReg), func(m *Manifest) { m.Parts[0].Name = "db/sessions.jsonl" })},
		{"parts in another order", told(t, files, func(m *Manifest) { m.Parts[0], m.Parts[1] = m.Parts[1], m.Parts[0] })},
		{"a part twice", told(t, files, func(m *Manifest) { m.Parts = append(m.Parts, m.Parts[0]) })},
		{"a size beyond all measure", told(t, files, func(m *Manifest) { m.Parts[0].Size = 1 << 50 })},
		{"a size below nothing", told(t, files, func(m *Manifest) { m.Parts[0].Size = -1 })},
		{"another number of rows", told(t, files, func(m *Manifest) { m.Parts[0].Rows++ })},
		{"another digest", told(t, files, func(m *Manifest) { m.Parts[0].SHA256 = strings.Repeat("0", 64) })},
		{"a newer format", told(t, files, func(m *Manifest) { m.Format++ })},
		{"a newer database", told(t, files, func(m *Manifest) { m.Schema = 9999 })},
		{"a ref that is not in the bundle", told(t, files, func(m *Manifest) { m.Refs["refs/heads/more"] = m.Refs["refs/heads/main"] })},
		{"a ref that the bundle has besides", told(t, files, func(m *Manifest) { delete(m.Refs, "refs/heads/main") })},
		{"a ref that names another commit", told(t, files, func(m *Manifest) { m.Refs["refs/heads/main"] = m.Refs["refs/heads/archive/old"] })},
		{"a ref outside of refs", told(t, files, func(m *Manifest) { m.Refs["HEAD"] = m.Refs["refs/heads/main"] })},
		{"a ref with a way out", told(t, files, func(m *Manifest) { m.Refs["refs/../../x"] = m.Refs["refs/heads/main"] })},
		{"a bundle without refs", told(t, files, func(m *Manifest) { m.Refs = nil })},
	} {
		t.Run(c.name, func(t *testing.T) { place.refuses(t, packed(t, c.files), fault.Invalid) })
	}
}

func TestRestoringIntoAPlaceThatIsNotEmptyChangesNothing(t *testing.T) {
	data := written(t, office(t, databases[0].empty(t)))
	for _, d := range databases {
		git := filepath.Join(t.TempDir(), "content.git")
		name := d.empty(t)
		mustOpen(t, name).Close()
		if _, err := Restore(t.Context(), bytes.NewReader(data), Place{name, git}); !errors.Is(err, fault.Conflict) {
			t.Errorf("a database that is there: got error %v, want one of kind %q", err, fault.Conflict)
		}
		if _, err := os.Stat(git); err == nil {
			t.Error("a repository was left")
		}
		if err := os.MkdirAll(filepath.Join(git, "x"), 0o700); err != nil {
			t.Fatal(err)
		}
		empty := d.empty(t)
		if _, err := Restore(t.Context(), bytes.NewReader(data), Place{empty, git}); !errors.Is(err, fault.Conflict) {
			t.Errorf("a repository that is there: got error %v, want one of kind %q", err, fault.Conflict)
		}
		if _, err := sqlstore.OpenAsIs(t.Context(), empty); !errors.Is(err, fault.NotFound) {
			t.Errorf("got error %v, want one of kind %q", err, fault.NotFound)
		}
	}
}

// FuzzArchive reads any archive to its end: what is accepted is what its
// manifest says, and nothing else than an error of kind Invalid comes of the
// rest.
func FuzzArchive(f *testing.F) {
	f.Add([]byte("PK\x03\x04"))
	small := Manifest{Format: 1, Schema: 1}
	data, err := json.Marshal(small)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packed(f, []file{{tar.Header{Name: manifestPart, Typeflag: tar.TypeReg, Mode: 0o600}, data}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := openArchive(bytes.NewReader(data))
		for i := 0; err == nil && i < len(a.Parts); i++ {
			err = a.next(a.Parts[i], func(r io.Reader) (int, error) {
				_, err := io.Copy(io.Discard, r)
				return a.Parts[i].Rows, err
			})
		}
		if err == nil {
			err = a.end()
		}
		if err != nil && !errors.Is(err, fault.Invalid) {
			t.Errorf("got error %v, want one of kind %q", err, fault.Invalid)
		}
	})
}

// FuzzManifest reads any manifest.
func FuzzManifest(f *testing.F) {
	f.Add([]byte(`{"format":1,"schema":1,"made":"2026-11-22T03:00:00Z","epoch":"e","parts":[{"name":"db/users.jsonl","size":1,"sha256":"` + strings.Repeat("a", 64) + `","rows":1}],"refs":{}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := parseManifest(data)
		if err != nil && !errors.Is(err, fault.Invalid) {
			t.Errorf("got error %v, want one of kind %q", err, fault.Invalid)
		}
		if err != nil {
			return
		}
		for _, p := range m.Parts {
			if strings.Contains(p.Name, "..") {
				t.Errorf("accepted the part %q", p.Name)
			}
		}
	})
}
