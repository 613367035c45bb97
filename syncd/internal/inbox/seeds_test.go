package inbox_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"khumue/internal/wire"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/inbox/inboxtest"
)

// history is one life of a centre and two machines, whose every turn follows from a
// seed: messages that are lost, doubled and overtake each other, and a centre that
// ends at any moment and starts again.
type history struct {
	*centre
	random *rand.Rand
	sides  []*side
}

// side is a machine: what it made, and what it was told of it.
type side struct {
	n     int
	made  []wire.Op
	acked map[string]bool
}

func (h *history) chance(percent int) bool { return h.random.IntN(100) < percent }

// make has a machine do something.
func (h *history) make(s *side) {
	n := len(s.made) + 1
	o := op(1000*s.n+n, plain)
	o.Seq, o.Entity = int64(n), fmt.Sprintf("case:%d-%d", s.n, h.random.IntN(4))
	switch h.random.IntN(10) {
	case 0:
		o.Body = []byte(`{"do":"reject"}`)
	case 1:
		o.Body = []byte(`{"do":"outside"}`)
	case 2:
		o.Body = []byte(`{"do":"write","needs":"case:` + fmt.Sprintf("%d-%d", 3-s.n, h.random.IntN(4)) + `"}`)
	}
	s.made = append(s.made, o)
}

// send has a machine push some of what it does not know to be there, now and then
// something that it does. Its answer may be lost.
func (h *history) send(s *side) {
	var ops []wire.Op
	for _, o := range s.made {
		if (!s.acked[o.ID] || h.chance(5)) && h.chance(80) {
			ops = append(ops, o)
		}
	}
	if len(ops) == 0 || h.chance(10) {
		return
	}
	if h.chance(20) {
		h.random.Shuffle(len(ops), func(i, j int) { ops[i], ops[j] = ops[j], ops[i] })
	}
	var reply wire.Message
	if killed(func() { reply = h.tell(s.n, wire.Message{Type: wire.Push, Stream: inboxtest.StreamID(s.n), Ops: ops}) }) != "" {
		h.restart()
		return
	}
	if h.chance(20) {
		return
	}
	for _, r := range reply.Results {
		if r.Status != wire.Stored && r.Status != wire.Duplicate {
			h.t.Fatalf("%s is told %s %s", r.ID, r.Status, r.Code)
		}
		s.acked[r.ID] = true
	}
}

// step has the centre do something, which may end it.
func (h *history) step() {
	var err error
	if killed(func() { _, err = h.Step(h.t.Context()) }) != "" {
		h.restart()
	} else if err != nil {
		h.t.Fatal(err)
	}
}

func (h *history) restart() {
	h.centre.restart()
	h.At = h.fate
}

// fate ends the centre now and then, wherever it stands.
func (h *history) fate(at string) {
	if h.random.IntN(60) == 0 {
		panic(inbox.Killed(at))
	}
}

// live is a history of so many moves.
func (h *history) live(moves int) {
	h.At = h.fate
	for range moves {
		s := h.sides[h.random.IntN(len(h.sides))]
		switch h.random.IntN(6) {
		case 0, 1:
			h.make(s)
		case 2:
			h.send(s)
		case 3:
			h.pass(time.Duration(h.random.IntN(20)) * time.Second) // no gap lasts until it is passed over
		default:
			h.step()
		}
	}
}

// settle lets all come to an end, on a line and a centre that do not fail.
func (h *history) settle() {
	h.At = nil
	for _, s := range h.sides {
		for _, o := range s.made {
			h.tell(s.n, wire.Message{Type: wire.Push, Stream: inboxtest.StreamID(s.n), Ops: []wire.Op{o}})
		}
	}
	for range 12 {
		h.rest()
		h.pass(24 * time.Hour)
	}
}

// judge holds the end to what was promised.
func (h *history) judge() {
	effects := h.taken()
	for _, s := range h.sides {
		var made []wire.Op
		last := map[string]int64{}
		for _, o := range s.made {
			made = append(made, o)
			n := effects[o.ID]
			results := h.tell(s.n, wire.Message{Type: wire.Ask, IDs: []string{o.ID}}).Results
			switch r := results[0]; {
			case r.Status == wire.Stored && r.Processed && n != 1, r.Status != wire.Stored && n != 0:
				h.t.Errorf("%s: %s, and took effect %d times", o.ID, said(results), n)
			case !r.Processed && r.Status != wire.Held:
				h.t.Errorf("%s: %s for no reason", o.ID, said(results))
			}
		}
		for _, id := range h.order {
			i := slices.IndexFunc(made, func(o wire.Op) bool { return o.ID == id })
			if i < 0 {
				continue
			}
			if o := made[i]; o.Seq < last[o.Entity] {
				h.t.Errorf("%s was done after %d of its entity", o.ID, last[o.Entity])
			} else {
				last[o.Entity] = o.Seq
			}
		}
		if rec := h.hello(s.n, s.n, int64(len(made))); rec.Digest != digestOf(made...) || rec.Seq != int64(len(made)) {
			h.t.Errorf("the centre has %d, %s, want %d, %s", rec.Seq, rec.Digest, len(made), digestOf(made...))
		}
	}
}

var seeds = flag.Uint64("seeds", 5, "how many histories of the centre are lived through")

func TestWhateverHappensTheCentreKeepsItsWord(t *testing.T) {
	for seed := range *seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			h := &history{centre: opened(t), random: rand.New(rand.NewPCG(seed, 9)), sides: []*side{{n: 1, acked: map[string]bool{}}, {n: 2, acked: map[string]bool{}}}}
			h.live(120)
			for _, s := range h.sides {
				for id := range s.acked {
					if r := h.tell(s.n, wire.Message{Type: wire.Ask, IDs: []string{id}}).Results[0]; r.Status == wire.Later {
						t.Errorf("%s was acknowledged, and is not there", id)
					}
				}
			}
			h.settle()
			h.judge()
		})
	}
}
