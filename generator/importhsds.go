package main

import (
	"fmt"
	"maps"
	"os"
	"slices"

	"khumue/internal/fault"
	"khumue/internal/hsds"
	"khumue/internal/transfer"
)

// hsds opens a package of HSDS as tables: agencies before what belongs to them,
// and points behind the manuals that they serve.
func (c *importCommand) hsds(in *os.File) ([]part, error) {
	set, err := hsds.Read(in)
	if err != nil {
		return nil, err
	}
	for _, field := range slices.Sorted(maps.Keys(set.Left)) {
		c.left = append(c.left, fmt.Sprintf("%s (%d)", field, set.Left[field]))
	}
	var parts []part
	for _, one := range []struct {
		kind    transfer.Kind
		mapping string
		table   hsds.Table
	}{
		{transfer.Agencies, "hsds-agencies", set.Agencies()}, {transfer.Manuals, "hsds-manuals", set.Manuals()},
		{transfer.Services, "hsds-services", set.Others()}, {transfer.Points, "hsds-points", set.Points()},
	} {
		if c.Kind != "" && transfer.Kind(c.Kind) != one.kind {
			continue
		}
		if c.Mapping != "" {
			if c.Kind == "" {
				return nil, fault.New(fault.Invalid, fault.Text{TH: "ไฟล์จับคู่ของ HSDS เป็นของชนิดเดียว", EN: "a mapping of HSDS is for one kind"},
					fault.Text{TH: "เพิ่ม --kind", EN: "add --kind"})
			}
			one.mapping = c.Mapping
		}
		m, err := readMapping(one.mapping)
		if err != nil {
			return nil, err
		}
		t, err := transfer.TableOf(one.table.Head, slices.Values(one.table.Rows))
		if err != nil {
			return nil, err
		}
		parts = append(parts, part{m, t})
	}
	return parts, nil
}
