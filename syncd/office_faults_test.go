//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"khumue/internal/testkit/badline"
	"khumue/syncd/internal/inbox"
)

// pair is a centre and an office that are in contact.
func pair(t *testing.T) (*centreProgram, *officeProgram) {
	t.Helper()
	c := newCentre(t)
	c.start()
	o := newOffice(t, c, "point")
	o.opens()
	return c, o
}

func (o *officeProgram) weather(w badline.Weather) {
	o.t.Helper()
	must(o.t, o.way.Set(w))
}

// shows waits until a page says something, pressing the button that has the centre
// asked now and then.
func (o *officeProgram) shows(at, text string) {
	o.t.Helper()
	n := 0
	soon(o.t, "the page "+at+" says "+text, func() bool {
		if n++; n%25 == 1 {
			_, _, _, err := o.b.ask("/door/try", url.Values{})
			must(o.t, err)
		}
		_, _, page, err := o.b.ask(at, nil)
		must(o.t, err)
		return strings.Contains(page, text)
	})
}

// arrives ends both, once all is sent and done, and holds them to the oracle and to
// late requests that have to be there.
func arrives(t *testing.T, c *centreProgram, o *officeProgram, requests ...string) {
	t.Helper()
	o.sends()
	o.kill()
	list, _ := o.ops()
	var ids []string
	for _, i := range list {
		ids = append(ids, i.ID)
	}
	c.settled(ids...)
	c.kill()
	judge(t, c, o)
	cases := c.stored().cases
	for _, r := range requests {
		if cases[r] != 1 {
			t.Errorf("%s is there %d times", r, cases[r])
		}
	}
}

func TestF25WhatAPortalAnswersIsNoSuccess(t *testing.T) {
	t.Parallel()
	c, o := pair(t)
	o.weather(badline.Weather{Page: "<html>Sign in to the hotel"})
	o.way.Cut()
	must(t, o.opensCase("คข. 1/2569"))
	o.shows("/sync", "มีอย่างอื่นตอบแทนศูนย์กลาง")
	if _, _, page, err := o.b.ask("/sync", nil); err != nil || strings.Contains(page, "sync-sent") || len(c.stored().places) > 0 {
		t.Errorf("what a portal answered counts: %v", err)
	}
	o.weather(badline.Weather{})
	arrives(t, c, o, "คข. 1/2569")
}

func TestF26MessagesGoByPostWhereTheUpgradeIsStripped(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	c.start()
	o := newOffice(t, c, "point")
	o.weather(badline.Weather{Plain: true})
	var sockets, posts atomic.Int64
	o.way.Hear(badline.In, func(data []byte) bool {
		if bytes.HasPrefix(data, []byte("HTTP/1.1 101")) {
			sockets.Add(1)
		}
		return true
	})
	o.way.Hear(badline.Out, func(data []byte) bool {
		if bytes.HasPrefix(data, []byte("POST /api/sync")) {
			posts.Add(1)
		}
		return true
	})
	o.opens()
	must(t, o.opensCase("คข. 1/2569"))
	must(t, o.shuts(1))
	arrives(t, c, o, "คข. 1/2569")
	if sockets.Load() > 0 || posts.Load() < 3 {
		t.Errorf("%d websockets were opened, %d messages posted", sockets.Load(), posts.Load())
	}
}

func TestF33AMachineThatWasShutOutWhileOffline(t *testing.T) {
	t.Parallel()
	c, o := pair(t)
	must(t, o.opensCase("คข. 1/2569"))
	o.sends()
	o.weather(badline.Weather{Down: true})
	must(t, o.opensCase("คข. 2/2569"))
	c.inside(func(in *centre) {
		must(t, in.offices.enrol.Revoke(t.Context(), in.person(t, "central"), c.stored().devices[0].ID))
	})
	o.weather(badline.Weather{})
	o.shows("/door", "ศูนย์กลางยกเลิกเครื่องนี้แล้ว")
	if n := len(c.stored().places); n != 1 {
		t.Errorf("the centre has %d operations of a machine that it shut out, want 1", n)
	}
	who := url.Values{"user": {o.person + "@example.invalid"}, "passphrase": {localPhrase}}
	if _, _, file, err := o.b.ask("/door/unsent", who); err != nil || !strings.Contains(file, `"operations":1`) || strings.Contains(file, "ลำดวน") {
		t.Errorf("what was not sent is saved as %q, %v", file, err)
	}
	o.renews(c)
	arrives(t, c, o, "คข. 1/2569", "คข. 2/2569")
}

// renews enrols the machine anew, by the door's form, and starts it again.
func (o *officeProgram) renews(c *centreProgram) {
	o.t.Helper()
	_, _, page, err := o.b.ask("/door", nil)
	must(o.t, err)
	form, err := formOn(page, "/door/renew")
	must(o.t, err)
	form.Set("code", c.code(o.person, "เครื่องเดิม ลงทะเบียนใหม่"))
	status, at, page, err := o.b.ask("/door/renew", form)
	must(o.t, did(status, at, "/door", page, err))
	o.stop()
	o.newBrowser()
	o.opens()
}

// TestF13ACentreThatWasRestoredGetsAgainWhatItLacks puts an older backup of the centre in its place.
func TestF13ACentreThatWasRestoredGetsAgainWhatItLacks(t *testing.T) {
	t.Parallel()
	c, o := pair(t)
	must(t, o.opensCase("คข. 1/2569"))
	o.sends()
	file := filepath.Join(t.TempDir(), "backup")
	c.does("backup", file)
	must(t, o.opensCase("คข. 2/2569"))
	must(t, o.shuts(1))
	o.sends()
	list := len(c.stored().places)
	c.kill()

	was := c.cfg.Data
	c.at(t.TempDir(), []string{c.cfg.Public.Listen, c.cfg.BackOffice.Listen})
	c.does("restore", file)
	keys, err := filepath.Glob(filepath.Join(was, "*.key"))
	must(t, err)
	others, err := filepath.Glob(filepath.Join(was, "approvals*"))
	must(t, err)
	for _, key := range append(keys, others...) { // which an operator keeps apart
		text, err := os.ReadFile(key)
		must(t, errors.Join(err, os.WriteFile(filepath.Join(c.cfg.Data, filepath.Base(key)), text, 0o600)))
	}
	if s := c.stored(); s.cases["คข. 2/2569"] != 0 || len(s.places) >= list {
		t.Fatal("the backup is not older")
	}
	c.start()
	defer func() { c.tells(o) }()
	soon(t, "the centre has again what it had", func() bool {
		must(t, o.tries())
		s := c.stored()
		return len(s.places) == list && s.cases["คข. 2/2569"] == 1
	})
	must(t, o.opensCase("คข. 3/2569"))
	arrives(t, c, o, "คข. 1/2569", "คข. 2/2569", "คข. 3/2569")
}

// tells logs, of a test that failed, what the centre has of a machine.
func (c *centreProgram) tells(o *officeProgram) {
	c.t.Helper()
	if !c.t.Failed() {
		return
	}
	o.kill()
	list, _ := o.ops()
	for _, i := range list {
		there := c.stored(i.ID).items[i.ID]
		c.t.Logf("%d %s is %s (%s), there %s %+v, tried %d times, next at %v", i.Seq, i.Kind, i.State, i.Status, there.State, there.Outcome, there.Tries, there.Next)
	}
}

// does runs a command of the program at the centre's place.
func (c *centreProgram) does(args ...string) {
	c.t.Helper()
	if said, err := func() ([]byte, error) { p := c.command(args...); p.Stderr = nil; return p.CombinedOutput() }(); err != nil {
		c.t.Fatalf("%s: %v: %s", args[0], err, said)
	}
}

// TestF14TwoMachinesWithOneFolder has two machines work with copies of one folder.
func TestF14TwoMachinesWithOneFolder(t *testing.T) {
	t.Parallel()
	c, o := pair(t)
	must(t, o.opensCase("คข. 1/2569"))
	o.sends()
	o.stop()
	clone := &officeProgram{dir: filepath.Join(t.TempDir(), "clone"), way: o.way, centre: o.centre, person: o.person}
	clone.t = t
	must(t, os.CopyFS(clone.dir, os.DirFS(o.dir)))
	clone.settle(freeAddresses(t, 1)[0])
	clone.complains()
	o.weather(badline.Weather{Down: true})
	for n, m := range []*officeProgram{o, clone} {
		m.newBrowser()
		m.opens()
		must(t, m.opensCase([]string{"คข. 2/2569", "คข. 3/2569"}[n]))
	}
	o.weather(badline.Weather{})
	stopped := map[*officeProgram]bool{}
	soon(t, "one of both hears of the other", func() bool {
		for _, m := range []*officeProgram{o, clone} {
			must(t, m.tries())
			_, _, page, err := m.b.ask("/sync", nil)
			must(t, err)
			stopped[m] = strings.Contains(page, "มีเครื่องอื่นส่งข้อมูลในชื่อของเครื่องนี้")
		}
		return stopped[o] || stopped[clone]
	})
	s := c.stored()
	if s.cases["คข. 2/2569"]+s.cases["คข. 3/2569"] > 1 {
		t.Error("both were taken under one name")
	}
	for _, m := range []*officeProgram{o, clone} {
		m.shows("/sync", "มีเครื่องอื่นส่งข้อมูลในชื่อของเครื่องนี้")
		m.renews(c)
		m.sends()
	}
	soon(t, "the work of both is there", func() bool {
		s := c.stored()
		return s.cases["คข. 1/2569"] == 1 && s.cases["คข. 2/2569"] == 1 && s.cases["คข. 3/2569"] == 1
	})
}

// TestF15AMachineThatLostItsDatabase takes a machine's database from it.
func TestF15AMachineThatLostItsDatabase(t *testing.T) {
	t.Parallel()
	c, o := pair(t)
	must(t, o.opensCase("คข. 1/2569"))
	o.sends()
	o.weather(badline.Weather{Down: true})
	must(t, o.opensCase("คข. 2/2569"))
	must(t, o.opensCase("คข. 3/2569"))
	var greeted atomic.Bool
	o.way.Hear(badline.In, func(data []byte) bool { // it greets, and gets no further
		if bytes.Contains(data, []byte(`"type":"hello"`)) {
			greeted.Store(true)
		}
		return !greeted.Load()
	})
	o.weather(badline.Weather{})
	must(t, o.tries())
	soon(t, "the machine greets", greeted.Load)
	o.kill()
	o.way.Hear(badline.In, nil)
	o.weather(badline.Weather{})
	lost, err := filepath.Glob(filepath.Join(o.dir, "office", "office.db*"))
	must(t, err)
	for _, name := range lost {
		must(t, os.Remove(name))
	}
	o.newBrowser()
	o.opens()
	o.shows("/delays", "คข. 1/2569")
	must(t, o.opensCase("คข. 4/2569"))
	o.sends()
	var missing []inbox.Missing
	c.inside(func(in *centre) {
		list, err := in.offices.inbox.Offices(t.Context(), in.person(t, "central"))
		must(t, err)
		for _, m := range list {
			missing = append(missing, m.Missing...)
		}
	})
	if len(missing) != 1 || missing[0].First != 2 || missing[0].Last != 3 {
		t.Errorf("the centre misses %+v, want 2 to 3", missing)
	}
	soon(t, "what was done since is there", func() bool { return c.stored().cases["คข. 4/2569"] == 1 })
}

// TestF23ThroughOutagesOfAllKinds has the network fail in one way after the other, and come back.
func TestF23ThroughOutagesOfAllKinds(t *testing.T) {
	t.Parallel()
	c, o := pair(t)
	var requests []string
	for n, w := range []badline.Weather{
		{Deaf: true}, {Mute: true}, {Deaf: true, Mute: true}, {Holds: true}, {Down: true}, {Dead: 50, Delay: 200 * time.Millisecond}, {Break: 3000}, {Rate: slowest, Delay: 1500 * time.Millisecond},
	} {
		o.weather(w)
		requests = append(requests, fmt.Sprintf("คข. %d/2569", n+1))
		must(t, o.opensCase(requests[n]))
		must(t, o.tries())
		if n < 5 { // nothing comes through
			if _, _, page, err := o.b.ask("/sync", nil); err != nil || strings.Contains(page, "sync-sent") {
				t.Errorf("with %+v all is sent, %v", w, err)
			}
		} else {
			o.sends()
		}
		o.weather(badline.Weather{})
		o.way.Cut() // what is half open is given up within 90 seconds, which is another test
	}
	arrives(t, c, o, requests...)
}
