package folder

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// author edits a folder on a file system whose times have ticks of two seconds,
// and knows what is in it.
type author struct {
	*rand.Rand
	dir   string
	now   time.Duration // since start
	files map[string]string
}

const tick = 2 * time.Second

var paths = []string{"a", "a/b", "a/b/c", "a.b", "b/1", "b/2", "b/3/x", "c"}

// edit writes, touches or removes a file, or does nothing because another
// stands in its way.
func (a *author) edit(t *testing.T) {
	t.Helper()
	a.now += time.Duration(a.IntN(3000)) * time.Millisecond
	name := paths[a.IntN(len(paths))]
	for other := range a.files {
		if strings.HasPrefix(other, name+"/") || strings.HasPrefix(name, other+"/") {
			remove(t, a.dir, other)
			delete(a.files, other)
		}
	}
	if _, err := os.Stat(filepath.Join(a.dir, name)); err == nil {
		if _, isFile := a.files[name]; !isFile {
			remove(t, a.dir, name) // a folder that is empty now
		}
	}
	text, there := a.files[name]
	switch a.IntN(5) {
	case 0:
		remove(t, a.dir, name)
		delete(a.files, name)
		return
	case 1:
		if !there {
			return // touched below
		}
	case 2:
		text = fmt.Sprint("longer ", a.IntN(3))
	default:
		text = fmt.Sprint(a.IntN(4)) // nearly always of the same size
	}
	a.files[name] = text
	put(t, a.dir, name, text, int(a.now.Truncate(tick)/time.Second))
}

// builder knows what it has read, and follows what it is told.
type builder struct {
	*rand.Rand
	listing *Listing
	built   map[string]string
	sure    map[string]bool // what it has sealed since it changed
}

// build scans, and acts on what changed. It tells of files that did not.
func (b *builder) build(t *testing.T, a *author) {
	t.Helper()
	l, changes, err := scan(context.Background(), a.dir, b.listing, Hidden, start.Add(a.now))
	if err != nil {
		t.Fatal(err)
	}
	if b.listing == nil {
		for e := range l.Entries() {
			changes = append(changes, Change{e.Path, Came})
		}
	}
	for _, c := range changes {
		was, known := b.built[c.Path]
		switch {
		case (c.What == Came) == known:
			t.Fatalf("%s: told %d, and known: %v", c.Path, c.What, known)
		case c.What == Changed && b.sure[c.Path] && was == a.files[c.Path]:
			t.Fatalf("%s: told as changed, and is what was sealed", c.Path)
		case c.What == Went:
			delete(b.built, c.Path)
			delete(b.sure, c.Path)
			continue
		}
		data, err := os.ReadFile(filepath.Join(a.dir, filepath.FromSlash(c.Path)))
		if err != nil {
			t.Fatal(err)
		}
		b.built[c.Path] = string(data)
		if b.sure[c.Path] = b.IntN(4) > 0; b.sure[c.Path] {
			l.Seal(c.Path, SumOf(data))
		}
	}
	b.listing = l
}

// store keeps the listing as a program does that ends, or loses it.
func (b *builder) store(t *testing.T) {
	t.Helper()
	var file bytes.Buffer
	if err := b.listing.Write(&file); err != nil {
		t.Fatal(err)
	}
	if b.IntN(20) == 0 {
		b.listing, b.built, b.sure = nil, map[string]string{}, map[string]bool{}
		return
	}
	l, err := Read(&file)
	if err != nil || !l.Equal(b.listing) {
		t.Fatalf("read back: %v", err)
	}
	b.listing = l
}

func TestWhoFollowsTheChangesHasWhatIsThere(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 5))
		a := &author{Rand: r, dir: t.TempDir(), files: map[string]string{}}
		b := &builder{Rand: r, built: map[string]string{}, sure: map[string]bool{}}
		for range 40 {
			for range r.IntN(4) {
				a.edit(t)
			}
			b.build(t, a)
			if !maps.Equal(a.files, b.built) {
				t.Fatalf("seed %d: got %v, want %v", seed, b.built, a.files)
			}
			b.store(t)
			if r.IntN(4) == 0 {
				a.now += time.Duration(r.IntN(10)) * time.Second
			}
		}
		if got := slices.Sorted(maps.Keys(b.built)); b.listing != nil && len(got) != b.listing.Len() {
			t.Errorf("seed %d: %d files are listed, want %d", seed, b.listing.Len(), len(got))
		}
	}
}
