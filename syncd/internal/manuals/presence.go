package manuals

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"khumue/internal/catalog"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/staff"
)

// Presence is that somebody has a revision open.
type Presence struct {
	Officer catalog.OfficerID
	Writing bool // in the form, rather than reading
	Since   time.Time
	seen    time.Time
}

// awayAfter is how long somebody who says nothing counts as present. Pages say
// that they are open three times as often.
const awayAfter = 90 * time.Second

// presence is who has what open. It is forgotten when the daemon ends: open pages
// say so again.
type presence struct {
	mu   sync.Mutex
	here map[review.Ref]map[catalog.OfficerID]Presence
}

// Here notes that an officer has a revision open, and returns who else has, the
// longest present first.
func (d *Desk) Here(by staff.Acting, ref review.Ref, writing bool) []Presence {
	d.present.note(ref, by.ID, writing, d.Now())
	return d.present.others(ref, by.ID, d.Now())
}

// Visit is Here of a revision that is under way and that the officer may see.
func (d *Desk) Visit(by staff.Acting, ref review.Ref, writing bool) ([]Presence, error) {
	if _, _, err := d.see(by, ref); err != nil {
		return nil, err
	}
	return d.Here(by, ref, writing), nil
}

func (p *presence) note(ref review.Ref, who catalog.OfficerID, writing bool, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forget(now)
	if p.here == nil {
		p.here = map[review.Ref]map[catalog.OfficerID]Presence{}
	}
	if p.here[ref] == nil {
		p.here[ref] = map[catalog.OfficerID]Presence{}
	}
	was, ok := p.here[ref][who]
	if !ok || was.Writing != writing {
		was = Presence{Officer: who, Writing: writing, Since: now}
	}
	was.seen = now
	p.here[ref][who] = was
}

// forget drops those who have gone.
func (p *presence) forget(now time.Time) {
	for ref, all := range p.here {
		for who, one := range all {
			if now.Sub(one.seen) > awayAfter {
				delete(all, who)
			}
		}
		if len(all) == 0 {
			delete(p.here, ref)
		}
	}
}

func (p *presence) others(ref review.Ref, but catalog.OfficerID, now time.Time) []Presence {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forget(now)
	var out []Presence
	for who, one := range p.here[ref] {
		if who != but {
			out = append(out, one)
		}
	}
	slices.SortFunc(out, func(a, b Presence) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Officer, b.Officer))
	})
	return out
}
