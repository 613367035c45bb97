package mirror_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/scope"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
)

// history is a run of changes at the centre, by a seed.
type history struct {
	*rand.Rand
	c *centre
	n int
}

// files are the files of what is published whose paths hold some words.
func (h *history) files(words ...string) (out []string) {
	_, tree := h.c.main()
	for d, err := range h.c.repo.Diff(gitrepo.Hash{}, tree) {
		if err != nil {
			h.c.t.Fatal(err)
		}
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(d.Path, w) }) {
			out = append(out, d.Path)
		}
	}
	return out
}

func (h *history) one(list []string) string { return list[h.IntN(len(list))] }

// change changes something at the centre, and tells what.
func (h *history) change() string {
	h.n++
	switch h.IntN(9) {
	case 0, 1:
		name := h.one(append(h.files(".yaml"), h.files("manual.md")...))
		data := h.c.file(name)
		if i := bytes.IndexByte(data, '\n'); i >= 0 && strings.HasSuffix(name, ".yaml") {
			data = append(append(bytes.Clone(data[:i+1]), fmt.Sprintf("# change %d\n", h.n)...), data[i+1:]...)
		} else {
			data = append(bytes.Clone(data), fmt.Sprintf("\nchange %d\n", h.n)...)
		}
		h.c.put(map[string][]byte{name: data})
		return "edit " + name
	case 2, 3:
		return h.link()
	case 4:
		return h.move(path4(h.one(h.files("/manuals/", "manual.md")), "/manuals/"))
	case 5:
		return h.moveAgency()
	case 6:
		name := fmt.Sprintf("pages/big-%d.pdf", h.IntN(2))
		data := make([]byte, 1+h.IntN(150_000))
		for i := range data {
			data[i] = byte(h.Uint32())
		}
		h.c.put(map[string][]byte{name: data})
		return "attach " + name
	case 7:
		if big := h.files("pages/big-"); len(big) > 0 {
			h.c.put(map[string][]byte{big[0]: nil})
			return "drop " + big[0]
		}
		fallthrough
	default:
		name := h.one(h.files("/points/", ".yaml"))
		if len(h.files("/points/", ".yaml")) < 4 || strings.Contains(name, "chiangmai-city-hall") {
			return "nothing"
		}
		h.c.put(map[string][]byte{name: nil})
		return "close " + name
	}
}

func path4(name, mark string) (home, rest string) {
	home, rest, _ = strings.Cut(name, mark)
	return home, mark[1:] + strings.TrimSuffix(rest, "/manual.md")
}

// link changes which manuals and processes a point serves.
func (h *history) link() string {
	name := h.one(h.files("/points/", ".yaml"))
	at, _ := corpus.FileAt(name)
	src := h.c.file(name)
	value, _ := at.Decode(bytes.Clone(src))
	p, ok := value.(*catalog.Point)
	if !ok {
		h.c.t.Fatalf("%s is no point", name)
	}
	_, manual := path4(h.one(h.files("/manuals/", "manual.md")), "/manuals/")
	id := catalog.ManualID(strings.TrimPrefix(manual, "manuals/"))
	if i := slices.Index(p.Manuals, id); i >= 0 {
		p.Manuals = slices.Delete(p.Manuals, i, i+1)
	} else {
		p.Manuals = append(p.Manuals, id)
	}
	if len(p.Processes) > 0 && h.IntN(2) == 0 {
		p.Processes = p.Processes[1:]
	}
	out, err := corpus.Write(at, src, p)
	if err != nil {
		h.c.t.Fatal(err)
	}
	h.c.put(map[string][]byte{name: out})
	return "link " + string(id) + " at " + name
}

// move moves a folder to another agency's.
func (h *history) move(home, below string) string {
	var homes []string
	for _, name := range h.files("agencies/", "/agency.yaml") {
		homes = append(homes, strings.TrimSuffix(name, "/agency.yaml"))
	}
	return h.moveTo(home+"/"+below, h.one(homes)+"/"+below)
}

func (h *history) moveAgency() string {
	if len(h.files("agencies/moi/chiangmai-city/")) > 0 {
		return h.moveTo("agencies/moi/chiangmai-city", "agencies/chiangmai-city")
	}
	return h.moveTo("agencies/chiangmai-city", "agencies/moi/chiangmai-city")
}

func (h *history) moveTo(from, to string) string {
	if from == to || strings.HasPrefix(to, from+"/") {
		return "nothing"
	}
	_, tree := h.c.main()
	e, err := h.c.repo.Find(tree, from)
	b := h.c.repo.NewBatch()
	var next gitrepo.Hash
	if err == nil {
		next, err = b.Put(tree, gitrepo.Remove(from), gitrepo.SetFolder(to, e.Hash))
	}
	if err := errors.Join(err, b.Close()); err != nil {
		h.c.t.Fatal(err)
	}
	h.c.land(next)
	return "move " + from + " to " + to
}

// suffer lets something happen to an office while it pulls.
func (h *history) suffer(o *office) string {
	lost := false
	what := "pull"
	switch h.IntN(20) {
	case 0, 1, 2:
		lost, what = true, "lose an answer"
	case 3, 4:
		o.failing.fails, what = true, "lose power before the records"
	case 5, 6:
		o.restart()
		what = "restart"
	case 7:
		o.repo.Close()
		o.fresh()
		o.restart()
		what = "lose the repository"
	case 8:
		o.store.Close()
		if err := os.Remove(filepath.Join(o.dir, "office.db")); err != nil {
			h.c.t.Fatal(err)
		}
		o.store = sqlstoretest.Open(o.t, filepath.Join(o.dir, "office.db"))
		o.restart()
		what = "lose the database"
	}
	_, err := o.pull(h.c, lost)
	if err != nil && !errors.Is(err, errCut) {
		h.c.t.Fatalf("%s: %v", what, err)
	}
	o.failing.fails = false
	return what
}

// restore puts the centre back to a copy that was made of it.
func (c *centre) restore(from string) {
	c.t.Helper()
	c.repo.Close()
	dir := filepath.Join(c.t.TempDir(), "content.git")
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		c.t.Fatal(err)
	}
	var err error
	if c.repo, err = gitrepo.Open(dir); err != nil {
		c.t.Fatal(err)
	}
	c.open()
}

func (c *centre) copy() string {
	c.t.Helper()
	dir := filepath.Join(c.t.TempDir(), "copy.git")
	if err := os.CopyFS(dir, os.DirFS(c.repo.Dir())); err != nil {
		c.t.Fatal(err)
	}
	return dir
}

// Histories of a run; a failure prints its seed.
var (
	firstSeed = flag.Uint64("seed", 1, "the first seed of histories")
	seeds     = flag.Uint64("histories", 1, "how many histories are tried")
)

func TestWhateverHappensAnOfficeEndsWithItsScope(t *testing.T) {
	for seed := *firstSeed; seed < *firstSeed+*seeds; seed++ {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) { story(t, seed) })
	}
}

// steps is how long a history is.
const steps = 12

func story(t *testing.T, seed uint64) {
	c := newCentre(t, &small)
	h := &history{Rand: rand.New(rand.NewPCG(seed, 9)), c: c}
	var all []*office
	for _, who := range []scope.Office{{ID: "01", Agency: "chiangmai-city"}, {ID: "02", Agency: "chiangmai-city", Point: "chiangmai-city-hall"}, {ID: "04", Agency: "moi"}} {
		all = append(all, newOffice(t, c.clock, who))
	}
	var log []string
	defer func() {
		if t.Failed() {
			t.Logf("seed %d:\n%s", seed, strings.Join(log, "\n"))
		}
	}()
	var copied string
	for step := range steps {
		for range h.IntN(3) {
			log = append(log, h.change())
		}
		for range h.IntN(3) {
			log = append(log, h.revise())
		}
		for range h.IntN(8) {
			log = append(log, h.record())
		}
		switch step {
		case steps / 3:
			copied = c.copy()
		case steps * 2 / 3:
			c.restore(copied)
			log = append(log, "restore the centre")
		}
		for _, o := range all {
			for range h.IntN(5) {
				log = append(log, fmt.Sprintf("%s: %s", named(o.who), h.suffer(o)))
			}
			if step == steps*3/4 && o.who.ID == "02" { // the office becomes one of another point
				o.who.Point = "chiangmai-city-kawila"
			}
			if h.IntN(4) == 0 || step == steps-1 {
				o.follow(c)
				o.same(c)
				log = append(log, named(o.who)+": has all")
			}
		}
	}
	var n [5]int
	for _, o := range all {
		b := records(t, o.store, o.vault, c, o, true)
		for i, k := range []int{len(b.People), len(b.Posts), len(b.Reports), len(b.Cases), len(b.Who)} {
			n[i] += k
		}
	}
	if slices.Contains(n[:], 0) {
		t.Errorf("nothing was told of some kind: people, posts, reports, late requests, applicants %v", n)
	}
}
