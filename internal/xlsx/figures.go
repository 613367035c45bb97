package xlsx

import (
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Head is a cell that stands out as a heading.
type Head string

// Drawn is a way to draw figures.
type Drawn int

// The ways.
const (
	Bars Drawn = iota // level, the first on top
	Line              // over time; what is empty is a gap
)

// Chart draws cells of the sheet that it stands on, so that it changes with them.
// The heading of the values stands in the row before the first. Rows count from 1, columns from 0.
type Chart struct {
	Drawn       Drawn
	Title       string
	First, Last int // rows
	Names       int // column of what is drawn
	Values      int // column of numbers
	Least, Most float64
	At          string // the cell at its upper left corner, such as H2
}

// Figures adds a sheet of some rows with charts. Cells are texts (string), headings
// (Head), numbers (int, float64) and nil, which is empty; no text is a formula.
func (w *Writer) Figures(name string, widths []float64, rows [][]any, charts ...Chart) error {
	if err := w.add(name); err != nil {
		return err
	}
	for i, wide := range widths {
		if err := w.file.SetColWidth(name, Column(i), Column(i), wide); err != nil {
			return err
		}
	}
	for y, row := range rows {
		for x, v := range row {
			if err := w.put(name, Cell(x, y+1), v); err != nil {
				return err
			}
		}
	}
	for _, c := range charts {
		if err := w.file.AddChart(name, c.At, c.drawing(name)); err != nil {
			return err
		}
	}
	return nil
}

func (w *Writer) put(sheet, at string, v any) error {
	var err error
	style := w.normal
	switch v := v.(type) {
	case nil:
		return nil
	case Head:
		style, err = w.head, w.file.SetCellStr(sheet, at, plain(string(v)))
	case string:
		err = w.file.SetCellStr(sheet, at, plain(v))
	case int:
		style, err = w.figure, w.file.SetCellInt(sheet, at, int64(v))
	case float64:
		style, err = w.figure, w.file.SetCellFloat(sheet, at, v, -1, 64)
	default:
		err = fmt.Errorf("xlsx: a cell of %T", v)
	}
	if err != nil {
		return err
	}
	return w.file.SetCellStyle(sheet, at, at, style)
}

func (c Chart) drawing(sheet string) *excelize.Chart {
	quoted := "'" + strings.ReplaceAll(sheet, "'", "''") + "'!"
	span := func(column int) string {
		return fmt.Sprintf("%s$%s$%d:$%s$%d", quoted, Column(column), c.First, Column(column), c.Last)
	}
	one := false
	font := excelize.Font{Family: "Sarabun", Size: 11}
	out := &excelize.Chart{
		Type: excelize.Bar, VaryColors: &one,
		Series: []excelize.ChartSeries{{Name: fmt.Sprintf("%s$%s$%d", quoted, Column(c.Values), max(c.First-1, 1)), Categories: span(c.Names), Values: span(c.Values), Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"0B3D91"}}}},
		Title:  excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: plain(c.Title), Font: &excelize.Font{Family: "Sarabun", Size: 14, Bold: true}}}},
		Legend: excelize.ChartLegend{Position: "none"}, ShowBlanksAs: "gap",
		PlotArea:  excelize.ChartPlotArea{ShowVal: true},
		XAxis:     excelize.ChartAxis{Font: font, ReverseOrder: c.Drawn == Bars},
		YAxis:     excelize.ChartAxis{Font: font, Minimum: &c.Least, Maximum: &c.Most, MajorUnit: 1, MajorGridLines: true},
		Dimension: excelize.ChartDimension{Width: 720, Height: 360},
	}
	if c.Drawn == Bars {
		out.Dimension.Height = uint(min(max(120+34*(c.Last-c.First+1), 200), 1200))
	} else {
		out.Type = excelize.Line
		out.Series[0].Fill = excelize.Fill{}
		out.Series[0].Line = excelize.LineOptions{Width: 2.25}
		out.Series[0].Marker = excelize.ChartMarker{Symbol: "circle", Size: 7}
	}
	return out
}
