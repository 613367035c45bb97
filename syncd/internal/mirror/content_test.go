package mirror_test

import (
	"testing"
	"time"
)

// slowLine is a line of 23 kbit/s, in bytes a second.
const slowLine = 23_000 / 8

// longest is how long a first fetch may take on such a line, by office.
const longest = 3 * time.Minute

func TestAFirstFetchGivesAnOfficeItsScopeAndNothingElse(t *testing.T) {
	c := newCentre(t, &portal)
	for _, who := range offices {
		t.Run(named(who), func(t *testing.T) {
			o := newOffice(t, c.clock, who)
			o.follow(c)
			o.same(c)
			took := time.Duration(o.bytes+o.sent) * time.Second / slowLine
			t.Logf("%d pages, %d bytes down, %d up: %s at 23 kbit/s; the largest page has %d", o.pages, o.bytes, o.sent, took, o.largest)
			if took > longest {
				t.Errorf("a first fetch takes %s at 23 kbit/s, want at most %s", took, longest)
			}
			before := o.bytes + o.sent
			o.follow(c)
			if again := o.bytes + o.sent - before; again > 1000 {
				t.Errorf("a pull without news costs %d bytes", again)
			}
		})
	}
}
