package immediate

import (
	"slices"

	"khumue/internal/catalog"
)

// Licensed returns which processes that end in a licence each point serves, by
// itself or by a published manual that names one, in the order of their ids. Points
// that are cancelled serve none.
func (d *Desk) Licensed() (map[catalog.PointCode][]catalog.ProcessID, error) {
	_, release, err := d.now()
	if err != nil {
		return nil, err
	}
	var ids []catalog.ProcessID
	for id, w := range d.index.works {
		if w.Licence {
			ids = append(ids, catalog.ProcessID(id))
		}
	}
	release()
	naming, err := d.Naming(ids...)
	if err != nil {
		return nil, err
	}
	if _, release, err = d.now(); err != nil {
		return nil, err
	}
	defer release()
	out := map[catalog.PointCode][]catalog.ProcessID{}
	serves := func(list []*Point, id catalog.ProcessID) {
		for _, p := range list {
			if p.Status != catalog.Cancelled && !slices.Contains(out[p.Code], id) {
				out[p.Code] = append(out[p.Code], id)
			}
		}
	}
	for _, id := range ids {
		serves(d.index.processes[id], id)
		for _, m := range naming[id] {
			serves(d.index.manuals[m], id)
		}
	}
	for _, list := range out {
		slices.Sort(list)
	}
	return out, nil
}
