package calendar

import (
	"fmt"
	"time"
)

// TimeOfDay counts minutes since midnight, 0 to 1440; 1440 is written 24:00 and
// means the end of the day.
type TimeOfDay int

const midnight TimeOfDay = 24 * 60

// ParseTimeOfDay reads "08:30", from "00:00" to "24:00"; two digits each.
func ParseTimeOfDay(s string) (TimeOfDay, error) {
	if len(s) != 5 || s[2] != ':' {
		return 0, notTimeOfDay(s)
	}
	hour, okHour := twoDigits(s[:2])
	minute, okMinute := twoDigits(s[3:])
	tod := TimeOfDay(hour*60 + minute)
	if !okHour || !okMinute || minute > 59 || tod > midnight {
		return 0, notTimeOfDay(s)
	}
	return tod, nil
}

func twoDigits(s string) (int, bool) {
	tens, ones := s[0]-'0', s[1]-'0'
	return int(tens)*10 + int(ones), tens <= 9 && ones <= 9
}

func notTimeOfDay(s string) error {
	return &Error{
		TH: fmt.Sprintf("%q ไม่ใช่เวลา เขียนเช่น 08:30", s),
		EN: fmt.Sprintf("%q is not a time of day (write 08:30)", s),
	}
}

// TimeOfDayOf is the minute of the day in Bangkok at the instant t, 0 to 1439.
func TimeOfDayOf(t time.Time) TimeOfDay {
	hour, minute, _ := t.In(Bangkok()).Clock()
	return TimeOfDay(hour*60 + minute)
}

// String is the stored form, "08:30".
func (t TimeOfDay) String() string { return fmt.Sprintf("%02d:%02d", t/60, t%60) }

// Text is "08:30 น." in Thai, "08:30" in English.
func (t TimeOfDay) Text(lang string) string { return t.String() + pick(lang, " น.", "") }

// MarshalText gives "08:30".
func (t TimeOfDay) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what [ParseTimeOfDay] reads.
func (t *TimeOfDay) UnmarshalText(text []byte) error {
	read, err := ParseTimeOfDay(string(text))
	if err != nil {
		return err
	}
	*t = read
	return nil
}
