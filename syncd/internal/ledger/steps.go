package ledger

import (
	"context"
	"maps"
	"slices"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
)

// Text is the files of a manual's folder by their names: manual.md and its forms.
type Text map[string][]byte

// Begin starts a draft of a manual with a text. Folder is where the manual
// stands, or will; where its agency moved meanwhile, it begins there.
func (l *Ledger) Begin(ctx context.Context, by Acting, owner rights.Target, manual catalog.ManualID, folder string, text Text) (Head, error) {
	l = l.stopped()
	main, at, err := l.main()
	if err != nil {
		return Head{}, err
	}
	h, err := l.led(Head{Revision: review.Revision{Manual: manual, Agency: owner.Chain[0]}, Commit: at, Folder: folder}, main.Tree)
	if err != nil {
		return Head{}, err
	}
	return l.beginAt(ctx, by, owner, h, text, main)
}

// beginAt begins a draft of what a commit of main has; of the head it needs the
// manual, its folder there and the commit's name.
func (l *Ledger) beginAt(ctx context.Context, by Acting, owner rights.Target, h Head, text Text, main *gitrepo.Change) (Head, error) {
	key, err := l.key(ctx)
	if err != nil {
		return Head{}, err
	}
	old, err := l.folderTree(main.Tree, h.Folder)
	if err != nil {
		return Head{}, err
	}
	h.Agency, h.State, h.Began = owner.Chain[0], review.Draft, l.Now()
	h.Ref = review.Ref{State: review.Draft, Manual: h.Manual, Key: key}
	h.Kept, h.Base = h.Folder, proof.Base{Commit: proof.Hash(h.Commit), Tree: hashOf(old)}
	return l.save(ctx, by, owner, h, text, gitrepo.Hash{}, beginning{beginDraft, h.Base, h.Folder}.message(), DidBegin)
}

// hashOf is a folder's hash as commits tell it: the zero Hash of none.
func hashOf(t review.Tree) proof.Hash {
	h, err := proof.ParseHash(string(t))
	if err != nil {
		return proof.Hash{}
	}
	return h
}

// Save keeps the text of a draft in place of the one that it had. A draft whose
// agency moved has it where it was until the draft meets what is published. A draft that
// another saved meanwhile is an error of kind Conflict, and both texts are kept
// by whoever holds them.
func (l *Ledger) Save(ctx context.Context, by Acting, owner rights.Target, h Head, text Text) (Head, error) {
	l = l.stopped()
	return l.save(ctx, by, owner, h, text, h.Commit, saved, DidSave)
}

// saved is what a commit says of a text that was kept, and no more.
const saved = "Save\n"

func (l *Ledger) save(ctx context.Context, by Acting, owner rights.Target, h Head, text Text, old gitrepo.Hash, message string, verb Verb) (Head, error) {
	b := l.Repo.NewBatch()
	defer b.Abort()
	folder, err := addText(b, text)
	if err != nil {
		return h, err
	}
	parent, err := l.Repo.Commit(h.Commit)
	if err != nil {
		return h, err
	}
	tree, err := b.Put(parent.Tree, gitrepo.SetFolder(h.kept(), folder))
	if err != nil {
		return h, err
	}
	if tree == parent.Tree && !old.IsZero() && message == saved {
		return h, nil // nothing to keep
	}
	was := h.Tree
	if h.Revision, err = h.Saved(by.Officer, owner, review.Tree(folder.String())); err != nil {
		return h, err
	}
	commit, err := l.commit(b, by.ID, tree, message, h.Commit)
	if err != nil {
		return h, err
	}
	ctx, err = l.noted(ctx, Deed{Verb: verb, By: by, Main: h.Commit, Manual: h.Manual, Folder: h.kept(), From: h.Ref, To: h.Ref, Base: h.Base, Was: was, Tree: h.Tree})
	if err != nil {
		return h, err
	}
	if err := l.move(ctx, b, gitrepo.Move{Ref: h.Ref.String(), Old: old, New: commit}); err != nil {
		return h, err
	}
	h.Commit, h.Changed, h.By = commit, l.Now(), by.ID
	return h, nil
}

// Rebase keeps the text of a draft as what it gives together with what is
// published now, where it begins anew.
func (l *Ledger) Rebase(ctx context.Context, by Acting, owner rights.Target, h Head, text Text) (Head, error) {
	l = l.stopped()
	main, at, err := l.main()
	if err != nil {
		return h, err
	}
	if h, err = l.led(h, main.Tree); err != nil {
		return h, err
	}
	published, err := l.folderTree(main.Tree, h.Folder)
	if err != nil {
		return h, err
	}
	b := l.Repo.NewBatch()
	defer b.Abort()
	folder, err := addText(b, text)
	if err != nil {
		return h, err
	}
	tree, err := b.Put(main.Tree, gitrepo.SetFolder(h.Folder, folder))
	if err != nil {
		return h, err
	}
	was := h.Tree
	if h.Revision, err = h.Saved(by.Officer, owner, review.Tree(folder.String())); err != nil {
		return h, err
	}
	base := proof.Base{Commit: proof.Hash(at), Tree: hashOf(published)}
	commit, err := l.commit(b, by.ID, tree, beginning{mergeInDraft, base, h.Folder}.message(), h.Commit)
	if err != nil {
		return h, err
	}
	ctx, err = l.noted(ctx, Deed{Verb: DidRebase, By: by, Main: at, Manual: h.Manual, Folder: h.Folder, From: h.Ref, To: h.Ref, Base: base, Was: was, Tree: h.Tree})
	if err != nil {
		return h, err
	}
	if err := l.move(ctx, b, gitrepo.Move{Ref: h.Ref.String(), Old: h.Commit, New: commit}); err != nil {
		return h, err
	}
	h.Commit, h.Base, h.Kept, h.Changed, h.By = commit, base, h.Folder, l.Now(), by.ID
	return h, nil
}

// addText adds the files of a manual's folder, and returns its tree.
func addText(b *gitrepo.Batch, text Text) (gitrepo.Hash, error) {
	var edits []gitrepo.Edit
	for _, name := range slices.Sorted(maps.Keys(text)) {
		blob, err := b.Add(gitrepo.Blob, text[name])
		if err != nil {
			return gitrepo.Hash{}, err
		}
		edits = append(edits, gitrepo.SetFile(name, blob))
	}
	return b.Put(gitrepo.Hash{}, edits...)
}

// main returns what is published, and the commit's name.
func (l *Ledger) main() (*gitrepo.Change, gitrepo.Hash, error) {
	at, err := l.Repo.Refs().Get(gitrepo.Main)
	if err != nil {
		return nil, at, err
	}
	c, err := l.Repo.Commit(at)
	return c, at, err
}

// Submit asks for approval of a draft as revision n. The problems are those of its
// text.
func (l *Ledger) Submit(ctx context.Context, by Acting, owner rights.Target, h Head, n int, problems fault.Problems) (Head, error) {
	l = l.stopped()
	now := l.Now()
	next, err := h.Proposed(by.Officer, owner, n, problems, now)
	if err != nil {
		return h, err
	}
	tip, err := l.Repo.Commit(h.Commit)
	if err != nil {
		return h, err
	}
	b := l.Repo.NewBatch()
	defer b.Abort()
	t := proof.Trailers{Stage: proof.Submit, Manual: h.Manual, Revision: next.Number, Base: h.Base, Tree: hashOf(next.Tree),
		Officer: by.ID, Role: by.capacity(), Contributors: next.Contributors}
	commit, err := l.testify(b, again(ctx, t), "Submit "+string(h.Manual), tip.Tree, h.Commit)
	if err != nil {
		return h, err
	}
	h.By, h.Began = by.ID, now
	return l.stand(ctx, b, h, next, review.Ref{State: review.InReview, Manual: h.Manual, Number: next.Number}, commit, Deed{Verb: DidSubmit, By: by})
}

// stand moves a revision from where it stands to another ref. Of the deed it knows
// what is the same for all; the zero Deed is written down by nobody.
func (l *Ledger) stand(ctx context.Context, b *gitrepo.Batch, h Head, next review.Revision, to review.Ref, commit gitrepo.Hash, d Deed) (Head, error) {
	moves := []gitrepo.Move{{Ref: h.Ref.String(), Old: h.Commit}, {Ref: to.String(), New: commit}}
	if to == h.Ref {
		moves = []gitrepo.Move{{Ref: to.String(), Old: h.Commit, New: commit}}
	}
	if d.Verb != "" {
		d.Manual, d.Folder, d.From, d.To, d.Tree = h.Manual, h.Folder, h.Ref, to, next.Tree
		var err error
		if ctx, err = l.noted(ctx, d); err != nil {
			return h, err
		}
	}
	if err := l.move(ctx, b, moves...); err != nil {
		return h, err
	}
	h.Revision, h.Ref, h.Commit, h.Changed = next, to, commit, l.Now()
	return h, nil
}

// submission is the commit by which a revision was submitted: the last of its own
// line.
func (l *Ledger) submission(h Head) (gitrepo.Hash, error) {
	if h.State != review.Endorsed {
		return h.Commit, nil
	}
	c, err := l.Repo.Commit(h.Commit)
	if err != nil {
		return gitrepo.Hash{}, err
	}
	return c.Parents[1], nil
}

// back puts a revision on a draft again, with a commit that says why.
func (l *Ledger) back(ctx context.Context, h Head, next review.Revision, t proof.Trailers, subject string, d Deed) (Head, error) {
	key, err := l.key(ctx)
	if err != nil {
		return h, err
	}
	own, err := l.submission(h)
	if err != nil {
		return h, err
	}
	c, err := l.Repo.Commit(own)
	if err != nil {
		return h, err
	}
	b := l.Repo.NewBatch()
	defer b.Abort()
	commit, err := l.testify(b, again(ctx, t), subject, c.Tree, own)
	if err != nil {
		return h, err
	}
	h.By = t.Officer
	return l.stand(ctx, b, h, next, review.Ref{State: review.Draft, Manual: h.Manual, Key: key}, commit, d)
}

// Return sends a revision back to its authors.
func (l *Ledger) Return(ctx context.Context, by Acting, owner rights.Target, h Head, reason string, fields []string) (Head, error) {
	l = l.stopped()
	next, err := h.SentBack(by.Officer, owner, reason, fields, l.Now())
	if err != nil {
		return h, err
	}
	t := proof.Trailers{Stage: proof.Return, Manual: h.Manual, Revision: h.Number, Officer: by.ID, Role: by.capacity(),
		Verdict: proof.Returned, Reason: proof.CleanReason(reason), Fields: fields}
	return l.back(ctx, h, next, t, "Return "+string(h.Manual), Deed{Verb: DidReturn, By: by, Reason: t.Reason, Fields: fields})
}

// Recall takes a submitted revision back.
func (l *Ledger) Recall(ctx context.Context, by Acting, owner rights.Target, h Head) (Head, error) {
	l = l.stopped()
	next, err := h.Recalled(by.Officer, owner)
	if err != nil {
		return h, err
	}
	t := proof.Trailers{Stage: proof.Recall, Manual: h.Manual, Revision: h.Number, Officer: by.ID, Role: by.capacity()}
	return l.back(ctx, h, next, t, "Recall "+string(h.Manual), Deed{Verb: DidRecall, By: by})
}

// GiveUp ends a draft. It is kept, hidden, for a year.
func (l *Ledger) GiveUp(ctx context.Context, by Acting, owner rights.Target, h Head) (Head, error) {
	l = l.stopped()
	next, err := h.GivenUp(by.Officer, owner)
	if err != nil {
		return h, err
	}
	return l.stand(ctx, l.Repo.NewBatch(), h, next, review.Ref{State: review.Ended, Manual: h.Manual, Key: h.Ref.Key}, h.Commit, Deed{Verb: DidGiveUp, By: by})
}
