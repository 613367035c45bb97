package rights

import (
	"slices"

	"khumue/internal/catalog"
)

// Agencies returns for which agencies the officer may do an action, in the order
// of their codes, and whether it is all. Below tells an agency and all below it.
func (o Officer) Agencies(a Action, below func(catalog.AgencyCode) []catalog.AgencyCode) (codes []catalog.AgencyCode, everywhere bool) {
	reached, everywhere := o.Range(a)
	if everywhere {
		return nil, true
	}
	for _, r := range reached {
		switch r.Reach {
		case Own:
			codes = append(codes, r.Scope.Agency)
		case Tree:
			codes = append(codes, below(r.Scope.Agency)...)
		case Below:
			codes = append(codes, below(r.Scope.Agency)[1:]...)
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes), false
}

// Within cuts the agencies that an officer asks for, one and all below it, to those
// for which it may do an action; nil is all there are. Asking for none means all
// that it reaches. Reaching nothing of it is an error of kind Forbidden.
func (o Officer) Within(a Action, asked catalog.AgencyCode, below func(catalog.AgencyCode) []catalog.AgencyCode) ([]catalog.AgencyCode, error) {
	codes, everywhere := o.Agencies(a, below)
	switch {
	case !everywhere && len(codes) == 0:
		return nil, Refused()
	case asked == "" && everywhere:
		return nil, nil
	case asked == "":
		return codes, nil
	}
	all := below(asked)
	if everywhere {
		return all, nil
	}
	all = slices.DeleteFunc(slices.Clone(all), func(c catalog.AgencyCode) bool { _, ok := slices.BinarySearch(codes, c); return !ok })
	if len(all) == 0 {
		return nil, Refused()
	}
	return all, nil
}
