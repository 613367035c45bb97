package pages

import (
	"slices"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
)

// shuts are the notices of a point that have not ended: its own, and those of the
// agencies above it, which are taken back there.
func (x *exchange) shuts(p pointAt) []ShutRow {
	remove := ""
	if p.may.Edit {
		remove = p.url() + "/closure/remove"
	}
	out := x.shutsOf(p.pt.Closures, remove)
	if p.pt.Status == catalog.ClosedTemporarily && p.pt.Closed.IsGiven() { // the form of the state ends it
		out = append(out, x.shutsOf([]catalog.Closure{p.pt.Closed.Value}, "")...)
	}
	reached := x.touches()
	for _, a := range p.chain {
		whose := Link{"", x.text(a.Name).Text}
		if reached(a.Code) {
			whose.URL = structureURL(a.Code)
		}
		for _, row := range x.shutsOf(a.Closures, "") {
			row.Whose = whose
			out = append(out, row)
		}
	}
	slices.SortStableFunc(out, func(a, b ShutRow) int { return strings.Compare(a.From.ISO, b.From.ISO) })
	return out
}

// shutsOf are those of some notices that have not ended, each with the address
// where it is taken back.
func (x *exchange) shutsOf(list []catalog.Closure, remove string) []ShutRow {
	today := calendar.DateOf(x.now())
	var out []ShutRow
	for _, c := range list {
		last := c.To
		if last.IsZero() {
			last = c.From
		}
		if !last.Before(today) {
			row := x.shut(c)
			row.Remove = remove
			out = append(out, row)
		}
	}
	return out
}

func (x *exchange) shut(c catalog.Closure) ShutRow {
	return ShutRow{From: x.onDay(c.From), To: x.onDay(c.To), Reason: x.text(c.Reason)}
}

// firstDay is the first day of the notice that a form names.
func (x *exchange) firstDay() (calendar.Date, error) {
	if err := x.form(); err != nil {
		return calendar.Date{}, err
	}
	d, err := calendar.ParseISO(x.posted("from"))
	if err != nil {
		return d, notHere()
	}
	return d, nil
}

// reopenPoint takes a notice of a point back.
func (x *exchange) reopenPoint() error {
	from, err := x.firstDay()
	if err != nil {
		return err
	}
	p, err := x.point()
	if err != nil {
		return err
	}
	_, err = x.Direct.Reopen(x.ctx(), x.by(), string(p.pt.Code), from, "")
	return x.settled(p, "shuts", err, "flash.point.reopened", x.text(p.pt.Name).Text)
}

// reopenAgency takes a notice of an agency back.
func (x *exchange) reopenAgency() error {
	from, err := x.firstDay()
	if err != nil {
		return err
	}
	a, err := x.ownAgency()
	if err != nil {
		return err
	}
	_, err = x.Direct.Reopen(x.ctx(), x.by(), string(a.Code), from, "")
	return x.agencySettled(a, "shuts", err, "flash.point.reopened")
}
