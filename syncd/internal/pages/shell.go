package pages

import (
	"slices"
	"strings"
	"unicode"

	"khumue/internal/catalog"
	"khumue/internal/page"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// Shell is what every page has around its own part.
type Shell struct {
	Layout   string // name of the template
	Title    string
	Purpose  string // one line that says what the page is for; may be empty
	Portal   string // the portal's name
	Site     string // address of the public site
	Path     string // of this page, to come back to
	Scheme   string // colours asked for: light, dark, contrast; "" as the device says
	Demo     bool
	Me       *Self    // who is signed in; nil: nobody
	Lasts    *Lasting // how long; nil: nobody tells
	Menu     []Group
	Sync     *SyncLine // what an office has to send; nil at the centre
	Crumbs   []Link
	Flash    string // what was just done; "" when nothing
	Problems []Problem
}

// Self is the signed-in person, as the head of every page shows it.
type Self struct {
	Name page.Words
	As   Seat   // as what the person works now
	Also []Seat // the other roles
}

// Seat is a role with what it is held for.
type Seat struct {
	Grant string // its id
	Role  string
	Unit  page.Words // "" for the whole country
}

// Group is a part of the menu.
type Group struct {
	Name  string // "" for the first
	Items []Item
}

// Item is a line of the menu.
type Item struct {
	Link
	Icon    string
	Current bool
	Badge   string // what a number beside it counts; "" where there is none
	Waits   int    // that number
}

// Link leads to another page.
type Link struct {
	URL  string
	Text string
}

// Problem is something wrong in a form: it links to the field.
type Problem struct {
	Field string // id of the field
	Text  string
}

// Wrong returns what is wrong with a field; "" when nothing is.
func (s Shell) Wrong(field string) string {
	for _, p := range s.Problems {
		if p.Field == field {
			return p.Text
		}
	}
	return ""
}

// shell is what a page of a layout has around it. Its title and purpose are the
// messages of the layout's name.
func (x *exchange) shell(layout string, crumbs ...Link) Shell {
	s := Shell{
		Layout: layout, Title: x.words[layout+".title"], Purpose: x.words[layout+".purpose"],
		Portal: x.Name.In(string(x.lang)), Site: x.Site.String(), Scheme: x.scheme(), Demo: x.Demo,
		Path: "/", Crumbs: crumbs, Flash: x.takeFlash(),
	}
	if x.reads() {
		s.Path = localPath(x.r.URL.RequestURI())
	}
	if x.known {
		s.Me, s.Lasts = x.self(), x.lasts(s.Path)
		s.Menu, s.Sync = x.had(x.menu()), x.syncLine()
	}
	return s
}

// Schemes of colours that a person may ask for.
var schemes = []string{"light", "dark", "contrast"}

func (x *exchange) scheme() string {
	for _, s := range schemes {
		if x.cookie(schemeCookie) == s {
			return s
		}
	}
	return ""
}

// self is who is signed in.
func (x *exchange) self() *Self {
	s := &Self{Name: x.said(x.visit.User.Name)}
	if s.Name.Text == "" {
		s.Name = page.Words{Text: x.t("person.unnamed")}
	}
	current := x.seat().ID
	for _, g := range x.visit.User.Grants {
		seat := Seat{g.ID, x.role(g.Role), x.unit(g.Scope)}
		if g.ID == current {
			s.As = seat
		} else {
			s.Also = append(s.Also, seat)
		}
	}
	return s
}

// seat is the grant that the person works by now: the one that was chosen, else
// the first. The zero Grant for who holds none.
func (x *exchange) seat() staff.Grant {
	grants := x.visit.User.Grants
	if len(grants) == 0 {
		return staff.Grant{}
	}
	chosen := x.cookie(asCookie)
	for _, g := range grants {
		if g.ID == chosen {
			return g
		}
	}
	return grants[0]
}

// menu shows what the person may do, under the names that officers know.
func (x *exchange) menu() []Group {
	if len(x.visit.User.Grants) == 0 {
		return []Group{{Items: []Item{x.item("/token", "menu.redeem", "key"), x.item("/me", "menu.me", "person"), x.item("/help", "menu.help", "help")}}}
	}
	groups := []Group{{Items: []Item{x.item("/", "menu.home", "home"), x.noticesItem()}}}
	if g := x.manualsMenu(); len(g.Items) > 0 {
		groups = append(groups, g)
	}
	if g := x.structureMenu(); len(g.Items) > 0 {
		groups = append(groups, g)
	}
	if g := x.portalMenu(); len(g.Items) > 0 {
		groups = append(groups, g)
	}
	if x.seesAny() {
		groups = append(groups, Group{x.t("menu.reports"), append([]Item{x.item("/summary", "menu.summary", "chart")}, append(x.licenceItems(), x.reportItems()...)...)})
	}
	by := x.by()
	if by.MayAnywhere(rights.SurveyPosters) {
		groups = x.withPosters(groups)
	}
	if by.MayAnywhere(rights.ManageStaff) {
		groups = append(groups, Group{x.t("menu.accounts"), []Item{
			x.item("/tokens", "menu.tokens", "key"), x.item("/users", "menu.users", "people"), x.item("/access", "menu.access", "calendar"),
		}})
	}
	if by.MayAnywhere(rights.SeeTrail) {
		groups = append(groups, Group{x.t("menu.watch"), []Item{x.item("/trail", "menu.trail", "history")}})
	}
	return append(x.withOffices(groups), Group{x.t("menu.mine"), x.mineItems()})
}

// had leaves out of a menu what this machine does not have.
func (x *exchange) had(menu []Group) []Group {
	if x.Sync == nil {
		return menu
	}
	out := menu[:0]
	for _, g := range menu {
		g.Items = slices.DeleteFunc(g.Items, func(i Item) bool { return !x.Sync.has(i.URL) })
		if len(g.Items) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// item is a line of the menu; it is the current one on the page itself and on
// those below it.
func (x *exchange) item(url, key, icon string) Item {
	path := x.r.URL.Path
	return Item{Link: Link{url, x.t(key)}, Icon: icon, Current: path == url || url != "/" && strings.HasPrefix(path, url+"/")}
}

// link is a crumb.
func (x *exchange) link(url, key string) Link { return Link{url, x.t(key)} }

// said is a text that somebody else wrote, marked where it is Thai on a page
// that is not.
func (x *exchange) said(s string) page.Words {
	if x.lang != catalog.TH && strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Thai, r) }) {
		return page.Words{Text: s, Lang: string(catalog.TH)}
	}
	return page.Words{Text: s}
}

// text is a text of the catalog.
func (x *exchange) text(t catalog.Text) page.Words { return x.said(t.In(x.lang)) }

func (x *exchange) role(r catalog.Role) string { return r.Name().In(x.lang) }

// unit is what an agency or a point is called; one that is gone, by its code.
func (x *exchange) unit(s rights.Scope) page.Words {
	if s.IsZero() {
		return page.Words{}
	}
	name := page.Words{Text: string(s.Agency)}
	if a, ok := x.Structure.Agency(s.Agency); ok {
		name = x.text(a.Name)
	}
	if s.Point == "" {
		return name
	}
	for _, pt := range x.Structure.Points(s.Agency) {
		if pt.Code == s.Point {
			return x.said(x.text(pt.Name).Text + " · " + name.Text)
		}
	}
	return x.said(string(s.Point) + " · " + name.Text)
}
