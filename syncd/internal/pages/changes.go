package pages

import (
	"regexp"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/compare"
	"khumue/internal/page"
)

// ChangeSection is what changed in one part of a manual.
type ChangeSection struct {
	Key     string // of the part
	Name    string
	Changes []ChangeRow
}

// ChangeRow is one thing that changed.
type ChangeRow struct {
	Kind     string // a class: set, cleared, changed, added, removed or moved
	KindText string
	Parts    []page.Words // what changed, in a sentence; before and after stand between its arrows
	Note     page.Words   // what a row that moved says; may be empty
	Field    string       // the field of the manual in which it is
	Sides    bool         // before and after are shown beside each other
	Old, New []Piece      // each side; nil where nothing was, or is
}

// Piece is a part of one side of a change.
type Piece struct {
	Mark string // "" as on the other side, ins, del or mark; gap where the same lines are left out
	Text string
	Lang string // attribute value; "" as the page
}

// Unchanged is a part of a manual in which nothing changed.
type Unchanged struct {
	Name  string
	Facts []Fact
}

// changes puts what changed into the parts of a manual, in the order in which
// officers read it.
func (x *exchange) changes(all []compare.Change) []ChangeSection {
	var out []ChangeSection
	for i, p := range parts {
		s := ChangeSection{Key: p.key, Name: x.words["part."+p.key]}
		for _, c := range all {
			if partOf(top(c)) == i {
				s.Changes = append(s.Changes, x.change(c))
			}
		}
		if len(s.Changes) > 0 {
			out = append(out, s)
		}
	}
	return out
}

func top(c compare.Change) string { return topField(c.Path.String()) }

// arrow stands in sentences between what was and what is.
const arrow = " → "

func (x *exchange) change(c compare.Change) ChangeRow {
	r := ChangeRow{Kind: string(c.Kind), KindText: x.t("change." + string(c.Kind)), Field: top(c)}
	sentence := c.Words.In(string(x.lang))
	for _, part := range strings.Split(sentence, arrow) {
		r.Parts = append(r.Parts, x.said(part))
	}
	old, now := c.Old.Words.In(string(x.lang)), c.New.Words.In(string(x.lang))
	switch {
	case len(c.Segments) > 0:
		r.Old, r.New = x.sides(unmarked(c))
		r.Sides = !strings.Contains(sentence, arrow) || len(c.Segments) > 1
	case c.Kind == compare.Added || c.Kind == compare.Removed:
		if whole := old + now; !strings.Contains(sentence, whole) {
			r.Old, r.New, r.Sides = x.piece("", old), x.piece("", now), true
		}
	case c.Kind == compare.Moved:
		r.Note = x.said(now)
	case !strings.Contains(sentence, arrow):
		r.Old, r.New, r.Sides = x.piece("", old), x.piece("", now), true
	}
	return r
}

// marks are what Markdown writes before headings, and around what is bold.
var marks = regexp.MustCompile(`(?m)^#{1,6} +|\*\*`)

// blanks are more empty lines than one.
var blanks = regexp.MustCompile(`\n{3,}`)

// unmarked compares a text in Markdown without its marks, which reviewers need not
// know; unless they are all that changed.
func unmarked(c compare.Change) []compare.Segment {
	if top(c) != "body" {
		return c.Segments
	}
	var old, now strings.Builder
	for _, s := range c.Segments {
		if s.Kind != compare.InNew {
			old.WriteString(s.Text)
		}
		if s.Kind != compare.InOld {
			now.WriteString(s.Text)
		}
	}
	plain := func(s string) string { return blanks.ReplaceAllString(marks.ReplaceAllString(s, ""), "\n\n") }
	was, is := plain(old.String()), plain(now.String())
	if was == is {
		return c.Segments
	}
	return compare.Texts(was, is)
}

// piece is a piece of one side, blanks included; nil for nothing.
func (x *exchange) piece(mark, text string) []Piece {
	if text == "" {
		return nil
	}
	return []Piece{{mark, text, x.said(text).Lang}}
}

// sides are the two texts of a comparison, with what is only in one marked and
// most of what is in both left out.
func (x *exchange) sides(all []compare.Segment) (old, now []Piece) {
	for i, s := range all {
		switch s.Kind {
		case compare.InOld:
			old = append(old, x.piece("del", s.Text)...)
		case compare.InNew:
			now = append(now, x.piece("ins", s.Text)...)
		default:
			same := x.shortened(s.Text, i == 0, i == len(all)-1)
			old, now = append(old, same...), append(now, same...)
		}
	}
	return old, now
}

// nearby is how many lines of what did not change are shown beside what did.
const nearby = 2

// shortened keeps the lines of a text that stand beside a change: at its end
// unless it is the last piece, at its beginning unless it is the first.
func (x *exchange) shortened(text string, first, last bool) []Piece {
	lines := strings.SplitAfter(text, "\n")
	head, tail := nearby, nearby
	if first {
		head = 0
	}
	if last {
		tail = 0
	}
	left := len(lines) - head - tail
	if left < 3 {
		return x.piece("", text)
	}
	out := x.piece("", strings.Join(lines[:head], ""))
	out = append(out, Piece{Mark: "gap", Text: x.t("change.same", left)})
	return append(out, x.piece("", strings.Join(lines[len(lines)-tail:], ""))...)
}

// unchanged are the parts of a manual of which nothing changed, with what they
// say.
// Where nothing was before, that is all of it.
func (x *exchange) unchanged(m, before *catalog.Manual, changed []compare.Change) []Unchanged {
	if m == nil {
		return nil
	}
	var touched []string
	if before != nil {
		touched = changedFields(changed)
	}
	all := compare.Manuals(nil, m)
	var out []Unchanged
	for i, p := range parts {
		u := Unchanged{Name: x.words["part."+p.key]}
		for _, c := range all {
			if f := top(c); partOf(f) == i && !slices.Contains(touched, f) && f != "id" && (f != "withdrawn" || m.Withdrawn.IsGiven()) {
				u.Facts = append(u.Facts, Fact{x.spoken(c.Label).Text, x.spoken(c.New.Words)})
			}
		}
		if len(u.Facts) > 0 {
			out = append(out, u)
		}
	}
	return out
}

// changedFields are the fields of a manual in which something changed, in the
// official order.
func changedFields(all []compare.Change) []string {
	var out []string
	for _, c := range all {
		if f := top(c); !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}
