package outbox

import (
	"context"
	"errors"
	"sync/atomic"
)

// Slip is a deed that an action carries with it until a transaction writes it down.
type Slip struct {
	item    Item
	byRefs  bool
	written atomic.Bool
	wake    func()
}

type slipKey struct{}

// Noted returns the slip that an action carries, or nil.
func Noted(ctx context.Context) *Slip {
	s, _ := ctx.Value(slipKey{}).(*Slip)
	return s
}

// Aside returns a context for what an action writes besides its effect: what is
// written in it carries no slip.
func Aside(ctx context.Context) context.Context {
	return context.WithValue(context.WithValue(ctx, slipKey{}, (*Slip)(nil)), sheafKey{}, (*Sheaf)(nil))
}

// ID returns the operation's id.
func (s *Slip) ID() string { return s.item.ID }

// Written reports whether a transaction that carried the slip was committed.
func (s *Slip) Written() bool { return s.written.Load() }

// ByRefs reports whether only a transaction that moves refs may carry the slip.
func (s *Slip) ByRefs() bool { return s.byRefs }

// errNoStream says that a deed was noted where no outbox was opened.
var errNoStream = errors.New("outbox: a deed was noted, and no outbox was opened")

// errTwice says that the randomness of ids is none.
var errTwice = errors.New("outbox: another operation has this id")

// Write writes the operation down, the next of the stream, unless it is there. It
// is for the store, within the transaction of the effect; Commit tells that it was
// committed.
func (s *Slip) Write(r Records) error {
	stream, err := r.Note(noteStream)
	if err != nil {
		return err
	} else if stream == "" {
		return errNoStream
	}
	i := s.item
	last, err := r.Last(stream)
	if err != nil {
		return err
	}
	i.Stream, i.Seq, i.Sum = stream, last+1, i.Op.Sum()
	if fresh, err := r.Add(i); err != nil {
		return err
	} else if !fresh {
		return s.same(r)
	}
	for _, f := range s.item.Files {
		if err := addPart(r, f); err != nil {
			return err
		}
	}
	return nil
}

// same makes sure that what stands under the operation's id is itself: an effect is
// never to be without its operation.
func (s *Slip) same(r Records) error {
	was, err := r.Item(s.item.ID)
	if err == nil && was.Sum != s.item.Op.Sum() {
		err = errTwice
	}
	return err
}

// Commit notes that the transaction that carried the slip was committed.
func (s *Slip) Commit() {
	if !s.written.Swap(true) && s.wake != nil {
		s.wake()
	}
}
