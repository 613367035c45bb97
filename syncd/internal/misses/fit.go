package misses

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"khumue/internal/survey"
	"khumue/internal/thai"
)

// Longest is how long a phrase may be, in characters.
const Longest = 80

// shortest is how long it has to be to mean anything.
const shortest = 2

// Marks of what may be personal data, beside what survey.Mask finds: the theme's misses.js knows the same ones, and a test
// holds the two together.
var personal = []*regexp.Regexp{
	regexp.MustCompile(`[0-9](?:[ ./()-]*[0-9]){5}`), // numbers of people, telephones, houses, cards: six digits in a row
	regexp.MustCompile(`@`),
	regexp.MustCompile(`(?:^| )(?:(?:นาย|นาง|นางสาว|เด็กชาย|เด็กหญิง|mr|mrs|ms)[. ]|น\.ส\.|ด\.ช\.|ด\.ญ\.) *[^ ]`),
	regexp.MustCompile(`://|www\.`), // nothing that anybody searches for
}

// Fit returns a phrase in the form in which it is counted; false for one that is
// not: too long or too short, without a letter, or with what may be personal data.
func Fit(phrase string) (string, bool) {
	if len(phrase) > 8*Longest {
		return "", false
	}
	p := normal(phrase)
	if n := utf8.RuneCountInString(p); n < shortest || n > Longest || !strings.ContainsFunc(p, unicode.IsLetter) || strings.ContainsFunc(p, odd) {
		return "", false
	}
	for _, mark := range personal {
		if mark.MatchString(p) {
			return "", false
		}
	}
	if _, kinds := survey.Mask(p); len(kinds) > 0 {
		return "", false
	}
	return p, true
}

// normal is the one spelling of what people type in many ways.
func normal(s string) string { return thai.Normalize(strings.ToValidUTF8(s, "")) }

// odd reports whether a character has no place in words.
func odd(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }
