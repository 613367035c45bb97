package pages

import (
	"net/http"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/page"
	"khumue/syncd/internal/rights"
)

// retireView asks since when an agency is no more, and who took over.
type retireView struct {
	Shell
	What      page.Words
	Action    string
	Cancel    string
	On        string // as typed
	Successor string
	Why       string
}

// everyAgency may be named: what takes over stands anywhere.
func everyAgency(catalog.AgencyCode) bool { return true }

// findSuccessors suggests agencies that may take over.
func (x *exchange) findSuccessors() error { return x.suggest(everyAgency) }

// agencyToRetire is the agency that an address names, for who may end it.
func (x *exchange) agencyToRetire() (thing, error) {
	t, err := x.thing(agencySort)
	if err == nil && !x.mayDo(t, rights.EditStructure) {
		err = noThing()
	}
	return t, err
}

func (x *exchange) retirePage() error {
	t, err := x.agencyToRetire()
	if err != nil {
		return err
	}
	return x.showRetire(http.StatusOK, t, retireView{On: calendar.DateOf(x.now()).Short(string(x.lang))})
}

func (x *exchange) showRetire(status int, t thing, v retireView, problems ...Problem) error {
	v.Shell, v.What, v.Action, v.Cancel = x.thingShell("retire", t), t.name, t.url("/retire"), t.at()
	v.Path, v.Problems = v.Action, problems
	return x.show(status, "retire", v)
}

// retire ends an agency that nothing is left of.
func (x *exchange) retire() error {
	if err := x.form(); err != nil {
		return err
	}
	t, err := x.agencyToRetire()
	if err != nil {
		return err
	}
	v := retireView{On: x.posted("on"), Successor: x.posted("successor"), Why: x.typed("why")}
	r, problems := x.retirement(t, v)
	if len(problems) > 0 {
		return x.showRetire(http.StatusBadRequest, t, v, problems...)
	}
	_, err = x.Direct.Retire(x.ctx(), x.by(), catalog.AgencyCode(t.id), r, v.Why)
	if problems, told := x.unlawful(err, "confirm"); told {
		return x.showRetire(statusOf(err), t, v, problems...)
	}
	if err != nil {
		return err
	}
	return x.done(t.back(), "flash.thing.retired", t.name.Text)
}

// retirement reads what was sent.
func (x *exchange) retirement(t thing, v retireView) (r catalog.Retirement, problems []Problem) {
	day, wrong := x.date(v.On)
	if wrong == "" && day.IsZero() {
		wrong = x.t("retire.on.empty")
	}
	if wrong != "" {
		problems = append(problems, Problem{"on", wrong})
	}
	u, wrong := x.unitTypedAs(v.Successor, everyAgency)
	switch {
	case wrong != "":
	case v.Successor != "" && u.Code == "":
		wrong = x.t("retire.which")
	case u.Code != "" && string(u.Code) == t.id:
		wrong = x.t("retire.itself")
	}
	if wrong != "" {
		problems = append(problems, Problem{"successor", wrong})
	}
	return catalog.Retirement{On: day, Successor: u.Code}, problems
}
