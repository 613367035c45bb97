package mirror_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/licence"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/scope"
)

// slowLine is a line of 23 kbit/s, in bytes a second.
const slowLine = 23_000 / 8

// longest is how long a first fetch may take on such a line, by office.
const longest = 3 * time.Minute

func TestAFirstFetchGivesAnOfficeItsScopeAndNothingElse(t *testing.T) {
	c := newCentre(t, &portal)
	busy(c)
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

// busy gives the centre what a small office has of records: two years of reports of
// each point, of four processes, and ten late requests.
func busy(c *centre) {
	c.t.Helper()
	h := &history{Rand: rand.New(rand.NewPCG(1, 1)), c: c}
	ctx := c.t.Context()
	at := c.now.UTC()
	owners := map[catalog.PointCode]catalog.AgencyCode{}
	for _, code := range c.codes {
		owners[code] = c.owner(code)
	}
	err := c.store.Licences().Write(ctx, func(r licences.Records) error {
		for _, code := range c.codes {
			for m := range scope.DefaultMonths {
				for p := range 4 {
					k := licence.Key{Point: code, Process: catalog.ProcessID(fmt.Sprintf("%s-%d", code, p)), Month: month(-m)}
					n := h.IntN(300)
					f := licence.Filing{Entry: licence.Entry{Figures: licence.Figures{Received: n, ApprovedOn: n}}, Version: 1, At: at.Add(time.Duration(h.IntN(1e9))), By: "o-0000000000000001", Cause: licence.First}
					f.At = f.At.Truncate(time.Microsecond)
					if err := r.PutReport(owners[code], licence.Report{Key: k, Edition: 1, Filed: f}); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
	err = c.store.Delays().Write(ctx, func(r delays.Records) error {
		for i := range 10 * len(c.codes) {
			h.n++
			code := c.codes[i%len(c.codes)]
			if err := h.late(r, owners[code], code); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
}
