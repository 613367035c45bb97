package manuals

import (
	"context"
	"errors"
	"io"
	"maps"
	"path"

	"khumue/internal/catalog"
	"khumue/internal/compare"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// Others says that revisions of a manual are under way already.
type Others struct{ Open []Open }

// Error says it in English, as logs show it.
func (o *Others) Error() string { return o.Unwrap().Error() }

// Unwrap gives what the person is told.
func (o *Others) Unwrap() error {
	return fault.New(fault.Conflict, fault.Text{TH: "มีผู้แก้ไขคู่มือนี้อยู่แล้ว", EN: "The manual is being revised already."},
		fault.Text{TH: "เปิดฉบับที่มีอยู่ หรือเริ่มอีกฉบับหนึ่ง ซึ่งจะนำมาเทียบกัน", EN: "Open what is there, or begin another one, which is then compared with it."})
}

// Saved is what became of a text that was kept.
type Saved struct {
	Open
	Merged bool // with what a colleague saved, or what was published, meanwhile
}

// beginStep is what the beginning of a draft is called in the trail.
const beginStep = review.Step("begin")

// Begin begins a manual that is not there yet, as a draft.
func (d *Desk) Begin(ctx context.Context, by staff.Acting, agency catalog.AgencyCode, title catalog.Text) (Open, error) {
	var random [8]byte
	if _, err := io.ReadFull(d.Random, random[:]); err != nil {
		return Open{}, err
	}
	home, ok := d.Structure.Folder(agency)
	if !ok {
		return Open{}, rights.Refused()
	}
	if title.TH == "" {
		return Open{}, fault.New(fault.Invalid, fault.Text{TH: "ยังไม่ได้ระบุชื่อคู่มือ", EN: "The manual has no title."}, fault.Text{TH: "เขียนชื่อภาษาไทย", EN: "Write its title in Thai."})
	}
	id := catalog.ManualID(catalog.NewID(agency, random[:]))
	folder := path.Join(home, "manuals", string(id))
	at, _ := corpus.FileAt(path.Join(folder, manualFile))
	src, err := corpus.Format(at, &catalog.Manual{ID: id, Title: title})
	if err != nil {
		return Open{}, err
	}
	return d.begin(ctx, by, Manual{ID: id, Agency: agency, Folder: folder, Title: title}, ledger.Text{manualFile: src}, true)
}

// begin begins a draft of a manual with a text. Where others are under way, and it
// is not to stand beside them, the error is of type *Others.
func (d *Desk) begin(ctx context.Context, by staff.Acting, m Manual, text ledger.Text, beside bool) (Open, error) {
	owner, err := d.owner(m.Agency)
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
	defer d.lock(m.ID)()
	d.moving.RLock()
	defer d.moving.RUnlock()
	if !beside {
		opens, err := d.opens(ctx, OpenFilter{Manual: m.ID, Page: trail.Page{Limit: 100}})
		if err != nil {
			return Open{}, err
		}
		if len(opens) > 0 {
			return Open{}, &Others{opens}
		}
	}
	t := taking{by: by, step: beginStep, owner: owner, acting: d.as(by, rights.WriteManual, owner)}
	h, err := d.Ledger.Begin(ctx, t.acting, owner, m.ID, m.Folder, text)
	if err != nil {
		return Open{}, err
	}
	return d.settle(ctx, t, h, "")
}

func (d *Desk) opens(ctx context.Context, f OpenFilter) (list []Open, err error) {
	err = d.Store.Read(ctx, func(r Records) error { list, err = r.Opens(f); return err })
	return list, err
}

// published finds a manual that is published, and its files.
func (d *Desk) published(ctx context.Context, by staff.Acting, id catalog.ManualID) (Manual, ledger.Text, error) {
	m, err := d.of(ctx, id)
	if err != nil {
		return m, nil, absent(err)
	}
	_, main, err := d.Ledger.Repo.Resolve(gitrepo.Main)
	if err != nil {
		return m, nil, err
	}
	e, err := d.Ledger.Repo.Find(main.Tree, m.Folder)
	if err != nil {
		return m, nil, absent(err)
	}
	text, err := d.Ledger.Text(review.Tree(e.Hash.String()))
	return m, text, err
}

// Revise begins a draft of what is published.
func (d *Desk) Revise(ctx context.Context, by staff.Acting, id catalog.ManualID, beside bool) (Open, error) {
	m, text, err := d.published(ctx, by, id)
	if err != nil {
		return Open{}, err
	}
	return d.begin(ctx, by, m, text, beside)
}

// Restore begins a draft with the text that a commit of main had published.
func (d *Desk) Restore(ctx context.Context, by staff.Acting, id catalog.ManualID, commit gitrepo.Hash, beside bool) (Open, error) {
	m, _, err := d.published(ctx, by, id)
	if err != nil {
		return Open{}, err
	}
	p, err := d.publicationAt(ctx, id, commit)
	if err != nil {
		return Open{}, err
	}
	text, err := d.Ledger.Text(p.Tree)
	if err != nil {
		return Open{}, absent(err)
	}
	text, err = rewrite(m.Folder, text, func(v *catalog.Manual) {
		if v.Withdrawn.Value != (catalog.Withdrawal{}) {
			v.Withdrawn = catalog.Stated[catalog.Withdrawal]{}
		}
	})
	if err != nil {
		return Open{}, err
	}
	return d.begin(ctx, by, m, text, beside)
}

func (d *Desk) publicationAt(ctx context.Context, id catalog.ManualID, commit gitrepo.Hash) (p Publication, err error) {
	err = d.Store.Read(ctx, func(r Records) error {
		all, err := r.Publications(id)
		for _, one := range all {
			if one.Commit == commit {
				p = one
				return nil
			}
		}
		return errors.Join(err, gone())
	})
	return p, err
}

// Withdraw begins a draft by which a manual is withdrawn, once it is approved as
// any other.
func (d *Desk) Withdraw(ctx context.Context, by staff.Acting, id catalog.ManualID, w catalog.Withdrawal, beside bool) (Open, error) {
	m, text, err := d.published(ctx, by, id)
	if err != nil {
		return Open{}, err
	}
	text, err = rewrite(m.Folder, text, func(v *catalog.Manual) { v.Withdrawn = catalog.Some(w) })
	if err != nil {
		return Open{}, err
	}
	return d.begin(ctx, by, m, text, beside)
}

// rewrite changes a manual in its folder.
func rewrite(folder string, text ledger.Text, change func(*catalog.Manual)) (ledger.Text, error) {
	at, ok := corpus.FileAt(path.Join(folder, manualFile))
	if !ok {
		return nil, gone()
	}
	value, problems := at.Decode(append([]byte(nil), text[manualFile]...))
	m, ok := value.(*catalog.Manual)
	if !ok {
		return nil, errors.Join(problems.Err(), fault.Invalid)
	}
	change(m)
	src, err := corpus.Write(at, text[manualFile], m)
	if err != nil {
		return nil, err
	}
	out := maps.Clone(text)
	out[manualFile] = src
	return out, nil
}

// Change is what a person made of the text of a draft.
type Change struct {
	Was     gitrepo.Hash              // the draft's commit that the person began from
	Manual  *catalog.Manual           // nil: as it was
	Free    []int                     // places of fees whose sum is 0, rather than missing
	Files   map[string][]byte         // forms that came or changed; a nil value: it goes
	Choices map[string]compare.Choice // for what a colleague, or a publication, changed too
}

// Save keeps what a person made of a draft. Where a colleague saved meanwhile, both
// are merged by field; where both changed the same, nothing is saved and the error
// is of type *ledger.Conflicts, for which the change may bring choices.
func (d *Desk) Save(ctx context.Context, by staff.Acting, ref review.Ref, c Change) (Saved, error) {
	merged := false
	o, err := d.take(ctx, by, ref, review.Save, func(t taking) (ledger.Head, error) {
		if err := t.head.May(review.Save, by.Officer, t.owner); err != nil {
			return t.head, err
		}
		base, err := d.before(t.head, c.Was)
		if err != nil {
			return t.head, err
		}
		text, err := c.apply(t.head.Folder, base)
		if err != nil {
			return t.head, err
		}
		if c.Was != t.head.Commit {
			now, err := d.Ledger.Text(t.head.Tree)
			if err != nil {
				return t.head, err
			}
			if text, err = ledger.Merge(t.head.Folder, base, text, now, c.Choices); err != nil {
				return t.head, err
			}
			merged = true
		}
		return d.Ledger.Save(ctx, t.acting, t.owner, t.head, text)
	})
	return Saved{o, merged}, err
}

// apply makes a change to the files of a folder.
func (c Change) apply(folder string, text ledger.Text) (ledger.Text, error) {
	out := maps.Clone(text)
	for name, data := range c.Files {
		switch {
		case name == manualFile:
			return nil, fault.New(fault.Invalid, fault.Textf("แบบฟอร์มใช้ชื่อ %s ไม่ได้", "a form can not be called %s", name))
		case data == nil:
			delete(out, name)
		default:
			out[name] = data
		}
	}
	if c.Manual == nil {
		return out, nil
	}
	at, ok := corpus.FileAt(path.Join(folder, manualFile))
	if !ok {
		return nil, gone()
	}
	src, err := corpus.Write(at, text[manualFile], c.Manual)
	if err != nil {
		return nil, err
	}
	out[manualFile] = corpus.StateZero(at, src, c.Free...)
	return out, nil
}

// maxBack is how many saves ago a person may have begun what is saved now.
const maxBack = 1000

// before finds the files of a draft as one of its own commits had them.
func (d *Desk) before(h ledger.Head, was gitrepo.Hash) (ledger.Text, error) {
	for a, err := range d.Ledger.Repo.FirstParents(h.Commit, maxBack) {
		if err != nil {
			return nil, err
		}
		if a.Hash == gitrepo.Hash(h.Base.Commit) {
			break
		}
		if a.Hash != was {
			continue
		}
		return d.Ledger.TextIn(h, a.Tree)
	}
	return nil, fault.New(fault.Conflict, fault.Text{TH: "ร่างนี้เปลี่ยนไปจากที่เปิดไว้", EN: "The draft is not the one that was opened."},
		fault.Text{TH: "เปิดร่างใหม่ แล้วใส่สิ่งที่แก้ไว้", EN: "Open it again, and put in what you changed."})
}

// Refresh merges what is published now into a draft, which goes on from there.
// Conflicts are as of Save.
func (d *Desk) Refresh(ctx context.Context, by staff.Acting, ref review.Ref, choices map[string]compare.Choice) (Saved, error) {
	merged := false
	o, err := d.take(ctx, by, ref, review.Save, func(t taking) (ledger.Head, error) {
		if err := t.head.May(review.Save, by.Officer, t.owner); err != nil {
			return t.head, err
		}
		base, now, ours, err := d.sides(t.head)
		if err != nil {
			return t.head, err
		}
		text, err := ledger.Merge(t.head.Folder, base, ours, now, choices)
		if err != nil {
			return t.head, err
		}
		merged = true
		return d.Ledger.Rebase(ctx, t.acting, t.owner, t.head, text)
	})
	return Saved{o, merged}, err
}

// sides are the files where a draft began, those that are published now, and its
// own.
func (d *Desk) sides(h ledger.Head) (base, now, ours ledger.Text, err error) {
	from := review.Tree("")
	if !h.Base.Tree.IsZero() {
		from = review.Tree(h.Base.Tree.String())
	}
	_, main, err := d.Ledger.Repo.Resolve(gitrepo.Main)
	if err != nil {
		return nil, nil, nil, err
	}
	at, err := d.treeOf(main.Tree, h.Folder)
	if err != nil {
		return nil, nil, nil, err
	}
	base, err1 := d.Ledger.Text(from)
	now, err2 := d.Ledger.Text(at)
	ours, err3 := d.Ledger.Text(h.Tree)
	return base, now, ours, errors.Join(err1, err2, err3)
}

// treeOf is the hash of a folder, "" when it is not there.
func (d *Desk) treeOf(tree gitrepo.Hash, folder string) (review.Tree, error) {
	e, err := d.Ledger.Repo.Find(tree, folder)
	if errors.Is(err, fault.NotFound) {
		return "", nil
	}
	return review.Tree(e.Hash.String()), err
}

// CopyFrom returns the published text of a manual of any agency, to copy values
// from.
func (d *Desk) CopyFrom(ctx context.Context, by staff.Acting, id catalog.ManualID) (*catalog.Manual, error) {
	if !by.MayAnywhere(rights.WriteManual) {
		return nil, rights.Refused()
	}
	m, text, err := d.published(ctx, by, id)
	if err != nil {
		return nil, err
	}
	return decode(m.Folder, text)
}

// decode reads the manual of a folder; nil of one that can not be read.
func decode(folder string, text ledger.Text) (*catalog.Manual, error) {
	at, ok := corpus.FileAt(path.Join(folder, manualFile))
	if !ok {
		return nil, gone()
	}
	src, ok := text[manualFile]
	if !ok {
		return nil, nil //nolint:nilnil // compare takes nil for a manual in which nothing is filled in
	}
	value, _ := at.Decode(append([]byte(nil), src...))
	m, _ := value.(*catalog.Manual)
	return m, nil
}

// Pushed notes drafts that an officer pushed from an editor, whose refs have moved.
func (d *Desk) Pushed(ctx context.Context, by staff.Acting, refs ...review.Ref) {
	for _, ref := range refs {
		if err := d.pushed(ctx, by, ref); err != nil && !errors.Is(err, fault.NotFound) { // or it moved on
			d.Log.Error("a draft that was pushed can not be read", "ref", ref.String(), "error", err)
		}
	}
}

func (d *Desk) pushed(ctx context.Context, by staff.Acting, ref review.Ref) error {
	defer d.lock(ref.Manual)()
	d.moving.RLock()
	defer d.moving.RUnlock()
	o, err := d.load(ref)
	if err != nil {
		return err
	}
	owner, err := d.owner(o.Agency)
	if err != nil {
		return err
	}
	entry := d.entry(by, d.as(by, rights.WriteManual, owner).As, "revision.push", o.Agency, subjectOf(o.Head), "", toldOf(o.Head))
	d.keep(ctx, func(r Records) ([]Notice, error) { return nil, errors.Join(putOpen(r, o), r.Record(entry)) })
	return nil
}
