package pages

import (
	"errors"
	"net/http"
	"slices"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/page"
	"khumue/syncd/internal/form"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/rights"
)

// thingView is the form of an agency, a point, a process or another service.
type thingView struct {
	Shell
	Form    form.Form
	Self    string
	Was     string // what the form was made from; of what is new the zero hash
	By      string // the person
	New     bool
	Photos  bool // files may come with it
	Place   bool // a position may be taken from the device
	Code    string
	Public  string // its page on the public site; "" when there is none
	Preview string // where the page that it would have is shown; "" for nowhere
	Hours   string // other pages of it; "" where it has none
	History string
	Retire  string
	Remove  string
	Back    string
	Review  *ReviewDue // of a process
	Retired bool
}

// ReviewDue is when section 6 of the Act asks for a process to be looked at again.
type ReviewDue struct {
	Last Moment
	Due  Moment // five years later; "" where it was never reviewed
	Mark string // late, soon or ""
}

// opReviewed is the button that says that a process was reviewed today.
const opReviewed = "reviewed"

// reviewYears is how long a review holds (section 6 of the Act).
const reviewYears = 5

func (x *exchange) agencyForm() error  { return x.thingPage(agencySort) }
func (x *exchange) pointForm() error   { return x.thingPage(pointSort) }
func (x *exchange) processForm() error { return x.thingPage(processSort) }
func (x *exchange) serviceForm() error { return x.thingPage(serviceSort) }

func (x *exchange) saveAgency() error  { return x.changeThing(agencySort) }
func (x *exchange) savePoint() error   { return x.changeThing(pointSort) }
func (x *exchange) saveProcess() error { return x.changeThing(processSort) }
func (x *exchange) saveService() error { return x.changeThing(serviceSort) }

func (x *exchange) newAgencyForm() error  { return x.newThingPage(agencySort) }
func (x *exchange) newPointForm() error   { return x.newThingPage(pointSort) }
func (x *exchange) newProcessForm() error { return x.newThingPage(processSort) }
func (x *exchange) newServiceForm() error { return x.newThingPage(serviceSort) }

func (x *exchange) createAgency() error  { return x.createThing(agencySort) }
func (x *exchange) createPoint() error   { return x.createThing(pointSort) }
func (x *exchange) createProcess() error { return x.createThing(processSort) }
func (x *exchange) createService() error { return x.createThing(serviceSort) }

func (x *exchange) thingPage(s sort) error {
	t, err := x.thing(s)
	if err != nil {
		return err
	}
	return x.showThing(http.StatusOK, t, shown{values: t.kind.Values(t.value, nil)})
}

func (x *exchange) newThingPage(s sort) error {
	t, err := x.newThing(s)
	if err != nil {
		return err
	}
	return x.showThing(http.StatusOK, t, shown{values: t.kind.Values(t.value, nil)})
}

// showThing shows the form with what there is to say of it.
func (x *exchange) showThing(status int, t thing, s shown) error {
	frame, err := x.Manuals.Frame()
	if err != nil {
		return err
	}
	around := form.Around{Frame: frame, Focus: s.focus}
	v := thingView{
		Shell: x.thingShell("thing", t), Self: t.at(), Was: s.was, By: string(x.visit.User.ID), New: t.fresh(), Back: t.back(),
		Photos: t.file == corpus.PointFile && !t.fresh(), Place: t.file == corpus.PointFile, Code: t.id,
	}
	if v.Was == "" {
		v.Was = t.sheet.Was.String()
	}
	v.Title, v.Purpose = t.name.Text, x.t("thing.purpose."+t.sort.name)
	if t.fresh() {
		v.Title = x.t("thing.new." + t.sort.name)
	}
	v.Path = t.at()
	x.thingWays(&v, t)
	if v.Photos {
		around.Files = t.url("/photos/")
	}
	v.Form = t.kind.Show(s.values, s.faults, around, string(x.lang))
	v.Problems = slices.Concat(s.told, x.thingProblems(t, s))
	if t.file == corpus.ServiceFile {
		v.Preview = t.path + "preview?unit=" + string(t.home)
	}
	if v.Place {
		x.w.Header().Set("Permissions-Policy", "camera=(), geolocation=(self), microphone=()")
	}
	return x.show(status, "thing", v)
}

// thingWays are the other pages of a thing.
func (x *exchange) thingWays(v *thingView, t thing) {
	if t.fresh() {
		return
	}
	v.History = t.url("/history")
	switch value := t.value.(type) {
	case *catalog.Agency:
		v.Retired = value.Retired.IsGiven()
		if x.mayDo(t, rights.EditProfile) {
			v.Hours = t.url("/hours")
		}
		if x.mayDo(t, rights.EditStructure) && !v.Retired {
			v.Retire = t.url("/retire")
		}
		v.Public = x.sitePage("agency", t.id)
	case *catalog.Point:
		v.Hours, v.History = t.url("/hours"), t.url("")+"#events"
		if value.Visible() {
			v.Public = x.sitePage("point", t.id)
		}
	case *catalog.Process:
		v.Remove, v.Review = t.url("/remove"), x.reviewDue(value.ReviewedOn)
	case *catalog.Service:
		v.Remove, v.Public = t.url("/remove"), x.sitePage("service", t.id)
	}
}

// reviewDue says when a process is to be reviewed again.
func (x *exchange) reviewDue(last calendar.Date) *ReviewDue {
	if last.IsZero() {
		return &ReviewDue{Mark: "late"}
	}
	due := last
	due.Year += reviewYears
	if due.Month == 2 && due.Day == 29 {
		due.Day = 28
	}
	r := &ReviewDue{Last: x.onDay(last), Due: x.onDay(due)}
	switch now := x.now(); {
	case due.Before(calendar.DateOf(now)):
		r.Mark = "late"
	case due.Before(calendar.DateOf(now.AddDate(0, 6, 0))):
		r.Mark = "soon"
	}
	return r
}

// thingProblems are faults as the summary of problems has them.
func (x *exchange) thingProblems(t thing, s shown) []Problem {
	var out []Problem
	for _, f := range s.faults {
		p := Problem{f.Field, x.about(t.kind.Named(s.values, f.Field, string(x.lang)), f)}
		if p.Field == "" {
			p.Field = "form"
		}
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

func (x *exchange) changeThing(s sort) error {
	t, err := x.thing(s)
	if err != nil {
		return err
	}
	x.back = t.at()
	return x.receive(t)
}

func (x *exchange) createThing(s sort) error {
	t, err := x.newThing(s)
	if err != nil {
		return err
	}
	x.back = t.at()
	return x.receive(t)
}

// receive does what the form of a thing asks for: a button of its rows, or to keep
// it.
func (x *exchange) receive(t thing) error {
	s, err := x.sent()
	if err != nil {
		return err
	}
	switch s.op {
	case opReviewed:
		s.values.Set("reviewed_on", form.Day(calendar.DateOf(x.now())))
	case "", "save":
	case "show":
		return x.showThing(http.StatusOK, t, shown{values: s.values, was: s.was.String()})
	default:
		focus, err := t.kind.Apply(s.values, s.op)
		again := shown{values: s.values, was: s.was.String(), focus: focus, told: x.chooseAgain(s)}
		status := http.StatusOK
		if text, told := x.told(err); err != nil && told {
			status, again.told = statusOf(err), append(again.told, Problem{focus, text})
		} else if err != nil {
			return err
		}
		return x.showThing(status, t, again)
	}
	return x.keepThing(t, s)
}

// keepThing keeps a form: it publishes it at once.
func (x *exchange) keepThing(t thing, s sent) error {
	photos, told := x.takePhotos(t, &s)
	value, faults, err := t.kind.Read(s.values, t.value)
	if err != nil {
		return err
	}
	faults = slices.DeleteFunc(faults, func(f form.Fault) bool { return f.Severity != fault.Wrong })
	if len(faults)+len(told) > 0 {
		photos.forget(&s)
		return x.showThing(http.StatusBadRequest, t, shown{values: s.values, faults: faults, told: told, was: s.was.String()})
	}
	var saved immediate.Saved
	if t.fresh() {
		saved, err = x.Direct.Create(x.ctx(), x.by(), newOf(t, s, value))
	} else {
		saved, err = x.Direct.Save(x.ctx(), x.by(), immediate.Change{File: t.sheet.At.Path, Was: s.was, Value: value, Beside: photos.files, Choices: s.choices, Free: form.Free(s.values, value)})
	}
	if err != nil {
		photos.forget(&s)
		return x.unkept(t, s, err)
	}
	return x.kept(t, saved)
}

// newOf is a value that is to be made.
func newOf(t thing, s sent, value any) immediate.New {
	n := immediate.New{Agency: t.home, Value: value, Free: form.Free(s.values, value)}
	if a, ok := value.(*catalog.Agency); ok {
		n.Code = a.Code
	}
	return n
}

// unkept answers for what the desk refused: at its fields, with what was typed.
func (x *exchange) unkept(t thing, s sent, err error) error {
	var wrong *immediate.Wrong
	var clash *immediate.Clash
	again := shown{values: s.values, was: s.was.String()}
	switch {
	case errors.As(err, &clash):
		return x.clashThing(t, s, clash)
	case errors.As(err, &wrong):
		for _, p := range wrong.Problems {
			again.faults = append(again.faults, form.Plain(form.Fault{Field: t.kind.Anchor(p.Field), Severity: fault.Wrong, What: p.What, Hint: p.Hint}))
		}
	case errors.Is(err, fault.Invalid), errors.Is(err, fault.Conflict):
		text, told := x.told(err)
		if !told {
			return err
		}
		field := "form"
		if t.fresh() && t.file == corpus.AgencyFile {
			field = "code"
			if errors.Is(err, fault.Conflict) {
				text = x.t("thing.code.taken")
			}
		}
		again.told = []Problem{{field, text}}
	default:
		return err
	}
	return x.showThing(statusOf(err), t, again)
}

// kept leads on after a form was kept.
func (x *exchange) kept(t thing, saved immediate.Saved) error {
	fresh := t.fresh()
	if fresh {
		t.id = saved.ID
		if t.file == corpus.AgencyFile {
			t.home = catalog.AgencyCode(saved.ID)
		}
	}
	titles, err := x.Direct.Titles(t.id)
	if err != nil {
		return err
	}
	name := x.text(titles[t.id]).Text
	to := t.at()
	switch t.file {
	case corpus.PointFile:
		to = t.back()
	case corpus.AgencyFile:
		if !fresh {
			to = t.back()
		}
	}
	switch {
	case saved.Commit.IsZero():
		return x.done(to, "flash.thing.same", name)
	case saved.Merged:
		return x.done(to, "flash.thing.merged", name)
	case fresh:
		return x.done(to, "flash.thing.created", name)
	}
	return x.done(to, "flash.thing.saved", name)
}

// clashThing shows what two officers changed, with both values of each. Files that
// came are chosen again.
func (x *exchange) clashThing(t thing, s sent, c *immediate.Clash) error {
	v := clashView{Shell: x.thingShell("clash", t), Action: t.at(), Was: s.was.String(), By: string(x.visit.User.ID)}
	v.Path = t.at()
	for _, f := range c.Fields {
		v.Rows = append(v.Rows, x.clashRow(f, s.choices[f.ID]))
	}
	v.Values = valuesOf(s.values)
	if len(s.choices) > 0 {
		v.Problems = []Problem{{v.Rows[0].ID, x.t("clash.left", len(v.Rows))}}
	}
	return x.show(http.StatusConflict, "clash", v)
}

// previewService renders the page that another service would have.
func (x *exchange) previewService() error {
	s, err := x.sent()
	if err != nil {
		return err
	}
	agency := catalog.AgencyCode(x.asked("unit"))
	if x.by().May(rights.EditService, x.pointTarget(agency, "")) != nil {
		return noThing()
	}
	value, _, err := form.Services.Read(s.values, form.Services.New())
	if err != nil {
		return err
	}
	service, ok := value.(*catalog.Service)
	if !ok {
		return notHere()
	}
	service.Owner, service.ID = agency, "xx"
	lang := x.lang
	if service.Title.EN == "" {
		lang = catalog.TH
	}
	out, err := x.preview.Service(x.ctx(), lang, service)
	if err != nil {
		return err
	}
	return x.showFramed(lang, out)
}

func (x *exchange) removeProcessPage() error { return x.showRemoveThing(http.StatusOK, processSort) }
func (x *exchange) removeServicePage() error { return x.showRemoveThing(http.StatusOK, serviceSort) }
func (x *exchange) removeProcess() error     { return x.removeThing(processSort) }
func (x *exchange) removeService() error     { return x.removeThing(serviceSort) }

// showRemoveThing asks whether a process or another service is to go.
func (x *exchange) showRemoveThing(status int, of sort, problems ...Problem) error {
	t, err := x.thing(of)
	if err != nil {
		return err
	}
	do, then := x.t("thing.remove.process.do"), []string{x.t("thing.remove.process.1"), x.t("thing.remove.process.2")}
	if of.file == corpus.ServiceFile {
		do, then = x.t("thing.remove.service.do"), []string{x.t("thing.remove.service.1"), x.t("thing.remove.service.2")}
	}
	v := confirmView{
		Shell: x.thingShell("confirm", t), What: t.name, Which: x.agency(t.home), After: append(then, x.t("thing.remove.kept")),
		Action: t.url("/remove"), Button: do, Cancel: t.at(), Danger: true,
	}
	v.Path, v.Title, v.Problems = v.Action, do, problems
	return x.show(status, "confirm", v)
}

// removeThing takes a process or another service away.
func (x *exchange) removeThing(of sort) error {
	t, err := x.thing(of)
	if err != nil {
		return err
	}
	_, err = x.Direct.Remove(x.ctx(), x.by(), t.id, "")
	if problems, told := x.unlawful(err, "confirm"); told {
		return x.showRemoveThing(statusOf(err), of, problems...)
	}
	if err != nil {
		return err
	}
	return x.done(t.back(), "flash.thing.removed", t.name.Text)
}

// historyView is what became of a thing, and what can be taken back.
type historyView struct {
	Shell
	What   page.Words
	Events []PointEvent
	Older  string
	Back   string // address at which a change is taken back
}

func (x *exchange) agencyHistory() error  { return x.showHistory(http.StatusOK, agencySort) }
func (x *exchange) processHistory() error { return x.showHistory(http.StatusOK, processSort) }
func (x *exchange) serviceHistory() error { return x.showHistory(http.StatusOK, serviceSort) }

func (x *exchange) showHistory(status int, s sort, problems ...Problem) error {
	t, err := x.thing(s)
	if err != nil {
		return err
	}
	v := historyView{Shell: x.thingShell("history", t), What: t.name, Back: t.url("/revert")}
	v.Path, v.Problems = t.url("/history"), problems
	if v.Events, v.Older, err = x.fileEvents(t.sheet.At.Path, t.url("/history")); err != nil {
		return err
	}
	return x.show(status, "history", v)
}

func (x *exchange) revertAgency() error  { return x.revertThing(agencySort) }
func (x *exchange) revertProcess() error { return x.revertThing(processSort) }
func (x *exchange) revertService() error { return x.revertThing(serviceSort) }

// revertThing takes a change back.
func (x *exchange) revertThing(s sort) error {
	if err := x.form(); err != nil {
		return err
	}
	t, err := x.thing(s)
	if err != nil {
		return err
	}
	commit, err := gitrepo.ParseHash(x.posted("commit"))
	if err != nil {
		return notHere()
	}
	_, err = x.Direct.Revert(x.ctx(), x.by(), commit, t.sheet.At.Path)
	if problems, told := x.unlawful(err, "events"); told {
		return x.showHistory(statusOf(err), s, problems...)
	}
	if err != nil {
		return x.crossed(err, t.url("/history"))
	}
	return x.done(t.url("/history"), "flash.point.reverted", t.name.Text)
}
