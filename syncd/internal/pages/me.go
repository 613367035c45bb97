package pages

import (
	"errors"
	"net/http"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/page"
)

// meView is what a person sees of the own account.
type meView struct {
	Shell
	Name    page.Words
	Email   string
	Via     string
	Roles   []MyRole
	Devices []Device
	Schemes []Option
}

// MyRole is a role that the person holds.
type MyRole struct {
	Role  string
	Unit  page.Words
	Since Moment
}

// Device is a browser in which the person is signed in.
type Device struct {
	ID, Name    string
	Here        bool // it is this one
	Since, Seen Moment
}

func (x *exchange) mePage() error {
	sessions, err := x.Desk.SessionsOf(x.ctx(), x.by())
	if err != nil {
		return err
	}
	u := x.visit.User
	v := meView{Shell: x.shell("me"), Name: x.said(u.Name), Email: u.Email}
	if p, ok := x.providers[x.visit.Session.Via]; ok {
		v.Via = p.Label().In(string(x.lang))
	}
	for _, g := range u.Grants {
		v.Roles = append(v.Roles, MyRole{x.role(g.Role), x.unit(g.Scope), x.day(g.From)})
	}
	for _, s := range sessions {
		d := Device{s.ID, s.Device, s.ID == x.visit.Session.ID, x.moment(s.Created), x.moment(s.Seen)}
		if d.Name == "" {
			d.Name = x.t("me.device.unknown")
		}
		v.Devices = append(v.Devices, d)
	}
	for _, s := range append([]string{"auto"}, schemes...) {
		v.Schemes = append(v.Schemes, Option{s, x.t("scheme." + s), s == v.Scheme || s == "auto" && v.Scheme == ""})
	}
	return x.show(http.StatusOK, "me", v)
}

// endSession signs one device out. This one is sent to the sign-in page.
func (x *exchange) endSession() error {
	id := x.r.PathValue("id")
	if err := x.Desk.EndSession(x.ctx(), x.by(), id); err != nil {
		return err
	}
	if id == x.visit.Session.ID {
		x.dropCookie(sessionCookie)
		return x.lead("/signed-out")
	}
	return x.done("/me", "flash.device")
}

// endSessions signs the person out everywhere.
func (x *exchange) endSessions() error {
	if err := x.Desk.SignOutEverywhere(x.ctx(), x.by()); err != nil {
		return err
	}
	x.dropCookie(sessionCookie)
	return x.lead("/signed-out")
}

// names looks up what officers are called.
func (x *exchange) names(ids ...catalog.OfficerID) (map[catalog.OfficerID]string, error) {
	return x.Desk.Names(x.ctx(), ids...)
}

// called is what an officer is called: nobody's id is the machine's console.
func (x *exchange) called(id catalog.OfficerID, names map[catalog.OfficerID]string) page.Words {
	switch name := names[id]; {
	case id == "":
		return page.Words{Text: x.t("person.console")}
	case name != "":
		return x.said(name)
	}
	return page.Words{Text: x.t("person.unnamed") + " (" + string(id) + ")"}
}

// missing reports whether an error says that something is not there.
func missing(err error) bool { return errors.Is(err, fault.NotFound) }
