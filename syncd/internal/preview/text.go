package preview

import (
	"context"

	"khumue/internal/catalog"
)

// Text renders a page of text in the language that it is written in. Sizes are those
// of the files beside it, in bytes. It does not change the page.
func (r *Room) Text(ctx context.Context, p *catalog.Page, sizes func(name string) int64) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b, english, err := r.builders()
	if err != nil {
		return nil, err
	}
	if p.Lang == catalog.EN {
		b = english
	}
	shown := b.Text(p, sizes)
	shown.NoIndex, shown.Structured = true, nil
	return r.print(shown.Shell, shown)
}
