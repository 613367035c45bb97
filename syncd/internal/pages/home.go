package pages

import (
	"net/http"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/page"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// What is soon and what is new, on the first page.
const (
	soon  = 7 * 24 * time.Hour
	fresh = 7 * 24 * time.Hour
	few   = 8 // lines of a list there
)

// homeView is what waits for a person.
type homeView struct {
	Shell
	Hello    page.Words
	Judges   bool // revisions wait for the person's judgement, now and then
	Waiting  []QueueRow
	Waits    int // all that wait
	Writes   bool
	Mine     []QueueRow // own drafts
	Drafts   int        // all of them
	Manages  bool       // tokens and users are the person's
	Agency   page.Words
	Tasks    []Task
	More     int // tasks beyond those shown
	New      []Newcomer
	NewAll   string // address of all; "" when all are shown
	People   int
	Live     int
	Licences LicenceHome
	Late     []Task // cases of late requests on the red list; nil for who has none to do with
	LateAll  int    // all of them
	Previous Moment // of the session: since when
}

// Task is something to do.
type Task struct {
	Text, Note string
	URL, Verb  string
	Urgent     bool
}

// Newcomer is a person who is new.
type Newcomer struct {
	URL   string
	Name  page.Words
	Roles []Tag
	Since Moment
}

// Tag is a role with what it is held for.
type Tag struct {
	Role string
	Unit page.Words
}

func (x *exchange) homePage() error {
	v := homeView{Shell: x.shell("home"), Hello: x.said(x.visit.User.Name), Previous: x.moment(x.visit.Session.Created)}
	if err := x.manualsHome(&v); err != nil {
		return err
	}
	if x.by().MayAnywhere(rights.ManageStaff) {
		v.Manages = true
		if err := x.staffHome(&v); err != nil {
			return err
		}
	}
	if err := x.licencesHome(&v); err != nil {
		return err
	}
	if err := x.holidaysHome(&v); err != nil {
		return err
	}
	if err := x.delayHome(&v); err != nil {
		return err
	}
	return x.show(http.StatusOK, "home", v)
}

// manualsHome adds the revisions that wait for a person, and its drafts.
func (x *exchange) manualsHome(v *homeView) (err error) {
	v.Judges = x.judges()
	v.Writes = x.by().MayAnywhere(rights.WriteManual)
	if v.Judges {
		if v.Waiting, v.Waits, err = x.homeQueue(false); err != nil {
			return err
		}
	}
	if v.Writes {
		v.Mine, v.Drafts, err = x.homeQueue(true)
	}
	return err
}

// homeQueue is the beginning of a queue.
func (x *exchange) homeQueue(mine bool) ([]QueueRow, int, error) {
	q, err := x.Manuals.Queue(x.ctx(), x.by(), manuals.QueueFilter{Mine: mine, Page: trail.Page{Limit: few}})
	if err != nil {
		return nil, 0, err
	}
	rows, err := x.queueRows(q.Items)
	return rows, q.All, err
}

// staffHome adds what waits for one who manages tokens and users.
func (x *exchange) staffHome(v *homeView) error {
	agency := x.homeAgency()
	if agency != "" {
		v.Agency = x.unit(rights.Scope{Agency: agency})
		if err := x.vacant(v, agency); err != nil {
			return err
		}
	}
	if err := x.expiring(v); err != nil {
		return err
	}
	if v.More = len(v.Tasks) - few; v.More > 0 {
		v.Tasks = v.Tasks[:few]
	}
	return x.newcomers(v)
}

// vacant adds the roles of an agency that nobody holds and nobody can take.
func (x *exchange) vacant(v *homeView, agency catalog.AgencyCode) error {
	vacant, err := x.Desk.Vacant(x.ctx(), x.by(), agency, agencyRoles)
	for _, role := range vacant {
		v.Tasks = append(v.Tasks, Task{x.t("home.vacant", x.role(role)), x.t("home.vacant.note"), tokensURL(rights.Scope{Agency: agency}), x.t("home.vacant.do"), false})
	}
	return err
}

// expiring adds the live tokens that end soon: as all live equally long, those
// that were made first.
func (x *exchange) expiring(v *homeView) error {
	f := staff.TokenFilter{Live: true, Page: trail.Page{Limit: 1}}
	_, all, err := x.Desk.Tokens(x.ctx(), x.by(), "", f)
	if err != nil {
		return err
	}
	v.Live = all
	f.Page = trail.Page{Offset: max(0, all-50), Limit: 50}
	last, _, err := x.Desk.Tokens(x.ctx(), x.by(), "", f)
	if err != nil {
		return err
	}
	for i := len(last) - 1; i >= 0; i-- {
		t := last[i]
		if t.Expires.Sub(x.now()) > soon {
			continue
		}
		what := x.t("home.expiring", x.role(t.Role), x.day(t.Expires).Text)
		v.Tasks = append(v.Tasks, Task{what, x.unit(t.Scope).Text, tokensURL(t.Scope), x.t("home.expiring.do"), true})
	}
	return nil
}

// newcomers adds the people who came in the last days.
func (x *exchange) newcomers(v *homeView) error {
	us, all, err := x.Desk.Users(x.ctx(), x.by(), "", staff.UserFilter{Sort: staff.ByCreated, Down: true, Page: trail.Page{Limit: few}})
	if err != nil {
		return err
	}
	v.People = all
	may := x.reaches()
	for _, u := range us {
		if x.now().Sub(u.Created) < fresh {
			v.New = append(v.New, Newcomer{"/users/" + string(u.ID), x.called(u.ID, map[catalog.OfficerID]string{u.ID: u.Name}), x.tags(u.Grants, may), x.moment(u.Created)})
		}
	}
	if len(v.New) == few {
		v.NewAll = "/users?sort=created&down=1"
	}
	return nil
}

// tags are the roles of a person that the acting one may see.
func (x *exchange) tags(grants []staff.Grant, may func(catalog.AgencyCode) bool) []Tag {
	var out []Tag
	for _, g := range grants {
		if may(g.Scope.Agency) {
			out = append(out, Tag{x.role(g.Role), x.unit(g.Scope)})
		}
	}
	return out
}
