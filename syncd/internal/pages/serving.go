package pages

import (
	"net/http"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/page"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/rights"
)

// mostTicks is how many points one page lets a person tick; all of them may be
// taken at once.
const mostTicks = 100

// servingView is which points serve a manual or a process, among those that the
// person may link, and which could.
type servingView struct {
	Shell
	Manual    page.Words // the manual, or the process
	Unit      Unit
	Below     bool
	Province  string
	Provinces []Option
	Narrow    bool
	Linked    Ticks
	Free      Ticks
	Self      string
	Here      string // the page with what it is cut to
	Serving   int    // points of the whole country that serve it
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

// linkable is what points are linked to: a published manual, or a process.
type linkable struct {
	links immediate.Links
	title page.Words
	url   string // of the page about its points
	way   []Link
	texts string // begins the sentences of the page
}

// toLink is what the address names, for who may link it.
func (x *exchange) toLink() (l linkable, err error) {
	x.back = "/structure"
	if strings.HasPrefix(x.r.URL.Path, "/processes/") {
		return x.processToLink()
	}
	id, err := catalog.ParseManualID(x.r.PathValue("id"))
	if err != nil {
		return l, notHere()
	}
	at, err := x.Direct.File(string(id))
	if missing(err) || err == nil && at.Kind != corpus.ManualFile {
		return l, notHere()
	}
	if err != nil {
		return l, err
	}
	titles, err := x.Direct.Titles(string(id))
	l = linkable{links: immediate.Links{Manuals: []catalog.ManualID{id}}, title: x.titled(titles[string(id)], id), url: manualURL(id) + "/points", texts: "serving"}
	l.way = []Link{x.link("/structure", "menu.agencies")}
	if x.by().May(rights.SeeDrafts, x.pointTarget(at.Owner, "")) == nil {
		l.way = []Link{x.link("/manuals", "menu.all-manuals"), {manualURL(id), l.title.Text}}
	}
	return l, err
}

func (x *exchange) processToLink() (l linkable, err error) {
	w, _, err := x.work(corpus.ProcessFile)
	if err != nil {
		return l, err
	}
	title, at := x.text(w.Title), workURL(w)
	return linkable{
		links: immediate.Links{Processes: []catalog.ProcessID{catalog.ProcessID(w.ID)}}, title: title, url: at + "/points", texts: "serving.process",
		way: []Link{x.link("/processes", "menu.processes"), {at, title.Text}},
	}, nil
}

func (x *exchange) servingPage() error { return x.showServing(http.StatusOK) }

func (x *exchange) showServing(status int, problems ...Problem) error {
	l, err := x.toLink()
	if err != nil {
		return err
	}
	u, wrong := x.unitAmong(x.reachesBy(rights.Link))
	u.Find = "/structure/find"
	v := servingView{
		Shell: x.shell("serving", l.way...), Manual: l.title, Unit: u, Below: x.asked("below") != "", Province: x.asked("province"), Self: l.url, Here: x.with(),
	}
	v.Title = x.words[l.texts+".title"]
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
	if v.Serving, err = x.Direct.Serving(l.links); err != nil {
		return err
	}
	sides, err := x.Direct.Sides(x.by(), x.servingFilter(u), l.links, mostTicks)
	if err != nil {
		return err
	}
	v.Linked, v.Free = x.tickRows("remove", sides.Linked, sides.AllLinked), x.tickRows("add", sides.Free, sides.AllFree)
	return x.show(status, "serving", v)
}

// servingFilter is what the address cuts the points to.
func (x *exchange) servingFilter(u Unit) immediate.PointFilter {
	return immediate.PointFilter{Agency: u.Code, Below: x.asked("below") != "", Province: x.asked("province")}
}

// provinces are what the list can be cut to.
func (x *exchange) provinces(chosen string) []Option {
	out := []Option{{"", x.t("serving.province.any"), chosen == ""}}
	for _, p := range catalog.Provinces {
		out = append(out, Option{p.Code, p.Name.In(x.lang), p.Code == chosen})
	}
	return out
}

func (x *exchange) tickRows(op string, list []immediate.Point, all int) Ticks {
	t := Ticks{Op: op, All: all}
	for _, p := range list {
		t.Rows = append(t.Rows, TickRow{string(p.Code), x.text(p.Name), x.agency(p.Agency), x.pointState(p.Status)})
	}
	return t
}

// changeServing links a manual or a process to the points that were ticked, or
// unlinks it: with "all" to every one that the address lets through.
func (x *exchange) changeServing() error {
	if err := x.form(); err != nil {
		return err
	}
	l, err := x.toLink()
	if err != nil {
		return err
	}
	c, field := immediate.LinkChange{Add: l.links}, "free"
	if x.posted("op") == "remove" {
		c, field = immediate.LinkChange{Remove: l.links}, "linked"
	}
	if c.Points, err = x.ticked(l, field); err != nil {
		return err
	}
	_, err = x.Direct.Link(x.ctx(), x.by(), c)
	if problems, told := x.unlawful(err, field); told {
		return x.showServing(statusOf(err), problems...)
	}
	if err != nil {
		return err
	}
	return x.done(x.with(), "flash.manual.linked", l.title.Text)
}

// ticked are the points that a form names, or all of one of its lists.
func (x *exchange) ticked(l linkable, field string) (codes []catalog.PointCode, err error) {
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
	sides, err := x.Direct.Sides(x.by(), x.servingFilter(u), l.links, -1)
	list := sides.Free
	if field == "linked" {
		list = sides.Linked
	}
	for _, p := range list {
		codes = append(codes, p.Code)
	}
	return codes, err
}
