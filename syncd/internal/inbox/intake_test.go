package inbox_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/inbox/inboxtest"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// page is the first of a list.
var page = trail.Page{}

const plain = `{"do":"write"}`

// F1
func TestF1AnAnswerThatWasLostIsGivenAgain(t *testing.T) {
	c := opened(t)
	first := op(1, plain)
	c.same("first", words(c.push(first)), "stored")
	c.same("again", words(c.push(first)), "duplicate(stored)")
	c.rest()
	c.same("when it was done", words(c.push(first)), "duplicate(stored)+")
	c.same("effects", c.effects(first), 1)
}

// F2, F8
func TestF2WhereverItEndsNothingIsLostOrDoneTwice(t *testing.T) {
	for _, kind := range []string{"write", "outside"} {
		for _, point := range []string{inbox.AtReceived, inbox.AtBegun, inbox.AtInserted, inbox.AtCommitted, inbox.AtDoing, inbox.AtDid, inbox.AtSettled} {
			t.Run(kind+" "+point, func(t *testing.T) {
				c := opened(t)
				ops := []wire.Op{op(1, `{"do":"`+kind+`"}`), op(2, `{"do":"`+kind+`"}`)}
				c.At = func(at string) {
					if at == point {
						panic(inbox.Killed(at))
					}
				}
				answered := killed(func() { c.push(ops...) }) == ""
				if answered && killed(c.rest) == "" {
					t.Fatal("it did not end")
				}
				c.restart()
				if got := said(c.asked(ops...)); answered && strings.Contains(got, string(wire.Later)) {
					t.Errorf("what was acknowledged is not there: %s", got)
				}
				want := map[string]string{inbox.AtReceived: "stored", inbox.AtBegun: "stored", inbox.AtInserted: "stored"}[point]
				for _, r := range c.push(ops...).Results {
					if (r.Status == wire.Stored) != (want != "") || r.Status != wire.Stored && r.Status != wire.Duplicate {
						t.Errorf("sent again: got %s", r.Status)
					}
				}
				c.rest()
				for _, o := range ops {
					c.same("effects", c.effects(o), 1)
				}
				c.same("told", said(c.asked(ops...)), "stored+, stored+")
				c.same("digest", c.hello(1, 1, 2).Digest, digestOf(ops...))
			})
		}
	}
}

// killed runs something that may end at a failpoint, and tells which.
func killed(do func()) (at inbox.Killed) {
	defer func() {
		if p := recover(); p != nil {
			k, ok := p.(inbox.Killed)
			if !ok {
				panic(p)
			}
			at = k
		}
	}()
	do()
	return ""
}

// F3
func TestF3TheSameOnManyConnectionsIsThereOnce(t *testing.T) {
	c := opened(t)
	const many = 16
	var all sync.WaitGroup
	var mu sync.Mutex
	got := map[string]int{}
	for range many {
		all.Go(func() {
			dev := inboxtest.Device(1)
			reply := c.Talk(context.Background(), dev, wire.Message{Type: wire.Push, Nonce: "n", Stream: inboxtest.StreamID(1), Ops: []wire.Op{op(1, plain), op(2, plain)}})
			mu.Lock()
			defer mu.Unlock()
			got[words(reply)]++
		})
	}
	all.Wait()
	c.same("answers", got, map[string]int{"stored, stored": 1, "duplicate(stored), duplicate(stored)": many - 1})
	c.same("kept", c.backlog().Pending, 2)
}

// F4
func TestF4TheSameTwiceInOnePushIsThereOnce(t *testing.T) {
	c := opened(t)
	c.same("answers", words(c.push(op(1, plain), op(1, plain))), "stored, duplicate(stored)")
	c.same("kept", c.backlog().Pending, 1)
}

// F5
func TestF5OtherBytesUnderAnIDAreKeptForAPerson(t *testing.T) {
	c := opened(t)
	first, other := op(1, plain), op(1, `{"do":"write" }`)
	c.push(first)
	reply := c.push(other, op(2, plain))
	c.same("told", words(reply), "conflict+ other_bytes, stored")
	if v := string(reply.Results[0].Value); !strings.Contains(v, `"kept":"`) || !strings.Contains(v, `"sent":"`) {
		t.Errorf("the hashes are not told: %s", v)
	}
	c.push(other)
	items, asides, err := c.Attention(context.Background(), officer("central", "dlt"), page)
	if err != nil || len(items) != 0 || len(asides) != 1 {
		t.Fatalf("got %d, %d, %v", len(items), len(asides), err)
	}
	c.same("put aside", asides[0].Op, other)
	kept := read(c, func(r inbox.Records) ([]inbox.Item, error) { return r.Items([]string{first.ID}) })
	c.same("kept", string(kept[0].Body), plain)
	c.same("what came is counted", c.hello(1, 1, 2).Digest, digestOf(first, op(2, plain)))
}

// full is a store whose disk is full.
type full struct {
	inbox.Store
	is *bool
}

// Write refuses while the disk is full.
func (f full) Write(ctx context.Context, do func(inbox.Records) error) error {
	if *f.is {
		return fault.New(fault.Unavailable, fault.Text{TH: "ดิสก์เต็ม", EN: "The disk is full."})
	}
	return f.Store.Write(ctx, do)
}

// F10
func TestF10AFullDiskIsToldAndPasses(t *testing.T) {
	c := opened(t)
	isFull := false
	c.Store = full{c.store.Inbox(), &isFull}
	c.push(op(1, plain))
	isFull = true
	reply := c.push(op(2, plain), op(3, plain))
	c.same("told", words(reply), "retry_later not_now, retry_later not_now")
	if r := reply.Results[0]; r.After < 5000 || r.After > 30_000 || r.Text.TH == "" || r.Text.EN == "" {
		t.Errorf("got %+v", r)
	}
	c.same("reading goes on", c.hello(1, 1, 3).Seq, int64(1))
	c.same("asking too", said(c.asked(op(1, plain), op(2, plain))), "stored, retry_later")
	isFull = false
	c.same("afterwards", words(c.push(op(2, plain), op(3, plain))), "stored, stored")
}

// F13
func TestF13AfterARestoreWhatIsMissingComesAgain(t *testing.T) {
	c := opened(t)
	ops := []wire.Op{op(1, plain), op(2, plain), op(3, plain)}
	c.push(ops[0])
	c.store.Close()
	backup, err := os.ReadFile(c.file)
	if err != nil {
		t.Fatal(err)
	}
	c.start()
	c.push(ops[1:]...)
	c.rest()
	before := c.hello(1, 1, 3)
	c.store.Close()
	if err := os.WriteFile(c.file, backup, 0o600); err != nil {
		t.Fatal(err)
	}
	c.start()
	if _, err := c.store.NewEpoch(t.Context()); err != nil {
		t.Fatal(err)
	}
	after := c.hello(1, 1, 3)
	if after.Epoch == before.Epoch || after.Seq != 1 {
		t.Errorf("got the epoch %s and %d, want another and 1", after.Epoch, after.Seq)
	}
	c.same("asked", said(c.asked(ops...)), "stored, retry_later, retry_later")
	c.same("sent again", words(c.push(ops...)), "duplicate(stored), stored, stored")
	c.same("digest", c.hello(1, 1, 3).Digest, digestOf(ops...))
}

// F14
func TestF14ACopyOfAMachineIsFoundOut(t *testing.T) {
	c := opened(t)
	c.push(op(1, plain), op(2, plain))
	copied := op(7, plain)
	copied.Seq = 2
	c.same("the copy", words(c.push(op(3, plain), copied)), "refusal stream_fork")
	c.same("the other too", words(c.push(op(4, plain))), "refusal stream_fork")
	c.same("greeted", c.hello(1, 1, 4).Standing, wire.Forked)
	c.same("nothing is overwritten", c.hello(1, 1, 4).Digest, digestOf(op(1, plain), op(2, plain)))
	c.same("of the copy", said(c.asked(op(3, plain), copied)), "retry_later, retry_later")

	anew := wire.Message{Type: wire.Push, Stream: inboxtest.StreamID(2), Ops: []wire.Op{op(1, plain), op(3, plain), copied}}
	for i := range anew.Ops {
		anew.Ops[i].Seq = int64(i + 1)
	}
	c.same("enrolled anew", words(c.tell(2, anew)), "duplicate(stored), stored, stored")
	c.same("its digest", c.hello(2, 2, 3).Digest, digestOf(anew.Ops...))
}

// F15
func TestF15WhatNeverCameIsShown(t *testing.T) {
	c := opened(t)
	c.push(op(1, plain), op(4, plain))
	c.hello(1, 1, 9)
	rec := c.hello(1, 1, 9)
	c.same("gaps", rec.Gaps, [][2]int64{{2, 3}})
	c.same("in its own stream", offices(c, officer("central", "dlt"))[0].Missing, []inbox.Missing{{Stream: inboxtest.StreamID(1), First: 2, Last: 3}})
	c.hello(1, 2, 0)
	c.same("its database is lost", offices(c, officer("central", "dlt"))[0].Missing,
		[]inbox.Missing{{Stream: inboxtest.StreamID(1), First: 2, Last: 3}, {Stream: inboxtest.StreamID(1), First: 5, Last: 9}})
}

// What one machine sends does not fill the centre: what waits has an end, and so has
// what is put aside, which has no secret.
func TestWhatOneMachineMayHaveHereHasAnEnd(t *testing.T) {
	c := opened(t)
	c.Room = 3 * (inbox.OpWeight + 100)
	c.down = true
	var ops []wire.Op
	for n := range 5 {
		ops = append(ops, op(n+1, plain))
	}
	c.same("five at once", words(c.push(ops...)), "stored, stored, stored, retry_later not_now, retry_later not_now")
	c.same("those that are there", words(c.push(ops[2:4]...)), "duplicate(stored), retry_later not_now")
	c.same("up to", c.hello(1, 1, 5).Seq, int64(3))
	c.down = false
	c.pass(time.Hour)
	c.rest()
	c.same("when they are done", words(c.push(ops[3:]...)), "stored, stored")

	c = opened(t)
	first := op(1, plain)
	c.push(first)
	var last string
	for n := range 3 {
		var others []wire.Op
		for i := range wire.MaxOps {
			o := op(1, fmt.Sprintf(`{"n":%d}`, n*wire.MaxOps+i))
			o.Secret = []byte("of an applicant")
			others = append(others, o)
		}
		last = words(c.push(others...))
	}
	if b := c.backlog(); b.Asides != 200 || !strings.HasSuffix(last, "retry_later not_now") {
		t.Errorf("%d are put aside, and the last is told %s", b.Asides, last[max(0, len(last)-40):])
	}
	for _, a := range read(c, func(r inbox.Records) ([]inbox.Aside, error) { return r.Asides([]string{inboxtest.Device(1).ID}, page) }) {
		if a.Op.Secret != nil || len(a.Op.Body) == 0 {
			t.Fatalf("put aside is %+v", a.Op)
		}
	}
}

// offices are the machines that a person sees.
func offices(c *centre, by staff.Acting) []inbox.Office {
	c.t.Helper()
	list, err := c.Offices(context.Background(), by)
	if err != nil {
		c.t.Fatal(err)
	}
	return list
}

// F18
func TestF18TheWatermarkPassesNothingThatHasNotCome(t *testing.T) {
	c := opened(t)
	m := wire.Message{Type: wire.Push, Nonce: "n", Stream: inboxtest.StreamID(1), Ops: []wire.Op{op(1, plain), op(2, plain), op(3, plain)}}
	src := m.Append(nil)
	for cut := range src {
		if _, err := wire.Read(src[:cut]); err == nil {
			t.Fatalf("a message that ends at byte %d is read", cut)
		}
	}
	c.push(op(1, plain), op(3, plain))
	rec := c.hello(1, 1, 3)
	c.same("up to", rec.Seq, int64(1))
	c.same("gaps", rec.Gaps, [][2]int64{{2, 2}})
	c.push(op(2, plain))
	rec = c.hello(1, 1, 3)
	c.same("when it came", rec.Seq, int64(3))
	c.same("gaps then", rec.Gaps, [][2]int64(nil))
}

func TestPartsOfAStreamAreCompared(t *testing.T) {
	c := opened(t)
	var ops []wire.Op
	for n := range 20 {
		ops = append(ops, op(n+1, plain))
	}
	c.push(append(ops[:5:5], ops[6:]...)...)
	reply := c.tell(1, wire.Message{Type: wire.Compare, Stream: inboxtest.StreamID(1), Ranges: []wire.Range{{First: 1, Last: 10}, {First: 11, Last: 20}, {First: 21, Last: 30}}})
	c.same("parts", reply.Ranges, []wire.Range{{First: 1, Last: 10, Count: 9, Digest: digestOf(append(ops[:5:5], ops[6:10]...)...)},
		{First: 11, Last: 20, Count: 10, Digest: digestOf(ops[10:]...)}, {First: 21, Last: 30, Digest: digestOf()}})
}
