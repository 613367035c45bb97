package scope

import "context"
import "khumue/syncd/internal/cargo"

func (d *Desk) records(ctx context.Context, o Office, c *cursor, h cargo.Have, p *page) error {
	return nil
}
