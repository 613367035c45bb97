package staff

import (
	"context"
	"errors"
	"slices"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
)

// Keepers are who looks after agencies and points, as the roles stand at one
// moment: whom to remind. It belongs to one goroutine.
type Keepers struct {
	desk   *Desk
	action rights.Action
	held   map[rights.Scope][]Grant
	gone   map[catalog.OfficerID]bool // whether one who was looked at may not sign in
}

// Keepers reads who may do an action for what. It asks for no right, as Holders.
func (d *Desk) Keepers(ctx context.Context, a rights.Action) (*Keepers, error) {
	k := &Keepers{desk: d, action: a}
	err := d.Store.Read(ctx, func(r Records) error {
		k.held, k.gone = map[rights.Scope][]Grant{}, map[catalog.OfficerID]bool{}
		all, err := r.GrantsOn(d.now(), nil)
		for _, g := range all {
			if g.Scope.Agency != "" { // who may do it everywhere is nobody's keeper
				k.held[g.Scope] = append(k.held[g.Scope], g)
			}
		}
		return err
	})
	return k, err
}

// Of returns who looks after an agency, or a point of it: who may do the action by
// a grant for the point alone, or else by one for the agency, or else by one for
// the nearest agency above that has somebody; in the order of their ids. What is
// not there has nobody.
func (k *Keepers) Of(ctx context.Context, agency catalog.AgencyCode, point catalog.PointCode) ([]catalog.OfficerID, error) {
	target, err := k.desk.target(rights.Scope{Agency: agency})
	if errors.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	target.Point = point
	var scopes []rights.Scope
	if point != "" {
		scopes = append(scopes, rights.Scope{Agency: agency, Point: point})
	}
	for _, code := range target.Chain {
		scopes = append(scopes, rights.Scope{Agency: code})
	}
	for _, s := range scopes {
		ids, err := k.holding(ctx, s, target)
		if err != nil || len(ids) > 0 {
			return ids, err
		}
	}
	return nil, nil
}

// holding are who may do the action for a target by a grant of one scope.
func (k *Keepers) holding(ctx context.Context, s rights.Scope, t rights.Target) (ids []catalog.OfficerID, err error) {
	for _, g := range k.held[s] {
		if (rights.Officer{ID: g.User, Grants: []rights.Grant{g.Grant}}).May(k.action, t) != nil || slices.Contains(ids, g.User) {
			continue
		}
		gone, err := k.isGone(ctx, g.User)
		if err != nil {
			return nil, err
		}
		if !gone {
			ids = append(ids, g.User)
		}
	}
	slices.Sort(ids)
	return ids, nil
}

func (k *Keepers) isGone(ctx context.Context, id catalog.OfficerID) (bool, error) {
	gone, known := k.gone[id]
	if known {
		return gone, nil
	}
	err := k.desk.Store.Read(ctx, func(r Records) error {
		u, err := r.User(id)
		gone = !u.Disabled.IsZero()
		return err
	})
	k.gone[id] = gone
	return gone, err
}
