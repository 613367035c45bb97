package pages

import (
	"net/http"
	"slices"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/page"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/rights"
)

// mostTicks is how many points one page lets a person tick; all of them may be
// taken at once.
const mostTicks = 100

// servingView is which points serve a manual, among those that the person may
// link, and which could.
type servingView struct {
	Shell
	Manual    page.Words
	Unit      Unit
	Below     bool
	Province  string
	Provinces []Option
	Narrow    bool
	Linked    Ticks
	Free      Ticks
	Self      string
	Here      string // the page with what it is cut to
}

// Ticks are points to tick.
type Ticks struct {
	Op   string // what is done with them: add or remove
	Rows []TickRow
	All  int
}

// TickRow is a point to tick.
type TickRow struct {
	Code   string
	Name   page.Words
	Agency page.Words
	Status PointState
}

// manualToLink is the published manual that an address names, and its title.
func (x *exchange) manualToLink() (id catalog.ManualID, title page.Words, err error) {
	x.back = "/structure"
	id, err = catalog.ParseManualID(x.r.PathValue("id"))
	if err != nil {
		return id, title, notHere()
	}
	at, err := x.Direct.File(string(id))
	if missing(err) || err == nil && at.Kind != corpus.ManualFile {
		return id, title, notHere()
	}
	if err != nil {
		return id, title, err
	}
	titles, err := x.Direct.Titles(string(id))
	return id, x.titled(titles[string(id)], id), err
}

func (x *exchange) servingPage() error { return x.showServing(http.StatusOK) }

func (x *exchange) showServing(status int, problems ...Problem) error {
	id, title, err := x.manualToLink()
	if err != nil {
		return err
	}
	u, wrong := x.unitAmong(x.reachesBy(rights.Link))
	u.Find = "/structure/find"
	v := servingView{
		Shell: x.shell("serving", x.link("/structure", "menu.agencies")), Manual: title, Unit: u, Below: x.asked("below") != "", Province: x.asked("province"),
		Self: manualURL(id) + "/points", Here: x.with(),
	}
	if wrong != "" {
		problems = append(problems, Problem{"unit", wrong})
	}
	v.Problems, v.Narrow = problems, u.Typed != "" || v.Province != ""
	v.Provinces = x.provinces(v.Province)
	if !x.reads() {
		v.Path = v.Self
	}
	if u.Typed != "" && u.Code == "" {
		return x.show(status, "serving", v)
	}
	linked, free, err := x.ticks(id, immediate.PointFilter{Agency: u.Code, Below: v.Below, Province: v.Province})
	if err != nil {
		return err
	}
	v.Linked, v.Free = x.tickRows("remove", linked), x.tickRows("add", free)
	return x.show(status, "serving", v)
}

// provinces are what the list can be cut to.
func (x *exchange) provinces(chosen string) []Option {
	out := []Option{{"", x.t("serving.province.any"), chosen == ""}}
	for _, p := range catalog.Provinces {
		out = append(out, Option{p.Code, p.Name.In(x.lang), p.Code == chosen})
	}
	return out
}

// ticks are the points that a filter lets through and the person may link: those
// that serve a manual, and the others.
func (x *exchange) ticks(id catalog.ManualID, f immediate.PointFilter) (linked, free []immediate.Point, err error) {
	all, err := x.Direct.Points(f)
	if err != nil {
		return nil, nil, err
	}
	by, chains := x.by(), map[catalog.AgencyCode][]catalog.AgencyCode{}
	for _, p := range all {
		chain, known := chains[p.Agency]
		if !known {
			chain = x.pointTarget(p.Agency, "").Chain
			chains[p.Agency] = chain
		}
		switch {
		case by.May(rights.Link, rights.Target{Chain: chain, Point: p.Code}) != nil, p.Status == catalog.Cancelled:
		case slices.Contains(p.Manuals, id):
			linked = append(linked, p)
		default:
			free = append(free, p)
		}
	}
	return linked, free, nil
}

func (x *exchange) tickRows(op string, list []immediate.Point) Ticks {
	t := Ticks{Op: op, All: len(list)}
	for _, p := range list[:min(len(list), mostTicks)] {
		t.Rows = append(t.Rows, TickRow{string(p.Code), x.text(p.Name), x.agency(p.Agency), x.pointState(p.Status)})
	}
	return t
}

// changeServing links a manual to the points that were ticked, or unlinks it: with
// "all" to every one that the address lets through.
func (x *exchange) changeServing() error {
	if err := x.form(); err != nil {
		return err
	}
	id, title, err := x.manualToLink()
	if err != nil {
		return err
	}
	only := immediate.Links{Manuals: []catalog.ManualID{id}}
	c, field := immediate.LinkChange{Add: only}, "free"
	if x.posted("op") == "remove" {
		c, field = immediate.LinkChange{Remove: only}, "linked"
	}
	if c.Points, err = x.ticked(id, field); err != nil {
		return err
	}
	_, err = x.Direct.Link(x.ctx(), x.by(), c)
	if problems, told := x.unlawful(err, field); told {
		return x.showServing(statusOf(err), problems...)
	}
	if err != nil {
		return err
	}
	return x.done(x.with(), "flash.manual.linked", title.Text)
}

// ticked are the points that a form names, or all of one of its lists.
func (x *exchange) ticked(id catalog.ManualID, field string) (codes []catalog.PointCode, err error) {
	if x.posted("all") == "" {
		for _, s := range x.r.PostForm["point"] {
			code, err := catalog.ParsePointCode(s)
			if err != nil {
				return nil, badForm(err)
			}
			codes = append(codes, code)
		}
		return codes, nil
	}
	u, _ := x.unitAmong(x.reachesBy(rights.Link))
	if u.Typed != "" && u.Code == "" {
		return nil, notHere() // nobody means all where an agency is not known
	}
	linked, free, err := x.ticks(id, immediate.PointFilter{Agency: u.Code, Below: x.asked("below") != "", Province: x.asked("province")})
	if field == "linked" {
		free = linked
	}
	for _, p := range free {
		codes = append(codes, p.Code)
	}
	return codes, err
}
