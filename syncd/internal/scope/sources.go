package scope

import (
	"context"
	"errors"
	"maps"
	"slices"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// people are the officers who hold something for the office's agency, its points and
// the agencies below; of an office of one point, for the agency or that point.
func (d *Desk) people(ctx context.Context, o Office, l *links, tell func([]record) error) error {
	if d.Staff == nil || len(l.agencies) == 0 {
		return tell(nil)
	}
	return d.Staff.Read(ctx, func(r staff.Records) error {
		grants, err := r.GrantsOn(d.Now(), l.agencies)
		if err != nil {
			return err
		}
		held := map[catalog.OfficerID][]staff.Grant{}
		for _, g := range grants {
			if o.Point == "" || g.Scope.Point == "" || g.Scope.Point == o.Point {
				held[g.User] = append(held[g.User], g)
			}
		}
		var list []record
		for _, id := range slices.Sorted(maps.Keys(held)) {
			u, err := r.User(id)
			if errors.Is(err, fault.NotFound) {
				continue
			} else if err != nil {
				return err
			}
			list = append(list, of(string(id), cargo.PersonOf(u, held[id])))
		}
		return tell(list)
	})
}

func (d *Desk) settings(_ context.Context, _ Office, _ *links, tell func([]record) error) error {
	var list []record
	if d.Settings != nil {
		for name, value := range d.Settings() {
			list = append(list, of(name, cargo.SettingBody{Value: value}))
		}
	}
	return tell(list)
}

// posts are what the office's points have to report on.
func (d *Desk) posts(ctx context.Context, _ Office, l *links, tell func([]record) error) error {
	if d.Licences == nil || len(l.points) == 0 {
		return tell(nil)
	}
	return d.Licences.Read(ctx, func(r licences.Records) error {
		all, err := r.Posts()
		if err != nil {
			return err
		}
		var list []record
		for _, p := range all {
			if l.owner(p.Point) != "" {
				list = append(list, of(string(p.Point), cargo.PostBody{Point: string(p.Point), Agency: string(p.Agency), Held: p.Held}))
			}
		}
		return tell(list)
	})
}

// since is the first month whose reports an office has.
func (d *Desk) since() calendar.Month {
	months := d.Months
	if months <= 0 {
		months = DefaultMonths
	}
	return calendar.MonthOf(calendar.DateOf(d.Now())).Add(1 - months)
}

// reports are those of the office's points.
func (d *Desk) reports(ctx context.Context, _ Office, l *links, tell func([]record) error) error {
	if d.Licences == nil || len(l.points) == 0 {
		return tell(nil)
	}
	from := d.since()
	return d.Licences.Read(ctx, func(r licences.Records) error {
		var list []record
		for _, p := range l.points {
			reports, err := r.Reports(p.code, from, from.Add(1200))
			if err != nil {
				return err
			}
			for _, one := range reports {
				b := cargo.ReportOf(p.agency, one)
				rec := of(cargo.ReportID(one.Key), b)
				if one.Filed.Version > 1 {
					rec.body = func() ([]byte, error) {
						before, err := r.Versions(one.Key)
						b.Versions = nil
						for _, f := range before {
							b.Versions = append(b.Versions, cargo.FilingOf(f))
						}
						return cargo.Write(b), err
					}
				}
				list = append(list, rec)
			}
		}
		return tell(list)
	})
}

// unlocks are the requests for such reports to be opened.
func (d *Desk) unlocks(ctx context.Context, _ Office, l *links, tell func([]record) error) error {
	if d.Licences == nil || len(l.points) == 0 {
		return tell(nil)
	}
	from := d.since()
	return d.Licences.Read(ctx, func(r licences.Records) error {
		var list []record
		for _, p := range l.points {
			asked, err := r.Unlocks(licences.RequestFilter{Point: p.code})
			if err != nil {
				return err
			}
			for _, q := range asked {
				if q.Month.Compare(from) >= 0 {
					list = append(list, of(q.ID, cargo.UnlockOf(q)))
				}
			}
		}
		return tell(list)
	})
}

// endedDays is for how many days after its end a late request is told of.
const endedDays = 400

// cases are the late requests of the office's points, those that are open or ended
// not long ago.
func (d *Desk) cases(ctx context.Context, o Office, l *links, tell func([]record) error) error {
	if d.Delays == nil || len(l.points) == 0 {
		return tell(nil)
	}
	f := delays.Filter{Points: []catalog.PointCode{}, Page: trail.Page{Limit: 1000}}
	for _, p := range l.points {
		f.Points = append(f.Points, p.code)
	}
	ended := calendar.DateOf(d.Now()).AddDays(-endedDays)
	return d.Delays.Read(ctx, func(r delays.Records) error {
		var list []record
		for {
			found, err := r.Cases(f)
			if err != nil {
				return err
			}
			for _, v := range found {
				if v.Case.State == "open" || !v.Case.Ended.Before(ended) {
					list = append(list, d.caseOf(o, l, v))
				}
			}
			if len(found) < f.Page.Size() {
				return tell(list)
			}
			f.Page.Offset += len(found)
		}
	})
}

// caseOf is a late request as an office has it. Who the applicant is goes to the
// office whose point it is alone: of an agency's office the agency's own points.
func (d *Desk) caseOf(o Office, l *links, v delays.Record) record {
	knows := o.Point == v.Point || o.Point == "" && l.owner(v.Point) == o.Agency
	b := cargo.CaseOf(v)
	version := cargo.Version(cargo.Write(b), v.Person.Key, v.Person.Text, v.Code, []byte{bit(knows)})
	return record{v.ID, version, func() ([]byte, error) {
		b := b
		if knows && d.Vault != nil {
			private, err := delays.Reveal(d.Vault, v)
			if err == nil {
				b.Sealed, err = cargo.Seal(o.Box, cargo.Write(private), "case "+v.ID+" "+o.ID)
			}
			if err != nil && !errors.Is(err, fault.Invalid) { // what can not be opened here can be opened nowhere
				return nil, err
			}
		}
		return cargo.Write(b), nil
	}}
}

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}
