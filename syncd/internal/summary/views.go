package summary

import (
	"context"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// View is a query that a person gave a name, to come back to.
type View struct {
	ID      string
	Officer catalog.OfficerID
	Name    string
	Asked   string // the query as an address has it
	Monthly bool   // the figures of each month are sent to its person
	Made    time.Time
}

// Limits of views.
const (
	MostViews     = 20 // of a person
	mostViewName  = 80 // characters
	mostViewAsked = 500
)

// viewFields are what an address of the report may hold.
var viewFields = []string{"unit", "point", "period", "process", "category"}

// Views are the views of a person, by name.
func (d *Desk) Views(ctx context.Context, by staff.Acting) (list []View, err error) {
	err = d.Store.Read(ctx, func(r Records) error { list, err = r.Views(by.ID); return err })
	return list, err
}

// SaveView keeps a view under its name, over one of that name. Of a person's views
// one at most is sent each month: the last that was asked for. It asks for no right
// to what the view shows, which is asked whenever it is looked at.
func (d *Desk) SaveView(ctx context.Context, by staff.Acting, name, asked string, monthly bool) error {
	if !by.MayAnywhere(rights.SeeReports) {
		return rights.Refused()
	}
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n == 0 || n > mostViewName || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return fault.New(fault.Invalid, fault.Textf("ตั้งชื่อมุมมองด้วย 1 ถึง %d ตัวอักษร", "Give the view a name of 1 to %d characters.", mostViewName))
	}
	asked, err := viewAsked(asked)
	if err != nil {
		return err
	}
	return d.Store.Write(ctx, func(r Records) error {
		list, err := r.Views(by.ID)
		if err != nil {
			return err
		}
		v := View{ID: string(by.ID) + " " + name, Officer: by.ID, Name: name, Asked: asked, Monthly: monthly, Made: d.Now()}
		others := 0
		for _, o := range list {
			if o.ID == v.ID {
				continue
			}
			others++
			if o.Monthly && monthly {
				o.Monthly = false
				if err := r.PutView(o); err != nil {
					return err
				}
			}
		}
		if others >= MostViews {
			return fault.New(fault.Invalid, fault.Textf("เก็บได้ไม่เกิน %d มุมมอง", "No more than %d views are kept.", MostViews),
				fault.Text{TH: "ลบมุมมองที่ไม่ใช้แล้ว", EN: "Remove one that is not used any more."})
		}
		return r.PutView(v)
	})
}

// viewAsked is what of an address is kept.
func viewAsked(asked string) (string, error) {
	q, err := url.ParseQuery(asked)
	if err != nil || len(asked) > mostViewAsked || !utf8.ValidString(asked) {
		return "", fault.New(fault.Invalid, fault.Text{TH: "อ่านตัวกรองไม่ได้", EN: "The filters can not be read."}, fault.Text{TH: "เลือกตัวกรองใหม่", EN: "Choose them again."})
	}
	kept := url.Values{}
	for _, name := range viewFields {
		if v := q.Get(name); v != "" {
			kept.Set(name, v)
		}
	}
	return kept.Encode(), nil
}

// DropView forgets a view of a person. One that is not there is forgotten already.
func (d *Desk) DropView(ctx context.Context, by staff.Acting, name string) error {
	return d.Store.Write(ctx, func(r Records) error { return r.DropView(string(by.ID) + " " + name) })
}

// MonthlyViews are those that are sent each month, by their ids.
func (d *Desk) MonthlyViews(ctx context.Context) (list []View, err error) {
	err = d.Store.Read(ctx, func(r Records) error { list, err = r.MonthlyViews(); return err })
	return list, err
}
