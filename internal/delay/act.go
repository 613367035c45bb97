package delay

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"khumue/internal/calendar"
	"khumue/internal/fault"
)

// Problem is something wrong with what was given.
type Problem struct {
	Field string // what a form calls it
	What  fault.Text
}

// Problems are all that is wrong, told at once. They are an error of kind
// Invalid.
type Problems []Problem

// Error lists them in English, one a line.
func (ps Problems) Error() string {
	var out []string
	for _, p := range ps {
		out = append(out, p.Field+": "+p.What.EN)
	}
	return strings.Join(out, "\n")
}

// Unwrap makes them an error of kind Invalid.
func (ps Problems) Unwrap() error { return fault.Invalid }

func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

func (ps *Problems) add(field string, what fault.Text) { *ps = append(*ps, Problem{field, what}) }

// line checks a text of one line.
func (ps *Problems) line(field, s string, least, most int) {
	n := utf8.RuneCountInString(s)
	switch {
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl):
		ps.add(field, fault.Text{TH: "มีอักขระที่ใช้ไม่ได้", EN: "It has characters that can not be used."})
	case n == 0 && least > 0:
		ps.add(field, fault.Text{TH: "ยังไม่ได้กรอก", EN: "It is not filled in."})
	case n > most:
		ps.add(field, fault.Textf("ยาวได้ไม่เกิน %d ตัวอักษร", "It has at most %d characters.", most))
	}
}

// day checks a day that has to be there, between two others, both included; a
// zero one is no bound.
func (ps *Problems) day(field string, d, first, last calendar.Date) {
	switch {
	case d.IsZero():
		ps.add(field, fault.Text{TH: "ยังไม่ได้กรอกวันที่", EN: "The date is not filled in."})
	case !first.IsZero() && d.Before(first):
		ps.add(field, fault.Text{TH: "ต้องไม่ก่อน " + first.Short("th"), EN: "It can not be before " + first.Short("en") + "."})
	case !last.IsZero() && d.After(last):
		ps.add(field, fault.Text{TH: "ต้องไม่หลัง " + last.Short("th"), EN: "It can not be after " + last.Short("en") + "."})
	}
}

// Begin opens a case on a day. Its due date is counted; what stands in the fields
// of states and letters is not looked at. What is wrong is of type Problems.
func Begin(c Case, today calendar.Date, off Holidays) (Case, error) {
	var ps Problems
	ps.line("request", c.Request, 1, LongestRequest)
	if ps.day("filed", c.Filed, calendar.Date{}, today); c.Filed.IsZero() {
		ps.day("complete", c.Complete, calendar.Date{}, today)
	} else {
		ps.day("complete", c.Complete, c.Filed, today)
	}
	if c.Promised.Value < 1 || units[c.Promised.Unit].IsZero() {
		ps.add("manual", fault.Text{TH: "คู่มือฉบับนี้ไม่มีระยะเวลา", EN: "This manual states no time."})
	}
	if len(ps) > 0 {
		return Case{}, ps
	}
	c.State, c.Ended, c.Result, c.Notified, c.NoticeWay = Open, calendar.Date{}, "", calendar.Date{}, ""
	c.Letters, c.Replaced, c.Reopened = nil, nil, nil
	c.Due = DueOf(c.Complete, c.Promised, c.Province, off).Due
	return c, nil
}

// Write adds the next letter on a day. It is dated after the time was over, not
// before the letter before it, and not after today.
func (c Case) Write(l Letter, today calendar.Date) (Case, error) {
	switch {
	case c.State != Open:
		return Case{}, over(c, fault.Text{TH: "เขียนหนังสือแจ้งเพิ่มไม่ได้", EN: "No further letter can be written."})
	case !today.After(c.Due):
		return Case{}, fault.New(fault.Conflict, fault.Text{TH: "คำขอนี้ยังไม่เกินกำหนด", EN: "This request is not late yet."},
			fault.Text{TH: "เขียนหนังสือแจ้งได้ตั้งแต่ " + c.Due.AddDays(1).Short("th"), EN: "A letter can be written from " + c.Due.AddDays(1).Short("en") + " on."})
	case len(c.Letters) >= MostLetters:
		return Case{}, fault.New(fault.Conflict, fault.Textf("เรื่องหนึ่งมีหนังสือแจ้งได้ %d ฉบับ", "A case has at most %d letters.", MostLetters))
	}
	var ps Problems
	if c.checkLetter(&ps, l, today); len(ps) > 0 {
		return Case{}, ps
	}
	c = c.with()
	l.Seq, l.Way, l.Sent, l.Copied, l.Edition, l.Mended, l.Why = len(c.Letters)+1, "", calendar.Date{}, calendar.Date{}, 1, calendar.Date{}, ""
	c.Letters = append(c.Letters, l)
	return c, nil
}

// checkLetter notes what is wrong with a letter behind those of the case.
func (c Case) checkLetter(ps *Problems, l Letter, today calendar.Date) {
	ps.line("number", l.Number, 1, LongestNumber)
	if slices.ContainsFunc(c.Letters, func(o Letter) bool { return o.Number == l.Number }) {
		ps.add("number", fault.Text{TH: "เรื่องนี้มีหนังสือเลขที่นี้แล้ว", EN: "This case has a letter of that number."})
	}
	first := c.Due.AddDays(1)
	if was := c.last().Date; was.After(first) {
		first = was
	}
	ps.day("date", l.Date, first, today)
	if l.Reason.Name().IsZero() {
		ps.add("reason", fault.Text{TH: "เลือกเหตุที่ล่าช้า", EN: "Choose why it is late."})
	}
	least := 0
	if l.Reason == Other {
		least = 1
	}
	ps.line("text", l.Text, least, LongestText)
	ps.day("expected", l.Expected, l.Date, calendar.Date{})
	ps.line("signer", l.Signer, 0, LongestPerson)
	ps.line("position", l.Position, 0, LongestPerson)
}

func noLetter() error {
	return fault.New(fault.NotFound, fault.Text{TH: "ไม่พบหนังสือฉบับนี้", EN: "There is no such letter."})
}

// Send notes how and when a letter went to the applicant, and when its copy went
// to the OPDC; either may be noted alone, and corrected. A letter goes out on its
// date or later.
func (c Case) Send(seq int, way Way, sent, copied, today calendar.Date) (Case, error) {
	if seq < 1 || seq > len(c.Letters) {
		return Case{}, noLetter()
	}
	l := c.Letters[seq-1]
	var ps Problems
	if sent.IsZero() && copied.IsZero() {
		ps.day("sent", sent, calendar.Date{}, calendar.Date{})
	}
	if !sent.IsZero() {
		ps.day("sent", sent, l.Date, today)
		if way.Name().IsZero() {
			ps.add("way", fault.Text{TH: "เลือกวิธีส่ง", EN: "Choose how it was sent."})
		}
	}
	if !copied.IsZero() {
		ps.day("copied", copied, l.Date, today)
	}
	if err := ps.err(); err != nil {
		return Case{}, err
	}
	c = c.with()
	if !sent.IsZero() {
		l.Way, l.Sent = way, sent
	}
	if !copied.IsZero() {
		l.Copied = copied
	}
	c.Letters[seq-1] = l
	return c, nil
}

// End ends the case on a day: to Finished with a result, to Returned or to
// Withdrawn.
func (c Case) End(to State, result Result, on, today calendar.Date) (Case, error) {
	if c.State != Open {
		return Case{}, over(c, fault.Text{TH: "บันทึกผลซ้ำไม่ได้", EN: "It can not be ended again."})
	}
	var ps Problems
	switch {
	case to == Open || to.Name().IsZero():
		ps.add("state", fault.Text{TH: "เลือกว่าเรื่องจบอย่างไร", EN: "Choose how it ended."})
	case to == Finished && result.Name().IsZero():
		ps.add("result", fault.Text{TH: "เลือกผลการพิจารณา", EN: "Choose the result."})
	}
	first := c.Complete
	if was := c.last().Date; was.After(first) {
		first = was
	}
	ps.day("ended", on, first, today)
	if err := ps.err(); err != nil {
		return Case{}, err
	}
	c = c.with()
	c.State, c.Ended = to, on
	if to == Finished {
		c.Result = result
	}
	return c, nil
}

// Notify notes when and how the applicant was told of the end. It may be later
// than the Act allows: then it shows so.
func (c Case) Notify(way Way, on, today calendar.Date) (Case, error) {
	switch {
	case c.State == Open:
		return Case{}, fault.New(fault.Conflict, fault.Text{TH: "เรื่องนี้ยังไม่จบ", EN: "This case is still open."},
			fault.Text{TH: "บันทึกผลการพิจารณาก่อน", EN: "Record how it ended first."})
	case c.State == Withdrawn:
		return Case{}, fault.New(fault.Conflict, fault.Text{TH: "ผู้ยื่นยกเลิกคำขอเอง จึงไม่ต้องแจ้งผล", EN: "The applicant withdrew the request, so that there is no result to tell."})
	case !c.Notified.IsZero():
		return Case{}, fault.New(fault.Conflict, fault.Text{TH: "บันทึกการแจ้งผลไว้แล้วเมื่อ " + c.Notified.Short("th"), EN: "That the applicant was told is noted already: " + c.Notified.Short("en") + "."})
	}
	var ps Problems
	ps.day("notified", on, c.Ended, today)
	if way.Name().IsZero() {
		ps.add("way", fault.Text{TH: "เลือกวิธีแจ้ง", EN: "Choose how the applicant was told."})
	}
	if err := ps.err(); err != nil {
		return Case{}, err
	}
	c = c.with()
	c.Notified, c.NoticeWay = on, way
	return c, nil
}

// over is the error of acting on a case that is over.
func over(c Case, hint fault.Text) error {
	name := c.State.Name()
	return fault.New(fault.Conflict, fault.Text{
		TH: "เรื่องนี้จบแล้ว (" + name.TH + ") เมื่อ " + c.Ended.Short("th"),
		EN: "This case is over (" + strings.ToLower(name.EN) + ") since " + c.Ended.Short("en") + ".",
	}, hint)
}
