package delays

import (
	"context"
	"slices"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/delay"
	"khumue/internal/fault"
	"khumue/internal/lookup"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// Correct makes another edition of the last letter of a case, with why. What it
// says is looked at as that of a new letter; further errors are those of
// delay.Case.Correct.
func (d *Desk) Correct(ctx context.Context, by staff.Acting, c Command, seq int, l delay.Letter, why string) (Sheet, error) {
	return d.step(ctx, by, c, Deed{Verb: Mended, Seq: seq, Letter: l, Why: why}, func(v *Record) (err error) {
		if ps := slices.Concat(impersonal("text", l.Text), impersonal("why", why)); len(ps) > 0 {
			return ps
		}
		v.Case, err = v.Case.Correct(seq, l, why, d.Today())
		return err
	})
}

// Reopen takes the end of a case back, which was noted by mistake: by an officer
// of its point until the last day for the notice of the end, later by a central
// officer of its agency or of one above. The public look-up shows the case as open
// again, and its applicant is remembered as of one that never ended. A case whose
// applicant was erased stays over, as nobody could be written to; so does one while
// another case of its request is open. Errors are of kind Conflict, or those of
// delay.Case.Reopen.
func (d *Desk) Reopen(ctx context.Context, by staff.Acting, c Command, why string) (Sheet, error) {
	off, err := d.Content.Holidays()
	if err != nil {
		return Sheet{}, err
	}
	as := func(v Record) (catalog.Role, error) { return d.reopener(by, v, off) }
	return d.stepAs(ctx, by, c, Deed{Verb: Undone, Why: why}, as, func(r Records, v *Record, role catalog.Role) error {
		if ps := impersonal("why", why); len(ps) > 0 {
			return ps
		}
		if !v.Erased.IsZero() && v.Case.State != delay.Open {
			return fault.New(fault.Conflict, fault.Text{TH: "ลบข้อมูลผู้ยื่นของเรื่องนี้แล้ว จึงไม่รู้ว่าจะแจ้งใคร", EN: "The applicant of this case was erased, so that nobody could be written to."},
				fault.Text{TH: "เปิดเรื่องใหม่สำหรับคำขอนี้", EN: "Open a new case of the request."})
		}
		other, err := r.CaseOf(v.Point, lookup.Normal(v.Case.Request))
		if err != nil {
			return err
		}
		if other.ID != v.ID && other.Case.State == delay.Open {
			return fault.New(fault.Conflict, fault.Text{TH: "คำขอนี้มีเรื่องอื่นที่เปิดอยู่แล้ว", EN: "There is another case of this request, which is open."},
				fault.Text{TH: "ใช้เรื่องที่เปิดอยู่จากรายการ", EN: "Use that one from the list."})
		}
		v.Case, err = v.Case.Reopen(why, role, d.Today(), off)
		return err
	})
}

// reopener returns the role in which somebody may open a case again: as an officer
// of its point while that is soon enough, else as a central officer above it.
func (d *Desk) reopener(by staff.Acting, v Record, off calendar.Holidays) (catalog.Role, error) {
	role, t, err := d.may(by, rights.WriteDelay, v)
	last := v.Case.ReopenBy(off)
	if err == nil && (last.IsZero() || !d.Today().After(last)) {
		return role, nil
	}
	for _, g := range by.Grants {
		if g.Role == catalog.RoleCentral && rights.Tree.Covers(g.Scope, t) {
			return g.Role, nil
		}
	}
	return role, err
}
