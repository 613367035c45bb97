package simulator_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"khumue/internal/wire"
	"khumue/syncd/internal/courier"
)

// link is the line of one office.
type link struct {
	w      *world
	m      *machine
	off    bool // nothing gets through
	portal bool // something else answers
	posts  bool // upgrades are stripped: messages go one by one, by ways of their own
	rate   int  // bytes a second; 0: at once
	rtt    time.Duration
	most   int // bytes that one message may have; 0: any
	loss   int // percent of messages, and of answers, that are lost
	odd    int // percent of answers that come otherwise than they were sent
}

// Reset has nothing to give up.
func (*link) Reset() {}

func broke(kind courier.TroubleKind, why string) error {
	return &courier.Trouble{Kind: kind, Err: errors.New(why)}
}

// Exchange carries messages to the centre and answers back.
func (l *link) Exchange(_ context.Context, messages ...wire.Message) (replies []wire.Message, err error) {
	w := l.w
	l.m.moment()
	switch {
	case l.off:
		w.pass(20 * time.Second)
		return nil, broke(courier.Offline, "no route")
	case l.portal && w.chance(50):
		w.pass(time.Second)
		return nil, broke(courier.Portal, "a page")
	case l.portal:
		return []wire.Message{{Type: wire.Hello, Nonce: "0", Reception: &wire.Reception{}}}, nil
	case w.chance(2) && l.loss > 0:
		return nil, &courier.Trouble{Kind: courier.Busy, After: w.upTo(time.Minute), Err: errors.New("503")}
	}
	order := make([]int, len(messages))
	for n := range order {
		order[n] = n
	}
	if l.posts && w.chance(20) {
		slices.Reverse(order) // the second overtakes the first
	}
	got := make([]*wire.Message, len(messages))
	for _, n := range order {
		var r wire.Message
		if r, err = l.one(messages[n]); err != nil {
			break
		}
		got[n] = &r
	}
	for _, r := range got {
		if r == nil {
			break
		}
		replies = append(replies, *r)
	}
	if l.odd > 0 && len(replies) > 0 && w.chance(l.odd/10) {
		replies = append(replies, replies[0]) // one more than was asked for
	}
	l.m.moment()
	return replies, err
}

// one carries one message and its answer.
func (l *link) one(m wire.Message) (r wire.Message, err error) {
	w := l.w
	src := m.Append(nil)
	w.sending(m)
	if l.most > 0 && len(src) > l.most {
		return r, broke(courier.TooLarge, "413")
	}
	w.pass(l.rtt/2 + l.takes(len(src)))
	if w.chance(l.loss) {
		w.pass(pick(w, 0, 0, time.Second, 75*time.Second))
		if w.chance(30) {
			w.late = append(w.late, letter{l.m.token, src, w.now.Add(w.upTo(20 * time.Minute))})
		}
		return r, broke(courier.Cut, "cut on the way")
	}
	answer, err := w.centre.talk(l.m.token, src)
	if err != nil {
		return r, err
	}
	l.m.moment()
	if w.chance(l.odd / 2) {
		w.late = append(w.late, letter{l.m.token, src, w.now.Add(w.upTo(20 * time.Minute))})
	}
	w.pass(l.rtt/2 + l.takes(len(answer)))
	if w.chance(l.loss) {
		return r, broke(courier.Cut, "cut on the way back")
	}
	if w.chance(l.odd / 4) {
		answer = answer[:w.dice.IntN(len(answer))]
	}
	r, err = wire.Read(answer)
	if err != nil {
		return r, &courier.Trouble{Kind: courier.Portal, Err: fmt.Errorf("%w: it is no message", err)}
	}
	if w.chance(l.odd) {
		w.disorder(&r)
	}
	return r, nil
}

// takes is how long so many bytes take.
func (l *link) takes(n int) time.Duration {
	if l.rate == 0 {
		return 0
	}
	return time.Duration(n) * time.Second / time.Duration(l.rate)
}

// disorder lets the results of an answer come in another order, twice, or some not at
// all.
func (w *world) disorder(r *wire.Message) {
	list := slices.Clone(r.Results)
	if r.Type != wire.Results || len(list) == 0 {
		return
	}
	w.dice.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	switch w.dice.IntN(3) {
	case 0:
		list = append(list, list[0])
	case 1:
		list = list[:w.dice.IntN(len(list))]
	}
	r.Results = list
}

// sending holds a message to what is promised of operations: their bytes are the same
// whenever they are sent.
func (w *world) sending(m wire.Message) {
	for _, op := range m.Ops {
		sum := op.Sum()
		if was, is := w.sent[op.ID]; is && was != sum {
			w.claims = append(w.claims, fmt.Sprintf("%s is sent with other bytes than before", op.ID))
		}
		w.sent[op.ID] = sum
	}
}
