package pages

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/compare"
	"khumue/internal/fault"
	"khumue/internal/page"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
)

// Judge is the form in which a revision is judged.
type Judge struct {
	Stage   int
	Approve string // address; "" for who may not
	Return  string
	Hasten  string
	Why     []string // why something can not be done
	Read    string   // the text that the page shows, exactly
	Checks  []Check  // what the Act asks, of stage 2
	Fields  []Option // that a return may point at: those that changed
	Rest    []Option // and all others
	Reason  string   // as typed
	Hurry   string   // the reason of an emergency, as typed
}

// Check is a question of the check-list: ticked, or answered in words.
type Check struct {
	Key    string
	Text   string
	Fact   page.Words // what the manual says about it; may be empty
	Ticked bool
	Note   string
}

// ID is the id of a question on the page.
func (c Check) ID() string { return "check-" + c.Key }

// questions are what the Act asks of a manual before it is published.
var questions = []string{"time", "documents", "fees", "channels", "steps", "criteria"}

// judge is the form for what a person may judge; nil when that is nothing.
func (x *exchange) judge(r revisionAt) *Judge {
	if r.past() {
		return nil
	}
	j, url := &Judge{Stage: 1, Read: string(r.sheet.Tree), Reason: x.typed("reason"), Hurry: x.typed("hurry")}, revisionURL(r.ref)
	if r.sheet.State == review.Endorsed {
		j.Stage = 2
	}
	judges := false
	for _, step := range []struct {
		step review.Step
		to   *string
		path string
	}{{review.Endorse, &j.Approve, "/approve"}, {review.Publish, &j.Approve, "/approve"}, {review.SendBack, &j.Return, "/return"}, {review.Hasten, &j.Hasten, "/hasten"}} {
		err, possible := r.sheet.May[step.step]
		if !possible || notOne(err) {
			continue
		}
		judges = true
		if err == nil {
			*step.to = url + step.path
		} else if said, ok := x.told(err); ok && !slices.Contains(j.Why, said) {
			j.Why = append(j.Why, said)
		}
	}
	if !judges {
		return nil
	}
	if j.Stage == 2 && j.Approve != "" {
		j.Checks = x.checks(r.sheet.Manual)
	}
	j.Fields, j.Rest = x.pointedAt(r.sheet.Changes)
	return j
}

// notOne reports whether a step is refused because the person has no such role:
// then nothing is told of it. Why one who has it may not is.
func notOne(err error) bool {
	var told, refused *fault.Error
	return errors.As(err, &told) && errors.As(rights.Refused(), &refused) && told.What == refused.What
}

// checks are the questions with what was answered, and what the manual says.
func (x *exchange) checks(m *catalog.Manual) []Check {
	var out []Check
	for _, key := range questions {
		out = append(out, Check{Key: key, Text: x.words["check."+key], Fact: x.checkFact(key, m), Ticked: x.typed("check."+key) != "", Note: x.typed("note." + key)})
	}
	return out
}

// mostFacts is how many rows of a list one question tells of.
const mostFacts = 4

// checkFact is what a manual says about a question.
func (x *exchange) checkFact(key string, m *catalog.Manual) page.Words {
	if m == nil {
		return page.Words{}
	}
	var facts []string
	switch key {
	case "time":
		for _, set := range m.StepSets {
			if total, ok := m.StepSetTotal(set); ok {
				said := x.valueOf(&catalog.Manual{TotalTime: catalog.Some(total)}, "total_time")
				if name := x.text(set.Name).Text; name != "" {
					said[0] = name + " " + said[0]
				}
				facts = append(facts, said...)
			}
		}
		for _, law := range x.valueOf(m, "legal_time") {
			facts = append(facts, x.t("check.time.law", law))
		}
	case "steps":
		n := 0
		for _, set := range m.StepSets {
			n += len(set.Steps)
		}
		return page.Words{Text: x.words.Count("check.items", n)}
	case "channels":
		return page.Words{Text: x.words.Count("check.items", len(m.Channels))}
	case "documents":
		if m.Documents.IsGiven() {
			return page.Words{Text: x.words.Count("check.items", len(m.Documents.Value))}
		}
		facts = x.valueOf(m, "documents")
	case "fees":
		if facts = x.valueOf(m, "fees"); m.Fees.IsGiven() {
			facts = facts[1:] // how many there are
		}
	}
	if more := len(facts) - mostFacts; more > 0 {
		facts = append(facts[:mostFacts:mostFacts], x.words.Count("check.more", more))
	}
	return x.said(strings.Join(facts, " · "))
}

// valueOf is what a manual says in a field, row by row.
func (x *exchange) valueOf(m *catalog.Manual, field string) []string {
	var out []string
	for _, c := range compare.Manuals(nil, m) {
		if top(c) == field {
			out = append(out, x.spoken(c.New.Words).Text)
		}
	}
	return out
}

// pointedAt are the fields that a return may point at: those that changed, and
// the others, with those that were chosen before.
func (x *exchange) pointedAt(changes []compare.Change) (changed, rest []Option) {
	chosen := x.r.PostForm["field"]
	touched := changedFields(changes)
	option := func(f string) Option { return Option{f, x.fieldName(f), slices.Contains(chosen, f)} }
	for _, p := range parts {
		for _, f := range p.fields {
			switch {
			case slices.Contains(touched, f):
				changed = append(changed, option(f))
			case f != "id" && f != "owner" && f != "legacy":
				rest = append(rest, option(f))
			}
		}
	}
	return changed, rest
}

// typed is a field of the form that was sent, lines and all; "" when none was.
func (x *exchange) typed(name string) string {
	if x.r.PostForm == nil {
		return ""
	}
	return passage(x.r.PostForm.Get(name))
}

// passage is a text of several lines without characters that are none.
func passage(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, l := range lines {
		lines[i] = clean(l)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// approve approves exactly the text that the page showed: stage 1, or stage 2
// with the check-list.
func (x *exchange) approve() error {
	return x.step(func(r revisionAt) (to string, key string, _ error) {
		read := review.Tree(x.posted("read"))
		if x.posted("stage") != "2" && r.ref.State == review.Endorsed {
			return "", "", errMoved // somebody was first, perhaps oneself
		}
		if x.posted("stage") != "2" {
			_, err := x.Manuals.Endorse(x.ctx(), x.by(), r.ref, read)
			return "/queue", "flash.endorsed", err
		}
		said, problems := x.answers()
		if len(problems) > 0 {
			return "", "", unfilled(problems)
		}
		note, err := x.Manuals.Comment(x.ctx(), x.by(), r.ref, "", said)
		if err != nil {
			return "", "", err
		}
		p, err := x.Manuals.Publish(x.ctx(), x.by(), r.ref, read)
		if err != nil {
			return "", "", errors.Join(err, x.Manuals.RemoveComment(x.ctx(), x.by(), r.id, note.ID))
		}
		return numberURL(r.id, p.Number) + "/live?commit=" + p.Commit.String(), "", nil
	})
}

// answers are the check-list in words, and the questions that have no answer.
func (x *exchange) answers() (said string, open []Problem) {
	lines := []string{x.t("check.title")}
	for _, key := range questions {
		note, ticked := x.typed("note."+key), x.typed("check."+key) != ""
		if note == "" && !ticked {
			open = append(open, Problem{"check-" + key, x.t("check.open", x.words["check."+key])})
		}
		mark := "–"
		if ticked {
			mark = "✓"
		}
		line := mark + " " + x.words["check."+key]
		if note != "" {
			line += " — " + note
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n"), open
}

func (x *exchange) sendBack() error {
	return x.step(func(r revisionAt) (string, string, error) {
		reason := x.typed("reason")
		if reason == "" {
			return "", "", unfilled{{"reason", x.t("judge.reason.empty")}}
		}
		_, err := x.Manuals.Return(x.ctx(), x.by(), r.ref, reason, x.chosenFields())
		return "/queue", "flash.returned", err
	})
}

// chosenFields are the fields that a form points at.
func (x *exchange) chosenFields() []string {
	var out []string
	for _, f := range x.r.PostForm["field"] {
		if _, ok := x.words["field."+f]; ok && !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

func (x *exchange) hasten() error {
	return x.step(func(r revisionAt) (string, string, error) {
		reason := x.typed("hurry")
		if reason == "" {
			return "", "", unfilled{{"hurry", x.t("judge.hurry.empty")}}
		}
		p, err := x.Manuals.Hasten(x.ctx(), x.by(), r.ref, review.Tree(x.posted("read")), reason)
		return numberURL(r.id, p.Number) + "/live?commit=" + p.Commit.String(), "", err
	})
}

func (x *exchange) submit() error {
	return x.step(func(r revisionAt) (string, string, error) {
		o, err := x.Manuals.Submit(x.ctx(), x.by(), r.ref)
		return revisionURL(o.Ref), "flash.submitted", err
	})
}

func (x *exchange) recall() error {
	return x.step(func(r revisionAt) (string, string, error) {
		o, err := x.Manuals.Recall(x.ctx(), x.by(), r.ref)
		return revisionURL(o.Ref), "flash.recalled", err
	})
}

func (x *exchange) giveUp() error {
	return x.step(func(r revisionAt) (string, string, error) {
		return "/drafts", "flash.given-up", x.Manuals.GiveUp(x.ctx(), x.by(), r.ref)
	})
}

// refresh brings what is published now into a draft, with the choices that were
// made where both changed the same.
func (x *exchange) refresh() error {
	return x.step(func(r revisionAt) (string, string, error) {
		saved, err := x.Manuals.Refresh(x.ctx(), x.by(), r.ref, x.choices())
		return revisionURL(saved.Ref), "flash.refreshed", err
	})
}

// errMoved is that a form was made for a stage which the revision has left.
var errMoved = errors.New("the revision is in another stage")

// unfilled are fields of a form without which nothing is done.
type unfilled []Problem

func (u unfilled) Error() string { return strconv.Itoa(len(u)) + " fields are not filled in" }

// step takes a step on the revision that the address names and leads on. Where
// it can not be taken, the page shows how the revision stands now, and why.
func (x *exchange) step(take func(revisionAt) (to, said string, _ error)) error {
	if err := x.form(); err != nil {
		return err
	}
	id, ref, number, err := x.at()
	if err != nil {
		return err
	}
	r := revisionAt{id: id, ref: ref}
	if r.past() {
		return x.moved(r, number)
	}
	to, said, err := take(r)
	switch {
	case err == nil && said == "":
		return x.lead(to)
	case err == nil:
		return x.done(to, said)
	}
	return x.refused(r, number, err)
}

// refused shows a step that was not taken.
func (x *exchange) refused(r revisionAt, number int, err error) error {
	var changed *ledger.Changed
	var clash *ledger.Conflicts
	var open unfilled
	var flaws fault.Problems
	switch {
	case errors.Is(err, errMoved):
		return x.again(http.StatusConflict, r, Problem{"state", x.t("revision.moved", r.ref.State.Name().In(x.lang))})
	case errors.As(err, &changed):
		return x.showChanged(r, changed.Now)
	case errors.As(err, &clash):
		return x.showConflicts(r, clash)
	case errors.As(err, &open):
		return x.again(http.StatusBadRequest, r, open...)
	case errors.As(err, &flaws):
		return x.again(http.StatusBadRequest, r, Problem{"flaws", x.t("revision.flaws.submit")})
	case missing(err):
		if _, gone := x.Manuals.Revision(x.ctx(), x.by(), r.ref); gone == nil {
			return err // what is missing is not the revision
		}
		return x.moved(r, number)
	case errors.Is(err, fault.Conflict), errors.Is(err, fault.Invalid), errors.Is(err, fault.Forbidden):
		text, _ := x.told(err)
		return x.again(statusOf(err), r, Problem{"deeds", text})
	}
	return err
}

// again shows the revision as it stands now, with what was typed.
func (x *exchange) again(status int, r revisionAt, problems ...Problem) error {
	sheet, err := x.Manuals.Revision(x.ctx(), x.by(), r.ref)
	if err != nil {
		return err
	}
	r.sheet = sheet
	return x.showRevision(status, r, problems...)
}

// moved answers a step on a revision that is not under way any more.
func (x *exchange) moved(r revisionAt, number int) (err error) {
	r.ref = review.Ref{}
	if number == 0 {
		return fault.New(fault.Conflict, fault.Text{TH: "ฉบับร่างนี้มีผู้ดำเนินการไปแล้ว", EN: "Somebody moved this draft on"},
			fault.Text{TH: "เปิดหน้าคู่มือเพื่อดูสถานะล่าสุด", EN: "Open the manual to see how it stands."})
	}
	if r.sheet, err = x.Manuals.Past(x.ctx(), x.by(), r.id, number); err != nil {
		return err
	}
	return x.showRevision(http.StatusConflict, r, Problem{"state", x.t("revision.moved", r.sheet.State.Name().In(x.lang))})
}
