package search

import (
	"slices"
	"strings"
)

// dimension is one facet of a filter, and the value asked for.
type dimension struct{ prefix, value string }

func (f Filter) dimensions() []dimension {
	var out []dimension
	add := func(prefix, value string) {
		if value != "" {
			out = append(out, dimension{prefix, prefix + value})
		}
	}
	add("agency:", f.Agency)
	add("category:", f.Category)
	add("group:", f.Group)
	add("kind:", string(f.Kind))
	if f.Online {
		out = append(out, dimension{"online", "online"})
	}
	if f.Lang == "en" {
		out = append(out, dimension{"en", "en"})
	}
	return out
}

// signed are the dimensions that signatures tell; the agency's is not among
// them in a large portal.
func (s *searching) signed() []dimension {
	return slices.DeleteFunc(s.filter.dimensions(), func(d dimension) bool {
		return d.prefix == "agency:" && !s.x.manifest.AgencyValues
	})
}

// passes tells whether a document passes the filter.
func (s *searching) passes(r *record) bool {
	if s.filter.Agency != "" && !slices.Contains(r.agencies, s.filter.Agency) {
		return false
	}
	for _, d := range s.signed() {
		if !s.has(r.values, d.value) {
			return false
		}
	}
	return true
}

func (s *searching) has(values []int, value string) bool {
	return slices.Contains(values, slices.Index(s.x.manifest.Values, value))
}

// filtered returns the candidates that pass the filter, by their signatures.
func (s *searching) filtered(a *attempt) ([]candidate, error) {
	if err := s.readAgency(); err != nil {
		return nil, err
	}
	dims := s.signed()
	if len(dims) == 0 && s.agency == nil {
		return a.all, nil
	}
	var out []candidate
	for _, c := range a.all {
		if len(s.failing(c, dims)) == 0 && s.inAgency(c) {
			out = append(out, c)
		}
	}
	return out, nil
}

func (s *searching) failing(c candidate, dims []dimension) []dimension {
	var out []dimension
	for _, d := range dims {
		if !s.has(c.values, d.value) {
			out = append(out, d)
		}
	}
	return out
}

func (s *searching) inAgency(c candidate) bool { return s.agency == nil || s.agency[c.id] }

// agencyTails bounds what is read of the units of one agency.
const agencyTails = 4

// readAgency reads the units of the filter's agency where signatures do not
// tell.
func (s *searching) readAgency() error {
	if s.filter.Agency == "" || s.x.manifest.AgencyValues || s.agency != nil {
		return nil
	}
	t := hashTerm("fagency:" + s.filter.Agency)
	p, err := s.x.lookup(s.ctx, t)
	if err == nil {
		err = s.x.readTails(s.ctx, t, &p, agencyTails)
	}
	s.agency = map[int]bool{}
	for _, h := range p.list {
		s.agency[h.id] = true
	}
	return err
}

// browse lists what the filter leaves, for a question without atoms.
func (s *searching) browse(a *attempt) error {
	dims := s.filter.dimensions()
	if len(dims) == 0 {
		return nil
	}
	t := hashTerm("f" + dims[0].value)
	p, err := s.x.lookup(s.ctx, t)
	if err == nil && (s.x.manifest.Whole || s.limit > bestPostings) {
		err = s.x.readTails(s.ctx, t, &p, mostTails)
	}
	if err != nil {
		return err
	}
	a.cut = len(p.list) < p.units
	for _, h := range p.list {
		a.all = append(a.all, candidate{id: h.id, score: h.level, share: 1000, values: h.values})
	}
	slices.SortFunc(a.all, func(x, y candidate) int {
		if x.score != y.score {
			return y.score - x.score
		}
		return x.id - y.id
	})
	return nil
}

// facets counts the candidates under each value. One that fails the filter by
// a single facet is counted under that facet's values only: choosing another
// value there would show it.
func (s *searching) facets(all []candidate, units []ranked) Facets {
	f := Facets{Kinds: map[string]int{}, Categories: map[string]int{}, Groups: map[string]int{}, Agencies: map[string]int{}}
	dims := s.signed()
	for _, c := range all {
		failing := s.failing(c, dims)
		if len(failing) > 1 || !s.inAgency(c) {
			continue
		}
		for _, v := range c.values {
			if v >= len(s.x.manifest.Values) {
				continue // of a damaged shard
			}
			value := s.x.manifest.Values[v]
			if len(failing) == 1 && !strings.HasPrefix(value, failing[0].prefix) {
				continue
			}
			f.count(value)
		}
	}
	if !s.x.manifest.AgencyValues {
		f.countAgencies(units)
	}
	return f
}

func (f *Facets) count(value string) {
	sort, name, _ := strings.Cut(value, ":")
	switch sort {
	case "kind":
		f.Kinds[name]++
	case "category":
		f.Categories[name]++
	case "group":
		f.Groups[name]++
	case "agency":
		f.Agencies[name]++
	case "online":
		f.Online++
	}
}

// countAgencies counts what was read, where signatures do not name agencies.
func (f *Facets) countAgencies(units []ranked) {
	for _, u := range units {
		seen := map[string]bool{}
		for _, m := range u.members {
			for _, a := range m.record.agencies {
				if !seen[a] {
					seen[a] = true
					f.Agencies[a]++
				}
			}
		}
	}
}
