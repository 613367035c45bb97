package pages

import (
	"strconv"
	"strings"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/page"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
)

// Standing is where a manual or a revision of it stands, as a tag.
type Standing struct {
	State string // a class: the word of a state, or returned, withdrawn, unpublished, emergency
	Text  string
}

// Held is whose move a revision is, and since when.
type Held struct {
	Role  string // "" when it is nobody's
	Since Moment
	Day   Moment // the same, to the day
	Age   string // how long that is
}

// manualURL is the address of a manual's page.
func manualURL(id catalog.ManualID) string { return "/manuals/" + string(id) }

// revisionURL is the address of a revision where it stands.
func revisionURL(ref review.Ref) string {
	if ref.State == review.Draft {
		return manualURL(ref.Manual) + "/draft/" + ref.Key
	}
	return numberURL(ref.Manual, ref.Number)
}

// numberURL is the address of a revision that has a number.
func numberURL(id catalog.ManualID, n int) string {
	return manualURL(id) + "/revisions/" + strconv.Itoa(n)
}

// standing is the state of a revision as officers call it.
func (x *exchange) standing(r review.Revision) Standing {
	switch {
	case r.State == review.Draft && r.Returned != nil:
		return Standing{"returned", x.t("state.returned")}
	case r.Emergency:
		return Standing{"emergency", x.t("state.emergency")}
	}
	return Standing{string(r.State), r.State.Name().In(x.lang)}
}

// public is the state of what is published of a manual.
func (x *exchange) public(m manuals.Manual) Standing {
	switch {
	case m.Published.At.IsZero():
		return Standing{"unpublished", x.t("state.unpublished")}
	case m.Withdrawn:
		return Standing{"withdrawn", x.t("state.withdrawn")}
	case !m.Published.InOrder:
		return Standing{"emergency", x.t("state.emergency")}
	}
	return Standing{string(review.Published), review.Published.Name().In(x.lang)}
}

// holds says who holds a revision, and since when.
func (x *exchange) holds(o manuals.Open) Held {
	h := Held{Since: x.moment(o.Changed), Day: x.day(o.Changed), Age: x.age(o.Changed)}
	if role := o.Holder(); role != "" {
		h.Role = x.role(role)
	}
	return h
}

// number is what a revision is called: by its number, or a draft that has none.
func (x *exchange) number(n int) string {
	if n == 0 {
		return x.t("revision.unnumbered")
	}
	return x.t("revision.number", n)
}

// issueName is what a publication is called: what was imported has no number.
func (x *exchange) issueName(p manuals.Publication) string {
	switch {
	case p.At.IsZero():
		return ""
	case p.Number == 0:
		return x.t("revision.imported")
	}
	return x.t("revision.number", p.Number)
}

// age is how long ago something was, in words.
func (x *exchange) age(t time.Time) string {
	switch d := x.now().Sub(t); {
	case t.IsZero():
		return ""
	case d < time.Minute:
		return x.t("age.now")
	case d < time.Hour:
		return x.words.Count("age.minutes", int(d/time.Minute))
	case d < 24*time.Hour:
		return x.words.Count("age.hours", int(d/time.Hour))
	}
	return x.words.Count("age.days", days(t, x.now()))
}

// days is how many days lie between two moments, as the calendar counts them.
func days(from, to time.Time) int {
	return int(calendar.DateOf(to).Start().Sub(calendar.DateOf(from).Start()) / (24 * time.Hour))
}

// Due is until when something is to be done.
type Due struct {
	Text string // "" where nothing is due
	ISO  string
	Late string // how long it is overdue; "" while it is not
}

func (x *exchange) due(t time.Time) Due {
	if t.IsZero() {
		return Due{}
	}
	m := x.day(t)
	d := Due{Text: m.Text, ISO: m.ISO}
	switch n := days(t, x.now()); {
	case !x.now().After(t):
	case n < 1:
		d.Late = x.t("due.late")
	default:
		d.Late = x.words.Count("due.late.days", n)
	}
	return d
}

// agency is what an agency is called.
func (x *exchange) agency(code catalog.AgencyCode) page.Words {
	return x.unit(rights.Scope{Agency: code})
}

// titled is a manual's title; of one without, its id.
func (x *exchange) titled(t catalog.Text, id catalog.ManualID) page.Words {
	if w := x.text(t); w.Text != "" {
		return w
	}
	return page.Words{Text: x.t("manual.untitled", string(id))}
}

// spoken is a text of a failure or a comparison in the page's language.
func (x *exchange) spoken(t fault.Text) page.Words { return x.said(t.In(string(x.lang))) }

// fieldName is what people call a field of a manual, by a path into it; a field
// of another day is called by its own name.
func (x *exchange) fieldName(path string) string {
	top := topField(path)
	if name, ok := x.words["field."+top]; ok {
		return name
	}
	return top
}

// topField is the field of a manual in which a path begins.
func topField(path string) string {
	if i := strings.IndexAny(path, ".["); i >= 0 {
		return path[:i]
	}
	return path
}

// section is a part of a manual with the fields that belong to it.
type section struct {
	key    string
	fields []string
}

// parts are the parts of a manual in the order in which officers read it. Every
// field is in one.
var parts = []section{
	{"withdrawal", []string{"withdrawn"}},
	{"about", []string{"id", "title", "owner", "summary", "common_names", "process", "service_type", "work_kind", "laws", "impact", "areas", "legal_time", "categories", "groups", "tags", "reviewed_on", "legacy"}},
	{"criteria", []string{"body"}},
	{"channels", []string{"channels", "e_submission"}},
	{"steps", []string{"step_sets", "total_time", "reduced"}},
	{"documents", []string{"documents"}},
	{"fees", []string{"fees", "copy_fee"}},
	{"complaints", []string{"complaints"}},
	{"forms", []string{"forms"}},
	{"remarks", []string{"remarks"}},
}

// partOf is the place of the part in which a field is.
func partOf(field string) int {
	for i, p := range parts {
		for _, f := range p.fields {
			if f == field {
				return i
			}
		}
	}
	return 1
}
