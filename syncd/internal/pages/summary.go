package pages

import (
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/page"
	"khumue/syncd/internal/chart"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/satisfaction"
	"khumue/syncd/internal/summary"
)

// summaryPath is where the summary report stands.
const summaryPath = "/summary"

// summaryRoutes are the addresses of the summary report.
func summaryRoutes() []route {
	return []route{
		{"GET /summary", auditor, (*exchange).summaryPage},
		{"GET /summary/find", auditor, (*exchange).findReported},
		{"GET /summary.xlsx", auditor, (*exchange).summaryBook},
		{"GET /summary.csv", auditor, (*exchange).summaryFile},
		{"GET /summary/rows.csv", auditor, (*exchange).summaryRowsFile},
		{"POST /summary/views", auditor, (*exchange).saveView},
		{"POST /summary/views/drop", auditor, (*exchange).dropView},
	}
}

// summaryView is รายงานสรุป.
type summaryView struct {
	Shell
	Unit       Unit
	Point      string // hidden in the form; "" unless the report is of a point
	Periods    []OptionGroup
	Processes  []Option
	Categories []Option
	Narrow     bool
	Up         []Link // what stands above the unit, the country first
	Of         page.Words
	About      string
	None       bool
	AsOf       string
	Notes      []string // what is not final about the figures
	Figures    []Figure
	Trend      template.HTML
	ByMonth    SummaryTable
	ByQuarter  SummaryTable
	ByYear     SummaryTable
	ByPart     SummaryTable
	ByPoint    SummaryTable
	ByProcess  SummaryTable
	ByCategory SummaryTable
	Gaps       string // where it is told who has not reported; "" where there is nothing
	GapsOf     string // the month, and how many; "" where it is not told who
	GapNames   []Link
	GapsMore   string // how many more; "" where these are all
	Unlocks    []Figure
	ManualsOf  string // what they are
	Manuals    []Figure
	Stages     []StageAge
	Pleased    []Figure
	PleasedAt  string // the report of satisfaction, of the same
	Views      []ViewRow
	Asked      string // where a view of the same filters is saved
	Typed      string // its name, as it was typed
	Book       string // addresses of exports
	File       string
	RowsFile   string
}

// SummaryTable is figures of parts, and a drawing of how much was on time.
type SummaryTable struct {
	Title string
	Head  string // of the first column
	Note  string // "" for none
	Chart template.HTML
	Rows  []SummaryRow
	More  string // how many more rows there are than stand open; "" where these are all
}

// Shown is the rows that stand open.
func (t SummaryTable) Shown() SummaryTable {
	if t.folded() {
		t.Rows = t.Rows[:mostRows]
	}
	return t
}

// Rest is the other rows; nil where there are none.
func (t SummaryTable) Rest() *SummaryTable {
	if !t.folded() {
		return nil
	}
	t.Title += " " + t.More // no two parts of a page have one name
	t.Rows = t.Rows[mostRows:]
	return &t
}

func (t SummaryTable) folded() bool { return len(t.Rows) > mostRows+fewMore }

// SummaryRow is the figures of a part.
type SummaryRow struct {
	URL      string
	Name     page.Words
	Filed    string // 3 of 5
	Share    int    // per cent that was handed in
	Missing  bool
	Received string
	Approved string
	Rejected string
	Late     string
	Pending  string
	Letters  string
	OnTime   string // "" when nothing was decided
}

// StageAge is how old revisions are in a stage.
type StageAge struct{ Name, N, Median, Oldest string }

// summaryAsked reads what a summary is asked for.
func (x *exchange) summaryAsked() (q summary.Query, u Unit, problems []Problem) {
	asked, u, problems := x.reportAsked()
	u.Find = summaryPath + "/find"
	q = summary.Query{Unit: asked.Unit, Point: asked.Point, Period: asked.Period}
	if x.asked("point") == "" && u.Code != "" {
		q.Point = "" // an agency was chosen
	}
	if id, err := catalog.ParseProcessID(x.asked("process")); err == nil {
		q.Process = id
	}
	if slug := x.asked("category"); len(slug) <= 60 {
		q.Category = catalog.Slug(slug)
	}
	return q, u, problems
}

func (x *exchange) summaryPage() error { return x.showSummary(http.StatusOK, "") }

// showSummary shows the report with a name for a view as it was typed.
func (x *exchange) showSummary(status int, typed string, wrong ...Problem) error {
	q, u, problems := x.summaryAsked()
	problems = append(problems, wrong...)
	v := summaryView{Shell: x.shell("summary"), Unit: u, Periods: x.periods(q.Period), Narrow: x.r.URL.RawQuery != ""}
	v.Problems, v.Typed = problems, typed
	if err := x.viewsOf(&v); err != nil {
		return err
	}
	if len(problems) > len(wrong) || u.Typed != "" && u.Code == "" {
		return x.show(status, "summary", v)
	}
	r, err := x.Summary.Make(x.ctx(), x.by(), q)
	if err != nil {
		return err
	}
	x.aboutSummary(&v, r)
	if !v.None {
		x.summaryFigures(&v, r)
	}
	if err := x.besideSummary(&v, r); err != nil {
		return err
	}
	return x.show(status, "summary", v)
}

// aboutSummary says what a summary is of, and fills the filters in.
func (x *exchange) aboutSummary(v *summaryView, r *summary.Report) {
	v.Of, v.Point = x.summaryOf(r), string(r.Point)
	about := []string{x.periodText(r.Period)}
	v.Processes = []Option{{"", x.t("summary.any-process"), r.Process == ""}}
	for _, p := range r.ByProcess {
		v.Processes = append(v.Processes, Option{p.ID, x.text(p.Name).Text, p.ID == string(r.Process)})
		if p.ID == string(r.Process) {
			about = append(about, x.text(p.Name).Text)
		}
	}
	v.Categories = []Option{{"", x.t("summary.any-category"), r.Category == ""}}
	for _, c := range r.Categories {
		v.Categories = append(v.Categories, Option{c.ID, x.text(c.Name).Text, c.ID == string(r.Category)})
		if c.ID == string(r.Category) {
			about = append(about, x.text(c.Name).Text)
		}
	}
	v.About = strings.Join(about, " · ")
	for at, to := range map[string]*string{".xlsx": &v.Book, ".csv": &v.File, "/rows.csv": &v.RowsFile} {
		*to = summaryPath + at + "?" + x.r.URL.RawQuery
	}
	v.Up = x.summaryUp(r)
	v.None = r.Expected+r.Reports == 0
	v.AsOf, v.Notes = x.summaryNotes(r)
}

// summaryOf is the agency or point that a summary is of.
func (x *exchange) summaryOf(r *summary.Report) page.Words {
	switch {
	case r.Point != "":
		return x.unit(rights.Scope{Agency: r.Unit, Point: r.Point})
	case r.Unit != "":
		return x.agency(r.Unit)
	}
	return page.Words{Text: x.t("satisfaction.country")}
}

// summaryUp leads to what stands above, as far as the person may see it.
func (x *exchange) summaryUp(r *summary.Report) (up []Link) {
	if r.Unit == "" {
		return nil
	}
	t, err := x.Targets.Target(r.Unit, "")
	if err != nil {
		return nil
	}
	if _, everywhere := x.by().Range(rights.SeeReports); everywhere {
		up = append(up, Link{x.with("unit", "", "point", ""), x.t("satisfaction.country")})
	}
	for i, a := range slices.Backward(t.Chain) {
		above, err := x.Targets.Target(a, "")
		if err == nil && x.by().May(rights.SeeReports, above) == nil && (i > 0 || r.Point != "") {
			up = append(up, Link{x.with("unit", string(a), "point", ""), x.agency(a).Text})
		}
	}
	return up
}

// summaryNotes say as of when figures are, and what is not final about them.
func (x *exchange) summaryNotes(r *summary.Report) (asOf string, notes []string) {
	if !r.AsOf.IsZero() {
		asOf = x.t("summary.as-of", x.moment(r.AsOf.Truncate(time.Minute)).Text)
	}
	if r.Behind {
		notes = append(notes, x.t("summary.behind"))
	}
	var open []string
	for _, m := range r.Open {
		open = append(open, m.Long(string(x.lang)))
	}
	if len(open) > 0 {
		notes = append(notes, x.t("summary.open", strings.Join(open, ", ")))
	}
	return asOf, notes
}

// summaryFigures fills in what was reported.
func (x *exchange) summaryFigures(v *summaryView, r *summary.Report) {
	all := x.summaryRow(r.Tally)
	decidedLate := r.ApprovedLate + r.RejectedLate
	v.Figures = []Figure{
		{x.t("licence.on-time"), dash(all.OnTime), strings.TrimSpace(x.words.Count("licence.late", decidedLate) + x.onTimeBefore(r.Before))},
		{x.t("licence.received"), all.Received, x.changeOf(r.Before)},
		{x.t("summary.approved"), all.Approved, ""},
		{x.t("summary.rejected"), all.Rejected, ""},
		{x.t("licence.pending"), all.Pending, x.t("summary.pending-at", r.Last.Long(string(x.lang)), number(r.PendingLate))},
		{x.t("summary.letters"), all.Letters, ""},
		{x.t("licence.filed"), all.Filed, x.words.Count("licence.missing", r.Missing())},
	}
	v.Trend = x.summaryTrend(r).SVG()
	v.ByMonth = x.summaryTable("licence.months", "satisfaction.month", r.ByMonth, func(p summary.Part) (page.Words, string) {
		return page.Words{Text: x.periodText(p.Period)}, x.with("period", calendar.MonthOf(p.Period.From).ISO())
	})
	v.ByQuarter = x.summaryTable("summary.quarters", "summary.quarter", r.ByQuarter, func(p summary.Part) (page.Words, string) {
		q := calendar.MonthOf(p.Period.From).Quarter()
		return page.Words{Text: x.periodText(p.Period)}, x.with("period", fmt.Sprintf("q%d-%d", int(q.Year), q.N))
	})
	v.ByYear = x.summaryTable("summary.years", "summary.year", r.ByYear, func(p summary.Part) (page.Words, string) {
		return page.Words{Text: x.periodText(p.Period)}, x.with("period", fmt.Sprintf("y%d", int(p.Period.From.FiscalYear())))
	})
	v.ByPart = x.summaryTable("summary.parts", "satisfaction.name", r.ByPart, func(p summary.Part) (page.Words, string) {
		return x.text(p.Name), x.with("unit", p.ID, "point", "")
	})
	v.ByPoint = x.summaryTable("summary.points", "satisfaction.name", r.ByPoint, func(p summary.Part) (page.Words, string) {
		return x.text(p.Name), x.with("unit", "", "point", p.ID)
	})
	v.ByProcess = x.summaryTable("summary.processes", "summary.process", r.ByProcess, func(p summary.Part) (page.Words, string) {
		return x.text(p.Name), x.with("process", p.ID)
	})
	v.ByCategory = x.summaryTable("summary.categories", "summary.category", r.ByCategory, func(p summary.Part) (page.Words, string) {
		return x.text(p.Name), x.with("category", p.ID)
	})
	v.ByCategory.Note = x.t("summary.categories.note")
	for _, t := range []*SummaryTable{&v.ByPart, &v.ByPoint, &v.ByProcess, &v.ByCategory} {
		t.draw(x)
	}
	if r.Missing() > 0 && r.Unit != "" && r.Point == "" {
		v.Gaps = licencesPath + "?" + fields("unit", string(r.Unit), "month", lastGap(r).ISO())
	}
}

// onTimeBefore tells what was on time a year before; "" where nothing was decided.
func (x *exchange) onTimeBefore(before licences.Tally) string {
	if s := onTime(before.Figures); s != "" {
		return " · " + x.t("satisfaction.before", s)
	}
	return ""
}

func (x *exchange) changeOf(before licences.Tally) string {
	if before.Reports == 0 {
		return ""
	}
	return x.t("satisfaction.before", number(before.Received))
}

func (x *exchange) summaryTable(title, head string, parts []summary.Part, name func(summary.Part) (page.Words, string)) SummaryTable {
	t := SummaryTable{Title: x.t(title), Head: x.t(head)}
	for _, p := range parts {
		row := x.summaryRow(p.Tally)
		row.Name, row.URL = name(p)
		t.Rows = append(t.Rows, row)
	}
	if n := len(t.Rows) - mostRows; t.folded() {
		t.More = x.words.Count("satisfaction.more", n)
	}
	return t
}

// summaryRow writes a sum.
func (x *exchange) summaryRow(t licences.Tally) SummaryRow {
	row := SummaryRow{
		Filed: x.t("summary.of", number(t.Reports), number(t.Expected)), Missing: t.Missing() > 0, Received: number(t.Received),
		Approved: number(t.ApprovedOn + t.ApprovedLate), Rejected: number(t.RejectedOn + t.RejectedLate), Late: number(t.ApprovedLate + t.RejectedLate),
		Pending: number(t.Pending()), Letters: number(t.Letters), OnTime: onTime(t.Figures),
	}
	if t.Expected > 0 {
		row.Share = min(100, 100*t.Reports/t.Expected)
	}
	return row
}

// draw draws how much was on time of the first rows.
func (t *SummaryTable) draw(x *exchange) {
	bars := chart.Bars{Title: t.Title, About: x.t("summary.chart"), Most: 100}
	for _, r := range t.Rows[:min(len(t.Rows), mostBars)] {
		value := 0.0
		_, _ = fmt.Sscanf(r.OnTime, "%f", &value) // none where there is none
		bars.List = append(bars.List, chart.Bar{Label: r.Name.Text, Value: value, Text: dash(r.OnTime) + " (" + r.Received + ")", None: r.OnTime == ""})
	}
	if len(bars.List) > 1 {
		t.Chart = bars.SVG()
	}
}

// summaryTrend is how much was on time, month by month.
func (x *exchange) summaryTrend(r *summary.Report) chart.Line {
	c := chart.Line{Title: x.t("summary.trend"), About: x.t("summary.chart"), Least: 0, Most: 100}
	for _, n := range []int{100, 75, 50, 25, 0} {
		c.Steps = append(c.Steps, chart.Step{Value: float64(n), Text: fmt.Sprintf("%d%%", n)})
	}
	for _, p := range r.ByMonth {
		share, ok := p.OnTime()
		c.Dots = append(c.Dots, chart.Dot{Label: calendar.MonthAbbr(p.Period.From.Month, string(x.lang)), Value: float64(share) / 100, Text: onTime(p.Figures), None: !ok})
	}
	return c
}

// besideSummary adds what other rooms know of the same: unlocks, manuals and
// satisfaction, each by its own rules.
func (x *exchange) besideSummary(v *summaryView, r *summary.Report) error {
	if r.Process != "" || r.Category != "" {
		return nil
	}
	if err := x.unlocksSummary(v, r); err != nil {
		return err
	}
	if err := x.manualsSummary(v, r); err != nil {
		return err
	}
	if err := x.gapsSummary(v, r); err != nil {
		return err
	}
	return x.pleasedSummary(v, r)
}

func (x *exchange) unlocksSummary(v *summaryView, r *summary.Report) error {
	var s licences.Stats
	var err error
	if r.Point != "" {
		s, err = x.Licences.PointStats(x.ctx(), x.by(), r.Point, r.Period)
	} else {
		s, err = x.Licences.Stats(x.ctx(), x.by(), r.Unit, r.Period)
	}
	if err != nil {
		return err
	}
	v.Unlocks = []Figure{
		{x.t("licence.unlocks.asked"), number(s.Asked), x.words.Count("licence.unlocks.waiting", s.Waiting)},
		{x.t("licence.unlocks.granted"), number(s.Granted), x.words.Count("licence.unlocks.open", s.Open)},
		{x.t("licence.unlocks.refused"), number(s.Refused), ""},
		{x.t("licence.unlocks.lapsed"), number(s.Lapsed), x.t("licence.unlocks.used", number(s.Used))},
	}
	return nil
}

// namedGaps is how many of those who have not reported are named.
const namedGaps = 5

// gapsSummary names some points that have not reported for the last month of which
// something is missing.
func (x *exchange) gapsSummary(v *summaryView, r *summary.Report) error {
	if v.Gaps == "" {
		return nil
	}
	month := lastGap(r)
	roll, err := x.Licences.Rollup(x.ctx(), x.by(), r.Unit, "", month, month)
	if err != nil || len(roll.Gaps) == 0 {
		return err
	}
	v.GapsOf = x.t("summary.gaps.of", month.Long(string(x.lang)), x.words.Count("summary.gaps.points", len(roll.Gaps)))
	for _, g := range roll.Gaps[:min(len(roll.Gaps), namedGaps)] {
		v.GapNames = append(v.GapNames, Link{monthsPath(g.Point, "", month, month), x.text(g.Name).Text})
	}
	if more := len(roll.Gaps) - len(v.GapNames); more > 0 {
		v.GapsMore = x.words.Count("summary.gaps.more", more)
	}
	return nil
}

// lastGap is the last of a report's months of which something is missing; the last
// of all where the table by month does not go back so far.
func lastGap(r *summary.Report) calendar.Month {
	for _, p := range slices.Backward(r.ByMonth) {
		if m := calendar.MonthOf(p.Period.From); p.Missing() > 0 && m.Compare(r.Months[0]) >= 0 {
			return m
		}
	}
	return r.Months[len(r.Months)-1]
}

func (x *exchange) manualsSummary(v *summaryView, r *summary.Report) error {
	s, err := x.Summary.Manuals(x.ctx(), x.by(), r.Query)
	if err != nil {
		return err
	}
	v.ManualsOf = x.t("summary.manuals")
	if r.Point != "" {
		v.ManualsOf = x.t("summary.manuals.served")
	}
	v.Manuals = []Figure{
		{x.t("summary.manuals.public"), number(s.Shown), ""}, {x.t("summary.manuals.withdrawn"), number(s.Withdrawn), ""},
		{x.t("summary.manuals.draft"), number(s.Drafts), ""}, {x.t("summary.manuals.review"), number(s.Reviews), ""}, {x.t("summary.manuals.endorsed"), number(s.Endorsed), ""},
	}
	for _, g := range s.Stages {
		v.Stages = append(v.Stages, StageAge{x.t("summary.manuals." + g.State), number(g.N), x.words.Count("summary.days", g.Median), x.words.Count("summary.days", g.Oldest)})
	}
	return nil
}

// pleasedSummary adds what the report of satisfaction tells of the same, which
// hides what it has to.
func (x *exchange) pleasedSummary(v *summaryView, r *summary.Report) error {
	q := satisfaction.Query{Unit: r.Unit, Point: r.Point, Period: r.Period}
	if may := x.mayReport(q) == nil; !may {
		return nil // of a point that is gone there are reports, and no answers
	}
	s, err := x.Satisfaction.Make(x.ctx(), q)
	if err != nil {
		return err
	}
	at := url.Values{"period": {x.asked("period")}}
	if r.Point != "" {
		at.Set("point", string(r.Point))
	} else if r.Unit != "" {
		at.Set("unit", string(r.Unit))
	}
	v.PleasedAt = "/satisfaction?" + at.Encode()
	switch {
	case s.Few:
		v.Pleased = []Figure{{x.t("satisfaction.overall"), "–", x.t("satisfaction.too-few")}}
	case s.N == 0:
		v.Pleased = []Figure{{x.t("satisfaction.overall"), "–", x.t("satisfaction.none")}}
	default:
		v.Pleased = []Figure{{x.t("satisfaction.overall"), dash(x.mean(s.Overall)), x.level(s.Overall)}, {x.t("satisfaction.percent"), dash(percent(s.Overall)), ""}, {x.t("satisfaction.answers"), number(s.N), ""}}
	}
	return nil
}
