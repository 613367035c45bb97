package immediate

import (
	"slices"
	"sync"

	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
)

// labelling remembers the categories of manuals by their text, so that each is read
// once.
type labelling struct {
	mu sync.Mutex
	of map[gitrepo.Hash][]catalog.Slug
}

// Categories returns the categories of the published manuals that name each of some
// processes, in the order of their slugs.
func (d *Desk) Categories(ids ...catalog.ProcessID) (map[catalog.ProcessID][]catalog.Slug, error) {
	naming, err := d.Naming(ids...)
	if err != nil {
		return nil, err
	}
	_, main, err := d.Ledger.Repo.Resolve(gitrepo.Main)
	if err != nil {
		return nil, err
	}
	d.labelling.mu.Lock()
	defer d.labelling.mu.Unlock()
	before := d.labelling.of
	d.labelling.of = map[gitrepo.Hash][]catalog.Slug{} // what is gone is forgotten
	out := map[catalog.ProcessID][]catalog.Slug{}
	for id, manuals := range naming {
		for _, m := range manuals {
			slugs, err := d.categoriesOf(main.Tree, m, before)
			if err != nil {
				return nil, err
			}
			out[id] = append(out[id], slugs...)
		}
		slices.Sort(out[id])
		out[id] = slices.Compact(out[id])
	}
	return out, nil
}

// categoriesOf are those of a manual; none of one that is gone meanwhile.
func (d *Desk) categoriesOf(content gitrepo.Hash, id catalog.ManualID, before map[gitrepo.Hash][]catalog.Slug) ([]catalog.Slug, error) {
	at, err := d.File(string(id))
	if err != nil {
		return nil, nil //nolint:nilerr // it is not published any more
	}
	h, err := d.blobOf(content, at.Path)
	if err != nil || h.IsZero() {
		return nil, err
	}
	slugs, known := before[h]
	if !known {
		src, err := d.Ledger.Repo.Read(gitrepo.Blob, h)
		if err != nil {
			return nil, err
		}
		value, _ := at.Decode(src)
		if m, ok := value.(*catalog.Manual); ok {
			slugs = m.Categories
		}
	}
	d.labelling.of[h] = slugs
	return slugs, nil
}
