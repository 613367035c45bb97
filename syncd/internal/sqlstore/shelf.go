package sqlstore

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/thai"
	"khumue/syncd/internal/manuals"
)

// A list of manuals is cut to words that stand anywhere in a text, and is
// counted: a database would read all of it each time. So what lists look at is
// kept in memory too, a few hundred bytes a manual, and follows the table by the
// number of its last change. Each transaction is answered from the very moment
// that it sees.

// metaChanges is the name under which meta keeps how many transactions have
// changed manuals.
const metaChanges = "manuals_changes"

// changes returns how many transactions have changed manuals.
func (r *records) changes() (int64, error) {
	values, err := all(r, text, `SELECT value FROM meta WHERE name = $1`, metaChanges)
	if err != nil || len(values) == 0 {
		return 0, err
	}
	return strconv.ParseInt(values[0], 10, 64)
}

// turn returns the number of this transaction among those that change manuals.
func (r *records) turn() (int64, error) {
	if r.turned > 0 {
		return r.turned, nil
	}
	n, err := r.changes()
	if err != nil {
		return 0, err
	}
	_, err = r.exec(`INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2`, metaChanges, strconv.FormatInt(n+1, 10))
	if err == nil {
		r.turned = n + 1
	}
	return n + 1, err
}

// shelf holds the latest views of a store.
type shelf struct {
	filling sync.Mutex // one at a time reads what changed
	views   []*view    // by number, the latest last
}

// oldViews is how many views are kept for transactions that began before the
// last change.
const oldViews = 4

// view is what lists look at, as it was after a change. It does not change.
type view struct {
	number int64    // of the change
	spines []*spine // as the dictionary orders titles
	last   atomic.Pointer[picked]
}

// spine is what lists look at of a manual.
type spine struct {
	id     catalog.ManualID
	agency catalog.AgencyCode
	found  string // folded
	is     standing
}

// standing tells how a manual stands, for a list to be cut by.
type standing struct{ drafted, reviewed, endorsed, shown, withdrawn, hastened bool }

// statuses are what a list of manuals can be cut to.
var statuses = map[manuals.Status]func(standing) bool{
	manuals.AnyStatus:   func(standing) bool { return true },
	manuals.IsDraft:     func(s standing) bool { return s.drafted },
	manuals.IsReview:    func(s standing) bool { return s.reviewed },
	manuals.IsEndorsed:  func(s standing) bool { return s.endorsed },
	manuals.IsPublic:    func(s standing) bool { return s.shown && !s.drafted && !s.reviewed && !s.endorsed },
	manuals.IsWithdrawn: func(s standing) bool { return s.withdrawn },
	manuals.IsHastened:  func(s standing) bool { return s.hastened },
}

// view returns what this transaction sees.
func (r *records) view() (*view, error) {
	now, err := r.changes()
	if err != nil {
		return nil, err
	}
	r.shelf.filling.Lock()
	defer r.shelf.filling.Unlock()
	var before *view
	for _, v := range r.shelf.views {
		if v.number <= now {
			before = v
		}
	}
	if before != nil && before.number == now && r.turned == 0 {
		return before, nil
	}
	v, err := r.follow(before, now)
	if err == nil && r.turned == 0 { // what is not committed is nobody else's
		r.shelf.keep(v)
	}
	return v, err
}

func (s *shelf) keep(v *view) {
	at, _ := slices.BinarySearchFunc(s.views, v.number, func(v *view, n int64) int { return cmp.Compare(v.number, n) })
	s.views = slices.Insert(s.views, at, v)
	s.views = slices.Clone(s.views[max(0, len(s.views)-oldViews):])
}

const spineColumns = `id, agency, found_by, drafts, reviews, endorsements, shown, withdrawn, hastened, title_order`

// placed is a spine with what orders it.
type placed struct {
	*spine
	order []byte
}

func scanSpine(s scanner) (placed, error) {
	p := placed{spine: &spine{}}
	var found string
	var drafts, reviews, endorsements int
	err := s.Scan(&p.id, &p.agency, &found, &drafts, &reviews, &endorsements, &p.is.shown, &p.is.withdrawn, &p.is.hastened, &p.order)
	p.found, p.is.drafted, p.is.reviewed, p.is.endorsed = fold(found), drafts > 0, reviews > 0, endorsements > 0
	return p, err
}

func byOrder(a, b placed) int {
	return cmp.Or(bytes.Compare(a.order, b.order), cmp.Compare(a.id, b.id))
}

// follow makes the view of a change from one of before, or from nothing.
func (r *records) follow(before *view, now int64) (*view, error) {
	if before == nil {
		return r.fresh(now)
	}
	since := before.number
	gone, err := all(r, text, `SELECT id FROM manuals_gone WHERE changed > $1`, since)
	if err != nil || slices.Contains(gone, "") {
		return r.fresh(now)
	}
	changed, err := all(r, scanSpine, `SELECT `+spineColumns+` FROM manuals WHERE changed > $1`, since)
	if err != nil {
		return nil, err
	}
	if len(changed) > len(before.spines)/10+100 {
		return r.fresh(now)
	}
	out := map[catalog.ManualID]bool{}
	for _, id := range gone {
		out[catalog.ManualID(id)] = true
	}
	for _, p := range changed {
		out[p.id] = true
	}
	v := &view{number: now, spines: slices.DeleteFunc(slices.Clone(before.spines), func(s *spine) bool { return out[s.id] })}
	for _, p := range changed {
		at, _ := slices.BinarySearchFunc(v.spines, p, func(s *spine, p placed) int { return byOrder(placed{s, s.order()}, p) })
		v.spines = slices.Insert(v.spines, at, p.spine)
	}
	return v, nil
}

// fresh makes a view from all manuals.
func (r *records) fresh(now int64) (*view, error) {
	rows, err := all(r, scanSpine, `SELECT `+spineColumns+` FROM manuals`)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(rows, byOrder)
	v := &view{number: now, spines: make([]*spine, len(rows))}
	codes := map[catalog.AgencyCode]catalog.AgencyCode{} // each once
	for i, p := range rows {
		if _, ok := codes[p.agency]; !ok {
			codes[p.agency] = p.agency
		}
		p.agency = codes[p.agency]
		v.spines[i] = p.spine
	}
	return v, nil
}

// picked is what a filter leaves, for the next who asks for a page of it, or how
// many there are.
type picked struct {
	filter manuals.Filter
	spines []*spine
}

func (p *picked) answers(f manuals.Filter) bool {
	return p != nil && p.filter.Status == f.Status && p.filter.Text == f.Text && p.filter.Public == f.Public &&
		(p.filter.Agencies == nil) == (f.Agencies == nil) && slices.Equal(p.filter.Agencies, f.Agencies)
}

// pick returns the manuals of a filter, whatever its page.
func (v *view) pick(f manuals.Filter) ([]*spine, error) {
	if p := v.last.Load(); p.answers(f) {
		return p.spines, nil
	}
	status, ok := statuses[f.Status]
	if !ok {
		return nil, fault.New(fault.Invalid, fault.Textf("ไม่มีสถานะ %q", "There is no status %q.", string(f.Status)))
	}
	words, err := wordsOf(f.Text)
	if err != nil {
		return nil, err
	}
	for i, w := range words {
		words[i] = fold(w)
	}
	slices.SortStableFunc(words, func(a, b string) int { return len(b) - len(a) }) // the rarest first
	owners := make(map[catalog.AgencyCode]bool, len(f.Agencies))
	for _, code := range f.Agencies {
		owners[code] = true
	}
	var out []*spine
	for _, s := range v.spines {
		if status(s.is) && (s.is.shown || !f.Public) && (f.Agencies == nil || owners[s.agency]) && s.holds(words) {
			out = append(out, s)
		}
	}
	f.Agencies = slices.Clone(f.Agencies)
	v.last.Store(&picked{f, out})
	return out, nil
}

// holds reports whether all words stand in what the manual is found by.
func (s *spine) holds(words []string) bool {
	for _, w := range words {
		if !strings.Contains(s.found, w) {
			return false
		}
	}
	return true
}

// order is what the manual is ordered by: the key of the title that it is found
// by, as titleOrder makes it.
func (s *spine) order() []byte {
	th, rest, _ := strings.Cut(unfold(s.found), "\n")
	en, _, _ := strings.Cut(rest, "\n")
	return titleOrder(th, en)
}

// titleOrder is a key that sorts as the dictionary does, of a title in normal
// form: the Thai one, if there is one.
func titleOrder(th, en string) []byte { return thai.SortKey(cmp.Or(th, en)) }

// maxWords is how many words a search may have.
const maxWords = 30

// wordsOf are the words of a search, in normal form.
func wordsOf(text string) ([]string, error) {
	words := strings.Fields(thai.Normalize(text))
	if len(words) > maxWords {
		return nil, fault.New(fault.Invalid, fault.Textf("คำค้นมีเกิน %d คำ", "The search has more than %d words.", maxWords),
			fault.Text{TH: "ค้นด้วยคำที่น้อยลง", EN: "Search for fewer words."})
	}
	for _, w := range words {
		if err := plain([]any{w}); err != nil {
			return nil, err
		}
	}
	return words, nil
}

// A folded text has one byte for each character of Thai, instead of three, which
// makes it small and quick to look through: 0xA1 to 0xFB stand for U+0E01 to
// U+0E5B, what is ASCII stays, and others are foldLead with five bytes from 0x80
// to 0x9F. One text holds another when it does so folded.
const (
	foldLead  = 0xFC
	foldTail  = 0x80
	firstThai = 0x0E01
	lastThai  = 0x0E5B
	thaiShift = firstThai - 0xA1
)

func fold(s string) string {
	b := make([]byte, 0, len(s)/2)
	for _, c := range s {
		switch {
		case c < 0x80:
			b = append(b, byte(c))
		case firstThai <= c && c <= lastThai:
			b = append(b, byte(c-thaiShift))
		default:
			b = append(b, foldLead)
			for shift := 20; shift >= 0; shift -= 5 {
				b = append(b, foldTail|byte(c>>shift&31))
			}
		}
	}
	return string(b)
}

// unfold undoes fold.
func unfold(s string) string {
	b := make([]byte, 0, 3*len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c < 0x80:
			b = append(b, c)
		case c != foldLead:
			b = append(b, string(rune(c)+thaiShift)...)
		default:
			var r rune
			for range 5 {
				i++
				r = r<<5 | rune(s[i]&31)
			}
			b = append(b, string(r)...)
		}
	}
	return string(b)
}

// shelved returns manuals of a view, in its order.
func (r *records) shelved(spines []*spine) ([]manuals.Manual, error) {
	if len(spines) == 0 {
		return nil, nil
	}
	w, at := &where{dialect: r.dialect}, map[catalog.ManualID]int{}
	ids := make([]catalog.ManualID, len(spines))
	for i, s := range spines {
		ids[i], at[s.id] = s.id, i
	}
	in(w, "id", ids)
	ms, err := all(r, scanManual, `SELECT `+manualColumns+` FROM manuals`+w.String(), w.args...)
	if err == nil && len(ms) != len(spines) {
		return nil, r.fail(fmt.Errorf("%d of %d manuals of a list are there", len(ms), len(spines)))
	}
	slices.SortFunc(ms, func(a, b manuals.Manual) int { return at[a.ID] - at[b.ID] })
	return ms, err
}
