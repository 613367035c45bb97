package manuals

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode"

	"github.com/google/uuid"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// topicNames are what the topics are called where there is no room for a sentence.
var topicNames = map[Topic]fault.Text{
	Awaits:    {TH: "รออนุมัติ", EN: "Awaits approval"},
	Returned:  {TH: "ส่งกลับแก้ไข", EN: "Sent back"},
	Recalled:  {TH: "ผู้เสนอถอนคืน", EN: "Taken back"},
	Approved:  {TH: "ผ่านการอนุมัติของหน่วยงาน", EN: "Approved by the agency"},
	Appeared:  {TH: "เผยแพร่แล้ว", EN: "Published"},
	Remade:    {TH: "รออนุมัติใหม่หลังรวมกับฉบับที่เผยแพร่", EN: "Awaits approval anew, merged with what is published"},
	Hastened:  {TH: "เผยแพร่กรณีเร่งด่วน", EN: "Published in an emergency"},
	Talked:    {TH: "มีความเห็นใหม่", EN: "New comment"},
	Stepped:   {TH: "มีการเปลี่ยนแปลง", EN: "Changed"},
	Deputised: {TH: "ได้รับมอบงานแทน", EN: "A colleague's work is yours"},
	DueSoon:   {TH: "ใกล้ถึงเวลายืนยันข้อมูล", EN: "Soon to be confirmed"},
	DueNow:    {TH: "ถึงเวลายืนยันข้อมูล", EN: "To be confirmed now"},

	UnlockAsked:   {TH: "ขอปลดล็อกรายงาน", EN: "An unlock is asked for"},
	UnlockGranted: {TH: "ปลดล็อกรายงานแล้ว", EN: "A report was unlocked"},
	UnlockRefused: {TH: "ไม่อนุมัติให้ปลดล็อกรายงาน", EN: "An unlock was refused"},
	UnlockLapsed:  {TH: "หมดเวลาปลดล็อกรายงาน", EN: "An unlock ended unused"},
	ReportMissing: {TH: "ยังไม่ได้ส่งรายงานการออกใบอนุญาต", EN: "A licence report is missing"},
	ReportDue:     {TH: "ใกล้ถึงกำหนดส่งรายงานการออกใบอนุญาต", EN: "Licence reports are due soon"},
	UnlockEnds:    {TH: "ใกล้หมดเวลาปลดล็อกรายงาน", EN: "An unlock ends soon"},
	MonthSummed:   {TH: "รายงานสรุปประจำเดือน", EN: "Summary of the month"},
	LateSoon:      {TH: "ใกล้ถึงกำหนดหนังสือแจ้งเรื่องล่าช้า", EN: "A delay letter is due soon"},
	LateNow:       {TH: "เลยกำหนดของเรื่องล่าช้า", EN: "A late request is on the red list"},
}

// Name is what a topic is called.
func (t Topic) Name() fault.Text { return topicNames[t] }

// Heading tells a notice in some words: what happened to which manual.
func (n Notice) Heading() fault.Text {
	name := n.Topic.Name()
	return fault.Text{TH: heading(name.TH, n.Title.In(catalog.TH)), EN: heading(name.EN, n.Title.In(catalog.EN))}
}

func heading(what, which string) string {
	if which == "" {
		return what
	}
	return what + ": " + which
}

// textRunes is how much of a reason or a comment a notice keeps.
const textRunes = 280

// beginning cuts a text that is longer than a notice keeps, between two letters.
func beginning(s string) string {
	runes := []rune(strings.TrimSpace(s))
	if len(runes) <= textRunes {
		return string(runes)
	}
	at := textRunes
	for at > 0 && unicode.Is(unicode.Mn, runes[at]) {
		at--
	}
	return strings.TrimSpace(string(runes[:at])) + "…"
}

// concerns reports whether a notice of a topic comes to who holds a role because
// of that role.
func (t Topic) concerns(role catalog.Role) bool {
	judges := role != catalog.RoleAuthor
	switch t {
	case Awaits, Recalled:
		return judges
	case Returned, Approved, Appeared:
		return !judges
	case Deputised:
		return false
	}
	return true
}

// tell keeps a notice for each person, but for the one who acts, and returns what
// was kept, to be told once the transaction has ended. Where a person's queue is
// delegated at the moment, the deputy gets it instead, and it says for whom. What
// awaits a judgement goes to a deputy only who is among to as well: who may not
// judge it is no help. Each person gets one, however often it is named. A notice
// of the topic Stepped is returned and never kept.
func (d *Desk) tell(r Records, n Notice, to ...catalog.OfficerID) ([]Notice, error) {
	n.At, n.Text = d.now(), beginning(n.Text)
	lent, err := d.lent(r, n)
	if err != nil {
		return nil, err
	}
	var out []Notice
	for _, who := range to {
		one := n
		one.To, one.For = lent.instead(who, n.Topic, to)
		if who == n.By || one.To == n.By || one.To == "" {
			continue
		}
		if i := slices.IndexFunc(out, func(o Notice) bool { return o.To == one.To }); i >= 0 {
			if out[i].For == "" {
				out[i].For = one.For
			}
			continue
		}
		out = append(out, one)
	}
	for i := range out {
		out[i].ID = d.id()
		if n.Topic == Stepped || d.Quiet {
			continue
		}
		if err := r.AddNotice(out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// id makes a UUIDv7.
func (d *Desk) id() string {
	id, err := uuid.NewV7FromReader(d.Random)
	if err != nil {
		panic("manuals: no randomness: " + err.Error())
	}
	return id.String()
}

// announce tells open pages of what was kept.
func (d *Desk) announce(ns []Notice) {
	if d.Told == nil {
		return
	}
	for _, n := range ns {
		d.Told(n.To, n)
	}
}

// Notices returns a page of what a person was told, the latest first, and how
// much of all is not read.
func (d *Desk) Notices(ctx context.Context, by staff.Acting, page trail.Page) (list []Notice, unread int, err error) {
	err = d.Store.Read(ctx, func(r Records) (err error) {
		if list, err = r.Notices(by.ID, page); err != nil {
			return err
		}
		unread, err = r.CountUnread(by.ID)
		return err
	})
	return list, unread, err
}

// MarkRead notes that a person has read a notice of its own; with id "", all. Of
// one that is not there nothing is told. Its other pages learn of it.
func (d *Desk) MarkRead(ctx context.Context, by staff.Acting, id string) error {
	err := d.Store.Write(ctx, func(r Records) error { return r.MarkRead(by.ID, id, d.now()) })
	if errors.Is(err, fault.NotFound) {
		return nil
	}
	if err == nil {
		d.announce([]Notice{{To: by.ID, Topic: Stepped, At: d.now()}})
	}
	return err
}

// Ways are the ways of being told by e-mail, in the order in which they are
// offered.
var Ways = []Mail{MailEach, MailDaily, MailNone}

// MailWay returns how a person wants to be told by e-mail.
func (d *Desk) MailWay(ctx context.Context, by staff.Acting) (way Mail, err error) {
	err = d.Store.Read(ctx, func(r Records) (err error) { way, err = r.MailOf(by.ID); return err })
	if errors.Is(err, fault.NotFound) {
		return MailDaily, nil
	}
	return way, err
}

// SetMailWay notes how a person wants to be told by e-mail.
func (d *Desk) SetMailWay(ctx context.Context, by staff.Acting, way Mail) error {
	if !slices.Contains(Ways, way) {
		return fault.New(fault.Invalid, fault.Textf("ไม่รู้จักวิธีแจ้งทางอีเมล %q", "there is no way %q of being told by e-mail", way))
	}
	return d.Store.Write(ctx, func(r Records) error { return r.SetMailOf(by.ID, way) })
}
