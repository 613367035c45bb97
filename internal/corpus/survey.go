package corpus

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxMarks is how many marks may surely follow each other: package norm breaks
// up rows of more than 30.
const maxMarks = 20

// survey looks once over the text of a whole file. It is ordinary when quick
// can be sure what each character does: UTF-8 without controls, tabs, byte
// order marks and the rarer line ends. It is clean when every piece of it is
// NFC and holds nothing hidden.
func survey(src string) (ordinary, clean bool) {
	clean = true
	rank := uint8(0) // combining class of the character before
	marks := 0       // that stand in a row before
	for i := 0; i < len(src); {
		switch c := src[i]; {
		case c < utf8.RuneSelf:
			if c < ' ' && c != '\n' || c == 0x7F {
				return false, false
			}
			rank, marks = 0, 0
			i++
		case isThai(src, i):
			next := thaiRank[src[i+1]&1<<6|src[i+2]&0x3F]
			if marks++; next == 0 {
				marks = 0
			} else if next < rank || marks > maxMarks {
				clean = false
			}
			rank = next
			i += 3
		default:
			r, n := utf8.DecodeRuneInString(src[i:])
			if !ordinaryRune(r, n) {
				return false, false
			}
			clean = clean && r >= 0x2010 && r <= 0x2027
			rank, marks = 0, 0
			i += n
		}
	}
	return true, clean || strings.IndexFunc(src, hidden) < 0 && norm.NFC.IsNormalString(src)
}

// isThai reports whether a character of the Thai block, which takes three
// bytes, stands at i.
func isThai(s string, i int) bool {
	return s[i] == 0xE0 && i+2 < len(s) && s[i+1]&^1 == 0xB8 && s[i+2]&0xC0 == 0x80
}

// ordinaryRune reports whether a rune of n bytes, not ASCII, is one that YAML
// takes as part of a text and no more.
func ordinaryRune(r rune, n int) bool {
	switch {
	case r == utf8.RuneError && n == 1, r < 0xA0, r == 0x2028, r == 0x2029, r == 0xFEFF, r == 0xFFFE, r == 0xFFFF:
		return false
	}
	return true
}

// thaiRank are the combining classes of the Thai block, where marks must stand
// in rising order to be NFC. Thai letters and marks never combine into another
// character, nor do the punctuation marks of U+2010 to U+2027.
var thaiRank = func() (t [128]uint8) {
	for i := range t {
		t[i] = norm.NFC.PropertiesString(string(rune(0x0E00 + i))).CCC()
	}
	return t
}()
