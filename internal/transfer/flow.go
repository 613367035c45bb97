package transfer

import (
	"context"
	"errors"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// chunk is how many objects are made at the same time, and settling how many
// files are kept before they are settled.
const (
	chunk    = 64
	settling = 5000
)

// table takes all rows of a table. While some objects are kept, the next are
// made and those behind them read; agencies go one by one, as each may be what
// the next stands in.
func (r *run) table(ctx context.Context, t *Table) error {
	work, ctx := errgroup.WithContext(ctx)
	read, made := make(chan [][]Row, 2), make(chan []*object, 2)
	var broken error // where the table can not be read on; what stands above is taken
	work.Go(func() error {
		defer close(read)
		if r.Mapping.Kind == Agencies {
			broken = r.rows(ctx, t, 1, func(rows [][]Row) error { return r.oneByOne(ctx, rows) })
		} else {
			broken = r.rows(ctx, t, chunk, func(rows [][]Row) error { return send(ctx, read, rows) })
		}
		return ctx.Err()
	})
	work.Go(func() error {
		defer close(made)
		for rows := range read {
			batch, err := r.made(rows)
			if err == nil {
				err = send(ctx, made, batch)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	work.Go(func() error {
		for batch := range made {
			if err := r.keepAll(ctx, batch); err != nil {
				return err
			}
		}
		return nil
	})
	if err := work.Wait(); err != nil {
		return err
	}
	return broken
}

func send[T any](ctx context.Context, to chan<- T, v T) error {
	select {
	case to <- v:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// rows hands the rows of a table on, those of an object together and so many
// objects at a time. What stands above an error is handed on before it.
func (r *run) rows(ctx context.Context, t *Table, many int, hand func([][]Row) error) error {
	var ready [][]Row
	var rows []Row
	next := func(least int) error {
		if len(rows) > 0 {
			ready, rows = append(ready, rows), nil
		}
		if len(ready) < least {
			return nil
		}
		now := ready
		ready = nil
		return hand(now)
	}
	for row, err := range t.Rows() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return errors.Join(next(1), err)
		}
		r.summary.Rows++
		if len(rows) > 0 && !r.continues(rows[0], row) {
			if err := next(many); err != nil {
				return err
			}
		}
		rows = append(rows, row)
	}
	return next(1)
}

// oneByOne makes and keeps agencies.
func (r *run) oneByOne(ctx context.Context, rows [][]Row) error {
	batch, err := r.built(rows)
	if err != nil {
		return err
	}
	return r.finish(ctx, batch...)
}

// built makes objects of rows, without those that have to wait.
func (r *run) built(rows [][]Row) ([]*object, error) {
	batch := make([]*object, len(rows))
	err := each(len(batch), func(i int) error { batch[i] = r.plan.build(rows[i]); return nil })
	if err != nil {
		return nil, err
	}
	ready := batch[:0]
	for _, o := range batch {
		if r.known(o) {
			r.waiting = append(r.waiting, o)
			continue
		}
		ready = append(ready, o)
	}
	return ready, nil
}

// made makes objects of rows, with their places and files.
func (r *run) made(rows [][]Row) ([]*object, error) {
	batch, err := r.built(rows)
	if err != nil {
		return nil, err
	}
	return batch, r.placed(batch)
}

// placed places and makes objects.
func (r *run) placed(batch []*object) error {
	for _, o := range batch {
		r.take(o)
	}
	return each(len(batch), func(i int) error {
		if batch[i].lost || r.Mapping.Kind == Links {
			return nil
		}
		return batch[i].make()
	})
}

// finish places, makes and keeps objects, in their order.
func (r *run) finish(ctx context.Context, batch ...*object) error {
	if err := r.placed(batch); err != nil {
		return err
	}
	return r.keepAll(ctx, batch)
}

func (r *run) keepAll(ctx context.Context, batch []*object) error {
	for _, o := range batch {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.keep(o); err != nil {
			return err
		}
	}
	if r.put < settling {
		return nil
	}
	return r.settle()
}

// settle has what was kept outlast a loss of power.
func (r *run) settle() error {
	shelf, slow := r.Into.(Settler)
	if !slow || r.DryRun || r.put == 0 && !r.Memory.loose {
		return nil
	}
	r.put = 0
	if err := shelf.Settle(); err != nil {
		return err
	}
	return r.Memory.settled()
}

// each does something n times, at the same time on all processors.
func each(n int, do func(i int) error) error {
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		g.Go(func() error { return do(i) })
	}
	return g.Wait()
}
