package deeds

import (
	"context"
	"maps"
	"slices"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/internal/wire"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// Writer writes down what is done at an office. Its methods are the Note of the
// desks.
type Writer struct {
	Box  *outbox.Box
	Repo *gitrepo.Repository
	// Put keeps a file that travels beside its operation, until the centre has it.
	Put func(context.Context, wire.File, []byte) error
	// Seal makes a text readable to the centre alone, as what it is about.
	Seal func(text []byte, about string) ([]byte, error)
	// State has an approval of what stands under a ref signed by its officer and by the
	// machine, which it names in the statement. Where the officer's key is not at hand
	// it is an error of kind Forbidden.
	State func(ctx context.Context, of review.Ref, s proof.Statement) (proof.Signed, error)
}

// longestWalk is how many changes of its own an office may have made that the
// centre does not have yet.
const longestWalk = 100_000

// centre finds the commit of the centre that a commit of the office's main stands
// on.
func (w *Writer) centre(at gitrepo.Hash) (gitrepo.Hash, error) {
	for range longestWalk {
		c, err := w.Repo.Commit(at)
		if err != nil {
			return at, err
		}
		if said := c.Trailer(CentreTrailer); said != "" {
			return gitrepo.ParseHash(said)
		}
		if len(c.Parents) == 0 {
			return at, nil // the office holds the centre's own history
		}
		at = c.Parents[0]
	}
	return at, unread(nil)
}

// CentreTrailer is what a commit of an office's main says of the commit of the
// centre whose content it has.
const CentreTrailer = "Khumue-Centre"

// Ledger notes a step on content.
func (w *Writer) Ledger(ctx context.Context, d ledger.Deed) (context.Context, error) {
	x := outbox.Deed{By: d.By.ID, As: d.By.As, ByRefs: true}
	if d.Verb == ledger.DidEdit {
		x.Kind, x.Entity = Content, "content"
		command, err := w.edit(ctx, d, &x)
		if err != nil {
			return nil, err
		}
		return w.note(ctx, x, command)
	}
	x.Kind, x.Entity, x.Base = Manual+string(d.Verb), "manual:"+string(d.Manual), string(d.Was)
	command, err := w.step(ctx, d, &x)
	if err == nil && d.Verb == ledger.DidEndorse {
		err = w.state(ctx, d, &x, command)
	}
	if err != nil {
		return nil, err
	}
	return w.note(ctx, x, command)
}

// note writes a command into a deed, and the deed into the context.
func (w *Writer) note(ctx context.Context, x outbox.Deed, command any) (context.Context, error) {
	var err error
	if x.Do, err = object(command); err != nil {
		return nil, err
	}
	ctx, _, err = w.Box.Note(ctx, x)
	return ctx, err
}

func (w *Writer) edit(ctx context.Context, d ledger.Deed, x *outbox.Deed) (any, error) {
	e := edit{Subject: d.Subject, Reason: d.Reason}
	e.Files = slices.Grow(e.Files, len(d.Files))[:len(d.Files)]
	for i, f := range d.Files {
		to := &e.Files[i]
		to.Path, to.Was = f.Path, hash(f.Was)
		if f.Now.IsZero() {
			continue
		}
		kept, err := w.file(ctx, f.Now, x)
		if err != nil {
			return nil, err
		}
		to.Now = &kept
	}
	if i := theOnly(d.Files); i >= 0 { // others go on meanwhile
		x.Entity, x.Base = "file:"+d.Files[i].Path, d.Files[i].Was.String()
	}
	return e, nil
}

// theOnly is the only file of a change that says something of itself, others being
// shown with it; -1 where there are several, which are in order with all files.
func theOnly(files []ledger.FileDeed) int {
	only := -1
	for i, f := range files {
		if _, ok := corpus.FileAt(f.Path); !ok {
			continue
		}
		if only >= 0 {
			return -1
		}
		only = i
	}
	return only
}

func (w *Writer) file(ctx context.Context, blob gitrepo.Hash, x *outbox.Deed) (file, error) {
	data, err := w.Repo.Read(gitrepo.Blob, blob)
	if err != nil {
		return file{}, err
	}
	f, beside, err := keep(ctx, data, w.Put)
	if beside != nil && !slices.Contains(x.Files, *beside) {
		x.Files = append(x.Files, *beside)
	}
	return f, err
}

func (w *Writer) step(ctx context.Context, d ledger.Deed, x *outbox.Deed) (*step, error) {
	s := &step{Verb: d.Verb, Manual: d.Manual, Was: d.Was, Tree: d.Tree, Reason: d.Reason, Fields: d.Fields, Draft: d.From.Key, Number: d.From.Number}
	if s.Draft == "" {
		s.Draft = d.To.Key
	}
	if d.Verb == ledger.DidBegin {
		s.Folder = d.Folder
		main, err := w.centre(d.Main)
		if err != nil {
			return nil, err
		}
		s.Main = hash(main)
	}
	if d.Verb != ledger.DidBegin && d.Verb != ledger.DidSave && d.Verb != ledger.DidRebase {
		return s, nil
	}
	tree, err := gitrepo.ParseHash(string(d.Tree))
	if err != nil {
		return nil, err
	}
	entries, err := w.Repo.Entries(tree)
	if err != nil {
		return nil, err
	}
	s.Text = map[string]file{}
	for _, e := range entries {
		if s.Text[e.Name], err = w.file(ctx, e.Hash, x); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Licences notes what is done with licence reports.
func (w *Writer) Licences(ctx context.Context, by staff.Acting, d licences.Deed) (context.Context, error) {
	var point catalog.PointCode
	if d.Written != nil {
		point = d.Written.Point
	} else {
		point = d.Asked.Point
	}
	return w.note(ctx, outbox.Deed{Kind: Licence, Entity: "reports:" + string(point), By: by.ID, As: as(by)}, d)
}

// Talk notes what is said about a revision. It comes after what was done with that.
func (w *Writer) Talk(ctx context.Context, by staff.Acting, s manuals.Said) (context.Context, error) {
	return w.note(ctx, outbox.Deed{Kind: Comment, Entity: "manual:" + string(s.Manual), By: by.ID, As: as(by)}, s)
}

// Delays notes a step on a case. Who the applicant is goes sealed.
func (w *Writer) Delays(ctx context.Context, by staff.Acting, d delays.Deed) (context.Context, error) {
	id := d.Command.ID
	if d.Verb == delays.Began {
		id = d.New.ID
	}
	x := outbox.Deed{Kind: d.Verb, Entity: "case:" + id, By: by.ID, As: as(by)}
	if d.Verb == delays.Began {
		text, err := object(d.Secret)
		if err != nil {
			return nil, err
		}
		if x.Secret, err = w.Seal(text, aboutCase(id)); err != nil {
			return nil, err
		}
	}
	return w.note(ctx, x, d)
}

// aboutCase binds a secret to its case.
func aboutCase(id string) string { return "case " + id }

// as is the grant that an operation tells of where the desk does not say by which
// it is done: the first. It is noted, and decides nothing.
func as(by staff.Acting) rights.Grant {
	if len(by.Grants) == 0 {
		return rights.Grant{}
	}
	return by.Grants[0]
}

// names are the names of files, in order.
func names[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
