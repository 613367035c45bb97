package ledger

import (
	"context"
	"errors"
	"strings"
	"time"

	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
)

// Landed is a commit of main that changed what needs no approval.
type Landed struct {
	Commit gitrepo.Hash
	Tree   gitrepo.Hash // of the content with it
	Before gitrepo.Hash // the content without it
	At     time.Time    // to the second, as git keeps it
}

// Editing makes edits of the content that stands now, adding the blobs that they
// name to the batch, and tells who does it by which right. It is run again, with
// another batch, when main moves meanwhile, so it does nothing outside.
type Editing func(b *gitrepo.Batch, content gitrepo.Hash) (Acting, []gitrepo.Edit, error)

// Immediate commits edits to main at once, with a reason where one was given. It
// takes turns with what is published; what an office did shares moves of main. Edits that touch a manual's folder are an
// error of kind Invalid: those need approvals. Where nothing differs there is no
// commit, and Landed is zero.
func (l *Ledger) Immediate(ctx context.Context, subject, reason string, edit Editing) (Landed, error) {
	t := proof.Trailers{Stage: proof.Immediate, Reason: proof.CleanReason(reason)}
	if isAgain(ctx) && l.Note == nil {
		return l.ride(ctx, t, subject, edit)
	}
	return l.inTurn(func(l *Ledger) (Landed, gitrepo.Hash, error) {
		return l.immediately(ctx, t, subject, edit, l.leavesManuals)
	})
}

// inTurn does what moves main, after others that do; again when another program
// moved it meanwhile.
func (l *Ledger) inTurn(do func(*Ledger) (out Landed, at gitrepo.Hash, err error)) (out Landed, err error) {
	l.merging.Lock()
	defer l.merging.Unlock()
	l = l.stopped()
	for range tries {
		var at gitrepo.Hash
		if out, at, err = do(l); !errors.Is(err, fault.Conflict) {
			return out, err
		}
		if now, gone := l.Repo.Refs().Get(gitrepo.Main); gone != nil || now == at {
			return Landed{}, err // it was no other that came first
		}
	}
	return Landed{}, err
}

// immediately commits edits that a rule about both contents allows.
func (l *Ledger) immediately(ctx context.Context, t proof.Trailers, subject string, edit Editing, allows func(old, new gitrepo.Hash) error) (out Landed, at gitrepo.Hash, err error) {
	main, at, err := l.main()
	if err != nil {
		return out, at, err
	}
	b := l.Repo.NewBatch()
	defer b.Abort()
	by, edits, err := edit(b, main.Tree)
	if err != nil {
		return out, at, err
	}
	tree, err := b.Put(main.Tree, edits...)
	if err != nil || tree == main.Tree {
		return out, at, err
	}
	if err := allows(main.Tree, tree); err != nil {
		return out, at, err
	}
	t.Officer, t.Role = by.ID, by.capacity()
	commit, err := l.testify(b, again(ctx, t), subject, tree, at)
	if err != nil {
		return out, at, err
	}
	if l.Note != nil && t.Stage == proof.Immediate {
		d := Deed{Verb: DidEdit, By: by, Subject: subject, Reason: t.Reason, Main: at}
		if d.Files, err = l.filesOf(main.Tree, tree); err != nil {
			return out, at, err
		}
		if ctx, err = l.noted(ctx, d); err != nil {
			return out, at, err
		}
	}
	if err := l.move(ctx, b, gitrepo.Move{Ref: gitrepo.Main, Old: at, New: commit}); err != nil {
		return out, at, err
	}
	return Landed{Commit: commit, Tree: tree, Before: main.Tree, At: l.Now()}, at, nil
}

// leavesManuals holds a change of the content to what may be changed at once.
func (l *Ledger) leavesManuals(old, new gitrepo.Hash) error {
	for d, err := range l.Repo.Diff(old, new) {
		if err != nil {
			return err
		}
		if strings.HasPrefix(d.Path, "agencies/") && strings.Contains(d.Path, "/manuals/") {
			return fault.New(fault.Invalid, fault.Textf("%s เป็นของคู่มือ ซึ่งต้องผ่านการอนุมัติ", "%s belongs to a manual, which needs approvals", d.Path),
				fault.Text{TH: "แก้ไขคู่มือด้วยฉบับใหม่", EN: "change the manual by a new revision"})
		}
	}
	return nil
}
