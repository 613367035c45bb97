package pages

import (
	"net/http"
	"net/url"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/page"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// entriesPerPage is how many entries one page shows, and entriesPerRead how many
// an export reads at a time.
const (
	entriesPerPage = 50
	entriesPerRead = 1000
)

// kindsOfWork are the beginnings of actions that one may filter by.
var kindsOfWork = []string{"token.", "user.", "sign-in", "sign-out", "agency.", "point.", "process.", "service.", "change.", "import.", "grant.", "kiosk.", "office.", "licence.", delays.Actions}

// trailView is ประวัติการทำงาน.
type trailView struct {
	Shell
	Unit     Unit
	Person   string // id that is filtered by; "" when none
	Named    page.Words
	Actions  []Option
	From, To string // days, as typed
	Narrow   bool
	Rows     []EntryRow
	All      int
	Pager    Pager
	File     string
	Anyone   string // the same without the person
}

// EntryRow is one entry, in words.
type EntryRow struct {
	At       Moment
	Who      page.Words
	WhoURL   string // filters by the person; "" when nobody was signed in
	As       string // the role in which it was done; may be empty
	Sentence string
	Unit     page.Words
	Before   []Fact
	After    []Fact
	Request  string
	Case     Link // of a late request; zero of another entry
}

// Fact is a value before or after a change.
type Fact struct {
	Name  string
	Value page.Words
}

// trailAsked reads which entries are asked for.
func (x *exchange) trailAsked() (u Unit, f trail.Filter, problems []Problem) {
	u, wrong := x.unitAsked()
	note := func(field, wrong string) {
		if wrong != "" {
			problems = append(problems, Problem{field, wrong})
		}
	}
	note("unit", wrong)
	from, wrong := x.date(x.asked("from"))
	note("from", wrong)
	to, wrong := x.date(x.asked("to"))
	note("to", wrong)
	if !from.IsZero() && !to.IsZero() && to.Before(from) {
		note("to", x.t("date.backwards"))
	}
	f.From, f.To = start(from), end(to)
	if id, err := catalog.ParseOfficerID(x.asked("person")); err == nil {
		f.Officer = id
	}
	for _, k := range kindsOfWork {
		if x.asked("action") == k {
			f.Action = k
		}
	}
	return u, f, problems
}

func start(d calendar.Date) time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return d.Start()
}

func end(d calendar.Date) time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return d.End()
}

func (x *exchange) trailPage() error {
	u, f, problems := x.trailAsked()
	v := trailView{Shell: x.shell("trail"), Unit: u, Person: string(f.Officer), From: x.asked("from"), To: x.asked("to"), Anyone: x.with("person", "", "page", "")}
	v.Problems = problems
	v.Narrow = u.Typed != "" || f.Officer != "" || f.Action != "" || v.From != "" || v.To != ""
	v.Actions = append(v.Actions, Option{"", x.t("trail.any"), f.Action == ""})
	for _, k := range kindsOfWork {
		v.Actions = append(v.Actions, Option{k, x.t("trail.kind." + k), f.Action == k})
	}
	if len(problems) > 0 || u.Typed != "" && u.Code == "" {
		return x.show(http.StatusOK, "trail", v)
	}
	f.Page = trail.Page{Offset: x.offset(entriesPerPage), Limit: entriesPerPage}
	l, err := x.Desk.Trail(x.ctx(), x.by(), u.Code, f)
	if err != nil {
		return err
	}
	if f.Officer != "" {
		names, err := x.names(f.Officer)
		if err != nil {
			return err
		}
		v.Named = x.called(f.Officer, names)
	}
	for _, e := range l.Entries {
		v.Rows = append(v.Rows, x.entryRow(forReader(e), l.Names))
	}
	v.All, v.Pager = l.All, x.pager(f.Page.Offset, entriesPerPage, l.All)
	v.File = "/trail.csv?" + fields("unit", string(u.Code), "person", v.Person, "action", f.Action, "from", v.From, "to", v.To)
	return x.show(http.StatusOK, "trail", v)
}

// fields writes an address's fields, without the empty ones.
func fields(pairs ...string) string {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return q.Encode()
}

// stamp is a time as files have it: exact, and the same in every language.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(calendar.Bangkok()).Format(time.RFC3339)
}

// trailFile is the trail as CSV: all entries until now that are asked for.
func (x *exchange) trailFile() error {
	u, f, problems := x.trailAsked()
	if len(problems) > 0 || u.Typed != "" && u.Code == "" {
		return x.lead("/trail?" + x.r.URL.RawQuery)
	}
	if next := x.now().Add(time.Microsecond); f.To.IsZero() || f.To.After(next) {
		f.To = next // what comes while the file is written is not in it
	}
	f.Page = trail.Page{Limit: entriesPerRead}
	l, err := x.Desk.Trail(x.ctx(), x.by(), u.Code, f)
	if err != nil {
		return err
	}
	t, err := x.table("trail-" + calendar.DateOf(x.now()).ISO())
	if err != nil {
		return err
	}
	if err := t.row(x.t("csv.time"), x.t("csv.name"), x.t("csv.user"), x.t("csv.role"), x.t("csv.done"), x.t("csv.agency"), x.t("csv.point"),
		x.t("csv.action"), x.t("csv.subject"), x.t("csv.before"), x.t("csv.after"), x.t("csv.request"), x.t("csv.entry")); err != nil {
		return err
	}
	for {
		if err := x.trailRows(t, l); err != nil {
			return err
		}
		if f.Page.Offset += len(l.Entries); len(l.Entries) < entriesPerRead {
			return t.end()
		}
		if l, err = x.Desk.Trail(x.ctx(), x.by(), u.Code, f); err != nil {
			return x.cut(err)
		}
	}
}

// cut breaks an answer off that has begun and can not be finished, so that the
// browser does not take it for the whole.
func (x *exchange) cut(err error) error {
	x.Log.ErrorContext(x.ctx(), "a file was broken off", "request", x.id, "error", err.Error())
	panic(http.ErrAbortHandler)
}

func (x *exchange) trailRows(t table, l staff.Log) error {
	for _, e := range l.Entries {
		e = forReader(e)
		r := x.entryRow(e, l.Names)
		if err := t.row(stamp(e.At), r.Who.Text, string(e.Officer), r.As, r.Sentence, string(e.Scope.Agency), string(e.Scope.Point),
			e.Action, e.Subject, e.Before, e.After, e.Request, e.ID); err != nil {
			return err
		}
	}
	return nil
}
