package calendar

import (
	"fmt"
	"time"
)

// Period is a run of days, both ends included. A zero To means without end,
// a zero From without beginning.
type Period struct {
	From, To Date
}

// Contains tells whether d is one of the days.
func (p Period) Contains(d Date) bool {
	return !d.Before(p.From) && (p.To.IsZero() || !d.After(p.To))
}

// Days is the number of days; 0 when an end is missing or To is before From.
func (p Period) Days() int {
	if p.From.IsZero() || p.To.Before(p.From) {
		return 0
	}
	return p.To.Sub(p.From) + 1
}

// Short is "13–15 เม.ย. 2569", "30 ธ.ค. 2569 – 2 ม.ค. 2570", "13–15 Apr 2026".
// Without end it says "ตั้งแต่ …", without beginning "ถึง …".
func (p Period) Short(lang string) string { return p.show(MonthAbbr, lang) }

// Long is [Period.Short] with the names of the months in full.
func (p Period) Long(lang string) string { return p.show(MonthName, lang) }

func (p Period) show(month func(time.Month, string) string, lang string) string {
	from, to := p.From, p.To
	last := to.show(month, lang)
	switch {
	case from == to:
		return last
	case to.IsZero():
		return pick(lang, "ตั้งแต่ ", "from ") + from.show(month, lang)
	case from.IsZero():
		return pick(lang, "ถึง ", "until ") + last
	case from.yearIn(lang) != to.yearIn(lang):
		return from.show(month, lang) + " – " + last
	case from.Month != to.Month:
		return fmt.Sprintf("%d %s – %s", from.Day, month(from.Month, lang), last)
	}
	return fmt.Sprintf("%d–%s", from.Day, last)
}
