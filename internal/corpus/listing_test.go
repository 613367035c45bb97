package corpus

import (
	"fmt"
	"io/fs"
	"iter"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// A listing gives back what was added, though it holds parts of it only.
func TestListing(t *testing.T) {
	paths := []string{
		"site.yaml", "pages/faq.en.md", "holidays/2569.yaml",
		"agencies/mot/agency.yaml",
		"agencies/mot/dlt/agency.yaml",
		"agencies/mot/dlt/manuals/dlt-7f3k5q/manual.md",
		"agencies/mot/dlt/points/chatuchak.yaml",
		"agencies/mot/dlt/processes/dlt-p1.yaml",
		"agencies/mot/dlt/services/dlt-s1.md",
		"agencies/mot/manuals/mot-1/manual.md",
		"agencies/mot/md/points/chatuchak.yaml", // again
	}
	var l Listing
	for _, p := range paths {
		l.Add(p, 0)
	}
	if l.Len() != len(paths) || len(l.Problems) > 0 {
		t.Fatalf("got %d files and %v, want %d", l.Len(), l.Problems, len(paths))
	}
	for n, p := range paths {
		want, _ := FileAt(p)
		if got := l.At(n); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if below := want.Kind != SiteFile && want.Kind != PageFile && want.Kind != HolidaysFile; below && (l.Kind(n) != want.Kind || string(l.Name(n)) != want.Name) {
			t.Errorf("got %s %s of %s", l.Kind(n), l.Name(n), p)
		}
	}
	if got, want := l.Index(), []int{10}; !slices.Equal(got, want) {
		t.Errorf("got %v as named twice, want %v", got, want)
	}
	for id, want := range map[string]int{"mot": 3, "dlt": 4, "dlt-7f3k5q": 5, "chatuchak": 6, "mot-1": 9} {
		if n, there := l.Find(id); !there || n != want {
			t.Errorf("found %s as %d, %t, want %d", id, n, there, want)
		}
	}
	if n, there := l.Find("nobody"); there {
		t.Errorf("found nobody as %d", n)
	}
}

func TestListingFindsAllOfMany(t *testing.T) {
	for _, many := range []int{0, 1, 2, 3, 5000} {
		var l Listing
		for n := range many {
			l.Add(fmt.Sprintf("agencies/a/manuals/a-%d/manual.md", n), 0)
		}
		if twice := l.Index(); len(twice) > 0 {
			t.Errorf("of %d files, %v are said to stand twice", many, twice)
		}
		for n := range many {
			if got, there := l.Find(fmt.Sprintf("a-%d", n)); !there || got != n {
				t.Fatalf("of %d files, found %d as %d, %t", many, n, got, there)
			}
		}
		if _, there := l.Find("b"); there {
			t.Errorf("of %d files, found what is not there", many)
		}
	}
}

// walked is a file system that was walked already, and is not to be again.
type walked struct {
	fs.FS
	t     *testing.T
	found []string
}

func (w walked) Below(folder string) iter.Seq2[string, fs.FileMode] {
	return func(yield func(string, fs.FileMode) bool) {
		for _, p := range w.found {
			if strings.HasPrefix(p, folder+"/") && !yield(p, 0) {
				return
			}
		}
	}
}

func (w walked) Open(name string) (fs.File, error) {
	if len(w.found) > 0 {
		w.t.Errorf("%s is opened to list what is known", name)
	}
	return w.FS.Open(name)
}

func TestWhatWasWalkedAlreadyIsNotWalkedAgain(t *testing.T) {
	files := fstest.MapFS{}
	var found []string
	for _, p := range []string{"agencies/m01/agency.yaml", "agencies/m01/manuals/m01-aaaaaa/form.pdf", "agencies/m01/manuals/m01-aaaaaa/manual.md", "agencies/m01/stray.txt"} {
		files[p] = &fstest.MapFile{}
		found = append(found, p)
	}
	want, err := List(files)
	if err != nil {
		t.Fatal(err)
	}
	for name, known := range map[string][]string{"all is known": found, "nothing is": nil} {
		t.Run(name, func(t *testing.T) {
			got, err := List(walked{files, t, known})
			if err != nil {
				t.Fatal(err)
			}
			if got.Len() != 2 || got.Len() != want.Len() || !reflect.DeepEqual(got.Attachments, want.Attachments) || !reflect.DeepEqual(got.Problems, want.Problems) {
				t.Errorf("it lists %d files, %q and %v; want %d, %q and %v", got.Len(), got.Attachments, got.Problems, want.Len(), want.Attachments, want.Problems)
			}
			for n := range got.Len() {
				if got.Path(n) != want.Path(n) {
					t.Errorf("file %d is %s, want %s", n, got.Path(n), want.Path(n))
				}
			}
		})
	}
}
