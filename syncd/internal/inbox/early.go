package inbox

import (
	"context"
	"errors"

	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/trail"
)

// early is what becomes of an operation that came to nothing for want of something:
// while what its machine did before is missing, or waits for a person, it waits too.
func (d *Desk) early(ctx context.Context, i Item, o Outcome, err error) (Outcome, error) {
	wants := err == nil && o.Status == wire.Rejected && o.Awaits != ""
	if o.Status == wire.Rejected {
		o.Awaits = ""
	}
	if !wants && (!errors.Is(err, fault.NotFound) || !errors.As(err, new(*fault.Error))) {
		return o, err
	}
	var s Stream
	var undecided []Item
	failed := d.Store.Read(ctx, func(r Records) (err error) {
		if s, err = r.Stream(i.Device, i.Stream); err == nil {
			undecided, err = r.Attention([]string{i.Device}, trail.Page{Limit: mostAsked})
		}
		return err
	})
	if failed != nil {
		return Outcome{}, failed
	}
	held := Outcome{Status: wire.Held, Code: wire.Waiting, Awaits: i.Entity}
	for _, before := range undecided {
		if before.Entity == i.Entity && before.before(i) {
			held.Text = fault.Text{TH: "รายการก่อนหน้าของเรื่องเดียวกันรอเจ้าหน้าที่ตัดสิน รายการนี้จะลองใหม่เองหลังจากนั้น", EN: "An earlier operation about the same waits for a person to decide. This one is tried again after that."}
			return held, nil
		}
	}
	if i.Seq > s.Seq && !s.Gap.IsZero() {
		held.Text = fault.Text{TH: "รายการก่อนหน้าของเครื่องนี้ยังมาไม่ครบ รายการนี้จะลองใหม่เองเมื่อมาครบ", EN: "Earlier operations of this machine have not come yet. This one is tried again when they have."}
		return held, nil
	}
	return o, err
}

// before reports whether an operation of the same machine was made earlier.
func (i Item) before(other Item) bool {
	if i.Stream == other.Stream {
		return i.Seq < other.Seq
	}
	return i.Began.Before(other.Began)
}
