package calendar

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

func day(t testing.TB, iso string) Date {
	t.Helper()
	d, err := ParseISO(iso)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestParseISO(t *testing.T) {
	tests := []struct {
		name, in string
		want     Date
		says     string // part of the error, in both languages
	}{
		{"a stored date", "2026-11-22", Date{2026, time.November, 22}, ""},
		{"a leap day", "2024-02-29", Date{2024, time.February, 29}, ""},
		{"a leap day of the wrong year", "2026-02-29", Date{}, "2026-11-22"},
		{"a Buddhist year is named and converted", "2569-11-22", Date{}, "2026-11-22"},
		{"a day without its zero", "2026-11-2", Date{}, "2026-11-22"},
		{"a time behind it", "2026-11-22T00:00", Date{}, "2026-11-22"},
		{"the year naught", "0000-01-01", Date{}, "2026-11-22"},
		{"nothing", "", Date{}, "2026-11-22"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := ParseISO(test.in)
			if got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
			checkError(t, err, test.says)
		})
	}
}

// checkError wants no error when says is empty, else one that says it twice.
func checkError(t *testing.T, err error, says string) {
	t.Helper()
	if says == "" {
		if err != nil {
			t.Errorf("got error %v, want none", err)
		}
		return
	}
	var both *Error
	if !errors.As(err, &both) {
		t.Fatalf("got error %v, want an *Error", err)
	}
	if !strings.Contains(both.TH, says) || !strings.Contains(both.EN, says) {
		t.Errorf("got %q and %q, want %q in both", both.TH, both.EN, says)
	}
}

func TestDateOfUsesBangkok(t *testing.T) {
	// One minute past midnight of the new fiscal year in Bangkok is still
	// 30 September on a machine that runs at UTC.
	instant := time.Date(2026, time.September, 30, 17, 1, 0, 0, time.UTC)
	got := DateOf(instant)
	if want := (Date{2026, time.October, 1}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if year := got.FiscalYear(); year != 2570 {
		t.Errorf("got fiscal year %d, want 2570", year)
	}
}

func TestDayHasTwentyFourHours(t *testing.T) {
	d := day(t, "2026-11-22")
	if got, want := d.Start().UTC().Format(time.RFC3339), "2026-11-21T17:00:00Z"; got != want {
		t.Errorf("start: got %s, want %s", got, want)
	}
	if got := d.End().Sub(d.Start()); got != 24*time.Hour {
		t.Errorf("got %s, want 24h", got)
	}
	if got := DateOf(d.End().Add(-1)); got != d {
		t.Errorf("last instant: got %v, want %v", got, d)
	}
	if got := DateOf(d.End()); got != d.AddDays(1) {
		t.Errorf("end: got %v, want %v", got, d.AddDays(1))
	}
	if got, want := d.At(8*60+30).UTC().Format(time.RFC3339), "2026-11-22T01:30:00Z"; got != want {
		t.Errorf("opening: got %s, want %s", got, want)
	}
}

func TestDayArithmetic(t *testing.T) {
	tests := []struct {
		name, from string
		days       int
		want       string
	}{
		{"thirty days from a complete application", "2026-03-02", 30, "2026-04-01"},
		{"over a leap day", "2024-02-28", 2, "2024-03-01"},
		{"over a new year", "2026-12-31", 1, "2027-01-01"},
		{"back over a month", "2026-03-01", -1, "2026-02-28"},
		{"nowhere", "2026-03-01", 0, "2026-03-01"},
		{"a century", "1927-01-01", 36525, "2027-01-01"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			from := day(t, test.from)
			got := from.AddDays(test.days)
			if got.ISO() != test.want {
				t.Errorf("got %v, want %s", got, test.want)
			}
			if back := got.Sub(from); back != test.days {
				t.Errorf("Sub: got %d, want %d", back, test.days)
			}
		})
	}
}

func TestDatesAreOrdered(t *testing.T) {
	days := []string{"1941-01-01", "2025-12-31", "2026-01-01", "2026-01-31", "2026-02-01"}
	for i := range days {
		for j := range days {
			a, b := day(t, days[i]), day(t, days[j])
			if a.Before(b) != (i < j) || a.After(b) != (i > j) || (a.Compare(b) == 0) != (i == j) {
				t.Errorf("%v and %v are ordered wrongly", a, b)
			}
		}
	}
}

func TestDateAsJSON(t *testing.T) {
	type record struct {
		On    Date      `json:"on"`
		Month Month     `json:"month"`
		Until Date      `json:"until"`
		Opens TimeOfDay `json:"opens"`
	}
	want := `{"on":"2026-11-22","month":"2026-11","until":"","opens":"08:30"}`
	value := record{On: day(t, "2026-11-22"), Month: Month{2026, time.November}, Opens: 510}
	text, err := json.Marshal(value)
	if err != nil || string(text) != want {
		t.Errorf("got %s, %v, want %s", text, err, want)
	}
	var back record
	if err := json.Unmarshal(text, &back); err != nil || back != value {
		t.Errorf("got %+v, %v, want %+v", back, err, value)
	}
	for _, bad := range []string{`{"on":"2569-11-22"}`, `{"month":"2026-13"}`, `{"opens":"8.30"}`} {
		if err := json.Unmarshal([]byte(bad), &back); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

func TestParseTimeOfDay(t *testing.T) {
	tests := []struct {
		name, in string
		want     TimeOfDay
		says     string
	}{
		{"opening", "08:30", 510, ""},
		{"midnight", "00:00", 0, ""},
		{"the end of the day", "24:00", 1440, ""},
		{"after the end of the day", "24:01", 0, "08:30"},
		{"no such hour", "25:00", 0, "08:30"},
		{"no such minute", "08:60", 0, "08:30"},
		{"an hour of one digit", "8:30", 0, "08:30"},
		{"a dot", "08.30", 0, "08:30"},
		{"a sign", "+8:30", 0, "08:30"},
		{"letters", "ab:cd", 0, "08:30"},
		{"nothing", "", 0, "08:30"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := ParseTimeOfDay(test.in)
			if got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
			checkError(t, err, test.says)
		})
	}
}

func TestTimeOfDayIsShown(t *testing.T) {
	at := TimeOfDayOf(time.Date(2026, time.November, 22, 3, 42, 59, 0, time.UTC))
	if got, want := at.Text("th"), "10:42 น."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := at.Text("en"), "10:42"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzParseTimeOfDay(f *testing.F) {
	for _, seed := range []string{"08:30", "24:00", "24:01", "8:30", "๐๘:๓๐", "08:3๐"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tod, err := ParseTimeOfDay(s)
		if err != nil {
			return
		}
		if tod < 0 || tod > midnight || tod.String() != s {
			t.Errorf("%q was read as %d, shown as %s", s, tod, tod)
		}
	})
}

func FuzzParseISO(f *testing.F) {
	for _, seed := range []string{"2026-11-22", "2569-11-22", "2024-02-29", "2026-2-1", "-001-01-01"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseISO(s)
		if err == nil && (d.ISO() != s || !d.exists()) {
			t.Errorf("%q was read as %v", s, d)
		}
		if err != nil && d != (Date{}) {
			t.Errorf("%q gave %v beside an error", s, d)
		}
	})
}
