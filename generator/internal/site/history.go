package site

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"khumue/internal/catalog"
	"khumue/internal/page"
)

// published is what was published of one manual of a whole portal.
type published struct {
	at     int64
	number int32
	manual uint32 // number of its file
	folder FolderID
}

// history reads all that was published, in order of the manuals and the newest
// first.
func (w *whole) history(ctx context.Context) error {
	if w.Archive == nil {
		return nil
	}
	list, _ := w.Archive.Published(ctx, "")
	var gone []Publication // of manuals that may come back
	for p, err := range list {
		if err != nil {
			return err
		}
		if n, there := w.spool.find(aManual, string(p.Manual)); there {
			w.published = append(w.published, published{p.At, int32(p.Number), uint32(n), p.Folder})
		} else {
			gone = append(gone, p)
		}
	}
	slices.SortFunc(gone, Publication.compare)
	for i, p := range gone {
		e := edition{p.Number, kept{At: p.At, Folder: p.Folder}}
		if i > 0 && gone[i-1].Manual == p.Manual && gone[i-1].Number == p.Number {
			continue // it was published twice
		}
		if err := w.editions.add(editionKey(string(p.Manual), p.Number), e.pack()); err != nil {
			return err
		}
	}
	slices.SortFunc(w.published, func(a, b published) int {
		return cmp.Or(cmp.Compare(a.manual, b.manual), cmp.Compare(b.number, a.number), cmp.Compare(a.at, b.at), bytes.Compare(a.folder[:], b.folder[:]))
	})
	w.phase("history")
	return nil
}

// pastOf is what was published of a manual.
func (w *whole) pastOf(n int, c *entryCard) (*past, error) {
	from, _ := slices.BinarySearchFunc(w.published, uint32(n), func(p published, n uint32) int { return cmp.Compare(p.manual, n) })
	p := &past{}
	for _, pub := range w.published[from:] {
		if pub.manual != uint32(n) {
			break
		}
		next := edition{int(pub.number), kept{At: pub.at, Folder: pub.folder}}
		if k := len(p.editions); k > 0 && p.editions[k-1].number == next.number {
			p.editions[k-1] = again(p.editions[k-1], next)
			continue
		}
		p.editions = append(p.editions, next)
	}
	return p, w.hold(p, c)
}

// again is an edition that was published once more: in order, after it was in an
// emergency.
func again(first, second edition) edition {
	if first.Folder == second.Folder {
		return first
	}
	return second
}

// archive writes the pages of a manual's editions, and keeps what is to be
// remembered of them.
func (w *whole) archive(n int, c *entryCard) (*past, error) {
	if w.Archive == nil {
		return &past{}, nil
	}
	p, err := w.pastOf(n, c)
	if err != nil {
		return nil, err
	}
	chain, err := w.shelf.chain(c.Owner)
	if err != nil {
		return nil, err
	}
	if err := w.writeEditions(c, p, chain, 0); err != nil {
		return nil, err
	}
	pages := 0
	for i := range p.editions {
		e := &p.editions[i]
		if err := w.editions.add(editionKey(c.ID, e.number), e.pack()); err != nil {
			return nil, err
		}
		if e.Paged {
			pages += len(w.pagesOfEdition(c.ID, e))
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.totals.Pages += pages
	return p, nil
}

// keepEditions writes what is remembered of editions for the next build.
func (w *whole) keepEditions(m *memory) error {
	out, err := m.create("editions")
	if err != nil {
		return err
	}
	err = w.editions.each(func(key []byte) error {
		end := bytes.IndexByte(key, 0) + 5
		return out.Put(key[:end], key[end:])
	})
	if err != nil {
		return err
	}
	if w.Archive != nil {
		m.Moment = w.Archive.Moment()
	}
	return m.finish("editions", out)
}

// fresh is what was published of a manual since the last build.
type fresh struct {
	from int // the lowest number
	n    int
}

// publish takes what was published since the last build, and touches those
// manuals.
func (u *update) publish(ctx context.Context) error {
	if u.Archive == nil || u.m.Moment == "" {
		if u.Archive != nil || u.m.Moment != "" {
			return errAnew
		}
		return nil
	}
	list, ok := u.Archive.Published(ctx, u.m.Moment)
	var all []Publication
	for p, err := range list {
		if err != nil {
			return err
		}
		all = append(all, p)
	}
	if !ok() {
		return errAnew // the history is another
	}
	slices.SortFunc(all, Publication.compare)
	for _, p := range all {
		if err := u.came(p); err != nil {
			return err
		}
	}
	u.m.Moment = u.Archive.Moment()
	return nil
}

// came takes one publication.
func (u *update) came(p Publication) error {
	id, key := string(p.Manual), editionKey(string(p.Manual), p.Number)
	if u.todo[aManual][id] == nil {
		c, err := u.shelf.card(aManual, id)
		if err != nil {
			return err
		}
		if c != nil {
			u.touchCard(c, false)
		}
	}
	e := edition{p.Number, kept{At: p.At, Folder: p.Folder}}
	value, err := u.m.editions.Get(key)
	if err != nil {
		return err
	}
	if value != nil {
		first, err := editionAt(key, value)
		if err != nil {
			return err
		}
		if again(first, e).Folder != first.Folder {
			return errAnew
		}
		e = first
	}
	f, known := u.fresh[id]
	if !known || p.Number < f.from {
		f.from = p.Number
	}
	u.fresh[id] = fresh{f.from, f.n + 1}
	return u.m.editions.Put(key, e.pack())
}

// newest reads the newest editions of a manual, so many at the most; 0: all.
func (u *update) newest(id string, most int) (out []edition, err error) {
	u.editing.Lock()
	defer u.editing.Unlock()
	err = u.m.editions.Each(editionsOf(id), nil, func(key, value []byte) (bool, error) {
		e, err := editionAt(key, value)
		out = append(out, e)
		return most == 0 || len(out) < most, err
	})
	return out, err
}

// archive writes the pages of those editions of a manual that are new, were
// replaced, or show of the manual or its agencies what has changed.
func (u *update) archive(t *touch) (*past, error) {
	c := t.new.(*entryCard)
	if u.Archive == nil {
		return &past{}, nil
	}
	p, from, err := u.pastOf(t, c)
	if err == nil {
		err = u.hold(p, c)
	}
	if err != nil || len(p.paged()) == 0 {
		return p, err
	}
	chain, err := u.shelf.chain(c.Owner)
	if err != nil {
		return p, err
	}
	before := p.counts(u.builder, c.ID)
	if err := u.writeEditions(c, p, chain, from); err != nil {
		return p, err
	}
	u.countEditions(p.counts(u.builder, c.ID) - before)
	return p, u.keepEditions(c.ID, p.editions, from)
}

// counts is how many pages the editions have that are known.
func (p *past) counts(b *builder, id string) (n int) {
	for i := range p.editions {
		if e := &p.editions[i]; e.Paged {
			n += len(b.pagesOfEdition(id, e))
		}
	}
	return n
}

func (u *update) countEditions(n int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.m.Totals.Pages += n
}

// pastOf is what is needed of a manual's past, and the number of the oldest
// edition whose page is to be made anew.
func (u *update) pastOf(t *touch, c *entryCard) (*past, int, error) {
	old, _ := t.old.(*entryCard)
	if t.all || old == nil || old.Owner != c.Owner || old.Title.Has(catalog.EN) != c.Title.Has(catalog.EN) {
		all, err := u.newest(c.ID, 0)
		return &past{editions: all}, 0, err
	}
	f, came := u.fresh[c.ID]
	most := f.n + 1 + page.ShownRevisions + 1
	some, err := u.newest(c.ID, most)
	if err != nil || len(some) == 0 {
		return &past{}, 0, err
	}
	if !came && !t.filed {
		return &past{editions: some}, some[0].number + 1, nil
	}
	if !came {
		return &past{editions: some}, some[0].number, nil // it may be in force no more, or again
	}
	for i, e := range some {
		if e.number < f.from && (len(some) < most || i <= f.n) {
			return &past{editions: some}, e.number, nil
		}
	}
	all, err := u.newest(c.ID, 0)
	return &past{editions: all}, 0, err
}

// keepEditions remembers editions whose pages were made.
func (u *update) keepEditions(id string, all []edition, from int) error {
	u.editing.Lock()
	defer u.editing.Unlock()
	for i := range all {
		if e := &all[i]; e.number >= from {
			if err := u.m.editions.Put(editionKey(id, e.number), e.pack()); err != nil {
				return err
			}
		}
	}
	return nil
}

// goneEditions takes the pages of a manual away that is gone. What was published
// of it stays known, for it may come back.
func (u *update) goneEditions(id string) error {
	if u.Archive == nil {
		return nil
	}
	all, err := u.newest(id, 0)
	if err != nil {
		return err
	}
	p := past{editions: all}
	u.countEditions(-p.counts(u.builder, id))
	var left []string
	for i := range all {
		if e := &all[i]; e.Paged {
			left = append(left, u.outputsOf(id, e)...)
			e.kept = kept{At: e.At, Folder: e.Folder}
		}
	}
	slices.Sort(left)
	if err := u.out.Remove(slices.Compact(left)...); err != nil {
		return err
	}
	return u.keepEditions(id, all, 0)
}
