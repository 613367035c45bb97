package thai

import (
	"strings"
	"sync"
	"unicode/utf8"
)

// grammar recognises one Thai character cluster.
//
// The forms are those of T. Theeramunkong, V. Sornlertlamvanich, T.
// Tanhermhong, W. Chinnan, "Character cluster based Thai information
// retrieval", IRAL 2000, in the order in which later implementations try
// them. In rules.json, c is a consonant, t an optional tone, k an optional
// silenced end such as ตร์, and > asks that the next character begins a
// cluster, that is, depends on nothing before it.
var grammar = sync.OnceValue(func() *machine {
	t := rules()
	return newMachine(t.Cluster.Short, t.Cluster.Forms, t.set(t.Cluster.Next))
})

// joins are the characters that never stand alone for a reader: marks,
// vowels that follow, and the combining marks of other scripts.
var joins = sync.OnceValue(func() *charset {
	c := rules().set("join")
	return &c
})

// ClusterEnd returns the length in bytes of the cluster at the start of s:
// at least one character, whatever it is, and 0 only for the empty text.
// It allocates nothing.
func ClusterEnd(s string) int {
	if s == "" {
		return 0
	}
	if s[0] < utf8.RuneSelf {
		return 1
	}
	return clusterEnd(grammar(), s)
}

func clusterEnd(m *machine, s string) int {
	if n := m.end(s); n > 0 {
		return n
	}
	return runeSize(s)
}

// Clusters cuts s into Thai character clusters; together they are s again.
// What the grammar does not know (Latin letters, digits, blanks, stray marks)
// is cut character by character, and a byte that is no UTF-8 stands alone.
func Clusters(s string) []string {
	return cut(s, ClusterEnd)
}

// JoinedEnd is ClusterEnd, but a mark that the grammar strands, as ์ in
// ออนไลน์, or that stands wrongly, belongs to what stands before it.
func JoinedEnd(s string) int {
	n := ClusterEnd(s)
	for n < len(s) && s[n] >= utf8.RuneSelf {
		r, size := utf8.DecodeRuneInString(s[n:])
		if !joins().has(r) {
			break
		}
		n += size
	}
	return n
}

// JoinedClusters cuts s as JoinedEnd says: for n-grams of a search index and
// wherever people see the parts.
func JoinedClusters(s string) []string {
	return cut(s, JoinedEnd)
}

func cut(s string, end func(string) int) []string {
	if s == "" {
		return nil
	}
	out := make([]string, 0, len(s)/5+1)
	for s != "" {
		n := end(s)
		out = append(out, s[:n])
		s = s[n:]
	}
	return out
}

// Truncate returns s if it has at most the given number of runes, and
// otherwise as many whole clusters of it as fit with the closing "…".
// Blanks before the "…" are dropped. For runes < 1 it returns "".
func Truncate(s string, runes int) string {
	if runes < 1 {
		return ""
	}
	if len(s) <= runes || utf8.RuneCountInString(s) <= runes {
		return s
	}
	end, count := 0, 0
	for end < len(s) {
		n := JoinedEnd(s[end:])
		count += utf8.RuneCountInString(s[end : end+n])
		if count > runes-1 {
			break
		}
		end += n
	}
	return strings.TrimRight(s[:end], " \t\r\n\u00a0") + "…"
}
