package answers

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync/atomic"

	"khumue/internal/catalog"
)

// forms are all versions of all question sets that were ever published, the
// newest first. They are replaced as a whole.
type forms struct {
	known atomic.Pointer[map[string][]Form]
}

// of returns the versions of a set; none where it was never published.
func (f *forms) of(id string) []Form {
	if all := f.known.Load(); all != nil {
		return (*all)[id]
	}
	return nil
}

// Learn keeps question sets that are published now, so that answers to them are
// taken for ever after, from devices that did not hear of newer ones. It is
// called at the start, and whenever the content changed, by one goroutine.
func (in *Intake) Learn(ctx context.Context, published []*catalog.Survey) error {
	next := map[string][]Form{}
	err := in.Store.Read(ctx, func(r Records) error {
		clear(next)
		list, err := r.Forms()
		for _, f := range list {
			next[f.Survey.ID] = append([]Form{f}, next[f.Survey.ID]...)
		}
		return err
	})
	if err != nil {
		return err
	}
	in.forms.known.Store(&next)
	var fresh []Form
	for _, s := range published {
		if versions := next[s.ID]; len(versions) == 0 || !sameSet(versions[0].Survey, s) {
			fresh = append(fresh, Form{Survey: s, Version: len(versions) + 1, Seen: in.day()})
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	with := maps.Clone(next)
	for _, f := range fresh {
		with[f.Survey.ID] = append([]Form{f}, with[f.Survey.ID]...)
	}
	in.forms.known.Store(&with) // also where it can not be kept yet: it is in the content
	return in.Store.Write(ctx, func(r Records) error {
		for _, f := range fresh {
			if err := r.PutForm(f); err != nil {
				return err
			}
		}
		return nil
	})
}

func sameSet(a, b *catalog.Survey) bool {
	return bytes.Equal(encoded(a), encoded(b))
}

func encoded(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("answers: " + err.Error()) // plain values can always be written
	}
	return b
}

// Form returns the newest version of a question set; false where it was never
// published.
func (in *Intake) Form(id string) (*catalog.Survey, bool) {
	if versions := in.forms.of(id); len(versions) > 0 {
		return versions[0].Survey, true
	}
	return nil, false
}

// Sets are all question sets that were ever published, each in its newest version,
// by their names.
func (in *Intake) Sets() []*catalog.Survey {
	all := in.forms.known.Load()
	if all == nil {
		return nil
	}
	var out []*catalog.Survey
	for _, id := range slices.Sorted(maps.Keys(*all)) {
		out = append(out, (*all)[id][0].Survey)
	}
	return out
}
