package satisfaction

import (
	"testing"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
)

func TestCommentsAreToldWithFiveAnswersAndMore(t *testing.T) {
	const busy, quiet, lone = "m0d0-p1", "m0d0-p2", "m0d1-p1"
	r := newReports(nil)
	take := func(n int, day string, point catalog.PointCode, manual catalog.ManualID) {
		a := answer(day, point, "5")
		a.Procedure = manual
		r.Columns.add(times(n, a))
	}
	take(5, "2026-01-10", busy, "a")
	take(6, "2026-01-11", busy, "b")
	take(2, "2026-01-12", busy, "c") // with the next smallest, so that the difference tells nothing
	take(3, "2026-02-10", busy, "a")
	take(1, "2026-03-10", busy, "a") // with February fewer than five
	take(2, "2026-01-10", quiet, "a")
	take(2, "2026-02-10", quiet, "a")
	take(1, "2026-05-10", quiet, "b")
	take(4, "2026-01-10", lone, "a")
	fake := answer("2026-01-10", lone, "5")
	fake.Marks = 1
	r.Columns.add(times(9, fake))
	month, quarter := period("2026-01-01", "2026-01-31"), period("2026-01-01", "2026-03-31")
	year := year2569
	tests := []struct {
		name   string
		period calendar.Period
		day    string
		point  catalog.PointCode
		manual catalog.ManualID
		ok     bool
		want   Telling
	}{
		{"a busy month is told in the month", month, "2026-01-11", busy, "b", true, Telling{2569, true, true}},
		{"and in the quarter", quarter, "2026-01-11", busy, "b", true, Telling{2569, true, true}},
		{"and in the year", year, "2026-01-11", busy, "b", true, Telling{2569, true, true}},
		{"a manual with few is not named", month, "2026-01-12", busy, "c", true, Telling{2569, true, false}},
		{"nor the next smallest beside it", month, "2026-01-10", busy, "a", true, Telling{2569, true, false}},
		{"a month with few is not told in the quarter", quarter, "2026-02-10", busy, "a", false, Telling{}},
		{"nor in the year where few are left together", year, "2026-02-10", busy, "a", false, Telling{}},
		{"quiet months are not told one by one", month, "2026-01-10", quiet, "a", false, Telling{}},
		{"nor in a quarter", quarter, "2026-02-10", quiet, "a", false, Telling{}},
		{"but together in the year, without the month", year, "2026-02-10", quiet, "a", true, Telling{2569, false, false}},
		{"answers that do not count make nothing told", year, "2026-01-10", lone, "a", false, Telling{}},
		{"nobody answered there", year, "2026-01-10", "m0d2-p1", "a", false, Telling{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			told, err := r.Comments(t.Context(), Query{Unit: "m0", Period: test.period})
			if err != nil {
				t.Fatal(err)
			}
			d, err := calendar.ParseISO(test.day)
			if err != nil {
				t.Fatal(err)
			}
			if got, ok := told.Tell(test.point, d, test.manual); ok != test.ok || got != test.want {
				t.Errorf("got %+v, %v", got, ok)
			}
		})
	}
	told, err := r.Comments(t.Context(), Query{Unit: "m0d1", Period: year})
	if err != nil || len(told.Points()) != 0 {
		t.Errorf("of another agency: %v, %v", told.Points(), err)
	}
}
