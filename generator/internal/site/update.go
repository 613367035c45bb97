package site

import (
	"context"

	"khumue/generator/internal/publish"
)

func (b *builder) update(ctx context.Context, content Content, target *publish.Target, last *memory) error {
	return errAnew
}
