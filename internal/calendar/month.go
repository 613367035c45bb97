package calendar

import (
	"cmp"
	"fmt"
	"time"
)

// Month is one month of one year of the common era: the period of a licence
// report. The zero Month is none.
type Month struct {
	Year  int
	Month time.Month
}

// MonthOf is the month of a day.
func MonthOf(d Date) Month { return Month{d.Year, d.Month} }

// ParseMonth reads "2026-11" and nothing else.
func ParseMonth(s string) (Month, error) {
	d, err := ParseISO(s + "-01")
	if err != nil || len(s) != len("2026-11") {
		return Month{}, &Error{
			TH: fmt.Sprintf("%q ไม่ใช่เดือน เขียนเป็นปี ค.ศ.-เดือน เช่น 2026-11", s),
			EN: fmt.Sprintf("%q is not a month (write 2026-11)", s),
		}
	}
	return MonthOf(d), nil
}

// ISO is the stored form, "2026-11"; the zero Month gives "".
func (m Month) ISO() string {
	if m.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d", m.Year, m.Month)
}

// String is [Month.ISO].
func (m Month) String() string { return m.ISO() }

// MarshalText gives the stored form; the zero Month gives an empty text.
func (m Month) MarshalText() ([]byte, error) { return []byte(m.ISO()), nil }

// UnmarshalText reads the stored form; an empty text gives the zero Month.
func (m *Month) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*m = Month{}
		return nil
	}
	read, err := ParseMonth(string(text))
	if err != nil {
		return err
	}
	*m = read
	return nil
}

// IsZero tells that no month is given.
func (m Month) IsZero() bool { return m == Month{} }

// Compare is negative when m is before other, 0 for the same month.
func (m Month) Compare(other Month) int {
	return cmp.Or(cmp.Compare(m.Year, other.Year), cmp.Compare(m.Month, other.Month))
}

// Add goes n months forward, or back when n is negative.
func (m Month) Add(n int) Month { return MonthOf(NewDate(m.Year, m.Month+time.Month(n), 1)) }

// First is the first day of the month.
func (m Month) First() Date { return Date{m.Year, m.Month, 1} }

// Last is the last day of the month.
func (m Month) Last() Date { return NewDate(m.Year, m.Month+1, 0) }

// Period is the days of the month.
func (m Month) Period() Period { return Period{m.First(), m.Last()} }

// Short is "พ.ย. 2569", "Nov 2026"; the zero Month gives "".
func (m Month) Short(lang string) string { return m.show(MonthAbbr, lang) }

// Long is "พฤศจิกายน 2569", "November 2026".
func (m Month) Long(lang string) string { return m.show(MonthName, lang) }

func (m Month) show(name func(time.Month, string) string, lang string) string {
	if m.IsZero() {
		return ""
	}
	return fmt.Sprintf("%s %d", name(m.Month, lang), m.First().yearIn(lang))
}

// FiscalYear is the fiscal year that the month belongs to.
func (m Month) FiscalYear() FiscalYear { return m.First().FiscalYear() }

// Quarter is the quarter of the fiscal year that the month belongs to.
func (m Month) Quarter() Quarter { return m.First().Quarter() }
