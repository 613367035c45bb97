// Package review knows the life of a revision of a manual: what may be done to it
// in which state, by whom, and what comes of it. Two approvals, by two people who
// wrote none of it, of exactly the text that they read.
//
// Rules are functions on values. It refuses to know git, where a revision stands
// as a ref, and pages, where it is read.
package review

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
)

// State is where a revision stands.
type State string

// The states of a revision.
const (
	Draft      State = "draft"      // being written; also what was returned or recalled
	InReview   State = "review"     // submitted and frozen; awaits stage 1
	Endorsed   State = "endorsed"   // approved by the agency; awaits stage 2
	Published  State = "published"  // what the public reads
	Superseded State = "superseded" // a later revision is published
	Ended      State = "ended"      // a draft that was given up
)

// States are all states, in the order of a revision's life.
var States = []State{Draft, InReview, Endorsed, Published, Superseded, Ended}

// Tree is the hash of a manual's folder: what was written, and what was read.
type Tree string

// Revision is a revision as the rules see it.
type Revision struct {
	Manual catalog.ManualID
	Agency catalog.AgencyCode // the owner
	Number int                // given at the first submission; 0 before
	State  State
	Tree   Tree // of the manual's folder as it stands

	Contributors []catalog.OfficerID // who saved, pushed or submitted, in order
	EndorsedBy   catalog.OfficerID   // of the approval in force; "" before stage 1
	PublishedBy  catalog.OfficerID
	Submitted    time.Time // the last submission; zero before
	Emergency    bool      // published out of order, and not approved in order since
	Returned     *Return   // why it came back; nil unless that was the last that happened
}

// Return is why a revision was sent back.
type Return struct {
	By     catalog.OfficerID
	At     time.Time
	Stage  int      // 1 or 2
	Reason string   // what is to be mended, in the reviewer's words
	Fields []string // names of the fields that it concerns; may be empty
}

// Step is something that people do to a revision.
type Step string

// The steps.
const (
	Save     Step = "save"    // change the text of a draft
	Submit   Step = "submit"  // ask for approval
	Recall   Step = "recall"  // take back what was submitted
	Endorse  Step = "endorse" // approve stage 1
	Publish  Step = "publish" // approve stage 2
	SendBack Step = "return"  // refuse, with a reason
	Hasten   Step = "hasten"  // publish in an emergency, with a reason
	GiveUp   Step = "give-up" // end a draft
)

// Steps are all steps.
var Steps = []Step{Save, Submit, Recall, Endorse, Publish, SendBack, Hasten, GiveUp}

// needs says what right each step takes in each state. A state that is not named
// does not allow the step to anybody.
var needs = map[Step]map[State]rights.Action{
	Save:     {Draft: rights.WriteManual},
	Submit:   {Draft: rights.WriteManual},
	Recall:   {InReview: rights.WriteManual, Endorsed: rights.WriteManual},
	Endorse:  {InReview: rights.Endorse},
	Publish:  {Endorsed: rights.Publish},
	SendBack: {InReview: rights.Endorse, Endorsed: rights.Publish},
	Hasten:   {Draft: rights.Publish, InReview: rights.Publish, Endorsed: rights.Publish},
	GiveUp:   {Draft: rights.WriteManual},
}

// judging are the steps that nobody takes on text of their own.
var judging = []Step{Endorse, Publish, SendBack, Hasten}

// May decides whether an officer may take a step on a revision, whose owner is
// the target. The error says why not, and what to do.
func (r Revision) May(s Step, by rights.Officer, owner rights.Target) error {
	right, possible := needs[s][r.State]
	if !possible {
		if by.MayAnywhere(rights.SeeDrafts) {
			return wrongState(s, r.State)
		}
		return rights.Refused()
	}
	if err := by.May(right, owner); err != nil {
		return err
	}
	own := slices.Contains(r.Contributors, by.ID)
	switch {
	case own && slices.Contains(judging, s):
		return fault.New(fault.Forbidden, fault.Text{TH: "ผู้ที่มีส่วนเขียนฉบับนี้ อนุมัติหรือส่งกลับเองไม่ได้", EN: "Who wrote any of a revision can not judge it."},
			fault.Text{TH: "ให้เจ้าหน้าที่คนอื่นที่มีบทบาทเดียวกันพิจารณา", EN: "Ask a colleague with the same role."})
	case s == Publish && by.ID == r.EndorsedBy:
		return fault.New(fault.Forbidden, fault.Text{TH: "ผู้อนุมัติขั้นที่ 1 อนุมัติขั้นที่ 2 เองไม่ได้", EN: "Who approved stage 1 can not approve stage 2."},
			fault.Text{TH: "ให้เจ้าหน้าที่ ก.พ.ร. คนอื่นพิจารณา", EN: "Ask another OPDC officer."})
	case s == Recall && !own:
		return fault.New(fault.Forbidden, fault.Text{TH: "ผู้ที่ไม่ได้เขียนฉบับนี้ ถอนคืนไม่ได้", EN: "Only who wrote some of a revision can recall it."},
			fault.Text{TH: "ให้ผู้เขียนถอนคืน หรือให้ผู้อนุมัติส่งกลับแก้ไข", EN: "Ask one of its authors to recall it, or who judges it to return it."})
	}
	return nil
}

func wrongState(s Step, is State) error {
	return fault.New(fault.Conflict, fault.Textf("ฉบับนี้อยู่ในสถานะ “%[1]s” จึงทำรายการนี้ไม่ได้", "The revision is “%[2]s”, so this can not be done.", is.Name().TH, is.Name().EN),
		fault.Text{TH: "เปิดฉบับนี้ใหม่เพื่อดูสถานะล่าสุด", EN: "Open the revision again to see how it stands."})
}

var stateNames = map[State]catalog.Text{
	Draft:      {TH: "ฉบับร่าง", EN: "draft"},
	InReview:   {TH: "รออนุมัติขั้นที่ 1", EN: "awaiting stage 1"},
	Endorsed:   {TH: "รออนุมัติขั้นที่ 2", EN: "awaiting stage 2"},
	Published:  {TH: "เผยแพร่", EN: "published"},
	Superseded: {TH: "ถูกแทนที่", EN: "superseded"},
	Ended:      {TH: "เลิกร่าง", EN: "given up"},
}

// Name is what officers call the state (สถานะ).
func (s State) Name() catalog.Text { return stateNames[s] }

// Saved is the revision after someone saved it.
func (r Revision) Saved(by rights.Officer, owner rights.Target, tree Tree) (Revision, error) {
	if err := r.May(Save, by, owner); err != nil {
		return r, err
	}
	r.Tree = tree
	return r.withContributor(by.ID), nil
}

// withContributor adds a person once, and leaves the list of the old value alone.
func (r Revision) withContributor(id catalog.OfficerID) Revision {
	if !slices.Contains(r.Contributors, id) {
		r.Contributors = append(slices.Clip(r.Contributors), id)
	}
	return r
}

// Proposed is the revision after someone submitted it, as number n, from 1. The
// problems are those of its text: while there is any, wrong or incomplete, nobody
// is asked to approve it.
func (r Revision) Proposed(by rights.Officer, owner rights.Target, n int, problems fault.Problems, now time.Time) (Revision, error) {
	if err := r.May(Submit, by, owner); err != nil {
		return r, err
	}
	if err := problems.Err(); err != nil {
		return r, err
	}
	r.Number, r.State, r.Submitted, r.Returned, r.EndorsedBy = n, InReview, now, nil, ""
	return r.withContributor(by.ID), nil
}

// Recalled is the revision after an author took it back. An approval that it had
// is void.
func (r Revision) Recalled(by rights.Officer, owner rights.Target) (Revision, error) {
	if err := r.May(Recall, by, owner); err != nil {
		return r, err
	}
	r.State, r.EndorsedBy, r.Returned = Draft, "", nil
	return r, nil
}

// Approved is the revision after an approval of the text that was read: of stage
// 1 when it is in review, of stage 2 when it is endorsed. Another text than the
// one that stands is an error of kind Conflict.
func (r Revision) Approved(by rights.Officer, owner rights.Target, read Tree) (Revision, error) {
	step := Endorse
	if r.State == Endorsed {
		step = Publish
	}
	if err := r.May(step, by, owner); err != nil {
		return r, err
	}
	if read != r.Tree {
		return r, fault.New(fault.Conflict, fault.Text{TH: "ข้อความเปลี่ยนไปจากที่อ่าน จึงยังไม่อนุมัติ", EN: "The text is not the one that was read, so it was not approved."},
			fault.Text{TH: "อ่านฉบับล่าสุดก่อนอนุมัติ", EN: "Read the revision as it stands, then approve."})
	}
	if step == Endorse {
		r.State, r.EndorsedBy = Endorsed, by.ID
		return r, nil
	}
	r.State, r.PublishedBy = Published, by.ID
	return r, nil
}

// Merged is the revision after its text met what was published meanwhile. When
// that gives another text than was approved, it is a new submission: nobody has
// read it.
func (r Revision) Merged(tree Tree, now time.Time) Revision {
	if tree == r.Tree {
		return r
	}
	r.Tree, r.State, r.EndorsedBy, r.Submitted = tree, InReview, "", now
	return r
}

// maxReason is the length of a reason in characters.
const maxReason = 2000

// checkReason refuses a reason that says nothing, or too much.
func checkReason(reason string) error {
	switch n := utf8.RuneCountInString(strings.TrimSpace(reason)); {
	case n == 0:
		return fault.New(fault.Invalid, fault.Text{TH: "ยังไม่ได้บอกเหตุผล", EN: "No reason is given."}, fault.Text{TH: "บอกว่าต้องแก้อะไร", EN: "Say what is to be mended."})
	case n > maxReason:
		return fault.New(fault.Invalid, fault.Textf("เหตุผลยาวเกิน %d ตัวอักษร", "The reason is longer than %d characters.", maxReason))
	}
	return nil
}

// SentBack is the revision after it was returned for a reason.
func (r Revision) SentBack(by rights.Officer, owner rights.Target, reason string, fields []string, now time.Time) (Revision, error) {
	if err := r.May(SendBack, by, owner); err != nil {
		return r, err
	}
	if err := checkReason(reason); err != nil {
		return r, err
	}
	stage := 1
	if r.State == Endorsed {
		stage = 2
	}
	r.Returned = &Return{By: by.ID, At: now, Stage: stage, Reason: strings.TrimSpace(reason), Fields: slices.Clone(fields)}
	r.State, r.EndorsedBy = Draft, ""
	return r, nil
}

// Hastened is the revision after it was published in an emergency. It stays on a
// visible list until it, or what follows it, is approved in order.
func (r Revision) Hastened(by rights.Officer, owner rights.Target, reason string, read Tree, problems fault.Problems) (Revision, error) {
	if err := r.May(Hasten, by, owner); err != nil {
		return r, err
	}
	if err := checkReason(reason); err != nil {
		return r, err
	}
	if err := problems.Of(fault.Wrong).Err(); err != nil {
		return r, err
	}
	if read != r.Tree {
		return r, fault.New(fault.Conflict, fault.Text{TH: "ข้อความเปลี่ยนไปจากที่อ่าน", EN: "The text is not the one that was read."})
	}
	r.State, r.PublishedBy, r.Emergency = Published, by.ID, true
	return r, nil
}

// GivenUp is the revision after its draft was ended.
func (r Revision) GivenUp(by rights.Officer, owner rights.Target) (Revision, error) {
	if err := r.May(GiveUp, by, owner); err != nil {
		return r, err
	}
	r.State = Ended
	return r, nil
}

// Holder says who holds a revision now, as a role of the owner or of the country:
// whose move it is. "" when it is nobody's.
func (r Revision) Holder() catalog.Role {
	switch r.State {
	case Draft:
		return catalog.RoleAuthor
	case InReview:
		return catalog.RoleReviewer
	case Endorsed:
		return catalog.RoleOPDC
	}
	return ""
}
