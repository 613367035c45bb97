package delays

import (
	"context"

	"khumue/internal/calendar"
	"khumue/internal/delay"
	"khumue/internal/fault"
	"khumue/internal/lookup"
	"khumue/syncd/internal/staff"
)

// Deed is a step on a case that is about to be taken, told so wholly that it can be
// taken again elsewhere. What its verb has no use for is zero. The person of a
// case and the code of its look-up are of Secret alone: no form of a deed writes
// them down otherwise.
type Deed struct {
	Verb    string        `json:"verb"`             // Began, Wrote, Sent, Ended, Told, Mended or Undone
	Command Command       `json:"command,omitzero"` // of all but begin
	New     New           `json:"new,omitzero"`     // of begin, without its person
	Secret  Secret        `json:"-"`
	Letter  delay.Letter  `json:"letter,omitzero"`
	Seq     int           `json:"seq,omitempty"`
	Way     delay.Way     `json:"way,omitempty"`
	Sent    calendar.Date `json:"sent,omitzero"`
	Copied  calendar.Date `json:"copied,omitzero"`
	State   delay.State   `json:"state,omitempty"`
	Result  delay.Result  `json:"result,omitempty"`
	On      calendar.Date `json:"on,omitzero"`
	Why     string        `json:"why,omitempty"`
}

// Secret is what a case keeps sealed.
type Secret struct {
	Person Person      `json:"person"`
	Code   lookup.Code `json:"code"`
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

// Again takes a step that was taken at an office. Errors are those of its own
// method.
func (d *Desk) Again(ctx context.Context, by staff.Acting, x Deed) (Sheet, error) {
	switch c := x.Command; x.Verb {
	case Began:
		n := x.New
		n.Person, n.code = x.Secret.Person, x.Secret.Code
		return d.Begin(ctx, by, n)
	case Wrote:
		return d.Write(ctx, by, c, x.Letter)
	case Mended:
		return d.Correct(ctx, by, c, x.Seq, x.Letter, x.Why)
	case Sent:
		return d.Send(ctx, by, c, x.Seq, x.Way, x.Sent, x.Copied)
	case Ended:
		return d.End(ctx, by, c, x.State, x.Result, x.On)
	case Told:
		return d.Notify(ctx, by, c, x.Way, x.On)
	case Undone:
		return d.Reopen(ctx, by, c, x.Why)
	}
	return Sheet{}, fault.New(fault.Invalid, fault.Textf("ไม่รู้จักขั้นตอน %s", "There is no step %s.", x.Verb))
}
