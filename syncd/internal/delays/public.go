package delays

import (
	"context"
	"errors"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/delay"
	"khumue/internal/fault"
	"khumue/internal/lookup"
)

// Shards are the files of the public look-up as they are today.
func (d *Desk) Shards(ctx context.Context) (map[string][]byte, error) {
	var list []lookup.Entry
	today := d.Today()
	err := d.each(ctx, today.AddDays(-lookup.KeptDays), func(v Record) error {
		code, err := d.code(v)
		if err != nil {
			return err
		}
		list = append(list, lookup.Entry{Keys: lookup.KeysOf(v.Case.Request, code), Record: Public(v.Case)})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return lookup.Shards(list, d.Vault.Secret("delay shards 1"))
}

// Public is what a citizen sees of a case.
func Public(c delay.Case) lookup.Record {
	r := lookup.Record{State: string(c.State), Due: c.Due, Ended: c.Ended}
	for i := len(c.Letters) - 1; i >= 0; i-- {
		l := c.Letters[i]
		r.Letters = append(r.Letters, lookup.Letter{Date: l.Date, Reason: string(l.Reason), Text: l.Text, Expected: l.Expected})
	}
	return r
}

// Look returns what a citizen sees of the request of a number and a code; false
// when there is none, when the code is another request's, and when it ended too
// long ago: these are told by the same work and the same answer.
func (d *Desk) Look(ctx context.Context, request string, code lookup.Code) (r lookup.Record, found bool, err error) {
	address := lookup.KeysOf(request, code).String()
	var v Record
	err = d.Store.Read(ctx, func(r Records) (err error) {
		v, err = r.CaseAt(address)
		return err
	})
	switch {
	case errors.Is(err, fault.NotFound):
		return r, false, nil
	case err != nil:
		return r, false, err
	}
	return Public(v.Case), lookup.Shown(v.Case.Ended, d.Today()), nil
}

// Due is a case for whose next step somebody is to be reminded.
type Due struct {
	ID      string
	Version int
	Agency  catalog.AgencyCode
	Point   catalog.PointCode
	Request string
	Alarm   delay.Alarm
	Day     calendar.Date // by which it was, or is, to be done; zero where no day is set
	// Reopened is how often the case was opened again: what was told of it before
	// may be due anew, on the same day.
	Reopened int
}

// remindedDays is how long after the end of a case somebody is reminded to tell of
// it.
const remindedDays = 400

// Reminders are the cases for which something is late or soon due. It asks for no
// right: it is told to nobody but who has to know whom to tell.
func (d *Desk) Reminders(ctx context.Context) (list []Due, err error) {
	off, err := d.Content.Holidays()
	if err != nil {
		return nil, err
	}
	today := d.Today()
	err = d.each(ctx, today.AddDays(-remindedDays), func(v Record) error {
		alarm := v.Case.Alarm(today, off)
		if alarm == delay.NoAlarm {
			return nil
		}
		due := Due{ID: v.ID, Version: v.Version, Agency: v.Agency, Point: v.Point, Request: v.Case.Request, Alarm: alarm, Day: v.Case.NoticeDue(off), Reopened: len(v.Case.Reopened)}
		if next, open := v.Case.NextLetter(off); open {
			due.Day = next.Day
		}
		list = append(list, due)
		return nil
	})
	return list, err
}
