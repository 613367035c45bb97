package pages

import (
	"net/http"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/delay"
	"khumue/internal/page"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/trail"
)

// delaysPath is where late requests stand.
const delaysPath = "/delays"

const delaysAtOnce = 50

// delaysView is หนังสือแจ้งเรื่องล่าช้า: the list.
type delaysView struct {
	Shell
	Unit    Unit
	Wide    bool // the person may ask of several agencies
	Tabs    []DelayTab
	View    string
	Request string // as typed
	Rows    []DelayRow
	All     int
	Pager   Pager
	New     string // where a case is opened; "" for who may not
	Narrow  bool
	Clear   string
	Book    string // the list as a workbook, and as CSV; "" when it is empty
	File    string
}

// DelayTab is a part of the list.
type DelayTab struct {
	Link
	N       string // how many; "" where it is not said
	Current bool
	Grave   bool // it should be empty, and is not
}

// DelayRow is a case in the list.
type DelayRow struct {
	URL     string
	Request string
	Title   page.Words
	Point   page.Words
	Due     Moment
	Late    string // how late, in words; "" when it is not
	Letters int
	Stand   DelayStand
}

// DelayStand is what is to be done with a case, or how it stands.
type DelayStand struct {
	Kind string // an alarm of package delay, or "ok", or "over"
	Text string
}

// delayViews are the parts of the list, the first the usual.
var delayViews = []string{"open", "red", "over", "all"}

func (x *exchange) delaysPage() error {
	q, view, u, wrong := x.delaysAsked()
	q.Page = trail.Page{Offset: x.offset(delaysAtOnce), Limit: delaysAtOnce}
	u.Find = delaysPath + "/find"
	v := delaysView{Shell: x.shell("delays"), Unit: u, Wide: x.seesManyDelays(), View: view, Request: q.Request, Narrow: q.Request != "" || u.Typed != "", Clear: delaysPath + "?" + fields("view", view)}
	if wrong != "" {
		v.Problems = append(v.Problems, Problem{"unit", wrong})
		return x.show(http.StatusOK, "delays", v)
	}
	list, err := x.Late.List(x.ctx(), x.by(), q)
	if err != nil {
		return err
	}
	if x.by().MayAnywhere(rights.WriteDelay) {
		v.New = delaysPath + "/new"
	}
	v.All, v.Pager = list.All, x.pager(q.Page.Offset, delaysAtOnce, list.All)
	v.Tabs = x.delayTabs(view, list)
	if len(list.Cases) > 0 {
		asked := "?" + fields("view", view, "unit", string(u.Code), "q", q.Request)
		v.Book, v.File = delaysPath+".xlsx"+asked, delaysPath+".csv"+asked
	}
	for _, s := range list.Cases {
		v.Rows = append(v.Rows, x.delayRow(s))
	}
	return x.show(http.StatusOK, "delays", v)
}

// seesManyDelays reports whether the person sees cases of more than points of its
// own.
func (x *exchange) seesManyDelays() bool {
	scopes, everywhere := x.by().Range(rights.SeeDelay)
	for _, s := range scopes {
		everywhere = everywhere || s.Reach != rights.Own
	}
	return everywhere
}

// findDelays suggests agencies whose cases the person may see.
func (x *exchange) findDelays() error { return x.suggest(x.reachesBy(rights.SeeDelay)) }

func (x *exchange) delayTabs(view string, l delays.List) (out []DelayTab) {
	for _, v := range delayViews {
		tab := DelayTab{Link: Link{x.with("view", v, "page", ""), x.words["delay.view."+v]}, Current: v == view}
		switch v {
		case "open":
			tab.N = number(l.Open)
		case "red":
			tab.N, tab.Grave = number(l.Red), l.Red > 0
		}
		out = append(out, tab)
	}
	return out
}

func delayURL(id string) string { return delaysPath + "/" + id }

func (x *exchange) delayRow(s delays.Sheet) DelayRow {
	r := DelayRow{URL: delayURL(s.ID), Request: s.Case.Request, Title: x.text(s.Title), Due: x.dayOf(s.Case.Due), Letters: len(s.Case.Letters), Stand: x.delayStand(s)}
	r.Point = x.unit(rights.Scope{Agency: s.Agency, Point: s.Point})
	if n := s.Case.Since(x.Late.Today()); n > 0 {
		r.Late = x.words.Count("delay.late", n)
	}
	return r
}

// dayOf is a day of the calendar as pages show it.
func (x *exchange) dayOf(d calendar.Date) Moment {
	if d.IsZero() {
		return Moment{}
	}
	return Moment{d.Short(string(x.lang)), d.ISO()}
}

// delayStand says what is to be done next with a case.
func (x *exchange) delayStand(s delays.Sheet) DelayStand {
	n := len(s.Case.Letters) + 1
	next := s.Next.Day.Short(string(x.lang))
	switch s.Alarm {
	case delay.LetterLate:
		return DelayStand{string(s.Alarm), x.t("delay.stand.letter-late", n, next)}
	case delay.LetterSoon:
		return DelayStand{string(s.Alarm), x.t("delay.stand.letter", n, next)}
	case delay.NoticeLate:
		return DelayStand{string(s.Alarm), x.t("delay.stand.notice-late", s.Notice.Short(string(x.lang)))}
	case delay.UncopiedLate:
		return DelayStand{string(s.Alarm), x.t("delay.stand.uncopied")}
	}
	switch {
	case s.Case.State != delay.Open && s.Case.Notified.IsZero() && !s.Notice.IsZero():
		return DelayStand{"ok", x.t("delay.stand.notice", s.Notice.Short(string(x.lang)))}
	case s.Case.State != delay.Open:
		return DelayStand{"over", x.ending(s.Case)}
	case s.Case.Late(x.Late.Today()):
		return DelayStand{"ok", x.t("delay.stand.letter", n, next)}
	}
	return DelayStand{"ok", x.t("delay.stand.due", s.Case.Due.Short(string(x.lang)))}
}

// ending is how a case ended, in words.
func (x *exchange) ending(c delay.Case) string {
	lang := string(x.lang)
	s := c.State.Name().In(lang)
	if c.Result != "" {
		s += " · " + c.Result.Name().In(lang)
	}
	return s + " · " + c.Ended.Short(lang)
}

// delayHome adds the cases that are on the red list for who has to do something
// about them.
func (x *exchange) delayHome(v *homeView) error {
	if !x.by().MayAnywhere(rights.WriteDelay) {
		return nil
	}
	list, err := x.Late.List(x.ctx(), x.by(), delays.Question{State: "", Red: true, Page: trail.Page{Limit: few}})
	if err != nil {
		return err
	}
	v.Late, v.LateAll = []Task{}, list.All
	for _, s := range list.Cases {
		row := x.delayRow(s)
		v.Late = append(v.Late, Task{x.t("delay.home.case", row.Request), row.Stand.Text, row.URL, x.t("delay.home.do"), true})
	}
	return nil
}

// point is a service point by its code, as the person names it.
func (x *exchange) delayPoint() catalog.PointCode {
	code, err := catalog.ParsePointCode(x.asked("point"))
	if err != nil {
		return ""
	}
	return code
}
