package calendar

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDateIsShown(t *testing.T) {
	d := day(t, "2026-11-22")
	tests := []struct{ name, got, want string }{
		{"short", d.Short("th"), "22 พ.ย. 2569"},
		{"short in English", d.Short("en"), "22 Nov 2026"},
		{"long", d.Long("th"), "22 พฤศจิกายน 2569"},
		{"long in English", d.Long("en"), "22 November 2026"},
		{"in official papers", d.Formal(), "22 พฤศจิกายน พ.ศ. 2569"},
		{"in a letter", ThaiDigits(d.Formal()), "๒๒ พฤศจิกายน พ.ศ. ๒๕๖๙"},
		{"short with its weekday", d.ShortDay("th"), "อา. 22 พ.ย. 2569"},
		{"short with its weekday in English", d.ShortDay("en"), "Sun 22 Nov 2026"},
		{"long with its weekday", d.LongDay("th"), "วันอาทิตย์ที่ 22 พฤศจิกายน 2569"},
		{"long with its weekday in English", d.LongDay("en"), "Sunday 22 November 2026"},
		{"in numbers", d.Numeric("th"), "22/11/2569"},
		{"in numbers in English", d.Numeric("en"), "22/11/2026"},
		{"month", MonthOf(d).Short("th"), "พ.ย. 2569"},
		{"month in full", MonthOf(d).Long("th"), "พฤศจิกายน 2569"},
		{"month in English", MonthOf(d).Long("en"), "November 2026"},
		{"stored", d.String(), "2026-11-22"},
		{"a month stored", MonthOf(d).String(), "2026-11"},
		{"a weekday", WeekdayName(time.Thursday, "th"), "วันพฤหัสบดี"},
		{"a short weekday", WeekdayAbbr(time.Thursday, "en"), "Thu"},
		{"digits back", ArabicDigits("ที่ ๑/๒๕๖๙"), "ที่ 1/2569"},
		{"an unknown language is Thai", d.Short("lo"), "22 พ.ย. 2569"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.got != test.want {
				t.Errorf("got %q, want %q", test.got, test.want)
			}
		})
	}
}

func TestNoDateShowsNothing(t *testing.T) {
	var d Date
	got := []string{
		d.ISO(), d.Short("th"), d.Long("en"), d.Formal(), d.ShortDay("th"), d.LongDay("en"), d.Numeric("th"),
		Month{}.ISO(), Month{}.Short("th"), Period{}.Short("th"),
	}
	if diff := cmp.Diff(make([]string, len(got)), got); diff != "" {
		t.Error(diff)
	}
}

func TestPeriodIsShown(t *testing.T) {
	tests := []struct{ name, from, to, th, en string }{
		{"within a month", "2026-04-13", "2026-04-15", "13–15 เม.ย. 2569", "13–15 Apr 2026"},
		{"over two months", "2026-04-30", "2026-05-02", "30 เม.ย. – 2 พ.ค. 2569", "30 Apr – 2 May 2026"},
		{"over a new year", "2026-12-30", "2027-01-02", "30 ธ.ค. 2569 – 2 ม.ค. 2570", "30 Dec 2026 – 2 Jan 2027"},
		{"the same month of two years", "2026-12-30", "2027-12-30", "30 ธ.ค. 2569 – 30 ธ.ค. 2570", "30 Dec 2026 – 30 Dec 2027"},
		{"a single day", "2026-04-13", "2026-04-13", "13 เม.ย. 2569", "13 Apr 2026"},
		{"without end", "2026-04-13", "", "ตั้งแต่ 13 เม.ย. 2569", "from 13 Apr 2026"},
		{"without beginning", "", "2026-04-13", "ถึง 13 เม.ย. 2569", "until 13 Apr 2026"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := Period{dayOrNone(t, test.from), dayOrNone(t, test.to)}
			if got := p.Short("th"); got != test.th {
				t.Errorf("got %q, want %q", got, test.th)
			}
			if got := p.Short("en"); got != test.en {
				t.Errorf("got %q, want %q", got, test.en)
			}
		})
	}
	songkran := Period{day(t, "2026-04-13"), day(t, "2026-04-15")}
	if got, want := songkran.Long("th"), "13–15 เมษายน 2569"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func dayOrNone(t *testing.T, iso string) Date {
	t.Helper()
	if iso == "" {
		return Date{}
	}
	return day(t, iso)
}

func TestPeriodContains(t *testing.T) {
	from, to := day(t, "2026-04-13"), day(t, "2026-04-15")
	tests := []struct {
		name   string
		period Period
		day    string
		want   bool
	}{
		{"its first day", Period{from, to}, "2026-04-13", true},
		{"its last day", Period{from, to}, "2026-04-15", true},
		{"the day before", Period{from, to}, "2026-04-12", false},
		{"the day after", Period{from, to}, "2026-04-16", false},
		{"long after, without end", Period{From: from}, "2126-01-01", true},
		{"long before, without beginning", Period{To: to}, "1941-01-01", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.period.Contains(day(t, test.day)); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
	for _, test := range []struct {
		period Period
		want   int
	}{{Period{from, to}, 3}, {Period{from, from}, 1}, {Period{to, from}, 0}, {Period{From: from}, 0}, {Period{To: to}, 0}} {
		if got := test.period.Days(); got != test.want {
			t.Errorf("%+v: got %d days, want %d", test.period, got, test.want)
		}
	}
}
