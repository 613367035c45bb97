package ledger

import (
	"context"
	"io"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
)

// Verb is what a deed does.
type Verb string

// The verbs, each of which is a method of Ledger. What an office can not do has
// none.
const (
	DidEdit    Verb = "edit" // Immediate
	DidBegin   Verb = "begin"
	DidSave    Verb = "save"
	DidRebase  Verb = "rebase"
	DidSubmit  Verb = "submit"
	DidEndorse Verb = "endorse"
	DidReturn  Verb = "return"
	DidRecall  Verb = "recall"
	DidGiveUp  Verb = "give-up"
)

// Deed is a step that is about to be taken, told so wholly that it can be taken
// again in another repository that has the same published content. What a verb has
// no use for is zero.
type Deed struct {
	Verb    Verb
	By      Acting
	Subject string // of the commit; of edit
	Reason  string
	Main    gitrepo.Hash // what is published here, when the step was taken

	Files []FileDeed // of edit, by path

	Manual catalog.ManualID
	Folder string       // of the manual, by slashes
	From   review.Ref   // where the revision stands; zero of begin
	To     review.Ref   // where it stands then
	Base   proof.Base   // of begin and rebase: where the text begins
	Was    review.Tree  // of the folder before, of save and rebase
	Tree   review.Tree  // of the folder then; of endorse, that was read
	Commit gitrepo.Hash // of endorse: the revision's, that was read
	Fields []string     // of return
}

// FileDeed is a file that an edit changes.
type FileDeed struct {
	Path     string
	Was, Now gitrepo.Hash // blobs; zero: it comes, or goes
}

// Noting writes down what is about to be done. What it returns stands for the
// context in which refs move, so that both last or neither.
type Noting func(context.Context, Deed) (context.Context, error)

// noted is the context in which a step is taken.
func (l *Ledger) noted(ctx context.Context, d Deed) (context.Context, error) {
	if l.Note == nil {
		return ctx, nil
	}
	return l.Note(ctx, d)
}

// notHere refuses at an office what the centre alone does: nothing would write it
// down, so that the centre would never hear of it.
func (l *Ledger) notHere() error {
	if l.Note == nil {
		return nil
	}
	return fault.New(fault.Forbidden, fault.Text{TH: "งานนี้ทำได้ที่หลังบ้านของศูนย์กลางเท่านั้น", EN: "This can be done in the centre's back office alone."},
		fault.Text{TH: "ลงชื่อเข้าใช้ที่ศูนย์กลางขณะต่อเครือข่าย", EN: "Sign in there while you have a network."})
}

// Again says that a step is one of an office, which is taken again here.
type Again struct {
	Op        string    // the id of its operation
	Device    string    // of the office
	DecidedAt time.Time // there, by its clock
	Statement string    // of an approval: what the officer signed there, as proof.Signed writes it
}

type (
	againKey struct{}
	draftKey struct{}
)

// Keyed returns a context in which a draft that comes to be has a given key, as the
// office calls it that it came from.
func Keyed(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, draftKey{}, key)
}

// With returns a context in which commits say what they do again.
func (a Again) With(ctx context.Context) context.Context {
	return context.WithValue(ctx, againKey{}, a)
}

// again has the trailers say so, where it is one.
func again(ctx context.Context, t proof.Trailers) proof.Trailers {
	if a, ok := ctx.Value(againKey{}).(Again); ok {
		t.Op, t.Via, t.DecidedAt = a.Op, a.Device, a.DecidedAt.UTC().Truncate(time.Second)
		if t.Stage == proof.Review {
			t.Statement = a.Statement
		}
	}
	return t
}

// isAgain reports whether a step is one of an office.
func isAgain(ctx context.Context) bool {
	_, ok := ctx.Value(againKey{}).(Again)
	return ok
}

// key is that of a draft that comes to be.
func (l *Ledger) key(ctx context.Context) (string, error) {
	if key, ok := ctx.Value(draftKey{}).(string); ok && key != "" {
		return key, nil
	}
	var random [8]byte
	_, err := io.ReadFull(l.Random, random[:])
	return review.NewKey(random[:]), err
}

// BeginAt begins a draft of a manual with a text, as Begin does, of what was
// published at an earlier commit of main. Folder is where the manual stood then, or
// would have.
func (l *Ledger) BeginAt(ctx context.Context, by Acting, owner rights.Target, manual catalog.ManualID, folder string, text Text, main gitrepo.Hash) (Head, error) {
	l = l.stopped()
	c, err := l.Repo.Commit(main)
	if err != nil {
		return Head{}, err
	}
	if !OfMain(c) {
		return Head{}, fault.New(fault.Invalid, fault.Textf("%s ไม่ใช่เนื้อหาที่เคยเผยแพร่", "%s was never published", main))
	}
	return l.beginAt(ctx, by, owner, Head{Folder: folder, Commit: main, Revision: review.Revision{Manual: manual}}, text, c)
}

// Lay keeps a text without any ref that names it, so that what is made from it can
// be merged later. git lets go of it after some weeks.
func (l *Ledger) Lay(text Text) (review.Tree, error) {
	b := l.Repo.NewBatch()
	defer b.Abort()
	folder, err := addText(b, text)
	if err != nil {
		return "", err
	}
	return review.Tree(folder.String()), b.Close()
}

// filesOf are the files in which two contents differ.
func (l *Ledger) filesOf(old, new gitrepo.Hash) (out []FileDeed, err error) {
	for d, err := range l.Repo.Diff(old, new) {
		if err != nil {
			return nil, err
		}
		out = append(out, FileDeed{d.Path, d.Old.Hash, d.New.Hash})
	}
	return out, nil
}
