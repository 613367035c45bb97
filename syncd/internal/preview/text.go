package preview

import (
	"bytes"
	"context"

	"khumue/internal/catalog"
	"khumue/internal/page"
)

// Text renders a page of text in the language that it is written in. Sizes are those
// of the files beside it, in bytes. It does not change the page.
func (r *Room) Text(ctx context.Context, p *catalog.Page, sizes func(name string) int64) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	frame, err := r.frame()
	if err != nil {
		return nil, err
	}
	shown := page.NewBuilder(p.Lang, frame, r.theme, r.site, r.site).Text(p, sizes)
	shown.NoIndex, shown.Structured = true, nil
	var out bytes.Buffer
	if err := r.theme.Render(&out, shown.Shell, shown); err != nil {
		return nil, err
	}
	return quiet(out.Bytes()), nil
}
