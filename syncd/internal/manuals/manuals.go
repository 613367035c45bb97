// Package manuals is the desk of citizen manuals: it finds them, opens a revision
// of one, keeps what is written, and takes each step of package review for the
// officer who asks for it.
//
// The ledger in git is what is true. Beside it the store holds an index, for
// lists and queues, which Reindex makes anew from git alone, and what is no state
// of a revision: the discussion, notices, delegations. A step moves the ledger
// first and tells the index then; whatever comes between is caught up with.
//
// It refuses to know SQL, HTTP and how a page looks.
package manuals

import (
	"context"
	"hash/fnv"
	"io"
	"log/slog"
	"sync"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// Desk does what the rules of revisions allow. It may be used by any number of
// goroutines.
type Desk struct {
	Ledger    *ledger.Ledger
	Store     Store
	Structure Structure
	People    People
	Site      Site
	Enter     func(context.Context) (leave func(), err error) // where git and the database change together
	Now       func() time.Time
	Random    io.Reader // a cryptographic source
	Limits    Limits
	Log       *slog.Logger

	// Note writes down what is said about a revision, where this is an office. What it
	// returns stands for the context of the transaction that keeps it; nil: nobody does.
	Note func(context.Context, staff.Acting, Said) (context.Context, error)

	// Quiet says that notices are shown to open pages and not kept: the centre keeps
	// them for an office, once it has done again what they are about.
	Quiet bool

	// Told is called once notices are kept for a person; nil: nobody wants to
	// know. It must not wait.
	Told func(catalog.OfficerID, Notice)

	catching sync.Mutex     // one at a time catches up with git
	moving   sync.RWMutex   // held for reading from before a ref moves until the index knows; for writing while refs are held against the index
	writing  [64]sync.Mutex // one step at a time on a manual, by its id
	late     late
	present  presence
	frames   frames
	turns    turns
}

// Limits are what an operator may set.
type Limits struct {
	Due [2]int // days in which stage 1 and stage 2 are to be judged
}

// Usual are the limits where nothing is said: seven days for each stage.
func Usual() Limits { return Limits{Due: [2]int{7, 7}} }

// Structure tells how agencies stand to each other now, and where.
type Structure interface {
	Target(agency catalog.AgencyCode, point catalog.PointCode) (rights.Target, error)
	// Below returns the agency and all below it.
	Below(agency catalog.AgencyCode) []catalog.AgencyCode
	// Folder returns where an agency stands in the content, by slashes, as
	// agencies/mot/dlt; false when there is none.
	Folder(agency catalog.AgencyCode) (string, bool)
}

// People tells who holds a role. It asks for no right.
type People interface {
	// Holders returns who may do an action for an agency now.
	Holders(ctx context.Context, a rights.Action, agency catalog.AgencyCode) ([]catalog.OfficerID, error)
}

// Site builds the public site.
type Site interface {
	// Ask asks for a build that begins after this moment. It does not wait.
	Ask() Turn
	// Next is the next build that begins, whoever asks for it.
	Next() Turn
}

// Turn is a build that was asked for.
type Turn interface {
	// Wait returns once it has ended: when, and what kept it from succeeding, as
	// a person is told; ErrStopped where none will be any more.
	Wait(ctx context.Context) (at time.Time, failed error)
	// Begun reports whether it runs already, or has run.
	Begun() bool
}

// lock keeps others from taking a step on a manual, so that the numbers of its
// revisions rise as they are published.
func (d *Desk) lock(id catalog.ManualID) (unlock func()) {
	h := fnv.New32a()
	h.Write([]byte(id))
	m := &d.writing[h.Sum32()%uint32(len(d.writing))]
	m.Lock()
	return m.Unlock
}

// as finds the right by which an officer takes a step, for the record.
func (d *Desk) as(by staff.Acting, a rights.Action, owner rights.Target) ledger.Acting {
	g, _ := by.As(a, owner)
	return ledger.Acting{Officer: by.Officer, As: g}
}

// owner is whom a right on a manual is asked for.
func (d *Desk) owner(agency catalog.AgencyCode) (rights.Target, error) {
	return d.Structure.Target(agency, "")
}

// gone is what is told of a manual or a revision that is not there, or that a
// person may not know of.
func gone() error {
	return fault.New(fault.NotFound, fault.Text{TH: "ไม่พบคู่มือหรือฉบับนี้", EN: "There is no such manual or revision."},
		fault.Text{TH: "อาจมีผู้ดำเนินการไปแล้ว เปิดรายการคู่มือเพื่อดูสถานะล่าสุด", EN: "Somebody may have moved it on: open the list of manuals to see how it stands."})
}

// actionOf is the right by which a step is taken, for the role that a commit names.
func actionOf(s review.Step) rights.Action {
	switch s {
	case review.Endorse:
		return rights.Endorse
	case review.Publish, review.Hasten:
		return rights.Publish
	}
	return rights.WriteManual
}
