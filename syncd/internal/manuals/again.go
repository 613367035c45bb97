package manuals

import (
	"context"
	"errors"
	"slices"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// Again is a step that somebody took on a revision at an office, for it to be
// taken here. What a verb has no use for is zero.
type Again struct {
	Verb   ledger.Verb
	Manual catalog.ManualID
	Folder string       // of begin: where it stands, or would, by slashes
	Main   gitrepo.Hash // of begin: the commit of main that it began from
	Draft  string       // the key of the draft that it is about, or that begins or comes back
	Number int          // of the submission that it is about, as the office knew it
	Was    review.Tree  // of save: what the text was made from
	Tree   review.Tree  // of the folder then; of endorse and return, that was read
	Text   ledger.Text  // of begin and save
	Reason string
	Fields []string // of return, as git has them
}

// Again takes a step that was taken at an office. A text that was saved is merged
// by field with what colleagues saved meanwhile; where both changed the same, the
// error is of type *ledger.Conflicts and nothing is lost here or there. What was
// approved or returned has to be what stands here, word for word: otherwise the
// error is of kind Conflict. Errors are else as of the step's own method.
func (d *Desk) Again(ctx context.Context, by staff.Acting, a Again) (Open, error) {
	draft := review.Ref{State: review.Draft, Manual: a.Manual, Key: a.Draft}
	switch a.Verb {
	case ledger.DidBegin:
		return d.beginAgain(ctx, by, a, draft)
	case ledger.DidSave, ledger.DidRebase: // to meet what is published is for whoever approves
		return d.saveAgain(ctx, by, a, draft)
	case ledger.DidSubmit:
		return d.submit(ctx, by, draft, d.whole(a))
	case ledger.DidGiveUp:
		return Open{}, d.giveUpAgain(ctx, by, a, draft)
	}
	ref, err := d.submitted(by, a)
	if err != nil {
		return Open{}, err
	}
	switch a.Verb {
	case ledger.DidEndorse:
		return d.Endorse(ctx, by, ref, a.Tree)
	case ledger.DidReturn:
		return d.Return(ledger.Keyed(ctx, a.Draft), by, ref, a.Reason, a.Fields)
	case ledger.DidRecall:
		return d.Recall(ledger.Keyed(ctx, a.Draft), by, ref)
	}
	return Open{}, fault.New(fault.Invalid, fault.Textf("ไม่รู้จักขั้นตอน %s", "There is no step %s.", a.Verb))
}

// whole makes sure that the text which an office had went into a draft: what it saved
// before may have been refused, and the step was about a text with that.
func (d *Desk) whole(a Again) func(ledger.Head) error {
	return func(h ledger.Head) error {
		holds, err := d.Ledger.Holds(h, a.Tree)
		if err == nil && !holds {
			err = fault.New(fault.Conflict, fault.Text{TH: "ร่างที่ศูนย์กลางไม่มีข้อความที่บันทึกไว้ในเครื่องนี้ครบ ร่างยังอยู่อย่างเดิม", EN: "The draft at the centre lacks what was saved on this machine. It is as it was."},
				fault.Text{TH: "ดูรายการที่ไม่ผ่านก่อนหน้านี้ แก้ไขร่างให้ครบ แล้วทำขั้นตอนนี้ใหม่", EN: "Look at what was refused before this, complete the draft, and take this step anew."})
		}
		return err
	}
}

// giveUpAgain gives a draft up; one that was given up is.
func (d *Desk) giveUpAgain(ctx context.Context, by staff.Acting, a Again, draft review.Ref) error {
	err := d.giveUp(ctx, by, draft, d.whole(a))
	if !errors.Is(err, fault.NotFound) {
		return err
	}
	h, gone := d.Ledger.Load(review.Ref{State: review.Ended, Manual: a.Manual, Key: a.Draft})
	if gone == nil && slices.Contains(h.Contributors, by.ID) {
		return nil
	}
	return err
}

// submitted finds the submission whose text an officer read at an office: there it
// may have had another number.
func (d *Desk) submitted(by staff.Acting, a Again) (review.Ref, error) {
	var found review.Ref
	for _, state := range []review.State{review.InReview, review.Endorsed} {
		refs, err := d.Ledger.Find(state, a.Manual)
		if err != nil {
			return found, err
		}
		for _, ref := range refs {
			h, err := d.Ledger.Load(ref)
			if errors.Is(err, fault.NotFound) {
				continue // it has moved since
			} else if err != nil {
				return found, err
			}
			if h.Tree == a.Tree && (found == review.Ref{} || ref.Number == a.Number) {
				found = ref
			}
		}
	}
	if found == (review.Ref{}) {
		return found, d.movedOn(by, a)
	}
	return found, nil
}

// beginAgain begins a draft under the key that the office gave it. One that is
// there with the same text was begun before.
func (d *Desk) beginAgain(ctx context.Context, by staff.Acting, a Again, draft review.Ref) (Open, error) {
	folder, agency, ok := ledger.FolderOf(a.Folder+"/"+manualFile, a.Manual)
	if !ok || folder != a.Folder {
		return Open{}, fault.New(fault.Invalid, fault.Textf("%s ไม่ใช่ที่ของคู่มือ", "%s is no place of a manual", a.Folder))
	}
	owner, err := d.owner(agency)
	if err != nil {
		return Open{}, absent(err)
	}
	if err := by.May(rights.WriteManual, owner); err != nil {
		return Open{}, err
	}
	leave, err := d.enter(ctx)
	if err != nil {
		return Open{}, err
	}
	defer leave()
	defer d.lock(a.Manual)()
	d.moving.RLock()
	defer d.moving.RUnlock()
	switch h, err := d.Ledger.Load(draft); {
	case err == nil && h.Tree == a.Tree && h.By == by.ID:
		return d.entitled(h)
	case err == nil:
		return Open{}, fault.New(fault.Conflict, fault.Text{TH: "มีร่างอื่นใช้รหัสเดียวกันอยู่", EN: "Another draft has this key."})
	case !errors.Is(err, fault.NotFound):
		return Open{}, err
	}
	t := taking{by: by, step: beginStep, owner: owner, acting: d.as(by, rights.WriteManual, owner)}
	h, err := d.Ledger.BeginAt(ledger.Keyed(ctx, draft.Key), t.acting, owner, a.Manual, a.Folder, a.Text, a.Main)
	if err != nil {
		return Open{}, err
	}
	return d.settle(ctx, t, h, "")
}

// saveAgain keeps a text of a draft, together with what others saved since the one
// that it was made from.
func (d *Desk) saveAgain(ctx context.Context, by staff.Acting, a Again, draft review.Ref) (Open, error) {
	laid, err := d.Ledger.Lay(a.Text)
	if err != nil {
		return Open{}, err
	}
	return d.take(ctx, by, draft, review.Save, func(t taking) (ledger.Head, error) {
		if err := t.head.May(review.Save, by.Officer, t.owner); err != nil {
			return t.head, err
		}
		text, of := a.Text, review.Tree("")
		if t.head.Tree != a.Was && t.head.Tree != a.Tree {
			base, err := d.Ledger.Text(a.Was)
			if err != nil {
				return t.head, absent(err)
			}
			now, err := d.Ledger.Text(t.head.Tree)
			if err != nil {
				return t.head, err
			}
			if text, err = ledger.Merge(t.head.Folder, base, text, now, nil); err != nil {
				return t.head, err
			}
			// Unless all before it went in too, the office's text is not in the draft.
			begun, err := d.Ledger.Holds(t.head, a.Was)
			if err != nil {
				return t.head, err
			}
			landed, err := d.Ledger.Holds(t.head, laid)
			if err != nil {
				return t.head, err
			}
			if begun && !landed {
				of = laid
			}
		}
		if of != "" {
			return d.Ledger.SaveOf(ctx, t.acting, t.owner, t.head, text, of)
		}
		return d.Ledger.Save(ctx, t.acting, t.owner, t.head, text)
	})
}
