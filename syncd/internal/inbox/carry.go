package inbox

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/google/uuid"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// Carried is what came of what a person brought of a machine.
type Carried struct {
	Results []wire.Result
	Files   []wire.Got // how much of each is there, each once
	New     int        // operations that were not there
	Known   int        // that were
	Refused int        // that could not be kept under their ids
	Aside   int        // of those that are new: that wait for a person, for the machine was shut out
}

// Bearer returns the machine whose file a person brings: one on which the person may
// work, or may enrol. Another is an error of kind Forbidden.
func (d *Desk) Bearer(ctx context.Context, by staff.Acting, device string) (dev Device, err error) {
	dev, _, err = d.bearer(ctx, by, device)
	return dev, err
}

func (d *Desk) bearer(ctx context.Context, by staff.Acting, device string) (dev Device, as rights.Grant, err error) {
	err = d.Store.Read(ctx, func(r Records) error {
		dev, err = r.Device(device)
		return err
	})
	if errors.Is(err, fault.NotFound) {
		return dev, as, notYours()
	} else if err != nil {
		return dev, as, err
	}
	t, _, err := d.target(dev)
	if err != nil {
		return dev, as, err
	}
	as, may := by.As(rights.WorkOffline, t)
	if !may {
		as, may = by.As(rights.EnrolOffice, t)
	}
	if !may {
		return Device{}, as, notYours()
	}
	return dev, as, nil
}

func notYours() error {
	return fault.New(fault.Forbidden, fault.Text{TH: "ไฟล์นี้ไม่ได้มาจากเครื่องของหน่วยงานหรือจุดบริการของท่าน จึงไม่มีการบันทึกใด ๆ", EN: "This file is of no machine of your agency or service point. Nothing was stored."},
		fault.Text{TH: "ให้เจ้าหน้าที่ของหน่วยงานนั้นนำเข้า", EN: "Have an officer of that agency bring it."})
}

// Carry takes in what a person brings of a machine in place of its line: the same is
// kept as of a push, once. Each calls take with one message after another. What a
// machine did that was shut out waits for a person to decide, whenever it was done: a
// machine's clock proves nothing. Should it end early, what was taken stays, and the
// same may be brought again.
func (d *Desk) Carry(ctx context.Context, by staff.Acting, dev Device, each func(take func(wire.Message) error) error) (c Carried, err error) {
	d.ready()
	dev, as, err := d.bearer(ctx, by, dev.ID)
	if err != nil {
		return c, err
	}
	err = each(func(m wire.Message) error {
		var reply wire.Message
		err := caught(func() (err error) {
			switch {
			case m.Type == wire.Chunk && m.Piece != nil:
				reply, err = d.chunk(ctx, dev, *m.Piece)
			case m.Type == wire.Push && dev.Revoked.IsZero():
				reply, err = d.push(ctx, dev, m)
			case m.Type == wire.Push:
				reply, err = d.review(ctx, dev, m)
			default:
				err = fault.New(fault.Invalid, fault.Text{TH: "ไฟล์มีข้อความที่ศูนย์กลางไม่รับ", EN: "The file has a message that the centre does not take."})
			}
			return err
		})
		if err == nil {
			err = c.add(reply)
		}
		return err
	})
	if err != nil {
		return c, err
	}
	d.asked.forget()
	return c, d.Store.Write(ctx, func(r Records) error { return d.recordCarried(r, by, as.Role, dev, c) })
}

// add counts what was said of a message.
func (c *Carried) add(reply wire.Message) error {
	if reply.Type == wire.Refusal {
		return fault.New(fault.Conflict, reply.Text)
	}
	for _, r := range reply.Results {
		switch {
		case r.Status == wire.Later:
			return fault.New(fault.Unavailable, r.Text)
		case r.Status == wire.Duplicate:
			c.Known++
		case r.Code == wire.OtherBytes || r.Code == wire.NotYours:
			c.Refused++
		default:
			c.New++
		}
		if r.Code == wire.RevokedCode && r.Status == wire.Stored {
			c.Aside++
		}
		c.Results = append(c.Results, r)
	}
	for _, g := range reply.Got {
		if n := len(c.Files); n > 0 && c.Files[n-1].SHA256 == g.SHA256 {
			c.Files[n-1] = g
		} else {
			c.Files = append(c.Files, g)
		}
	}
	return nil
}

// review keeps operations of a machine that was shut out, for a person to decide of.
func (d *Desk) review(ctx context.Context, dev Device, m wire.Message) (reply wire.Message, err error) {
	err = d.Store.Write(ctx, func(r Records) error {
		reply = wire.Message{Type: wire.Results}
		s, err := d.streamOf(r, dev, m.Stream)
		if err != nil {
			return err
		}
		kept, _, err := known(r, Stream{}, m.Ops)
		if err != nil {
			return err
		}
		var fresh []*Item
		var asides []Aside
		for _, o := range m.Ops {
			sum := o.Sum()
			if i, there := kept[o.ID]; there {
				result := again(dev, *i, sum)
				if result.Status != wire.Duplicate {
					asides = append(asides, d.aside(dev, s, o, sum, result.Code))
				}
				reply.Results = append(reply.Results, result)
				continue
			}
			i := d.fresh(dev, s, o, sum)
			i.State, i.Outcome = Attention, Outcome{Status: wire.Stored, Code: wire.RevokedCode,
				Text: fault.Text{TH: "มาจากเครื่องที่ถูกยกเลิกแล้ว เจ้าหน้าที่ของศูนย์กลางจะตรวจดูก่อน", EN: "It is of a machine that was shut out. A person at the centre looks at it first."}}
			kept[o.ID] = i
			fresh = append(fresh, i)
			reply.Results = append(reply.Results, i.result())
		}
		return errors.Join(r.PutStream(s), r.Add(fresh), each(asides, r.PutAside))
	})
	return reply, err
}

// carried is an import as the trail shows it.
type carried struct {
	New     int `json:"new"`
	Known   int `json:"known"`
	Refused int `json:"refused,omitempty"`
	Aside   int `json:"aside,omitempty"`
}

func (d *Desk) recordCarried(r Records, by staff.Acting, role catalog.Role, dev Device, c Carried) error {
	text, err := json.Marshal(carried{c.New, c.Known, c.Refused, c.Aside})
	if err != nil {
		return err
	}
	id, err := uuid.NewV7FromReader(d.Random)
	if err != nil {
		return err
	}
	return r.Record(trail.Entry{ID: id.String(), At: d.now(), Officer: by.ID, Role: role, Action: "office.carry", Scope: rights.Scope{Agency: dev.Agency, Point: dev.Point},
		Subject: dev.ID, After: string(text), Request: by.Request})
}
