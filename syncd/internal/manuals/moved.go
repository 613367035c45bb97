package manuals

import (
	"context"
	"errors"
	"path"
	"slices"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/review"
)

// standing is where a manual stands in a tree of main, and what stands there.
type standing struct {
	folder string
	tree   gitrepo.Hash
}

// standings are those of all manuals of a tree.
func (d *Desk) standings(ctx context.Context, tree gitrepo.Hash) (map[catalog.ManualID]standing, error) {
	out := map[catalog.ManualID]standing{}
	err := d.folders(tree, "agencies", func(folder string, tree gitrepo.Hash) error {
		out[catalog.ManualID(path.Base(folder))] = standing{folder, tree}
		return ctx.Err()
	})
	return out, err
}

// catchReorganised is catchManuals where agencies were reorganised: of what stands
// elsewhere and is as it was, nothing is read but where it stands.
func (d *Desk) catchReorganised(ctx context.Context, before, now gitrepo.Hash, touched map[catalog.ManualID]bool) error {
	was, err1 := d.standings(ctx, before)
	is, err2 := d.standings(ctx, now)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	var read, moved []Manual
	var gone []catalog.ManualID
	for id, at := range is {
		old, there := was[id]
		switch {
		case !there || old.tree != at.tree || touched[id]:
			m, err := d.read(at.folder, at.tree)
			if err != nil {
				return err
			}
			read = append(read, m)
		case old.folder != at.folder:
			_, owner, _ := ledger.FolderOf(at.folder+"/"+manualFile, id)
			moved = append(moved, Manual{ID: id, Agency: owner, Folder: at.folder})
		}
	}
	for id := range was {
		if _, there := is[id]; !there {
			gone = append(gone, id)
		}
	}
	slices.Sort(gone)
	if err := writeRows(ctx, d.Store, read, putManual); err != nil {
		return err
	}
	put := func(r Records, m Manual) error {
		row, err := r.Manual(m.ID)
		if errors.Is(err, fault.NotFound) { // the index never had it
			if row, err = d.read(m.Folder, is[m.ID].tree); err == nil {
				err = putManual(r, row)
			}
			return err
		}
		if err != nil {
			return err
		}
		row.Agency, row.Folder = m.Agency, m.Folder
		return r.PutManual(row)
	}
	if err := writeRows(ctx, d.Store, moved, put); err != nil {
		return err
	}
	return writeRows(ctx, d.Store, gone, Records.DropManual)
}

// catchMoved reads the revisions under way again, whose manuals may stand with
// other agencies now though nobody touched them.
func (d *Desk) catchMoved(ctx context.Context) error {
	d.moving.Lock()
	defer d.moving.Unlock()
	var known map[string]gitrepo.Hash
	if err := d.Store.Read(ctx, func(r Records) (err error) { known, err = r.OpenRefs(); return err }); err != nil {
		return err
	}
	var opens []Open
	for name := range known {
		ref, err := review.ParseRef(name)
		if err != nil {
			continue
		}
		o, err := d.load(ref)
		switch {
		case err == nil:
			opens = append(opens, o)
		case !errors.Is(err, fault.NotFound): // or it moved on just now
			d.Log.Error("a revision can not be read", "ref", name, "error", err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return writeRows(ctx, d.Store, opens, putOpen)
}
