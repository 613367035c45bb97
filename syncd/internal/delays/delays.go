// Package delays is the desk of late requests: officers of a service point open a
// case, write the letters that the Act asks for, and record how it ended; those
// above read it, and the citizen looks it up.
//
// The rules of days and letters are package delay's. Here they meet the rights,
// the store and the audit trail. An applicant's name and contact are sealed with a
// key of the case before they reach a record, stand in no trail and no log, and
// are gone for good once that key is erased.
//
// The package refuses to know HTTP, SQL, and how a letter looks.
package delays

import (
	"context"
	"io"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/delay"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
	"khumue/syncd/internal/vault"
)

// Record is a case as it is kept.
type Record struct {
	ID       string // UUIDv7, which whoever opens the case brings along
	Version  int    // counts changes, from 1
	Agency   catalog.AgencyCode
	Point    catalog.PointCode
	Manual   catalog.ManualID
	Title    catalog.Text // of the manual, as it was filed
	Revision int          // in force when it was filed; 0 of what was imported
	Commit   string       // of main, in hexadecimal
	Case     delay.Case
	Lookup   string        // where the public look-up finds it
	Code     []byte        // of the look-up, wrapped
	Person   vault.Sealed  // the applicant; zero once erased
	Erased   time.Time     // zero: it is not
	Wakes    calendar.Date // from when on it is on the red list; zero: never
	Opened   time.Time
	OpenedBy catalog.OfficerID
}

// Person is an applicant.
type Person struct {
	Name    string `json:"name"`
	Contact string `json:"contact"` // an address, a telephone number or an e-mail address
}

// Bounds of an applicant's fields, in characters.
const (
	longestName    = 150
	longestContact = 300
)

// Filter says which cases are wanted, those first that have waited longest for
// something to be done. Zero fields do not restrict.
type Filter struct {
	Agencies []catalog.AgencyCode // any of them, or of Points; both nil: all
	Points   []catalog.PointCode
	Point    catalog.PointCode // of these, this one alone
	States   []delay.State
	Red      calendar.Date // on the red list on this day
	Request  string        // a part of the number, as lookup.Normal has it
	ByID     bool          // in the order in which they were opened
	After    string        // of these, those behind an id
	Page     trail.Page
}

// Tally counts what licence reports are held against: letters by date, and cases
// that were late and open at the end of a period.
type Tally struct {
	Point   catalog.PointCode
	Manual  catalog.ManualID
	Letters int
	Late    int
}

// Store keeps the records, as staff.Store does.
type Store interface {
	Read(ctx context.Context, do func(Records) error) error
	Write(ctx context.Context, do func(Records) error) error
}

// Records are what a transaction sees. What is not there is an error of kind
// NotFound.
type Records interface {
	Case(id string) (Record, error)
	// CaseOf returns the case of a request, by lookup.Normal of its number: the one
	// that is open, else the newest.
	CaseOf(point catalog.PointCode, request string) (Record, error)
	CaseAt(lookup string) (Record, error)
	Cases(f Filter) ([]Record, error)
	CountCases(f Filter) (int, error)
	// Recent returns cases that are open, or ended on a day or later, by id,
	// from behind one on.
	Recent(ended calendar.Date, after string, most int) ([]Record, error)
	// Remembered returns cases that ended before a day and whose person is not
	// erased, by id.
	Remembered(before calendar.Date, most int) ([]Record, error)
	Tallies(points []catalog.PointCode, p calendar.Period) ([]Tally, error) // by point and manual
	// PutCase keeps a case: a new one of version 1, or one that was of the
	// version before. Else it is an error of kind Conflict.
	PutCase(v Record) error
	// Done reports whether a command was carried out before; Did notes that it
	// was.
	Done(command string) (bool, error)
	Did(command, id string, at time.Time) error

	Record(e trail.Entry) error
}

// Edition is a manual as it was in force on a day.
type Edition struct {
	Title    catalog.Text
	Revision int
	Commit   string
	Sets     []Set // how long it may take, by the way that is taken
}

// Set is a way through a manual with its time.
type Set struct {
	Name catalog.Text // empty where there is one alone
	Time catalog.Duration
}

// Spot is a service point.
type Spot struct {
	Agency   catalog.AgencyCode
	Name     catalog.Text
	Province string
	Manuals  []catalog.ManualID // that it serves
}

// Content is what the desk has to know of the content.
type Content interface {
	// Spot returns a point; an error of kind NotFound when there is none.
	Spot(code catalog.PointCode) (Spot, error)
	// Edition returns a manual as it was in force on a day.
	Edition(ctx context.Context, id catalog.ManualID, day calendar.Date) (Edition, error)
	Holidays() (calendar.Holidays, error)
}

// Desk does what the rules allow. It may be used by any number of goroutines.
type Desk struct {
	Store     Store
	Structure staff.Structure
	Content   Content
	Vault     *vault.Vault
	KeptDays  int    // for which a person is remembered after the end of a case
	Changed   func() // told after a change of what the public sees; nil: nobody is
	Now       func() time.Time
	Random    io.Reader // a cryptographic source
	Note      Noting    // writes down what is done; nil: nobody does
}

func (d *Desk) now() time.Time { return d.Now().UTC().Truncate(time.Microsecond) }

// Today is the day of all deadlines.
func (d *Desk) Today() calendar.Date { return calendar.DateOf(d.Now()) }

// about binds what is sealed to its case.
func about(id string) string     { return "delay person " + id }
func aboutCode(id string) string { return "delay code " + id }

// seesPerson returns the role in which somebody sees who an applicant is: as an
// officer of the point, or of the agency that it belongs to. Those further above
// see the case alone.
func seesPerson(by staff.Acting, t rights.Target) (catalog.Role, bool) {
	for _, g := range by.Grants {
		point := g.Role == catalog.RolePoint && rights.Own.Covers(g.Scope, t)
		parent := g.Role == catalog.RoleCentral && len(t.Chain) > 0 && g.Scope == rights.Scope{Agency: t.Chain[0]}
		if point || parent {
			return g.Role, true
		}
	}
	return "", false
}
