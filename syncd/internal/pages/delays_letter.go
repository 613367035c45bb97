package pages

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/delay"
	"khumue/internal/fault"
	"khumue/internal/letter"
	"khumue/internal/page"
	"khumue/syncd/internal/delays"
)

// delayLetterView is the form of the next letter, or of one that is corrected.
type delayLetterView struct {
	Shell
	URL     string
	Action  string // where the form goes
	Mends   bool   // a letter is corrected
	Request string
	Manual  page.Words
	Nth     int
	By      string // by when it is to be dated
	Late    bool   // that day is over
	Missed  string
	Reasons []Option
	Typed   map[string]string
	Version int
	Key     string
	Most    int // characters of the reason
}

var letterFields = []string{"number", "date", "text", "expected", "signer", "position"}

func (x *exchange) letterPage() error {
	s, err := x.delayed()
	if err != nil {
		return err
	}
	return x.showLetter(http.StatusOK, s)
}

func (x *exchange) showLetter(status int, s delays.Sheet, problems ...Problem) error {
	lang, today := string(x.lang), x.Late.Today()
	if !s.MayWrite || !s.Case.Late(today) {
		return x.lead(delayURL(s.ID))
	}
	v := x.letterView(s, problems)
	v.Action, v.Nth, v.By, v.Late = v.URL+"/letter", len(s.Case.Letters)+1, s.Next.Day.Long(lang), today.After(s.Next.Day)
	v.Title = x.t("delay.next", v.Nth)
	chosen := delay.Reason(x.posted("reason"))
	if x.reads() {
		v.Typed["date"] = today.Numeric(lang)
		if n := len(s.Case.Letters); n > 0 {
			was := s.Case.Letters[n-1]
			v.Typed["signer"], v.Typed["position"], chosen = was.Signer, was.Position, was.Reason
		}
	}
	v.Reasons = x.reasons(chosen)
	return x.show(status, "delayletter", v)
}

// letterView is the form of a letter with what was typed.
func (x *exchange) letterView(s delays.Sheet, problems []Problem) delayLetterView {
	v := delayLetterView{Shell: x.shell("delayletter", x.link(delaysPath, "menu.delays"), Link{delayURL(s.ID), x.t("delay.of", s.Case.Request)}), URL: delayURL(s.ID), Request: s.Case.Request, Manual: x.text(s.Title),
		Typed: map[string]string{}, Version: s.Version, Key: x.Late.NewID(), Most: delay.LongestText}
	v.Problems = problems
	if s.Next.Missed > 0 {
		v.Missed = x.words.Count("delay.missed", s.Next.Missed)
	}
	for _, f := range letterFields {
		v.Typed[f] = x.posted(f)
	}
	return v
}

func (x *exchange) reasons(chosen delay.Reason) (out []Option) {
	for _, r := range delay.Reasons() {
		out = append(out, Option{string(r), r.Name().In(string(x.lang)), r == chosen})
	}
	return out
}

// typedLetter is a letter as it was typed, with the days that can not be read.
func (x *exchange) typedLetter() (l delay.Letter, problems []Problem) {
	l = delay.Letter{Number: x.posted("number"), Reason: delay.Reason(x.posted("reason")), Text: x.posted("text"), Signer: x.posted("signer"), Position: x.posted("position")}
	l.Date, l.Expected = x.typedDay("date", "date", &problems), x.typedDay("expected", "expected", &problems)
	return l, problems
}

// writeLetter adds the next letter.
func (x *exchange) writeLetter() error {
	s, c, err := x.delayCommand()
	if err != nil {
		return err
	}
	l, problems := x.typedLetter()
	if len(problems) > 0 {
		return x.showLetter(http.StatusBadRequest, s, problems...)
	}
	after, err := x.Late.Write(x.ctx(), x.by(), c, l)
	if err == nil {
		return x.done(delayURL(s.ID), "flash.delay.letter", strconv.Itoa(len(after.Case.Letters)))
	}
	if problems, ok := x.delayProblems(err, same); ok {
		return x.showLetter(http.StatusBadRequest, s, problems...)
	}
	if text, ok := x.told(err); ok && errors.Is(err, fault.Conflict) && s.MayWrite && s.Case.Late(x.Late.Today()) {
		return x.showLetter(http.StatusConflict, s, Problem{"main", text})
	}
	return err
}

// letterFile answers with a letter as a file. Who may not see the applicant has
// it without name and code.
func (x *exchange) letterFile() error {
	s, err := x.delayed()
	if err != nil {
		return err
	}
	name, format, _ := strings.Cut(x.r.PathValue("file"), ".")
	l, ok := letterNamed(s.Case, name)
	if !ok {
		return notHere()
	}
	d := x.letterOf(s, l)
	var file bytes.Buffer
	var kind string
	switch format {
	case "pdf":
		kind, err = "application/pdf", d.Write().PDF(&file)
	case "docx":
		kind, err = "application/vnd.openxmlformats-officedocument.wordprocessingml.document", d.Write().DOCX(&file)
	default:
		return notHere()
	}
	if err != nil {
		return err
	}
	x.saveAs("delay-letter-"+s.ID[len(s.ID)-6:]+"-"+name+"."+format, kind)
	x.w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	if _, err := x.w.Write(file.Bytes()); err != nil {
		return errGone
	}
	return nil
}

// letterOf is what a letter is made of. It is in Thai, whatever the page is.
func (x *exchange) letterOf(s delays.Sheet, l delay.Letter) letter.Delay {
	d := letter.Delay{Case: s.Case, Letter: l, Title: s.Title.In(catalog.TH), Revision: s.Revision, Agency: string(s.Agency), Person: s.Who.Name, Code: s.Printed, Site: x.Site.String()}
	if a, ok := x.Structure.Agency(s.Agency); ok {
		d.Agency = a.Name.In(catalog.TH)
	}
	for _, pt := range x.Structure.Points(s.Agency) {
		if pt.Code != s.Point {
			continue
		}
		d.Point, d.Address = pt.Name.In(catalog.TH), addressLines(pt.Address)
		if len(pt.Contact.Phones) > 0 {
			d.Phone = pt.Contact.Phones[0]
		}
	}
	return d
}

// addressLines is an address as a letter's head has it.
func addressLines(a catalog.Address) string {
	return strings.TrimSpace(a.Line.In(catalog.TH) + "\n" + a.Area.In(catalog.TH) + " " + a.Postcode)
}
