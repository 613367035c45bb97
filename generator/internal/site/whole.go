package site

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"khumue/generator/internal/search"
	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/page"
)

// whole is the building of a whole site. It reads each file once: agencies,
// processes and points first, so that a manual's page can be made when the
// manual is read. What others need of an object waits in a spool; in memory
// there are places only.
type whole struct {
	*builder
	listing *corpus.Listing
	ids     map[objectKey]string // identifiers without their kind → first file; for duplicates
	spool   *spool
	totals  totals

	mu       sync.Mutex
	objects  []object
	lists    map[listName][]int32 // numbers of objects
	points   []object             // all points with what came before them; others are added beside
	serving  []serving
	problems map[string]int    // kept problems by key
	facts    map[string][]byte // records of facts
	docs     chan *search.Document
	done     atomic.Int64
}

// object is one object in memory.
type object struct {
	kind kind
	id   string
	rank int32 // its place among all
	at   place
}

// serving says that a point serves a manual.
type serving struct {
	manual objectKey
	point  int32
}

func (b *builder) buildWhole(ctx context.Context, m *memory) error {
	w := &whole{builder: b, ids: map[objectKey]string{}, totals: newTotals(), lists: map[listName][]int32{}, problems: map[string]int{}}
	var err error
	if w.spool, err = newSpool(m.dir); err != nil {
		return err
	}
	defer w.spool.close()
	b.shelf = newShelf(w.spool)
	b.shelf.recent = map[objectKey]card{}
	if err := b.prepare(nil); err != nil {
		return err
	}
	if w.facts, err = b.allFacts(); err != nil {
		return err
	}
	b.figures = func(key []byte) ([]byte, error) { return w.facts[string(key)], nil }
	b.phase("theme")
	if w.listing, err = corpus.List(b.files); err != nil {
		return err
	}
	b.report(w.listing.Problems)
	w.unique()
	r := &rest{shelf: b.shelf, has: w.has, list: w.named}
	b.check = corpus.NewChecker(b.files, b.frame, r)
	b.phase("list")
	// Search indexes what it is given while objects are read, and writes its
	// index while the lists are.
	g, ctx := errgroup.WithContext(ctx)
	w.docs = make(chan *search.Document, 64)
	g.Go(func() error { return w.writeSearch(ctx, m) })
	g.Go(func() error {
		err := w.read(ctx)
		close(w.docs)
		if err != nil {
			return err
		}
		b.report(b.check.Finish())
		b.report(b.check.Strays(w.listing.Attachments))
		if err := cmp.Or(r.err, b.wrong()); err != nil {
			return err
		}
		return w.finish(ctx, m)
	})
	if err := g.Wait(); err != nil {
		return err
	}
	b.phase("search")
	if err := w.searchable(); err != nil {
		return err
	}
	m.Totals = w.totals
	return w.writeFrame(newLists(m.lists), m, true)
}

// unique finds identifiers that stand twice.
func (w *whole) unique() {
	for _, f := range w.listing.Files {
		k := objectKey(hashID(f.Name))
		if first, taken := w.ids[k]; taken {
			w.report(fault.Problems{corpus.Taken(f.Path, f.Name, first)})
			continue
		}
		w.ids[k] = f.Path
	}
}

// has answers from what was listed: what is not read yet is there too.
func (w *whole) has(k kind, id string) (bool, error) {
	path, there := w.ids[objectKey(hashID(id))]
	if !there {
		return false, nil
	}
	f, ok := corpus.FileAt(path)
	return ok && f.Name == id && kindOf(f.Kind) == k, nil
}

// mostGuessed is the largest portal, in files, in which what was meant is
// guessed.
const mostGuessed = 20_000

func (w *whole) named(k corpus.Kind) []string {
	var out []string
	for _, f := range w.listing.Files {
		if f.Kind == k && len(w.listing.Files) <= mostGuessed {
			out = append(out, f.Name)
		}
	}
	return out
}

// read reads all objects and makes what can be made of them at once.
func (w *whole) read(ctx context.Context) error {
	for _, stage := range []struct {
		name  string
		kinds []corpus.Kind
		do    func(context.Context, corpus.File) error
	}{
		{"agencies", []corpus.Kind{corpus.AgencyFile}, w.readAgency},
		{"points", []corpus.Kind{corpus.ProcessFile, corpus.PointFile}, w.readObject},
		{"manuals", []corpus.Kind{corpus.ManualFile, corpus.ServiceFile}, w.readEntry},
	} {
		if stage.name == "manuals" {
			w.rankPoints()
		}
		files := w.filesOf(stage.kinds)
		if err := each(ctx, files, func(f corpus.File) error { return stage.do(ctx, f) }); err != nil {
			return err
		}
		if stage.name == "agencies" {
			if err := w.offices(ctx, files); err != nil {
				return err
			}
		}
		w.phase(stage.name)
	}
	return w.writePoints(ctx)
}

func (w *whole) filesOf(kinds []corpus.Kind) []corpus.File {
	var out []corpus.File
	for _, k := range kinds {
		for _, f := range w.listing.Files {
			if f.Kind == k {
				out = append(out, f)
			}
		}
	}
	return out
}

// decode reads a file.
func (w *whole) decode(f corpus.File) (any, error) {
	value, problems, err := f.Read(w.files)
	w.report(problems)
	return value, err
}

// readAgency makes an agency known to all that follow.
func (w *whole) readAgency(_ context.Context, f corpus.File) error {
	value, err := w.decode(f)
	if err != nil {
		return err
	}
	w.shelf.put(catalog.AgencyCode(f.Name), &agencyCard{f.Path, *value.(*catalog.Agency)})
	return nil
}

// offices checks the agencies, once all are known, and gives them to search.
func (w *whole) offices(ctx context.Context, files []corpus.File) error {
	for _, f := range files {
		c, err := w.shelf.agency(catalog.AgencyCode(f.Name))
		if err != nil {
			return err
		}
		w.checked(f, &c.Agency)
		if err := w.keep(c); err != nil {
			return err
		}
		chain, err := w.shelf.chain(c.Agency.Code)
		if err != nil {
			return err
		}
		if len(chain) == 0 {
			continue // it bears another code, which was told
		}
		if err := w.found(ctx, w.agencyDocument(c, chain)); err != nil {
			return err
		}
	}
	return nil
}

// checked checks an object and remembers what is open.
func (w *whole) checked(f corpus.File, value any) {
	problems := w.check.Object(f, value)
	w.report(problems)
	if n := len(problems.Of(fault.Incomplete)); n > 0 {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.problems[string(problemKey(kindOf(f.Kind), f.Name))] = n
		w.totals.Open += n
	}
}

// keep remembers a card, and what lists it stands in.
func (w *whole) keep(c card) error {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	*buf = packCard((*buf)[:0], c)
	if err := w.spool.add(c.kind(), c.id(), *buf); err != nil {
		return err
	}
	at, lists := c.place(), w.builder.lists(c)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.count(&w.totals, c, 1)
	n := int32(len(w.objects))
	w.objects = append(w.objects, object{kind: c.kind(), id: at.id(), at: at}) // an identifier of the card would hold its whole file
	for _, l := range lists {
		if l[0] == 's' {
			w.serving = append(w.serving, serving{keyOf(aManual, string(l[2:])), n})
			continue
		}
		w.lists[l] = append(w.lists[l], n)
	}
	return nil
}

// found gives a document to search; nil is none.
func (w *whole) found(ctx context.Context, doc *search.Document) error {
	if doc == nil {
		return nil
	}
	select {
	case w.docs <- doc:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *whole) readObject(_ context.Context, f corpus.File) error {
	_, _, err := w.take(f)
	return err
}

// take reads and checks an object and keeps its card.
func (w *whole) take(f corpus.File) (card, any, error) {
	value, err := w.decode(f)
	if err != nil {
		return nil, nil, err
	}
	w.checked(f, value)
	c, err := w.cardOf(f, value)
	if err != nil {
		return nil, nil, err
	}
	return c, value, w.keep(c)
}

// rankPoints puts what serves each manual in order, once all points are known.
func (w *whole) rankPoints() {
	w.points = w.objects
	slices.SortFunc(w.serving, func(a, b serving) int {
		return cmp.Or(cmp.Compare(a.manual, b.manual), cmp.Compare(w.points[a.point].at, w.points[b.point].at))
	})
}

// servingOf are the points that serve a manual, in order.
func (w *whole) servingOf(id string) []serving {
	k := keyOf(aManual, id)
	from, _ := slices.BinarySearchFunc(w.serving, k, func(s serving, k objectKey) int { return cmp.Compare(s.manual, k) })
	to := from
	for to < len(w.serving) && w.serving[to].manual == k {
		to++
	}
	return w.serving[from:to]
}

// readEntry reads a manual or service and writes its pages.
func (w *whole) readEntry(ctx context.Context, f corpus.File) error {
	c, value, err := w.take(f)
	if err != nil || w.hopeless() {
		return err
	}
	e := c.(*entryCard)
	var doc *search.Document
	switch v := value.(type) {
	case *catalog.Service:
		doc, err = w.writeService(e, v)
	case *catalog.Manual:
		if doc, err = w.manual(e, v); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	w.progress()
	return w.found(ctx, doc)
}

// hopeless reports whether nothing will be published: then reading goes on,
// to tell all problems, and writing ends.
func (w *whole) hopeless() bool {
	w.builder.mu.Lock()
	defer w.builder.mu.Unlock()
	return len(w.wrongs) > 0
}

func (w *whole) progress() {
	if n := w.done.Add(1); w.Progress != nil {
		w.Progress(int(n), len(w.listing.Files))
	}
}

// manual writes a manual. The title of a successor is read from its file, for
// it may not have had its turn.
func (w *whole) manual(c *entryCard, m *catalog.Manual) (*search.Document, error) {
	points := w.servingOf(c.ID)
	shown := points[:min(len(points), page.ShownPoints)]
	o := around{serving: len(points), spots: make([]page.Spot, 0, len(shown))}
	for _, s := range shown {
		p, err := lookUp[*pointCard](w.shelf, aPoint, w.points[s.point].id)
		if err != nil {
			return nil, err
		}
		o.spots = append(o.spots, p.Spot)
	}
	if c.Successor != "" {
		if f, ok := corpus.FileAt(w.ids[objectKey(hashID(string(c.Successor)))]); ok {
			value, _, err := f.Read(w.files)
			if err != nil {
				return nil, err
			}
			if next, ok := value.(*catalog.Manual); ok {
				o.successor = next.Title
			}
		}
	}
	return w.writeManual(c, m, o)
}

// writePoints writes the pages of all points.
func (w *whole) writePoints(ctx context.Context) error {
	if w.hopeless() {
		return nil
	}
	var points []string
	for _, o := range w.objects {
		if o.kind == aPoint {
			points = append(points, o.id)
		}
	}
	err := each(ctx, points, func(id string) error {
		c, err := lookUp[*pointCard](w.shelf, aPoint, id)
		if err != nil {
			return err
		}
		doc, err := w.writePoint(c)
		if err != nil {
			return err
		}
		w.progress()
		return w.found(ctx, doc)
	})
	w.phase("points' pages")
	return err
}

// writeSearch indexes the documents that it is given.
func (w *whole) writeSearch(ctx context.Context, m *memory) error {
	docs := func(yield func(search.Document, error) bool) {
		for {
			select {
			case doc, more := <-w.docs:
				if !more {
					return
				}
				if !yield(*doc, nil) {
					return
				}
			case <-ctx.Done():
				yield(search.Document{}, ctx.Err())
				return
			}
		}
	}
	return m.buildSearch(w.builder, docs)
}

// finish writes what needs all objects, and what the next build needs.
func (w *whole) finish(ctx context.Context, m *memory) error {
	w.letters = w.totals.Objects[anAgency] > mostInline
	if err := w.keepLists(m); err != nil {
		return err
	}
	w.phase("lists")
	ls := newLists(m.lists)
	pages, err := w.pagesOfLists(ls, &w.totals)
	if err != nil {
		return err
	}
	var offices []string
	for _, o := range w.objects {
		if o.kind == anAgency {
			offices = append(offices, o.id)
		}
	}
	if err := w.keepObjects(m); err != nil {
		return err
	}
	w.phase("objects")
	return w.show(ctx, ls, pages, offices)
}

// show writes agencies, and pages and files that are lists.
func (w *whole) show(ctx context.Context, ls *lists, pages []pageOfList, offices []string) error {
	err := each(ctx, offices, func(id string) error {
		c, err := w.shelf.agency(catalog.AgencyCode(id))
		if err != nil {
			return err
		}
		return w.writeAgency(ls, c)
	})
	if err != nil {
		return err
	}
	err = each(ctx, pages, func(p pageOfList) error { return w.writeListing(ls, p.shown, p.start) })
	if err != nil {
		return err
	}
	for _, p := range pages {
		w.totals.Pages += len(w.pagesOfList(p.shown, p.start))
	}
	for l := range w.lists {
		if err := w.writeData(ls, l); err != nil {
			return err
		}
	}
	w.phase("pages of lists")
	return nil
}
