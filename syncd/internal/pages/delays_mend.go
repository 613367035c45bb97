package pages

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"khumue/internal/delay"
	"khumue/internal/fault"
	"khumue/internal/page"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/trail"
)

// DelayEdition is what a letter was before it was corrected.
type DelayEdition struct {
	Name      string // which edition
	Words     string // number, date and reason
	Text      page.Words
	Sent      string // how it went out, or that this is not known
	PDF, DOCX string
}

// DelayPast is an end of a case that was taken back.
type DelayPast struct {
	Ended string // how it ended
	Told  string // when the applicant was told of it; "" when not
	Again string // when it was opened again, and in which role
	Why   page.Words
}

// DelayReopen is how a case is opened again.
type DelayReopen struct {
	May  bool
	Note string // until when the point may, or who else; "" where nobody may
	Why  string // as typed
	Most int
}

// letterEditions fills in what a letter was before.
func (x *exchange) letterEditions(out *DelayLetter, s delays.Sheet, l delay.Letter) {
	lang, at := string(x.lang), delayURL(s.ID)+"/letters/"+strconv.Itoa(l.Seq)
	if s.MayWrite && s.Case.MayCorrect(l.Seq) {
		out.Correct = at + "/correct"
	}
	if l.Edition < 2 {
		return
	}
	out.Mended, out.Why = x.t("delay.mended", l.Edition-1, l.Mended.Short(lang)), x.said(l.Why)
	for _, e := range s.Case.Editions(l.Seq)[1:] {
		was := DelayEdition{Name: x.t("delay.edition.first-letter"), Words: x.t("delay.edition.words", e.Number, e.Date.Short(lang), e.Reason.Name().In(lang)), Text: x.said(e.Text), Sent: x.t("delay.sent.not")}
		if e.Edition > 1 {
			was.Name = x.t("delay.mended", e.Edition-1, e.Mended.Short(lang))
		}
		if !e.Sent.IsZero() {
			was.Sent = x.t("delay.sent.done", e.Way.Name().In(lang), e.Sent.Short(lang))
		}
		was.PDF = at + "-" + strconv.Itoa(e.Edition) + ".pdf"
		was.DOCX = at + "-" + strconv.Itoa(e.Edition) + ".docx"
		out.Before = append(out.Before, was)
	}
}

// delayPast are the ends of a case that were taken back, the newest first.
func (x *exchange) delayPast(c delay.Case) (out []DelayPast) {
	lang := string(x.lang)
	for _, o := range c.Reopened {
		was := DelayPast{Ended: x.ending(delay.Case{State: o.State, Result: o.Result, Ended: o.Ended}), Again: x.t("delay.reopened", o.On.Short(lang), x.role(o.Role)), Why: x.said(o.Why)}
		if !o.Notified.IsZero() {
			was.Told = x.t("delay.past.told", o.Notified.Short(lang), o.NoticeWay.Name().In(lang))
		}
		out = append([]DelayPast{was}, out...)
	}
	return out
}

// delayReopen says whether and by whom a case can be opened again.
func (x *exchange) delayReopen(s delays.Sheet) DelayReopen {
	r := DelayReopen{May: s.MayReopen, Why: x.posted("why"), Most: delay.LongestWhy}
	last := s.ReopenBy.Short(string(x.lang))
	switch {
	case s.Case.State == delay.Open || !s.Erased.IsZero():
	case s.MayReopen && s.MayWrite && !x.Late.Today().After(s.ReopenBy):
		r.Note = x.t("delay.reopen.until", last)
	case s.MayReopen:
		r.Note = x.t("delay.reopen.central")
	case s.MayWrite:
		r.Note = x.t("delay.reopen.over", last)
	}
	return r
}

// reopenDelay takes the end of a case back.
func (x *exchange) reopenDelay() error {
	s, c, err := x.delayCommand()
	if err != nil {
		return err
	}
	_, err = x.Late.Reopen(x.ctx(), x.by(), c, x.posted("why"))
	return x.changeDelay(s, err, same, "flash.delay.reopened")
}

// correctPage is the form of a letter that is corrected.
func (x *exchange) correctPage() error {
	s, err := x.delayed()
	if err != nil {
		return err
	}
	return x.showCorrect(http.StatusOK, s)
}

// correctable is the letter that the address names, where it may be corrected.
func (x *exchange) correctable(s delays.Sheet) (l delay.Letter, ok bool) {
	seq, err := strconv.Atoi(x.r.PathValue("seq"))
	if err != nil || !s.MayWrite || !s.Case.MayCorrect(seq) {
		return l, false
	}
	return s.Case.Letters[seq-1], true
}

func (x *exchange) showCorrect(status int, s delays.Sheet, problems ...Problem) error {
	l, ok := x.correctable(s)
	if !ok {
		return x.lead(delayURL(s.ID))
	}
	lang := string(x.lang)
	v := x.letterView(s, problems)
	v.Mends, v.Action, v.Nth = true, delayURL(s.ID)+"/letters/"+strconv.Itoa(l.Seq)+"/correct", l.Seq
	v.Title, v.Missed = x.t("delay.correct.title", l.Seq), ""
	v.Typed["why"] = x.posted("why")
	chosen := delay.Reason(x.posted("reason"))
	if x.reads() {
		chosen = l.Reason
		v.Typed = map[string]string{"number": l.Number, "date": l.Date.Numeric(lang), "text": l.Text, "expected": l.Expected.Numeric(lang), "signer": l.Signer, "position": l.Position, "why": ""}
	}
	v.Reasons = x.reasons(chosen)
	return x.show(status, "delayletter", v)
}

// correctLetter makes another edition of the last letter.
func (x *exchange) correctLetter() error {
	s, c, err := x.delayCommand()
	if err != nil {
		return err
	}
	seq, err := strconv.Atoi(x.r.PathValue("seq"))
	if err != nil {
		return notHere()
	}
	l, problems := x.typedLetter()
	if len(problems) > 0 {
		return x.showCorrect(http.StatusBadRequest, s, problems...)
	}
	_, err = x.Late.Correct(x.ctx(), x.by(), c, seq, l, x.posted("why"))
	if err == nil {
		return x.done(delayURL(s.ID), "flash.delay.corrected", strconv.Itoa(seq))
	}
	if problems, ok := x.delayProblems(err, same); ok {
		return x.showCorrect(http.StatusBadRequest, s, problems...)
	}
	if text, ok := x.told(err); ok && errors.Is(err, fault.Conflict) {
		if _, ok := x.correctable(s); ok {
			return x.showCorrect(http.StatusConflict, s, Problem{"main", text})
		}
		return x.showDelay(http.StatusConflict, s, Problem{"main", text})
	}
	return err
}

// letterNamed is the letter that a file's name calls, as "2", or "2-1" for its
// first edition.
func letterNamed(c delay.Case, name string) (l delay.Letter, ok bool) {
	first, second, old := strings.Cut(name, "-")
	seq, err := strconv.Atoi(first)
	edition, wrong := strconv.Atoi(second)
	if err != nil || old && wrong != nil {
		return l, false
	}
	for i, e := range c.Editions(seq) {
		if old && e.Edition == edition || !old && i == 0 {
			return e, true
		}
	}
	return l, false
}

// forReader is an entry of the trail as its readers may see it: of a late request
// without the number of the request and what was written, which older entries have.
func forReader(e trail.Entry) trail.Entry {
	if strings.HasPrefix(e.Action, delays.Actions) {
		e.Before, e.After = delays.Shown(e.Before), delays.Shown(e.After)
	}
	return e
}

// caseOf names the late request of an entry by its id, with its address for who may
// see it; the zero Link of another entry.
func (x *exchange) caseOf(e trail.Entry) Link {
	if !strings.HasPrefix(e.Action, delays.Actions) || len(e.Subject) < 6 {
		return Link{}
	}
	l := Link{Text: x.t("trail.case", e.Subject[len(e.Subject)-6:])}
	if x.by().May(rights.SeeDelay, x.pointTarget(e.Scope.Agency, e.Scope.Point)) == nil {
		l.URL = delayURL(e.Subject)
	}
	return l
}
