package pages

import (
	"errors"
	"net/http"
	"slices"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
	"khumue/internal/page"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/rights"
)

// newManualView asks for what a manual begins with.
type newManualView struct {
	Shell
	Agencies []Option // for which the person may write
	TH, EN   string
}

// mostWritten is how many agencies are offered to choose from.
const mostWritten = 500

// written are the agencies for which the person may write.
func (x *exchange) written() []Option {
	var out []Option
	for _, g := range x.by().Grants {
		if g.Scope.Agency == "" {
			continue
		}
		for _, code := range x.Manuals.Structure.Below(g.Scope.Agency) {
			target, err := x.Manuals.Structure.Target(code, "")
			if err != nil || x.by().May(rights.WriteManual, target) != nil || len(out) >= mostWritten {
				continue
			}
			if a, ok := x.Structure.Agency(code); ok && !slices.ContainsFunc(out, func(o Option) bool { return o.Value == string(code) }) {
				out = append(out, Option{Value: string(code), Text: x.text(a.Name).Text})
			}
		}
	}
	return out
}

func (x *exchange) newManualPage() error {
	return x.showNewManual(http.StatusOK, newManualView{})
}

func (x *exchange) showNewManual(status int, v newManualView) error {
	v.Shell, v.Agencies = withProblems(x.shell("newmanual", x.link("/manuals", "menu.all-manuals")), v.Problems), x.written()
	chosen := x.r.PostForm.Get("agency")
	if chosen == "" {
		chosen = string(x.seat().Scope.Agency)
	}
	for i, o := range v.Agencies {
		v.Agencies[i].Chosen = o.Value == chosen
	}
	return x.show(status, "newmanual", v)
}

// withProblems is a shell with what is wrong on its page.
func withProblems(s Shell, problems []Problem) Shell {
	s.Problems = problems
	return s
}

// newManual begins a manual.
func (x *exchange) newManual() error {
	if err := x.form(); err != nil {
		return err
	}
	x.back = "/manuals/new"
	v := newManualView{TH: x.posted("title.th"), EN: x.posted("title.en")}
	if v.TH == "" {
		v.Problems = []Problem{{"title.th", x.t("newmanual.untitled")}}
		return x.showNewManual(http.StatusBadRequest, v)
	}
	o, err := x.Manuals.Begin(x.ctx(), x.by(), catalog.AgencyCode(x.posted("agency")), catalog.Text{TH: v.TH, EN: v.EN})
	if err != nil {
		return err
	}
	return x.lead(editURL(o.Ref))
}

// othersView shows the revisions of a manual that are under way, before another
// is begun beside them.
type othersView struct {
	Shell
	Rows   []UnderWay
	Action string
	Fields []Option // what the form brought
	Cancel string
}

// UnderWay is a revision under way.
type UnderWay struct {
	URL   string
	Name  page.Words
	State Standing
	By    page.Words
	At    Moment
}

// begun goes on with a draft that was begun, or shows those that are there.
func (x *exchange) begun(o manuals.Open, err error, fields ...Option) error {
	var others *manuals.Others
	if !errors.As(err, &others) {
		if err != nil {
			return err
		}
		return x.lead(editURL(o.Ref))
	}
	id := x.r.PathValue("id")
	v := othersView{Shell: x.shell("others", x.link("/manuals", "menu.all-manuals"), Link{"/manuals/" + id, others.Open[0].Title.In(x.lang)}),
		Action: x.r.URL.Path, Fields: append(fields, Option{Value: "beside", Text: "1"}), Cancel: "/manuals/" + id}
	var ids []catalog.OfficerID
	for _, one := range others.Open {
		ids = append(ids, one.By)
	}
	called, err := x.names(ids...)
	if err != nil {
		return err
	}
	for _, one := range others.Open {
		v.Rows = append(v.Rows, UnderWay{URL: revisionURL(one.Ref), Name: x.titled(one.Title, one.Manual), State: x.standing(one.Revision), By: x.called(one.By, called), At: x.moment(one.Changed)})
	}
	return x.show(http.StatusConflict, "others", v)
}

// changing is the manual of the address, of which a form was sent.
func (x *exchange) changing() (catalog.ManualID, error) {
	id, err := x.manualID()
	if err != nil {
		return "", err
	}
	x.back = manualURL(id)
	return id, x.form()
}

// revise begins a draft of what is published.
func (x *exchange) revise() error {
	id, err := x.changing()
	if err != nil {
		return err
	}
	o, err := x.Manuals.Revise(x.ctx(), x.by(), id, x.posted("beside") != "")
	return x.begun(o, err)
}

// restore begins a draft of what was published once.
func (x *exchange) restore() error {
	id, err := x.changing()
	if err != nil {
		return err
	}
	commit, err := gitrepo.ParseHash(x.posted("commit"))
	if err != nil {
		return badForm(err)
	}
	o, err := x.Manuals.Restore(x.ctx(), x.by(), id, commit, x.posted("beside") != "")
	return x.begun(o, err, Option{Value: "commit", Text: commit.String()})
}

// withdrawView asks since when and why a manual no longer holds.
type withdrawView struct {
	Shell
	Action        string
	On            string
	ReasonTH      string
	ReasonEN      string
	Successor     string
	Cancel        string
	SuccessorName page.Words
}

func (x *exchange) withdrawPage() error {
	f, err := x.withdrawn()
	if err != nil {
		return err
	}
	return x.showWithdraw(http.StatusOK, f, withdrawView{On: x.day(x.now()).Text})
}

// withdrawn is the manual of the address, for who may withdraw it.
func (x *exchange) withdrawn() (manuals.Folio, error) {
	id, err := catalog.ParseManualID(x.r.PathValue("id"))
	if err != nil {
		return manuals.Folio{}, notHere()
	}
	f, err := x.Manuals.Manual(x.ctx(), x.by(), id)
	if err == nil && !f.May.Withdraw {
		err = rights.Refused()
	}
	return f, err
}

func (x *exchange) showWithdraw(status int, f manuals.Folio, v withdrawView) error {
	problems := v.Problems
	at := "/manuals/" + string(f.ID)
	v.Shell = withProblems(x.shell("withdraw", x.link("/manuals", "menu.all-manuals"), Link{at, f.Title.In(x.lang)}), problems)
	v.Action, v.Cancel = at+"/withdraw", at
	return x.show(status, "withdraw", v)
}

// withdraw begins a draft that withdraws a manual.
func (x *exchange) withdraw() error {
	f, err := x.withdrawn()
	if err != nil {
		return err
	}
	if err := x.form(); err != nil {
		return err
	}
	x.back = "/manuals/" + string(f.ID)
	v := withdrawView{On: x.posted("on"), ReasonTH: x.posted("reason.th"), ReasonEN: x.posted("reason.en"), Successor: x.posted("successor")}
	w, problems := x.withdrawal(v)
	if len(problems) > 0 {
		v.Problems = problems
		return x.showWithdraw(http.StatusBadRequest, f, v)
	}
	o, err := x.Manuals.Withdraw(x.ctx(), x.by(), f.ID, w, x.posted("beside") != "")
	return x.begun(o, err, Option{Value: "on", Text: v.On}, Option{Value: "reason.th", Text: v.ReasonTH}, Option{Value: "reason.en", Text: v.ReasonEN}, Option{Value: "successor", Text: v.Successor})
}

// withdrawal reads what was typed.
func (x *exchange) withdrawal(v withdrawView) (w catalog.Withdrawal, problems []Problem) {
	on, err := calendar.ParseThai(v.On)
	if err != nil {
		problems = append(problems, Problem{"on", x.t("date.wrong")})
	}
	if v.ReasonTH == "" {
		problems = append(problems, Problem{"reason.th", x.t("withdraw.unreasoned")})
	}
	w = catalog.Withdrawal{On: on, Reason: catalog.Text{TH: v.ReasonTH, EN: v.ReasonEN}}
	if v.Successor != "" {
		if w.Successor, err = catalog.ParseManualID(v.Successor); err != nil {
			problems = append(problems, Problem{"successor", x.t("withdraw.unknown")})
		} else if _, err := x.Manuals.CopyFrom(x.ctx(), x.by(), w.Successor); err != nil {
			problems = append(problems, Problem{"successor", x.t("withdraw.unknown")})
		}
	}
	return w, problems
}
