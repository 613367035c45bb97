package staff

import (
	"context"
	"errors"
	"slices"

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

// LiveToken returns the token of a role and scope that can be redeemed now; false
// when there is none.
func (d *Desk) LiveToken(ctx context.Context, by Acting, g rights.Grant) (t Token, ok bool, err error) {
	if _, err := d.mayManage(by, g); err != nil {
		return t, false, err
	}
	t, err = read(ctx, d.Store, func(r Records) (Token, error) { return r.LiveToken(g) })
	if errors.Is(err, fault.NotFound) {
		return Token{}, false, nil
	}
	return t, err == nil && d.Live(t), err
}

// Vacant returns which of some roles of an agency nobody holds and nobody can
// take: there is no live token either. Who holds a role for one of its points
// holds it.
func (d *Desk) Vacant(ctx context.Context, by Acting, agency catalog.AgencyCode, roles []catalog.Role) ([]catalog.Role, error) {
	if _, err := d.mayManage(by, rights.Grant{Role: latestOf(agency), Scope: rights.Scope{Agency: agency}}); err != nil {
		return nil, err
	}
	return read(ctx, d.Store, func(r Records) (vacant []catalog.Role, err error) {
		held, err := r.GrantsOn(d.now(), []catalog.AgencyCode{agency})
		if err != nil {
			return nil, err
		}
		for _, role := range roles {
			g := rights.Grant{Role: role, Scope: rights.Scope{Agency: agency}}
			if slices.ContainsFunc(held, func(h Grant) bool { return h.Role == role }) {
				continue
			}
			t, err := r.LiveToken(g)
			switch {
			case errors.Is(err, fault.NotFound), err == nil && !t.live(d.now()):
				vacant = append(vacant, role)
			case err != nil:
				return nil, err
			}
		}
		return vacant, nil
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
