package site

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"khumue/generator/internal/publish"
	"khumue/generator/internal/search"
	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
)

// update brings a site up to date with what changed. It reads the files that
// changed and those whose pages show something that changed, and finds by
// their cards, old and new, which pages, lists and parts differ.
//
// Objects are taken kind by kind, for what one shows of another leads from
// agencies to points, from points to manuals, and back to pages of points,
// agencies and lists, which are made last, from cards.
type update struct {
	*builder
	m      *memory
	ls     *lists
	list   corpus.Listing // of what came or changed
	gone   []string       // paths
	todo   map[kind]map[string]*touch
	parts  map[kind]map[int]bool // to be written anew
	points map[string]bool       // whose pages are to be made anew
	office map[string]bool       // likewise of agencies
	docs   map[string]*search.Document
	fresh  map[string]fresh // what was published since, by manual

	editing sync.Mutex // the store of editions serves one at a time
}

// touch is an object that is taken again.
type touch struct {
	file     corpus.File
	gone     bool
	all      bool // whatever shows it is made anew, even if its card is the same
	old, new card // nil: was not there, is not there
	done     bool
	filed    bool // a file of its folder came, changed or went
}

func (b *builder) update(ctx context.Context, content Content, target *publish.Target, last *memory, changed []string) error {
	if err := b.wrong(); err != nil {
		return err
	}
	u := &update{builder: b, m: last, ls: newLists(last.lists), todo: map[kind]map[string]*touch{}, parts: map[kind]map[int]bool{},
		points: map[string]bool{}, office: map[string]bool{}, docs: map[string]*search.Document{}, fresh: map[string]fresh{}}
	if len(changed) > fewChanges && 3*len(changed) > last.Totals.all() {
		return errAnew
	}
	b.shelf = newShelf(u)
	b.figures = func(key []byte) ([]byte, error) {
		b.shelf.mu.Lock() // for the store serves one at a time
		defer b.shelf.mu.Unlock()
		return last.objects.Get(key)
	}
	p, err := target.Amend()
	if err != nil {
		return err
	}
	defer p.Abort()
	b.out = outlet{p, b.Compress}
	b.letters = last.Totals.Objects[anAgency] > mostInline
	if err := b.prepare(&assets{done: last.Assets, paths: last.Published, preloads: last.Preloads, worker: last.Worker, base: b.base}); err != nil {
		return err
	}
	b.phase("theme")
	if err := u.run(ctx, changed); err != nil {
		return err
	}
	b.sum.Partial = true
	return b.goLive(ctx, content, p, last)
}

// fewChanges are always followed. When more files have changed, and those are a
// third of all, building anew is quicker.
const fewChanges = 1000

// packed gives cards from what is remembered, with what has changed since.
func (u *update) packed(b []byte, k kind, id string) ([]byte, error) {
	data, err := u.m.objects.Get(cardKey(k, id))
	return append(b, data...), err
}

func (u *update) run(ctx context.Context, changed []string) error {
	before := u.m.Totals.frame()
	if err := u.sort(changed); err != nil {
		return err
	}
	if err := u.publish(ctx); err != nil {
		return err
	}
	if err := u.updateFacts(); err != nil {
		return err
	}
	r := &rest{shelf: u.shelf, has: u.has, home: u.shelf.home, list: func(corpus.Kind) []string { return nil }}
	u.check = corpus.NewChecker(u.files, u.frame, r)
	for _, k := range []kind{anAgency, aProcess, aPoint, aManual, aService} {
		if err := u.take(k); err != nil {
			return err
		}
	}
	if err := u.claims(); err != nil {
		return err
	}
	u.report(u.check.Finish())
	if err := u.strays(); err != nil {
		return err
	}
	if err := cmp.Or(r.err, u.wrong()); err != nil {
		return err
	}
	if err := u.ls.apply(); err != nil {
		return err
	}
	if u.m.Totals.frame() != before {
		return errAnew
	}
	u.phase("read")
	return u.write(ctx)
}

// frame is what of the totals decides which files there are.
func (t *totals) frame() (f [kindCount + 1]int) {
	for i, k := range kinds {
		f[i] = t.bits(k)
	}
	if t.Objects[anAgency] > mostInline {
		f[kindCount] = 1
	}
	return f
}

// sort finds the objects that files which came, changed or went belong to.
func (u *update) sort(changed []string) error {
	for _, p := range changed {
		if !strings.HasPrefix(p, "agencies/") || corpus.Ignored(p) {
			continue // of the frame, which is always read, or of nobody's
		}
		info, err := fs.Lstat(u.files, p)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			u.gone = append(u.gone, p)
		case err != nil:
			return err
		default:
			u.list.Add(p, info.Mode().Type())
		}
	}
	u.report(u.list.Problems)
	for _, f := range u.list.Files() {
		if err := u.comes(f); err != nil {
			return err
		}
	}
	for _, p := range u.gone {
		if err := u.goes(p); err != nil {
			return err
		}
	}
	for _, p := range slices.Concat(u.list.Attachments, u.gone) {
		if err := u.attachment(p); err != nil {
			return err
		}
	}
	return nil
}

// touch lets an object be taken again.
func (u *update) touch(f corpus.File, all bool) *touch {
	k := kindOf(f.Kind)
	if u.todo[k] == nil {
		u.todo[k] = map[string]*touch{}
	}
	t := u.todo[k][f.Name]
	if t == nil {
		t = &touch{file: f}
		u.todo[k][f.Name] = t
	}
	t.all = t.all || all
	return t
}

// touchCard is touch of an object that is known by its card.
func (u *update) touchCard(c card, all bool) {
	if f, ok := corpus.FileAt(c.path()); ok {
		u.touch(f, all)
	}
}

// comes takes a file that came or changed. That its identifier is another's is
// told, unless the other one went.
func (u *update) comes(f corpus.File) error {
	for _, k := range kinds {
		c, err := u.shelf.card(k, f.Name)
		if err != nil {
			return err
		}
		if c == nil || c.path() == f.Path || slices.Contains(u.gone, c.path()) {
			continue
		}
		if _, err := fs.Lstat(u.files, c.path()); err == nil {
			u.report(fault.Problems{corpus.Taken(f.Path, f.Name, c.path())})
		}
	}
	if t := u.todo[kindOf(f.Kind)][f.Name]; t != nil {
		u.report(fault.Problems{corpus.Taken(f.Path, f.Name, t.file.Path)})
		return nil
	}
	u.touch(f, false).filed = true
	return nil
}

// goes takes a file that went, with all that refers to it, so that what is
// missing is told.
func (u *update) goes(p string) error {
	f, ok := corpus.FileAt(p)
	if !ok {
		return nil
	}
	k := kindOf(f.Kind)
	if t := u.todo[k][f.Name]; t != nil && !t.gone {
		return nil // it moved
	}
	u.touch(f, true).gone = true
	lists := []listName{referrersOf(k, f.Name)}
	switch k {
	case anAgency:
		lists = append(lists, u.ownLists(f.Name)...)
	case aManual:
		lists = append(lists, servingList(f.Name))
	}
	return u.touchLists(lists, true)
}

func (u *update) ownLists(code string) (out []listName) {
	for _, part := range []string{ownChildren, ownManuals, ownPoints, ownProcesses, ownServices} {
		out = append(out, ownList(code, part))
	}
	return out
}

// touchLists touches all that stands in some lists.
func (u *update) touchLists(lists []listName, all bool) error {
	for _, l := range lists {
		places, err := u.ls.all(l, 0)
		if err != nil {
			return err
		}
		for _, p := range places {
			c, err := known[card](u.shelf, p)
			if err != nil {
				return err
			}
			if t := u.todo[p.kind()][p.id()]; t == nil || !t.gone {
				u.touchCard(c, all)
			}
		}
	}
	return nil
}

// attachment takes the object again that a file lies beside. Points share a
// folder: any of them may name it.
func (u *update) attachment(p string) error {
	if !corpus.IsAttachment(p) {
		return nil
	}
	dir := path.Dir(p)
	if f, ok := corpus.FileAt(path.Join(dir, "manual.md")); ok {
		if t := u.todo[aManual][f.Name]; t != nil {
			t.filed = true
		} else if _, err := fs.Lstat(u.files, f.Path); err == nil {
			u.touch(f, false).filed = true
		}
		return nil
	}
	return u.touchLists([]listName{ownList(path.Base(path.Dir(dir)), ownPoints)}, false)
}

// has answers what checks ask: what is to come is there, what is to go is not.
func (u *update) has(k kind, id string) (bool, error) {
	if t := u.todo[k][id]; t != nil {
		return !t.gone, nil
	}
	data, err := u.m.objects.Get(cardKey(k, id))
	return data != nil, err
}

// take takes all objects of a kind that were touched. Taking one may touch
// others, of the same kind too.
func (u *update) take(k kind) error {
	for {
		var next []*touch
		for _, t := range u.todo[k] {
			if !t.done {
				next = append(next, t)
			}
		}
		if len(next) == 0 {
			return nil
		}
		slices.SortFunc(next, func(a, b *touch) int { return strings.Compare(a.file.Path, b.file.Path) })
		values := make([]any, len(next))
		for i, t := range next {
			t.done = true
			var err error
			if values[i], err = u.read(k, t); err != nil {
				return err
			}
		}
		for i, t := range next {
			if err := u.settle(k, t, values[i]); err != nil {
				return err
			}
		}
	}
}

// read reads an object. Agencies become known at once, for those below.
func (u *update) read(k kind, t *touch) (any, error) {
	var err error
	if t.old, err = u.shelf.card(k, t.file.Name); err != nil {
		return nil, err
	}
	if t.gone {
		if k == anAgency {
			u.shelf.put(catalog.AgencyCode(t.file.Name), nil)
		}
		return nil, nil
	}
	value, problems, err := t.file.Read(u.files)
	if err != nil {
		return nil, err
	}
	u.report(problems)
	if a, ok := value.(*catalog.Agency); ok {
		u.shelf.put(catalog.AgencyCode(t.file.Name), &agencyCard{t.file.Path, *a})
	}
	return value, nil
}

// settle puts an object's new card in the place of the old one, and finds what
// else that concerns.
func (u *update) settle(k kind, t *touch, value any) error {
	id := t.file.Name
	open := 0
	if !t.gone {
		problems := u.check.Object(t.file, value)
		u.report(problems)
		open = len(problems.Of(fault.Incomplete))
		var err error
		if t.new, err = u.cardOf(t.file, value); err != nil {
			return err
		}
		if t.new.id() != id {
			return nil // told
		}
	}
	if err := u.openProblems(k, id, open); err != nil {
		return err
	}
	same := t.old != nil && t.new != nil && string(packCard(nil, t.old)) == string(packCard(nil, t.new))
	if t.old == nil && t.new == nil || same && !t.all {
		return u.mark(k, t, false)
	}
	if !same {
		if err := u.replace(k, t); err != nil {
			return err
		}
	}
	u.move(t)
	return u.mark(k, t, true)
}

// openProblems remembers how many fields of an object are not filled in.
func (u *update) openProblems(k kind, id string, n int) error {
	key := problemKey(k, id)
	old, err := u.m.objects.Get(key)
	if err != nil {
		return err
	}
	was := unpackCount(old)
	u.m.Totals.Open += n - was
	switch n {
	case was:
		return nil
	case 0:
		return u.m.objects.Delete(key)
	}
	return u.m.objects.Put(key, packCount(n))
}

func (u *update) replace(k kind, t *touch) error {
	key := cardKey(k, t.file.Name)
	part := partOf(t.file.Name, u.m.Totals.bits(k))
	if u.parts[k] == nil {
		u.parts[k] = map[int]bool{}
	}
	u.parts[k][part] = true
	if t.old != nil {
		u.count(&u.m.Totals, t.old, -1)
	}
	if t.new == nil {
		return u.m.objects.Delete(key)
	}
	u.count(&u.m.Totals, t.new, 1)
	return u.m.objects.Put(key, packCard(nil, t.new))
}

// move lets an object leave and enter lists.
func (u *update) move(t *touch) {
	var old, now []listName
	var was, is place
	if t.old != nil {
		old, was = u.lists(t.old), t.old.place()
	}
	if t.new != nil {
		now, is = u.lists(t.new), t.new.place()
	}
	u.ls.move(old, was, now, is)
}

// mark finds what shows an object, whose card has changed or not.
func (u *update) mark(k kind, t *touch, changed bool) error {
	id := t.file.Name
	switch k {
	case anAgency:
		u.office[id] = true
		if changed && (t.all || reachesBelow(t.old, t.new)) {
			if err := u.touchLists(u.ownLists(id), true); err != nil {
				return err
			}
			return u.touchLists([]listName{referrersOf(anAgency, id)}, true)
		}
	case aProcess:
		if changed {
			return u.touchLists([]listName{referrersOf(aProcess, id)}, false)
		}
	case aPoint:
		u.points[id] = true
		if changed {
			return u.served(t)
		}
	case aManual:
		if !changed {
			return nil
		}
		places, err := u.ls.all(servingList(id), 0)
		if err != nil {
			return err
		}
		for _, p := range places {
			u.points[p.id()] = true
		}
		return u.touchLists([]listName{referrersOf(aManual, id)}, false)
	}
	return nil
}

// reachesBelow reports whether a change of an agency shows on the pages of what
// is below it.
func reachesBelow(old, now card) bool {
	if old == nil || now == nil {
		return true
	}
	a, b := old.(*agencyCard).Agency, now.(*agencyCard).Agency
	below := func(a catalog.Agency) *agencyCard {
		return &agencyCard{Agency: catalog.Agency{Name: a.Name, Parent: a.Parent, Hours: a.Hours, Closures: a.Closures, Contact: catalog.Contact{Phones: a.Contact.Phones}}}
	}
	return string(packCard(nil, below(a))) != string(packCard(nil, below(b)))
}

// served touches the manuals whose pages show a point otherwise than before.
func (u *update) served(t *touch) error {
	links := func(c card) map[string]bool {
		out := map[string]bool{}
		if c == nil || !c.(*pointCard).Point.Visible() {
			return out
		}
		for _, id := range c.(*pointCard).Point.Manuals {
			out[string(id)] = true
		}
		return out
	}
	old, now := links(t.old), links(t.new)
	same := t.old != nil && t.new != nil && t.old.place() == t.new.place() && string(packSpot(t.old)) == string(packSpot(t.new))
	for id := range union(old, now) {
		if same && old[id] == now[id] {
			continue
		}
		c, err := u.shelf.card(aManual, id)
		if err != nil {
			return err
		}
		if m := u.todo[aManual][id]; c != nil && m == nil {
			u.touchCard(c, false)
		}
	}
	return nil
}

func union(a, b map[string]bool) map[string]bool {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}
