package courier

import (
	"context"
	"errors"
	"time"

	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/outbox"
)

// How many bytes of operations a message has: few at first, more while the line
// takes them soon.
const (
	firstBytes = 16 << 10
	leastBytes = 2 << 10
	soon       = 5 * time.Second
	tooLong    = 15 * time.Second
)

// push sends what waits, as much as the line takes at once.
func (c *Courier) push(ctx context.Context) (bool, error) {
	room := c.room
	if c.fast {
		room.Ops, room.Bytes = 2*room.Ops, 2*room.Bytes
	}
	now := c.Now()
	for id, at := range c.later {
		if !at.After(now) {
			delete(c.later, id)
		}
	}
	ops, err := c.Box.Next(ctx, room, func(i outbox.Item) bool { return c.later[i.ID].After(now) })
	if err != nil {
		return false, err
	}
	c.say(func(s *Status) { s.Waits = len(ops) > 0 || len(c.later) > 0 })
	if len(ops) == 0 {
		return false, nil
	}
	return true, c.send(ctx, c.split(ops))
}

// split makes messages of operations, each within the room.
func (c *Courier) split(ops []wire.Op) (out []wire.Message) {
	stream := c.Box.Stream()
	for len(ops) > 0 {
		n, size := 0, 0
		for n < len(ops) && n < c.room.Ops {
			if size += ops[n].Size(); size > c.room.Bytes && n > 0 {
				break
			}
			n++
		}
		out = append(out, wire.Message{Type: wire.Push, Stream: stream, Ops: ops[:n:n]})
		ops = ops[n:]
	}
	return out
}

// mostUnderWay is how many pushes wait for their answers at the same time.
const mostUnderWay = 2

// send sends pushes, notes what is said of each operation, and learns how much the
// line takes.
func (c *Courier) send(ctx context.Context, pushes []wire.Message) error {
	pushes = pushes[:min(len(pushes), mostUnderWay)]
	began := c.Now()
	replies, err := c.exchange(ctx, pushes...)
	for n, r := range replies {
		if err := c.settle(ctx, pushes[n], r.Results); err != nil {
			return err
		}
	}
	took := c.Now().Sub(began)
	var r *refused
	var t *Trouble
	switch {
	case errors.As(err, &r) && (r.code == wire.TooLarge || r.code == wire.BadMessage):
		return c.halve(ctx, pushes[r.n].Ops, r.code)
	case errors.As(err, &t) && t.Kind == TooLarge && len(replies) < len(pushes):
		return c.halve(ctx, pushes[len(replies)].Ops, wire.TooLarge)
	case errors.As(err, &t) && t.Kind == Cut:
		c.fast, c.room.Bytes = false, max(c.room.Bytes/2, leastBytes)
		return err
	case err != nil:
		return unexpected(err)
	}
	c.learn(pushes, took)
	return nil
}

// learn changes how much is sent at once by how long it took.
func (c *Courier) learn(pushes []wire.Message, took time.Duration) {
	size := 0
	for _, op := range pushes[0].Ops {
		size += op.Size()
	}
	c.fast = took < soon
	switch {
	case took > tooLong:
		c.room.Bytes = max(c.room.Bytes/2, leastBytes)
	case took < soon && (size > c.room.Bytes/2 || len(pushes) > 1):
		c.room.Bytes = min(2*c.room.Bytes, c.most.Bytes)
	}
	if len(pushes[0].Ops) >= c.room.Ops {
		c.room.Ops = min(2*c.room.Ops, c.most.Ops)
	}
}

// halve sends less at once from now on. One operation alone that is not taken is
// put aside for a person, and those behind it go on.
func (c *Courier) halve(ctx context.Context, ops []wire.Op, code string) error {
	c.fast = false
	if len(ops) > 1 {
		c.room.Ops = len(ops) / 2
		return nil
	}
	aside, why := outbox.CodeTooLarge, tooLargeText
	if code != wire.TooLarge {
		aside, why = outbox.CodeUnread, unreadText
	}
	c.moved(1)
	return c.Box.SetAside(ctx, ops[0].ID, aside, why)
}

var (
	tooLargeText = fault.Text{
		TH: "รายการนี้ใหญ่เกินกว่าที่เครือข่ายหรือศูนย์กลางจะรับได้ แบ่งเนื้อหาให้สั้นลง หรือส่งออกเป็นไฟล์แล้วนำไปให้ศูนย์กลาง",
		EN: "This is larger than the network or the centre takes. Make it shorter, or export it to a file and bring that to the centre.",
	}
	unreadText = fault.Text{
		TH: "ศูนย์กลางอ่านรายการนี้ไม่ได้ ส่งออกเป็นไฟล์แล้วแจ้งผู้ดูแลระบบ",
		EN: "The centre can not read this. Export it to a file and tell the people who run the centre.",
	}
)

// settle notes what was said of the operations of a push; of those that nothing was
// said of, nothing is known.
func (c *Courier) settle(ctx context.Context, push wire.Message, results []wire.Result) error {
	sent := map[string]bool{}
	for _, op := range push.Ops {
		sent[op.ID] = true
	}
	now := c.Now()
	var own []wire.Result
	undone := false
	for _, r := range results {
		if !sent[r.ID] {
			continue // an answer to nothing
		}
		own = append(own, r)
		delete(sent, r.ID)
		if r.Status == wire.Later {
			c.later[r.ID] = now.Add(clamp(time.Duration(r.After)*time.Millisecond, leastPause, mostLater))
		}
		undone = undone || !r.Processed
	}
	for id := range sent {
		c.later[id] = now.Add(c.jitter(leastPause, 10*leastPause)) // rather than at once, for ever
	}
	if undone {
		c.ask, c.askEvery = now.Add(leastAsk), leastAsk
	}
	n, err := c.Box.Settle(ctx, own, false)
	c.moved(n)
	return err
}
