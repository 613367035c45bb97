package manuals

import (
	"context"
	"sync"
)

// late is what was taken in git while the database could not be told: a step is
// done all the same. It is told as soon as it can be.
type late struct {
	mu    sync.Mutex
	tells []func(Records) error
}

// keep tells the database of a step that git has. When it can not be told now, it
// is later: the step has been taken.
func (d *Desk) keep(ctx context.Context, tell func(Records) error) {
	err := d.flush(ctx)
	if err == nil {
		err = d.Store.Write(context.WithoutCancel(ctx), tell)
	}
	if err == nil {
		return
	}
	d.Log.Error("a step was taken that the database was not told of; it is told later", "error", err)
	d.late.mu.Lock()
	defer d.late.mu.Unlock()
	d.late.tells = append(d.late.tells, tell)
}

// flush tells the database what is late.
func (d *Desk) flush(ctx context.Context) error {
	d.late.mu.Lock()
	defer d.late.mu.Unlock()
	for len(d.late.tells) > 0 {
		if err := d.Store.Write(ctx, d.late.tells[0]); err != nil {
			return err
		}
		d.late.tells = d.late.tells[1:]
	}
	return nil
}
