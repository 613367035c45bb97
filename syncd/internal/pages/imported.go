package pages

import (
	"net/http"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/page"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/trail"
)

// importedView is ตรวจและยืนยัน: imported manuals that nobody has confirmed yet.
type importedView struct {
	Shell
	Unit   Unit
	Text   string
	Rows   []ToConfirm
	All    int
	Narrow bool
	Pager  Pager
	Any    bool // some of those shown can be confirmed
	Here   string
}

// ToConfirm is a manual in the list.
type ToConfirm struct {
	URL    string
	Public string
	ID     string
	Title  page.Words
	Agency page.Words
	Since  Moment
	Value  string // of its tick; "" where the person may not confirm it
	Revise string // where a revision of it is begun; "" likewise
	Notes  []NoteRow
}

func (x *exchange) importedPage() error { return x.showImported(http.StatusOK) }

func (x *exchange) showImported(status int, problems ...Problem) error {
	u, wrong := x.unitOfDrafts(rights.SeeDrafts)
	v := importedView{Shell: x.shell("imported"), Unit: u, Text: x.asked("q"), Here: x.with()}
	if wrong != "" {
		problems = append(problems, Problem{"unit", wrong})
	}
	v.Problems, v.Path = problems, "/imported"
	v.Narrow = v.Text != "" || u.Typed != ""
	if u.Typed != "" && u.Code == "" {
		return x.show(status, "imported", v)
	}
	at := x.offset(manualsPerPage)
	list, all, err := x.Manuals.Unconfirmed(x.ctx(), x.by(), u.Code, manuals.Filter{Text: v.Text, Page: trail.Page{Offset: at, Limit: manualsPerPage}})
	if err != nil {
		return err
	}
	ids := make([]string, len(list))
	for i, m := range list {
		ids[i] = string(m.ID)
	}
	notes, err := x.Imports.Notes(x.ctx(), ids...)
	if err != nil {
		return err
	}
	for _, m := range list {
		row := x.toConfirm(m)
		for _, n := range notes[string(m.ID)] {
			where := x.t("import.row", n.Row)
			if n.Column != "" {
				where = x.t("import.cell", n.Row, n.Column)
			}
			row.Notes = append(row.Notes, NoteRow{x.said(where), n.Level, x.t("import.level." + n.Level), x.spoken(n.What), x.spoken(n.Hint)})
		}
		v.Any = v.Any || row.Value != ""
		v.Rows = append(v.Rows, row)
	}
	v.All, v.Pager = all, x.pager(at, manualsPerPage, all)
	return x.show(status, "imported", v)
}

func (x *exchange) toConfirm(m manuals.Manual) ToConfirm {
	row := ToConfirm{URL: manualURL(m.ID), Public: x.sitePage("procedure", string(m.ID)), ID: string(m.ID), Title: x.titled(m.Title, m.ID), Agency: x.agency(m.Agency), Since: x.day(m.Published.At)}
	if x.Manuals.MayConfirm(x.by(), m.Agency) {
		row.Value = string(m.ID) + " " + string(m.Published.Tree)
	}
	if x.reachesBy(rights.WriteManual)(m.Agency) {
		row.Revise = manualURL(m.ID) + "/revise"
	}
	return row
}

// confirmImported confirms the manuals that are ticked, or the one whose button was
// pressed.
func (x *exchange) confirmImported() error {
	if err := x.form(); err != nil {
		return err
	}
	ticked := x.r.PostForm["manual"]
	if one := x.posted("one"); one != "" {
		ticked = []string{one}
	}
	if len(ticked) == 0 {
		return x.showImported(http.StatusBadRequest, Problem{"ticks", x.t("imported.none-ticked")})
	}
	if len(ticked) > manuals.MostConfirmed {
		return badForm(fault.Invalid)
	}
	var read []manuals.Reading
	for _, value := range ticked {
		id, tree, _ := strings.Cut(clean(value), " ")
		manual, err := catalog.ParseManualID(id)
		if err != nil {
			return badForm(err)
		}
		read = append(read, manuals.Reading{Manual: manual, Tree: review.Tree(tree)})
	}
	n, err := x.Manuals.ConfirmImported(x.ctx(), x.by(), read...)
	if text, told := x.told(err); told && statusOf(err) == http.StatusConflict {
		return x.showImported(http.StatusConflict, Problem{"ticks", text})
	}
	if err != nil {
		return err
	}
	back := "/imported"
	if q := x.with("page", ""); strings.HasPrefix(q, "/imported") {
		back = q
	}
	return x.done(back, "imported.done", itoa(n))
}

// confirmation shows who confirmed what is in force of an imported manual.
func (x *exchange) confirmation(v *manualView, m manuals.Manual) error {
	if !m.Imported() {
		return nil
	}
	c, done, err := x.Manuals.Confirmed(x.ctx(), m)
	v.Imported = true
	if err != nil || !done {
		return err
	}
	names, err := x.names(c.By)
	if err != nil {
		return err
	}
	v.Confirmed, v.Read = x.called(c.By, names), x.moment(c.At)
	return nil
}
