package site

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"khumue/internal/fault"
	"khumue/themes"
)

// tree is a site as files.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(dir, p)
		data, err := os.ReadFile(p)
		out[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// compare tells how a site that was brought up to date differs from one that
// was built anew. Search files that earlier builds wrote may still be there.
func compare(t *testing.T, got, want map[string]string) {
	t.Helper()
	shown := 0
	for _, p := range slices.Sorted(maps.Keys(want)) {
		if got[p] != want[p] && shown < 8 {
			shown++
			t.Errorf("%s differs:\n%s", p, firstDifference(got[p], want[p]))
		}
	}
	for _, p := range slices.Sorted(maps.Keys(got)) {
		if _, there := want[p]; !there && !strings.HasPrefix(p, searchDir) && shown < 8 {
			shown++
			t.Errorf("%s is left over", p)
		}
	}
	if shown > 0 {
		t.FailNow()
	}
}

func firstDifference(got, want string) string {
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	cut := func(s string) string { return s[max(0, i-60):min(len(s), i+100)] }
	return fmt.Sprintf("got  %q\nwant %q", cut(got), cut(want))
}

// TestAnUpdatedSiteIsTheSiteBuiltAnew edits a portal at random and brings the
// site up to date after each edit, or after several; now and then its memory is
// lost or damaged. It is always, byte for byte, the site that a build from
// nothing gives.
func TestAnUpdatedSiteIsTheSiteBuiltAnew(t *testing.T) {
	for _, tc := range []struct {
		seed           uint64
		manuals, steps int
	}{{1, 12, 16}, {2, 30, 12}, {3, 260, 4}, {4, 8, 24}, {5, 5, 24}} {
		t.Run(fmt.Sprint("seed ", tc.seed), func(t *testing.T) {
			t.Parallel()
			theme, town := plainTheme(t), newTown(tc.seed, tc.manuals)
			dir := filepath.Join(t.TempDir(), "public")
			buildFrom(t, town, dir, Options{Theme: theme, Facts: town.facts, Archive: town.annals})
			partial := 0
			for step := range tc.steps {
				var done []string
				for range 1 + town.rnd.IntN(3) {
					done = append(done, town.change())
				}
				if town.rnd.IntN(8) == 0 {
					spoil(t, town.rnd, dir)
					done = append(done, "spoil")
				}
				sum := buildFrom(t, town, dir, Options{Theme: theme, Facts: town.facts, Archive: town.annals})
				if sum.Partial {
					partial++
				}
				fresh := filepath.Join(t.TempDir(), "fresh")
				anew := buildFrom(t, fixed{town.files}, fresh, Options{Theme: theme, Facts: town.facts, Archive: town.annals})
				t.Logf("step %d: %v, partial %v, %d written", step, done, sum.Partial, sum.Result.Written)
				if anew.Pages != sum.Pages {
					t.Errorf("got %d pages, want %d", sum.Pages, anew.Pages)
				}
				compare(t, tree(t, dir), tree(t, fresh))
				if t.Failed() {
					return
				}
				os.RemoveAll(filepath.Dir(fresh))
			}
			if partial < tc.steps/2 {
				t.Errorf("only %d of %d builds followed the change", partial, tc.steps)
			}
		})
	}
}

// plainTheme is the default theme without its scripts and sheets, which take
// longer to bundle than a small site to build.
func plainTheme(t *testing.T) fs.FS {
	t.Helper()
	theme := fstest.MapFS{}
	err := fs.WalkDir(themes.Default(), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasPrefix(name, "assets/js/") || strings.HasPrefix(name, "assets/css/") {
			return err
		}
		data, err := fs.ReadFile(themes.Default(), name)
		theme[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"assets/js/main.js", "assets/js/settings.js", "assets/css/site.css", "assets/css/survey.css", "assets/css/delay.css"} {
		theme[name] = &fstest.MapFile{}
	}
	return theme
}

// spoil loses or damages what the last build remembers.
func spoil(t *testing.T, rnd *rand.Rand, dir string) {
	t.Helper()
	states := filepath.Join(filepath.Dir(dir), "."+filepath.Base(dir)+".khumue", "state")
	entries, err := os.ReadDir(states)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(states, entries[rnd.IntN(len(entries))].Name())
	data, err := os.ReadFile(name)
	if err != nil || len(data) == 0 {
		return
	}
	switch rnd.IntN(3) {
	case 0:
		err = os.Remove(name)
	case 1:
		err = os.Truncate(name, int64(rnd.IntN(len(data))))
	case 2:
		data[rnd.IntN(len(data))] ^= 0x10
		err = os.WriteFile(name, data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestWrongContentIsToldAndChangesNothing brings in what is wrong, by changes
// and in a whole portal: the same problems are told, and the site stays.
func TestWrongContentIsToldAndChangesNothing(t *testing.T) {
	for _, tc := range []struct {
		name  string
		wrong func(*town)
	}{
		{"a manual that a point serves is gone", func(w *town) {
			for p := range w.files {
				if path.Base(p) == "manual.md" && strings.Contains(p, "/m-4/") {
					delete(w.files, p)
				}
			}
		}},
		{"an agency is gone", func(w *town) { delete(w.files, w.dir("a-1")+"/agency.yaml") }},
		{"a process is gone", func(w *town) {
			for p := range w.files {
				if strings.HasSuffix(p, "/p-3.yaml") {
					delete(w.files, p)
				}
			}
		}},
		{"an identifier twice", func(w *town) {
			w.put(w.dir("a-1")+"/services/s-20.md", "---\nid: s-20\ntitle: ก\ncategories: [tax]\nchannels: [{kind: counter}]\n---\nก\n")
		}},
		{"a file that nothing names", func(w *town) { w.put(w.dir("a-1")+"/manuals/m-4/x.pdf", "%PDF-1.7") }},
		{"a file that nothing expects", func(w *town) { w.put(w.dir("a-1")+"/readme.txt", "x") }},
		{"an old address twice", func(w *town) {
			for _, id := range []string{"m-90", "m-91"} {
				w.put(w.dir("a-1")+"/manuals/"+id+"/manual.md", "---\nid: "+id+"\ntitle: ก\nlegacy: {number: 77}\n---\n")
			}
		}},
		{"a field that is none", func(w *town) {
			w.put(w.dir("a-1")+"/manuals/m-92/manual.md", "---\nid: m-92\ntitle: ก\nfoes: none\n---\n")
		}},
		{"a frame without a catalog", func(w *town) { delete(w.files, "catalog.yaml") }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w, o := fewAgencies(), Options{Theme: plainTheme(t)}
			dir := filepath.Join(t.TempDir(), "public")
			buildFrom(t, w, dir, o)
			before := tree(t, dir)
			tc.wrong(w)
			_, changed := tryBuild(t, w, dir, o)
			_, whole := tryBuild(t, fixed{w.files}, filepath.Join(t.TempDir(), "fresh"), o)
			var problems fault.Problems
			if !errors.As(changed, &problems) || len(problems) == 0 {
				t.Fatalf("got %v, want problems", changed)
			}
			if whole == nil || changed.Error() != whole.Error() {
				t.Errorf("got\n%v\nwant\n%v", changed, whole)
			}
			compare(t, tree(t, dir), before)
		})
	}
}
