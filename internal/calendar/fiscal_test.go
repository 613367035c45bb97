package calendar

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestFiscalYearAndQuarter(t *testing.T) {
	tests := []struct {
		name, day string
		year      FiscalYear
		quarter   int
	}{
		{"the first day of 2569", "2025-10-01", 2569, 1},
		{"the end of the calendar year", "2025-12-31", 2569, 1},
		{"the second quarter", "2026-01-01", 2569, 2},
		{"the third quarter", "2026-04-01", 2569, 3},
		{"the fourth quarter", "2026-07-01", 2569, 4},
		{"the last day of 2569", "2026-09-30", 2569, 4},
		{"the first day of 2570", "2026-10-01", 2570, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := day(t, test.day)
			if got := d.FiscalYear(); got != test.year {
				t.Errorf("got fiscal year %d, want %d", got, test.year)
			}
			if got, want := d.Quarter(), (Quarter{test.year, test.quarter}); got != want {
				t.Errorf("got quarter %v, want %v", got, want)
			}
			if got := MonthOf(d).Quarter(); got != d.Quarter() {
				t.Errorf("got quarter %v of the month, want %v", got, d.Quarter())
			}
		})
	}
}

func TestFiscalPeriods(t *testing.T) {
	year := FiscalYear(2569)
	tests := []struct {
		name     string
		period   Period
		from, to string
	}{
		{"the fiscal year", year.Period(), "2025-10-01", "2026-09-30"},
		{"its first quarter", Quarter{year, 1}.Period(), "2025-10-01", "2025-12-31"},
		{"its second quarter", Quarter{year, 2}.Period(), "2026-01-01", "2026-03-31"},
		{"its third quarter", Quarter{year, 3}.Period(), "2026-04-01", "2026-06-30"},
		{"its fourth quarter", Quarter{year, 4}.Period(), "2026-07-01", "2026-09-30"},
		{"a short month", Month{2026, time.February}.Period(), "2026-02-01", "2026-02-28"},
		{"a leap month", Month{2024, time.February}.Period(), "2024-02-01", "2024-02-29"},
		{"December", Month{2026, time.December}.Period(), "2026-12-01", "2026-12-31"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want := Period{day(t, test.from), day(t, test.to)}
			if test.period != want {
				t.Errorf("got %v, want %v", test.period, want)
			}
		})
	}
}

func TestFiscalYearIsMadeOfItsParts(t *testing.T) {
	year := FiscalYear(2569)
	var months []Month
	for _, q := range year.Quarters() {
		months = append(months, q.Months()...)
	}
	if diff := cmp.Diff(year.Months(), months); diff != "" {
		t.Error(diff)
	}
	next := year.First()
	for _, m := range months {
		if m.First() != next || m.FiscalYear() != year {
			t.Errorf("%v begins on %v in %d, want %v in %d", m, m.First(), m.FiscalYear(), next, year)
		}
		next = m.Last().AddDays(1)
	}
	if next != (year + 1).First() {
		t.Errorf("the year ends before %v, want %v", next, (year + 1).First())
	}
}

func TestFiscalTexts(t *testing.T) {
	year := FiscalYear(2569)
	tests := []struct{ name, got, want string }{
		{"the year", year.Text("th"), "ปีงบประมาณ 2569"},
		{"the year in English", year.Text("en"), "fiscal year 2026 (Oct 2025 – Sep 2026)"},
		{"a quarter", Quarter{year, 1}.Text("th"), "ไตรมาส 1 ปีงบประมาณ 2569"},
		{"a quarter in English", Quarter{year, 1}.Text("en"), "quarter 1 of fiscal year 2026 (Oct – Dec 2025)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.got != test.want {
				t.Errorf("got %q, want %q", test.got, test.want)
			}
		})
	}
}

func TestMonths(t *testing.T) {
	m := Month{2026, time.November}
	for n, want := range map[int]string{0: "2026-11", 2: "2027-01", -11: "2025-12", 24: "2028-11"} {
		if got := m.Add(n).ISO(); got != want {
			t.Errorf("Add(%d): got %s, want %s", n, got, want)
		}
	}
	if m.Compare(m.Add(1)) >= 0 || m.Compare(m.Add(-12)) <= 0 || m.Compare(m) != 0 {
		t.Error("months are ordered wrongly")
	}
	if got, err := ParseMonth("2026-11"); err != nil || got != m {
		t.Errorf("got %v, %v, want %v", got, err, m)
	}
	for _, bad := range []string{"", "2026-13", "2569-11", "2026-1", "2026-11-01", "11/2569"} {
		_, err := ParseMonth(bad)
		checkError(t, err, "2026-11")
	}
}

func TestBuddhistYears(t *testing.T) {
	tests := []struct {
		name, day string
		want      int
	}{
		{"today's count", "2026-11-22", 2569},
		{"the first day of today's count", "1941-01-01", 2484},
		{"the last day of the short year 2483", "1940-12-31", 2483},
		{"the first day of the short year 2483", "1940-04-01", 2483},
		{"March still belonged to the year before", "1940-03-31", 2482},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := day(t, test.day).YearBE(); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
	if BE(2026) != 2569 || CE(2569) != 2026 {
		t.Errorf("got %d and %d, want 2569 and 2026", BE(2026), CE(2569))
	}
}
