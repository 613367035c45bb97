package catalog

import (
	"testing"

	"khumue/internal/calendar"
)

func week(opens calendar.TimeOfDay) Hours {
	return Hours{Week: []Span{{Days: []Weekday{"mon"}, Opens: opens, Closes: 990}}}
}

func TestHoursComeFromTheNearestAgency(t *testing.T) {
	own, ministry := week(510), week(540)
	for _, c := range []struct {
		name  string
		point Hours
		chain Chain
		want  calendar.TimeOfDay
	}{
		{"a point's own hours count first", week(480), Chain{{Hours: own}, {Hours: ministry}}, 480},
		{"then those of its agency", Hours{}, Chain{{Hours: own}, {Hours: ministry}}, 510},
		{"then those of the nearest above", Hours{}, Chain{{}, {Hours: ministry}}, 540},
	} {
		if got := c.chain.HoursOf(&Point{Hours: c.point}); len(got.Week) != 1 || got.Week[0].Opens != c.want {
			t.Errorf("%s: got %+v", c.name, got)
		}
	}
	if got := (Chain{{}}).HoursOf(&Point{}); !got.IsZero() {
		t.Errorf("nobody says: got %+v", got)
	}
}

func TestClosuresOfAllAgenciesReachThePoint(t *testing.T) {
	day := func(n int) calendar.Date { return calendar.Date{Year: 2026, Month: 12, Day: n} }
	chain := Chain{{Closures: []Closure{{From: day(3)}}}, {Closures: []Closure{{From: day(1)}}}}
	got := chain.ClosuresOf(&Point{Closures: []Closure{{From: day(2)}}, Status: ClosedTemporarily, Closed: Some(Closure{From: day(4)})})
	for i, c := range got {
		if c.From != day(i+1) {
			t.Errorf("got %v at place %d", c.From, i)
		}
	}
	if len(got) != 4 {
		t.Errorf("got %d closures, want 4", len(got))
	}
}
