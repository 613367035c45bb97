package courier

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/outbox"
)

// way is one of the two directions of what is large.
type way struct {
	snag  Snag
	pause time.Time // nothing is done before
}

// fetchOrSend fetches what is new, or sends a piece of a file: in turns when both
// are due, whatever came of the last turn.
func (c *Courier) fetchOrSend(ctx context.Context) (did bool, err error) {
	for range 2 {
		c.fetches = !c.fetches
		w, do := &c.sending, c.sendPart
		if c.fetches {
			w, do = &c.fetching, c.fetch
		}
		if w.pause.After(c.Now()) {
			continue
		}
		did, err = do(ctx)
		if c.stumbled(ctx, w, did, err); did || err != nil {
			return did, err
		}
	}
	return false, nil
}

// How long a direction is left alone in which this machine failed.
const (
	leastSnag = 10 * time.Second
	mostSnag  = 5 * time.Minute
)

// stumbled notes how a turn ended. What failed on this machine is tried again later,
// and keeps nothing else from its turn.
func (c *Courier) stumbled(ctx context.Context, w *way, did bool, err error) {
	var t *Trouble
	switch {
	case errors.As(err, &t), errors.Is(err, errWait), ctx.Err() != nil, err == nil && !did:
		return
	case err == nil:
		w.snag = Snag{}
	default:
		if w.snag.Times == 0 {
			w.snag.Since = c.Now()
		}
		w.pause = c.Now().Add(clamp(leastSnag<<min(w.snag.Times, 10), leastSnag, mostSnag))
		w.snag.Times++
		w.snag.Why = hereText
		var told *fault.Error
		if errors.As(err, &told) {
			w.snag.Why = told.What
		}
		c.Log.Error("what comes or goes can not be worked with here", "fetching", w == &c.fetching, "times", w.snag.Times, "error", err)
	}
	c.say(func(s *Status) { s.In, s.Out = c.fetching.snag, c.sending.snag })
}

var hereText = fault.Text{TH: "มีข้อผิดพลาดในเครื่องนี้", EN: "Something is wrong on this computer."}

// fetch takes a part of what changed at the centre.
func (c *Courier) fetch(ctx context.Context) (bool, error) {
	if c.Inlet == nil || c.Now().Before(c.pull) {
		return false, nil
	}
	cursor, have, err := c.Inlet.Cursor(ctx)
	if err != nil {
		return false, err
	}
	replies, err := c.exchange(ctx, wire.Message{Type: wire.Pull, Cursor: cursor, Have: have})
	var r *refused
	if errors.As(err, &r) && r.code == string(fault.Invalid) && cursor != "" {
		return true, c.Inlet.Anew(ctx)
	} else if err != nil {
		return true, unexpected(err)
	}
	got := replies[0]
	if len(got.Changes) > 0 || got.Cursor != cursor || got.Have != nil {
		if err := c.Inlet.Take(ctx, got.Changes, got.Have, got.Cursor); err != nil {
			return true, err
		}
	}
	c.say(func(s *Status) { s.CameIn += len(got.Changes); s.Fetching = got.More })
	if !got.More {
		c.pull = c.Now().Add(c.jitter(pullEvery*4/5, pullEvery*6/5))
	}
	return true, nil
}

// part is what is known of a file that is being sent, since the courier began.
type part struct {
	asked  bool // the centre said how much it has
	spoil  int  // how often all of it had come and was not what it should be
	unread int  // how often it could not be read here
}

// How often a file is sent as a whole, and read in vain.
const (
	mostSpoilt = 3
	mostUnread = 5
)

// sendPart sends a piece of the first file that is not at the centre.
func (c *Courier) sendPart(ctx context.Context) (bool, error) {
	if c.Files == nil {
		return false, nil
	}
	list, err := c.Box.Parts(ctx, 20)
	if err != nil || len(list) == 0 {
		return false, err
	}
	c.say(func(s *Status) { s.Waits = true })
	var ask []wire.File
	for _, p := range list {
		if c.parts[p.SHA256] == nil {
			c.parts[p.SHA256] = &part{}
		}
		if !c.parts[p.SHA256].asked {
			ask = append(ask, p.File)
		}
	}
	if len(ask) == 0 {
		return true, c.sendPiece(ctx, list[0])
	}
	replies, err := c.exchange(ctx, wire.Message{Type: wire.Have, Files: ask})
	if err != nil {
		return true, unexpected(err)
	}
	for _, f := range ask {
		c.parts[f.SHA256].asked = true
	}
	return true, c.got(ctx, replies[0].Got)
}

// got notes how much the centre has of files.
func (c *Courier) got(ctx context.Context, got []wire.Got) error {
	n, err := c.Box.Got(ctx, got)
	if n > 0 {
		c.progress = c.Now()
		c.ask, c.askEvery = c.Now().Add(leastAsk), leastAsk
	}
	for _, g := range got {
		if g.Complete {
			delete(c.parts, g.SHA256)
		}
	}
	return err
}

// sendPiece sends the next piece of a file.
func (c *Courier) sendPiece(ctx context.Context, p outbox.Part) error {
	known := c.parts[p.SHA256]
	data, err := c.piece(p)
	if err != nil || known.spoil >= mostSpoilt {
		if known.unread++; err != nil && !errors.Is(err, fault.NotFound) && !errors.Is(err, io.EOF) && known.unread < mostUnread {
			return err
		}
		return c.Box.LostPart(ctx, p, noFileText)
	}
	began := c.Now()
	replies, err := c.exchange(ctx, wire.Message{Type: wire.Chunk, Piece: &wire.Piece{SHA256: p.SHA256, Size: p.Size, At: p.Have, Data: data}})
	var r *refused
	var t *Trouble
	switch {
	case errors.As(err, &r) && r.code == wire.TooLarge, errors.As(err, &t) && t.Kind == TooLarge:
		if len(data) <= leastPiece {
			return c.Box.LostPart(ctx, p, tooLargeText)
		}
		c.room.Bytes = max(len(data)/2, leastBytes)
		return nil
	case errors.As(err, &t) && t.Kind == Cut:
		c.room.Bytes = max(c.room.Bytes/2, leastBytes)
		known.asked = false
		return err
	case err != nil:
		return unexpected(err)
	}
	switch took := c.Now().Sub(began); {
	case took > tooLong:
		c.room.Bytes = max(c.room.Bytes/2, leastBytes)
	case took < soon:
		c.room.Bytes = min(2*c.room.Bytes, c.most.Bytes)
	}
	for _, g := range replies[0].Got {
		if g.SHA256 == p.SHA256 && p.Have+int64(len(data)) >= p.Size && !g.Complete {
			known.spoil++
		}
	}
	return c.got(ctx, replies[0].Got)
}

// leastPiece is how many bytes of a file are sent at least.
const leastPiece = 1 << 10

// piece reads the next piece of a file.
func (c *Courier) piece(p outbox.Part) ([]byte, error) {
	f, err := c.Files.Open(p.SHA256)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	n := min(int64(clampInt(c.room.Bytes*3/4, leastPiece, wire.MaxChunk)), p.Size-p.Have)
	data := make([]byte, max(n, 0))
	if got, err := f.ReadAt(data, p.Have); got < len(data) {
		return nil, err
	}
	return data, nil
}

var noFileText = fault.Text{
	TH: "ไฟล์แนบของรายการนี้หายหรือเสียหายในเครื่องนี้ แนบไฟล์ใหม่แล้วบันทึกอีกครั้ง",
	EN: "A file of this is lost or damaged on this computer. Attach it anew and save once more.",
}

// How a difference is looked for: in so many parts of so many numbers at once, down
// to so many that are sent again.
const (
	partsAtOnce = 16
	firstSpan   = 1000
	lastSpan    = 32
)

// reconcile finds what the centre lacks although nothing waits, and has it sent
// again. The same difference is looked into once.
func (c *Courier) reconcile(ctx context.Context) (bool, error) {
	if !c.check {
		return false, nil
	}
	t, err := c.Box.Look(ctx)
	if err != nil {
		return false, err
	}
	if c.check = false; t.Same || len(t.Waiting) > 0 {
		return false, nil
	}
	g, err := c.Box.Greeting(ctx)
	if err != nil || c.tried == g.Digest+t.Told.Digest {
		return false, err
	}
	c.tried = g.Digest + t.Told.Digest
	c.Log.Warn("the centre has something else than is known here", "here", g.Digest, "centre", t.Told.Digest)
	if found, err := c.askAside(ctx); err != nil || found {
		return true, err
	}
	c.foreign = false
	var spans [][2]int64
	for first := int64(1); first <= max(g.MaxSeq, t.Told.Seq); first += firstSpan {
		spans = append(spans, [2]int64{first, first + firstSpan - 1})
	}
	for len(spans) > 0 {
		n := min(len(spans), partsAtOnce)
		more, err := c.compare(ctx, spans[:n])
		if err != nil {
			return true, err
		}
		spans = append(spans[n:], more...)
	}
	if c.foreign { // which a copy of this machine sent: what is done here goes on in a stream of its own
		c.Log.Warn("the centre has operations in this stream that were never made here")
		c.foreign, c.greeted = false, false
		return true, c.Box.Renew(ctx)
	}
	return true, nil
}

// askAside asks for what was put aside here, and reports whether the centre has any of
// it.
func (c *Courier) askAside(ctx context.Context) (found bool, err error) {
	for behind := 0; ; {
		ids, err := c.Box.PutAside(ctx, behind, wire.MaxOps)
		if err != nil || len(ids) == 0 {
			return found, err
		}
		results, err := c.asked(ctx, ids)
		if err != nil {
			return found, err
		}
		behind += len(ids)
		for _, r := range results {
			if slices.Contains(ids, r.ID) && r.Status != wire.Later {
				found = true
				behind-- // it is aside no more
			}
		}
	}
}

// compare returns parts to look into of those where the centre has something else;
// what is in small ones is to be sent again.
func (c *Courier) compare(ctx context.Context, spans [][2]int64) (more [][2]int64, err error) {
	own, err := c.Box.Ranges(ctx, spans)
	if err != nil {
		return nil, err
	}
	replies, err := c.exchange(ctx, wire.Message{Type: wire.Compare, Stream: c.Box.Stream(), Ranges: own})
	if err != nil {
		return nil, unexpected(err)
	}
	for n, theirs := range replies[0].Ranges {
		if n >= len(own) || theirs == own[n] {
			continue
		}
		first, last := own[n].First, own[n].Last
		if last-first < lastSpan {
			c.foreign = c.foreign || theirs.Count > own[n].Count
			if _, err := c.Box.Reoffer(ctx, first, last); err != nil {
				return nil, err
			}
			continue
		}
		middle := (first + last) / 2
		more = append(more, [2]int64{first, middle}, [2]int64{middle + 1, last})
	}
	return more, nil
}
