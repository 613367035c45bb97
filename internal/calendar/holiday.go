package calendar

import (
	"slices"
	"time"
)

// Holiday is one government holiday as the cabinet announced it. Substitute
// and special days are rows of their own: nothing here is computed.
type Holiday struct {
	Date   Date   `json:"date"`
	NameTH string `json:"th"`
	NameEN string `json:"en,omitempty"` // may be empty; the Thai name then stands in
	// Scope holds the codes of the provinces that keep the day ("94"); empty
	// means the whole country.
	Scope []string `json:"scope,omitempty"`
}

// Name is the holiday's name in a language.
func (h Holiday) Name(lang string) string {
	if h.NameEN == "" {
		return h.NameTH
	}
	return pick(lang, h.NameTH, h.NameEN)
}

func (h Holiday) keptIn(province string) bool {
	return len(h.Scope) == 0 || slices.Contains(h.Scope, province)
}

// Holidays is a table of holidays, read-only once built and safe for concurrent
// use. The zero Holidays has no holidays, so every weekday is a working day.
type Holidays struct {
	byDate map[Date][]Holiday
	sorted []Holiday
	years  map[int]bool
}

// NewHolidays builds the table. Order does not matter; a day may stand twice,
// for the country and for some provinces.
func NewHolidays(list []Holiday) Holidays {
	table := Holidays{byDate: map[Date][]Holiday{}, years: map[int]bool{}}
	table.sorted = slices.Clone(list)
	slices.SortStableFunc(table.sorted, func(a, b Holiday) int { return a.Date.Compare(b.Date) })
	for _, h := range table.sorted {
		table.byDate[h.Date] = append(table.byDate[h.Date], h)
		if len(h.Scope) == 0 {
			table.years[h.Date.YearBE()] = true
		}
	}
	return table
}

// Is gives the holiday that the province keeps on d; an empty province keeps
// those of the whole country only.
func (t Holidays) Is(d Date, province string) (Holiday, bool) {
	for _, h := range t.byDate[d] {
		if h.keptIn(province) {
			return h, true
		}
	}
	return Holiday{}, false
}

// Next gives at most n holidays of the province on d or later, in order.
func (t Holidays) Next(d Date, province string, n int) []Holiday {
	from, _ := slices.BinarySearchFunc(t.sorted, d, func(h Holiday, d Date) int { return h.Date.Compare(d) })
	var found []Holiday
	for _, h := range t.sorted[from:] {
		if len(found) >= n {
			break
		}
		if h.keptIn(province) {
			found = append(found, h)
		}
	}
	return found
}

// All are the holidays in order of date; the caller owns the slice.
func (t Holidays) All() []Holiday { return slices.Clone(t.sorted) }

// In gives the holidays of a period for every province, in order. As JSON they
// are what the browser's hours.js takes.
func (t Holidays) In(p Period) []Holiday {
	found := []Holiday{}
	for _, h := range t.sorted {
		if p.Contains(h.Date) {
			found = append(found, h)
		}
	}
	return found
}

// HasYear tells whether the table of a Buddhist year is there at all: without
// it, working days are counted as if the year had no holidays.
func (t Holidays) HasYear(be int) bool { return t.years[be] }

// Due returns the Buddhist year whose table is missed on a day: the year of the
// day itself, or from November on the next one; false when both are there.
func (t Holidays) Due(today Date) (be int, due bool) {
	switch now := BE(today.Year); {
	case !t.HasYear(now):
		return now, true
	case today.Month >= time.November && !t.HasYear(now+1):
		return now + 1, true
	}
	return 0, false
}

// IsWorkingDay tells that d is neither Saturday, Sunday nor a holiday.
func (t Holidays) IsWorkingDay(d Date, province string) bool {
	_, holiday := t.Is(d, province)
	return !holiday && !d.IsWeekend()
}

// AddWorkingDays is the n-th working day after d, whose own day is not counted
// (Civil and Commercial Code, s. 193/3); a negative n counts back. n = 0 gives d.
func (t Holidays) AddWorkingDays(d Date, n int, province string) Date {
	step := 1
	if n < 0 {
		n, step = -n, -1
	}
	for n > 0 {
		d = d.AddDays(step)
		if t.IsWorkingDay(d, province) {
			n--
		}
	}
	return d
}

// NextWorkingDay is d itself when it is a working day, else the first after it:
// a period that ends on a holiday ends then (Civil and Commercial Code,
// s. 193/8).
func (t Holidays) NextWorkingDay(d Date, province string) Date {
	for !t.IsWorkingDay(d, province) {
		d = d.AddDays(1)
	}
	return d
}
