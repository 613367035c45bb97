package manuals

import (
	"context"
	"slices"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
)

// Edition is a published text of a manual: a request is judged by the one in force
// on the day of its filing.
type Edition struct {
	Publication
	Text *catalog.Manual
}

// InForceOn returns the text of a manual that was in force on a day: the last one
// published on it or before. Of a day before the first, the first. It asks for no
// right: what was published is public. What never was is an error of kind
// NotFound.
func (d *Desk) InForceOn(ctx context.Context, id catalog.ManualID, day calendar.Date) (e Edition, err error) {
	var all []Publication
	var m Manual
	err = d.Store.Read(ctx, func(r Records) (err error) {
		if m, err = r.Manual(id); err != nil {
			return err
		}
		all, err = r.Publications(id)
		return err
	})
	if err != nil {
		return e, absent(err)
	}
	if len(all) == 0 {
		return e, gone()
	}
	i := slices.IndexFunc(all, func(p Publication) bool { return !calendar.DateOf(p.At).After(day) })
	if i < 0 {
		i = len(all) - 1
	}
	e.Publication = all[i]
	text, err := d.Ledger.Text(e.Tree)
	if err != nil {
		return e, absent(err)
	}
	e.Text, err = decode(m.Folder, text)
	if err == nil && e.Text == nil {
		err = gone()
	}
	return e, err
}
