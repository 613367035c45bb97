package deeds

import (
	"context"
	"encoding/json"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/answers"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/outbox"
)

// Answers gets ready an operation for each of some answers, which are written down
// with those that are kept. No officer signs what a citizen says, and nothing tells at
// what hour it was said but what the answer tells itself. Texts go sealed, so that
// nothing keeps them but the room of answers, which forgets them in time.
func (w *Writer) Answers(ctx context.Context, list []answers.Deed) (context.Context, func(int, bool), error) {
	bound := make([]outbox.Deed, len(list))
	for i, d := range list {
		x := outbox.Deed{Kind: Survey, Entity: answerEntity(d.ID), At: d.Received.Start()}
		var err error
		if x.Do, err = object(d); err != nil {
			return nil, nil, err
		}
		if len(d.Texts) > 0 {
			text, err := object(d.Texts)
			if err != nil {
				return nil, nil, err
			}
			if x.Secret, err = w.Seal(text, aboutAnswer(d.ID)); err != nil {
				return nil, nil, err
			}
		}
		bound[i] = x
	}
	ctx, sheaf, err := w.Box.Bind(ctx, bound)
	if err != nil {
		return nil, nil, err
	}
	return ctx, sheaf.Does, nil
}

// answerEntity is what an operation about an answer is about: each goes by itself.
func answerEntity(id string) string { return "answer:" + id }

// aboutAnswer binds texts to their answer.
func aboutAnswer(id string) string { return "answer " + id }

// answer takes a citizen's answer that an office took.
func (d *Doer) answer(ctx context.Context, dev inbox.Device, op wire.Op, act outbox.Act) (inbox.Outcome, error) {
	var x answers.Deed
	if err := strict(act.Do, &x); err != nil {
		return told(err)
	}
	var named struct{ ID string }
	if err := json.Unmarshal(x.Answer, &named); err != nil || op.Entity != answerEntity(named.ID) {
		return told(unread(err))
	}
	if len(op.Secret) > 0 {
		text, err := d.Unseal(op.Secret, aboutAnswer(named.ID))
		if err == nil {
			err = json.Unmarshal(text, &x.Texts)
		}
		if err != nil {
			return told(unread(err))
		}
	}
	x.ID, x.Received = named.ID, calendar.DateOf(act.At)
	mine := func(point catalog.PointCode) (bool, error) { return d.Serves(dev, point) }
	got, err := d.Answers.Again(ctx, x, mine, func(r answers.Result) {
		if s := inbox.Settling(ctx); s != nil {
			s.Say(becameOf(r))
		}
	})
	if err != nil {
		return inbox.Outcome{}, err
	}
	return becameOf(got), nil
}

// becameOf is what an office is told of an answer. That it was there already is no
// news: it is there once.
func becameOf(r answers.Result) inbox.Outcome {
	switch r.Status {
	case answers.Rejected:
		return inbox.Outcome{Status: wire.Rejected, Code: r.Reason.Code, Text: r.Reason.Text}
	case answers.RetryLater:
		return inbox.Outcome{Status: wire.Held, Code: wire.Waiting, Text: fault.Text{
			TH: "ศูนย์กลางยังไม่รู้จักชุดคำถามของคำตอบนี้ จะลองใหม่เองเมื่อมี", EN: "The centre does not know the question set of this answer yet. It tries again by itself."}}
	}
	return inbox.Outcome{Status: wire.Stored}
}
