package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
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

// Serves are the manuals that a point serves.
func (r *reportedOf) Serves(code catalog.PointCode) ([]catalog.ManualID, error) {
	spot, err := delayContent{r.direct, r.manuals}.Spot(code)
	if errors.Is(err, fault.NotFound) {
		return nil, nil
	}
	return spot.Manuals, err
}

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

// tellMonth keeps one notice for each person who has a view sent, of the last month
// that is closed, once. What the person may not see any more is not told.
func (c *centre) tellMonth(ctx context.Context) error {
	month, err := c.summary.Closed()
	if err != nil {
		return err
	}
	views, err := c.summary.MonthlyViews(ctx)
	if err != nil {
		return err
	}
	for _, v := range views {
		if err := c.tellView(ctx, v, month); err != nil {
			return err
		}
	}
	return nil
}

// tellView tells one person the main figures of a month.
func (c *centre) tellView(ctx context.Context, v summary.View, month calendar.Month) error {
	var who staff.User
	err := c.desk.Store.Read(ctx, func(r staff.Records) (err error) { who, err = r.User(v.Officer); return err })
	if errors.Is(err, fault.NotFound) || err == nil && !who.Disabled.IsZero() {
		return nil
	} else if err != nil {
		return err
	}
	by := staff.Acting{Officer: who.Officer()}
	asked, err := url.ParseQuery(v.Asked)
	if err != nil {
		return err
	}
	q := c.queryOf(asked, by, month)
	r, err := c.summary.Make(ctx, by, q)
	if errors.Is(err, fault.Forbidden) || err == nil && (r.Behind || r.Reports+r.Expected == 0) {
		return nil // what is being counted is told at the next look
	} else if err != nil {
		return err
	}
	asked.Set("period", month.ISO())
	asked.Set("unit", string(q.Unit)) // whatever was written there
	if q.Unit == "" {
		asked.Del("unit")
	}
	return c.manuals.Remind(ctx, manuals.Reminder{To: v.Officer, Topic: manuals.MonthSummed, Title: monthTitle(v, r, month), Mark: month.ISO(), Key: asked.Encode()})
}

// queryOf is the query of an address for one month; without an agency or a point it
// is of what the person holds a role for.
func (c *centre) queryOf(asked url.Values, by staff.Acting, month calendar.Month) summary.Query {
	q := summary.Query{Process: catalog.ProcessID(asked.Get("process")), Category: catalog.Slug(asked.Get("category")), Period: month.Period()}
	unit := asked.Get("unit") // a name with its code in brackets, or a code
	if i, end := strings.LastIndexByte(unit, '('), strings.HasSuffix(unit, ")"); i >= 0 && end {
		unit = unit[i+1 : len(unit)-1]
	}
	q.Unit, q.Point = catalog.AgencyCode(unit), catalog.PointCode(asked.Get("point"))
	if q.Unit != "" || q.Point != "" {
		return q
	}
	if scopes, everywhere := by.Range(rights.SeeReports); !everywhere && len(scopes) > 0 {
		q.Unit, q.Point = scopes[0].Scope.Agency, scopes[0].Scope.Point
	}
	return q
}

// monthTitle is the main figures of a month in one line.
func monthTitle(v summary.View, r *summary.Report, month calendar.Month) catalog.Text {
	share := "–"
	if n, ok := r.OnTime(); ok {
		share = fmt.Sprintf("%d.%d%%", n/100, n%100/10)
	}
	return catalog.Text{
		TH: fmt.Sprintf("%s · %s · ทันกำหนด %s · รับใหม่ %d · ค้าง %d · ส่งรายงานแล้ว %d จาก %d", v.Name, month.Long("th"), share, r.Received, r.Pending(), r.Reports, r.Expected),
		EN: fmt.Sprintf("%s · %s · on time %s · received %d · pending %d · handed in %d of %d", v.Name, month.Long("en"), share, r.Received, r.Pending(), r.Reports, r.Expected),
	}
}
