package pages

import (
	"iter"
	"net/http"
	"strconv"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/survey"
	"khumue/internal/xlsx"
	"khumue/syncd/internal/satisfaction"
)

// reportOf is the report that is asked for, with what it is of in words.
func (x *exchange) reportOf() (v satisfactionView, r *satisfaction.Report, err error) {
	q, u, problems := x.reportAsked()
	if len(problems) > 0 || u.Typed != "" && u.Code == "" {
		return v, nil, notHere()
	}
	if err := x.mayReport(q); err != nil {
		return v, nil, err
	}
	if r, err = x.Satisfaction.Make(x.ctx(), q); err != nil {
		return v, nil, err
	}
	if err := x.aboutReport(&v, r); err != nil {
		return v, nil, err
	}
	if !r.Few {
		x.reportFigures(&v, r)
	}
	return v, r, nil
}

// satisfactionBook is the report as a workbook: of what it is, its figures with
// charts that are drawn from them, and its tables.
func (x *exchange) satisfactionBook() error {
	v, r, err := x.reportOf()
	if err != nil {
		return err
	}
	book, err := xlsx.NewWriter()
	if err != nil {
		return err
	}
	defer func() { _ = book.Close() }() // it has temporary files at most
	if err := x.aboutSheet(book, v, r, nil); err != nil {
		return err
	}
	if !r.Few {
		if err := x.figuresSheet(book, r); err != nil {
			return err
		}
		if err := x.partsSheet(book, v, r); err != nil {
			return err
		}
	}
	return x.sendBook("satisfaction-"+r.Period.From.ISO(), book)
}

// sendBook sends a workbook as it is written.
func (x *exchange) sendBook(name string, book *xlsx.Writer) error {
	x.bookHead(name)
	if _, err := book.WriteTo(x.lasting()); x.ctx().Err() != nil {
		return errGone
	} else if err != nil {
		return x.cut(err)
	}
	return nil
}

// aboutSheet says what a book is of, and when and from what it was made.
func (x *exchange) aboutSheet(book *xlsx.Writer, v satisfactionView, r *satisfaction.Report, rows *satisfaction.Rows) error {
	lines := [][]any{
		{xlsx.Head(x.t("satisfaction.title")), nil},
		{x.t("satisfaction.of"), v.Of.Text}, {x.t("satisfaction.chosen"), v.About},
		{x.t("satisfaction.made"), x.moment(x.Now().Truncate(time.Minute)).Text}, {},
	}
	if r.Few {
		lines = append(lines, []any{x.t("satisfaction.too-few"), x.t("satisfaction.too-few.why")})
	} else {
		lines = append(lines, []any{x.t("satisfaction.answers"), r.N}, []any{x.t("satisfaction.left-out.count"), r.LeftOut})
		if mean := r.Overall.Hundredths; mean > 0 {
			lines = append(lines, []any{x.t("satisfaction.overall"), float64(mean) / 100}, []any{x.t("satisfaction.level"), x.level(r.Overall)})
		}
		lines = append(lines, []any{nil, x.t("satisfaction.hidden")})
	}
	if rows != nil && rows.Kept {
		lines = append(lines, []any{nil, x.t("export.kept")})
	}
	if rows != nil && !r.Few {
		lines = append(lines, []any{}, []any{x.t("export.told"), rows.N}, []any{nil, x.t("export.together")}, []any{nil, x.t("export.suspicious.why")})
	}
	return book.Figures(x.t("export.about"), []float64{44, 70}, lines)
}

// figuresSheet is the questions and the months with their charts.
func (x *exchange) figuresSheet(book *xlsx.Writer, r *satisfaction.Report) error {
	head := func(name string) []any {
		return []any{xlsx.Head(name), xlsx.Head(x.t("satisfaction.n")), xlsx.Head(x.t("satisfaction.mean")), xlsx.Head(x.t("satisfaction.level"))}
	}
	lines := [][]any{head(x.t("satisfaction.question"))}
	for _, q := range r.Questions {
		if q.Kind == "scale" && !q.Hidden && q.Mean.Hundredths > 0 {
			lines = append(lines, []any{x.text(q.Text).Text, q.N, float64(q.Mean.Hundredths) / 100, x.level(q.Mean)})
		}
	}
	var charts []xlsx.Chart
	chart := func(drawn xlsx.Drawn, key string, first int, at string) {
		if len(lines) >= first {
			charts = append(charts, xlsx.Chart{Drawn: drawn, Title: x.t(key), First: first, Last: len(lines), Names: 0, Values: 2, Least: 1, Most: 5, At: at})
		}
	}
	chart(xlsx.Bars, "satisfaction.questions", 2, "F1")
	lines = append(lines, []any{}, head(x.t("satisfaction.month")))
	first := len(lines) + 1
	names := x.monthRows(r.Trend)
	for i, p := range r.Trend {
		lines = append(lines, append([]any{names[i].Name.Text}, x.figuresOf(p)...))
	}
	chart(xlsx.Line, "satisfaction.trend", first, "F28")
	return book.Figures(x.t("export.figures"), []float64{60, 12, 12, 20}, lines, charts...)
}

// figuresOf are the cells of a part: answers, mean, level.
func (x *exchange) figuresOf(p satisfaction.Part) []any {
	switch {
	case p.Hidden:
		return []any{x.t("satisfaction.few"), nil, nil}
	case p.Mean.Hundredths == 0:
		return []any{p.N, nil, nil}
	}
	return []any{p.N, float64(p.Mean.Hundredths) / 100, x.level(p.Mean)}
}

// partsSheet is the replies to each question, and the parts of the report.
func (x *exchange) partsSheet(book *xlsx.Writer, v satisfactionView, r *satisfaction.Report) error {
	lines := [][]any{{xlsx.Head(x.t("satisfaction.spread")), xlsx.Head(x.t("satisfaction.n")), xlsx.Head("%"), nil}}
	for _, q := range r.Questions {
		if !q.Hidden {
			lines = append(lines, []any{x.text(q.Text).Text, q.N})
			for _, value := range q.Values {
				lines = append(lines, []any{"   " + x.text(value.Text).Text, value.N, value.Percent})
			}
		}
	}
	for _, t := range []struct {
		key   string
		parts []satisfaction.Part
	}{{"satisfaction.parts", r.Parts}, {"satisfaction.beside", r.Beside}, {"satisfaction.manuals", r.Manuals}, {"satisfaction.channels", r.Channels}} {
		if len(t.parts) > 0 {
			lines = append(lines, []any{}, []any{xlsx.Head(x.t(t.key)), xlsx.Head(x.t("satisfaction.n")), xlsx.Head(x.t("satisfaction.mean")), xlsx.Head(x.t("satisfaction.level"))})
		}
		for _, p := range t.parts {
			lines = append(lines, append([]any{x.partName(t.key, p).Text}, x.figuresOf(p)...))
		}
	}
	return book.Figures(x.t("export.tables"), []float64{60, 12, 12, 20}, lines)
}

// answersBook is every answer of a report that may be told, as a workbook.
func (x *exchange) answersBook() error {
	v, r, err := x.reportOf()
	if err != nil {
		return err
	}
	rows, err := x.Satisfaction.Rows(x.ctx(), r.Query)
	if err != nil {
		return err
	}
	l, err := x.listing(rows)
	if err != nil {
		return err
	}
	book, err := xlsx.NewWriter()
	if err != nil {
		return err
	}
	defer func() { _ = book.Close() }() // it has temporary files at most
	if err := x.aboutSheet(book, v, r, rows); err != nil {
		return err
	}
	if !r.Few {
		if err := x.figuresSheet(book, r); err != nil {
			return err
		}
		headings := make([]xlsx.Heading, len(l.headings))
		for i, h := range l.headings {
			headings[i] = xlsx.Heading{Text: h, Width: 24}
		}
		if err := book.Pour(x.t("export.answers"), rows.N, l.all(), headings...); err != nil {
			return err
		}
	}
	return x.sendBook("answers-"+r.Period.From.ISO(), book)
}

// answersFile is every answer of a report that may be told, as CSV.
func (x *exchange) answersFile() error {
	q, u, problems := x.reportAsked()
	if len(problems) > 0 || u.Typed != "" && u.Code == "" {
		return notHere()
	}
	if err := x.mayReport(q); err != nil {
		return err
	}
	rows, err := x.Satisfaction.Rows(x.ctx(), q)
	if err != nil {
		return err
	}
	l, err := x.listing(rows)
	if err != nil {
		return err
	}
	t, err := x.tableTo(x.lasting(), "answers-"+q.Period.From.ISO())
	if err != nil {
		return err
	}
	if err := t.row(l.headings...); err != nil {
		return err
	}
	for row, err := range l.all() {
		if err != nil {
			return x.cut(err)
		}
		if err := t.row(row...); err != nil {
			return err
		}
	}
	return t.end()
}

// listing writes answers in words.
type listing struct {
	x        *exchange
	rows     *satisfaction.Rows
	headings []string
	sets     map[string]map[string]column // by question set and question
	places   map[satisfaction.Stands][]string
	manuals  map[catalog.ManualID]string
	channels map[string]string
}

// column is where replies to a question go, and what they are in words.
type column struct {
	at    int
	words map[string]string
}

func (x *exchange) listing(rows *satisfaction.Rows) (*listing, error) {
	l := &listing{x: x, rows: rows, sets: map[string]map[string]column{}, places: map[satisfaction.Stands][]string{}, manuals: map[catalog.ManualID]string{"": x.t("satisfaction.few"), satisfaction.Other: x.t("satisfaction.other")},
		channels: map[string]string{"": x.t("satisfaction.few"), satisfaction.Unsaid: x.t("channel.unsaid")}}
	for _, key := range []string{"export.day", "export.agency", "export.point", "export.code", "satisfaction.manual", "satisfaction.channel", "export.set", "export.suspicious"} {
		l.headings = append(l.headings, x.t(key))
	}
	for _, c := range survey.Channels {
		l.channels[c] = x.t("channel." + c)
	}
	at := map[string]int{}
	for _, s := range x.Satisfaction.Sets() {
		l.sets[s.ID] = x.columnsOf(s, at, &l.headings)
	}
	var ids []string
	for _, id := range x.Satisfaction.Columns.Manuals() {
		ids = append(ids, string(id))
	}
	titles, err := x.Satisfaction.Titles(ids...)
	for _, id := range ids {
		l.manuals[catalog.ManualID(id)] = x.manualName(id, titles[id]).Text
	}
	return l, err
}

// columnsOf gives the questions of a set their columns; those that ask the same in
// two sets share one.
func (x *exchange) columnsOf(s *catalog.Survey, at map[string]int, headings *[]string) map[string]column {
	out := map[string]column{}
	for _, q := range s.Questions {
		if q.Kind == "service" {
			continue // it has a column of its own
		}
		text := x.text(q.Text).Text
		n, there := at[text]
		if !there {
			n = len(*headings)
			at[text], *headings = n, append(*headings, text)
		}
		c := column{n, map[string]string{survey.Wrote: x.t("export.wrote")}}
		for _, choice := range q.Choices {
			c.words[choice.Value] = x.text(choice.Text).Text
		}
		if q.Kind == "scale" {
			for level := 1; level <= 5; level++ {
				c.words[strconv.Itoa(level)] = strconv.Itoa(level) + " " + survey.Level(level).Text().In(string(x.lang))
			}
		}
		out[q.Code] = c
	}
	return out
}

// all goes through the answers. A row is good until the next.
func (l *listing) all() iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		cells := make([]string, len(l.headings))
		for row := range l.rows.All() {
			clear(cells)
			l.fill(cells, row)
			if !yield(cells, nil) {
				return
			}
		}
	}
}

func (l *listing) fill(cells []string, row satisfaction.Row) {
	stands, known := l.places[row.Stands]
	if !known {
		clear(l.places) // answers of a block follow each other
		stands = l.stands(row.Stands)
		l.places[row.Stands] = stands
	}
	copy(cells, stands)
	at := len(stands)
	if cells[at] = row.Form; row.Form == "" {
		cells[at] = l.x.t("satisfaction.few")
	}
	if row.LeftOut {
		cells[at+1] = l.x.t("export.suspicious.yes")
	}
	columns := l.sets[row.Form]
	for code, value := range row.Picks {
		c, ok := columns[code]
		if !ok {
			continue
		}
		if word, ok := c.words[value]; ok {
			value = word
		}
		cells[c.at] = value
	}
}

// stands is where an answer stands, in words: time, agency, point and its code,
// manual and channel.
func (l *listing) stands(s satisfaction.Stands) []string {
	x := l.x
	time := x.periodText(s.Period)
	if m := calendar.MonthOf(s.Period.From); s.Period == m.Period() {
		time = m.ISO()
	}
	manual, known := l.manuals[s.Manual]
	if !known {
		manual = string(s.Manual)
	}
	channel, known := l.channels[s.Channel]
	if !known {
		channel = s.Channel
	}
	agency, point := x.t("satisfaction.country"), x.t("satisfaction.few")
	if s.Agency != "" {
		agency = x.agency(s.Agency).Text
	}
	if s.Point != "" {
		if _, name, ok := x.Satisfaction.Places.Point(s.Point); ok {
			point = x.text(name).Text
		} else {
			agency, point = "", x.t("export.gone")
		}
	}
	return []string{time, agency, point, string(s.Point), manual, channel}
}

// lasting is the answer, of a file that may take long.
func (x *exchange) lasting() *patient { return &patient{x.w, http.NewResponseController(x.w)} }
