package office

import (
	"context"
	"slices"

	"khumue/internal/catalog"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/courier"
	"khumue/syncd/internal/deeds"
	"khumue/syncd/internal/mirror"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/review"
)

// ahead is what officers did here and the centre has not done yet, or what stays here of
// it.
type ahead struct {
	things  map[deeds.Thing]bool
	records []mirror.Entity
}

var _ mirror.Ahead = ahead{}

// Has reports whether a file or a record is ahead.
func (a ahead) Has(kind, id string) bool {
	if kind == cargo.Revision {
		ref, err := review.ParseRef(id)
		return err == nil && a.things[deeds.Thing{Kind: kind, ID: string(ref.Manual)}]
	}
	return a.things[deeds.Thing{Kind: kind, ID: id}]
}

// Records are all records that are ahead.
func (a ahead) Records() []mirror.Entity { return a.records }

// ahead looks into the outbox.
func (r *Rooms) ahead(ctx context.Context) (mirror.Ahead, error) {
	list, err := r.under(ctx)
	if err != nil {
		return nil, err
	}
	a := ahead{things: map[deeds.Thing]bool{}}
	for _, things := range list {
		for _, t := range things {
			if a.things[t] {
				continue
			}
			a.things[t] = true
			records, err := r.recordsOf(t)
			if err != nil {
				return nil, err
			}
			a.records = append(a.records, records...)
		}
	}
	return a, nil
}

// under tells what operations are about that are ahead, by their ids. The bytes of an
// operation, which never change, are read once.
func (r *Rooms) under(ctx context.Context) (map[string][]deeds.Thing, error) {
	r.mu.Lock()
	known := r.things
	r.mu.Unlock()
	out := map[string][]deeds.Thing{}
	err := r.Box.Store.Read(ctx, func(rec outbox.Records) error {
		clear(out)
		list, err := rec.Items(outbox.Filter{States: []outbox.State{outbox.Ready, outbox.Sending, outbox.Stored}, Bare: true})
		if err != nil {
			return err
		}
		asks, err := rec.Items(outbox.Filter{States: []outbox.State{outbox.Attention}, Asks: true})
		if err != nil {
			return err
		}
		list = append(list, slices.DeleteFunc(asks, func(i outbox.Item) bool { return !stays(i) })...)
		for _, i := range list {
			things, is := known[i.ID]
			if !is {
				if i, err = rec.Item(i.ID); err != nil {
					return err
				}
				things = r.about(i)
			}
			out[i.ID] = things
		}
		return nil
	})
	if err == nil {
		r.mu.Lock()
		r.things = out
		r.mu.Unlock()
	}
	return out, err
}

// stays reports whether what an operation did stays here though it needs attention:
// the centre does not have it, or it has files or personal data that are nowhere to be
// had in the clear but in what it did, and nobody has said yet that they know.
func stays(i outbox.Item) bool {
	return i.Lacks() || i.Asks() && !i.Emptied && len(i.Files)+len(i.Secret) > 0
}

// about is what an operation changes. One that this program can not read, as one of
// another release, keeps nothing from coming in.
func (r *Rooms) about(i outbox.Item) []deeds.Thing {
	things, err := deeds.About(i.Kind, i.Body)
	if err != nil {
		r.Mirror.Log.Error("what an operation is about can not be read", "operation", i.ID, "kind", i.Kind, "error", err)
	}
	return things
}

// recordsOf are the records that a thing is.
func (r *Rooms) recordsOf(t deeds.Thing) (list []mirror.Entity, err error) {
	switch t.Kind {
	case cargo.File:
		return nil, nil
	case cargo.Revision:
		for _, state := range []review.State{review.Draft, review.InReview, review.Endorsed} {
			refs, err := r.book.Find(state, catalog.ManualID(t.ID))
			if err != nil {
				return nil, err
			}
			for _, ref := range refs {
				list = append(list, mirror.Entity{Kind: t.Kind, ID: ref.String()})
			}
		}
		return list, nil
	}
	return []mirror.Entity{{Kind: t.Kind, ID: t.ID}}, nil
}

// inlet is the mirror, which doubts what the centre refused before it is asked what it
// has.
type inlet struct {
	*mirror.Mirror
	rooms *Rooms
}

var _ courier.Inlet = inlet{}

// Cursor is that of the mirror.
func (i inlet) Cursor(ctx context.Context) (string, []byte, error) {
	if err := i.rooms.doubt(ctx); err != nil {
		return "", nil, err
	}
	return i.Mirror.Cursor(ctx)
}

// doubt has records asked for anew whose operations the centre refused, found in
// conflict, or lost: once for each since the program began.
func (r *Rooms) doubt(ctx context.Context) error {
	list, err := r.Box.Items(ctx, outbox.Filter{States: []outbox.State{outbox.Attention}, Asks: true})
	if err != nil {
		return err
	}
	for _, i := range list {
		r.mu.Lock()
		doubted := r.doubted[i.ID]
		r.mu.Unlock()
		if doubted || i.Status == "" || i.Emptied || stays(i) {
			continue
		}
		for _, t := range r.about(i) {
			records, err := r.recordsOf(t)
			if err != nil {
				return err
			}
			if err := r.Mirror.Doubt(ctx, records...); err != nil {
				return err
			}
		}
		r.mu.Lock()
		r.doubted[i.ID] = true
		r.mu.Unlock()
	}
	return nil
}
