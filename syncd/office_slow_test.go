//go:build unix

package main

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"khumue/internal/testkit/badline"
)

// patient are the stories that mostly wait, for a line or for a time that somebody
// said.
var patient = map[string]func(*testing.T){
	"F23: the first fetch at 23 kbit/s":        firstFetch,
	"F24: a half-open connection":              halfOpen,
	"a rural office's month without a network": ruralOffice,
}

// TestOfficesThatWait tells those stories at once: of full disks (F10 and F11), of the
// slowest line (F23), of a connection that is half open (F24), and of a rural office.
func TestOfficesThatWait(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	for name, do := range patient {
		all.Go(func() { t.Run(name, do) })
	}
	all.Wait()
}

// halfOpen has a connection get lost without anybody being told.
func halfOpen(t *testing.T) {
	c, o := pair(t)
	o.sends()
	o.weather(badline.Weather{Deaf: true, Mute: true})
	must(t, o.opensCase("คข. 1/2569"))
	must(t, o.tries())
	_, _, _, err := o.b.ask("/sync", nil) // what it tried is lost by now
	must(t, err)
	began, made := time.Now(), o.way.Made()
	o.weather(badline.Weather{})
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for o.way.Made() == made && time.Since(began) < 100*time.Second {
		<-tick.C
	}
	if took := time.Since(began); took > 90*time.Second {
		t.Errorf("a connection that is half open is given up after %v", took)
	} else {
		t.Logf("it is given up after %v", took.Round(time.Second))
	}
	arrives(t, c, o, "คข. 1/2569")
}

// firstFetch fetches an office's content over the slowest line, which breaks again and
// again.
func firstFetch(t *testing.T) {
	c := newCentre(t)
	c.start()
	o := newOffice(t, c, "point")
	o.weather(badline.Weather{Rate: slowest, Delay: 300 * time.Millisecond, Break: 40_000})
	began := time.Now()
	o.start()
	who := url.Values{"user": {o.person + "@example.invalid"}, "passphrase": {localPhrase}}
	_, _, _, err := o.b.ask("/door/unlock", who)
	must(t, err)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	shares := []int{0}
	for open := false; !open; <-tick.C {
		if time.Since(began) > 3*time.Minute {
			t.Fatalf("it is not fetched in three minutes; it went on by %v", shares)
		}
		_, _, page, err := o.b.ask("/door", nil)
		must(t, err)
		if found := share.FindStringSubmatch(page); found != nil {
			n, err := strconv.Atoi(found[1])
			must(t, err)
			switch last := shares[len(shares)-1]; {
			case n < last:
				t.Errorf("it goes back from %d %% to %d", last, n)
			case n > last:
				shares = append(shares, n)
			}
		}
		open = strings.Contains(page, `action="/signin/office"`)
	}
	t.Logf("fetched in %v, %d bytes over %d connections, by %v", time.Since(began).Round(time.Second), o.way.Carried(badline.In), o.way.Made(), shares)
	if len(shares) < 4 || o.way.Made() < 3 {
		t.Errorf("it went on by %v over %d connections", shares, o.way.Made())
	}
	o.weather(badline.Weather{})
	must(t, o.unlock())
	must(t, o.opensCase("คข. 1/2569"))
	arrives(t, c, o, "คข. 1/2569")
}

// share is how the door says how far the first fetch is.
var share = regexp.MustCompile(`<progress max="100" value="(\d+)">`)
