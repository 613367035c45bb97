package deeds_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/calendar"
	"khumue/internal/fault"
	"khumue/internal/licence"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/deeds"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/outbox"
)

func TestWhatADeedIsAbout(t *testing.T) {
	month := calendar.Month{Year: 2026, Month: 10}
	for name, c := range map[string]struct {
		kind string
		do   any
		want []deeds.Thing
	}{
		"an edit is about its files": {deeds.Content, map[string]any{"files": []any{map[string]string{"path": "a.yaml"}, map[string]string{"path": "b.yaml"}}},
			[]deeds.Thing{{Kind: cargo.File, ID: "a.yaml"}, {Kind: cargo.File, ID: "b.yaml"}}},
		"a step is about the manual's revisions": {deeds.Manual + "save", map[string]any{"manual": subject}, []deeds.Thing{{Kind: cargo.Revision, ID: string(subject)}}},
		"what is reported": {deeds.Licence, licences.Deed{Written: &licences.Written{Point: point, Changes: []licences.Change{{Process: process, Month: month}}}},
			[]deeds.Thing{{Kind: cargo.Report, ID: "dlt-area5 dlt-u3iddp 2026-10"}}},
		"what is asked to be opened": {deeds.Licence, licences.Deed{Asked: &licences.Asking{Point: point, Keys: []licence.Key{{Point: point, Process: process, Month: month}}, IDs: []string{"u"}}},
			[]deeds.Thing{{Kind: cargo.Report, ID: "dlt-area5 dlt-u3iddp 2026-10"}, {Kind: cargo.Unlock, ID: "u"}}},
		"a case that begins":           {delays.Began, delays.Deed{Verb: delays.Began, New: delays.New{ID: "c", Point: point, Manual: subject}}, []deeds.Thing{{Kind: cargo.Case, ID: "c"}}},
		"a case that goes on":          {delays.Ended, delays.Deed{Verb: delays.Ended, Command: delays.Command{ID: "c"}}, []deeds.Thing{{Kind: cargo.Case, ID: "c"}}},
		"an answer does not come down": {deeds.Survey, map[string]any{}, nil},
		"a kind that nobody knows yet": {"later.do", map[string]any{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			do, err := json.Marshal(c.do)
			if err != nil {
				t.Fatal(err)
			}
			body, err := outbox.Act{By: author.ID, As: author.Grants[0], Do: do}.Append(nil)
			if err != nil {
				t.Fatal(err)
			}
			got, err := deeds.About(c.kind, body)
			if d := cmp.Diff(c.want, got); d != "" || err != nil {
				t.Errorf("%v\n%s", err, d)
			}
		})
	}
	if _, err := deeds.About(deeds.Content, []byte("{}")); !errors.Is(err, fault.Invalid) {
		t.Errorf("what is no deed: %v", err)
	}
}
