package immediate

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/staff"
)

// Confirm says that a point's or an agency's profile is right as it stands today,
// or that a process was reviewed today and is still needed.
func (d *Desk) Confirm(ctx context.Context, by staff.Acting, id string) (Saved, error) {
	today := calendar.DateOf(d.Now())
	return d.alter(ctx, by, id, "confirm", "", func(value any) error { return confirm(value, today) })
}

func confirm(value any, today calendar.Date) error {
	switch v := value.(type) {
	case *catalog.Agency:
		v.ConfirmedOn = today
	case *catalog.Point:
		v.ConfirmedOn = today
	case *catalog.Process:
		v.ReviewedOn = today
	default:
		return gone()
	}
	return nil
}

// mostConfirmed is how much may be confirmed at once: as much as a person can have
// looked at.
const mostConfirmed = 200

// ConfirmAll says of several what Confirm says of one, in one commit. The officer
// needs the right for each of them, or nothing changes.
func (d *Desk) ConfirmAll(ctx context.Context, by staff.Acting, ids ...string) (Saved, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	switch {
	case len(ids) == 0:
		return Saved{}, refused(fault.Text{TH: "ยังไม่ได้เลือกรายการ", EN: "Nothing is chosen."}, fault.Text{TH: "เลือกอย่างน้อยหนึ่งรายการ", EN: "Choose at least one."})
	case len(ids) > mostConfirmed:
		return Saved{}, refused(fault.Textf("เลือกเกิน %d รายการ", "More than %d are chosen.", mostConfirmed), fault.Text{TH: "ยืนยันทีละหน้า", EN: "Confirm a page at a time."})
	case len(ids) == 1:
		return d.Confirm(ctx, by, ids[0])
	}
	about, today := strings.Join(ids, " "), calendar.DateOf(d.Now())
	return d.do(ctx, by, job{
		action: "structure.confirm", subject: fmt.Sprintf("Confirm %d profiles", len(ids)), about: about[:min(len(about), 200)], told: confirmedAll{ids},
		plan: func(m *moment) ([]piece, error) {
			var out []piece
			for _, id := range ids {
				p, err := m.confirmed(id, today)
				if err != nil {
					return nil, err
				}
				if !bytes.Equal(p.src, p.was) {
					out = append(out, p)
				}
			}
			return out, nil
		},
	})
}

// confirmedAll is a change of several as the trail shows it.
type confirmedAll struct {
	Confirmed []string `json:"confirmed"`
}

// confirmed makes a piece of what is confirmed.
func (m *moment) confirmed(id string, today calendar.Date) (p piece, err error) {
	at, ok := m.d.index.fileOf(id)
	if !ok {
		return p, gone()
	}
	now, err := m.d.blobOf(m.content, at.Path)
	if err != nil {
		return p, err
	}
	if p, err = m.piece(at, now); err != nil {
		return p, err
	}
	value, _ := at.Decode(bytes.Clone(p.was))
	if err := confirm(value, today); err != nil {
		return p, err
	}
	return p, p.become(value)
}
