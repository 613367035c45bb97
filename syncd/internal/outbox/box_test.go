package outbox_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/outbox/outboxtest"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
)

// office is an outbox in a folder.
type office struct {
	*outbox.Box
	t     testing.TB
	dir   string
	store *sqlstore.Store
	now   time.Time
	deeds int
}

// open opens the outbox of a folder, as it is there.
func open(t testing.TB, dir, place string) *office {
	t.Helper()
	o := &office{t: t, dir: dir, store: sqlstoretest.Open(t, filepath.Join(dir, "khumue.db")), now: outboxtest.Noon}
	t.Cleanup(func() { o.store.Close() })
	var err error
	o.Box, err = outbox.Open(t.Context(), outbox.Options{Store: o.store.Outbox(), Mark: outbox.MarkFile(filepath.Join(dir, "outbox.mark")), Place: place,
		Now: func() time.Time { return o.now }, Random: rand.Reader})
	o.must(err)
	return o
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// do does so many deeds, whose effect is a note.
func (o *office) do(n int) (ids []string) {
	o.t.Helper()
	for range n {
		o.deeds++
		ctx, slip, err := o.Note(o.t.Context(), outboxtest.Deed(o.deeds))
		o.must(err)
		o.must(o.store.Outbox().Write(ctx, func(r outbox.Records) error { return r.SetNote("effect", fmt.Sprint(o.deeds)) }))
		ids = append(ids, slip.ID())
	}
	return ids
}

func (o *office) next(most int) []wire.Op {
	o.t.Helper()
	ops, err := o.Next(o.t.Context(), outbox.Room{Ops: most, Bytes: 1 << 20}, func(outbox.Item) bool { return false })
	o.must(err)
	return ops
}

func (o *office) settle(asked bool, results ...wire.Result) int {
	o.t.Helper()
	n, err := o.Settle(o.t.Context(), results, asked)
	o.must(err)
	return n
}

func (o *office) states() (out []string) {
	o.t.Helper()
	list, err := o.Items(o.t.Context(), outbox.Filter{})
	o.must(err)
	for _, i := range list {
		out = append(out, string(i.State))
	}
	return out
}

func (o *office) same(what string, got, want any) {
	o.t.Helper()
	outboxtest.Book{T: o.t}.Same(what, got, want)
}

// copyTo copies the files of the folder as a process that is killed leaves them.
func (o *office) copyTo(dir string, names ...string) {
	o.t.Helper()
	for _, name := range names {
		src, err := os.ReadFile(filepath.Join(o.dir, name))
		if errors.Is(err, os.ErrNotExist) {
			os.Remove(filepath.Join(dir, name))
			continue
		}
		o.must(err)
		o.must(os.WriteFile(filepath.Join(dir, name), src, 0o600))
	}
}

var database = []string{"khumue.db", "khumue.db-wal"}

func stored(id string) wire.Result { return wire.Result{ID: id, Status: wire.Stored} }

func TestWhatTheCentreSaysOfAnOperation(t *testing.T) {
	text := fault.Text{TH: "ก", EN: "a"}
	r := func(s wire.Status) wire.Result { return wire.Result{Status: s, Code: "c", Text: text} }
	done, dup, dupDone, dupNo := stored(""), r(wire.Duplicate), r(wire.Duplicate), r(wire.Duplicate)
	other := wire.Result{Status: wire.Conflict, Code: wire.OtherBytes, Text: text}
	done.Processed, dup.Was, dupDone.Was, dupDone.Processed, dupNo.Was = true, wire.Stored, wire.Stored, true, wire.Rejected
	for _, tc := range []struct {
		name  string
		says  []wire.Result
		asked bool
		want  outbox.State
		there bool
	}{
		{"it is stored", []wire.Result{r(wire.Stored)}, false, outbox.Stored, true},
		{"it is stored and done", []wire.Result{done}, false, outbox.Processed, true},
		{"it was there", []wire.Result{dup}, false, outbox.Stored, true},
		{"it was there, and done", []wire.Result{dupDone}, false, outbox.Processed, true},
		{"it was there, and refused", []wire.Result{dupNo}, false, outbox.Attention, true},
		{"it waits there", []wire.Result{r(wire.Held)}, false, outbox.Stored, true},
		{"it can not be done", []wire.Result{r(wire.Rejected)}, false, outbox.Attention, true},
		{"somebody changed the same", []wire.Result{r(wire.Stored), r(wire.Conflict)}, true, outbox.Attention, true},
		{"what it is about is gone", []wire.Result{r(wire.Gone)}, false, outbox.Attention, true},
		{"other bytes came under its id", []wire.Result{other}, false, outbox.Attention, true},
		{"not now", []wire.Result{r(wire.Later)}, false, outbox.Sending, false},
		{"not now, said late, takes nothing back", []wire.Result{r(wire.Stored), r(wire.Later)}, false, outbox.Stored, true},
		{"stored, said late, takes nothing back", []wire.Result{done, r(wire.Stored)}, false, outbox.Processed, true},
		{"asked for, it does not have it any more", []wire.Result{done, r(wire.Later)}, true, outbox.Sending, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := open(t, t.TempDir(), "")
			id := o.do(1)[0]
			o.next(1)
			for _, res := range tc.says {
				res.ID = id
				o.settle(tc.asked, res)
			}
			list, err := o.Items(t.Context(), outbox.Filter{})
			o.must(err)
			if i := list[0]; i.State != tc.want || i.There != tc.there || i.State == outbox.Attention && i.Text != text {
				t.Errorf("got %s, there %v, %q", i.State, i.There, i.Text.EN)
			}
		})
	}
}

func TestF6AnOperationIsFrozenAndToCorrectItIsAnother(t *testing.T) {
	o := open(t, t.TempDir(), "")
	id := o.do(1)[0]
	first := o.next(10)
	correction := outboxtest.Deed(1)
	correction.Base, correction.Do = id, []byte(`{"text":"แก้แล้ว"}`)
	ctx, _, err := o.Note(t.Context(), correction)
	o.must(err)
	o.must(o.store.Outbox().Write(ctx, func(r outbox.Records) error { return r.SetNote("effect", "2") }))
	again := o.next(10)
	o.same("how many", []int{len(first), len(again)}, []int{1, 2})
	o.same("the first, sent again", again[0], first[0])
	act, err := outbox.ReadAct(again[1].Body)
	o.must(err)
	if act.Base != id || again[1].ID == id || again[1].Entity != first[0].Entity {
		t.Errorf("the correction is %+v", again[1])
	}
}

func TestF7WhereverAnOfficeIsKilledItGoesOnFromThere(t *testing.T) {
	boom := errors.New("killed")
	for _, tc := range []struct {
		name   string
		live   func(o *office, kill func())
		states []string
		effect string
	}{
		{"before the transaction", func(_ *office, kill func()) { kill() }, nil, ""},
		{"within it, before the operation is written down", func(o *office, kill func()) {
			ctx, _, err := o.Note(o.t.Context(), outboxtest.Deed(1))
			o.must(err)
			if err := o.store.Outbox().Write(ctx, func(r outbox.Records) error { o.must(r.SetNote("effect", "1")); kill(); return boom }); !errors.Is(err, boom) {
				o.t.Error(err)
			}
		}, nil, ""},
		{"within it, when the operation was written down", func(o *office, kill func()) {
			ctx, slip, err := o.Note(o.t.Context(), outboxtest.Deed(1))
			o.must(err)
			_ = o.store.Outbox().Write(ctx, func(r outbox.Records) error {
				o.must(errors.Join(r.SetNote("effect", "1"), slip.Write(r)))
				kill()
				return boom
			})
		}, nil, ""},
		{"after it", func(o *office, kill func()) { o.do(1); kill() }, []string{"ready"}, "1"},
		{"when it was marked as sent", func(o *office, kill func()) { o.do(2); o.next(1); kill() }, []string{"sending", "ready"}, "2"},
		{"before what the centre said is written", func(o *office, kill func()) { o.do(1); o.next(1); kill(); o.settle(false, stored("")) }, []string{"sending"}, "1"},
		{"after it", func(o *office, kill func()) { o.settle(false, stored(o.do(1)[0])); kill() }, []string{"stored"}, "1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o, left := open(t, t.TempDir(), ""), t.TempDir()
			killed := false
			tc.live(o, func() { o.copyTo(left, append(database, "outbox.mark")...); killed = true })
			if !killed {
				t.Fatal("it was not killed")
			}
			again := open(t, left, "")
			again.same("states", again.states(), tc.states)
			again.same("the effect", outboxtest.Read(outboxtest.Book{T: t, Store: again.store.Outbox()}, func(r outbox.Records) (string, error) { return r.Note("effect") }), tc.effect)
			again.same("the stream", again.Stream(), o.Stream())
			again.do(1) // and the number behind is free
		})
	}
}

func TestF13ACentreThatWasPutBackIsOfferedAllAgain(t *testing.T) {
	o := open(t, t.TempDir(), "")
	ids := o.do(5)
	old := ids[0]
	greet := func(epoch string, seq int64) int {
		n, err := o.Greeted(t.Context(), wire.Reception{Epoch: epoch, Seq: seq})
		o.must(err)
		return n
	}
	o.same("the first greeting", greet("one", 0), 0)
	for _, op := range o.next(10) {
		o.settle(false, wire.Result{ID: op.ID, Status: wire.Stored, Processed: op.ID == old})
	}
	o.same("all is well", greet("one", 5), 0)
	o.same("another epoch, and it has two", greet("two", 2), 3)
	o.same("states", o.states(), []string{"stored", "stored", "sending", "sending", "sending"})
	var offered []string
	for _, op := range o.next(10) {
		offered = append(offered, op.ID)
		o.settle(false, wire.Result{ID: op.ID, Status: wire.Duplicate, Was: wire.Stored})
	}
	o.same("what is offered", offered, ids[2:])
	o.same("the same epoch, and it lost some", greet("two", 4), 1)
	// What was stored in a stream before this one is asked for.
	o.settle(false, stored(ids[4]))
	o.must(o.Renew(t.Context()))
	o.same("a third epoch", greet("three", 0), 5)
	since := o.do(1)[0]
	strays, err := o.Strays(t.Context(), 0, 10)
	o.must(err)
	o.same("to be asked for", strays, ids)
	o.settle(true, wire.Result{ID: ids[0], Status: wire.Duplicate, Was: wire.Stored, Processed: true}, wire.Result{ID: ids[1], Status: wire.Later})
	o.must(o.Renew(t.Context()))
	offered = nil
	for _, op := range o.next(10) {
		offered = append(offered, op.ID)
	}
	o.same("offered anew, in order", offered, append(slices.Clone(ids[1:]), since))
}

// TestF13WhatBecameOfOperationsIsAskedAnew puts a centre back to before it did what it
// has: done again, it ends otherwise.
func TestF13WhatBecameOfOperationsIsAskedAnew(t *testing.T) {
	o := open(t, t.TempDir(), "")
	ids := o.do(2)
	o.next(10)
	refused := wire.Result{ID: ids[1], Status: wire.Rejected, Code: "c", Text: fault.Text{TH: "ก", EN: "a"}}
	o.settle(false, wire.Result{ID: ids[0], Status: wire.Stored, Processed: true}, refused)
	for _, epoch := range []string{"one", "two"} {
		_, err := o.Greeted(t.Context(), wire.Reception{Epoch: epoch, Seq: 2})
		o.must(err)
	}
	undone, err := o.Undone(t.Context(), 0, 10)
	o.must(err)
	o.same("to be asked for", undone, ids)
	refused.ID = ids[0]
	o.settle(true, refused, wire.Result{ID: ids[1], Status: wire.Stored, Processed: true})
	o.same("states", o.states(), []string{"attention", "processed"})
}

func TestF13WhatIsNowhereAnyMoreIsSaidSo(t *testing.T) {
	o := open(t, t.TempDir(), "")
	id := o.do(1)[0]
	_, err := o.Greeted(t.Context(), wire.Reception{Epoch: "one"})
	o.must(err)
	o.settle(false, wire.Result{ID: id, Status: wire.Stored, Processed: true})
	o.now = o.now.Add(91 * 24 * time.Hour)
	n, err := o.Tidy(t.Context())
	o.must(err)
	o.same("emptied", n, 1)
	_, err = o.Greeted(t.Context(), wire.Reception{Epoch: "two"})
	o.must(err)
	o.same("states", o.states(), []string{"attention"})
	look := func() int { l, err := o.Look(t.Context()); o.must(err); return l.Aside }
	o.same("the centre lacks", look(), 1)
	o.must(o.Know(t.Context(), id))
	o.same("and somebody knows, for nothing can be done", look(), 0)
}

func TestF14ADatabaseThatWasPutBackOrCopiedBeginsAStreamOfItsOwn(t *testing.T) {
	for _, tc := range []struct {
		name  string
		since func(o *office) // after the copy was made
		mark  bool            // the mark was copied too
		place string
		same  bool
	}{
		{"nothing happened since", func(*office) {}, true, "", true},
		{"what came since was never sent", func(o *office) { o.do(1) }, true, "", true},
		{"the mark of an older copy", func(*office) {}, false, "", true},
		{"the same, and something was sent since", func(o *office) { o.do(1); o.next(10) }, false, "", false},
		{"on another machine", func(*office) {}, true, "another", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o, dir := open(t, t.TempDir(), ""), t.TempDir()
			o.do(2)
			o.next(10)
			o.copyTo(dir, append(database, "outbox.mark")...)
			tc.since(o)
			if !tc.mark {
				o.copyTo(dir, "outbox.mark")
			}
			back := open(t, dir, tc.place)
			if got := back.Stream() == o.Stream(); got != tc.same {
				t.Errorf("the same stream: %v", got)
			}
			back.do(1)
			var seqs []int64
			for _, op := range back.next(10) {
				seqs = append(seqs, op.Seq)
			}
			back.same("what waits goes into it", seqs, []int64{1, 2, 3})
		})
	}
	t.Run("without the mark", func(t *testing.T) {
		o, dir := open(t, t.TempDir(), ""), t.TempDir()
		o.do(1)
		o.copyTo(dir, database...)
		if open(t, dir, "").Stream() == o.Stream() {
			t.Error("the stream goes on")
		}
	})
}

func TestF19AnAnswerIsOfItsOperationAlone(t *testing.T) {
	o := open(t, t.TempDir(), "")
	ids := o.do(3)
	o.next(10)
	o.same("news", o.settle(false, stored(ids[2]), stored("0190a1b2-c3d4-7000-8000-ffffffffffff"), stored(ids[0]), stored(ids[0])), 2)
	o.same("states", o.states(), []string{"stored", "sending", "stored"})
	o.same("said again", o.settle(false, stored(ids[2])), 0)
	var left []string
	for _, op := range o.next(10) {
		left = append(left, op.ID)
	}
	o.same("what is sent again", left, ids[1:2])
}

// TestF17WhyAnOperationIsNotDoneIsKept has the centre say something else of an
// operation that stands as before: that it fails over it, or that more of its files came.
func TestF17WhyAnOperationIsNotDoneIsKept(t *testing.T) {
	for name, says := range map[string][2]wire.Result{
		"it fails over it": {{Status: wire.Stored}, {Status: wire.Stored, Code: wire.Poison, Text: fault.Text{TH: "จะตรวจดู", EN: "A person looks at it."}}},
		"more files came": {{Status: wire.Held, Code: wire.Waiting, Text: fault.Text{TH: "0 จาก 2", EN: "0 of 2"}},
			{Status: wire.Held, Code: wire.Waiting, Text: fault.Text{TH: "1 จาก 2", EN: "1 of 2"}}},
	} {
		o := open(t, t.TempDir(), "")
		id := o.do(1)[0]
		o.next(1)
		for _, r := range says {
			r.ID = id
			o.settle(true, r)
		}
		list, err := o.Items(t.Context(), outbox.Filter{})
		o.must(err)
		if i := list[0]; i.State != outbox.Stored || i.Code != says[1].Code || i.Text != says[1].Text {
			t.Errorf("%s: got %s %s, %q", name, i.State, i.Code, i.Text.EN)
		}
		o.same(name+": it is no news that something moved", o.settle(true, wire.Result{ID: id, Status: says[1].Status}), 0)
	}
}

// TestF30AFileThatIsNotThereAnyMoreIsSentAgain has the centre wait for a file that it had.
func TestF30AFileThatIsNotThereAnyMoreIsSentAgain(t *testing.T) {
	o := open(t, t.TempDir(), "")
	d := outboxtest.Deed(1)
	d.Files = []wire.File{outboxtest.File(3), outboxtest.File(5)}
	ctx, _, err := o.Note(t.Context(), d)
	o.must(err)
	o.must(o.store.Outbox().Write(ctx, func(r outbox.Records) error { return r.SetNote("effect", "1") }))
	with := o.next(1)[0]
	o.settle(false, stored(with.ID))
	var got []wire.Got
	for _, f := range with.Files {
		got = append(got, wire.Got{SHA256: f.SHA256, Have: f.Size, Complete: true})
	}
	left := func() int {
		list, err := o.Parts(t.Context(), 10)
		o.must(err)
		return len(list)
	}
	o.same("before any came", left(), 2)
	_, err = o.Got(t.Context(), got)
	o.must(err)
	o.same("after all came", left(), 0)
	o.settle(true, wire.Result{ID: with.ID, Status: wire.Held, Code: wire.Waiting})
	o.same("while it waits for something else", left(), 0)
	for range 2 {
		o.settle(true, wire.Result{ID: with.ID, Status: wire.Held, Code: wire.AwaitsFile})
		o.same("after one was spoilt", left(), 2)
		_, err = o.Got(t.Context(), got)
		o.must(err)
		o.same("after it came again", left(), 0)
	}
	o.settle(true, wire.Result{ID: with.ID, Status: wire.Stored, Processed: true})
	o.settle(true, wire.Result{ID: with.ID, Status: wire.Held, Code: wire.AwaitsFile})
	o.same("when all is done", left(), 0)
}

func TestF31OrderIsByNumberWhateverTheClockSays(t *testing.T) {
	o := open(t, t.TempDir(), "")
	var want []string
	for _, year := range []int{2026, 2569, 1999, 2026, 543} {
		d := outboxtest.Deed(0)
		d.At = time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
		o.now = d.At
		ctx, slip, err := o.Note(t.Context(), d)
		o.must(err)
		o.must(o.store.Outbox().Write(ctx, func(r outbox.Records) error { return r.SetNote("effect", slip.ID()) }))
		want = append(want, slip.ID())
	}
	order := func() (got []string) {
		for _, op := range o.next(10) {
			got = append(got, op.ID)
		}
		return got
	}
	o.same("what is sent", order(), want)
	o.must(o.Renew(t.Context()))
	o.same("in a new stream", order(), want)
	g, err := o.Greeting(t.Context())
	o.must(err)
	for n, op := range o.next(10) {
		act, err := outbox.ReadAct(op.Body)
		if err != nil || op.Check() != nil || act.At.Year() != []int{2026, 2569, 1999, 2026, 543}[n] {
			t.Errorf("got %+v, %v, %v", act, err, op.Check())
		}
	}
	if _, err := wire.Read(wire.Message{Type: wire.Hello, Nonce: "1", Greeting: &g}.Append(nil)); err != nil {
		t.Errorf("the greeting can not be read: %v", err)
	}
}

func TestF40AllSentOnlyWhenTheCentreSaysTheSame(t *testing.T) {
	o := open(t, t.TempDir(), "")
	look := func() outbox.Tally {
		tally, err := o.Look(t.Context())
		o.must(err)
		return tally
	}
	greet := func(count int64, digest string) {
		_, err := o.Greeted(t.Context(), wire.Reception{Epoch: "one", Seq: count, Count: count, Digest: digest, Time: o.now.Add(time.Hour).Format(time.RFC3339)})
		o.must(err)
	}
	own := func() string {
		g, err := o.Greeting(t.Context())
		o.must(err)
		return g.Digest
	}
	o.same("before the first contact", look().AllSent(), false)
	greet(0, own())
	o.same("nothing was there to send", look().AllSent(), true)
	ids := o.do(2)
	if l := look(); l.AllSent() || l.Waiting["letter.record"] != 1 || l.Waiting["licence.write"] != 1 || l.Since.IsZero() {
		t.Errorf("with two that wait: %+v", l)
	}
	o.settle(false, stored(ids[0]), wire.Result{ID: ids[1], Status: wire.Stored, Processed: true})
	if l := look(); l.AllSent() || len(l.Waiting) > 0 || l.Stored != 1 || l.Processed != 1 {
		t.Errorf("the centre has not said the same yet: %+v", l)
	}
	greet(2, "2:"+strings.Repeat("0", 64))
	o.same("it says another digest", look().AllSent(), false)
	greet(2, own())
	if l := look(); !l.AllSent() || l.Told.Offset != time.Hour {
		t.Errorf("it says the same: %+v", l)
	}
	large := o.do(1)[0]
	o.must(o.SetAside(t.Context(), large, outbox.CodeTooLarge, fault.Text{TH: "ใหญ่", EN: "large"}))
	if l := look(); l.AllSent() || l.Aside != 1 || l.Attention != 1 {
		t.Errorf("one was put aside: %+v", l)
	}
	if err := o.Know(t.Context(), large); !errors.Is(err, fault.Conflict) {
		t.Errorf("what is not at the centre is settled by knowing that: %v", err)
	}
	o.settle(true, stored(large))
	greet(3, own())
	if l := look(); !l.AllSent() || l.Aside != 0 {
		t.Errorf("it came another way: %+v", l)
	}
}

func TestAPushHasRoomForSoMuch(t *testing.T) {
	o := open(t, t.TempDir(), "")
	ids := o.do(30)
	size := o.next(1)[0].Size()
	take := func(room outbox.Room, skip ...int) (out []int) {
		ops, err := o.Next(t.Context(), room, func(i outbox.Item) bool { return slices.Contains(skip, int(i.Seq)) })
		o.must(err)
		for _, op := range ops {
			out = append(out, slices.Index(ids, op.ID)+1)
		}
		return out
	}
	o.same("by number", take(outbox.Room{Ops: 3, Bytes: 1 << 20}), []int{1, 2, 3})
	o.same("by bytes", take(outbox.Room{Ops: 100, Bytes: 2*size + 20}), []int{1, 2})
	o.same("one that alone is larger goes", take(outbox.Room{Ops: 100, Bytes: 1}), []int{1})
	o.same("what is left out holds back its entity and nothing else", take(outbox.Room{Ops: 5, Bytes: 1 << 20}, 2), []int{1, 3, 4, 6, 7})
	o.same("beyond the first page", len(take(outbox.Room{Ops: 100, Bytes: 1 << 20})), 30)
}

func TestAFullDiskSendsNothingAndLosesNothing(t *testing.T) {
	dir := t.TempDir()
	o := open(t, dir, "")
	o.do(1)
	o.must(os.Mkdir(filepath.Join(dir, "gone"), 0o700))
	o.Mark = outbox.MarkFile(filepath.Join(dir, "gone", "no", "mark"))
	_, err := o.Next(t.Context(), outbox.Room{Ops: 1, Bytes: 1}, func(outbox.Item) bool { return false })
	if !errors.Is(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
	o.Mark = outbox.MarkFile(filepath.Join(dir, "outbox.mark"))
	o.same("what is sent", len(o.next(10)), 1)
}

func TestWhatNeedsAttentionIsLookedAtAndSentAgain(t *testing.T) {
	o := open(t, t.TempDir(), "")
	ids := o.do(2)
	o.next(10)
	o.must(o.SetAside(t.Context(), ids[0], outbox.CodeTooLarge, fault.Text{TH: "ใหญ่", EN: "large"}))
	o.settle(false, wire.Result{ID: ids[1], Status: wire.Rejected})
	look := func() int { l, err := o.Look(context.Background()); o.must(err); return l.Attention }
	o.same("attention", look(), 2)
	o.must(o.Know(t.Context(), ids[1]))
	o.same("one was looked at", look(), 1)
	if err := o.Again(t.Context(), ids[1]); !errors.Is(err, fault.Conflict) {
		t.Errorf("what the centre has is sent again: %v", err)
	}
	o.must(o.Again(t.Context(), ids[0]))
	o.same("what is sent", o.next(10)[0].ID, ids[0])
}

func FuzzReadAct(f *testing.F) {
	f.Add([]byte(`{"by":"o-1","role":"author","agency":"dlt","at":"2026-11-26T05:00:00Z","base":"1","do":{"n":1}}`))
	f.Add([]byte(`{"by":"o-1","role":"dga","at":"2026-11-26T05:00:00.5Z","do":{}} x`))
	f.Fuzz(func(t *testing.T, src []byte) {
		act, err := outbox.ReadAct(src)
		if err != nil {
			return
		}
		out, err := act.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := outbox.ReadAct(out); err != nil || again.By != act.By || again.As != act.As || !again.At.Equal(act.At) || again.Base != act.Base {
			t.Errorf("got %+v, %v, want %+v", again, err, act)
		}
	})
}
