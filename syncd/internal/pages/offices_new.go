package pages

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/page"
	"khumue/syncd/internal/enrol"
	"khumue/syncd/internal/rights"
)

// wholeAgency is chosen for a machine that serves an agency with all its points.
const wholeAgency = "*"

// newMachineView is where a machine of an office is enrolled.
type newMachineView struct {
	Shell
	Unit   Unit
	Chosen page.Words // the agency; "" before one is named
	Spots  []Option   // where the machine may stand
	Many   bool       // too many to choose from
	Name   string     // as typed
	Self   string     // where the form leads
}

// mayEnrol reports whether the person may enrol a machine of an agency or a point.
func (x *exchange) mayEnrol(agency catalog.AgencyCode, point catalog.PointCode) bool {
	return x.by().May(rights.EnrolOffice, x.pointTarget(agency, point)) == nil
}

// unitEnrolled is the agency that is named, among those of which the person may enrol
// machines; for who names none, the first that the role is held for.
func (x *exchange) unitEnrolled() (Unit, string) {
	u, wrong := x.unitAmong(x.reachesBy(rights.EnrolOffice))
	u.Find = officesPath + "/new/find"
	if u.Typed != "" {
		return u, wrong
	}
	may := x.reachesBy(rights.EnrolOffice)
	for _, g := range append([]rights.Grant{x.seat().Grant}, x.by().Grants...) {
		if a, ok := x.Structure.Agency(g.Scope.Agency); ok && may(a.Code) {
			u.Code, u.Typed = a.Code, x.unitTyped(a)
			break
		}
	}
	return u, ""
}

// findEnrolled suggests agencies of which the person may enrol machines.
func (x *exchange) findEnrolled() error { return x.suggest(x.reachesBy(rights.EnrolOffice)) }

func (x *exchange) newMachinePage() error { return x.showNewMachine(http.StatusOK) }

func (x *exchange) showNewMachine(status int, problems ...Problem) error {
	if x.Enrolment == nil {
		return notHere()
	}
	u, wrong := x.unitEnrolled()
	if wrong != "" {
		problems = append(problems, Problem{"unit", wrong})
	}
	v := newMachineView{Shell: x.shell("newmachine", x.link(officesPath, "menu.offices")), Unit: u, Name: x.posted("name")}
	v.Problems = problems
	if u.Code != "" {
		v.Chosen, v.Self = x.agency(u.Code), officesPath+"/new?"+fields("unit", string(u.Code))
		v.Path = v.Self
		x.machineSpots(&v)
	}
	return x.show(status, "newmachine", v)
}

// machineSpots are where a machine of the agency may stand: in the whole of it, or at
// one of its points.
func (x *exchange) machineSpots(v *newMachineView) {
	chosen := x.posted("place")
	if x.mayEnrol(v.Unit.Code, "") {
		v.Spots = append(v.Spots, Option{wholeAgency, x.t("newmachine.whole"), chosen == wholeAgency})
	}
	for _, p := range x.Structure.Points(v.Unit.Code) {
		if !x.mayEnrol(v.Unit.Code, p.Code) {
			continue
		}
		if v.Many = len(v.Spots) > mostKioskSpot; v.Many {
			break
		}
		v.Spots = append(v.Spots, Option{string(p.Code), x.text(p.Name).Text, chosen == string(p.Code)})
	}
	if len(v.Spots) > 1 { // how much the machine is to keep, a person has to say
		v.Spots = slices.Insert(v.Spots, 0, Option{"", x.t("newmachine.choose"), false})
	}
}

// newMachine gives a code with which a machine is enrolled.
func (x *exchange) newMachine() error {
	x.back = officesPath
	if err := x.form(); err != nil {
		return err
	}
	if x.Enrolment == nil {
		return notHere()
	}
	u, _ := x.unitEnrolled()
	place := x.posted("place")
	if u.Code == "" || place == "" {
		return x.showNewMachine(http.StatusBadRequest, Problem{"place", x.t("newmachine.place.empty")})
	}
	var point catalog.PointCode
	if place != wholeAgency {
		var err error
		if point, err = catalog.ParsePointCode(place); err != nil {
			return x.showNewMachine(http.StatusBadRequest, Problem{"place", x.t("newmachine.place.empty")})
		}
	}
	code, until, err := x.Enrolment.NewCode(x.ctx(), x.by(), u.Code, point, x.posted("name"))
	var told *fault.Error
	switch {
	case errors.Is(err, fault.Forbidden):
		return x.showNewMachine(http.StatusForbidden, Problem{"place", x.t("newmachine.place.empty")})
	case errors.As(err, &told) && (errors.Is(err, fault.Invalid) || errors.Is(err, fault.Conflict)):
		return x.showNewMachine(statusOf(err), Problem{"name", told.What.In(string(x.lang)) + " " + told.Hint.In(string(x.lang))})
	case err != nil:
		return err
	}
	return x.showMachineCode(code, until, machineCodeView{Name: x.said(x.posted("name")), Place: x.unit(rights.Scope{Agency: u.Code, Point: point}), Back: officesPath})
}

// machineCodeView shows a code once.
type machineCodeView struct {
	Shell
	Join   bool // it lets a person join; else it enrols a machine
	Name   page.Words
	Place  page.Words
	Groups []string
	Until  Moment
	Centre string // address of the centre, as it is typed
	Back   string
}

func (x *exchange) showMachineCode(code string, until time.Time, v machineCodeView) error {
	v.Shell = x.shell("machinecode", x.link(officesPath, "menu.offices"))
	if v.Path = v.Back; v.Join {
		v.Title = x.t("machinejoin.title")
	}
	v.Groups, v.Until, v.Centre = groups(enrol.Spaced(code)), x.moment(until), x.Address.Scheme+"://"+x.Address.Host
	return x.show(http.StatusOK, "machinecode", v)
}

// joinOffice gives the person a code with which to work on a machine, or to choose
// another passphrase there.
func (x *exchange) joinOffice() error {
	o, works, err := x.machine()
	if err != nil {
		return err
	}
	if !works {
		return noMachine()
	}
	code, until, err := x.Enrolment.JoinCode(x.ctx(), x.by(), o.ID)
	if errors.Is(err, fault.Forbidden) {
		return noMachine()
	} else if err != nil {
		return err
	}
	return x.showMachineCode(code, until, machineCodeView{Join: true, Name: x.said(o.Name), Place: x.unit(rights.Scope{Agency: o.Agency, Point: o.Point}), Back: officesPath})
}
