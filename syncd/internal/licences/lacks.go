package licences

import (
	"context"
	"slices"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// Lack is a report that was not handed in.
type Lack struct {
	Post
	Name    catalog.Text // of the point
	Process catalog.ProcessID
	Month   calendar.Month
	Locks   time.Time // the first instant at which it is too late
	Keepers int       // how many people report for the point, who would be reminded
}

// Lacks gives the reports of a roll-up's last month that were not handed in, one by
// one, in the order of its gaps. A person is given what the roll-up may show it. An
// error of do ends it.
func (d *Desk) Lacks(ctx context.Context, by staff.Acting, r Rollup, do func(Lack) error) error {
	if len(r.Gaps) == 0 {
		return nil
	}
	month := r.Months[len(r.Months)-1]
	agencies, err := by.Within(rights.SeeReports, r.Unit, d.Structure.Below)
	if err != nil {
		return err
	}
	filed := map[catalog.PointCode][]catalog.ProcessID{}
	for _, g := range r.Gaps {
		filed[g.Point] = nil
	}
	err = d.Store.Read(ctx, func(r Records) error {
		for point := range filed {
			filed[point] = nil
		}
		return r.Each(Span{Agencies: agencies, From: month, To: month}, func(l Line) error {
			if of, gap := filed[l.Point]; gap {
				filed[l.Point] = append(of, l.Process)
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	find := d.finder()
	for _, g := range r.Gaps {
		s, ok, err := d.spotOf(g.Point)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		keepers := len(find.reporters(ctx, s, ""))
		for _, id := range g.Post.Expected(month) {
			if slices.Contains(filed[g.Point], id) {
				continue
			}
			if err := do(Lack{g.Post, g.Name, id, month, s.Calendar.Locks(month), keepers}); err != nil {
				return err
			}
		}
	}
	return nil
}
