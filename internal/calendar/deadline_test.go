package calendar

import (
	"testing"
	"time"
)

func at(t testing.TB, s string) time.Time {
	t.Helper()
	moment, err := time.ParseInLocation("2006-01-02 15:04:05", s, Bangkok())
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

func TestAWindowEndsWithTheDay(t *testing.T) {
	table := holidays(t)
	tests := []struct {
		name, granted, province string
		n                       int
		lastIn, firstOut        string
	}{
		{"granted before Songkran", "2026-04-10 09:00:00", "", 5, "2026-04-22 23:59:59", "2026-04-23 00:00:00"},
		{"granted in the last second of the same day", "2026-04-10 23:59:59", "", 5, "2026-04-22 23:59:59", "2026-04-23 00:00:00"},
		{"granted before the July holidays", "2026-07-24 16:30:00", "", 5, "2026-08-05 23:59:59", "2026-08-06 00:00:00"},
		{"granted before a substitute day", "2026-05-28 08:30:00", "", 5, "2026-06-08 23:59:59", "2026-06-09 00:00:00"},
		{"granted in December", "2026-12-03 12:00:00", "", 5, "2026-12-14 23:59:59", "2026-12-15 00:00:00"},
		{"granted before Makha Bucha", "2026-02-27 12:00:00", "", 5, "2026-03-09 23:59:59", "2026-03-10 00:00:00"},
		{"where the province keeps a day of its own", "2026-02-13 12:00:00", "94", 5, "2026-02-23 23:59:59", "2026-02-24 00:00:00"},
		{"where it does not", "2026-02-13 12:00:00", "50", 5, "2026-02-20 23:59:59", "2026-02-21 00:00:00"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			end := table.WindowEnd(at(t, test.granted), test.n, test.province)
			if !at(t, test.lastIn).Before(end) || at(t, test.firstOut).Before(end) {
				t.Errorf("it ends at %v", end)
			}
		})
	}
}

func TestTheHourInBangkokDecidesTheDay(t *testing.T) {
	late := time.Date(2026, 4, 9, 18, 0, 0, 0, time.UTC) // 01:00 on Friday the 10th
	if got := holidays(t).WorkingDayAfter(late, 5, "").ISO(); got != "2026-04-22" {
		t.Errorf("got %s", got)
	}
}

func TestAMonthsReportsAreDueOnAWorkingDayOfTheNext(t *testing.T) {
	table := holidays(t)
	for month, want := range map[string]string{"2026-03": "2026-04-20", "2026-10": "2026-11-13", "2026-11": "2026-12-16", "2025-12": "2026-01-16"} {
		m, err := ParseMonth(month)
		if err != nil {
			t.Fatal(err)
		}
		if got := table.WorkingDayOfNext(m, 10, "").ISO(); got != want {
			t.Errorf("%s: got %s, want %s", month, got, want)
		}
	}
}

func TestWhenAPromisedPeriodEnds(t *testing.T) {
	table := holidays(t)
	tests := []struct {
		name, from string
		n          int
		unit       DayUnit
		want       string
	}{
		{"thirty days of the Act's example", "2026-03-02", 30, Days, "2026-04-01"},
		{"a letter a week later", "2026-04-01", 7, Days, "2026-04-08"},
		{"a letter that would be due on Songkran", "2026-04-01", 14, Days, "2026-04-16"},
		{"days that end on a Saturday", "2026-11-20", 8, Days, "2026-11-30"},
		{"working days", "2026-04-10", 5, WorkingDays, "2026-04-22"},
		{"no working days on a Saturday", "2026-11-21", 0, WorkingDays, "2026-11-23"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := table.DueOn(day(t, test.from), test.n, test.unit, "").ISO(); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestQuartersAreWrittenReadAndCounted(t *testing.T) {
	q := Quarter{2569, 1}
	for n, want := range map[int]string{0: "2569-q1", 1: "2569-q2", 4: "2570-q1", -1: "2568-q4", -5: "2567-q4"} {
		got := q.Add(n)
		back, err := ParseQuarter(got.ISO())
		if got.ISO() != want || err != nil || back != got {
			t.Errorf("%+d: got %s, read %v %v, want %s", n, got.ISO(), back, err, want)
		}
	}
}

func TestMonthsToAMonth(t *testing.T) {
	m := Month{2026, time.November}
	for n, want := range map[int]int{0: 1, 3: 4, -1: 0, -20: 0} {
		if got := m.MonthsTo(m.Add(n)); len(got) != want {
			t.Errorf("%+d: got %v", n, got)
		}
	}
}

func TestHowLongIsLeft(t *testing.T) {
	now := at(t, "2026-11-22 10:00:00")
	for _, test := range []struct {
		end    string
		th, en string
	}{
		{"2026-11-25 14:00:00", "เหลืออีก 3 วัน 4 ชั่วโมง", "3 days 4 hours left"},
		{"2026-11-23 10:00:30", "เหลืออีก 1 วัน", "1 day left"},
		{"2026-11-22 11:01:00", "เหลืออีก 1 ชั่วโมง 1 นาที", "1 hour 1 minute left"},
		{"2026-11-22 10:00:59", "เหลือไม่ถึง 1 นาที", "less than a minute left"},
		{"2026-11-22 10:00:00", "หมดเวลาแล้ว", "time is up"},
		{"2026-11-01 10:00:00", "หมดเวลาแล้ว", "time is up"},
	} {
		if th, en := Left(now, at(t, test.end), "th"), Left(now, at(t, test.end), "en"); th != test.th || en != test.en {
			t.Errorf("%s: got %q, %q", test.end, th, en)
		}
	}
}

func FuzzQuarter(f *testing.F) {
	for _, s := range []string{"2569-q1", "2569-q5", "q1", "", "2569-q1x", "-569-q1", "๒๕๖๙-q1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if q, err := ParseQuarter(s); err == nil && (q.ISO() != s || q.Add(4).Add(-4) != q || len(q.Months()) != 3) {
			t.Errorf("%q is read as %v", s, q)
		}
	})
}

// FuzzDeadlines checks what holds of every deadline: it is a working day, it is
// later than what it is counted from, and a longer period never ends earlier.
func FuzzDeadlines(f *testing.F) {
	f.Add(int64(0), 5, true)
	f.Add(int64(1_774_000_000), 30, false)
	table := holidays(f)
	f.Fuzz(func(t *testing.T, unix int64, n int, southern bool) {
		n, unix = max(n%100, -n%100)+1, max(unix%4_000_000_000, -unix%4_000_000_000)
		province := map[bool]string{true: "94", false: "10"}[southern]
		moment := time.Unix(unix, 0)
		from, last := DateOf(moment), table.WorkingDayAfter(moment, n, province)
		if !table.IsWorkingDay(last, province) || last.Sub(from) < n || !moment.Before(table.WindowEnd(moment, n, province)) {
			t.Errorf("%d working days after %v end on %v", n, from, last)
		}
		for _, unit := range []DayUnit{Days, WorkingDays} {
			due, later := table.DueOn(from, n, unit, province), table.DueOn(from, n+1, unit, province)
			if !table.IsWorkingDay(due, province) || due.Sub(from) < n || later.Before(due) {
				t.Errorf("%d %s after %v: %v, one more: %v", n, unit, from, due, later)
			}
		}
	})
}
