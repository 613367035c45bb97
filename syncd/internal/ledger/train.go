package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
)

// A commit of main waits for the disk twice: for its objects, and for the ref that
// moves. What offices did comes in great numbers and can wait a little, so edits that
// come while others are committed share the next move: each is a commit of its own,
// upon the one before, their objects go to the disk together, and main moves once.

// Limits of a train: after so long, or with so many, it goes.
const (
	trainTime = 100 * time.Millisecond
	trainSize = 64
)

// trains are the edits that wait to be committed together.
type trains struct {
	mu    sync.Mutex
	queue []*rider
	busy  bool // somebody leads
}

// rider is an edit that shares a move of main.
type rider struct {
	ctx     context.Context
	t       proof.Trailers
	subject string
	edit    Editing
	landed  Landed
	err     error
	done    chan struct{} // closed when landed or err is there
	lead    chan struct{} // closed when it is its turn to commit for all
}

// ride commits an edit together with others.
func (l *Ledger) ride(ctx context.Context, t proof.Trailers, subject string, edit Editing) (Landed, error) {
	r := &rider{ctx: ctx, t: t, subject: subject, edit: edit, done: make(chan struct{}), lead: make(chan struct{})}
	w := &l.waiting
	w.mu.Lock()
	w.queue = append(w.queue, r)
	leads := !w.busy
	w.busy = true
	w.mu.Unlock()
	if !leads {
		select {
		case <-r.done:
			return r.landed, r.err
		case <-r.lead:
		}
	}
	l.depart()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.queue) > 0 {
		close(w.queue[0].lead)
	} else {
		w.busy = false
	}
	return r.landed, r.err
}

// depart commits those who wait, from the first on.
func (l *Ledger) depart() {
	l.merging.Lock()
	defer l.merging.Unlock()
	var all []*rider
	defer func() {
		for _, r := range all {
			close(r.done)
		}
	}()
	began, at := time.Now(), l.stopped()
	next := func() *rider {
		l.waiting.mu.Lock()
		defer l.waiting.mu.Unlock()
		if len(l.waiting.queue) == 0 || len(all) > 0 && (len(all) == trainSize || time.Since(began) > trainTime) {
			return nil
		}
		r := l.waiting.queue[0]
		l.waiting.queue = l.waiting.queue[1:]
		all = append(all, r)
		return r
	}
	moved, err := at.carry(next)
	for range tries { // another program moved main meanwhile
		if !moved {
			break
		}
		moved, err = at.carry(each(all))
	}
	for _, r := range all {
		if err != nil {
			r.landed, r.err = Landed{}, err
		}
	}
}

// each gives what is there, one by one, and nil at the end.
func each(all []*rider) func() *rider {
	return func() *rider {
		if len(all) == 0 {
			return nil
		}
		r := all[0]
		all = all[1:]
		return r
	}
}

// carry makes a commit for each edit, upon the one before, and moves main to the
// last. One that fails leaves no commit, and the others go on without it. Where
// another program moved main meanwhile nothing was done, and moved is true.
func (l *Ledger) carry(next func() *rider) (moved bool, err error) {
	main, at, err := l.main()
	b := l.Repo.NewBatch()
	defer b.Abort()
	tip, tree := at, gitrepo.Hash{}
	if err == nil {
		tree = main.Tree
	}
	for r := next(); r != nil; r = next() {
		if err != nil {
			continue
		}
		r.landed, r.err = l.board(b, r, tip, tree)
		if r.landed != (Landed{}) {
			tip, tree = r.landed.Commit, r.landed.Tree
		}
	}
	if err != nil || tip == at {
		return false, err
	}
	if err = l.move(context.Background(), b, gitrepo.Move{Ref: gitrepo.Main, Old: at, New: tip}); !errors.Is(err, fault.Conflict) {
		return false, err
	}
	now, gone := l.Repo.Refs().Get(gitrepo.Main)
	return gone == nil && now != at, err
}

// board makes the commit of one edit.
func (l *Ledger) board(b *gitrepo.Batch, r *rider, tip, tree gitrepo.Hash) (out Landed, err error) {
	defer func() {
		if p := recover(); p != nil { // whose it is, not the leader's
			out, err = Landed{}, fmt.Errorf("panic: %v", p)
		}
	}()
	if err := r.ctx.Err(); err != nil {
		return out, err
	}
	by, edits, err := r.edit(b, tree)
	if err != nil {
		return out, err
	}
	now, err := b.Put(tree, edits...)
	if err != nil || now == tree {
		return out, err
	}
	if err := l.leavesManuals(tree, now); err != nil {
		return out, err
	}
	t := again(r.ctx, r.t)
	t.Officer, t.Role = by.ID, by.capacity()
	commit, err := l.testify(b, t, r.subject, now, tip)
	return Landed{Commit: commit, Tree: now, Before: tree, At: l.Now()}, err
}
