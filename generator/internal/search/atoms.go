package search

import (
	"strings"
	"unicode/utf8"

	"khumue/internal/thai"
)

// class tells what script an atom is of. Runs of Latin letters and of digits
// are words by themselves.
type class byte

const (
	thaiAtom class = iota
	latinAtom
	digitAtom
)

// atom is the smallest thing that is compared: a Thai character cluster, a
// Latin letter or a digit, with the place in the text where it stands.
type atom struct {
	key        string // what is compared
	start, end int    // bytes of the text
	class      class
	gap        bool // blanks or punctuation stand before it, or nothing
}

// appendAtoms appends the atoms of a normalised text.
func appendAtoms(dst []atom, text string) []atom {
	gap := true
	for at := 0; at < len(text); {
		n := thai.JoinedEnd(text[at:])
		cluster := text[at : at+n]
		c, ok := classOf(cluster)
		key := cluster
		if ok && c == thaiAtom {
			key = soundOf(cluster)
		}
		if ok && key != "" {
			dst = append(dst, atom{key: key, start: at, end: at + n, class: c, gap: gap})
		}
		gap = !ok
		at += n
	}
	return dst
}

func atomsOf(text string) []atom { return appendAtoms(make([]atom, 0, len(text)/4+1), text) }

// classOf tells the class of a cluster by its first character, and whether it
// is an atom at all.
func classOf(cluster string) (class, bool) {
	r, _ := utf8.DecodeRuneInString(cluster)
	switch {
	case r >= '0' && r <= '9':
		return digitAtom, true
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
		return latinAtom, true
	case r >= 'ก' && r <= '\u0E4E' && r != 'ฯ' && r != '฿' && r != 'ๆ':
		return thaiAtom, true
	case r < 0xC0, r == '×', r == '÷', r >= 0x0E00 && r <= 0x0E7F, r >= 0x2000 && r <= 0x2BFF, r >= 0x3000 && r <= 0x303F, r >= 0xFE00 && r <= 0xFE0F, r == utf8.RuneError:
		return 0, false
	}
	return latinAtom, true
}

// soundOf writes a cluster without tones and with one letter for those that
// are heard and mistaken most alike: far less than thai.Fold, for two short
// words must not meet in it.
func soundOf(cluster string) string {
	if !strings.ContainsFunc(cluster, func(r rune) bool { return soundRune(r) != r }) {
		return cluster
	}
	return strings.Map(soundRune, cluster)
}

func soundRune(r rune) rune {
	switch r {
	case '\u0E48', '\u0E49', '\u0E4A', '\u0E4B', '\u0E4C', '\u0E47', '\u0E4E':
		return -1
	case 'ใ':
		return 'ไ'
	case 'ศ', 'ษ':
		return 'ส'
	case 'ฏ':
		return 'ฎ'
	case 'ณ':
		return 'น'
	case 'ฬ':
		return 'ล'
	}
	return r
}

// keyOf joins the keys of atoms: what words and names are compared by.
func keyOf(atoms []atom) string {
	if len(atoms) == 1 {
		return atoms[0].key
	}
	n := 0
	for _, a := range atoms {
		n += len(a.key)
	}
	var b strings.Builder
	b.Grow(n)
	for _, a := range atoms {
		b.WriteString(a.key)
	}
	return b.String()
}

// joinedKeys is keyOf for every range of atoms at once: atoms[from:to] have
// the key text[at[from]:at[to]].
func joinedKeys(atoms []atom) (text string, at []int) {
	at = make([]int, len(atoms)+1)
	for i, a := range atoms {
		at[i+1] = at[i] + len(a.key)
	}
	return keyOf(atoms), at
}

// gramOf is the term of one, two or three atoms in a row.
func gramOf(atoms []atom) term {
	h := gramHash.add(atoms[0].key)
	for _, a := range atoms[1:] {
		h = h.add("|").add(a.key)
	}
	return h.term()
}

var (
	gramHash = newHasher().add("g")
	wordHash = newHasher().add("w")
	nameHash = newHasher().add("n")
)

// wordTerm is the term of a word of one class.
func wordTerm(atoms []atom) term {
	if atoms[0].class == latinAtom {
		return wordHash.add(stem(keyOf(atoms))).term()
	}
	return hashAtoms(wordHash, atoms)
}

// nameTerm is the term of a whole name.
func nameTerm(atoms []atom) term { return hashAtoms(nameHash, atoms) }

func hashAtoms(h hasher, atoms []atom) term {
	for i := range atoms {
		h = h.add(atoms[i].key)
	}
	return h.term()
}

// stem brings the forms of an English word together as far as a plural and
// the British and American spellings go: licences, license; colour, color.
func stem(w string) string {
	n := len(w)
	if n > 4 && strings.HasSuffix(w, "ies") {
		w = w[:n-3] + "y"
	} else if n > 3 && w[n-1] == 's' && w[n-2] != 's' && w[n-2] != 'u' && w[n-2] != 'i' {
		w = w[:n-1]
	}
	if strings.HasSuffix(w, "ence") {
		w = w[:len(w)-2] + "se"
	}
	if n := len(w); n > 5 && strings.HasSuffix(w, "our") {
		w = w[:n-2] + "r"
	}
	return w
}

// eachRun calls f for each run of atoms of one class without a gap.
func eachRun(atoms []atom, f func(from, to int)) {
	for from := 0; from < len(atoms); {
		to := from + 1
		for to < len(atoms) && !atoms[to].gap && atoms[to].class == atoms[from].class {
			to++
		}
		f(from, to)
		from = to
	}
}

// bonesOf is what a misspelt word keeps: the consonants of its folded form,
// or of a Latin word the letters that are no vowels, doubled ones once.
func bonesOf(text string) string {
	var b strings.Builder
	var last rune
	for _, r := range thai.Fold(text) {
		bone := r >= 'ก' && r <= 'ฮ' || r >= '0' && r <= '9' ||
			r >= 'a' && r <= 'z' && !strings.ContainsRune("aeiouy", r)
		if !bone || r == last && r < 0x80 {
			continue
		}
		last = r
		b.WriteRune(r)
	}
	return b.String()
}
