package licences

import (
	"context"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/licence"
	"khumue/syncd/internal/staff"
)

// Asking is a request to open reports again.
type Asking struct {
	Point  catalog.PointCode
	Keys   []licence.Key
	Reason string
	IDs    []string // of the requests that come to be, one for each report; UUIDv7
}

// Deed is something that is about to be done with reports, told so wholly that it
// can be done again elsewhere: one of the two.
type Deed struct {
	Written *Written `json:"written,omitempty"`
	Asked   *Asking  `json:",omitempty"`
}

// Noting writes down what is about to be done. What it returns stands for the
// context of the transaction that does it, so that both last or neither.
type Noting func(context.Context, staff.Acting, Deed) (context.Context, error)

func (d *Desk) noted(ctx context.Context, by staff.Acting, x Deed) (context.Context, error) {
	if d.Note == nil {
		return ctx, nil
	}
	return d.Note(ctx, by, x)
}

// Again does what was done at an office. Errors are those of its own method.
func (d *Desk) Again(ctx context.Context, by staff.Acting, x Deed) (out Outcome, err error) {
	switch {
	case x.Written != nil && x.Asked == nil:
		return d.Write(ctx, by, *x.Written)
	case x.Asked != nil && x.Written == nil && len(x.Asked.IDs) == len(x.Asked.Keys):
		_, err = d.ask(ctx, by, *x.Asked)
		return out, err
	}
	return out, fault.New(fault.Invalid, fault.Text{TH: "ไม่รู้จักขั้นตอนนี้", EN: "There is no such step."})
}
