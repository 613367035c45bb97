package calendar

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// southern are provinces that keep a day of their own in these tests.
var southern = []string{"90", "91", "94", "95", "96"}

func holidays(t testing.TB) Holidays {
	t.Helper()
	text, err := os.ReadFile("testdata/holidays.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Holidays []Holiday }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	regional := Holiday{day(t, "2026-02-17"), "วันตรุษจีน", "Chinese New Year", southern}
	return NewHolidays(append(file.Holidays, regional))
}

func TestWorkingDaySums(t *testing.T) {
	table := holidays(t)
	tests := []struct {
		name, from string
		n          int
		want       string
	}{
		{"an unlock granted before Songkran", "2026-04-10", 5, "2026-04-22"},
		{"an unlock granted before the July holidays", "2026-07-24", 5, "2026-08-05"},
		{"an unlock granted before a substitute day", "2026-05-28", 5, "2026-06-08"},
		{"an unlock granted in December", "2026-12-03", 5, "2026-12-14"},
		{"an unlock granted before Makha Bucha", "2026-02-27", 5, "2026-03-09"},
		{"the tenth working day after March locks its reports", "2026-03-31", 10, "2026-04-20"},
		{"a grant on a Saturday counts from Monday", "2026-11-21", 1, "2026-11-23"},
		{"no days stay where they are", "2026-11-21", 0, "2026-11-21"},
		{"back over a weekend", "2026-11-23", -1, "2026-11-20"},
		{"back over New Year", "2026-01-05", -2, "2025-12-29"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := table.AddWorkingDays(day(t, test.from), test.n, ""); got.ISO() != test.want {
				t.Errorf("got %v, want %s", got, test.want)
			}
		})
	}
}

func TestDelayNoticesFollowTheDeadline(t *testing.T) {
	table := holidays(t)
	due := table.NextWorkingDay(day(t, "2026-03-02").AddDays(30), "")
	want := []string{"2026-04-01", "2026-04-08", "2026-04-16", "2026-04-22"}
	var got []string
	for n := range want {
		got = append(got, table.NextWorkingDay(due.AddDays(7*n), "").ISO())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestProvincesKeepTheirOwnDays(t *testing.T) {
	table := holidays(t)
	lunarNewYear := day(t, "2026-02-17")
	for province, want := range map[string]bool{"94": false, "50": true, "": true} {
		if got := table.IsWorkingDay(lunarNewYear, province); got != want {
			t.Errorf("province %q: working day is %v, want %v", province, got, want)
		}
	}
	if got := table.AddWorkingDays(day(t, "2026-02-16"), 1, "94").ISO(); got != "2026-02-18" {
		t.Errorf("got %s, want 2026-02-18", got)
	}
	if h, ok := table.Is(day(t, "2026-04-13"), "94"); !ok || h.Name("en") != "Songkran Festival" {
		t.Errorf("got %v, %v, want the country's Songkran", h, ok)
	}
}

func TestNextHolidays(t *testing.T) {
	table := holidays(t)
	tests := []struct {
		name, from, province string
		n                    int
		want                 []string
	}{
		{"the day itself is the first", "2026-12-07", "", 2, []string{"2026-12-07", "2026-12-10"}},
		{"over a new year", "2026-12-11", "", 2, []string{"2026-12-31", "2027-01-01"}},
		{"a southern province", "2026-02-01", "94", 2, []string{"2026-02-17", "2026-03-03"}},
		{"elsewhere", "2026-02-01", "50", 1, []string{"2026-03-03"}},
		{"the end of the table", "2027-12-31", "", 5, []string{"2027-12-31"}},
		{"none are asked for", "2026-01-01", "", 0, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, h := range table.Next(day(t, test.from), test.province, test.n) {
				got = append(got, h.Date.ISO())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHolidayTable(t *testing.T) {
	table := holidays(t)
	for year, want := range map[int]bool{2567: false, 2568: true, 2569: true, 2570: true, 2571: false} {
		if got := table.HasYear(year); got != want {
			t.Errorf("%d: got %v, want %v", year, got, want)
		}
	}
	regional := NewHolidays([]Holiday{{day(t, "2026-02-17"), "วันตรุษจีน", "", southern}})
	if regional.HasYear(2569) {
		t.Error("a day of some provinces made a table of the year")
	}
	if got := regional.All()[0].Name("en"); got != "วันตรุษจีน" {
		t.Errorf("got %q, want the Thai name where English has none", got)
	}
	songkran := table.In(Period{day(t, "2026-04-07"), day(t, "2026-04-30")})
	if len(songkran) != 3 {
		t.Errorf("got %v, want the three days of Songkran", songkran)
	}
	for _, h := range table.All() {
		if h.Date.IsWeekend() {
			t.Errorf("%v is a weekend: the test's table holds weekdays only", h.Date)
		}
	}
}

func TestOrderOfTheListDoesNotMatter(t *testing.T) {
	list := holidays(t).All()
	slices.Reverse(list)
	if diff := cmp.Diff(holidays(t).All(), NewHolidays(list).All()); diff != "" {
		t.Error(diff)
	}
}

func TestNoTableMeansNoHolidays(t *testing.T) {
	var none Holidays
	if !none.IsWorkingDay(day(t, "2026-01-01"), "") || none.HasYear(2569) || none.Next(day(t, "2026-01-01"), "", 3) != nil {
		t.Error("the zero table knows holidays")
	}
}

func TestTheNextYearIsMissedFromNovember(t *testing.T) {
	table := NewHolidays([]Holiday{{Date: day(t, "2026-01-01")}, {Date: day(t, "2027-01-01")}})
	for today, want := range map[string]int{
		"2025-12-31": 2568, "2026-01-01": 0, "2026-11-30": 0, "2027-10-31": 0, "2027-11-01": 2571, "2027-12-31": 2571, "2028-01-01": 2571, "2028-11-01": 2571,
	} {
		if be, due := table.Due(day(t, today)); be != want || due != (want != 0) {
			t.Errorf("on %s: %d, %v, want %d", today, be, due, want)
		}
	}
}
