package pages

import (
	"net/http"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/page"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/trail"
)

const (
	linksAtOnce = 50  // of what a point serves, on one page
	mostOffered = 30  // manuals, and processes, that a search offers
	mostNear    = 200 // points of the agency that are offered to copy from
)

// linksView is what a point serves, and what it could.
type linksView struct {
	Shell
	Point     page.Words
	Rows      []LinkRow
	All       int
	Pager     Pager
	Text      string
	Found     []LinkRow
	FoundAll  int  // manuals that are found, offered or not
	Free      bool // some of what is found can be linked
	From      string
	FromWrong string
	Near      []Option
	Self      string
	Here      string // the page with what is searched for
}

// LinkRow is a manual or a process.
type LinkRow struct {
	Field  string // manual or process
	ID     string
	Title  page.Words
	Linked bool
}

// pointToLink is the point that an address names, for who may change what it
// serves.
func (x *exchange) pointToLink() (pointAt, error) {
	p, err := x.point()
	if err == nil && !p.may.Link {
		err = rights.Refused()
	}
	return p, err
}

func (x *exchange) linksPage() error { return x.showLinks(http.StatusOK) }

func (x *exchange) showLinks(status int, problems ...Problem) error {
	p, err := x.pointToLink()
	if err != nil {
		return err
	}
	v := linksView{Shell: x.pointShell("links", p), Point: x.text(p.pt.Name), Text: x.asked("q"), Self: p.url() + "/links", Here: x.with(), From: x.typed("from")}
	v.Path, v.Problems = v.Self, problems
	v.FromWrong = v.Wrong("from")
	rows := linksOf(p.pt)
	at := x.offset(linksAtOnce)
	v.All, v.Pager = len(rows), x.pager(at, linksAtOnce, len(rows))
	if v.Rows, err = x.entitled(rows[min(at, len(rows)):min(at+linksAtOnce, len(rows))]); err != nil {
		return err
	}
	if v.Text != "" {
		if v.Found, v.FoundAll, err = x.linkable(p, v.Text); err != nil {
			return err
		}
	}
	v.Free = slices.ContainsFunc(v.Found, func(r LinkRow) bool { return !r.Linked })
	near, err := x.Direct.Points(immediate.PointFilter{Agency: p.owner})
	if err != nil {
		return err
	}
	for _, n := range near[:min(len(near), mostNear)] {
		if n.Code != p.pt.Code {
			v.Near = append(v.Near, Option{Value: string(n.Code), Text: x.text(n.Name).Text})
		}
	}
	return x.show(status, "links", v)
}

// linksOf are what a point serves, without titles.
func linksOf(pt *catalog.Point) []LinkRow {
	var out []LinkRow
	for _, id := range pt.Manuals {
		out = append(out, LinkRow{Field: "manual", ID: string(id), Linked: true})
	}
	for _, id := range pt.Processes {
		out = append(out, LinkRow{Field: "process", ID: string(id), Linked: true})
	}
	return out
}

// entitled gives rows their titles; what has none is called by its identifier.
func (x *exchange) entitled(rows []LinkRow) ([]LinkRow, error) {
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	titles, err := x.Direct.Titles(ids...)
	for i, r := range rows {
		if rows[i].Title = x.text(titles[r.ID]); rows[i].Title.Text == "" {
			rows[i].Title = page.Words{Text: r.ID}
		}
	}
	return rows, err
}

// linkable are the published manuals, and the processes of the point's agency,
// that hold some words.
func (x *exchange) linkable(p pointAt, text string) (rows []LinkRow, all int, err error) {
	linked := map[string]bool{}
	for _, r := range linksOf(p.pt) {
		linked[r.ID] = true
	}
	found, all, err := x.Manuals.Search(x.ctx(), x.by(), text, trail.Page{Limit: mostOffered})
	if err != nil {
		return nil, 0, err
	}
	for _, m := range found {
		rows = append(rows, LinkRow{"manual", string(m.ID), x.titled(m.Title, m.ID), linked[string(m.ID)]})
	}
	processes, err := x.Manuals.Processes(p.owner)
	if err != nil {
		return nil, 0, err
	}
	offered := 0
	for _, one := range processes {
		said := strings.ToLower(one.Title.TH + "\n" + one.Title.EN + "\n" + string(one.ID))
		if offered < mostOffered && strings.Contains(said, strings.ToLower(text)) {
			rows = append(rows, LinkRow{"process", string(one.ID), x.text(one.Title), linked[string(one.ID)]})
			offered++
		}
	}
	return rows, all, nil
}

// chosenLinks reads what was ticked.
func (x *exchange) chosenLinks() (l immediate.Links, err error) {
	for _, s := range x.r.PostForm["manual"] {
		id, err := catalog.ParseManualID(s)
		if err != nil {
			return l, badForm(err)
		}
		l.Manuals = append(l.Manuals, id)
	}
	for _, s := range x.r.PostForm["process"] {
		id, err := catalog.ParseProcessID(s)
		if err != nil {
			return l, badForm(err)
		}
		l.Processes = append(l.Processes, id)
	}
	return l, nil
}

// changeLinks links what was ticked to a point, or unlinks it.
func (x *exchange) changeLinks() error {
	if err := x.form(); err != nil {
		return err
	}
	p, err := x.pointToLink()
	if err != nil {
		return err
	}
	chosen, err := x.chosenLinks()
	if err != nil {
		return err
	}
	c, field := immediate.LinkChange{Points: []catalog.PointCode{p.pt.Code}, Add: chosen}, "found"
	if x.posted("op") == "remove" {
		c.Add, c.Remove, field = immediate.Links{}, chosen, "served"
	}
	_, err = x.Direct.Link(x.ctx(), x.by(), c)
	return x.linked(p, field, err)
}

// linked answers for a change of links.
func (x *exchange) linked(p pointAt, field string, err error) error {
	if problems, told := x.unlawful(err, field); told {
		return x.showLinks(statusOf(err), problems...)
	}
	if err != nil {
		return err
	}
	return x.done(p.url()+"/links", "flash.point.linked", x.text(p.pt.Name).Text)
}

// copyLinks has a point serve what another serves.
func (x *exchange) copyLinks() error {
	if err := x.form(); err != nil {
		return err
	}
	p, err := x.pointToLink()
	if err != nil {
		return err
	}
	from, err := catalog.ParsePointCode(x.posted("from"))
	if err == nil {
		_, err = x.Direct.CopyLinks(x.ctx(), x.by(), from, p.pt.Code, "")
	}
	if missing(err) || from == "" {
		return x.showLinks(http.StatusBadRequest, Problem{"from", x.t("links.from.none")})
	}
	return x.linked(p, "from", err)
}
