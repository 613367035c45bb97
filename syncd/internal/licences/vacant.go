package licences

import (
	"context"
	"errors"
	"slices"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/staff"
)

// vacantOf is vacant for requests by their ids. Those that are not there are left
// out.
func (d *Desk) vacantOf(ctx context.Context, by staff.Acting, ids []string) (map[string]bool, error) {
	if !isOPDC(by) {
		return nil, nil
	}
	var list []Request
	err := d.Store.Read(ctx, func(r Records) error {
		list = nil
		for _, id := range ids {
			q, err := r.Unlock(id)
			if err == nil {
				list = append(list, q)
			} else if !errors.Is(err, fault.NotFound) {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return d.vacant(ctx, by, list)
}

// vacant are the requests, by their ids, above which nobody central stands who could
// decide: none at all, or only who asked. It is looked up for the OPDC alone, which
// decides on these; and never in a transaction, since it asks for people.
func (d *Desk) vacant(ctx context.Context, by staff.Acting, list []Request) (map[string]bool, error) {
	if !isOPDC(by) || len(list) == 0 || d.People == nil {
		return nil, nil
	}
	chains := map[string][]catalog.AgencyCode{}
	var agencies []catalog.AgencyCode
	for _, q := range list {
		s, ok, err := d.spotOf(q.Point)
		if err != nil {
			return nil, err
		}
		if ok {
			chains[q.ID] = s.applicant().Chain[1:]
			agencies = append(agencies, chains[q.ID]...)
		}
	}
	slices.Sort(agencies)
	centrals, err := d.People.Centrals(ctx, slices.Compact(agencies)...)
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, q := range list {
		chain, ok := chains[q.ID]
		out[q.ID] = ok && !slices.ContainsFunc(chain, func(a catalog.AgencyCode) bool {
			return slices.ContainsFunc(centrals[a], func(id catalog.OfficerID) bool { return id != q.By })
		})
	}
	return out, nil
}

func isOPDC(by staff.Acting) bool {
	for _, g := range by.Grants {
		if g.Role == catalog.RoleOPDC {
			return true
		}
	}
	return false
}
