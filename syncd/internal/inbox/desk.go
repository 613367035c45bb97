package inbox

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/staff"
)

// Scope tells a device what changed of that which concerns it.
type Scope interface {
	// Pull returns changes since a cursor, the next cursor, and whether there is
	// more. A cursor that can not be used is an error of kind Invalid.
	Pull(ctx context.Context, dev Device, cursor string, have []byte) (changes []wire.Change, next string, more bool, err error)
}

// Desk is where devices talk, and where officers see what they said. Its fields
// are not changed once it is used.
type Desk struct {
	Store     Store
	Files     *Files
	Doer      Doer
	Scope     Scope
	Structure staff.Structure
	Epoch     func(context.Context) (string, error) // of the database
	Now       func() time.Time
	Random    io.Reader // that several goroutines may read at once
	Log       *slog.Logger
	Room      int64 // bytes of operations of a device that may wait to be done, see Records.Weight; 0: UsualRoom

	// At is told where the desk stands at the moments named in this package, so
	// that a test can let it end there, by a panic with Killed. nil: nobody is.
	At func(point string)

	begin sync.Once
	began time.Time
	more  chan struct{} // told when there is more to do

	asked asked

	mu      sync.Mutex
	queue   []*parcel
	busy    bool            // somebody commits
	turning map[string]bool // devices whose turn it is
	shaky   map[string]bool // operations of which it is not known whether they were done
	weights map[string]weight

	came, done atomic.Int64
}

// Figures tell how many operations were taken in and how many were settled since the
// desk began.
func (d *Desk) Figures() (came, done float64) {
	return float64(d.came.Load()), float64(d.done.Load())
}

// The moments that At is told.
const (
	AtReceived  = "received"  // a push was read
	AtBegun     = "begun"     // its transaction has begun
	AtInserted  = "inserted"  // it is in the transaction
	AtCommitted = "committed" // and durable, but not answered
	AtDoing     = "doing"     // an operation is to be done
	AtDid       = "did"       // it was done, and this perhaps not noted
	AtSettled   = "settled"   // it was noted
)

// Killed is what At panics with to let the desk end as if its process had.
type Killed string

func (d *Desk) at(point string) {
	if d.At != nil {
		d.At(point)
	}
}

func (d *Desk) ready() {
	d.begin.Do(func() {
		d.began, d.more = d.now(), make(chan struct{}, 1)
		d.turning, d.shaky = map[string]bool{}, map[string]bool{}
	})
}

func (d *Desk) now() time.Time { return d.Now().UTC().Truncate(time.Microsecond) }

// jitter is a time between one and another, so that those who are sent away
// together do not come again together.
func (d *Desk) jitter(from, to time.Duration) time.Duration {
	var b [2]byte
	if _, err := io.ReadFull(d.Random, b[:]); err != nil {
		return to
	}
	return from + time.Duration(binary.LittleEndian.Uint16(b[:]))*(to-from)/(1<<16)
}

// caught runs do, and makes an error of its panic.
func caught(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			if k, ok := p.(Killed); ok {
				panic(k)
			}
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return do()
}

// Admit returns the device that a token belongs to, a revoked one too: it is told
// so when it talks. An unknown token is an error of kind Forbidden.
func (d *Desk) Admit(ctx context.Context, token string) (dev Device, err error) {
	err = d.Store.Read(ctx, func(r Records) error {
		dev, err = r.DeviceWith(HashOf(token))
		return err
	})
	if errors.Is(err, fault.NotFound) {
		err = unknown()
	}
	return dev, err
}

// Still returns the device as it is now.
func (d *Desk) Still(ctx context.Context, id string) (dev Device, err error) {
	err = d.Store.Read(ctx, func(r Records) error {
		dev, err = r.Device(id)
		return err
	})
	if errors.Is(err, fault.NotFound) {
		err = unknown()
	}
	return dev, err
}

func unknown() error {
	return fault.New(fault.Forbidden, fault.Text{TH: "ไม่รู้จักเครื่องของสำนักงานนี้", EN: "This office's machine is not known here."},
		fault.Text{TH: "ลงทะเบียนเครื่องใหม่ ข้อมูลที่ยังไม่ได้ส่งยังอยู่ในเครื่อง", EN: "Enrol it anew. What was not sent stays on it."})
}

// Talk takes one message of a device and returns the answer, which bears its
// nonce. It runs nothing beside itself, and does not panic but for Killed. Only what
// an answer says of an operation is durable, and an answer that says wait did nothing.
func (d *Desk) Talk(ctx context.Context, dev Device, m wire.Message) wire.Message {
	d.ready()
	var reply wire.Message
	err := caught(func() (err error) {
		reply, err = d.answer(ctx, dev, m)
		return err
	})
	if err != nil {
		reply = d.failed(err)
	}
	reply.Nonce = m.Nonce
	return reply
}

func (d *Desk) answer(ctx context.Context, dev Device, m wire.Message) (reply wire.Message, err error) {
	switch {
	case m.Type == wire.Hello && m.Greeting != nil:
		return d.hello(ctx, dev, *m.Greeting)
	case m.Type == wire.Push:
		return d.push(ctx, dev, m)
	}
	if dev, err = d.Still(ctx, dev.ID); err != nil {
		return reply, err
	}
	if !dev.Revoked.IsZero() {
		return revoked(), nil
	}
	switch {
	case m.Type == wire.Ask:
		return d.ask(ctx, dev, m.IDs)
	case m.Type == wire.Compare:
		return d.compare(ctx, dev, m)
	case m.Type == wire.Have && m.Got == nil:
		return d.have(dev, m.Files)
	case m.Type == wire.Chunk && m.Piece != nil:
		return d.chunk(ctx, dev, *m.Piece)
	case m.Type == wire.Pull:
		reply.Type = wire.Changes
		reply.Changes, reply.Cursor, reply.More, err = d.Scope.Pull(ctx, dev, m.Cursor, m.Have)
		return reply, err
	}
	return refusal(wire.BadMessage, fault.Text{TH: "ศูนย์กลางไม่รับข้อความชนิดนี้จากสำนักงาน", EN: "The centre takes no such message from an office."}), nil
}

// failed is the answer where nothing could be done.
func (d *Desk) failed(err error) wire.Message {
	var told *fault.Error
	switch {
	case errors.Is(err, fault.Unavailable), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		d.Log.Warn("an office can not be answered now", "error", err)
		return wire.Message{Type: wire.Wait, After: d.jitter(5*time.Second, 30*time.Second).Milliseconds()}
	case errors.As(err, &told):
		return refusal(codeOf(told.Kind), whole(told))
	}
	d.Log.Error("an office's message failed", "error", err)
	return wire.Message{Type: wire.Wait, After: d.jitter(30*time.Second, 90*time.Second).Milliseconds()}
}

// whole is what a failure says, with what to do.
func whole(e *fault.Error) fault.Text {
	if e.Hint.IsZero() {
		return e.What
	}
	return fault.Text{TH: e.What.TH + " " + e.Hint.TH, EN: e.What.EN + " " + e.Hint.EN}
}

// codeOf is a kind as a word on the wire.
func codeOf(k fault.Kind) string {
	if k == fault.NotFound {
		return "not_found"
	}
	return string(k)
}

func refusal(code string, text fault.Text) wire.Message {
	return wire.Message{Type: wire.Refusal, Code: code, Text: text}
}

func revoked() wire.Message {
	return refusal(wire.RevokedCode, fault.Text{TH: "เครื่องนี้ถูกยกเลิกแล้ว ศูนย์กลางไม่รับข้อมูลจากเครื่องนี้ ข้อมูลที่ยังไม่ได้ส่งส่งออกเป็นไฟล์ได้",
		EN: "This machine was revoked, and nothing is taken from it. What was not sent can be exported to a file."})
}

// mostStreams is how many streams a device may begin.
const mostStreams = 200

// streamOf returns a stream of a device, a new one where it is not there.
func (d *Desk) streamOf(r Records, dev Device, id string) (Stream, error) {
	s, err := r.Stream(dev.ID, id)
	if !errors.Is(err, fault.NotFound) {
		return s, err
	}
	all, err := r.Streams(dev.ID)
	if err == nil && len(all) >= mostStreams {
		err = fault.New(fault.Forbidden, fault.Text{TH: "เครื่องนี้เริ่มลำดับใหม่บ่อยเกินไป", EN: "This machine has begun anew too often."},
			fault.Text{TH: "ลงทะเบียนเครื่องใหม่", EN: "Enrol it anew."})
	}
	return Stream{Device: dev.ID, ID: id, Began: d.now()}, err
}

// hello notes what a device says of itself, and tells it how far the centre is.
// Where nothing can be written, it tells that all the same.
func (d *Desk) hello(ctx context.Context, dev Device, g wire.Greeting) (reply wire.Message, err error) {
	var rec wire.Reception
	epoch, err := d.Epoch(ctx)
	if err != nil {
		return reply, err
	}
	note := func(r Records) error {
		s, err := d.greeted(r, dev.ID, g)
		if err == nil {
			rec, err = d.reception(r, dev.ID, s, g)
		}
		return err
	}
	if err = d.Store.Write(ctx, note); errors.Is(err, fault.Unavailable) {
		d.Log.Warn("a contact is not noted", "device", dev.ID, "error", err)
		err = d.Store.Read(ctx, func(r Records) error {
			s, err := r.Stream(dev.ID, g.Stream)
			if err == nil || errors.Is(err, fault.NotFound) {
				rec, err = d.reception(r, dev.ID, s, g)
			}
			return err
		})
	}
	rec.Epoch = epoch
	return wire.Message{Type: wire.Hello, Reception: &rec}, err
}

// greeted notes what a device says of itself.
func (d *Desk) greeted(r Records, id string, g wire.Greeting) (s Stream, err error) {
	dev, err := r.Device(id)
	if err != nil {
		return s, err
	}
	now := d.now()
	dev.Contact, dev.Program, dev.Waiting, dev.Stream, dev.Since = now, g.Program, g.Waiting, g.Stream, time.Time{}
	if clock, err := time.Parse(time.RFC3339, g.Clock); err == nil {
		dev.Offset = offset(clock, now)
		if since, err := time.Parse(time.RFC3339, g.Since); err == nil {
			dev.Since = now.Add(-max(0, offset(clock, since)))
		}
	}
	if err := r.PutDevice(dev); err != nil || !dev.Revoked.IsZero() {
		return s, err
	}
	if s, err = d.streamOf(r, dev, g.Stream); err == nil {
		s.Told = max(s.Told, g.MaxSeq)
		err = r.PutStream(s)
	}
	return s, err
}

// offset is by how much a clock is ahead of another, in whole seconds; a time's
// difference alone does not reach to the years that a Buddhist clock is wrong.
func offset(clock, other time.Time) time.Duration {
	const most = 200 * 365 * 24 * 60 * 60
	return time.Duration(min(max(clock.Unix()-other.Unix(), -most), most)) * time.Second
}

// reception is how far the centre is with a device.
func (d *Desk) reception(r Records, id string, s Stream, g wire.Greeting) (rec wire.Reception, err error) {
	rec = wire.Reception{Version: wire.Version, Least: wire.Least, Seq: s.Seq, Count: s.Digest.Count(), Digest: s.Digest.String(),
		Time: d.now().Format(time.RFC3339), Ops: wire.MaxOps, Bytes: wire.MaxPush}
	dev, err := r.Device(id)
	switch {
	case err != nil:
		return rec, err
	case !dev.Revoked.IsZero():
		rec.Standing = wire.Revoked
	case g.Version < wire.Least:
		rec.Standing = wire.Outdated
	case !s.Forked.IsZero():
		rec.Standing = wire.Forked
	}
	if s.Seq < s.Last {
		rec.Gaps, err = r.Gaps(s.Device, s.ID, s.Seq, wire.MaxGaps)
	}
	return rec, err
}

// ask tells what became of operations.
func (d *Desk) ask(ctx context.Context, dev Device, ids []string) (reply wire.Message, err error) {
	var items []Item
	err = d.Store.Read(ctx, func(r Records) error {
		items, err = r.Items(ids)
		return err
	})
	there := map[string]Item{}
	for _, i := range items {
		there[i.ID] = i
	}
	reply = wire.Message{Type: wire.Results, Results: make([]wire.Result, len(ids))}
	for n, id := range ids {
		reply.Results[n] = wire.Result{ID: id, Status: wire.Later}
		if i, ok := there[id]; ok && i.of(dev) {
			reply.Results[n] = i.result()
		}
	}
	return reply, err
}

// of reports whether a device may know of an operation: it sent it, or another of
// its agency did, which may be what it was before it was enrolled anew.
func (i Item) of(dev Device) bool { return i.Device == dev.ID || i.Agency == dev.Agency }

// result is what is said of an operation.
func (i Item) result() wire.Result {
	o := i.Outcome
	return wire.Result{ID: i.ID, Status: o.Status, Processed: i.State == Done, Code: o.Code, Text: o.Text, Value: o.Value}
}

// mostCompared is how many places one message may have compared.
const mostCompared = 20_000

// compare tells what the centre has of parts of a stream.
func (d *Desk) compare(ctx context.Context, dev Device, m wire.Message) (reply wire.Message, err error) {
	reply = wire.Message{Type: wire.Compare, Stream: m.Stream, Ranges: make([]wire.Range, len(m.Ranges))}
	left := mostCompared
	err = d.Store.Read(ctx, func(r Records) error {
		for n, want := range m.Ranges {
			places, err := r.Places(dev.ID, m.Stream, want.First, want.Last, left+1)
			if err != nil {
				return err
			}
			if left -= len(places); left < 0 {
				return fault.New(fault.Invalid, fault.Textf("เทียบได้ครั้งละไม่เกิน %d รายการ", "At most %d operations are compared at once.", mostCompared))
			}
			var digest wire.Digest
			for _, p := range places {
				digest.Add(p.Op, p.Sum)
			}
			reply.Ranges[n] = wire.Range{First: want.First, Last: want.Last, Count: digest.Count(), Digest: digest.String()}
		}
		return nil
	})
	return reply, err
}

// where is the agency and the point of a device.
func (dev Device) where() (catalog.AgencyCode, catalog.PointCode) { return dev.Agency, dev.Point }
