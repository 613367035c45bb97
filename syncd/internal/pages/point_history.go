package pages

import (
	"time"

	"khumue/internal/catalog"
	"khumue/internal/page"
	"khumue/internal/proof"
	"khumue/syncd/internal/immediate"
)

// weekdays are the days of the week as time has them.
var weekdays = [...]time.Weekday{time.Sunday, time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday}

// pointEvent tells of a version. What was imported, and what came with the point,
// is not taken back.
func (x *exchange) pointEvent(v immediate.Version, names map[catalog.OfficerID]string) PointEvent {
	commit := v.Commit.String()
	e := PointEvent{At: x.moment(v.At), Who: x.called(v.By, names), Reason: x.said(v.Why), Hash: commit[:10]}
	if v.Role.Role != "" {
		e.As = x.role(v.Role.Role)
	}
	switch {
	case v.Stage == proof.Bootstrap:
		e.Who, e.Changes = page.Words{}, []page.Words{{Text: x.t("point.imported")}}
		return e
	case v.Came:
		e.Changes = []page.Words{{Text: x.t("point.created")}}
		return e
	}
	for _, c := range v.Changes {
		if len(e.Changes) == mostChanges {
			e.More = len(v.Changes) - mostChanges
			break
		}
		e.Changes = append(e.Changes, x.spoken(c.Words))
	}
	if v.Stage == proof.Immediate && !v.Went {
		e.Back = commit
	}
	return e
}
