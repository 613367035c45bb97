package thai

import (
	"strings"
	"sync"
)

// Fold returns a key under which common misspellings meet, as a second
// chance for what Normalize does not bring together: อนุญาติ and อนุญาต,
// กฏหมาย and กฎหมาย, ค่าทำเนียม and ค่าธรรมเนียม. It is no spelling, it is
// only for comparing with other keys, and unlike words may share one.
//
// It normalises, drops tones, silenced consonants (ร์, ตร์) and signs that
// are not heard, writes รร and ำ with ั, gives letters of one sound one
// letter (ซ ศ ษ as ส, ณ as น, ใ as ไ, short vowels for long), and writes a
// consonant that may close a syllable as one of the eight closing sounds of
// the Thai school grammar (แม่ กก กด กบ กน …).
func Fold(s string) string {
	f := folder()
	text := []rune(Normalize(s))
	for _, c := range f.changes {
		text = c.apply(text)
	}
	return f.consonants(string(text))
}

type fold struct {
	changes        []change
	initial, final map[rune]rune
	consonant      charset
	mark           charset
}

var folder = sync.OnceValue(func() *fold {
	t := rules()
	return &fold{
		changes:   t.changes(t.Fold.Steps),
		initial:   pairs(t.Fold.Initial),
		final:     pairs(t.Fold.Final),
		consonant: t.set("consonant"),
		mark:      t.set("mark"),
	}
})

// consonants writes each consonant of s by its sound: the closing one when
// it is a cluster of its own or follows a mark inside of one.
func (f *fold) consonants(s string) string {
	var out strings.Builder
	out.Grow(len(s))
	for s != "" {
		n := ClusterEnd(s)
		closing := n == 3
		for _, r := range s[:n] {
			sounds := f.initial
			if closing {
				sounds = f.final
			}
			if to, ok := sounds[r]; ok {
				out.WriteRune(to)
			} else {
				out.WriteRune(r)
			}
			closing = f.mark.has(r)
		}
		s = s[n:]
	}
	return out.String()
}
