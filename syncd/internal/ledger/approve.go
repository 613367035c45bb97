package ledger

import (
	"context"
	"errors"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
)

// Changed says that merging gave another text than the one that was read: nothing
// was approved, and the merged text stands as a new submission.
type Changed struct{ Now Head }

// Error says it in English, as logs show it.
func (c *Changed) Error() string { return c.Unwrap().Error() }

// Unwrap gives what the person is told.
func (c *Changed) Unwrap() error {
	return fault.New(fault.Conflict, fault.Text{TH: "คู่มือที่เผยแพร่เปลี่ยนไปแล้ว จึงรวมเป็นข้อความใหม่ที่ยังไม่มีใครอ่าน", EN: "What is published has changed; together they are a new text that nobody has read."},
		fault.Text{TH: "อ่านข้อความใหม่ แล้วอนุมัติอีกครั้ง", EN: "Read the new text, then approve it."})
}

// tries is how often an approval is tried again when other programs move main
// meanwhile.
const tries = 20

// Endorse approves stage 1 of the text that was read: the revision is merged onto
// what is published, and awaits stage 2. Where that gives another text, it is
// submitted anew as revision n, and the error is of type *Changed; where both
// changed the same the error is of type *Conflicts, with every ref as it was.
func (l *Ledger) Endorse(ctx context.Context, by Acting, owner rights.Target, h Head, n int, read review.Tree) (Head, error) {
	l = l.stopped()
	next, err := h.Approved(by.Officer, owner, read)
	if err != nil {
		return h, err
	}
	main, at, err := l.main()
	if err != nil {
		return h, err
	}
	if h, err = l.led(h, main.Tree); err != nil {
		return h, err
	}
	b := l.Repo.NewBatch()
	defer b.Abort()
	tree, now, err := l.onto(b, h, main)
	if err != nil {
		return h, err
	}
	if now != read {
		return l.anew(ctx, b, h, n, at, main, tree, now)
	}
	t := proof.Trailers{Stage: proof.Review, Manual: h.Manual, Revision: h.Number, Tree: hashOf(now), Officer: by.ID, Role: by.capacity(), Verdict: proof.Approved}
	commit, err := l.testify(b, again(ctx, t), "Approve "+string(h.Manual)+", stage 1", tree, at, h.Commit)
	if err != nil {
		return h, err
	}
	h.By, h.Kept = by.ID, h.Folder
	return l.stand(ctx, b, h, next, review.Ref{State: review.Endorsed, Manual: h.Manual, Number: h.Number}, commit, Deed{Verb: DidEndorse, By: by, Main: at, Commit: h.Commit})
}

// Publish approves stage 2 of the text that was read: the revision becomes what
// is published. Errors are as of Endorse.
func (l *Ledger) Publish(ctx context.Context, by Acting, owner rights.Target, h Head, n int, read review.Tree) (Head, error) {
	l.merging.Lock()
	defer l.merging.Unlock()
	l = l.stopped()
	next, err := h.Approved(by.Officer, owner, read)
	if err != nil {
		return h, err
	}
	t := proof.Trailers{Stage: proof.Publish, Manual: h.Manual, Revision: h.Number, Tree: hashOf(read), Officer: by.ID, Role: by.capacity(), Verdict: proof.Approved}
	return l.intoMain(ctx, h, next, n, t, "Approve "+string(h.Manual)+", stage 2", read)
}

// Hasten publishes in an emergency, with a reason, as revision n. The same text
// awaits approval in order as the revision after it, for which it need not be
// submitted again; another officer than the one who hastened it approves stage 2.
func (l *Ledger) Hasten(ctx context.Context, by Acting, owner rights.Target, h Head, n int, reason string, read review.Tree, problems fault.Problems) (Head, error) {
	l.merging.Lock()
	defer l.merging.Unlock()
	l = l.stopped()
	next, err := h.Hastened(by.Officer, owner, reason, read, problems)
	if err != nil {
		return h, err
	}
	next.Number = n
	t := proof.Trailers{Stage: proof.Emergency, Manual: h.Manual, Revision: n, Tree: hashOf(read), Officer: by.ID, Role: by.capacity(), Reason: proof.CleanReason(reason)}
	return l.intoMain(ctx, h, next, n, t, "Publish "+string(h.Manual)+" in an emergency", read)
}

// intoMain merges a revision into main, again when main moves meanwhile.
func (l *Ledger) intoMain(ctx context.Context, h Head, next review.Revision, n int, t proof.Trailers, subject string, read review.Tree) (out Head, err error) {
	if err := l.notHere(); err != nil {
		return h, err
	}
	for range tries {
		out, err = l.mergeOnce(ctx, h, next, n, t, subject, read)
		if !errors.Is(err, fault.Conflict) || errors.As(err, new(*Changed)) || errors.As(err, new(*Conflicts)) {
			return out, err
		}
		if now, gone := l.Repo.Refs().Get(h.Ref.String()); gone != nil || now != h.Commit {
			return h, err // it was the revision that moved, not main
		}
	}
	return h, err
}

func (l *Ledger) mergeOnce(ctx context.Context, h Head, next review.Revision, n int, t proof.Trailers, subject string, read review.Tree) (Head, error) {
	main, at, err := l.main()
	if err != nil {
		return h, err
	}
	if h, err = l.led(h, main.Tree); err != nil {
		return h, err
	}
	b := l.Repo.NewBatch()
	defer b.Abort()
	tree, now, err := l.onto(b, h, main)
	if err != nil {
		return h, err
	}
	if now != read && h.State == review.Draft { // nobody asked for a merge of it yet
		return h, behind()
	}
	if now != read {
		return l.anew(ctx, b, h, n, at, main, tree, now)
	}
	commit, err := l.testify(b, t, subject, tree, at, h.Commit)
	if err != nil {
		return h, err
	}
	moves := []gitrepo.Move{{Ref: gitrepo.Main, Old: at, New: commit}, {Ref: h.Ref.String(), Old: h.Commit}}
	if t.Stage == proof.Emergency {
		after, err := l.afterwards(b, h, n+1, t, at, main, tree)
		if err != nil {
			return h, err
		}
		moves = append(moves, after)
	}
	if err := l.move(ctx, b, moves...); err != nil {
		return h, err
	}
	h.Revision, h.Commit, h.Kept, h.Changed, h.By = next, commit, h.Folder, l.Now(), t.Officer
	return h, nil
}

// afterwards submits what is published in an emergency for approval in order.
func (l *Ledger) afterwards(b *gitrepo.Batch, h Head, n int, of proof.Trailers, at gitrepo.Hash, main *gitrepo.Change, tree gitrepo.Hash) (gitrepo.Move, error) {
	own, err := l.submission(h)
	if err != nil {
		return gitrepo.Move{}, err
	}
	before, err := l.folderTree(main.Tree, h.Folder)
	if err != nil {
		return gitrepo.Move{}, err
	}
	t := proof.Trailers{Stage: proof.Submit, Manual: h.Manual, Revision: n, Base: proof.Base{Commit: proof.Hash(at), Tree: hashOf(before)}, Tree: of.Tree,
		Officer: of.Officer, Role: of.Role, Contributors: inOrder(h.Contributors, []catalog.OfficerID{of.Officer})}
	commit, err := l.testify(b, t, "Submit "+string(h.Manual)+", published in an emergency", tree, own)
	return gitrepo.Move{Ref: review.Ref{State: review.InReview, Manual: h.Manual, Number: n}.String(), New: commit}, err
}

// behind says that a draft has to meet what is published first.
func behind() error {
	return fault.New(fault.Conflict, fault.Text{TH: "คู่มือที่เผยแพร่เปลี่ยนไปหลังจากเริ่มร่างนี้", EN: "What is published has changed since this draft began."},
		fault.Text{TH: "รวมฉบับที่เผยแพร่เข้ากับร่างนี้ก่อน", EN: "Merge what is published into the draft first."})
}

// onto merges a revision's folder onto what is published: the whole tree that
// gives, and the folder's.
func (l *Ledger) onto(b *gitrepo.Batch, h Head, main *gitrepo.Change) (gitrepo.Hash, review.Tree, error) {
	base := review.Tree("")
	if !h.Base.Tree.IsZero() {
		base = review.Tree(h.Base.Tree.String())
	}
	if h.State == review.Endorsed { // it was merged onto main as it was then
		c, err := l.Repo.Commit(h.Commit)
		if err != nil {
			return gitrepo.Hash{}, "", err
		}
		then, err := l.Repo.Commit(c.Parents[0])
		if err != nil {
			return gitrepo.Hash{}, "", err
		}
		if base, err = l.folderTree(then.Tree, h.kept()); err != nil {
			return gitrepo.Hash{}, "", err
		}
	}
	published, err := l.folderTree(main.Tree, h.Folder)
	if err != nil {
		return gitrepo.Hash{}, "", err
	}
	merged := h.Tree
	if published != base && published != h.Tree {
		if merged, err = l.meet(b, h, base, published); err != nil {
			return gitrepo.Hash{}, "", err
		}
	}
	tree, err := b.Put(main.Tree, gitrepo.SetFolder(h.Folder, gitrepo.Hash(hashOf(merged))))
	return tree, merged, err
}

// anew submits the merged text, as revision n, in place of the one that was read.
func (l *Ledger) anew(ctx context.Context, b *gitrepo.Batch, h Head, n int, at gitrepo.Hash, main *gitrepo.Change, tree gitrepo.Hash, now review.Tree) (Head, error) {
	own, err := l.submission(h)
	if err != nil {
		return h, err
	}
	_, t, err := l.testimony(own)
	if err != nil {
		return h, err
	}
	published, err := l.folderTree(main.Tree, h.Folder)
	if err != nil {
		return h, err
	}
	t.Base, t.Tree, t.Revision = proof.Base{Commit: proof.Hash(at), Tree: hashOf(published)}, hashOf(now), n
	commit, err := l.testify(b, t, "Submit "+string(h.Manual)+", merged", tree, own)
	if err != nil {
		return h, err
	}
	merged := h.Merged(now, l.Now())
	merged.Number = n
	h.By, h.Began, h.Kept = t.Officer, merged.Submitted, h.Folder
	next, err := l.stand(ctx, b, h, merged, review.Ref{State: review.InReview, Manual: h.Manual, Number: n}, commit, Deed{})
	if err != nil {
		return h, err
	}
	next.Base = t.Base
	return next, &Changed{next}
}
