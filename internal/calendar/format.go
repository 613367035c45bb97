package calendar

import (
	"fmt"
	"strings"
	"time"
)

var (
	shortTH = [13]string{1: "ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."}
	longTH  = [13]string{1: "มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน", "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม"}
	shortEN = [13]string{1: "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}

	shortDayTH = [7]string{"อา.", "จ.", "อ.", "พ.", "พฤ.", "ศ.", "ส."}
	longDayTH  = [7]string{"อาทิตย์", "จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์"}
)

// MonthName is the name of a month: "พฤศจิกายน", "November".
func MonthName(m time.Month, lang string) string { return pick(lang, longTH[m], m.String()) }

// MonthAbbr is the short name of a month: "พ.ย.", "Nov".
func MonthAbbr(m time.Month, lang string) string { return pick(lang, shortTH[m], shortEN[m]) }

// WeekdayName is "วันจันทร์", "Monday".
func WeekdayName(w time.Weekday, lang string) string {
	return pick(lang, "วัน"+longDayTH[w], w.String())
}

// WeekdayAbbr is "จ.", "Mon".
func WeekdayAbbr(w time.Weekday, lang string) string {
	return pick(lang, shortDayTH[w], w.String()[:3])
}

// Short is "22 พ.ย. 2569", "22 Nov 2026"; the zero Date gives "".
func (d Date) Short(lang string) string { return d.show(MonthAbbr, lang) }

// Long is "22 พฤศจิกายน 2569", "22 November 2026".
func (d Date) Long(lang string) string { return d.show(MonthName, lang) }

func (d Date) show(month func(time.Month, string) string, lang string) string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d %s %d", d.Day, month(d.Month, lang), d.yearIn(lang))
}

func (d Date) yearIn(lang string) int {
	if lang == "en" {
		return d.Year
	}
	return d.YearBE()
}

// Formal is "22 พฤศจิกายน พ.ศ. 2569", as official papers write it;
// [ThaiDigits] of it is the form of a letter.
func (d Date) Formal() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d %s พ.ศ. %d", d.Day, longTH[d.Month], d.YearBE())
}

// ShortDay is "อา. 22 พ.ย. 2569", "Sun 22 Nov 2026".
func (d Date) ShortDay(lang string) string {
	if d.IsZero() {
		return ""
	}
	return WeekdayAbbr(d.Weekday(), lang) + " " + d.Short(lang)
}

// LongDay is "วันอาทิตย์ที่ 22 พฤศจิกายน 2569", "Sunday 22 November 2026".
func (d Date) LongDay(lang string) string {
	if d.IsZero() {
		return ""
	}
	return WeekdayName(d.Weekday(), lang) + pick(lang, "ที่", "") + " " + d.Long(lang)
}

// Numeric is "22/11/2569" in Thai, "22/11/2026" in English.
func (d Date) Numeric(lang string) string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d/%d/%d", d.Day, int(d.Month), d.yearIn(lang))
}

// ThaiDigits writes every digit 0-9 of s as ๐-๙.
func ThaiDigits(s string) string { return shiftDigits(s, '0', '๐') }

// ArabicDigits writes every digit ๐-๙ of s as 0-9.
func ArabicDigits(s string) string { return shiftDigits(s, '๐', '0') }

func shiftDigits(s string, from, to rune) string {
	return strings.Map(func(r rune) rune {
		if from <= r && r <= from+9 {
			return r - from + to
		}
		return r
	}, s)
}
