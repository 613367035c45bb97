package immediate

import "khumue/internal/catalog"

// Titles returns what manuals, processes, services, points and agencies are called
// as they are published, by their identifiers. What is not there is left out, and
// so is a file that is broken.
func (d *Desk) Titles(ids ...string) (map[string]catalog.Text, error) {
	content, release, err := d.now()
	if err != nil {
		return nil, err
	}
	defer release()
	files, out := d.Ledger.Repo.FS(content), map[string]catalog.Text{}
	for _, id := range ids {
		at, ok := d.index.fileOf(id)
		if !ok {
			continue
		}
		value, _, err := at.Read(files)
		if err != nil {
			return nil, err
		}
		if title := titleOf(value); !title.IsZero() {
			out[id] = title
		}
	}
	return out, nil
}

func titleOf(value any) catalog.Text {
	switch v := value.(type) {
	case *catalog.Agency:
		return v.Name
	case *catalog.Point:
		return v.Name
	case *catalog.Process:
		return v.Title
	case *catalog.Service:
		return v.Title
	case *catalog.Manual:
		return v.Title
	}
	return catalog.Text{}
}
