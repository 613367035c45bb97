package delays

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/delay"
	"khumue/internal/fault"
	"khumue/internal/lookup"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// The actions in the trail.
const (
	Began   = "delay.begin"
	Wrote   = "delay.letter"
	Sent    = "delay.send"
	Ended   = "delay.end"
	Told    = "delay.notify"
	Forgot  = "delay.erase"
	Mended  = "delay.correct"
	Undone  = "delay.reopen"
	Actions = "delay." // how all of them begin
)

// New is a case that is to be opened.
type New struct {
	ID       string // UUIDv7, made with the form: the same form opens one case
	Point    catalog.PointCode
	Manual   catalog.ManualID
	Set      int // which of its ways, from 0
	Request  string
	Filed    calendar.Date
	Complete calendar.Date
	Person   Person

	code lookup.Code // that an office printed already; zero: one is drawn
}

func unlinked() error {
	return delay.Problems{{Field: "manual", What: fault.Text{TH: "จุดบริการนี้ไม่ได้ให้บริการคู่มือนี้", EN: "This point does not serve this manual."}}}
}

// NewID is an id for a form.
func (d *Desk) NewID() string {
	id, err := uuid.NewV7FromReader(d.Random)
	if err != nil {
		panic("delays: no randomness: " + err.Error()) // nothing may be issued without
	}
	return id.String()
}

// Begin opens a case. Sent again it finds the one that it opened. What is wrong is
// of type delay.Problems; a request of that number at the point that is open
// already, an error of kind Conflict.
func (d *Desk) Begin(ctx context.Context, by staff.Acting, n New) (Sheet, error) {
	spot, role, err := d.opens(by, n.Point)
	if err != nil {
		return Sheet{}, err
	}
	if n.code == (lookup.Code{}) {
		if n.code, err = lookup.NewCode(d.Random); err != nil {
			return Sheet{}, err
		}
	}
	v, err := d.begun(ctx, by, n, spot)
	if err != nil {
		return Sheet{}, err
	}
	told := n
	told.Person, told.code = Person{}, lookup.Code{}
	if ctx, err = d.noted(ctx, by, Deed{Verb: Began, New: told, Secret: Secret{n.Person, n.code}}); err != nil {
		return Sheet{}, err
	}
	err = d.Store.Write(ctx, func(r Records) error {
		old, err := r.Case(n.ID)
		switch {
		case err == nil && old.OpenedBy == by.ID && old.Point == n.Point:
			v = old
			return nil
		case err == nil:
			return rights.Refused()
		case !errors.Is(err, fault.NotFound):
			return err
		}
		if old, err = r.CaseOf(n.Point, lookup.Normal(n.Request)); err == nil && old.Case.State == delay.Open {
			return fault.New(fault.Conflict, fault.Textf("คำขอเลขที่ %s เปิดเรื่องไว้แล้ว", "There is an open case of request %s.", n.Request),
				fault.Text{TH: "เปิดเรื่องเดิมจากรายการ หรือตรวจเลขที่คำขอ", EN: "Open that one from the list, or check the number."})
		} else if err != nil && !errors.Is(err, fault.NotFound) {
			return err
		}
		return errors.Join(r.PutCase(v), d.record(r, by, role, Began, nil, &v))
	})
	if err != nil {
		return Sheet{}, err
	}
	d.changed()
	return d.sheet(by, v)
}

// begun is the record of a case that is to be opened.
func (d *Desk) begun(ctx context.Context, by staff.Acting, n New, spot Spot) (v Record, err error) {
	if id, err := uuid.Parse(n.ID); err != nil || id.Version() != 7 || id.String() != n.ID {
		return v, fault.New(fault.Invalid, fault.Text{TH: "แบบฟอร์มไม่ครบ", EN: "The form is not whole."}, fault.Text{TH: "เปิดหน้านี้ใหม่", EN: "Open the page again."})
	}
	off, err := d.Content.Holidays()
	if err != nil {
		return v, err
	}
	var problems delay.Problems
	var e Edition
	switch {
	case n.Manual == "":
		problems = append(problems, delay.Problem{Field: "manual", What: fault.Text{TH: "เลือกคู่มือ", EN: "Choose the manual."}})
	case !slices.Contains(spot.Manuals, n.Manual):
		return v, unlinked()
	default:
		if e, err = d.Content.Edition(ctx, n.Manual, n.Filed); err != nil {
			return v, err
		}
	}
	v = Record{ID: n.ID, Version: 1, Agency: spot.Agency, Point: n.Point, Manual: n.Manual, Title: e.Title, Revision: e.Revision, Commit: e.Commit, Opened: d.now(), OpenedBy: by.ID}
	v.Case = delay.Case{Request: n.Request, Filed: n.Filed, Complete: n.Complete, Province: spot.Province}
	if n.Set >= 0 && n.Set < len(e.Sets) {
		v.Case.Promised = e.Sets[n.Set].Time
	}
	begun, err := delay.Begin(v.Case, d.Today(), off)
	var more delay.Problems
	if err != nil && !errors.As(err, &more) {
		return v, err
	}
	if problems = slices.Concat(problems, more, checkRequest(n.Request), checkPerson(n.Person)); len(problems) > 0 {
		return v, once(problems)
	}
	v.Case, v.Wakes = begun, begun.WakesOn(off)
	return v, d.seal(&v, n)
}

// once leaves of two problems of one field the first.
func once(ps delay.Problems) delay.Problems {
	seen := map[string]bool{}
	return slices.DeleteFunc(ps, func(p delay.Problem) bool {
		was := seen[p.Field]
		seen[p.Field] = true
		return was
	})
}

func checkPerson(p Person) (out delay.Problems) {
	add := func(field string, th, en string) {
		out = append(out, delay.Problem{Field: field, What: fault.Text{TH: th, EN: en}})
	}
	switch n := len([]rune(p.Name)); {
	case n == 0:
		add("name", "ยังไม่ได้กรอกชื่อผู้ยื่นคำขอ", "The applicant's name is not filled in.")
	case n > longestName || strings.ContainsFunc(p.Name, control):
		add("name", "ชื่อยาวเกินไป หรือมีอักขระที่ใช้ไม่ได้", "The name is too long, or has characters that can not be used.")
	}
	if len([]rune(p.Contact)) > longestContact || strings.ContainsFunc(strings.ReplaceAll(p.Contact, "\n", ""), control) {
		add("contact", "ที่ติดต่อยาวเกินไป หรือมีอักขระที่ใช้ไม่ได้", "The contact is too long, or has characters that can not be used.")
	}
	return out
}

func control(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd }

// seal gives a case its code and its applicant.
func (d *Desk) seal(v *Record, n New) error {
	code := n.code
	var err error
	if v.Code, err = d.Vault.Wrap(code[:], aboutCode(v.ID), d.Random); err != nil {
		return err
	}
	v.Lookup = lookup.KeysOf(v.Case.Request, code).String()
	text, err := json.Marshal(n.Person)
	if err != nil {
		return err
	}
	v.Person, err = d.Vault.Seal(text, about(v.ID), d.Random)
	return err
}

// Command names a case that is to be changed, in the version that was seen. Key
// is made with the form: the same form changes the case once.
type Command struct {
	ID      string
	Version int
	Key     string
}

// Write adds the next letter to a case. What it says of the reason is public, so
// that what looks like a number of a person, of a telephone or an address for mail
// is refused. Further errors are those of delay.Case.Write.
func (d *Desk) Write(ctx context.Context, by staff.Acting, c Command, l delay.Letter) (Sheet, error) {
	return d.step(ctx, by, c, Deed{Verb: Wrote, Letter: l}, func(v *Record) (err error) {
		if ps := impersonal("text", l.Text); len(ps) > 0 {
			return ps
		}
		v.Case, err = v.Case.Write(l, d.Today())
		return err
	})
}

// Send notes how a letter went out. Errors are those of delay.Case.Send.
func (d *Desk) Send(ctx context.Context, by staff.Acting, c Command, seq int, way delay.Way, sent, copied calendar.Date) (Sheet, error) {
	return d.step(ctx, by, c, Deed{Verb: Sent, Seq: seq, Way: way, Sent: sent, Copied: copied}, func(v *Record) (err error) {
		v.Case, err = v.Case.Send(seq, way, sent, copied, d.Today())
		return err
	})
}

// End ends a case. Errors are those of delay.Case.End.
func (d *Desk) End(ctx context.Context, by staff.Acting, c Command, to delay.State, result delay.Result, on calendar.Date) (Sheet, error) {
	return d.step(ctx, by, c, Deed{Verb: Ended, State: to, Result: result, On: on}, func(v *Record) (err error) {
		v.Case, err = v.Case.End(to, result, on, d.Today())
		return err
	})
}

// Notify notes that the applicant was told of the end. Errors are those of
// delay.Case.Notify.
func (d *Desk) Notify(ctx context.Context, by staff.Acting, c Command, way delay.Way, on calendar.Date) (Sheet, error) {
	return d.step(ctx, by, c, Deed{Verb: Told, Way: way, On: on}, func(v *Record) (err error) {
		v.Case, err = v.Case.Notify(way, on, d.Today())
		return err
	})
}

// step changes a case by a rule of package delay, once, and writes so into the
// trail. A version that is not the one of now is an error of type *Stale.
func (d *Desk) step(ctx context.Context, by staff.Acting, c Command, x Deed, do func(*Record) error) (Sheet, error) {
	writer := func(v Record) (catalog.Role, error) {
		role, _, err := d.may(by, rights.WriteDelay, v)
		return role, err
	}
	return d.stepAs(ctx, by, c, x, writer, func(_ Records, v *Record, _ catalog.Role) error { return do(v) })
}

// stepAs is step for whom as finds a role.
func (d *Desk) stepAs(ctx context.Context, by staff.Acting, c Command, x Deed, as func(Record) (catalog.Role, error), do func(Records, *Record, catalog.Role) error) (s Sheet, err error) {
	if len(c.Key) == 0 || len(c.Key) > 64 {
		return s, fault.New(fault.Invalid, fault.Text{TH: "แบบฟอร์มไม่ครบ", EN: "The form is not whole."}, fault.Text{TH: "เปิดหน้านี้ใหม่", EN: "Open the page again."})
	}
	off, err := d.Content.Holidays()
	if err != nil {
		return s, err
	}
	action := x.Verb
	x.Command = c
	if ctx, err = d.noted(ctx, by, x); err != nil {
		return s, err
	}
	var v Record
	err = d.Store.Write(ctx, func(r Records) error {
		if v, err = r.Case(c.ID); err != nil {
			return absent(err)
		}
		role, err := as(v)
		if err != nil {
			return d.notYours(by, v, err)
		}
		key := c.ID + " " + action + " " + c.Key // the forms of a page share its key
		if done, err := r.Done(key); err != nil || done {
			return err
		}
		if v.Version != c.Version {
			return &Stale{Made: c.Version, Version: v.Version, Case: v.Case}
		}
		was := v
		if err := do(r, &v, role); err != nil {
			return err
		}
		v.Version, v.Wakes = v.Version+1, v.Case.WakesOn(off)
		return errors.Join(r.PutCase(v), r.Did(key, v.ID, d.now()), d.record(r, by, role, action, &was, &v))
	})
	if err != nil {
		return s, err
	}
	d.changed()
	return d.sheet(by, v)
}

// notYours tells who may read a case and not change it so, and to all others that
// it is not there.
func (d *Desk) notYours(by staff.Acting, v Record, err error) error {
	if _, _, seen := d.may(by, rights.SeeDelay, v); seen != nil {
		return absent(err)
	}
	return fault.New(fault.Forbidden, fault.Text{TH: "เรื่องนี้เป็นของเจ้าหน้าที่จุดบริการ", EN: "This case is for officers of its service point."},
		fault.Text{TH: "คุณอ่านได้ แต่บันทึกไม่ได้ ติดต่อเจ้าหน้าที่ของจุดบริการนั้น", EN: "You may read it, not change it. Ask an officer of that point."})
}

func (d *Desk) changed() {
	if d.Changed != nil {
		d.Changed()
	}
}
