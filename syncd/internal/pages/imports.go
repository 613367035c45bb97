package pages

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"time"

	"khumue/internal/fault"
	"khumue/internal/page"
	"khumue/internal/transfer"
	"khumue/syncd/internal/intake"
	"khumue/syncd/internal/rights"
)

const (
	maxTable    = 52 << 20         // bytes of a table with the form around it
	maxAnswer   = 200              // bytes of a field beside the table
	tableWait   = 3 * time.Second  // how long a person waits for a small table before its page is shown
	importsPage = 25               // things of a table on one page
	importWatch = 20 * time.Second // how long a script waits for news
)

// importView is นำเข้าข้อมูล: for which agency, which kind, and the table.
type importView struct {
	Shell
	Unit     Unit
	Kinds    []Option
	Kind     string // that was chosen; "" before
	KindText string
	Agency   page.Words
	Forms    []Option
	Template string // address of the template
	Here     string // where a table is sent
	Mine     []TableRow
	Manuals  bool // the person may bring manuals
}

// TableRow is a table of the person's.
type TableRow struct {
	URL, Name, Kind string
	Agency          page.Words
	State           PointState
	At              Moment
}

// kindsOf are the kinds of data that the person may bring in somewhere.
func (x *exchange) kindsOf() []transfer.Kind {
	var out []transfer.Kind
	for _, k := range transfer.Kind("").Values() {
		if x.by().MayAnywhere(intake.Action(transfer.Kind(k))) {
			out = append(out, transfer.Kind(k))
		}
	}
	return out
}

// kindAsked is the kind that the address names; "" of none that the person may
// bring.
func (x *exchange) kindAsked() transfer.Kind {
	if k := transfer.Kind(x.asked("kind")); slices.Contains(x.kindsOf(), k) {
		return k
	}
	return ""
}

func (x *exchange) kindName(k transfer.Kind) string {
	if name, ok := x.words["import.kind."+string(k)]; ok {
		return name
	}
	return string(k)
}

func (x *exchange) findImportAgencies() error { return x.suggest(x.reachesBy(rights.EditStructure)) }

func (x *exchange) importPage() error { return x.showImport(http.StatusOK) }

func (x *exchange) showImport(status int, problems ...Problem) error {
	u, wrong := x.unitAmong(x.reachesBy(rights.EditStructure))
	u.Find = "/import/find"
	kind := x.kindAsked()
	v := importView{Shell: x.shell("import"), Unit: u, Manuals: x.by().MayAnywhere(rights.ImportManuals)}
	for _, k := range x.kindsOf() {
		v.Kinds = append(v.Kinds, Option{string(k), x.kindName(k), k == kind})
	}
	if wrong != "" {
		problems = append(problems, Problem{"unit", wrong})
	}
	v.Problems, v.Path = problems, "/import"
	if u.Code != "" && kind != "" {
		v.Kind, v.KindText, v.Agency = string(kind), x.kindName(kind), x.agency(u.Code)
		v.Here = "/import?" + fields("unit", string(u.Code), "kind", string(kind))
		v.Template, v.Path = "/import/template/"+string(kind), v.Here
		for i, f := range intake.Forms(kind) {
			v.Forms = append(v.Forms, Option{f.Name, x.text(f.About).Text, i == 0})
		}
	}
	for _, t := range x.Imports.Tasks(x.by()) {
		v.Mine = append(v.Mine, TableRow{tableURL(t.ID), t.Name, x.kindName(t.Kind), x.agency(t.Agency), x.tableState(t), x.moment(t.Began)})
	}
	return x.show(status, "import", v)
}

func tableURL(id string) string { return "/import/tables/" + id }

// tableState is how far a table has come.
func (x *exchange) tableState(t intake.Task) PointState {
	tone := map[intake.State]string{intake.Ready: "warn", intake.Done: "good", intake.Failed: "bad"}[t.State]
	return PointState{tone, x.t("import.state." + string(t.State))}
}

// templateFile sends the table to fill in for a kind.
func (x *exchange) templateFile() error {
	kind := transfer.Kind(x.r.PathValue("kind"))
	if !slices.Contains(kind.Values(), string(kind)) {
		return notHere()
	}
	var book bytes.Buffer
	if err := transfer.WriteTemplate(&book, kind); err != nil {
		return err
	}
	return x.book("khumue-"+string(kind), &book)
}

// book sends a workbook, which the browser saves under a name of [a-z0-9-].
func (x *exchange) book(name string, from io.Reader) error {
	x.bookHead(name)
	if _, err := io.Copy(x.w, from); err != nil {
		return errGone
	}
	return nil
}

func (x *exchange) bookHead(name string) {
	x.guard()
	h := x.w.Header()
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	h.Set("Content-Disposition", `attachment; filename="`+name+`.xlsx"`)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
}

// sendTable takes a table in, as it comes, and shows what would come of it.
func (x *exchange) sendTable() error {
	u, _ := x.unitAmong(x.reachesBy(rights.EditStructure))
	order := intake.Order{Agency: u.Code, Kind: x.kindAsked()}
	if order.Agency == "" || order.Kind == "" {
		return x.showImport(http.StatusBadRequest, Problem{"unit", x.t("import.first")})
	}
	parts, err := x.r.MultipartReader()
	if err != nil {
		return x.showImport(http.StatusBadRequest, Problem{"table", x.t("import.no-file")})
	}
	task, err := x.received(parts, order)
	if text, told := x.told(err); told && !errors.Is(err, fault.Forbidden) {
		return x.showImport(statusOf(err), Problem{"table", text})
	}
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(x.ctx(), tableWait)
	defer cancel()
	if _, err := x.Imports.Wait(ctx, x.by(), task.ID); err != nil {
		return err
	}
	return x.lead(tableURL(task.ID))
}

// received reads a form up to its table, which is the last of it.
func (x *exchange) received(parts *multipart.Reader, order intake.Order) (intake.Task, error) {
	none := fault.New(fault.Invalid, fault.Text{TH: "ไม่ได้เลือกไฟล์", EN: "No file was chosen."}, fault.Text{TH: "เลือกไฟล์ตารางแล้วส่งอีกครั้ง", EN: "Choose a table and send it again."})
	for range 5 {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return intake.Task{}, none
		}
		if err != nil {
			return intake.Task{}, badForm(err)
		}
		switch part.FormName() {
		case "form":
			value, err := io.ReadAll(io.LimitReader(part, maxAnswer))
			if err != nil {
				return intake.Task{}, badForm(err)
			}
			order.Mapping = clean(string(value))
		case "table":
			if order.Name = part.FileName(); order.Name == "" {
				return intake.Task{}, none
			}
			return x.Imports.Open(x.ctx(), x.by(), order, part)
		}
	}
	return intake.Task{}, none
}

// tableView is a table with what would come of it, or has.
type tableView struct {
	Shell
	Name     string
	Agency   page.Words
	Kind     string
	State    string // a class: the word of the state
	Told     string // how much was looked at so far
	Counts   []CountRow
	Unused   []page.Words // headings that nothing reads
	Views    []ViewTab
	Rows     []ImportRow
	Pager    Pager
	Anew     bool
	Failed   page.Words
	Confirm  bool   // there is something to confirm
	Changes  string // how much that is
	Manuals  bool
	Self     string
	Report   string
	Until    Moment
	Commit   string
	Imported string // address of the list to confirm; "" for who may not see it
	Watch    string
	Reload   string
}

// CountRow is how many things came to what.
type CountRow struct {
	Tone, Text string
	N          int
}

// ViewTab is a part of what came of a table.
type ViewTab struct {
	URL, Text string
	N         int
	Current   bool
}

// ImportRow is a thing of a table.
type ImportRow struct {
	Row     string
	ID      string
	Name    page.Words
	Outcome PointState
	Notes   []NoteRow
}

// NoteRow is what was said of it.
type NoteRow struct {
	Where page.Words // row and column
	Level string     // a class
	Tag   string
	What  page.Words
	Hint  page.Words
}

// outcomes are what can come of a thing, with the tone of each.
var outcomes = []struct {
	outcome transfer.Outcome
	tone    string
}{{transfer.New, "good"}, {transfer.Changed, "good"}, {transfer.Same, ""}, {transfer.Kept, "warn"}, {transfer.NotHere, "bad"}}

func (x *exchange) importedTablePage() error {
	t, err := x.Imports.Task(x.by(), x.r.PathValue("id"))
	if err != nil {
		return err
	}
	v := tableView{
		Shell: x.shell("table", x.link("/import", "menu.import")), Name: t.Name, Agency: x.agency(t.Agency), Kind: x.kindName(t.Kind), State: string(t.State),
		Anew: t.Anew && t.State == intake.Ready, Manuals: t.Kind == transfer.Manuals, Self: tableURL(t.ID), Reload: tableURL(t.ID), Until: x.moment(t.Until),
	}
	v.Title, v.Path = x.t("table.title."+string(t.State)), v.Self
	if t.Working() {
		v.Told, v.Watch = x.words.Count("table.told", t.Told), v.Self+"/news.json?seen="+string(t.State)
		return x.show(http.StatusOK, "table", v)
	}
	if t.State == intake.Failed {
		text, _ := x.told(t.Failed)
		if text == "" {
			text = failedText(t.Failed, string(x.lang))
		}
		v.Failed = x.said(text)
		return x.show(http.StatusOK, "table", v)
	}
	if err := x.outcome(&v, t); err != nil {
		return err
	}
	return x.show(http.StatusOK, "table", v)
}

// failedText is what people are told of a failure, even one of our own.
func failedText(err error, lang string) string {
	var told *fault.Error
	if errors.As(err, &told) {
		return capital(told.What.In(lang)) + " " + capital(told.Hint.In(lang))
	}
	return err.Error()
}

// outcome shows what came of a table that was read.
func (x *exchange) outcome(v *tableView, t intake.Task) error {
	for _, o := range outcomes {
		v.Counts = append(v.Counts, CountRow{o.tone, x.t("import.outcome." + string(o.outcome)), t.Summary.Objects[o.outcome]})
	}
	for _, h := range t.Summary.Unused {
		v.Unused = append(v.Unused, x.said(h))
	}
	v.Confirm, v.Changes, v.Report = t.State == intake.Ready && t.Changes() > 0, x.words.Count("table.changes", t.Changes()), v.Self+"/report.xlsx"
	if !t.Landed.Commit.IsZero() {
		v.Commit = t.Landed.Commit.String()
	}
	if v.Manuals && x.by().MayAnywhere(rights.SeeDrafts) {
		v.Imported = "/imported?unit=" + string(t.Agency)
	}
	chosen := intake.View(x.asked("view"))
	if !slices.Contains(intake.Views, chosen) {
		chosen = intake.All
		if x.Imports.Count(x.by(), t.ID, intake.Problems) > 0 {
			chosen = intake.Problems
		}
	}
	for _, view := range intake.Views {
		n := x.Imports.Count(x.by(), t.ID, view)
		v.Views = append(v.Views, ViewTab{v.Self + "?view=" + string(view), x.t("import.view." + string(view)), n, view == chosen})
	}
	at := x.offset(importsPage)
	list, all, err := x.Imports.Page(x.by(), t.ID, chosen, at, importsPage)
	if err != nil {
		return err
	}
	for _, e := range list {
		v.Rows = append(v.Rows, x.importRow(e))
	}
	v.Pager = x.pager(at, importsPage, all)
	return nil
}

func (x *exchange) importRow(e transfer.Entry) ImportRow {
	r := ImportRow{Row: strconv.Itoa(e.Row), ID: e.ID, Name: x.said(e.Name)}
	if e.Last > e.Row {
		r.Row += "–" + strconv.Itoa(e.Last)
	}
	for _, o := range outcomes {
		if o.outcome == e.Outcome {
			r.Outcome = PointState{o.tone, x.t("import.outcome." + string(o.outcome))}
		}
	}
	for _, n := range e.Notes {
		where := x.t("import.row", n.Row)
		if n.Column != "" {
			where = x.t("import.cell", n.Row, n.Column)
		}
		r.Notes = append(r.Notes, NoteRow{x.said(where), string(n.Level), x.t("import.level." + string(n.Level)), x.spoken(n.What), x.spoken(n.Hint)})
	}
	return r
}

// importNews tells a script how far a table has come, once that is another state
// than it has seen, or after a while.
func (x *exchange) importNews() error {
	ctx, cancel := context.WithTimeout(x.ctx(), importWatch)
	defer cancel()
	t, err := x.Imports.Wait(ctx, x.by(), x.r.PathValue("id"))
	if err != nil {
		return err
	}
	return x.json(struct {
		Stage intake.State `json:"stage"`
	}{t.State})
}

func (x *exchange) importReport() error {
	f, err := x.Imports.Report(x.by(), x.r.PathValue("id"))
	if err != nil {
		return err
	}
	defer f.Close()
	return x.book("khumue-import-report", f)
}

func (x *exchange) confirmTable() error {
	t, err := x.Imports.Confirm(x.by(), x.r.PathValue("id"))
	if err != nil && !errors.Is(err, fault.Conflict) {
		return err
	}
	if err == nil {
		ctx, cancel := context.WithTimeout(x.ctx(), tableWait)
		defer cancel()
		if _, err := x.Imports.Wait(ctx, x.by(), t.ID); err != nil {
			return err
		}
	}
	return x.lead(tableURL(x.r.PathValue("id")))
}

func (x *exchange) discardTable() error {
	if err := x.Imports.Discard(x.by(), x.r.PathValue("id")); err != nil {
		return err
	}
	return x.done("/import", "import.discarded")
}
