// Package delay knows what section 10 of the Licensing Facilitation Act asks of an
// office that is late: when a request should have been decided, a letter with the
// reason every seven days until it is, each with a copy to the OPDC, and the
// result told within seven days.
//
// Rules are functions on values: a case is given, and the case as it is after, or
// why not. The package reads no clock and refuses to know who the applicant is,
// who may do what, and where cases are kept.
package delay

import (
	"slices"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// The days of section 10 of the Act.
const (
	LetterEvery  = 7 // calendar days from one letter to the next
	NotifyWithin = 7 // calendar days from the end of a request to the notice of it
)

// State is how a request stands.
type State string

// The states. All but Open are the end of a case.
const (
	Open      State = "open"      // it is not decided
	Finished  State = "finished"  // it is granted or refused
	Returned  State = "returned"  // papers were missing and not brought in time (section 9)
	Withdrawn State = "withdrawn" // the applicant took it back
)

// States are all states.
func States() []State { return []State{Open, Finished, Returned, Withdrawn} }

// Name is what the state is called.
func (s State) Name() fault.Text {
	return map[State]fault.Text{
		Open:      {TH: "กำลังพิจารณา", EN: "Under consideration"},
		Finished:  {TH: "พิจารณาเสร็จแล้ว", EN: "Decided"},
		Returned:  {TH: "คืนคำขอ", EN: "Returned to the applicant"},
		Withdrawn: {TH: "ผู้ยื่นยกเลิกคำขอ", EN: "Withdrawn by the applicant"},
	}[s]
}

// Result is what a request that is finished was answered.
type Result string

// The results.
const (
	Granted Result = "granted"
	Refused Result = "refused"
)

// Results are all results.
func Results() []Result { return []Result{Granted, Refused} }

// Name is what the result is called.
func (r Result) Name() fault.Text {
	return map[Result]fault.Text{Granted: {TH: "อนุญาต", EN: "Granted"}, Refused: {TH: "ไม่อนุญาต", EN: "Refused"}}[r]
}

// Reason is why a request is late.
type Reason string

// The reasons. Other needs to be said in words.
const (
	OtherAgency  Reason = "other-agency"
	Inspection   Reason = "inspection"
	Committee    Reason = "committee"
	Volume       Reason = "volume"
	System       Reason = "system"
	ForceMajeure Reason = "force-majeure"
	Other        Reason = "other"
)

// Reasons are all reasons, as they are offered.
func Reasons() []Reason {
	return []Reason{OtherAgency, Inspection, Committee, Volume, System, ForceMajeure, Other}
}

// Name is what the reason is called.
func (r Reason) Name() fault.Text {
	return map[Reason]fault.Text{
		OtherAgency:  {TH: "รอเอกสารจากหน่วยงานอื่น", EN: "Waiting for papers from another agency"},
		Inspection:   {TH: "ต้องตรวจสถานที่", EN: "A place has to be inspected"},
		Committee:    {TH: "รอคณะกรรมการพิจารณา", EN: "Waiting for a committee"},
		Volume:       {TH: "มีคำขอจำนวนมาก", EN: "There are many requests"},
		System:       {TH: "ระบบขัดข้อง", EN: "A system failed"},
		ForceMajeure: {TH: "เหตุสุดวิสัย", EN: "Force majeure"},
		Other:        {TH: "เหตุอื่น", EN: "Another reason"},
	}[r]
}

// Way is how a letter was sent.
type Way string

// The ways.
const (
	Post     Way = "post"
	Email    Way = "email"
	Platform Way = "system"
	InPerson Way = "in-person"
)

// Ways are all ways.
func Ways() []Way { return []Way{Post, Email, Platform, InPerson} }

// Name is what the way is called.
func (w Way) Name() fault.Text {
	return map[Way]fault.Text{
		Post: {TH: "ไปรษณีย์", EN: "Post"}, Email: {TH: "อีเมล", EN: "E-mail"},
		Platform: {TH: "ระบบอิเล็กทรอนิกส์", EN: "Electronic system"}, InPerson: {TH: "รับด้วยตนเอง", EN: "Handed over"},
	}[w]
}

// Letter tells an applicant that the request is late, and why.
type Letter struct {
	Seq      int    // from 1
	Number   string // of the office's register, as "คค 0401/1234"
	Date     calendar.Date
	Reason   Reason
	Text     string        // more of the reason; may be empty, but for Other
	Expected calendar.Date // when the office thinks to be done
	Signer   string        // who signs, and as what; both may be empty
	Position string
	Way      Way           // "" before it was sent, as the days
	Sent     calendar.Date // to the applicant
	Copied   calendar.Date // to the OPDC
	Edition  int           // from 1; each correction makes another
	Mended   calendar.Date // when it was corrected to this edition, and why; of the first neither
	Why      string
}

// Case is a request that is late, or may become so.
type Case struct {
	Request   string           // the office's number of the request
	Filed     calendar.Date    // when it was filed: the manual of that day judges it
	Complete  calendar.Date    // when its papers were complete
	Promised  catalog.Duration // by the manual
	Due       calendar.Date    // the last day of it
	Province  string           // whose holidays count, two digits; "" for those of the whole country
	State     State
	Ended     calendar.Date // zero while it is open
	Result    Result        // "" unless it is finished
	Notified  calendar.Date // when the applicant was told of the end; zero: not yet
	NoticeWay Way
	Letters   []Letter // by number, the newest edition of each
	Replaced  []Letter // earlier editions, each after the one that it replaced
	Reopened  []Reopening
}

// Bounds of what is written, in characters.
const (
	LongestRequest = 60
	LongestNumber  = 60
	LongestText    = 300
	LongestPerson  = 100 // a signer, or a position
	MostLetters    = 200
)

// Holidays are the days off that rules here need.
type Holidays interface {
	AddWorkingDays(d calendar.Date, n int, province string) calendar.Date
	NextWorkingDay(d calendar.Date, province string) calendar.Date
	Is(d calendar.Date, province string) (calendar.Holiday, bool)
}

var _ Holidays = calendar.Holidays{}

// Late reports whether the request is open and its time is over on a day.
func (c Case) Late(today calendar.Date) bool { return c.State == Open && today.After(c.Due) }

// last is the letter that was written last; the zero Letter when none was.
func (c Case) last() Letter {
	if len(c.Letters) == 0 {
		return Letter{}
	}
	return c.Letters[len(c.Letters)-1]
}

// with returns the case with lists of its own, so that changing them leaves the
// one that it was made of.
func (c Case) with() Case {
	c.Letters, c.Replaced, c.Reopened = slices.Clone(c.Letters), slices.Clone(c.Replaced), slices.Clone(c.Reopened)
	return c
}
