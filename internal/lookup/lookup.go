// Package lookup lets an applicant see how a delayed request stands, by its number
// and the code printed on each letter, from files that anybody may download.
//
// A record is encrypted under a key that is derived from the code and the number,
// padded to one size, and stands in a shard among others and among random bytes:
// without the code nobody can tell one from the other, how many there are, or
// that a request is there at all. Shards have one size too, and there are as many
// as a power of two, so that their number tells no more than that. A shard is
// encrypted anew as a whole whenever anything in it changes.
//
// The browser's delay-core.js does the same; testdata/vectors.json holds both to
// it. The package knows no names: a record has no field for one.
package lookup

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"khumue/internal/calendar"
)

// Record is what an applicant sees.
type Record struct {
	State   string        `json:"state"`
	Due     calendar.Date `json:"due"`
	Ended   calendar.Date `json:"ended,omitzero"`
	Letters []Letter      `json:"letters,omitempty"` // the newest first
	More    int           `json:"more,omitempty"`    // older letters, for which there was no room
}

// Letter is a letter as an applicant sees it.
type Letter struct {
	Date     calendar.Date `json:"date"`
	Reason   string        `json:"reason"`         // the code of it
	Text     string        `json:"text,omitempty"` // more of it
	Expected calendar.Date `json:"expected,omitzero"`
}

// KeptDays is for how many days after its end a request is still shown.
const KeptDays = 90

// Shown reports whether a request that ended on a day is shown on another; the
// zero Date: it has not ended.
func Shown(ended, today calendar.Date) bool {
	return ended.IsZero() || today.Sub(ended) <= KeptDays
}

// Keys are what number and code of a request open.
type Keys struct {
	Address [16]byte // where its record is kept, which tells nothing of them
	record  [32]byte
}

// salt parts these keys from all others that a code might ever make.
const salt = "khumue delay look-up 1"

// KeysOf derives the keys of a request, whose number is taken as people type it.
func KeysOf(request string, code Code) Keys {
	number := Normal(request)
	var k Keys
	derive(k.Address[:], code, "address\n"+number)
	derive(k.record[:], code, "record\n"+number)
	return k
}

func derive(into []byte, code Code, info string) {
	key, err := hkdf.Key(sha256.New, code[:], []byte(salt), info, len(into))
	if err != nil {
		panic("lookup: " + err.Error()) // of lengths that are constants
	}
	copy(into, key)
}

// String is the address as a database keeps it.
func (k Keys) String() string { return hex.EncodeToString(k.Address[:]) }

// Normal is a request's number without what people leave out or write in another
// way: blanks, the kind of dash and of digits, and small letters.
func Normal(request string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case blank(r):
			return -1
		case '๐' <= r && r <= '๙':
			return r - '๐' + '0'
		case '\u2010' <= r && r <= '\u2015', r == '\u2212':
			return '-'
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		}
		return r
	}, strings.ReplaceAll(request, "\u0e4d\u0e32", "\u0e33"))
}

// blank is what both languages take for a blank.
func blank(r rune) bool {
	switch r {
	case '\t', '\n', '\v', '\f', '\r', ' ', 0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff:
		return true
	}
	return 0x2000 <= r && r <= 0x200b
}
