package publish

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/fault"
)

var css, newCSS = Hashed("assets/site.css", []byte("a{}")), Hashed("assets/site.css", []byte("b{}"))

// small is a site of a few pages, most of which a change may leave as it is.
var small = site{
	"index.html":             "home",
	"build.json":             "{}",
	"procedure/a/index.html": "a",
	"procedure/b/index.html": "b",
	"procedure/c/index.html": "c",
	"agency/x/index.html":    "x",
	css:                      "a{}",
}

func TestPublicationChangesTheSite(t *testing.T) {
	less := func(s site, gone ...string) site {
		out := s.with(nil)
		for _, name := range gone {
			delete(out, name)
		}
		return out
	}
	tests := []struct {
		name   string
		change change
		want   site
		result Result
	}{
		{"nothing changes", change{write: small}, small, Result{Unchanged: 7, Changed: []string{}}},
		{"one page changes", change{write: small.with(site{"procedure/a/index.html": "A"})},
			small.with(site{"procedure/a/index.html": "A"}),
			Result{Written: 1, Unchanged: 6, Changed: []string{"/procedure/a/"}}},
		{"a page goes and its folder with it", change{write: less(small, "agency/x/index.html")},
			less(small, "agency/x/index.html"),
			Result{Removed: 1, Unchanged: 6, Changed: []string{"/agency/x/"}}},
		{"pages are kept without their bytes",
			change{write: site{"index.html": "HOME"}, keep: less(small, "index.html").paths()},
			small.with(site{"index.html": "HOME"}),
			Result{Written: 1, Unchanged: 6, Changed: []string{"/"}}},
		{"most changes, so the whole is swapped",
			change{write: site{"build.json": "{}", "index.html": "1", "procedure/a/index.html": "2", css: "a{}"}},
			site{"build.json": "{}", "index.html": "1", "procedure/a/index.html": "2", css: "a{}"},
			Result{Written: 2, Removed: 3, Unchanged: 2, Swapped: true,
				Changed: []string{"/", "/agency/x/", "/procedure/a/", "/procedure/b/", "/procedure/c/"}}},
		{"an old asset stays", change{write: less(small, css).with(site{newCSS: "b{}"})},
			small.with(site{newCSS: "b{}"}),
			Result{Written: 1, Unchanged: 6, Changed: []string{"/" + newCSS}}},
		{"an amendment leaves alone what it does not name",
			change{amend: true, write: site{"procedure/d/index.html": "d"}, remove: []string{"agency/x/index.html", "no/such"}},
			less(small, "agency/x/index.html").with(site{"procedure/d/index.html": "d"}),
			Result{Written: 1, Removed: 1, Changed: []string{"/agency/x/", "/procedure/d/"}}},
		{"an amendment of most of the site swaps it",
			change{amend: true, write: site{"index.html": "1", "procedure/a/index.html": "2", "procedure/b/index.html": "3", "procedure/c/index.html": "4"}, remove: []string{css}},
			small.with(site{"index.html": "1", "procedure/a/index.html": "2", "procedure/b/index.html": "3", "procedure/c/index.html": "4"}),
			Result{Written: 4, Swapped: true, Changed: []string{"/", "/procedure/a/", "/procedure/b/", "/procedure/c/"}}},
		{"a folder becomes a file", change{write: less(small, "agency/x/index.html").with(site{"agency/x": "x"})},
			less(small, "agency/x/index.html").with(site{"agency/x": "x"}),
			Result{Written: 1, Removed: 1, Unchanged: 6, Changed: []string{"/agency/x", "/agency/x/"}}},
		{"a file becomes a folder", change{write: less(small, "build.json").with(site{"build.json/1": "1"})},
			less(small, "build.json").with(site{"build.json/1": "1"}),
			Result{Written: 1, Removed: 1, Unchanged: 6, Changed: []string{"/build.json", "/build.json/1"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "public")
			putFiles(t, dir, site{".gitignore": "*"})
			mustPublish(t, dir, quick(), change{write: small})
			got := mustPublish(t, dir, quick(), test.change)
			if diff := cmp.Diff(test.result, got); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
			wantSite(t, dir, test.want.with(site{".gitignore": "*"}))
			wantTidy(t, dir)
		})
	}
}

// wantTidy checks that nothing is left beside the site but lock and state.
func wantTidy(t *testing.T, dir string) {
	t.Helper()
	got, _ := readFolder(t, filepath.Join(filepath.Dir(dir), ".public.khumue"))
	want := []string{"lock", "state/publish.json"}
	for _, b := range batchesOf(t, dir) {
		want = append(want, "state/"+b.State)
	}
	if diff := cmp.Diff(want, got.paths()); diff != "" {
		t.Errorf("working folder (-want +got):\n%s", diff)
	}
}

func TestUnchangedFilesKeepTheirTime(t *testing.T) {
	for _, test := range []struct {
		name   string
		change change
		hook   func(step, path string) error
	}{
		{"in place", change{write: small.with(site{"procedure/a/index.html": "A"})}, nil},
		{"in a swap", change{write: site{"build.json": "{}", "index.html": "1", "procedure/a/index.html": "2"}}, nil},
		{"in a swap without hard links", change{write: site{"build.json": "{}", "index.html": "1", "procedure/a/index.html": "2"}},
			without("link", "", nil)},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "public")
			mustPublish(t, dir, quick(), change{write: small})
			page := filepath.Join(dir, "build.json")
			then := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
			if err := os.Chtimes(page, then, then); err != nil {
				t.Fatal(err)
			}
			o := quick()
			o.disk.hook = test.hook
			mustPublish(t, dir, o, test.change)
			info, err := os.Stat(page)
			if err != nil {
				t.Fatal(err)
			}
			if !info.ModTime().Equal(then) {
				t.Errorf("got time %v, want %v", info.ModTime(), then)
			}
		})
	}
}

func TestFilesWithDots(t *testing.T) {
	foreign := site{".gitignore": "*", ".git/refs/heads/main": "1", ".well-known/acme": "token"}
	ours := small.with(site{".nojekyll": "", ".well-known/security.txt": "mail"})
	dir := filepath.Join(t.TempDir(), "public")
	putFiles(t, dir, foreign)
	mustPublish(t, dir, quick(), change{write: ours})
	wantSite(t, dir, ours.with(foreign))

	all := site{}
	for name := range ours {
		all[name] = "new"
	}
	if r := mustPublish(t, dir, quick(), change{write: all}); !r.Swapped {
		t.Error("got a change in place, want a swap")
	}
	wantSite(t, dir, all.with(foreign))

	delete(all, ".nojekyll")
	delete(all, ".well-known/security.txt")
	if r := mustPublish(t, dir, quick(), change{write: all}); r.Removed != 2 {
		t.Errorf("got %d files removed, want the two that publications had put there", r.Removed)
	}
	wantSite(t, dir, all.with(foreign))
}

func TestAssetsLiveThirtyDaysLonger(t *testing.T) {
	with, without := small, small.with(nil)
	delete(without, css)
	tests := []struct {
		name string
		then func(t *testing.T, dir string, at func(n int, c change))
		want site
	}{
		{"on the 29th day it is there", func(t *testing.T, dir string, at func(int, change)) {
			at(1, change{write: without})
			at(30, change{write: without})
		}, with},
		{"on the 30th day it is gone", func(t *testing.T, dir string, at func(int, change)) {
			at(1, change{write: without})
			at(31, change{write: without})
		}, without},
		{"the days count anew when it was in use again", func(t *testing.T, dir string, at func(int, change)) {
			at(1, change{write: without})
			at(20, change{write: with})
			at(40, change{write: without})
			at(69, change{write: without})
		}, with},
		{"an amendment removes it when its time has come", func(t *testing.T, dir string, at func(int, change)) {
			at(1, change{amend: true, remove: []string{css}})
			at(31, change{amend: true, write: site{"index.html": "home"}})
		}, without},
		{"an amendment may use it again", func(t *testing.T, dir string, at func(int, change)) {
			at(1, change{amend: true, remove: []string{css}})
			at(2, change{amend: true, write: site{css: "a{}"}})
			at(40, change{amend: true, write: site{"index.html": "home"}})
		}, with},
		{"the days count from when the record was lost", func(t *testing.T, dir string, at func(int, change)) {
			at(1, change{write: without})
			os.RemoveAll(filepath.Join(filepath.Dir(dir), ".public.khumue"))
			at(31, change{write: without})
		}, with},
		{"the days count from when its batch was lost", func(t *testing.T, dir string, at func(int, change)) {
			at(1, change{write: without})
			for _, b := range batchesOf(t, dir) {
				os.WriteFile(filepath.Join(filepath.Dir(dir), ".public.khumue", "state", b.State), []byte("x\n"), 0o644)
			}
			at(31, change{write: without})
			at(60, change{write: without})
		}, with},
		{"an amendment removes nothing of a batch that was lost", func(t *testing.T, dir string, at func(int, change)) {
			at(1, change{write: without})
			for _, b := range batchesOf(t, dir) {
				os.Remove(filepath.Join(filepath.Dir(dir), ".public.khumue", "state", b.State))
			}
			at(40, change{amend: true, write: site{"index.html": "home"}})
		}, with},
		{"an amendment that removes it once more changes nothing", func(t *testing.T, dir string, at func(int, change)) {
			at(1, change{amend: true, remove: []string{css}})
			at(20, change{amend: true, remove: []string{css}})
			at(31, change{amend: true, write: site{"index.html": "home"}})
		}, without},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "public")
			mustPublish(t, dir, quick(), change{write: with})
			test.then(t, dir, func(n int, c change) {
				o := quick()
				o.Now = day(n)
				mustPublish(t, dir, o, c)
			})
			wantSite(t, dir, test.want)
		})
	}
}

func batchesOf(t *testing.T, dir string) []batch {
	t.Helper()
	return (&Target{work: filepath.Join(filepath.Dir(dir), ".public.khumue")}).readRecord().Retired
}

// A search index has hundreds of thousands of files, and an amendment a few.
func TestTheRecordStaysSmall(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	many := small.with(nil)
	for i := range 3000 {
		many[fmt.Sprintf("search/terms/%x-%08x.idx", i, i)] = "i"
	}
	record := filepath.Join(filepath.Dir(dir), ".public.khumue", "state", recordName)
	for i, c := range []change{{write: many}, {write: small}, {amend: true, write: site{"index.html": "1"}},
		{amend: true, write: site{"search/terms/1-00000001.idx": "i"}}} {
		o := quick()
		o.Now = day(i)
		mustPublish(t, dir, o, c)
		if info, err := os.Stat(record); err != nil || info.Size() > 500 {
			t.Fatalf("publication %d: got %v, %v, want a few bytes", i, info.Size(), err)
		}
		wantTidy(t, dir)
	}
	target := mustOpen(t, dir, quick())
	p, err := target.Begin()
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3000 {
		since, was := p.retiredSince(fmt.Sprintf("search/terms/%x-%08x.idx", i, i))
		if was == (i == 1) || was && !since.Equal(day(1)()) {
			t.Fatalf("asset %d: got %v and %v, want all but the one in use again retired since the first day", i, since, was)
		}
	}
}

func TestAFirstSite(t *testing.T) {
	tests := []struct {
		name  string
		write []string
		want  error
	}{
		{"all its files are new", []string{"a/b", "c", ".well-known/x"}, nil},
		{"a file is written twice", []string{"a/b", "a/b"}, fault.Invalid},
		{"a file with a dot is written twice", []string{".a", ".a"}, fault.Invalid},
		{"a file is written where there is a folder", []string{"a/b", "a"}, fault.Invalid},
		{"a file is written below a file", []string{"a", "a/b/c/d"}, fault.Invalid},
	}
	for _, test := range tests {
		for _, inPlace := range []bool{false, true} {
			dir := filepath.Join(t.TempDir(), "public")
			putFiles(t, dir, site{".well-known/theirs": "t"})
			o := quick()
			o.InPlace = inPlace
			p, err := mustOpen(t, dir, o).Begin()
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range test.write {
				err = errors.Join(err, p.Write(name, nil))
			}
			if !errors.Is(err, test.want) {
				t.Errorf("%s: got error %v, want %v", test.name, err, test.want)
			}
			if err != nil {
				continue
			}
			r, err := p.Commit(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if !r.All || len(r.Changed) > 0 || r.Written != len(test.write) {
				t.Errorf("%s: got %+v, want all changed and none told", test.name, r)
			}
			wantSite(t, dir, site{"a/b": "", "c": "", ".well-known/x": "", ".well-known/theirs": "t"})
		}
	}
}

func TestWhatCannotBePublished(t *testing.T) {
	tests := []struct {
		name   string
		change change
		want   error
	}{
		{"a file written twice", change{write: site{"index.html": ""}, keep: []string{"index.html"}}, fault.Invalid},
		{"a file kept that is not there", change{keep: []string{"no/such"}}, fs.ErrNotExist},
		{"a file below a file that stays", change{amend: true, write: site{"index.html/x": ""}}, fault.Invalid},
		{"a file where a folder stays", change{amend: true, write: site{"procedure": ""}}, fault.Invalid},
		{"a path that leaves the site", change{write: site{"../x": ""}}, fault.Invalid},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "public")
			mustPublish(t, dir, quick(), change{write: small})
			_, err := publishOnce(dir, quick(), test.change)
			if !errors.Is(err, test.want) {
				t.Errorf("got error %v, want %v", err, test.want)
			}
			wantSite(t, dir, small)
			wantTidy(t, dir)
		})
	}
}

func TestAFailedWriteEndsThePublication(t *testing.T) {
	target := mustOpen(t, filepath.Join(t.TempDir(), "public"), quick())
	p, err := target.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := target.Begin(); err == nil {
		t.Error("got a second publication at once, want an error")
	}
	if err := p.Write("a//b", nil); !errors.Is(err, fault.Invalid) {
		t.Errorf("got error %v, want %v", err, fault.Invalid)
	}
	if _, err := p.Commit(context.Background()); !errors.Is(err, fault.Invalid) {
		t.Errorf("got error %v of Commit, want that of Write", err)
	}
	if err := p.Write("a", nil); err == nil {
		t.Error("got a write after the end, want an error")
	}
	if _, err := os.Stat(target.Dir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want no site", err)
	}
}

func TestACancelledPublicationChangesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	mustPublish(t, dir, quick(), change{write: small})
	p, err := mustOpen(t, dir, quick()).Begin()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := p.Write("index.html", []byte("new")); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Commit(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want %v", err, context.Canceled)
	}
	wantSite(t, dir, small)
	wantTidy(t, dir)
}

func TestOpenRefuses(t *testing.T) {
	tests := []struct {
		name  string
		files site
		dir   string
		ok    bool
	}{
		{"a folder of somebody else's", site{"public/thesis.doc": "1"}, "public", false},
		{"a file", site{"public": "1"}, "public", false},
		{"nothing: an empty folder with a file of git's", site{"public/.gitignore": "*"}, "public", true},
		{"nothing: a site whose state was lost", site{"public/build.json": "{}", "public/x": "1"}, "public", true},
		{"nothing: a missing folder in a missing folder", nil, "a/b/public", true},
		{"the root of the system", nil, "/", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root := t.TempDir()
			putFiles(t, root, test.files)
			dir := filepath.Join(root, test.dir)
			if test.dir == "/" {
				dir = test.dir
			}
			target, err := Open(context.Background(), dir, quick())
			if err == nil {
				defer target.Close()
			}
			if (err == nil) != test.ok || (err != nil && !errors.Is(err, fault.Invalid)) {
				t.Errorf("got error %v, want one: %v", err, !test.ok)
			}
		})
	}
}

func TestTheFolderBehindALinkIsPublished(t *testing.T) {
	root := t.TempDir()
	putFiles(t, root, site{"real/www/.gitignore": "*"})
	link := filepath.Join(root, "public")
	if err := os.Symlink(filepath.Join(root, "real", "www"), link); err != nil {
		t.Fatal(err)
	}
	mustPublish(t, link, quick(), change{write: small})
	wantSite(t, filepath.Join(root, "real", "www"), small.with(site{".gitignore": "*"}))
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("got %v, want the link as it was", info)
	}
}

func TestALinkInsideTheSiteIsNotFollowed(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "public")
	mustPublish(t, dir, quick(), change{write: small})
	putFiles(t, root, site{"elsewhere/index.html": "x", "elsewhere/other": "o"})
	if err := os.RemoveAll(filepath.Join(dir, "agency", "x")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(root, "elsewhere"), filepath.Join(dir, "agency", "x")); err != nil {
		t.Fatal(err)
	}
	mustPublish(t, dir, quick(), change{write: small})
	wantSite(t, dir, small)
	wantSite(t, filepath.Join(root, "elsewhere"), site{"index.html": "x", "other": "o"})
}

func TestInPlaceKeepsTheFolderItself(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	putFiles(t, dir, site{".gitignore": "*"})
	before, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	o := quick()
	o.InPlace = true
	mustPublish(t, dir, o, change{write: small})
	after, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !os.SameFile(before, after) {
		t.Error("got another folder, want the same")
	}
	wantSite(t, dir, small.with(site{".gitignore": "*"}))
}

func TestASwapKeepsThePermissionsOfTheFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	if err := os.Mkdir(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	mustPublish(t, dir, quick(), change{write: small})
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o750 {
		t.Errorf("got %v, want %v", got, fs.FileMode(0o750))
	}
}

func TestOrderOfDurability(t *testing.T) {
	for _, test := range []struct {
		name   string
		change change
		moves  string // the step that first touches the site
	}{
		{"in place", change{write: small.with(site{"index.html": "1", newCSS: "b{}"})}, newCSS},
		{"in a swap", change{write: site{"build.json": "1", "index.html": "2"}}, "public"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "public")
			mustPublish(t, dir, quick(), change{write: small})
			var got []string
			o := quick()
			o.disk.hook = func(step, path string) error {
				rel, _ := filepath.Rel(filepath.Dir(dir), path)
				got = append(got, step+" "+filepath.ToSlash(rel))
				return nil
			}
			mustPublish(t, dir, o, test.change)
			move := "rename public/" + test.moves
			if test.moves == "public" {
				move = "exchange public"
			}
			wantOrder(t, got,
				"write .public.khumue/stage/tree/index.html",
				"synctree .public.khumue/stage",
				"syncfile .public.khumue/journal.new",
				"rename .public.khumue/journal",
				"syncdir .public.khumue",
				move,
				"synctree .",
				"remove .public.khumue/journal",
				"syncdir .public.khumue")
		})
	}
}

// wantOrder checks that the wanted steps were made one after the other.
func wantOrder(t *testing.T, got []string, want ...string) {
	t.Helper()
	rest := got
	for _, w := range want {
		i := slices.Index(rest, w)
		if i < 0 {
			t.Fatalf("got steps\n%q\nwant %q in its place", got, w)
		}
		rest = rest[i+1:]
	}
}

func TestARealDiskIsSynced(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	for _, c := range []change{{write: small}, {write: noCSS}, {amend: true, remove: []string{"index.html"}}} {
		mustPublish(t, dir, Options{}, c)
	}
	want := noCSS.with(site{css: "a{}"})
	delete(want, "index.html")
	wantSite(t, dir, want)
}
