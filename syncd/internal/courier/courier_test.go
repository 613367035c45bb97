package courier_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/courier"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/outbox/outboxtest"
)

func TestAllThatIsDoneGoesToTheCentreAndWhatIsNewThereComes(t *testing.T) {
	o := opened(t)
	ids := o.doMany(250)
	for n := range 5 {
		o.centre.changes = append(o.centre.changes, wire.Change{Kind: "case", ID: fmt.Sprint(n), Version: "1", Body: []byte(`{}`)})
	}
	o.until(time.Minute)
	o.runFor(time.Second)
	o.judge()
	o.same("at the centre", len(o.centre.items), 250)
	o.same("what came", o.inbox.took, []string{"0", "1", "2", "3", "4"})
	if s := o.look(); s.State != courier.Talking || s.Processed != 250 || s.CameIn != 5 || s.Contact.IsZero() || o.item(ids[0]).State != outbox.Processed {
		t.Errorf("got %+v", s)
	}
	before := len(o.centre.said)
	o.runFor(10 * time.Minute)
	if n := len(o.centre.said) - before; n < 5 || n > 20 {
		t.Errorf("%d messages in ten quiet minutes", n)
	}
}

func TestF7AnOfficeThatIsKilledWhileItSendsGoesOn(t *testing.T) {
	for _, when := range []string{"before", "after"} {
		t.Run(when+" the centre had it", func(t *testing.T) {
			o := opened(t)
			o.doMany(3)
			left := t.TempDir()
			o.link.fail = func(m wire.Message) string {
				if m.Type != wire.Push {
					return ""
				}
				for _, name := range []string{"khumue.db", "khumue.db-wal", "mark"} { // as a process that is killed leaves it
					src, err := os.ReadFile(filepath.Join(o.dir, name))
					if err == nil {
						err = os.WriteFile(filepath.Join(left, name), src, 0o600)
					}
					o.must(err)
				}
				o.link.fail = nil
				return when
			}
			for o.link.fail != nil {
				_, err := o.Step(t.Context())
				o.must(err)
			}
			again := open(t, left, o.link)
			again.until(time.Minute)
			again.judge()
			again.same("at the centre", len(again.centre.items), 3)
			again.same("the stream", again.box.Stream(), o.box.Stream())
		})
	}
}

func TestF11AFullDiskIsSaidAndNothingIsPretended(t *testing.T) {
	o := opened(t)
	o.centre.changes = []wire.Change{{Kind: "case", ID: "1", Version: "1", Body: []byte(`{}`)}}
	o.inbox.full = true
	full := false
	for range 10 {
		_, err := o.Step(t.Context())
		if full = errors.Is(err, fault.Unavailable); full {
			break
		}
	}
	if !full || o.inbox.cursor != "" {
		t.Errorf("said %v, and the cursor is %q", full, o.inbox.cursor)
	}
	o.inbox.full = false
	o.runFor(2 * time.Minute)
	o.same("what came", o.inbox.took, []string{"1"})
}

func TestF13ACentreThatWasPutBackGetsAllAgain(t *testing.T) {
	o := opened(t)
	o.doMany(5)
	o.until(time.Minute)
	backup := o.centre.copied()
	o.doMany(7)
	o.until(time.Minute)
	backup.epoch = "two"
	o.centre, o.link.centre = backup, backup
	o.runFor(6 * time.Minute)
	o.until(10 * time.Minute)
	o.judge()
	o.same("at the centre", len(o.centre.items), 12)
	// The same when it never says that it was put back.
	lost := o.centre.copied()
	for seq, id := range lost.places[o.box.Stream()] {
		if seq > 10 {
			delete(lost.places[o.box.Stream()], seq)
			delete(lost.items, id)
		}
	}
	o.centre, o.link.centre = lost, lost
	o.runFor(6 * time.Minute)
	o.until(10 * time.Minute)
	o.judge()
	o.same("at the centre", len(o.centre.items), 12)
	o.same("the cursor was forgotten", o.inbox.anew, 1)
}

func TestF13WhatOnlyTheDigestShowsIsFoundAndSentAgain(t *testing.T) {
	o := opened(t)
	ids := o.doMany(1500)
	o.until(10 * time.Minute)
	stream := o.box.Stream()
	for _, seq := range []int64{1500} { // lost at the end of the stream, and as if it had never come
		delete(o.centre.items, ids[seq-1])
		o.centre.sums[stream][seq] = [32]byte{1}
	}
	o.runFor(6 * time.Minute)
	o.until(10 * time.Minute)
	o.judge()
	pushed := 0
	for _, m := range o.centre.said {
		pushed += len(m.Ops)
	}
	if _, there := o.centre.items[ids[1499]]; !there || pushed > 1500+64 {
		t.Errorf("it is there: %v; %d operations were sent", there, pushed)
	}
}

func TestF14ACopyThatSpeaksInTheSameStreamStops(t *testing.T) {
	o := opened(t)
	o.doMany(2)
	o.until(time.Minute)
	twin := t.TempDir()
	o.must(os.CopyFS(twin, os.DirFS(o.dir)))
	o.do("the first's")
	o.until(time.Minute)
	copied := open(t, twin, o.link)
	copied.deeds = 50
	id := copied.do("the copy's")
	copied.runFor(time.Minute)
	s := copied.look()
	if s.State != courier.Stopped || s.Code != courier.Forked || s.Help.IsZero() || s.Waiting[outboxtest.Deed(51).Kind] != 1 {
		t.Errorf("got %+v", s)
	}
	o.same("nothing was overwritten", len(o.centre.items), 3)
	// Enrolled anew, it speaks in a stream of its own.
	o.centre.standing = wire.Welcome
	copied.must(copied.box.Renew(t.Context()))
	copied.Resume()
	copied.until(time.Minute)
	copied.judge()
	copied.same("its own", string(copied.item(id).State), string(outbox.Processed))
}

func TestF14AnOlderCopyThatTheCentreKnowsMoreOfBeginsAnew(t *testing.T) {
	o := opened(t)
	o.do("1")
	o.until(time.Minute)
	old := t.TempDir()
	o.must(os.CopyFS(old, os.DirFS(o.dir)))
	o.doMany(3)
	o.until(time.Minute)
	back := open(t, old, o.link)
	back.do("since")
	back.until(time.Minute)
	back.same("another stream", back.box.Stream() == o.box.Stream(), false)
	back.same("at the centre", len(back.centre.items), 5)
}

func TestF19AnswersInAnyOrderTwiceOrMissingAreOfTheirOperationsAlone(t *testing.T) {
	o := opened(t)
	ids := o.doMany(6)
	stray := &straying{link: o.link}
	o.Transport = stray
	o.until(5 * time.Minute)
	o.judge()
	o.same("at the centre", len(o.centre.items), 6)
	for _, id := range ids {
		o.same(id, o.item(id).State, outbox.Processed)
	}
	if stray.spoilt == 0 {
		t.Error("nothing was disordered")
	}
}

// straying is a line on which results come turned round, twice, of others, or not.
type straying struct {
	*link
	spoilt int
}

func (s *straying) Exchange(ctx context.Context, messages ...wire.Message) ([]wire.Message, error) {
	replies, err := s.link.Exchange(ctx, messages...)
	for n := range replies {
		if messages[n].Type != wire.Push || len(replies[n].Results) < 2 {
			continue
		}
		s.spoilt++
		r := replies[n].Results
		slices.Reverse(r)
		r = append(r[:len(r)-1], r[0], wire.Result{ID: "0190a1b2-c3d4-7000-8000-ffffffffffff", Status: wire.Rejected})
		replies[n].Results = r
	}
	return replies, err
}

func TestF23LinesThatAreCutSlowOrFarAwayGetItThere(t *testing.T) {
	for _, tc := range []struct {
		name string
		set  func(o *office)
		most time.Duration
	}{
		{"three seconds away", func(o *office) { o.link.rtt = 3 * time.Second }, 2 * time.Minute},
		{"23 kbit/s", func(o *office) { o.link.rate = 2875 }, 3 * time.Minute},
		{"half of the messages or their answers are lost", func(o *office) {
			dice := rand.New(rand.NewPCG(1, 2))
			o.link.fail = func(wire.Message) string { return []string{"", "before", "", "after"}[dice.IntN(4)] }
		}, 10 * time.Minute},
		{"nothing comes back for a while", func(o *office) {
			began := o.link.clock.at
			o.link.fail = func(wire.Message) string {
				return map[bool]string{true: "after"}[o.link.clock.at.Sub(began) < 10*time.Minute]
			}
		}, 15 * time.Minute},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := opened(t)
			tc.set(o)
			for range 60 {
				o.do(strings.Repeat("ก", 300))
			}
			took := o.until(tc.most)
			o.judge()
			o.same("at the centre", len(o.centre.items), 60)
			t.Log(took)
		})
	}
}

func TestF23ItIsSentWithinFiveMinutesAfterTheLineIsBack(t *testing.T) {
	o := opened(t)
	o.doMany(3)
	o.link.off = true
	o.runFor(9 * time.Hour)
	if s := o.look(); s.State != courier.Away || s.Code != courier.Offline || len(s.Waiting) == 0 || !s.Stuck.IsZero() {
		t.Errorf("got %+v", s)
	}
	o.link.off = false
	if took := o.until(5 * time.Minute); took > 30*time.Second {
		t.Errorf("it took %s", took)
	}
	o.link.refuse = &courier.Trouble{Kind: courier.Broken, Err: errors.New("502")}
	o.do("more")
	o.runFor(time.Hour)
	o.link.refuse = nil
	o.until(5 * time.Minute)
}

func TestF23ContactsOfTwentySecondsAtTwentyThreeKilobitsAreEnough(t *testing.T) {
	o := opened(t)
	o.link.rate, o.link.rtt = 2875, 500*time.Millisecond
	ids := o.doMany(50)
	ids = append(ids, o.do(strings.Repeat("มาตรา ", 3000))) // a manual
	began := o.link.clock.at
	contact := func() bool { return o.link.clock.at.Sub(began)%(2*time.Minute) < 20*time.Second }
	o.link.fail = func(wire.Message) string { return map[bool]string{false: "before"}[contact()] }
	o.until(30 * time.Minute)
	o.judge()
	for _, id := range ids {
		if !o.item(id).There {
			t.Errorf("%s did not come", id)
		}
	}
}

// F23: a network that comes back is used within a second, and what the centre asked to
// wait for is waited for all the same.
func TestF23ANetworkThatComesBackIsUsedAtOnce(t *testing.T) {
	busy := &courier.Trouble{Kind: courier.Busy, After: 2 * time.Minute, Err: errors.New("503")}
	for name, tc := range map[string]struct {
		before      func(l *link)
		least, most time.Duration
	}{
		"there was none":             {func(l *link) { l.off = true }, 0, time.Second},
		"there was a portal":         {func(l *link) { l.portal = true }, 0, time.Second},
		"the centre is to be spared": {func(l *link) { l.refuse = busy }, 2 * time.Minute, 150 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			o := opened(t)
			id := o.do("x")
			tc.before(o.link)
			for n := 0; n < 8 || o.look().Next.Before(o.link.clock.at); n++ { // it has just failed once more
				wait, err := o.Step(t.Context())
				o.must(err)
				if n < 7 {
					o.link.clock.at = o.link.clock.at.Add(wait)
				}
			}
			if o.item(id).There {
				t.Fatal("it came")
			}
			o.link.off, o.link.portal, o.link.refuse = false, false, nil
			o.Returned()
			if took := o.until(5 * time.Minute); took < tc.least || took > tc.most {
				t.Errorf("it took %s", took)
			}
			o.judge()
		})
	}
}

func TestANetworkThatCameHasTheCentreGreeted(t *testing.T) {
	o := opened(t)
	o.do("x")
	o.until(time.Minute)
	o.runFor(10 * time.Second)
	contact := o.look().Contact
	o.Returned()
	o.runFor(time.Second)
	if !o.look().Contact.After(contact) {
		t.Error("nobody looked whether the centre is heard there")
	}
}

func TestF25ASignInPageIsNoSuccess(t *testing.T) {
	o := opened(t)
	id := o.do("x")
	o.link.portal = true
	o.runFor(10 * time.Minute)
	s := o.look()
	if s.State != courier.Away || s.Code != courier.Portal || s.Why.IsZero() || s.Help.IsZero() || s.AllSent() || o.item(id).There {
		t.Errorf("got %+v", s)
	}
	o.link.portal = false
	o.Try()
	if took := o.until(5 * time.Minute); took > time.Second {
		t.Errorf("a person asked to try, and it took %s", took)
	}
	o.judge()
}

func TestF29WhatIsTooLargeAtOnceIsHalvedAndOneAloneIsPutAside(t *testing.T) {
	o := opened(t)
	o.centre.largest, o.centre.odd = 2000, "odd one"
	o.doMany(9)
	large := o.do(strings.Repeat("x", 3000))
	o.doMany(7)
	odd := o.do("odd one")
	o.doMany(5)
	for range 200 {
		_, err := o.Step(t.Context())
		o.must(err)
	}
	o.judge()
	o.same("at the centre", len(o.centre.items), 21)
	for id, code := range map[string]string{large: outbox.CodeTooLarge, odd: outbox.CodeUnread} {
		if i := o.item(id); i.State != outbox.Attention || i.Code != code || i.Text.IsZero() || i.There {
			t.Errorf("got %+v", i)
		}
	}
	if s := o.look(); s.Attention != 2 || len(s.Waiting) > 0 {
		t.Errorf("got %+v", s)
	}
	o.doMany(40)
	o.until(time.Minute)
}

// TestF29WhatWasPutAsideAndHadComeAllTheSameIsFound loses the answer to an operation,
// after which the line takes less than that.
func TestF29WhatWasPutAsideAndHadComeAllTheSameIsFound(t *testing.T) {
	o := opened(t)
	id := o.do(strings.Repeat("x", 3000))
	pushes := 0
	o.link.fail = func(m wire.Message) string {
		if m.Type != wire.Push {
			return ""
		}
		if pushes++; pushes == 1 {
			return "after"
		}
		o.centre.largest = 2000
		return ""
	}
	o.until(10 * time.Minute)
	o.judge()
	if i := o.item(id); pushes != 2 || i.State != outbox.Processed || !i.There {
		t.Errorf("after %d pushes it is %s, there %v", pushes, i.State, i.There)
	}
}

// TestF14WhatACopySentInThisStreamIsFound has a copy of the machine send something in
// the place of what this one could not send.
func TestF14WhatACopySentInThisStreamIsFound(t *testing.T) {
	o := opened(t)
	o.centre.largest = 2000
	o.doMany(2)
	large, stream := o.do(strings.Repeat("x", 3000)), o.box.Stream()
	o.runFor(time.Minute)
	other := o.item(large).Op
	other.ID, other.Body = "0190a1b2-c3d4-7000-8000-ffffffffffff", []byte(`{}`)
	o.centre.take(stream, other)
	o.runFor(10 * time.Minute)
	o.until(time.Hour)
	o.judge()
	o.same("all of it", len(o.centre.items), 3)
	if i := o.item(large); i.State != outbox.Attention || i.There || o.box.Stream() == stream {
		t.Errorf("it is %s, there %v, in %s", i.State, i.There, o.box.Stream())
	}
	o.doMany(2)
	o.until(time.Hour)
}

func TestF30AFileGoesOnWhereItWasCut(t *testing.T) {
	o := opened(t)
	photo, form := o.shelf.put(strings.Repeat("0123456789", 200_000)), o.shelf.put("แบบฟอร์ม")
	id := o.do("with a photo", photo, form)
	cut := false
	o.link.rate = 20_000
	o.link.fail = func(m wire.Message) string {
		if m.Type == wire.Chunk && m.Piece.At > photo.Size*95/100 && !cut {
			cut = true
			return "after"
		}
		return ""
	}
	for !cut {
		wait, err := o.Step(t.Context())
		o.must(err)
		o.link.clock.at = o.link.clock.at.Add(wait)
	}
	done, err := o.box.Files(t.Context(), o.item(id))
	o.must(err)
	if i := o.item(id); i.Status != wire.Held || i.State != outbox.Stored || o.look().AllSent() || done > 1 {
		t.Errorf("got %d of 2 files, %+v", done, i)
	}
	before := len(o.centre.said)
	o.until(10 * time.Minute)
	o.judge()
	sent := 0
	for _, m := range o.centre.said[before:] {
		if m.Type == wire.Chunk {
			sent += len(m.Piece.Data)
		}
	}
	if int64(sent) > photo.Size/10 {
		t.Errorf("%d bytes were sent after the cut", sent)
	}
	o.same("the photo", string(o.centre.files[photo.SHA256]) == o.shelf[photo.SHA256], true)
	done, err = o.box.Files(t.Context(), o.item(id))
	o.must(err)
	o.same("how many files are there", done, 2)
	o.runFor(time.Minute)
	o.same("it is done", o.item(id).State, outbox.Processed)
	delete(o.centre.files, form.SHA256) // which the centre does not need any more
	again := o.do("with the same form", form)
	o.until(time.Minute)
	o.runFor(time.Minute)
	o.same("the form", string(o.centre.files[form.SHA256]), o.shelf[form.SHA256])
	o.same("it is done too", o.item(again).State, outbox.Processed)
}

func TestF30AFileThatIsLostOrSpoiltHereIsSaidSo(t *testing.T) {
	o := opened(t)
	lost, spoilt := o.shelf.put("lost"), o.shelf.put("spoilt")
	a, b := o.do("a", lost), o.do("b", spoilt)
	delete(o.shelf, lost.SHA256)
	o.shelf[spoilt.SHA256] = "SPOILT"
	o.until(time.Minute)
	for _, id := range []string{a, b} {
		if i := o.item(id); i.State != outbox.Attention || i.Code != outbox.CodeNoFile || i.Text.IsZero() {
			t.Errorf("got %+v", i)
		}
	}
	o.same("how often it was sent", o.centre.spoilt, 3)
}

// TestWhatFailsInOneDirectionLeavesTheOtherAlone has a machine that can not take what
// comes, and one that can not read a file that it is to send.
func TestWhatFailsInOneDirectionLeavesTheOtherAlone(t *testing.T) {
	change := []wire.Change{{Kind: "case", ID: "1", Version: "1", Body: []byte(`{}`)}}
	step := func(o *office, d time.Duration) (failed int) {
		for until := o.link.clock.at.Add(d); o.link.clock.at.Before(until); {
			wait, err := o.Step(t.Context())
			if err != nil {
				failed++
			}
			o.link.clock.at = o.link.clock.at.Add(min(max(wait, time.Millisecond), until.Sub(o.link.clock.at)))
		}
		return failed
	}
	t.Run("what comes", func(t *testing.T) {
		o := opened(t)
		photo := o.shelf.put(strings.Repeat("0123456789", 20_000))
		o.centre.changes, o.inbox.fails = change, 8
		o.do("with a photo", photo)
		failed := step(o, 2*time.Minute)
		if s := o.look(); !s.AllSent() || !s.In.Lasts() || s.In.Why.IsZero() || s.In.Since.IsZero() || s.Out.Times > 0 {
			t.Errorf("after two minutes: %+v", s)
		}
		if failed < 3 || failed > 6 {
			t.Errorf("it was tried %d times within two minutes", failed)
		}
		step(o, 20*time.Minute)
		o.same("what came", o.inbox.took, []string{"1"})
		o.same("it is over", o.look().In, courier.Snag{})
	})
	t.Run("a file", func(t *testing.T) {
		o := opened(t)
		photo := o.shelf.put("photo")
		o.shelf[photo.SHA256] = unreadable
		id := o.do("with a photo", photo)
		step(o, time.Minute)
		o.centre.changes = change
		step(o, 75*time.Second)
		o.same("what came meanwhile", o.inbox.took, []string{"1"})
		if s := o.look(); !s.Out.Lasts() || s.In.Times > 0 {
			t.Errorf("after two minutes and a quarter: %+v", s)
		}
		step(o, 10*time.Minute)
		if i := o.item(id); i.State != outbox.Attention || i.Code != outbox.CodeNoFile {
			t.Errorf("what can not be read for so long is not said: %+v", i)
		}
		o.same("it is over", o.look().Out, courier.Snag{})
	})
}
