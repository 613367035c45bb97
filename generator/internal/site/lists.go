package site

import (
	"encoding/binary"
	"slices"
	"strings"
	"sync"

	"khumue/generator/internal/state"
)

// listName names an ordered list of objects.
type listName string

// What lists there are: of what an agency has, under a label, in a province,
// of agencies by first letter; of points that serve a manual, in a tile of the
// map; of manuals with old numbers; of all that refers to an object; and of
// agencies that others took over.
func ownList(code, part string) listName        { return listName("a/" + code + "/" + part) }
func letterList(lang, letter string) listName   { return listName("g/" + lang + "/" + letter) }
func labelList(kind, slug string) listName      { return listName("k/" + kind + "/" + slug) }
func legacyList(shard string) listName          { return listName("n/" + shard) }
func referrersOf(kind kind, id string) listName { return listName("r/" + string(kind) + "/" + id) }
func servingList(manual string) listName        { return listName("s/" + manual) }
func tileList(tile string) listName             { return listName("t/" + tile) }
func provinceList(code string) listName         { return listName("v/" + code) }
func successionList() listName                  { return listName("x") }

// Parts of what an agency has.
const (
	ownChildren  = "c"
	ownManuals   = "m"
	ownPoints    = "p" // hidden ones too
	ownProcesses = "r" // no page shows them
	ownServices  = "s"
)

// Bounds of a page of a list, in entries. Where a page ends depends on the
// entries before it on the same page and on the first of the next one alone:
// what is added or removed changes the pages around it, and not all that
// follow. The means is about 135.
const (
	fewestOnPage = 80
	mostOnPage   = 200
	pageEnds     = 64 // one in so many entries begins a page, if the one before is long enough
)

// begins reports whether p begins a page after one of n entries.
func (p place) begins(n int) bool {
	return n >= mostOnPage || n >= fewestOnPage && hashID(p.id())%pageEnds == 0
}

// leaf is a page of a list: its first entry, which names it (the first page of
// a list has no name), and its entries.
type leaf struct {
	start  place
	places []place
}

func leafPrefix(l listName) []byte { return append(append([]byte("l"), l...), 0) }

func leafKey(l listName, start place) []byte { return append(leafPrefix(l), start...) }

func countKey(l listName) []byte { return append([]byte("n"), l...) }

func claimKey(field, value string) []byte { return []byte("u" + field + "/" + value) }

// packLeaf appends the entries, each as what it shares with the one before and
// what follows.
func packLeaf(b []byte, places []place) []byte {
	last := place("")
	for _, p := range places {
		same := 0
		for same < len(p) && same < len(last) && p[same] == last[same] {
			same++
		}
		b = binary.AppendUvarint(b, uint64(same))
		b = binary.AppendUvarint(b, uint64(len(p)-same))
		b = append(b, p[same:]...)
		last = p
	}
	return b
}

func unpackLeaf(data []byte) ([]place, error) {
	var out []place
	last := place("")
	for len(data) > 0 {
		same, n := binary.Uvarint(data)
		rest, m := binary.Uvarint(data[max(n, 0):])
		if n <= 0 || m <= 0 || same > uint64(len(last)) || rest > uint64(len(data)-n-m) || same+rest < 2 {
			return nil, state.ErrDamaged
		}
		data = data[n+m:]
		last = last[:same] + place(data[:rest])
		data = data[rest:]
		out = append(out, last)
	}
	return out, nil
}

// lists are the lists that the last build has left, and what this one changes
// in them. Several goroutines may read them, while nobody applies changes.
type lists struct {
	mu      sync.Mutex // the store serves one at a time
	store   *state.Store
	changes map[listName]map[place]bool // true: comes, false: goes
	dirty   map[listName]map[place]bool // pages to be made anew, by their start
	made    map[listName]map[place]bool // pages that were not there
	dropped map[listName]map[place]bool // pages that are there no more
}

func newLists(store *state.Store) *lists {
	return &lists{store: store, changes: map[listName]map[place]bool{}, dirty: map[listName]map[place]bool{}, made: map[listName]map[place]bool{}, dropped: map[listName]map[place]bool{}}
}

func mark[V any](in map[listName]map[place]V, l listName, p place, v V) {
	if in[l] == nil {
		in[l] = map[place]V{}
	}
	in[l][p] = v
}

// move lets an object leave some lists and enter others. Where it stays in
// place, the page that shows it is made anew.
func (ls *lists) move(old []listName, was place, now []listName, is place) {
	for _, l := range old {
		if was != is || !slices.Contains(now, l) {
			mark(ls.changes, l, was, false)
		}
	}
	for _, l := range now {
		mark(ls.changes, l, is, true)
	}
}

// count returns the length of a list, before the changes that are not applied.
func (ls *lists) count(l listName) (int, error) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	v, err := ls.store.Get(countKey(l))
	n, size := binary.Uvarint(v)
	if err != nil || v == nil {
		return 0, err
	}
	if size <= 0 {
		return 0, state.ErrDamaged
	}
	return int(n), nil
}

// named returns the lists that are not empty and whose names begin with prefix, in
// the order of their names.
func (ls *lists) named(prefix string) (out []listName, err error) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	err = ls.store.Each(countKey(listName(prefix)), nil, func(key, _ []byte) (bool, error) {
		out = append(out, listName(key[1:]))
		return true, nil
	})
	return out, err
}

// each calls do with the pages of a list, from the one that starts at from.
func (ls *lists) each(l listName, from place, do func(leaf) (more bool, err error)) error {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	prefix := leafPrefix(l)
	return ls.store.Each(prefix, leafKey(l, from), func(key, value []byte) (bool, error) {
		places, err := unpackLeaf(value)
		if err != nil {
			return false, err
		}
		return do(leaf{place(key[len(prefix):]), places})
	})
}

// all returns a whole list, or its first most entries.
func (ls *lists) all(l listName, most int) (out []place, err error) {
	err = ls.each(l, "", func(pg leaf) (bool, error) {
		out = append(out, pg.places...)
		return most == 0 || len(out) < most, nil
	})
	if most > 0 && len(out) > most {
		out = out[:most]
	}
	return out, err
}

// starts returns the starts of a list's pages.
func (ls *lists) starts(l listName) (out []place, err error) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	prefix := leafPrefix(l)
	err = ls.store.Each(prefix, nil, func(key, _ []byte) (bool, error) {
		out = append(out, place(strings.Clone(string(key[len(prefix):]))))
		return true, nil
	})
	return out, err
}

// holding returns the page on which a place stands or would stand; false when
// the list is empty.
func (ls *lists) holding(l listName, p place) (leaf, bool, error) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	prefix := leafPrefix(l)
	key, value, err := ls.store.Floor(prefix, leafKey(l, p))
	if err != nil || key == nil {
		return leaf{}, false, err
	}
	places, err := unpackLeaf(value)
	return leaf{place(key[len(prefix):]), places}, true, err
}

// apply carries the changes out and finds the pages that they change.
func (ls *lists) apply() error {
	for l, changes := range ls.changes {
		if err := ls.applyTo(l, changes); err != nil {
			return err
		}
	}
	clear(ls.changes)
	return nil
}

func (ls *lists) applyTo(l listName, changes map[place]bool) error {
	pending := make([]place, 0, len(changes))
	for p := range changes {
		pending = append(pending, p)
	}
	slices.Sort(pending)
	grown := 0
	for len(pending) > 0 {
		r := &run{lists: ls, list: l, changes: changes, pending: pending}
		if err := r.do(); err != nil {
			return err
		}
		pending, grown = r.pending, grown+r.grown
	}
	if grown == 0 {
		return nil
	}
	n, err := ls.count(l)
	if err != nil {
		return err
	}
	mark(ls.dirty, l, "", true) // it tells how many there are
	if n+grown == 0 {
		return ls.store.Delete(countKey(l))
	}
	return ls.store.Put(countKey(l), binary.AppendUvarint(nil, uint64(n+grown)))
}

// run rewrites neighbouring pages of a list, from the one that the first
// pending change concerns to where pages begin again as they did.
type run struct {
	*lists
	list    listName
	changes map[place]bool
	pending []place // changes to come, in order
	grown   int     // entries more than before
	old     []leaf  // pages that were read
	next    place   // start of the first page that is not rewritten; "" at the end of the list
}

func (r *run) do() error {
	pg, there, err := r.first()
	if err != nil {
		return err
	}
	fresh := []leaf{{start: pg.start}}
	for {
		if there {
			if err := r.read(pg); err != nil {
				return err
			}
		}
		for _, p := range r.merged(pg.places) {
			if p.begins(len(fresh[len(fresh)-1].places)) {
				fresh = append(fresh, leaf{start: p})
			}
			last := &fresh[len(fresh)-1]
			last.places = append(last.places, p)
		}
		if r.next == "" {
			break
		}
		if n := len(fresh[len(fresh)-1].places); n > 0 && r.next.begins(n) && !r.leaves(r.next) {
			break
		}
		if pg, _, err = r.holding(r.list, r.next); err != nil {
			return err
		}
	}
	return r.write(fresh)
}

// first returns the page to begin with: the one that the first change falls
// on, or the one before where its first entry goes, since that may take in the
// others.
func (r *run) first() (pg leaf, there bool, err error) {
	pg, there, err = r.holding(r.list, r.pending[0])
	for err == nil && there && pg.start != "" && r.leaves(pg.start) {
		pg, there, err = r.holding(r.list, pg.start[:len(pg.start)-1])
	}
	return pg, there, err
}

// leaves reports whether an entry is about to go.
func (r *run) leaves(p place) bool {
	comes, changed := r.changes[p]
	return changed && !comes
}

// read notes a page, and where the one after it starts.
func (r *run) read(pg leaf) error {
	r.old = append(r.old, pg)
	r.next = ""
	return r.each(r.list, pg.start, func(n leaf) (bool, error) {
		if n.start == pg.start {
			return true, nil
		}
		r.next = n.start
		return false, nil
	})
}

// merged returns the entries of the page that was read last, with the changes
// that fall before the next one.
func (r *run) merged(places []place) []place {
	var out []place
	i := 0
	for len(r.pending) > 0 && (r.next == "" || r.pending[0] < r.next) {
		p := r.pending[0]
		r.pending = r.pending[1:]
		for i < len(places) && places[i] < p {
			out = append(out, places[i])
			i++
		}
		was := i < len(places) && places[i] == p
		if was {
			i++
			r.grown--
		}
		if r.changes[p] {
			out = append(out, p)
			r.grown++
		}
	}
	return append(out, places[i:]...)
}

// write stores the new pages in place of those that were read.
func (r *run) write(fresh []leaf) error {
	if len(fresh[0].places) == 0 && len(fresh) == 1 && (fresh[0].start != "" || r.next == "") {
		fresh = nil
	}
	was := map[place][]place{}
	for _, pg := range r.old {
		was[pg.start] = pg.places
	}
	moved := len(fresh) != len(r.old)
	for _, pg := range fresh {
		old, there := was[pg.start]
		delete(was, pg.start)
		moved = moved || !there
		same := there && slices.Equal(old, pg.places)
		if !same || r.shown(pg.places) {
			mark(r.dirty, r.list, pg.start, true)
		}
		if same {
			continue
		}
		if err := r.store.Put(leafKey(r.list, pg.start), packLeaf(nil, pg.places)); err != nil {
			return err
		}
		if !there {
			turn(r.dropped, r.made, r.list, pg.start)
		}
	}
	for start := range was {
		turn(r.made, r.dropped, r.list, start)
		delete(r.dirty[r.list], start)
		if err := r.store.Delete(leafKey(r.list, start)); err != nil {
			return err
		}
	}
	if !moved {
		return nil
	}
	for _, pg := range fresh {
		mark(r.dirty, r.list, pg.start, true)
	}
	return r.neighbours()
}

// turn takes a page back from one set, or notes it in the other.
func turn(from, to map[listName]map[place]bool, l listName, start place) {
	if from[l][start] {
		delete(from[l], start)
		return
	}
	mark(to, l, start, true)
}

// shown reports whether one of the entries has changed in itself.
func (r *run) shown(places []place) bool {
	return slices.ContainsFunc(places, func(p place) bool { _, changed := r.changes[p]; return changed })
}

// neighbours marks the pages before, after and at the head of those that were
// rewritten: they lead to them.
func (r *run) neighbours() error {
	mark(r.dirty, r.list, "", true)
	if r.next != "" {
		mark(r.dirty, r.list, r.next, true)
	}
	if len(r.old) == 0 {
		return nil
	}
	if start := r.old[0].start; start != "" {
		before, there, err := r.holding(r.list, start[:len(start)-1])
		if err != nil || !there {
			return err
		}
		mark(r.dirty, r.list, before.start, true)
	}
	return nil
}
