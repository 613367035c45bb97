package xlsx

import (
	"errors"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"
)

// FormColumn is a column of a form that people fill in.
type FormColumn struct {
	Heading string
	Help    string   // below the heading, in every sheet's second row
	Choices []string // offered as a list; nil: anything may be written
	Width   float64  // in characters; 0: as usual
}

// Form is a sheet to fill in: headings, a row of help, examples, and lists to
// choose from.
type Form struct {
	Name     string
	Columns  []FormColumn
	Examples [][]string // rows, on a sheet of their own
	Rows     int        // for how many rows below the headings lists are offered
}

// Note is a sheet of lines to read.
type Note struct {
	Name  string
	Lines []string
}

// The sheets beside the form: the hidden one that holds the choices, and that of
// the examples.
const (
	listSheet    = "lists"
	exampleSheet = "ตัวอย่าง"
)

// WriteForm writes a book of notes and one form, which stands first.
func WriteForm(to io.Writer, form Form, notes ...Note) (err error) {
	w, err := NewWriter()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	if err := w.form(form); err != nil {
		return err
	}
	for _, n := range notes {
		if err := w.note(n); err != nil {
			return err
		}
	}
	_, err = w.WriteTo(to)
	return err
}

func (w *Writer) form(form Form) error {
	if err := errors.Join(w.add(form.Name), w.add(listSheet)); err != nil {
		return err
	}
	lists := 0
	for i, c := range form.Columns {
		if err := w.formColumn(form, i); err != nil {
			return err
		}
		if len(c.Choices) > 0 {
			if err := w.choices(form, i, lists); err != nil {
				return err
			}
			lists++
		}
	}
	if err := w.file.SetPanes(form.Name, frozen(2)); err != nil {
		return err
	}
	if err := w.file.SetSheetVisible(listSheet, false); err != nil {
		return err
	}
	return w.examples(form)
}

// examples writes the sheet of examples, which has the headings of the form.
func (w *Writer) examples(form Form) error {
	headings := make([]Heading, len(form.Columns))
	for i, c := range form.Columns {
		headings[i] = Heading{Text: c.Heading, Width: max(c.Width, 16)}
	}
	sheet, err := w.Sheet(exampleSheet, headings...)
	if err != nil {
		return err
	}
	for _, row := range form.Examples {
		cells := make([]any, len(row))
		for i, text := range row {
			cells[i] = text
		}
		if err := sheet.Row(cells...); err != nil {
			return err
		}
	}
	return sheet.Close()
}

func (w *Writer) formColumn(form Form, i int) error {
	c, name := form.Columns[i], Column(i)
	if err := w.file.SetColStyle(form.Name, name, w.normal); err != nil {
		return err
	}
	if err := w.file.SetColWidth(form.Name, name, name, max(c.Width, 16)); err != nil {
		return err
	}
	for row, text := range []string{c.Heading, c.Help} {
		if err := w.file.SetCellStr(form.Name, Cell(i, row+1), plain(text)); err != nil {
			return err
		}
	}
	return w.file.SetCellStyle(form.Name, Cell(i, 1), Cell(i, 2), w.head)
}

// choices writes the list of column i into a column of the hidden sheet, and
// offers it in the form. Another value is warned of, not refused: a column may
// take several.
func (w *Writer) choices(form Form, i, list int) error {
	c := form.Columns[i]
	for r, text := range c.Choices {
		if err := w.file.SetCellStr(listSheet, Cell(list, r+1), plain(text)); err != nil {
			return err
		}
	}
	dv := excelize.NewDataValidation(true)
	dv.SetSqref(Cell(i, 3) + ":" + Cell(i, form.Rows+2))
	dv.SetSqrefDropList(fmt.Sprintf("%s!$%s$1:$%s$%d", listSheet, Column(list), Column(list), len(c.Choices)))
	dv.SetError(excelize.DataValidationErrorStyleWarning, "ไม่มีในรายการ", "ค่านี้ไม่มีในรายการ ใช้ต่อหรือไม่ · This is not in the list.")
	return w.file.AddDataValidation(form.Name, dv)
}

func (w *Writer) note(n Note) error {
	sheet, err := w.Sheet(n.Name, Heading{Text: n.Name, Width: 110})
	if err != nil {
		return err
	}
	for _, line := range n.Lines {
		if err := sheet.Row(line); err != nil {
			return err
		}
	}
	return sheet.Close()
}
