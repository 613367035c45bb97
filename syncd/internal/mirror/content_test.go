package mirror_test

import (
	"testing"
	"time"

	"khumue/syncd/internal/scope"
)

// A line of 23 kbit/s, in bytes a second.
const slowLine = 23_000 / 8

func TestAFirstFetchGivesAnOfficeItsScopeAndNothingElse(t *testing.T) {
	c := newCentre(t)
	for _, who := range offices {
		t.Run(named(who), func(t *testing.T) {
			o := newOffice(t, c.clock, who)
			o.follow(c)
			o.same(c)
			t.Logf("%d pages, %d bytes down (%s at 23 kbit/s), %d up; the largest page %d", o.pages, o.bytes, time.Duration(o.bytes)*time.Second/slowLine, o.sent, o.largest)
			before := o.bytes
			o.follow(c)
			if again := o.bytes - before; again > 600 {
				t.Errorf("a pull without news costs %d bytes", again)
			}
		})
	}
}

var _ = scope.Office{}
