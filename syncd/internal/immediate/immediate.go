// Package immediate is the desk of what needs no approval: agencies and service
// points, processes, other services, what a point serves, the Service Catalog and
// pages. Each change is checked as a build would check it, becomes one signed
// commit on main by the officer who made it, and stands in the trail.
//
// What a change needs a right for is found from what it changes. Two officers who
// change one file meet field by field; where both changed the same, nothing is
// kept and both values are shown. Whatever is needed of the content as a whole,
// where an identifier stands and which points serve a manual, is read from main
// once and follows it from commit to commit.
//
// It refuses to know manuals beyond their names, SQL, HTTP and how a page looks.
package immediate

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// Desk does what the rules allow. It may be used by any number of goroutines.
type Desk struct {
	Ledger *ledger.Ledger
	Record func(context.Context, trail.Entry) error        // keeps an entry of the trail; one of kind Unavailable is tried again
	Enter  func(context.Context) (leave func(), err error) // where git and the database change together; nil: always open
	Landed func(ledger.Landed)                             // told after each commit, to build the site and read the structure; nil: nobody is
	Now    func() time.Time
	Random io.Reader // a cryptographic source
	Log    *slog.Logger

	index     index
	naming    naming
	labelling labelling
	frames    frames
	late      late
	uses      uses
}

// Saved is a change that was made.
type Saved struct {
	ledger.Landed          // zero where nothing differed
	File          string   // of one file; "" of several
	ID            string   // of what one file holds; "" of the portal's own files
	Files         int      // how many changed
	Merged        bool     // somebody else's change of other fields stands in it too
	Fields        []string // that changed, of one file
}

// late are entries of the trail that the database could not be told of yet: the
// change is made all the same.
type late struct {
	mu      sync.Mutex
	entries []trail.Entry
}

// flush tells the database what is late. What it refuses, rather than fails at, is
// given up, so that nothing behind it waits for ever: the commit tells it too. A
// failure to acknowledge may have been one, after which the database has it
// already.
func (d *Desk) flush(ctx context.Context) error {
	d.late.mu.Lock()
	defer d.late.mu.Unlock()
	for len(d.late.entries) > 0 {
		err := d.Record(staff.Apart(ctx), d.late.entries[0])
		switch {
		case ctx.Err() != nil, errors.Is(err, fault.Unavailable):
			return errors.Join(err, ctx.Err())
		case err != nil:
			d.Log.Error("the database refuses an entry of the trail", "entry", d.late.entries[0].ID, "error", err)
		}
		d.late.entries = d.late.entries[1:]
	}
	return nil
}

// record tells the database of what git has, or does so later.
func (d *Desk) record(ctx context.Context, e trail.Entry) {
	d.late.mu.Lock()
	d.late.entries = append(d.late.entries, e)
	d.late.mu.Unlock()
	if err := d.flush(context.WithoutCancel(ctx)); err != nil {
		d.Log.Error("a change was made that the trail was not told of; it is told later", "error", err)
	}
}

// enter goes through the gate that a backup closes, and refuses new changes while
// the trail does not know of earlier ones.
func (d *Desk) enter(ctx context.Context) (leave func(), err error) {
	leave = func() {}
	if d.Enter != nil {
		if leave, err = d.Enter(ctx); err != nil {
			return nil, err
		}
	}
	if err := d.flush(ctx); err != nil {
		leave()
		return nil, err
	}
	return leave, nil
}

// id makes a UUIDv7 for an entry.
func (d *Desk) id() (string, error) {
	id, err := uuid.NewV7FromReader(d.Random)
	return id.String(), err
}

// gone is what is told of what is not there.
func gone() error {
	return fault.New(fault.NotFound, fault.Text{TH: "ไม่พบรายการนี้", EN: "There is no such thing."},
		fault.Text{TH: "อาจมีผู้ย้ายหรือเปลี่ยนไปแล้ว ค้นจากรายการอีกครั้ง", EN: "Somebody may have moved it: look for it in the list again."})
}

// refused is an error of kind Invalid about one thing.
func refused(what, hint fault.Text) error { return fault.New(fault.Invalid, what, hint) }

// absent reports whether an error says that something is not there.
func absent(err error) bool { return errors.Is(err, fault.NotFound) }

// blobOf returns the blob that stands at a path of the content; the zero Hash when
// nothing does.
func (d *Desk) blobOf(content gitrepo.Hash, file string) (gitrepo.Hash, error) {
	e, err := d.Ledger.Repo.Find(content, file)
	switch {
	case absent(err):
		return gitrepo.Hash{}, nil
	case err != nil:
		return gitrepo.Hash{}, err
	case e.Mode != gitrepo.FileMode:
		return gitrepo.Hash{}, gone()
	}
	return e.Hash, nil
}
