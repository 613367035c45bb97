package search

import (
	"cmp"
	"slices"
	"strings"
)

// ranked is a unit with its members in order.
type ranked struct {
	total   int
	score   int
	members []rankedMember
}

type rankedMember struct {
	record *record
	score  int
	common string // the common name that matched better than the titles
}

// Units whose records are fetched beyond the limit: the order by postings is
// not yet the final one.
const (
	spareSmall = 10
	spareLarge = 3
)

// Shares of the final score besides the best name, in thousandths, and of
// each doubling of the prior.
const (
	shareShare  = 200
	scoreShare  = 400
	priorReward = 4
)

// rank reads the records of the best candidates and orders them by their
// names.
func (s *searching) rank(a *attempt) error {
	pool, err := s.filtered(a)
	if err != nil {
		return err
	}
	a.pool = pool
	spare := spareLarge
	if s.x.manifest.Whole {
		spare = spareSmall
	}
	top := pool[:min(len(pool), s.limit+spare)]
	ids := make([]int, len(top))
	byID := map[int]*candidate{}
	most := 1
	for i := range top {
		ids[i] = top[i].id
		byID[top[i].id] = &top[i]
		most = max(most, top[i].score)
	}
	units, err := s.x.records(s.ctx, ids)
	if err != nil {
		return err
	}
	forms := s.x.lexicon.wordings(a.question)
	for i := range units {
		u, err := s.rankUnit(&units[i], byID[units[i].id], forms, most)
		if err != nil {
			return err
		}
		if len(u.members) > 0 {
			a.units = append(a.units, u)
		}
	}
	slices.SortFunc(a.units, func(x, y ranked) int {
		return cmp.Or(y.score-x.score, strings.Compare(x.members[0].record.url, y.members[0].record.url))
	})
	return nil
}

func (s *searching) rankUnit(u *unitRecord, c *candidate, forms []*wording, most int) (ranked, error) {
	out := ranked{total: u.total}
	base := c.share*shareShare/1000 + c.score*scoreShare/most
	members, err := s.membersOf(u)
	if err != nil {
		return out, err
	}
	for _, r := range members {
		m := s.rankMember(r, forms)
		m.score += base + r.weight*priorReward
		out.members = append(out.members, m)
	}
	slices.SortFunc(out.members, func(x, y rankedMember) int {
		return cmp.Or(y.score-x.score, strings.Compare(x.record.url, y.record.url))
	})
	if len(out.members) > 0 {
		out.score = out.members[0].score
	}
	return out, nil
}

// membersOf returns the members that pass the filter. Of a large unit the
// record holds some only; the others are asked for by the filter's agency.
func (s *searching) membersOf(u *unitRecord) ([]*record, error) {
	var out []*record
	for i := range u.members {
		if s.passes(&u.members[i]) {
			out = append(out, &u.members[i])
		}
	}
	if len(out) > 0 || s.filter.Agency == "" || u.total <= len(u.members) {
		return out, nil
	}
	p, err := s.x.lookup(s.ctx, memberTerm(u.id, s.filter.Agency))
	if err != nil {
		return nil, err
	}
	var ids []int
	for _, h := range p.list[:min(len(p.list), mostMembers)] {
		ids = append(ids, h.id)
	}
	units, err := s.x.records(s.ctx, ids)
	if err != nil {
		return nil, err
	}
	for i := range units {
		for j := range units[i].members {
			if s.passes(&units[i].members[j]) {
				out = append(out, &units[i].members[j])
			}
		}
	}
	return out, nil
}

// Thousandths of a common name's score that a title is worth, and that a
// second matching name adds.
const titleTrust = 970

func (s *searching) rankMember(r *record, forms []*wording) rankedMember {
	m := rankedMember{record: r}
	try := func(text string, trust int, common bool) {
		if text == "" {
			return
		}
		n := s.x.lexicon.name(text)
		for _, w := range forms {
			got := w.compare(n)
			if score := got.score * trust / 1000; score > m.score {
				m.score, m.common = score, ""
				if common {
					m.common = text
				}
			}
		}
	}
	try(r.titleTH, titleTrust, false)
	try(r.titleEN, titleTrust, false)
	for _, c := range r.names {
		try(c, 1000, true)
	}
	return m
}
