package manuals

import (
	"context"
	"encoding/json"
	"path"
	"slices"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// Imported reports whether what is in force of a manual came by an import.
func (m Manual) Imported() bool {
	return m.Published.Stage == proof.Bootstrap || m.Published.Stage == proof.Import
}

// brought are the manuals that a later import brought or replaced, as publications.
func (d *Desk) brought(a gitrepo.Ancestor) ([]Publication, error) {
	t, err := proof.ParseMessage(a.Message)
	if err != nil || t.Stage != proof.Import {
		return nil, nil // what is no import brought nothing
	}
	before, err := d.Ledger.Repo.Commit(a.Parents[0])
	if err != nil {
		return nil, err
	}
	var out []Publication
	folders := d.Ledger.FoldersOf(a.Tree)
	for diff, err := range d.Ledger.Repo.Diff(before.Tree, a.Tree) {
		if err != nil {
			return nil, err
		}
		id := catalog.ManualID(path.Base(path.Dir(diff.Path)))
		folder, _, ok := ledger.FolderOf(diff.Path, id)
		if !ok || len(out) > 0 && out[len(out)-1].Manual == id {
			continue
		}
		tree, err := folders.Find(folder)
		if err != nil {
			return nil, err
		}
		out = append(out, Publication{Manual: id, Commit: a.Hash, Tree: review.Tree(tree.String()), Stage: proof.Import, At: a.Author.At.UTC(), By: t.Officer, InOrder: true})
	}
	return out, nil
}

// confirmations are those that a commit of main testifies.
func confirmations(a gitrepo.Ancestor) []Confirmation {
	t, err := proof.ParseMessage(a.Message)
	if err != nil || t.Stage != proof.Confirm {
		return nil
	}
	out := make([]Confirmation, len(t.Confirmed))
	for i, f := range t.Confirmed {
		out[i] = Confirmation{Manual: catalog.ManualID(path.Base(f.Path)), Commit: a.Hash, Tree: review.Tree(f.Tree.String()), By: t.Officer, At: a.Author.At.UTC()}
	}
	return out
}

// Unconfirmed returns a page of imported manuals that nobody has confirmed yet, of
// an agency and all below it, with "" of all whose revisions the officer may see.
func (d *Desk) Unconfirmed(ctx context.Context, by staff.Acting, agency catalog.AgencyCode, f Filter) (list []Manual, all int, err error) {
	if f.Agencies, err = by.Within(rights.SeeDrafts, agency, d.Structure.Below); err != nil {
		return nil, 0, err
	}
	err = d.Store.Read(ctx, func(r Records) (err error) {
		if list, err = r.Unconfirmed(f); err == nil {
			all, err = r.CountUnconfirmed(f)
		}
		return err
	})
	return list, all, err
}

// MayConfirm reports whether an officer may confirm imported manuals of an agency.
func (d *Desk) MayConfirm(by staff.Acting, agency catalog.AgencyCode) bool {
	owner, err := d.owner(agency)
	return err == nil && by.May(rights.ConfirmImport, owner) == nil
}

// Reading is a manual with the text that an officer read.
type Reading struct {
	Manual catalog.ManualID
	Tree   review.Tree
}

// MostConfirmed is how many manuals are confirmed at once.
const MostConfirmed = 100

// ConfirmImported confirms imported manuals with the text that was read, and
// returns how many; those that were confirmed already are left as they are. What
// one agency has of them is confirmed wholly or not at all. Another text than the
// one that was read is an error of kind Conflict; a manual that is not there is
// NotFound.
func (d *Desk) ConfirmImported(ctx context.Context, by staff.Acting, read ...Reading) (n int, err error) {
	if len(read) > MostConfirmed {
		return 0, fault.New(fault.Invalid, fault.Textf("ยืนยันได้ครั้งละไม่เกิน %d เล่ม", "At most %d manuals are confirmed at once.", MostConfirmed))
	}
	leave, err := d.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	if err := d.flush(ctx); err != nil {
		return 0, err
	}
	groups, err := d.toConfirm(ctx, by, read)
	if err != nil {
		return 0, err
	}
	for _, g := range groups {
		landed, err := d.Ledger.Confirm(ctx, func(gitrepo.Hash) (ledger.Acting, []ledger.Read, error) { return g.acting, g.read, nil })
		if err != nil {
			return n, err
		}
		n += len(g.read)
		d.keep(ctx, g.telling(d, by, landed))
	}
	return n, nil
}

// confirming is what is confirmed of one agency.
type confirming struct {
	agency catalog.AgencyCode
	acting ledger.Acting
	read   []ledger.Read
}

// toConfirm finds what is to be confirmed, agency by agency.
func (d *Desk) toConfirm(ctx context.Context, by staff.Acting, read []Reading) (groups []*confirming, err error) {
	for _, one := range read {
		m, err := d.of(ctx, one.Manual)
		if err != nil {
			return nil, absent(err)
		}
		owner, err := d.owner(m.Agency)
		if err != nil || by.May(rights.SeeDrafts, owner) != nil {
			return nil, gone()
		}
		if err := by.May(rights.ConfirmImport, owner); err != nil {
			return nil, err
		}
		done, err := d.confirmedAs(ctx, one)
		if err != nil {
			return nil, err
		}
		if !m.Imported() || done {
			continue
		}
		i := slices.IndexFunc(groups, func(g *confirming) bool { return g.agency == m.Agency })
		if i < 0 {
			i = len(groups)
			groups = append(groups, &confirming{agency: m.Agency, acting: d.as(by, rights.ConfirmImport, owner)})
		}
		tree, err := proof.ParseHash(string(one.Tree))
		if err != nil {
			return nil, err
		}
		groups[i].read = append(groups[i].read, ledger.Read{Folder: m.Folder, Tree: tree})
	}
	return groups, nil
}

func (d *Desk) confirmedAs(ctx context.Context, read Reading) (done bool, err error) {
	err = d.Store.Read(ctx, func(r Records) error {
		list, err := r.Confirmations(read.Manual)
		done = slices.ContainsFunc(list, func(c Confirmation) bool { return c.Tree == read.Tree })
		return err
	})
	return done, err
}

// telling tells the index and the trail of a confirmation.
func (g *confirming) telling(d *Desk, by staff.Acting, landed ledger.Landed) telling {
	ids := make([]catalog.ManualID, len(g.read))
	for i, r := range g.read {
		ids[i] = catalog.ManualID(path.Base(r.Folder))
	}
	subject := string(ids[0])
	if len(ids) > 1 {
		subject = string(g.agency)
	}
	after, err := json.Marshal(struct {
		Commit  string             `json:"commit"`
		Manuals []catalog.ManualID `json:"manuals"`
	}{landed.Commit.String(), ids})
	if err != nil {
		panic("manuals: the trail holds plain values only: " + err.Error())
	}
	entry := d.entry(by, g.acting.As, "import.confirm", g.agency, subject, "", string(after))
	return func(r Records) ([]Notice, error) {
		for i, one := range g.read {
			c := Confirmation{Manual: ids[i], Commit: landed.Commit, Tree: review.Tree(one.Tree.String()), By: by.ID, At: landed.At}
			if err := r.PutConfirmation(c); err != nil {
				return nil, err
			}
		}
		return nil, r.Record(entry)
	}
}

// Confirmed tells who confirmed the text of a manual that is in force; false where
// nobody did, or it was not imported.
func (d *Desk) Confirmed(ctx context.Context, m Manual) (c Confirmation, done bool, err error) {
	if !m.Imported() {
		return c, false, nil
	}
	err = d.Store.Read(ctx, func(r Records) error {
		list, err := r.Confirmations(m.ID)
		i := slices.IndexFunc(list, func(c Confirmation) bool { return c.Tree == m.Published.Tree })
		if done = i >= 0; done {
			c = list[i]
		}
		return err
	})
	return c, done, err
}

// Replaceable returns the folders of the manuals of some agencies that are
// published, and of each whether an import may replace it: it came by one and was
// never approved since.
func (d *Desk) Replaceable(ctx context.Context, agencies []catalog.AgencyCode) (map[string]bool, error) {
	if err := d.Follow(ctx); err != nil {
		return nil, err
	}
	out := map[string]bool{}
	err := d.Store.Read(ctx, func(r Records) error {
		for offset := 0; ; offset += 1000 {
			some, err := r.Manuals(Filter{Agencies: agencies, Page: trail.Page{Offset: offset, Limit: 1000}})
			if err != nil {
				return err
			}
			for _, m := range some {
				if !m.Published.Commit.IsZero() { // a revision stands before what was imported
					out[m.Folder] = m.Imported()
				}
			}
			if len(some) < 1000 {
				return nil
			}
		}
	})
	return out, err
}

// UnderWay reports whether a revision of a manual is under way.
func (d *Desk) UnderWay(ctx context.Context, id catalog.ManualID) (any bool, err error) {
	err = d.Store.Read(ctx, func(r Records) error {
		n, err := r.CountOpens(OpenFilter{Manual: id})
		any = n > 0
		return err
	})
	return any, err
}
