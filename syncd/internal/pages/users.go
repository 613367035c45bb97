package pages

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/page"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// usersPerPage is how many people one page shows.
const usersPerPage = 25

// usersView is จัดการรายละเอียดผู้ใช้งาน.
type usersView struct {
	Shell
	Unit    Unit
	Text    string
	Roles   []Option
	Sort    string
	Down    bool
	Columns []Column // name, last sign-in, since
	Rows    []UserRow
	All     int
	Narrow  bool // something is searched or filtered for
	Pager   Pager
}

// UserRow is a person in the list.
type UserRow struct {
	URL      string
	Name     page.Words
	Email    string
	Tags     []Tag
	More     int // roles beyond those shown
	SignIn   Moment
	Since    Moment
	Disabled bool
}

// mostTags is how many roles one row shows.
const mostTags = 2

func (x *exchange) usersPage() error {
	v := usersView{Text: x.asked("q"), Sort: x.asked("sort"), Down: x.asked("down") == "1"}
	orders := []staff.UserOrder{staff.ByName, staff.BySignIn, staff.ByCreated}
	if !slices.Contains(orders, staff.UserOrder(v.Sort)) {
		v.Sort = string(staff.ByName)
	}
	u, wrong := x.unitAsked()
	v.Unit = u
	v.Shell = x.shell("users")
	if wrong != "" {
		v.Problems = []Problem{{"unit", wrong}}
	}
	role, _ := catalog.ParseRole(x.asked("role"))
	v.Roles = x.roleOptions(role)
	v.Narrow = v.Text != "" || u.Typed != "" || role != ""
	for i, key := range []string{"users.name", "users.signin", "users.since"} {
		v.Columns = append(v.Columns, x.column(key, string(orders[i]), v.Sort, v.Down))
	}
	if u.Typed != "" && u.Code == "" {
		return x.show(http.StatusOK, "users", v)
	}
	at := x.offset(usersPerPage)
	people, all, err := x.Desk.Users(x.ctx(), x.by(), u.Code, staff.UserFilter{
		Text: v.Text, Role: role, Sort: staff.UserOrder(v.Sort), Down: v.Down, Page: trail.Page{Offset: at, Limit: usersPerPage},
	})
	if err != nil {
		return err
	}
	may := x.reaches()
	for _, u := range people {
		v.Rows = append(v.Rows, x.userRow(u, may))
	}
	v.All, v.Pager = all, x.pager(at, usersPerPage, all)
	return x.show(http.StatusOK, "users", v)
}

func (x *exchange) userRow(u staff.User, may func(catalog.AgencyCode) bool) UserRow {
	r := UserRow{
		URL: "/users/" + string(u.ID), Name: x.named(u), Email: u.Email, Tags: x.tags(u.Grants, may),
		SignIn: x.moment(u.LastSignIn), Since: x.day(u.Created), Disabled: !u.Disabled.IsZero(),
	}
	if r.More = len(r.Tags) - mostTags; r.More > 0 {
		r.Tags = r.Tags[:mostTags]
	}
	return r
}

// named is what a user is called.
func (x *exchange) named(u staff.User) page.Words {
	return x.called(u.ID, map[catalog.OfficerID]string{u.ID: u.Name})
}

// roleOptions are the roles to filter by.
func (x *exchange) roleOptions(chosen catalog.Role) []Option {
	out := []Option{{"", x.t("users.role.any"), chosen == ""}}
	roles := agencyRoles
	if x.by().MayAnywhere(rights.IssueFirst) {
		roles = catalog.Roles
	}
	for _, r := range roles {
		out = append(out, Option{string(r), x.role(r), r == chosen})
	}
	return out
}

// userView is one person.
type userView struct {
	Shell
	Name        page.Words
	Email       string
	Disabled    Moment
	SignIn      Moment
	Since       Moment
	Waiting     bool // imported, and never signed in
	Held        []HeldRole
	Past        []PastRole
	Disable     string // address of the page that asks; "" for who may not
	Enable      string
	Self        bool // it is the acting person
	TrailOfThem string
}

// HeldRole is a role in force.
type HeldRole struct {
	Role         string
	Unit         page.Words
	Since        Moment
	How          string
	By           page.Words
	Edit, Remove string
}

// PastRole is one that ended.
type PastRole struct {
	Role     string
	Unit     page.Words
	From, To Moment
	EndedBy  page.Words
}

// person finds the user that the address names; one that the acting person does
// not manage is not there.
func (x *exchange) person() (staff.Person, error) {
	x.back = "/users"
	id, err := catalog.ParseOfficerID(x.r.PathValue("id"))
	if err != nil {
		return staff.Person{}, notHere()
	}
	p, err := x.Desk.Person(x.ctx(), x.by(), id)
	if missing(err) { // of whom is there and may not be seen, the same is said
		err = fault.New(fault.NotFound, fault.Text{TH: "ไม่พบผู้ใช้นี้", EN: "There is no such user"},
			fault.Text{TH: "กลับไปค้นหาจากรายชื่อผู้ใช้", EN: "Go back to the list of users."})
	}
	return p, err
}

func (x *exchange) userPage() error {
	p, err := x.person()
	if err != nil {
		return err
	}
	ids := []catalog.OfficerID{}
	for _, g := range p.History {
		ids = append(ids, g.By, g.EndedBy)
	}
	names, err := x.names(ids...)
	if err != nil {
		return err
	}
	url := "/users/" + string(p.ID)
	v := userView{
		Shell: x.shell("user", x.link("/users", "menu.users")), Name: x.named(p.User), Email: p.Email, Disabled: x.moment(p.Disabled),
		SignIn: x.moment(p.LastSignIn), Since: x.day(p.Created), Waiting: p.Subject == "", Self: p.ID == x.visit.User.ID,
	}
	v.Title = v.Name.Text
	for _, g := range p.Grants {
		grant := url + "/grants/" + g.ID
		h := HeldRole{x.role(g.Role), x.unit(g.Scope), x.day(g.From), x.t("source." + string(g.Source)), x.called(g.By, names), grant, grant + "/remove"}
		if len(x.otherRoles(g.Grant)) == 0 {
			h.Edit = ""
		}
		v.Held = append(v.Held, h)
	}
	for _, g := range slices.Backward(p.History) {
		if !g.Ended.IsZero() {
			v.Past = append(v.Past, PastRole{x.role(g.Role), x.unit(g.Scope), x.day(g.From), x.day(g.Ended), x.called(g.EndedBy, names)})
		}
	}
	if x.by().MayAnywhere(rights.IssueFirst) && !v.Self {
		v.Disable, v.Enable = url+"/disable", url+"/enable"
	}
	if x.by().MayAnywhere(rights.SeeTrail) {
		v.TrailOfThem = "/trail?person=" + string(p.ID)
	}
	return x.show(http.StatusOK, "user", v)
}

// otherRoles are the roles that may stand in place of one, for the same agency
// or point.
func (x *exchange) otherRoles(g rights.Grant) []catalog.Role {
	roles := agencyRoles
	if g.Role.Everywhere() {
		roles = countryRoles
	}
	var out []catalog.Role
	for _, r := range roles {
		if r != g.Role && (rights.Grant{Role: r, Scope: g.Scope}).CheckForm() == nil {
			out = append(out, r)
		}
	}
	return out
}

// roleView changes a role.
type roleView struct {
	Shell
	Name    page.Words
	Role    string
	Unit    page.Words
	Options []Option
	Notes   []string // of each option
	Action  string
	Cancel  string
}

// held finds the grant in force that the address names.
func (x *exchange) held() (p staff.Person, g staff.Grant, err error) {
	if p, err = x.person(); err != nil {
		return p, g, err
	}
	x.back = "/users/" + string(p.ID)
	for _, g := range p.Grants {
		if g.ID == x.r.PathValue("grant") {
			return p, g, nil
		}
	}
	return p, g, fault.New(fault.NotFound, fault.Text{TH: "ไม่พบบทบาทนี้ อาจถูกเปลี่ยนไปแล้ว", EN: "There is no such role; it may have changed"},
		fault.Text{TH: "กลับไปดูบทบาทล่าสุด", EN: "Go back to see what is held now."})
}

func (x *exchange) rolePage() error { return x.showRole(http.StatusOK, "") }

func (x *exchange) showRole(status int, chosen string, problems ...Problem) error {
	p, g, err := x.held()
	if err != nil {
		return err
	}
	url := "/users/" + string(p.ID)
	v := roleView{
		Shell: x.shell("role", x.link("/users", "menu.users"), Link{url, x.named(p.User).Text}), Name: x.named(p.User),
		Role: x.role(g.Role), Unit: x.unit(g.Scope), Action: url + "/grants/" + g.ID, Cancel: url,
	}
	v.Path, v.Problems = v.Action, problems
	for _, r := range x.otherRoles(g.Grant) {
		v.Options = append(v.Options, Option{string(r), x.role(r), string(r) == chosen})
		v.Notes = append(v.Notes, x.words["tokens.role."+string(r)])
	}
	return x.show(status, "role", v)
}

func (x *exchange) changeRole() error {
	if err := x.form(); err != nil {
		return err
	}
	p, g, err := x.held()
	if err != nil {
		return err
	}
	chosen := x.posted("role")
	if chosen == "" {
		return x.showRole(http.StatusBadRequest, "", Problem{"role", x.t("role.empty")})
	}
	role, err := catalog.ParseRole(chosen)
	if err == nil {
		_, err = x.Desk.ChangeRole(x.ctx(), x.by(), p.ID, g.ID, role)
	}
	if errors.Is(err, fault.Conflict) || errors.Is(err, fault.Invalid) {
		text, _ := x.told(err)
		return x.showRole(statusOf(err), chosen, Problem{"role", text})
	}
	if err != nil {
		return err
	}
	return x.done("/users/"+string(p.ID), "flash.role", x.named(p.User).Text, x.role(role))
}

func (x *exchange) removePage() error { return x.showRemove(http.StatusOK) }

func (x *exchange) showRemove(status int, problems ...Problem) error {
	p, g, err := x.held()
	if err != nil {
		return err
	}
	url := "/users/" + string(p.ID)
	v := confirmView{
		Shell: x.shell("confirm", x.link("/users", "menu.users"), Link{url, x.named(p.User).Text}),
		What:  x.named(p.User), Which: x.said(strings.TrimSuffix(x.role(g.Role)+" · "+x.unit(g.Scope).Text, " · ")),
		After:  []string{x.t("confirm.remove.1"), x.t("confirm.remove.2"), x.t("confirm.remove.3")},
		Action: url + "/grants/" + g.ID + "/remove", Button: x.t("confirm.remove.do"), Cancel: url, Danger: true,
	}
	v.Path, v.Title, v.Problems = v.Action, x.t("confirm.remove.title"), problems
	return x.show(status, "confirm", v)
}

func (x *exchange) remove() error {
	p, g, err := x.held()
	if err != nil {
		return err
	}
	err = x.Desk.Remove(x.ctx(), x.by(), p.ID, g.ID)
	if errors.Is(err, fault.Conflict) {
		text, _ := x.told(err)
		return x.showRemove(http.StatusConflict, Problem{"confirm", text})
	}
	if err != nil {
		return err
	}
	to := "/users"
	if len(p.Grants) > 1 || x.by().MayAnywhere(rights.IssueFirst) {
		to = "/users/" + string(p.ID)
	}
	return x.done(to, "flash.removed", x.named(p.User).Text, x.role(g.Role))
}

func (x *exchange) disablePage() error { return x.showDisable(http.StatusOK) }

func (x *exchange) showDisable(status int, problems ...Problem) error {
	p, err := x.person()
	if err != nil {
		return err
	}
	url := "/users/" + string(p.ID)
	v := confirmView{
		Shell: x.shell("confirm", x.link("/users", "menu.users"), Link{url, x.named(p.User).Text}), What: x.named(p.User),
		After:  []string{x.t("confirm.disable.1"), x.t("confirm.disable.2"), x.t("confirm.disable.3")},
		Action: url + "/disable", Button: x.t("confirm.disable.do"), Cancel: url, Danger: true,
	}
	v.Path, v.Title, v.Problems = v.Action, x.t("confirm.disable.title"), problems
	return x.show(status, "confirm", v)
}

func (x *exchange) disable() error { return x.setDisabled(true, "flash.disabled") }

func (x *exchange) enable() error { return x.setDisabled(false, "flash.enabled") }

func (x *exchange) setDisabled(disabled bool, said string) error {
	p, err := x.person()
	if err != nil {
		return err
	}
	err = x.Desk.Disable(x.ctx(), x.by(), p.ID, disabled)
	if errors.Is(err, fault.Conflict) {
		text, _ := x.told(err)
		return x.showDisable(http.StatusConflict, Problem{"confirm", text})
	}
	if err != nil {
		return err
	}
	return x.done("/users/"+string(p.ID), said, x.named(p.User).Text)
}
