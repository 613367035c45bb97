package transfer

import (
	"regexp"
	"strings"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
)

var (
	clock     = regexp.MustCompile(`(\d{1,2})[:.](\d{2})`)
	clockSpan = regexp.MustCompile(`(\d{1,2}[:.]\d{2})\s*(?:น\.)?\s*(?:-|–|—|ถึง|to)\s*(\d{1,2}[:.]\d{2})`)
	allDay    = regexp.MustCompile(`24\s*(?:ชั่วโมง|ชม\.?|hours?)`)
	weekdayTH = regexp.MustCompile(`อาทิตย์|จันทร์|อังคาร|พุธ|พฤหัสบดี|พฤหัสฯ|พฤหัส|ศุกร์|เสาร์`)
	dayRange  = regexp.MustCompile(`^\s*(?:-|–|—|ถึง)\s*(?:วัน)?\s*$`)
	everyDay  = regexp.MustCompile(`ทุกวัน`)
	noLunch   = regexp.MustCompile(`ไม่มีพัก|ไม่พัก|ไม่หยุดพัก`)
	lunch     = regexp.MustCompile(`พัก\s*(?:เที่ยง|กลางวัน)`)
	holidays  = regexp.MustCompile(`(?:ไม่เว้น|รวม|ไม่ยกเว้น|และ)\s*วันหยุด`)
)

var weekdays = map[string]time.Weekday{
	"จันทร์": time.Monday, "อังคาร": time.Tuesday, "พุธ": time.Wednesday, "พฤหัสบดี": time.Thursday, "พฤหัสฯ": time.Thursday,
	"พฤหัส": time.Thursday, "ศุกร์": time.Friday, "เสาร์": time.Saturday, "อาทิตย์": time.Sunday,
}

// hours reads the phrase that manuals say their hours in:
//
//	เปิดให้บริการวันจันทร์ ถึง วันศุกร์ (ยกเว้นวันหยุดที่ทางราชการกำหนด)
//	ตั้งแต่เวลา 08:30 - 16:30 น. (มีพักเที่ยง)
//
// and its kin: several days and times one behind the other, 24 ชั่วโมง. Where
// lunch is not spoken of, nothing is said of it.
func hours(s string, _ *Table) (reading, error) {
	s = calendar.ArabicDigits(s)
	if allDay.MatchString(s) && !clockSpan.MatchString(s) {
		return reading{value: groupOf("always", "true")}, nil
	}
	spans := clockSpan.FindAllStringSubmatchIndex(s, -1)
	if len(spans) == 0 || len(spans) > 14 {
		return reading{}, notHours(s)
	}
	week := listOf()
	var days []string
	from := 0
	for i, at := range spans {
		if named := daysIn(s[from:at[0]]); len(named) > 0 {
			days = named
		}
		until := len(s)
		if i+1 < len(spans) {
			until = spans[i+1][0]
		}
		span, err := spanOf(days, s[at[2]:at[3]], s[at[4]:at[5]], s[at[1]:until])
		if err != nil {
			return reading{}, err
		}
		week.items = append(week.items, span)
		from = at[1]
	}
	value := &node{kind: group0}
	value.set("week", week)
	if holidays.MatchString(s) {
		value.set("open_on_holidays", textNode("true"))
	}
	return reading{value: value}, nil
}

func notHours(s string) error {
	return fault.New(fault.Invalid, fault.Textf("อ่านเวลาทำการ %q ไม่ได้", "the opening hours %q can not be read", s),
		fault.Text{TH: "เขียน เช่น จันทร์ - ศุกร์ 08:30 - 16:30 น. (มีพักเที่ยง)", EN: "write จันทร์ - ศุกร์ 08:30 - 16:30 น. (มีพักเที่ยง)"})
}

// spanOf makes one span of days, times and what is said behind them of lunch.
func spanOf(days []string, opens, closes, after string) (*node, error) {
	from, errFrom := timeOf(opens)
	to, errTo := timeOf(closes)
	if errFrom != nil || errTo != nil || to <= from {
		return nil, notHours(opens + "-" + closes)
	}
	if len(days) == 0 {
		days = catalog.Weekday("").Values()[:5]
	}
	list := listOf()
	for _, d := range days {
		list.items = append(list.items, textNode(d))
	}
	span := &node{kind: group0}
	span.set("days", list)
	span.set("opens", textNode(from.String()))
	span.set("closes", textNode(to.String()))
	switch {
	case noLunch.MatchString(after):
		span.set("lunch", textNode(string(catalog.None)))
	case lunch.MatchString(after) && from < 12*60 && to > 13*60:
		span.set("lunch", groupOf("from", "12:00", "to", "13:00"))
	}
	return span, nil
}

func timeOf(s string) (calendar.TimeOfDay, error) {
	m := clock.FindStringSubmatch(s)
	if m == nil {
		return 0, notHours(s)
	}
	return calendar.ParseTimeOfDay(strings.Repeat("0", 2-len(m[1])) + m[1] + ":" + m[2])
}

// daysIn returns the weekdays that a text names, in the words of content files:
// each, and those between two with a dash or ถึง.
func daysIn(s string) []string {
	words := catalog.Weekday("").Values() // Monday first
	if everyDay.MatchString(s) {
		return words
	}
	var days []string
	var open [7]bool
	found := weekdayTH.FindAllStringIndex(s, -1)
	for i, at := range found {
		day := place0(s[at[0]:at[1]])
		open[day] = true
		if i > 0 && dayRange.MatchString(s[found[i-1][1]:at[0]]) {
			for d := place0(s[found[i-1][0]:found[i-1][1]]); d != day; d = (d + 1) % 7 {
				open[d] = true
			}
		}
	}
	for d, is := range open {
		if is {
			days = append(days, words[d])
		}
	}
	return days
}

// place0 is the place of a weekday in a week that begins on Monday.
func place0(name string) int { return (int(weekdays[name]) + 6) % 7 }
