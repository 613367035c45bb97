package rights

import "khumue/internal/catalog"

// Cover is for what an officer may do an action, made ready to be asked of many
// things, however many roles the officer holds.
type Cover struct {
	everywhere       bool
	own, tree, below map[catalog.AgencyCode]bool
	points           map[Scope]bool
	touched          map[catalog.AgencyCode]bool // agencies of those points
}

// Cover makes one.
func (o Officer) Cover(a Action) Cover {
	scopes, everywhere := o.Range(a)
	c := Cover{
		everywhere: everywhere, own: map[catalog.AgencyCode]bool{}, tree: map[catalog.AgencyCode]bool{}, below: map[catalog.AgencyCode]bool{},
		points: map[Scope]bool{}, touched: map[catalog.AgencyCode]bool{},
	}
	for _, s := range scopes {
		switch {
		case s.Scope.Agency == "":
		case s.Scope.Point != "" && s.Reach == Own:
			c.points[s.Scope], c.touched[s.Scope.Agency] = true, true
		case s.Scope.Point != "": // such a grant covers nothing
		case s.Reach == Own:
			c.own[s.Scope.Agency] = true
		case s.Reach == Tree:
			c.tree[s.Scope.Agency] = true
		case s.Reach == Below:
			c.below[s.Scope.Agency] = true
		}
	}
	return c
}

// May reports whether the officer may do the action for a target, as Officer.May
// decides.
func (c Cover) May(t Target) bool {
	return c.everywhere || c.whole(t.Chain) || t.Point != "" && len(t.Chain) > 0 && c.points[Scope{Agency: t.Chain[0], Point: t.Point}]
}

// Touches reports whether the officer may do the action for an agency, or for one
// of its points at least. The agency comes with those above it, itself first.
func (c Cover) Touches(chain []catalog.AgencyCode) bool {
	return c.everywhere || c.whole(chain) || len(chain) > 0 && c.touched[chain[0]]
}

func (c Cover) whole(chain []catalog.AgencyCode) bool {
	for i, code := range chain {
		if c.tree[code] || i == 0 && c.own[code] || i > 0 && c.below[code] {
			return true
		}
	}
	return false
}
