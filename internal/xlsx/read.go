// Package xlsx reads and writes spreadsheets of Excel, row by row, and is the
// only room that knows the library for it.
//
// What it reads comes from outside and is believed in nothing: a package is
// measured before it is unpacked, macros are refused, links lead nowhere,
// formulas are never worked out, and every cell is text. What it writes are
// texts and numbers; a text that begins like a formula stays a text.
package xlsx

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"khumue/internal/fault"
)

// Limits bound what a book may hold. All are inclusive.
type Limits struct {
	Packed   int64 // bytes of the file
	Inflated int64 // bytes of all parts, unpacked
	Ratio    int64 // how many times its packed size a part of more than 1 MiB may have
	Parts    int   // files in the package
	Sheets   int
	Rows     int // of a sheet
	Columns  int // of a row
	Cell     int // bytes of a cell
}

// Usual are limits that a table of 100,000 manuals keeps.
var Usual = Limits{
	Packed: 128 << 20, Inflated: 2 << 30, Ratio: 200, Parts: 2000,
	Sheets: 50, Rows: 1_048_576, Columns: 2000, Cell: 256 << 10,
}

// inMemory is up to how many bytes a part of a book is held in memory; larger
// ones wait in a temporary file.
const inMemory = 8 << 20

// Book is an open file of Excel.
type Book struct {
	file   *excelize.File
	limits Limits
	// From1904 tells that its days are counted from 1904, as Excel for old
	// Macintosh computers did, and not from 1900.
	From1904 bool
}

// Row is one row of a sheet.
type Row struct {
	Number int      // as Excel shows it, from 1
	Cells  []string // as stored: a day is a number; trailing empty cells are left out
}

// Open reads a book of size bytes. What is no book, is locked by a password,
// holds macros or exceeds a limit is an error of kind Invalid.
func Open(r io.ReaderAt, size int64, l Limits) (*Book, error) {
	if size > l.Packed {
		return nil, tooLarge(fault.Textf("ไฟล์มี %d ไบต์ เกิน %d", "the file has %d bytes, more than %d", size, l.Packed))
	}
	if err := measure(r, size, l); err != nil {
		return nil, err
	}
	f, err := excelize.OpenReader(io.NewSectionReader(r, 0, size),
		excelize.Options{RawCellValue: true, UnzipSizeLimit: l.Inflated, UnzipXMLSizeLimit: min(inMemory, l.Inflated)})
	if err != nil {
		return nil, notABook().Because(err)
	}
	b := &Book{file: f, limits: l}
	if n := len(f.GetSheetList()); n == 0 || n > l.Sheets {
		return nil, errors.Join(tooLarge(fault.Textf("มี %d แผ่นงาน รับได้ 1 ถึง %d", "there are %d sheets; 1 to %d are taken", n, l.Sheets)), f.Close())
	}
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		b.From1904 = *props.Date1904
	}
	return b, nil
}

// measure looks at the package before anything is unpacked.
func measure(r io.ReaderAt, size int64, l Limits) error {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return notABook().Because(err)
	}
	if len(z.File) > l.Parts {
		return tooLarge(fault.Textf("ในไฟล์มี %d ส่วน เกิน %d", "the file has %d parts, more than %d", len(z.File), l.Parts))
	}
	var all uint64
	for _, part := range z.File {
		if strings.Contains(strings.ToLower(path.Base(part.Name)), "vbaproject") {
			return fault.New(fault.Invalid, fault.Text{TH: "ไฟล์มีแมโคร", EN: "the file has macros"},
				fault.Text{TH: "บันทึกใหม่เป็น .xlsx", EN: "save it again as .xlsx"})
		}
		all += part.UncompressedSize64
		packed := max(part.CompressedSize64, 1)
		bomb := part.UncompressedSize64 > 1<<20 && part.UncompressedSize64/packed > uint64(l.Ratio)
		if bomb || part.UncompressedSize64 > uint64(l.Inflated) || all > uint64(l.Inflated) {
			return tooLarge(fault.Text{TH: "เมื่อแตกไฟล์แล้วใหญ่เกินไป", EN: "the file is too large once it is unpacked"})
		}
	}
	return nil
}

func notABook() *fault.Error {
	return fault.New(fault.Invalid, fault.Text{TH: "อ่านไฟล์นี้เป็นตาราง Excel ไม่ได้", EN: "the file can not be read as a table of Excel"},
		fault.Text{TH: "เปิดด้วย Excel หรือ LibreOffice ถอดรหัสผ่าน แล้วบันทึกใหม่เป็น .xlsx", EN: "open it in Excel or LibreOffice, take the password off, and save it again as .xlsx"})
}

func tooLarge(what fault.Text) *fault.Error {
	return fault.New(fault.Invalid, what, fault.Text{TH: "แบ่งเป็นหลายไฟล์", EN: "divide it into several files"})
}

// Sheets lists the names of the sheets in their order.
func (b *Book) Sheets() []string { return b.file.GetSheetList() }

// Close forgets the book and removes its temporary files.
func (b *Book) Close() error { return b.file.Close() }

// Rows goes through a sheet once, without holding it. It ends with the first
// error: of kind Invalid where the sheet can not be read or exceeds a limit.
func (b *Book) Rows(sheet string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		rows, err := b.file.Rows(sheet)
		if err != nil {
			yield(Row{}, notABook().Because(err))
			return
		}
		defer func() { _ = rows.Close() }() // it was only read
		for n := 1; rows.Next(); n++ {
			cells, err := rows.Columns()
			if err == nil {
				err = b.fits(n, cells)
			} else {
				err = notABook().Because(err)
			}
			if !yield(Row{n, trimmed(cells)}, err) || err != nil {
				return
			}
		}
		if err := rows.Error(); err != nil {
			yield(Row{}, notABook().Because(err))
		}
	}
}

func (b *Book) fits(n int, cells []string) error {
	switch {
	case n > b.limits.Rows:
		return tooLarge(fault.Textf("มีมากกว่า %d แถว", "there are more than %d rows", b.limits.Rows))
	case len(cells) > b.limits.Columns:
		return tooLarge(fault.Textf("แถว %d มี %d คอลัมน์ เกิน %d", "row %d has %d columns, more than %d", n, len(cells), b.limits.Columns))
	}
	for i, c := range cells {
		if len(c) > b.limits.Cell {
			return tooLarge(fault.Textf("ช่อง %s ยาวเกินไป", "cell %s is too long", Cell(i, n)))
		}
	}
	return nil
}

func trimmed(cells []string) []string {
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	for i, c := range cells {
		if !utf8.ValidString(c) {
			cells[i] = strings.ToValidUTF8(c, "\uFFFD")
		}
	}
	return cells
}

// Column returns the letters of a column, counted from 0: A, B, …, Z, AA.
func Column(n int) string {
	name, err := excelize.ColumnNumberToName(n + 1)
	if err != nil {
		return fmt.Sprint(n + 1)
	}
	return name
}

// Cell names a cell by its column from 0 and its row from 1: B7.
func Cell(column, row int) string { return fmt.Sprintf("%s%d", Column(column), row) }
