package licences

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/licence"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// Tally is how complete some reports are, and what they come to.
type Tally struct {
	licence.Sum
	Expected int
}

// Missing is how many were not handed in.
func (t Tally) Missing() int { return max(0, t.Expected-t.Reports) }

// Part is an agency, or a point, within what is rolled up.
type Part struct {
	Agency catalog.AgencyCode
	Point  catalog.PointCode // "" of an agency with all below it
	Name   catalog.Text
	Tally
}

// Gap is a point of which something was not handed in for the last month.
type Gap struct {
	Post
	Name catalog.Text
	Tally
}

// Rollup is the reports of an agency and all below it, as far as a person may see
// them.
type Rollup struct {
	Unit   catalog.AgencyCode // "" the country
	Point  catalog.PointCode  // of which alone it is; "" for all
	Months []calendar.Month
	Tally
	ByMonth []Tally // in the order of Months
	Parts   []Part  // by name; points stand before agencies
	Gaps    []Gap   // of the last month, by agency and name
}

// Rollup sums up reports of a run of months. What a person may not see of it is
// left out; who may see nothing of it is refused.
func (d *Desk) Rollup(ctx context.Context, by staff.Acting, unit catalog.AgencyCode, point catalog.PointCode, from, to calendar.Month) (out Rollup, err error) {
	if err := d.Follow(ctx); err != nil {
		return out, err
	}
	out = Rollup{Unit: unit, Point: point, Months: from.MonthsTo(to)}
	if len(out.Months) == 0 || len(out.Months) > mostMonths {
		return out, fault.New(fault.Invalid, fault.Textf("เลือกได้ 1 ถึง %d เดือน", "Choose 1 to %d months.", mostMonths))
	}
	agencies, err := by.Within(rights.SeeReports, unit, d.Structure.Below)
	if err != nil {
		return out, err
	}
	var cells []Cell
	err = d.Store.Read(ctx, func(r Records) error {
		cells, err = r.Cells(Span{agencies, point, from, to})
		return err
	})
	if err != nil {
		return out, err
	}
	return d.roll(out, d.seen(by, agencies, point), cells), nil
}

// seen are the posts that a person sees among some agencies.
func (d *Desk) seen(by staff.Acting, agencies []catalog.AgencyCode, point catalog.PointCode) []Post {
	within := map[catalog.AgencyCode]bool{}
	for _, a := range agencies {
		within[a] = true
	}
	cover, chains := by.Cover(rights.SeeReports), map[catalog.AgencyCode]rights.Target{}
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []Post
	for _, p := range d.posts {
		if agencies != nil && !within[p.Agency] || point != "" && p.Point != point {
			continue
		}
		t, ok := chains[p.Agency]
		if !ok {
			var err error
			if t, err = d.Structure.Target(p.Agency, ""); err != nil {
				t = rights.Target{Chain: []catalog.AgencyCode{p.Agency}}
			}
			chains[p.Agency] = t
		}
		t.Point = p.Point
		if cover.May(t) {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b Post) int { return cmp.Or(cmp.Compare(a.Agency, b.Agency), cmp.Compare(a.Point, b.Point)) })
	return out
}

// key tells parts apart.
type partKey struct {
	agency catalog.AgencyCode
	point  catalog.PointCode
}

func (d *Desk) roll(out Rollup, posts []Post, cells []Cell) Rollup {
	type cellKey struct {
		point catalog.PointCode
		month calendar.Month
	}
	have := make(map[cellKey]licence.Sum, len(cells))
	for _, c := range cells {
		have[cellKey{c.Point, c.Month}] = c.Sum
	}
	out.ByMonth = make([]Tally, len(out.Months))
	parts, heads := map[partKey][]Tally{}, map[catalog.AgencyCode]partKey{}
	for _, p := range posts {
		key := d.partOf(out.Unit, p, heads)
		if parts[key] == nil {
			parts[key] = make([]Tally, len(out.Months))
		}
		for i, m := range out.Months {
			t := Tally{have[cellKey{p.Point, m}], len(p.Expected(m))}
			for _, into := range []*Tally{&parts[key][i], &out.ByMonth[i]} {
				into.Join(t.Sum)
				into.Expected += t.Expected
			}
			if i == len(out.Months)-1 && t.Missing() > 0 {
				out.Gaps = append(out.Gaps, Gap{p, d.nameOf(p.Point), t})
			}
		}
	}
	slices.SortStableFunc(out.Gaps, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(a.Agency, b.Agency), strings.Compare(a.Name.TH, b.Name.TH))
	})
	out.Tally = overMonths(out.ByMonth)
	for key, months := range parts {
		p := Part{key.agency, key.point, catalog.Text{TH: string(key.agency)}, overMonths(months)}
		if key.point != "" {
			p.Name = d.nameOf(key.point)
		} else if a, ok := d.Places.Agency(key.agency); ok {
			p.Name = a.Name
		}
		if p.Expected+p.Reports > 0 {
			out.Parts = append(out.Parts, p)
		}
	}
	slices.SortFunc(out.Parts, func(a, b Part) int {
		return cmp.Or(cmp.Compare(min(1, len(b.Point)), min(1, len(a.Point))), strings.Compare(a.Name.TH, b.Name.TH), cmp.Compare(a.Agency, b.Agency), cmp.Compare(a.Point, b.Point))
	})
	return out
}

// overMonths sums up a run of months.
func overMonths(months []Tally) (t Tally) {
	for _, m := range months {
		t.Sum = t.Then(m.Sum)
		t.Expected += m.Expected
	}
	return t
}

// partOf is to which part a point belongs: itself where its agency is the one that
// is looked at, else the agency right below that.
func (d *Desk) partOf(unit catalog.AgencyCode, p Post, heads map[catalog.AgencyCode]partKey) partKey {
	if p.Agency == unit {
		return partKey{p.Agency, p.Point}
	}
	if key, ok := heads[p.Agency]; ok {
		return key
	}
	head := p.Agency
	if t, err := d.Structure.Target(p.Agency, ""); err == nil {
		head = t.Chain[len(t.Chain)-1]
		if i := slices.Index(t.Chain, unit); i > 0 {
			head = t.Chain[i-1]
		}
	}
	heads[p.Agency] = partKey{agency: head}
	return heads[p.Agency]
}

func (d *Desk) nameOf(code catalog.PointCode) catalog.Text {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p, ok := d.places[code]; ok {
		return p.Name
	}
	return catalog.Text{TH: string(code)}
}

// Duty is what somebody who reports has to do for a point and month.
type Duty struct {
	Spot
	Month calendar.Month
	Tally
	Locks  time.Time
	Locked bool
	Opened int       // how many of its reports are unlocked
	Until  time.Time // and until when the first of them
}

// mostDuties is for how many points duties are looked up; who reports for more is
// told of the roll-up.
const mostDuties = 300

// Duties returns what a person has to report, the oldest month first: of months
// that are over and not complete, and reports that are unlocked.
func (d *Desk) Duties(ctx context.Context, by staff.Acting) (list []Duty, err error) {
	if !by.MayAnywhere(rights.ReportLicences) && !by.MayAnywhere(rights.ReportForUnit) {
		return nil, nil
	}
	if err := d.Follow(ctx); err != nil {
		return nil, err
	}
	spots, agencies, err := d.duties(by)
	if err != nil || len(spots) == 0 {
		return nil, err
	}
	now := d.now()
	last := calendar.MonthOf(calendar.DateOf(now)).Add(-1)
	first := last.Add(1 - 12)
	have := map[licence.Key]licence.Sum{} // by point and month
	open := map[licence.Key][]Request{}
	err = d.Store.Read(ctx, func(r Records) error {
		cells, err := r.Cells(Span{Agencies: agencies, From: first, To: last})
		if err != nil {
			return err
		}
		clear(have)
		for _, c := range cells {
			have[licence.Key{Point: c.Point, Month: c.Month}] = c.Sum
		}
		asked, err := r.Unlocks(RequestFilter{Agencies: agencies, From: now.AddDate(-1, 0, 0), To: now.Add(time.Hour)})
		clear(open)
		for _, q := range asked {
			if q.Granted && q.Used.IsZero() && now.Before(q.Until) {
				k := licence.Key{Point: q.Point, Month: q.Month}
				open[k] = append(open[k], q)
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, m := range first.MonthsTo(last) {
		for _, s := range spots {
			k := licence.Key{Point: s.Point, Month: m}
			duty := Duty{Spot: s, Month: m, Tally: Tally{have[k], len(s.Expected(m))}, Locks: s.Calendar.Locks(m), Opened: len(open[k])}
			duty.Locked = !now.Before(duty.Locks)
			for _, q := range open[k] {
				if duty.Until.IsZero() || q.Until.Before(duty.Until) {
					duty.Until = q.Until
				}
			}
			if duty.Missing() > 0 || duty.Opened > 0 {
				list = append(list, duty)
			}
		}
	}
	return list, nil
}

// duties are the points that a person reports for, and their agencies.
func (d *Desk) duties(by staff.Acting) (spots []Spot, agencies []catalog.AgencyCode, err error) {
	reach := map[catalog.AgencyCode]bool{}
	for _, a := range []rights.Action{rights.ReportLicences, rights.ReportForUnit} {
		codes, _ := by.Agencies(a, d.Structure.Below) // nobody reports for the whole country
		for _, code := range codes {
			if d.Places.AgencyReports(code) == (a == rights.ReportForUnit) {
				reach[code] = true
			}
		}
	}
	d.mu.Lock()
	var codes []catalog.PointCode
	for agency := range reach {
		codes = append(codes, d.owned[agency]...)
	}
	d.mu.Unlock()
	slices.Sort(codes)
	agencies = []catalog.AgencyCode{}
	for _, code := range codes {
		s, ok, err := d.spotOf(code)
		if err != nil {
			return nil, nil, err
		}
		if !ok || !s.May(by, licence.Save) {
			continue
		}
		agencies = append(agencies, s.Agency)
		if spots = append(spots, s); len(spots) >= mostDuties {
			break
		}
	}
	slices.Sort(agencies)
	return spots, slices.Compact(agencies), nil
}

// Each gives the reports that were handed in one by one, by month, agency, point
// and process, without holding them: for what is counted over years. It asks for
// no right.
func (d *Desk) Each(ctx context.Context, s Span, do func(Line) error) error {
	return d.Store.Read(ctx, func(r Records) error { return r.Each(s, do) })
}
