package calendar

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Hours says when a counter is open. In JSON and YAML:
//
//	week: {mon: ["08:30-12:00", "13:00-16:30"], tue: …}
//	always: true             # day and night; week is then left out
//	open_on_holidays: true   # keeps its week on government holidays
//	closures: [{from: 2026-12-01, to: 2026-12-05, th: ปรับปรุงอาคาร, en: Renovation}]
//
// The zero Hours means that nobody has stated any: neither open nor closed.
type Hours struct {
	Week           Week      `json:"week,omitzero" yaml:"week,omitempty"`
	Always         bool      `json:"always,omitempty" yaml:"always,omitempty"`
	OpenOnHolidays bool      `json:"open_on_holidays,omitempty" yaml:"open_on_holidays,omitempty"`
	Closures       []Closure `json:"closures,omitempty" yaml:"closures,omitempty"`
}

// Week holds the spans of each day of the week; a day without any is a day off.
// A lunch break is the gap between two spans.
type Week struct {
	Mon []Span `json:"mon,omitempty" yaml:"mon,omitempty,flow"`
	Tue []Span `json:"tue,omitempty" yaml:"tue,omitempty,flow"`
	Wed []Span `json:"wed,omitempty" yaml:"wed,omitempty,flow"`
	Thu []Span `json:"thu,omitempty" yaml:"thu,omitempty,flow"`
	Fri []Span `json:"fri,omitempty" yaml:"fri,omitempty,flow"`
	Sat []Span `json:"sat,omitempty" yaml:"sat,omitempty,flow"`
	Sun []Span `json:"sun,omitempty" yaml:"sun,omitempty,flow"`
}

// Span is open from Opens until just before Closes, on the same day. A night
// is two spans: "22:00-24:00" and, on the next day, "00:00-04:00".
type Span struct {
	Opens, Closes TimeOfDay
}

// Closure is a run of whole days, both included, on which nothing opens, not
// even a counter that is always open. Without To it has no end.
type Closure struct {
	From Date `json:"from" yaml:"from"`
	To   Date `json:"to,omitzero" yaml:"to,omitempty"`
	// TH and EN are the reason; either may be empty.
	TH string `json:"th,omitempty" yaml:"th,omitempty"`
	EN string `json:"en,omitempty" yaml:"en,omitempty"`
}

// Period is the days of the closure.
func (c Closure) Period() Period { return Period{c.From, c.To} }

// OfficeHours is the ordinary week of a Thai office, Monday to Friday 08:30 to
// 16:30, closed from 12:00 to 13:00 when lunchBreak is set.
func OfficeHours(lunchBreak bool) Week {
	day := []Span{{8*60 + 30, 16*60 + 30}}
	if lunchBreak {
		day = []Span{{8*60 + 30, 12 * 60}, {13 * 60, 16*60 + 30}}
	}
	return Week{Mon: day, Tue: day, Wed: day, Thu: day, Fri: day}
}

// Day gives the spans of a day of the week as written.
func (w Week) Day(day time.Weekday) []Span {
	return [7][]Span{w.Sun, w.Mon, w.Tue, w.Wed, w.Thu, w.Fri, w.Sat}[day]
}

// IsZero tells that no day has a span.
func (w Week) IsZero() bool {
	for day := range time.Saturday + 1 {
		if len(w.Day(day)) > 0 {
			return false
		}
	}
	return true
}

// IsZero tells that nothing is stated.
func (h Hours) IsZero() bool { return !h.known() && !h.OpenOnHolidays && len(h.Closures) == 0 }

func (h Hours) known() bool { return h.Always || !h.Week.IsZero() }

// ParseSpan reads "08:30-12:00"; a dash between times may be long.
func ParseSpan(s string) (Span, error) {
	from, to, _ := strings.Cut(strings.ReplaceAll(s, "–", "-"), "-")
	opens, errOpens := ParseTimeOfDay(strings.TrimSpace(from))
	closes, errCloses := ParseTimeOfDay(strings.TrimSpace(to))
	if errOpens != nil || errCloses != nil || closes <= opens {
		return Span{}, &Error{
			TH: fmt.Sprintf("%q ไม่ใช่ช่วงเวลา เขียนเช่น 08:30-16:30 (เวลาปิดต้องอยู่หลังเวลาเปิด)", s),
			EN: fmt.Sprintf("%q is not a span of time (write 08:30-16:30, closing after opening)", s),
		}
	}
	return Span{opens, closes}, nil
}

// String is the stored form, "08:30-12:00".
func (s Span) String() string { return s.Opens.String() + "-" + s.Closes.String() }

// MarshalText gives the stored form.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what [ParseSpan] reads.
func (s *Span) UnmarshalText(text []byte) error {
	read, err := ParseSpan(string(text))
	if err != nil {
		return err
	}
	*s = read
	return nil
}

// On gives the spans in force on one date, in order and without overlap: none
// on a closure, a day off, or a holiday that the counter keeps.
func (h Hours) On(d Date, holidays Holidays, province string) []Span {
	if _, closed := h.closureOn(d); closed {
		return nil
	}
	if h.Always {
		return []Span{{0, midnight}}
	}
	if _, holiday := holidays.Is(d, province); holiday && !h.OpenOnHolidays {
		return nil
	}
	return merge(h.Week.Day(d.Weekday()))
}

func (h Hours) closureOn(d Date) (Closure, bool) {
	for _, c := range h.Closures {
		if c.Period().Contains(d) {
			return c, true
		}
	}
	return Closure{}, false
}

// merge makes At indifferent to how the spans of a day were written down. It
// returns them themselves where they are in order and apart.
func merge(spans []Span) []Span {
	if apart(spans) {
		return spans
	}
	sorted := slices.Clone(spans)
	slices.SortFunc(sorted, func(a, b Span) int { return cmp.Compare(a.Opens, b.Opens) })
	var merged []Span
	for _, s := range sorted {
		last := len(merged) - 1
		if last >= 0 && s.Opens <= merged[last].Closes {
			merged[last].Closes = max(merged[last].Closes, s.Closes)
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

// apart reports whether spans are in order and do not touch.
func apart(spans []Span) bool {
	for i := 1; i < len(spans); i++ {
		if spans[i].Opens <= max(spans[i-1].Opens, spans[i-1].Closes) {
			return false
		}
	}
	return true
}

// Problems gives everything that an author should correct, in reading order.
func (h Hours) Problems() []*Error {
	var found []*Error
	if h.Always && !h.Week.IsZero() {
		found = append(found, &Error{
			TH: "always และ week ใช้ด้วยกันไม่ได้ ลบอย่างใดอย่างหนึ่ง",
			EN: "always and week contradict each other: remove one",
		})
	}
	for _, day := range thaiWeek {
		found = append(found, overlaps(day, h.Week.Day(day))...)
	}
	for _, c := range h.Closures {
		found = append(found, c.problems()...)
	}
	return found
}

// thaiWeek is the week in the order that opening hours are written in.
var thaiWeek = [7]time.Weekday{
	time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday,
}

func overlaps(day time.Weekday, spans []Span) []*Error {
	var found []*Error
	for i := 1; i < len(spans); i++ {
		if spans[i].Opens < spans[i-1].Closes {
			found = append(found, &Error{
				TH: fmt.Sprintf("%s: ช่วง %s ซ้อนกับ %s เขียนเรียงตามเวลาและไม่ซ้อนกัน", WeekdayName(day, "th"), spans[i], spans[i-1]),
				EN: fmt.Sprintf("%s: %s overlaps %s (write spans in order, apart)", day, spans[i], spans[i-1]),
			})
		}
	}
	return found
}

func (c Closure) problems() []*Error {
	switch {
	case c.From.IsZero() || c.To.IsZero():
		return []*Error{{
			TH: "วันปิดทำการต้องมีทั้ง from และ to (ปิดวันเดียวให้เขียนวันเดียวกัน)",
			EN: "a closure needs from and to (the same date for a single day)",
		}}
	case c.To.Before(c.From):
		return []*Error{{
			TH: fmt.Sprintf("วันปิดทำการ: to %s อยู่ก่อน from %s สลับกัน", c.To, c.From),
			EN: fmt.Sprintf("closure: to %s is before from %s (swap them)", c.To, c.From),
		}}
	}
	return nil
}
