package search

import (
	"unicode/utf16"

	"khumue/internal/thai"
)

func (s *searching) result(asked, repaired string, a *attempt) (Result, error) {
	res := Result{Query: asked, Repaired: repaired, Hits: []Hit{}, Total: len(a.pool), Approximate: a.cut}
	res.Facets = s.facets(a.all, a.units)
	forms := s.x.lexicon.wordings(a.question)
	for _, u := range a.units[:min(len(a.units), s.limit)] {
		res.Hits = append(res.Hits, s.hit(&u, forms))
	}
	return res, nil
}

// hit shows a unit: its best member, with the others in it.
func (s *searching) hit(u *ranked, forms []*wording) Hit {
	h := s.line(u.members[0], forms)
	h.Total = len(u.members)
	if whole := (Filter{Lang: s.filter.Lang, Exact: s.filter.Exact}); s.filter == whole {
		h.Total = max(h.Total, u.total)
	}
	for _, m := range u.members[1:] {
		h.Members = append(h.Members, s.line(m, forms))
	}
	if len(u.members) > 1 {
		h.Differs = differs(h.Title)
		for i := range h.Members {
			h.Members[i].Differs = differs(h.Members[i].Title)
		}
	}
	return h
}

// line shows one document.
func (s *searching) line(m rankedMember, forms []*wording) Hit {
	r := m.record
	h := Hit{
		Kind: r.kind, URL: r.url, TitleTH: r.titleTH, TitleEN: r.titleEN, Title: r.titleTH,
		Common: m.common, AgencyCode: r.agencyCode, Agency: r.agencyTH, Facts: r.factsTH,
		Online: s.has(r.values, "online"), HasEN: s.has(r.values, "en"), Score: m.score, Total: 1,
		CommonMark: [][2]int{}, Members: []Hit{},
	}
	if s.filter.Lang == "en" {
		h.Title, h.Agency, h.Facts = or(r.titleEN, h.Title), or(r.agencyEN, h.Agency), or(r.factsEN, h.Facts)
	}
	h.Marks = s.marks(h.Title, forms)
	if h.Common != "" {
		h.CommonMark = s.marks(h.Common, forms)
	}
	return h
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// marks returns the parts of a text that the best wording matches, in UTF-16
// units. A text that is not written as it is normalised has none: the places
// would be wrong.
func (s *searching) marks(text string, forms []*wording) [][2]int {
	n := s.x.lexicon.name(text)
	if units(text) != units(n.text) {
		return [][2]int{}
	}
	var best match
	for _, w := range forms {
		if m := w.compare(n); m.score > best.score {
			best = m
		}
	}
	out := [][2]int{}
	for j, marked := range best.marks {
		if !marked {
			continue
		}
		from, to := units(n.text[:n.atoms[j].start]), units(n.text[:n.atoms[j].end])
		if k := len(out); k > 0 && (out[k-1][1] == from || out[k-1][1]+1 == from && best.marks[j-1]) {
			out[k-1][1] = to
			continue
		}
		out = append(out, [2]int{from, to})
	}
	return out
}

func units(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// differs returns the part of a title behind its base.
func differs(title string) [2]int {
	t := thai.Normalize(title)
	if units(t) != units(title) {
		return [2]int{}
	}
	from := baseLen(t)
	for from < len(t) && t[from] == ' ' {
		from++
	}
	if from >= len(t) {
		return [2]int{}
	}
	return [2]int{units(t[:from]), units(t)}
}
