package manuals

import (
	"context"
	"errors"
	"maps"
	"path"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/internal/thai"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/review"
)

// maxLedger bounds how much of main's history is read.
const maxLedger = 20_000_000

// batch is how many rows a transaction of the index writes: others come between.
const batch = 2000

// states are where a revision under way may stand.
var states = []review.State{review.Draft, review.InReview, review.Endorsed}

// CatchUp brings the index to what git has: publications since the commit up to
// which it knows them, and revisions whose refs moved. It costs what changed.
func (d *Desk) CatchUp(ctx context.Context) error {
	d.catching.Lock()
	defer d.catching.Unlock()
	if err := d.flush(ctx); err != nil {
		return err
	}
	if err := d.catchMain(ctx); err != nil {
		return err
	}
	_, err := d.catchOpens(ctx)
	return err
}

// Follow is CatchUp of what is published alone.
func (d *Desk) Follow(ctx context.Context) error {
	d.catching.Lock()
	defer d.catching.Unlock()
	return errors.Join(d.flush(ctx), d.catchMain(ctx))
}

// catchMain brings manuals and publications to what main names.
func (d *Desk) catchMain(ctx context.Context) error {
	tip, main, err := d.Ledger.Repo.Resolve(gitrepo.Main)
	if err != nil {
		return err
	}
	var mark gitrepo.Hash
	if err := d.Store.Read(ctx, func(r Records) (err error) { mark, err = r.Mark(); return err }); err != nil {
		return err
	}
	if tip == mark {
		return nil
	}
	h, err := d.history(ctx, tip, mark)
	if errors.Is(err, errRewritten) {
		if err := d.Store.Write(ctx, Records.ClearManuals); err != nil {
			return err
		}
		h, err = d.history(ctx, tip, gitrepo.Hash{})
	}
	if err != nil {
		return err
	}
	if err := writeRows(ctx, d.Store, h.publications, Records.PutPublication); err != nil {
		return err
	}
	if err := writeRows(ctx, d.Store, h.confirmations, Records.PutConfirmation); err != nil {
		return err
	}
	catch := d.catchManuals
	if h.moved && !h.before.IsZero() {
		catch = d.catchReorganised
	}
	if err := catch(ctx, h.before, main.Tree, h.touched); err != nil {
		return err
	}
	if h.moved {
		if err := d.catchMoved(ctx); err != nil {
			return err
		}
	}
	return d.Store.Write(ctx, func(r Records) error { return r.SetMark(tip) })
}

// errRewritten says that main does not descend from what it was.
var errRewritten = errors.New("main does not descend from the commit that the index knows")

// history is what came to main.
type history struct {
	publications  []Publication // the earliest first
	confirmations []Confirmation
	touched       map[catalog.ManualID]bool // of which something was published
	before        gitrepo.Hash              // the tree of the mark; zero: all is new
	moved         bool                      // agencies were reorganised
}

// history reads main's first parents from a tip back to a mark, or to the root.
func (d *Desk) history(ctx context.Context, tip, mark gitrepo.Hash) (h history, err error) {
	h.touched = map[catalog.ManualID]bool{}
	found := false
	for a, err := range d.Ledger.Repo.FirstParents(tip, maxLedger) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return h, err
		}
		if a.Hash == mark {
			h.before, found = a.Tree, true
			break
		}
		h.moved = h.moved || proof.Stage(a.Trailer("Khumue-Stage")) == proof.Move
		p, ok, err := d.publication(a)
		if err != nil {
			return h, err
		}
		if ok {
			h.publications = append(h.publications, p)
			h.touched[p.Manual] = true
		}
		h.confirmations = append(h.confirmations, confirmations(a)...)
		brought, err := d.imported(a)
		if err != nil {
			return h, err
		}
		h.publications = append(h.publications, brought...)
		if len(a.Parents) > 0 {
			for _, p := range brought {
				h.touched[p.Manual] = true
			}
		}
	}
	if !mark.IsZero() && !found {
		return h, errRewritten
	}
	slices.Reverse(h.publications)
	return h, nil
}

// publication reads what a commit of main published; false when it was no manual.
// What the commit claims is believed: whether it is proven is for package proof.
func (d *Desk) publication(a gitrepo.Ancestor) (Publication, bool, error) {
	t, err := proof.ParseMessage(a.Message)
	if err != nil || t.Stage != proof.Publish && t.Stage != proof.Emergency {
		return Publication{}, false, nil //nolint:nilerr // what bears no trailers published nothing
	}
	p := Publication{Manual: t.Manual, Number: t.Revision, Commit: a.Hash, Tree: review.Tree(t.Tree.String()), Stage: t.Stage, At: a.Author.At.UTC(),
		By: t.Officer, Reason: t.Reason, InOrder: t.Stage == proof.Publish}
	if t.Tree.IsZero() {
		p.Tree = ""
	}
	if t.Stage == proof.Publish && len(a.Parents) == 2 {
		endorsed, err := d.Ledger.Repo.Commit(a.Parents[1])
		if err != nil {
			return p, false, err
		}
		if of, err := proof.ParseMessage(endorsed.Message); err == nil {
			p.Endorsed = of.Officer
		}
	}
	return p, true, nil
}

// imported are the manuals of main's first commit, or of a later import, as
// publications; none of any other commit.
func (d *Desk) imported(root gitrepo.Ancestor) ([]Publication, error) {
	if len(root.Parents) > 0 {
		return d.brought(root)
	}
	var out []Publication
	err := d.folders(root.Tree, "agencies", func(folder string, tree gitrepo.Hash) error {
		out = append(out, Publication{Manual: catalog.ManualID(path.Base(folder)), Commit: root.Hash, Tree: review.Tree(tree.String()),
			Stage: proof.Bootstrap, At: root.Author.At.UTC(), InOrder: true})
		return nil
	})
	return out, err
}

// folders tells the folders of all manuals below one of a tree.
func (d *Desk) folders(tree gitrepo.Hash, at string, do func(folder string, tree gitrepo.Hash) error) error {
	top, err := d.Ledger.Repo.Find(tree, at)
	if errors.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return d.below(top.Hash, at, do)
}

func (d *Desk) below(tree gitrepo.Hash, at string, do func(string, gitrepo.Hash) error) error {
	entries, err := d.Ledger.Repo.Entries(tree)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsFolder() || e.Name == "points" || e.Name == "processes" || e.Name == "services" {
			continue
		}
		to := d.below
		if path.Base(at) == "manuals" {
			to = func(tree gitrepo.Hash, at string, do func(string, gitrepo.Hash) error) error { return do(at, tree) }
		}
		if err := to(e.Hash, at+"/"+e.Name, do); err != nil {
			return err
		}
	}
	return nil
}

// catchManuals writes the manuals that differ between two trees of main, or of
// which something was published.
func (d *Desk) catchManuals(ctx context.Context, before, now gitrepo.Hash, touched map[catalog.ManualID]bool) error {
	var list []Manual
	if before.IsZero() {
		err := d.folders(now, "agencies", func(folder string, tree gitrepo.Hash) error {
			m, err := d.read(folder, tree)
			list = append(list, m)
			return errors.Join(err, ctx.Err())
		})
		if err != nil {
			return err
		}
		return writeRows(ctx, d.Store, list, putManual)
	}
	gone, err := d.differing(before, now, touched, &list)
	if err != nil {
		return err
	}
	read := map[catalog.ManualID]bool{}
	for _, m := range list {
		read[m.ID] = true
	}
	for id := range touched { // the text is as it was: published again
		if !read[id] && !slices.Contains(gone, id) {
			m, err := d.of(ctx, id)
			if err != nil && !errors.Is(err, fault.NotFound) {
				return err
			}
			if err == nil {
				list = append(list, m)
			}
		}
	}
	if err := writeRows(ctx, d.Store, list, putManual); err != nil {
		return err
	}
	return writeRows(ctx, d.Store, gone, Records.DropManual)
}

// differing reads the manuals whose files differ, and tells which went.
func (d *Desk) differing(before, now gitrepo.Hash, touched map[catalog.ManualID]bool, list *[]Manual) (gone []catalog.ManualID, err error) {
	seen, folders := map[string]bool{}, d.Ledger.FoldersOf(now)
	for diff, err := range d.Ledger.Repo.Diff(before, now) {
		if err != nil {
			return nil, err
		}
		dir, _, ok := strings.Cut(diff.Path, "/manuals/")
		rest := strings.TrimPrefix(diff.Path, dir+"/manuals/")
		id, _, inside := strings.Cut(rest, "/")
		if !ok || !inside || seen[dir+"/"+id] {
			continue
		}
		seen[dir+"/"+id] = true
		at := path.Join(dir, "manuals", id)
		folder, _, ok := ledger.FolderOf(at+"/"+manualFile, catalog.ManualID(id))
		if !ok {
			continue
		}
		tree, err := folders.Find(folder)
		switch {
		case errors.Is(err, fault.NotFound):
			gone = append(gone, catalog.ManualID(id))
			continue
		case err != nil:
			return nil, err
		}
		m, err := d.read(folder, tree)
		if err != nil {
			return nil, err
		}
		*list = append(*list, m)
	}
	came := map[catalog.ManualID]bool{}
	for _, m := range *list {
		came[m.ID] = true
	}
	return slices.DeleteFunc(gone, func(id catalog.ManualID) bool { return came[id] }), nil // it moved
}

// of returns a manual from the index.
func (d *Desk) of(ctx context.Context, id catalog.ManualID) (m Manual, err error) {
	err = d.Store.Read(ctx, func(r Records) error { m, err = r.Manual(id); return err })
	return m, err
}

// read reads what the index has of a manual's folder, but for what was published
// of it.
func (d *Desk) read(folder string, tree gitrepo.Hash) (Manual, error) {
	id := catalog.ManualID(path.Base(folder))
	m := Manual{ID: id, Folder: folder, Title: catalog.Text{TH: string(id)}}
	at, ok := corpus.FileAt(folder + "/" + manualFile)
	if !ok {
		return m, nil
	}
	m.Agency = at.Owner
	src, err := d.Ledger.Repo.File(tree, manualFile)
	if errors.Is(err, fault.NotFound) {
		return m, nil
	}
	if err != nil {
		return m, err
	}
	value, _ := at.Decode(src)
	if text, ok := value.(*catalog.Manual); ok {
		m.tell(text)
	}
	return m, nil
}

// tell takes from a manual's text what lists show of it.
func (m *Manual) tell(text *catalog.Manual) {
	if text.Title.TH != "" {
		m.Title = text.Title
	}
	found := append([]string{text.Summary.TH, text.Summary.EN}, text.CommonNames.Value...)
	m.Names = thai.Normalize(strings.Join(found, "\n"))
	m.Withdrawn = text.Withdrawn.Value.On != (catalog.Withdrawal{}).On
}

// putManual writes a manual together with what is published of it.
func putManual(r Records, m Manual) error {
	all, err := r.Publications(m.ID)
	if err != nil {
		return err
	}
	upTo := inOrder(all)
	if m.Published = (Publication{}); len(all) > 0 {
		m.Published = all[0]
	}
	if upTo > 0 {
		if err := r.SetInOrder(m.ID, upTo); err != nil {
			return err
		}
	}
	return r.PutManual(m)
}

// inOrder tells up to which number what was published in emergencies has been
// approved in order since, and notes it; the latest publication stands first.
func inOrder(all []Publication) (upTo int) {
	for i := range all {
		if all[i].Stage == proof.Publish {
			upTo = max(upTo, all[i].Number)
		}
		if all[i].Stage == proof.Emergency {
			all[i].InOrder = all[i].Number <= upTo
		}
	}
	return upTo
}

// writeRows writes rows, some at a time.
func writeRows[T any](ctx context.Context, s Store, rows []T, put func(Records, T) error) error {
	for some := range slices.Chunk(rows, batch) {
		err := s.Write(ctx, func(r Records) error {
			for _, row := range some {
				if err := put(r, row); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// catchOpens brings the revisions under way to what their refs name, and returns
// how many differed.
func (d *Desk) catchOpens(ctx context.Context) (int, error) {
	d.moving.Lock()
	defer d.moving.Unlock()
	refs := map[string]gitrepo.Hash{}
	for _, s := range states {
		some, err := d.Ledger.Repo.Refs().List(prefixOf(s))
		if err != nil {
			return 0, err
		}
		maps.Copy(refs, some)
	}
	var known map[string]gitrepo.Hash
	if err := d.Store.Read(ctx, func(r Records) (err error) { known, err = r.OpenRefs(); return err }); err != nil {
		return 0, err
	}
	var opens []Open
	var gone []string
	for name, at := range refs {
		ref, err := review.ParseRef(name)
		if err != nil || known[name] == at {
			continue
		}
		o, err := d.load(ref)
		switch {
		case errors.Is(err, fault.NotFound):
			continue // it moved on just now
		case err != nil:
			d.Log.Error("a revision can not be read", "ref", name, "error", err)
			continue
		}
		opens = append(opens, o)
	}
	for name := range known {
		if _, ok := refs[name]; !ok {
			gone = append(gone, name)
		}
	}
	if err := writeRows(ctx, d.Store, gone, Records.DropOpen); err != nil {
		return 0, err
	}
	return len(opens) + len(gone), writeRows(ctx, d.Store, opens, putOpen)
}

// prefixOf is how refs of a state begin.
func prefixOf(s review.State) string { return "refs/heads/" + string(s) + "/" }

// putOpen writes a revision under way, and its manual where none was published.
func putOpen(r Records, o Open) error {
	if err := r.PutOpen(o); err != nil {
		return err
	}
	m, err := r.Manual(o.Manual)
	switch {
	case errors.Is(err, fault.NotFound):
	case err != nil:
		return err
	case m.Published.Commit.IsZero():
	default:
		return nil
	}
	return r.PutManual(Manual{ID: o.Manual, Agency: o.Agency, Folder: o.Folder, Title: o.Title})
}

// load reads a revision under way from git.
func (d *Desk) load(ref review.Ref) (Open, error) {
	h, err := d.Ledger.Load(ref)
	if err != nil {
		return Open{}, err
	}
	return d.entitled(h)
}

// entitled finds the title of a revision.
func (d *Desk) entitled(h ledger.Head) (Open, error) {
	o := Open{Head: h, Title: catalog.Text{TH: string(h.Manual)}}
	if h.Tree == "" {
		return o, nil
	}
	tree, err := gitrepo.ParseHash(string(h.Tree))
	if err != nil {
		return o, err
	}
	m, err := d.read(h.Folder, tree)
	o.Title = m.Title
	return o, err
}
