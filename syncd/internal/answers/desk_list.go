package answers

import (
	"context"
	"errors"
	"slices"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// mostNamed is how many points a store is asked for by name.
const mostNamed = 500

// DevicesOf returns the tablets of those of the points that a person may look
// after, by point and name, those that were revoked among them.
func (d *Desk) DevicesOf(ctx context.Context, by staff.Acting, places []rights.Scope) (list []Device, err error) {
	points := map[catalog.PointCode]bool{}
	for _, p := range places {
		if _, err := d.may(by, p.Agency, p.Point); errors.Is(err, fault.Forbidden) {
			continue
		} else if err != nil {
			return nil, err
		}
		points[p.Point] = true
	}
	if len(points) == 0 {
		return nil, nil
	}
	var named []catalog.PointCode // nil: all, of which some are taken
	if len(points) <= mostNamed {
		for code := range points {
			named = append(named, code)
		}
		slices.Sort(named)
	}
	err = d.Store.Read(ctx, func(r Records) error {
		list, err = r.Devices(named)
		return err
	})
	list = slices.DeleteFunc(list, func(v Device) bool { return !points[v.Point] })
	for i, v := range list {
		list[i] = d.here(v)
	}
	return list, err
}

// Device returns a tablet that the person may look after; an error of kind
// Forbidden for all others, be they there or not.
func (d *Desk) Device(ctx context.Context, by staff.Acting, id string) (v Device, err error) {
	err = d.Store.Read(ctx, func(r Records) error {
		v, err = r.Device(id)
		return err
	})
	if errors.Is(err, fault.NotFound) {
		return Device{}, rights.Refused()
	}
	v = d.here(v)
	if err == nil {
		_, err = d.may(by, v.Agency, v.Point)
	}
	if err != nil {
		return Device{}, err
	}
	return v, nil
}
