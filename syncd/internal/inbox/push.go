package inbox

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/staff"
)

// HashOf is how a token is kept.
func HashOf(token string) staff.Hash { return sha256.Sum256([]byte(token)) }

// parcel is a push that waits for a commit.
type parcel struct {
	dev    Device
	stream string
	ops    []wire.Op
	fresh  int // of which so many were not there
	reply  wire.Message
	err    error
	done   chan struct{} // closed when reply or err is there
	lead   chan struct{} // closed when it is its sender's turn to commit
}

// mostTogether is how many operations share a commit, but for those of one push.
const mostTogether = 500

// push keeps operations. Pushes that come while another is committed share the
// next commit, which the first of them makes for all.
func (d *Desk) push(ctx context.Context, dev Device, m wire.Message) (wire.Message, error) {
	d.at(AtReceived)
	p := &parcel{dev: dev, stream: m.Stream, ops: m.Ops, done: make(chan struct{}), lead: make(chan struct{})}
	d.mu.Lock()
	d.queue = append(d.queue, p)
	leads := !d.busy
	d.busy = true
	d.mu.Unlock()
	if !leads {
		select {
		case <-p.done:
			return p.reply, p.err
		case <-p.lead:
		}
	}
	d.commit(ctx, d.together())
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.queue) > 0 {
		close(d.queue[0].lead)
	} else {
		d.busy = false
	}
	return p.reply, p.err
}

// together takes the first pushes off the queue.
func (d *Desk) together() []*parcel {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, size := 1, len(d.queue[0].ops)
	for n < len(d.queue) && size+len(d.queue[n].ops) <= mostTogether {
		size += len(d.queue[n].ops)
		n++
	}
	batch := slices.Clone(d.queue[:n])
	d.queue = slices.Delete(d.queue, 0, n)
	return batch
}

// commitTime is how long a commit may take before those who wait are told to come
// again.
const commitTime = 30 * time.Second

// commit keeps pushes in one transaction; where one of them spoils it, each in one
// of its own.
func (d *Desk) commit(ctx context.Context, batch []*parcel) {
	own, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTime)
	defer cancel()
	err := caught(func() error {
		return d.Store.Write(own, func(r Records) error {
			d.at(AtBegun)
			for _, p := range batch {
				p.reply, p.fresh = wire.Message{}, 0
				if err := d.take(r, p); err != nil {
					return err
				}
			}
			d.at(AtInserted)
			return nil
		})
	})
	spoilt := err != nil && !errors.Is(err, fault.Unavailable) && own.Err() == nil
	switch {
	case spoilt && len(batch) > 1:
		for i := range batch {
			d.commit(ctx, batch[i:i+1])
		}
		return
	case spoilt && len(batch[0].ops) > 1:
		d.alone(ctx, batch[0])
		return
	}
	if err == nil {
		d.at(AtCommitted)
		for _, p := range batch {
			d.came.Add(int64(p.fresh))
		}
		d.wake()
	}
	for _, p := range batch {
		if p.err = err; errors.Is(err, fault.Unavailable) {
			p.reply, p.err = d.notNow(p.ops), nil
		}
		close(p.done)
	}
}

// alone keeps the operations of a push one by one, so that one which can not be
// kept, for a fault of ours, holds up no other.
func (d *Desk) alone(ctx context.Context, p *parcel) {
	defer close(p.done)
	p.reply = wire.Message{Type: wire.Results}
	for i := range p.ops {
		one := &parcel{dev: p.dev, stream: p.stream, ops: p.ops[i : i+1], done: make(chan struct{})}
		d.commit(ctx, []*parcel{one})
		switch {
		case one.err != nil:
			d.Log.Error("an operation can not be kept", "operation", p.ops[i].ID, "error", one.err)
			one.reply = d.notNow(one.ops)
		case one.reply.Type != wire.Results: // the push is refused as a whole
			p.reply = one.reply
			return
		}
		p.reply.Results = append(p.reply.Results, one.reply.Results...)
	}
}

// notNow says of operations that the centre does not have them.
func (d *Desk) notNow(ops []wire.Op) wire.Message {
	after := d.jitter(5*time.Second, 30*time.Second).Milliseconds()
	reply := wire.Message{Type: wire.Results}
	for _, o := range ops {
		reply.Results = append(reply.Results, wire.Result{ID: o.ID, Status: wire.Later, Code: wire.NotNow, After: after,
			Text: fault.Text{TH: "ขณะนี้ศูนย์กลางบันทึกไม่ได้ จะส่งใหม่ให้เองภายหลัง", EN: "The centre can not store now. It will be sent again later."}})
	}
	return reply
}

// later says of an operation that the centre does not have it, for a reason that
// lasts for minutes.
func (d *Desk) later(o wire.Op, why fault.Text) wire.Result {
	return wire.Result{ID: o.ID, Status: wire.Later, Code: wire.NotNow, After: d.jitter(weighedFor, 2*weighedFor).Milliseconds(), Text: why}
}

// arrival is what a push brings into a stream.
type arrival struct {
	stream Stream
	places []Place
	items  []*Item
	asides []Aside
	weight int64 // of items
}

// take keeps the operations of a push, and sets its reply.
func (d *Desk) take(r Records, p *parcel) error {
	dev, err := r.Device(p.dev.ID)
	if errors.Is(err, fault.NotFound) || err == nil && !dev.Revoked.IsZero() {
		p.reply = revoked()
		return nil
	} else if err != nil {
		return err
	}
	stream, err := d.streamOf(r, dev, p.stream)
	if err != nil {
		return err
	}
	if !stream.Forked.IsZero() {
		p.reply = forked()
		return nil
	}
	a, results, err := d.sort(r, dev, stream, p.ops)
	if err != nil {
		return err
	}
	if !a.stream.Forked.IsZero() {
		p.reply = forked()
		return errors.Join(r.PutStream(a.stream), each(a.asides, r.PutAside))
	}
	p.reply, p.fresh = wire.Message{Type: wire.Results, Results: results}, len(a.items)
	d.add(dev.ID, a.weight)
	return d.keep(r, dev, a)
}

func each[T any](list []T, do func(T) error) error {
	for _, v := range list {
		if err := do(v); err != nil {
			return err
		}
	}
	return nil
}

func forked() wire.Message {
	return refusal(wire.ForkedCode, fault.Text{TH: "มีเครื่องอื่นส่งข้อมูลในชื่อเดียวกันนี้แล้ว จึงไม่มีการบันทึกใด ๆ ลงทะเบียนเครื่องใหม่แล้วส่งอีกครั้ง ข้อมูลยังอยู่ครบ",
		EN: "Another machine sends under the same name, so nothing was stored. Enrol this machine anew and send again; nothing on it is lost."})
}

// sort tells for each operation whether it is new, and what is said of it.
func (d *Desk) sort(r Records, dev Device, stream Stream, ops []wire.Op) (a arrival, results []wire.Result, err error) {
	a.stream = stream
	kept, at, err := known(r, stream, ops)
	if err != nil {
		return a, nil, err
	}
	full, err := d.fills(r, dev)
	if err != nil {
		return a, nil, err
	}
	for _, o := range ops {
		sum := staff.Hash(o.Sum())
		if p, taken := at[o.Seq]; taken && p.Op != o.ID {
			a.stream.Forked = d.now()
			a.asides = nil
			more, err := mayPutAside(r, dev, 0)
			if more {
				a.asides = []Aside{d.aside(dev, stream, o, sum, wire.ForkedCode)}
			}
			return a, nil, err
		}
		i, there := kept[o.ID]
		if !there {
			i = d.fresh(dev, stream, o, sum)
			if full(a.weight + i.Weight()) {
				results = append(results, d.later(o, fault.Text{TH: "ศูนย์กลางยังทำรายการที่เครื่องนี้ส่งมาไม่เสร็จ จะส่งใหม่ให้เองภายหลัง", EN: "The centre has not done yet what this machine sent. It will be sent again later."}))
				continue
			}
			a.weight += i.Weight()
			kept[o.ID] = i
			a.items = append(a.items, i)
			results = append(results, i.result())
		} else {
			result := again(dev, *i, sum)
			if result.Status != wire.Duplicate {
				more, err := mayPutAside(r, dev, len(a.asides))
				if err != nil {
					return a, nil, err
				}
				if !more {
					results = append(results, d.later(o, fault.Text{TH: "มีรายการที่ใช้รหัสซ้ำจากเครื่องนี้มากเกินไป แจ้งผู้ดูแลระบบ รายการยังอยู่ในเครื่อง", EN: "Too many operations of this machine use an id again. Tell whoever runs the centre; this one stays on the machine."}))
					continue
				}
				a.asides = append(a.asides, d.aside(dev, stream, o, sum, result.Code))
			}
			results = append(results, result)
		}
		elsewhere := i.Device == dev.ID && i.Stream == stream.ID && i.Seq != o.Seq
		if _, taken := at[o.Seq]; !taken && !elsewhere {
			at[o.Seq] = Place{dev.ID, stream.ID, o.Seq, o.ID, sum}
			a.places = append(a.places, at[o.Seq])
		}
	}
	return a, results, nil
}

// known returns what is kept under the ids of operations, and what stands at their
// places.
func known(r Records, s Stream, ops []wire.Op) (kept map[string]*Item, at map[int64]Place, err error) {
	kept, at = map[string]*Item{}, map[int64]Place{}
	ids := make([]string, len(ops))
	var places []Place
	for i, o := range ops {
		ids[i] = o.ID
		if o.Seq > s.Last {
			continue // nothing stands behind the last
		}
		if places, err = r.Places(s.Device, s.ID, o.Seq, o.Seq, 1); err != nil {
			return nil, nil, err
		}
		for _, p := range places {
			at[p.Seq] = p
		}
	}
	items, err := r.Items(ids)
	for _, i := range items {
		kept[i.ID] = &i
	}
	return kept, at, err
}

func (d *Desk) fresh(dev Device, s Stream, o wire.Op, sum staff.Hash) *Item {
	now := d.now()
	i := &Item{Op: o, Sum: sum, Device: dev.ID, Stream: s.ID, Began: s.Began, Received: now, State: Waiting, Outcome: Outcome{Status: wire.Stored}, Next: now}
	i.Agency, i.Point = dev.where()
	return i
}

// again is what is said of an operation whose id is there.
func again(dev Device, kept Item, sum staff.Hash) wire.Result {
	switch {
	case !kept.of(dev):
		return wire.Result{ID: kept.ID, Status: wire.Rejected, Processed: true, Code: wire.NotYours,
			Text: fault.Text{TH: "รหัสรายการนี้เป็นของหน่วยงานอื่น รายการที่ส่งมาเก็บไว้ให้เจ้าหน้าที่ดู", EN: "This operation's id is another agency's. What was sent is kept for a person to look at."}}
	case kept.Sum != sum:
		both, err := json.Marshal(map[string]string{"kept": hex.EncodeToString(kept.Sum[:]), "sent": hex.EncodeToString(sum[:])})
		if err != nil {
			panic("inbox: texts can always be written")
		}
		return wire.Result{ID: kept.ID, Status: wire.Conflict, Processed: true, Code: wire.OtherBytes, Value: both,
			Text: fault.Text{TH: "ศูนย์กลางมีรายการอื่นที่ใช้รหัสเดียวกันแล้ว เก็บไว้ทั้งสองรายการให้เจ้าหน้าที่ตัดสิน", EN: "The centre has another operation under the same id. Both are kept, and a person decides."}}
	}
	result := kept.result()
	result.Status, result.Was = wire.Duplicate, result.Status
	return result
}

// withoutSecret is an operation as it is put aside: what may have to be erased is kept
// where it can be.
func withoutSecret(o wire.Op) wire.Op {
	o.Secret = nil
	return o
}

func (d *Desk) aside(dev Device, s Stream, o wire.Op, sum staff.Hash, code string) Aside {
	return Aside{ID: dev.ID + "-" + hex.EncodeToString(sum[:]) + "-" + code, Device: dev.ID, Stream: s.ID, Op: withoutSecret(o), Code: code, Sum: sum, Received: d.now()}
}

// contactEvery is how old a contact is before a push notes it anew.
const contactEvery = time.Minute

// keep writes what a push brings.
func (d *Desk) keep(r Records, dev Device, a arrival) error {
	if err := errors.Join(r.Add(a.items), r.AddPlaces(a.places), each(a.asides, r.PutAside)); err != nil {
		return err
	}
	s, now := a.stream, d.now()
	for _, p := range a.places {
		s.Digest.Add(p.Op, p.Sum)
		s.Last = max(s.Last, p.Seq)
	}
	s.Told = max(s.Told, s.Last)
	seq, err := reached(r, s, a.places)
	if err != nil {
		return err
	}
	switch {
	case seq == s.Last:
		s.Gap = time.Time{}
	case seq > s.Seq || s.Gap.IsZero():
		s.Gap = now
	}
	s.Seq = seq
	err = r.PutStream(s)
	if err == nil && now.Sub(dev.Contact) >= contactEvery {
		dev.Contact = now
		err = r.PutDevice(dev)
	}
	if err == nil && len(a.items) > 0 {
		err = r.Wake(dev.ID, now)
	}
	return err
}

// reached is up to where nothing of a stream is missing, now that places are new.
func reached(r Records, s Stream, places []Place) (int64, error) {
	fresh := slices.SortedFunc(slices.Values(places), func(a, b Place) int { return cmp.Compare(a.Seq, b.Seq) })
	seq := s.Seq
	for _, p := range fresh {
		if p.Seq == seq+1 {
			seq++
		}
	}
	if seq == s.Seq || seq == s.Last {
		return seq, nil
	}
	gaps, err := r.Gaps(s.Device, s.ID, seq, 1)
	if err == nil && len(gaps) > 0 {
		return gaps[0][0] - 1, nil
	}
	return s.Last, err
}
