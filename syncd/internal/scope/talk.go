package scope

import (
	"context"

	"khumue/internal/catalog"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/trail"
)

// comments are what was said about the revisions that the office has.
func (d *Desk) comments(ctx context.Context, o Office, l *links, tell func([]record) error) error {
	_, refs, err := d.running(o, l)
	if err != nil || d.Manuals == nil || len(refs) == 0 {
		return errOr(err, tell)
	}
	type revision struct {
		number int
		key    string
	}
	under := map[catalog.ManualID]map[revision]bool{}
	for _, ref := range refs {
		if under[ref.Manual] == nil {
			under[ref.Manual] = map[revision]bool{}
		}
		of := revision{number: ref.Number}
		if ref.Number == 0 {
			of.key = ref.Key
		}
		under[ref.Manual][of] = true
	}
	return d.Manuals.Read(ctx, func(r manuals.Records) error {
		var list []record
		for id, revisions := range under {
			said, err := r.Comments(id)
			if err != nil {
				return err
			}
			for _, c := range said {
				if revisions[revision{c.Number, c.Key}] {
					list = append(list, of(c.ID, cargo.CommentOf(c)))
				}
			}
		}
		return tell(list)
	})
}

// errOr tells that there is nothing, unless something went wrong.
func errOr(err error, tell func([]record) error) error {
	if err != nil {
		return err
	}
	return tell(nil)
}

// mostNotices is how many of an officer's notices an office has: the latest.
const mostNotices = 100

// notices are what the officers were told who work on the office's machine.
func (d *Desk) notices(ctx context.Context, o Office, _ *links, tell func([]record) error) error {
	if d.Manuals == nil || d.Officers == nil {
		return tell(nil)
	}
	officers, err := d.Officers(ctx, o.ID)
	if err != nil {
		return err
	}
	return d.Manuals.Read(ctx, func(r manuals.Records) error {
		var list []record
		for _, to := range officers {
			told, err := r.Notices(to, trail.Page{Limit: mostNotices})
			if err != nil {
				return err
			}
			for _, n := range told {
				list = append(list, of(n.ID, cargo.NoticeOf(n)))
			}
		}
		return tell(list)
	})
}
