package calendar

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParseThai reads a date as people in Thai offices write it: "1/10/2569",
// "1-10-2569", "1 ต.ค. 69", "1 ตุลาคม พ.ศ. 2569", "๑ ตุลาคม ๒๕๖๙", "1 Oct 2026",
// and "2026-10-01". A year of two digits means 25xx, from 2400 on it is of the
// Buddhist era, and any other of four digits is of the common era.
func ParseThai(s string) (Date, error) {
	day, month, year, ok := dateParts(ArabicDigits(s))
	if !ok {
		return Date{}, notThaiDate(s)
	}
	d, ok := assemble(day, month, year)
	if !ok {
		return Date{}, noSuchDay(s)
	}
	return d, nil
}

// dateParts splits into day, month and year as written, without judging them.
func dateParts(s string) (day, month, year string, ok bool) {
	s = strings.NewReplacer("พ.ศ.", " ", "ค.ศ.", " ", "วันที่", " ").Replace(s)
	fields := strings.Fields(s)
	if len(fields) == 1 {
		fields = strings.FieldsFunc(fields[0], func(r rune) bool { return r == '/' || r == '-' })
		if len(fields) == 3 && len(fields[0]) == 4 {
			fields[0], fields[2] = fields[2], fields[0]
		}
	}
	if len(fields) == 4 {
		fields = joinMonth(fields)
	}
	if len(fields) != 3 {
		return "", "", "", false
	}
	return fields[0], fields[1], fields[2], true
}

// joinMonth closes the gap that some people leave in "ต. ค.".
func joinMonth(f []string) []string { return []string{f[0], f[1] + f[2], f[3]} }

func assemble(day, month, year string) (Date, bool) {
	dayNumber, okDay := number(day, 1, 2)
	monthNumber, okMonth := monthByName(month)
	yearNumber, okYear := number(year, 2, 4)
	if !okDay || !okMonth || !okYear {
		return Date{}, false
	}
	switch {
	case len(year) == 2:
		return fromBE(2500+yearNumber, monthNumber, dayNumber)
	case yearNumber >= firstBuddhistInput:
		return fromBE(yearNumber, monthNumber, dayNumber)
	case yearNumber < 1000:
		return Date{}, false
	}
	d := Date{yearNumber, monthNumber, dayNumber}
	return d, NewDate(d.Year, d.Month, d.Day) == d
}

func number(s string, shortest, longest int) (int, bool) {
	if len(s) < shortest || len(s) > longest || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

func monthByName(s string) (time.Month, bool) {
	if n, ok := number(s, 1, 2); ok {
		return time.Month(n), 1 <= n && n <= 12
	}
	key := monthKey(s)
	for m := time.January; m <= time.December; m++ {
		for _, name := range []string{longTH[m], shortTH[m], m.String(), shortEN[m]} {
			if key == monthKey(name) {
				return m, true
			}
		}
	}
	return 0, false
}

func monthKey(s string) string { return strings.ToLower(strings.ReplaceAll(s, ".", "")) }

func notThaiDate(s string) error {
	return &Error{
		TH: fmt.Sprintf("อ่านวันที่ %q ไม่ได้ เขียนเช่น 1/10/2569 หรือ 1 ต.ค. 2569", s),
		EN: fmt.Sprintf("%q is not a date (write 1/10/2569 or 1 Oct 2026)", s),
	}
}

func noSuchDay(s string) error {
	return &Error{
		TH: fmt.Sprintf("ไม่มีวันที่ %q ตรวจวัน เดือน และปี แล้วเขียนเช่น 1/10/2569 หรือ 1 ต.ค. 2569", s),
		EN: fmt.Sprintf("%q is no day of the calendar: check day, month and year (write 1/10/2569 or 1 Oct 2026)", s),
	}
}
