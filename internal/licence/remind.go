package licence

import (
	"time"

	"khumue/internal/calendar"
)

// On which mornings those are reminded who have not handed in: so many working days
// before the last one of a window, the farthest first. 0 is the last day itself.
var (
	LockReminders   = []int{5, 2, 0} // before a month locks
	UnlockReminders = []int{2, 0}    // before an unlock ends
)

// RemindFrom is from when on a day people are reminded, in Bangkok.
const RemindFrom = calendar.TimeOfDay(8 * 60)

// Reminder tells which of some reminders of a window is the last that has begun: how
// many working days before the last day it is. There is none before the first of
// them, and none from the end of the window on. The end is the first instant after
// it; the reminders are in the order of LockReminders.
func (c Calendar) Reminder(ahead []int, end, now time.Time) (days int, ok bool) {
	if !now.Before(end) {
		return 0, false
	}
	last := calendar.DateOf(end.Add(-time.Second))
	for _, n := range ahead {
		if now.Before(c.Holidays.AddWorkingDays(last, -n, c.Province).At(RemindFrom)) {
			break
		}
		days, ok = n, true
	}
	return days, ok
}
