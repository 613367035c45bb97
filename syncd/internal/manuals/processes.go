package manuals

import (
	"errors"
	"io/fs"
	"path"
	"slices"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/gitrepo"
	"khumue/internal/thai"
)

// Processes returns the processes of an agency as they are published, in the
// order of the dictionary: a manual names the one behind it.
func (d *Desk) Processes(agency catalog.AgencyCode) ([]*catalog.Process, error) {
	folder, ok := d.Structure.Folder(agency)
	if !ok {
		return nil, nil
	}
	_, main, err := d.Ledger.Repo.Resolve(gitrepo.Main)
	if err != nil {
		return nil, err
	}
	files := d.Ledger.Repo.FS(main.Tree)
	entries, err := fs.ReadDir(files, path.Join(folder, "processes"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []*catalog.Process
	for _, e := range entries {
		at, ok := corpus.FileAt(path.Join(folder, "processes", e.Name()))
		if !ok {
			continue
		}
		value, _, err := at.Read(files)
		if err != nil {
			return nil, err
		}
		if p, ok := value.(*catalog.Process); ok && p.ID != "" {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b *catalog.Process) int { return thai.Compare(a.Title.TH, b.Title.TH) })
	return out, err
}
