package pages

import (
	"net/http"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/page"
	"khumue/syncd/internal/staff"
)

// accessPerPage is how many roles one page of the report shows.
const accessPerPage = 50

// accessView says who held which role at the end of a day.
type accessView struct {
	Shell
	Unit  Unit
	Typed string // the day as typed, or as it is shown
	Day   string // "" when it was no day
	Rows  []AccessRow
	All   int
	Pager Pager
	File  string // address of the whole list as CSV
}

// AccessRow is a role that somebody held.
type AccessRow struct {
	URL   string
	Name  page.Words
	Email string
	Role  string
	Unit  page.Words
	From  Moment
	Ended Moment // since then; "" when in force
}

// accessAsked reads which report is asked for: of the day's last moment, or of
// now when the day is today or to come.
func (x *exchange) accessAsked() (u Unit, day calendar.Date, problems []Problem) {
	u, wrong := x.unitAsked()
	if wrong != "" {
		problems = append(problems, Problem{"unit", wrong})
	}
	day, wrong = x.date(x.asked("on"))
	if wrong != "" {
		problems = append(problems, Problem{"on", wrong})
	}
	if day.IsZero() && wrong == "" {
		day = calendar.DateOf(x.now())
	}
	return u, day, problems
}

// access is the report of a day.
func (x *exchange) access(agency catalog.AgencyCode, day calendar.Date) ([]staff.Access, error) {
	at := day.End().Add(-1)
	if now := x.now(); at.After(now) {
		at = now
	}
	return x.Desk.AccessOn(x.ctx(), x.by(), agency, at)
}

func (x *exchange) accessPage() error {
	u, day, problems := x.accessAsked()
	v := accessView{Shell: x.shell("access"), Unit: u, Typed: x.asked("on"), Day: day.Long(string(x.lang))}
	v.Problems = problems
	if v.Typed == "" {
		v.Typed = day.Numeric(string(x.lang))
	}
	if len(problems) > 0 || u.Typed != "" && u.Code == "" {
		return x.show(http.StatusOK, "access", v)
	}
	all, err := x.access(u.Code, day)
	if err != nil {
		return err
	}
	at := x.offset(accessPerPage)
	v.All, v.Pager = len(all), x.pager(at, accessPerPage, len(all))
	for _, a := range all[min(at, len(all)):min(at+accessPerPage, len(all))] {
		v.Rows = append(v.Rows, x.accessRow(a))
	}
	v.File = "/access.csv?" + fields("unit", string(u.Code), "on", day.ISO())
	return x.show(http.StatusOK, "access", v)
}

func (x *exchange) accessRow(a staff.Access) AccessRow {
	return AccessRow{
		"/users/" + string(a.User), x.called(a.User, map[catalog.OfficerID]string{a.User: a.Name}), a.Email,
		x.role(a.Role), x.unit(a.Scope), x.day(a.From), x.day(a.Ended),
	}
}

// accessFile is the report as CSV.
func (x *exchange) accessFile() error {
	u, day, problems := x.accessAsked()
	if len(problems) > 0 || u.Typed != "" && u.Code == "" {
		return x.lead("/access?" + x.r.URL.RawQuery)
	}
	all, err := x.access(u.Code, day)
	if err != nil {
		return err
	}
	t, err := x.table("access-" + day.ISO())
	if err != nil {
		return err
	}
	head := []string{x.t("csv.name"), x.t("csv.email"), x.t("csv.role"), x.t("csv.unit"), x.t("csv.agency"), x.t("csv.point"), x.t("csv.from"), x.t("csv.to"), x.t("csv.user")}
	if err := t.row(head...); err != nil {
		return err
	}
	for _, a := range all {
		r := x.accessRow(a)
		if err := t.row(r.Name.Text, r.Email, r.Role, r.Unit.Text, string(a.Scope.Agency), string(a.Scope.Point), stamp(a.From), stamp(a.Ended), string(a.User)); err != nil {
			return err
		}
	}
	return t.end()
}
