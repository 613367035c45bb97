package pages

import (
	"errors"
	"iter"
	"strconv"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/licence"
	"khumue/internal/page"
	"khumue/internal/xlsx"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/summary"
)

// mostSummaries is how many exports of single reports are made at a time: each
// holds a connection to the database for as long as it lasts.
const mostSummaries = 2

// summaryExport is the report that is asked for, counted to its end.
func (x *exchange) summaryExport() (v summaryView, r *summary.Report, err error) {
	q, u, problems := x.summaryAsked()
	if len(problems) > 0 || u.Typed != "" && u.Code == "" {
		return v, nil, notHere()
	}
	if r, err = x.Summary.Make(x.ctx(), x.by(), q); err != nil {
		return v, nil, err
	}
	if r.Behind { // who may see it waits
		if err := x.Summary.Count(x.ctx()); err != nil {
			return v, nil, err
		}
		if r, err = x.Summary.Make(x.ctx(), x.by(), q); err != nil {
			return v, nil, err
		}
	}
	x.aboutSummary(&v, r)
	return v, r, nil
}

// exporting takes one of the few places of those who export single reports.
func (x *exchange) exporting() (done func(), err error) {
	if x.exports.Add(1) > mostSummaries {
		x.exports.Add(-1)
		return nil, fault.New(fault.Unavailable, fault.Text{TH: "มีผู้ดาวน์โหลดรายงานจำนวนมากอยู่", EN: "Others are downloading large reports."},
			fault.Text{TH: "รอสักครู่แล้วลองอีกครั้ง หรือเลือกช่วงเวลาที่สั้นลง", EN: "Wait a moment and try again, or choose a shorter period."})
	}
	return func() { x.exports.Add(-1) }, nil
}

// summaryBook is the report as a workbook: of what it is, its tables with charts
// that are drawn from them, and every single report behind them.
func (x *exchange) summaryBook() error {
	v, r, err := x.summaryExport()
	if err != nil {
		return err
	}
	done, err := x.exporting()
	if err != nil {
		return err
	}
	defer done()
	book, err := xlsx.NewWriter()
	if err != nil {
		return err
	}
	defer func() { _ = book.Close() }() // it has temporary files at most
	if err := book.Figures(x.t("summary.sheet.about"), []float64{44, 70}, x.summaryAbout(v, r)); err != nil {
		return err
	}
	for _, s := range []struct {
		name   string
		drawn  xlsx.Drawn
		tables []summaryPart
	}{
		{"summary.sheet.places", xlsx.Bars, []summaryPart{{"summary.parts", r.ByPart}, {"summary.points", r.ByPoint}}},
		{"summary.sheet.times", xlsx.Line, []summaryPart{{"licence.months", r.ByMonth}, {"summary.quarters", r.ByQuarter}, {"summary.years", r.ByYear}}},
		{"summary.sheet.works", xlsx.Bars, []summaryPart{{"summary.processes", r.ByProcess}, {"summary.categories", r.ByCategory}}},
	} {
		if err := x.summarySheet(book, x.t(s.name), s.drawn, s.tables); err != nil {
			return err
		}
	}
	headings := x.summaryHeadings()
	if err := book.Pour(x.t("summary.sheet.rows"), r.Reports, x.summaryLines(r), headings...); err != nil {
		return err
	}
	return x.sendBook("summary-"+r.Period.From.ISO(), book)
}

// summaryPart is a table of the export under the key of its title.
type summaryPart struct {
	key   string
	parts []summary.Part
}

// summaryAbout says what an export is of, and its figures.
func (x *exchange) summaryAbout(v summaryView, r *summary.Report) [][]any {
	lines := [][]any{
		{xlsx.Head(x.t("summary.title")), nil},
		{x.t("satisfaction.of"), v.Of.Text}, {x.t("satisfaction.chosen"), v.About},
		{x.t("satisfaction.made"), x.moment(x.Now().Truncate(time.Minute)).Text},
	}
	for _, note := range append([]string{v.AsOf}, v.Notes...) {
		if note != "" {
			lines = append(lines, []any{nil, note})
		}
	}
	lines = append(lines, []any{})
	cells := x.summaryCells(page.Words{}, r.Tally)
	for i, name := range x.summaryHeads("")[1:] {
		lines = append(lines, []any{name, cells[i+1]})
	}
	return lines
}

// summaryHeads are the headings of a table of sums.
func (x *exchange) summaryHeads(first string) []string {
	out := []string{first}
	for _, key := range []string{"summary.on-time", "licence.received", "summary.approved", "summary.rejected", "summary.late", "licence.pending", "summary.letters", "licence.filed", "summary.expected"} {
		out = append(out, x.t(key))
	}
	return out
}

// summaryCells are the cells of a sum under summaryHeads.
func (x *exchange) summaryCells(name page.Words, t licences.Tally) []any {
	var share any
	if n, ok := t.OnTime(); ok {
		share = float64(n) / 100
	}
	return []any{name.Text, share, t.Received, t.ApprovedOn + t.ApprovedLate, t.RejectedOn + t.RejectedLate, t.ApprovedLate + t.RejectedLate, t.Pending(), t.Letters, t.Reports, t.Expected}
}

// summaryName is what a part is called: a run of months by its time.
func (x *exchange) summaryName(p summary.Part) page.Words {
	if !p.Period.From.IsZero() {
		return page.Words{Text: x.periodText(p.Period)}
	}
	return x.text(p.Name)
}

// summarySheet is a sheet of tables, the first of which is drawn.
func (x *exchange) summarySheet(book *xlsx.Writer, name string, drawn xlsx.Drawn, tables []summaryPart) error {
	var lines [][]any
	var charts []xlsx.Chart
	for _, t := range tables {
		if len(t.parts) == 0 {
			continue
		}
		if len(lines) > 0 {
			lines = append(lines, []any{})
		}
		var head []any
		for _, h := range x.summaryHeads(x.t(t.key)) {
			head = append(head, xlsx.Head(h))
		}
		lines = append(lines, head)
		first := len(lines) + 1
		for _, p := range t.parts {
			lines = append(lines, x.summaryCells(x.summaryName(p), p.Tally))
		}
		if len(charts) == 0 {
			charts = append(charts, xlsx.Chart{Drawn: drawn, Title: x.t("summary.trend") + " · " + x.t(t.key), First: first, Last: min(len(lines), first+mostRows-1), Names: 0, Values: 1, Least: 0, Most: 100, At: "L1"})
		}
	}
	return book.Figures(name, []float64{60, 12, 12, 12, 12, 12, 12, 14, 12, 12}, lines, charts...)
}

// summaryHeadings are the columns of single reports.
func (x *exchange) summaryHeadings() (out []xlsx.Heading) {
	for _, key := range []string{"satisfaction.month", "export.agency", "summary.agency-code", "export.point", "export.code", "summary.process", "summary.process-code"} {
		out = append(out, xlsx.Heading{Text: x.t(key), Width: 22})
	}
	for _, f := range licence.Fields {
		out = append(out, xlsx.Heading{Text: f.Name().In(string(x.lang)), Width: 14, Number: true})
	}
	return append(out, xlsx.Heading{Text: x.t("summary.filed"), Width: 16}, xlsx.Heading{Text: x.t("summary.version"), Width: 10, Number: true})
}

// errEnough ends what nobody reads any further.
var errEnough = errors.New("enough")

// summaryLines goes through the single reports. A row is good until the next.
func (x *exchange) summaryLines(r *summary.Report) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		names := summaryNames{x: x, points: map[catalog.PointCode]string{}, processes: map[catalog.ProcessID]string{}, agencies: map[catalog.AgencyCode]string{}}
		err := names.read()
		if err == nil {
			err = x.Summary.Rows(x.ctx(), x.by(), r.Query, func(l licences.Line) error {
				if !yield(names.cells(l), nil) {
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

// summaryNames are what stands in a row in words, each looked up once.
type summaryNames struct {
	x         *exchange
	row       []string
	points    map[catalog.PointCode]string
	processes map[catalog.ProcessID]string
	agencies  map[catalog.AgencyCode]string
}

func (n *summaryNames) read() error {
	posts, err := n.x.Summary.Places.Posts(n.x.ctx())
	if err != nil {
		return err
	}
	var ids []catalog.ProcessID
	for _, p := range posts {
		n.points[p.Point] = n.x.text(p.Name).Text
		for _, h := range p.Held {
			if _, known := n.processes[h.Process]; !known {
				n.processes[h.Process] = string(h.Process)
				ids = append(ids, h.Process)
			}
		}
	}
	titles, err := n.x.Summary.Places.Titles(ids...)
	for id, t := range titles {
		n.processes[id] = n.x.text(t).Text
	}
	return err
}

// cells are the cells of a report, under summaryHeadings.
func (n *summaryNames) cells(l licences.Line) []string {
	agency, known := n.agencies[l.Agency]
	if !known {
		agency = n.x.unit(rights.Scope{Agency: l.Agency}).Text
		n.agencies[l.Agency] = agency
	}
	n.row = append(n.row[:0], l.Month.ISO(), agency, string(l.Agency), n.points[l.Point], string(l.Point), n.processes[l.Process], string(l.Process))
	for _, f := range licence.Fields {
		n.row = append(n.row, strconv.Itoa(*l.Count(f)))
	}
	n.row = append(n.row, calendar.DateOf(l.At).ISO(), strconv.Itoa(l.Version))
	return n.row
}

// summaryFile is the tables of the report as CSV.
func (x *exchange) summaryFile() error {
	v, r, err := x.summaryExport()
	if err != nil {
		return err
	}
	t, err := x.table("summary-" + r.Period.From.ISO())
	if err != nil {
		return err
	}
	lines := x.summaryAbout(v, r)
	for _, part := range []summaryPart{{"summary.parts", r.ByPart}, {"summary.points", r.ByPoint}, {"licence.months", r.ByMonth}, {"summary.quarters", r.ByQuarter}, {"summary.years", r.ByYear}, {"summary.processes", r.ByProcess}, {"summary.categories", r.ByCategory}} {
		if len(part.parts) == 0 {
			continue
		}
		lines = append(lines, []any{})
		var head []any
		for _, h := range x.summaryHeads(x.t(part.key)) {
			head = append(head, h)
		}
		lines = append(lines, head)
		for _, p := range part.parts {
			lines = append(lines, x.summaryCells(x.summaryName(p), p.Tally))
		}
	}
	for _, line := range lines {
		if err := t.row(plainCells(line)...); err != nil {
			return err
		}
	}
	return t.end()
}

// plainCells are cells as texts.
func plainCells(line []any) []string {
	out := make([]string, len(line))
	for i, c := range line {
		switch c := c.(type) {
		case string:
			out[i] = c
		case xlsx.Head:
			out[i] = string(c)
		case int:
			out[i] = strconv.Itoa(c)
		case float64:
			out[i] = strconv.FormatFloat(c, 'f', 2, 64)
		}
	}
	return out
}

// summaryRowsFile is every single report behind the figures as CSV.
func (x *exchange) summaryRowsFile() error {
	_, r, err := x.summaryExport()
	if err != nil {
		return err
	}
	done, err := x.exporting()
	if err != nil {
		return err
	}
	defer done()
	t, err := x.tableTo(x.lasting(), "summary-rows-"+r.Period.From.ISO())
	if err != nil {
		return err
	}
	var heads []string
	for _, h := range x.summaryHeadings() {
		heads = append(heads, h.Text)
	}
	if err := t.row(heads...); err != nil {
		return err
	}
	for row, err := range x.summaryLines(r) {
		if err != nil {
			return x.cut(err)
		}
		if err := t.row(row...); err != nil {
			return err
		}
	}
	return t.end()
}
