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
	"io/fs"
	"iter"
	"path"
	"strings"

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

// Book is an open file of Excel.
type Book struct {
	parts  parts
	sheets []string
	paths  map[string]string // parts of the sheets, by name
	texts  *shared
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
	z, err := measure(r, size, l)
	if err != nil {
		return nil, err
	}
	b := &Book{parts: parts{}, paths: map[string]string{}, texts: &shared{}, limits: l}
	for _, f := range z.File {
		b.parts[partKey(f.Name)] = f
	}
	if err := b.read(); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// read learns which sheets there are, and reads the texts that they share.
func (b *Book) read() error {
	_, root, err := b.parts.relations("")
	if err != nil {
		return notABook().Because(err)
	}
	var w workbook
	main := root["officeDocument"]
	if err := b.parts.frame(main, &w); err != nil {
		return notABook().Because(err)
	}
	byID, byType, err := b.parts.relations(partKey(main))
	if err != nil {
		return notABook().Because(err)
	}
	b.From1904 = w.Props.Date1904 == "1" || w.Props.Date1904 == "true"
	for _, s := range w.Sheets {
		part := byID[s.ID+s.Also]
		if _, twice := b.paths[s.Name]; twice || b.parts[partKey(part)] == nil {
			return notABook().Because(fmt.Errorf("sheet %q is not there", s.Name))
		}
		b.sheets, b.paths[s.Name] = append(b.sheets, s.Name), part
	}
	if n := len(b.sheets); n == 0 || n > b.limits.Sheets {
		return tooLarge(fault.Textf("มี %d แผ่นงาน รับได้ 1 ถึง %d", "there are %d sheets; 1 to %d are taken", n, b.limits.Sheets))
	}
	return b.readTexts(byType["sharedStrings"])
}

func (b *Book) readTexts(part string) error {
	if b.parts[partKey(part)] == nil {
		return nil
	}
	r, err := b.parts.open(part)
	if err != nil {
		return notABook().Because(err)
	}
	b.texts, err = readShared(r, b.limits.Cell)
	var path *fs.PathError
	switch err := errors.Join(err, r.Close()); {
	case errors.Is(err, errLongText):
		return tooLarge(fault.Text{TH: "มีช่องที่ยาวเกินไป", EN: "a cell is too long"})
	case errors.As(err, &path):
		return err // the temporary file, which is no fault of the book
	case err != nil:
		return notABook().Because(err)
	}
	return nil
}

// measure looks at the package before anything is unpacked.
func measure(r io.ReaderAt, size int64, l Limits) (*zip.Reader, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, notABook().Because(err)
	}
	if len(z.File) > l.Parts {
		return nil, tooLarge(fault.Textf("ในไฟล์มี %d ส่วน เกิน %d", "the file has %d parts, more than %d", len(z.File), l.Parts))
	}
	var all uint64
	for _, part := range z.File {
		if name := partKey(part.Name); strings.Contains(path.Base(name), "vbaproject") || strings.HasPrefix(name, "xl/macrosheets/") {
			return nil, fault.New(fault.Invalid, fault.Text{TH: "ไฟล์มีแมโคร", EN: "the file has macros"},
				fault.Text{TH: "บันทึกใหม่เป็น .xlsx", EN: "save it again as .xlsx"})
		}
		all += part.UncompressedSize64
		packed := max(part.CompressedSize64, 1)
		bomb := part.UncompressedSize64 > 1<<20 && part.UncompressedSize64/packed > uint64(l.Ratio)
		if bomb || part.UncompressedSize64 > uint64(l.Inflated) || all > uint64(l.Inflated) {
			return nil, tooLarge(fault.Text{TH: "เมื่อแตกไฟล์แล้วใหญ่เกินไป", EN: "the file is too large once it is unpacked"})
		}
	}
	return z, nil
}

func notABook() *fault.Error {
	return fault.New(fault.Invalid, fault.Text{TH: "อ่านไฟล์นี้เป็นตาราง Excel ไม่ได้", EN: "the file can not be read as a table of Excel"},
		fault.Text{TH: "เปิดด้วย Excel หรือ LibreOffice ถอดรหัสผ่าน แล้วบันทึกใหม่เป็น .xlsx", EN: "open it in Excel or LibreOffice, take the password off, and save it again as .xlsx"})
}

func tooLarge(what fault.Text) *fault.Error {
	return fault.New(fault.Invalid, what, fault.Text{TH: "แบ่งเป็นหลายไฟล์", EN: "divide it into several files"})
}

// Sheets lists the names of the sheets in their order.
func (b *Book) Sheets() []string { return b.sheets }

// Close forgets the book and removes its temporary files.
func (b *Book) Close() error { return b.texts.close() }

// Rows goes through a sheet once, without holding it. It ends with the first
// error: of kind Invalid where the sheet can not be read or exceeds a limit.
func (b *Book) Rows(sheet string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		part, err := b.parts.open(b.paths[sheet])
		if err != nil {
			yield(Row{}, notABook().Because(err))
			return
		}
		defer func() { _ = part.Close() }() // it was only read
		r := sheetReader{scan: newScanner(part, b.limits.Cell), texts: b.texts, limits: b.limits}
		for at := 1; ; at++ {
			row, err := r.next()
			if errors.Is(err, io.EOF) {
				return
			}
			for ; err == nil && at < row.Number; at++ { // rows that are not written are blank
				if !yield(Row{Number: at}, nil) {
					return
				}
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
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
