// Package reorganise is the desk at which agencies are moved under others, merged,
// split and renamed. A plan is first run dry: the report lists what it would touch.
// Then it is done, as one signed commit on main, in which whole folders stand
// elsewhere and no manual's changes.
//
// What people hold follows from the commits: CatchUp reads those that came to main
// since it last did, and brings grants and tokens to them in one transaction each.
// A daemon that dies between git and the database does so when it starts again.
//
// It refuses to know SQL, HTTP, how a page looks, and what stands in a manual.
package reorganise

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/staff"
)

// Desk does what the rules allow. It may be used by any number of goroutines.
type Desk struct {
	Ledger *ledger.Ledger
	Direct *immediate.Desk // by which an agency is renamed, and what things are called
	People staff.Store
	Papers manuals.Store                                   // which revisions are under way
	Enter  func(context.Context) (leave func(), err error) // where git and the database change together; nil: always open
	Landed func(context.Context, ledger.Landed)            // told after each commit, to read the structure and the index and to build the site; nil: nobody is
	Now    func() time.Time
	Random io.Reader // a cryptographic source
	Log    *slog.Logger

	following sync.Mutex // one at a time lets grants follow
	requests  sync.Map   // commit → id of the request in which it was made
}

// Kind is what is done to an agency.
type Kind string

// The kinds.
const (
	Move   Kind = "move"   // under another agency, or to the top
	Rename Kind = "rename" // its name; no address changes
	Merge  Kind = "merge"  // into another, which takes all over
	Split  Kind = "split"  // into two: a new one beside it takes some over
	Undo   Kind = "undo"   // a move, merge or split is taken back
)

// Kinds are the kinds that a person chooses from.
var Kinds = []Kind{Move, Rename, Merge, Split}

// Plan says what is to be done.
type Plan struct {
	Kind   Kind
	Agency catalog.AgencyCode
	To     catalog.AgencyCode // Move: the agency above from now on, "" for the top. Merge: who takes over. Split: the code of the new one.
	Name   catalog.Text       // Rename: the new name. Split: that of the new one.
	Short  catalog.Text       // Rename: the new short name; may be zero
	As     catalog.AgencyKind // Split: of the new one
	Picked []string           // Split: identifiers of the points, processes, manuals, services and agencies right below that go with it
	Undoes gitrepo.Hash       // Undo: the commit
}

// longestWhy is how long a reason may be, in characters.
const longestWhy = 2000

// Changed says that what a plan would touch is not what was shown. Nothing was
// done.
type Changed struct{ Now *Report }

// Error says it in English, as logs show it.
func (c *Changed) Error() string { return c.Unwrap().Error() }

// Unwrap gives what the person is told.
func (c *Changed) Unwrap() error {
	return fault.New(fault.Conflict, fault.Text{TH: "ข้อมูลเปลี่ยนไปจากที่แสดงไว้ จึงยังไม่ได้ทำ", EN: "Something has changed since this was shown, so nothing was done."},
		fault.Text{TH: "อ่านรายการล่าสุดข้างล่าง แล้วยืนยันอีกครั้ง", EN: "Read the list below as it is now, and confirm again."})
}

// gone is what is told of an agency that is not there, or not in force.
func gone() error {
	return fault.New(fault.NotFound, fault.Text{TH: "ไม่พบหน่วยงานนี้", EN: "There is no such agency."},
		fault.Text{TH: "ตรวจรหัส หรือค้นด้วยชื่อ", EN: "Check the code, or search by name."})
}

// refused is an error of kind Invalid.
func refused(th, en, hintTH, hintEN string) error {
	return fault.New(fault.Invalid, fault.Text{TH: th, EN: en}, fault.Text{TH: hintTH, EN: hintEN})
}

// id makes a UUIDv7 for a record.
func (d *Desk) id() string {
	id, err := uuid.NewV7FromReader(d.Random)
	if err != nil {
		panic("reorganise: no randomness: " + err.Error()) // the trail can not go on without
	}
	return id.String()
}

// now is the time as stores keep it.
func (d *Desk) now() time.Time { return d.Now().UTC().Truncate(time.Microsecond) }
