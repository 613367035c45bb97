package courier_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/courier"
)

// centre keeps sync.v1 as the real one does, in memory.
type centre struct {
	now      func() time.Time
	epoch    string
	standing wire.Standing
	items    map[string]kept
	places   map[string]map[int64]string // of streams: which operation
	sums     map[string]map[int64][32]byte
	files    map[string][]byte
	doing    bool // operations are done as they come
	largest  int  // operation, in bytes, that a push may have; 0: any
	odd      string
	changes  []wire.Change
	said     []wire.Message // all that was asked
	spoilt   int            // files whose sum was wrong
	later    bool           // it stores nothing now
}

type kept struct {
	wire.Op
	sum    [32]byte
	result wire.Result
}

func newCentre(now func() time.Time) *centre {
	return &centre{now: now, epoch: "one", items: map[string]kept{}, places: map[string]map[int64]string{}, sums: map[string]map[int64][32]byte{}, files: map[string][]byte{}, doing: true}
}

// copied is the centre as a backup has it.
func (c *centre) copied() *centre {
	out := newCentre(c.now)
	for id, k := range c.items {
		out.items[id] = k
	}
	for s, places := range c.places {
		out.places[s], out.sums[s] = map[int64]string{}, map[int64][32]byte{}
		for seq, id := range places {
			out.places[s][seq], out.sums[s][seq] = id, c.sums[s][seq]
		}
	}
	return out
}

// talk answers a message that was read from bytes, with the bytes of the answer.
func (c *centre) talk(src []byte) []byte {
	m, err := wire.Read(src)
	if err != nil {
		code := wire.BadMessage
		if errors.Is(err, wire.ErrTooLarge) {
			code = wire.TooLarge
		}
		return refuse(code).Append(nil)
	}
	c.said = append(c.said, m)
	reply := c.answer(m)
	reply.Nonce = m.Nonce
	return reply.Append(nil)
}

func refuse(code string) wire.Message {
	return wire.Message{Type: wire.Refusal, Code: code, Text: fault.Text{TH: "ไม่รับ", EN: "No."}}
}

func (c *centre) answer(m wire.Message) wire.Message {
	if c.standing == wire.Revoked && m.Type != wire.Hello {
		return refuse(wire.RevokedCode)
	}
	switch m.Type {
	case wire.Hello:
		return c.hello(*m.Greeting)
	case wire.Push:
		return c.push(m)
	case wire.Ask:
		out := wire.Message{Type: wire.Results}
		for _, id := range m.IDs {
			r := wire.Result{ID: id, Status: wire.Later}
			if k, there := c.items[id]; there {
				r = k.result
			}
			out.Results = append(out.Results, r)
		}
		return out
	case wire.Compare:
		out := wire.Message{Type: wire.Compare, Stream: m.Stream}
		for _, r := range m.Ranges {
			d := c.digest(m.Stream, r.First, r.Last)
			out.Ranges = append(out.Ranges, wire.Range{First: r.First, Last: r.Last, Count: d.Count(), Digest: d.String()})
		}
		return out
	case wire.Have:
		out := wire.Message{Type: wire.Have, Got: []wire.Got{}}
		for _, f := range m.Files {
			out.Got = append(out.Got, c.got(f))
		}
		return out
	case wire.Chunk:
		return c.chunk(*m.Piece)
	case wire.Pull:
		return c.pull(m.Cursor)
	}
	return refuse(wire.BadMessage)
}

func (c *centre) digest(stream string, first, last int64) (d wire.Digest) {
	for seq, id := range c.places[stream] {
		if seq >= first && seq <= last {
			d.Add(id, c.sums[stream][seq])
		}
	}
	return d
}

func (c *centre) hello(g wire.Greeting) wire.Message {
	d := c.digest(g.Stream, 1, 1<<60)
	rec := wire.Reception{Version: 1, Least: 1, Standing: c.standing, Epoch: c.epoch, Count: d.Count(), Digest: d.String(), Time: c.now().Format(time.RFC3339), Ops: wire.MaxOps, Bytes: wire.MaxPush}
	for c.places[g.Stream][rec.Seq+1] != "" {
		rec.Seq++
	}
	return wire.Message{Type: wire.Hello, Reception: &rec}
}

func (c *centre) push(m wire.Message) wire.Message {
	if c.places[m.Stream] == nil {
		c.places[m.Stream], c.sums[m.Stream] = map[int64]string{}, map[int64][32]byte{}
	}
	for _, op := range m.Ops {
		if at := c.places[m.Stream][op.Seq]; at != "" && at != op.ID {
			c.standing = wire.Forked
			return refuse(wire.ForkedCode)
		}
		if c.largest > 0 && len(op.Body) > c.largest {
			return refuse(wire.TooLarge)
		}
		if c.odd != "" && bytes.Contains(op.Body, []byte(c.odd)) {
			return refuse(wire.BadMessage)
		}
	}
	out := wire.Message{Type: wire.Results}
	for _, op := range m.Ops {
		if c.later {
			out.Results = append(out.Results, wire.Result{ID: op.ID, Status: wire.Later, After: 5000})
			continue
		}
		out.Results = append(out.Results, c.take(m.Stream, op))
	}
	return out
}

func (c *centre) take(stream string, op wire.Op) wire.Result {
	c.places[stream][op.Seq], c.sums[stream][op.Seq] = op.ID, op.Sum()
	if k, there := c.items[op.ID]; there {
		if k.sum != op.Sum() {
			return wire.Result{ID: op.ID, Status: wire.Conflict, Processed: true, Code: wire.OtherBytes, Text: fault.Text{TH: "ซ้ำ", EN: "Twice."}}
		}
		r := k.result
		r.Status, r.Was = wire.Duplicate, r.Status
		return r
	}
	op.Body, op.Secret = bytes.Clone(op.Body), bytes.Clone(op.Secret)
	k := kept{op, op.Sum(), wire.Result{ID: op.ID, Status: wire.Stored, Processed: c.doing && len(op.Files) == 0}}
	if len(op.Files) > 0 {
		k.result.Status, k.result.Code, k.result.Text = wire.Held, wire.Waiting, fault.Text{TH: "รอไฟล์", EN: "It waits for files."}
	}
	c.items[op.ID] = k
	return k.result
}

// done has everything done that is stored.
func (c *centre) done() {
	for id, k := range c.items {
		k.result = wire.Result{ID: id, Status: wire.Stored, Processed: true, Value: []byte(`{"number":1}`)}
		c.items[id] = k
	}
}

func (c *centre) got(f wire.File) wire.Got {
	n := int64(len(c.files[f.SHA256]))
	sum := sha256.Sum256(c.files[f.SHA256])
	return wire.Got{SHA256: f.SHA256, Have: n, Complete: hex.EncodeToString(sum[:]) == f.SHA256}
}

func (c *centre) chunk(p wire.Piece) wire.Message {
	if have := c.files[p.SHA256]; p.At == int64(len(have)) {
		c.files[p.SHA256] = append(bytes.Clone(have), p.Data...)
	}
	got := c.got(wire.File{SHA256: p.SHA256, Size: p.Size})
	if got.Have >= p.Size && !got.Complete {
		delete(c.files, p.SHA256)
		got.Have = 0
		c.spoilt++
	}
	if got.Complete {
		c.done()
	}
	return wire.Message{Type: wire.Have, Got: []wire.Got{got}}
}

// pull gives two changes at a time.
func (c *centre) pull(cursor string) wire.Message {
	at := 0
	if cursor != "" {
		if _, err := fmt.Sscanf(cursor, c.epoch+"-%d", &at); err != nil {
			return refuse(string(fault.Invalid))
		}
	}
	to := min(at+2, len(c.changes))
	return wire.Message{Type: wire.Changes, Changes: slices.Clone(c.changes[at:to]), Cursor: fmt.Sprintf("%s-%d", c.epoch, to), More: to < len(c.changes)}
}

// link is a line to a centre, whose times pass on a clock of its own.
type link struct {
	clock  *clock
	centre *centre
	rate   int           // bytes a second; 0: at once
	rtt    time.Duration // of each exchange
	off    bool          // nothing gets through
	portal bool          // something else answers
	// fail tells what happens to a message: "" nothing, "before" it is cut before it
	// arrives, "after" its answer is lost.
	fail   func(m wire.Message) string
	resets int
	refuse error // what every exchange ends with
}

// clock is a time that passes when it is told to.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

// timeout is how long it takes to see that nothing is heard.
const timeout = 20 * time.Second

func (l *link) Reset() { l.resets++ }

func (l *link) Exchange(_ context.Context, messages ...wire.Message) (replies []wire.Message, err error) {
	switch {
	case l.off:
		l.clock.at = l.clock.at.Add(timeout)
		return nil, &courier.Trouble{Kind: courier.Offline, Err: errors.New("no route")}
	case l.refuse != nil:
		return nil, l.refuse
	}
	l.clock.at = l.clock.at.Add(l.rtt)
	for _, m := range messages {
		src := m.Append(nil)
		how := ""
		if l.fail != nil {
			how = l.fail(m)
		}
		l.take(len(src))
		if how == "before" {
			return replies, &courier.Trouble{Kind: courier.Cut, Err: errors.New("cut")}
		}
		answer := l.centre.talk(src)
		if l.portal {
			answer = wire.Message{Type: wire.Hello, Nonce: "0", Reception: &wire.Reception{}}.Append(nil)
		}
		l.take(len(answer))
		if how == "after" {
			return replies, &courier.Trouble{Kind: courier.Cut, Err: errors.New("cut")}
		}
		r, err := wire.Read(answer)
		if err != nil {
			return replies, &courier.Trouble{Kind: courier.Broken, Err: fmt.Errorf("%w: %s", err, answer)}
		}
		replies = append(replies, r)
	}
	return replies, nil
}

// take lets the time pass that so many bytes take.
func (l *link) take(n int) {
	if l.rate > 0 {
		l.clock.at = l.clock.at.Add(time.Duration(n) * time.Second / time.Duration(l.rate))
	}
}

// inbox is what came from the centre.
type inbox struct {
	cursor string
	took   []string
	anew   int
	full   bool
	fails  int // so many times nothing can be taken
}

func (i *inbox) Cursor(context.Context) (string, []byte, error) { return i.cursor, nil, nil }

func (i *inbox) Take(_ context.Context, changes []wire.Change, _ []byte, cursor string) error {
	if i.full {
		return fault.New(fault.Unavailable, fault.Text{TH: "เต็ม", EN: "full"})
	}
	if i.fails > 0 {
		i.fails--
		return errors.New("a record is damaged")
	}
	for _, c := range changes {
		i.took = append(i.took, c.ID)
	}
	i.cursor = cursor
	return nil
}

func (i *inbox) Anew(context.Context) error {
	i.cursor, i.took, i.anew = "", nil, i.anew+1
	return nil
}

// shelf are files by their sums.
type shelf map[string]string

type book struct{ *strings.Reader }

func (book) Close() error { return nil }

func (s shelf) Open(sum string) (courier.File, error) {
	text, there := s[sum]
	if text == unreadable {
		return nil, errors.New("input/output error")
	}
	if !there {
		return nil, fault.New(fault.NotFound, fault.Text{TH: "ไม่มี", EN: "none"})
	}
	return book{strings.NewReader(text)}, nil
}

// unreadable is the text of a file that can not be read.
const unreadable = "unreadable"

// put keeps a file, and returns its name.
func (s shelf) put(text string) wire.File {
	sum := sha256.Sum256([]byte(text))
	name := hex.EncodeToString(sum[:])
	s[name] = text
	return wire.File{SHA256: name, Size: int64(len(text))}
}
