// Package intake is the room where tables from other systems come in: an officer
// brings a table for one agency, sees what would come of it, and confirms. What is
// confirmed is one signed commit.
//
// A table is read by package transfer over the content that is published. The room
// keeps it, with what was found, in a folder of its own, for as long as its officer
// may need it; nothing there outlives the daemon, and nothing of it is published
// but by the commit. One table is worked on at a time.
//
// It refuses to know SQL, HTTP, how a page looks, and how the rules of content are
// checked.
package intake

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/transfer"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// Room takes tables in. It may be used by any number of goroutines.
type Room struct {
	Ledger    *ledger.Ledger
	Store     Store
	Manuals   Manuals
	Direct    Direct
	Structure Structure
	Dir       string                                          // a folder of its own, which Run empties
	Enter     func(context.Context) (leave func(), err error) // where git and the database change together; nil: always open
	Record    func(context.Context, trail.Entry) error        // keeps an entry of the trail
	Landed    func(ledger.Landed)                             // told after each commit; nil: nobody is
	Now       func() time.Time
	Random    io.Reader // a cryptographic source
	Log       *slog.Logger
	Limits    Limits // zero: Usual

	mu    sync.Mutex
	tasks map[string]*task
	queue chan work
	once  sync.Once
}

// Limits bound what the room takes.
type Limits struct {
	File    int64         // bytes of a table
	Objects int           // things in one
	Each    int           // tables of a person at once
	Keep    time.Duration // after the last step
}

// Usual are the limits where nothing is said.
func Usual() Limits {
	return Limits{File: 50 << 20, Objects: 20_000, Each: 3, Keep: 2 * time.Hour}
}

func (r *Room) limits() Limits {
	if r.Limits == (Limits{}) {
		return Usual()
	}
	return r.Limits
}

// Manuals tells how manuals stand.
type Manuals interface {
	// Replaceable returns the folders of the manuals of some agencies that are
	// published, and of each whether another import may replace it: it came by one
	// and was never approved since.
	Replaceable(ctx context.Context, agencies []catalog.AgencyCode) (map[string]bool, error)
	// UnderWay reports whether a revision of a manual is under way.
	UnderWay(ctx context.Context, id catalog.ManualID) (bool, error)
}

// Direct knows the rules of content, and changes what needs no approval.
type Direct interface {
	// Examine tells what is wrong with a file that would come to a content with
	// others, by their identifiers.
	Examine(by staff.Acting, content gitrepo.Hash, name string, src []byte, with map[string]string) error
	// Bring makes files one change of a content; where that is not main's any
	// more, the error is of kind Conflict.
	Bring(ctx context.Context, by staff.Acting, about string, from gitrepo.Hash, files map[string][]byte) (ledger.Landed, error)
}

// Structure tells how agencies stand to each other, and where.
type Structure interface {
	Target(agency catalog.AgencyCode, point catalog.PointCode) (rights.Target, error)
	// Below returns the agency and all below it.
	Below(agency catalog.AgencyCode) []catalog.AgencyCode
	// Folder returns where an agency stands in the content, by slashes.
	Folder(agency catalog.AgencyCode) (string, bool)
}

// Action is the right by which things of a kind are brought in for an agency.
// Manuals that come so count as approved.
func Action(k transfer.Kind) rights.Action {
	if k == transfer.Manuals {
		return rights.ImportManuals
	}
	return rights.EditStructure
}

// may holds an officer to the right for an agency; the grant is for the record.
func (r *Room) may(by staff.Acting, k transfer.Kind, agency catalog.AgencyCode) (rights.Grant, error) {
	target, err := r.Structure.Target(agency, "")
	if err != nil {
		return rights.Grant{}, rights.Refused()
	}
	g, ok := by.As(Action(k), target)
	if !ok {
		return g, rights.Refused()
	}
	return g, nil
}

// gone is what is told of a table that is not there, or is another's.
func gone() error {
	return fault.New(fault.NotFound, fault.Text{TH: "ไม่พบการนำเข้านี้", EN: "There is no such import."},
		fault.Text{TH: "ไฟล์ที่ส่งเข้ามาถูกลบเมื่อนำเข้าเสร็จ เมื่อครบกำหนด หรือเมื่อเริ่มระบบใหม่ ส่งไฟล์อีกครั้ง", EN: "A table is removed once it was imported, after a while, or when the system was restarted. Send it again."})
}

func refused(what, hint fault.Text) error { return fault.New(fault.Invalid, what, hint) }

// absent reports whether an error says that something is not there.
func absent(err error) bool { return errors.Is(err, fault.NotFound) }

// Notes returns what the last import had to say of things, by their identifiers.
func (r *Room) Notes(ctx context.Context, ids ...string) (map[string][]Note, error) {
	out := map[string][]Note{}
	err := r.Store.Read(ctx, func(rec Records) error {
		for _, id := range ids {
			notes, err := rec.Notes(id)
			if err != nil {
				return err
			}
			if len(notes) > 0 {
				out[id] = notes
			}
		}
		return nil
	})
	return out, err
}
