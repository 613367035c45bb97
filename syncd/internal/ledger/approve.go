package ledger

import (
	"context"
	"errors"

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

// tries is how often an approval is tried again when others move main meanwhile.
const tries = 20

// Endorse approves stage 1 of the text that was read: the revision is merged onto
// what is published, and awaits stage 2. Where that gives another text the error
// is of type *Changed, and where both changed the same of type *Conflicts, with
// every ref as it was.
func (l *Ledger) Endorse(ctx context.Context, by Acting, owner rights.Target, h Head, read review.Tree) (Head, error) {
	next, err := h.Approved(by.Officer, owner, read)
	if err != nil {
		return h, err
	}
	main, at, err := l.main()
	if err != nil {
		return h, err
	}
	b := l.Repo.NewBatch()
	defer b.Abort()
	tree, now, err := l.onto(b, h, main)
	if err != nil {
		return h, err
	}
	if now != read {
		return l.anew(ctx, b, h, at, main, tree, now)
	}
	t := proof.Trailers{Stage: proof.Review, Manual: h.Manual, Revision: h.Number, Tree: hashOf(now), Officer: by.ID, Role: by.capacity(), Verdict: proof.Approved}
	commit, err := l.testify(b, t, "Approve "+string(h.Manual)+", stage 1", tree, at, h.Commit)
	if err != nil {
		return h, err
	}
	return l.stand(ctx, b, h, next, review.Ref{State: review.Endorsed, Manual: h.Manual, Number: h.Number}, commit)
}

// Publish approves stage 2 of the text that was read: the revision becomes what
// is published. Errors are as of Endorse.
func (l *Ledger) Publish(ctx context.Context, by Acting, owner rights.Target, h Head, read review.Tree) (Head, error) {
	next, err := h.Approved(by.Officer, owner, read)
	if err != nil {
		return h, err
	}
	t := proof.Trailers{Stage: proof.Publish, Manual: h.Manual, Revision: h.Number, Tree: hashOf(read), Officer: by.ID, Role: by.capacity(), Verdict: proof.Approved}
	return l.intoMain(ctx, h, next, t, "Approve "+string(h.Manual)+", stage 2", read)
}

// Hasten publishes in an emergency, with a reason.
func (l *Ledger) Hasten(ctx context.Context, by Acting, owner rights.Target, h Head, n int, reason string, read review.Tree, problems fault.Problems) (Head, error) {
	next, err := h.Hastened(by.Officer, owner, reason, read, problems)
	if err != nil {
		return h, err
	}
	if next.Number == 0 {
		next.Number = n
	}
	t := proof.Trailers{Stage: proof.Emergency, Manual: h.Manual, Revision: next.Number, Tree: hashOf(read), Officer: by.ID, Role: by.capacity(), Reason: proof.CleanReason(reason)}
	return l.intoMain(ctx, h, next, t, "Publish "+string(h.Manual)+" in an emergency", read)
}

// intoMain merges a revision into main, again when main moves meanwhile.
func (l *Ledger) intoMain(ctx context.Context, h Head, next review.Revision, t proof.Trailers, subject string, read review.Tree) (out Head, err error) {
	for range tries {
		out, err = l.mergeOnce(ctx, h, next, t, subject, read)
		if !errors.Is(err, fault.Conflict) || errors.As(err, new(*Changed)) || errors.As(err, new(*Conflicts)) {
			return out, err
		}
		if now, gone := l.Repo.Refs().Get(h.Ref.String()); gone != nil || now != h.Commit {
			return h, err // it was the revision that moved, not main
		}
	}
	return h, err
}

func (l *Ledger) mergeOnce(ctx context.Context, h Head, next review.Revision, t proof.Trailers, subject string, read review.Tree) (Head, error) {
	main, at, err := l.main()
	if err != nil {
		return h, err
	}
	b := l.Repo.NewBatch()
	defer b.Abort()
	tree, now, err := l.onto(b, h, main)
	if err != nil {
		return h, err
	}
	if now != read {
		return l.anew(ctx, b, h, at, main, tree, now)
	}
	commit, err := l.testify(b, t, subject, tree, at, h.Commit)
	if err != nil {
		return h, err
	}
	if err := l.move(ctx, b, gitrepo.Move{Ref: gitrepo.Main, Old: at, New: commit}, gitrepo.Move{Ref: h.Ref.String(), Old: h.Commit}); err != nil {
		return h, err
	}
	h.Revision, h.Commit = next, commit
	return h, nil
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
		if base, err = l.folderTree(then.Tree, h.Folder); err != nil {
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

// anew submits the merged text in place of the one that was read.
func (l *Ledger) anew(ctx context.Context, b *gitrepo.Batch, h Head, at gitrepo.Hash, main *gitrepo.Change, tree gitrepo.Hash, now review.Tree) (Head, error) {
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
	t.Base, t.Tree = proof.Base{Commit: proof.Hash(at), Tree: hashOf(published)}, hashOf(now)
	commit, err := l.testify(b, t, "Submit "+string(h.Manual)+", merged", tree, own)
	if err != nil {
		return h, err
	}
	next, err := l.stand(ctx, b, h, h.Merged(now, l.Now()), review.Ref{State: review.InReview, Manual: h.Manual, Number: h.Number}, commit)
	if err != nil {
		return h, err
	}
	next.Base = t.Base
	return next, &Changed{next}
}
