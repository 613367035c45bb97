package pages

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/licence"
	"khumue/internal/page"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/rights"
)

// Where licence reports stand.
const (
	licencesPath = "/licences"
	unlocksPath  = licencesPath + "/unlocks"
)

// granter passes who decides on unlocks.
const granter = gate(rights.GrantUnlock)

// licenceRoutes are the addresses of licence reports.
func licenceRoutes() []route {
	return []route{
		{"GET /licences", auditor, (*exchange).licencesPage},
		{"GET /licences/find", auditor, (*exchange).findReported},
		{"GET /licences/report.xlsx", auditor, (*exchange).licencesBook},
		{"GET /licences/report.csv", auditor, (*exchange).licencesFile},
		{"GET /licences/missing.csv", auditor, (*exchange).missingFile},
		{"POST /licences/remind", auditor, (*exchange).remindLicences},
		{"GET /licences/points/{code}", auditor, (*exchange).licenceGrid},
		{"POST /licences/points/{code}", auditor, (*exchange).writeLicences},
		{"POST /licences/points/{code}/upload", auditor, (*exchange).uploadLicences},
		{"GET /licences/points/{code}/template.xlsx", auditor, (*exchange).licenceTemplate},
		{"GET /licences/points/{code}/versions", auditor, (*exchange).licencePast},
		{"GET /licences/points/{code}/unlock", auditor, (*exchange).askUnlockPage},
		{"POST /licences/points/{code}/unlock", auditor, (*exchange).askUnlock},
		{"GET /licences/unlocks", granter, (*exchange).unlocksPage},
		{"POST /licences/unlocks", granter, (*exchange).decideUnlocks},
	}
}

// licencesPathOf is the path of the page that a notice about licence reports is
// about; "" of other notices.
func licencesPathOf(n manuals.Notice) string {
	point, month, _ := strings.Cut(n.Key, "/")
	switch n.Topic {
	case manuals.UnlockAsked:
		return unlocksPath
	case manuals.UnlockGranted, manuals.UnlockRefused, manuals.UnlockLapsed, manuals.ReportMissing, manuals.ReportDue, manuals.UnlockEnds:
		if point == "" { // of several points, each of which the page names
			return licencesPath + "?month=" + month
		}
		return gridPath(catalog.PointCode(point)) + "?month=" + month
	}
	return ""
}

func gridPath(code catalog.PointCode) string { return licencesPath + "/points/" + string(code) }

// monthsPath is a point's page for a run of months.
func monthsPath(code catalog.PointCode, more string, from, to calendar.Month) string {
	q := []string{"month", from.ISO()}
	if to != from {
		q = append(q, "to", to.ISO())
	}
	return gridPath(code) + more + "?" + fields(q...)
}

// licenceItems are the lines of the menu about licences, and requests for them
// that are late.
func (x *exchange) licenceItems() []Item {
	report := x.item("/licences", "menu.licences", "file")
	report.Current = report.Current && !strings.HasPrefix(x.r.URL.Path, unlocksPath)
	items := []Item{report}
	if x.by().MayAnywhere(rights.GrantUnlock) {
		items = append(items, x.item("/licences/unlocks", "menu.unlocks", "key"))
	}
	if x.by().MayAnywhere(rights.SeeDelay) {
		items = append(items, x.item("/delays", "menu.delays", "clock"))
	}
	return items
}

// licencesView is รายงานผลการออกใบอนุญาต: what the person has to report, and what
// was reported of an agency and all below it.
type licencesView struct {
	Shell
	Unit     Unit
	From     []Option
	To       []Option
	Of       page.Words
	About    string
	Duties   []DutyRow
	Figures  []Figure
	Parts    []LicencePart
	Months   []LicencePart
	Gaps     []GapRow
	Rest     []GapRow // beyond those
	GapsAll  int
	GapsMore int    // how many are shown, where there are more; else 0
	Last     string // the month of the gaps, in words
	Due      string // by when it has to be reported
	Remind   []Option
	Unlocks  []Figure
	Queue    string // where requests wait; "" of who decides on none
	Clear    string
	Book     string // addresses of exports; "" where nothing is to be reported
	File     string
	Missing  string
}

// DutyRow is a month of a point that has to be reported.
type DutyRow struct {
	Name   page.Words
	Month  string
	Text   string // how much is missing
	Note   string // until when, or since when it is locked
	URL    string
	Verb   string
	Urgent bool
	Locked bool
}

// LicencePart is a part of what is rolled up.
type LicencePart struct {
	URL      string
	Name     page.Words
	Filed    string // 3 of 5
	Share    int    // per cent that was handed in
	Missing  int
	Received string
	Done     string
	Pending  string
	Late     string
	OnTime   string // "" when nothing was decided
}

// GapRow is a point that has not reported.
type GapRow struct {
	URL  string
	Name page.Words
	Unit page.Words
	Text string
}

// How many points that have not reported are shown at once, and unfolded.
const (
	fewGaps  = 20
	mostGaps = 500
)

// monthsAsked is the run of months that is asked for; the last month that is over
// unless it is said.
func (x *exchange) monthsAsked() (from, to calendar.Month) {
	to = calendar.MonthOf(x.today()).Add(-1)
	if m, err := calendar.ParseMonth(x.asked("month")); err == nil && m.Year > 2000 && m.Year < 2200 {
		to = m
	}
	from = to
	if m, err := calendar.ParseMonth(x.asked("to")); err == nil && m.Year > 2000 && m.Year < 2200 && m.Compare(from) >= 0 {
		to = m
	}
	if first := to.Add(1 - mostReported); from.Compare(first) < 0 {
		from = first
	}
	return from, to
}

// mostReported is how many months are shown at once.
const mostReported = 12

// monthOptions are the months to choose from.
func (x *exchange) monthOptions(chosen calendar.Month) (out []Option) {
	now := calendar.MonthOf(x.today())
	first := now.Add(-24)
	if chosen.Compare(first) < 0 {
		out = append(out, Option{chosen.ISO(), chosen.Long(string(x.lang)), true})
	}
	for _, m := range first.MonthsTo(now) {
		out = append(out, Option{m.ISO(), m.Long(string(x.lang)), m == chosen})
	}
	return out
}

func (x *exchange) licencesPage() error { return x.showLicences(http.StatusOK) }

func (x *exchange) showLicences(status int, problems ...Problem) error {
	u, wrong := x.unitAmong(x.seesOf())
	u.Find = licencesPath + "/find"
	from, to := x.monthsAsked()
	v := licencesView{Shell: x.shell("licences"), From: x.monthOptions(from), To: x.monthOptions(to), Clear: licencesPath}
	if wrong != "" {
		problems = append(problems, Problem{"unit", wrong})
	}
	unit, point := u.Code, catalog.PointCode("")
	if u.Typed == "" {
		unit, point = x.ownPlace()
		if a, ok := x.Structure.Agency(unit); ok && point == "" {
			u.Code, u.Typed = unit, x.unitTyped(a)
		}
	}
	v.Unit, v.Problems = u, problems
	if err := x.duties(&v); err != nil {
		return err
	}
	if x.by().MayAnywhere(rights.GrantUnlock) {
		v.Queue = unlocksPath
	}
	if wrong != "" || u.Typed != "" && u.Code == "" {
		return x.show(status, "licences", v)
	}
	r, err := x.Licences.Rollup(x.ctx(), x.by(), unit, point, from, to)
	if err != nil {
		return err
	}
	if err := x.rollup(&v, r); err != nil {
		return err
	}
	return x.show(status, "licences", v)
}

// duties adds what the person has to report.
func (x *exchange) duties(v *licencesView) error {
	list, err := x.Licences.Duties(x.ctx(), x.by())
	v.Duties = x.dutyRows(list)
	return err
}

func (x *exchange) dutyRows(list []licences.Duty) (out []DutyRow) {
	for _, d := range list {
		row := DutyRow{Name: x.text(d.Name), Month: d.Month.Long(string(x.lang)), URL: monthsPath(d.Point, "", d.Month, d.Month), Verb: x.t("licence.duty.do"),
			Text: x.words.Count("licence.duty.missing", d.Missing())}
		switch {
		case d.Opened > 0:
			row.Text = x.words.Count("licence.duty.opened", d.Opened)
			row.Note, row.Urgent = x.t("licence.duty.until", x.lastDay(d.Until), calendar.Left(x.now(), d.Until, string(x.lang))), true
		case d.Locked:
			row.Note, row.Locked, row.Verb = x.t("licence.duty.locked", x.lastDay(d.Locks)), true, x.t("licence.duty.ask")
		default:
			row.Note, row.Urgent = x.t("licence.duty.due", x.lastDay(d.Locks), calendar.Left(x.now(), d.Locks, string(x.lang))), true
		}
		out = append(out, row)
	}
	slices.SortStableFunc(out, func(a, b DutyRow) int { // what can be done at once stands first
		switch {
		case a.Locked == b.Locked:
			return 0
		case a.Locked:
			return 1
		}
		return -1
	})
	return out
}

// rollup fills in what was reported.
func (x *exchange) rollup(v *licencesView, r licences.Rollup) error {
	lang := string(x.lang)
	v.Of = page.Words{Text: x.t("satisfaction.country")}
	switch {
	case r.Point != "":
		v.Of = x.unit(rights.Scope{Agency: r.Unit, Point: r.Point})
	case r.Unit != "":
		v.Of = x.agency(r.Unit)
	}
	first, last := r.Months[0], r.Months[len(r.Months)-1]
	v.About = first.Long(lang)
	if first != last {
		v.About = x.t("licence.period", first.Long(lang), last.Long(lang))
	}
	all := x.partRows(licences.Part{Tally: r.Tally})
	late := r.ApprovedLate + r.RejectedLate
	v.Figures = []Figure{
		{x.t("licence.filed"), all.Filed, x.words.Count("licence.missing", all.Missing)},
		{x.t("licence.on-time"), dash(all.OnTime), x.words.Count("licence.late", late)},
		{x.t("licence.received"), all.Received, x.t("licence.done", all.Done)},
		{x.t("licence.pending"), all.Pending, x.words.Count("licence.pending-late", r.PendingLate)},
	}
	for _, p := range r.Parts {
		row := x.partRows(p)
		row.Name = x.text(p.Name)
		row.URL = licencesPath + "?" + fields("unit", string(p.Agency), "month", first.ISO(), "to", last.ISO())
		if p.Point != "" {
			row.URL = monthsPath(p.Point, "", first, last)
		}
		v.Parts = append(v.Parts, row)
	}
	if len(r.Months) > 1 {
		for i, m := range r.Months {
			row := x.partRows(licences.Part{Tally: r.ByMonth[i]})
			row.Name, row.URL = page.Words{Text: m.Long(lang)}, x.with("month", m.ISO(), "to", "")
			v.Months = append(v.Months, row)
		}
	}
	v.Last, v.GapsAll = last.Long(lang), len(r.Gaps)
	for _, g := range r.Gaps[:min(len(r.Gaps), mostGaps)] {
		v.Gaps = append(v.Gaps, GapRow{monthsPath(g.Point, "", last, last), x.text(g.Name), x.agency(g.Agency), x.t("licence.of", g.Reports, g.Tally.Expected)})
	}
	if len(r.Gaps) > mostGaps {
		v.GapsMore = mostGaps
	}
	if len(v.Gaps) > fewGaps {
		v.Gaps, v.Rest = v.Gaps[:fewGaps], v.Gaps[fewGaps:]
	}
	if len(v.Parts) > 0 {
		asked := "?" + x.r.URL.Query().Encode()
		v.Book, v.File, v.Missing = licencesPath+"/report.xlsx"+asked, licencesPath+"/report.csv"+asked, licencesPath+"/missing.csv"+asked
	}
	if r.Unit != "" && r.Point == "" && last.Compare(calendar.MonthOf(x.today())) < 0 {
		v.Remind = []Option{{"unit", string(r.Unit), false}, {"month", last.ISO(), false}}
	}
	return x.unlockFigures(v, r)
}

func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// unlockFigures says what became of requests of the fiscal year.
func (x *exchange) unlockFigures(v *licencesView, r licences.Rollup) error {
	year := r.Months[len(r.Months)-1].FiscalYear()
	s, err := x.Licences.Stats(x.ctx(), x.by(), r.Unit, year.Period())
	if err != nil || s.Asked == 0 {
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

// partRows are the numbers of a part.
func (x *exchange) partRows(p licences.Part) LicencePart {
	row := LicencePart{Filed: x.t("licence.of", p.Reports, p.Expected), Missing: p.Missing(), Received: number(p.Received), Done: number(p.Done()),
		Pending: number(p.Pending()), Late: number(p.ApprovedLate + p.RejectedLate + p.PendingLate), OnTime: onTime(p.Figures)}
	if p.Expected > 0 {
		row.Share = min(100, 100*p.Reports/p.Expected)
	}
	return row
}

// onTime is the share of decisions in time, "97.5%".
func onTime(f licence.Figures) string {
	share, ok := f.OnTime()
	if !ok {
		return ""
	}
	return strconv.Itoa(share/100) + "." + fmt.Sprintf("%02d", share%100)[:1] + "%"
}

// lastDay is the last day before an end, in words.
func (x *exchange) lastDay(end time.Time) string {
	return calendar.DateOf(end.Add(-time.Second)).ShortDay(string(x.lang))
}

// remindLicences reminds who has not reported.
func (x *exchange) remindLicences() error {
	if err := x.form(); err != nil {
		return err
	}
	unit, err := catalog.ParseAgencyCode(x.posted("unit"))
	m, wrong := calendar.ParseMonth(x.posted("month"))
	if err != nil || wrong != nil {
		return x.showLicences(http.StatusBadRequest, Problem{"unit", x.t("licence.remind.empty")})
	}
	point, _ := catalog.ParsePointCode(x.posted("point"))
	told, nobody, err := x.Licences.Remind(x.ctx(), x.by(), unit, point, m)
	if err != nil {
		return err
	}
	back := licencesPath + "?" + fields("unit", string(unit), "month", m.ISO())
	if nobody > 0 {
		return x.done(back, "flash.licence.reminded.some", strconv.Itoa(told), strconv.Itoa(nobody))
	}
	return x.done(back, "flash.licence.reminded", strconv.Itoa(told))
}

// notReported says of a point that the person may not see, as of one that is not
// there, that there is none.
func notReported(err error) error {
	if errors.Is(err, fault.Forbidden) {
		return notHere()
	}
	return err
}
