package manuals

import (
	"context"
	"errors"
	"slices"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// Row is a manual in a list, with what is under way of it.
type Row struct {
	Manual
	Open []Open
}

// List is a page of manuals.
type List struct {
	Rows []Row
	All  int // on all pages
}

// List returns manuals of an agency and all below it, with "" of all whose
// revisions the officer may see.
func (d *Desk) List(ctx context.Context, by staff.Acting, agency catalog.AgencyCode, f Filter) (l List, err error) {
	if f.Agencies, err = by.Within(rights.SeeDrafts, agency, d.Structure.Below); err != nil {
		return l, err
	}
	err = d.Store.Read(ctx, func(r Records) error {
		l = List{}
		some, err := r.Manuals(f)
		if err != nil {
			return err
		}
		for _, m := range some {
			opens, err := r.Opens(OpenFilter{Manual: m.ID, Page: trail.Page{Limit: 20}})
			if err != nil {
				return err
			}
			l.Rows = append(l.Rows, Row{m, opens})
		}
		l.All, err = r.CountManuals(f)
		return err
	})
	return l, err
}

// Search returns published manuals of the whole country, to copy from or to link
// to points.
func (d *Desk) Search(ctx context.Context, by staff.Acting, text string, page trail.Page) (list []Manual, all int, err error) {
	if !by.MayAnywhere(rights.WriteManual) && !by.MayAnywhere(rights.Link) {
		return nil, 0, rights.Refused()
	}
	f := Filter{Text: text, Public: true, Page: page}
	err = d.Store.Read(ctx, func(r Records) (err error) {
		if list, err = r.Manuals(f); err != nil {
			return err
		}
		all, err = r.CountManuals(f)
		return err
	})
	return list, all, err
}

// Item is a revision in a queue.
type Item struct {
	Open
	Due     time.Time // by when it is to be judged; zero of a draft
	Late    bool
	Reading []Presence
	For     catalog.OfficerID // whose queue it comes from, where that was delegated to the officer
}

// Queue is a page of revisions that wait for an officer.
type Queue struct {
	Items []Item
	All   int
}

// QueueFilter says which are wanted.
type QueueFilter struct {
	Agency catalog.AgencyCode // and all below it; "": all
	Mine   bool               // the officer's own drafts, rather than what it may judge
	Text   string
	Page   trail.Page
}

// Queue returns what waits for an officer's judgement, or of its own pen, the
// longest waiting first.
func (d *Desk) Queue(ctx context.Context, by staff.Acting, f QueueFilter) (q Queue, err error) {
	filters, err := d.queued(by, f)
	if err != nil {
		return q, err
	}
	var lent []Delegation
	err = d.Store.Read(ctx, func(r Records) (err error) {
		q = Queue{}
		for _, one := range filters {
			opens, err := r.Opens(one)
			if err != nil {
				return err
			}
			n, err := r.CountOpens(one)
			if err != nil {
				return err
			}
			q.All += n
			for _, o := range opens {
				q.Items = append(q.Items, d.item(o, by.ID))
			}
		}
		lent, err = r.Delegations(d.Now())
		return err
	})
	slices.SortStableFunc(q.Items, func(a, b Item) int { return a.since().Compare(b.since()) })
	if n := f.Page.Size(); len(q.Items) > n {
		q.Items = q.Items[:n]
	}
	for i := range q.Items {
		q.Items[i].For = lentFrom(lent, by.ID, q.Items[i].Open, d.Now())
	}
	return q, err
}

// since is since when a revision waits.
func (o Open) since() time.Time {
	if o.State == review.Draft {
		return o.Changed
	}
	return o.Submitted
}

// lentFrom tells whose queue a revision comes from.
func lentFrom(lent []Delegation, to catalog.OfficerID, o Open, now time.Time) catalog.OfficerID {
	for _, one := range lent {
		if one.To == to && one.InForce(now) && one.Role == o.Holder() && (one.Agency == "" || one.Agency == o.Agency) {
			return one.From
		}
	}
	return ""
}

// queued are the parts of an officer's queue: what it may judge in each stage, or
// what it writes.
func (d *Desk) queued(by staff.Acting, f QueueFilter) ([]OpenFilter, error) {
	base := OpenFilter{Text: f.Text, Page: f.Page}
	parts := []struct {
		a rights.Action
		s []review.State
	}{{rights.Endorse, []review.State{review.InReview}}, {rights.Publish, []review.State{review.Endorsed}}}
	if f.Mine {
		base.Writer, parts = by.ID, parts[:1]
		parts[0].a, parts[0].s = rights.WriteManual, []review.State{review.Draft}
	} else {
		base.Not = by.ID
	}
	var out []OpenFilter
	for _, p := range parts {
		one := base
		var err error
		one.Agencies, err = by.Within(p.a, f.Agency, d.Structure.Below)
		if errors.Is(err, fault.Forbidden) {
			continue
		}
		if err != nil {
			return nil, err
		}
		one.States = p.s
		out = append(out, one)
	}
	if len(out) == 0 {
		return nil, rights.Refused()
	}
	if len(out) > 1 { // the page is cut from both together
		for i := range out {
			out[i].Page = trail.Page{Limit: f.Page.Offset + f.Page.Size()}
		}
	}
	return out, nil
}

// item is a revision as a queue shows it.
func (d *Desk) item(o Open, who catalog.OfficerID) Item {
	due := d.due(o)
	return Item{Open: o, Due: due, Late: !due.IsZero() && d.Now().After(due), Reading: d.present.others(o.Ref, who, d.Now())}
}

// due is by when a revision is to be judged; zero of a draft.
func (d *Desk) due(o Open) time.Time {
	switch o.State {
	case review.InReview:
		return o.Submitted.AddDate(0, 0, d.Limits.Due[0])
	case review.Endorsed:
		return o.Changed.AddDate(0, 0, d.Limits.Due[1])
	}
	return time.Time{}
}

// Badge is how much waits for an officer.
type Badge struct {
	Judge   int // revisions to approve or return
	Mine    int // drafts of its own, those that came back among them
	Imports int // imported manuals of its agency to confirm
	Notices int // not read
}

// Badge counts what waits for an officer.
func (d *Desk) Badge(ctx context.Context, by staff.Acting) (b Badge, err error) {
	judge, err := d.queued(by, QueueFilter{})
	if err != nil && !errors.Is(err, fault.Forbidden) {
		return b, err
	}
	mine, err := d.queued(by, QueueFilter{Mine: true})
	if err != nil && !errors.Is(err, fault.Forbidden) {
		return b, err
	}
	imports, _ := by.Agencies(rights.ConfirmImport, d.Structure.Below)
	err = d.Store.Read(ctx, func(r Records) (err error) {
		b = Badge{}
		for _, part := range []struct {
			filters []OpenFilter
			into    *int
		}{{judge, &b.Judge}, {mine, &b.Mine}} {
			for _, f := range part.filters {
				n, err := r.CountOpens(f)
				if err != nil {
					return err
				}
				*part.into += n
			}
		}
		if len(imports) > 0 {
			if b.Imports, err = r.CountUnconfirmed(Filter{Agencies: imports}); err != nil {
				return err
			}
		}
		b.Notices, err = r.CountUnread(by.ID)
		return err
	})
	return b, err
}

// Hurried returns what was published in an emergency and has not been approved in
// order since, of the agencies whose revisions the officer may see.
func (d *Desk) Hurried(ctx context.Context, by staff.Acting) ([]Manual, error) {
	agencies, err := by.Within(rights.SeeDrafts, "", d.Structure.Below)
	if err != nil {
		return nil, err
	}
	var list []Manual
	err = d.Store.Read(ctx, func(r Records) (err error) {
		list, err = r.Manuals(Filter{Agencies: agencies, Status: IsHastened, Page: trail.Page{Limit: 1000}})
		return err
	})
	return list, err
}

// Visible returns the refs of revisions under way that an officer may see, by
// their full names; everywhere is that it may see all, of which none is named.
func (d *Desk) Visible(ctx context.Context, by rights.Officer) (refs []string, everywhere bool, err error) {
	agencies, everywhere := by.Agencies(rights.SeeDrafts, d.Structure.Below)
	if everywhere || len(agencies) == 0 {
		return nil, everywhere, nil
	}
	err = d.Store.Read(ctx, func(r Records) error {
		refs = nil
		for offset := 0; ; offset += 1000 {
			some, err := r.Opens(OpenFilter{Agencies: agencies, Page: trail.Page{Offset: offset, Limit: 1000}})
			if err != nil {
				return err
			}
			for _, o := range some {
				refs = append(refs, o.Ref.String())
			}
			if len(some) < 1000 {
				return nil
			}
		}
	})
	return refs, false, err
}
