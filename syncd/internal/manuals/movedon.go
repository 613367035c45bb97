package manuals

import (
	"errors"

	"khumue/internal/fault"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// MovedOn says that what was read at an office does not await a decision here any
// more, and what became of it. It is of kind Conflict.
type MovedOn struct{ told *fault.Error }

// Error says it in English, as logs show it.
func (m *MovedOn) Error() string { return m.told.Error() }

// Unwrap gives what people are told.
func (m *MovedOn) Unwrap() error { return m.told }

// What became of a revision that somebody read at an office.
var (
	nowOther = fault.Text{TH: "ฉบับที่ท่านอ่านถูกแก้ไขแล้ว ฉบับที่รอพิจารณาอยู่ตอนนี้มีข้อความต่างจากที่อ่าน", EN: "What you read has been changed: what awaits a decision now has another text."}
	nowDraft = fault.Text{TH: "ฉบับที่ท่านอ่านกลับไปเป็นร่างแล้ว เพราะผู้เขียนดึงกลับหรือถูกส่งกลับ", EN: "What you read is a draft again: its authors took it back, or it was returned."}
	nowNext  = fault.Text{TH: "ฉบับที่ท่านอ่านถูกแก้ไขแล้ว และฉบับใหม่ผ่านการเห็นชอบขั้นที่ 1 ไปแล้ว", EN: "What you read has been changed, and the new text has passed stage 1 already."}
	nowGone  = fault.Text{TH: "ฉบับที่ท่านอ่านไม่ได้รอการพิจารณาอยู่แล้ว เพราะเผยแพร่แล้วหรือเลิกร่างแล้ว", EN: "What you read does not await a decision any more: it was published, or given up."}
)

// movedOn tells what became of what was read. Who may not see drafts of the manual is
// told of none.
func (d *Desk) movedOn(by staff.Acting, a Again) error {
	what := nowGone
	for _, look := range []struct {
		state review.State
		says  fault.Text
	}{{review.Draft, nowDraft}, {review.Endorsed, nowNext}, {review.InReview, nowOther}} {
		refs, err := d.Ledger.Find(look.state, a.Manual)
		if err != nil {
			return err
		}
		for _, ref := range refs {
			h, err := d.Ledger.Load(ref)
			if errors.Is(err, fault.NotFound) {
				continue
			} else if err != nil {
				return err
			}
			if same(h, a) && d.sees(by, h) {
				what = look.says
			}
		}
	}
	return &MovedOn{fault.New(fault.Conflict, what, fault.Text{TH: "เปิดคู่มือ อ่านฉบับปัจจุบัน แล้วพิจารณาอีกครั้ง", EN: "Open the manual, read what stands there now, and decide again."})}
}

// same reports whether a revision is the one that was read, by its number, or by the
// text where the office had given it another.
func same(h ledger.Head, a Again) bool {
	return h.Number == a.Number || h.Tree == a.Tree || h.State == review.InReview
}

func (d *Desk) sees(by staff.Acting, h ledger.Head) bool {
	owner, err := d.owner(h.Agency)
	return err == nil && by.May(rights.SeeDrafts, owner) == nil
}
