package licence

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// Act is something that is done to a report.
type Act string

// The acts.
const (
	Save   Act = "save"   // keep a draft
	File   Act = "file"   // hand it in, for the first time or corrected
	Ask    Act = "ask"    // ask for it to be opened
	Grant  Act = "grant"  // open it
	Refuse Act = "refuse" // leave it locked
)

// Acts are all of them.
var Acts = []Act{Save, File, Ask, Grant, Refuse}

// Part is what a person is to a report.
type Part string

// The parts.
const (
	Reporter Part = "reporter" // who reports: the point, or its agency where that was set
	Asker    Part = "asker"    // who may ask for it to be opened, and does not report
	Judge    Part = "judge"    // who is above and decides on unlocks
	Reader   Part = "reader"   // who may read it, or not even that
)

// Parts are all of them.
var Parts = []Part{Reporter, Asker, Judge, Reader}

// Hand is who acts.
type Hand struct {
	ID   catalog.OfficerID
	Part Part
}

// may says which parts do an act.
var may = map[Act][]Part{
	Save: {Reporter}, File: {Reporter}, Ask: {Reporter, Asker}, Grant: {Judge}, Refuse: {Judge},
}

// Allowed decides whether somebody may do an act at a moment. It returns nil, or
// an error of kind Forbidden where another person has to, and one of kind Conflict
// where it can not be done now; both say why, and what can be done.
func (r Report) Allowed(a Act, by Hand, now time.Time, c Calendar) error {
	ok := false
	for _, p := range may[a] {
		ok = ok || p == by.Part
	}
	if !ok {
		return others(a)
	}
	switch a {
	case Save, File:
		return r.writable(a, now, c)
	case Ask:
		return r.askable(now, c)
	}
	return r.decidable(by, now, c)
}

// others says whose an act is.
func others(a Act) error {
	switch a {
	case Ask:
		return fault.New(fault.Forbidden, fault.Text{TH: "บัญชีนี้ขอปลดล็อกรายงานนี้ไม่ได้", EN: "This account may not ask for this report to be unlocked."},
			fault.Text{TH: "ผู้ที่ขอได้คือผู้รายงาน และเจ้าหน้าที่ส่วนกลางของหน่วยงาน", EN: "Those may who report, and the agency's central officer."})
	case Grant, Refuse:
		return fault.New(fault.Forbidden, fault.Text{TH: "บัญชีนี้พิจารณาคำขอปลดล็อกนี้ไม่ได้", EN: "This account may not decide on this request."},
			fault.Text{TH: "ผู้พิจารณาคือเจ้าหน้าที่ส่วนกลางที่อยู่เหนือผู้รายงาน หรือ ก.พ.ร. เมื่อหน่วยงานระดับกรมรายงานเอง หรือไม่มีเจ้าหน้าที่ส่วนกลางเหนือขึ้นไป", EN: "The central officer above decides; the OPDC does where a department itself reports, or where there is none above."})
	}
	return fault.New(fault.Forbidden, fault.Text{TH: "บัญชีนี้บันทึกรายงานนี้ไม่ได้", EN: "This account may not write this report."},
		fault.Text{TH: "ผู้รายงานคือเจ้าหน้าที่ของจุดบริการ หรือเจ้าหน้าที่ส่วนกลางเมื่อกำหนดให้หน่วยงานรายงาน", EN: "The point's officer reports, or the central officer where the agency was set to report."})
}

func conflict(what fault.Text, hint fault.Text) error { return fault.New(fault.Conflict, what, hint) }

// both writes a text around moments and months, each in its language.
func both(th, en string, say ...func(lang string) string) fault.Text {
	args := func(lang string) (out []any) {
		for _, s := range say {
			out = append(out, s(lang))
		}
		return out
	}
	return fault.Text{TH: fmt.Sprintf(th, args("th")...), EN: fmt.Sprintf(en, args("en")...)}
}

// dayOf is the day of a moment.
func dayOf(t time.Time) func(string) string { return calendar.DateOf(t).Short }

// lastDay is the last day before an end.
func lastDay(end time.Time) func(string) string {
	return calendar.DateOf(end.Add(-time.Second)).LongDay
}

// writable decides whether a report can be written now.
func (r Report) writable(a Act, now time.Time, c Calendar) error {
	askFor := fault.Text{TH: "ขอปลดล็อกพร้อมเหตุผล", EN: "Ask for it to be unlocked, and say why."}
	switch r.State(now, c) {
	case Locked:
		return conflict(both("รายงานเดือน%sล็อกแล้วตั้งแต่สิ้น%s", "The report for %s has been locked since the end of %s.", r.Month.Long, lastDay(c.Locks(r.Month))), askFor)
	case UnlockRequested:
		return conflict(both("รายงานเดือน%sล็อกอยู่ และคำขอปลดล็อกเมื่อ %s ยังรอพิจารณา", "The report for %s is locked, and the request of %s has not been decided on.", r.Month.Long, dayOf(r.Unlock.Asked)),
			fault.Text{TH: "รอผลการพิจารณา", EN: "Wait for the decision."})
	case Final:
		return conflict(r.lapsedText(), fault.Text{TH: "รายงานนี้แก้ไขไม่ได้อีก", EN: "This report can not be changed any more."})
	}
	today := now
	switch {
	case today.Before(r.Month.First().Start()):
		return conflict(both("เดือน%sยังไม่เริ่ม", "%s has not begun.", r.Month.Long), both("บันทึกร่างได้ตั้งแต่ %s", "A draft can be saved from %s on.", r.Month.First().Short))
	case a == File && today.Before(c.Over(r.Month)):
		return conflict(both("เดือน%sยังไม่สิ้นสุด จึงส่งรายงานไม่ได้", "%s is not over, so that its report can not be handed in.", r.Month.Long),
			both("บันทึกร่างไว้ก่อน แล้วส่งตั้งแต่ %s", "Save a draft, and hand it in from %s on.", dayOf(c.Over(r.Month))))
	}
	return nil
}

// askable decides whether an unlock can be asked for now.
func (r Report) askable(now time.Time, c Calendar) error {
	switch r.State(now, c) {
	case Open, Submitted:
		return conflict(both("รายงานเดือน%sยังไม่ล็อก แก้ไขได้ถึงสิ้น%s", "The report for %s is not locked: it can be changed until the end of %s.", r.Month.Long, lastDay(c.Locks(r.Month))),
			fault.Text{TH: "บันทึกและส่งได้เลย", EN: "Just write it and hand it in."})
	case UnlockRequested:
		return conflict(both("มีคำขอปลดล็อกที่รอพิจารณาอยู่แล้ว ขอเมื่อ %s", "A request of %s waits already.", dayOf(r.Unlock.Asked)), fault.Text{TH: "รอผลการพิจารณา", EN: "Wait for the decision."})
	case Unlocked:
		return conflict(both("รายงานนี้ปลดล็อกอยู่ถึงสิ้น%s", "The report is unlocked until the end of %s.", lastDay(r.Unlock.Until)), fault.Text{TH: "บันทึกและส่งได้เลย", EN: "Just write it and hand it in."})
	case Final:
		return conflict(r.lapsedText(), fault.Text{TH: "ขอปลดล็อกรายงานนี้อีกไม่ได้", EN: "It can not be asked for again."})
	}
	return nil
}

// decidable decides whether a request can be decided on now.
func (r Report) decidable(by Hand, now time.Time, c Calendar) error {
	if r.State(now, c) != UnlockRequested {
		return conflict(fault.Text{TH: "ไม่มีคำขอปลดล็อกที่รอพิจารณาของรายงานนี้", EN: "No request for this report waits."},
			fault.Text{TH: "อาจมีผู้พิจารณาไปแล้ว โหลดหน้านี้ใหม่", EN: "Somebody may have decided. Load the page anew."})
	}
	if by.ID == r.Unlock.By {
		return fault.New(fault.Forbidden, fault.Text{TH: "ผู้ขอปลดล็อกพิจารณาคำขอของตนเองไม่ได้", EN: "Nobody decides on a request of their own."},
			fault.Text{TH: "ให้เจ้าหน้าที่อีกคนพิจารณา", EN: "Have another officer decide."})
	}
	return nil
}

func (r Report) lapsedText() fault.Text {
	return both("รายงานเดือน%sปลดล็อกให้เมื่อ %s แต่ไม่ได้ส่งภายในสิ้น%s", "The report for %s was unlocked on %s and not handed in by the end of %s.",
		r.Month.Long, dayOf(r.Unlock.Decided), lastDay(r.Unlock.Until))
}

// SaveDraft keeps what was written so far. What was handed in stands.
func (r Report) SaveDraft(e Entry, by Hand, now time.Time, c Calendar) (Report, error) {
	if err := r.Allowed(Save, by, now, c); err != nil {
		return r, err
	}
	if wrong := e.Draft(); len(wrong) > 0 {
		return r, fault.New(fault.Invalid, wrong[0].What)
	}
	r.Draft = Sketch{e, now, by.ID}
	r.Edition++
	return r, nil
}

// HandIn hands an entry in that is in balance, and uses up an unlock. What stood
// there becomes an earlier version, which the caller keeps.
func (r Report) HandIn(e Entry, by Hand, now time.Time, c Calendar) (Report, error) {
	if err := r.Allowed(File, by, now, c); err != nil {
		return r, err
	}
	if wrong := e.Check(); len(wrong) > 0 {
		return r, fault.New(fault.Invalid, wrong[0].What)
	}
	cause := Correction
	if r.Filed.Version == 0 {
		cause = First
	}
	if r.State(now, c) == Unlocked {
		r.Unlock.Used = now
	}
	return r.filed(e, by.ID, now, cause), nil
}

func (r Report) filed(e Entry, by catalog.OfficerID, now time.Time, cause Cause) Report {
	r.Filed = Filing{e, r.Filed.Version + 1, now, by, cause}
	r.Draft = Sketch{}
	r.Edition++
	return r
}

// Limits of the reason of a request, and of a refusal, in characters.
const (
	LeastReason = 10
	MostReason  = 1000
)

func checkReason(s string, least int) error {
	if n := utf8.RuneCountInString(s); n < least || n > MostReason || !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }) {
		return fault.New(fault.Invalid, fault.Textf("เหตุผลต้องยาว %d ถึง %d ตัวอักษร", "A reason has %d to %d characters.", least, MostReason),
			fault.Text{TH: "บอกว่าเพราะอะไร และต้องแก้ไขอะไร", EN: "Say why, and what has to be changed."})
	}
	return nil
}

// AskFor asks for the report to be opened.
func (r Report) AskFor(id, reason string, by Hand, now time.Time, c Calendar) (Report, error) {
	if err := r.Allowed(Ask, by, now, c); err != nil {
		return r, err
	}
	reason = strings.TrimSpace(reason)
	if err := checkReason(reason, LeastReason); err != nil {
		return r, err
	}
	r.Unlock = Unlock{ID: id, Asked: now, By: by.ID, Reason: reason}
	r.Edition++
	return r, nil
}

// Decide opens the report, or leaves it locked, which needs an answer.
func (r Report) Decide(grant bool, answer string, by Hand, now time.Time, c Calendar) (Report, error) {
	act, least := Refuse, LeastReason
	if grant {
		act, least = Grant, 0
	}
	if err := r.Allowed(act, by, now, c); err != nil {
		return r, err
	}
	answer = strings.TrimSpace(answer)
	if err := checkReason(answer, least); err != nil {
		return r, err
	}
	u := &r.Unlock
	u.Decided, u.Judge, u.Granted, u.Answer = now, by.ID, grant, answer
	if grant {
		u.Until = c.Window(now)
	}
	r.Edition++
	return r, nil
}
