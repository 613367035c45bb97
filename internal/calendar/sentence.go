package calendar

import (
	"cmp"
	"time"
)

// Sentence says the status in words: "เปิดอยู่ ถึง 16:30 น.",
// "ปิดอยู่ เปิดวันจันทร์ 08:30 น.", "ปิด: วันสงกรานต์ เปิดวันพฤหัสบดี 08:30 น.",
// "พักเที่ยง เปิดอีกครั้ง 13:00 น.". The browser's hours.js says the same.
func (s Status) Sentence(lang string) string {
	switch {
	case s.Reason == Unknown:
		return pick(lang, "ยังไม่มีข้อมูลเวลาทำการ", "Opening hours are not given")
	case s.Open && s.Until.IsZero():
		return pick(lang, "เปิดตลอด 24 ชั่วโมง", "Open 24 hours")
	case s.Open:
		return s.untilText(lang)
	case s.OpensAt.IsZero():
		return s.closedText(lang)
	}
	return s.closedText(lang) + s.opensText(lang)
}

func (s Status) closedText(lang string) string {
	switch s.Reason {
	case LunchBreak:
		return pick(lang, "พักเที่ยง", "Lunch break")
	case OtherBreak:
		return pick(lang, "พัก", "Break")
	case OnHoliday, Closed:
		if name := s.name(lang); name != "" {
			return pick(lang, "ปิด: ", "Closed: ") + name
		}
		return pick(lang, "ปิดชั่วคราว", "Temporarily closed")
	}
	return pick(lang, "ปิดอยู่", "Closed")
}

func (s Status) name(lang string) string {
	return pick(lang, cmp.Or(s.NameTH, s.NameEN), cmp.Or(s.NameEN, s.NameTH))
}

func (s Status) opensText(lang string) string {
	clock := TimeOfDayOf(s.OpensAt)
	if s.Reason == LunchBreak || s.Reason == OtherBreak {
		return pick(lang, " เปิดอีกครั้ง ", ", opens again at ") + clock.Text(lang)
	}
	day := s.dayText(DateOf(s.OpensAt), lang)
	if lang != "en" {
		return " เปิด" + day + " " + clock.Text(lang)
	}
	if day != "" {
		day += " "
	}
	return ", opens " + day + "at " + clock.Text(lang)
}

func (s Status) untilText(lang string) string {
	date, clock := DateOf(s.Until), TimeOfDayOf(s.Until)
	if clock == 0 {
		date, clock = date.AddDays(-1), midnight
	}
	day := s.dayText(date, lang)
	if lang != "en" {
		return "เปิดอยู่ ถึง" + day + " " + clock.Text(lang)
	}
	switch {
	case day == "tomorrow":
		day = " tomorrow"
	case day != "":
		day = " on " + day
	}
	return "Open until " + clock.Text(lang) + day
}

// dayText is empty for today, then "พรุ่งนี้", "วันจันทร์" within the week, and
// from a week on the date as well, because a weekday alone would mislead.
func (s Status) dayText(d Date, lang string) string {
	name := WeekdayName(d.Weekday(), lang)
	switch days := d.Sub(s.Day); {
	case days == 0:
		return ""
	case days == 1:
		return pick(lang, "พรุ่งนี้", "tomorrow")
	case days < 7:
		return name
	}
	return name + pick(lang, "ที่ ", " ") + d.Short(lang)
}

// NextChange is the instant at which the status has to be asked for again: when
// it opens or closes, else the next midnight.
func (s Status) NextChange() time.Time {
	for _, t := range []time.Time{s.Until, s.OpensAt} {
		if !t.IsZero() && t.Before(s.Day.End()) {
			return t
		}
	}
	return s.Day.End()
}
