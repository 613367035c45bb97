package pages

import (
	"errors"
	"net/http"
	"strconv"

	"khumue/internal/calendar"
	"khumue/internal/delay"
	"khumue/internal/fault"
	"khumue/internal/letter"
	"khumue/internal/page"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/rights"
)

// delayView is one late request.
type delayView struct {
	Shell
	URL      string
	Stand    DelayStand
	Manual   page.Words
	Read     string // address of the manual as it was in force; "" when it has no page
	Point    page.Words
	Late     string // how late, in words; "" when it is not
	Facts    []Fact
	Explain  string // how the due day was found
	Missed   string // weeks without a letter, in words; "" for none
	Known    bool   // the person may see who the applicant is
	Who      delays.Person
	Erased   Moment
	Code     string
	LookUp   string // where the applicant looks
	Letters  []DelayLetter
	Writes   bool // the person may change the case
	Next     string
	NotYet   string // why no letter can be written yet; "" when one can
	Ends     bool   // it can be ended
	Notifies bool   // the notice of the end can be noted
	Erases   string // where the applicant is erased; "" when it can not be
	Past     []DelayPast
	Reopen   DelayReopen
	Form     DelayForm
}

// DelayLetter is a letter of a case.
type DelayLetter struct {
	Seq       int
	Number    string
	Date      Moment
	Reason    string
	Text      page.Words
	Expected  Moment
	Way       string
	Sent      Moment
	Copied    Moment
	PDF, DOCX string
	Send      string // where it is noted that it was sent; "" when all is
	Typed     DelayTyped
	Correct   string // where it is corrected; "" when it can not be
	Mended    string // which edition it is and since when, in words; "" for the first
	Why       page.Words
	Before    []DelayEdition // the newest first
}

// DelayTyped is what was typed of how a letter went out.
type DelayTyped struct{ Way, Sent, Copied string }

// DelayForm are the fields of the forms of a case.
type DelayForm struct {
	Version  int
	Key      string
	Today    string
	Ways     []Option
	Outcomes []Option
	Ended    string
	Notified string
	Way      string
}

// delayEnds are the ways in which a case ends.
var delayEnds = []struct {
	word   string
	state  delay.State
	result delay.Result
}{
	{"granted", delay.Finished, delay.Granted}, {"refused", delay.Finished, delay.Refused}, {"returned", delay.Returned, ""}, {"withdrawn", delay.Withdrawn, ""},
}

// late is the case that the address names.
func (x *exchange) delayed() (delays.Sheet, error) {
	x.back = delaysPath
	return x.Late.Case(x.ctx(), x.by(), x.r.PathValue("id"))
}

func (x *exchange) delayPage() error {
	s, err := x.delayed()
	if err != nil {
		return err
	}
	return x.showDelay(http.StatusOK, s)
}

func (x *exchange) showDelay(status int, s delays.Sheet, problems ...Problem) error {
	lang := string(x.lang)
	v := delayView{Shell: x.shell("delay", x.link(delaysPath, "menu.delays")), URL: delayURL(s.ID), Stand: x.delayStand(s), Manual: x.text(s.Title), Known: s.Known, Who: s.Who, Erased: x.day(s.Erased), Code: s.Printed, Writes: s.MayWrite}
	v.Title, v.Purpose, v.Problems, v.Path = x.t("delay.of", s.Case.Request), "", problems, v.URL
	v.Point = x.unit(rights.Scope{Agency: s.Agency, Point: s.Point})
	if n := s.Case.Since(x.Late.Today()); n > 0 {
		v.Late = x.words.Count("delay.late", n)
	}
	v.Facts, v.Explain = x.delayFacts(s), x.explained(s.Case)
	v.Read = x.Site.JoinPath("procedure", string(s.Manual)).String() + "/"
	if s.Revision > 0 {
		v.Read += "r/" + strconv.Itoa(s.Revision) + "/"
	}
	v.LookUp = letter.LookUp(x.Site.String(), "", "")
	if s.Next.Missed > 0 {
		v.Missed = x.words.Count("delay.missed", s.Next.Missed)
	}
	x.delaySteps(&v, s)
	for _, l := range s.Case.Letters {
		v.Letters = append([]DelayLetter{x.delayLetter(s, l)}, v.Letters...)
	}
	v.Past, v.Reopen = x.delayPast(s.Case), x.delayReopen(s)
	v.Form = x.delayForm(s, lang)
	return x.show(status, "delay", v)
}

// delaySteps says what can be done with a case now.
func (x *exchange) delaySteps(v *delayView, s delays.Sheet) {
	open := s.Case.State == delay.Open
	v.Ends, v.Notifies = s.MayWrite && open, s.MayWrite && !open && s.Case.Notified.IsZero() && !s.Notice.IsZero()
	if s.MayErase {
		v.Erases = v.URL + "/erase"
	}
	if !s.MayWrite || !open {
		return
	}
	v.Next = x.t("delay.next", len(s.Case.Letters)+1)
	if !s.Case.Late(x.Late.Today()) {
		v.NotYet = x.t("delay.not-yet", s.Case.Due.AddDays(1).Short(string(x.lang)))
	}
}

// explained says how the due day was counted; with the holidays of now, or where
// they give another day, plainly.
func (x *exchange) explained(c delay.Case) string {
	f, err := x.Manuals.Frame()
	if err != nil {
		return ""
	}
	d := delay.DueOf(c.Complete, c.Promised, c.Province, f.Holidays)
	if d.Due != c.Due {
		return x.t("delay.fixed", c.Due.Short(string(x.lang)))
	}
	return d.Explain(string(x.lang))
}

func (x *exchange) delayFacts(s delays.Sheet) []Fact {
	lang, c := string(x.lang), s.Case
	plain := func(key, value string) Fact { return Fact{x.words[key], page.Words{Text: value}} }
	out := []Fact{
		plain("delay.fact.filed", c.Filed.Short(lang)), plain("delay.fact.complete", c.Complete.Short(lang)),
		plain("delay.fact.promised", delay.Time(c.Promised, lang)), plain("delay.fact.due", c.Due.Short(lang)),
	}
	if c.State == delay.Open {
		return out
	}
	out = append(out, plain("delay.fact.ended", x.ending(c)))
	switch {
	case s.Notice.IsZero():
	case c.Notified.IsZero():
		out = append(out, plain("delay.fact.notified", x.t("delay.stand.notice", s.Notice.Short(lang))))
	default:
		told := c.Notified.Short(lang) + " · " + c.NoticeWay.Name().In(lang)
		if c.Notified.After(s.Notice) {
			told += " · " + x.t("delay.notified.late", s.Notice.Short(lang))
		}
		out = append(out, plain("delay.fact.notified", told))
	}
	return out
}

func (x *exchange) delayLetter(s delays.Sheet, l delay.Letter) DelayLetter {
	lang := string(x.lang)
	at := delayURL(s.ID) + "/letters/" + strconv.Itoa(l.Seq)
	out := DelayLetter{Seq: l.Seq, Number: l.Number, Date: x.dayOf(l.Date), Reason: l.Reason.Name().In(lang), Text: x.said(l.Text), Expected: x.dayOf(l.Expected),
		Way: l.Way.Name().In(lang), Sent: x.dayOf(l.Sent), Copied: x.dayOf(l.Copied), PDF: at + ".pdf", DOCX: at + ".docx"}
	x.letterEditions(&out, s, l)
	if s.MayWrite && (l.Sent.IsZero() || l.Copied.IsZero()) {
		out.Send = at + "/sent"
		today := x.Late.Today().Numeric(lang)
		out.Typed = DelayTyped{Sent: today, Copied: today}
		if !l.Sent.IsZero() {
			out.Typed.Sent = ""
		}
		if !l.Copied.IsZero() {
			out.Typed.Copied = ""
		}
		if x.r.PathValue("seq") == strconv.Itoa(l.Seq) && !x.reads() {
			out.Typed = DelayTyped{x.posted("way"), x.posted("sent"), x.posted("copied")}
		}
	}
	return out
}

func (x *exchange) delayForm(s delays.Sheet, lang string) DelayForm {
	f := DelayForm{Version: s.Version, Key: x.Late.NewID(), Today: x.Late.Today().Numeric(lang)}
	f.Ended, f.Notified, f.Way = f.Today, f.Today, x.posted("way")
	if typed := x.posted("ended"); typed != "" {
		f.Ended = typed
	}
	if typed := x.posted("notified"); typed != "" {
		f.Notified = typed
	}
	for _, w := range delay.Ways() {
		f.Ways = append(f.Ways, Option{string(w), w.Name().In(lang), string(w) == f.Way})
	}
	for _, o := range delayEnds {
		f.Outcomes = append(f.Outcomes, Option{o.word, x.words["delay.outcome."+o.word], x.posted("outcome") == o.word})
	}
	return f
}

// delayCommand reads which case in which version a form changes.
func (x *exchange) delayCommand() (delays.Sheet, delays.Command, error) {
	if err := x.form(); err != nil {
		return delays.Sheet{}, delays.Command{}, err
	}
	s, err := x.delayed()
	version, _ := strconv.Atoi(x.posted("version")) // what is no number is no version
	return s, delays.Command{ID: s.ID, Version: version, Key: x.posted("key") + x.r.PathValue("seq")}, err
}

// delayProblems are what is wrong with a form, with the fields as the form calls
// them; false for an error of another kind.
func (x *exchange) delayProblems(err error, field func(string) string) ([]Problem, bool) {
	var ps delay.Problems
	if !errors.As(err, &ps) {
		return nil, false
	}
	var out []Problem
	for _, p := range ps {
		out = append(out, Problem{field(p.Field), x.words["delay.field."+p.Field] + ": " + p.What.In(string(x.lang))})
	}
	return out, true
}

// typedDay reads a day that was typed; what can not be read is a problem.
func (x *exchange) typedDay(field, id string, problems *[]Problem) (d calendar.Date) {
	d, wrong := x.date(x.posted(field))
	if wrong != "" {
		*problems = append(*problems, Problem{id, wrong})
	}
	return d
}

// changeDelay answers for a step that was taken: with the case again where a form
// has to be mended.
func (x *exchange) changeDelay(s delays.Sheet, err error, field func(string) string, flash string, args ...string) error {
	if err == nil {
		return x.done(delayURL(s.ID), flash, args...)
	}
	if problems, ok := x.delayProblems(err, field); ok {
		return x.showDelay(http.StatusBadRequest, s, problems...)
	}
	if text, ok := x.told(err); ok && errors.Is(err, fault.Conflict) {
		return x.showDelay(http.StatusConflict, s, Problem{"main", text})
	}
	return err
}

func same(field string) string { return field }

// endDelay ends a case.
func (x *exchange) endDelay() error {
	s, c, err := x.delayCommand()
	if err != nil {
		return err
	}
	var problems []Problem
	on := x.typedDay("ended", "ended", &problems)
	if len(problems) > 0 {
		return x.showDelay(http.StatusBadRequest, s, problems...)
	}
	var to delay.State
	var result delay.Result
	for _, o := range delayEnds {
		if o.word == x.posted("outcome") {
			to, result = o.state, o.result
		}
	}
	_, err = x.Late.End(x.ctx(), x.by(), c, to, result, on)
	return x.changeDelay(s, err, func(f string) string {
		if f == "state" || f == "result" {
			return "outcome"
		}
		return f
	}, "flash.delay.ended")
}

// notifyDelay notes that the applicant was told.
func (x *exchange) notifyDelay() error {
	s, c, err := x.delayCommand()
	if err != nil {
		return err
	}
	var problems []Problem
	on := x.typedDay("notified", "notified", &problems)
	if len(problems) > 0 {
		return x.showDelay(http.StatusBadRequest, s, problems...)
	}
	_, err = x.Late.Notify(x.ctx(), x.by(), c, delay.Way(x.posted("way")), on)
	return x.changeDelay(s, err, same, "flash.delay.notified")
}

// sendDelay notes how a letter went out.
func (x *exchange) sendDelay() error {
	s, c, err := x.delayCommand()
	if err != nil {
		return err
	}
	seq, err := strconv.Atoi(x.r.PathValue("seq"))
	if err != nil {
		return notHere()
	}
	field := func(f string) string { return f + "-" + strconv.Itoa(seq) }
	var problems []Problem
	sent, copied := x.typedDay("sent", field("sent"), &problems), x.typedDay("copied", field("copied"), &problems)
	if len(problems) > 0 {
		return x.showDelay(http.StatusBadRequest, s, problems...)
	}
	_, err = x.Late.Send(x.ctx(), x.by(), c, seq, delay.Way(x.posted("way")), sent, copied)
	return x.changeDelay(s, err, field, "flash.delay.sent", strconv.Itoa(seq))
}

func (x *exchange) eraseDelayPage() error {
	s, err := x.delayed()
	if err != nil {
		return err
	}
	if !s.MayErase {
		return x.lead(delayURL(s.ID))
	}
	at := delayURL(s.ID)
	v := confirmView{
		Shell: x.shell("confirm", x.link(delaysPath, "menu.delays"), Link{at, x.t("delay.of", s.Case.Request)}), What: page.Words{Text: s.Case.Request}, Which: x.text(s.Title),
		After:  []string{x.t("delay.erase.1"), x.t("delay.erase.2"), x.t("delay.erase.3")},
		Action: at + "/erase", Button: x.t("delay.erase.do"), Cancel: at, Danger: true,
	}
	v.Title = x.t("delay.erase.title")
	return x.show(http.StatusOK, "confirm", v)
}

func (x *exchange) eraseDelay() error {
	s, err := x.delayed()
	if err != nil {
		return err
	}
	_, err = x.Late.Erase(x.ctx(), x.by(), s.ID)
	return x.changeDelay(s, err, same, "flash.delay.erased")
}
