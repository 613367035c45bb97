package backup

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Gate keeps those apart who change database and git together, and a backup,
// which has to see both at one moment: between processes too. Many may be inside
// at once; a backup waits until all have left, and nobody enters while it waits.
type Gate struct {
	Dir string // of the daemon's data, where two files are the locks
}

// gatePoll is how often one who waits asks again.
const gatePoll = 5 * time.Millisecond

// Enter lets one in who changes both, until leave is called.
func (g Gate) Enter(ctx context.Context) (leave func(), err error) {
	queue, err := g.lock(ctx, "queue.lock", false)
	if err != nil {
		return nil, err
	}
	defer queue()
	return g.lock(ctx, "gate.lock", false)
}

// Close waits until nobody is inside and lets nobody in, until open is called.
func (g Gate) Close(ctx context.Context) (open func(), err error) {
	queue, err := g.lock(ctx, "queue.lock", true)
	if err != nil {
		return nil, err
	}
	inside, err := g.lock(ctx, "gate.lock", true)
	if err != nil {
		queue()
		return nil, err
	}
	return func() { inside(); queue() }, nil
}

// lock takes a lock alone or with others.
func (g Gate) lock(ctx context.Context, name string, alone bool) (release func(), err error) {
	f, err := os.OpenFile(filepath.Join(g.Dir, name), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, unable(err)
	}
	tick := time.NewTicker(gatePoll)
	defer tick.Stop()
	for {
		free, err := flock(f, alone)
		if free {
			return sync.OnceFunc(func() { f.Close() }), nil
		}
		if err == nil {
			select {
			case <-tick.C:
				continue
			case <-ctx.Done():
				err = ctx.Err()
			}
		} else {
			err = unable(err)
		}
		return nil, errors.Join(err, f.Close())
	}
}
