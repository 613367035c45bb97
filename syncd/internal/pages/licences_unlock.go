package pages

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/licence"
	"khumue/internal/page"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/rights"
)

// askView asks for reports to be unlocked.
type askView struct {
	Shell
	Point  page.Words
	Agency page.Words
	Rows   []AskRow
	Reason string
	Self   string
	Cancel string
	Who    string // who will decide
}

// AskRow is a locked report.
type AskRow struct {
	Value   string
	Title   page.Words
	Month   string
	What    string
	Next    string
	Chosen  bool
	Refused string // why it was refused before; may be empty
	Barred  bool   // it can not be asked for
}

func (x *exchange) askUnlockPage() error {
	g, from, to, err := x.gridAsked()
	if err != nil {
		return err
	}
	return x.showAsk(http.StatusOK, g, from, to)
}

func (x *exchange) showAsk(status int, g licences.Grid, from, to calendar.Month, problems ...Problem) error {
	if !g.Asks {
		return notHere()
	}
	lang := string(x.lang)
	v := askView{Shell: x.shell("licenceask", x.link(licencesPath, "menu.licences"), Link{monthsPath(g.Point, "", from, to), g.Name.In(x.lang)}), Point: x.text(g.Name), Agency: x.agency(g.Agency),
		Reason: x.posted("reason"), Self: monthsPath(g.Point, "/unlock", from, to), Cancel: monthsPath(g.Point, "", from, to), Who: x.t("licence.ask.central")}
	switch {
	case g.ByOPDC:
		v.Who = x.t("licence.ask.department")
	case g.ByAgency:
		v.Who = x.t("licence.ask.above")
	}
	v.Problems, v.Path = problems, v.Self
	chosen := x.r.PostForm["report"]
	for _, r := range g.Rows {
		if s := r.Standing.State; s == licence.Open || s == licence.Submitted {
			continue
		}
		row := AskRow{Value: string(r.Process) + " " + r.Month.ISO(), Title: x.text(r.Title), Month: r.Month.Long(lang), What: r.Standing.What.In(lang), Next: r.Standing.Next.In(lang), Barred: r.Ask != nil}
		row.Chosen = slices.Contains(chosen, row.Value)
		if u := r.Unlock; u.ID != "" && !u.Granted && !u.Decided.IsZero() {
			row.Refused = u.Answer
		}
		v.Rows = append(v.Rows, row)
	}
	return x.show(status, "licenceask", v)
}

func (x *exchange) askUnlock() error {
	g, from, to, err := x.gridAsked()
	if err != nil {
		return err
	}
	if err := x.form(); err != nil {
		return err
	}
	x.back = monthsPath(g.Point, "/unlock", from, to)
	var keys []licence.Key
	for _, value := range x.r.PostForm["report"] {
		process, month, _ := strings.Cut(value, " ")
		id, err := catalog.ParseProcessID(process)
		m, wrong := calendar.ParseMonth(month)
		if err != nil || wrong != nil {
			return notHere()
		}
		keys = append(keys, licence.Key{Point: g.Point, Process: id, Month: m})
	}
	n, err := x.Licences.Ask(x.ctx(), x.by(), g.Point, keys, x.posted("reason"))
	var faulty *licences.Faulty
	if errors.As(err, &faulty) {
		return x.showAsk(statusOf(err), g, from, to, Problem{"reports", faulty.Rows[0].What.In(string(x.lang)) + " " + faulty.Rows[0].Hint.In(string(x.lang))})
	}
	if text, told := x.told(err); told && errors.Is(err, fault.Invalid) {
		at := "reason"
		if len(keys) == 0 {
			at = "reports"
		}
		return x.showAsk(statusOf(err), g, from, to, Problem{at, text})
	}
	if err != nil {
		return notReported(err)
	}
	return x.done(monthsPath(g.Point, "", from, to), "flash.licence.asked", strconv.Itoa(n))
}

// unlocksView is the queue of requests.
type unlocksView struct {
	Shell
	Rows   []UnlockRow
	Answer string
}

// UnlockRow is a request that waits.
type UnlockRow struct {
	ID     string
	URL    string
	Point  page.Words
	Agency page.Words
	Title  page.Words
	Month  string
	Who    page.Words
	Since  Moment
	Waits  string // how long, in words
	Reason page.Words
	Filed  string // what was handed in
	Until  string // when a grant of now would end
	Own    bool
	Chosen bool
	Unit   bool // an agency asks for itself
	Vacant bool // nobody central stands above
}

func (x *exchange) unlocksPage() error { return x.showUnlocks(http.StatusOK) }

func (x *exchange) showUnlocks(status int, problems ...Problem) error {
	list, err := x.Licences.Queue(x.ctx(), x.by())
	if err != nil {
		return err
	}
	v := unlocksView{Shell: x.shell("unlocks"), Answer: x.posted("answer")}
	v.Problems, v.Path = problems, unlocksPath
	if _, everywhere := x.by().Range(rights.GrantUnlock); everywhere {
		v.Purpose = x.t("unlocks.purpose.opdc")
	}
	var ids []catalog.OfficerID
	for _, w := range list {
		ids = append(ids, w.By)
	}
	names, err := x.Desk.Names(x.ctx(), ids...)
	if err != nil {
		return err
	}
	chosen := x.r.PostForm["request"]
	for _, w := range list {
		row := UnlockRow{ID: w.ID, URL: monthsPath(w.Point, "", w.Month, w.Month), Point: x.text(w.Spot.Name), Agency: x.agency(w.Spot.Agency), Title: x.text(w.Title), Month: w.Month.Long(string(x.lang)),
			Who: x.called(w.By, names), Since: x.moment(w.Asked), Reason: x.said(w.Reason), Filed: x.t("licence.never"), Until: x.lastDay(w.Spot.Calendar.Window(x.now())), Own: w.Own, Unit: w.ByOffice, Vacant: w.Vacant,
			Chosen: slices.Contains(chosen, w.ID) || len(list) == 1 && !w.Own}
		if w.Report.Filed.Version > 0 {
			row.Filed = x.figuresText(w.Report.Filed.Entry)
		}
		days := x.today().Sub(calendar.DateOf(w.Asked))
		row.Waits = x.words.Count("licence.waits", days)
		if days == 0 {
			row.Waits = x.t("licence.waits.today")
		}
		v.Rows = append(v.Rows, row)
	}
	return x.show(status, "unlocks", v)
}

// decideUnlocks grants or refuses the requests that are ticked.
func (x *exchange) decideUnlocks() error {
	x.back = unlocksPath
	if err := x.form(); err != nil {
		return err
	}
	do := x.posted("do")
	if do != "grant" && do != "refuse" {
		return x.showUnlocks(http.StatusBadRequest, Problem{"requests", x.t("licence.unlocks.do")})
	}
	list, err := x.Licences.Decide(x.ctx(), x.by(), x.r.PostForm["request"], do == "grant", x.posted("answer"))
	if text, told := x.told(err); told && !errors.Is(err, fault.NotFound) {
		at := "requests"
		if errors.Is(err, fault.Invalid) && len(x.r.PostForm["request"]) > 0 {
			at = "answer"
		}
		return x.showUnlocks(statusOf(err), Problem{at, text})
	}
	if err != nil {
		return err
	}
	if do == "refuse" {
		return x.done(unlocksPath, "flash.licence.refused", strconv.Itoa(len(list)))
	}
	until := ""
	if len(list) > 0 {
		until = x.lastDay(list[0].Until)
	}
	return x.done(unlocksPath, "flash.licence.granted", strconv.Itoa(len(list)), until)
}

// licencePastView is the versions of a report.
type licencePastView struct {
	Shell
	Point    page.Words
	Report   page.Words
	Month    string
	State    string
	StateIs  string
	What     string
	Next     string
	Columns  []string
	Versions []VersionRow
	Unlocks  []PastUnlock
	Back     string
}

// VersionRow is a version.
type VersionRow struct {
	N       int
	Current bool
	Cause   string
	At      Moment
	Who     page.Words
	Zero    bool
	Cells   []VersionCell
	Note    page.Words
}

// VersionCell is a number, and whether the version before had another.
type VersionCell struct {
	Name, Value string
	Changed     bool
}

// PastUnlock is an unlock that was asked for.
type PastUnlock struct {
	At     Moment
	Who    page.Words
	Reason page.Words
	Text   string // what became of it
	Answer page.Words
}

func (x *exchange) licencePast() error {
	x.back = licencesPath
	code, err := catalog.ParsePointCode(x.r.PathValue("code"))
	process, wrong := catalog.ParseProcessID(x.asked("process"))
	m, odd := calendar.ParseMonth(x.asked("month"))
	if err != nil || wrong != nil || odd != nil {
		return notHere()
	}
	p, err := x.Licences.Past(x.ctx(), x.by(), licence.Key{Point: code, Process: process, Month: m})
	if err != nil {
		return notReported(err)
	}
	lang := string(x.lang)
	back := monthsPath(code, "", m, m)
	v := licencePastView{Shell: x.shell("licencepast", x.link(licencesPath, "menu.licences"), Link{back, p.Name.In(x.lang)}), Point: x.text(p.Name), Report: x.text(p.Title), Month: m.Long(lang),
		State: stateTones[p.Standing.State], StateIs: x.t("licence.state." + string(p.Standing.State)), What: p.Standing.What.In(lang), Next: p.Standing.Next.In(lang), Back: back}
	var ids []catalog.OfficerID
	for _, one := range p.Versions {
		ids = append(ids, one.By)
	}
	for _, u := range p.Unlocks {
		ids = append(ids, u.By, u.Judge)
	}
	names, err := x.Desk.Names(x.ctx(), ids...)
	if err != nil {
		return err
	}
	for _, f := range licence.Fields {
		v.Columns = append(v.Columns, f.Name().In(lang))
	}
	for i, one := range p.Versions {
		row := VersionRow{N: one.Version, Current: one.Current, Cause: x.t("licence.cause." + string(one.Cause)), At: x.moment(one.At), Who: x.called(one.By, names), Zero: one.Zero, Note: x.said(one.Note)}
		for _, f := range licence.Fields {
			changed := i+1 < len(p.Versions) && *p.Versions[i+1].Count(f) != *one.Count(f)
			row.Cells = append(row.Cells, VersionCell{f.Name().In(lang), number(*one.Count(f)), changed})
		}
		v.Versions = append(v.Versions, row)
	}
	for _, u := range p.Unlocks {
		v.Unlocks = append(v.Unlocks, PastUnlock{x.moment(u.Asked), x.called(u.By, names), x.said(u.Reason), x.unlockText(u, names), x.said(u.Answer)})
	}
	return x.show(http.StatusOK, "licencepast", v)
}

// unlockText says what became of a request.
func (x *exchange) unlockText(u licences.Request, names map[catalog.OfficerID]string) string {
	switch {
	case u.Waits():
		return x.t("licence.became.waits")
	case !u.Granted:
		return x.t("licence.became.refused", x.called(u.Judge, names).Text, x.day(u.Decided).Text)
	case !u.Used.IsZero():
		return x.t("licence.became.used", x.called(u.Judge, names).Text, x.day(u.Decided).Text, x.day(u.Used).Text)
	case u.Lapsed(x.now()):
		return x.t("licence.became.lapsed", x.called(u.Judge, names).Text, x.day(u.Decided).Text, x.lastDay(u.Until))
	}
	return x.t("licence.became.open", x.called(u.Judge, names).Text, x.day(u.Decided).Text, x.lastDay(u.Until))
}
