package pages

import (
	"net/http"

	"khumue/internal/corpus"
	"khumue/internal/page"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/rights"
)

// tasksAtOnce is how much that is due one page shows.
const tasksAtOnce = 50

// confirmingView is what the person is to confirm, or to review: agencies, service
// points and processes.
type confirmingView struct {
	Shell
	Unit   Unit
	Below  bool
	Text   string
	Kinds  []Option
	States []DueState
	Rows   []TaskRow
	All    int
	Narrow bool
	Pager  Pager
	Here   string // the page with what it is cut to
}

// DueState is a state that the list can be cut to, with how many there are.
type DueState struct {
	Link
	Mark    string // late, soon or fresh
	Count   int
	Current bool
}

// TaskRow is something to confirm.
type TaskRow struct {
	ID     string
	URL    string
	Name   page.Words
	Kind   string
	Agency page.Words // "" of an agency itself
	Last   Confirmed
	Review bool // it is a process, which is reviewed
}

// dueStates are the states in the order of their urgency.
var dueStates = []immediate.Due{immediate.Late, immediate.Soon, immediate.Fresh}

// dueKinds are what can be due, by the word that the address has for it.
var dueKinds = []struct {
	word string
	kind corpus.Kind
}{{"", ""}, {"agency", corpus.AgencyFile}, {"point", corpus.PointFile}, {"process", corpus.ProcessFile}}

func (x *exchange) confirmingPage() error { return x.showConfirming(http.StatusOK) }

func (x *exchange) showConfirming(status int, problems ...Problem) error {
	v := confirmingView{Text: x.asked("q"), Below: x.asked("below") != "", Here: "/structure/confirm/ticked" + x.query(), Shell: x.shell("confirming", x.link("/structure", "menu.agencies"))}
	f := immediate.TaskFilter{Text: v.Text, Below: v.Below, Limit: tasksAtOnce, Offset: x.offset(tasksAtOnce), Due: immediate.Late}
	for _, d := range dueStates {
		if x.asked("due") == string(d) {
			f.Due = d
		}
	}
	for _, k := range dueKinds {
		chosen := x.asked("kind") == k.word
		if chosen {
			f.Kind = k.kind
		}
		v.Kinds = append(v.Kinds, Option{k.word, x.words["confirming.kind."+k.word], chosen})
	}
	u, wrong := x.unitAmong(x.reachesBy(rights.EditProfile))
	u.Find, v.Unit, f.Agency = "/structure/find", u, u.Code
	if wrong != "" {
		problems = append(problems, Problem{"unit", wrong})
	}
	v.Problems = problems
	v.Narrow = v.Text != "" || u.Typed != "" || f.Kind != ""
	if u.Typed != "" && u.Code == "" {
		return x.show(status, "confirming", v)
	}
	tasks, err := x.Direct.Tasks(x.by(), f)
	if err != nil && !missing(err) { // an agency that has come this moment has none
		return err
	}
	for _, d := range dueStates {
		v.States = append(v.States, DueState{Link{x.with("due", string(d), "page", ""), x.words["confirming.due."+string(d)]}, string(d), tasks.Counts[d], d == f.Due})
	}
	for _, t := range tasks.List {
		v.Rows = append(v.Rows, x.taskRow(t))
	}
	v.All, v.Pager = tasks.All, x.pager(f.Offset, tasksAtOnce, tasks.All)
	return x.show(status, "confirming", v)
}

func (x *exchange) taskRow(t immediate.Task) TaskRow {
	r := TaskRow{ID: t.ID, Name: x.text(t.Name), Last: x.dueMark(t.On, t.Due), Agency: x.agency(t.Agency)}
	switch t.Kind {
	case corpus.AgencyFile:
		r.URL, r.Kind, r.Agency = structureURL(t.Agency), x.words["confirming.kind.agency"], page.Words{}
	case corpus.ProcessFile:
		r.URL, r.Kind, r.Review = workURL(immediate.Work{Kind: t.Kind, ID: t.ID}), x.words["confirming.kind.process"], true
	default:
		r.URL, r.Kind = "/points/"+t.ID, x.words["confirming.kind.point"]
	}
	return r
}

// confirmTicked confirms what was ticked, or the one row whose button was pressed.
func (x *exchange) confirmTicked() error {
	if err := x.form(); err != nil {
		return err
	}
	ids := x.r.PostForm["id"]
	if one := x.posted("one"); one != "" {
		ids = []string{one}
	}
	saved, err := x.Direct.ConfirmAll(x.ctx(), x.by(), ids...)
	if problems, told := x.unlawful(err, "tasks"); told {
		return x.showConfirming(statusOf(err), problems...)
	}
	if err != nil {
		return err
	}
	return x.done("/structure/confirm"+x.query(), "flash.confirmed", x.t("confirming.done", saved.Files))
}

// query is the query of the address, with its mark; "" where there is none.
func (x *exchange) query() string {
	if q := x.r.URL.Query().Encode(); q != "" {
		return "?" + q
	}
	return ""
}

// structureMenu is หน่วยงานและโครงสร้าง in the menu, with what waits for the person.
// A number that can not be had is left out: no page fails for it.
func (x *exchange) structureMenu() Group {
	g := Group{Name: x.t("menu.structure")}
	if !x.touchesAny() {
		return Group{}
	}
	by := x.by()
	agencies := x.item("/structure", "menu.agencies", "building")
	if by.MayAnywhere(rights.EditProfile) {
		i := x.item("/structure/confirm", "menu.confirm", "check")
		i.Badge = "due"
		if n, err := x.Direct.Overdue(by); err == nil {
			i.Waits = n
		}
		agencies.Current = agencies.Current && !i.Current
		g.Items = append(g.Items, agencies, i)
	} else {
		g.Items = append(g.Items, agencies)
	}
	if by.MayAnywhere(rights.Link) {
		g.Items = append(g.Items, x.item("/processes", "menu.processes", "grid"))
	}
	if by.MayAnywhere(rights.EditService) {
		g.Items = append(g.Items, x.item("/services", "menu.services", "counter"))
	}
	if by.MayAnywhere(rights.EditStructure) {
		g.Items = append(g.Items, x.item("/import", "menu.import", "enter"))
	}
	return g
}
