package delay

import (
	"fmt"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// Deadline is the last day of a promised time, with how it was found.
type Deadline struct {
	Complete calendar.Date
	Promised catalog.Duration
	Counted  calendar.Date // the day on which the count ends
	Due      calendar.Date // the same, or the next working day
	Why      calendar.Holiday
	Off      bool // Counted is no working day: a holiday, or a weekend when Why is zero
}

// DueOf counts a promised time from the day on which the papers were complete. As
// the Civil and Commercial Code has it, that day itself is not counted (s. 193/3),
// months and years end on the day before the one that corresponds (s. 193/5), and
// a period that ends on a day off ends on the next working day (s. 193/8). Minutes
// and hours end on the same day, or after as many days as they fill.
func DueOf(complete calendar.Date, promised catalog.Duration, province string, off Holidays) Deadline {
	d := Deadline{Complete: complete, Promised: promised}
	switch n := promised.Value; promised.Unit {
	case "working-day":
		d.Counted = off.AddWorkingDays(complete, n, province)
	case "day":
		d.Counted = complete.AddDays(n)
	case "month":
		d.Counted = addMonths(complete, n)
	case "year":
		d.Counted = addMonths(complete, 12*n)
	case "hour":
		d.Counted = complete.AddDays(n / 24)
	case "minute":
		d.Counted = complete.AddDays(n / (24 * 60))
	default:
		d.Counted = complete
	}
	d.Due = off.NextWorkingDay(d.Counted, province)
	if d.Due != d.Counted {
		d.Off = true
		d.Why, _ = off.Is(d.Counted, province)
	}
	return d
}

// addMonths ends a period of months that begins on the day after d.
func addMonths(d calendar.Date, n int) calendar.Date {
	first := d.AddDays(1)
	month := calendar.Month{Year: first.Year, Month: first.Month}.Add(n)
	last := month.Last()
	if first.Day > last.Day {
		return last
	}
	return calendar.NewDate(month.Year, month.Month, first.Day).AddDays(-1)
}

// units are what the units of time are called behind a number.
var units = map[catalog.TimeUnit]fault.Text{
	"minute": {TH: "นาที", EN: "minutes"}, "hour": {TH: "ชั่วโมง", EN: "hours"}, "day": {TH: "วัน", EN: "days"},
	"working-day": {TH: "วันทำการ", EN: "working days"}, "month": {TH: "เดือน", EN: "months"}, "year": {TH: "ปี", EN: "years"},
}

// Time is a duration in words: "30 วัน", "1 working day".
func Time(d catalog.Duration, lang string) string {
	word := units[d.Unit].In(lang)
	if lang == "en" && d.Value == 1 {
		word = word[:len(word)-1]
	}
	return fmt.Sprintf("%d %s", d.Value, word)
}

// Explain says in words how the day was found.
func (d Deadline) Explain(lang string) string {
	if lang == "en" {
		return d.english()
	}
	return d.thai()
}

func (d Deadline) thai() string {
	s := fmt.Sprintf("เอกสารครบ %s คู่มือกำหนด %s", d.Complete.Short("th"), Time(d.Promised, "th"))
	if d.short() {
		s += fmt.Sprintf(" จึงต้องเสร็จภายใน %s", d.Counted.Short("th"))
	} else {
		s += fmt.Sprintf(" เริ่มนับวันถัดไป ครบกำหนด %s", d.Counted.Short("th"))
	}
	if d.Off {
		s += fmt.Sprintf(" ซึ่งตรงกับ%s จึงเลื่อนเป็นวันทำการถัดไป %s", d.dayOff("th"), d.Due.Short("th"))
	}
	return s
}

func (d Deadline) english() string {
	s := fmt.Sprintf("The papers were complete on %s and the manual gives %s", d.Complete.Short("en"), Time(d.Promised, "en"))
	if d.short() {
		s += fmt.Sprintf(", so that it had to be done on %s", d.Counted.Short("en"))
	} else {
		s += fmt.Sprintf(". Counted from the day after, the time ends on %s", d.Counted.Short("en"))
	}
	if d.Off {
		s += fmt.Sprintf(", which is %s. It moves to the next working day, %s", d.dayOff("en"), d.Due.Short("en"))
	}
	return s + "."
}

// short reports whether the time is counted in less than days.
func (d Deadline) short() bool { return d.Promised.Unit == "minute" || d.Promised.Unit == "hour" }

func (d Deadline) dayOff(lang string) string {
	switch {
	case d.Why.NameTH != "" && lang == "en":
		return "a holiday (" + d.Why.Name(lang) + ")"
	case d.Why.NameTH != "":
		return "วันหยุด (" + d.Why.Name(lang) + ")"
	case lang == "en":
		return "a " + calendar.WeekdayName(d.Counted.Weekday(), lang)
	}
	return calendar.WeekdayName(d.Counted.Weekday(), lang)
}

// Next is the letter that is to be written next.
type Next struct {
	Period int           // of seven days since the time was over, from 1
	Day    calendar.Date // by which it is to be dated
	Missed int           // periods that passed without a letter
}

// NextLetter tells which letter is to be written next. Section 10 of the Act has
// the applicant told every seven days until the request is done, so that the days
// are fixed by the due date alone: the seventh, the fourteenth and so on after it,
// each moved to a working day. Each period of seven days asks for one letter, and
// what a letter stands for follows from its own date:
//
//   - Where no letter is owed for an earlier period, it stands for the one that it
//     is dated in, however early in it.
//   - Where letters are owed, it stands for all periods that were over, so that an
//     office that was silent for a month owes one letter at once and not four. The
//     period that it is dated in asks for its own, unless that day is its last: else
//     an office that is always a day late would write every other week.
//   - A further letter of one period stands for nothing more. Were letters merely
//     counted, three in one week would leave an applicant without word for a month.
//
// False for a case that is over.
func (c Case) NextLetter(off Holidays) (Next, bool) {
	if c.State != Open {
		return Next{}, false
	}
	var told, missed int // periods that letters stand for, and of these without one of their own
	for _, l := range c.Letters {
		if now := c.standsFor(l, told); now > told {
			missed += now - told - 1
			told = now
		}
	}
	day := off.NextWorkingDay(c.Due.AddDays(LetterEvery*(told+1)), c.Province)
	return Next{Period: told + 1, Day: day, Missed: missed}, true
}

// standsFor is the last period that a letter stands for, behind those that letters
// before it stand for.
func (c Case) standsFor(l Letter, told int) int {
	days := l.Date.Sub(c.Due)
	in := (days + LetterEvery - 1) / LetterEvery // the period of the date
	if over := in - 1; told < over && days%LetterEvery != 0 {
		return over
	}
	return in
}

// NoticeDue is the day by which the applicant is to be told how the request ended:
// seven days after, or the next working day. The zero Date for a case that is
// open, or was withdrawn by the applicant.
func (c Case) NoticeDue(off Holidays) calendar.Date {
	if c.State != Finished && c.State != Returned {
		return calendar.Date{}
	}
	return off.NextWorkingDay(c.Ended.AddDays(NotifyWithin), c.Province)
}

// Alarm is what is wrong with a case today.
type Alarm string

// The alarms, the worse first.
const (
	NoAlarm      Alarm = ""
	LetterLate   Alarm = "letter-late"   // the day of the next letter is over: the red list
	NoticeLate   Alarm = "notice-late"   // the applicant should have been told of the end
	UncopiedLate Alarm = "uncopied-late" // a letter was sent, and no copy to the OPDC in seven days
	LetterSoon   Alarm = "letter-soon"   // it is to be written within three days
)

// soonDays is how many days before a letter is due it is soon.
const soonDays = 3

// Alarm tells what is wrong with a case on a day; the worst of it.
func (c Case) Alarm(today calendar.Date, off Holidays) Alarm {
	next, open := c.NextLetter(off)
	due := c.NoticeDue(off)
	switch {
	case open && today.After(next.Day):
		return LetterLate
	case !due.IsZero() && c.Notified.IsZero() && today.After(due):
		return NoticeLate
	case c.uncopied(today):
		return UncopiedLate
	case open && today.After(c.Due) && next.Day.Sub(today) <= soonDays:
		return LetterSoon
	}
	return NoAlarm
}

// uncopied reports whether no copy of a letter went to the OPDC in seven days, of
// one that was corrected, of the correction.
func (c Case) uncopied(today calendar.Date) bool {
	for _, l := range c.Letters {
		made := l.Date
		if l.Mended.After(made) {
			made = l.Mended
		}
		if l.Copied.IsZero() && today.Sub(made) > LetterEvery {
			return true
		}
	}
	return false
}

// WakesOn is the first day on which the case is on the red list if nothing is
// done, the zero Date when it never will be.
func (c Case) WakesOn(off Holidays) calendar.Date {
	if next, open := c.NextLetter(off); open {
		return next.Day.AddDays(1)
	}
	if due := c.NoticeDue(off); !due.IsZero() && c.Notified.IsZero() {
		return due.AddDays(1)
	}
	return calendar.Date{}
}

// Since is how many days the request is late on a day, 0 when it is not.
func (c Case) Since(today calendar.Date) int {
	end := today
	if c.State != Open {
		end = c.Ended
	}
	return max(0, end.Sub(c.Due))
}
