package licence

import (
	"testing"
	"time"

	"khumue/internal/calendar"
)

// October 2026 locks at the end of Friday 13 November. Of April's first working days
// after it, 1 and 5 May, the holiday of 4 May stands between.
func TestWhichReminderOfAWindowIsTheLastThatBegan(t *testing.T) {
	april := calendar.Month{Year: 2026, Month: time.April}
	for _, test := range []struct {
		name  string
		month calendar.Month
		ahead []int
		at    string
		want  int // -1: none
	}{
		{"none in the first days", october, LockReminders, "2026-11-05 23:59", -1},
		{"none before eight in the morning", october, LockReminders, "2026-11-06 07:59", -1},
		{"five working days before the last, over a weekend", october, LockReminders, "2026-11-06 08:00", 5},
		{"the same until the next", october, LockReminders, "2026-11-11 07:59", 5},
		{"two before it", october, LockReminders, "2026-11-11 08:00", 2},
		{"the last day", october, LockReminders, "2026-11-13 08:00", 0},
		{"until that ends", october, LockReminders, "2026-11-13 23:59", 0},
		{"none once the month locked", october, LockReminders, "2026-11-14 00:00", -1},
		{"of an unlock none five days before", october, UnlockReminders, "2026-11-06 12:00", -1},
		{"of an unlock two days before", october, UnlockReminders, "2026-11-11 12:00", 2},
		{"not on a holiday", april, []int{8}, "2026-05-04 12:00", -1},
		{"and the day after it", april, []int{8}, "2026-05-05 08:00", 8},
		{"no reminders are none", october, nil, "2026-11-13 12:00", -1},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := table(t)
			at, err := time.ParseInLocation("2006-01-02 15:04", test.at, calendar.Bangkok())
			if err != nil {
				t.Fatal(err)
			}
			got, ok := c.Reminder(test.ahead, c.Locks(test.month), at)
			if !ok {
				got = -1
			}
			if got != test.want {
				t.Errorf("got %d, want %d; it locks %v", got, test.want, c.Locks(test.month))
			}
		})
	}
}
