package compare

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"khumue/internal/thai"
)

// Segment is a piece of a text beside another: pieces that are the same and
// those removed give the old text, the same and those added the new one. No
// piece begins or ends within a character cluster, nor within a word that the
// lexicon knows, unless a text is too long and too different to be looked at so
// closely: then whole paragraphs differ.
type Segment struct {
	Kind SegmentKind
	Text string
}

// SegmentKind says in which of two texts a piece stands.
type SegmentKind string

// The kinds of segment.
const (
	InBoth SegmentKind = "same"
	InOld  SegmentKind = "removed"
	InNew  SegmentKind = "added"
)

// leastStays is the share of characters that has to stay, one in so many, or all
// of a passage is told to differ.
const leastStays = 4

// Texts compares two texts by paragraphs, and paragraphs that differ by words.
func Texts(old, new string) []Segment {
	left := maxSteps
	var out segmentList
	a, b := paragraphs(old), paragraphs(new)
	between(a, b, common(ranked(a, b, &left)), func(p, q []string) {
		out.words(strings.Join(p, ""), strings.Join(q, ""), &left)
	}, out.same)
	return out
}

// between calls changed for what stands between runs, and same for runs.
func between(a, b []string, runs []run, changed func(a, b []string), same func(a, b []string)) {
	i, j := 0, 0
	for _, r := range append(runs, run{len(a), len(b), 0}) {
		if r.a > i || r.b > j {
			changed(a[i:r.a], b[j:r.b])
		}
		if r.n > 0 {
			same(a[r.a:r.a+r.n], b[r.b:r.b+r.n])
		}
		i, j = r.a+r.n, r.b+r.n
	}
}

// ranked gives equal texts one number; it returns what common takes.
func ranked(a, b []string, left *budget) ([]int32, []int32, *budget) {
	known := make(map[string]int32, len(a))
	number := func(list []string) []int32 {
		out := make([]int32, len(list))
		for i, s := range list {
			n, ok := known[s]
			if !ok {
				n = int32(len(known))
				known[s] = n
			}
			out[i] = n
		}
		return out
	}
	x := number(a)
	return x, number(b), left
}

type segmentList []Segment

func (l *segmentList) add(kind SegmentKind, text string) {
	if text == "" {
		return
	}
	if last := len(*l) - 1; last >= 0 && (*l)[last].Kind == kind {
		(*l)[last].Text += text
		return
	}
	*l = append(*l, Segment{kind, text})
}

func (l *segmentList) same(a, _ []string) { l.add(InBoth, strings.Join(a, "")) }

func (l *segmentList) differ(a, b []string) {
	l.add(InOld, strings.Join(a, ""))
	l.add(InNew, strings.Join(b, ""))
}

// words compares two passages by words. Where hardly anything stays, words that
// happen to be in both would only confuse.
func (l *segmentList) words(old, new string, left *budget) {
	a, b := tokens(old), tokens(new)
	runs := common(ranked(a, b, left))
	stays := 0
	for _, r := range runs {
		for _, s := range a[r.a : r.a+r.n] {
			stays += runes(s)
		}
	}
	if stays*leastStays < min(runes(old), runes(new)) {
		l.differ([]string{old}, []string{new})
		return
	}
	between(a, b, runs, l.differ, l.same)
}

// paragraphs cuts a text where something begins that an author writes, moves
// and removes as one: a paragraph, a heading, an item of a list, a row of a
// table, a fenced block. Together the pieces are the text; blank lines belong to
// what stands before them.
func paragraphs(s string) []string {
	var out []string
	start, fence, blank := 0, "", false
	for at := 0; at < len(s); {
		end := len(s)
		if n := strings.IndexByte(s[at:], '\n'); n >= 0 {
			end = at + n + 1
		}
		line := strings.TrimSpace(s[at:end])
		if fence == "" && at > start && line != "" && (blank || begins(line) || heads(s[start:at])) {
			out, start = append(out, s[start:at]), at
		}
		fence = fenced(fence, line)
		blank = line == ""
		at = end
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}

// fenced returns the fence that stands open after a line.
func fenced(fence, line string) string {
	run := line[:len(line)-len(strings.TrimLeft(line, "`"))]
	if run == "" {
		run = line[:len(line)-len(strings.TrimLeft(line, "~"))]
	}
	switch {
	case fence == "" && len(run) >= 3:
		return run
	case fence != "" && run == line && strings.HasPrefix(run, fence):
		return ""
	}
	return fence
}

// begins reports whether a line begins a block by itself.
func begins(line string) bool {
	if strings.HasPrefix(line, "|") || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "```") || strings.HasPrefix(line, "~~~") {
		return true
	}
	mark, _, _ := strings.Cut(line, " ")
	switch mark {
	case "-", "*", "+":
		return true
	}
	digits := strings.TrimRight(mark, ".)")
	return digits != mark && digits != "" && strings.Trim(digits, "0123456789๐๑๒๓๔๕๖๗๘๙") == ""
}

// heads reports whether a piece is a heading or a row, after which a new one
// begins in any case.
func heads(piece string) bool {
	return strings.HasPrefix(piece, "#") || strings.HasPrefix(piece, "|")
}

// tokens cuts a text into words, numbers, blanks and signs. Each consists of
// whole clusters, and together they are the text.
func tokens(s string) []string {
	out := make([]string, 0, len(s)/8+1)
	for s != "" {
		n := thai.JoinedEnd(s)
		kind := class(s)
		for n < len(s) && kind != sign && (class(s[n:]) == kind || withinNumber(s, n)) {
			n += thai.JoinedEnd(s[n:])
		}
		if kind == thaiLetter {
			out = appendThai(out, s[:n])
		} else {
			out = append(out, s[:n])
		}
		s = s[n:]
	}
	return out
}

// withinNumber reports whether a comma or dot stands between two digits.
func withinNumber(s string, n int) bool {
	digit := func(i int) bool { return i < len(s) && '0' <= s[i] && s[i] <= '9' }
	return (s[n] == ',' || s[n] == '.') && digit(n-1) && digit(n+1)
}

type charClass uint8

const (
	sign charClass = iota
	blank
	letter
	thaiLetter
)

// class is the class of a text's first character.
func class(s string) charClass {
	r, _ := utf8.DecodeRuneInString(s)
	switch {
	case r == ' ' || r == '\t':
		return blank
	case r >= '๐' && r <= '๙':
		return letter
	case unicode.Is(unicode.Thai, r):
		return thaiLetter
	case unicode.IsLetter(r), unicode.IsDigit(r):
		return letter
	}
	return sign
}

// appendThai appends the words of a run of Thai, or its clusters where the
// lexicon would cut it otherwise.
func appendThai(dst []string, s string) []string {
	start := len(dst)
	if thai.Normalize(s) != s {
		return append(dst, thai.JoinedClusters(s)...)
	}
	rest := s
	for _, w := range thai.DefaultLexicon().Words(s) {
		at := strings.Index(rest, w)
		if at < 0 {
			return append(dst[:start], thai.JoinedClusters(s)...)
		}
		if at > 0 {
			dst = append(dst, rest[:at])
		}
		dst = append(dst, w)
		rest = rest[at+len(w):]
	}
	if rest != "" {
		dst = append(dst, rest)
	}
	if !wholeClusters(s, dst[start:]) {
		return append(dst[:start], thai.JoinedClusters(s)...)
	}
	return dst
}

// wholeClusters reports whether words that are s together are cut between its
// clusters.
func wholeClusters(s string, words []string) bool {
	at := 0
	for _, w := range words {
		for end := at + len(w); at < end; {
			if at += thai.JoinedEnd(s[at:]); at > end {
				return false
			}
		}
	}
	return true
}
