package synth

import (
	"io/fs"
	"iter"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"khumue/internal/corpus"
	"khumue/internal/gitrepo"
)

// batch is the files of one unit, in one piece of memory that is used again.
type batch struct {
	writer
	files  []entry
	git    bool             // make objects of first revisions, rather than files of the latest
	packed []gitrepo.Packed // one for each file, when git is set
}

// entry is a file of a batch: its path and where its bytes end.
type entry struct {
	path string
	end  int
}

// all calls visit with each file of the batch, in order, until it returns
// false, and reports whether it never did.
func (b *batch) all(visit func(File) bool) bool {
	at := 0
	for _, e := range b.files {
		if !visit(File{e.path, b.b[at:e.end]}) {
			return false
		}
		at = e.end
	}
	return true
}

func (b *batch) end(path string) { b.files = append(b.files, entry{path, len(b.b)}) }

// fill writes the files of a unit, each manual as of its latest revision.
func (b *batch) fill(u unit) {
	b.b, b.files = b.b[:0], b.files[:0]
	if u.singles {
		b.singles()
		return
	}
	b.enter(&b.agencies[u.agency])
	if u.head {
		b.head()
	}
	b.revisions(b.a, u.manuals.from, u.manuals.to, func(m, n int) {
		if b.git {
			n = 1
		}
		b.manualFiles(m, n)
	})
	for i := u.points.from; i < u.points.to; i++ {
		b.point(i)
		b.end(b.below("points/", pointID, i, ".yaml"))
	}
}

// compress makes objects of the files, where they are for git.
func (b *batch) compress() {
	if !b.git {
		return
	}
	b.packed = b.packed[:0]
	b.all(func(f File) bool {
		b.packed = append(b.packed, gitrepo.Compress(gitrepo.Blob, f.Data))
		return true
	})
}

// below returns the path of a thing in the agency's folder.
func (b *batch) below(folder string, kind uint32, i int, rest string) string {
	path := make([]byte, 0, 96)
	path = append(append(append(path, b.a.dir...), '/'), folder...)
	return string(append(b.a.appendID(path, kind, i), rest...))
}

func (b *batch) head() {
	b.agencyFile()
	b.end(b.a.dir + "/agency.yaml")
	for i, used := range b.a.used {
		if used {
			b.process(i)
			b.end(b.below("processes/", processID, i, ".yaml"))
		}
	}
	for i := range b.a.services() {
		b.service(i)
		b.end(b.below("services/", serviceID, i, ".md"))
	}
}

func (b *batch) manualFiles(m, revision int) {
	if b.a.hasForm(m) {
		b.form(m)
		b.end(b.below("manuals/", manualID, m, "/form.pdf"))
	}
	b.manual(m, revision)
	b.end(b.below("manuals/", manualID, m, "/manual.md"))
}

// form appends a PDF of one page that names the manual.
func (b *batch) form(m int) {
	start := len(b.b)
	var at [5]int
	object := func(n int, parts ...string) {
		at[n-1] = len(b.b) - start
		b.int(n)
		b.raw(" 0 obj\n")
		b.raw(parts...)
		b.raw("\nendobj\n")
	}
	page := "BT /F1 16 Tf 72 760 Td (Sample form " + string(b.a.appendID(nil, manualID, m)) + ") Tj ET"
	b.raw("%PDF-1.4\n")
	object(1, "<</Type/Catalog/Pages 2 0 R>>")
	object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
	object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>")
	object(4, "<</Length ", strconv.Itoa(len(page)), ">>\nstream\n", page, "\nendstream")
	object(5, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
	table := len(b.b) - start
	b.raw("xref\n0 6\n0000000000 65535 f \n")
	for _, offset := range at {
		b.digits(offset, 10)
		b.raw(" 00000 n \n")
	}
	b.raw("trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n", strconv.Itoa(table), "\n%%EOF\n")
}

// singles writes the files that every portal has, and the schemas.
func (b *batch) singles() {
	err := fs.WalkDir(embedded, "portal", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := embedded.ReadFile(path)
		b.b = append(b.b, data...)
		b.end(strings.TrimPrefix(path, "portal/"))
		return err
	})
	if err != nil {
		panic(err) // of files that are part of the program
	}
	schemas := corpus.Schemas()
	names := make([]string, 0, len(schemas))
	for name := range schemas {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b.b = append(b.b, schemas[name]...)
		b.end(".schemas/" + name)
	}
}

// Files returns the files of the portal, in an order that depends on nothing
// but the options. They are made on all processors, a few hundred ahead.
func (p *Portal) Files() iter.Seq[File] {
	return func(yield func(File) bool) {
		made := p.batches(false)
		for b := range made {
			if !b.all(yield) {
				return
			}
		}
	}
}

// firsts returns the portal as objects for git, every manual as of its first
// revision, in order.
func (p *Portal) firsts() iter.Seq[*batch] { return p.batches(true) }

// batches returns the filled batches in order. A batch is filled again once
// the next has been asked for.
func (p *Portal) batches(git bool) iter.Seq[*batch] {
	return func(yield func(*batch) bool) {
		workers := runtime.GOMAXPROCS(0)
		free := make(chan *batch, 2*workers)
		for range cap(free) {
			free <- &batch{writer: writer{Portal: p}, git: git}
		}
		queue := make(chan chan *batch, cap(free))
		stop := make(chan struct{})
		var wg sync.WaitGroup
		defer wg.Wait()
		defer close(stop)
		wg.Go(func() { p.makeAll(free, queue, stop, workers) })
		for made := range queue {
			b := <-made
			if !yield(b) {
				return
			}
			free <- b
		}
	}
}

// makeAll fills a batch for each unit and puts a promise of it into queue, in
// order. Free batches bound what is held.
func (p *Portal) makeAll(free chan *batch, queue chan chan *batch, stop chan struct{}, workers int) {
	defer close(queue)
	busy := make(chan struct{}, workers)
	for _, u := range p.units {
		select {
		case b := <-free:
			promise := make(chan *batch, 1)
			busy <- struct{}{}
			go func() {
				b.fill(u)
				b.compress()
				<-busy
				promise <- b
			}()
			queue <- promise // never full: as many as free batches
		case <-stop:
			return
		}
	}
}
