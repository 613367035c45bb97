package xlsx

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"strconv"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Pour adds a sheet of so many rows that they are neither held nor put into a
// file: they are asked for while WriteTo writes, and every cell is a text that is
// never a formula, or in a column of numbers, a number. Sheets hold 1,000,000 rows
// each; what does not fit goes on in a further sheet, with the headings again. Rows beyond count are not asked for.
// What is poured is written behind all else, in the order in which it was added.
func (w *Writer) Pour(name string, count int, rows iter.Seq2[[]string, error], headings ...Heading) error {
	p := poured{rows: rows, headings: headings}
	for first := true; first || count > 0; first = false {
		n := min(count, mostPoured)
		title := name
		if len(p.sheets) > 0 {
			title = fmt.Sprintf("%s %d", name, len(p.sheets)+1)
		}
		if err := w.add(title); err != nil {
			return err
		}
		p.sheets = append(p.sheets, pouredSheet{fmt.Sprintf("xl/worksheets/sheet%d.xml", w.sheets), n})
		count -= n
	}
	w.poured = append(w.poured, p)
	return nil
}

// mostPoured is how many rows stand on a sheet, below its headings: fewer than
// Excel takes, in a number that people expect.
const mostPoured = 1_000_000

// poured are rows that are yet to come, and the sheets that they go to.
type poured struct {
	rows     iter.Seq2[[]string, error]
	headings []Heading
	sheets   []pouredSheet
}

type pouredSheet struct {
	part string
	rows int
}

// pouring is a package in which the library's parts come first.
type pouring struct {
	*zip.Writer
	wanted []poured
	styles [2]int // of headings and of texts
}

var _ excelize.ZipWriter = (*pouring)(nil)

// Create begins a part. What the library has of a poured sheet goes nowhere.
func (p *pouring) Create(name string) (io.Writer, error) {
	for _, w := range p.wanted {
		for _, s := range w.sheets {
			if s.part == name {
				return io.Discard, nil
			}
		}
	}
	return p.Writer.Create(name)
}

// AddFS is not used by what is written.
func (p *pouring) AddFS(fsys fs.FS) error { return p.Writer.AddFS(fsys) }

// Close writes what is poured, and ends the package.
func (p *pouring) Close() error {
	for _, w := range p.wanted {
		if err := w.write(p.Writer, p.styles); err != nil {
			return err
		}
	}
	return p.Writer.Close()
}

// write writes the sheets one after the other. Fewer rows than were told are fine.
func (w poured) write(to *zip.Writer, styles [2]int) error {
	next, stop := iter.Pull2(w.rows)
	defer stop()
	numbers := make([]bool, len(w.headings))
	for i, h := range w.headings {
		numbers[i] = h.Number
	}
	for _, s := range w.sheets {
		part, err := to.Create(s.part)
		if err != nil {
			return err
		}
		out := bufio.NewWriterSize(part, 64<<10)
		w.begin(out, styles)
		line := make([]byte, 0, 4<<10)
		for n := range s.rows {
			row, err, more := next()
			if err != nil {
				return err
			} else if !more {
				break
			}
			line = appendRow(line[:0], n+2, styles[1], row, numbers)
			if _, err := out.Write(line); err != nil {
				return err
			}
		}
		_, _ = out.WriteString("</sheetData></worksheet>") // the error is told by Flush
		if err := out.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// begin writes what stands before the first row, and the headings.
func (w poured) begin(out *bufio.Writer, styles [2]int) {
	_, _ = out.WriteString(xml.Header + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` +
		`<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>`)
	texts := make([]string, len(w.headings))
	if len(w.headings) > 0 {
		_, _ = out.WriteString("<cols>")
		for i, h := range w.headings {
			wide := h.Width
			if wide == 0 {
				wide = 9
			}
			_, _ = fmt.Fprintf(out, `<col min="%d" max="%d" width="%g" customWidth="1"/>`, i+1, i+1, wide)
			texts[i] = h.Text
		}
		_, _ = out.WriteString("</cols>")
	}
	_, _ = out.WriteString("<sheetData>")
	_, _ = out.Write(appendRow(nil, 1, styles[0], texts, nil))
}

// appendRow appends a row of texts, and of numbers where a column has them. Empty
// cells are left out.
func appendRow(b []byte, number, style int, cells []string, numbers []bool) []byte {
	b = append(b, `<row r="`...)
	b = append(strconv.AppendInt(b, int64(number), 10), `">`...)
	for i, s := range cells {
		if s == "" {
			continue
		}
		b = append(b, `<c r="`...)
		if i < 26 {
			b = append(b, 'A'+byte(i))
		} else {
			b = append(b, Column(i)...)
		}
		b = strconv.AppendInt(b, int64(number), 10)
		if i < len(numbers) && numbers[i] && digits(s) {
			b = append(b, `"><v>`...)
			b = append(b, s...)
			b = append(b, "</v></c>"...)
			continue
		}
		b = append(b, `" s="`...)
		b = strconv.AppendInt(b, int64(style), 10)
		b = append(b, `" t="inlineStr"><is><t xml:space="preserve">`...)
		b = appendText(b, s)
		b = append(b, "</t></is></c>"...)
	}
	return append(b, "</row>"...)
}

// digits reports whether a text is a whole number as a spreadsheet keeps it.
func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) > 0 && len(s) <= 15 && (s[0] != '0' || len(s) == 1)
}

// appendText appends a text as XML has it.
func appendText(b []byte, s string) []byte {
	clean := len(s) <= maxText && utf8.ValidString(s)
	for i := 0; clean && i < len(s); i++ {
		clean = s[i] >= ' ' && s[i] != 0xEF // U+FFFD and what is no character begin with it
	}
	if !clean {
		s = plain(s)
	}
	for i := range len(s) {
		switch s[i] {
		case '&':
			b = append(b, "&amp;"...)
		case '<':
			b = append(b, "&lt;"...)
		case '>':
			b = append(b, "&gt;"...)
		default:
			b = append(b, s[i])
		}
	}
	return b
}
