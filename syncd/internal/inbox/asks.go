package inbox

import (
	"context"
	"sync"
	"time"

	"khumue/internal/catalog"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// How many operations are counted at most that wait for a person, and how old a count
// may be.
const (
	mostAsked = 100
	askedFor  = 30 * time.Second
)

// asked are counts of what waits for people, which stand in the menu of every page.
type asked struct {
	mu     sync.Mutex
	counts map[catalog.OfficerID]count
}

type count struct {
	n  int
	at time.Time
}

// Asks returns how many operations wait for a decision that the person may make, a
// hundred at most, as it was half a minute ago at the earliest.
func (d *Desk) Asks(ctx context.Context, by staff.Acting) (n int, err error) {
	if !by.MayAnywhere(rights.ManageStaff) {
		return 0, nil
	}
	d.asked.mu.Lock()
	known, ok := d.asked.counts[by.ID]
	d.asked.mu.Unlock()
	if ok && d.now().Sub(known.at).Abs() < askedFor {
		return known.n, nil
	}
	err = d.Store.Read(ctx, func(r Records) error {
		mine, err := d.mine(r, by, rights.ManageStaff)
		if err != nil || len(mine) == 0 {
			return err
		}
		items, err := r.Attention(ids(mine), trail.Page{Limit: mostAsked})
		n = len(items)
		return err
	})
	if err != nil {
		return 0, err
	}
	d.asked.mu.Lock()
	defer d.asked.mu.Unlock()
	if len(d.asked.counts) >= 10*mostAsked || d.asked.counts == nil {
		d.asked.counts = map[catalog.OfficerID]count{}
	}
	d.asked.counts[by.ID] = count{n, d.now()}
	return n, nil
}

// forget forgets the counts, for there is one less.
func (a *asked) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.counts)
}
