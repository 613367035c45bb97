package manuals

import (
	"context"
	"errors"
	"sync"

	"khumue/internal/fault"
	"khumue/syncd/internal/staff"
)

// telling tells the database of a step that git has, and returns the notices that
// it kept for people.
type telling func(Records) ([]Notice, error)

// late is what was taken in git while the database could not be told: a step is
// done all the same. It is told as soon as it can be, in the order of the steps.
type late struct {
	mu    sync.Mutex
	tells []telling
}

// keep tells the database of a step that git has, and people of it. When it can not
// be told now, it is later: the step has been taken.
func (d *Desk) keep(ctx context.Context, tell telling) {
	err := d.flush(ctx)
	if err == nil {
		err = d.write(context.WithoutCancel(ctx), tell)
	}
	if err == nil {
		return
	}
	d.Log.Error("a step was taken that the database was not told of; it is told later", "error", err)
	d.late.mu.Lock()
	defer d.late.mu.Unlock()
	d.late.tells = append(d.late.tells, tell)
}

// flush tells the database what is late. What it refuses, rather than fails at, is
// given up, so that nothing behind it waits for ever: git has the step, and
// CatchUp reads it there. A failure to acknowledge may have been one, after which
// the database has it already.
func (d *Desk) flush(ctx context.Context) error {
	d.late.mu.Lock()
	defer d.late.mu.Unlock()
	for len(d.late.tells) > 0 {
		err := d.write(staff.Apart(ctx), d.late.tells[0])
		switch {
		case ctx.Err() != nil, errors.Is(err, fault.Unavailable):
			return errors.Join(err, ctx.Err())
		case err != nil:
			d.Log.Error("the database refuses a step that was taken; what is in git is caught up with", "error", err)
		}
		d.late.tells = d.late.tells[1:]
	}
	return nil
}

// write tells the database, and then people.
func (d *Desk) write(ctx context.Context, tell telling) error {
	var notices []Notice
	err := d.Store.Write(ctx, func(r Records) (err error) { notices, err = tell(r); return err })
	if err == nil {
		d.announce(notices)
	}
	return err
}
