package calendar

import (
	"cmp"
	"fmt"
	"time"
)

// Date is a day of the proleptic Gregorian calendar, with the year of the
// common era. The zero Date is no day: "not filled in".
// Dates are comparable with == and serve as map keys.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// NewDate normalises as [time.Date] does: 31 February is 2 or 3 March.
func NewDate(year int, month time.Month, day int) Date {
	return dateIn(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// DateOf is the day in Bangkok at the instant t.
func DateOf(t time.Time) Date { return dateIn(t.In(Bangkok())) }

func dateIn(t time.Time) Date {
	year, month, day := t.Date()
	return Date{year, month, day}
}

// ParseISO reads "2026-11-22" and nothing else. A year from 2400 on is refused:
// it is a Buddhist year where a year of the common era belongs.
func ParseISO(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, notISO(s)
	}
	d := dateIn(t)
	if d.Year >= firstBuddhistInput {
		return Date{}, buddhistISO(s, d)
	}
	if d.Year < 1 {
		return Date{}, notISO(s)
	}
	return d, nil
}

func notISO(s string) error {
	return &Error{
		TH: fmt.Sprintf("%q ไม่ใช่วันที่ เขียนเป็นปี ค.ศ.-เดือน-วัน เช่น 2026-11-22", s),
		EN: fmt.Sprintf("%q is not a date (write 2026-11-22)", s),
	}
}

func buddhistISO(s string, d Date) error {
	write := fmt.Sprintf("%04d%s", CE(d.Year), s[4:])
	return &Error{
		TH: fmt.Sprintf("%q เป็นปี พ.ศ. ในไฟล์ให้เขียนปี ค.ศ. เช่น %s", s, write),
		EN: fmt.Sprintf("%q has a year of the Buddhist era (write %s)", s, write),
	}
}

// ISO is the stored form, "2026-11-22"; the zero Date gives "".
func (d Date) ISO() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// String is [Date.ISO]; pages show [Date.Short] or [Date.Long].
func (d Date) String() string { return d.ISO() }

// MarshalText gives the stored form; the zero Date gives an empty text.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.ISO()), nil }

// UnmarshalText reads the stored form; an empty text gives the zero Date.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	read, err := ParseISO(string(text))
	if err != nil {
		return err
	}
	*d = read
	return nil
}

// IsZero tells that no day is given.
func (d Date) IsZero() bool { return d == Date{} }

// Compare is negative when d is before other, 0 on the same day, else positive.
func (d Date) Compare(other Date) int {
	return cmp.Or(
		cmp.Compare(d.Year, other.Year),
		cmp.Compare(d.Month, other.Month),
		cmp.Compare(d.Day, other.Day),
	)
}

// Before tells that d is an earlier day than other.
func (d Date) Before(other Date) bool { return d.Compare(other) < 0 }

// After tells that d is a later day than other.
func (d Date) After(other Date) bool { return d.Compare(other) > 0 }

// AddDays goes n calendar days forward, or back when n is negative. Counting a
// period by law starts on the day after (Civil and Commercial Code, s. 193/3):
// thirty days from 2 March end on AddDays(30), 1 April.
func (d Date) AddDays(n int) Date { return NewDate(d.Year, d.Month, d.Day+n) }

// Sub is the number of calendar days from other to d.
func (d Date) Sub(other Date) int {
	const day = 24 * 60 * 60
	return int((d.utc().Unix() - other.utc().Unix()) / day)
}

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// exists tells that the calendar has this day: 29 February 2025 does not exist.
func (d Date) exists() bool { return NewDate(d.Year, d.Month, d.Day) == d }

func (d Date) utc() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}

// IsWeekend tells Saturdays and Sundays.
func (d Date) IsWeekend() bool {
	weekday := d.Weekday()
	return weekday == time.Saturday || weekday == time.Sunday
}

// Start is midnight in Bangkok, the first instant of the day.
func (d Date) Start() time.Time { return d.At(0) }

// End is the first instant after the day: t belongs to d or an earlier day
// when t.Before(d.End()).
func (d Date) End() time.Time { return d.At(midnight) }

// At is the instant of a time of day in Bangkok; 24:00 is the next midnight.
func (d Date) At(tod TimeOfDay) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, int(tod), 0, 0, Bangkok())
}
