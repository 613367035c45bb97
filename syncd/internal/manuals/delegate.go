package manuals

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// LongestDelegation is for how many days a queue may be given to a colleague at
// once.
const LongestDelegation = 90

// queues are the roles that have a queue, with the right by which its holders are
// found.
var queues = map[catalog.Role]rights.Action{
	catalog.RoleAuthor: rights.WriteManual, catalog.RoleReviewer: rights.Endorse, catalog.RoleOPDC: rights.Publish,
}

// HasQueue reports whether work of manuals waits for who holds a role.
func HasQueue(role catalog.Role) bool { return queues[role] != "" }

// Days are the days of a delegation, the first and the last with it.
func (d Delegation) Days() calendar.Period {
	return calendar.Period{From: calendar.DateOf(d.First), To: calendar.DateOf(d.Last)}
}

// InForce reports whether a delegation holds at a moment.
func (d Delegation) InForce(at time.Time) bool {
	return (d.Ended.IsZero() || at.Before(d.Ended)) && d.Days().Contains(calendar.DateOf(at))
}

// Over reports whether a delegation holds no more, and never will again.
func (d Delegation) Over(at time.Time) bool {
	return !d.Ended.IsZero() || calendar.DateOf(at).After(d.Days().To)
}

// lent are the delegations that may change whom a notice goes to.
type lent []Delegation

// lent finds them.
func (d *Desk) lent(r Records, n Notice) (lent, error) {
	all, err := r.Delegations(n.At)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	m, err := r.Manual(n.Manual)
	if err != nil && !errors.Is(err, fault.NotFound) {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(all), func(one Delegation) bool {
		return !one.InForce(n.At) || !n.Topic.concerns(one.Role) || one.Agency != "" && one.Agency != m.Agency
	}), nil
}

// instead returns who gets what is meant for a person, and for whom when it is
// another. A deputy who is away too has a deputy; where they go round in a
// circle, or none of them may judge it, it stays with the person.
func (l lent) instead(who catalog.OfficerID, t Topic, to []catalog.OfficerID) (deputy, from catalog.OfficerID) {
	deputy, seen := who, []catalog.OfficerID{who}
	for {
		i := slices.IndexFunc(l, func(one Delegation) bool { return one.From == deputy })
		if i < 0 {
			break
		}
		if deputy = l[i].To; slices.Contains(seen, deputy) {
			return who, ""
		}
		seen = append(seen, deputy)
	}
	if deputy == who || t == Awaits && !slices.Contains(to, deputy) {
		return who, ""
	}
	return deputy, who
}

// Colleagues returns who else holds a role that the acting person holds, by their
// ids: to whom its queue may be given.
func (d *Desk) Colleagues(ctx context.Context, by staff.Acting, g rights.Grant) ([]catalog.OfficerID, error) {
	if !HasQueue(g.Role) || !slices.Contains(by.Grants, g) {
		return nil, rights.Refused()
	}
	all, err := d.People.Holders(ctx, queues[g.Role], g.Scope.Agency)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(slices.Clone(all), func(id catalog.OfficerID) bool { return id == by.ID })
	slices.Sort(all)
	return slices.Compact(all), nil
}

// Delegate gives the queue of a role that the acting person holds to a colleague
// who holds the same, from the first to the last day. Both see it from then on.
func (d *Desk) Delegate(ctx context.Context, by staff.Acting, to catalog.OfficerID, g rights.Grant, first, last calendar.Date) (Delegation, error) {
	colleagues, err := d.Colleagues(ctx, by, g)
	if err != nil {
		return Delegation{}, err
	}
	now := d.now()
	if err := mayDelegate(by.ID, to, colleagues, calendar.Period{From: first, To: last}, calendar.DateOf(now)); err != nil {
		return Delegation{}, err
	}
	given := Delegation{
		ID: d.id(), From: by.ID, To: to, Role: g.Role, Agency: g.Scope.Agency,
		First: first.Start().UTC(), Last: last.End().Add(-time.Microsecond).UTC(), Made: now,
	}
	var told []Notice
	err = d.Store.Write(ctx, func(r Records) (err error) {
		if err := alone(r, given, now); err != nil {
			return err
		}
		if err := r.PutDelegation(given); err != nil {
			return err
		}
		if err := r.Record(d.delegated(by, "delegation.give", given, "", stateOf(given))); err != nil {
			return err
		}
		days := given.Days()
		told, err = d.tell(r, Notice{Topic: Deputised, By: by.ID, Title: catalog.Text{
			TH: g.Role.Name().TH + " " + days.Short("th"), EN: g.Role.Name().EN + ", " + days.Short("en"),
		}}, to)
		return err
	})
	if err != nil {
		return Delegation{}, err
	}
	d.announce(told)
	return given, nil
}

// mayDelegate tells what is wrong with a delegation by itself.
func mayDelegate(from, to catalog.OfficerID, colleagues []catalog.OfficerID, days calendar.Period, today calendar.Date) error {
	switch {
	case to == "" || to == from:
		return fault.New(fault.Invalid, fault.Text{TH: "ต้องมอบให้ผู้อื่น", EN: "It has to be given to somebody else."}, fault.Text{TH: "เลือกเพื่อนร่วมงาน", EN: "Choose a colleague."})
	case !slices.Contains(colleagues, to):
		return fault.New(fault.Invalid, fault.Text{TH: "ผู้นี้ไม่ได้มีบทบาทเดียวกันในหน่วยงานเดียวกัน", EN: "This person does not hold the same role for the same agency."},
			fault.Text{TH: "เลือกจากรายชื่อ", EN: "Choose from the list."})
	case days.From.IsZero() || days.To.IsZero():
		return fault.New(fault.Invalid, fault.Text{TH: "ต้องระบุวันแรกและวันสุดท้าย", EN: "The first and the last day are needed."})
	case days.To.Before(days.From):
		return fault.New(fault.Invalid, fault.Text{TH: "วันสุดท้ายมาก่อนวันแรก", EN: "The last day comes before the first."})
	case days.From.Before(today):
		return fault.New(fault.Invalid, fault.Text{TH: "วันแรกผ่านมาแล้ว", EN: "The first day has passed."}, fault.Text{TH: "เลือกวันนี้หรือหลังจากนี้", EN: "Choose today or a later day."})
	case days.Days() > LongestDelegation:
		return fault.New(fault.Invalid, fault.Textf("มอบได้ครั้งละไม่เกิน %d วัน", "It can be given for %d days at most.", LongestDelegation),
			fault.Text{TH: "เลือกวันสุดท้ายให้เร็วขึ้น", EN: "Choose an earlier last day."})
	}
	return nil
}

// alone refuses a second delegation of the same queue for the same days.
func alone(r Records, given Delegation, now time.Time) error {
	others, err := r.DelegationsOf(given.From)
	if err != nil {
		return err
	}
	for _, o := range others {
		days, want := o.Days(), given.Days()
		same := o.From == given.From && o.Role == given.Role && o.Agency == given.Agency
		if same && !o.Over(now) && !want.To.Before(days.From) && !days.To.Before(want.From) {
			return fault.New(fault.Conflict, fault.Text{TH: "มอบงานนี้ไว้แล้วในช่วง " + days.Short("th"), EN: "This work has been given away already for " + days.Short("en") + "."},
				fault.Text{TH: "สิ้นสุดการมอบเดิมก่อน หรือเลือกวันอื่น", EN: "End that first, or choose other days."})
		}
	}
	return nil
}

// delegationState is a delegation as the trail shows it.
type delegationState struct {
	ID     string             `json:"id"`
	User   catalog.OfficerID  `json:"user"` // to whom
	Role   catalog.Role       `json:"role"`
	Agency catalog.AgencyCode `json:"agency,omitempty"`
	First  calendar.Date      `json:"first"`
	Last   calendar.Date      `json:"last"`
}

func stateOf(one Delegation) string {
	days := one.Days()
	b, err := json.Marshal(delegationState{one.ID, one.To, one.Role, one.Agency, days.From, days.To})
	if err != nil {
		panic("manuals: the trail holds plain values only: " + err.Error())
	}
	return string(b)
}

// delegated is an entry of the trail: it is about the colleague.
func (d *Desk) delegated(by staff.Acting, action string, one Delegation, before, after string) trail.Entry {
	return trail.Entry{
		ID: d.id(), At: d.now(), Officer: by.ID, Role: one.Role, Action: action,
		Scope: rights.Scope{Agency: one.Agency}, Subject: string(one.To), Before: before, After: after, Request: by.Request,
	}
}

// Delegations returns what the acting person gave and was given, the latest
// first.
func (d *Desk) Delegations(ctx context.Context, by staff.Acting) (list []Delegation, err error) {
	err = d.Store.Read(ctx, func(r Records) (err error) { list, err = r.DelegationsOf(by.ID); return err })
	return list, err
}

// EndDelegation takes back what the acting person gave, at once. What is over
// stays as it is.
func (d *Desk) EndDelegation(ctx context.Context, by staff.Acting, id string) error {
	return d.Store.Write(ctx, func(r Records) error {
		all, err := r.DelegationsOf(by.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(one Delegation) bool { return one.ID == id && one.From == by.ID })
		if i < 0 {
			return fault.New(fault.NotFound, fault.Text{TH: "ไม่พบการมอบงานนี้", EN: "There is no such delegation."},
				fault.Text{TH: "เปิดหน้านี้ใหม่", EN: "Open the page again."})
		}
		now := d.now()
		one := all[i]
		if one.Over(now) {
			return nil
		}
		one.Ended = now
		if err := r.PutDelegation(one); err != nil {
			return err
		}
		return r.Record(d.delegated(by, "delegation.end", one, stateOf(one), ""))
	})
}
