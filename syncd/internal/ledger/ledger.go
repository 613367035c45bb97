// Package ledger keeps revisions in git: each step of package review is a few
// commits and one move of refs, which happens wholly or not at all. Where a
// revision stands is its ref, why is in its commits, and nothing else is needed
// to know it.
//
// It works by plumbing, so that a step costs the same among ten manuals and a
// million. It refuses to know who may do what, which review decides, and pages.
package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"sync"
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
	Note   Noting    // writes each step down that an office may take; nil: nobody does

	merging sync.Mutex // into main: one revision after another, so that none is always too late
	waiting trains
	places  places
	running *Ledger // of one whose clock stands: the one that runs; else nil
}

// stopped is the ledger with its clock stopped: what a step says of a revision is
// to the second what git will say, which keeps no less.
func (l *Ledger) stopped() *Ledger {
	now := l.Now().UTC().Truncate(time.Second)
	return &Ledger{Repo: l.Repo, Sign: l.Sign, Now: func() time.Time { return now }, Random: l.Random, Note: l.Note, running: l}
}

// atlas are the places that all steps share.
func (l *Ledger) atlas() *places {
	if l.running != nil {
		return l.running.atlas()
	}
	return &l.places
}

// Head is a revision where it stands.
type Head struct {
	review.Revision
	Ref    review.Ref
	Commit gitrepo.Hash // what the ref names
	Base   proof.Base   // where the text began, or what it was last merged with
	Folder string       // of the manual in what is published now, or where it will stand; by slashes
	Kept   string       // of the manual in the revision's own commits: its agency may have been reorganised since
	Began  time.Time    // when its first text was kept; of what was submitted, when it was

	Changed time.Time         // when the last step was taken
	By      catalog.OfficerID // who took it
}

// kept is where the revision's own commits have the manual.
func (h Head) kept() string { return cmp.Or(h.Kept, h.Folder) }

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

// begun and stands are the lines by which the first commit of a draft tells where
// it began, and where its manual stands: a draft may say for a while what is
// published already.
const (
	begun  = "Khumue-Base: "
	stands = "Khumue-Folder: "
)

// Subjects of commits that tell where a draft began, and where it begins anew
// since it was merged with what is published.
const (
	beginDraft   = "Begin a draft"
	mergeInDraft = "Merge what is published"
)

// beginning is what such a commit tells.
type beginning struct {
	subject string
	base    proof.Base
	folder  string
}

func (b beginning) message() string {
	return b.subject + "\n\n" + begun + b.base.Commit.String() + " " + b.base.Tree.String() + "\n" + stands + b.folder + "\n"
}

// readBeginning reads one; false of any other message.
func readBeginning(message string) (b beginning, ok bool) {
	var line string
	b.subject, line, ok = strings.Cut(message, "\n\n"+begun)
	if !ok || b.subject != beginDraft && b.subject != mergeInDraft {
		return b, false
	}
	line, b.folder, _ = strings.Cut(strings.TrimSuffix(line, "\n"), "\n"+stands)
	commit, tree, two := strings.Cut(line, " ")
	if !two {
		return b, false
	}
	c, err := proof.ParseHash(commit)
	if err != nil {
		return b, false
	}
	t, err := proof.ParseHash(tree)
	b.base = proof.Base{Commit: c, Tree: t}
	return b, err == nil
}

// Begins reports whether a commit's message says where a draft begins, and whether
// it is the first of the draft's, rather than one by which it met what was
// published.
func Begins(message string) (says, first bool) {
	b, ok := readBeginning(message)
	return ok, ok && b.subject == beginDraft
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
	c, err := l.Repo.Commit(tip)
	if err != nil {
		return h, err
	}
	h.Changed, h.By = c.Author.At, catalog.OfficerID(c.Author.Name)
	if ref.State == review.Endorsed {
		t, err := proof.ParseMessage(c.Message)
		if err != nil {
			return h, err
		}
		if t.Stage != proof.Review || len(c.Parents) != 2 {
			return h, damaged(ref, "it is no approval of stage 1")
		}
		h.EndorsedBy = t.Officer
		from = c.Parents[1]
	}
	told, err := l.trace(&h, from)
	if err != nil {
		return h, err
	}
	if err := l.place(&h, told, from); err != nil {
		return h, err
	}
	if ref.State == review.Endorsed {
		if h.Kept, err = l.merged(c, h.Manual, h.Kept); err != nil {
			return h, err
		}
	}
	if h.Tree, err = l.folderTree(c.Tree, h.Kept); err != nil {
		return h, err
	}
	return h, l.now(&h)
}

// now finds where the manual stands in what is published, and whose it is.
func (l *Ledger) now(h *Head) error {
	main, _, err := l.main()
	if err != nil {
		return err
	}
	if h.Folder, err = l.standing(main.Tree, h.Manual, h.Kept); err != nil {
		return err
	}
	h.Agency = catalog.AgencyCode(path.Base(homeOf(h.Folder)))
	return nil
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

// told is what a revision's own commits say of where its text stands.
type told struct {
	folder    string       // "" when they say nothing
	submitted gitrepo.Hash // the last submission; zero of a draft that never was
}

// trace goes back through a revision's own commits, to its last submission or to
// where it began: who wrote, why it came back, which number it has. A draft that
// was begun here says where, one that was pushed from an editor stands on a
// commit of main.
func (l *Ledger) trace(h *Head, from gitrepo.Hash) (out told, err error) {
	var writers []catalog.OfficerID // the latest first
	based := false
	base := func(b proof.Base) {
		if !based {
			h.Base, based = b, true
		}
	}
	for a, err := range l.Repo.FirstParents(from, maxSaves) {
		if err != nil {
			return out, err
		}
		if OfMain(a.Change) { // written in an editor: it began there
			base(proof.Base{Commit: proof.Hash(a.Hash)})
			h.Contributors = inOrder(nil, writers)
			return out, nil
		}
		h.Began = a.Author.At
		if b, ok := readBeginning(a.Message); ok {
			base(b.base)
			out.folder = b.folder
			writers = append(writers, catalog.OfficerID(a.Author.Name))
			if b.subject == beginDraft {
				h.Contributors = inOrder(nil, writers)
				return out, nil
			}
			continue
		}
		t, err := proof.ParseMessage(a.Message)
		switch {
		case errors.Is(err, fault.NotFound):
			writers = append(writers, catalog.OfficerID(a.Author.Name))
		case err != nil:
			return out, err
		case t.Stage == proof.Submit:
			base(t.Base)
			h.Number, h.Submitted = t.Revision, a.Author.At
			h.Contributors = inOrder(t.Contributors, writers)
			out.submitted = a.Hash
			return out, nil
		case t.Stage == proof.Return && h.Returned == nil:
			h.Returned = &review.Return{By: t.Officer, At: a.Author.At, Stage: 1, Reason: t.Reason, Fields: t.Fields}
			if t.Role.Role == catalog.RoleOPDC {
				h.Returned.Stage = 2
			}
		}
	}
	return out, damaged(h.Ref, "it does not say where it began")
}

// OfMain reports whether a commit in a draft's line is main's rather than the
// draft's own, by what it says of itself: it bears the stage of a commit of main,
// begins the history, or is by nobody of the office, as those are that came with
// an imported history. Only the daemon writes stages; pushes that do are refused.
func OfMain(c *gitrepo.Change) bool {
	if stage := c.Trailer("Khumue-Stage"); stage != "" {
		return proof.Stage(stage).OnMain()
	}
	_, err := catalog.ParseOfficerID(c.Author.Name)
	return err != nil || len(c.Parents) == 0
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

// place finds the manual's folder in the revision's own commits, by what it
// changed since its base. From is the last of them: what stage 1 merged has what
// main has, too.
func (l *Ledger) place(h *Head, told told, from gitrepo.Hash) error {
	base, err := l.Repo.Commit(gitrepo.Hash(h.Base.Commit))
	if err != nil {
		return err
	}
	for _, at := range []gitrepo.Hash{from, told.submitted} { // a draft may be back where it began
		if at.IsZero() {
			continue
		}
		own, err := l.Repo.Commit(at)
		if err != nil {
			return err
		}
		for d, err := range l.Repo.Diff(base.Tree, own.Tree) {
			if err != nil {
				return err
			}
			return l.settle(h, base.Tree, d.Path)
		}
	}
	if told.folder != "" {
		return l.settle(h, base.Tree, told.folder+"/"+manualFile)
	}
	return damaged(h.Ref, "it changes nothing")
}

// settle takes a file that a revision changed for the place of its manual.
func (l *Ledger) settle(h *Head, base gitrepo.Hash, file string) error {
	folder, _, ok := FolderOf(file, h.Manual)
	if !ok {
		return damaged(h.Ref, "it changes "+file)
	}
	h.Kept = folder
	if h.Base.Tree.IsZero() { // of a new manual, or of a draft that does not tell
		was, err := l.folderTree(base, folder)
		if err != nil {
			return err
		}
		h.Base.Tree = hashOf(was)
	}
	return nil
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

// move moves refs, all or none, once the objects are on the disk. One that another
// moved first is an error of kind Conflict.
func (l *Ledger) move(ctx context.Context, b *gitrepo.Batch, moves ...gitrepo.Move) error {
	if err := b.Close(); err != nil {
		return err
	}
	return l.Repo.Refs().Update(ctx, moves...)
}
