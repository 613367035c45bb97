// Package survey knows what a citizen's answer to a question set is: how it is
// written on the wire, when two of them are the same, what makes one valid, what
// has to be masked in it, and how answers add up.
//
// It knows no database, no network, no clock and no page. The browser's module
// does the same from the vectors in testdata.
package survey

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// Limits of an answer, which hold before any question set is looked at.
const (
	MaxAnswer    = 8 << 10 // bytes of one answer on the wire
	MaxQuestions = 64      // that one answer replies to
	maxCode      = 16      // characters of a question's code
	maxWord      = 64      // characters of an id, a channel
	maxText      = 4000    // characters of a reply
)

// Answer is one citizen's reply to a question set, as sent. It names nobody.
type Answer struct {
	ID        string            // UUIDv7 in small letters, made where it was answered; its only key
	Form      string            // the question set, such as satisfaction-1
	Point     catalog.PointCode // where the service was given
	Procedure catalog.ManualID  // the manual of the service; "" when none was chosen
	Channel   string            // how the service was used, a word of Channels; "" when not said
	Answered  string            // the day by the clock of the device, which may be wrong by years
	Answers   map[string]Value  // by the codes of the questions; those skipped are not there
	Bait      bool              // a field that people do not see was filled in
}

// Channels are the words for how a service was used.
var Channels = []string{"counter", "online", "kiosk", "phone", "post"}

// Value is the reply to one question: a number of a scale, or a word or text.
type Value struct {
	Number int    // 1 to 5; 0 for a text
	Text   string // "" for a number
}

// Reason says why an answer was not taken, for programs and for people.
type Reason struct {
	Code     string     // one of the codes below
	Question string     // whose reply it is about; "" when none in particular
	Text     fault.Text // in plain words
}

// Error returns the reason in English.
func (r *Reason) Error() string { return r.Text.EN }

// The codes of reasons.
const (
	BadJSON         = "bad-json"         // not the JSON that is asked for
	TooLarge        = "too-large"        // more bytes, or more replies, than an answer may have
	BadID           = "bad-id"           // no UUIDv7
	BadForm         = "bad-form"         // no name of a question set
	BadPoint        = "bad-point"        // no code of a point
	BadProcedure    = "bad-procedure"    // no id of a manual
	BadChannel      = "bad-channel"      // none of Channels
	BadDate         = "bad-date"         // no day
	UnknownQuestion = "unknown-question" // not in the set
	BadValue        = "bad-value"        // not a reply to that question
	TooLong         = "too-long"         // a text of more characters than the question allows
	Missing         = "missing"          // a question that must be answered was not
)

func because(code, question, th, en string) *Reason {
	return &Reason{code, question, fault.Text{TH: th, EN: en}}
}

// Canonical returns the bytes by which answers are compared: the members in the
// order of the struct, replies in the order of their codes, no spaces, nothing
// escaped that need not be. An answer travels by websocket, by POST and by a
// plain form, and is sent again by a page that was updated meanwhile; it is the
// same answer however it was written. Reading is strict, so nothing that was
// sent is left out here.
func (a Answer) Canonical() []byte {
	b := make([]byte, 0, 512)
	text := func(name, s string) {
		b = append(b, name...)
		b = appendText(b, s)
	}
	text(`{"id":`, a.ID)
	text(`,"form":`, a.Form)
	text(`,"point":`, string(a.Point))
	if a.Procedure != "" {
		text(`,"procedure":`, string(a.Procedure))
	}
	if a.Channel != "" {
		text(`,"channel":`, a.Channel)
	}
	text(`,"answered":`, a.Answered)
	if a.Bait {
		b = append(b, `,"homepage":"1"`...)
	}
	b = append(b, `,"answers":{`...)
	for i, code := range slices.Sorted(maps.Keys(a.Answers)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, code)
		b = append(b, ':')
		if v := a.Answers[code]; v.Number != 0 {
			b = strconv.AppendInt(b, int64(v.Number), 10)
		} else {
			b = appendText(b, v.Text)
		}
	}
	return append(b, "}}"...)
}

// appendText writes a string of JSON.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch r {
		case '"', '\\':
			b = append(b, '\\', byte(r))
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, string(r)...)
		}
	}
	return append(b, '"')
}

// oldest is how many days an answer may have waited on a device before its day
// is rather a wrong clock.
const oldest = 366

// Place returns the day to which an answer belongs that is received on another,
// and whether the device's clock was wrong: a day of the Buddhist era is turned
// into one of the common era, one of the future or of more than a year ago is
// not believed and the day of receipt stands.
func Place(answered string, received calendar.Date) (day calendar.Date, wrong bool) {
	day, shifted, ok := readDay(answered)
	if !ok || day.After(received.AddDays(1)) || day.Before(received.AddDays(-oldest)) {
		return received, true
	}
	return day, shifted
}

// readDay reads yyyy-mm-dd; a year from 2400 on is of the Buddhist era.
func readDay(s string) (day calendar.Date, shifted, ok bool) {
	if len(s) != len("2026-11-22") || s[4] != '-' || s[7] != '-' {
		return day, false, false
	}
	var n [3]int
	for i, part := range []string{s[:4], s[5:7], s[8:]} {
		for _, c := range []byte(part) {
			if c < '0' || c > '9' {
				return day, false, false
			}
			n[i] = n[i]*10 + int(c-'0')
		}
	}
	if n[0] >= 2400 {
		n[0], shifted = n[0]-543, true
	}
	day = calendar.NewDate(n[0], time.Month(n[1]), n[2])
	exists := n[0] >= 1 && day == calendar.Date{Year: n[0], Month: time.Month(n[1]), Day: n[2]}
	return day, shifted, exists
}
