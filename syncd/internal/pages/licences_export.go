package pages

import (
	"errors"
	"iter"
	"strconv"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/page"
	"khumue/internal/xlsx"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/rights"
)

// licencesExport is the roll-up that is asked for, with what it is of in words.
func (x *exchange) licencesExport() (v licencesView, r licences.Rollup, err error) {
	u, wrong := x.unitAmong(x.seesOf())
	if wrong != "" || u.Typed != "" && u.Code == "" {
		return v, r, notHere()
	}
	unit, point := u.Code, catalog.PointCode("")
	if u.Typed == "" {
		unit, point = x.ownPlace()
	}
	from, to := x.monthsAsked()
	if r, err = x.Licences.Rollup(x.ctx(), x.by(), unit, point, from, to); err != nil {
		return v, r, err
	}
	return v, r, x.rollup(&v, r)
}

// licencesBook is the roll-up as a workbook: of what it is, how complete its parts
// and months are, and each report that is missing of the last month.
func (x *exchange) licencesBook() error {
	v, r, err := x.licencesExport()
	if err != nil {
		return err
	}
	book, err := xlsx.NewWriter()
	if err != nil {
		return err
	}
	defer func() { _ = book.Close() }() // it has temporary files at most
	if err := book.Figures(x.t("summary.sheet.about"), []float64{44, 70}, x.licencesAbout(v, r)); err != nil {
		return err
	}
	for _, s := range []struct {
		name  string
		drawn xlsx.Drawn
		lines [][]any
	}{{"licence.parts", xlsx.Bars, x.partLines(r)}, {"licence.months", xlsx.Line, x.monthLines(r)}} {
		if err := x.licencesSheet(book, x.t(s.name), s.drawn, s.lines); err != nil {
			return err
		}
	}
	most := 0 // more are never missing
	for _, g := range r.Gaps {
		most += g.Tally.Expected
	}
	var headings []xlsx.Heading
	for i, h := range x.lackHeads() {
		headings = append(headings, xlsx.Heading{Text: h, Width: 24, Number: i == lackKeepers})
	}
	if err := book.Pour(x.t("licence.sheet.missing"), most, x.lackRows(r), headings...); err != nil {
		return err
	}
	return x.sendBook("licence-reports-"+r.Months[0].ISO(), book)
}

// licencesAbout says what an export is of, and its figures.
func (x *exchange) licencesAbout(v licencesView, r licences.Rollup) [][]any {
	lines := [][]any{
		{xlsx.Head(x.t("licences.title")), nil},
		{x.t("satisfaction.of"), v.Of.Text}, {x.t("satisfaction.period"), v.About},
		{x.t("satisfaction.made"), x.moment(x.Now().Truncate(time.Minute)).Text}, {},
	}
	cells := tallyCells(page.Words{}, r.Tally)
	for i, name := range x.tallyHeads("")[1:] {
		lines = append(lines, []any{name, cells[i+1]})
	}
	return append(lines, []any{x.t("licence.gaps.in", v.Last), v.GapsAll})
}

// tallyHeads are the headings of a table of completeness.
func (x *exchange) tallyHeads(first string) []string {
	out := []string{first}
	for _, key := range []string{"licence.share", "summary.expected", "licence.filed", "licence.missing.head", "licence.zero.head", "licence.received", "licence.done.head", "licence.pending", "licence.late.head", "licence.on-time.share"} {
		out = append(out, x.t(key))
	}
	return out
}

// tallyCells are the cells of a part under tallyHeads.
func tallyCells(name page.Words, t licences.Tally) []any {
	var share, onTime any
	if t.Expected > 0 {
		share = float64(min(10_000, 10_000*t.Reports/t.Expected)) / 100
	}
	if n, ok := t.OnTime(); ok {
		onTime = float64(n) / 100
	}
	return []any{name.Text, share, t.Expected, t.Reports, t.Missing(), t.Zeros, t.Received, t.Done(), t.Pending(), t.ApprovedLate + t.RejectedLate + t.PendingLate, onTime}
}

func (x *exchange) partLines(r licences.Rollup) (lines [][]any) {
	for _, p := range r.Parts {
		lines = append(lines, tallyCells(x.text(p.Name), p.Tally))
	}
	return lines
}

func (x *exchange) monthLines(r licences.Rollup) (lines [][]any) {
	for i, m := range r.Months {
		lines = append(lines, tallyCells(page.Words{Text: m.Long(string(x.lang))}, r.ByMonth[i]))
	}
	return lines
}

// licencesSheet is a sheet of one table with its chart; nothing of an empty table.
func (x *exchange) licencesSheet(book *xlsx.Writer, name string, drawn xlsx.Drawn, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	var head []any
	for _, h := range x.tallyHeads(name) {
		head = append(head, xlsx.Head(h))
	}
	chart := xlsx.Chart{Drawn: drawn, Title: x.t("licence.share") + " · " + name, First: 2, Last: 1 + min(len(rows), mostRows), Names: 0, Values: 1, Least: 0, Most: 100, At: "M1"}
	return book.Figures(name, []float64{60, 14, 12, 12, 12, 16, 12, 12, 12, 12, 14}, append([][]any{head}, rows...), chart)
}

// lackKeepers is the column of lackHeads that is a number.
const lackKeepers = 8

// lackHeads are the headings of reports that are missing.
func (x *exchange) lackHeads() (out []string) {
	for _, key := range []string{"satisfaction.month", "export.agency", "summary.agency-code", "export.point", "export.code", "summary.process", "summary.process-code", "licence.last-day", "licence.keepers"} {
		out = append(out, x.t(key))
	}
	return out
}

// lackRows goes through the reports that are missing of the last month.
func (x *exchange) lackRows(r licences.Rollup) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		names, err := x.lackNames(r)
		if err == nil {
			err = x.Licences.Lacks(x.ctx(), x.by(), r, func(l licences.Lack) error {
				row := []string{l.Month.ISO(), names.agency(l.Agency), string(l.Agency), x.text(l.Name).Text, string(l.Point), names.processes[l.Process], string(l.Process),
					calendar.DateOf(l.Locks.Add(-time.Second)).ISO(), strconv.Itoa(l.Keepers)}
				if !yield(row, nil) {
					return errEnough
				}
				return nil
			})
		}
		if err != nil && !errors.Is(err, errEnough) {
			yield(nil, err)
		}
	}
}

// lackNames are what agencies and processes of gaps are called.
type lackNames struct {
	x         *exchange
	agencies  map[catalog.AgencyCode]string
	processes map[catalog.ProcessID]string
}

func (x *exchange) lackNames(r licences.Rollup) (lackNames, error) {
	n := lackNames{x, map[catalog.AgencyCode]string{}, map[catalog.ProcessID]string{}}
	var ids []catalog.ProcessID
	for _, g := range r.Gaps {
		for _, h := range g.Held {
			if _, known := n.processes[h.Process]; !known {
				n.processes[h.Process] = string(h.Process)
				ids = append(ids, h.Process)
			}
		}
	}
	titles, err := x.Licences.Places.Titles(ids...)
	for id, t := range titles {
		n.processes[id] = x.text(t).Text
	}
	return n, err
}

func (n lackNames) agency(code catalog.AgencyCode) string {
	name, known := n.agencies[code]
	if !known {
		name = n.x.unit(rights.Scope{Agency: code}).Text
		n.agencies[code] = name
	}
	return name
}

// licencesFile is the tables of the roll-up as CSV.
func (x *exchange) licencesFile() error {
	v, r, err := x.licencesExport()
	if err != nil {
		return err
	}
	t, err := x.table("licence-reports-" + r.Months[0].ISO())
	if err != nil {
		return err
	}
	lines := x.licencesAbout(v, r)
	for _, part := range []struct {
		key  string
		rows [][]any
	}{{"licence.parts", x.partLines(r)}, {"licence.months", x.monthLines(r)}} {
		lines = append(lines, []any{})
		var head []any
		for _, h := range x.tallyHeads(x.t(part.key)) {
			head = append(head, h)
		}
		lines = append(append(lines, head), part.rows...)
	}
	for _, line := range lines {
		if err := t.row(plainCells(line)...); err != nil {
			return err
		}
	}
	return t.end()
}

// missingFile is each report that is missing of the last month as CSV.
func (x *exchange) missingFile() error {
	_, r, err := x.licencesExport()
	if err != nil {
		return err
	}
	t, err := x.tableTo(x.lasting(), "missing-reports-"+r.Months[len(r.Months)-1].ISO())
	if err != nil {
		return err
	}
	if err := t.row(x.lackHeads()...); err != nil {
		return err
	}
	for row, err := range x.lackRows(r) {
		if err != nil {
			return x.cut(err)
		}
		if err := t.row(row...); err != nil {
			return err
		}
	}
	return t.end()
}
