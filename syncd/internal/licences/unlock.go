package licences

import (
	"context"
	"errors"
	"slices"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/licence"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// mostAsked is how many reports one request may be for, and how many a decision.
const mostAsked = 200

// Ask asks for reports of a point to be opened, each with a request of its own. Who
// asked for one of them already, and waits, has asked once.
func (d *Desk) Ask(ctx context.Context, by staff.Acting, point catalog.PointCode, keys []licence.Key, reason string) (asked int, err error) {
	q := Asking{Point: point, Keys: keys, Reason: reason}
	for range keys {
		q.IDs = append(q.IDs, d.id())
	}
	return d.ask(ctx, by, q)
}

func (d *Desk) ask(ctx context.Context, by staff.Acting, q Asking) (asked int, err error) {
	point, keys, reason := q.Point, q.Keys, q.Reason
	spot, err := d.spot(ctx, by, point)
	if err != nil {
		return 0, err
	}
	if !spot.May(by, licence.Ask) {
		return 0, refused()
	}
	if len(keys) == 0 || len(keys) > mostAsked {
		return 0, fault.New(fault.Invalid, fault.Text{TH: "ยังไม่ได้เลือกรายงานที่จะขอปลดล็อก", EN: "No report was chosen."}, fault.Text{TH: "เลือกอย่างน้อยหนึ่งรายงาน", EN: "Choose one at least."})
	}
	if ctx, err = d.noted(ctx, by, Deed{Asked: &q}); err != nil {
		return 0, err
	}
	var months []calendar.Month
	err = d.Store.Write(ctx, func(r Records) error {
		s := &session{Desk: d, Records: r, Spot: spot, by: by, now: d.now(), past: map[catalog.ProcessID][]licence.Report{}}
		asked, months = 0, nil
		for i, k := range keys {
			if k.Point != point || !slices.Contains(spot.Expected(k.Month), k.Process) {
				return gone()
			}
			did, err := s.ask(k, q.IDs[i], reason)
			if err != nil {
				return err
			}
			if did {
				asked++
				months = append(months, k.Month)
			}
		}
		return s.end(Written{File: true})
	})
	if err == nil && asked > 0 {
		d.tellAsked(ctx, spot, months, reason, by)
	}
	return asked, err
}

func (s *session) ask(k licence.Key, id, reason string) (bool, error) {
	was, err := s.report(k)
	if err != nil {
		return false, err
	}
	if was.Unlock.Waits() && was.Unlock.By == s.by.ID {
		return false, nil
	}
	hand, role := s.hand(s.by, licence.Ask)
	is, err := was.AskFor(id, reason, hand, s.now, s.Calendar)
	if errors.Is(err, fault.Invalid) {
		return false, err
	}
	if err != nil {
		return false, s.refuse(k, err)
	}
	return true, errors.Join(s.keep(was, is), s.note(role, "licence.ask", subject(k), nil, words{Reason: reason}))
}

// words are what somebody said, as the trail shows it.
type words struct {
	Reason  string     `json:"reason,omitempty"`
	Granted *bool      `json:"granted,omitempty"`
	Until   *time.Time `json:"until,omitempty"`
}

// Decide opens reports, or leaves them locked, by the ids of their requests. Who
// decided the same before has decided once.
func (d *Desk) Decide(ctx context.Context, by staff.Acting, ids []string, grant bool, answer string) (decided []Request, err error) {
	if len(ids) == 0 || len(ids) > mostAsked {
		return nil, fault.New(fault.Invalid, fault.Text{TH: "ยังไม่ได้เลือกคำขอ", EN: "No request was chosen."}, fault.Text{TH: "เลือกอย่างน้อยหนึ่งคำขอ", EN: "Choose one at least."})
	}
	if err := d.Follow(ctx); err != nil {
		return nil, err
	}
	vacant, err := d.vacantOf(ctx, by, ids)
	if err != nil {
		return nil, err
	}
	err = d.Store.Write(ctx, func(r Records) error {
		decided = nil
		for _, id := range ids {
			q, err := r.Unlock(id)
			if errors.Is(err, fault.NotFound) {
				return refused()
			} else if err != nil {
				return err
			}
			did, err := d.decide(r, by, q, vacant[id], grant, answer)
			if err != nil {
				return err
			}
			if did.ID != "" {
				decided = append(decided, did)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	d.tellDecided(ctx, decided, by)
	return decided, nil
}

// decide decides on one request. Above it is vacant where nobody central stands
// above.
func (d *Desk) decide(r Records, by staff.Acting, q Request, vacant, grant bool, answer string) (none Request, err error) {
	spot, ok, err := d.spotOf(q.Point)
	if err != nil {
		return none, err
	}
	spot.ByOPDC = spot.ByOPDC || vacant
	act := licence.Refuse
	if grant {
		act = licence.Grant
	}
	if !ok || !spot.May(by, act) {
		return none, refused()
	}
	if q.Judge == by.ID && q.Granted == grant && !q.Decided.IsZero() {
		return none, nil
	}
	s := &session{Desk: d, Records: r, Spot: spot, by: by, now: d.now(), past: map[catalog.ProcessID][]licence.Report{}}
	was, err := s.report(q.Key)
	if err != nil {
		return none, err
	}
	if was.Unlock.ID != q.ID {
		return none, fault.New(fault.Conflict, fault.Text{TH: "คำขอนี้มีผู้พิจารณาแล้ว และมีคำขอใหม่ของรายงานเดียวกัน", EN: "This request was decided, and there is a new one for the same report."},
			fault.Text{TH: "โหลดหน้านี้ใหม่ แล้วอ่านเหตุผลของคำขอใหม่", EN: "Load the page anew, and read the reason of the new request."})
	}
	hand, role := spot.hand(by, act)
	is, err := was.Decide(grant, answer, hand, s.now, spot.Calendar)
	if err != nil {
		return none, err
	}
	said := words{Reason: is.Unlock.Answer, Granted: &grant}
	if grant {
		said.Until = &is.Unlock.Until
	}
	q.Unlock = is.Unlock
	return q, errors.Join(s.keep(was, is), s.note(role, "licence."+string(act), subject(q.Key), nil, said))
}

// Waiting is a request as who decides sees it.
type Waiting struct {
	Request
	Report   licence.Report
	Spot     Spot
	Title    catalog.Text
	Own      bool // the person asked for it, and can not decide on it
	ByOffice bool // an agency asks for itself
	Vacant   bool // nobody central stands above who could decide
}

// Queue returns the requests that wait for a person's decision, the longest waiting
// first.
func (d *Desk) Queue(ctx context.Context, by staff.Acting) (list []Waiting, err error) {
	if !by.MayAnywhere(rights.GrantUnlock) {
		return nil, refused()
	}
	if err := d.Follow(ctx); err != nil {
		return nil, err
	}
	var all []Request
	err = d.Store.Read(ctx, func(r Records) (err error) {
		all, err = r.Unlocks(RequestFilter{Agencies: d.decides(by), Waiting: true})
		return err
	})
	if err != nil {
		return nil, err
	}
	mine, err := d.mine(ctx, by, all)
	if err != nil {
		return nil, err
	}
	err = d.Store.Read(ctx, func(r Records) error {
		list = nil
		for _, w := range mine {
			if w.Report, err = r.Report(w.Key); err != nil {
				return err
			}
			if w.Report.Unlock.ID == w.ID && w.Report.Unlock.Waits() {
				list = append(list, w)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var ids []catalog.ProcessID
	for _, w := range list {
		ids = append(ids, w.Process)
	}
	titles, err := d.Places.Titles(ids...)
	for i, w := range list {
		if list[i].Title = titles[w.Process]; list[i].Title.TH == "" {
			list[i].Title = catalog.Text{TH: string(w.Process)}
		}
	}
	return list, err
}

// mine are those of some requests on which a person decides.
func (d *Desk) mine(ctx context.Context, by staff.Acting, all []Request) (list []Waiting, err error) {
	vacant, err := d.vacant(ctx, by, all)
	if err != nil {
		return nil, err
	}
	for _, q := range all {
		spot, ok, err := d.spotOf(q.Point)
		if err != nil {
			return nil, err
		}
		spot.ByOPDC = spot.ByOPDC || vacant[q.ID]
		if ok && spot.May(by, licence.Grant) {
			list = append(list, Waiting{Request: q, Spot: spot, Own: q.By == by.ID, ByOffice: spot.ByAgency, Vacant: vacant[q.ID]})
		}
	}
	return list, nil
}

// decides are the agencies for whose requests the person may be asked; nil: all.
// Those of an officer's own agency are among them: its points stand below it.
func (d *Desk) decides(by staff.Acting) []catalog.AgencyCode {
	reached, everywhere := by.Range(rights.GrantUnlock)
	if everywhere {
		return nil
	}
	out := []catalog.AgencyCode{}
	for _, r := range reached {
		if r.Scope.Point == "" {
			out = append(out, d.Structure.Below(r.Scope.Agency)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Stats are what became of requests.
type Stats struct{ Asked, Waiting, Granted, Refused, Used, Open, Lapsed int }

// Stats counts the requests of an agency and all below it that were asked for in
// a run of days.
func (d *Desk) Stats(ctx context.Context, by staff.Acting, unit catalog.AgencyCode, p calendar.Period) (s Stats, err error) {
	agencies, err := by.Within(rights.SeeReports, unit, d.Structure.Below)
	if err != nil {
		return s, err
	}
	now := d.now()
	cover := by.Cover(rights.SeeReports)
	err = d.Store.Read(ctx, func(r Records) error {
		s = Stats{}
		list, err := r.Unlocks(RequestFilter{Agencies: agencies, From: p.From.Start(), To: p.To.End()})
		for _, q := range list {
			if target, err := d.Structure.Target(q.Agency, ""); err == nil {
				target.Point = q.Point
				if !cover.May(target) {
					continue
				}
			}
			s.count(q.Unlock, now)
		}
		return err
	})
	return s, err
}

// PointStats counts the requests for one point's reports that were asked for in a
// run of days.
func (d *Desk) PointStats(ctx context.Context, by staff.Acting, point catalog.PointCode, p calendar.Period) (s Stats, err error) {
	if _, err := d.spot(ctx, by, point); err != nil {
		return s, err
	}
	now := d.now()
	err = d.Store.Read(ctx, func(r Records) error {
		s = Stats{}
		list, err := r.Unlocks(RequestFilter{Point: point, From: p.From.Start(), To: p.To.End()})
		for _, q := range list {
			s.count(q.Unlock, now)
		}
		return err
	})
	return s, err
}

func (s *Stats) count(u licence.Unlock, now time.Time) {
	s.Asked++
	switch {
	case u.Waits():
		s.Waiting++
	case !u.Granted:
		s.Refused++
	default:
		s.Granted++
		switch {
		case !u.Used.IsZero():
			s.Used++
		case u.Lapsed(now):
			s.Lapsed++
		default:
			s.Open++
		}
	}
}
