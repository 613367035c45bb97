package calendar

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// ParseThai reads a date as people in Thai offices write it: "1/10/2569",
// "1-10-2569", "1 ต.ค. 69", "1ต.ค.2569", "วันที่ 1 ตุลาคม พ.ศ. 2569",
// "๑ ตุลาคม ๒๕๖๙", "1 Oct 2026", "October 1, 2026", and "2026-10-01".
// A year of two digits means 25xx, from 2400 on it is of the Buddhist era, and
// any other of four digits is of the common era. Years from 2400 to 2942 BE.
func ParseThai(s string) (Date, error) {
	parts, ok := partsOf(ArabicDigits(s))
	if !ok {
		return Date{}, notThaiDate(s)
	}
	d, ok := parts.date()
	if !ok {
		return Date{}, noSuchDay(s)
	}
	return d, nil
}

// dateParts is a date as written, not yet judged.
type dateParts struct {
	day, month, year string
	era              string // "พศ", "คศ" or ""
}

func partsOf(s string) (dateParts, bool) {
	words, ok := wordsOf(s)
	if ok && len(words) == 4 && words[0] == "วันที่" {
		words = words[1:]
	}
	if !ok || len(words) != 3 {
		return dateParts{}, false
	}
	parts := dateParts{day: words[0], month: words[1], year: words[2]}
	if !isNumber(parts.day) { // October 1, 2026
		parts.day, parts.month = parts.month, parts.day
	}
	if len(parts.day) == 4 && isNumber(parts.month) { // 2026-10-01
		parts.day, parts.year = parts.year, parts.day
	}
	for _, era := range []string{"พศ", "คศ"} {
		if month, cut := strings.CutSuffix(parts.month, era); cut {
			parts.month, parts.era = month, era
		}
	}
	return parts, isNumber(parts.day) && isNumber(parts.year)
}

// wordsOf splits into runs of digits and runs of letters; letters that only
// dots and spaces part, as in "ต.ค. พ.ศ.", are one run, in lower case.
func wordsOf(s string) ([]string, bool) {
	var words []string
	apart := true
	for _, r := range s {
		digit := '0' <= r && r <= '9'
		switch {
		case unicode.IsSpace(r) || strings.ContainsRune("/-.,", r):
			apart = true
			continue
		case !digit && !unicode.IsLetter(r) && !unicode.IsMark(r):
			return nil, false
		}
		last := len(words) - 1
		if last >= 0 && isNumber(words[last]) == digit && !(digit && apart) {
			words[last] += string(unicode.ToLower(r))
		} else {
			words = append(words, string(unicode.ToLower(r)))
		}
		apart = false
	}
	return words, true
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func (p dateParts) date() (Date, bool) {
	day, okDay := number(p.day, 1, 2)
	month, okMonth := monthByName(p.month)
	year, okYear := number(p.year, 2, 4)
	if !okDay || !okMonth || !okYear || len(p.year) == 3 {
		return Date{}, false
	}
	if len(p.year) == 2 {
		year += 2500
	}
	buddhist := year >= firstBuddhistInput
	if p.era == "พศ" && !buddhist || p.era == "คศ" && (buddhist || len(p.year) == 2) {
		return Date{}, false
	}
	d, ok := Date{year, month, day}, true
	if buddhist {
		d, ok = fromBE(year, month, day)
	}
	return d, ok && d.exists() && d.YearBE() >= firstBuddhistInput && d.Year < firstBuddhistInput
}

func number(s string, shortest, longest int) (int, bool) {
	if !isNumber(s) || len(s) < shortest || len(s) > longest {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

func monthByName(s string) (time.Month, bool) {
	if n, ok := number(s, 1, 2); ok {
		return time.Month(n), 1 <= n && n <= 12
	}
	month, ok := monthNames[s]
	return month, ok
}

// monthNames holds every name as [wordsOf] leaves it: lower case, no dots.
var monthNames = func() map[string]time.Month {
	names := map[string]time.Month{}
	for m := time.January; m <= time.December; m++ {
		for _, name := range []string{longTH[m], shortTH[m], m.String(), shortEN[m]} {
			names[strings.ToLower(strings.ReplaceAll(name, ".", ""))] = m
		}
	}
	return names
}()

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
