package calendar

import (
	"fmt"
	"time"
)

// FiscalYear is a fiscal year by its Buddhist number: 2569 runs from
// 1 October 2568 to 30 September 2569 (2025-10-01 to 2026-09-30).
type FiscalYear int

// FiscalYear is the fiscal year of the day.
func (d Date) FiscalYear() FiscalYear {
	if d.Month >= time.October {
		return FiscalYear(BE(d.Year) + 1)
	}
	return FiscalYear(BE(d.Year))
}

// First is 1 October.
func (y FiscalYear) First() Date { return Date{CE(int(y)) - 1, time.October, 1} }

// Last is 30 September.
func (y FiscalYear) Last() Date { return Date{CE(int(y)), time.September, 30} }

// Period is the days of the fiscal year.
func (y FiscalYear) Period() Period { return Period{y.First(), y.Last()} }

// Months are its twelve months, October first.
func (y FiscalYear) Months() []Month { return monthsFrom(MonthOf(y.First()), 12) }

// Quarters are its four quarters, October to December first.
func (y FiscalYear) Quarters() []Quarter {
	return []Quarter{{y, 1}, {y, 2}, {y, 3}, {y, 4}}
}

// Text is "ปีงบประมาณ 2569", "fiscal year 2026 (Oct 2025 – Sep 2026)".
func (y FiscalYear) Text(lang string) string {
	ce := CE(int(y))
	return pick(lang,
		fmt.Sprintf("ปีงบประมาณ %d", y),
		fmt.Sprintf("fiscal year %d (Oct %d – Sep %d)", ce, ce-1, ce))
}

// Quarter is one quarter of a fiscal year, N from 1 (October to December) to 4.
type Quarter struct {
	Year FiscalYear
	N    int
}

// Quarter is the quarter of the fiscal year of the day.
func (d Date) Quarter() Quarter {
	return Quarter{d.FiscalYear(), (int(d.Month)+2)%12/3 + 1}
}

// First is the first day of the quarter.
func (q Quarter) First() Date {
	start := q.Year.First()
	return NewDate(start.Year, start.Month+time.Month(3*(q.N-1)), 1)
}

// Last is the last day of the quarter.
func (q Quarter) Last() Date { return MonthOf(q.First()).Add(2).Last() }

// Period is the days of the quarter.
func (q Quarter) Period() Period { return Period{q.First(), q.Last()} }

// Months are its three months in order.
func (q Quarter) Months() []Month { return monthsFrom(MonthOf(q.First()), 3) }

// Text is "ไตรมาส 1 ปีงบประมาณ 2569", "quarter 1 of fiscal year 2026 (Oct – Dec 2025)".
func (q Quarter) Text(lang string) string {
	first, last := q.First(), q.Last()
	return pick(lang,
		fmt.Sprintf("ไตรมาส %d ปีงบประมาณ %d", q.N, q.Year),
		fmt.Sprintf("quarter %d of fiscal year %d (%s – %s %d)",
			q.N, CE(int(q.Year)), shortEN[first.Month], shortEN[last.Month], last.Year))
}

func monthsFrom(first Month, n int) []Month {
	months := make([]Month, n)
	for i := range months {
		months[i] = first.Add(i)
	}
	return months
}
