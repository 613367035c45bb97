package calendar

import "time"

// eraOffset holds for dates from 1 January 2484 BE (1941 CE), when the Thai
// year moved to January. From 1 April 2432 (1889) until then the year began
// in April, so January to March still bore the older number.
const eraOffset = 543

const (
	firstBuddhistInput = 2400 // a year that people write is BE from here on
	firstJanuaryYear   = 1941
)

// BE is the Buddhist year of a whole year of the common era, from 1941 on.
func BE(ce int) int { return ce + eraOffset }

// CE is the year of the common era of a whole Buddhist year, from 2484 on.
func CE(be int) int { return be - eraOffset }

// YearBE is the Buddhist year that a document of that day bears. It is exact
// from 1 April 2432 BE (1889 CE) on.
func (d Date) YearBE() int {
	if d.Year < firstJanuaryYear && d.Month < time.April {
		return BE(d.Year) - 1
	}
	return BE(d.Year)
}

// fromBE has no answer for January to March 2483, which never were.
func fromBE(be int, month time.Month, day int) (Date, bool) {
	d := Date{CE(be), month, day}
	if be < BE(firstJanuaryYear) && month < time.April {
		d.Year++
	}
	return d, d.YearBE() == be
}
