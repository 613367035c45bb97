package calendar

import "time"

// lookAhead is how many days after today are searched for the next change.
const lookAhead = 60

// Reason is why a counter is closed.
type Reason string

const (
	AfterHours Reason = "hours"   // before opening or after closing
	LunchBreak Reason = "lunch"   // a gap within 11:00 to 14:00
	OtherBreak Reason = "break"   // any other gap between two spans
	Weekend    Reason = "weekend" // a Saturday or Sunday without spans
	DayOff     Reason = "day-off" // another weekday without spans
	OnHoliday  Reason = "holiday" // named in Status
	Closed     Reason = "closure" // reason given in Status, perhaps empty
	Unknown    Reason = "unknown" // no hours are stated
)

// Status is whether a counter is open at an instant, until when, and why not.
type Status struct {
	Day  Date // the day in Bangkok that was asked about
	Open bool
	// Until is when an open counter closes; zero when closed, and when it stays
	// open for the 60 days that are looked at.
	Until time.Time
	// OpensAt is when a closed counter opens; zero when open, and when it stays
	// closed for the 60 days that are looked at.
	OpensAt time.Time
	Reason  Reason // empty when open
	// NameTH and NameEN are the holiday's name or the closure's reason.
	NameTH, NameEN string
}

// At answers for one instant. It looks at 60 days and no further.
func (h Hours) At(t time.Time, holidays Holidays, province string) Status {
	today, now := DateOf(t), TimeOfDayOf(t)
	status := Status{Day: today}
	from, to, found := h.nextRun(today, now, holidays, province)
	switch {
	case found && from <= now:
		status.Open = true
		if to < horizon {
			status.Until = today.At(to)
		}
		return status
	case found:
		status.OpensAt = today.At(from)
	}
	h.explain(&status, now, holidays, province)
	return status
}

const horizon = midnight * (lookAhead + 1)

// nextRun is the first unbroken run of open minutes that ends after now, in
// minutes since today's midnight, perhaps beyond 24:00.
func (h Hours) nextRun(today Date, now TimeOfDay, holidays Holidays, province string) (from, to TimeOfDay, found bool) {
	for n := range lookAhead + 1 {
		offset := midnight * TimeOfDay(n)
		for _, span := range h.On(today.AddDays(n), holidays, province) {
			opens, closes := offset+span.Opens, offset+span.Closes
			switch {
			case closes <= now:
			case !found:
				from, to, found = opens, closes, true
			case opens == to:
				to = closes
			default:
				return from, to, true
			}
		}
		if found && to < offset+midnight {
			return from, to, true
		}
	}
	return from, to, found
}

func (h Hours) explain(s *Status, now TimeOfDay, holidays Holidays, province string) {
	if c, closed := h.closureOn(s.Day); closed {
		s.Reason, s.NameTH, s.NameEN = Closed, c.TH, c.EN
		return
	}
	if !h.known() {
		s.Reason = Unknown
		return
	}
	if day, holiday := holidays.Is(s.Day, province); holiday && !h.OpenOnHolidays {
		s.Reason, s.NameTH, s.NameEN = OnHoliday, day.NameTH, day.NameEN
		return
	}
	s.Reason = gapReason(s.Day.Weekday(), now, merge(h.Week.Day(s.Day.Weekday())))
}

func gapReason(day time.Weekday, now TimeOfDay, spans []Span) Reason {
	if len(spans) == 0 {
		if day == time.Saturday || day == time.Sunday {
			return Weekend
		}
		return DayOff
	}
	for i := 1; i < len(spans); i++ {
		from, to := spans[i-1].Closes, spans[i].Opens
		if from <= now && now < to {
			if from >= 11*60 && to <= 14*60 {
				return LunchBreak
			}
			return OtherBreak
		}
	}
	return AfterHours
}
