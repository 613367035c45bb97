package inbox

import (
	"context"
	"encoding/json"
	"errors"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// Office is a device as officers see it.
type Office struct {
	Device
	Backlog
	Moved   bool // there is no such agency or point any more
	Missing []Missing
}

// Missing are operations that never came.
type Missing struct {
	Stream      string
	First, Last int64
}

// mostMissing is how many gaps of a device are told.
const mostMissing = 20

// target is what a device belongs to. Of an agency that is gone only those who see
// the whole country are told.
func (d *Desk) target(dev Device) (t rights.Target, moved bool, err error) {
	t, err = d.Structure.Target(dev.where())
	if errors.Is(err, fault.NotFound) {
		return rights.Target{Chain: []catalog.AgencyCode{dev.Agency}, Point: dev.Point}, true, nil
	}
	return t, false, err
}

// mine returns the devices that a person may do something about.
func (d *Desk) mine(r Records, by staff.Acting, action rights.Action) (out []Office, err error) {
	all, err := r.Devices()
	if err != nil {
		return nil, err
	}
	for _, dev := range all {
		t, moved, err := d.target(dev)
		if err != nil {
			return nil, err
		}
		if _, may := by.As(action, t); may {
			out = append(out, Office{Device: dev, Moved: moved})
		}
	}
	return out, nil
}

func ids(list []Office) []string {
	out := make([]string, len(list))
	for i, o := range list {
		out[i] = o.ID
	}
	return out
}

// Offices returns the devices of the agencies and points whose reports a person may
// see, with what of them is not done and what never came. Of the stream in which a
// device speaks, what it has yet to send is not missing.
func (d *Desk) Offices(ctx context.Context, by staff.Acting) (list []Office, err error) {
	err = d.Store.Read(ctx, func(r Records) error {
		if list, err = d.mine(r, by, rights.SeeReports); err != nil {
			return err
		}
		backlogs, err := r.Backlogs()
		if err != nil {
			return err
		}
		behind, err := r.Behind("")
		if err != nil {
			return err
		}
		streams := map[string][]Stream{}
		for _, s := range behind {
			streams[s.Device] = append(streams[s.Device], s)
		}
		for i := range list {
			list[i].Backlog = backlogs[list[i].ID]
			if list[i].Missing, err = missing(r, list[i].Device, streams[list[i].ID]); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

// Office is one of Offices. One that the person does not see is an error of kind
// NotFound.
func (d *Desk) Office(ctx context.Context, by staff.Acting, id string) (o Office, err error) {
	err = d.Store.Read(ctx, func(r Records) error {
		dev, err := r.Device(id)
		if err != nil {
			return err
		}
		t, moved, err := d.target(dev)
		if err != nil {
			return err
		}
		if _, may := by.As(rights.SeeReports, t); !may {
			return fault.New(fault.NotFound, fault.Text{TH: "ไม่พบเครื่องนี้", EN: "There is no such machine."})
		}
		o = Office{Device: dev, Moved: moved}
		if o.Backlog, err = r.Backlog(id); err != nil {
			return err
		}
		streams, err := r.Behind(id)
		if err == nil {
			o.Missing, err = missing(r, dev, streams)
		}
		return err
	})
	return o, err
}

// Machines returns the devices of the agencies and points for which a person may do
// an action, without what of them is not done.
func (d *Desk) Machines(ctx context.Context, by staff.Acting, action rights.Action) (list []Device, err error) {
	err = d.Store.Read(ctx, func(r Records) error {
		mine, err := d.mine(r, by, action)
		for _, o := range mine {
			list = append(list, o.Device)
		}
		return err
	})
	return list, err
}

// missing are the gaps in a device's streams that are behind.
func missing(r Records, dev Device, streams []Stream) (out []Missing, err error) {
	for _, s := range streams {
		if len(out) == mostMissing {
			break
		}
		var gaps [][2]int64
		if s.Seq < s.Last {
			if gaps, err = r.Gaps(dev.ID, s.ID, s.Seq, mostMissing); err != nil {
				return nil, err
			}
		}
		if s.Last < s.Told && (s.ID != dev.Stream || !dev.Revoked.IsZero()) {
			gaps = append(gaps, [2]int64{s.Last + 1, s.Told})
		}
		for _, g := range gaps {
			if len(out) < mostMissing {
				out = append(out, Missing{s.ID, g[0], g[1]})
			}
		}
	}
	return out, nil
}

// Attention returns operations that wait for a person to decide, the oldest first,
// and what was put aside, the newest first, of the devices whose staff a person
// looks after.
func (d *Desk) Attention(ctx context.Context, by staff.Acting, p trail.Page) (items []Item, asides []Aside, err error) {
	err = d.Store.Read(ctx, func(r Records) error {
		mine, err := d.mine(r, by, rights.ManageStaff)
		if err != nil || len(mine) == 0 {
			return err
		}
		var first, second error
		items, first = r.Attention(ids(mine), p)
		asides, second = r.Asides(ids(mine), p)
		return errors.Join(first, second)
	})
	return items, asides, err
}

// Decision is what a person decides of an operation that could not be done.
type Decision string

// The decisions.
const (
	TryAgain Decision = "again"
	Refuse   Decision = "refuse"
)

// longestReason is how long a reason may be, in characters.
const longestReason = 500

// Decide has an operation that waits for a person tried again, or refuses it for a
// reason, which its office is told.
func (d *Desk) Decide(ctx context.Context, by staff.Acting, id string, what Decision, reason string) error {
	d.ready()
	if what == Refuse && reason == "" || utf8.RuneCountInString(reason) > longestReason {
		return fault.New(fault.Invalid, fault.Textf("เขียนเหตุผล 1 ถึง %d ตัวอักษร", "Write a reason of 1 to %d characters.", longestReason))
	}
	err := d.Store.Write(ctx, func(r Records) error {
		i, dev, role, err := d.attended(r, by, id)
		if err != nil {
			return err
		}
		was, now := i, d.now()
		switch what {
		case TryAgain:
			i.State, i.Tries, i.Next, i.Held, i.Outcome = Waiting, 0, now, time.Time{}, Outcome{Status: wire.Stored}
			err = errors.Join(r.Update(i), r.Wake(i.Device, now))
		case Refuse:
			i = i.settled(Outcome{Status: wire.Rejected, Code: "refused", Text: fault.Text{TH: reason, EN: reason}}, now)
			err = errors.Join(r.Update(i), r.Arrived(i.Entity, now))
		default:
			return fault.New(fault.Invalid, fault.Text{TH: "เลือกว่าจะทำใหม่หรือไม่รับ", EN: "Choose to try again or to refuse."})
		}
		return errors.Join(err, d.record(r, by, role, dev, was, i, reason))
	})
	d.wake()
	d.asked.forget()
	return err
}

// attended is an operation that waits for a decision, which the person may make.
func (d *Desk) attended(r Records, by staff.Acting, id string) (i Item, dev Device, role catalog.Role, err error) {
	items, err := r.Items([]string{id})
	if err == nil && len(items) == 0 {
		err = rights.Refused()
	}
	if err != nil {
		return i, dev, role, err
	}
	i = items[0]
	if dev, err = r.Device(i.Device); err != nil {
		return i, dev, role, err
	}
	t, _, err := d.target(dev)
	grant, may := by.As(rights.ManageStaff, t)
	switch {
	case err == nil && !may:
		err = rights.Refused()
	case err == nil && i.State != Attention:
		err = fault.New(fault.Conflict, fault.Text{TH: "รายการนี้ไม่ต้องตัดสินแล้ว", EN: "There is nothing more to decide of this operation."})
	}
	return i, dev, grant.Role, err
}

// decided is a decision as the trail shows it.
type decided struct {
	State  State       `json:"state"`
	Status wire.Status `json:"status"`
	Reason string      `json:"reason,omitempty"`
}

func (d *Desk) record(r Records, by staff.Acting, role catalog.Role, dev Device, was, is Item, reason string) error {
	text := func(v decided) string {
		b, err := json.Marshal(v)
		if err != nil {
			panic("inbox: texts can always be written")
		}
		return string(b)
	}
	id, err := uuid.NewV7FromReader(d.Random)
	if err != nil {
		panic("inbox: no randomness: " + err.Error())
	}
	return r.Record(trail.Entry{ID: id.String(), At: d.now(), Officer: by.ID, Role: role, Action: "office.decide", Scope: rights.Scope{Agency: dev.Agency, Point: dev.Point},
		Subject: is.ID, Before: text(decided{was.State, was.Outcome.Status, ""}), After: text(decided{is.State, is.Outcome.Status, reason}), Request: by.Request})
}
