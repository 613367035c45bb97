package staff

import (
	"context"
	"errors"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/trail"
)

// Names returns what officers are called. Who is not there, or whose name was
// erased, is left out. It asks for no right: the ids come from what the acting
// person may see.
func (d *Desk) Names(ctx context.Context, ids ...catalog.OfficerID) (map[catalog.OfficerID]string, error) {
	return read(ctx, d.Store, func(r Records) (map[catalog.OfficerID]string, error) {
		names := map[catalog.OfficerID]string{}
		for _, id := range ids {
			if _, known := names[id]; known || id == "" {
				continue
			}
			switch u, err := r.User(id); {
			case err == nil:
				names[id] = u.Name
			case !errors.Is(err, fault.NotFound):
				return nil, err
			}
		}
		return names, nil
	})
}

// LatestTokens returns the newest token of each role of one agency and of each
// of its points, whatever became of it. Those of agencies below are not among
// them. With agency "" they are those of the roles of the whole country.
func (d *Desk) LatestTokens(ctx context.Context, by Acting, agency catalog.AgencyCode) (map[rights.Grant]Token, error) {
	if _, err := d.mayManage(by, rights.Grant{Role: latestOf(agency), Scope: rights.Scope{Agency: agency}}); err != nil {
		return nil, err
	}
	return read(ctx, d.Store, func(r Records) (map[rights.Grant]Token, error) {
		latest := map[rights.Grant]Token{}
		f := TokenFilter{Agencies: []catalog.AgencyCode{agency}, Now: d.now(), Page: trail.Page{Limit: 1000}}
		for {
			ts, all, err := r.FindTokens(f)
			if err != nil {
				return nil, err
			}
			for _, t := range ts {
				if _, newer := latest[t.Grant]; !newer {
					latest[t.Grant] = t
				}
			}
			if f.Page.Offset += len(ts); len(ts) == 0 || f.Page.Offset >= all {
				return latest, nil
			}
		}
	})
}

// latestOf is a role whose management is the management of all of an agency's,
// or the country's.
func latestOf(agency catalog.AgencyCode) catalog.Role {
	if agency == "" {
		return catalog.RoleDGA
	}
	return catalog.RoleCentral
}
