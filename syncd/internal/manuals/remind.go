package manuals

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// Reminder is that something that a person looks after is due. It is about no
// revision.
type Reminder struct {
	To    catalog.OfficerID
	Topic Topic        // one that is about no revision
	Title catalog.Text // of what is due
	Mark  string       // what it is about and when it became due: one is told once
	Key   string       // by which its page is found; may be empty
	Text  string       // a reason; may be empty
}

// Remind keeps a notice of what is due and tells the person, unless that was done
// before: by whichever daemon, as long as notices are kept.
func (d *Desk) Remind(ctx context.Context, r Reminder) error {
	if d.Quiet {
		return nil
	}
	n := Notice{
		ID: uuid.NewSHA1(uuid.NameSpaceOID, []byte("due\n"+string(r.To)+"\n"+string(r.Topic)+"\n"+r.Mark)).String(),
		To: r.To, Topic: r.Topic, Title: r.Title, Key: r.Key, Text: beginning(r.Text), At: d.now(),
	}
	err := d.Store.Write(ctx, func(records Records) error { return records.AddNotice(n) })
	if errors.Is(err, fault.Conflict) {
		return nil
	}
	if err == nil {
		d.announce([]Notice{n})
	}
	return err
}
