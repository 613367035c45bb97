package folder

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"khumue/internal/fault"
)

// start is a time at which all is old.
var start = time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)

// put writes a file whose time is so many seconds after start.
func put(t *testing.T, dir, name, text string, seconds int) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	at := start.Add(time.Duration(seconds) * time.Second)
	if err := os.Chtimes(file, at, at); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
		t.Fatal(err)
	}
}

// at scans as if it were so many seconds after start.
func at(t *testing.T, dir string, old *Listing, seconds int) (*Listing, string) {
	t.Helper()
	l, changes, err := scan(context.Background(), dir, old, Hidden, start.Add(time.Duration(seconds)*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, c := range changes {
		told = append(told, fmt.Sprintf("%c%s", "+*-"[c.What], c.Path))
	}
	return l, strings.Join(told, " ")
}

// sealed reads all files, as who builds from them does.
func sealed(t *testing.T, dir string, l *Listing) *Listing {
	t.Helper()
	for e := range l.Entries() {
		if e.Kind != File {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(e.Path)))
		if err != nil {
			t.Fatal(err)
		}
		l.Seal(e.Path, SumOf(data))
	}
	return l
}

func TestWhatChangedIsTold(t *testing.T) {
	tests := []struct {
		name string
		then func(t *testing.T, dir string)
		want string
	}{
		{"nothing", func(*testing.T, string) {}, ""},
		{"a file comes", func(t *testing.T, dir string) { put(t, dir, "m/b.md", "b", 100) }, "+m/b.md"},
		{"a file goes", func(t *testing.T, dir string) { remove(t, dir, "m/a.md") }, "-m/a.md"},
		{"a folder goes", func(t *testing.T, dir string) { remove(t, dir, "m") }, "-m/a.md -m/x/c.md"},
		{"all goes", func(t *testing.T, dir string) {
			remove(t, dir, "m")
			remove(t, dir, "a.yaml")
			remove(t, dir, "z.yaml")
		}, "-a.yaml -m/a.md -m/x/c.md -z.yaml"},
		{"a file has another size", func(t *testing.T, dir string) { put(t, dir, "a.yaml", "aaa", 0) }, "*a.yaml"},
		{"a file has other bytes of the same size", func(t *testing.T, dir string) { put(t, dir, "a.yaml", "b", 100) }, "*a.yaml"},
		{"a file is touched", func(t *testing.T, dir string) { put(t, dir, "a.yaml", "a", 100) }, ""},
		{"a file is older than it was", func(t *testing.T, dir string) { put(t, dir, "a.yaml", "b", -100) }, "*a.yaml"},
		{"a file becomes a folder", func(t *testing.T, dir string) { remove(t, dir, "a.yaml"); put(t, dir, "a.yaml/x", "x", 0) }, "-a.yaml +a.yaml/x"},
		{"a folder becomes a file, and one stands between", func(t *testing.T, dir string) {
			remove(t, dir, "m")
			put(t, dir, "m", "m", 0)
			put(t, dir, "m.md", "m", 0)
		}, "+m +m.md -m/a.md -m/x/c.md"},
		{"a file becomes a link", func(t *testing.T, dir string) {
			remove(t, dir, "a.yaml")
			if err := os.Symlink("z.yaml", filepath.Join(dir, "a.yaml")); err != nil {
				t.Fatal(err)
			}
		}, "*a.yaml"},
		{"a folder becomes a link to one", func(t *testing.T, dir string) {
			remove(t, dir, "m/x")
			if err := os.Symlink("..", filepath.Join(dir, "m/x")); err != nil {
				t.Fatal(err)
			}
		}, "+m/x -m/x/c.md"},
		{"a file with a dot changes", func(t *testing.T, dir string) { put(t, dir, ".git/HEAD", "other", 100) }, ""},
		{"an empty folder comes", func(t *testing.T, dir string) { os.Mkdir(filepath.Join(dir, "e"), 0o755) }, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for _, name := range []string{"a.yaml", "m/a.md", "m/x/c.md", "z.yaml", ".git/HEAD"} {
				put(t, dir, name, name[:1], 0)
			}
			l, first := at(t, dir, nil, 50)
			if first != "" || l.Len() != 4 {
				t.Errorf("got %d files and the changes %q at first, want 4 and none", l.Len(), first)
			}
			l = sealed(t, dir, l)
			test.then(t, dir)
			l, got := at(t, dir, l, 200)
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if _, again := at(t, dir, l, 300); again != "" {
				t.Errorf("got %q when nothing changed any more, want nothing", again)
			}
		})
	}
}

func TestTimesThatAreTooNearAreNotTrusted(t *testing.T) {
	tests := []struct {
		name     string
		time     int // of the file, which was scanned and sealed at 100
		then     string
		sealed   bool
		want     string
		andAgain string
	}{
		{"an old file is trusted, whatever is in it", 90, "b", true, "", ""},
		{"a file that changes in the tick in which it was read", 99, "b", true, "*f", ""},
		{"a file that could have", 99, "a", true, "", ""},
		{"a file that could have, and nobody has told what it was", 99, "a", false, "*f", ""},
		{"an old file of which nobody has told what it was", 90, "a", false, "", ""},
		{"a file from the future that changes", 900, "b", true, "*f", "*f"},
		{"a file from the future", 900, "a", true, "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, "f", "a", test.time)
			l, _ := at(t, dir, nil, 100)
			if test.sealed {
				l = sealed(t, dir, l)
			}
			put(t, dir, "f", test.then, test.time)
			l, got := at(t, dir, l, 200)
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if _, got := at(t, dir, l, 300); got != test.andAgain {
				t.Errorf("got %q after that, want %q", got, test.andAgain)
			}
		})
	}
}

func TestAListingOfAnotherFolderIsTrustedForItsSums(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{"a": "a", "b": "b"} {
		put(t, one, name, text, 0)
		put(t, two, name, "a", 0)
	}
	l, _ := at(t, one, nil, 100)
	if _, got := at(t, two, sealed(t, one, l), 200); got != "*b" {
		t.Errorf("got %q, want %q", got, "*b")
	}
}

func TestASealForWhatIsNotListedIsLeftOut(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "b", "b", 0)
	l, _ := at(t, dir, nil, 100)
	for _, name := range []string{"", "a", "bb", "c"} {
		l.Seal(name, SumOf(nil))
	}
	for e := range l.Entries() {
		if (e.Sum != Sum{}) {
			t.Errorf("%s: got a sum, want none", e.Path)
		}
	}
}

func TestAFolderThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a", "a", 0)
	for name, root := range map[string]string{"is not there": filepath.Join(dir, "none"), "is a file": filepath.Join(dir, "a")} {
		if _, _, err := Scan(context.Background(), root, nil, nil); !errors.Is(err, fault.Unavailable) {
			t.Errorf("a folder that %s: got %v, want %v", name, err, fault.Unavailable)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := Scan(ctx, dir, nil, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestAnEmptyFolder(t *testing.T) {
	dir := t.TempDir()
	empty, _ := at(t, dir, nil, 0)
	put(t, dir, "a", "a", 0)
	full, told := at(t, dir, empty, 100)
	if empty.Len() != 0 || full.Len() != 1 || told != "+a" {
		t.Errorf("got %d and %d files and %q, want 0, 1 and %q", empty.Len(), full.Len(), told, "+a")
	}
	if empty.Equal(full) || !full.Equal(full) || full.Equal(nil) {
		t.Error("listings are equal that differ, or differ from themselves")
	}
}

// The order of listing and the division among goroutines must not show.
func TestManyFoldersAreListedInOrder(t *testing.T) {
	dir := t.TempDir()
	want := map[string]string{}
	for i := range 300 {
		for _, name := range []string{"m%03d/x.md", "m%03d.md", "m%03d-x/a/b/c/d/e/f.md", "a/%d/x", "a/%d.x"} {
			name = fmt.Sprintf(name, i)
			want[name] = name
			put(t, dir, name, name, 0)
		}
	}
	l, _ := at(t, dir, nil, 100)
	last := ""
	for e := range sealed(t, dir, l).Entries() {
		if e.Path <= last || e.Sum != SumOf([]byte(want[e.Path])) || e.Size != int64(len(e.Path)) || !e.Time.Equal(start) {
			t.Fatalf("got %+v after %s", e, last)
		}
		last = e.Path
	}
	if l.Len() != len(want) {
		t.Errorf("got %d files, want %d", l.Len(), len(want))
	}
	below := 0
	for e := range l.Below("m007") {
		if e.Path != "m007/x.md" {
			t.Errorf("%s is not below m007", e.Path)
		}
		below++
	}
	if below != 1 {
		t.Errorf("below m007 are %d files, want 1", below)
	}
	if _, told := at(t, dir, l, 200); told != "" {
		t.Errorf("got %q, want nothing", told)
	}
}

func TestOfSeveralReadingsTheFirstCounts(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a.yaml")
	write := func(text string, at time.Time) {
		if err := errors.Join(os.WriteFile(name, []byte(text), 0o644), os.Chtimes(name, at, at)); err != nil {
			t.Fatal(err)
		}
	}
	then := time.Now().Add(-time.Hour)
	write("one", then)
	old, _, err := Scan(t.Context(), dir, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	old.Seal("a.yaml", SumOf([]byte("one")))
	write("two", then.Add(time.Minute)) // after it was acted on, and read once more
	old.Seal("a.yaml", SumOf([]byte("two")))
	if _, changes, err := Scan(t.Context(), dir, old, nil); err != nil || len(changes) != 1 {
		t.Errorf("got %v, %v, want the change that was not acted on", changes, err)
	}
}
