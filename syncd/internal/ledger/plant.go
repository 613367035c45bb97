package ledger

import (
	"context"
	"errors"
	"strings"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/syncd/internal/review"
)

// Seedling is a revision as it is carried to another repository, which has not all
// of the content: its texts and what was done, without the commits themselves.
type Seedling struct {
	Ref   review.Ref
	Kept  string     // folder of the manual in its commits, by slashes
	Base  proof.Base // where the text began, in the repository that it is from
	From  Text       // that text; none of a new manual
	Text  Text       // as it stands
	Line  []Step     // its own commits, the oldest first; texts saved one after another by one officer count once
	Merge *Step      // the approval of stage 1, or nil
}

// Step is a commit of a revision, without its text.
type Step struct {
	By      catalog.OfficerID
	At      time.Time // to the second
	Message string
}

func stepOf(c *gitrepo.Change) Step {
	return Step{catalog.OfficerID(c.Author.Name), c.Author.At, c.Message}
}

// Lift reads a revision to be planted elsewhere.
func (l *Ledger) Lift(h Head) (s Seedling, err error) {
	s = Seedling{Ref: h.Ref, Kept: h.kept(), Base: h.Base}
	if s.Text, err = l.Text(h.Tree); err != nil {
		return s, err
	}
	if !h.Base.Tree.IsZero() {
		if s.From, err = l.Text(review.Tree(h.Base.Tree.String())); err != nil {
			return s, err
		}
	}
	from := h.Commit
	if h.State == review.Endorsed {
		c, err := l.Repo.Commit(h.Commit)
		if err != nil {
			return s, err
		}
		if len(c.Parents) != 2 {
			return s, damaged(h.Ref, "it is no approval of stage 1")
		}
		step := stepOf(c)
		s.Merge, from = &step, c.Parents[1]
	}
	s.Line, err = l.line(from)
	return s, err
}

// line returns a revision's own commits, the oldest first.
func (l *Ledger) line(from gitrepo.Hash) (out []Step, err error) {
	for a, err := range l.Repo.FirstParents(from, maxSaves) {
		if err != nil {
			return nil, err
		}
		if OfMain(a.Change) {
			break
		}
		step := stepOf(a.Change)
		if n := len(out); n == 0 || !plainSave(out[n-1]) || !plainSave(step) || out[n-1].By != step.By {
			out = append(out, step)
		}
		if _, first := Begins(a.Message); first {
			break
		}
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out, nil
}

// plainSave reports whether a step keeps a text and says nothing more.
func plainSave(s Step) bool {
	if says, _ := Begins(s.Message); says {
		return false
	}
	_, err := proof.ParseMessage(s.Message)
	return errors.Is(err, fault.NotFound)
}

// Plant makes a revision of another repository one of this, in place of what stands
// under its ref: it stands where it stood there, with the same texts and the same
// steps, in commits of its own. Its base is a commit that tells the text where it
// began, on top of what is published here. Was is the commit that stands under the ref,
// zero where none does; where another stands by then that is an error of kind Conflict.
func (l *Ledger) Plant(ctx context.Context, s Seedling, was gitrepo.Hash) (Head, error) {
	if len(s.Line) == 0 {
		return Head{}, damaged(s.Ref, "it has no commits")
	}
	if folder, _, ok := FolderOf(s.Kept+"/"+manualFile, s.Ref.Manual); !ok || folder != s.Kept {
		return Head{}, damaged(s.Ref, "it stands in "+s.Kept)
	}
	main, _, err := l.main()
	if err != nil {
		return Head{}, err
	}
	b := l.Repo.NewBatch()
	defer b.Abort()
	base, err := l.bed(b, main.Tree, s)
	if err != nil {
		return Head{}, err
	}
	folder, err := addText(b, s.Text)
	if err != nil {
		return Head{}, err
	}
	tree, err := b.Put(main.Tree, gitrepo.SetFolder(s.Kept, folder))
	if err != nil {
		return Head{}, err
	}
	tip := base
	for _, step := range s.Line {
		if step.Message, err = moved(step.Message, base); err != nil {
			return Head{}, err
		}
		if tip, err = l.redo(b, step, tree, tip); err != nil {
			return Head{}, err
		}
	}
	if s.Merge != nil {
		if tip, err = l.redo(b, *s.Merge, tree, base, tip); err != nil {
			return Head{}, err
		}
	}
	if err := l.move(ctx, b, gitrepo.Move{Ref: s.Ref.String(), Old: was, New: tip}); err != nil {
		return Head{}, err
	}
	return l.at(s.Ref, tip)
}

// CentreTrailer names, in a commit that an office made of what came from the centre,
// the commit of main there.
const CentreTrailer = "Khumue-Centre"

// bed makes the commit on which a planted revision stands.
func (l *Ledger) bed(b *gitrepo.Batch, content gitrepo.Hash, s Seedling) (gitrepo.Hash, error) {
	folder, err := addText(b, s.From)
	if err != nil {
		return gitrepo.Hash{}, err
	}
	tree, err := b.Put(content, gitrepo.SetFolder(s.Kept, folder))
	if err != nil {
		return gitrepo.Hash{}, err
	}
	by := person(daemon, s.Line[0].At)
	message, err := gitrepo.Message("What was published when the draft began", gitrepo.Trailer{Key: CentreTrailer, Value: s.Base.Commit.String()})
	if err != nil {
		return gitrepo.Hash{}, err
	}
	return b.NewCommit(gitrepo.Change{Tree: tree, Author: by, Committer: by, Message: message}, l.Sign)
}

// redo makes a commit as one that stands elsewhere.
func (l *Ledger) redo(b *gitrepo.Batch, s Step, tree gitrepo.Hash, parents ...gitrepo.Hash) (gitrepo.Hash, error) {
	return b.NewCommit(gitrepo.Change{Tree: tree, Parents: parents, Author: person(string(s.By), s.At), Committer: person(daemon, s.At), Message: s.Message}, l.Sign)
}

// moved is a commit's message with another base.
func moved(message string, base gitrepo.Hash) (string, error) {
	if b, ok := readBeginning(message); ok {
		b.base.Commit = proof.Hash(base)
		return b.message(), nil
	}
	t, err := proof.ParseMessage(message)
	switch {
	case errors.Is(err, fault.NotFound):
		return message, nil
	case err != nil:
		return "", err
	case t.Base.Commit.IsZero():
		return message, nil
	}
	t.Base.Commit = proof.Hash(base)
	subject, _, _ := strings.Cut(message, "\n")
	return t.Message(subject)
}

// Uproot takes away what Plant planted, was being the commit that stands under the ref;
// zero is gone already. Where another stands by then that is an error of kind Conflict.
func (l *Ledger) Uproot(ctx context.Context, ref review.Ref, was gitrepo.Hash) error {
	if was.IsZero() {
		return nil
	}
	return l.Repo.Refs().Update(ctx, gitrepo.Move{Ref: ref.String(), Old: was})
}
