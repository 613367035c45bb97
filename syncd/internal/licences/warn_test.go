package licences_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/licence"
	"khumue/syncd/internal/licences"
)

// warned are who was warned since the last time, as "topic person: point +others
// month until".
func (o *office) warned() (out []string) {
	o.t.Helper()
	o.must(o.Warn(o.t.Context()))
	for _, n := range o.told {
		if n.Topic == licences.Locking || n.Topic == licences.Ending {
			out = append(out, fmt.Sprintf("%s %s: %s +%d %s %s", n.Topic, n.To[0], n.Point, n.More, n.Month.ISO(), calendar.DateOf(n.Until).ISO()))
		}
	}
	o.told = nil
	return out
}

// October locks at the end of Friday 13 November; its mornings of reminders are 6, 11
// and 13 November.
func TestWhoReportsIsRemindedBeforeAMonthLocks(t *testing.T) {
	const all = "locking o-cmi point: cmi-1 +0 2026-10 2026-11-14\nlocking o-doh central: doh-1 +0 2026-10 2026-11-14\nlocking o-point: dlt-area5 +0 2026-10 2026-11-14"
	for _, test := range []struct {
		name, at, want string
		before         func(*office)
	}{
		{"nobody in the first days of the month", "2026-11-05 12:00", "", nil},
		{"nobody before eight in the morning", "2026-11-06 07:59", "", nil},
		{"each who reports, and no one who does not", "2026-11-06 08:00", all, nil},
		{"a morning that nobody was there for is made up for", "2026-11-08 13:00", all, nil},
		{"on the last day", "2026-11-13 20:00", all, nil},
		{"nobody once the month is locked", "2026-11-14 08:00", "", nil},
		{"not who handed all in", "2026-11-11 08:00", strings.Join(strings.Split(all, "\n")[1:], "\n"), func(o *office) {
			_, err := o.write("cmi point", licence.Key{Point: "cmi-1", Process: renewal, Month: october}, licence.Entry{Zero: true})
			o.must(err)
		}},
		{"who has a draft only, as who has nothing", "2026-11-11 08:00", all, func(o *office) {
			_, err := o.write("cmi point", licence.Key{Point: "cmi-1", Process: renewal, Month: october}, entry(0, 4, 0, 0), func(w *licences.Written) { w.File = false })
			o.must(err)
		}},
		{"of several points once, with their number", "2026-11-06 09:00", strings.Replace(all, "doh-1 +0", "doh-1 +1", 1), func(o *office) {
			o.must(o.Follow(o.t.Context()))
			o.at = clock(o.t, "2026-10-20 09:00")
			o.turn, o.points = o.turn+1, append(o.points, licences.Place{Code: "doh-2", Agency: "doh", Name: catalog.Text{TH: "ทางหลวง 2"}, Processes: []catalog.ProcessID{road}})
			o.must(o.Follow(o.t.Context()))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := open(t)
			if test.before != nil {
				test.before(o)
			}
			o.at = clock(t, test.at)
			if got := strings.Join(o.warned(), "\n"); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
			if again := o.warned(); again != nil {
				t.Errorf("and again on the same day: %v", again)
			}
		})
	}
}

// A mark is what one is told once under, so that it tells mornings, months and
// deadlines apart, and nothing else.
func TestAReminderBearsTheMarkOfItsMorning(t *testing.T) {
	marks := func(at string) (out []string) {
		t.Helper()
		o := open(t) // as after a restart
		o.at = clock(t, at)
		o.must(o.Warn(t.Context()))
		for _, n := range o.told {
			out = append(out, string(n.To[0])+" "+n.Mark)
		}
		return out
	}
	first := marks("2026-11-06 08:00")
	if len(first) != 3 || !slices.Equal(first, marks("2026-11-10 23:00")) {
		t.Errorf("a restart changes what the first morning is: %v", first)
	}
	second := marks("2026-11-11 08:00")
	if len(second) != 3 || slices.ContainsFunc(second, func(m string) bool { return slices.Contains(first, m) }) {
		t.Errorf("the second is the first: %v", second)
	}
}

func TestAnUnlockThatEndsSoonIsToldOf(t *testing.T) {
	o := open(t)
	o.at = clock(t, "2026-12-01 09:00")
	id := o.asked(area5, "colleague")
	_, err := o.Decide(t.Context(), o.people["central"], []string{id}, true, "")
	o.must(err)
	o.told = nil
	ends := func(at string) (out []string) {
		t.Helper()
		o.at = clock(t, at)
		for _, s := range o.warned() {
			if strings.HasPrefix(s, "ending") {
				out = append(out, s)
			}
		}
		return out
	}
	if got := ends("2026-12-02 12:00"); got != nil {
		t.Errorf("the day after the grant: %v", got)
	}
	want := []string{"ending o-colleague: dlt-area5 +0 2026-10 2026-12-10", "ending o-point: dlt-area5 +0 2026-10 2026-12-10"}
	if got := ends("2026-12-04 08:00"); !slices.Equal(got, want) { // 7 December is a holiday, 9 the last day
		t.Errorf("two working days before the last: %v", got)
	}
	_, err = o.write("point", area5, entry(2, 4, 3, 3))
	o.must(err)
	if got := ends("2026-12-09 08:00"); got != nil {
		t.Errorf("after it was used: %v", got)
	}
}

func TestWhoCouldNotBeToldIsToldWhenItIsTriedAgain(t *testing.T) {
	o := open(t)
	o.at = clock(t, "2026-11-06 09:00")
	tell := o.Tell
	o.Tell = func(ctx context.Context, n licences.News) error {
		if n.Point == "cmi-1" {
			return fault.Unavailable
		}
		return tell(ctx, n)
	}
	if err := o.Warn(t.Context()); !errors.Is(err, fault.Unavailable) || len(o.told) != 2 {
		t.Errorf("told %d, %v", len(o.told), err)
	}
	o.told, o.Tell = nil, tell
	if got := o.warned(); len(got) != 3 {
		t.Errorf("tried again: %v", got)
	}
}
