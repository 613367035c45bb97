package corpus

import (
	"cmp"
	"io/fs"
	"path"
	"slices"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/thai"
)

// Portal is the content of one portal, read and checked. Lists are in the
// order in which people read them: by the author's sort number, then by name
// in the order of the Thai dictionary.
type Portal struct {
	Site      catalog.Site
	Labels    catalog.Labels
	Synonyms  [][]string
	Holidays  calendar.Holidays
	Surveys   []*catalog.Survey
	Pages     []*catalog.Page
	Agencies  []*catalog.Agency // a parent before its children
	Points    []*catalog.Point
	Manuals   []*catalog.Manual
	Processes []*catalog.Process
	Services  []*catalog.Service

	files       fs.FS
	paths       map[any]string // typed identifier, or pointer where there is none → content file
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
	years       []*catalog.HolidayYear
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

// Ancestors returns the agencies above code, the topmost first.
func (p *Portal) Ancestors(code catalog.AgencyCode) []*catalog.Agency {
	var up []*catalog.Agency
	for a := p.agencies[code]; a != nil && a.Parent != ""; {
		a = p.agencies[a.Parent]
		if a != nil {
			up = append(up, a)
		}
	}
	slices.Reverse(up)
	return up
}

// PointsOf returns the visible points of an agency itself, not of those below.
func (p *Portal) PointsOf(code catalog.AgencyCode) []*catalog.Point { return p.ownPoints[code] }

// ManualsOf returns the manuals that an agency owns itself.
func (p *Portal) ManualsOf(code catalog.AgencyCode) []*catalog.Manual { return p.ownManuals[code] }

// ServicesOf returns the other services of an agency itself.
func (p *Portal) ServicesOf(code catalog.AgencyCode) []*catalog.Service { return p.ownServices[code] }

// PointsServing returns the visible points that link a manual.
func (p *Portal) PointsServing(id catalog.ManualID) []*catalog.Point { return p.serving[id] }

// HoursOf returns a point's hours, or those of the nearest agency above that
// has any.
func (p *Portal) HoursOf(pt *catalog.Point) catalog.Hours {
	if !pt.Hours.IsZero() {
		return pt.Hours
	}
	for a := p.agencies[pt.Owner]; a != nil; a = p.agencies[a.Parent] {
		if !a.Hours.IsZero() {
			return a.Hours
		}
	}
	return catalog.Hours{}
}

// ClosuresOf returns a point's closures and those of every agency above it.
func (p *Portal) ClosuresOf(pt *catalog.Point) []catalog.Closure {
	all := slices.Clone(pt.Closures)
	if pt.Status == catalog.ClosedTemporarily && pt.Closed.IsGiven() {
		all = append(all, pt.Closed.Value)
	}
	for a := p.agencies[pt.Owner]; a != nil; a = p.agencies[a.Parent] {
		all = append(all, a.Closures...)
	}
	slices.SortStableFunc(all, func(a, b catalog.Closure) int { return a.From.Compare(b.From) })
	return all
}

// Label returns the category, group or tag (one of the lists of p.Labels)
// under a slug or a former slug.
func (p *Portal) Label(list []catalog.Label, slug catalog.Slug) (catalog.Label, bool) {
	if now, renamed := p.Labels.Aliases[slug]; renamed {
		slug = now
	}
	i := slices.IndexFunc(list, func(l catalog.Label) bool { return l.Slug == slug })
	if i < 0 {
		return catalog.Label{}, false
	}
	return list[i], true
}

// HasPage reports whether a page of text is written in lang.
func (p *Portal) HasPage(name string, lang catalog.Lang) bool {
	return slices.ContainsFunc(p.Pages, func(pg *catalog.Page) bool { return pg.Name == name && pg.Lang == lang })
}

// Path returns the content file of an object by its typed identifier.
func (p *Portal) Path(id any) string { return p.paths[id] }

// Attachment opens a file that lies beside the content file of id.
func (p *Portal) Attachment(id any, name string) (fs.File, error) {
	return p.files.Open(path.Join(path.Dir(p.paths[id]), name))
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
	var days []calendar.Holiday
	for _, y := range p.years {
		for _, h := range y.Holidays {
			days = append(days, calendar.Holiday{Date: h.Date, NameTH: h.Name.TH, NameEN: h.Name.In(catalog.EN), Scope: h.Scope})
		}
	}
	p.Holidays = calendar.NewHolidays(days)
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
	slices.SortFunc(p.Pages, func(a, b *catalog.Page) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Lang, b.Lang))
	})
	slices.SortFunc(p.years, func(a, b *catalog.HolidayYear) int { return cmp.Compare(a.Year, b.Year) })
}

// byName compares in the order of the Thai dictionary; equal names keep a
// stable order by identifier.
func byName[ID ~string](a, b catalog.Text, ida, idb ID) int {
	return cmp.Or(thai.Compare(a.TH, b.TH), cmp.Compare(ida, idb))
}
