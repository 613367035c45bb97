package pages

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/licence"
	"khumue/syncd/internal/licences"
)

// maxLicences is how large a form of a grid may be, in bytes: 24 months of many
// processes.
const maxLicences = 2 << 20

// licenceForm reports whether an address takes a grid in.
func licenceForm(path string) bool { return strings.HasPrefix(path, licencesPath+"/points/") }

// gridForm is a grid as it was sent.
type gridForm struct {
	changes []licences.Change
	rows    map[licence.Key]int // which row is which
	faults  []licences.RowFault
	entries map[licence.Key]licence.Entry
	blank   int // rows that say nothing
}

// readGrid reads the rows of a form. A row that says nothing is left out.
func (x *exchange) readGrid(g licences.Grid, form url.Values) gridForm {
	out := gridForm{rows: map[licence.Key]int{}, entries: map[licence.Key]licence.Entry{}}
	for n := range mostGridRows {
		process, err := catalog.ParseProcessID(form.Get(lineID(n, "process")))
		month, wrong := calendar.ParseMonth(form.Get(lineID(n, "month")))
		edition, odd := strconv.Atoi(form.Get(lineID(n, "edition")))
		if err != nil || wrong != nil || odd != nil {
			continue
		}
		k := licence.Key{Point: g.Point, Process: process, Month: month}
		row, ok := rowOf(g, k)
		e, said, faults := x.readRow(n, k, row, form)
		if !ok || row.Write != nil {
			if said {
				out.faults = append(out.faults, unwritable(k, row.Write))
			}
			continue
		}
		out.rows[k] = n
		out.faults = append(out.faults, faults...)
		out.entries[k] = e
		if !said {
			out.blank++
			continue
		}
		out.changes = append(out.changes, licences.Change{Process: process, Month: month, Entry: e, Edition: edition})
	}
	return out
}

// mostGridRows is how many rows of a form are looked at: those that are shown may
// be fewer by now.
const mostGridRows = 1000

// unwritable says why a row that says something can not be written any more.
func unwritable(k licence.Key, why error) licences.RowFault {
	var told *fault.Error
	if errors.As(why, &told) {
		return licences.RowFault{Key: k, Wrong: licence.Wrong{What: told.What}, Hint: told.Hint}
	}
	return licences.RowFault{Key: k, Wrong: licence.Wrong{What: fault.Text{TH: "จุดนี้ไม่ต้องรายงานกระบวนงานนี้แล้ว", EN: "This point reports on this process no more."}}}
}

func rowOf(g licences.Grid, k licence.Key) (licences.Row, bool) {
	for _, r := range g.Rows {
		if r.Key == k {
			return r, true
		}
	}
	return licences.Row{}, false
}

// readRow reads one row, and whether it says anything.
func (x *exchange) readRow(n int, k licence.Key, row licences.Row, form url.Values) (e licence.Entry, said bool, faults []licences.RowFault) {
	for _, f := range licence.Fields {
		text := clean(form.Get(cellID(n, f)))
		if f == licence.CarriedIn && row.Opening.Known {
			e.CarriedIn = row.Opening.N
			continue
		}
		if text == "" {
			continue
		}
		said = true
		count, ok := licence.ParseCount(text)
		if !ok {
			what := fault.Text{TH: "“" + text + "” ในช่อง “" + f.Name().TH + "” ไม่ใช่จำนวน", EN: "“" + text + "” under “" + f.Name().EN + "” is no number."}
			faults = append(faults, licences.RowFault{Key: k, Wrong: licence.Wrong{Field: f, What: what}})
		}
		*e.Count(f) = count
	}
	e.Note = strings.ReplaceAll(clean(form.Get(cellID(n, licence.Note))), "\r\n", "\n")
	e.Zero = form.Get(lineID(n, "zero")) == "1"
	return e, said || e.Zero || e.Note != "", faults
}

// writeLicences keeps drafts, hands reports in, or puts what was pasted into the
// grid, as the button that was pressed says.
func (x *exchange) writeLicences() error {
	g, from, to, err := x.gridAsked()
	if err != nil {
		return err
	}
	if err := x.form(); err != nil {
		return err
	}
	x.back = monthsPath(g.Point, "", from, to)
	form := x.r.PostForm
	sent := x.readGrid(g, form)
	do := x.posted("do")
	if form.Has("zero") { // the button of one row, which is written alone
		return x.stateZero(g, from, to, form, sent)
	}
	switch do {
	case "paste":
		return x.pasteLicences(g, from, to, form)
	case "zeros":
		sent.changes = zeros(g, sent, form)
	}
	t := typed{values: form, wrong: faultsByKey(sent.faults)}
	if len(sent.faults) > 0 {
		return x.showGrid(http.StatusBadRequest, g, from, to, t, x.gridProblems(sent, sent.faults)...)
	}
	if len(sent.changes) == 0 {
		return x.showGrid(http.StatusBadRequest, g, from, to, t, Problem{"grid", x.t("licence.nothing")})
	}
	w := licences.Written{Point: g.Point, Changes: sent.changes, File: do != "save", Carry: licences.Carrying(x.posted("carry"))}
	return x.commitLicences(g, from, to, t, sent, w)
}

// stateZero states of one row that there were no requests.
func (x *exchange) stateZero(g licences.Grid, from, to calendar.Month, form url.Values, sent gridForm) error {
	n, err := strconv.Atoi(form.Get("zero"))
	if err != nil || n < 0 {
		return notHere()
	}
	for k, at := range sent.rows {
		if at != n {
			continue
		}
		row, _ := rowOf(g, k)
		edition, _ := strconv.Atoi(form.Get(lineID(n, "edition")))
		w := licences.Written{Point: g.Point, File: true, Carry: licences.Carrying(x.posted("carry")),
			Changes: []licences.Change{{Process: k.Process, Month: k.Month, Edition: edition, Entry: licence.Entry{Zero: true, Figures: licence.Figures{CarriedIn: row.Opening.N}}}}}
		return x.commitLicences(g, from, to, typed{values: form, wrong: map[licence.Key][]licences.RowFault{}}, sent, w)
	}
	return notHere()
}

// zeros states of all rows that say nothing, and of which nothing was handed in,
// that there were no requests.
func zeros(g licences.Grid, sent gridForm, form url.Values) (out []licences.Change) {
	for k, n := range sent.rows {
		row, _ := rowOf(g, k)
		if row.Filed.Version > 0 || row.File != nil || sent.entries[k].Figures != (licence.Figures{}) || row.Opening.N > 0 {
			continue
		}
		edition, _ := strconv.Atoi(form.Get(lineID(n, "edition")))
		out = append(out, licences.Change{Process: k.Process, Month: k.Month, Edition: edition, Entry: licence.Entry{Zero: true, Note: sent.entries[k].Note}})
	}
	return out
}

func faultsByKey(list []licences.RowFault) map[licence.Key][]licences.RowFault {
	out := map[licence.Key][]licences.RowFault{}
	for _, f := range list {
		out[f.Key] = append(out[f.Key], f)
	}
	return out
}

// gridProblems name what is wrong at the top of the page, leading to the fields.
func (x *exchange) gridProblems(sent gridForm, faults []licences.RowFault) (out []Problem) {
	for _, f := range faults {
		text, at := f.What.In(string(x.lang)), ""
		switch n, shown := sent.rows[f.Key]; {
		case !shown: // it has no fields any more
			text = f.Month.Long(string(x.lang)) + ": " + text
		case f.Field != "":
			at = cellID(n, f.Field)
		default:
			at = "row" + strconv.Itoa(n)
		}
		if !f.Hint.IsZero() {
			text += " " + f.Hint.In(string(x.lang))
		}
		out = append(out, Problem{at, text})
	}
	return out
}

// commitLicences writes, and shows what came of it.
func (x *exchange) commitLicences(g licences.Grid, from, to calendar.Month, t typed, sent gridForm, w licences.Written) error {
	out, err := x.Licences.Write(x.ctx(), x.by(), w)
	var faulty *licences.Faulty
	var stale *licences.Stale
	var chained *licences.Chained
	switch {
	case errors.As(err, &faulty):
		t.wrong = faultsByKey(faulty.Rows)
		return x.showGrid(statusOf(err), g, from, to, t, x.gridProblems(sent, faulty.Rows)...)
	case errors.As(err, &stale):
		return x.showStale(g, from, to, t, stale)
	case errors.As(err, &chained):
		t.chains = x.chainRows(g, chained)
		return x.showGrid(http.StatusConflict, g, from, to, t, Problem{"carry", x.t("licence.chain.problem")})
	case err != nil:
		return err
	}
	back := monthsPath(g.Point, "", from, to)
	switch {
	case !w.File:
		return x.done(back, "flash.licence.saved", strconv.Itoa(out.Saved+out.Same))
	case len(out.Stopped) > 0:
		return x.done(back, "flash.licence.stopped", strconv.Itoa(out.Filed), strconv.Itoa(len(out.Carried)))
	case len(out.Carried) > 0:
		return x.done(back, "flash.licence.carried", strconv.Itoa(out.Filed), strconv.Itoa(len(out.Carried)))
	case out.Filed == 0:
		return x.done(back, "flash.licence.same")
	}
	return x.done(back, "flash.licence.filed", strconv.Itoa(out.Filed))
}

// showStale shows what was typed over what somebody else wrote meanwhile: sent
// again, it replaces that.
func (x *exchange) showStale(g licences.Grid, from, to calendar.Month, t typed, stale *licences.Stale) error {
	t.editions = map[licence.Key]int{}
	for _, r := range stale.Rows {
		t.editions[r.Key] = r.Edition
		row, _ := rowOf(g, r.Key)
		t.stale = append(t.stale, StaleLine{x.text(row.Title), x.figuresText(r.Shown())})
	}
	return x.showGrid(http.StatusConflict, g, from, to, t, Problem{"grid", x.t("licence.stale")})
}

// figuresText writes the numbers of a report that are not 0.
func (x *exchange) figuresText(e licence.Entry) string {
	var parts []string
	for _, f := range licence.Fields {
		if n := *e.Count(f); n != 0 {
			parts = append(parts, f.Name().In(string(x.lang))+" "+number(n))
		}
	}
	if len(parts) == 0 {
		return x.t("licence.zero.stated")
	}
	return strings.Join(parts, " · ")
}

func (x *exchange) chainRows(g licences.Grid, c *licences.Chained) (out []ChainRow) {
	lang := string(x.lang)
	for _, r := range c.Rows {
		row, _ := rowOf(g, r.Key)
		var months []string
		for _, m := range r.Changed {
			months = append(months, m.Long(lang))
		}
		one := ChainRow{Title: x.text(row.Title), Text: x.t("licence.chain.text", r.Month.Long(lang), r.Pending, strings.Join(months, ", "))}
		if len(months) == 0 {
			one.Text = x.t("licence.chain.none", r.Month.Long(lang), r.Pending)
		}
		if !r.Stopped.IsZero() {
			one.Stopped = x.t("licence.chain.stopped", r.Stopped.Long(lang))
		}
		out = append(out, one)
	}
	return out
}
