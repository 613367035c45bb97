package manuals

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/compare"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// Folio is a manual with all that is known of it.
type Folio struct {
	Manual
	Open      []Open
	Published []Publication // the latest first
	May       Permissions
}

// Permissions are what an officer may begin with a manual.
type Permissions struct{ Revise, Withdraw, Restore bool }

// Manual returns a manual whose revisions the officer may see.
func (d *Desk) Manual(ctx context.Context, by staff.Acting, id catalog.ManualID) (f Folio, err error) {
	err = d.Store.Read(ctx, func(r Records) (err error) {
		if f.Manual, err = r.Manual(id); err != nil {
			return err
		}
		if f.Open, err = r.Opens(OpenFilter{Manual: id, Page: trail.Page{Limit: 100}}); err != nil {
			return err
		}
		f.Published, err = r.Publications(id)
		return err
	})
	if err != nil {
		return Folio{}, absent(err)
	}
	owner, err := d.owner(f.Agency)
	if err != nil || by.May(rights.SeeDrafts, owner) != nil {
		return Folio{}, gone()
	}
	write := by.May(rights.WriteManual, owner) == nil && f.inMain()
	f.May = Permissions{Revise: write, Withdraw: write && !f.Withdrawn, Restore: write}
	return f, nil
}

// inMain reports whether there is something published.
func (m Manual) inMain() bool { return !m.Published.Commit.IsZero() }

// Attachment is a form of a manual.
type Attachment struct {
	Name string
	Size int64 // bytes
	Hash string
}

// FileChange is a form that came, changed or went.
type FileChange struct {
	Name     string
	Old, New string // the hash of its bytes; "" when it is not there
}

// Sheet is all that a page of one revision shows.
type Sheet struct {
	Open
	Manual      *catalog.Manual // its text; nil when it can not be read
	Source      []byte          // manual.md
	Files       []Attachment    // by name
	InForce     *catalog.Manual // as published now, or before the revision; nil: nothing
	Published   Publication     // the same
	Changes     []compare.Change
	FileChanges []FileChange
	Problems    fault.Problems
	May         map[review.Step]error // nil: the officer may take it now; else why not. Only steps that the state has.
	Behind      bool                  // what is published is not what the text began from
	Others      []Open
	Comments    []Comment
	Present     []Presence
	Due         time.Time
}

// see loads a revision under way that an officer may see.
func (d *Desk) see(by staff.Acting, ref review.Ref) (Open, rights.Target, error) {
	o, err := d.load(ref)
	if err != nil {
		return o, rights.Target{}, absent(err)
	}
	owner, err := d.owner(o.Agency)
	if err != nil || by.May(rights.SeeDrafts, owner) != nil {
		return Open{}, owner, gone()
	}
	return o, owner, nil
}

// Revision returns a revision under way.
func (d *Desk) Revision(ctx context.Context, by staff.Acting, ref review.Ref) (s Sheet, err error) {
	var owner rights.Target
	if s.Open, owner, err = d.see(by, ref); err != nil {
		return s, err
	}
	base, now, own, err := d.sides(s.Head)
	if err != nil {
		return s, err
	}
	if s.Manual, s.Problems, err = d.Problems(ctx, s.Folder, own); err != nil {
		return s, err
	}
	s.Source, s.Files = own[manualFile], attachments(own)
	if s.InForce, err = decode(s.Folder, now); err != nil {
		return s, err
	}
	s.Changes, s.FileChanges = compare.Manuals(s.InForce, s.Manual), differ(now, own)
	s.Behind = !maps.EqualFunc(base, now, slices.Equal[[]byte])
	s.May = map[review.Step]error{}
	for _, step := range review.Steps {
		if s.May[step] = s.Head.May(step, by.Officer, owner); errors.Is(s.May[step], fault.Conflict) {
			delete(s.May, step)
		}
	}
	s.Due, s.Present = d.due(s.Open), d.present.others(ref, by.ID, d.Now())
	return s, d.Store.Read(ctx, func(r Records) error {
		m, err := r.Manual(s.Open.Manual)
		if err != nil && !errors.Is(err, fault.NotFound) {
			return err
		}
		s.Published = m.Published
		if s.Others, err = r.Opens(OpenFilter{Manual: s.Open.Manual, Page: trail.Page{Limit: 100}}); err != nil {
			return err
		}
		s.Others = slices.DeleteFunc(s.Others, func(o Open) bool { return o.Ref == ref })
		s.Comments, err = r.Comments(s.Open.Manual)
		s.Comments = slices.DeleteFunc(s.Comments, func(c Comment) bool { return !c.about(s.Head) })
		return err
	})
}

// attachments lists the forms of a folder.
func attachments(text ledger.Text) []Attachment {
	var out []Attachment
	for _, name := range slices.Sorted(maps.Keys(text)) {
		if name != manualFile {
			out = append(out, Attachment{Name: name, Size: int64(len(text[name])), Hash: gitrepo.Sum(gitrepo.Blob, text[name]).String()})
		}
	}
	return out
}

// differ lists the forms that came, changed or went.
func differ(old, now ledger.Text) []FileChange {
	var out []FileChange
	names := map[string]bool{}
	for _, t := range []ledger.Text{old, now} {
		for name := range t {
			names[name] = name != manualFile
		}
	}
	sum := func(t ledger.Text, name string) string {
		if data, ok := t[name]; ok {
			return gitrepo.Sum(gitrepo.Blob, data).String()
		}
		return ""
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if c := (FileChange{name, sum(old, name), sum(now, name)}); names[name] && c.Old != c.New {
			out = append(out, c)
		}
	}
	return out
}

// Find returns where revision n of a manual stands now, while it is under way.
func (d *Desk) Find(ctx context.Context, by staff.Acting, id catalog.ManualID, n int) (review.Ref, error) {
	opens, err := d.opens(ctx, OpenFilter{Manual: id, Page: trail.Page{Limit: 1000}})
	if err != nil {
		return review.Ref{}, err
	}
	for _, o := range opens {
		if o.Number == n && n > 0 {
			_, _, err := d.see(by, o.Ref)
			return o.Ref, err
		}
	}
	return review.Ref{}, gone()
}

// Past returns a revision that was published, by its number; 0 is what was
// imported. It is compared with what was published before it.
func (d *Desk) Past(ctx context.Context, by staff.Acting, id catalog.ManualID, n int) (s Sheet, err error) {
	f, err := d.Manual(ctx, by, id)
	if err != nil {
		return s, err
	}
	i := slices.IndexFunc(f.Published, func(p Publication) bool { return p.Number == n })
	if i < 0 {
		return s, gone()
	}
	p := f.Published[i]
	s.Head = ledger.Head{Revision: review.Revision{Manual: id, Agency: f.Agency, Number: n, State: review.Published, Tree: p.Tree,
		EndorsedBy: p.Endorsed, PublishedBy: p.By, Emergency: !p.InOrder}, Commit: p.Commit, Folder: f.Folder, Changed: p.At, By: p.By}
	if i > 0 {
		s.State = review.Superseded
	}
	own, err := d.Ledger.Text(p.Tree)
	if err != nil {
		return s, absent(err)
	}
	if s.Manual, err = decode(f.Folder, own); err != nil {
		return s, err
	}
	if s.Manual != nil {
		s.Title = s.Manual.Title
	}
	before := ledger.Text{}
	if i+1 < len(f.Published) {
		s.Published = f.Published[i+1]
		if before, err = d.Ledger.Text(s.Published.Tree); err != nil {
			return s, absent(err)
		}
	}
	if s.InForce, err = decode(f.Folder, before); err != nil {
		return s, err
	}
	s.Source, s.Files, s.Others = own[manualFile], attachments(own), f.Open
	s.Changes, s.FileChanges = compare.Manuals(s.InForce, s.Manual), differ(before, own)
	return s, d.Store.Read(ctx, func(r Records) (err error) {
		s.Comments, err = r.Comments(id)
		s.Comments = slices.DeleteFunc(s.Comments, func(c Comment) bool { return !c.about(s.Head) })
		return err
	})
}

// File returns a form of a revision under way, by its name.
func (d *Desk) File(_ context.Context, by staff.Acting, ref review.Ref, name string) ([]byte, error) {
	o, _, err := d.see(by, ref)
	if err != nil {
		return nil, err
	}
	text, err := d.Ledger.Text(o.Tree)
	if err != nil {
		return nil, err
	}
	data, ok := text[name]
	if !ok || name == manualFile {
		return nil, gone()
	}
	return data, nil
}

// PastFile returns a form as a publication had it.
func (d *Desk) PastFile(ctx context.Context, by staff.Acting, id catalog.ManualID, n int, name string) ([]byte, error) {
	s, err := d.Past(ctx, by, id, n)
	if err != nil {
		return nil, err
	}
	text, err := d.Ledger.Text(s.Tree)
	if err != nil {
		return nil, err
	}
	data, ok := text[name]
	if !ok || name == manualFile {
		return nil, gone()
	}
	return data, nil
}
