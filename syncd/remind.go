package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/rights"
)

// remindEvery is how often it is looked for what became due. What was told before
// is not told again, after a restart neither.
const remindEvery = 6 * time.Hour

// remind tells until ctx ends who has to confirm or review something.
func (c *centre) remind(ctx context.Context) {
	tick := time.NewTicker(remindEvery)
	defer tick.Stop()
	for {
		if err := c.remindNow(ctx); err != nil && ctx.Err() == nil {
			c.log.Error("reminding of what is due", "error", err)
		}
		if err := c.remindDelays(ctx); err != nil && ctx.Err() == nil {
			c.log.Error("reminding of late requests", "error", err)
		}
		if err := c.tellMonth(ctx); err != nil && ctx.Err() == nil {
			c.log.Error("telling the figures of a month", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// remindNow keeps one notice for each person of all that became due on one day, one
// of all that soon will, and once a year one of what nobody ever confirmed.
func (c *centre) remindNow(ctx context.Context) error {
	c.follows.landed() // who looks after what is found by the tree
	turns, err := c.direct.Turned()
	if err != nil {
		return err
	}
	groups := map[manuals.Reminder][]immediate.Turn{} // without titles
	profiles, err := c.desk.Keepers(ctx, rights.EditProfile)
	if err != nil {
		return err
	}
	processes, err := c.desk.Keepers(ctx, rights.EditProcess)
	if err != nil {
		return err
	}
	for _, t := range turns {
		keepers, point := profiles, catalog.PointCode("")
		switch t.Kind {
		case corpus.PointFile:
			point = catalog.PointCode(t.ID)
		case corpus.ProcessFile:
			keepers = processes
		}
		to, err := keepers.Of(ctx, t.Agency, point)
		if err != nil {
			return err
		}
		for _, who := range to {
			key := manuals.Reminder{To: who, Topic: topicOf(t.Due), Mark: markOf(t, calendar.DateOf(c.direct.Now()))}
			groups[key] = append(groups[key], t)
		}
	}
	order := func(a, b manuals.Reminder) int {
		return cmp.Or(cmp.Compare(a.To, b.To), cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Mark, b.Mark))
	}
	for _, r := range slices.SortedFunc(maps.Keys(groups), order) {
		of := groups[r]
		r.Title = titleOfTurns(of)
		if err := c.manuals.Remind(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

func topicOf(d immediate.Due) manuals.Topic {
	if d == immediate.Soon {
		return manuals.DueSoon
	}
	return manuals.DueNow
}

// markOf is what makes a reminder one: the day on which something became due, or of
// what nobody ever confirmed the year.
func markOf(t immediate.Turn, today calendar.Date) string {
	if t.Day.IsZero() {
		return "never " + strconv.Itoa(today.YearBE())
	}
	return t.Day.ISO()
}

// titleOfTurns names the first of what is due, and counts the others.
func titleOfTurns(of []immediate.Turn) catalog.Text {
	slices.SortFunc(of, func(a, b immediate.Turn) int { return cmp.Or(cmp.Compare(a.Agency, b.Agency), cmp.Compare(a.ID, b.ID)) })
	first := of[0].Name
	if len(of) == 1 {
		return first
	}
	return catalog.Text{
		TH: fmt.Sprintf("%s และอีก %d รายการ", first.In(catalog.TH), len(of)-1),
		EN: fmt.Sprintf("%s and %d more", first.In(catalog.EN), len(of)-1),
	}
}
