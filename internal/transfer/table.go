package transfer

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"strings"

	"khumue/internal/fault"
	"khumue/internal/thai"
	"khumue/internal/xlsx"
)

// Limits bound what a table may hold.
type Limits struct {
	Book   xlsx.Limits
	Text   int64 // bytes of a CSV or JSON file
	Record int   // bytes of one row of it
}

// UsualLimits are those of the command line; a table of 100,000 manuals keeps
// them.
var UsualLimits = Limits{Book: xlsx.Usual, Text: 2 << 30, Record: 4 << 20}

// Table is a table that is read once, row by row.
type Table struct {
	Sheet    string // of a book; "" otherwise
	From1904 bool   // its days are numbers from 1904

	columns map[string]int // by heading as headingKey writes it
	heads   []string       // as written
	rows    iter.Seq2[Row, error]
	close   func() error
}

// Row is one row of a table.
type Row struct {
	Number int // as the program that made the table shows it, from 1; in JSON the place in the list
	cells  []string
	// columns are those of the table when the row was read: of JSON there come
	// more and more.
	columns map[string]int
}

// Layout says where in a table its headings are.
type Layout struct {
	Sheet  string // of a book; "": the first
	Header int    // number of the row of headings; 0: the first that is not blank
	Skip   int    // rows below the headings that are no data
}

// Open reads a table of size bytes, whose kind is told by what it holds, not by
// its name. What is none is an error of kind Invalid.
func Open(r io.ReaderAt, size int64, at Layout, l Limits) (*Table, error) {
	head := make([]byte, min(size, 512))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	begins := func(s string) bool { return bytes.HasPrefix(head, []byte(s)) }
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte(bomUTF8)), " \t\r\n")
	switch {
	case size == 0:
		return nil, fault.New(fault.Invalid, fault.Text{TH: "ไฟล์ว่างเปล่า", EN: "there is nothing in the file"})
	case begins("PK\x03\x04"):
		return openBook(r, size, at, l)
	case begins("\xd0\xcf\x11\xe0"):
		return nil, notATable(fault.Text{TH: "เป็นไฟล์ Excel รุ่นเก่าหรือมีรหัสผ่าน", EN: "it is a file of an old Excel, or has a password"})
	case begins("%PDF"), begins("\x89PNG"), begins("\xff\xd8\xff"), begins("\x1f\x8b"), begins("Rar!"), begins("7z\xbc\xaf"), begins("GIF8"):
		return nil, notATable(fault.Text{TH: "ไม่ใช่ตาราง", EN: "it is no table"})
	case size > l.Text:
		return nil, fault.New(fault.Invalid, fault.Textf("ไฟล์มี %d ไบต์ เกิน %d", "the file has %d bytes, more than %d", size, l.Text),
			fault.Text{TH: "แบ่งเป็นหลายไฟล์", EN: "divide it into several files"})
	case bytes.HasPrefix(text, []byte("[")), bytes.HasPrefix(text, []byte("{")):
		return openJSON(io.NewSectionReader(r, 0, size), l)
	case bytes.HasPrefix(text, []byte("<")):
		return nil, notATable(fault.Text{TH: "เป็นหน้าเว็บหรือ XML", EN: "it is a web page or XML"})
	}
	return openCSV(r, size, at, l)
}

// TableOf makes a table of rows that were read elsewhere, numbered from 1. Two of
// the same heading are an error of kind Invalid.
func TableOf(heads []string, rows iter.Seq[[]string]) (*Table, error) {
	t := &Table{close: func() error { return nil }}
	if err := t.name(heads); err != nil {
		return nil, err
	}
	t.rows = func(yield func(Row, error) bool) {
		n := 0
		for cells := range rows {
			n++
			if !yield(Row{Number: n, cells: cells, columns: t.columns}, nil) {
				return
			}
		}
	}
	return t, nil
}

func notATable(what fault.Text) error {
	return fault.New(fault.Invalid, what, fault.Text{TH: "บันทึกใหม่เป็น .xlsx, .csv (UTF-8) หรือ .json", EN: "save it again as .xlsx, .csv (UTF-8) or .json"})
}

// openBook opens a sheet of a book of Excel.
func openBook(r io.ReaderAt, size int64, at Layout, l Limits) (*Table, error) {
	book, err := xlsx.Open(r, size, l.Book)
	if err != nil {
		return nil, err
	}
	sheet, err := sheetOf(book.Sheets(), at.Sheet)
	if err != nil {
		return nil, errors.Join(err, book.Close())
	}
	t := &Table{Sheet: sheet, From1904: book.From1904, close: book.Close}
	if err := t.begin(bookRows(book, sheet), at); err != nil {
		return nil, errors.Join(err, book.Close())
	}
	return t, nil
}

func sheetOf(sheets []string, want string) (string, error) {
	if want == "" {
		return sheets[0], nil
	}
	for _, s := range sheets {
		if headingKey(s) == headingKey(want) {
			return s, nil
		}
	}
	return "", fault.New(fault.NotFound, fault.Textf("ไม่มีแผ่นงาน %q", "there is no sheet %q", want), fault.DidYouMean(want, sheets))
}

func bookRows(book *xlsx.Book, sheet string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for r, err := range book.Rows(sheet) {
			if !yield(Row{Number: r.Number, cells: r.Cells}, err) {
				return
			}
		}
	}
}

// begin reads the headings and leaves the rows below them.
func (t *Table) begin(all iter.Seq2[Row, error], at Layout) error {
	next, stop := iter.Pull2(all)
	if t.close == nil {
		t.close = func() error { return nil }
	}
	closeFile := t.close
	t.close = func() error { stop(); return closeFile() }
	for {
		row, err, more := next()
		switch {
		case err != nil:
			return err
		case !more:
			return fault.New(fault.Invalid, fault.Text{TH: "ไม่พบแถวหัวตาราง", EN: "there is no row of headings"},
				fault.Text{TH: "แถวแรกต้องเป็นชื่อคอลัมน์", EN: "the first row must name the columns"})
		case row.Number < at.Header || blank(row.cells):
			continue
		}
		if err := t.name(row.cells); err != nil {
			return err
		}
		t.rows = t.below(next, at.Skip)
		return nil
	}
}

// below are the rows that next still gives, without the first skip.
func (t *Table) below(next func() (Row, error, bool), skip int) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for {
			row, err, more := next()
			if !more {
				return
			}
			if skip > 0 && err == nil {
				skip--
				continue
			}
			row.columns = t.columns
			if (err != nil || !blank(row.cells)) && !yield(row, err) {
				return
			}
		}
	}
}

func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// name makes columns known by their headings. Two of the same heading could not
// be told apart.
func (t *Table) name(heads []string) error {
	t.columns = map[string]int{}
	for i, h := range heads {
		key := headingKey(h)
		if key == "" {
			continue
		}
		if first, taken := t.columns[key]; taken {
			return fault.New(fault.Invalid, fault.Textf("หัวตาราง %q มีสองคอลัมน์ (%s และ %s)", "two columns have the heading %q (%s and %s)", h, xlsx.Column(first), xlsx.Column(i)),
				fault.Text{TH: "เปลี่ยนชื่อหนึ่งคอลัมน์", EN: "rename one of them"})
		}
		t.columns[key] = i
	}
	t.heads = heads
	return nil
}

// headingKey is a heading as headings are compared: without regard to blanks,
// case and how Thai was typed.
func headingKey(s string) string {
	return strings.ReplaceAll(thai.Normalize(strings.TrimSuffix(strings.TrimSpace(s), "*")), " ", "")
}

// Rows goes through the rows below the headings that are not blank, once.
func (t *Table) Rows() iter.Seq2[Row, error] { return t.rows }

// Cells are the texts of a row in the order of the headings; those at its end
// may be missing.
func (r Row) Cells() []string { return r.cells }

// Headings lists the headings as they are written.
func (t *Table) Headings() []string { return t.heads }

// Close frees what the table holds.
func (t *Table) Close() error { return t.close() }

// at returns the cell of a column, by its key, and "" when there is none.
func (r Row) at(key string) string {
	if i, ok := r.columns[key]; ok && i < len(r.cells) {
		return r.cells[i]
	}
	return ""
}

// guard lets no more than limit bytes through between two calls of again.
type guard struct {
	from        io.Reader
	limit, left int
}

func newGuard(r io.Reader, limit int) *guard { return &guard{r, limit, limit} }

func (g *guard) again() { g.left = g.limit }

func (g *guard) Read(p []byte) (int, error) {
	if g.left <= 0 {
		return 0, fault.New(fault.Invalid, fault.Textf("แถวหนึ่งยาวเกิน %d ไบต์", "a row has more than %d bytes", g.limit),
			fault.Text{TH: "ตรวจเครื่องหมาย \" ที่ไม่ได้ปิด", EN: "look for a \" that is not closed"})
	}
	n, err := g.from.Read(p[:min(len(p), g.left)])
	g.left -= n
	return n, err
}
