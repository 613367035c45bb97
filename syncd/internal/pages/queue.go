package pages

import (
	"net/http"
	"slices"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/page"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/trail"
)

// queueView is what waits for a person: revisions to judge, or drafts of one's
// own.
type queueView struct {
	Shell
	Mine   bool // own drafts instead
	Unit   Unit
	Text   string
	Rows   []QueueRow
	All    int
	Late   int // of those shown
	Narrow bool
	Pager  Pager
}

// QueueRow is a revision that waits.
type QueueRow struct {
	URL     string
	Title   page.Words
	Agency  page.Words
	Which   string // ฉบับที่ 4, or a draft
	State   Standing
	Age     string
	Since   Moment
	Due     Due
	Who     []page.Words // who wrote it
	Reading []string     // who reads or writes it now, in words
	For     page.Words   // whose queue it is in; "" when it is one's own
	Reason  page.Words   // why it came back; "" when it did not
}

func (x *exchange) queuePage() error  { return x.showQueue("queue", false) }
func (x *exchange) draftsPage() error { return x.showQueue("drafts", true) }

func (x *exchange) showQueue(layout string, mine bool) error {
	v := queueView{Text: x.asked("q"), Mine: mine}
	u, wrong := x.unitOfDrafts(rights.SeeDrafts)
	v.Unit = u
	v.Shell = x.shell(layout)
	if wrong != "" {
		v.Problems = []Problem{{"unit", wrong}}
	}
	v.Narrow = v.Text != "" || u.Typed != ""
	if u.Typed != "" && u.Code == "" {
		return x.show(http.StatusOK, layout, v)
	}
	at := x.offset(manualsPerPage)
	q, err := x.Manuals.Queue(x.ctx(), x.by(), manuals.QueueFilter{Agency: u.Code, Text: v.Text, Mine: mine, Page: trail.Page{Offset: at, Limit: manualsPerPage}})
	if err != nil {
		return err
	}
	if v.Rows, err = x.queueRows(q.Items); err != nil {
		return err
	}
	for _, r := range v.Rows {
		if r.Due.Late != "" {
			v.Late++
		}
	}
	v.All, v.Pager = q.All, x.pager(at, manualsPerPage, q.All)
	return x.show(http.StatusOK, layout, v)
}

func (x *exchange) queueRows(items []manuals.Item) ([]QueueRow, error) {
	var ids []catalog.OfficerID
	for _, i := range items {
		ids = append(ids, i.Contributors...)
		ids = append(ids, i.For)
		for _, p := range i.Reading {
			ids = append(ids, p.Officer)
		}
	}
	names, err := x.names(unique(ids)...)
	if err != nil {
		return nil, err
	}
	var rows []QueueRow
	for _, i := range items {
		rows = append(rows, x.queueRow(i, names))
	}
	return rows, nil
}

func (x *exchange) queueRow(i manuals.Item, names map[catalog.OfficerID]string) QueueRow {
	r := QueueRow{
		URL: revisionURL(i.Ref), Title: x.titled(i.Title, i.Ref.Manual), Agency: x.agency(i.Agency), Which: x.number(i.Number),
		State: x.standing(i.Revision), Age: x.t("queue.waits", x.age(waiting(i))), Since: x.moment(waiting(i)), Due: x.due(i.Due), Who: x.people(i.Contributors, names),
	}
	if i.For != "" {
		r.For = x.called(i.For, names)
	}
	if i.State == review.Draft {
		r.Age = x.t("age.ago", x.age(i.Changed))
	}
	if i.Returned != nil && i.State == review.Draft {
		r.Reason = x.said(i.Returned.Reason)
	}
	r.Reading = x.present(i.Reading, names)
	return r
}

// waiting is since when a revision waits.
func waiting(i manuals.Item) time.Time {
	if i.State == review.InReview {
		return i.Submitted
	}
	return i.Changed
}

// people are what officers are called.
func (x *exchange) people(ids []catalog.OfficerID, names map[catalog.OfficerID]string) []page.Words {
	var out []page.Words
	for _, id := range ids {
		out = append(out, x.called(id, names))
	}
	return out
}

// present says who has a revision open, and since when.
func (x *exchange) present(who []manuals.Presence, names map[catalog.OfficerID]string) []string {
	var out []string
	for _, p := range who {
		key := "present.reading"
		if p.Writing {
			key = "present.writing"
		}
		out = append(out, x.t(key, x.called(p.Officer, names).Text, x.clock(p.Since)))
	}
	return out
}

// unique leaves out ids that repeat and those of nobody.
func unique(ids []catalog.OfficerID) []catalog.OfficerID {
	slices.Sort(ids)
	ids = slices.Compact(ids)
	return slices.DeleteFunc(ids, func(id catalog.OfficerID) bool { return id == "" })
}

// emergenciesView is what was published in an emergency and is not in order yet.
type emergenciesView struct {
	Shell
	Rows []EmergencyRow
}

// EmergencyRow is an emergency publication.
type EmergencyRow struct {
	URL     string // of the manual
	Title   page.Words
	Agency  page.Words
	Which   string
	WhichTo string // its address
	At      Moment
	Age     string
	By      page.Words
	Reason  page.Words
}

func (x *exchange) emergenciesPage() error {
	all, err := x.Manuals.Hurried(x.ctx(), x.by())
	if err != nil {
		return err
	}
	var ids []catalog.OfficerID
	for _, m := range all {
		ids = append(ids, m.Published.By)
	}
	names, err := x.names(unique(ids)...)
	if err != nil {
		return err
	}
	v := emergenciesView{Shell: x.shell("emergencies")}
	for _, m := range all {
		p := m.Published
		v.Rows = append(v.Rows, EmergencyRow{
			URL: manualURL(m.ID), Title: x.titled(m.Title, m.ID), Agency: x.agency(m.Agency), Which: x.issueName(p), WhichTo: numberURL(m.ID, p.Number),
			At: x.moment(p.At), Age: x.t("age.ago", x.age(p.At)), By: x.called(p.By, names), Reason: x.said(p.Reason),
		})
	}
	return x.show(http.StatusOK, "emergencies", v)
}
