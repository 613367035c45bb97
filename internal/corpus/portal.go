package corpus

import (
	"cmp"
	"slices"

	"khumue/internal/catalog"
	"khumue/internal/thai"
)

// Portal is the content of one portal, read and checked. Lists are in the
// order in which people read them: by the author's sort number, then by name
// in the order of the Thai dictionary.
type Portal struct {
	Frame
	Agencies  []*catalog.Agency // a parent before its children
	Points    []*catalog.Point
	Manuals   []*catalog.Manual
	Processes []*catalog.Process
	Services  []*catalog.Service

	paths       map[any]string // typed identifier → content file
	agencies    map[catalog.AgencyCode]*catalog.Agency
	points      map[catalog.PointCode]*catalog.Point
	manuals     map[catalog.ManualID]*catalog.Manual
	processes   map[catalog.ProcessID]*catalog.Process
	services    map[catalog.ServiceID]*catalog.Service
	children    map[catalog.AgencyCode][]*catalog.Agency
	ownPoints   map[catalog.AgencyCode][]*catalog.Point
	ownManuals  map[catalog.AgencyCode][]*catalog.Manual
	ownServices map[catalog.AgencyCode][]*catalog.Service
	serving     map[catalog.ManualID][]*catalog.Point
}

// Agency returns an agency by its code.
func (p *Portal) Agency(code catalog.AgencyCode) (*catalog.Agency, bool) {
	a, ok := p.agencies[code]
	return a, ok
}

// Manual returns a manual by its id.
func (p *Portal) Manual(id catalog.ManualID) (*catalog.Manual, bool) {
	m, ok := p.manuals[id]
	return m, ok
}

// Process returns a process by its id.
func (p *Portal) Process(id catalog.ProcessID) (*catalog.Process, bool) {
	pr, ok := p.processes[id]
	return pr, ok
}

// Children returns the agencies directly below code; "" asks for the top.
func (p *Portal) Children(code catalog.AgencyCode) []*catalog.Agency { return p.children[code] }

// Chain returns an agency with those above it; empty when there is none.
func (p *Portal) Chain(code catalog.AgencyCode) catalog.Chain {
	var chain catalog.Chain
	for a := p.agencies[code]; a != nil; a = p.agencies[a.Parent] {
		chain = append(chain, a)
	}
	return chain
}

// PointsOf returns the visible points of an agency itself, not of those below.
func (p *Portal) PointsOf(code catalog.AgencyCode) []*catalog.Point { return p.ownPoints[code] }

// ManualsOf returns the manuals that an agency owns itself.
func (p *Portal) ManualsOf(code catalog.AgencyCode) []*catalog.Manual { return p.ownManuals[code] }

// ServicesOf returns the other services of an agency itself.
func (p *Portal) ServicesOf(code catalog.AgencyCode) []*catalog.Service { return p.ownServices[code] }

// PointsServing returns the visible points that link a manual.
func (p *Portal) PointsServing(id catalog.ManualID) []*catalog.Point { return p.serving[id] }

// Path returns the content file of an object by its typed identifier.
func (p *Portal) Path(id any) string { return p.paths[id] }

// newPortal returns a portal without objects.
func newPortal(frame Frame) *Portal {
	return &Portal{
		Frame: frame, paths: map[any]string{},
		agencies: map[catalog.AgencyCode]*catalog.Agency{}, points: map[catalog.PointCode]*catalog.Point{},
		manuals: map[catalog.ManualID]*catalog.Manual{}, processes: map[catalog.ProcessID]*catalog.Process{},
		services: map[catalog.ServiceID]*catalog.Service{},
	}
}

// Has reports whether there is an object of a kind under an identifier.
func (p *Portal) Has(kind Kind, id string) bool {
	switch kind {
	case AgencyFile:
		return hasKey(p.agencies, id)
	case PointFile:
		return hasKey(p.points, id)
	case ManualFile:
		return hasKey(p.manuals, id)
	case ProcessFile:
		return hasKey(p.processes, id)
	case ServiceFile:
		return hasKey(p.services, id)
	}
	return false
}

func hasKey[K ~string, V any](m map[K]V, id string) bool {
	_, ok := m[K(id)]
	return ok
}

// IDs lists the identifiers of a kind, in no order.
func (p *Portal) IDs(kind Kind) []string {
	switch kind {
	case AgencyFile:
		return keys(p.agencies)
	case ManualFile:
		return keys(p.manuals)
	case ProcessFile:
		return keys(p.processes)
	}
	return nil
}

func keys[K ~string, V any](m map[K]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, string(k))
	}
	return out
}

// Home returns the content file of an agency, "" when there is none.
func (p *Portal) Home(code catalog.AgencyCode) string { return p.paths[code] }

// Successor returns the manual that replaces a withdrawn one.
func (p *Portal) Successor(id catalog.ManualID) catalog.ManualID {
	if m, ok := p.manuals[id]; ok {
		return m.Withdrawn.Value.Successor
	}
	return ""
}

// index fills the lookups. It needs no references to be valid.
func (p *Portal) index() {
	p.children = map[catalog.AgencyCode][]*catalog.Agency{}
	p.ownPoints = map[catalog.AgencyCode][]*catalog.Point{}
	p.ownManuals = map[catalog.AgencyCode][]*catalog.Manual{}
	p.ownServices = map[catalog.AgencyCode][]*catalog.Service{}
	p.serving = map[catalog.ManualID][]*catalog.Point{}
	p.sort()
	for _, m := range p.Manuals {
		p.ownManuals[m.Owner] = append(p.ownManuals[m.Owner], m)
	}
	for _, s := range p.Services {
		p.ownServices[s.Owner] = append(p.ownServices[s.Owner], s)
	}
	for _, a := range p.Agencies {
		p.children[a.Parent] = append(p.children[a.Parent], a)
	}
	for _, pt := range p.Points {
		if !pt.Visible() {
			continue
		}
		p.ownPoints[pt.Owner] = append(p.ownPoints[pt.Owner], pt)
		for _, id := range pt.Manuals {
			p.serving[id] = append(p.serving[id], pt)
		}
	}
	p.Agencies = p.treeOrder("", nil)
}

func (p *Portal) treeOrder(parent catalog.AgencyCode, out []*catalog.Agency) []*catalog.Agency {
	for _, a := range p.children[parent] {
		out = p.treeOrder(a.Code, append(out, a))
	}
	return out
}

func (p *Portal) sort() {
	slices.SortFunc(p.Agencies, func(a, b *catalog.Agency) int { return byName(a.Name, b.Name, a.Code, b.Code) })
	slices.SortFunc(p.Points, func(a, b *catalog.Point) int {
		return cmp.Or(cmp.Compare(a.Sort, b.Sort), byName(a.Name, b.Name, a.Code, b.Code))
	})
	slices.SortFunc(p.Manuals, func(a, b *catalog.Manual) int { return byName(a.Title, b.Title, a.ID, b.ID) })
	slices.SortFunc(p.Processes, func(a, b *catalog.Process) int { return byName(a.Title, b.Title, a.ID, b.ID) })
	slices.SortFunc(p.Services, func(a, b *catalog.Service) int { return byName(a.Title, b.Title, a.ID, b.ID) })
}

// byName compares in the order of the Thai dictionary; equal names keep a
// stable order by identifier.
func byName[ID ~string](a, b catalog.Text, ida, idb ID) int {
	return cmp.Or(thai.Compare(a.TH, b.TH), cmp.Compare(ida, idb))
}
