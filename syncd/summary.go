package main

import (
	"context"
	"sync"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/summary"
)

// openSummary is the desk of the summary report.
func (c *centre) openSummary() *summary.Desk {
	return &summary.Desk{Store: c.store.Summary(), Structure: c.current, Places: &reportedOf{licensed: licensed{c: c}, desk: c.licences, manuals: c.manuals, direct: c.direct}, Now: time.Now, Log: c.log}
}

// reportedOf tells what is reported on, and by whom, as the content says now.
type reportedOf struct {
	licensed
	desk    *licences.Desk
	manuals *manuals.Desk
	direct  *immediate.Desk

	mu         sync.Mutex
	categories map[catalog.ProcessID][]catalog.Slug
	content    gitrepo.Hash // whose they are
}

var _ summary.Places = (*reportedOf)(nil)

// Posts are what has been expected of all points.
func (r *reportedOf) Posts(ctx context.Context) ([]licences.Named, error) { return r.desk.Posts(ctx) }

// Labels are all categories.
func (r *reportedOf) Labels() ([]catalog.Label, error) {
	frame, err := r.manuals.Frame()
	if err != nil {
		return nil, err
	}
	return frame.Labels.Categories, nil
}

// Categories are those of the published manuals that name a process, read once for
// each content.
func (r *reportedOf) Categories(ids ...catalog.ProcessID) (map[catalog.ProcessID][]catalog.Slug, error) {
	tree, err := r.tree()
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.content != tree {
		r.categories, r.content = map[catalog.ProcessID][]catalog.Slug{}, tree
	}
	var unknown []catalog.ProcessID
	for _, id := range ids {
		if _, ok := r.categories[id]; !ok {
			unknown = append(unknown, id)
		}
	}
	if len(unknown) > 0 {
		found, err := r.direct.Categories(unknown...)
		if err != nil {
			return nil, err
		}
		for _, id := range unknown {
			r.categories[id] = found[id]
		}
	}
	out := make(map[catalog.ProcessID][]catalog.Slug, len(ids))
	for _, id := range ids {
		out[id] = r.categories[id]
	}
	return out, nil
}

// countEvery is how often it is looked for reports that have to be counted; who
// opens the page has them counted at once.
const countEvery = time.Minute

// countSummary counts until ctx ends.
func (c *centre) countSummary(ctx context.Context) {
	tick := time.NewTicker(countEvery)
	defer tick.Stop()
	for {
		if err := c.summary.Count(ctx); err != nil && ctx.Err() == nil {
			c.log.Error("sums of reports are counted later", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
