package xlsx

import (
	"archive/zip"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// maxRows is how many rows a sheet has.
const maxRows = 1_048_576

// maxText is how many characters Excel shows of a cell.
const maxText = 32767

// Heading is one column of a sheet that is written.
type Heading struct {
	Text   string
	Width  float64 // in characters; 0: as usual
	Number bool    // of what is poured: whole numbers are numbers
}

// Writer writes a book of several sheets, each row by row. Rows wait in a
// temporary file, not in memory.
type Writer struct {
	file                 *excelize.File
	head, normal, figure int // styles
	sheets               int
	poured               []poured
}

// Sheet is a sheet being written.
type Sheet struct {
	stream *excelize.StreamWriter
	normal int
	row    int
	// Left is how many rows found no room: a sheet has 1,048,576.
	Left int
}

// NewWriter begins a book.
func NewWriter() (*Writer, error) {
	w := &Writer{file: excelize.NewFile()}
	var err error
	if w.head, err = w.file.NewStyle(headStyle()); err != nil {
		return nil, err
	}
	if w.normal, err = w.file.NewStyle(textStyle()); err != nil {
		return nil, err
	}
	w.figure, err = w.file.NewStyle(&excelize.Style{Font: &excelize.Font{Family: "Sarabun", Size: 12}, Alignment: &excelize.Alignment{Vertical: "top"}})
	return w, err
}

func headStyle() *excelize.Style {
	return &excelize.Style{
		Font:      &excelize.Font{Family: "Sarabun", Size: 12, Bold: true},
		Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DDE7F0"}},
		Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"},
	}
}

func textStyle() *excelize.Style {
	return &excelize.Style{
		Font: &excelize.Font{Family: "Sarabun", Size: 12}, NumFmt: 49, // text
		Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"},
	}
}

// Sheet adds a sheet with its headings, which stay in sight. Sheets may be
// written at the same time.
func (w *Writer) Sheet(name string, headings ...Heading) (*Sheet, error) {
	if err := w.add(name); err != nil {
		return nil, err
	}
	stream, err := w.file.NewStreamWriter(name)
	if err != nil {
		return nil, err
	}
	cells := make([]any, len(headings))
	for i, h := range headings {
		if h.Width > 0 {
			if err := stream.SetColWidth(i+1, i+1, h.Width); err != nil {
				return nil, err
			}
		}
		cells[i] = excelize.Cell{StyleID: w.head, Value: plain(h.Text)}
	}
	if err := stream.SetPanes(frozen(1)); err != nil {
		return nil, err
	}
	return &Sheet{stream: stream, normal: w.normal, row: 1}, stream.SetRow("A1", cells)
}

func (w *Writer) add(name string) error {
	w.sheets++
	if w.sheets == 1 {
		return w.file.SetSheetName(w.file.GetSheetName(0), name)
	}
	_, err := w.file.NewSheet(name)
	return err
}

func frozen(rows int) *excelize.Panes {
	return &excelize.Panes{Freeze: true, YSplit: rows, TopLeftCell: Cell(0, rows+1), ActivePane: "bottomLeft"}
}

// Row adds a row of texts (string) and numbers (int, float64). A text is never
// a formula; characters that a spreadsheet can not hold are left out.
func (s *Sheet) Row(values ...any) error {
	if s.row >= maxRows {
		s.Left++
		return nil
	}
	s.row++
	cells := make([]any, len(values))
	for i, v := range values {
		if text, ok := v.(string); ok {
			v = plain(text)
		}
		cells[i] = excelize.Cell{StyleID: s.normal, Value: v}
	}
	return s.stream.SetRow(Cell(0, s.row), cells)
}

// Close ends the sheet.
func (s *Sheet) Close() error { return s.stream.Flush() }

// WriteTo writes the book, whose sheets must be closed. It fails where rows that are
// poured do, and what was written by then is no book.
func (w *Writer) WriteTo(to io.Writer) (int64, error) {
	// The library would hold the whole book in memory first.
	out := &counted{to: to}
	w.file.ZipWriter = func(io.Writer) excelize.ZipWriter {
		return &pouring{zip.NewWriter(out), w.poured, [2]int{w.head, w.normal}}
	}
	_, err := w.file.WriteToBuffer()
	return out.n, err
}

// counted counts the bytes that go through.
type counted struct {
	to io.Writer
	n  int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.n += int64(n)
	return n, err
}

// Close forgets the book and removes its temporary files.
func (w *Writer) Close() error { return w.file.Close() }

// Harmless is a text as a cell of a CSV file: one that would run as a formula gets
// a ' before it.
func Harmless(cell string) string {
	start := strings.TrimLeft(cell, " \"'")
	for _, c := range []string{"=", "+", "-", "@", "\t", "\r", "\x00", "＝", "＋", "－", "＠"} {
		if strings.HasPrefix(start, c) && start != "-" {
			return "'" + cell
		}
	}
	return cell
}

// plain is text without what XML can not say, cut to what a cell may hold.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == utf8.RuneError || r&0xFFFE == 0xFFFE {
			return -1
		}
		return r
	}, s)
	if len(s) > maxText && utf8.RuneCountInString(s) > maxText {
		s = string([]rune(s)[:maxText])
	}
	return s
}
