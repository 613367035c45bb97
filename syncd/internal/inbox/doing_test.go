package inbox_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/inbox/inboxtest"
)

// F16, F35
func TestF16WhatCanNotBeDoneIsToldAndHoldsUpNothing(t *testing.T) {
	c := opened(t)
	ops := []wire.Op{op(1, `{"do":"reject"}`), op(2, `{"do":"clash"}`), op(3, `{"do":"gone"}`), about(op(4, plain), "case:1")}
	c.push(ops...)
	c.rest()
	got := c.asked(ops...)
	c.same("told", said(got), "rejected+ invalid, conflict+ conflict, gone+ gone, stored+")
	c.same("in words", got[0].Text, fault.Text{TH: "เดือนนี้ล็อกแล้ว ขอปลดล็อก", EN: "The month is locked. Ask for an unlock."})
	c.same("both values", string(got[1].Value), `{"mine":1,"theirs":2}`)
	c.same("who took it away", got[2].Text.EN, "o-x removed it yesterday.")
	c.same("the bytes are kept", string(read(c, func(r inbox.Records) ([]inbox.Item, error) { return r.Items([]string{ops[0].ID}) })[0].Body), `{"do":"reject"}`)
	c.same("sent again", words(c.push(ops[0])), "duplicate(rejected)+ invalid")
}

// F17
func TestF17PoisonIsPutAsideForAPerson(t *testing.T) {
	for _, kind := range []string{"panic", "spoilt"} {
		c := opened(t)
		bad, behind, other := op(1, `{"do":"`+kind+`"}`), about(op(2, plain), "case:1"), op(3, plain)
		c.push(bad, behind, other)
		c.rest()
		c.same("the others are done", said(c.asked(bad, behind, other)), "stored, stored, stored+")
		for range 5 {
			c.pass(time.Hour)
			c.rest()
		}
		c.same("after some tries", said(c.asked(bad, behind)), "stored poison, stored+")
		c.same("counted", c.backlog(), inbox.Backlog{Attention: 1})
		items, _, err := c.Attention(t.Context(), officer("central", "dlt"), page)
		if err != nil || len(items) != 1 || items[0].Tries != 5 {
			t.Fatalf("got %v, %v", items, err)
		}
		if n := strings.Count(c.log.String(), "tries="); n != 5 {
			t.Errorf("it is logged %d times, want 5", n)
		}
		if err := c.Decide(t.Context(), officer("central", "dlt"), bad.ID, inbox.Refuse, "ไม่ใช้แล้ว"); err != nil {
			t.Fatal(err)
		}
		c.same("a person refused", said(c.asked(bad)), "rejected+ refused")
	}
}

func TestAPersonHasItTriedAgain(t *testing.T) {
	c := opened(t)
	o := op(1, `{"do":"write","needs":"case:9"}`)
	c.push(o)
	for range 9 {
		c.rest()
		c.pass(24 * time.Hour)
	}
	c.same("for a person", said(c.asked(o)), "held waiting")
	c.did(op(9, plain), false)
	c.rest()
	c.same("nothing is forced", said(c.asked(o)), "held waiting")
	for name, err := range map[string]error{
		"an officer of another agency": c.Decide(t.Context(), officer("central", "dit"), o.ID, inbox.TryAgain, ""),
		"one who reviews":              c.Decide(t.Context(), officer("reviewer", "dlt"), o.ID, inbox.TryAgain, ""),
		"what is not there":            c.Decide(t.Context(), officer("central", "dlt"), op(8, plain).ID, inbox.TryAgain, ""),
	} {
		if !errors.Is(err, fault.Forbidden) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := c.Decide(t.Context(), officer("central", "dlt"), o.ID, inbox.Refuse, ""); !errors.Is(err, fault.Invalid) {
		t.Errorf("without a reason: got %v", err)
	}
	if err := c.Decide(t.Context(), officer("central", "dlt"), o.ID, inbox.TryAgain, ""); err != nil {
		t.Fatal(err)
	}
	c.rest()
	c.same("done", said(c.asked(o)), "stored+")
	if err := c.Decide(t.Context(), officer("central", "dlt"), o.ID, inbox.TryAgain, ""); !errors.Is(err, fault.Conflict) {
		t.Errorf("when it is done: got %v", err)
	}
}

// F19
func TestPushesThatComeInAnotherOrderAreDoneInTheirs(t *testing.T) {
	c := opened(t)
	first, second, third := about(op(1, plain), "case:x"), about(op(2, plain), "case:x"), about(op(3, plain), "case:x")
	c.push(third)
	c.rest()
	c.push(second)
	c.rest()
	c.same("before the first came", c.order, []string(nil))
	c.push(first)
	c.rest()
	c.same("all came", c.order, []string{first.ID, second.ID, third.ID})
}

func TestAGapHoldsUpNothingForLong(t *testing.T) {
	c := opened(t)
	c.push(op(1, plain), op(3, plain))
	c.rest()
	c.same("at first", said(c.asked(op(3, plain))), "stored")
	c.pass(11 * time.Minute)
	c.push(op(4, plain))
	c.rest()
	c.same("later", said(c.asked(op(3, plain), op(4, plain))), "stored+, stored+")
}

// F20
func TestF20WhatCameTooEarlyWaitsAndIsDoneOnArrival(t *testing.T) {
	c := opened(t)
	child, next, other := op(1, `{"do":"write","needs":"case:9"}`), about(op(2, plain), "case:1"), op(3, plain)
	c.push(child, next, other)
	c.rest()
	c.same("it waits, and what is behind it of its entity", said(c.asked(child, next, other)), "held waiting, stored, stored+")
	c.same("with its age", c.backlog(), inbox.Backlog{Pending: 2, Oldest: c.clock()})
	c.pass(time.Second)
	parent := about(op(4, plain), "case:9")
	parent.Seq = 1
	c.tell(2, wire.Message{Type: wire.Push, Stream: inboxtest.StreamID(2), Ops: []wire.Op{parent}})
	c.rest()
	c.same("when the other came, from another machine", said(c.asked(child, next)), "stored+, stored+")
	c.same("in order", c.order, []string{other.ID, parent.ID, child.ID, next.ID})
}

// F20
func TestWhatIsNotThereYetWaitsForWhatCameBefore(t *testing.T) {
	c := opened(t)
	begins, finds, alone := about(op(1, plain), "case:7"), about(op(2, `{"do":"find"}`), "case:7"), about(op(3, `{"do":"find"}`), "case:8")
	c.push(finds, alone)
	c.pass(11 * time.Minute)
	c.rest()
	c.same("behind a gap", said(c.asked(finds, alone)), "held waiting, held waiting")
	c.same("in words", c.asked(finds)[0].Text.EN, "Earlier operations of this machine have not come yet. This one is tried again when they have.")
	c.push(begins)
	c.pass(time.Hour)
	c.rest()
	c.same("once all came", said(c.asked(begins, finds, alone)), "stored+, stored+, rejected+ not_found")
}

func TestWhatIsNotThereYetWaitsForADecision(t *testing.T) {
	c := opened(t)
	begins, finds := about(op(1, `{"do":"spoilt"}`), "case:7"), about(op(2, `{"do":"find"}`), "case:7")
	c.push(begins)
	for range 6 {
		c.rest()
		c.pass(time.Hour)
	}
	c.push(finds)
	c.rest()
	c.same("the first waits for a person", said(c.asked(begins, finds)), "stored poison, held waiting")
	if err := c.Decide(t.Context(), officer("central", "dlt"), begins.ID, inbox.Refuse, "ไม่ใช้แล้ว"); err != nil {
		t.Fatal(err)
	}
	c.rest()
	c.same("it is refused", said(c.asked(begins, finds)), "rejected+ refused, rejected+ not_found")
}

// What is about several files is in order with what is about any one.
func TestWhatIsAboutSeveralFilesWaitsForEach(t *testing.T) {
	for name, about2 := range map[string][2]string{"one, then several": {"file:a.yaml", "content"}, "several, then one": {"content", "file:a.yaml"}} {
		c := opened(t)
		first, second, other := about(op(1, `{"do":"write","needs":"case:9"}`), about2[0]), about(op(2, plain), about2[1]), about(op(3, plain), "case:2")
		c.push(first, second, other)
		c.rest()
		c.same(name, said(c.asked(first, second, other)), "held waiting, stored, stored+")
	}
}

func TestWhatIsDownForAWhileIsTriedAgainWithoutEnd(t *testing.T) {
	c := opened(t)
	c.down = true
	c.push(op(1, plain))
	for range 20 {
		c.rest()
		c.pass(time.Minute)
	}
	c.same("meanwhile", said(c.asked(op(1, plain))), "stored")
	c.down = false
	c.rest()
	c.same("then", said(c.asked(op(1, plain))), "stored+")
}

func TestMachinesAreServedInTurns(t *testing.T) {
	c := opened(t)
	var many []wire.Op
	for n := range 100 {
		many = append(many, op(n+1, plain))
	}
	c.push(many...)
	c.pass(time.Second)
	one := op(200, plain)
	one.Seq = 1
	c.tell(2, wire.Message{Type: wire.Push, Stream: inboxtest.StreamID(2), Ops: []wire.Op{one}})
	c.pass(time.Second)
	for range 2 {
		if _, err := c.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		c.pass(time.Second)
	}
	c.same("one of another machine", said(c.asked(one)), "stored+")
	if n := c.backlog().Pending; n < 60 || n > 99 {
		t.Errorf("%d of the first machine are left", n)
	}
	c.rest()
	c.same("all", len(c.order), 101)
	for i, id := range c.order[:16] {
		c.same("in order", id, many[i].ID)
	}
}

func TestWorkersDoWhatComes(t *testing.T) {
	c := opened(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); c.Run(ctx, 3) }()
	for n := range 30 {
		o := op(n+1, plain)
		o.Seq = 1
		c.tell(1+n%2, wire.Message{Type: wire.Push, Stream: inboxtest.StreamID(n), Ops: []wire.Op{o}})
	}
	for start := time.Now(); ; {
		c.mu.Lock()
		n := len(c.order)
		c.mu.Unlock()
		if n == 30 {
			break
		}
		if time.Since(start) > 30*time.Second {
			t.Fatalf("%d operations are done", n)
		}
	}
	stop()
	<-ended
	for n := range 30 {
		c.same("effects", c.effects(op(n+1, plain)), 1)
	}
}

func TestWhatIsToldCanBeKeptAndRead(t *testing.T) {
	c := opened(t)
	long, mute, other := op(1, `{"do":"babble"}`), op(2, `{"do":"mute"}`), op(3, plain)
	c.push(long, mute, other)
	c.rest()
	got := c.asked(long, mute, other)
	c.same("told", said(got), "rejected+ x, stored, stored+")
	if n := len(got[0].Text.TH); n == 0 || n > 2000 || got[0].Value != nil {
		t.Errorf("got %d bytes and %d", n, len(got[0].Value))
	}
	for range 5 {
		c.pass(time.Hour)
		c.rest()
	}
	c.same("one that can not be noted", said(c.asked(mute)), "stored poison")
}

// TestManyMachinesAreDoneTogether has many workers do what many machines sent, some of
// which fails: each once, those of an entity in order, and no failure is another's.
func TestManyMachinesAreDoneTogether(t *testing.T) {
	c := opened(t)
	const machines, each = 12, 10
	c.machines(machines)
	var all []wire.Op
	for n := range machines {
		m := wire.Message{Type: wire.Push, Nonce: "n", Stream: inboxtest.StreamID(n)}
		for i := range each {
			o := about(op(n*each+i, plain), "case:"+inboxtest.Device(n+1).ID)
			o.Seq = int64(i + 1)
			if i == each-1 { // about something else, so that it holds up nothing
				o = about(o, o.ID)
				o.Body = []byte(`{"do":"` + []string{"reject", "spoilt", "panic"}[n%3] + `"}`)
			}
			m.Ops, all = append(m.Ops, o), append(all, o)
		}
		c.Talk(t.Context(), inboxtest.Device(n+1), m)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); c.Run(ctx, machines) }()
	for start := time.Now(); ; {
		if _, done := c.Figures(); done >= machines*(each-1)+machines/3 {
			break
		}
		if time.Since(start) > 60*time.Second {
			t.Fatal("it is not done")
		}
	}
	stop()
	<-ended
	taken := c.taken()
	at := map[string]int{}
	for i, id := range c.order {
		at[id] = i
	}
	for i, o := range all {
		want := 1
		if i%each == each-1 {
			want = 0
		}
		if taken[o.ID] != want {
			t.Errorf("operation %d of machine %d took effect %d times", i%each, i/each, taken[o.ID])
		}
		if i%each > 0 && want == 1 && at[o.ID] < at[all[i-1].ID] {
			t.Errorf("operation %d of machine %d came before the one before it", i%each, i/each)
		}
	}
	if came, _ := c.Figures(); came != machines*each {
		t.Errorf("%v came", came)
	}
}
