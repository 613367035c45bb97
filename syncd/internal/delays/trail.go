package delays

import (
	"encoding/json"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/delay"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// shown is a case as the trail shows it to those, too, who may not see the case: by
// its id, which is the entry's subject, and never by the number of the request;
// nothing that tells of a person, and nothing that somebody wrote but the numbers of
// letters. Why a thing was mended stands on the page of the case.
type shown struct {
	Manual   catalog.ManualID `json:"manual"`
	Revision int              `json:"revision"`
	Due      calendar.Date    `json:"due"`
	State    delay.State      `json:"state"`
	Ended    calendar.Date    `json:"ended,omitzero"`
	Result   delay.Result     `json:"result,omitempty"`
	Notified calendar.Date    `json:"notified,omitzero"`
	Letters  []shownLetter    `json:"letters,omitempty"`
	Reopened []shownReopening `json:"reopened,omitempty"`
	Erased   bool             `json:"erased,omitempty"`
}

type shownLetter struct {
	Number  string        `json:"number"`
	Date    calendar.Date `json:"date"`
	Reason  delay.Reason  `json:"reason"`
	Sent    calendar.Date `json:"sent,omitzero"`
	Copied  calendar.Date `json:"copied,omitzero"`
	Edition int           `json:"edition,omitempty"` // of one that was corrected
}

type shownReopening struct {
	State  delay.State   `json:"state"`
	Result delay.Result  `json:"result,omitempty"`
	Ended  calendar.Date `json:"ended"`
	On     calendar.Date `json:"on"`
}

// Fields of entries as they once were kept, which told of a case what its readers
// need not know: of the case itself, and of each thing of its lists.
var (
	outdated       = []string{"request"}
	outdatedInList = []string{"why"}
	lists          = []string{"letters", "reopened"}
)

// Shown is what the trail kept of a case before or after a change, as it is shown:
// without what is kept no more. Of what can not be read it shows nothing.
func Shown(kept string) string {
	if kept == "" {
		return ""
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(kept), &fields) != nil {
		return ""
	}
	dropped := drop(fields, outdated)
	for _, name := range lists {
		var list []map[string]json.RawMessage
		if text, ok := fields[name]; ok && json.Unmarshal(text, &list) != nil {
			return ""
		}
		some := false
		for _, one := range list {
			some = drop(one, outdatedInList) || some
		}
		if !some {
			continue
		}
		text, err := json.Marshal(list)
		if err != nil {
			return ""
		}
		fields[name], dropped = text, true
	}
	if !dropped {
		return kept
	}
	text, err := json.Marshal(fields)
	if err != nil {
		return ""
	}
	return string(text)
}

// drop takes fields out, and reports whether any was there.
func drop(from map[string]json.RawMessage, names []string) bool {
	was := len(from)
	for _, name := range names {
		delete(from, name)
	}
	return len(from) < was
}

func shownOf(v *Record) (string, error) {
	if v == nil {
		return "", nil
	}
	c := v.Case
	s := shown{Manual: v.Manual, Revision: v.Revision, Due: c.Due, State: c.State, Ended: c.Ended, Result: c.Result, Notified: c.Notified, Erased: !v.Erased.IsZero()}
	for _, l := range c.Letters {
		is := shownLetter{Number: l.Number, Date: l.Date, Reason: l.Reason, Sent: l.Sent, Copied: l.Copied}
		if l.Edition > 1 {
			is.Edition = l.Edition
		}
		s.Letters = append(s.Letters, is)
	}
	for _, r := range c.Reopened {
		s.Reopened = append(s.Reopened, shownReopening{r.State, r.Result, r.Ended, r.On})
	}
	text, err := json.Marshal(s)
	return string(text), err
}

func (d *Desk) record(r Records, by staff.Acting, role catalog.Role, action string, was, is *Record) error {
	before, err := shownOf(was)
	if err != nil {
		return err
	}
	after, err := shownOf(is)
	if err != nil {
		return err
	}
	return r.Record(trail.Entry{ID: d.NewID(), At: d.now(), Officer: by.ID, Role: role, Action: action,
		Scope: rights.Scope{Agency: is.Agency, Point: is.Point}, Subject: is.ID, Before: before, After: after, Request: by.Request})
}
