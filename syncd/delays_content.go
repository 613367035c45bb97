package main

import (
	"context"
	"slices"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/manuals"
)

// delayContent is what the desk of late requests knows of the content.
type delayContent struct {
	direct  *immediate.Desk
	manuals *manuals.Desk
}

var _ delays.Content = delayContent{}

// Spot returns a service point, whatever its status is: what it took stays its
// own.
func (c delayContent) Spot(code catalog.PointCode) (delays.Spot, error) {
	file, err := c.direct.File(string(code))
	if err != nil {
		return delays.Spot{}, err
	}
	list, err := c.direct.Points(immediate.PointFilter{Agency: file.Owner})
	if err != nil {
		return delays.Spot{}, err
	}
	i := slices.IndexFunc(list, func(p immediate.Point) bool { return p.Code == code })
	if i < 0 {
		return delays.Spot{}, fault.New(fault.NotFound, fault.Text{TH: "ไม่พบจุดบริการนี้", EN: "There is no such service point."})
	}
	p := list[i]
	return delays.Spot{Agency: p.Agency, Name: p.Name, Province: p.Province, Manuals: p.Manuals}, nil
}

// Edition returns a manual as it was in force on a day. A way through it without a
// time is left out.
func (c delayContent) Edition(ctx context.Context, id catalog.ManualID, day calendar.Date) (delays.Edition, error) {
	in, err := c.manuals.InForceOn(ctx, id, day)
	if err != nil {
		return delays.Edition{}, err
	}
	e := delays.Edition{Title: in.Text.Title, Revision: in.Number, Commit: in.Commit.String()}
	for _, s := range in.Text.StepSets {
		if d, ok := in.Text.StepSetTotal(s); ok {
			e.Sets = append(e.Sets, delays.Set{Name: s.Name, Time: d})
		}
	}
	return e, nil
}

// Holidays are those of the content of now.
func (c delayContent) Holidays() (calendar.Holidays, error) {
	f, err := c.manuals.Frame()
	if err != nil {
		return calendar.Holidays{}, err
	}
	return f.Holidays, nil
}
