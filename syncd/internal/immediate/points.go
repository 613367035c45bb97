package immediate

import (
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// PointFilter says which points are wanted. Zero fields do not restrict.
type PointFilter struct {
	Agency   catalog.AgencyCode
	Below    bool   // with those of all agencies below
	Province string // two digits
	Manual   catalog.ManualID
	Process  catalog.ProcessID
}

// Points returns the points that a filter lets through, shown or not, by agency
// and code.
func (d *Desk) Points(f PointFilter) ([]Point, error) {
	_, release, err := d.now()
	if err != nil {
		return nil, err
	}
	defer release()
	list, err := d.index.pointsOf(f)
	out := make([]Point, 0, len(list))
	for _, p := range list {
		out = append(out, *p)
	}
	return out, err
}

// pointsOf are the points that a filter lets through, in their order.
func (x *index) pointsOf(f PointFilter) ([]*Point, error) {
	within, err := x.within(f.Agency, f.Below)
	if err != nil {
		return nil, err
	}
	keeps := func(p *Point) bool {
		return within(p.Agency, p.path) && (f.Province == "" || p.Province == f.Province) &&
			(f.Process == "" || f.Manual == "" || slices.Contains(p.Processes, f.Process))
	}
	of := x.ordered.list
	switch {
	case f.Manual != "":
		of = x.manuals[f.Manual]
	case f.Process != "":
		of = x.processes[f.Process]
	case f.Agency != "" && !f.Below:
		of = x.ofAgency(f.Agency)
	}
	var out []*Point
	for _, p := range of {
		if keeps(p) {
			out = append(out, p)
		}
	}
	if f.Manual != "" || f.Process != "" {
		slices.SortFunc(out, pointOrder)
	}
	return out, nil
}

// ofAgency are the points of one agency.
func (x *index) ofAgency(code catalog.AgencyCode) []*Point {
	list := x.ordered.list
	first, _ := slices.BinarySearchFunc(list, &Point{Agency: code}, pointOrder)
	last := first
	for last < len(list) && list[last].Agency == code {
		last++
	}
	return list[first:last]
}

// within tells what belongs to an agency, by its own agency and its path, and with
// below to those below it. An agency that is not there is an error of kind
// NotFound; "" has all.
func (x *index) within(agency catalog.AgencyCode, below bool) (func(owner catalog.AgencyCode, file string) bool, error) {
	if agency == "" {
		return func(catalog.AgencyCode, string) bool { return true }, nil
	}
	at, ok := x.fileOf(string(agency))
	if !ok || at.Kind != corpus.AgencyFile {
		return nil, gone()
	}
	home := strings.TrimSuffix(at.Path, "agency.yaml")
	return func(owner catalog.AgencyCode, file string) bool {
		return owner == agency || below && strings.HasPrefix(file, home)
	}, nil
}

// Sides are the points that an officer may link to something, by whether they
// serve it.
type Sides struct {
	Linked, Free []Point // the first of them, by agency and code
	AllLinked    int
	AllFree      int
}

// Sides returns the points of a filter that an officer may link: those that serve
// all that is named, and the others, of each side as many as asked for; most < 0
// means all. Of those that serve it not, cancelled ones are left out.
func (d *Desk) Sides(by staff.Acting, f PointFilter, l Links, most int) (s Sides, err error) {
	_, release, err := d.now()
	if err != nil {
		return s, err
	}
	defer release()
	list, err := d.index.pointsOf(f)
	may := d.index.mayBy(by, rights.Link)
	add := func(to *[]Point, all *int, p *Point) {
		if *all++; most < 0 || len(*to) < most {
			*to = append(*to, *p)
		}
	}
	for _, p := range list {
		switch serves := p.serves(l); {
		case !may(p.Agency, p.Code), !serves && p.Status == catalog.Cancelled:
		case serves:
			add(&s.Linked, &s.AllLinked, p)
		default:
			add(&s.Free, &s.AllFree, p)
		}
	}
	return s, err
}

// Serving returns how many points serve something that is named.
func (d *Desk) Serving(l Links) (n int, err error) {
	_, release, err := d.now()
	if err != nil {
		return 0, err
	}
	defer release()
	for _, id := range l.Manuals {
		n = max(n, len(d.index.manuals[id]))
	}
	for _, id := range l.Processes {
		n = max(n, len(d.index.processes[id]))
	}
	return n, nil
}

// serves reports whether a point serves all that is named.
func (p *Point) serves(l Links) bool {
	for _, id := range l.Manuals {
		if !slices.Contains(p.Manuals, id) {
			return false
		}
	}
	for _, id := range l.Processes {
		if !slices.Contains(p.Processes, id) {
			return false
		}
	}
	return true
}

// mayBy tells for which agencies, and points of theirs, an officer may do an
// action.
func (x *index) mayBy(by staff.Acting, a rights.Action) func(catalog.AgencyCode, catalog.PointCode) bool {
	cover := by.Cover(a)
	return func(agency catalog.AgencyCode, point catalog.PointCode) bool {
		return cover.May(rights.Target{Chain: x.chain(agency), Point: point})
	}
}

// chain is an agency with those above it.
func (x *index) chain(code catalog.AgencyCode) []catalog.AgencyCode {
	if o := x.agencies[code]; o != nil {
		return o.chain
	}
	return []catalog.AgencyCode{code}
}
