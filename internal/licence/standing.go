package licence

import (
	"time"

	"khumue/internal/calendar"
	"khumue/internal/fault"
)

// Standing says in words where a report stands, why, and what is due when.
type Standing struct {
	State   State
	What    fault.Text // what is, and why
	Next    fault.Text // what can be done, and until when
	Until   time.Time  // by when something has to be done; zero: nothing has to
	Missing bool       // locked without ever having been handed in
}

// Left is how long it is until something has to be done; "" when nothing has.
func (s Standing) Left(now time.Time) fault.Text {
	if s.Until.IsZero() {
		return fault.Text{}
	}
	return fault.Text{TH: calendar.Left(now, s.Until, "th"), EN: calendar.Left(now, s.Until, "en")}
}

// Standing tells where the report stands at a moment.
func (r Report) Standing(now time.Time, c Calendar) Standing {
	s := Standing{State: r.State(now, c), Missing: r.Missing(now, c)}
	locks := c.Locks(r.Month)
	switch s.State {
	case Open:
		s.Until = locks
		s.What, s.Next = r.openText(now, c)
	case Submitted:
		s.What = both("ส่งแล้วเมื่อ %s", "Handed in on %s.", dayOf(r.Filed.At))
		s.Next = both("แก้ไขแล้วส่งใหม่ได้ถึงสิ้น%s ซึ่งเป็นวันทำการที่ 10 ของเดือนถัดไป", "It can be corrected until the end of %s, the 10th working day of the next month.", lastDay(locks))
	case Locked:
		s.What, s.Next = r.lockedText(c)
	case UnlockRequested:
		s.What = both("ล็อกอยู่ ขอปลดล็อกเมื่อ %s", "Locked. An unlock was asked for on %s.", dayOf(r.Unlock.Asked))
		s.Next = fault.Text{TH: "รอเจ้าหน้าที่ส่วนกลางที่อยู่เหนือขึ้นไปพิจารณา", EN: "The central officer above has to decide."}
	case Unlocked:
		s.Until = r.Unlock.Until
		s.What = both("ปลดล็อกให้เมื่อ %s", "Unlocked on %s.", dayOf(r.Unlock.Decided))
		s.Next = both("ต้องส่งภายในสิ้น%s ซึ่งเป็นวันทำการที่ 5 หลังวันอนุมัติ ถ้าไม่ส่งจะขอปลดล็อกรายงานนี้อีกไม่ได้",
			"It has to be handed in by the end of %s, the 5th working day after the grant. If it is not, it can not be unlocked again.", lastDay(r.Unlock.Until))
	case Final:
		s.What = r.lapsedText()
		s.Next = fault.Text{TH: "ขอปลดล็อกรายงานนี้อีกไม่ได้ ตัวเลขคงอยู่ตามที่ส่งไว้ล่าสุด", EN: "It can not be unlocked again. What was handed in last stands."}
		if r.Filed.Version == 0 {
			s.Next = fault.Text{TH: "ขอปลดล็อกรายงานนี้อีกไม่ได้ เดือนนี้จึงไม่มีรายงาน", EN: "It can not be unlocked again: this month has no report."}
		}
	}
	return s
}

func (r Report) openText(now time.Time, c Calendar) (what, next fault.Text) {
	what = fault.Text{TH: "ยังไม่ได้ส่ง", EN: "Not handed in."}
	if !r.Draft.At.IsZero() {
		what = both("บันทึกร่างไว้เมื่อ %s ยังไม่ได้ส่ง", "A draft of %s is saved, not handed in.", dayOf(r.Draft.At))
	}
	if over := c.Over(r.Month); now.Before(over) {
		return what, both("เดือนนี้ยังไม่สิ้นสุด บันทึกร่างไว้ได้ ส่งได้ตั้งแต่ %s ถึงสิ้น%s", "The month is not over. A draft can be saved; it can be handed in from %s to the end of %s.", dayOf(over), lastDay(c.Locks(r.Month)))
	}
	return what, both("ต้องส่งภายในสิ้น%s ซึ่งเป็นวันทำการที่ 10 ของเดือนถัดไป หลังจากนั้นจะล็อก", "It has to be handed in by the end of %s, the 10th working day of the next month. After that it locks.", lastDay(c.Locks(r.Month)))
}

func (r Report) lockedText(c Calendar) (what, next fault.Text) {
	since := lastDay(c.Locks(r.Month))
	next = fault.Text{TH: "ถ้าต้องแก้ไข ขอปลดล็อกพร้อมเหตุผล", EN: "If it has to be corrected, ask for it to be unlocked and say why."}
	switch u := r.Unlock; {
	case u.ID != "" && !u.Granted:
		what = both("ล็อกอยู่ คำขอปลดล็อกเมื่อ %s ไม่ได้รับอนุมัติเมื่อ %s", "Locked. The request of %s was refused on %s.", dayOf(u.Asked), dayOf(u.Decided))
		next = fault.Text{TH: "ขอใหม่ได้พร้อมเหตุผลที่ครบถ้วนขึ้น", EN: "It can be asked for again, with better reasons."}
	case !u.Used.IsZero():
		what = both("แก้ไขและส่งใหม่เมื่อ %s ในช่วงที่ปลดล็อก แล้วล็อกอีกครั้ง", "It was corrected on %s while it was unlocked, and locked again.", dayOf(u.Used))
	case r.Filed.Version == 0:
		what = both("ไม่ได้ส่งภายในสิ้น%s ซึ่งเป็นวันทำการที่ 10 ของเดือนถัดไป จึงล็อก", "It was not handed in by the end of %s, the 10th working day of the next month, and so it is locked.", since)
		next = fault.Text{TH: "ขอปลดล็อกพร้อมเหตุผล แล้วส่งรายงาน", EN: "Ask for it to be unlocked, say why, and hand it in."}
	default:
		what = both("ส่งแล้วเมื่อ %s และล็อกตั้งแต่สิ้น%s ซึ่งเป็นวันทำการที่ 10 ของเดือนถัดไป", "Handed in on %s, and locked since the end of %s, the 10th working day of the next month.", dayOf(r.Filed.At), since)
	}
	return what, next
}
