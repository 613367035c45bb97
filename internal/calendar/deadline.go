package calendar

import (
	"fmt"
	"time"
)

// DayUnit is what a period that a law or a manual promises is counted in. The
// two are never converted into each other.
type DayUnit string

// The units.
const (
	Days        DayUnit = "days"         // วัน
	WorkingDays DayUnit = "working-days" // วันทำการ
)

// Text is "วัน", "วันทำการ", "days", "working days".
func (u DayUnit) Text(lang string) string {
	if u == WorkingDays {
		return pick(lang, "วันทำการ", "working days")
	}
	return pick(lang, "วัน", "days")
}

// WorkingDayAfter is the n-th working day after the day in Bangkok on which
// something happened, whatever the hour: an unlock granted at noon on Friday
// has its first working day on Monday.
func (t Holidays) WorkingDayAfter(moment time.Time, n int, province string) Date {
	return t.AddWorkingDays(DateOf(moment), n, province)
}

// WindowEnd is the first instant after the n-th working day after a moment:
// what is done before it is done within the window.
func (t Holidays) WindowEnd(moment time.Time, n int, province string) time.Time {
	return t.WorkingDayAfter(moment, n, province).End()
}

// WorkingDayOfNext is the n-th working day of the month after m.
func (t Holidays) WorkingDayOfNext(m Month, n int, province string) Date {
	return t.AddWorkingDays(m.Last(), n, province)
}

// DueOn is the day on which n days or working days end, counted from the day
// after d. Calendar days that end on a day off end on the next working day
// (Civil and Commercial Code, s. 193/8).
func (t Holidays) DueOn(d Date, n int, unit DayUnit, province string) Date {
	if unit == WorkingDays {
		return t.NextWorkingDay(t.AddWorkingDays(d, n, province), province)
	}
	return t.NextWorkingDay(d.AddDays(n), province)
}

// Add goes n quarters forward, or back when n is negative.
func (q Quarter) Add(n int) Quarter {
	return NewDate(q.First().Year, q.First().Month+time.Month(3*n), 1).Quarter()
}

// ISO is the stored form of a quarter, "2569-q1", with the Buddhist number of the
// fiscal year.
func (q Quarter) ISO() string { return fmt.Sprintf("%04d-q%d", int(q.Year), q.N) }

// ParseQuarter reads what [Quarter.ISO] writes and nothing else.
func ParseQuarter(s string) (Quarter, error) {
	var q Quarter
	if _, err := fmt.Sscanf(s, "%4d-q%1d", &q.Year, &q.N); err != nil || q.N < 1 || q.N > 4 || q.Year < 2000 || q.ISO() != s {
		return Quarter{}, &Error{
			TH: fmt.Sprintf("%q ไม่ใช่ไตรมาส เขียนเป็นปีงบประมาณ พ.ศ.-q ตามด้วยไตรมาส เช่น 2569-q1", s),
			EN: fmt.Sprintf("%q is not a quarter (write 2569-q1, with the fiscal year of the Buddhist era)", s),
		}
	}
	return q, nil
}

// MonthsTo are the months from m to last, both included; none when last is
// before m.
func (m Month) MonthsTo(last Month) []Month {
	n := (last.Year-m.Year)*12 + int(last.Month-m.Month) + 1
	return monthsFrom(m, max(n, 0))
}

// Left says how long it is until an end, in the largest two units that tell:
// "อีก 3 วัน 4 ชั่วโมง", "3 days 4 hours left". Below a minute it says so, and of
// what is over that it is.
func Left(now, end time.Time, lang string) string {
	d := end.Sub(now)
	switch {
	case d <= 0:
		return pick(lang, "หมดเวลาแล้ว", "time is up")
	case d < time.Minute:
		return pick(lang, "เหลือไม่ถึง 1 นาที", "less than a minute left")
	}
	days, hours, minutes := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60
	var text string
	switch {
	case days > 0:
		text = twoUnits(lang, days, "วัน", "day", hours, "ชั่วโมง", "hour")
	default:
		text = twoUnits(lang, hours, "ชั่วโมง", "hour", minutes, "นาที", "minute")
	}
	return pick(lang, "เหลืออีก "+text, text+" left")
}

func twoUnits(lang string, a int, aTH, aEN string, b int, bTH, bEN string) string {
	one := func(n int, th, en string) string {
		if lang != "en" {
			return fmt.Sprintf("%d %s", n, th)
		}
		if n != 1 {
			en += "s"
		}
		return fmt.Sprintf("%d %s", n, en)
	}
	switch {
	case a == 0:
		return one(b, bTH, bEN)
	case b == 0:
		return one(a, aTH, aEN)
	}
	return one(a, aTH, aEN) + " " + one(b, bTH, bEN)
}
