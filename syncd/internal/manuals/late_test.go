package manuals_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"khumue/internal/fault"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// ward is a database that writes can be kept away from, as by a full disk or a
// cut line; what it had is read all the same.
type ward struct {
	manuals.Store
	left atomic.Int64 // writes that it takes before it is shut
	mute atomic.Bool  // it writes, and the answer is lost
	seen []bool       // of each write, whether it was that of the step which is marked
}

type ofTheStep struct{}

func (w *ward) Write(ctx context.Context, do func(manuals.Records) error) error {
	away := fault.New(fault.Unavailable, fault.Text{TH: "เข้าถึงฐานข้อมูลไม่ได้", EN: "The database can not be reached."})
	w.seen = append(w.seen, ctx.Value(ofTheStep{}) != nil)
	if w.left.Add(-1) < 0 {
		return away
	}
	err := w.Store.Write(ctx, do)
	if err == nil && w.mute.Load() {
		return away
	}
	return err
}

func (w *ward) open() { w.left.Store(1 << 40) }

// warded is an office whose database can be shut.
func warded(t *testing.T) (*office, *ward) {
	t.Helper()
	o := open(t)
	w := &ward{Store: o.Store}
	w.open()
	o.Store = w
	return o, w
}

// actions are the steps that the trail knows of, the earliest first.
func (o *office) actions() string {
	o.t.Helper()
	var log []trail.Entry
	must(o.t, o.store.Read(o.t.Context(), func(r staff.Records) (err error) {
		log, err = r.FindEntries(trail.Filter{Action: "revision."})
		return err
	}))
	out := make([]string, len(log))
	for i, e := range log {
		out[len(log)-1-i] = strings.TrimPrefix(e.Action, "revision.")
	}
	return strings.Join(out, " ")
}

// TestAStepThatGitHasIsDoneThoughTheDatabaseFails shuts the database after each
// step has begun: the person is told that it is done, and the index, the trail and
// the notices have it once the database is back.
func TestAStepThatGitHasIsDoneThoughTheDatabaseFails(t *testing.T) {
	submitted := func(o *office) manuals.Open {
		d, err := o.Submit(o.t.Context(), author, o.revised(retitle(" (ใหม่)")).Ref)
		must(o.t, err)
		return d
	}
	endorsed := func(o *office) manuals.Open {
		d := submitted(o)
		d, err := o.Endorse(o.t.Context(), reviewer, d.Ref, d.Tree)
		must(o.t, err)
		return d
	}
	drafted := func(o *office) manuals.Open { return o.revised(retitle(" (ใหม่)")) }
	tests := []struct {
		name    string
		prepare func(*office) manuals.Open
		take    func(*office, manuals.Open) error
		entry   string
	}{
		{"begin", func(*office) manuals.Open { return manuals.Open{} }, func(o *office, _ manuals.Open) error {
			_, err := o.Revise(o.t.Context(), author, subject, true)
			return err
		}, "begin"},
		{"save", drafted, func(o *office, d manuals.Open) error {
			_, err := o.Save(o.t.Context(), author, d.Ref, with(o.sheet(author, d.Ref), rebody("อีก")))
			return err
		}, "save"},
		{"submit", drafted, func(o *office, d manuals.Open) error {
			_, err := o.Submit(o.t.Context(), author, d.Ref)
			return err
		}, "submit"},
		{"endorse", submitted, func(o *office, d manuals.Open) error {
			_, err := o.Endorse(o.t.Context(), reviewer, d.Ref, d.Tree)
			return err
		}, "endorse"},
		{"return", endorsed, func(o *office, d manuals.Open) error {
			_, err := o.Return(o.t.Context(), opdc, d.Ref, "แก้ชื่อ", []string{"title"})
			return err
		}, "return"},
		{"publish", endorsed, func(o *office, d manuals.Open) error {
			_, err := o.Publish(o.t.Context(), opdc, d.Ref, d.Tree)
			return err
		}, "publish"},
		{"hasten", drafted, func(o *office, d manuals.Open) error {
			_, err := o.Hasten(o.t.Context(), opdc, d.Ref, d.Tree, "น้ำท่วม")
			return err
		}, "hasten"},
		{"give up", drafted, func(o *office, d manuals.Open) error {
			return o.GiveUp(o.t.Context(), author, d.Ref)
		}, "give-up"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o, w := warded(t)
			d := test.prepare(o)
			before := o.actions()
			w.left.Store(0)
			if err := test.take(o, d); err != nil {
				t.Fatalf("git has it, and the person is told: %v", err)
			}
			if now := o.actions(); now != before {
				t.Fatalf("the database was shut: the trail says %s", now)
			}
			if err := o.CatchUp(t.Context()); !errors.Is(err, fault.Unavailable) {
				t.Errorf("catching up while it is shut: got %v", err)
			}
			w.open()
			must(t, o.CatchUp(t.Context()))
			o.sound()
			if now := o.actions(); now != strings.TrimSpace(before+" "+test.entry) {
				t.Errorf("the trail says %s, want %s and %s", now, before, test.entry)
			}
			must(t, o.CatchUp(t.Context()))
			if now := o.actions(); now != strings.TrimSpace(before+" "+test.entry) {
				t.Errorf("the trail says %s: something is told twice", now)
			}
		})
	}
}

// TestNoticesOfAStepCameLate has the database back before the next step.
func TestNoticesOfAStepCameLate(t *testing.T) {
	o, w := warded(t)
	d := o.revised(retitle(" (ใหม่)"))
	w.left.Store(0)
	d, err := o.Submit(t.Context(), author, d.Ref)
	must(t, err)
	w.open()
	d, err = o.Endorse(t.Context(), reviewer, d.Ref, d.Tree) // tells what is late first
	must(t, err)
	var notices []manuals.Notice
	must(t, o.Store.Read(t.Context(), func(r manuals.Records) (err error) {
		notices, err = r.Notices(reviewer.ID, trail.Page{})
		return err
	}))
	if len(notices) != 1 || notices[0].Topic != manuals.Awaits {
		t.Errorf("the reviewer has %+v", notices)
	}
	if now := o.actions(); now != "begin save submit endorse" {
		t.Errorf("the trail says %s", now)
	}
	if d.State != review.Endorsed {
		t.Errorf("got %+v", d.Head)
	}
	o.sound()
}

// TestWhatCameLateIsNoneOfTheNextStep has a step tell of an earlier one first: what is
// bound to its own transaction, as that an operation is done, does not go with that.
func TestWhatCameLateIsNoneOfTheNextStep(t *testing.T) {
	o, w := warded(t)
	d := o.revised(retitle(" (ใหม่)"))
	w.left.Store(0)
	d, err := o.Submit(t.Context(), author, d.Ref)
	must(t, err)
	w.open()
	w.seen = nil
	_, err = o.Endorse(context.WithValue(t.Context(), ofTheStep{}, true), reviewer, d.Ref, d.Tree)
	must(t, err)
	if !slices.Equal(w.seen, []bool{false, true}) {
		t.Errorf("of the writes, the step's are %v", w.seen)
	}
}

// TestAnAnswerThatIsLostHoldsNothingUp has the database write what it seems to fail
// at: it is not written twice, and what comes after does not wait for it.
func TestAnAnswerThatIsLostHoldsNothingUp(t *testing.T) {
	o, w := warded(t)
	d := o.revised(retitle(" (ใหม่)"))
	w.mute.Store(true)
	d, err := o.Submit(t.Context(), author, d.Ref)
	must(t, err)
	w.mute.Store(false)
	must(t, o.CatchUp(t.Context()))
	_, err = o.Endorse(t.Context(), reviewer, d.Ref, d.Tree)
	must(t, err)
	if now := o.actions(); now != "begin save submit endorse" {
		t.Errorf("the trail says %s", now)
	}
	o.sound()
}

// TestNumbersRiseThoughTheIndexIsBehind has a revision published that the index
// does not know of: no other one gets its number.
func TestNumbersRiseThoughTheIndexIsBehind(t *testing.T) {
	o, w := warded(t)
	one, two := o.revised(rebody("หนึ่ง")), o.revised(retitle(" (สอง)"))
	one, err := o.Submit(t.Context(), author, one.Ref)
	must(t, err)
	one, err = o.Endorse(t.Context(), reviewer, one.Ref, one.Tree)
	must(t, err)
	w.left.Store(1) // the revision goes, and what is published does not come
	p, err := o.Publish(t.Context(), opdc, one.Ref, one.Tree)
	must(t, err)
	d, err := o.Submit(t.Context(), author, two.Ref)
	must(t, err)
	if d.Number != p.Number+1 {
		t.Errorf("submitted as revision %d; %d is published", d.Number, p.Number)
	}
	w.open()
	d, err = o.Endorse(t.Context(), reviewer, d.Ref, d.Tree)
	var changed *ledger.Changed
	if !errors.As(err, &changed) { // both changed the manual
		t.Fatalf("got %+v, %v", d.Head, err)
	}
	must(t, o.CatchUp(t.Context()))
	o.sound()
}
