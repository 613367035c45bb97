package outbox

import (
	"bytes"
	"context"
	"errors"
	"time"

	"khumue/internal/fault"
	"khumue/internal/wire"
)

// Room is how much one push takes.
type Room struct {
	Ops   int
	Bytes int // of operations, as wire.Op.Size counts; a first one that alone is larger goes all the same
}

// atOnce is how many operations are read at a time.
const atOnce = 20

// Next returns the operations of the present stream that are to be sent, in their
// order, as many as there is room for. They are marked as sent before it returns.
// What skip tells is left out, and so is what comes behind it of the same entity.
func (b *Box) Next(ctx context.Context, room Room, skip func(Item) bool) ([]wire.Op, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	picked, err := b.pick(ctx, room, skip)
	if err != nil || len(picked) == 0 {
		return nil, err
	}
	if err := b.markSent(ctx, picked); err != nil {
		return nil, err
	}
	ops := make([]wire.Op, len(picked))
	for n, i := range picked {
		ops[n] = i.Op
	}
	return ops, nil
}

func (b *Box) pick(ctx context.Context, room Room, skip func(Item) bool) (picked []Item, err error) {
	passed := map[string]bool{}
	size := 0
	err = b.Store.Read(ctx, func(r Records) error {
		for after := int64(0); ; {
			list, err := r.Items(Filter{States: []State{Ready, Sending}, Stream: b.marked.Stream, After: after, Most: atOnce})
			if err != nil {
				return err
			}
			for _, i := range list {
				after = i.Seq
				if passed[i.Entity] || skip(i) {
					passed[i.Entity] = true
					continue
				}
				size += i.Size()
				if len(picked) >= room.Ops || size > room.Bytes && len(picked) > 0 {
					return nil
				}
				picked = append(picked, i)
			}
			if len(list) < atOnce {
				return nil
			}
		}
	})
	return picked, err
}

// markSent makes it known, whatever happens next, that operations may have been
// sent.
func (b *Box) markSent(ctx context.Context, list []Item) error {
	now := b.Now()
	err := b.Store.Write(Aside(ctx), func(r Records) error {
		for _, i := range list {
			if i.State == Sending {
				continue
			}
			i.State, i.Sent = Sending, now
			if err := r.Keep(i); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	m := b.marked
	if m.Sent = max(m.Sent, list[len(list)-1].Seq); m == b.marked {
		return nil
	}
	if err := b.Mark.Save(m.String()); err != nil {
		return err
	}
	b.marked = m
	return nil
}

// Settle notes what the centre said of operations, of each by its id alone, and
// returns of how many it was news. Asked says that it answers a question: then
// what it does not have is sent again. An answer never takes back what one before
// it said.
func (b *Box) Settle(ctx context.Context, results []wire.Result, asked bool) (news int, err error) {
	defer b.changed()
	now := b.Now()
	err = b.Store.Write(Aside(ctx), func(r Records) error {
		news = 0
		for _, res := range results {
			i, err := r.Item(res.ID)
			if errors.Is(err, fault.NotFound) {
				continue // not ours
			} else if err != nil {
				return err
			}
			is := i.after(res, asked, now)
			if is.State == Stored && is.Code == wire.AwaitsFile {
				if err := askFiles(r, i.Files); err != nil {
					return err
				}
			}
			stands := is.State == i.State && is.Status == i.Status && is.There == i.There
			if stands && is.Code == i.Code && is.Text == i.Text && bytes.Equal(is.Value, i.Value) {
				continue
			}
			if !stands { // else the reason alone is another
				news++
			}
			if err := r.Keep(is); err != nil {
				return err
			}
		}
		return nil
	})
	return news, err
}

// after returns the item as it stands after a result.
func (i Item) after(res wire.Result, asked bool, now time.Time) Item {
	status := res.Status
	if status == wire.Duplicate {
		if status = res.Was; status == "" || status == wire.Duplicate {
			status = wire.Stored
		}
	}
	switch {
	case status == wire.Later && asked && i.There:
		i.There = false
		if i.State = Sending; i.Emptied {
			i.State, i.Code, i.Text = Attention, CodeLost, lostText
		}
		return i
	case status == wire.Later, i.There && (i.State == Processed || i.State == Attention):
		return i
	}
	i.Status, i.Code, i.Text, i.Value = status, res.Code, res.Text, res.Value
	i.State, i.There = Stored, true
	if i.Kept.IsZero() {
		i.Kept = now
	}
	switch {
	case status.Final():
		i.State, i.Settled, i.Seen = Attention, now, time.Time{}
	case res.Processed && status == wire.Stored:
		i.State, i.Settled = Processed, now
	}
	return i
}

// SetAside takes an operation that waits out of the way of the others, for a reason
// that the office found itself: a person has to look at it.
func (b *Box) SetAside(ctx context.Context, id, code string, why fault.Text) error {
	return b.Store.Write(Aside(ctx), func(r Records) error {
		i, err := r.Item(id)
		if err != nil || !i.Waits() {
			return err
		}
		i.State, i.Code, i.Text, i.Seen = Attention, code, why, time.Time{}
		return r.Keep(i)
	})
}

// Again makes an operation wait again that needed attention and that the centre
// does not have. Others are an error of kind Conflict.
func (b *Box) Again(ctx context.Context, id string) error {
	stream := b.Stream()
	err := b.Store.Write(Aside(ctx), func(r Records) error {
		i, err := r.Item(id)
		if err != nil {
			return err
		}
		if i.State != Attention || i.There || i.Emptied {
			return fault.New(fault.Conflict, fault.Text{TH: "รายการนี้ส่งใหม่ไม่ได้", EN: "This can not be sent again."})
		}
		if i.Stream != stream {
			last, err := r.Last(stream)
			if err != nil {
				return err
			}
			i.Stream, i.Seq = stream, last+1
		}
		i.State, i.Code, i.Text = Sending, "", fault.Text{}
		return r.Keep(i)
	})
	if err == nil {
		b.wake()
	}
	return err
}

// Know notes that a person has seen what needed attention. One that the centre lacks
// and that can be sent is not settled by that: an error of kind Conflict.
func (b *Box) Know(ctx context.Context, id string) error {
	return b.Store.Write(Aside(ctx), func(r Records) error {
		i, err := r.Item(id)
		if err != nil || i.State != Attention || !i.Seen.IsZero() {
			return err
		}
		if i.Lacks() {
			return fault.New(fault.Conflict, fault.Text{TH: "รายการนี้ยังไม่ถึงศูนย์กลาง", EN: "This is not at the centre."},
				fault.Text{TH: "กดส่งอีกครั้ง หรือส่งออกเป็นไฟล์แล้วนำไปให้ศูนย์กลาง", EN: "Send it again, or export it to a file and bring that to the centre."})
		}
		i.Seen = b.Now()
		return r.Keep(i)
	})
}

// Strays returns operations that wait in another stream than the present one, behind
// so many others: a centre that was put back may have them all the same, and is to be
// asked before Renew takes them into a new stream with all others.
func (b *Box) Strays(ctx context.Context, behind, most int) ([]string, error) {
	return b.ids(ctx, Filter{States: []State{Ready, Sending}, NotIn: b.Stream(), Behind: behind, Most: most})
}

// PutAside returns operations of the present stream that need attention because they
// could not be sent, behind so many others: the centre may have them all the same, from
// a try whose answer was lost.
func (b *Box) PutAside(ctx context.Context, behind, most int) (ids []string, err error) {
	list, err := b.Items(ctx, Filter{States: []State{Attention}, Stream: b.Stream(), Bare: true})
	for _, i := range list {
		if !i.There {
			ids = append(ids, i.ID)
		}
	}
	ids = ids[min(behind, len(ids)):]
	return ids[:min(most, len(ids))], err
}

// Undone returns operations that the centre has and has not done yet, behind so many
// others.
func (b *Box) Undone(ctx context.Context, behind, most int) ([]string, error) {
	return b.ids(ctx, Filter{States: []State{Stored}, Behind: behind, Most: most})
}

func (b *Box) ids(ctx context.Context, f Filter) (ids []string, err error) {
	f.Bare = true
	list, err := b.Items(ctx, f)
	for _, i := range list {
		ids = append(ids, i.ID)
	}
	return ids, err
}

// Items returns operations, in the order in which they were made.
func (b *Box) Items(ctx context.Context, f Filter) (list []Item, err error) {
	err = b.Store.Read(ctx, func(r Records) (err error) { list, err = r.Items(f); return err })
	return list, err
}
