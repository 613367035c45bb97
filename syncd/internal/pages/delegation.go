package pages

import (
	"net/http"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/page"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// delegationView is a person's work that it gives to colleagues, and theirs that
// it was given.
type delegationView struct {
	Shell
	Seats      []Option   // roles whose work can be given, by their grants' ids
	Grant      string     // the one that the form is about
	Role       string     // what it is called
	Unit       page.Words // "" for the whole country
	Colleagues []Option
	First      string // as typed
	Last       string
	Given      []Loan // latest first
	Taken      []Loan
	Days       int // at most at once
}

// Loan is one delegation.
type Loan struct {
	Role  string
	Unit  page.Words
	Who   page.Words
	Days  string
	State string // ahead, now or over
	Says  string
	End   string // where it is taken back; "" when it can not be
}

// mineItems are the lines of the menu about the person itself.
func (x *exchange) mineItems() []Item {
	me, given := x.item("/me", "menu.me", "person"), x.item("/me/delegation", "menu.delegation", "hand")
	me.Current = me.Current && !given.Current
	return []Item{me, given, x.item("/token", "menu.redeem", "plus"), x.item("/help", "menu.help", "help")}
}

// mostLoans is how many delegations that are over a list shows.
const mostLoans = 10

// typedLoan is the form as it was sent.
type typedLoan struct{ grant, to, first, last string }

func (x *exchange) delegationPage() error {
	today := calendar.DateOf(x.now()).Numeric(string(x.lang))
	return x.showDelegation(http.StatusOK, typedLoan{grant: x.asked("role"), first: today})
}

func (x *exchange) showDelegation(status int, typed typedLoan, problems ...Problem) error {
	v := delegationView{Shell: x.shell("delegation", x.link("/me", "menu.me")), First: typed.first, Last: typed.last, Days: manuals.LongestDelegation}
	v.Path, v.Problems = "/me/delegation", problems
	list, err := x.Manuals.Delegations(x.ctx(), x.by())
	if err != nil {
		return err
	}
	g, found := x.lendable(typed.grant)
	var colleagues []catalog.OfficerID
	if found {
		if colleagues, err = x.Manuals.Colleagues(x.ctx(), x.by(), g.Grant); err != nil {
			return err
		}
		v.Grant, v.Role, v.Unit = g.ID, x.role(g.Role), x.unit(g.Scope)
	}
	people := colleagues
	for _, d := range list {
		people = append(people, d.From, d.To)
	}
	names, err := x.names(people...)
	if err != nil {
		return err
	}
	for _, id := range colleagues {
		v.Colleagues = append(v.Colleagues, Option{string(id), x.called(id, names).Text, string(id) == typed.to})
	}
	for _, other := range x.visit.User.Grants {
		if manuals.HasQueue(other.Role) {
			name := x.role(other.Role)
			if unit := x.unit(other.Scope).Text; unit != "" {
				name += " · " + unit
			}
			v.Seats = append(v.Seats, Option{other.ID, name, other.ID == v.Grant})
		}
	}
	v.Given, v.Taken = x.loans(list, names)
	return x.show(status, "delegation", v)
}

// lendable finds the role whose work is to be given: the one that is named, else
// the one that the person works by now, else the first that has work.
func (x *exchange) lendable(id string) (staff.Grant, bool) {
	var best staff.Grant
	for _, g := range x.visit.User.Grants {
		switch {
		case !manuals.HasQueue(g.Role):
		case g.ID == id:
			return g, true
		case best.ID == "", g.ID == x.seat().ID:
			best = g
		}
	}
	return best, best.ID != ""
}

// loans are the delegations from and to the person.
func (x *exchange) loans(list []manuals.Delegation, names map[catalog.OfficerID]string) (given, taken []Loan) {
	over := map[bool]int{}
	for _, d := range list {
		mine := d.From == x.visit.User.ID
		l := Loan{Role: x.role(d.Role), Unit: x.unit(rights.Scope{Agency: d.Agency}), Days: d.Days().Short(string(x.lang)), State: "ahead"}
		switch {
		case d.Over(x.now()):
			if over[mine]++; over[mine] > mostLoans {
				continue
			}
			l.State = "over"
		case d.InForce(x.now()):
			l.State = "now"
		}
		l.Says = x.t("delegation.state." + l.State)
		if !d.Ended.IsZero() {
			l.Says = x.t("delegation.ended", x.moment(d.Ended).Text)
		}
		if !mine {
			l.Who = x.called(d.From, names)
			taken = append(taken, l)
			continue
		}
		if l.Who = x.called(d.To, names); l.State != "over" {
			l.End = "/me/delegation/" + d.ID + "/end"
		}
		given = append(given, l)
	}
	return given, taken
}

// delegate gives the person's work to a colleague.
func (x *exchange) delegate() error {
	x.back = "/me/delegation"
	if err := x.form(); err != nil {
		return err
	}
	typed := typedLoan{x.posted("role"), x.posted("to"), x.posted("first"), x.posted("last")}
	var problems []Problem
	if typed.to == "" {
		problems = append(problems, Problem{"to", x.t("delegation.to.empty")})
	}
	days := map[string]calendar.Date{}
	for _, f := range []struct{ field, typed string }{{"first", typed.first}, {"last", typed.last}} {
		d, wrong := x.date(f.typed)
		if f.typed == "" {
			wrong = x.t("delegation." + f.field + ".empty")
		}
		if wrong != "" {
			problems = append(problems, Problem{f.field, wrong})
		}
		days[f.field] = d
	}
	if len(problems) > 0 {
		return x.showDelegation(http.StatusBadRequest, typed, problems...)
	}
	g, found := x.lendable(typed.grant)
	if !found || g.ID != typed.grant {
		return rights.Refused()
	}
	given, err := x.Manuals.Delegate(x.ctx(), x.by(), catalog.OfficerID(typed.to), g.Grant, days["first"], days["last"])
	if refusable(err) {
		text, _ := x.told(err)
		return x.showDelegation(statusOf(err), typed, Problem{"last", text})
	}
	if err != nil {
		return err
	}
	names, err := x.names(given.To)
	if err != nil {
		return err
	}
	return x.done("/me/delegation", "flash.delegated", x.called(given.To, names).Text, given.Days().Short(string(x.lang)))
}

// endDelegation takes it back.
func (x *exchange) endDelegation() error {
	x.back = "/me/delegation"
	if err := x.Manuals.EndDelegation(x.ctx(), x.by(), x.r.PathValue("id")); err != nil {
		return err
	}
	return x.done("/me/delegation", "flash.undelegated")
}
