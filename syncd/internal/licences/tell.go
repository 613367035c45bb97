package licences

import (
	"context"
	"slices"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
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

// finder finds people, as the roles stand when each action is first asked for.
type finder struct {
	desk *Desk
	by   map[rights.Action]*staff.Keepers
}

func (d *Desk) finder() *finder { return &finder{d, map[rights.Action]*staff.Keepers{}} }

// of are who may do an action for a point or agency, the nearest who are there,
// without one person. Who can not be found is logged: what was done stands.
func (f *finder) of(ctx context.Context, a rights.Action, agency catalog.AgencyCode, point catalog.PointCode, not catalog.OfficerID) (ids []catalog.OfficerID) {
	k, err := f.keepers(ctx, a)
	if err == nil && k != nil {
		ids, err = k.Of(ctx, agency, point)
	}
	if err != nil {
		f.desk.Log.Error("who looks after licence reports can not be found", "error", err)
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id catalog.OfficerID) bool { return id == not })
}

// keepers are who may do an action; nil where nobody is known at all.
func (f *finder) keepers(ctx context.Context, a rights.Action) (*staff.Keepers, error) {
	if f.by[a] != nil || f.desk.People == nil {
		return f.by[a], nil
	}
	k, err := f.desk.People.Keepers(ctx, a)
	if err == nil {
		f.by[a] = k
	}
	return k, err
}

// reporters are who reports for a point.
func (f *finder) reporters(ctx context.Context, s Spot, not catalog.OfficerID) []catalog.OfficerID {
	return f.of(ctx, s.reports(), s.Agency, s.Point, not)
}

// judges are who is asked to decide on a point's requests: the nearest central
// officers above who reports, and the OPDC where there are none, and where a
// department itself reports.
func (f *finder) judges(ctx context.Context, s Spot, not catalog.OfficerID) (ids []catalog.OfficerID) {
	for _, code := range s.applicant().Chain[1:] {
		// The right of central officers for their tree: each of them may decide below.
		if ids = f.of(ctx, rights.ReportForUnit, code, "", not); len(ids) > 0 {
			break
		}
	}
	if f.desk.People == nil || len(ids) > 0 && !s.ByOPDC {
		return ids
	}
	opdc, err := f.desk.People.Everywhere(ctx, catalog.RoleOPDC)
	if err != nil {
		f.desk.Log.Error("who decides on unlocks can not be found", "error", err)
	}
	return append(ids, opdc...)
}

func (d *Desk) tellAsked(ctx context.Context, s Spot, months []calendar.Month, reason string, by staff.Acting) {
	slices.SortFunc(months, calendar.Month.Compare)
	judges := d.finder().judges(ctx, s, by.ID)
	for _, m := range slices.Compact(months) {
		d.tell(ctx, News{Topic: Asked, To: judges, Place: s.Name, Point: s.Point, Month: m, Text: reason, Mark: d.id()})
	}
}

// group is requests that are told together.
type group struct {
	point catalog.PointCode
	month calendar.Month
	by    catalog.OfficerID
}

func (d *Desk) tellDecided(ctx context.Context, decided []Request, by staff.Acting) {
	told, find := map[group]bool{}, d.finder()
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
		to := append(find.reporters(ctx, s, by.ID), q.By)
		slices.Sort(to)
		d.tell(ctx, News{Topic: topic, To: slices.Compact(to), Place: s.Name, Point: s.Point, Month: q.Month, Text: q.Answer, Mark: q.ID})
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
	told, find := map[group]bool{}, d.finder()
	for _, q := range list {
		g := group{q.Point, q.Month, q.By}
		s, ok, err := d.spotOf(q.Point)
		if told[g] || !ok || err != nil {
			continue
		}
		told[g] = true
		to := append(find.reporters(ctx, s, ""), q.By, q.Judge)
		slices.Sort(to)
		d.tell(ctx, News{Topic: Lapsed, To: slices.Compact(to), Place: s.Name, Point: s.Point, Month: q.Month, Mark: q.ID})
	}
	return nil
}

// Remind reminds who reports of what is missing of a month, for an agency and all
// below it, or one point; once a day. It returns of how many points somebody was
// told, and of how many there is nobody to tell.
func (d *Desk) Remind(ctx context.Context, by staff.Acting, unit catalog.AgencyCode, point catalog.PointCode, m calendar.Month) (told, nobody int, err error) {
	if now := calendar.MonthOf(calendar.DateOf(d.Now())); m.Compare(now) >= 0 {
		return 0, 0, fault.New(fault.Invalid, fault.Text{TH: "เดือนนี้ยังไม่สิ้นสุด", EN: "This month is not over."}, fault.Text{TH: "เตือนได้เมื่อสิ้นเดือนแล้ว", EN: "Remind when it is."})
	}
	r, err := d.Rollup(ctx, by, unit, point, m, m)
	if err != nil {
		return 0, 0, err
	}
	target, err := d.reminds(unit, r)
	if err != nil || by.May(rights.SeeReports, target) != nil {
		return 0, 0, refused()
	}
	today, find := calendar.DateOf(d.Now()).ISO(), d.finder()
	for _, g := range r.Gaps {
		s, ok, err := d.spotOf(g.Point)
		if !ok || err != nil {
			continue
		}
		to := find.reporters(ctx, s, by.ID)
		if len(to) == 0 {
			nobody++
			continue
		}
		told++
		standing := licence.Report{Key: licence.Key{Point: g.Point, Month: m}}.Standing(d.now(), s.Calendar)
		d.tell(ctx, News{Topic: Reminded, To: to, Place: s.Name, Point: s.Point, Month: m, Text: standing.Next.TH, Mark: string(g.Point) + " " + m.ISO() + " " + today})
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
