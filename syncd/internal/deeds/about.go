package deeds

import (
	"encoding/json"

	"khumue/internal/catalog"
	"khumue/internal/licence"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/outbox"
)

// Thing is what a deed changes at the office, by the kinds and ids of package cargo;
// of revisions the id is that of the manual, all of whose revisions may change.
type Thing struct{ Kind, ID string }

// About tells what an operation changes at the office, so that what the centre tells
// of that is not taken before the centre has done it. A body that is not a deed's is
// an error of kind Invalid; a kind that this program does not know is about nothing.
func About(kind string, body []byte) ([]Thing, error) {
	if kind == Survey {
		return nil, nil // answers do not come down
	}
	act, err := outbox.ReadAct(body)
	if err != nil {
		return nil, err
	}
	switch {
	case kind == Content:
		return about(act.Do, func(e edit) (list []Thing) {
			for _, f := range e.Files {
				list = append(list, Thing{cargo.File, f.Path})
			}
			return list
		})
	case len(kind) > len(Manual) && kind[:len(Manual)] == Manual:
		return about(act.Do, func(s step) []Thing { return []Thing{{cargo.Revision, string(s.Manual)}} })
	case kind == Comment:
		return about(act.Do, func(s manuals.Said) []Thing { return []Thing{{cargo.Comment, s.ID}} })
	case kind == Licence:
		return about(act.Do, reportsOf)
	case len(kind) > len(Delay) && kind[:len(Delay)] == Delay:
		return about(act.Do, func(d delays.Deed) []Thing {
			if d.Verb == delays.Began {
				return []Thing{{cargo.Case, d.New.ID}}
			}
			return []Thing{{cargo.Case, d.Command.ID}}
		})
	}
	return nil, nil
}

// about reads a command and tells what it is about.
func about[C any](do []byte, list func(C) []Thing) ([]Thing, error) {
	var c C
	if err := json.Unmarshal(do, &c); err != nil {
		return nil, unread(err)
	}
	return list(c), nil
}

func reportsOf(d licences.Deed) (list []Thing) {
	report := func(point catalog.PointCode, k licence.Key) {
		k.Point = point
		list = append(list, Thing{cargo.Report, cargo.ReportID(k)})
	}
	if w := d.Written; w != nil {
		for _, c := range w.Changes {
			report(w.Point, licence.Key{Process: c.Process, Month: c.Month})
		}
	}
	if a := d.Asked; a != nil {
		for _, k := range a.Keys {
			report(a.Point, k)
		}
		for _, id := range a.IDs {
			list = append(list, Thing{cargo.Unlock, id})
		}
	}
	return list
}
