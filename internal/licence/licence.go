// Package licence knows the monthly report on licences (รายงานผลการออกใบอนุญาต):
// its columns and the sum that they have to make, when a month locks, who opens it
// again and for how long, and what a corrected month does to the next.
//
// It decides on values. The clock, the acting person and the holidays are given
// with each question; it refuses to know where reports are kept, what rights
// people hold, and which processes an office has.
package licence

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// Key says which report: of one process at one point in one month.
type Key struct {
	Point   catalog.PointCode
	Process catalog.ProcessID
	Month   calendar.Month
}

// Field is a column of the report, by the name under which it is stored.
type Field string

// The columns, and the note beside them.
const (
	CarriedIn     Field = "carried_in"
	Received      Field = "received"
	ApprovedOn    Field = "approved_on"
	ApprovedLate  Field = "approved_late"
	RejectedOn    Field = "rejected_on"
	RejectedLate  Field = "rejected_late"
	Returned      Field = "returned"
	Withdrawn     Field = "withdrawn"
	PendingInTime Field = "pending_in_time"
	PendingLate   Field = "pending_late"
	Letters       Field = "letters"
	Note          Field = "note"
)

// Fields are the columns of numbers in the order of the report.
var Fields = []Field{CarriedIn, Received, ApprovedOn, ApprovedLate, RejectedOn, RejectedLate, Returned, Withdrawn, PendingInTime, PendingLate, Letters}

var names = map[Field]fault.Text{
	CarriedIn:     {TH: "ยกมา", EN: "Carried in"},
	Received:      {TH: "รับคำขอใหม่", EN: "Received"},
	ApprovedOn:    {TH: "อนุมัติ ภายในกำหนด", EN: "Approved in time"},
	ApprovedLate:  {TH: "อนุมัติ เกินกำหนด", EN: "Approved late"},
	RejectedOn:    {TH: "ไม่อนุมัติ ภายในกำหนด", EN: "Refused in time"},
	RejectedLate:  {TH: "ไม่อนุมัติ เกินกำหนด", EN: "Refused late"},
	Returned:      {TH: "คืนคำขอ (ม.9)", EN: "Returned (s. 9)"},
	Withdrawn:     {TH: "ผู้ขอยกเลิก", EN: "Withdrawn"},
	PendingInTime: {TH: "ค้าง ยังไม่เกินกำหนด", EN: "Pending, in time"},
	PendingLate:   {TH: "ค้าง เกินกำหนด", EN: "Pending, late"},
	Letters:       {TH: "หนังสือแจ้งล่าช้า", EN: "Delay letters"},
	Note:          {TH: "หมายเหตุ", EN: "Note"},
}

// Name is what a column is called.
func (f Field) Name() fault.Text { return names[f] }

// Figures are the numbers of a report.
type Figures struct {
	CarriedIn     int `json:"carried_in"` // pending at the end of the month before
	Received      int `json:"received"`
	ApprovedOn    int `json:"approved_on"` // within the time that the manual promises
	ApprovedLate  int `json:"approved_late"`
	RejectedOn    int `json:"rejected_on"`
	RejectedLate  int `json:"rejected_late"`
	Returned      int `json:"returned"`  // by section 9 of the Act
	Withdrawn     int `json:"withdrawn"` // by the applicant
	PendingInTime int `json:"pending_in_time"`
	PendingLate   int `json:"pending_late"`
	Letters       int `json:"letters"` // delay letters sent in the month; no part of the balance
}

// Count is the number of a column, to be read or set; nil of what is no number.
func (f *Figures) Count(c Field) *int {
	switch c {
	case CarriedIn:
		return &f.CarriedIn
	case Received:
		return &f.Received
	case ApprovedOn:
		return &f.ApprovedOn
	case ApprovedLate:
		return &f.ApprovedLate
	case RejectedOn:
		return &f.RejectedOn
	case RejectedLate:
		return &f.RejectedLate
	case Returned:
		return &f.Returned
	case Withdrawn:
		return &f.Withdrawn
	case PendingInTime:
		return &f.PendingInTime
	case PendingLate:
		return &f.PendingLate
	case Letters:
		return &f.Letters
	}
	return nil
}

// In is how many requests there were to deal with.
func (f Figures) In() int { return f.CarriedIn + f.Received }

// Done is how many requests came to an end.
func (f Figures) Done() int {
	return f.ApprovedOn + f.ApprovedLate + f.RejectedOn + f.RejectedLate + f.Returned + f.Withdrawn
}

// Pending is how many are left over, and carried into the next month.
func (f Figures) Pending() int { return f.PendingInTime + f.PendingLate }

// Missing is by how many requests the outcomes fall short of those there were to
// deal with; negative when there are more outcomes than requests; 0 in balance.
func (f Figures) Missing() int { return f.In() - f.Done() - f.Pending() }

// Entry is what a report says.
type Entry struct {
	Figures
	Zero bool   `json:"zero,omitempty"` // it is stated that there were no requests
	Note string `json:"note,omitempty"`
}

// Limits of what a report may say.
const (
	Most     = 9_999_999 // of one column
	MostNote = 2000      // characters
)

// Wrong is something that keeps a report from being handed in, at a field.
type Wrong struct {
	Field Field
	What  fault.Text
}

// Check returns what is wrong with an entry, in the order of its fields; nothing
// when it can be handed in. A report of which everything is 0 has to state that
// there were no requests: that is another thing than having reported nothing.
func (e Entry) Check() []Wrong {
	wrong := e.form()
	if len(wrong) > 0 {
		return wrong
	}
	switch empty := e.Figures == (Figures{}); {
	case e.Zero && !empty:
		f := e.firstCount()
		return []Wrong{{f, named(f, "แจ้งว่าไม่มีคำขอ แต่ช่อง “%s” มีตัวเลข ลบตัวเลข หรือไม่แจ้งว่าไม่มีคำขอ",
			"It states that there were no requests, and “%s” has a number. Clear the number, or the statement.")}}
	case !e.Zero && empty:
		return []Wrong{{Received, fault.Text{TH: "ทุกช่องเป็น 0 ถ้าเดือนนี้ไม่มีคำขอ ให้เลือก “ไม่มีคำขอ”", EN: "Every number is 0. If there were no requests this month, choose “No requests”."}}}
	}
	if n := e.Missing(); n != 0 {
		return []Wrong{{PendingInTime, unbalanced(e.Figures)}}
	}
	return nil
}

// form returns what is no number, or too large, or no note.
func (e Entry) form() (wrong []Wrong) {
	for _, f := range Fields {
		switch n := *e.Count(f); {
		case n < 0:
			wrong = append(wrong, Wrong{f, named(f, "ช่อง “%s” ติดลบไม่ได้", "“%s” can not be below 0.")})
		case n > Most:
			wrong = append(wrong, Wrong{f, named(f, "ช่อง “%s” มากเกินไป ใส่ได้ไม่เกิน 9,999,999", "“%s” is too large: 9,999,999 at most.")})
		}
	}
	if utf8.RuneCountInString(e.Note) > MostNote || !utf8.ValidString(e.Note) || strings.ContainsFunc(e.Note, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }) {
		wrong = append(wrong, Wrong{Note, fault.Textf("หมายเหตุยาวได้ไม่เกิน %d ตัวอักษร", "The note has %d characters at most.", MostNote)})
	}
	return wrong
}

// Draft returns what keeps an entry even from being saved as a draft: numbers out
// of bounds and notes that are too long.
func (e Entry) Draft() []Wrong { return e.form() }

func named(f Field, th, en string) fault.Text {
	return fault.Text{TH: fmt.Sprintf(th, f.Name().TH), EN: fmt.Sprintf(en, f.Name().EN)}
}

// firstCount is the first column that is not 0.
func (e Entry) firstCount() Field {
	for _, f := range Fields {
		if *e.Count(f) != 0 {
			return f
		}
	}
	return Received
}

// unbalanced says how far the outcomes are from the requests.
func unbalanced(f Figures) fault.Text {
	sum := f.Done() + f.Pending()
	if n := f.Missing(); n > 0 {
		return fault.Textf("ยกมา %d + รับใหม่ %d = %d แต่ผลรวมของช่องอื่นคือ %d ยังขาดอีก %d คำขอ",
			"Carried in %d + received %d = %d, and the other columns make %d: %d requests are missing.", f.CarriedIn, f.Received, f.In(), sum, n)
	}
	return fault.Textf("ยกมา %d + รับใหม่ %d = %d แต่ผลรวมของช่องอื่นคือ %d เกินไป %d คำขอ",
		"Carried in %d + received %d = %d, and the other columns make %d: %d requests too many.", f.CarriedIn, f.Received, f.In(), sum, -f.Missing())
}

// Cases is what the register of delays knows of the same point, process and month.
type Cases struct {
	Known   bool // false: there is no register to ask
	Open    int  // cases open at the end of the month
	Letters int  // sent in the month
}

// Doubts returns where an entry and the register of delays do not agree. They are
// told, and keep nothing from being handed in.
func (e Entry) Doubts(c Cases) (doubts []Wrong) {
	if !c.Known {
		return nil
	}
	if e.PendingLate > 0 && c.Open == 0 {
		doubts = append(doubts, Wrong{PendingLate, fault.Textf("มีคำขอค้างเกินกำหนด %d คำขอ แต่ไม่มีเรื่องล่าช้าที่เปิดไว้ บันทึกเรื่องล่าช้าของคำขอเหล่านี้",
			"%d requests are pending late, and no delay case is open. Open a case for each.", e.PendingLate)})
	}
	if e.Letters != c.Letters {
		doubts = append(doubts, Wrong{Letters, fault.Textf("รายงานหนังสือแจ้งล่าช้า %d ฉบับ แต่ในทะเบียนมี %d ฉบับ",
			"The report has %d delay letters, the register %d.", e.Letters, c.Letters)})
	}
	return doubts
}
