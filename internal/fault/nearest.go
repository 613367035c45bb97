package fault

import (
	"slices"
	"strings"
)

// Nearest returns the candidate nearest to word, or "" when none is near
// enough to have been meant: at most a third of the word's characters differ.
func Nearest(word string, candidates []string) string {
	best, limit := "", len([]rune(word))/3+1
	for _, c := range slices.Sorted(slices.Values(candidates)) {
		if d := distance(word, c, limit); d < limit {
			best, limit = c, d
		}
	}
	return best
}

// DidYouMean is the hint for a word that is not among candidates: the nearest
// one, or all of them when they are few.
func DidYouMean(word string, candidates []string) Text {
	if near := Nearest(word, candidates); near != "" {
		return Textf("หมายถึง %s หรือไม่", "did you mean %s?", near)
	}
	if n := len(candidates); n > 0 && n <= 12 {
		all := strings.Join(candidates, ", ")
		return Textf("ใช้ได้: %s", "one of: %s", all)
	}
	return Text{}
}

// distance is the optimal string alignment distance of a and b (insertions,
// deletions, substitutions, swaps of neighbours), or limit when it is not less.
func distance(a, b string, limit int) int {
	s, t := []rune(a), []rune(b)
	if d := len(s) - len(t); d >= limit || -d >= limit {
		return limit
	}
	before, last, row := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(t)], limit)
}
