package search

import "strings"

// Near-identical titles are those of one base: what stands before the words
// that introduce a case. A base shorter than this many atoms says too little.
const shortestBase = 10

var caseMarks = []string{"กรณี", " (", "(", " ประเภท", " สำหรับ", " แบบ", " ระยะ", " ชนิด", " – ", " - ", " case of "}

// baseLen returns the length in bytes of a title's base: all of it where the
// title names no case.
func baseLen(title string) int {
	end := len(title)
	for _, mark := range caseMarks {
		if i := strings.Index(title[:end], mark); i > 0 && len(atomsOf(title[:i])) >= shortestBase {
			end = i
		}
	}
	return len(strings.TrimRight(title[:end], " "))
}
