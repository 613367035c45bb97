// Package licences is the desk of the monthly reports on licences: who reports for
// which point, what is expected of a month, drafts and reports with all their
// versions, unlocks, and how complete a ministry's reports are.
//
// The rules of one report are package licence's. Nothing has to run for a month to
// lock: where a report stands follows from its record and the clock. The package
// refuses to know HTTP, SQL, and how a page looks.
package licences

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/licence"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// Place is a service point as it stands now.
type Place struct {
	Code      catalog.PointCode
	Agency    catalog.AgencyCode
	Name      catalog.Text
	Province  string              // two digits, "" when it is not known
	Processes []catalog.ProcessID // that end in a licence and are served there; none of a point that is cancelled
}

// Places tells what the content says now of points.
type Places interface {
	// Version is another one whenever Places, or who reports, may say something
	// else.
	Version() (string, error)
	// Places are all points, in any order.
	Places() ([]Place, error)
	// Titles are what processes are called; those that are gone are left out.
	Titles(ids ...catalog.ProcessID) (map[catalog.ProcessID]catalog.Text, error)
	// AgencyReports tells that an agency was set to report for its points.
	AgencyReports(catalog.AgencyCode) bool
	// Agency is an agency of now.
	Agency(catalog.AgencyCode) (*catalog.Agency, bool)
	// Children are the agencies right below one, or at the top.
	Children(catalog.AgencyCode) []*catalog.Agency
	// Holidays is the table of now.
	Holidays() (calendar.Holidays, error)
}

// Post is what has been expected of a point, as it is kept.
type Post struct {
	Point  catalog.PointCode
	Agency catalog.AgencyCode // whose it is; where it was last when it is gone
	Held   []Held             // in the order of their processes
}

// Held is a process that a point has, or had, to report on.
type Held struct {
	Process catalog.ProcessID `json:"process"`
	From    calendar.Month    `json:"from"`
	Until   calendar.Month    `json:"until"` // the last month; zero: it goes on
}

// In reports whether a month has to be reported on.
func (h Held) In(m calendar.Month) bool {
	return h.From.Compare(m) <= 0 && (h.Until.IsZero() || m.Compare(h.Until) <= 0)
}

// Expected are the processes that a point has to report on for a month.
func (p Post) Expected(m calendar.Month) (out []catalog.ProcessID) {
	for _, h := range p.Held {
		if h.In(m) {
			out = append(out, h.Process)
		}
	}
	return out
}

// Request is an unlock with the report that it is for.
type Request struct {
	licence.Unlock
	licence.Key
	Agency catalog.AgencyCode
	Told   bool // both sides heard that it lapsed
}

// Cell sums up what one point reported for one month.
type Cell struct {
	Agency catalog.AgencyCode
	Point  catalog.PointCode
	Month  calendar.Month
	licence.Sum
}

// Line is one report that was handed in, in the order in which Each gives them.
type Line struct {
	Agency catalog.AgencyCode
	licence.Key
	licence.Filing
}

// Span says which reports are wanted. Months are both included.
type Span struct {
	Agencies []catalog.AgencyCode // nil: all
	Point    catalog.PointCode    // "": all
	From, To calendar.Month
}

// RequestFilter says which unlocks are wanted. Zero fields do not restrict.
type RequestFilter struct {
	Agencies []catalog.AgencyCode // nil: all
	Point    catalog.PointCode
	Waiting  bool
	From, To time.Time // asked for at From or later, and before To
	Lapsed   time.Time // granted, not used, and over by then, and not told
	Most     int       // the latest so many; 0: all
}

// Store keeps the records, as staff.Store does.
type Store interface {
	Read(ctx context.Context, do func(Records) error) error
	Write(ctx context.Context, do func(Records) error) error
}

// Records are what a transaction sees.
type Records interface {
	// Report is the record of a key; the zero one with that key where there is
	// none.
	Report(k licence.Key) (licence.Report, error)
	// Reports are the records of a point in a run of months, by process and month.
	Reports(point catalog.PointCode, from, to calendar.Month) ([]licence.Report, error)
	// History are all records of a process at a point, by month.
	History(point catalog.PointCode, process catalog.ProcessID) ([]licence.Report, error)
	// Since are those of a key's process that were handed in, from the latest for a month
	// before the key's on, and the record of the key, by month.
	Since(k licence.Key) ([]licence.Report, error)
	// PutReport keeps a record over the one whose edition is one less. Where that
	// has another, the error is of kind Conflict. Of its unlock the id is kept, by
	// which PutUnlock keeps the rest.
	PutReport(agency catalog.AgencyCode, r licence.Report) error
	AddVersion(k licence.Key, f licence.Filing) error // that another one replaces
	Versions(k licence.Key) ([]licence.Filing, error) // those, oldest first

	PutUnlock(q Request) error // new or changed
	Unlock(id string) (Request, error)
	Unlocks(f RequestFilter) ([]Request, error) // oldest first

	// Cells sum up reports that were handed in, by month, agency and point.
	Cells(s Span) ([]Cell, error)
	// Each gives reports that were handed in one by one, by month, agency, point
	// and process, without holding them. An error of do ends it.
	Each(s Span, do func(Line) error) error

	Posts() ([]Post, error) // by point
	// PutPost keeps what is expected of a point. Its reports and unlocks go with it
	// to its agency.
	PutPost(p Post) error

	Record(e trail.Entry) error
}

// Topic is what people are told.
type Topic string

// The topics.
const (
	Asked    Topic = "asked"    // an unlock waits for your decision
	Granted  Topic = "granted"  // a report was unlocked
	Refused  Topic = "refused"  // a request was refused
	Lapsed   Topic = "lapsed"   // an unlock ended unused
	Reminded Topic = "reminded" // a report is missing, and somebody reminds of it
	Locking  Topic = "locking"  // a month locks soon, and something of it is missing
	Ending   Topic = "ending"   // an unlock ends soon, and nothing was handed in again
)

// News is what people are told, and who.
type News struct {
	Topic Topic
	To    []catalog.OfficerID
	Place catalog.Text // name of the point
	Point catalog.PointCode
	More  int // points beside it that it is about as well
	Month calendar.Month
	Until time.Time // the first instant at which it is too late; zero where nothing is due
	Text  string    // a reason; may be empty
	Mark  string    // what is told once: a topic is told to a person once under each
}

// People tells who has to do with a point's reports.
type People interface {
	// Keepers are who may do an action, as the roles stand now.
	Keepers(ctx context.Context, a rights.Action) (*staff.Keepers, error)
	// Centrals are the central officers of agencies who may sign in, as the roles
	// stand now; of agencies that have none, none.
	Centrals(ctx context.Context, agencies ...catalog.AgencyCode) (map[catalog.AgencyCode][]catalog.OfficerID, error)
	// Everywhere are who hold a role of the whole country.
	Everywhere(ctx context.Context, r catalog.Role) ([]catalog.OfficerID, error)
}

// Desk does what the rules allow. It may be used by any number of goroutines.
type Desk struct {
	Store     Store
	Structure staff.Structure
	Places    Places
	People    People
	Cases     func(context.Context, licence.Key) (licence.Cases, error) // the register of delays; nil: there is none
	Tell      func(context.Context, News) error                         // nil: nobody is told
	Begin     calendar.Month                                            // before which nothing is expected; zero: the month before the first that is seen
	Now       func() time.Time
	Random    io.Reader // a cryptographic source
	Log       *slog.Logger
	Note      Noting // writes down what is done; nil: nobody does

	following sync.Mutex // one follows at a time, who may wait for the store

	// Never held while the store is asked: who decides looks points up in a transaction.
	mu      sync.Mutex
	warned  calendar.Date // the last day of which Warn told all
	version string        // of Places, that posts follow; "" before the first
	posts   map[catalog.PointCode]Post
	places  map[catalog.PointCode]Place
	owned   map[catalog.AgencyCode][]catalog.PointCode // posts by their agencies
}

// refused is what someone is told who may not; also of what is not there.
func refused() error { return rights.Refused() }

func gone() error {
	return fault.New(fault.NotFound, fault.Text{TH: "ไม่พบรายงานนี้", EN: "There is no such report."},
		fault.Text{TH: "กระบวนงานนี้ไม่ต้องรายงานในเดือนนี้ เลือกจากรายการรายงาน", EN: "The process is not reported on in this month. Choose from the list."})
}
