package licences

import (
	"cmp"
	"context"
	"slices"

	"khumue/internal/catalog"
)

// Named is a post with what its point is called.
type Named struct {
	Post
	Name catalog.Text
}

// Posts are what has been expected of all points, by agency and code. It asks for
// no right. What they hold is not to be changed.
func (d *Desk) Posts(ctx context.Context) ([]Named, error) {
	if err := d.Follow(ctx); err != nil {
		return nil, err
	}
	d.mu.Lock()
	out := make([]Named, 0, len(d.posts))
	for _, p := range d.posts {
		name := catalog.Text{TH: string(p.Point)}
		if at, ok := d.places[p.Point]; ok {
			name = at.Name
		}
		out = append(out, Named{p, name})
	}
	d.mu.Unlock()
	slices.SortFunc(out, func(a, b Named) int { return cmp.Or(cmp.Compare(a.Agency, b.Agency), cmp.Compare(a.Point, b.Point)) })
	return out, nil
}
