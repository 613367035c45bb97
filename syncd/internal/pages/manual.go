package pages

import (
	"net/http"
	"strconv"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/page"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
)

// eventsPerPage is how many events of a manual one page shows.
const eventsPerPage = 30

// manualView is one manual: what is in force, what is under way, and what became
// of it so far.
type manualView struct {
	Shell
	ID        string
	Agency    page.Words
	State     Standing
	InForce   string // the revision in force; "" when nothing is published
	Since     Moment
	By        page.Words
	Endorsed  page.Words
	Imported  bool       // what is in force was imported
	Confirmed page.Words // by whom; "" by nobody yet
	Read      Moment     // when
	Public    string     // its page on the public site; "" when nothing is published
	Open      []OpenRow
	Revise    string // addresses; "" for who may not
	Withdraw  string
	Points    string // the points that serve it; "" for who may not link
	Published []PublishedRow
	Events    []EventRow
	All       int
	Pager     Pager
}

// OpenRow is a revision that is under way.
type OpenRow struct {
	URL     string
	Which   string
	State   Standing
	Held    Held
	Who     page.Words
	Compare string // beside the one above; "" for the first
}

// PublishedRow is a revision that was published.
type PublishedRow struct {
	URL     string
	Which   string
	At      Moment
	By      page.Words
	State   Standing
	Current bool
	Reason  page.Words // of an emergency
	Restore string     // where the form leads; "" for who may not
	Commit  string     // in full
	Hash    string     // in small print
	Public  string     // its page on the public site
}

func (x *exchange) manualPage() error {
	id, err := x.manualID()
	if err != nil {
		return err
	}
	f, err := x.Manuals.Manual(x.ctx(), x.by(), id)
	if err != nil {
		return err
	}
	happened, err := x.Manuals.Timeline(x.ctx(), x.by(), id)
	if err != nil {
		return err
	}
	v, err := x.manualView(f)
	if err != nil {
		return err
	}
	rows, err := x.events(happened, id, true)
	if err != nil {
		return err
	}
	at := x.offset(eventsPerPage)
	v.All, v.Pager = len(rows), x.pager(at, eventsPerPage, len(rows))
	v.Events = rows[min(at, len(rows)):min(at+eventsPerPage, len(rows))]
	return x.show(http.StatusOK, "folio", v)
}

func (x *exchange) manualView(f manuals.Folio) (manualView, error) {
	names, err := x.names(unique(folioOfficers(f))...)
	if err != nil {
		return manualView{}, err
	}
	is, url := f.Manual, manualURL(f.ID)
	v := manualView{
		Shell: x.shell("folio", x.link("/manuals", "menu.all-manuals")), ID: string(is.ID), Agency: x.agency(is.Agency),
		State: x.public(is), InForce: x.issueName(is.Published), Since: x.moment(is.Published.At),
	}
	v.Title = x.titled(is.Title, is.ID).Text
	if v.InForce != "" {
		v.Public = x.sitePage("procedure", string(is.ID))
	}
	if is.Published.By != "" {
		v.By = x.called(is.Published.By, names)
	}
	if is.Published.Endorsed != "" {
		v.Endorsed = x.called(is.Published.Endorsed, names)
	}
	if err := x.confirmation(&v, is); err != nil {
		return v, err
	}
	if v.InForce != "" && x.by().MayAnywhere(rights.Link) {
		v.Points = url + "/points"
	}
	if f.May.Revise {
		v.Revise = url + "/revise"
	}
	if f.May.Withdraw {
		v.Withdraw = url + "/withdraw"
	}
	for i, o := range f.Open {
		row := OpenRow{URL: revisionURL(o.Ref), Which: x.number(o.Number), State: x.standing(o.Revision), Held: x.holds(o), Who: x.listed(x.people(o.Contributors, names))}
		if i > 0 {
			row.Compare = url + "/compare?" + fields("a", standWord(f.Open[0].Ref), "b", standWord(o.Ref))
		}
		v.Open = append(v.Open, row)
	}
	for i, p := range f.Published {
		v.Published = append(v.Published, x.publishedRow(f, p, i == 0, names))
	}
	return v, nil
}

func (x *exchange) publishedRow(f manuals.Folio, p manuals.Publication, current bool, names map[catalog.OfficerID]string) PublishedRow {
	hash := p.Commit.String()
	r := PublishedRow{
		URL: numberURL(p.Manual, p.Number), Which: x.issueName(p), At: x.moment(p.At), Current: current, Reason: x.said(p.Reason), Commit: hash, Hash: hash[:10],
		Public: x.sitePage("procedure", string(p.Manual), "r", strconv.Itoa(p.Number)), State: x.issued(p, current, f.Withdrawn),
	}
	if current { // what was imported has a page of its own once it is replaced
		r.Public = x.sitePage("procedure", string(p.Manual))
	}
	if p.By != "" {
		r.By = x.called(p.By, names)
	}
	if f.May.Restore && !current {
		r.Restore = manualURL(p.Manual) + "/restore"
	}
	return r
}

// issued is the state of a publication.
func (x *exchange) issued(p manuals.Publication, current, withdrawn bool) Standing {
	switch {
	case withdrawn && current:
		return Standing{"withdrawn", x.t("state.withdrawn")}
	case !p.InOrder:
		return Standing{"emergency", x.t("state.emergency")}
	case current:
		return Standing{string(review.Published), review.Published.Name().In(x.lang)}
	}
	return Standing{string(review.Superseded), review.Superseded.Name().In(x.lang)}
}

// sitePage is the address of a page on the public site.
func (x *exchange) sitePage(parts ...string) string {
	return strings.TrimSuffix(x.Site.String(), "/") + "/" + strings.Join(parts, "/") + "/"
}

func folioOfficers(f manuals.Folio) []catalog.OfficerID {
	var ids []catalog.OfficerID
	for _, o := range f.Open {
		ids = append(ids, o.Contributors...)
	}
	for _, p := range f.Published {
		ids = append(ids, p.By, p.Endorsed)
	}
	return ids
}
