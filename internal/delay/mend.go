package delay

import (
	"slices"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// Reopening is an end of a case that was taken back, with all that was noted of
// it.
type Reopening struct {
	State     State
	Ended     calendar.Date
	Result    Result
	Notified  calendar.Date // zero: the applicant was not told
	NoticeWay Way
	On        calendar.Date // when it was taken back
	Role      catalog.Role  // in which that was done
	Why       string
}

// Bounds of what is mended.
const (
	LongestWhy  = 300 // characters of why something was mended
	MostReopens = 20
	MostMends   = 20 // further editions of one letter
)

// ReopenBy is the last day on which the office itself may open a case again: seven
// days after its end, or the next working day, as the applicant is to be told of
// the end by then. The zero Date for a case that is open.
func (c Case) ReopenBy(off Holidays) calendar.Date {
	if c.State == Open {
		return calendar.Date{}
	}
	return off.NextWorkingDay(c.Ended.AddDays(NotifyWithin), c.Province)
}

// Reopen takes the end of a case back, which was noted by mistake. Until ReopenBy
// the office does so in the role of the point; later only those above, in that of
// a central officer. The case is open as if it had never ended: letters are due for
// the weeks between, too. What was noted of the end stays in Reopened.
func (c Case) Reopen(why string, role catalog.Role, today calendar.Date, off Holidays) (Case, error) {
	last := c.ReopenBy(off)
	switch {
	case c.State == Open:
		return Case{}, fault.New(fault.Conflict, fault.Text{TH: "เรื่องนี้ยังเปิดอยู่", EN: "This case is open."})
	case len(c.Reopened) >= MostReopens:
		return Case{}, fault.New(fault.Conflict, fault.Textf("เรื่องหนึ่งเปิดอีกครั้งได้ %d ครั้ง", "A case is opened again at most %d times.", MostReopens))
	case role != catalog.RoleCentral && today.After(last):
		return Case{}, fault.New(fault.Conflict,
			fault.Text{TH: "เลยวันที่จุดบริการเปิดเรื่องอีกครั้งได้แล้ว คือ " + last.Short("th"), EN: "The point could open this case again until " + last.Short("en") + "."},
			fault.Text{TH: "ขอให้เจ้าหน้าที่ส่วนกลางของหน่วยงานเปิดให้", EN: "Ask a central officer of the agency to open it."})
	}
	var ps Problems
	if ps.line("why", why, 1, LongestWhy); len(ps) > 0 {
		return Case{}, ps
	}
	c = c.with()
	c.Reopened = append(c.Reopened, Reopening{c.State, c.Ended, c.Result, c.Notified, c.NoticeWay, today, role, why})
	c.State, c.Ended, c.Result, c.Notified, c.NoticeWay = Open, calendar.Date{}, "", calendar.Date{}, ""
	return c, nil
}

// MayCorrect reports whether a letter can be corrected: it is the last, and the
// case is open.
func (c Case) MayCorrect(seq int) bool {
	return c.State == Open && seq > 0 && seq == len(c.Letters)
}

// Correct makes another edition of the last letter, with why. It is not sent yet,
// and the edition before stays in Replaced. A letter that another followed stays
// as it is: that one refers to it by number and date, and tells what is so. Once
// any edition went out the number of the register and the date stay, too; before, a
// slip in them can be mended.
func (c Case) Correct(seq int, l Letter, why string, today calendar.Date) (Case, error) {
	switch {
	case seq < 1 || seq > len(c.Letters):
		return Case{}, noLetter()
	case c.State != Open:
		return Case{}, over(c, fault.Text{TH: "ถ้าจบเรื่องไว้ผิด ให้เปิดเรื่องอีกครั้งก่อน แล้วแก้หนังสือ", EN: "If that is a mistake, open the case again, then correct the letter."})
	case seq < len(c.Letters):
		return Case{}, fault.New(fault.Conflict, fault.Text{TH: "มีหนังสือฉบับหลังจากนี้แล้ว ซึ่งอ้างถึงฉบับนี้", EN: "A later letter refers to this one."},
			fault.Text{TH: "แก้หนังสือฉบับล่าสุด หรือแจ้งเรื่องที่ถูกต้องในฉบับถัดไป", EN: "Correct the last letter, or say what is right in the next one."})
	}
	was := c.Letters[seq-1]
	if was.Edition > MostMends {
		return Case{}, fault.New(fault.Conflict, fault.Textf("หนังสือฉบับหนึ่งแก้ได้ %d ครั้ง", "A letter is corrected at most %d times.", MostMends))
	}
	if err := c.checkMended(was, l, why, today); err != nil {
		return Case{}, err
	}
	c = c.with()
	l.Seq, l.Edition, l.Mended, l.Why, l.Way, l.Sent, l.Copied = seq, was.Edition+1, today, why, "", calendar.Date{}, calendar.Date{}
	c.Replaced = append(c.Replaced, was)
	c.Letters[seq-1] = l
	return c, nil
}

func (c Case) checkMended(was, l Letter, why string, today calendar.Date) error {
	var ps Problems
	if c.wentOut(was) {
		staysAsSent(&ps, was, l)
		l.Number, l.Date = was.Number, was.Date // of neither two things are said
	}
	before := c
	before.Letters = c.Letters[:was.Seq-1]
	before.checkLetter(&ps, l, today)
	ps.line("why", why, 1, LongestWhy)
	if len(ps) == 0 && saysTheSame(was, l) {
		ps.add("text", fault.Text{TH: "ยังไม่ได้แก้อะไรในหนังสือ", EN: "Nothing in the letter was changed."})
	}
	return ps.err()
}

// staysAsSent holds a correction to the number and the date by which the applicant
// and the OPDC know the letter, and by which the next one is due.
func staysAsSent(ps *Problems, was, l Letter) {
	if l.Number != was.Number {
		ps.add("number", fault.Text{TH: "ส่งหนังสือไปแล้ว จึงเปลี่ยนเลขที่ไม่ได้ ใช้ " + was.Number, EN: "The letter went out, so that its number stays " + was.Number + "."})
	}
	if l.Date != was.Date {
		ps.add("date", fault.Text{TH: "ส่งหนังสือไปแล้ว จึงเปลี่ยนวันที่ไม่ได้ ใช้ " + was.Date.Short("th"), EN: "The letter went out, so that its date stays " + was.Date.Short("en") + "."})
	}
}

// wentOut reports whether any edition of a letter was noted as sent.
func (c Case) wentOut(l Letter) bool {
	out := func(e Letter) bool { return e.Seq == l.Seq && (!e.Sent.IsZero() || !e.Copied.IsZero()) }
	return out(l) || slices.ContainsFunc(c.Replaced, out)
}

// saysTheSame reports whether two letters are word for word the same.
func saysTheSame(a, b Letter) bool {
	words := func(l Letter) Letter {
		return Letter{Number: l.Number, Date: l.Date, Reason: l.Reason, Text: l.Text, Expected: l.Expected, Signer: l.Signer, Position: l.Position}
	}
	return words(a) == words(b)
}

// Editions are all editions of a letter, the newest first; none where there is no
// such letter.
func (c Case) Editions(seq int) (out []Letter) {
	if seq < 1 || seq > len(c.Letters) {
		return nil
	}
	out = append(out, c.Letters[seq-1])
	for _, l := range slices.Backward(c.Replaced) {
		if l.Seq == seq {
			out = append(out, l)
		}
	}
	return out
}
