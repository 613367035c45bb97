package licences

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/licence"
	"khumue/syncd/internal/staff"
)

// Row is a report as its reporter sees it.
type Row struct {
	licence.Report
	Title    catalog.Text
	Shown    licence.Entry // to be written: with what is carried in
	Opening  licence.Opening
	Standing licence.Standing
	Doubts   []licence.Wrong
	Step     *licence.Step // it does not begin with what the month before left; nil: it does
	Write    error         // why it can not be written; nil: it can
	File     error         // why it can not be handed in; nil: it can
	Ask      error         // why no unlock can be asked for; nil: it can
}

// Grid is a point's reports of some months.
type Grid struct {
	Spot
	Months []calendar.Month
	Rows   []Row // by month, then by title
	Writes bool  // the person reports
	Asks   bool  // the person may ask for unlocks
}

// mostMonths is how many months one grid may have.
const mostMonths = 24

// Grid returns a point's reports of a run of months.
func (d *Desk) Grid(ctx context.Context, by staff.Acting, point catalog.PointCode, from, to calendar.Month) (g Grid, err error) {
	if g.Spot, err = d.spot(ctx, by, point); err != nil {
		return g, err
	}
	g.Months = from.MonthsTo(to)
	if len(g.Months) == 0 || len(g.Months) > mostMonths {
		return g, fault.New(fault.Invalid, fault.Textf("เลือกได้ 1 ถึง %d เดือน", "Choose 1 to %d months.", mostMonths))
	}
	g.Writes, g.Asks = g.May(by, licence.Save), g.May(by, licence.Ask)
	err = d.Store.Read(ctx, func(r Records) error {
		g.Rows, err = d.rows(r, by, g)
		return err
	})
	if err != nil {
		return g, err
	}
	return g, d.finish(ctx, &g)
}

// rows are the reports of a grid, with all that earlier months say.
func (d *Desk) rows(r Records, by staff.Acting, g Grid) (rows []Row, err error) {
	now := d.now()
	past := map[catalog.ProcessID][]licence.Report{}
	for _, m := range g.Months {
		for _, id := range g.Expected(m) {
			if _, ok := past[id]; !ok {
				if past[id], err = r.History(g.Point, id); err != nil {
					return nil, err
				}
			}
			rows = append(rows, g.row(by, past[id], licence.Key{Point: g.Point, Process: id, Month: m}, now))
		}
	}
	return rows, nil
}

// row is one report among those of its process.
func (g Grid) row(by staff.Acting, past []licence.Report, k licence.Key, now time.Time) Row {
	row := Row{Report: licence.Report{Key: k}}
	if i := slices.IndexFunc(past, func(p licence.Report) bool { return p.Month == k.Month }); i >= 0 {
		row.Report = past[i]
	}
	row.Opening = licence.OpeningOf(g.drafted(past, now), k.Month)
	row.Standing = row.Report.Standing(now, g.Calendar)
	row.Shown = row.Report.Shown()
	allowed := func(a licence.Act) error {
		h, _ := g.hand(by, a)
		return row.Allowed(a, h, now, g.Calendar)
	}
	row.Write, row.File, row.Ask = allowed(licence.Save), allowed(licence.File), allowed(licence.Ask)
	if row.Opening.Known && (row.Write == nil || row.Filed.Version == 0) {
		row.Shown.CarriedIn = row.Opening.N
	}
	for _, s := range licence.OutOfStep(past) {
		if s.Month == k.Month {
			row.Step = &s
		}
	}
	return row
}

// drafted are reports of which those in the grid that can still be handed in count as
// their drafts say: what several months at once will begin with.
func (g Grid) drafted(past []licence.Report, now time.Time) []licence.Report {
	out := slices.Clone(past)
	for i, r := range out {
		state := r.State(now, g.Calendar)
		if r.Filed.Version == 0 && !r.Draft.At.IsZero() && (state == licence.Open || state == licence.Unlocked) && slices.Contains(g.Months, r.Month) {
			out[i].Filed = licence.Filing{Entry: r.Draft.Entry, Version: 1}
		}
	}
	return out
}

// finish adds what others than the store know.
func (d *Desk) finish(ctx context.Context, g *Grid) error {
	var ids []catalog.ProcessID
	for _, r := range g.Rows {
		if !slices.Contains(ids, r.Process) {
			ids = append(ids, r.Process)
		}
	}
	titles, err := d.Places.Titles(ids...)
	if err != nil {
		return err
	}
	for i := range g.Rows {
		r := &g.Rows[i]
		if r.Title = titles[r.Process]; r.Title.TH == "" {
			r.Title = catalog.Text{TH: string(r.Process)}
		}
		if r.Filed.Version > 0 && d.Cases != nil {
			cases, err := d.Cases(ctx, r.Key)
			if err != nil {
				return err
			}
			r.Doubts = r.Filed.Doubts(cases)
		}
	}
	slices.SortStableFunc(g.Rows, func(a, b Row) int {
		return cmp.Or(a.Month.Compare(b.Month), strings.Compare(a.Title.TH, b.Title.TH), strings.Compare(string(a.Process), string(b.Process)))
	})
	return nil
}

// Lines are the rows as a table names them.
func (g Grid) Lines() (out []licence.Line) {
	for _, r := range g.Rows {
		out = append(out, licence.Line{Process: r.Process, Title: r.Title, Month: r.Month})
	}
	return out
}

// Version is one version of a report.
type Version struct {
	licence.Filing
	Current bool
}

// Past is a report with all that was handed in of it.
type Past struct {
	Spot
	Row
	Versions []Version // the newest first
	Unlocks  []Request // all of this report, the newest first
}

// Past returns the versions of a report.
func (d *Desk) Past(ctx context.Context, by staff.Acting, k licence.Key) (p Past, err error) {
	g, err := d.Grid(ctx, by, k.Point, k.Month, k.Month)
	if err != nil {
		return p, err
	}
	i := slices.IndexFunc(g.Rows, func(r Row) bool { return r.Process == k.Process })
	if i < 0 {
		return p, gone()
	}
	p.Spot, p.Row = g.Spot, g.Rows[i]
	err = d.Store.Read(ctx, func(r Records) error {
		old, err := r.Versions(k)
		if err != nil {
			return err
		}
		p.Versions = nil
		if p.Filed.Version > 0 {
			p.Versions = append(p.Versions, Version{p.Filed, true})
		}
		for _, f := range slices.Backward(old) {
			p.Versions = append(p.Versions, Version{f, false})
		}
		all, err := r.Unlocks(RequestFilter{Point: k.Point})
		if err != nil {
			return err
		}
		p.Unlocks = nil
		for _, q := range slices.Backward(all) {
			if q.Key == k {
				p.Unlocks = append(p.Unlocks, q)
			}
		}
		return nil
	})
	return p, err
}
