// Package calendar knows days as Thai offices count them: dates stored in the
// common era and shown in the Buddhist era, fiscal years, government holidays,
// working days, and the opening hours of a counter. Every rule runs in the zone
// Asia/Bangkok, whatever the machine's own zone is.
//
// It knows no holidays by itself: the cabinet fixes them every year, so they are
// data that the caller hands over. It reads no clock and does no I/O.
//
// Functions that take lang give English for "en" and Thai for anything else.
package calendar

import (
	"sync"
	"time"
	_ "time/tzdata" // Offices run on machines without a zone database.
)

// Bangkok is the zone of every rule in this package: +07:00, no summer time.
func Bangkok() *time.Location { return bangkok() }

var bangkok = sync.OnceValue(func() *time.Location {
	zone, err := time.LoadLocation("Asia/Bangkok")
	if err != nil {
		// Only a broken database named by ZONEINFO gets here.
		return time.FixedZone("Asia/Bangkok", 7*60*60)
	}
	return zone
})

// Error says, in both languages, what is wrong with a text and what to write.
type Error struct {
	TH, EN string
}

// Error gives both sentences, English first.
func (e *Error) Error() string { return e.EN + " · " + e.TH }

// Text gives the sentence of one language.
func (e *Error) Text(lang string) string { return pick(lang, e.TH, e.EN) }

func pick(lang, th, en string) string {
	if lang == "en" {
		return en
	}
	return th
}
