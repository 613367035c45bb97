package manuals

import (
	"context"
	"strings"

	"khumue/internal/fault"
	"khumue/internal/proof"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/staff"
)

// Endorse approves stage 1 of the text that was read. Where merging with what is
// published gives another text the error is of type *ledger.Changed, where both
// changed the same of type *ledger.Conflicts.
func (d *Desk) Endorse(ctx context.Context, by staff.Acting, ref review.Ref, read review.Tree) (Open, error) {
	return d.take(ctx, by, ref, review.Endorse, func(t taking) (ledger.Head, error) {
		if err := t.isNew(); err != nil {
			return t.head, err
		}
		return d.Ledger.Endorse(ctx, t.acting, t.owner, t.head, t.number, read)
	})
}

// isNew refuses what would publish again what is published in order.
func (t taking) isNew() error {
	if t.manual.Published.InOrder && t.manual.Published.Tree == t.head.Tree && t.head.May(t.step, t.by.Officer, t.owner) == nil {
		return fault.New(fault.Conflict, fault.Text{TH: "ข้อความนี้เผยแพร่อยู่แล้ว", EN: "This text is published already."},
			fault.Text{TH: "ส่งกลับให้ผู้เขียนเลิกร่าง", EN: "Return it, so that its authors give it up."})
	}
	return nil
}

// Publish approves stage 2 of the text that was read: it is published, and the
// site is built. Errors are as of Endorse.
func (d *Desk) Publish(ctx context.Context, by staff.Acting, ref review.Ref, read review.Tree) (Publication, error) {
	return d.publish(ctx, by, ref, review.Publish, func(t taking) (ledger.Head, error) {
		if err := t.isNew(); err != nil {
			return t.head, err
		}
		return d.Ledger.Publish(ctx, t.acting, t.owner, t.head, t.number, read)
	})
}

// Hasten publishes in an emergency, with a reason. The same text awaits approval
// in order.
func (d *Desk) Hasten(ctx context.Context, by staff.Acting, ref review.Ref, read review.Tree, reason string) (Publication, error) {
	return d.publish(ctx, by, ref, review.Hasten, func(t taking) (ledger.Head, error) {
		text, err := d.Ledger.Text(t.head.Tree)
		if err != nil {
			return t.head, err
		}
		_, problems, err := d.Problems(ctx, t.head.Folder, text)
		if err != nil {
			return t.head, err
		}
		return d.Ledger.Hasten(ctx, t.acting, t.owner, t.head, t.number, reason, read, problems)
	})
}

// publish takes a step that moves main.
func (d *Desk) publish(ctx context.Context, by staff.Acting, ref review.Ref, step review.Step, do func(taking) (ledger.Head, error)) (Publication, error) {
	var p Publication
	_, err := d.take(ctx, by, ref, step, func(t taking) (ledger.Head, error) {
		after, err := do(t)
		if err == nil {
			p = Publication{Manual: after.Manual, Number: after.Number, Commit: after.Commit, Tree: after.Tree, Stage: proof.Publish, At: after.Changed,
				By: by.ID, Endorsed: after.EndorsedBy, InOrder: true}
			d.build(after.Commit)
		}
		if err == nil && step == review.Hasten {
			p.Stage, p.Endorsed, p.InOrder = proof.Emergency, "", false
		}
		return after, err
	})
	return p, err
}

// FieldName is how a field is named in forms and in git, given its path as compare
// writes it: fees[0].min is fees.0.min.
func FieldName(path string) string { return strings.NewReplacer("[", ".", "]", "").Replace(path) }

// Return sends a revision back to its authors, with a reason and the names of the
// fields that it is about.
func (d *Desk) Return(ctx context.Context, by staff.Acting, ref review.Ref, reason string, fields []string) (Open, error) {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = FieldName(f)
	}
	return d.take(ctx, by, ref, review.SendBack, func(t taking) (ledger.Head, error) {
		return d.Ledger.Return(ctx, t.acting, t.owner, t.head, reason, names)
	})
}

// Recall takes a submitted revision back, by one of its authors.
func (d *Desk) Recall(ctx context.Context, by staff.Acting, ref review.Ref) (Open, error) {
	return d.take(ctx, by, ref, review.Recall, func(t taking) (ledger.Head, error) {
		return d.Ledger.Recall(ctx, t.acting, t.owner, t.head)
	})
}

// Submit asks for approval of a draft. What is wrong with its text or missing is
// an error of type fault.Problems; what changes nothing is refused.
func (d *Desk) Submit(ctx context.Context, by staff.Acting, ref review.Ref) (Open, error) {
	return d.submit(ctx, by, ref, nil)
}

// submit submits a draft, unless what is there lacks something.
func (d *Desk) submit(ctx context.Context, by staff.Acting, ref review.Ref, whole func(ledger.Head) error) (Open, error) {
	return d.take(ctx, by, ref, review.Submit, func(t taking) (ledger.Head, error) {
		if err := t.head.May(review.Submit, by.Officer, t.owner); err != nil {
			return t.head, err
		}
		if whole != nil {
			if err := whole(t.head); err != nil {
				return t.head, err
			}
		}
		if t.manual.Published.Tree == t.head.Tree && t.manual.Published.InOrder {
			return t.head, fault.New(fault.Invalid, fault.Text{TH: "ร่างนี้ยังไม่ได้แก้ไขอะไรจากฉบับที่เผยแพร่", EN: "The draft changes nothing of what is published."},
				fault.Text{TH: "แก้ไขก่อนเสนอ หรือเลิกร่าง", EN: "Change something, or give it up."})
		}
		text, err := d.Ledger.Text(t.head.Tree)
		if err != nil {
			return t.head, err
		}
		_, problems, err := d.Problems(ctx, t.head.Folder, text)
		if err != nil {
			return t.head, err
		}
		return d.Ledger.Submit(ctx, t.acting, t.owner, t.head, t.number, problems)
	})
}

// GiveUp ends a draft. It is kept, hidden, for a year.
func (d *Desk) GiveUp(ctx context.Context, by staff.Acting, ref review.Ref) error {
	return d.giveUp(ctx, by, ref, nil)
}

func (d *Desk) giveUp(ctx context.Context, by staff.Acting, ref review.Ref, whole func(ledger.Head) error) error {
	_, err := d.take(ctx, by, ref, review.GiveUp, func(t taking) (ledger.Head, error) {
		if whole != nil {
			if err := whole(t.head); err != nil {
				return t.head, err
			}
		}
		return d.Ledger.GiveUp(ctx, t.acting, t.owner, t.head)
	})
	return err
}
