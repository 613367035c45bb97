// Package summary is the one place where an office sees how its licences are
// given: what the monthly reports come to by agency, point, process, category and
// time, how complete they are, and how manuals stand.
//
// Sums of the reports are counted once and kept; a report that is handed in or
// corrected marks what has to be counted anew, in its own transaction, so that
// what is shown is exact as of the moment that is shown with it. Everything is
// cut to what a person may see. The package refuses to know SQL, HTTP and how a
// page looks; what one report is, is package licence's.
package summary

import (
	"context"
	"log/slog"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/licence"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/staff"
)

// Query says what a report is of. Zero fields do not restrict.
type Query struct {
	Unit     catalog.AgencyCode // with all below it; "" is the whole country
	Point    catalog.PointCode  // this one alone
	Process  catalog.ProcessID
	Category catalog.Slug    // of the manuals that name a process
	Period   calendar.Period // of whole months
}

// Part is something within a report: an agency with all below it, a point, a
// process, a category, or a run of months.
type Part struct {
	ID     string // of a run of months its first day, 2026-10-01
	Name   catalog.Text
	Period calendar.Period // of a run of months
	licences.Tally
}

// Report is what was reported. Of a run of months, what was carried in is that of
// the first, what is pending that of Last; all else adds up. Every table but
// ByCategory adds up to the Tally: a process may be of several categories.
type Report struct {
	Query
	Months     []calendar.Month // that are over; none when nothing can be told yet
	Last       calendar.Month   // at whose end pending is counted
	Open       []calendar.Month // of Months, those that can still be reported by somebody without an unlock
	AsOf       time.Time        // when the latest of the sums was counted; zero without any
	Behind     bool             // reports came since that are being counted
	Before     licences.Tally   // the same months a year before
	ByPart     []Part           // agencies right below, by name
	ByPoint    []Part           // points of the unit itself, by name
	ByProcess  []Part           // those with the most received first
	ByCategory []Part           // in the order of the portal
	ByMonth    []Part           // the months of a fiscal year, else twelve
	ByQuarter  []Part           // eight at most
	ByYear     []Part           // fiscal years, three at most
	Categories []Part           // to choose from: names alone
	licences.Tally
}

// Standing is how manuals stand.
type Standing struct {
	Shown, Withdrawn, Hastened int // as they are published
	Drafts, Reviews, Endorsed  int // manuals with a revision in that stage
	Stages                     []Stage
}

// Stage is how old revisions are that are in one.
type Stage struct {
	State  string // "draft", "review", "endorsed"
	N      int
	Median int // whole days
	Oldest int // whole days
}

// Span says of which reports sums are wanted.
type Span struct {
	Agencies    []catalog.AgencyCode // nil: all
	Point       catalog.PointCode    // "": all
	Processes   []catalog.ProcessID  // nil: all
	From, To    calendar.Month       // both included
	First, Last calendar.Month       // whose carried-in, and whose pending, is told
}

// Row is a sum.
type Row struct {
	ID      string         // of an agency, a point or a process; "" of a month
	Month   calendar.Month // zero where it is of several
	Counted time.Time      // zero where it was counted just now
	licence.Sum
}

// Store keeps the records, as staff.Store does.
type Store interface {
	Read(ctx context.Context, do func(Records) error) error
	Write(ctx context.Context, do func(Records) error) error
	// Each gives the reports that were handed in one by one, by agency, month,
	// point and process, without holding them, however long it takes. An error of
	// do ends it; do is called once for each.
	Each(ctx context.Context, s Span, do func(licences.Line) error) error
}

// Records are what a transaction sees.
type Records interface {
	// Count counts anew what reports changed since it was counted last, of one
	// month and so many agencies at most. It reports whether more has to be.
	Count(now time.Time, most int) (more bool, err error)
	// Behind reports whether something has to be counted.
	Behind() (bool, error)

	ByMonth(s Span) ([]Row, error)   // one for each month that has reports
	ByAgency(s Span) ([]Row, error)  // of a span without a point
	ByProcess(s Span) ([]Row, error) // with First and Last
	ByPoint(s Span) ([]Row, error)   // not kept: for the points of a few agencies

	Views(officer catalog.OfficerID) ([]View, error) // by name
	MonthlyViews() ([]View, error)                   // by id
	PutView(v View) error                            // new or changed
	DropView(id string) error                        // also one that is not there

	// Manuals counts how those of some agencies stand, or those that are named, nil
	// being all, and since when each revision under way is in its stage.
	Manuals(agencies []catalog.AgencyCode, named []catalog.ManualID) (Standing, map[string][]time.Time, error)
}

// Places tells what the content says now.
type Places interface {
	// Posts are what has been expected of all points.
	Posts(ctx context.Context) ([]licences.Named, error)
	// Serves are the manuals that a point serves now; none of one that is gone.
	Serves(catalog.PointCode) ([]catalog.ManualID, error)
	// Agency is an agency of now.
	Agency(catalog.AgencyCode) (*catalog.Agency, bool)
	// Titles are what processes are called; those that are gone are left out.
	Titles(ids ...catalog.ProcessID) (map[catalog.ProcessID]catalog.Text, error)
	// Categories are those of the published manuals that name a process.
	Categories(ids ...catalog.ProcessID) (map[catalog.ProcessID][]catalog.Slug, error)
	// Labels are all categories, in the order of the portal.
	Labels() ([]catalog.Label, error)
	// Holidays is the table of now.
	Holidays() (calendar.Holidays, error)
}

// Desk makes reports. It may be used by any number of goroutines.
type Desk struct {
	Store     Store
	Structure staff.Structure
	Places    Places
	Now       func() time.Time
	Log       *slog.Logger
}

// mostAgencies is how many agencies are counted in one transaction.
const mostAgencies = 400

// patience is for how long who asks for a report waits for what has to be counted;
// the rest is counted behind it.
const patience = 150 * time.Millisecond

// Count counts what has to be until all is or the context ends, letting others
// write in between.
func (d *Desk) Count(ctx context.Context) error {
	_, err := d.count(ctx, func() bool { return false })
	return err
}

// count counts until all is, or it is enough. It reports whether something is left.
func (d *Desk) count(ctx context.Context, enough func() bool) (more bool, err error) {
	err = d.Store.Read(ctx, func(r Records) error { more, err = r.Behind(); return err })
	for err == nil && more && !enough() {
		err = d.Store.Write(ctx, func(r Records) error { more, err = r.Count(d.Now(), mostAgencies); return err })
	}
	return more, err
}

// catchUp counts what can be counted while somebody waits. Where nothing can be
// written, what is kept stands.
func (d *Desk) catchUp(ctx context.Context) bool {
	end := d.Now().Add(patience)
	more, err := d.count(ctx, func() bool { return d.Now().After(end) })
	if err != nil && ctx.Err() == nil {
		d.Log.Warn("sums of reports are counted later", "error", err)
	}
	return more || err != nil
}
