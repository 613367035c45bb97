package thai

import (
	"strings"
	"sync"
	"unicode/utf8"
)

// FromLatinKeyboard reads s as Thai that was typed while the keyboard stood
// on the Latin layout: "dki" for การ. It goes by the Kedmanee layout (TIS
// 820-2538) and the US layout, plain and shifted. It returns the Thai text,
// as typed, and whether that looks like Thai at all; where it does not, or s
// has characters that are on neither layout, it returns s and false.
//
// The look is a matter of form: marks stand where marks may, and there are
// enough vowels. Short English words may pass ("car" gives แฟพ), so try s as
// it is first.
func FromLatinKeyboard(s string) (string, bool) {
	k := keyboard()
	var out strings.Builder
	for _, r := range s {
		to, ok := k.keys[r]
		if !ok && r != ' ' {
			return s, false
		}
		if r == ' ' {
			to = r
		}
		out.WriteRune(to)
	}
	typed := out.String()
	if !k.plausible(typed) {
		return s, false
	}
	return typed, true
}

type layout struct {
	keys      map[rune]rune
	dependent charset
	consonant charset
	lead      charset
}

var keyboard = sync.OnceValue(func() *layout {
	t := rules()
	l := &layout{
		keys:      map[rune]rune{},
		dependent: t.set("dependent"),
		consonant: t.set("consonant"),
		lead:      t.set("lead"),
	}
	thai := []rune(t.Keyboard.Thai)
	for i, r := range []rune(t.Keyboard.Latin) {
		l.keys[r] = thai[i]
	}
	return l
})

// plausible tells whether nothing hangs loose in typed and at least a third
// of its clusters have more than a consonant.
func (l *layout) plausible(typed string) bool {
	clusters, full, consonants := 0, 0, 0
	for rest := Normalize(typed); rest != ""; {
		n := ClusterEnd(rest)
		first, _ := utf8.DecodeRuneInString(rest)
		switch {
		case l.dependent.has(first):
			return false
		case l.lead.has(first) && n < 6:
			return false
		case l.consonant.has(first), l.lead.has(first):
			clusters++
			consonants++
			if n > 3 {
				full++
			}
		}
		rest = rest[n:]
	}
	return consonants > 0 && full*3 >= clusters
}
