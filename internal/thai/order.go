package thai

import (
	"cmp"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// collators holds what one comparison needs, for a Collator and its Buffer
// serve one goroutine at a time.
var collators = sync.Pool{New: func() any {
	return &collator{Collator: collate.New(language.Thai)}
}}

type collator struct {
	*collate.Collator
	buffer collate.Buffer
}

// Compare orders names as the Royal Institute Dictionary does (ISO/IEC 14651
// annex C.2, CLDR for th): by consonants, a vowel typed before its consonant
// counting after it, tones only where all else is equal. What begins with a
// digit stands first, then Thai, then other scripts. It returns -1, 0 or +1,
// and 0 for identical texts alone: what the dictionary finds equal is in byte
// order.
func Compare(a, b string) int {
	if n := cmp.Compare(scriptRank(a), scriptRank(b)); n != 0 {
		return n
	}
	c := collators.Get().(*collator)
	defer collators.Put(c)
	if n := c.CompareString(a, b); n != 0 {
		return n
	}
	return strings.Compare(a, b)
}

// SortKey returns bytes that sort by bytes.Compare as Compare sorts texts,
// for a column of a database. Keys of different versions of this program may
// not agree: rebuild stored ones after an upgrade.
func SortKey(s string) []byte {
	c := collators.Get().(*collator)
	defer collators.Put(c)
	c.buffer.Reset()
	key := append([]byte{scriptRank(s)}, c.KeyFromString(&c.buffer, s)...)
	return append(append(key, 0, 0), s...)
}

// scriptRank puts the script of the first letter in CLDR's order for th,
// which the package collate does not know: Thai before all others.
func scriptRank(s string) byte {
	for _, r := range s {
		switch {
		case unicode.IsDigit(r):
			return 0
		case unicode.Is(unicode.Thai, r):
			return 1
		case unicode.IsLetter(r):
			return 2
		}
	}
	return 0
}

// Initial returns the heading under which an index lists a name: its first
// consonant (เชียงใหม่ stands under ช), a capital for a name in Latin
// letters, and "#" for one that begins with a digit or has no letter.
func Initial(s string) string {
	consonant := consonants()
	for _, r := range norm.NFD.String(s) {
		switch {
		case consonant.has(r):
			return string(r)
		case unicode.IsDigit(r):
			return "#"
		case unicode.Is(unicode.Latin, r):
			return strings.ToUpper(string(r))
		}
	}
	return "#"
}

var consonants = sync.OnceValue(func() *charset {
	c := rules().set("consonant")
	return &c
})

// Digits writes 0-9 as ๐-๙, as formal letters do.
func Digits(s string) string {
	return thaiDigits.Replace(s)
}

var thaiDigits = strings.NewReplacer(
	"0", "๐", "1", "๑", "2", "๒", "3", "๓", "4", "๔",
	"5", "๕", "6", "๖", "7", "๗", "8", "๘", "9", "๙")
