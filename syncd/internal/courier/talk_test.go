package courier_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"khumue/internal/wire"
	"khumue/syncd/internal/courier"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/outbox/outboxtest"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
)

func TestF33WhoIsNotKnownStopsAndAsksAndKeepsAll(t *testing.T) {
	for _, tc := range []struct {
		name string
		set  func(o *office, on bool)
		code courier.TroubleKind
	}{
		{"the token is not valid any more", func(o *office, on bool) {
			if o.link.refuse = nil; on {
				o.link.refuse = &courier.Trouble{Kind: courier.SignIn, Err: errors.New("401")}
			}
		}, courier.SignIn},
		{"the device was revoked", func(o *office, on bool) {
			o.centre.standing = map[bool]wire.Standing{true: wire.Revoked}[on]
		}, courier.Revoked},
		{"the program is too old", func(o *office, on bool) {
			o.centre.standing = map[bool]wire.Standing{true: wire.Outdated}[on]
		}, courier.Outdated},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := opened(t)
			o.doMany(2)
			tc.set(o, true)
			o.runFor(3 * time.Hour)
			if s := o.look(); s.State != courier.Stopped || s.Code != tc.code || s.Why.IsZero() || s.Help.IsZero() || len(s.Waiting) == 0 {
				t.Errorf("got %+v", s)
			}
			if len(o.centre.items) > 0 || len(o.centre.said) > 1 {
				t.Errorf("%d operations and %d messages", len(o.centre.items), len(o.centre.said))
			}
			tc.set(o, false)
			o.Resume()
			o.until(time.Minute)
			o.same("at the centre", len(o.centre.items), 2)
		})
	}
	t.Run("revoked in the middle", func(t *testing.T) {
		o := opened(t)
		o.do("1")
		o.until(time.Minute)
		o.centre.standing = wire.Revoked
		o.do("2")
		o.runFor(time.Hour)
		if s := o.look(); s.Code != courier.Revoked || len(o.centre.items) != 1 {
			t.Errorf("got %+v", s)
		}
	})
}

func TestF40AllSentIsNeverSaidTooEarly(t *testing.T) {
	o := opened(t)
	o.centre.doing = false
	o.until(time.Minute)
	ids := o.doMany(3)
	lost := 0
	o.link.fail = func(m wire.Message) string {
		if s := o.look(); s.AllSent() && len(o.centre.items) < 3 {
			t.Error("it is said while something waits")
		}
		if m.Type == wire.Push && lost < 3 {
			lost++
			return "after"
		}
		return ""
	}
	o.until(2 * time.Minute)
	if s := o.look(); s.Stored != 3 || s.Processed != 0 {
		t.Errorf("stored is not processed: %+v", s.Tally)
	}
	o.centre.done()
	o.runFor(10 * time.Minute)
	i := o.item(ids[2])
	if s := o.look(); s.Processed != 3 || string(i.Value) != `{"number":1}` {
		t.Errorf("got %+v, %s", s.Tally, i.Value)
	}
}

func TestF41WhatDoesNotMoveWhileTheCentreIsHeardIsSaid(t *testing.T) {
	o := opened(t)
	o.until(time.Minute)
	o.centre.later = true
	o.do("x")
	resets := o.link.resets
	o.runFor(11 * time.Minute)
	if s := o.look(); o.link.resets != resets+1 || !s.Stuck.IsZero() {
		t.Errorf("after ten minutes: given up %d times, %+v", o.link.resets-resets, s)
	}
	o.runFor(11 * time.Minute)
	if s := o.look(); s.Stuck.IsZero() {
		t.Errorf("after twenty: %+v", s)
	}
	waiting := false
	for _, m := range o.centre.said {
		waiting = waiting || m.Greeting != nil && m.Greeting.Waiting == 1 && m.Greeting.Since != ""
	}
	o.same("the centre was told", waiting, true)
	o.centre.later = false
	o.until(time.Minute)
	o.same("it is over", o.look().Stuck.IsZero(), true)
}

func TestTheCentreIsObeyedWhenItAsksToWait(t *testing.T) {
	o := opened(t)
	o.do("x")
	o.link.refuse = &courier.Trouble{Kind: courier.Busy, After: 2 * time.Minute, Err: errors.New("503")}
	wait, err := o.Step(t.Context())
	o.must(err)
	if wait < 2*time.Minute || wait > 3*time.Minute || o.look().State != courier.Waiting {
		t.Errorf("it waits %s", wait)
	}
	o.link.clock.at = o.link.clock.at.Add(time.Minute)
	if again, err := o.Step(t.Context()); err != nil || again != wait-time.Minute {
		t.Errorf("in between: %s, %v", again, err)
	}
}

// TestRunWakesForWhatIsNew runs the loop on a time that is the bubble's own.
func TestRunWakesForWhatIsNew(t *testing.T) {
	dir := t.TempDir()
	sqlstoretest.Open(t, filepath.Join(dir, "khumue.db")).Close()
	synctest.Test(t, func(t *testing.T) {
		store := sqlstoretest.Open(t, filepath.Join(dir, "khumue.db"))
		defer store.Close()
		random := rand.NewChaCha8([32]byte{})
		box, err := outbox.Open(t.Context(), outbox.Options{Store: store.Outbox(), Mark: outbox.MarkFile(filepath.Join(dir, "mark")), Now: time.Now, Random: random})
		if err != nil {
			t.Fatal(err)
		}
		l := &link{clock: &clock{}, centre: newCentre(time.Now)}
		c := courier.New(courier.Options{Box: box, Transport: l, Program: "1", Now: time.Now, Random: random, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { c.Run(ctx); close(ended) }()
		synctest.Wait()
		began := time.Now()
		noted, _, err := box.Note(ctx, outboxtest.Deed(1))
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Outbox().Write(noted, func(r outbox.Records) error { return r.SetNote("n", "1") }); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if s, err := c.Look(ctx); err != nil || !s.AllSent() || time.Since(began) > 0 {
			t.Errorf("%s later: %+v, %v", time.Since(began), s, err)
		}
		stop()
		<-ended
	})
}
