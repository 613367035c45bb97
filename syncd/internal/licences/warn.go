package licences

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/licence"
	"khumue/syncd/internal/rights"
)

// Warn tells who reports that a month locks soon of which something is missing, and
// that an unlock ends soon in which nothing was handed in: one News for a person and
// each of the mornings of licence.LockReminders and licence.UnlockReminders, which
// names the first of the points and counts the others. What was told bears a mark by
// which it is not told again, by whichever daemon; a morning that nobody was there
// for is made up for until the next. It may be called at any time, and costs nothing
// once it told all of a day.
func (d *Desk) Warn(ctx context.Context) error {
	now := d.now()
	today := calendar.DateOf(now)
	if now.Before(today.At(licence.RemindFrom)) || d.hasWarned(today) {
		return nil
	}
	if err := d.Follow(ctx); err != nil {
		return err
	}
	w := warnings{finder: d.finder(), now: now, of: map[warning][]Spot{}}
	for _, a := range []rights.Action{rights.ReportLicences, rights.ReportForUnit} {
		if _, err := w.keepers(ctx, a); err != nil {
			return err
		}
	}
	if err := errors.Join(w.locking(ctx), w.ending(ctx)); err != nil {
		return err
	}
	if err := w.tell(ctx); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.warned = today
	return nil
}

func (d *Desk) hasWarned(day calendar.Date) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.warned == day
}

// warning is what one person is told at once.
type warning struct {
	topic Topic
	to    catalog.OfficerID
	month calendar.Month
	until time.Time
	days  int // working days before the last one, of the reminder
}

// warnings are collected at one moment.
type warnings struct {
	*finder
	now   time.Time
	of    map[warning][]Spot
	order []warning
}

func (w *warnings) add(to []catalog.OfficerID, as warning, s Spot) {
	for _, as.to = range to {
		if _, there := w.of[as]; !there {
			w.order = append(w.order, as)
		}
		if !slices.ContainsFunc(w.of[as], func(o Spot) bool { return o.Point == s.Point }) {
			w.of[as] = append(w.of[as], s)
		}
	}
}

// locking collects of what something is missing for the month that is over.
func (w *warnings) locking(ctx context.Context) error {
	m := calendar.MonthOf(calendar.DateOf(w.now)).Add(-1)
	reports := map[catalog.PointCode]int{}
	err := w.desk.Store.Read(ctx, func(r Records) error {
		cells, err := r.Cells(Span{From: m, To: m})
		clear(reports)
		for _, c := range cells {
			reports[c.Point] = c.Reports
		}
		return err
	})
	if err != nil {
		return err
	}
	posts, err := w.desk.Posts(ctx)
	if err != nil {
		return err
	}
	for _, p := range posts {
		if len(p.Expected(m)) <= reports[p.Point] {
			continue
		}
		s, ok, err := w.desk.spotOf(p.Point)
		if err != nil {
			return err
		}
		until := s.Calendar.Locks(m)
		if days, due := s.Calendar.Reminder(licence.LockReminders, until, w.now); ok && due {
			w.add(w.reporters(ctx, s, ""), warning{topic: Locking, month: m, until: until, days: days}, s)
		}
	}
	return nil
}

// ending collects the unlocks that wait to be used.
func (w *warnings) ending(ctx context.Context) error {
	var list []Request
	err := w.desk.Store.Read(ctx, func(r Records) (err error) {
		list, err = r.Unlocks(RequestFilter{From: w.now.AddDate(-1, 0, 0), To: w.now.Add(time.Hour)})
		return err
	})
	if err != nil {
		return err
	}
	for _, q := range list {
		if !q.Granted || !q.Used.IsZero() {
			continue
		}
		s, ok, err := w.desk.spotOf(q.Point)
		if err != nil {
			return err
		}
		if days, due := s.Calendar.Reminder(licence.UnlockReminders, q.Until, w.now); ok && due {
			to := append(w.reporters(ctx, s, ""), q.By)
			slices.Sort(to)
			w.add(slices.Compact(to), warning{topic: Ending, month: q.Month, until: q.Until, days: days}, s)
		}
	}
	return nil
}

// tell tells all that was collected. Who could not be told is told when it is tried
// again.
func (w *warnings) tell(ctx context.Context) error {
	if w.desk.Tell == nil {
		return nil
	}
	slices.SortFunc(w.order, func(a, b warning) int {
		return cmp.Or(cmp.Compare(a.to, b.to), a.until.Compare(b.until), a.month.Compare(b.month), cmp.Compare(a.topic, b.topic))
	})
	var failed error
	for _, as := range w.order {
		spots := w.of[as]
		failed = errors.Join(failed, w.desk.Tell(ctx, News{
			Topic: as.topic, To: []catalog.OfficerID{as.to}, Place: spots[0].Name, Point: spots[0].Point, More: len(spots) - 1, Month: as.month, Until: as.until,
			Mark: fmt.Sprintf("%s %s %d", as.month.ISO(), calendar.DateOf(as.until.Add(-time.Second)).ISO(), as.days),
		}))
	}
	return failed
}
