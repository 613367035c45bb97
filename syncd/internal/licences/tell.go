package licences

import (
	"context"
	"slices"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/licence"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// tell tells people something. What fails is logged: what was done stands.
func (d *Desk) tell(ctx context.Context, n News) {
	if d.Tell == nil || len(n.To) == 0 {
		return
	}
	if err := d.Tell(ctx, n); err != nil {
		d.Log.Error("people were not told about licence reports", "topic", n.Topic, "error", err)
	}
}

// keepers are who may do an action for a point, without one person.
func (d *Desk) keepers(ctx context.Context, a rights.Action, agency catalog.AgencyCode, point catalog.PointCode, not catalog.OfficerID) []catalog.OfficerID {
	if d.People == nil {
		return nil
	}
	ids, err := d.People.Keepers(ctx, a, agency, point)
	if err != nil {
		d.Log.Error("who looks after licence reports can not be told", "error", err)
	}
	return slices.DeleteFunc(ids, func(id catalog.OfficerID) bool { return id == not })
}

// judges are who decides on a point's requests: the nearest central officer above
// who reports, or the OPDC where there is none, and where a department itself
// reports.
func (d *Desk) judges(ctx context.Context, s Spot, not catalog.OfficerID) (ids []catalog.OfficerID) {
	if d.People == nil {
		return nil
	}
	for _, code := range s.applicant().Chain[1:] {
		found, err := d.People.Keepers(ctx, rights.ReportForUnit, code, "") // which central officers do, each for the tree
		if err != nil {
			d.Log.Error("who decides on unlocks can not be told", "error", err)
		}
		if ids = slices.DeleteFunc(found, func(id catalog.OfficerID) bool { return id == not }); len(ids) > 0 {
			break
		}
	}
	if len(ids) == 0 || s.ByAgency {
		opdc, err := d.People.Everywhere(ctx, catalog.RoleOPDC)
		if err != nil {
			d.Log.Error("who decides on unlocks can not be told", "error", err)
		}
		ids = append(ids, opdc...)
	}
	return ids
}

// reporters are who reports for a point.
func (d *Desk) reporters(ctx context.Context, s Spot, not catalog.OfficerID) []catalog.OfficerID {
	return d.keepers(ctx, s.reports(), s.Agency, s.Point, not)
}

func (d *Desk) tellAsked(ctx context.Context, s Spot, months []calendar.Month, reason string, by staff.Acting) {
	slices.SortFunc(months, calendar.Month.Compare)
	for _, m := range slices.Compact(months) {
		d.tell(ctx, News{Asked, d.judges(ctx, s, by.ID), s.Name, s.Point, m, reason, d.id()})
	}
}

// group is requests that are told together.
type group struct {
	point catalog.PointCode
	month calendar.Month
	by    catalog.OfficerID
}

func (d *Desk) tellDecided(ctx context.Context, decided []Request, by staff.Acting) {
	told := map[group]bool{}
	for _, q := range decided {
		g := group{q.Point, q.Month, q.By}
		s, ok, err := d.spotOf(q.Point)
		if told[g] || !ok || err != nil {
			continue
		}
		told[g] = true
		topic := Refused
		if q.Granted {
			topic = Granted
		}
		to := append(d.reporters(ctx, s, by.ID), q.By)
		slices.Sort(to)
		d.tell(ctx, News{topic, slices.Compact(to), s.Name, s.Point, q.Month, q.Answer, q.ID})
	}
}

// Tend tells both sides of unlocks that ended unused since it was last called. It
// changes nothing of how reports stand.
func (d *Desk) Tend(ctx context.Context) error {
	if err := d.Follow(ctx); err != nil {
		return err
	}
	var list []Request
	err := d.Store.Write(ctx, func(r Records) (err error) {
		if list, err = r.Unlocks(RequestFilter{Lapsed: d.now()}); err != nil {
			return err
		}
		for _, q := range list {
			q.Told = true
			if err := r.PutUnlock(q); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	told := map[group]bool{}
	for _, q := range list {
		g := group{q.Point, q.Month, q.By}
		s, ok, err := d.spotOf(q.Point)
		if told[g] || !ok || err != nil {
			continue
		}
		told[g] = true
		to := append(d.reporters(ctx, s, ""), q.By, q.Judge)
		slices.Sort(to)
		d.tell(ctx, News{Lapsed, slices.Compact(to), s.Name, s.Point, q.Month, "", q.ID})
	}
	return nil
}

// Remind reminds who reports of what is missing of a month, for an agency and all
// below it, or one point; once a day. It returns of how many points somebody was
// told, and of how many there is nobody to tell.
func (d *Desk) Remind(ctx context.Context, by staff.Acting, unit catalog.AgencyCode, point catalog.PointCode, m calendar.Month) (told, nobody int, err error) {
	r, err := d.Rollup(ctx, by, unit, point, m, m)
	if err != nil {
		return 0, 0, err
	}
	target, err := d.reminds(unit, r)
	if err != nil || by.May(rights.SeeReports, target) != nil {
		return 0, 0, refused()
	}
	today := calendar.DateOf(d.Now()).ISO()
	for _, g := range r.Gaps {
		s, ok, err := d.spotOf(g.Point)
		if !ok || err != nil {
			continue
		}
		to := d.reporters(ctx, s, by.ID)
		if len(to) == 0 {
			nobody++
			continue
		}
		told++
		standing := licence.Report{Key: licence.Key{Point: g.Point, Month: m}}.Standing(d.now(), s.Calendar)
		d.tell(ctx, News{Reminded, to, s.Name, s.Point, m, standing.Next.TH, string(g.Point) + " " + m.ISO() + " " + today})
	}
	return told, nobody, nil
}

// reminds is what a right is asked for to remind.
func (d *Desk) reminds(unit catalog.AgencyCode, r Rollup) (rights.Target, error) {
	if unit == "" {
		return rights.Target{}, nil
	}
	t, err := d.Structure.Target(unit, "")
	t.Point = r.Point
	return t, err
}
