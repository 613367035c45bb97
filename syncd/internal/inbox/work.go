package inbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"khumue/internal/fault"
	"khumue/internal/wire"
)

// Doer does again what an officer did at an office.
type Doer interface {
	// Do does an operation as the officer who did it, with the rights that officer
	// has now, and tells what became of it. It may be asked for the same again,
	// when its effect was not written. A failure of kind Unavailable is tried again
	// without end; Invalid, NotFound and Forbidden are told to the office as a
	// rejection, and Conflict as one; any other is tried some times more. NotFound, and
	// a rejection that awaits something, wait while what its machine did before has not
	// come, or is not decided.
	//
	// What is told is clipped to a length for people; a value may have 8 KiB.
	//
	// The context says that the first transaction of the store within it is the
	// effect: Settling tells how that is changed. Received tells when it came.
	Do(ctx context.Context, dev Device, op wire.Op) (Outcome, error)
	// Done tells whether an operation's effect is there outside of the database,
	// and what became of it. It is asked of operations that were begun once.
	Done(ctx context.Context, dev Device, op wire.Op) (bool, Outcome, error)
}

// Settlement is what a store writes in the transaction that it runs: that an
// operation is done.
type Settlement struct {
	item Item
	done bool
}

type settling struct{}

// Settle has the next transaction that is written under the context note what
// became of an operation.
func Settle(ctx context.Context, s *Settlement) context.Context {
	return context.WithValue(ctx, settling{}, s)
}

// Settling returns what the next transaction under the context is to note; nil
// where it is nothing, or was noted. A Doer whose effect is not the first
// transaction runs what comes before it under Settle(ctx, nil).
func Settling(ctx context.Context) *Settlement {
	s, _ := ctx.Value(settling{}).(*Settlement) // nil where there is none
	if s == nil || s.done {
		return nil
	}
	return s
}

// Working reports whether a context is that of doing an operation, whose transactions
// can wait a little.
func Working(ctx context.Context) bool {
	_, is := ctx.Value(settling{}).(*Settlement)
	return is
}

type received struct{}

func receivedAt(ctx context.Context, at time.Time) context.Context {
	return context.WithValue(ctx, received{}, at)
}

// Received returns when the operation came that is done under the context, by the
// centre's clock; the zero time where none is.
func Received(ctx context.Context) time.Time {
	at, _ := ctx.Value(received{}).(time.Time)
	return at
}

// Say sets what is noted of the operation, but for what is there by itself: that
// it was done.
func (s *Settlement) Say(o Outcome) { s.item.Outcome = o.fit() }

// Write notes it, in the transaction of the effect. An operation that was done
// before is an error of kind Conflict, which undoes the effect.
func (s *Settlement) Write(r Records) error {
	return errors.Join(r.Update(s.item), r.Arrived(s.item.Entity, s.item.Settled))
}

// Written says that the transaction was written: it is durable, or will be before
// anything of what rests on it.
func (s *Settlement) Written() { s.done = true }

// How operations that could not be done are tried again.
const (
	mostTries  = 5                  // then it is poison
	holdTime   = 7 * 24 * time.Hour // for which an operation waits for another
	gapTime    = 10 * time.Minute   // for which those behind a gap wait for it to be filled
	leastWait  = time.Minute
	mostWait   = time.Hour
	turnLength = 32  // operations of a device in its turn
	window     = 100 // operations that are looked through at a time
)

// Run does operations, several devices' at a time, until the context ends.
func (d *Desk) Run(ctx context.Context, workers int) {
	d.ready()
	var all sync.WaitGroup
	for range workers {
		all.Go(func() { d.work(ctx) })
	}
	all.Wait()
}

// idle is how long nobody looks whether there is something to do.
const idle = time.Second

func (d *Desk) work(ctx context.Context) {
	rest := time.NewTimer(0)
	defer rest.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.more:
		case <-rest.C:
		}
		for ctx.Err() == nil {
			did, err := d.Step(ctx)
			if err != nil && ctx.Err() == nil {
				d.Log.Warn("operations of offices can not be done now", "error", err)
				rest.Reset(10 * idle)
				break
			}
			if !did {
				rest.Reset(idle)
				break
			}
		}
	}
}

// wake tells that there is more to do.
func (d *Desk) wake() {
	select {
	case d.more <- struct{}{}:
	default:
	}
}

// Step gives one device its turn, and reports whether there was one. An error is
// of the store's: nothing is lost by it, and the same is tried by another step. A
// turn that fails by itself is tried again after the others'.
func (d *Desk) Step(ctx context.Context) (_ bool, err error) {
	d.ready()
	t, ok, err := d.next(ctx)
	if err != nil || !ok {
		return false, err
	}
	defer func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.turning, t.Device)
	}()
	within, kept := d.Store.Gather(withNotes(ctx))
	next, did, err := d.turn(within, t.Device)
	if err != nil { // whatever it is, the others come first
		d.Log.Warn("a machine's turn ended early", "device", t.Device, "error", err)
		next = d.now().Add(leastWait)
	}
	err = d.Store.Write(within, func(r Records) error { return r.EndTurn(t, next) })
	if lost := kept(); lost != nil {
		return true, lost
	}
	d.settled(did)
	return true, err
}

// settled notes that operations are done, and that this will last.
func (d *Desk) settled(ids []string) {
	d.done.Add(int64(len(ids)))
	for _, id := range ids {
		d.setShaky(id, false)
	}
}

// next is the device that has waited longest and is not being served.
func (d *Desk) next(ctx context.Context) (t Turn, ok bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	err = d.Store.Read(ctx, func(r Records) error {
		due, err := r.Turns(d.now(), len(d.turning)+1)
		for _, t = range due {
			if ok = !d.turning[t.Device]; ok {
				break
			}
		}
		return err
	})
	if err == nil && ok {
		d.turning[t.Device] = true
	}
	return t, ok && err == nil, err
}

// turn does some of a device's operations, and returns when it is looked at next, zero
// when nothing of it waits, and which were done.
func (d *Desk) turn(ctx context.Context, device string) (next time.Time, done []string, err error) {
	var dev Device
	streams := map[string]Stream{}
	var blocked entities
	later := func(p Pending, at time.Time) {
		blocked.add(p.Entity)
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	left := turnLength
	for after, full := (Pending{}), true; full; {
		var list []Pending
		var items map[string]Item
		err := d.Store.Read(ctx, func(r Records) error {
			if dev, err = r.Device(device); err != nil {
				return err
			}
			if list, err = d.pending(r, device, after, streams); err != nil {
				return err
			}
			items, err = d.items(r, list, streams, left)
			return err
		})
		if err != nil {
			return next, done, err
		}
		full = len(list) == window
		for _, p := range list {
			after = p
			if blocked.has(p.Entity) {
				continue
			}
			if at := p.due(streams[p.Stream]); at.After(d.now()) {
				later(p, at)
				continue
			}
			i, read := items[p.ID]
			if left == 0 || !read {
				return d.now(), done, nil
			}
			left--
			i, at, err := d.do(ctx, dev, i)
			if err != nil {
				return next, done, err
			}
			if i.State == Done {
				done = append(done, i.ID)
			}
			if !at.IsZero() {
				later(p, at)
			}
		}
	}
	return next, done, nil
}

// items reads those of a list that can be done now, the first so many.
func (d *Desk) items(r Records, list []Pending, streams map[string]Stream, most int) (map[string]Item, error) {
	var ids []string
	for _, p := range list {
		if len(ids) < most && !p.due(streams[p.Stream]).After(d.now()) {
			ids = append(ids, p.ID)
		}
	}
	out := map[string]Item{}
	if len(ids) == 0 {
		return out, nil
	}
	items, err := r.Items(ids)
	for _, i := range items {
		out[i.ID] = i
	}
	return out, err
}

// allFiles is the entity of what is about several files of the content: it is in order
// with all that is about one, whose entities begin with oneFile.
const (
	allFiles = "content"
	oneFile  = "file:"
)

// entities are those of which an operation has to wait.
type entities struct {
	names map[string]bool
	file  bool // one of a file is among them
}

func (e *entities) add(name string) {
	if e.names == nil {
		e.names = map[string]bool{}
	}
	e.names[name] = true
	e.file = e.file || strings.HasPrefix(name, oneFile)
}

func (e *entities) has(name string) bool {
	return e.names[name] || name == allFiles && e.file || e.names[allFiles] && strings.HasPrefix(name, oneFile)
}

// pending reads a device's next operations, and the streams that they are of.
func (d *Desk) pending(r Records, device string, after Pending, streams map[string]Stream) ([]Pending, error) {
	list, err := r.Pending(device, after, window)
	for _, p := range list {
		if _, there := streams[p.Stream]; err == nil && !there {
			streams[p.Stream], err = r.Stream(device, p.Stream)
		}
	}
	return list, err
}

// due is when an operation may be tried: behind a gap in its stream, it gives what
// is missing some time to come first.
func (p Pending) due(s Stream) time.Time {
	if p.Seq > s.Seq && !s.Gap.IsZero() {
		if filled := s.Gap.Add(gapTime); filled.After(p.Next) {
			return filled
		}
	}
	return p.Next
}

// do does one operation. It returns what became of it, and when those behind it of its
// entity may be tried; zero: now.
func (d *Desk) do(ctx context.Context, dev Device, i Item) (is Item, next time.Time, err error) {
	d.at(AtDoing)
	s := &Settlement{item: i.settled(Outcome{Status: wire.Stored}, d.now())}
	o, err := d.effect(ctx, dev, i, s)
	if !s.done {
		o, err = d.early(ctx, i, o, err)
	}
	d.at(AtDid)
	tried := d.after(i, o, err)
	err = d.note(ctx, tried, s)
	if err != nil && !errors.Is(err, fault.Unavailable) && !errors.Is(err, fault.Conflict) && !s.done {
		tried = d.after(i, Outcome{}, fmt.Errorf("what became of it can not be noted: %s", err.Error())) // no failure of the office's
		err = d.note(ctx, tried, s)
	}
	d.at(AtSettled)
	if errors.Is(err, fault.Conflict) { // it was settled meanwhile
		return Item{}, next, nil
	}
	if tried.State == Waiting || tried.State == Held {
		next = tried.Next
	}
	return tried, next, err
}

// settled is an operation of which nothing more will become.
func (i Item) settled(o Outcome, now time.Time) Item {
	i.State, i.Outcome, i.Settled, i.Next = Done, o.fit(), now, now
	return i
}

// How much is told of an operation, so that a hundred of them fit into a message.
const (
	longestText  = 2000 // bytes, in either language
	longestValue = 8 << 10
)

// fit is an outcome that can be kept and told. A value that is too large, or none, is
// left out.
func (o Outcome) fit() Outcome {
	clip := func(s string) string {
		s = strings.ReplaceAll(s, "\x00", "")
		return strings.ToValidUTF8(s[:min(len(s), longestText)], "")
	}
	o.Text = fault.Text{TH: clip(o.Text.TH), EN: clip(o.Text.EN)}
	if len(o.Value) > longestValue || !json.Valid(o.Value) {
		o.Value = nil
	}
	return o
}

// effect has an operation done, unless it is there already.
func (d *Desk) effect(ctx context.Context, dev Device, i Item, s *Settlement) (o Outcome, err error) {
	missing, whole, err := d.looked(ctx, dev, i.Files)
	if err != nil {
		return o, err
	}
	if missing != "" {
		return d.awaited(dev, missing, whole, len(i.Files)), nil
	}
	begun := !i.Received.After(d.began) || d.setShaky(i.ID, true)
	err = caught(func() error {
		if begun {
			there, was, err := d.Doer.Done(ctx, dev, i.Op)
			if err != nil || there {
				o = was
				return err
			}
		}
		o, err = d.Doer.Do(receivedAt(Settle(ctx, s), i.Received), dev, i.Op)
		return err
	})
	if err == nil && o.Status == "" {
		o.Status = wire.Stored
	}
	return o, err
}

// setShaky notes whether it is unknown if an operation was done, and returns what
// was noted before.
func (d *Desk) setShaky(id string, is bool) (was bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	was = d.shaky[id]
	if is {
		d.shaky[id] = true
	} else {
		delete(d.shaky, id)
	}
	return was
}

// after is an operation after it was tried.
func (d *Desk) after(i Item, o Outcome, err error) Item {
	now := d.now()
	var told *fault.Error
	switch {
	case err == nil && o.Status == wire.Held:
		return i.hold(o, now)
	case err == nil:
		return i.settled(o, now)
	case errors.Is(err, fault.Unavailable), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		d.Log.Warn("an operation can not be done now", "operation", i.ID, "kind", i.Kind, "error", err)
		i.Next = now.Add(d.jitter(leastWait/2, leastWait))
		return i
	case errors.As(err, &told):
		return i.settled(outcomeOf(told), now)
	}
	i.Tries++
	d.Log.Error("an operation of an office fails", "operation", i.ID, "kind", i.Kind, "tries", i.Tries, "error", err)
	i.Next = now.Add(min(leastWait<<(2*i.Tries-2)/6, mostWait))
	if i.Tries >= mostTries {
		i.State, i.Outcome = Attention, Outcome{Status: wire.Stored, Code: wire.Poison,
			Text: fault.Text{TH: "ศูนย์กลางได้รับแล้วแต่ทำรายการนี้ไม่สำเร็จ เจ้าหน้าที่ของศูนย์กลางจะตรวจดู", EN: "The centre has it and fails to carry it out. A person at the centre will look at it."}}
	}
	return i
}

// hold is an operation that waits for something, since it first did: each time
// longer, and at last for a person.
func (i Item) hold(o Outcome, now time.Time) Item {
	if i.Held.IsZero() {
		i.Held = now
	}
	waited := now.Sub(i.Held)
	i.State, i.Outcome, i.Next = Held, o.fit(), now.Add(min(max(waited/4, leastWait), mostWait))
	if waited >= holdTime {
		i.State = Attention
	}
	return i
}

// note writes what became of an operation, but for what is written already.
func (d *Desk) note(ctx context.Context, i Item, s *Settlement) error {
	switch {
	case !s.done:
		return d.Store.Write(ctx, func(r Records) error {
			if i.State == Done {
				return (&Settlement{item: i}).Write(r)
			}
			return r.Update(i)
		})
	case i.State != Done: // it is there, whatever was said after it
		d.Log.Warn("an operation was done, and failed after it", "operation", i.ID)
		return nil
	case !i.Outcome.same(s.item.Outcome):
		return d.Store.Write(ctx, func(r Records) error { return r.Tell(i.ID, i.Outcome) })
	}
	return nil
}

// same reports whether an office is told the same.
func (o Outcome) same(as Outcome) bool {
	return o.Status == as.Status && o.Code == as.Code && o.Text == as.Text && bytes.Equal(o.Value, as.Value)
}

// outcomeOf is what an office is told of a failure.
func outcomeOf(e *fault.Error) Outcome {
	status := wire.Rejected
	if e.Kind == fault.Conflict {
		status = wire.Conflict
	}
	return Outcome{Status: status, Code: codeOf(e.Kind), Text: whole(e)}
}
