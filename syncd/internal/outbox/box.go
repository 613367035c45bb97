package outbox

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"khumue/internal/fault"
	"khumue/internal/wire"
)

// Options are what a box is made of.
type Options struct {
	Store  Store
	Mark   Mark
	Place  string // tells this machine from another; "" when nothing does
	Now    func() time.Time
	Random io.Reader
}

// Box is the outbox of an office. It may be used by several goroutines, and is the
// only one of its database.
type Box struct {
	Options
	mu     sync.Mutex
	marked marked
	woken  chan struct{}

	summing sync.Mutex
	sum     total
	changes int // how often it may have become another
}

// total is the digest of all that is known to be at the centre of the present stream.
type total struct {
	of     int // changes
	stream string
	digest string
}

// changed forgets the digest, after a transaction that may have changed it.
func (b *Box) changed() {
	b.summing.Lock()
	defer b.summing.Unlock()
	b.changes++
}

// digest returns the digest of all that is known to be at the centre of a stream.
func (b *Box) digest(r Records, stream string) (string, error) {
	b.summing.Lock()
	known, of := b.sum, b.changes
	b.summing.Unlock()
	if known.of == of && known.stream == stream {
		return known.digest, nil
	}
	last, err := r.Last(stream)
	if err != nil {
		return "", err
	}
	_, digest, err := sumUp(r, stream, 1, last)
	if err != nil {
		return "", err
	}
	b.summing.Lock()
	defer b.summing.Unlock()
	if b.changes == of {
		b.sum = total{of, stream, digest}
	}
	return digest, nil
}

// Open opens the outbox of a database. When the mark is another database's, or an
// older copy's of this one, a new stream begins, and what waits goes into it.
func Open(ctx context.Context, o Options) (*Box, error) {
	b := &Box{Options: o, woken: make(chan struct{}, 1)}
	text, err := o.Mark.Load()
	if err != nil {
		return nil, err
	}
	b.marked = parseMark(text)
	stream, last := "", int64(0)
	err = o.Store.Read(ctx, func(r Records) (err error) {
		if stream, err = r.Note(noteStream); err == nil {
			last, err = r.Last(stream)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if stream == "" || b.marked.Stream != stream || b.marked.Place != o.Place || b.marked.Sent > last {
		return b, b.Renew(ctx)
	}
	return b, nil
}

// Renew begins a new stream, with all that waits, in the order in which it was done.
func (b *Box) Renew(ctx context.Context) error {
	var id [16]byte
	if _, err := io.ReadFull(b.Random, id[:]); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	m := marked{Stream: hex.EncodeToString(id[:]), Place: b.Place}
	// The mark first: should all stop in between, the two differ, and the next
	// begins another stream.
	if err := b.Mark.Save(m.String()); err != nil {
		return err
	}
	b.marked = m
	return b.Store.Write(Aside(ctx), func(r Records) error {
		list, err := r.Items(Filter{States: []State{Ready, Sending}})
		if err != nil {
			return err
		}
		for n, i := range inOrder(list) {
			i.Stream, i.Seq = m.Stream, int64(n+1)
			if err := r.Keep(i); err != nil {
				return err
			}
		}
		return errors.Join(r.SetNote(noteStream, m.Stream), r.SetNote(noteTold, ""))
	})
}

// inOrder sorts operations by their numbers within each stream, whatever the clock
// said, and streams by their first.
func inOrder(list []Item) []Item {
	began := map[string]time.Time{}
	for _, i := range list {
		if at, known := began[i.Stream]; !known || i.Made.Before(at) {
			began[i.Stream] = i.Made
		}
	}
	slices.SortStableFunc(list, func(a, b Item) int {
		return cmp.Or(began[a.Stream].Compare(began[b.Stream]), strings.Compare(a.Stream, b.Stream), cmp.Compare(a.Seq, b.Seq))
	})
	return list
}

// Stream returns the present stream.
func (b *Box) Stream() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.marked.Stream
}

// Woken tells that something new waits.
func (b *Box) Woken() <-chan struct{} { return b.woken }

func (b *Box) wake() {
	select {
	case b.woken <- struct{}{}:
	default:
	}
}

// Note notes a deed in the context of the action that does it, and returns the slip
// by which is seen whether it was written down. A deed that could never be sent is
// an error of kind Invalid: the action is not to begin.
func (b *Box) Note(ctx context.Context, d Deed) (context.Context, *Slip, error) {
	if d.At.IsZero() {
		d.At = b.Now()
	}
	s, err := b.slip(d, d.At)
	if err != nil {
		return nil, nil, err
	}
	return context.WithValue(ctx, slipKey{}, s), s, nil
}

// slip makes the slip of a deed.
func (b *Box) slip(d Deed, made time.Time) (*Slip, error) {
	if d.ID == "" {
		id, err := b.NewID()
		if err != nil {
			return nil, err
		}
		d.ID = id
	}
	op, err := d.op(d.ID)
	if err != nil {
		return nil, err
	}
	return &Slip{item: Item{Op: op, By: d.By, Made: made, State: Ready}, byRefs: d.ByRefs, wake: b.wake}, nil
}

// NewID makes an id for an operation: a UUIDv7 by the clock and the randomness of the
// box.
func (b *Box) NewID() (string, error) {
	var id uuid.UUID
	if _, err := io.ReadFull(b.Random, id[:]); err != nil {
		return "", err
	}
	ms := b.Now().UnixMilli()
	for i := range 6 {
		id[i] = byte(ms >> (8 * (5 - i)))
	}
	id[6], id[8] = 0x70|id[6]&0x0f, 0x80|id[8]&0x3f
	return id.String(), nil
}

// Told is what the centre said last of the present stream.
type Told struct {
	Standing wire.Standing `json:"standing,omitempty"`
	Seq      int64         `json:"seq"`
	Count    int64         `json:"count"`
	Digest   string        `json:"digest"`
	At       time.Time     `json:"at"`              // by the clock of this machine
	Offset   time.Duration `json:"offset,omitzero"` // of the centre's clock against this one's
}

// told reads what is noted; the zero Told is nothing.
func told(r Records) (t Told, err error) {
	text, err := r.Note(noteTold)
	if err != nil || text == "" {
		return t, err
	}
	return t, json.Unmarshal([]byte(text), &t)
}

// Greeting returns what the office says of itself; the program's version is left to
// the caller.
func (b *Box) Greeting(ctx context.Context) (g wire.Greeting, err error) {
	g = wire.Greeting{Version: wire.Version, Stream: b.Stream(), Clock: b.Now().Format(time.RFC3339)}
	err = b.Store.Read(ctx, func(r Records) error {
		var errs [5]error
		g.MaxSeq, errs[0] = r.Last(g.Stream)
		g.Acked, errs[1] = r.Acked(g.Stream)
		g.Epoch, errs[2] = r.Note(noteEpoch)
		g.Digest, errs[3] = b.digest(r, g.Stream)
		var counts []Count
		counts, errs[4] = r.Counts()
		for _, c := range counts {
			if c.State != Ready && c.State != Sending {
				continue
			}
			g.Waiting += c.N
			if since := c.Since.Format(time.RFC3339); g.Since == "" || since < g.Since {
				g.Since = since
			}
		}
		return errors.Join(errs[:]...)
	})
	return g, err
}

// sumUp returns how much the centre has of a part of a stream, and the digest of it.
func sumUp(r Records, stream string, first, last int64) (int64, string, error) {
	list, err := r.There(stream, first, last)
	var d wire.Digest
	for _, n := range list {
		d.Add(n.ID, n.Sum)
	}
	return int64(len(list)), d.String(), err
}

// Greeted notes what the centre answered to a greeting. When it is another database
// than before, or lacks what it had confirmed, all that it may lack is to be sent
// again; again tells how many operations that are. When it has more of the stream
// than was ever made here, this is an older copy of what speaks in it, and a new
// stream begins.
func (b *Box) Greeted(ctx context.Context, rec wire.Reception) (again int, err error) {
	t := Told{Standing: rec.Standing, Seq: rec.Seq, Count: rec.Count, Digest: rec.Digest, At: b.Now()}
	if there, err := time.Parse(time.RFC3339, rec.Time); err == nil {
		t.Offset = there.Sub(t.At).Truncate(time.Second)
	}
	src, err := json.Marshal(t)
	if err != nil {
		return 0, fmt.Errorf("outbox: %w", err)
	}
	defer b.changed()
	stream, older := b.Stream(), false
	err = b.Store.Write(Aside(ctx), func(r Records) error {
		again = 0
		last, err := r.Last(stream)
		if older = rec.Seq > last; err != nil || older {
			return err
		}
		if err := r.SetNote(noteTold, string(src)); err != nil || rec.Standing != wire.Welcome {
			return err
		}
		was, err := r.Note(noteEpoch)
		if err != nil {
			return err
		}
		acked, err := r.Acked(stream)
		if err != nil {
			return err
		}
		if was != rec.Epoch {
			if err := r.SetNote(noteEpoch, rec.Epoch); err != nil {
				return err
			}
		}
		if was != "" && was != rec.Epoch {
			again, err = forget(r, stream, rec.Seq)
		} else if acked > rec.Seq {
			again, err = reoffer(r, Filter{Stream: stream, After: rec.Seq})
		}
		return err
	})
	if err == nil && older {
		err = b.Renew(ctx)
	}
	return again, err
}

// forget takes it that a centre that was put back has only so much of the present
// stream, and is to be asked about all others.
func forget(r Records, stream string, seq int64) (int, error) {
	n, err := reoffer(r, Filter{Stream: stream, After: seq})
	if err != nil {
		return n, err
	}
	more, err := reoffer(r, Filter{NotIn: stream, Whole: true})
	return n + more, errors.Join(err, askAnew(r), r.AskParts())
}

// askAnew makes it unknown what became of operations that the centre has: what was done
// after the moment to which it was put back is done again, and may end otherwise.
func askAnew(r Records) error {
	for {
		list, err := r.Items(Filter{States: []State{Processed, Attention}, There: true, Whole: true, Most: 500})
		if err != nil || len(list) == 0 {
			return err
		}
		for _, i := range list {
			i.State, i.Status, i.Code, i.Text = Stored, wire.Stored, "", fault.Text{}
			if err := r.Keep(i); err != nil {
				return err
			}
		}
	}
}

// reoffer makes operations wait again that the centre was known to have. Those whose
// bytes are gone need attention.
func reoffer(r Records, f Filter) (n int, err error) {
	f.There, f.Most = true, 500
	for {
		list, err := r.Items(f)
		if err != nil || len(list) == 0 {
			return n, err
		}
		for _, i := range list {
			i.There = false
			if i.Emptied {
				i.State, i.Code, i.Text, i.Seen = Attention, CodeLost, lostText, time.Time{}
			} else {
				i.State, n = Sending, n+1
			}
			if err := r.Keep(i); err != nil {
				return n, err
			}
		}
	}
}

var lostText = fault.Text{
	TH: "ศูนย์กลางกู้คืนข้อมูลแล้วไม่มีรายการนี้ และเครื่องนี้ไม่มีต้นฉบับแล้ว",
	EN: "The centre was restored without this, and this computer does not have its text any more.",
}
