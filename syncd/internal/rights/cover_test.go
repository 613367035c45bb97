package rights_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"khumue/internal/catalog"
	"khumue/syncd/internal/rights"
)

// A Cover says what the officer's grants say one by one, whatever they are.
func TestACoverAgreesWithTheGrants(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	chains := [][]catalog.AgencyCode{{"mot"}, {"dlt", "mot"}, {"cmi", "dlt", "mot"}, {"moi"}, {"pao", "moi"}, nil}
	below := func(c catalog.AgencyCode) (out []catalog.AgencyCode) {
		out = []catalog.AgencyCode{c}
		for _, chain := range chains {
			if len(chain) > 0 && slices.Contains(chain[1:], c) {
				out = append(out, chain[0])
			}
		}
		return out
	}
	for range 2000 {
		var o rights.Officer
		for range chance.IntN(4) {
			g := rights.Grant{Role: catalog.Roles[chance.IntN(len(catalog.Roles))]}
			if !g.Role.Everywhere() {
				chain := chains[chance.IntN(5)]
				g.Scope.Agency = chain[0]
				if g.Role == catalog.RolePoint && chance.IntN(2) == 0 {
					g.Scope.Point = catalog.PointCode(fmt.Sprintf("%s-p%d", chain[0], chance.IntN(2)))
				}
			}
			o.Grants = append(o.Grants, g)
		}
		for _, a := range rights.Actions() {
			cover := o.Cover(a)
			codes, everywhere := o.Agencies(a, below)
			for _, chain := range chains {
				points := []catalog.PointCode{""}
				if len(chain) > 0 {
					points = append(points, catalog.PointCode(chain[0]+"-p0"), catalog.PointCode(chain[0]+"-p1"))
					if got, want := cover.Touches(chain), everywhere || slices.Contains(codes, chain[0]); got != want {
						t.Fatalf("%+v: %s touches %v: %v, want %v", o.Grants, a, chain, got, want)
					}
				}
				for _, p := range points {
					target := rights.Target{Chain: chain, Point: p}
					if got, want := cover.May(target), o.May(a, target) == nil; got != want {
						t.Fatalf("%+v: %s of %+v: %v, want %v", o.Grants, a, target, got, want)
					}
				}
			}
		}
	}
}
