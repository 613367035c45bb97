package fault

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Severity says what a problem keeps from happening.
type Severity string

// The two severities.
const (
	Wrong      Severity = "wrong"      // the file does not mean anything valid; nothing is built from it
	Incomplete Severity = "incomplete" // fine in a draft, refused at submission
)

// Problem is one thing that an author has to mend.
type Problem struct {
	File     string // slash path below the content folder
	Line     int    // from 1; 0 when the problem concerns the whole file
	Severity Severity
	What     Text
	Hint     Text // what to write instead; may be empty
}

// String formats the problem in English: file:line: what (hint).
func (p Problem) String() string { return p.In("en") }

// In formats the problem in one language, on one line.
func (p Problem) In(lang string) string {
	where := p.File
	if p.Line > 0 {
		where = fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return where + ": " + p.Sentence(lang)
}

// Sentence formats the problem without its place: what (hint).
func (p Problem) Sentence(lang string) string {
	if p.Hint.IsZero() {
		return p.What.In(lang)
	}
	return p.What.In(lang) + " (" + p.Hint.In(lang) + ")"
}

// Problems are all that is wrong with the content, told at once.
type Problems []Problem

// Sort orders problems by file and line, and drops what is told twice.
func (ps Problems) Sort() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.What.EN, b.What.EN))
	})
	return slices.Compact(ps)
}

// Of returns the problems of one severity.
func (ps Problems) Of(s Severity) Problems {
	var out Problems
	for _, p := range ps {
		if p.Severity == s {
			out = append(out, p)
		}
	}
	return out
}

// Err returns ps as an error of kind Invalid, or nil when there is none.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// Error lists the problems in English, one a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Unwrap makes problems an error of kind Invalid.
func (ps Problems) Unwrap() error { return Invalid }
