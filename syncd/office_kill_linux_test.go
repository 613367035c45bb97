//go:build amd64 || arm64

package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"khumue/internal/testkit/badline"
	"khumue/internal/testkit/witness"
)

// shownTo is set for a program that is watched.
const shownTo = "KHUMUE_TEST_SHOWN"

func init() {
	if os.Getenv(shownTo) != "" {
		begin = func() error { return errors.Join(os.Unsetenv(shownTo), witness.Show()) } // the program knows no such setting
	}
}

// watched starts the program, whose calls on files below a folder are told before and
// after they are made.
func (p *program) watched(root string, before func(*witness.Call) witness.Verdict, after func(*witness.Call)) {
	p.t.Helper()
	p.run(func(c *exec.Cmd) error {
		c.Env = append(c.Env, shownTo+"=1")
		up := make(chan struct{})
		go func() {
			w := witness.Watch{Root: root, Before: before, After: after, Shown: true, Begun: func(process int) { p.began(process); close(up) }}
			if _, err := w.Run(c); err != nil {
				p.t.Error(err)
			}
			p.gone()
		}()
		<-up
		return nil
	})
}

// moment is where a process is killed: before or after a call that it makes on its
// files, or when bytes are about to arrive. Between two of those nobody can tell one
// moment from another.
type moment struct {
	name string
	act  act
	on   string // words that the call has, or what is about to arrive
	nth  int    // which of those since the deed began, from 0
	how  when
}

// when is how a moment is recognised.
type when int

const (
	before  when = iota // the call is about to be made
	after               // it was made
	heard               // as before, of the first call since the centre's answer arrived
	settled             // as after, of that
	sent                // bytes are about to arrive at the centre, and do not
	said                // bytes are about to arrive at the office, and do not
)

// act is what is done meanwhile.
type act int

const (
	noting  act = iota // a late request is noted
	closing            // the point is closed on a day
	coming             // something changed at the centre
)

// killer kills a process at a moment.
type killer struct {
	*program
	mu     sync.Mutex
	at     *moment
	count  int
	answer bool // the centre's answer has arrived
	hit    atomic.Bool
}

func (k *killer) arm(m *moment) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.at, k.count, k.answer = m, 0, false
	k.hit.Store(false)
}

// reached reports whether this is the moment.
func (k *killer) reached(what string, hows ...when) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.at == nil || !strings.Contains(what, k.at.on) {
		return false
	}
	for _, how := range hows {
		if k.at.how != how || (how == heard || how == settled) && !k.answer {
			continue
		}
		if k.count++; k.count > k.at.nth {
			k.at = nil
			k.hit.Store(true)
			return true
		}
	}
	return false
}

func (k *killer) starts(root string) {
	k.t.Helper()
	k.watched(root, func(c *witness.Call) witness.Verdict {
		if k.reached(c.String(), before, heard) {
			return witness.KillAll
		}
		return witness.GoOn
	}, func(c *witness.Call) {
		if k.reached(c.String(), after, settled) {
			k.signal(9)
		}
	})
}

// listens has the line tell what is about to arrive.
func (k *killer) listens(way *badline.Line) {
	way.Hear(badline.Out, func([]byte) bool {
		if k.reached("", sent) {
			k.signal(9)
			return false
		}
		return true
	})
	way.Hear(badline.In, func(data []byte) bool {
		if k.reached(string(data), said) {
			k.signal(9)
			return false
		}
		k.mu.Lock()
		defer k.mu.Unlock()
		k.answer = k.answer || bytes.Contains(data, []byte(`"results"`))
		return true
	})
}

// history is an office and a centre of which one is killed again and again.
type history struct {
	t      *testing.T
	c      *centreProgram
	o      *officeProgram
	k      *killer
	root   string // of the files of who is killed
	n      int    // deeds
	told   []string
	office bool // who is killed
}

func newHistory(t *testing.T, office bool) *history {
	t.Helper()
	h := &history{t: t, c: newCentre(t), office: office}
	h.c.start()
	h.o = newOffice(t, h.c, "point")
	if h.k, h.root = (&killer{program: &h.o.program}), h.o.dir; !office {
		h.k, h.root = &killer{program: &h.c.program}, h.c.cfg.Data
		h.c.kill()
	}
	h.k.listens(h.o.way)
	h.k.starts(h.root)
	if office {
		must(t, h.o.unlock())
	} else {
		h.o.opens()
	}
	return h
}

// again starts anew who was killed.
func (h *history) again() {
	h.t.Helper()
	h.k.arm(nil)
	h.k.starts(h.root)
	if h.office {
		must(h.t, h.o.unlock())
	}
}

// passes does a deed in the midst of which somebody is killed, starts them again, and
// sees to it that the deed was done, as its officer does.
func (h *history) passes(m moment) {
	h.t.Helper()
	h.n++
	h.o.sends()
	h.k.arm(&m)
	request := fmt.Sprintf("คข. %d/2569", h.n)
	var err error
	switch m.act {
	case noting:
		err = h.o.opensCase(request)
	case closing:
		err = h.o.shuts(h.n)
	case coming:
		h.c.inside(func(c *centre) { c.changes(h.t, h.n) })
		err = h.o.tries()
	}
	ended := make(chan struct{})
	go func() { h.k.wait(); close(ended) }()
	late := time.NewTimer(20 * time.Second)
	defer late.Stop()
	select {
	case <-ended:
	case <-late.C:
		h.t.Errorf("%s: this moment did not come", m.name)
		h.k.kill()
	}
	if err == nil && m.act == noting {
		h.told = append(h.told, request)
	}
	h.again()
	if err != nil && !h.office {
		h.t.Errorf("%s: the office could not work: %v", m.name, err)
	}
	if err != nil && m.act == noting { // the officer looks whether it is there
		_, _, page, err := h.o.b.ask("/delays?request="+fmt.Sprint(h.n)+"/2569", nil)
		must(h.t, err)
		if !strings.Contains(page, request) {
			must(h.t, h.o.opensCase(request))
		}
		h.told = append(h.told, request)
	}
}

// ends holds what is left to the oracle.
func (h *history) ends() {
	h.t.Helper()
	h.o.sends()
	h.o.kill()
	list, _ := h.o.ops()
	var ids []string
	for _, i := range list {
		ids = append(ids, i.ID)
	}
	h.c.settled(ids...)
	h.k.arm(nil)
	h.c.stop()
	judge(h.t, h.c, h.o)
	s := h.c.stored()
	for _, request := range h.told {
		if s.cases[request] != 1 {
			h.t.Errorf("the officer was told of %s, which is there %d times", request, s.cases[request])
		}
	}
	h.t.Logf("%d deeds, %d operations, %d late requests", h.n, len(list), len(s.cases))
}

var oneIn = flag.Int("moments", 2, "of so many moments at which a process of an office could be killed one is chosen; 1: it is killed at each")

// lives kills at some of the moments, which are others each time.
func (h *history) lives(moments []moment) {
	h.t.Helper()
	step := *oneIn * witness.Every
	for n := rand.IntN(step); n < len(moments); n += step {
		began := time.Now()
		h.passes(moments[n])
		h.t.Logf("%s: %v", moments[n].name, time.Since(began).Round(time.Millisecond))
	}
	h.ends()
}

const (
	officeLog = "office.db-wal"
	centreLog = "khumue.db-wal"
)

func TestF7AnOfficeIsKilledAtEachMoment(t *testing.T) {
	t.Parallel()
	newHistory(t, true).lives([]moment{
		{"before a deed is written", noting, "pwrite ", 0, before},
		{"a deed is written, and not durable", noting, "sync ", 0, before},
		{"a deed is durable, and not told", noting, "sync ", 0, after},
		{"before it is marked as sent", noting, "stream.mark.", 0, before},
		{"the mark is written, and not in its place", noting, "renameat", 0, before},
		{"the mark is in its place", noting, "renameat", 0, after},
		{"it is on its way", noting, "", 0, sent},
		{"the answer is on its way", noting, `"results"`, 0, said},
		{"the answer arrived, and is not noted", noting, officeLog, 0, heard},
		{"the answer is noted, and not durable", noting, "fdatasync", 0, heard},
		{"the answer is durable", noting, "fdatasync", 0, settled},
		{"before an object of the content is written", closing, "tmp_obj_", 0, before},
		{"an object is written, and not in its place", closing, "renameat", 0, before},
		{"an object is in its place", closing, "renameat", 0, after},
		{"objects are there, and what points at them is not", closing, "fsync", 12, before},
		{"content is written, and not durable", closing, "fdatasync", 1, before},
		{"content is durable, and not told", closing, "fdatasync", 1, after},
		{"what comes in is on its way", coming, `"changes"`, 0, said},
		{"before what came in is written", coming, "tmp_obj_", 0, before},
		{"what came in is written, and not in its place", coming, "renameat", 1, before},
		{"what came in is in its place, and not durable", coming, "fdatasync", 1, before},
		{"what came in is durable", coming, "fdatasync", 1, after},
	})
}

func TestF8ACentreIsKilledAtEachMoment(t *testing.T) {
	t.Parallel()
	newHistory(t, false).lives([]moment{
		{"received: an operation is about to arrive", noting, "", 0, sent},
		{"begun: before anything is written", noting, centreLog, 0, before},
		{"inserted: it is written, and not durable", noting, "fsync", 0, before},
		{"committed: it is durable, and not answered", noting, "fsync", 0, after},
		{"answered, and the answer is lost", noting, `"results"`, 0, said},
		{"its turn is noted, and not durable", noting, "fsync", 1, before},
		{"before its effect is durable", noting, "fsync", 2, before},
		{"its effect is durable", noting, "fsync", 2, after},
		{"its turn has ended", noting, "fsync", 3, after},
		{"before an object of its effect is written", closing, "tmp_obj_", 0, before},
		{"an object is in its place", closing, "renameat", 0, after},
		{"before it is written which refs move", closing, "khumue-moves", 0, before},
		{"before refs are locked", closing, "main.lock", 0, before},
		{"before the ref moves", closing, "rename ", 0, before},
		{"the ref has moved, and that is not settled", closing, "heads/main (", 0, after},
		{"before what was to move is forgotten", closing, "unlinkat", 0, before},
		{"it is settled, and not durable", closing, "khumue.db-wal", 40, before},
		{"it is settled", closing, "fsync", 30, after},
	})
}
