package pages

import (
	"net/http"
	"slices"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/compare"
	"khumue/internal/corpus"
	"khumue/internal/page"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/rights"
)

const (
	worksAtOnce  = 25 // processes or services that one page shows
	servedAtOnce = 50 // points of a process that one page shows
	mostNaming   = 50 // manuals that name a process that are listed
)

// worksView is จัดการกระบวนงาน, or จัดการบริการอื่นๆ: what an agency has of them.
type worksView struct {
	Shell
	Service  bool
	Self     string // the address of the list
	Unit     Unit
	Below    bool
	Text     string
	Licence  []Option
	Due      bool
	Unlinked bool
	Narrow   bool
	New      string // where one is added; "" for who may not
	Rows     []WorkRow
	All      int
	Pager    Pager
}

// WorkRow is a process or a service in the list.
type WorkRow struct {
	URL      string
	Title    page.Words
	ID       string
	Agency   page.Words
	Licence  bool
	Reviewed Confirmed
	Points   int
	Manuals  int // published ones that name it
}

func (x *exchange) processesPage() error { return x.showWorks(corpus.ProcessFile) }
func (x *exchange) servicesPage() error  { return x.showWorks(corpus.ServiceFile) }

// worksRoom is the address of the list of a kind, and of what is below it.
func worksRoom(k corpus.Kind) string {
	if k == corpus.ServiceFile {
		return "/services"
	}
	return "/processes"
}

func workURL(w immediate.Work) string { return worksRoom(w.Kind) + "/" + w.ID }

// editing is the right by which a kind is changed.
func editing(k corpus.Kind) rights.Action {
	if k == corpus.ServiceFile {
		return rights.EditService
	}
	return rights.EditProcess
}

func (x *exchange) showWorks(k corpus.Kind) error {
	room := worksRoom(k)
	v := worksView{
		Service: k == corpus.ServiceFile, Self: room, Text: x.asked("q"), Below: x.asked("below") != "",
		Due: x.asked("due") != "", Unlinked: x.asked("unlinked") != "", Shell: x.shell(room[1:]),
	}
	u, wrong := x.unitAmong(x.touches())
	u.Find, v.Unit = "/structure/find", u
	if wrong != "" {
		v.Problems = []Problem{{"unit", wrong}}
	}
	licence := x.asked("licence")
	for _, o := range []string{"", "yes", "no"} {
		v.Licence = append(v.Licence, Option{o, x.words["works.licence."+o], o == licence})
	}
	v.New = x.newWork(k, u.Code)
	v.Narrow = v.Text != "" || u.Typed != "" || licence != "" || v.Due || v.Unlinked
	if u.Typed != "" && u.Code == "" {
		return x.show(http.StatusOK, room[1:], v)
	}
	at := x.offset(worksAtOnce)
	list, all, err := x.Direct.Works(x.by(), immediate.WorkFilter{
		Kind: k, Agency: u.Code, Below: v.Below, Text: v.Text, Licence: licence == "yes", Ordinary: licence == "no", Due: v.Due, Unlinked: v.Unlinked,
		Offset: at, Limit: worksAtOnce,
	})
	if err != nil && !missing(err) { // an agency that has come this moment has none
		return err
	}
	if v.Rows, err = x.workRows(list); err != nil {
		return err
	}
	v.All, v.Pager = all, x.pager(at, worksAtOnce, all)
	return x.show(http.StatusOK, room[1:], v)
}

// newWork is where a process or a service is added: to an agency, or to the first
// for which the person may.
func (x *exchange) newWork(k corpus.Kind, unit catalog.AgencyCode) string {
	may := x.reachesBy(editing(k))
	if unit == "" {
		scopes, _ := x.by().Range(editing(k))
		if len(scopes) == 0 {
			return ""
		}
		unit = scopes[0].Scope.Agency
	}
	if !may(unit) {
		return ""
	}
	return worksRoom(k) + "/new?unit=" + string(unit)
}

func (x *exchange) workRows(list []immediate.Work) ([]WorkRow, error) {
	var ids []catalog.ProcessID
	for _, w := range list {
		if w.Kind == corpus.ProcessFile {
			ids = append(ids, catalog.ProcessID(w.ID))
		}
	}
	naming, err := x.Direct.Naming(ids...)
	if err != nil {
		return nil, err
	}
	var out []WorkRow
	for _, w := range list {
		out = append(out, WorkRow{
			URL: workURL(w), Title: x.text(w.Title), ID: w.ID, Agency: x.agency(w.Agency), Licence: w.Licence, Reviewed: x.workReviewed(w),
			Points: w.Points, Manuals: len(naming[catalog.ProcessID(w.ID)]),
		})
	}
	return out, nil
}

// workReviewed says when something was last reviewed; the Act asks that of
// processes alone.
func (x *exchange) workReviewed(w immediate.Work) Confirmed {
	if w.Kind == corpus.ServiceFile {
		return Confirmed{Day: x.onDay(w.ReviewedOn)}
	}
	return x.dueMark(w.ReviewedOn, immediate.Reviewed(w.ReviewedOn, calendar.DateOf(x.now())))
}

// workView is one process, or one service: what it is, which manuals name it, and
// which points serve it.
type workView struct {
	Shell
	Service   bool
	ID        string
	Agency    page.Words
	AgencyURL string // "" for who reaches it not
	Licence   bool
	Reviewed  Confirmed
	Facts     []WorkFact
	Public    string // of a service, its page on the public site
	Edit      string // addresses; "" for who may not
	History   string
	Confirm   string // where the form leads that says it was reviewed
	Links     string // the page that links points
	Naming    []WorkLink
	Named     int // manuals that name it
	Points    []WorkLink
	Serving   int // points that serve it
	Pager     Pager
}

// WorkFact is something that a process or a service says of itself.
type WorkFact struct {
	Name   string
	Values []page.Words
}

// WorkLink leads to a manual or a point; without an address where that does not
// concern the person.
type WorkLink struct {
	URL  string
	Name page.Words
	Note page.Words
}

func (x *exchange) processPage() error { return x.showWork(http.StatusOK, corpus.ProcessFile) }
func (x *exchange) servicePage() error { return x.showWork(http.StatusOK, corpus.ServiceFile) }

// work is the process or service that the address names.
func (x *exchange) work(k corpus.Kind) (immediate.Work, any, error) {
	x.back = worksRoom(k)
	w, value, err := x.Direct.Work(x.by(), k, x.r.PathValue("id"))
	if missing(err) {
		err = notHere()
	}
	return w, value, err
}

func (x *exchange) showWork(status int, k corpus.Kind, problems ...Problem) error {
	w, value, err := x.work(k)
	if err != nil {
		return err
	}
	room := worksRoom(k)
	at := workURL(w)
	layout := "process"
	if k == corpus.ServiceFile {
		layout = "oneservice"
	}
	v := workView{
		Service: k == corpus.ServiceFile, Shell: x.shell(layout, x.link(room, "menu."+room[1:])), ID: w.ID, Agency: x.agency(w.Agency), Licence: w.Licence,
		Reviewed: x.workReviewed(w), Facts: x.workFacts(value), Serving: w.Points,
	}
	v.Path, v.Title, v.Problems = at, x.text(w.Title).Text, problems
	if x.touches()(w.Agency) {
		v.AgencyURL = structureURL(w.Agency)
	}
	if x.by().May(editing(k), x.pointTarget(w.Agency, "")) == nil || k == corpus.ServiceFile && x.reachesBy(editing(k))(w.Agency) {
		v.Edit, v.History = at+"/edit", at+"/history"
	}
	if v.Service {
		v.Public = x.sitePage("service", w.ID)
		return x.show(status, layout, v)
	}
	if v.Edit != "" {
		v.Confirm = at + "/reviewed"
	}
	v.Links = at + "/points"
	if err := x.intoProcess(&v, catalog.ProcessID(w.ID)); err != nil {
		return err
	}
	return x.show(status, layout, v)
}

// intoProcess shows which manuals name a process and which points serve it.
func (x *exchange) intoProcess(v *workView, id catalog.ProcessID) error {
	naming, err := x.Direct.Naming(id)
	if err != nil {
		return err
	}
	ids := naming[id]
	v.Named = len(ids)
	ids = ids[:min(len(ids), mostNaming)]
	titles, err := x.Direct.Titles(idsOf(ids)...)
	if err != nil {
		return err
	}
	for _, m := range ids {
		row := WorkLink{URL: x.sitePage("procedure", string(m)), Name: x.titled(titles[string(m)], m), Note: page.Words{Text: string(m)}}
		if at, err := x.Direct.File(string(m)); err == nil && x.by().May(rights.SeeDrafts, x.pointTarget(at.Owner, "")) == nil {
			row.URL = manualURL(m)
		}
		v.Naming = append(v.Naming, row)
	}
	points, err := x.Direct.Points(immediate.PointFilter{Process: id})
	if err != nil {
		return err
	}
	at := x.offset(servedAtOnce)
	v.Serving, v.Pager = len(points), x.pager(at, servedAtOnce, len(points))
	for _, p := range points[min(at, len(points)):min(at+servedAtOnce, len(points))] {
		row := WorkLink{Name: x.text(p.Name), Note: x.agency(p.Agency)}
		if x.mayTouch(p) {
			row.URL = pointURL(p.Code)
		}
		v.Points = append(v.Points, row)
	}
	return nil
}

func idsOf(list []catalog.ManualID) []string {
	var out []string
	for _, id := range list {
		out = append(out, string(id))
	}
	return out
}

// untold are fields that the page says otherwise, or not at all.
var untold = []string{"id", "title", "owner", "reviewed_on", "licence", "body", "categories", "groups", "tags"}

// workFacts are what a process or a service says of itself, field by field as they
// are called everywhere; what is not stated is left out.
func (x *exchange) workFacts(value any) []WorkFact {
	var empty any = &catalog.Process{}
	if _, ok := value.(*catalog.Service); ok {
		empty = &catalog.Service{}
	}
	var out []WorkFact
	field, rows := "", false
	for _, c := range compare.Objects(empty, value) {
		first := c.Path[0].Field
		if slices.Contains(untold, first) {
			continue
		}
		said := x.spoken(c.New.Words)
		switch row := c.Kind == compare.Added; {
		case row && first == field && rows:
			out[len(out)-1].Values = append(out[len(out)-1].Values, said)
		case row && first == field: // the rows say more than how many they are
			out[len(out)-1].Values, rows = []page.Words{said}, true
		default:
			out = append(out, WorkFact{x.spoken(c.Label).Text, []page.Words{said}})
			field, rows = first, row
		}
	}
	return out
}

// reviewedToday says that a process was reviewed today.
func (x *exchange) reviewedToday() error {
	w, _, err := x.work(corpus.ProcessFile)
	if err != nil {
		return err
	}
	_, err = x.Direct.Confirm(x.ctx(), x.by(), w.ID)
	if problems, told := x.unlawful(err, "reviewed"); told {
		return x.showWork(statusOf(err), corpus.ProcessFile, problems...)
	}
	if err != nil {
		return err
	}
	return x.done(workURL(w), "flash.reviewed", x.text(w.Title).Text)
}
