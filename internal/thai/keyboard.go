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
	if !k.plausible(s, typed) {
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

// plausible tells whether a Latin letter was among the keys, nothing hangs
// loose in what they gave, and it has vowels as Thai has: at least a third of
// its clusters are more than a consonant. Words of consonants alone, as ถนน,
// pass by a key that is no Latin letter, which hardly stands inside of a
// Latin word.
func (l *layout) plausible(keys, typed string) bool {
	normal := Normalize(typed)
	if !strings.ContainsFunc(keys, isLatin) || l.signs(normal) != l.signs(typed) {
		return false
	}
	clusters, full := 0, 0
	for normal != "" {
		n := ClusterEnd(normal)
		first, _ := utf8.DecodeRuneInString(normal)
		switch {
		case l.dependent.has(first), l.lead.has(first) && n < 6:
			return false
		case l.consonant.has(first), l.lead.has(first):
			clusters++
			if n > 3 {
				full++
			}
		}
		normal = normal[n:]
	}
	return clusters > 0 && (full*3 >= clusters || clusters > 1 && l.odd(keys))
}

// signs counts what hangs on consonants; normalising takes away what hangs
// wrongly.
func (l *layout) signs(s string) (n [2]int) {
	for _, r := range s {
		if l.dependent.has(r) {
			n[0]++
		}
		if r == 'ๅ' {
			n[1]++
		}
	}
	return n
}

// odd tells whether one of the keys is no Latin letter but gives a consonant.
func (l *layout) odd(keys string) bool {
	return strings.ContainsFunc(keys, func(r rune) bool {
		return !isLatin(r) && l.consonant.has(l.keys[r])
	})
}

func isLatin(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}
