package pages

import (
	"net/http"
	"slices"

	"khumue/internal/page"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/trail"
)

// manualsPerPage is how many manuals, or revisions that wait, one page shows.
const manualsPerPage = 25

// manualsView is จัดการคู่มือประชาชน: all manuals with where each stands.
type manualsView struct {
	Shell
	Unit     Unit
	Text     string
	Statuses []Option
	Rows     []ManualRow
	All      int
	Narrow   bool // something is searched or filtered for
	Pager    Pager
	Writes   bool // the person may write manuals
}

// ManualRow is a manual in the list.
type ManualRow struct {
	URL     string
	Title   page.Words
	ID      string
	Agency  page.Words
	State   Standing
	Held    Held
	OpenURL string // of the revision that is under way; "" when none is
	More    int    // revisions under way beyond the first
	InForce string // the revision in force; "" when nothing is published
	Since   Moment // when that was published
}

// lifeOrder are what the list can be cut to, in the order of a revision's life.
var lifeOrder = []manuals.Status{
	manuals.AnyStatus, manuals.IsDraft, manuals.IsReview, manuals.IsEndorsed, manuals.IsPublic, manuals.IsHastened, manuals.IsWithdrawn,
}

func (x *exchange) manualsPage() error {
	v := manualsView{Text: x.asked("q"), Writes: x.by().MayAnywhere(rights.WriteManual)}
	status := manuals.Status(x.asked("status"))
	if !slices.Contains(lifeOrder, status) {
		status = manuals.AnyStatus
	}
	for _, s := range lifeOrder {
		v.Statuses = append(v.Statuses, Option{string(s), x.words["status."+string(s)], s == status})
	}
	u, wrong := x.unitOfDrafts(rights.SeeDrafts)
	v.Unit = u
	v.Shell = x.shell("manuals")
	if wrong != "" {
		v.Problems = []Problem{{"unit", wrong}}
	}
	v.Narrow = v.Text != "" || u.Typed != "" || status != manuals.AnyStatus
	if u.Typed != "" && u.Code == "" {
		return x.show(http.StatusOK, "manuals", v)
	}
	at := x.offset(manualsPerPage)
	l, err := x.Manuals.List(x.ctx(), x.by(), u.Code, manuals.Filter{Text: v.Text, Status: status, Page: trail.Page{Offset: at, Limit: manualsPerPage}})
	if err != nil {
		return err
	}
	for _, r := range l.Rows {
		v.Rows = append(v.Rows, x.manualRow(r))
	}
	v.All, v.Pager = l.All, x.pager(at, manualsPerPage, l.All)
	return x.show(http.StatusOK, "manuals", v)
}

func (x *exchange) manualRow(r manuals.Row) ManualRow {
	row := ManualRow{
		URL: manualURL(r.ID), Title: x.titled(r.Title, r.ID), ID: string(r.ID), Agency: x.agency(r.Agency),
		State: x.public(r.Manual), InForce: x.issueName(r.Published), Since: x.day(r.Published.At),
	}
	if len(r.Open) == 0 {
		return row
	}
	first := furthest(r.Open)
	row.State, row.Held, row.OpenURL, row.More = x.standing(first.Revision), x.holds(first), revisionURL(first.Ref), len(r.Open)-1
	return row
}

// judges reports whether the person may approve manuals.
func (x *exchange) judges() bool {
	return x.by().MayAnywhere(rights.Endorse) || x.by().MayAnywhere(rights.Publish)
}

// furthest is the revision under way that is nearest to being published.
func furthest(open []manuals.Open) manuals.Open {
	order := func(o manuals.Open) int { return slices.Index(lifeOrder, manuals.Status(o.State)) }
	return slices.MaxFunc(open, func(a, b manuals.Open) int { return order(a) - order(b) })
}

// unitOfDrafts reads the field "unit" of the address as unitAsked does, among the
// agencies for which the person may do an action.
func (x *exchange) unitOfDrafts(a rights.Action) (Unit, string) {
	u, wrong := x.unitAmong(x.reachesBy(a))
	u.Find = "/agencies/drafts/find"
	return u, wrong
}

// manualsMenu is จัดการคู่มือประชาชน in the menu, with what waits for the person.
// A number that can not be had is left out: no page fails for it.
func (x *exchange) manualsMenu() Group {
	g, by := Group{Name: x.t("menu.manuals")}, x.by()
	if !by.MayAnywhere(rights.SeeDrafts) {
		return Group{}
	}
	waits, err := x.Manuals.Badge(x.ctx(), by)
	if err != nil {
		waits = manuals.Badge{}
	}
	if x.judges() {
		i := x.item("/queue", "menu.queue", "inbox")
		i.Badge, i.Waits = "judge", waits.Judge
		g.Items = append(g.Items, i)
	}
	if by.MayAnywhere(rights.WriteManual) {
		i := x.item("/drafts", "menu.drafts", "pen")
		i.Badge, i.Waits = "mine", waits.Mine
		g.Items = append(g.Items, i)
	}
	g.Items = append(g.Items, x.item("/manuals", "menu.all-manuals", "book"))
	i := x.item("/imported", "menu.imported", "check")
	i.Badge, i.Waits = "imports", waits.Imports
	g.Items = append(g.Items, i)
	g.Items = append(g.Items, x.item("/emergencies", "menu.emergencies", "warning"))
	return g
}
