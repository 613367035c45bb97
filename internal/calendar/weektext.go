package calendar

import (
	"slices"
	"strings"
	"time"
)

// Line is one line of a table of opening hours: neighbouring days with the same
// spans stand together.
type Line struct {
	Days     string // "จันทร์–ศุกร์", "Monday–Friday", "ทุกวัน", "Every day"
	Times    string // "08:30–12:00, 13:00–16:30 น.", "ปิด", "Closed"
	Weekdays []time.Weekday
}

// Has tells whether the line speaks of a day of the week, today's for example.
func (l Line) Has(day time.Weekday) bool { return slices.Contains(l.Weekdays, day) }

// Lines is the ordinary week, Monday first; none when no hours are stated.
func (h Hours) Lines(lang string) []Line {
	if !h.known() {
		return nil
	}
	var lines []Line
	for start := 0; start < len(thaiWeek); {
		end := start + 1
		for end < len(thaiWeek) && slices.Equal(h.weekly(thaiWeek[start]), h.weekly(thaiWeek[end])) {
			end++
		}
		lines = append(lines, Line{
			Days:     daysText(thaiWeek[start:end], lang),
			Times:    SpansText(h.weekly(thaiWeek[start]), lang),
			Weekdays: slices.Clone(thaiWeek[start:end]),
		})
		start = end
	}
	return lines
}

func (h Hours) weekly(day time.Weekday) []Span {
	if h.Always {
		return []Span{{0, midnight}}
	}
	return merge(h.Week.Day(day))
}

// Text is the open lines in one sentence: "จันทร์–ศุกร์ 08:30–16:30 น.
// ยกเว้นวันหยุดราชการ", "Monday–Friday 08:30–16:30, except public holidays".
func (h Hours) Text(lang string) string {
	var open []string
	for _, line := range h.Lines(lang) {
		if len(h.weekly(line.Weekdays[0])) > 0 {
			open = append(open, line.Days+" "+line.Times)
		}
	}
	text := strings.Join(open, pick(lang, " · ", "; "))
	if text == "" || h.Always || h.OpenOnHolidays {
		return text
	}
	return text + pick(lang, " ยกเว้นวันหยุดราชการ", ", except public holidays")
}

// SpansText is "08:30–12:00, 13:00–16:30 น.", "ตลอด 24 ชั่วโมง", "ปิด".
func SpansText(spans []Span, lang string) string {
	switch {
	case len(spans) == 0:
		return pick(lang, "ปิด", "Closed")
	case len(spans) == 1 && spans[0] == Span{0, midnight}:
		return pick(lang, "ตลอด 24 ชั่วโมง", "24 hours")
	}
	times := make([]string, len(spans))
	for i, s := range spans {
		times[i] = s.Opens.String() + "–" + s.Closes.String()
	}
	return strings.Join(times, ", ") + pick(lang, " น.", "")
}

func daysText(days []time.Weekday, lang string) string {
	first, last := days[0], days[len(days)-1]
	switch {
	case len(days) == len(thaiWeek):
		return pick(lang, "ทุกวัน", "Every day")
	case first == last:
		return dayName(first, lang)
	}
	return dayName(first, lang) + "–" + dayName(last, lang)
}

func dayName(day time.Weekday, lang string) string {
	return pick(lang, longDayTH[day], day.String())
}
