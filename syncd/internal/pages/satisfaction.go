package pages

import (
	"cmp"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/page"
	"khumue/internal/survey"
	"khumue/syncd/internal/chart"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/satisfaction"
)

// satisfactionView is รายงานผลประเมินความพึงพอใจ.
type satisfactionView struct {
	Shell
	Unit     Unit
	Of       page.Words // the agency or point that the report is of
	About    string     // period and filters, in words
	Periods  []OptionGroup
	Points   []Option
	Manuals  []Option
	Channels []Option
	Narrow   bool
	Few      bool
	None     bool
	Figures  []Figure
	Warnings []string
	Trend    template.HTML
	Months   []FigureRow
	Spread   template.HTML
	Answers  []QuestionRow
	Parts    FigureTable
	Beside   FigureTable
	ByManual FigureTable
	ByWay    FigureTable
	LeftOut  string
	File     string // addresses of exports
	Book     string
	EachFile string
	EachBook string

	TrendPicture, QuestionsPicture string // addresses of the drawings as pictures
	Comments                       string // what people wrote, with the same filters
	Publish                        string // where the figure is made public; "" where there is nothing to do
}

// OptionGroup are options under one heading.
type OptionGroup struct {
	Name    string
	Options []Option
}

// Figure is one of the few figures that a report begins with.
type Figure struct{ Name, Value, Note string }

// FigureTable is figures of parts, and a drawing of them.
type FigureTable struct {
	Title   string
	Chart   template.HTML
	Picture string // address of the drawing as a picture
	Rows    []FigureRow
	More    string // how many more rows there are than these; "" where these are all

	bars chart.Bars
}

// mostRows is how many rows stand open; a few more are not worth folding.
const mostRows, fewMore = 20, 5

// Shown is the rows that stand open: the first, and the one that the report is
// of.
func (t FigureTable) Shown() FigureTable {
	if t.folded() {
		all := t.Rows
		t.Rows = slices.Clone(all[:mostRows])
		if i := slices.IndexFunc(all[mostRows:], func(r FigureRow) bool { return r.Current }); i >= 0 {
			t.Rows = append(t.Rows, all[mostRows+i])
		}
	}
	return t
}

// Rest is the other rows; nil where there are none.
func (t FigureTable) Rest() *FigureTable {
	if !t.folded() {
		return nil
	}
	t.Title += " " + t.More // no two parts of a page have one name
	t.Rows = slices.DeleteFunc(slices.Clone(t.Rows[mostRows:]), func(r FigureRow) bool { return r.Current })
	return &t
}

func (t FigureTable) folded() bool { return len(t.Rows) > mostRows+fewMore }

// FigureRow is one part.
type FigureRow struct {
	URL     string
	Name    page.Words
	N       string
	Mean    string // "" where there is none
	Level   string
	Current bool
}

// QuestionRow is how one question was answered.
type QuestionRow struct {
	Text    page.Words
	N       string
	Mean    string
	Level   string
	Change  string
	Warning string
	Values  []ValueRow
}

// ValueRow is how often one reply was given.
type ValueRow struct {
	Text    page.Words
	N       string
	Percent string
	Share   int
}

// seesAny reports whether the person may see any report.
func (x *exchange) seesAny() bool { return x.by().MayAnywhere(rights.SeeReports) }

// reportAsked reads what a report is asked for: of which agency or point, of when.
func (x *exchange) reportAsked() (q satisfaction.Query, u Unit, problems []Problem) {
	u, wrong := x.unitAmong(x.seesOf())
	u.Find = "/satisfaction/find"
	if wrong != "" {
		problems = append(problems, Problem{"unit", wrong})
	}
	q.Unit = u.Code
	if u.Typed == "" {
		q.Unit, q.Point = x.ownPlace()
		if a, ok := x.Structure.Agency(q.Unit); ok && q.Point == "" {
			u.Code, u.Typed = q.Unit, x.unitTyped(a)
		}
	}
	if code, err := catalog.ParsePointCode(x.asked("point")); err == nil {
		q.Point = code
	}
	if id, err := catalog.ParseManualID(x.asked("manual")); err == nil {
		q.Manual = id
	}
	if slices.Contains(survey.Channels, x.asked("channel")) {
		q.Channel = x.asked("channel")
	}
	q.Form = x.asked("form")
	q.Period = x.periodAsked()
	return q, u, problems
}

// seesOf tells of which agencies the person may see a report, be it of one of
// their points alone.
func (x *exchange) seesOf() func(catalog.AgencyCode) bool {
	may := x.reachesBy(rights.SeeReports)
	scopes, everywhere := x.by().Range(rights.SeeReports)
	return func(c catalog.AgencyCode) bool {
		return everywhere || may(c) || slices.ContainsFunc(scopes, func(s rights.Reached) bool { return s.Scope.Agency == c })
	}
}

// ownPlace is the agency or point that the person begins with; "" for the whole
// country.
func (x *exchange) ownPlace() (catalog.AgencyCode, catalog.PointCode) {
	scopes, everywhere := x.by().Range(rights.SeeReports)
	if everywhere || len(scopes) == 0 {
		return "", ""
	}
	for _, s := range scopes {
		if s.Scope == x.seat().Scope {
			return s.Scope.Agency, s.Scope.Point
		}
	}
	return scopes[0].Scope.Agency, scopes[0].Scope.Point
}

// mayReport decides whether the person may see the report of a query.
func (x *exchange) mayReport(q satisfaction.Query) error {
	if q.Unit == "" && q.Point == "" {
		if _, everywhere := x.by().Range(rights.SeeReports); everywhere {
			return nil
		}
		return rights.Refused()
	}
	agency := q.Unit
	if q.Point != "" {
		owner, _, ok := x.Satisfaction.Places.Point(q.Point)
		if !ok {
			return rights.Refused()
		}
		agency = owner
	}
	target, err := x.Targets.Target(agency, q.Point)
	if errors.Is(err, fault.NotFound) {
		return rights.Refused()
	} else if err != nil {
		return err
	}
	return x.by().May(rights.SeeReports, target)
}

// periodAsked is a fiscal year (y2569), a quarter (q2569-1) or a month (2026-01);
// the fiscal year of today unless it is one.
func (x *exchange) periodAsked() calendar.Period {
	asked := x.asked("period")
	if m, err := calendar.ParseMonth(asked); err == nil {
		return m.Period()
	}
	rest, kind := strings.CutPrefix(asked, "q")
	year, n, _ := strings.Cut(rest, "-")
	if y, err := strconv.Atoi(year); kind && err == nil && y > 2500 && y < 2700 {
		if quarter, err := strconv.Atoi(n); err == nil && quarter >= 1 && quarter <= 4 {
			return calendar.Quarter{Year: calendar.FiscalYear(y), N: quarter}.Period()
		}
	}
	if y, err := strconv.Atoi(strings.TrimPrefix(asked, "y")); err == nil && y > 2500 && y < 2700 {
		return calendar.FiscalYear(y).Period()
	}
	return x.today().FiscalYear().Period()
}

func (x *exchange) today() calendar.Date { return calendar.DateOf(x.Now()) }

// periods are those to choose from: of this fiscal year and the two before it.
func (x *exchange) periods(now calendar.Period) []OptionGroup {
	lang := string(x.lang)
	var years, quarters, months []Option
	this := x.today().FiscalYear()
	for y := this; y > this-3; y-- {
		years = append(years, Option{fmt.Sprintf("y%d", int(y)), y.Text(lang), y.Period() == now})
		for _, q := range y.Quarters() {
			quarters = append(quarters, Option{fmt.Sprintf("q%d-%d", int(y), q.N), q.Text(lang), q.Period() == now})
		}
	}
	for m := calendar.MonthOf(x.today()); m.FiscalYear() > this-3; m = m.Add(-1) {
		months = append(months, Option{m.ISO(), m.Long(lang), m.Period() == now})
	}
	return []OptionGroup{{x.t("satisfaction.years"), years}, {x.t("satisfaction.quarters"), quarters}, {x.t("satisfaction.months"), months}}
}

func (x *exchange) periodText(p calendar.Period) string {
	lang := string(x.lang)
	m := calendar.MonthOf(p.From)
	switch y := p.From.FiscalYear(); {
	case p == m.Period():
		return m.Long(lang)
	case p == y.Period():
		return y.Text(lang)
	case p == m.Quarter().Period():
		return m.Quarter().Text(lang)
	}
	return p.Long(lang)
}

func (x *exchange) satisfactionPage() error {
	q, u, problems := x.reportAsked()
	v := satisfactionView{Shell: x.shell("satisfaction"), Unit: u, Periods: x.periods(q.Period)}
	v.Problems = problems
	if len(problems) > 0 || u.Typed != "" && u.Code == "" {
		return x.show(http.StatusOK, "satisfaction", v)
	}
	if err := x.mayReport(q); err != nil {
		return err
	}
	r, err := x.Satisfaction.Make(x.ctx(), q)
	if err != nil {
		return err
	}
	if err := x.aboutReport(&v, r); err != nil {
		return err
	}
	v.Few, v.None = r.Few, !r.Few && r.N == 0
	if !v.Few && !v.None {
		x.reportFigures(&v, r)
	}
	return x.show(http.StatusOK, "satisfaction", v)
}

// aboutReport says what a report is of, and fills the filters in.
func (x *exchange) aboutReport(v *satisfactionView, r *satisfaction.Report) error {
	v.Of = page.Words{Text: x.t("satisfaction.country")}
	if r.Unit != "" {
		v.Of = x.agency(r.Unit)
	}
	if r.Point != "" {
		_, name, _ := x.Satisfaction.Places.Point(r.Point)
		v.Of = x.text(name)
	}
	about := []string{x.periodText(r.Period)}
	if r.Manual != "" {
		titles, err := x.Satisfaction.Titles(string(r.Manual))
		if err != nil {
			return err
		}
		about = append(about, x.manualName(string(r.Manual), titles[string(r.Manual)]).Text)
		v.Manuals = []Option{{"", x.t("satisfaction.any-manual"), false}, {string(r.Manual), about[len(about)-1], true}}
	}
	if r.Channel != "" {
		about = append(about, x.t("channel."+r.Channel))
	}
	v.About = strings.Join(about, " · ")
	v.Narrow = x.r.URL.RawQuery != ""
	v.Channels = append(v.Channels, Option{"", x.t("satisfaction.any-channel"), r.Channel == ""})
	for _, c := range survey.Channels {
		v.Channels = append(v.Channels, Option{c, x.t("channel." + c), r.Channel == c})
	}
	if len(v.Manuals) == 0 {
		v.Manuals = append(v.Manuals, Option{"", x.t("satisfaction.any-manual"), true})
		for _, p := range r.Manuals {
			if !p.Hidden && p.ID != satisfaction.Mixed {
				v.Manuals = append(v.Manuals, Option{p.ID, x.manualName(p.ID, p.Name).Text, false})
			}
		}
	}
	v.TrendPicture, v.QuestionsPicture = x.pictureOf("trend"), x.pictureOf("questions")
	for file, to := range map[string]*string{".csv": &v.File, ".xlsx": &v.Book, "/answers.csv": &v.EachFile, "/answers.xlsx": &v.EachBook} {
		*to = "/satisfaction" + file + "?" + x.r.URL.RawQuery
	}
	v.Comments = commentsPath + "?" + x.commentsAsked("")
	v.Publish = x.mayPublishScores(r.Unit)
	return nil
}

func (x *exchange) manualName(id string, title catalog.Text) page.Words {
	switch {
	case id == string(satisfaction.Other):
		return page.Words{Text: x.t("satisfaction.other")}
	case title == (catalog.Text{}):
		return page.Words{Text: id}
	}
	return x.text(title)
}

func (x *exchange) mean(m satisfaction.Mean) string {
	if m.Hundredths == 0 {
		return ""
	}
	return fmt.Sprintf("%d.%02d", m.Hundredths/100, m.Hundredths%100)
}

func (x *exchange) level(m satisfaction.Mean) string { return m.Level.Text().In(string(x.lang)) }

// movement says how a mean differs from one before.
func (x *exchange) movement(now, before satisfaction.Mean) string {
	if now.Hundredths == 0 || before.Hundredths == 0 {
		return ""
	}
	d := now.Hundredths - before.Hundredths
	size := fmt.Sprintf("%d.%02d", max(d, -d)/100, max(d, -d)%100)
	switch {
	case d > 0:
		return x.t("satisfaction.up", size)
	case d < 0:
		return x.t("satisfaction.down", size)
	}
	return x.t("satisfaction.same")
}

func (x *exchange) reportFigures(v *satisfactionView, r *satisfaction.Report) {
	v.Figures = []Figure{
		{x.t("satisfaction.overall"), x.mean(r.Overall), strings.TrimSpace(x.level(r.Overall) + " " + x.movement(r.Overall, r.Before.Mean))},
		{x.t("satisfaction.percent"), percent(r.Overall), x.t("satisfaction.target")},
		{x.t("satisfaction.answers"), number(r.N), x.changeOfN(r.N, r.Before)},
	}
	if r.LeftOut > 0 {
		v.LeftOut = x.words.Count("satisfaction.left-out", r.LeftOut)
	}
	v.Months = x.monthRows(r.Trend)
	v.Trend = x.trendLine(r.Trend).SVG()
	for _, q := range r.Questions {
		v.Answers = append(v.Answers, x.questionRow(q))
		if q.Warning != "" {
			v.Warnings = append(v.Warnings, x.warning(q))
		}
	}
	if bars := x.questionBars(r.Questions); len(bars.List) > 0 {
		v.Spread = bars.SVG()
	}
	v.Parts = x.partTable("satisfaction.parts", r.Parts, "")
	v.Beside = x.partTable("satisfaction.beside", r.Beside, cmp.Or(string(r.Point), string(r.Unit)))
	v.ByManual = x.partTable("satisfaction.manuals", r.Manuals, "")
	v.ByWay = x.partTable("satisfaction.channels", r.Channels, "")
}

func percent(m satisfaction.Mean) string {
	if m.Hundredths == 0 {
		return ""
	}
	return strconv.Itoa((m.Percent()+50)/100) + "%"
}

func (x *exchange) changeOfN(n int, before satisfaction.Part) string {
	if before.Hidden || before.N == 0 {
		return ""
	}
	return x.t("satisfaction.before", number(before.N))
}

// number writes a number with commas.
func number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func (x *exchange) partRow(p satisfaction.Part) FigureRow {
	row := FigureRow{N: number(p.N), Mean: x.mean(p.Mean), Level: x.level(p.Mean)}
	if p.Hidden {
		row.N, row.Mean, row.Level = x.t("satisfaction.few"), "", ""
	}
	return row
}

func (x *exchange) monthRows(trend []satisfaction.Part) []FigureRow {
	var out []FigureRow
	for _, p := range trend {
		row := x.partRow(p)
		if m, err := calendar.ParseMonth(p.ID); err == nil {
			row.Name = page.Words{Text: m.Long(string(x.lang))}
		}
		out = append(out, row)
	}
	return out
}

// partTable is a table of parts with a drawing of those that are told.
func (x *exchange) partTable(key string, parts []satisfaction.Part, current string) FigureTable {
	t := FigureTable{Title: x.t(key)}
	bars := chart.Bars{Title: t.Title, About: x.t("satisfaction.chart"), Most: 5}
	for _, p := range parts {
		if p.N == 0 && !p.Hidden && p.ID != current {
			continue
		}
		row := x.partRow(p)
		row.Name, row.URL, row.Current = x.partName(key, p), x.partURL(key, p), p.ID == current && current != ""
		t.Rows = append(t.Rows, row)
		if len(bars.List) < mostBars && p.ID != satisfaction.Mixed {
			text := row.Mean
			if p.Hidden {
				text = row.N
			} else if text != "" {
				text += " (" + row.N + ")"
			}
			bars.List = append(bars.List, chart.Bar{Label: row.Name.Text, Value: float64(p.Mean.Hundredths) / 100, Text: text, Mark: row.Current, None: p.Mean.Hundredths == 0})
		}
	}
	if rest := t.Rest(); rest != nil {
		t.More = x.words.Count("satisfaction.more", len(rest.Rows))
	}
	if len(t.Rows) > 0 {
		t.Chart, t.bars, t.Picture = bars.SVG(), bars, x.pictureOf(strings.TrimPrefix(key, "satisfaction."))
	}
	return t
}

// mostBars is how many parts are drawn; the table has all.
const mostBars = 12

func (x *exchange) partName(key string, p satisfaction.Part) page.Words {
	switch {
	case p.ID == satisfaction.Mixed:
		return page.Words{Text: x.t("satisfaction.mixed")}
	case key == "satisfaction.manuals":
		return x.manualName(p.ID, p.Name)
	case key == "satisfaction.channels" && p.ID == "":
		return page.Words{Text: x.t("channel.unsaid")}
	case key == "satisfaction.channels":
		return page.Words{Text: x.t("channel." + p.ID)}
	}
	return x.text(p.Name)
}

func (x *exchange) partURL(key string, p satisfaction.Part) string {
	switch {
	case p.Hidden || p.ID == satisfaction.Gone || p.ID == satisfaction.Mixed || p.ID == "":
		return ""
	case key == "satisfaction.manuals":
		return x.with("manual", p.ID)
	case key == "satisfaction.channels":
		return x.with("channel", p.ID)
	case p.Point:
		return x.with("point", p.ID)
	}
	return x.with("unit", p.ID, "point", "")
}

func (x *exchange) questionRow(q satisfaction.Question) QuestionRow {
	row := QuestionRow{Text: x.text(q.Text), N: number(q.N), Mean: x.mean(q.Mean), Level: x.level(q.Mean), Change: x.movement(q.Mean, q.Before)}
	if q.Hidden {
		row.N = x.t("satisfaction.few")
		return row
	}
	for _, value := range q.Values {
		row.Values = append(row.Values, ValueRow{x.text(value.Text), number(value.N), strconv.Itoa(value.Percent) + "%", value.Percent})
	}
	return row
}

// warning says that somebody was asked for more than the manual says.
func (x *exchange) warning(q satisfaction.Question) string {
	for _, value := range q.Values {
		if value.Value == q.Warning {
			return x.t("satisfaction.warning", x.text(q.Text).Text, x.text(value.Text).Text, number(value.N))
		}
	}
	return ""
}

func (x *exchange) trendLine(trend []satisfaction.Part) chart.Line {
	c := chart.Line{Title: x.t("satisfaction.trend"), About: x.t("satisfaction.chart"), Least: 1, Most: 5}
	for n := 5; n >= 1; n-- {
		c.Steps = append(c.Steps, chart.Step{Value: float64(n), Text: survey.Level(n).Text().In(string(x.lang))})
	}
	for _, p := range trend {
		d := chart.Dot{Value: float64(p.Mean.Hundredths) / 100, Text: x.mean(p.Mean), None: p.Mean.Hundredths == 0}
		if m, err := calendar.ParseMonth(p.ID); err == nil {
			d.Label = calendar.MonthAbbr(m.Month, string(x.lang))
		}
		c.Dots = append(c.Dots, d)
	}
	return c
}

// questionBars are the means of the questions with a scale.
func (x *exchange) questionBars(list []satisfaction.Question) chart.Bars {
	c := chart.Bars{Title: x.t("satisfaction.questions"), About: x.t("satisfaction.chart"), Most: 5}
	for _, q := range list {
		if q.Kind == "scale" && !q.Hidden && q.Mean.Hundredths > 0 {
			c.List = append(c.List, chart.Bar{Label: x.text(q.Text).Text, Value: float64(q.Mean.Hundredths) / 100, Text: x.mean(q.Mean) + " " + x.level(q.Mean), Mark: q.Topic == "overall"})
		}
	}
	return c
}

// findReported suggests agencies of which the person may see a report.
func (x *exchange) findReported() error { return x.suggest(x.seesOf()) }
