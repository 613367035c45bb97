package delays

import (
	"context"
	"errors"

	"khumue/internal/calendar"
	"khumue/internal/delay"
	"khumue/internal/fault"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/vault"
)

// Erase erases who the applicant of a case was, for good: the key of the case and
// what it sealed. It is for whoever may see the applicant, once the case is over;
// one that is open needs to know whom to write to. Erased twice is once.
func (d *Desk) Erase(ctx context.Context, by staff.Acting, id string) (Sheet, error) {
	var v Record
	err := d.Store.Write(ctx, func(r Records) (err error) {
		if v, err = r.Case(id); err != nil {
			return absent(err)
		}
		t, err := d.target(v.Agency, v.Point)
		role, sees := seesPerson(by, t)
		if err != nil || !sees {
			return absent(fault.NotFound)
		}
		switch {
		case !v.Erased.IsZero():
			return nil
		case v.Case.State == delay.Open:
			return fault.New(fault.Conflict, fault.Text{TH: "เรื่องนี้ยังไม่จบ จึงยังต้องรู้ว่าจะแจ้งใคร", EN: "This case is open, so that it has to be known whom to write to."},
				fault.Text{TH: "บันทึกผลการพิจารณาก่อน แล้วลบข้อมูลผู้ยื่น", EN: "Record how it ended, then erase the applicant."})
		}
		was := v
		d.erase(&v)
		return errors.Join(r.PutCase(v), d.record(r, by, role, Forgot, &was, &v))
	})
	if err != nil {
		return Sheet{}, err
	}
	return d.sheet(by, v)
}

// erase takes the applicant out of a record.
func (d *Desk) erase(v *Record) {
	v.Person, v.Erased, v.Version = vault.Sealed{}, d.now(), v.Version+1
}

// atOnce is how many cases one transaction looks at.
const atOnce = 200

// Forget erases the applicants of cases that are over for as long as they are
// kept, and returns how many. The trail says that nobody did it by hand.
func (d *Desk) Forget(ctx context.Context) (n int, err error) {
	before := d.Today().AddDays(-d.KeptDays)
	for {
		done := 0
		err = d.Store.Write(ctx, func(r Records) error {
			list, err := r.Remembered(before, atOnce)
			done = len(list)
			for _, v := range list {
				was := v
				d.erase(&v)
				if err := errors.Join(r.PutCase(v), d.record(r, staff.Acting{}, "", Forgot, &was, &v)); err != nil {
					return err
				}
			}
			return err
		})
		n += done
		if err != nil || done < atOnce {
			return n, err
		}
	}
}

// Recount brings cases to what is so now: the days from when on they are on the
// red list, as the cabinet gives days off on short notice, and the agencies that
// their points belong to. Due days stay as they were told.
func (d *Desk) Recount(ctx context.Context) error {
	off, err := d.Content.Holidays()
	if err != nil {
		return err
	}
	now := func(v Record) Record {
		v.Wakes = v.Case.WakesOn(off)
		if spot, err := d.Content.Spot(v.Point); err == nil {
			v.Agency = spot.Agency
		}
		return v
	}
	return d.each(ctx, calendar.Date{}, func(v Record) error {
		if is := now(v); is.Wakes == v.Wakes && is.Agency == v.Agency {
			return nil
		}
		return d.Store.Write(ctx, func(r Records) error {
			v, err := r.Case(v.ID)
			if err != nil {
				return err
			}
			v = now(v)
			v.Version++
			return r.PutCase(v)
		})
	})
}

// each calls do for the cases that are open, or ended on a day or later; of the
// zero Date all.
func (d *Desk) each(ctx context.Context, ended calendar.Date, do func(Record) error) error {
	after := ""
	for {
		var list []Record
		err := d.Store.Read(ctx, func(r Records) (err error) {
			list, err = r.Recent(ended, after, atOnce)
			return err
		})
		if err != nil {
			return err
		}
		for _, v := range list {
			if err := do(v); err != nil {
				return err
			}
			after = v.ID
		}
		if len(list) < atOnce {
			return nil
		}
	}
}
