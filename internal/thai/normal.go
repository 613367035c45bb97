package thai

import (
	"maps"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Normalize gives one spelling to what people type in many ways, for an
// index and the questions put to it. Show and store the text as it was
// typed; this form is for comparing.
//
// Until nothing changes, it composes (NFC), drops characters of no width,
// makes every blank a space, reads เเ as แ, puts vowels before tones and
// tones before ะ า ำ, joins ํ and า to ำ, reads ๅ as า except after ฤ and ฦ,
// keeps the last of several tones and one of repeated signs, drops marks that
// stand on nothing, writes digits as 0-9 and Latin letters small, and
// squeezes and trims spaces. Repeated consonants stay, for รร is a vowel.
// The repairs are those that the Thai input method standard WTT 2.0 and the
// Unicode chapter on Thai make necessary: all marks above the line but the
// tones have combining class 0, so Unicode normalisation leaves their order
// as typed.
//
// Normalize(Normalize(s)) == Normalize(s). A byte that is no UTF-8 becomes
// U+FFFD. Text in normal form is returned as it is, without an allocation.
func Normalize(s string) string {
	n := normaliser()
	out, plain := n.pass(s)
	if plain {
		return out
	}
	for {
		out, _ = n.pass(norm.NFC.String(s))
		if out == s {
			return out
		}
		s = out
	}
}

// normal is the compiled form of the steps. Steps that look at one character
// are done in passing; the others only on the stretches in which two
// neighbours stand that one of them may begin with.
type normal struct {
	hidden, blank charset
	small         map[rune]rune // what takes the place of capitals and Thai digits
	changes       []change
	ascii         [utf8.RuneSelf]kind
	thai          [thaiSize]kind
	// odd tells where a change may begin, by a character and the next one.
	// The last row is for the start of the text and for all other characters.
	odd [thaiSize + 1][thaiSize]bool
}

// kind says what a character asks of a pass.
type kind uint8

const (
	keep  kind = iota // it stays, and nothing before it matters
	hang              // it stays, and changes may look at what stands before it
	swap              // another character takes its place
	blank             // a space or what becomes one
)

var normaliser = sync.OnceValue(func() *normal {
	t := rules()
	n := &normal{small: map[rune]rune{}, changes: t.changes(t.Normal)}
	for _, s := range t.Normal {
		switch {
		case s.Delete != "":
			n.hidden = t.set(s.Delete)
		case s.Map[1] == " ":
			n.blank = t.set(s.Map[0])
		case s.Map[0] != "":
			maps.Copy(n.small, pairs(s.Map))
		}
	}
	n.tabulate()
	return n
})

func (n *normal) tabulate() {
	for i := range n.ascii {
		n.ascii[i] = n.kind(rune(i))
	}
	for i := range n.thai {
		r := thaiBlock + rune(i)
		n.thai[i] = n.kind(r)
		for j := range n.thai {
			n.odd[j][i] = n.begins(thaiBlock+rune(j), r)
		}
		n.odd[thaiSize][i] = n.begins(startOfText, r) || n.begins(' ', r) || n.begins('x', r)
	}
}

func (n *normal) kind(r rune) kind {
	if _, ok := n.small[r]; ok {
		return swap
	}
	if n.blank.has(r) {
		return blank
	}
	for _, c := range n.changes {
		if c.inner(r) {
			return hang
		}
	}
	return keep
}

func (n *normal) begins(first, second rune) bool {
	for _, c := range n.changes {
		if c.begins(first, second) {
			return true
		}
	}
	return false
}

// pass does every step but NFC. It reports whether the text was plain: of
// characters for which its result is in NFC whatever happened.
func (n *normal) pass(s string) (out string, plain bool) {
	w := writer{normal: n, s: s, prev: thaiSize, plain: true}
	end := w.clean()
	if end == len(s) {
		return s, true
	}
	w.out = make([]byte, end, len(s)+8)
	copy(w.out, s)
	w.base = end
	for w.at = end; w.at < len(s); {
		w.take()
	}
	w.close()
	return strings.TrimSuffix(string(w.out), " "), w.plain
}

// writer is one pass over s.
type writer struct {
	*normal
	s     string
	at    int
	out   []byte
	base  int  // where in out the stretch begins that the next repair may change
	prev  int  // place of the last Thai character in its block, thaiSize for any other
	dirty bool // the stretch needs a repair
	plain bool
}

// clean returns the length of the part of s, up to the beginning of a
// stretch, that needs no change.
func (w *writer) clean() int {
	s, base := w.s, 0
	space := true // before the text as after a space
	prev := thaiSize
	for i := 0; i < len(s); {
		if b := s[i]; b < utf8.RuneSelf {
			if k := w.ascii[b]; k == swap || k == blank && (b != ' ' || space || i+1 == len(s)) {
				return i
			}
			space, prev, base = b == ' ', thaiSize, i
			i++
			continue
		}
		t := thaiAt(s, i)
		if t < 0 {
			return base
		}
		k := w.thai[t]
		if k == swap {
			return i
		}
		if k == keep {
			base = i
		}
		if w.odd[prev][t] {
			return base
		}
		space, prev = false, t
		i += 3
	}
	return len(s)
}

// take takes one character of s into out.
func (w *writer) take() {
	if b := w.s[w.at]; b < utf8.RuneSelf {
		w.at++
		w.takeASCII(b)
		return
	}
	if t := thaiAt(w.s, w.at); t >= 0 && w.thai[t] != swap {
		if w.thai[t] == keep {
			w.close()
		}
		w.dirty = w.dirty || w.odd[w.prev][t]
		w.out = append(w.out, w.s[w.at:w.at+3]...)
		w.prev = t
		w.at += 3
		return
	}
	r, size := utf8.DecodeRuneInString(w.s[w.at:])
	w.at += size
	w.takeOther(r)
}

// takeASCII takes a character that begins a stretch of its own.
func (w *writer) takeASCII(b byte) {
	w.close()
	w.prev = thaiSize
	switch w.ascii[b] {
	case blank:
		if len(w.out) > 0 && w.out[len(w.out)-1] != ' ' {
			w.out = append(w.out, ' ')
		}
	case swap:
		w.out = append(w.out, byte(w.small[rune(b)]))
	default:
		w.out = append(w.out, b)
	}
	w.base = max(len(w.out)-1, 0)
}

// takeOther takes a character that is neither ASCII nor a Thai letter.
func (w *writer) takeOther(r rune) {
	if w.hidden.has(r) {
		return
	}
	w.close()
	w.prev = thaiSize
	if w.blank.has(r) {
		w.takeASCII(' ')
		return
	}
	if to, ok := w.small[r]; ok {
		r = to
	}
	w.base = len(w.out)
	w.out = utf8.AppendRune(w.out, r)
	p := norm.NFC.Properties(w.out[w.base:])
	w.plain = w.plain && p.BoundaryBefore() && p.Decomposition() == nil
}

// close ends a stretch and repairs it if need be.
func (w *writer) close() {
	if w.dirty {
		fixed := settle([]rune(string(w.out[w.base:])), w.changes)
		w.out = append(w.out[:w.base], string(fixed)...)
		w.dirty = false
	}
	w.base = len(w.out)
}
