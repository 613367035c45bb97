package pages

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/page"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/rights"
)

// pointView is one service point: how it stands, and what can be done at once.
type pointView struct {
	Shell
	Code      string
	Agency    page.Words
	Owner     string // its code
	AgencyURL string
	Status    PointState
	Public    string // its page on the public site; "" when the public does not see it
	Facts     []Fact
	Shuts     []ShutRow // notices that it is closed, its own and the agencies'
	Confirmed Confirmed
	May       PointRights
	Statuses  []Option
	Closed    Days   // of the form of the state
	Shut      Days   // of the form of a notice
	Why       string // as typed
	Events    []PointEvent
	Older     string // address of what happened before; "" when nothing did
	Back      string // address at which a change is taken back
}

// PointRights are what the person may do with a point.
type PointRights struct{ Show, Edit, Link, Print bool }

// Days are the fields that say from when to when and why something is closed.
type Days struct {
	ID                              string // begins the names of the fields
	From, To, TH, EN                string // as typed
	FromWrong, ToWrong, ReasonWrong string
}

// ShutRow is a notice that a point is closed.
type ShutRow struct {
	From, To Moment // To is empty for one day
	Reason   page.Words
	Whose    Link   // the agency that it is of; empty for the point's own
	Remove   string // where the form leads that takes it back; "" for who may not
}

// PointEvent is a change of a point.
type PointEvent struct {
	At      Moment
	Who     page.Words
	As      string
	Changes []page.Words
	More    int // changes beyond those told
	Reason  page.Words
	Hash    string
	Back    string // commit that can be taken back; "" where that can not be
}

const (
	eventsOfPoint = 15 // versions that one page shows
	mostChanges   = 5  // of one version
)

// pointAt is the point that an address names.
type pointAt struct {
	sheet immediate.Sheet
	pt    *catalog.Point
	owner catalog.AgencyCode
	chain catalog.Chain
	may   PointRights
}

func (p pointAt) url() string { return pointURL(p.pt.Code) }

// point finds the point that the address names. One of which the person may change
// nothing is not there.
func (x *exchange) point() (p pointAt, err error) {
	x.back = "/structure"
	code, err := catalog.ParsePointCode(x.r.PathValue("code"))
	if err != nil {
		return p, noPoint()
	}
	at, err := x.Direct.File(string(code))
	if err == nil {
		p.sheet, err = x.Direct.Open(x.by(), at.Path)
	}
	if missing(err) || errors.Is(err, fault.Forbidden) {
		return p, noPoint()
	}
	if err != nil {
		return p, err
	}
	pt, ok := p.sheet.Value.(*catalog.Point)
	if !ok {
		return p, noPoint()
	}
	p.pt, p.owner, p.chain = pt, at.Owner, x.chain(at.Owner)
	t, by := x.pointTarget(p.owner, pt.Code), x.by()
	p.may = PointRights{by.May(rights.ShowPoint, t) == nil, by.May(rights.EditProfile, t) == nil, by.May(rights.Link, t) == nil, by.May(rights.SurveyPosters, t) == nil}
	return p, nil
}

func noPoint() error {
	return fault.New(fault.NotFound, fault.Text{TH: "ไม่พบจุดบริการนี้", EN: "There is no such service point"},
		fault.Text{TH: "กลับไปค้นจากรายการหน่วยงาน", EN: "Go back to the list of agencies."})
}

func (x *exchange) pointPage() error { return x.showPoint(http.StatusOK) }

func (x *exchange) showPoint(status int, problems ...Problem) error {
	p, err := x.point()
	if err != nil {
		return err
	}
	v := pointView{
		Shell: x.pointShell("spot", p), Code: string(p.pt.Code), Agency: x.agency(p.owner), Owner: string(p.owner), AgencyURL: structureURL(p.owner),
		Status: x.pointState(stateOf(p.pt)), Confirmed: x.confirmed(p.pt.ConfirmedOn), May: p.may, Facts: x.pointFacts(p), Shuts: x.shuts(p), Why: x.typed("why"), Back: p.url() + "/revert",
	}
	v.Path, v.Title, v.Problems = p.url(), x.text(p.pt.Name).Text, problems
	if p.pt.Visible() {
		v.Public = x.sitePage("point", string(p.pt.Code))
	}
	chosen := stateOf(p.pt)
	if s := catalog.PointStatus(x.typed("status")); s != "" {
		chosen = s
	}
	for _, s := range offered {
		v.Statuses = append(v.Statuses, Option{string(s), x.pointState(s).Text, s == chosen})
	}
	v.Closed, v.Shut = x.daysForm("closed", p.pt.Closed.Value, v.Shell), x.daysForm("shut", catalog.Closure{}, v.Shell)
	if v.Events, v.Older, err = x.pointEvents(p); err != nil {
		return err
	}
	return x.show(status, "spot", v)
}

// pointShell is what stands around a page of a point.
func (x *exchange) pointShell(layout string, p pointAt) Shell {
	crumbs := append(x.way(p.owner, x.touches()), Link{structureURL(p.owner), x.agency(p.owner).Text})
	if layout != "spot" {
		crumbs = append(crumbs, Link{p.url(), x.text(p.pt.Name).Text})
	}
	return x.shell(layout, crumbs...)
}

// offered are the states that the form of a point offers. To cancel asks first.
var offered = []catalog.PointStatus{catalog.Shown, catalog.Hidden, catalog.ClosedTemporarily}

// stateOf is the state of a point; one without is shown.
func stateOf(pt *catalog.Point) catalog.PointStatus {
	if pt.Status == "" {
		return catalog.Shown
	}
	return pt.Status
}

// pointFacts are what the public reads of a point, in short.
func (x *exchange) pointFacts(p pointAt) []Fact {
	var out []Fact
	add := func(name string, value page.Words) {
		if value.Text != "" {
			out = append(out, Fact{name, value})
		}
	}
	if c := p.pt.Closed; c.IsGiven() {
		row := x.shut(c.Value)
		days := row.From.Text
		if row.To.Text != "" {
			days += " – " + row.To.Text
		}
		add(x.t("point.closed"), x.said(days+" · "+row.Reason.Text))
	}
	address := x.text(p.pt.Address.Line).Text + " " + x.text(p.pt.Address.Area).Text + " " + p.pt.Address.Postcode
	add(x.t("point.address"), x.said(strings.TrimSpace(address)))
	add(x.t("point.phones"), page.Words{Text: strings.Join(p.pt.Contact.Phones, ", ")})
	hours := x.weekText(p.chain.HoursOf(p.pt))
	if p.pt.Hours.IsZero() && hours != "" {
		hours += " " + x.t("point.hours.inherited")
	}
	add(x.t("point.hours"), x.said(hours))
	add(x.t("point.serves"), page.Words{Text: x.t("point.serves.count", len(p.pt.Manuals), len(p.pt.Processes))})
	return out
}

// weekText is an ordinary week in one line.
func (x *exchange) weekText(h catalog.Hours) string {
	if h.Always {
		return x.t("point.hours.always")
	}
	var spans []string
	for _, s := range h.Week {
		var days []string
		for _, d := range s.Days {
			days = append(days, x.weekday(d))
		}
		said := strings.Join(days, " ") + " " + s.Opens.String() + "–" + s.Closes.String()
		if s.Lunch.IsGiven() {
			said += " " + x.t("point.hours.lunch", s.Lunch.Value.From.String(), s.Lunch.Value.To.String())
		}
		spans = append(spans, said)
	}
	return strings.Join(spans, ", ")
}

// weekday is the short name of a day of the week.
func (x *exchange) weekday(d catalog.Weekday) string {
	i := slices.Index(d.Values(), string(d))
	return calendar.WeekdayAbbr(weekdays[(i+1)%7], string(x.lang))
}

// daysForm are the fields of a closure: as typed, or as they stand.
func (x *exchange) daysForm(id string, c catalog.Closure, s Shell) Days {
	d := Days{
		ID: id, From: x.onDay(c.From).Text, To: x.onDay(c.To).Text, TH: c.Reason.TH, EN: c.Reason.EN,
		FromWrong: s.Wrong(id + "-from"), ToWrong: s.Wrong(id + "-to"), ReasonWrong: s.Wrong(id + "-th"),
	}
	if x.r.PostForm != nil && x.r.PostForm.Has(id+"-from") {
		d.From, d.To, d.TH, d.EN = x.typed(id+"-from"), x.typed(id+"-to"), x.typed(id+"-th"), x.typed(id+"-en")
	}
	return d
}

// days reads a closure that was sent.
func (x *exchange) days(id string) (c catalog.Closure, problems []Problem) {
	wrong := func(field, text string) {
		if text != "" {
			problems = append(problems, Problem{id + "-" + field, text})
		}
	}
	var text string
	c.From, text = x.date(x.posted(id + "-from"))
	if text == "" && c.From.IsZero() {
		text = x.t("point.from.empty")
	}
	wrong("from", text)
	c.To, text = x.date(x.posted(id + "-to"))
	if text == "" && !c.To.IsZero() && c.To.Before(c.From) {
		text = x.t("point.to.before")
	}
	wrong("to", text)
	c.Reason = catalog.Text{TH: x.typed(id + "-th"), EN: x.typed(id + "-en")}
	if c.Reason.TH == "" {
		wrong("th", x.t("point.reason.empty"))
	}
	return c, problems
}

// setStatus shows a point, hides it, or closes it for a time.
func (x *exchange) setStatus() error {
	if err := x.form(); err != nil {
		return err
	}
	p, err := x.point()
	if err != nil {
		return err
	}
	status := catalog.PointStatus(x.posted("status"))
	if !slices.Contains(offered, status) {
		return x.showPoint(http.StatusBadRequest, Problem{"status", x.t("point.status.empty")})
	}
	var closed catalog.Closure
	if status == catalog.ClosedTemporarily {
		var problems []Problem
		if closed, problems = x.days("closed"); len(problems) > 0 {
			return x.showPoint(http.StatusBadRequest, problems...)
		}
	}
	_, err = x.Direct.Show(x.ctx(), x.by(), p.pt.Code, status, closed, x.typed("why"))
	return x.settled(p, "status", err, "flash.point.status", x.text(p.pt.Name).Text, x.pointState(status).Text)
}

// settled answers for a change of a point: it leads back to it, or shows what was
// wrong.
func (x *exchange) settled(p pointAt, field string, err error, said string, args ...string) error {
	if err == nil {
		return x.done(p.url(), said, args...)
	}
	if problems, told := x.unlawful(err, field); told {
		return x.showPoint(statusOf(err), problems...)
	}
	return x.crossed(err, p.url())
}

// unlawful is what is wrong with a change, under a field of the form; false for
// errors of another kind.
func (x *exchange) unlawful(err error, field string) ([]Problem, bool) {
	var wrong *immediate.Wrong
	var clash *immediate.Clash
	switch {
	case errors.As(err, &wrong):
		var out []Problem
		for _, p := range wrong.Problems {
			out = append(out, Problem{field, p.Sentence(string(x.lang))})
		}
		return out, true
	case errors.As(err, &clash), !errors.Is(err, fault.Invalid) && !errors.Is(err, fault.Conflict):
		return nil, false
	}
	text, told := x.told(err)
	return []Problem{{field, text}}, told
}

// crossedView shows what two people changed to different values. Nothing was kept.
type crossedView struct {
	Shell
	Rows []CrossedRow
	Back string
}

// CrossedRow is a field that both changed.
type CrossedRow struct{ Label, Was, Yours, Theirs page.Words }

// crossed answers for a change that met another; other errors it hands on.
func (x *exchange) crossed(err error, back string) error {
	var clash *immediate.Clash
	if !errors.As(err, &clash) {
		return err
	}
	v := crossedView{Shell: x.shell("crossed"), Back: back}
	v.Path = back
	for _, f := range clash.Fields {
		v.Rows = append(v.Rows, CrossedRow{x.spoken(f.Label), x.spoken(f.Base.Words), x.spoken(f.Ours.Words), x.spoken(f.Theirs.Words)})
	}
	return x.show(http.StatusConflict, "crossed", v)
}

func (x *exchange) cancelPage() error { return x.showCancel(http.StatusOK) }

func (x *exchange) showCancel(status int, problems ...Problem) error {
	p, err := x.point()
	if err != nil {
		return err
	}
	if !p.may.Show {
		return rights.Refused()
	}
	v := confirmView{
		Shell: x.pointShell("confirm", p), What: x.text(p.pt.Name), Which: x.agency(p.owner),
		After:  []string{x.t("point.cancel.1"), x.t("point.cancel.2"), x.t("point.cancel.3")},
		Action: p.url() + "/cancel", Button: x.t("point.cancel.do"), Cancel: p.url(), Danger: true,
	}
	v.Path, v.Title, v.Problems = v.Action, x.t("point.cancel.title"), problems
	return x.show(status, "confirm", v)
}

// cancelPoint closes a point for good.
func (x *exchange) cancelPoint() error {
	p, err := x.point()
	if err != nil {
		return err
	}
	_, err = x.Direct.Show(x.ctx(), x.by(), p.pt.Code, catalog.Cancelled, catalog.Closure{}, "")
	if problems, told := x.unlawful(err, "confirm"); told {
		return x.showCancel(statusOf(err), problems...)
	}
	if err != nil {
		return err
	}
	return x.done(p.url(), "flash.point.status", x.text(p.pt.Name).Text, x.pointState(catalog.Cancelled).Text)
}

// confirmPoint says that a profile is right as it stands.
func (x *exchange) confirmPoint() error {
	p, err := x.point()
	if err != nil {
		return err
	}
	_, err = x.Direct.Confirm(x.ctx(), x.by(), string(p.pt.Code))
	return x.settled(p, "confirm", err, "flash.point.confirmed", x.text(p.pt.Name).Text)
}

// closePoint adds a notice that a point is closed on some days.
func (x *exchange) closePoint() error {
	if err := x.form(); err != nil {
		return err
	}
	p, err := x.point()
	if err != nil {
		return err
	}
	c, problems := x.days("shut")
	if len(problems) > 0 {
		return x.showPoint(http.StatusBadRequest, problems...)
	}
	_, err = x.Direct.Close(x.ctx(), x.by(), string(p.pt.Code), c, "")
	return x.settled(p, "shut-from", err, "flash.point.shut", x.text(p.pt.Name).Text)
}

// revertPoint takes a change of a point back.
func (x *exchange) revertPoint() error {
	if err := x.form(); err != nil {
		return err
	}
	p, err := x.point()
	if err != nil {
		return err
	}
	commit, err := gitrepo.ParseHash(x.posted("commit"))
	if err != nil {
		return notHere()
	}
	_, err = x.Direct.Revert(x.ctx(), x.by(), commit, p.sheet.At.Path)
	return x.settled(p, "events", err, "flash.point.reverted", x.text(p.pt.Name).Text)
}

// pointEvents are the changes of a point, the latest first, and where those before
// them stand.
func (x *exchange) pointEvents(p pointAt) (rows []PointEvent, older string, err error) {
	return x.fileEvents(p.sheet.At.Path, p.url())
}

// fileEvents are the changes of a content file, the latest first, and where on the page
// at an address those before them stand.
func (x *exchange) fileEvents(file, at string) (rows []PointEvent, older string, err error) {
	var from gitrepo.Hash
	if asked := x.asked("from"); asked != "" {
		if from, err = gitrepo.ParseHash(asked); err != nil {
			return nil, "", notHere()
		}
	}
	list, next, err := x.Direct.History(x.ctx(), x.by(), file, from, eventsOfPoint)
	if err != nil {
		return nil, "", err
	}
	var ids []catalog.OfficerID
	for _, v := range list {
		ids = append(ids, v.By)
	}
	names, err := x.names(unique(ids)...)
	if err != nil {
		return nil, "", err
	}
	for _, v := range list {
		rows = append(rows, x.pointEvent(v, names))
	}
	if !next.IsZero() {
		older = at + "?" + url.Values{"from": {next.String()}}.Encode() + "#events"
	}
	return rows, older, nil
}
