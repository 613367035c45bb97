package courier

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/outbox"
)

// errWait says that the centre asked to come later.
var errWait = errors.New("courier: later")

// refused is what the centre said instead of doing something.
type refused struct {
	n    int // which message
	code string
	text fault.Text
}

// Error returns what the centre said.
func (r *refused) Error() string { return "the centre refuses: " + r.code + ": " + r.text.EN }

// exchange sends messages under nonces of their own and returns their replies, each
// of which repeats its nonce. A wait is kept and is errWait, a refusal that stops all is
// a *Trouble, any other a *refused; of those before it the replies are returned.
func (c *Courier) exchange(ctx context.Context, messages ...wire.Message) ([]wire.Message, error) {
	for i := range messages {
		var err error
		if messages[i].Nonce, err = c.nonce(); err != nil {
			return nil, err
		}
	}
	replies, err := c.Transport.Exchange(ctx, messages...)
	if len(replies) > len(messages) {
		return nil, &Trouble{Kind: Portal, Err: errors.New("more replies than messages")}
	}
	for n, r := range replies {
		if wrong := c.judge(n, messages[n], r); wrong != nil {
			return replies[:n], wrong
		}
	}
	if err == nil && len(replies) < len(messages) {
		err = &Trouble{Kind: Cut, Err: io.ErrUnexpectedEOF}
	}
	if len(replies) > 0 {
		c.say(func(s *Status) { s.Contact = c.Now() })
	}
	return replies, err
}

// judge tells what is wrong with a reply.
func (c *Courier) judge(n int, m, r wire.Message) error {
	unread := r.Type == wire.Refusal && r.Nonce == "" && (r.Code == wire.BadMessage || r.Code == wire.TooLarge)
	if r.Nonce != m.Nonce && !unread {
		return &Trouble{Kind: Portal, Err: errors.New("the reply does not repeat the nonce")}
	}
	switch r.Type {
	case wire.Wait:
		c.pause = c.Now().Add(clamp(time.Duration(r.After)*time.Millisecond, leastPause, mostLater))
		c.say(func(s *Status) { s.State, s.Next = Waiting, c.pause })
		return errWait
	case wire.Refusal:
		if kind, ends := ending[r.Code]; ends {
			return &Trouble{Kind: kind, Err: errors.New(r.Text.EN)}
		}
		return &refused{n, r.Code, r.Text}
	case answers[m.Type]:
		return nil
	}
	return &Trouble{Kind: Portal, Err: fmt.Errorf("%s is answered by %s", m.Type, r.Type)}
}

// answers are what messages are answered by.
var answers = map[wire.Type]wire.Type{wire.Hello: wire.Hello, wire.Push: wire.Results, wire.Ask: wire.Results, wire.Have: wire.Have, wire.Chunk: wire.Have, wire.Pull: wire.Changes, wire.Compare: wire.Compare}

// ending are the refusals after which only a person can go on.
var ending = map[string]TroubleKind{wire.RevokedCode: Revoked, wire.ForkedCode: Forked}

func (c *Courier) nonce() (string, error) {
	var b [12]byte
	_, err := io.ReadFull(c.Random, b[:])
	return hex.EncodeToString(b[:]), err
}

// clamp keeps a time between two others.
func clamp(d, least, most time.Duration) time.Duration { return min(max(d, least), most) }

// jitter is a random time between two others.
func (c *Courier) jitter(least, most time.Duration) time.Duration {
	var b [8]byte
	if _, err := io.ReadFull(c.Random, b[:]); err != nil {
		_, _ = rand.Read(b[:]) // which never fails
	}
	n := uint64(0)
	for _, x := range b {
		n = n<<8 | uint64(x)
	}
	return least + time.Duration(n%uint64(max(most-least, 1)))
}

// greet says who is there, and hears how far the centre is.
func (c *Courier) greet(ctx context.Context) error {
	g, err := c.Box.Greeting(ctx)
	if err != nil {
		return err
	}
	g.Program = c.Program
	replies, err := c.exchange(ctx, wire.Message{Type: wire.Hello, Greeting: &g})
	if err != nil {
		return unexpected(err)
	}
	rec := replies[0].Reception
	if rec == nil {
		return &Trouble{Kind: Portal, Err: errors.New("a hello without a reception")}
	}
	if _, err := c.Box.Greeted(ctx, *rec); err != nil {
		return err
	}
	if kind, ends := standings[rec.Standing]; ends {
		return &Trouble{Kind: kind, Err: errors.New(string(rec.Standing))}
	}
	if g.Stream != c.Box.Stream() { // a new one begins
		return nil
	}
	now := c.Now()
	c.unknown = 0
	c.greeted, c.verify, c.check, c.hello = true, false, true, now.Add(helloEvery)
	c.most = outbox.Room{Ops: clampInt(rec.Ops, 1, wire.MaxOps), Bytes: clampInt(rec.Bytes, leastBytes, wire.MaxPush)}
	c.room = outbox.Room{Ops: min(c.room.Ops, c.most.Ops), Bytes: min(c.room.Bytes, c.most.Bytes)}
	c.say(func(s *Status) { s.State, s.Why, s.Help, s.Code = Talking, fault.Text{}, fault.Text{}, "" })
	return nil
}

func clampInt(n, least, most int) int { return min(max(n, least), most) }

// standings are those in which only a person can go on.
var standings = map[wire.Standing]TroubleKind{wire.Revoked: Revoked, wire.Forked: Forked, wire.Outdated: Outdated}

// unexpected makes a trouble of a refusal that nothing else is known about.
func unexpected(err error) error {
	var r *refused
	if errors.As(err, &r) {
		return &Trouble{Kind: Broken, Err: err}
	}
	return err
}

// settleStrays asks for what waits in an older stream. When all was asked for, and the
// centre does not have it all, a new stream begins with what is left: in the present
// one it would come behind what was done later.
func (c *Courier) settleStrays(ctx context.Context) (bool, error) {
	ids, err := c.Box.Strays(ctx, c.unknown, wire.MaxOps)
	if err != nil || len(ids) == 0 && c.unknown == 0 {
		return false, err
	}
	if len(ids) == 0 {
		c.unknown, c.greeted = 0, false
		return true, c.Box.Renew(ctx)
	}
	results, err := c.asked(ctx, ids)
	if err != nil {
		return true, err
	}
	c.unknown += len(ids)
	for _, r := range results {
		if slices.Contains(ids, r.ID) && r.Status != wire.Later {
			c.unknown--
		}
	}
	return true, nil
}

// asked asks what became of operations, and notes it.
func (c *Courier) asked(ctx context.Context, ids []string) ([]wire.Result, error) {
	replies, err := c.exchange(ctx, wire.Message{Type: wire.Ask, IDs: ids})
	if err != nil {
		return nil, unexpected(err)
	}
	n, err := c.Box.Settle(ctx, replies[0].Results, true)
	c.moved(n)
	return replies[0].Results, err
}

// confirm greets again when all was sent since the centre last said what it has, or
// that is long ago.
func (c *Courier) confirm(ctx context.Context) (bool, error) {
	if !c.verify && c.Now().Before(c.hello) {
		return false, nil
	}
	return true, c.greet(ctx)
}

// askUndone asks what became of operations that the centre has and has not done.
func (c *Courier) askUndone(ctx context.Context) (bool, error) {
	now := c.Now()
	if now.Before(c.ask) {
		return false, nil
	}
	ids, err := c.Box.Undone(ctx, c.askFrom, wire.MaxOps)
	if err != nil {
		return false, err
	}
	if len(ids) == 0 && c.askFrom > 0 {
		c.askFrom = 0
		return true, nil
	}
	if len(ids) == 0 {
		c.ask, c.askEvery = now.Add(mostAsk), leastAsk
		return false, nil
	}
	progress := c.progress
	results, err := c.asked(ctx, ids)
	if err != nil {
		return true, err
	}
	done := 0
	for _, r := range results {
		if r.Processed {
			done++
		}
	}
	if done > 0 {
		c.askEvery = leastAsk
	} else {
		c.progress, c.askEvery = progress, min(2*c.askEvery, mostAsk)
	}
	if len(ids) == wire.MaxOps { // there may be more behind them
		c.askFrom += len(ids) - done
	} else {
		c.askFrom, c.ask = 0, now.Add(c.jitter(c.askEvery/2, c.askEvery))
	}
	return true, nil
}
