package delays

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"slices"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/delay"
	"khumue/internal/fault"
	"khumue/internal/lookup"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
	"khumue/syncd/internal/vault"
)

// Sheet is a case as an officer sees it.
type Sheet struct {
	Record
	Alarm    delay.Alarm
	Next     delay.Next // the zero Next once it is over
	Notice   calendar.Date
	MayWrite bool
	MayErase bool
	// MayReopen: the officer may open the case again; until ReopenBy the point may.
	MayReopen bool
	ReopenBy  calendar.Date // zero while it is open
	Known     bool          // the officer may see who the applicant is
	Who       Person        // zero unless Known, and once erased
	Printed   string        // the code as it is printed; "" unless Known
}

// target is where a case stands now. The point may be gone: then it is known by
// whoever reaches its agency.
func (d *Desk) target(agency catalog.AgencyCode, point catalog.PointCode) (rights.Target, error) {
	t, err := d.Structure.Target(agency, point)
	if errors.Is(err, fault.NotFound) && point != "" {
		if t, err = d.Structure.Target(agency, ""); err == nil {
			t.Point = point
		}
	}
	return t, err
}

// may returns the role in which an officer does something with a case.
func (d *Desk) may(by staff.Acting, a rights.Action, v Record) (catalog.Role, rights.Target, error) {
	t, err := d.target(v.Agency, v.Point)
	if err != nil && !errors.Is(err, fault.NotFound) {
		return "", t, err
	}
	grant, ok := by.As(a, t)
	if err != nil || !ok {
		return "", t, rights.Refused()
	}
	return grant.Role, t, nil
}

// absent is the error of a case that is not there, or that somebody may not know
// of.
func absent(err error) error {
	if errors.Is(err, fault.NotFound) || errors.Is(err, fault.Forbidden) {
		return fault.New(fault.NotFound, fault.Text{TH: "ไม่พบเรื่องนี้", EN: "There is no such case."},
			fault.Text{TH: "กลับไปเลือกจากรายการ", EN: "Go back and choose from the list."})
	}
	return err
}

// Case returns a case to an officer who may see it. To all others it is not
// there.
func (d *Desk) Case(ctx context.Context, by staff.Acting, id string) (s Sheet, err error) {
	err = d.Store.Read(ctx, func(r Records) error {
		s.Record, err = r.Case(id)
		return err
	})
	if err != nil {
		return Sheet{}, absent(err)
	}
	return d.sheet(by, s.Record)
}

// sheet adds to a record what an officer may see of it.
func (d *Desk) sheet(by staff.Acting, v Record) (Sheet, error) {
	_, t, err := d.may(by, rights.SeeDelay, v)
	if err != nil {
		return Sheet{}, absent(err)
	}
	off, err := d.Content.Holidays()
	if err != nil {
		return Sheet{}, err
	}
	s := Sheet{Record: v, Alarm: v.Case.Alarm(d.Today(), off), Notice: v.Case.NoticeDue(off)}
	s.Next, _ = v.Case.NextLetter(off)
	s.MayWrite = by.May(rights.WriteDelay, t) == nil
	s.ReopenBy = v.Case.ReopenBy(off)
	if role, err := d.reopener(by, v, off); err == nil && v.Case.State != delay.Open && v.Erased.IsZero() {
		s.MayReopen = role == catalog.RoleCentral || !d.Today().After(s.ReopenBy)
	}
	if _, s.Known = seesPerson(by, t); !s.Known {
		return s, nil
	}
	s.MayErase = v.Erased.IsZero() && v.Case.State != delay.Open
	code, err := d.code(v)
	if err != nil {
		return Sheet{}, err
	}
	s.Printed = code.String()
	if v.Erased.IsZero() {
		s.Who, err = d.person(v)
	}
	return s, err
}

func (d *Desk) code(v Record) (c lookup.Code, err error) {
	text, err := d.Vault.Unwrap(v.Code, aboutCode(v.ID))
	if err == nil && len(text) != len(c) {
		err = errors.New("delays: a code of another length")
	}
	if err != nil {
		return c, err
	}
	return lookup.Code(text), nil
}

func (d *Desk) person(v Record) (p Person, err error) {
	text, err := d.Vault.Open(v.Person, about(v.ID))
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(text, &p)
}

// Question says which cases an officer wants to see.
type Question struct {
	Agency  catalog.AgencyCode // it and all below; "": all that the officer reaches
	Point   catalog.PointCode
	State   delay.State // "" for all
	Over    bool        // those alone that are over, however they ended
	Red     bool        // the red list alone
	Request string      // a part of the number
	Page    trail.Page
}

// List is a page of cases.
type List struct {
	Cases []Sheet // without applicants
	All   int     // without the page
	Red   int     // how many of what the officer reaches are on the red list
	Open  int     // and open
}

// List returns cases that an officer may see, those first that have waited longest
// for something to be done. Applicants are not told in lists.
func (d *Desk) List(ctx context.Context, by staff.Acting, q Question) (l List, err error) {
	all, none, err := d.reach(by, q.Agency)
	if err != nil || none {
		return l, err
	}
	f := d.filter(all, q)
	f.Page = q.Page
	red, open := all, all
	red.Red, open.States = d.Today(), []delay.State{delay.Open}
	var list []Record
	err = d.Store.Read(ctx, func(r Records) error {
		var errs [4]error
		list, errs[0] = r.Cases(f)
		l.All, errs[1] = r.CountCases(f)
		l.Red, errs[2] = r.CountCases(red)
		l.Open, errs[3] = r.CountCases(open)
		return errors.Join(errs[:]...)
	})
	if err != nil {
		return List{}, err
	}
	off, err := d.Content.Holidays()
	for _, v := range list {
		l.Cases = append(l.Cases, d.line(v, off))
	}
	return l, err
}

// filter cuts what an officer reaches to what is asked.
func (d *Desk) filter(reach Filter, q Question) Filter {
	f := reach
	f.Point, f.Request = q.Point, lookup.Normal(q.Request)
	switch {
	case q.State != "":
		f.States = []delay.State{q.State}
	case q.Over:
		f.States = []delay.State{delay.Finished, delay.Returned, delay.Withdrawn}
	}
	if q.Red {
		f.Red = d.Today()
	}
	return f
}

// line is a case in a list: without the applicant and the code.
func (d *Desk) line(v Record, off calendar.Holidays) Sheet {
	s := Sheet{Record: v, Alarm: v.Case.Alarm(d.Today(), off), Notice: v.Case.NoticeDue(off)}
	s.Next, _ = v.Case.NextLetter(off)
	s.Person, s.Code = vault.Sealed{}, nil
	return s
}

// Export returns all cases of a question, whatever its page is, as List has them,
// in the order in which they were opened, with how many there are now. They are
// read while they are asked for: one that is opened meanwhile may be among them.
func (d *Desk) Export(ctx context.Context, by staff.Acting, q Question) (n int, cases iter.Seq2[Sheet, error], err error) {
	reach, none, err := d.reach(by, q.Agency)
	if err != nil || none {
		return 0, func(func(Sheet, error) bool) {}, err
	}
	f := d.filter(reach, q)
	f.ByID, f.Page = true, trail.Page{Limit: atOnce}
	off, err := d.Content.Holidays()
	if err == nil {
		err = d.Store.Read(ctx, func(r Records) (err error) { n, err = r.CountCases(f); return err })
	}
	return n, func(yield func(Sheet, error) bool) {
		for {
			var list []Record
			if err := d.Store.Read(ctx, func(r Records) (err error) { list, err = r.Cases(f); return err }); err != nil {
				yield(Sheet{}, err)
				return
			}
			for _, v := range list {
				if !yield(d.line(v, off), nil) {
					return
				}
				f.After = v.ID
			}
			if len(list) < atOnce {
				return
			}
		}
	}, err
}

// reach is the filter of what an officer may see of an agency and all below it;
// none: that is nothing.
func (d *Desk) reach(by staff.Acting, agency catalog.AgencyCode) (f Filter, none bool, err error) {
	scopes, everywhere := by.Range(rights.SeeDelay)
	if !everywhere && len(scopes) == 0 {
		return f, true, rights.Refused()
	}
	f.Agencies, f.Points = []catalog.AgencyCode{}, []catalog.PointCode{}
	for _, s := range scopes {
		switch {
		case s.Scope.Point != "":
			if spot, err := d.Content.Spot(s.Scope.Point); err == nil && spot.Agency == s.Scope.Agency {
				f.Points = append(f.Points, s.Scope.Point)
			}
		case s.Reach == rights.Own:
			f.Agencies = append(f.Agencies, s.Scope.Agency)
		default:
			f.Agencies = append(f.Agencies, d.Structure.Below(s.Scope.Agency)...)
		}
	}
	if everywhere {
		f.Agencies, f.Points = nil, nil
	}
	if agency == "" {
		return f, false, nil
	}
	below := d.Structure.Below(agency)
	if everywhere {
		f.Agencies, f.Points = below, []catalog.PointCode{}
	} else {
		f.Agencies = slices.DeleteFunc(f.Agencies, func(a catalog.AgencyCode) bool { return !slices.Contains(below, a) })
		f.Points = slices.DeleteFunc(f.Points, func(p catalog.PointCode) bool {
			spot, err := d.Content.Spot(p)
			return err != nil || !slices.Contains(below, spot.Agency)
		})
	}
	return f, len(f.Agencies)+len(f.Points) == 0, nil
}

// Tallies counts letters dated in a period, and cases that were open and late at
// its end, by point and manual. It asks for no right: whoever makes a report of
// points has decided who may see it.
func (d *Desk) Tallies(ctx context.Context, points []catalog.PointCode, p calendar.Period) (list []Tally, err error) {
	err = d.Store.Read(ctx, func(r Records) error {
		list, err = r.Tallies(points, p)
		return err
	})
	return list, err
}

// Offer is what a case of a point can be opened for.
func (d *Desk) Offer(ctx context.Context, by staff.Acting, point catalog.PointCode, manual catalog.ManualID, filed calendar.Date) (Spot, Edition, error) {
	spot, _, err := d.opens(by, point)
	if err != nil || manual == "" {
		return spot, Edition{}, err
	}
	if !slices.Contains(spot.Manuals, manual) {
		return spot, Edition{}, unlinked()
	}
	e, err := d.Content.Edition(ctx, manual, filed)
	return spot, e, err
}

// opens returns a point at which an officer may open cases, with the role.
func (d *Desk) opens(by staff.Acting, point catalog.PointCode) (Spot, catalog.Role, error) {
	spot, err := d.Content.Spot(point)
	if errors.Is(err, fault.NotFound) {
		return spot, "", rights.Refused()
	} else if err != nil {
		return spot, "", err
	}
	role, _, err := d.may(by, rights.WriteDelay, Record{Agency: spot.Agency, Point: point})
	if err != nil {
		return Spot{}, "", err
	}
	return spot, role, nil
}
