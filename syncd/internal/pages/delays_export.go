package pages

import (
	"iter"
	"strconv"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/delay"
	"khumue/internal/xlsx"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/rights"
)

// delayColumns are the columns of the list of late requests as a file. Who the
// applicant is, and the code of the look-up, are in none.
var delayColumns = []struct {
	key    string
	width  float64
	number bool
}{
	{"delay.request", 24, false}, {"export.agency", 30, false}, {"export.point", 34, false}, {"export.code", 18, false},
	{"delay.field.manual", 40, false}, {"delay.export.manual", 16, false}, {"delay.export.revision", 9, true},
	{"delay.fact.filed", 13, false}, {"delay.fact.complete", 13, false}, {"delay.fact.promised", 13, false}, {"delay.fact.due", 13, false}, {"delay.export.late", 12, true},
	{"delay.export.state", 18, false}, {"delay.export.result", 12, false}, {"delay.field.ended", 13, false}, {"delay.export.notice", 13, false}, {"delay.field.notified", 13, false},
	{"delay.do", 34, false}, {"delay.export.letters", 9, true}, {"delay.export.last", 20, false}, {"delay.export.dated", 13, false}, {"delay.field.reason", 26, false}, {"delay.field.expected", 13, false},
	{"delay.export.sent", 13, false}, {"delay.export.copied", 13, false}, {"delay.export.next", 13, false}, {"delay.export.missed", 12, true}, {"delay.export.reopened", 12, true},
}

// delaysAsked reads which cases are asked for; the name of an agency that says
// nothing is a problem.
func (x *exchange) delaysAsked() (q delays.Question, view string, u Unit, wrong string) {
	q.Request, view = x.asked("q"), delayViews[0]
	for _, v := range delayViews {
		if x.asked("view") == v {
			view = v
		}
	}
	switch view {
	case "open":
		q.State = delay.Open
	case "red":
		q.Red = true
	case "over":
		q.Over = true
	}
	u, wrong = x.unitAmong(x.reachesBy(rights.SeeDelay))
	q.Agency = u.Code
	return q, view, u, wrong
}

// delaysExported are the cases that are asked for, as lines of a file.
func (x *exchange) delaysExported() (n int, lines iter.Seq2[[]string, error], err error) {
	q, _, u, wrong := x.delaysAsked()
	if wrong != "" || u.Typed != "" && u.Code == "" {
		return 0, nil, notHere()
	}
	n, cases, err := x.Late.Export(x.ctx(), x.by(), q)
	if err != nil {
		return 0, nil, err
	}
	return n, func(yield func([]string, error) bool) {
		for s, err := range cases {
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(x.delayLine(s), nil) {
				return
			}
		}
	}, nil
}

// iso is a day as files have it: "" for none.
func iso(d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.ISO()
}

// counted is a number as files have it.
func counted(n int) string { return strconv.Itoa(n) }

// delayLine is a case as a line of delayColumns.
func (x *exchange) delayLine(s delays.Sheet) []string {
	lang, c, today := string(x.lang), s.Case, x.Late.Today()
	var last delay.Letter
	lastReason := ""
	if n := len(c.Letters); n > 0 {
		last = c.Letters[n-1]
		lastReason = last.Reason.Name().In(lang)
	}
	return []string{
		c.Request, x.agency(s.Agency).Text, x.unit(rights.Scope{Agency: s.Agency, Point: s.Point}).Text, string(s.Point),
		x.text(s.Title).Text, string(s.Manual), counted(s.Revision),
		iso(c.Filed), iso(c.Complete), delay.Time(c.Promised, lang), iso(c.Due), counted(c.Since(today)),
		c.State.Name().In(lang), c.Result.Name().In(lang), iso(c.Ended), iso(s.Notice), iso(c.Notified),
		x.delayStand(s).Text, counted(len(c.Letters)), last.Number, iso(last.Date), lastReason, iso(last.Expected),
		iso(last.Sent), iso(last.Copied), iso(s.Next.Day), counted(s.Next.Missed), counted(len(c.Reopened)),
	}
}

// delaysFileName is what the file of a day is called.
func (x *exchange) delaysFileName() string { return "delays-" + x.Late.Today().ISO() }

// delaysFile is the list as CSV.
func (x *exchange) delaysFile() error {
	_, lines, err := x.delaysExported()
	if err != nil {
		return err
	}
	t, err := x.tableTo(x.lasting(), x.delaysFileName())
	if err != nil {
		return err
	}
	headings := make([]string, len(delayColumns))
	for i, c := range delayColumns {
		headings[i] = x.t(c.key)
	}
	if err := t.row(headings...); err != nil {
		return err
	}
	for line, err := range lines {
		if err != nil {
			return x.cut(err)
		}
		if err := t.row(line...); err != nil {
			return err
		}
	}
	return t.end()
}

// delaysBook is the list as a workbook, with a sheet that says what it is of.
func (x *exchange) delaysBook() error {
	n, lines, err := x.delaysExported()
	if err != nil {
		return err
	}
	q, view, _, _ := x.delaysAsked()
	book, err := xlsx.NewWriter()
	if err != nil {
		return err
	}
	defer func() { _ = book.Close() }() // it has temporary files at most
	about := [][]any{
		{xlsx.Head(x.t("delays.title")), nil},
		{x.t("delay.views"), x.t("delay.view." + view)}, {x.t("satisfaction.made"), x.moment(x.Now().Truncate(time.Minute)).Text}, {x.t("delay.export.count"), n},
	}
	if q.Agency != "" {
		about = append(about, []any{x.t("export.agency"), x.agency(q.Agency).Text})
	}
	if q.Request != "" {
		about = append(about, []any{x.t("delay.search"), q.Request})
	}
	about = append(about, []any{nil, x.t("delay.export.nobody")})
	if err := book.Figures(x.t("export.about"), []float64{34, 70}, about); err != nil {
		return err
	}
	headings := make([]xlsx.Heading, len(delayColumns))
	for i, c := range delayColumns {
		headings[i] = xlsx.Heading{Text: x.t(c.key), Width: c.width, Number: c.number}
	}
	if err := book.Pour(x.t("delay.export.sheet"), n, lines, headings...); err != nil {
		return err
	}
	return x.sendBook(x.delaysFileName(), book)
}
