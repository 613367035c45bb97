package site

import (
	"cmp"
	"context"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"khumue/generator/internal/search"
	"khumue/generator/internal/state"
	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/page"
)

// whole is the building of a whole site. It reads each file once: agencies,
// processes and points first, so that a manual's page can be made when the
// manual is read. What others need of an object waits in files: its card in a
// spool, what stands in order in sorters. In memory objects are numbers, those
// of their files in the listing.
type whole struct {
	*builder
	listing   *corpus.Listing
	spool     *spool
	entries   *sorter // of lists: the key of a list's first page, and a place
	links     *sorter // of points: number of a manual, place and number of a point
	editions  *sorter // what is remembered of them: key and value
	published []published
	claims    *sorter // addresses of the old system: key, and number of the manual
	counts    *sorter // of lists, once all entries are known: key, and how many
	totals    totals
	done      atomic.Int64
	docs      chan *search.Document
	facts     map[string][]byte // records of facts

	mu      sync.Mutex
	open    []uint16  // problems that keep no one from building, of each object
	serving []serving // by manual, in order, while manuals are read
}

func (b *builder) buildWhole(ctx context.Context, m *memory) error {
	w := &whole{builder: b, totals: newTotals()}
	for _, s := range []**sorter{&w.entries, &w.links, &w.claims, &w.counts, &w.editions} {
		*s = newSorter(m.dir)
		defer (*s).close()
	}
	var err error
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
	w.open = make([]uint16, w.listing.Len())
	if w.spool, err = newSpool(m.dir, w.listing); err != nil {
		return err
	}
	defer w.spool.close()
	b.shelf = newShelf(w.spool)
	b.shelf.recent = map[objectKey]card{}
	r := &rest{shelf: b.shelf, has: w.has, home: w.home, list: w.named}
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
		if err := w.disputed(); err != nil {
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
	for _, n := range w.listing.Index() {
		id := string(w.listing.Name(n))
		first, _ := w.listing.Find(id)
		w.report(fault.Problems{corpus.Taken(w.listing.Path(n), id, w.listing.Path(first))})
	}
}

// has answers from what was listed: what is not read yet is there too.
func (w *whole) has(k kind, id string) (bool, error) {
	_, there := w.spool.find(k, id)
	return there, nil
}

// home returns the content file of an agency; "" when there is none.
func (w *whole) home(code catalog.AgencyCode) (string, error) {
	n, there := w.spool.find(anAgency, string(code))
	if !there {
		return "", nil
	}
	return w.listing.Path(n), nil
}

// mostGuessed is the largest portal, in files, in which what was meant is
// guessed.
const mostGuessed = 20_000

func (w *whole) named(k corpus.Kind) []string {
	if w.listing.Len() > mostGuessed {
		return nil
	}
	var out []string
	for _, n := range w.filesOf(k) {
		out = append(out, string(w.listing.Name(n)))
	}
	return out
}

// read reads all objects and makes what can be made of them at once.
func (w *whole) read(ctx context.Context) error {
	for _, stage := range []struct {
		name  string
		kinds []corpus.Kind
		do    func(ctx context.Context, n int) error
	}{
		{"agencies", []corpus.Kind{corpus.AgencyFile}, w.readAgency},
		{"points", []corpus.Kind{corpus.ProcessFile, corpus.PointFile}, w.readObject},
		{"manuals", []corpus.Kind{corpus.ManualFile, corpus.ServiceFile}, w.readEntry},
	} {
		if stage.name == "manuals" {
			if err := w.serve(); err != nil {
				return err
			}
			if err := w.history(ctx); err != nil {
				return err
			}
		}
		files := w.filesOf(stage.kinds...)
		if err := each(ctx, files, func(n int) error { return stage.do(ctx, n) }); err != nil {
			return err
		}
		if stage.name == "agencies" {
			if err := w.offices(ctx, files); err != nil {
				return err
			}
		}
		w.phase(stage.name)
	}
	w.serving, w.published = nil, nil
	return w.writePoints(ctx)
}

// filesOf lists the files of some kinds, kind by kind.
func (w *whole) filesOf(kinds ...corpus.Kind) (files []int) {
	for _, k := range kinds {
		for n := range w.listing.Len() {
			if w.listing.Kind(n) == k {
				files = append(files, n)
			}
		}
	}
	return files
}

// decode reads a file.
func (w *whole) decode(f corpus.File) (any, error) {
	value, problems, err := f.Read(w.files)
	w.report(problems)
	return value, err
}

// readAgency makes an agency known to all that follow.
func (w *whole) readAgency(_ context.Context, n int) error {
	f := w.listing.At(n)
	value, err := w.decode(f)
	if err != nil {
		return err
	}
	return w.keep(n, &agencyCard{f.Path, *value.(*catalog.Agency)})
}

// offices checks the agencies, once all are known, and gives them to search.
func (w *whole) offices(ctx context.Context, files []int) error {
	for _, n := range files {
		c, err := w.agency(n)
		if err != nil {
			return err
		}
		w.checked(n, w.listing.At(n), &c.Agency)
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

// agency returns the card of an agency.
func (w *whole) agency(n int) (*agencyCard, error) {
	data, err := w.spool.card(nil, n)
	if err != nil {
		return nil, err
	}
	c := &agencyCard{}
	return c, state.Unpack(data, c)
}

// checked checks an object and remembers what is open.
func (w *whole) checked(n int, f corpus.File, value any) {
	problems := w.check.Object(f, value)
	w.report(problems)
	if open := len(problems.Of(fault.Incomplete)); open > 0 {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.open[n] = uint16(open)
		w.totals.Open += open
	}
}

// keep remembers a card, and where its object stands among others.
func (w *whole) keep(n int, c card) error {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	*buf = packCard((*buf)[:0], c)
	if err := w.spool.add(n, *buf); err != nil {
		return err
	}
	at := []byte(c.place())
	for _, l := range w.lists(c) {
		if err := w.entries.add(leafPrefix(l), at); err != nil {
			return err
		}
	}
	if err := w.link(n, c, at); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.count(&w.totals, c, 1)
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

func (w *whole) readObject(_ context.Context, n int) error {
	_, _, err := w.take(n)
	return err
}

// take reads and checks an object and keeps its card.
func (w *whole) take(n int) (card, any, error) {
	f := w.listing.At(n)
	value, err := w.decode(f)
	if err != nil {
		return nil, nil, err
	}
	w.checked(n, f, value)
	c, err := w.cardOf(f, value)
	if err != nil {
		return nil, nil, err
	}
	return c, value, w.keep(n, c)
}

// readEntry reads a manual or service and writes its pages.
func (w *whole) readEntry(ctx context.Context, n int) error {
	c, value, err := w.take(n)
	if err != nil || w.hopeless() {
		return err
	}
	e := c.(*entryCard)
	var doc *search.Document
	switch v := value.(type) {
	case *catalog.Service:
		doc, err = w.writeService(e, v)
	case *catalog.Manual:
		if doc, err = w.manual(n, e, v); err != nil {
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
		w.Progress(int(n), w.listing.Len())
	}
}

// manual writes a manual. The title of a successor is read from its file, for
// it may not have had its turn.
func (w *whole) manual(n int, c *entryCard, m *catalog.Manual) (*search.Document, error) {
	points := w.servingOf(n)
	shown := points[:min(len(points), page.ShownPoints)]
	o := around{serving: len(points), spots: make([]page.Spot, 0, len(shown))}
	for _, s := range shown {
		p, err := lookUp[*pointCard](w.shelf, aPoint, string(w.listing.Name(int(s.point))))
		if err != nil {
			return nil, err
		}
		o.spots = append(o.spots, p.Spot)
	}
	if c.Successor != "" {
		if next, there := w.spool.find(aManual, string(c.Successor)); there {
			value, _, err := w.listing.At(next).Read(w.files)
			if err != nil {
				return nil, err
			}
			if next, ok := value.(*catalog.Manual); ok {
				o.successor = next.Title
			}
		}
	}
	var err error
	if o.past, err = w.archive(n, c); err != nil {
		return nil, err
	}
	return w.writeManual(c, m, o)
}

// writePoints writes the pages of all points.
func (w *whole) writePoints(ctx context.Context) error {
	if w.hopeless() {
		return nil
	}
	err := each(ctx, w.filesOf(corpus.PointFile), func(n int) error {
		c, err := lookUp[*pointCard](w.shelf, aPoint, string(w.listing.Name(n)))
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
	if err := w.keepObjects(m); err != nil {
		return err
	}
	if err := w.keepEditions(m); err != nil {
		return err
	}
	w.phase("objects")
	return w.show(ctx, ls, pages)
}

// show writes agencies, and pages and files that are lists.
func (w *whole) show(ctx context.Context, ls *lists, pages []pageOfList) error {
	err := each(ctx, w.filesOf(corpus.AgencyFile), func(n int) error {
		c, err := w.agency(n)
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
	err = w.counts.each(func(key []byte) error {
		l, _ := cutNumber(key)
		return w.writeData(ls, listName(l[1:]))
	})
	if err != nil {
		return err
	}
	w.phase("pages of lists")
	return nil
}
