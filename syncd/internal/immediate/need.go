package immediate

import (
	"path"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/compare"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// need is a right that a change asks for.
type need struct {
	action rights.Action
	target rights.Target
}

// targetOf is what a file's right is asked for: its agency, as the folders of the
// content have it, and of a point the point.
func targetOf(at corpus.File) rights.Target {
	dir, below := strings.CutPrefix(path.Dir(at.Path), agencies+"/")
	if !below {
		return rights.Target{} // the portal's own
	}
	t := rights.Target{}
	for code := range strings.SplitSeq(dir, "/") {
		if slices.Contains([]string{"points", "processes", "services", "manuals"}, code) {
			break
		}
		t.Chain = append(t.Chain, catalog.AgencyCode(code))
	}
	slices.Reverse(t.Chain)
	if at.Kind == corpus.PointFile {
		t.Point = catalog.PointCode(at.Name)
	}
	return t
}

// usual are the rights by which files of a kind are edited, where nothing else is
// said of a field. What has none is not edited here.
var usual = map[corpus.Kind]rights.Action{
	corpus.AgencyFile:   rights.EditProfile,
	corpus.PointFile:    rights.EditProfile,
	corpus.ProcessFile:  rights.EditProcess,
	corpus.ServiceFile:  rights.EditService,
	corpus.CatalogFile:  rights.EditCatalog,
	corpus.SynonymsFile: rights.EditCatalog,
	corpus.HolidaysFile: rights.EditSettings,
	corpus.PageFile:     rights.EditSettings,
	corpus.SiteFile:     rights.EditSettings,
}

// special are fields that ask for another right than the rest of their file.
var special = map[corpus.Kind]map[string]rights.Action{
	corpus.AgencyFile: {
		"code": rights.EditStructure, "name": rights.EditStructure, "kind": rights.EditStructure, "org_code": rights.EditStructure,
		"retired": rights.EditStructure, "licence_reports": rights.EditSettings,
	},
	corpus.PointFile: {
		"status": rights.ShowPoint, "closed": rights.ShowPoint, "manuals": rights.Link, "processes": rights.Link,
	},
}

// needs are the rights that a change asks for: what it does first comes first.
func needs(at corpus.File, old, new any) ([]need, error) {
	action, known := usual[at.Kind]
	if !known {
		return nil, refused(fault.Textf("%s แก้ไขที่นี่ไม่ได้", "%s is not edited here", at.Path), fault.Text{})
	}
	t := targetOf(at)
	switch {
	case old == nil && at.Kind == corpus.AgencyFile && len(t.Chain) == 1:
		return []need{{rights.IssueFirst, rights.Target{}}}, nil
	case old == nil && at.Kind == corpus.AgencyFile:
		return []need{{rights.EditStructure, rights.Target{Chain: t.Chain[1:]}}}, nil
	case old == nil && at.Kind == corpus.PointFile:
		out := []need{{rights.EditStructure, rights.Target{Chain: t.Chain}}}
		if p, ok := new.(*catalog.Point); ok && len(p.Manuals)+len(p.Processes) > 0 {
			out = append(out, need{rights.Link, t})
		}
		return out, nil
	case old == nil || new == nil:
		return []need{{action, t}}, nil
	}
	var out []need
	for _, field := range fieldsOf(old, new) {
		a := action
		if other, ok := special[at.Kind][field]; ok {
			a = other
		}
		if !slices.ContainsFunc(out, func(n need) bool { return n.action == a }) {
			out = append(out, need{a, t})
		}
	}
	return out, nil
}

// fieldsOf are the fields of a file that differ, in their order.
func fieldsOf(old, new any) []string {
	var out []string
	for _, c := range compare.Objects(old, new) {
		if name := c.Path[0].Field; !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// decide holds an officer to what a change asks for, and returns by which right
// the first of it is done.
func decide(by staff.Acting, list []need) (ledger.Acting, error) {
	var out ledger.Acting
	for i, n := range list {
		g, ok := by.As(n.action, n.target)
		if !ok {
			return out, rights.Refused()
		}
		if i == 0 {
			out = ledger.Acting{Officer: by.Officer, As: g}
		}
	}
	return out, nil
}

// May reports whether an officer may change anything of a file: whether it is
// opened at all.
func May(by rights.Officer, at corpus.File) bool {
	t := targetOf(at)
	if a, known := usual[at.Kind]; known && by.May(a, t) == nil {
		return true
	}
	for _, a := range special[at.Kind] {
		if by.May(a, t) == nil {
			return true
		}
	}
	return false
}
