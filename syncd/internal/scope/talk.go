package scope

import (
	"context"
	"errors"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
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

// notices are what the officers were told who may work on the office's machine, of what
// belongs to the office.
func (d *Desk) notices(ctx context.Context, o Office, l *links, tell func([]record) error) error {
	if d.Manuals == nil || d.Officers == nil {
		return tell(nil)
	}
	officers, err := d.Officers(ctx, o.ID)
	if err != nil {
		return err
	}
	local, err := d.local(ctx, o, l, officers)
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
				ok, err := d.concerns(l, n, local[to])
				if err != nil {
					return err
				}
				if ok {
					list = append(list, of(n.ID, cargo.NoticeOf(n)))
				}
			}
		}
		return tell(list)
	})
}

// local tells of officers whether all that they hold belongs to the office.
func (d *Desk) local(ctx context.Context, o Office, l *links, officers []catalog.OfficerID) (map[catalog.OfficerID]bool, error) {
	out := map[catalog.OfficerID]bool{}
	if d.Staff == nil || len(officers) == 0 {
		return out, nil
	}
	return out, d.Staff.Read(ctx, func(r staff.Records) error {
		for _, id := range officers {
			u, err := r.User(id)
			if errors.Is(err, fault.NotFound) {
				continue
			} else if err != nil {
				return err
			}
			out[id] = !slices.ContainsFunc(u.Officer().Grants, func(g rights.Grant) bool {
				return !slices.Contains(l.agencies, g.Scope.Agency) || o.Point != "" && g.Scope.Point != o.Point
			})
		}
		return nil
	})
}

// concerns reports whether a notice is of the office: of a manual of its agencies, or
// of one of its points. One that names neither is where all that its officer holds
// belongs to the office.
func (d *Desk) concerns(l *links, n manuals.Notice, local bool) (bool, error) {
	switch n.Topic {
	case manuals.UnlockAsked, manuals.UnlockGranted, manuals.UnlockRefused, manuals.UnlockLapsed, manuals.UnlockEnds, manuals.ReportMissing, manuals.ReportDue:
		if point, _, _ := strings.Cut(n.Key, "/"); point != "" {
			return l.owner(catalog.PointCode(point)) != "", nil
		}
		return local, nil
	}
	switch {
	case n.Manual == "":
		return local, nil
	case slices.Contains(l.own, n.Manual):
		return true, nil
	case !slices.ContainsFunc(l.agencies, func(a catalog.AgencyCode) bool { return strings.HasPrefix(string(n.Manual), string(a)+"-") }):
		return false, nil
	}
	f, err := d.finder(l.content) // of a new one, which stands nowhere yet
	if err != nil {
		return false, err
	}
	_, stands, err := f.manual(n.Manual)
	return !stands, err
}
