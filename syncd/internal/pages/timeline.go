package pages

import (
	"khumue/internal/catalog"
	"khumue/internal/page"
	"khumue/internal/proof"
	"khumue/syncd/internal/manuals"
)

// EventRow is something that happened to a revision, in words.
type EventRow struct {
	At      Moment
	Who     page.Words
	As      string // the role in which it was done; may be empty
	Did     string
	Which   string // the revision; "" on the page of one
	URL     string // of that; "" where it has none
	Reason  page.Words
	Fields  []string // that a reason points at
	Commit  string   // where it stands in git, in small print
	Warning bool
}

// events tells what happened, the latest first. The page of one revision need not
// say which it is.
func (x *exchange) events(all []manuals.Event, id catalog.ManualID, which bool) ([]EventRow, error) {
	var ids []catalog.OfficerID
	for _, e := range all {
		ids = append(ids, e.By)
	}
	names, err := x.names(unique(ids)...)
	if err != nil {
		return nil, err
	}
	var rows []EventRow
	for _, e := range all {
		r := x.event(e, names)
		if which && e.Number > 0 {
			r.Which, r.URL = x.number(e.Number), numberURL(id, e.Number)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

func (x *exchange) event(e manuals.Event, names map[catalog.OfficerID]string) EventRow {
	r := EventRow{At: x.moment(e.At), Who: x.called(e.By, names), Did: x.did(e), Reason: x.said(e.Reason), Commit: e.Commit.String()[:10]}
	if e.Role != "" {
		r.As = x.role(e.Role)
	}
	for _, f := range e.Fields {
		r.Fields = append(r.Fields, x.fieldName(f))
	}
	r.Warning = e.Stage == proof.Return || e.Stage == proof.Emergency
	return r
}

// did says what a step did.
func (x *exchange) did(e manuals.Event) string {
	switch {
	case e.Stage == "" && e.Saves > 1:
		return x.t("event.saves", e.Saves)
	case e.Stage == "":
		return x.t("event.save")
	}
	return x.words["event."+string(e.Stage)]
}
