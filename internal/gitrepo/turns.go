package gitrepo

import (
	"context"
	"slices"
	"sync"
)

// mostTurns is how many transitions one transaction serves.
const mostTurns = 64

// turns are the transitions that wait to be made, those that came first before.
type turns struct {
	lock sync.Mutex
	list []*turn
}

// turn is one that waits. Whoever holds Repository.moving may write it.
type turn struct {
	ctx   context.Context
	moves []Move
	done  bool
	err   error
}

func (q *turns) add(t *turn) {
	q.lock.Lock()
	defer q.lock.Unlock()
	q.list = append(q.list, t)
}

// take takes a turn out, with those others that can be made together with it:
// of different refs, all of which stand where they are expected, and still
// wanted, in the order in which they came. One that is itself not wanted any
// more is ended.
func (q *turns) take(own *turn, stand func([]Move) bool) []*turn {
	q.lock.Lock()
	defer q.lock.Unlock()
	own.err = own.ctx.Err()
	own.done = own.err != nil
	taken := map[string]bool{}
	for _, m := range own.moves {
		taken[m.Ref] = true
	}
	var out []*turn
	left := mostTurns - 1
	q.list = slices.DeleteFunc(q.list, func(t *turn) bool {
		switch {
		case t == own && own.done:
			return true
		case t == own:
		case own.done, left == 0, t.ctx.Err() != nil, !stand(t.moves),
			slices.ContainsFunc(t.moves, func(m Move) bool { return taken[m.Ref] }):
			return false
		default:
			left--
			for _, m := range t.moves {
				taken[m.Ref] = true
			}
		}
		out = append(out, t)
		return true
	})
	return out
}
