// Package ledger keeps revisions in git: each step of package review is a few
// commits and one move of refs, which happens wholly or not at all. Where a
// revision stands is its ref, why is in its commits, and nothing else is needed
// to know it.
//
// It works by plumbing, so that a step costs the same among ten manuals and a
// million. It refuses to know who may do what, which review decides, and pages.
package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
)

// Ledger is the revisions of a repository. It may be used by any number of
// goroutines and programs.
type Ledger struct {
	Repo   *gitrepo.Repository
	Sign   gitrepo.Signer // the daemon's testimony
	Now    func() time.Time
	Random io.Reader // a cryptographic source
}

// Head is a revision where it stands.
type Head struct {
	review.Revision
	Ref    review.Ref
	Commit gitrepo.Hash // what the ref names
	Base   proof.Base   // where the text began
	Folder string       // of the manual in the content, by slashes
}

// Acting is an officer who takes a step, with the right by which.
type Acting struct {
	rights.Officer
	As rights.Grant
}

// capacity is the role in which a step is taken, as commits tell it.
func (a Acting) capacity() proof.Capacity {
	return proof.Capacity{Role: a.As.Role, Agency: a.As.Scope.Agency, Point: a.As.Scope.Point}
}

// daemon is who makes commits; the author is the officer.
const daemon = "khumue"

func person(id string, at time.Time) gitrepo.Person {
	return gitrepo.Person{Name: id, Email: id + "@users.invalid", At: at}
}

// commit makes a signed commit by an officer.
func (l *Ledger) commit(b *gitrepo.Batch, by catalog.OfficerID, tree gitrepo.Hash, message string, parents ...gitrepo.Hash) (gitrepo.Hash, error) {
	now := l.Now()
	return b.NewCommit(gitrepo.Change{Tree: tree, Parents: parents, Author: person(string(by), now), Committer: person(daemon, now), Message: message}, l.Sign)
}

// testify makes a signed commit that bears trailers.
func (l *Ledger) testify(b *gitrepo.Batch, t proof.Trailers, subject string, tree gitrepo.Hash, parents ...gitrepo.Hash) (gitrepo.Hash, error) {
	message, err := t.Message(subject)
	if err != nil {
		return gitrepo.Hash{}, err
	}
	return l.commit(b, t.Officer, tree, message, parents...)
}

// maxSaves bounds how many commits a draft may have: beyond it, it is no longer
// read.
const maxSaves = 10_000

// begun is the line by which the first commit of a draft tells where it began.
const begun = "Khumue-Base: "

// beginning writes the message of a draft's first commit.
func beginning(base proof.Base) string {
	return "Begin a draft\n\n" + begun + base.Commit.String() + " " + base.Tree.String() + "\n"
}

// readBeginning reads it; false of any other message.
func readBeginning(message string) (proof.Base, bool) {
	_, line, ok := strings.Cut(message, "\n\n"+begun)
	commit, tree, two := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
	if !ok || !two {
		return proof.Base{}, false
	}
	c, err := proof.ParseHash(commit)
	if err != nil {
		return proof.Base{}, false
	}
	t, err := proof.ParseHash(tree)
	return proof.Base{Commit: c, Tree: t}, err == nil
}

// Load reads the revision that a ref names; an error of kind NotFound when there
// is none.
func (l *Ledger) Load(ref review.Ref) (Head, error) {
	tip, err := l.Repo.Refs().Get(ref.String())
	if err != nil {
		return Head{}, err
	}
	return l.at(ref, tip)
}

// at reads a revision from the commit that its ref names.
func (l *Ledger) at(ref review.Ref, tip gitrepo.Hash) (Head, error) {
	h := Head{Revision: review.Revision{Manual: ref.Manual, State: ref.State, Number: ref.Number}, Ref: ref, Commit: tip}
	from := tip
	if ref.State == review.Endorsed {
		c, t, err := l.testimony(tip)
		if err != nil {
			return h, err
		}
		if t.Stage != proof.Review || len(c.Parents) != 2 {
			return h, damaged(ref, "it is no approval of stage 1")
		}
		h.EndorsedBy = t.Officer
		from = c.Parents[1]
	}
	if err := l.trace(&h, from); err != nil {
		return h, err
	}
	return h, l.place(&h)
}

// testimony reads a commit and its trailers.
func (l *Ledger) testimony(commit gitrepo.Hash) (*gitrepo.Change, proof.Trailers, error) {
	c, err := l.Repo.Commit(commit)
	if err != nil {
		return nil, proof.Trailers{}, err
	}
	t, err := proof.ParseMessage(c.Message)
	return c, t, err
}

func damaged(ref review.Ref, why string) error {
	return fmt.Errorf("%s is damaged: %s", ref, why)
}

// trace goes back through a revision's own commits, to its last submission or to
// where it began: who wrote, why it came back, which number it has.
func (l *Ledger) trace(h *Head, from gitrepo.Hash) error {
	var writers []catalog.OfficerID // the latest first
	for a, err := range l.Repo.FirstParents(from, maxSaves) {
		if err != nil {
			return err
		}
		if base, ok := readBeginning(a.Message); ok {
			h.Base, h.Contributors = base, inOrder(nil, append(writers, catalog.OfficerID(a.Author.Name)))
			return nil
		}
		t, err := proof.ParseMessage(a.Message)
		switch {
		case errors.Is(err, fault.NotFound):
			writers = append(writers, catalog.OfficerID(a.Author.Name))
		case err != nil:
			return err
		case t.Stage == proof.Submit:
			h.Base, h.Number, h.Submitted = t.Base, t.Revision, a.Author.At
			h.Contributors = inOrder(t.Contributors, writers)
			return nil
		case t.Stage == proof.Return && h.Returned == nil:
			h.Returned = &review.Return{By: t.Officer, At: a.Author.At, Stage: 1, Reason: t.Reason, Fields: t.Fields}
			if t.Role.Role == catalog.RoleOPDC {
				h.Returned.Stage = 2
			}
		}
	}
	return damaged(h.Ref, "it does not say where it began")
}

// inOrder joins who wrote first with those who wrote later, the latest of whom
// stands first, each once.
func inOrder(first, latest []catalog.OfficerID) []catalog.OfficerID {
	out := slices.Clone(first)
	for _, id := range slices.Backward(latest) {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// place finds the manual's folder, by what the revision changed since its base,
// and whose it is.
func (l *Ledger) place(h *Head) error {
	tip, err := l.Repo.Commit(h.Commit)
	if err != nil {
		return err
	}
	base, err := l.Repo.Commit(gitrepo.Hash(h.Base.Commit))
	if err != nil {
		return err
	}
	from := base.Tree
	if h.State == review.Endorsed { // merged since: what main has is not the revision's
		main, err := l.Repo.Commit(tip.Parents[0])
		if err != nil {
			return err
		}
		from = main.Tree
	}
	for d, err := range l.Repo.Diff(from, tip.Tree) {
		if err != nil {
			return err
		}
		folder, owner, ok := FolderOf(d.Path, h.Manual)
		if !ok {
			return damaged(h.Ref, "it changes "+d.Path)
		}
		h.Folder, h.Agency = folder, owner
		h.Tree, err = l.folderTree(tip.Tree, folder)
		return err
	}
	return damaged(h.Ref, "it changes nothing")
}

// folderTree is the hash of a manual's folder, "" when it is not there.
func (l *Ledger) folderTree(tree gitrepo.Hash, folder string) (review.Tree, error) {
	e, err := l.Repo.Find(tree, folder)
	switch {
	case errors.Is(err, fault.NotFound):
		return "", nil
	case err != nil:
		return "", err
	}
	return review.Tree(e.Hash.String()), nil
}

// FolderOf finds the folder of a manual in which a file of the content stands,
// and the agency whose it is; false for any other file.
func FolderOf(file string, id catalog.ManualID) (folder string, owner catalog.AgencyCode, ok bool) {
	before, _, found := strings.Cut(file, "/manuals/"+string(id)+"/")
	if !found {
		return "", "", false
	}
	folder = path.Join(before, "manuals", string(id))
	at, known := corpus.FileAt(folder + "/manual.md")
	if !known || at.Kind != corpus.ManualFile || at.Name != string(id) {
		return "", "", false
	}
	for code := range strings.SplitSeq(before, "/") { // points is no agency
		if _, err := catalog.ParseAgencyCode(code); err != nil {
			return "", "", false
		}
	}
	return folder, at.Owner, true
}

// Find returns where revisions of a state stand, by their refs; of one manual, or
// with "" of all.
func (l *Ledger) Find(state review.State, manual catalog.ManualID) ([]review.Ref, error) {
	prefix := strings.TrimSuffix(review.Ref{State: state, Manual: "x", Number: 1}.String(), "x/1")
	if state == review.Draft {
		prefix = strings.TrimSuffix(review.Ref{State: state, Manual: "x", Key: "x"}.String(), "x/x")
	}
	if manual != "" {
		prefix += string(manual) + "/"
	}
	refs, err := l.Repo.Refs().List(prefix)
	if err != nil {
		return nil, err
	}
	var out []review.Ref
	for name := range refs {
		if r, err := review.ParseRef(name); err == nil {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b review.Ref) int { return strings.Compare(a.String(), b.String()) })
	return out, nil
}

// move moves refs, all or none, once the objects are on the disk. One that another moved first is an error of
// kind Conflict.
func (l *Ledger) move(ctx context.Context, b *gitrepo.Batch, moves ...gitrepo.Move) error {
	if err := b.Close(); err != nil {
		return err
	}
	return l.Repo.Refs().Update(ctx, moves...)
}
