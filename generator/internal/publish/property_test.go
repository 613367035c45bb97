package publish

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// model is what a target must be, told in the simplest way.
type model struct {
	files   site                 // that publications have put there
	retired map[string]time.Time // the assets among them that are out of use
	foreign site                 // below names with dots
}

func (m model) all() site { return m.files.with(m.foreign) }

// after returns the model after a change, and whether that is possible.
func (m model) after(c change, now time.Time) (model, bool) {
	next := model{files: site{}, retired: map[string]time.Time{}, foreign: m.foreign.with(nil)}
	for _, name := range c.keep {
		next.files[name] = m.files[name]
	}
	for name, data := range m.files {
		_, written := c.write[name]
		switch {
		case written || slices.Contains(c.keep, name):
		case !IsHashed(name):
			if c.amend && !slices.Contains(c.remove, name) {
				next.files[name] = data
			}
		default:
			since, known := m.retired[name]
			if !known && c.amend && !slices.Contains(c.remove, name) {
				next.files[name] = data
				continue
			}
			if !known {
				since = now
			}
			if now.Sub(since) < AssetLife {
				next.files[name], next.retired[name] = data, since
			}
		}
	}
	for name := range c.write {
		next.files[name] = c.write[name]
		delete(next.foreign, name)
	}
	return next, next.files.possible()
}

// possible reports whether no name is both a file and a folder.
func (s site) possible() bool {
	for a := range s {
		for b := range s {
			if strings.HasPrefix(b, a+"/") {
				return false
			}
		}
	}
	return true
}

// world makes random changes.
type world struct{ *rand.Rand }

var names = []string{"index.html", "a", "a/index.html", "a/b", "a/b/index.html", "b/index.html", "b/c/d/index.html", "b/c/e.json",
	"d.html", "procedure/1/index.html", "procedure/2/index.html", "procedure/3/index.html", "procedure/4/index.html",
	".nojekyll", ".well-known/ours"}

func (w world) change(m model) change {
	c := change{amend: w.IntN(3) == 0, write: site{}}
	if !c.amend {
		c.write["build.json"] = "{}"
	}
	for _, name := range names {
		data, live := m.files[name]
		switch n := w.IntN(10); {
		case n < 3 && live && !c.amend:
			c.keep = append(c.keep, name)
		case n < 5 && live:
			c.write[name] = data
		case n < 7:
			c.write[name] = fmt.Sprint(w.IntN(3))
		case n < 8 && c.amend:
			c.remove = append(c.remove, name)
		}
	}
	for range w.IntN(3) {
		data := fmt.Sprint("asset ", w.IntN(4))
		c.write[Hashed("assets/x.css", []byte(data))] = data
	}
	if c.amend && w.IntN(2) == 0 {
		for name := range m.files {
			if _, again := c.write[name]; IsHashed(name) && !again {
				c.remove = append(c.remove, name)
			}
		}
	}
	for name := range maps.Keys(c.write) {
		c.keep = slices.DeleteFunc(c.keep, func(k string) bool { return k == name })
	}
	return c
}

func TestAnySequenceOfChangesAndCrashes(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			w := world{rand.New(rand.NewPCG(seed, 1))}
			dir := filepath.Join(t.TempDir(), "public")
			m := model{files: site{}, foreign: site{".gitignore": "*", ".well-known/theirs": "t"}}
			putFiles(t, dir, m.foreign)
			for round, today := 0, 0; round < 15 && !t.Failed(); round++ {
				today += w.IntN(20)
				m = w.round(t, dir, m, today)
			}
		})
	}
}

// round publishes one change, perhaps with a crash, and returns what must be
// there afterwards.
func (w world) round(t *testing.T, dir string, m model, today int) model {
	t.Helper()
	c := w.change(m)
	next, possible := m.after(c, day(today)())
	o := quick()
	o.Now, o.InPlace = day(today), w.IntN(4) == 0
	var crashed bool
	if w.IntN(2) == 0 {
		o.disk.hook = crashAt(w.IntN(60), &crashed)
	}
	if w.IntN(4) == 0 {
		o.disk.hook = without("exchange", "", o.disk.hook)
	}
	_, err := publishOnce(dir, o, c)
	if err != nil && possible && !crashed {
		t.Fatalf("got error %v of change %+v of %v", err, c, m.all())
	}
	again := quick()
	again.Now = o.Now
	mustOpen(t, dir, again).Close()
	got := readSite(t, dir)
	switch {
	case possible && equal(got, next.all()):
		return next
	case err != nil && equal(got, m.all()):
		return m
	}
	t.Fatalf("crashed %v, error %v\nchange %+v\ngot  %v\nwant %v\nor   %v", crashed, err, c, got, next.all(), m.all())
	return m
}

func TestManyWritersAtOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	want := site{"build.json": "{}"}
	for i := range 400 {
		want[fmt.Sprintf("agency/%d/point/%d/index.html", i%7, i)] = fmt.Sprint(i)
	}
	mustPublish(t, dir, quick(), change{write: want})
	for i := range 400 {
		if i%5 == 0 {
			want[fmt.Sprintf("agency/%d/point/%d/index.html", i%7, i)] = "new"
		}
		want[fmt.Sprintf("manual/%d/%d/index.html", i%30, i)] = "m"
	}
	p, err := mustOpen(t, dir, quick()).Begin()
	if err != nil {
		t.Fatal(err)
	}
	work := make(chan string)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for name := range work {
				if err := p.Write(name, []byte(want[name])); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for name := range want {
		work <- name
	}
	close(work)
	all.Wait()
	r, err := p.Commit(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if r.Written != 480 || r.Unchanged != 321 {
		t.Errorf("got %d written and %d unchanged, want 480 and 321", r.Written, r.Unchanged)
	}
	wantSite(t, dir, want)
}
