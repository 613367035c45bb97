//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"khumue/internal/testkit/badline"
)

// country is where a centre and an office stand, and what is between them.
type country interface {
	// places are where they stand.
	places() (centre, office place)
	// joins has the office able to reach a centre, over a line and by an address.
	joins(c *centreProgram) (way *badline.Line, address string)
	// gone takes the network away from the office, whose programs are told.
	gone()
	// lost has all get lost that is on its way, and nobody is told. It reports whether
	// that which is about to arrive is lost as well.
	lost() bool
	// comes gives the office a network and another address than before; by the old one
	// nothing reaches it any more.
	comes()
	// told reports whether a machine can see that its network came.
	told() bool
}

// apart are two networks with a cable between them, where the system lets somebody
// have those.
var apart = func(*testing.T) (country, error) { return nil, errors.ErrUnsupported }

// oneNetwork is a country on this machine's own loopback, where a line alone is
// between them. A network that is not there is one that refuses.
type oneNetwork struct {
	t   *testing.T
	way *badline.Line
}

func (n *oneNetwork) places() (centre, office place) { return place{}, place{} }

func (n *oneNetwork) joins(c *centreProgram) (*badline.Line, string) {
	n.t.Helper()
	var err error
	n.way, err = badline.New(c.address, 1)
	must(n.t, err)
	n.t.Cleanup(func() { must(n.t, n.way.Close()) })
	return n.way, n.way.Address()
}

func (n *oneNetwork) set(w badline.Weather) {
	if err := n.way.Set(w); err != nil {
		n.t.Error(err)
	}
}

func (n *oneNetwork) gone()      { n.set(badline.Weather{Down: true}) }
func (n *oneNetwork) lost() bool { n.set(badline.Weather{Deaf: true, Mute: true}); return false }
func (n *oneNetwork) comes()     { n.way.Cut(); n.set(badline.Weather{}) } // what is half open is given up within 90 seconds, which is another test
func (n *oneNetwork) told() bool { return false }

// meeting is a while during which the office has a network, and how it ends.
type meeting struct {
	name string
	line badline.Weather
	hear int    // which direction
	on   string // what is about to arrive there
	then bool   // when after that the first bytes arrive in the other direction
	gone bool   // after it the machine sees that it has no network
}

// counted is what the page of what is sent says, in the order of counts.
var counted = regexp.MustCompile(`</dt><dd>(\d+)</dd>`)

// says is what that page says, and whether all is sent.
func (o *officeProgram) says() (c counts, all bool) {
	o.t.Helper()
	_, _, page, err := o.b.ask("/sync", nil)
	must(o.t, err)
	_, rest, _ := strings.Cut(page, `class="sync-counts"`)
	var n []int
	for _, found := range counted.FindAllStringSubmatch(rest, 5) {
		v, err := strconv.Atoi(found[1])
		must(o.t, err)
		n = append(n, v)
	}
	if len(n) != 5 {
		o.t.Fatalf("the page does not say how it stands:\n%s", page)
	}
	return counts{n[0], n[1], n[2], n[3], n[4]}, strings.Contains(page, "sync-now sync-sent")
}

// endsOn has something done once when a meeting comes to its end, and returns what is
// closed then.
func (v meeting) endsOn(way *badline.Line, do func() bool) <-chan struct{} {
	var seen, over atomic.Bool
	end := make(chan struct{})
	finish := func() bool {
		if !over.CompareAndSwap(false, true) {
			return true
		}
		defer close(end)
		return do()
	}
	way.Hear(v.hear, func(data []byte) bool {
		if !bytes.Contains(data, []byte(v.on)) || seen.Swap(true) || v.then {
			return true
		}
		return finish()
	})
	way.Hear(badline.Out+badline.In-v.hear, func([]byte) bool { return !v.then || !seen.Load() || finish() })
	return end
}

// standsApart has an office enrol, work and send, whose network goes and comes.
type standsApart struct {
	t     *testing.T
	land  country
	c     *centreProgram
	o     *officeProgram
	deeds []string // late requests, by their numbers
}

func newApart(t *testing.T, land country) *standsApart {
	t.Helper()
	there, here := land.places()
	c := newCentreAt(t, t.TempDir(), there)
	c.start()
	way, address := land.joins(c)
	o := &officeProgram{dir: filepath.Join(t.TempDir(), "office"), way: way, centre: address, person: "point"}
	o.t, o.place = t, here
	o.settle(freeAddresses(t, 1)[0])
	o.complains()
	return &standsApart{t: t, land: land, c: c, o: o}
}

// enrols has the machine enrolled at its door, first without a network.
func (a *standsApart) enrols() {
	a.t.Helper()
	a.land.gone()
	a.o.start()
	me := url.Values{"centre": {a.o.centre}, "code": {a.c.code(a.o.person, "โน้ตบุ๊กสาขา")}, "user": {a.o.person + "@example.invalid"}, "passphrase": {localPhrase}, "again": {localPhrase}}
	status, at, page, err := a.o.b.ask("/door/enrol", me)
	if err != nil || status == http.StatusOK || !strings.Contains(page, "ติดต่อส่วนกลางไม่ได้") {
		a.t.Fatalf("without a network: %d at %s, %v\n%s", status, at, err, page)
	}
	a.land.comes()
	if status, at, page, err = a.o.b.ask("/door/enrol", me); err != nil || strings.Contains(page, "ติดต่อส่วนกลางไม่ได้") {
		a.t.Fatalf("with one: %d at %s, %v\n%s", status, at, err, page)
	}
	soon(a.t, "the machine is open", func() bool { // a try at the passphrase costs more than to look
		_, _, page, err := a.o.b.ask("/door", nil)
		must(a.t, err)
		return strings.Contains(page, `action="/signin/office"`)
	})
	must(a.t, a.o.unlock())
}

// works notes a late request.
func (a *standsApart) works() {
	a.t.Helper()
	a.deeds = append(a.deeds, fmt.Sprintf("คข. %d/2569", len(a.deeds)+1))
	must(a.t, a.o.opensCase(a.deeds[len(a.deeds)-1]))
}

// truly holds what the page says to what the centre has, while not all is there.
func (a *standsApart) truly(when string) {
	a.t.Helper()
	said, all := a.o.says()
	there := len(a.c.stored().places)
	if n := len(a.deeds); all || said.waits+said.stored+said.done != n || said.waits == 0 || there < n-said.waits {
		a.t.Errorf("%s the page says of %d %+v, all: %t, and the centre has %d", when, n, said, all, there)
	}
}

// meets lets the office have a network until the meeting is at its end.
func (a *standsApart) meets(v meeting) {
	a.t.Helper()
	end := v.endsOn(a.o.way, a.land.lost)
	a.land.comes()
	must(a.t, a.o.way.Set(v.line))
	began := time.Now()
	a.until(end, v.name)
	a.t.Logf("%s: after %v", v.name, time.Since(began).Round(time.Millisecond))
	if took := time.Since(began); took > contactTime {
		a.t.Errorf("%s: it took the machine %v to see that it had a network, which lasts for %v", v.name, took, contactTime)
	}
	a.works()
	a.truly(v.name + ":")
	if v.gone {
		a.land.gone()
		a.works()
		a.o.shows("/sync", "ติดต่อศูนย์กลางไม่ได้")
		a.truly(v.name + ", and no network:")
	}
}

// until waits for the end of a meeting. Where the machine can not see that it has a
// network its officer presses the button.
func (a *standsApart) until(end <-chan struct{}, what string) {
	a.t.Helper()
	pressed := time.Time{}
	soon(a.t, what, func() bool {
		if !a.land.told() && time.Since(pressed) > time.Second {
			pressed = time.Now()
			must(a.t, a.o.tries())
		}
		select {
		case <-end:
			return true
		default:
			return false
		}
	})
}

// TestF24TwoNetworksAndWhatIsBetween has an office and a centre stand in a network each.
// What is sent gets lost without anybody being told, the network goes and comes, and
// each time the office is at another address. The machine sees by itself when it can be
// heard again, and everything arrives once.
func TestF24TwoNetworksAndWhatIsBetween(t *testing.T) {
	t.Parallel()
	land, err := apart(t)
	if err != nil {
		t.Logf("this system lets nobody have networks of their own (%v): a line that loses all is between the programs instead", err)
		land = &oneNetwork{t: t}
	}
	a := newApart(t, land)
	a.enrols()
	a.land.gone()
	for range 3 {
		a.works()
	}
	a.truly("before anything is sent")
	for _, v := range []meeting{
		{name: "the centre's first word is lost", hear: badline.In, on: `"type":"hello"`},
		{name: "what is sent is lost in the middle", line: badline.Weather{Rate: slowest}, hear: badline.In, on: `"type":"hello"`, then: true, gone: true},
		{name: "what the centre says to it is lost", hear: badline.In, on: `"results"`},
	} {
		a.meets(v)
	}
	a.o.way.Hear(badline.In, nil)
	a.o.way.Hear(badline.Out, nil)
	a.land.comes()
	arrives(t, a.c, a.o, a.deeds...)
}
