package site

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"khumue/generator/internal/search"
	"khumue/generator/internal/state"
	"khumue/internal/catalog"
	"khumue/internal/page"
)

// write makes what shows what was taken. The tables are written beside all else:
// they are long, each by one goroutine, and nobody waits for them.
func (u *update) write(ctx context.Context) error {
	var tables errgroup.Group
	tables.Go(u.writeParts)
	err := u.writePages(ctx)
	err = cmp.Or(err, tables.Wait()) // whoever fails, the other one has ended
	u.phase("parts")
	return err
}

func (u *update) writePages(ctx context.Context) error {
	for _, step := range []func(context.Context) error{u.writeEntries, u.writePoints, u.writeAgencies, u.writeLists, u.remove, u.writeSearch} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return u.writeFrame(u.ls, u.m, len(u.todo[anAgency]) > 0)
}

// tell notes what search is to know of an object, nil when nothing.
func (u *update) tell(address string, doc *search.Document) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.docs[address] = doc
}

func (u *update) writeEntries(ctx context.Context) error {
	var all []*touch
	for _, k := range []kind{aManual, aService} {
		all = append(all, slices.Collect(maps.Values(u.todo[k]))...)
	}
	err := each(ctx, all, func(t *touch) error {
		if t.new == nil {
			if t.old == nil {
				return nil
			}
			u.tell(t.old.(*entryCard).Brief.Path(), nil)
			return u.goneEditions(t.old.id())
		}
		c := t.new.(*entryCard)
		value, _, err := t.file.Read(u.files)
		if err != nil {
			return err
		}
		var doc *search.Document
		switch v := value.(type) {
		case *catalog.Service:
			doc, err = u.writeService(c, v)
		case *catalog.Manual:
			var o around
			if o, err = u.around(c); err != nil {
				return err
			}
			if o.past, err = u.archive(t); err != nil {
				return err
			}
			doc, err = u.writeManual(c, v, o)
		}
		u.tell(c.Brief.Path(), doc)
		return err
	})
	u.phase("manuals")
	return err
}

// around is what a manual's page shows of others.
func (u *update) around(c *entryCard) (o around, err error) {
	list := servingList(c.ID)
	if o.serving, err = u.ls.count(list); err != nil {
		return o, err
	}
	places, err := u.ls.all(list, page.ShownPoints)
	if err != nil {
		return o, err
	}
	for _, p := range places {
		pt, err := known[*pointCard](u.shelf, p)
		if err != nil {
			return o, err
		}
		o.spots = append(o.spots, pt.Spot)
	}
	if c.Successor == "" {
		return o, nil
	}
	next, err := lookUp[*entryCard](u.shelf, aManual, string(c.Successor))
	if next != nil {
		o.successor = next.Title
	}
	return o, err
}

func (u *update) writePoints(ctx context.Context) error {
	err := each(ctx, slices.Sorted(maps.Keys(u.points)), func(id string) error {
		c, err := lookUp[*pointCard](u.shelf, aPoint, id)
		if err != nil {
			return err
		}
		address := "/point/" + id + "/"
		if c == nil {
			u.tell(address, nil)
			return nil
		}
		doc, err := u.writePoint(c)
		u.tell(address, doc)
		return err
	})
	u.phase("points")
	return err
}

// writeAgencies writes the agencies that were taken and those whose page shows
// the beginning of a list that has changed.
func (u *update) writeAgencies(ctx context.Context) error {
	for l, starts := range u.ls.dirty {
		if parts := strings.Split(string(l), "/"); parts[0] == "a" && starts[""] && parts[1] != "" && parts[2] != ownProcesses {
			u.office[parts[1]] = true
		}
	}
	err := each(ctx, slices.Sorted(maps.Keys(u.office)), func(code string) error {
		c, err := u.shelf.agency(catalog.AgencyCode(code))
		if err != nil {
			return err
		}
		address := "/agency/" + code + "/"
		if c == nil {
			u.tell(address, nil)
			return nil
		}
		if err := u.writeAgency(u.ls, c); err != nil {
			return err
		}
		if u.todo[anAgency][code] == nil {
			return nil
		}
		chain, err := u.shelf.chain(c.Agency.Code)
		if err != nil {
			return err
		}
		u.tell(address, u.agencyDocument(c, chain))
		return nil
	})
	u.phase("agencies")
	return err
}

// writeLists writes the pages of lists that have changed, and files of data
// that are lists.
func (u *update) writeLists(ctx context.Context) error {
	var pages []pageOfList
	for l, starts := range u.ls.dirty {
		if err := u.writeData(u.ls, l); err != nil {
			return err
		}
		s, ok, err := u.showing(l)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		n, err := u.ls.count(l)
		if err != nil {
			return err
		}
		for start := range starts {
			if !u.hides(s, start, &u.m.Totals) && (n > 0 || l.isLabel() && start == "") {
				pages = append(pages, pageOfList{s, start})
			}
		}
	}
	if err := u.countPages(); err != nil {
		return err
	}
	err := each(ctx, pages, func(p pageOfList) error { return u.writeListing(u.ls, p.shown, p.start) })
	u.phase("lists")
	return err
}

// countPages takes away pages of lists that are there no more, and counts
// those that came.
func (u *update) countPages() error {
	for n, set := range map[int]map[listName]map[place]bool{1: u.ls.made, -1: u.ls.dropped} {
		for l, starts := range set {
			s, ok, err := u.showing(l)
			if err != nil {
				return err
			}
			if !ok {
				// The agency is gone: its card tells what its pages were.
				if s, ok = u.shownBefore(l); !ok {
					continue
				}
			}
			for start := range starts {
				if u.hides(s, start, &u.m.Totals) || l.isLabel() && start == "" {
					continue
				}
				files := u.pagesOfList(s, start)
				u.m.Totals.Pages += n * len(files)
				if n < 0 {
					if err := u.out.Remove(files...); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// shownBefore tells how a list of an agency that is gone was shown.
func (u *update) shownBefore(l listName) (shown, bool) {
	parts := strings.Split(string(l), "/")
	if parts[0] != "a" || parts[2] == ownProcesses || u.todo[anAgency][parts[1]] == nil || u.todo[anAgency][parts[1]].old == nil {
		return shown{}, false
	}
	old := u.todo[anAgency][parts[1]].old.(*agencyCard)
	return shownOfAgency(l, catalog.Chain{&old.Agency}), true
}

// writeParts writes the parts of tables, sitemap and redirects that have
// changed.
func (u *update) writeParts() error {
	if u.m.Totals.bits(aManual) == 0 && len(u.parts[anAgency])+len(u.parts[aManual]) > 0 { // their redirects stand together
		led, err := u.successions(u.ls)
		if err != nil {
			return err
		}
		u.parts[aManual], u.led = map[int]bool{0: true}, led
	}
	for k, parts := range u.parts {
		bits := u.m.Totals.bits(k)
		for part := range parts {
			if err := u.writePart(k, u.m.Totals.Objects[k], part, bits, u.cards); err != nil {
				return err
			}
		}
	}
	return nil
}

// cards calls do with the cards of a part.
func (u *update) cards(k kind, part, bits int, do func(card) error) error {
	from, to := partBounds(k, part, bits)
	for from != nil {
		var some []card
		var err error
		if some, from, err = u.someCards(k, from, to); err != nil {
			return err
		}
		for _, c := range some {
			if err := do(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// mostTogether bounds the cards that are read at a time, while others wait for the
// store.
const mostTogether = 32

// someCards returns cards from a key on, before another one, and the key of the next;
// nil where there is none.
func (u *update) someCards(k kind, from, to []byte) (some []card, next []byte, err error) {
	u.shelf.mu.Lock() // the store serves one at a time
	defer u.shelf.mu.Unlock()
	err = u.m.objects.Each([]byte{byte(k)}, from, func(key, value []byte) (bool, error) {
		if string(key) >= string(to) {
			return false, nil
		}
		if len(some) == mostTogether {
			next = slices.Clone(key)
			return false, nil
		}
		c := newCard(k)
		some = append(some, c)
		return true, state.Unpack(value, c)
	})
	return some, next, err
}

// remove takes away the files of objects that they have no more.
func (u *update) remove(context.Context) error {
	left := map[string]bool{}
	for _, all := range u.todo {
		for _, t := range all {
			if t.old == nil {
				continue
			}
			for _, file := range u.outputs(t.old) {
				left[file] = true
			}
		}
	}
	for _, all := range u.todo {
		for _, t := range all {
			if t.new == nil {
				continue
			}
			for _, file := range u.outputs(t.new) {
				delete(left, file)
			}
		}
	}
	return u.out.Remove(slices.Sorted(maps.Keys(left))...)
}

// writeSearch tells search what has changed.
func (u *update) writeSearch(context.Context) error {
	err := u.m.updateSearch(u.builder, u.docs)
	u.phase("search")
	return err
}
