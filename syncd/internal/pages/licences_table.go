package pages

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/fault"
	"khumue/internal/licence"
	"khumue/internal/xlsx"
	"khumue/syncd/internal/licences"
)

// maxSheet is how large a table of reports may be, in bytes.
const maxSheet = 4 << 20

// sheetLimits are for a book of one point's months.
var sheetLimits = xlsx.Limits{Packed: maxSheet, Inflated: 64 << 20, Ratio: 200, Parts: 500, Sheets: 10, Rows: 20_000, Columns: 60, Cell: 16 << 10}

// pasteLicences puts what was pasted into the grid, which is shown and not saved.
func (x *exchange) pasteLicences(g licences.Grid, from, to calendar.Month, form url.Values) error {
	text := form.Get("paste")
	patches, faults := licence.ReadPaste(strings.ReplaceAll(text, "\r\n", "\n"), writable(g))
	return x.showTable(g, from, to, patches, faults, typed{values: form, paste: text}, "paste")
}

// writable are the rows that can be written.
func writable(g licences.Grid) (out []licence.Line) {
	for i, l := range g.Lines() {
		if g.Rows[i].Write == nil {
			out = append(out, l)
		}
	}
	return out
}

// showTable shows the grid with what a table says, or what is wrong with the
// table.
func (x *exchange) showTable(g licences.Grid, from, to calendar.Month, patches map[licence.Key]licence.Patch, faults []licence.Fault, t typed, field string) error {
	if len(faults) > 0 {
		var problems []Problem
		for _, f := range faults[:min(len(faults), 20)] {
			text := f.What.In(string(x.lang))
			if f.Line > 0 {
				text = x.t("licence.line", f.Line, text)
			}
			problems = append(problems, Problem{field, text})
		}
		return x.showGrid(http.StatusBadRequest, g, from, to, t, problems...)
	}
	t.kept = map[licence.Key]licence.Entry{}
	for k, p := range patches {
		k.Point = g.Point
		row, ok := rowOf(g, k)
		if !ok {
			continue
		}
		base := row.Shown
		if t.values != nil {
			for n := range len(g.Rows) {
				if t.values.Get(lineID(n, "process")) == string(k.Process) && t.values.Get(lineID(n, "month")) == k.Month.ISO() {
					base, _, _ = x.readRow(n, k, row, t.values)
				}
			}
		}
		t.kept[k] = p.Apply(base, row.Opening)
	}
	t.paste = ""
	t.values = x.without(g, t)
	return x.showGrid(http.StatusOK, g, from, to, t)
}

// without is what was typed, but for the rows that a table fills.
func (x *exchange) without(g licences.Grid, t typed) url.Values {
	out := url.Values{}
	for name, values := range t.values {
		out[name] = values
	}
	for n, r := range g.Rows {
		if _, ok := t.kept[r.Key]; !ok {
			continue
		}
		for name := range out {
			if strings.HasPrefix(name, "r"+strconv.Itoa(n)+".") {
				delete(out, name)
			}
		}
	}
	return out
}

// licenceTemplate sends the rows that can be written as a book to fill in.
func (x *exchange) licenceTemplate() error {
	g, from, _, err := x.gridAsked()
	if err != nil {
		return err
	}
	lang := string(x.lang)
	book, err := xlsx.NewWriter()
	if err != nil {
		return err
	}
	defer func() { _ = book.Close() }() // it has temporary files at most
	heads := []xlsx.Heading{{Text: licence.HeadProcess.In(lang), Width: 16}, {Text: licence.HeadTitle.In(lang), Width: 48}, {Text: licence.HeadMonth.In(lang), Width: 12}}
	for _, f := range licence.Fields {
		heads = append(heads, xlsx.Heading{Text: f.Name().In(lang), Width: 14})
	}
	heads = append(heads, xlsx.Heading{Text: licence.HeadZero.In(lang), Width: 14}, xlsx.Heading{Text: licence.Note.Name().In(lang), Width: 40})
	sheet, err := book.Sheet(x.t("licence.sheet"), heads...)
	if err != nil {
		return err
	}
	for _, r := range g.Rows {
		if r.Write != nil {
			continue
		}
		if err := sheet.Row(templateRow(r, lang)...); err != nil {
			return err
		}
	}
	if err := sheet.Close(); err != nil {
		return err
	}
	return x.sendBook("licences-"+string(g.Point)+"-"+from.ISO(), book)
}

// templateRow is a report as it stands: numbers where there are any, else empty.
func templateRow(r licences.Row, lang string) []any {
	title := r.Title.TH
	if lang == "en" && r.Title.EN != "" {
		title = r.Title.EN
	}
	row := []any{string(r.Process), title, r.Month.ISO()}
	touched := (r.Filed.Version > 0 || !r.Draft.At.IsZero()) && !r.Shown.Zero
	for _, f := range licence.Fields {
		n := *r.Shown.Count(f)
		if touched || n != 0 || f == licence.CarriedIn && r.Opening.Known {
			row = append(row, n)
		} else {
			row = append(row, "")
		}
	}
	zero := any("")
	if r.Shown.Zero {
		zero = 1
	}
	return append(row, zero, r.Shown.Note)
}

// uploadLicences puts a book that was filled in into the grid, which is shown and
// not saved.
func (x *exchange) uploadLicences() error {
	g, from, to, err := x.gridAsked()
	if err != nil {
		return err
	}
	x.back = monthsPath(g.Point, "", from, to)
	problem := func(text string) error {
		return x.showGrid(http.StatusBadRequest, g, from, to, typed{}, Problem{"table", text})
	}
	if !g.Writes {
		return notHere()
	}
	parts, err := x.r.MultipartReader()
	if err != nil {
		return problem(x.t("import.no-file"))
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return problem(x.t("import.no-file"))
		}
		if err != nil {
			return badForm(err)
		}
		if part.FormName() != "table" || part.FileName() == "" {
			continue
		}
		data, err := io.ReadAll(io.LimitReader(part, maxSheet+1))
		if err != nil {
			return badForm(err)
		}
		rows, err := tableRows(data)
		if text, told := x.told(err); told {
			return problem(text)
		}
		if err != nil {
			return err
		}
		patches, faults := licence.ReadTable(rows, writable(g))
		return x.showTable(g, from, to, patches, faults, typed{}, "table")
	}
}

// tableRows are the rows of a book's first sheet.
func tableRows(data []byte) ([][]string, error) {
	if len(data) > maxSheet {
		return nil, fault.New(fault.Invalid, fault.Text{TH: "ไฟล์ใหญ่เกิน 4 MB", EN: "The file is larger than 4 MB."}, fault.Text{TH: "ใช้แบบกรอกที่ดาวน์โหลดจากหน้านี้", EN: "Use the form that this page offers."})
	}
	book, err := xlsx.Open(bytes.NewReader(data), int64(len(data)), sheetLimits)
	if err != nil {
		return nil, err
	}
	defer func() { _ = book.Close() }() // what was read stands
	sheets := book.Sheets()
	if len(sheets) == 0 {
		return nil, nil
	}
	var rows [][]string
	for row, err := range book.Rows(sheets[0]) {
		if err != nil {
			return nil, err
		}
		for len(rows) < row.Number-1 { // lines keep the numbers that Excel shows
			rows = append(rows, nil)
		}
		rows = append(rows, row.Cells)
	}
	return rows, nil
}
