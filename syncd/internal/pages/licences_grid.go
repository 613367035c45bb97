package pages

import (
	"net/http"
	"net/url"
	"strconv"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/licence"
	"khumue/internal/page"
	"khumue/syncd/internal/licences"
)

// gridView is the reports of a point for some months.
type gridView struct {
	Shell
	Point    page.Words
	Agency   page.Words
	About    string // the months, in words
	From     []Option
	To       []Option
	Self     string // address of the form
	Keep     string // under what the browser keeps what is typed: the person and the point
	Query    string // month and to
	Columns  []string
	Groups   []GridMonth
	Writes   bool // something can be written
	Files    bool // something can be handed in
	Zeros    bool // something can be stated as without requests
	Asks     string
	Template string
	Upload   string
	Paste    string // as typed
	Chains   []ChainRow
	Stale    []StaleLine
	ByAgency bool
	None     bool
}

// GridMonth is the rows of a month.
type GridMonth struct {
	Name string
	Rows []GridRow
}

// GridRow is a report.
type GridRow struct {
	N        int // of all rows
	Title    page.Words
	Process  string
	Month    string
	Edition  int
	State    string // a class
	StateIs  string
	What     string
	Next     string
	Left     string
	Urgent   bool
	Cells    []GridCell
	Note     string
	NoteID   string
	Zero     bool // stated
	Typed    bool // it says what is not saved
	Writes   bool
	Files    bool
	CanZero  bool
	Balance  string // "" where nothing is to be said
	Wrong    []string
	Warnings []string
	Past     string // address of its versions
	Versions int
}

// GridCell is a number of a report.
type GridCell struct {
	Field string // its name
	ID    string
	Name  string
	Value string // as typed, or kept
	Fixed bool   // the system fills it
	Wrong bool
}

// ChainRow is what a correction does to later months.
type ChainRow struct {
	Title   page.Words
	Text    string
	Stopped string
}

// StaleLine is what somebody else wrote meanwhile.
type StaleLine struct {
	Title page.Words
	Text  string
}

// typed is what a form says: nil before one was sent.
type typed struct {
	values   url.Values
	editions map[licence.Key]int // of records as they are now, over those of the form
	chains   []ChainRow
	stale    []StaleLine
	wrong    map[licence.Key][]licences.RowFault
	kept     map[licence.Key]licence.Entry // from a table, not saved
	paste    string
}

func (x *exchange) gridAsked() (g licences.Grid, from, to calendar.Month, err error) {
	x.back = licencesPath
	code, err := catalog.ParsePointCode(x.r.PathValue("code"))
	if err != nil {
		return g, from, to, notHere()
	}
	from, to = x.monthsAsked()
	g, err = x.Licences.Grid(x.ctx(), x.by(), code, from, to)
	return g, from, to, notReported(err)
}

func (x *exchange) licenceGrid() error {
	g, from, to, err := x.gridAsked()
	if err != nil {
		return err
	}
	return x.showGrid(http.StatusOK, g, from, to, typed{})
}

func (x *exchange) showGrid(status int, g licences.Grid, from, to calendar.Month, t typed, problems ...Problem) error {
	lang := string(x.lang)
	v := gridView{Shell: x.shell("licencegrid", x.link(licencesPath, "menu.licences")), Point: x.text(g.Name), Agency: x.agency(g.Agency), ByAgency: g.ByAgency, Keep: string(x.visit.User.ID) + " " + string(g.Point),
		From: x.monthOptions(from), To: x.monthOptions(to), Self: monthsPath(g.Point, "", from, to), Upload: monthsPath(g.Point, "/upload", from, to),
		Template: monthsPath(g.Point, "/template.xlsx", from, to), Paste: t.paste, Chains: t.chains, Stale: t.stale, None: len(g.Rows) == 0}
	v.Path, v.Problems = v.Self, problems
	if v.About = from.Long(lang); from != to {
		v.About = x.t("licence.period", from.Long(lang), to.Long(lang))
	}
	for _, f := range licence.Fields {
		v.Columns = append(v.Columns, f.Name().In(lang))
	}
	for i, r := range g.Rows {
		row := x.gridRow(i, r, t)
		v.Writes, v.Files = v.Writes || row.Writes, v.Files || row.Files
		v.Zeros = v.Zeros || row.CanZero
		if r.Ask == nil && g.Asks {
			v.Asks = monthsPath(g.Point, "/unlock", from, to)
		}
		if name := r.Month.Long(lang); len(v.Groups) == 0 || v.Groups[len(v.Groups)-1].Name != name {
			v.Groups = append(v.Groups, GridMonth{Name: name})
		}
		last := &v.Groups[len(v.Groups)-1]
		last.Rows = append(last.Rows, row)
	}
	return x.show(status, "licencegrid", v)
}

// stateTones are the classes of states.
var stateTones = map[licence.State]string{
	licence.Open: "open", licence.Submitted: "submitted", licence.Locked: "locked", licence.UnlockRequested: "asked", licence.Unlocked: "unlocked", licence.Final: "final",
}

func (x *exchange) gridRow(n int, r licences.Row, t typed) GridRow {
	lang := string(x.lang)
	s := r.Standing
	row := GridRow{N: n, Title: x.text(r.Title), Process: string(r.Process), Month: r.Month.ISO(), Edition: r.Edition,
		State: stateTones[s.State], StateIs: x.t("licence.state." + string(s.State)), What: s.What.In(lang), Next: s.Next.In(lang), Left: s.Left(x.now()).In(lang),
		Urgent: s.State == licence.Unlocked, Note: r.Shown.Note, Zero: r.Shown.Zero, Writes: r.Write == nil, Files: r.File == nil, Versions: r.Filed.Version,
		Past: gridPath(r.Point) + "/versions?" + fields("process", string(r.Process), "month", r.Month.ISO())}
	if s.Missing && s.State == licence.Locked {
		row.State, row.StateIs = "missing", x.t("licence.state.missing")
	}
	entry, touched := r.Shown, r.Filed.Version > 0 || !r.Draft.At.IsZero()
	if kept, ok := t.kept[r.Key]; ok {
		entry, touched, row.Note, row.Zero, row.Typed = kept, true, kept.Note, kept.Zero, true
	}
	if e, ok := t.editions[r.Key]; ok {
		row.Edition = e
	}
	row.NoteID = cellID(n, licence.Note)
	if form := t.values; form != nil && form.Has(row.NoteID) {
		row.Note, row.Zero = clean(form.Get(row.NoteID)), form.Get(lineID(n, "zero")) == "1"
		row.Typed = row.Typed || row.Note != r.Shown.Note
	}
	for _, f := range licence.Fields {
		c := GridCell{Field: string(f), ID: cellID(n, f), Name: f.Name().In(lang), Fixed: f == licence.CarriedIn && r.Opening.Known}
		if touched && !entry.Zero || *entry.Count(f) != 0 || f == licence.CarriedIn && r.Opening.Known {
			c.Value = strconv.Itoa(*entry.Count(f))
		}
		if t.values != nil && !c.Fixed && t.values.Has(c.ID) {
			saved := c.Value
			c.Value = clean(t.values.Get(c.ID))
			row.Typed = row.Typed || c.Value != saved
		}
		row.Cells = append(row.Cells, c)
	}
	row.CanZero = row.Files && !r.Filed.Zero && entry.Figures == (licence.Figures{}) && r.Opening.N == 0
	x.rowFaults(&row, r, t)
	if row.Writes && touched && !entry.Zero && len(row.Wrong) == 0 {
		row.Balance = x.t("licence.balance.ok")
		for _, w := range entry.Check() {
			row.Balance = w.What.In(lang)
		}
	}
	return row
}

// rowFaults says what is wrong or odd with a row.
func (x *exchange) rowFaults(row *GridRow, r licences.Row, t typed) {
	lang := string(x.lang)
	for _, f := range t.wrong[r.Key] {
		text := f.What.In(lang)
		if !f.Hint.IsZero() {
			text += " " + f.Hint.In(lang)
		}
		row.Wrong = append(row.Wrong, text)
		for i, c := range row.Cells {
			row.Cells[i].Wrong = c.Wrong || c.Field == string(f.Field)
		}
	}
	for _, d := range r.Doubts {
		row.Warnings = append(row.Warnings, d.What.In(lang))
	}
	if r.Step != nil {
		row.Warnings = append(row.Warnings, x.t("licence.step", r.Step.Has, r.Step.Before.Long(lang), r.Step.Pending))
	}
}

func lineID(n int, field string) string { return "r" + strconv.Itoa(n) + "." + field }

func cellID(n int, f licence.Field) string { return lineID(n, string(f)) }
